"""
junit.xml: one test case per item, for tools that read nothing else.

Written directly: pytest's own writer puts the machine and the time of the report where those of the run belong. The
shape is the one that Jenkins and GitLab read (xunit1, which allows properties of a test case).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.files import write_atomically
from reports.margins import most_urgent
from reports.words import limit_words, suspect_name, value_words

FILE = "junit.xml"
_NOT_XML = re.compile("[^\t\n\r\u0020-\u007e\u0080-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {"FAIL": "failure", "ERROR": "error", "SKIP": "skipped"}


def write_junit(results: Mapping[str, Any], folder: Path) -> None:
    """Write junit.xml into `folder`. Raises OSError where it cannot be written."""
    write_atomically(folder / FILE, document(results))


def document(results: Mapping[str, Any]) -> bytes:
    """The file: a suite whose name carries the mode, so that a simulated result is not taken for a measured one."""
    _, _, mode = results["verdict"].partition(" ")
    tops = ET.Element("testsuites", {"name": _clean(f"hwaccept {mode}".strip())})
    suite = ET.SubElement(tops, "testsuite", _suite(results, f"hwaccept {mode}".strip()))
    _properties(suite, _about(results))
    for item in results["items"]:
        suite.append(_case(item))
    ET.SubElement(suite, "system-out").text = _clean("\n".join([results["verdict"], *results["reasons"]]))
    ET.indent(tops, " ")
    written: bytes = ET.tostring(tops, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _suite(results: Mapping[str, Any], name: str) -> dict[str, str]:
    counts, seconds = results["counts"], sum(item["seconds"] for item in results["items"])
    return {
        "name": _clean(name), "hostname": _clean(results["node"]), "timestamp": results["started"], "time": f"{seconds:.3f}",
        "tests": str(len(results["items"])), "failures": str(counts["FAIL"]), "errors": str(counts["ERROR"] + counts["not_run"]),
        "skipped": str(counts["SKIP"]),
    }  # fmt: skip


def _about(results: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("verdict", results["verdict"]), ("mode", results["mode"]), ("origin", results["origin"]), ("node", results["node"]),
        ("spec", results["spec"]["name"]), ("spec_sha256", results["spec"]["sha256"]), ("suite_version", results["suite"]["version"]),
        ("suite_commit", results["suite"]["commit"] or ""),
    ]  # fmt: skip


def _case(item: Mapping[str, Any]) -> ET.Element:
    case = ET.Element("testcase", {"classname": item["check"], "name": item["id"], "time": f"{item['seconds']:.3f}"})
    identity = [(name, value) for name, value in (item["identity"] or {}).items() if value]
    shown, note = most_urgent(item["readings"])
    readings = [(_name(reading), _reading(reading)) for reading in shown]
    about = [*identity, *_suspect(item["suspect"]), *([("readings", note)] if note else [])]
    _properties(case, [("verdict", item["verdict"]), ("subject", item["subject"]), *about, *readings])
    if item["verdict"] in _ELEMENTS:
        message = _clean(item["reason"] or item["verdict"])
        ET.SubElement(case, _ELEMENTS[item["verdict"]], {"message": message, "type": item["verdict"]}).text = message
    return case


def _suspect(suspect: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    return [("suspect", f"{suspect_name(suspect)}: {suspect['why']}")] if suspect else []


def _name(reading: Mapping[str, Any]) -> str:
    return f"{reading['name']} of {reading['about']}" if reading["about"] else str(reading["name"])


def _reading(reading: Mapping[str, Any]) -> str:
    return f"{value_words(reading)}; {limit_words(reading['limit'])}; {reading['verdict'] or 'recorded only'}"


def _properties(parent: ET.Element, pairs: list[tuple[str, str]]) -> None:
    holder = ET.SubElement(parent, "properties")
    for name, value in pairs:
        ET.SubElement(holder, "property", {"name": _clean(name), "value": _clean(value)})


def _clean(value: str) -> str:
    """`value` with an escape for every character that XML has no way to write."""
    return _NOT_XML.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), value)
