"""
junit.xml: one test case per item, for tools that read nothing else.

Written directly: pytest's own writer puts the machine and the time of the report where those of the run belong. The
shape is the one that Jenkins and GitLab read (xunit1, which allows properties of a test case).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.files import write_atomically
from reports.margins import most_urgent
from reports.plain import one_line
from reports.words import limit_words, suspect_name, value_words

FILE = "junit.xml"
_ELEMENTS = {"FAIL": "failure", "ERROR": "error", "SKIP": "skipped"}


def write_junit(results: Mapping[str, Any], folder: Path) -> None:
    """Write junit.xml into `folder`. Raises OSError where it cannot be written."""
    write_atomically(folder / FILE, document(results))


def document(results: Mapping[str, Any]) -> bytes:
    """
    The file; the names of the suite and of each case's class carry the mode, as in "pciebw (simulated)".

    Servers list cases without their suite, and follow each over many runs: a simulated one must not pass for a measured one.
    """
    _, _, mode = results["verdict"].partition(" ")
    tops = ET.Element("testsuites", {"name": _named("hwaccept", mode)})
    suite = ET.SubElement(tops, "testsuite", _suite(results, _named("hwaccept", mode)))
    _properties(suite, _about(results))
    for item in results["items"]:
        suite.append(_case(item, results["verdict"], mode))
    ET.SubElement(suite, "system-out").text = "\n".join(map(one_line, [results["verdict"], *results["reasons"]]))
    ET.indent(tops, " ")
    written: bytes = ET.tostring(tops, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _suite(results: Mapping[str, Any], name: str) -> dict[str, str]:
    counts, seconds = results["counts"], sum(item["seconds"] for item in results["items"])
    return {
        "name": name, "hostname": one_line(results["node"]), "timestamp": results["started"], "time": f"{seconds:.3f}",
        "tests": str(len(results["items"])), "failures": str(counts["FAIL"]), "errors": str(counts["ERROR"] + counts["not_run"]),
        "skipped": str(counts["SKIP"]),
    }  # fmt: skip


def _about(results: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("verdict", results["verdict"]), ("mode", results["mode"]), ("origin", results["origin"]), ("node", results["node"]),
        ("spec", results["spec"]["name"]), ("spec_sha256", results["spec"]["sha256"]), ("suite_version", results["suite"]["version"]),
        ("suite_commit", results["suite"]["commit"] or ""),
    ]  # fmt: skip


def _case(item: Mapping[str, Any], node_verdict: str, mode: str) -> ET.Element:
    case = ET.Element("testcase", {"classname": _named(item["check"], mode), "name": item["id"], "time": f"{item['seconds']:.3f}"})
    identity = [(name, value) for name, value in (item["identity"] or {}).items() if value]
    shown, note = most_urgent(item["readings"])
    readings = [(_name(reading), _reading(reading)) for reading in shown]
    about = [*identity, *_suspect(item["suspect"]), *([("readings", note)] if note else [])]
    said = [("verdict", item["verdict"]), ("node_verdict", node_verdict), ("subject", item["subject"])]
    _properties(case, [*said, *about, *readings])
    if item["verdict"] in _ELEMENTS:
        message = one_line(item["reason"] or item["verdict"])
        ET.SubElement(case, _ELEMENTS[item["verdict"]], {"message": message, "type": item["verdict"]}).text = message
    return case


def _named(name: str, mode: str) -> str:
    return one_line(f"{name} {mode}".strip())


def _suspect(suspect: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    return [("suspect", f"{suspect_name(suspect)}: {suspect['why']}")] if suspect else []


def _name(reading: Mapping[str, Any]) -> str:
    return f"{reading['name']} of {reading['about']}" if reading["about"] else str(reading["name"])


def _reading(reading: Mapping[str, Any]) -> str:
    return f"{value_words(reading)}; {limit_words(reading['limit'])}; {reading['verdict'] or 'recorded only'}"


def _properties(parent: ET.Element, pairs: list[tuple[str, str]]) -> None:
    holder = ET.SubElement(parent, "properties")
    for name, value in pairs:
        ET.SubElement(holder, "property", {"name": one_line(name), "value": one_line(value)})
