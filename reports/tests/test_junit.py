"""junit.xml says the same as results.json, in the words that continuous-integration servers know."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from reports import junit, results
from reports.tests import sample


def suite_of(document: dict[str, Any]) -> ET.Element:
    """The test suite of the file, parsed."""
    found = ET.fromstring(junit.document(document)).find("testsuite")
    assert found is not None
    return found


def properties(element: ET.Element) -> dict[str, str]:
    """The properties of a suite or a case."""
    return {entry.attrib["name"]: entry.attrib["value"] for entry in element.findall("properties/property")}


DOCUMENT = results.build(sample.run(), sample.troubled_items(), sample.end())


@pytest.mark.parametrize(
    ("mode", "origin", "suffix"),
    [
        ("simulated", "simulated", " (simulated)"),
        ("replayed", "simulated", " (replayed simulation)"),
        ("replayed", "live", " (replayed)"),
        ("live", "live", ""),
    ],
)
def test_one_case_per_item_named_after_it_and_the_mode(mode: str, origin: str, suffix: str) -> None:
    """Servers follow a case over many runs by its class and name, and list it without its suite: simulated ones stay apart."""
    document = results.build(sample.run(mode=mode, origin=origin), sample.troubled_items(), sample.end())
    cases = suite_of(document).findall("testcase")
    assert [(case.attrib["classname"], case.attrib["name"]) for case in cases] == [
        (f"{item['check']}{suffix}", item["id"]) for item in document["items"]
    ]
    assert {properties(case)["node_verdict"] for case in cases} == {f"REJECTED{suffix}"}


@pytest.mark.parametrize(
    ("verdict", "tags"), [("FAIL", ["failure"]), ("ERROR", ["error"]), ("SKIP", ["skipped"]), ("WARN", []), ("PASS", [])]
)
def test_outcomes_are_told_apart(verdict: str, tags: list[str]) -> None:
    """Not measured is an error and no failure; a warning is a pass that says so in its properties."""
    items = {item["id"]: item for item in DOCUMENT["items"]}
    cases = [case for case in suite_of(DOCUMENT).findall("testcase") if items[case.attrib["name"]]["verdict"] == verdict]
    assert cases
    for case in cases:
        assert [child.tag for child in case if child.tag != "properties"] == tags
        assert properties(case)["verdict"] == verdict


def test_the_counts_of_the_suite_are_those_of_its_cases() -> None:
    """What did not run counts as an error."""
    document = results.build(sample.run(), sample.troubled_items()[:-3], None)
    suite = suite_of(document)
    for name, tag in (
        ("tests", "testcase"),
        ("failures", "testcase/failure"),
        ("errors", "testcase/error"),
        ("skipped", "testcase/skipped"),
    ):
        assert int(suite.attrib[name]) == len(suite.findall(tag)), name
    assert suite.attrib["errors"] == "11"


def test_readings_and_board_are_properties() -> None:
    """Value, unit, limit and verdict, and which board it was."""
    case = next(case for case in suite_of(DOCUMENT).findall("testcase") if case.attrib["name"] == "pciebw.host_to_device[gpu3]")
    found = properties(case)
    assert found["pciebw.host_to_device"] == "27.3 GB/s; min 48 GB/s; FAIL"
    assert (found["serial"], found["pci_bus_id"]) == ("1650923000003", "0000:4e:00.0")
    assert case.find("failure") is not None


def test_the_suite_is_the_run_and_its_name_has_the_mode() -> None:
    """Host and time are those of the node, not of whoever made the file; simulated is said in the name."""
    suite = suite_of(DOCUMENT)
    assert suite.attrib["name"] == "hwaccept (simulated)"
    assert (suite.attrib["hostname"], suite.attrib["timestamp"]) == ("simulated-hgx-sample", "2026-11-23T14:00:00.123456Z")
    assert properties(suite)["verdict"] == "REJECTED (simulated)"
    assert properties(suite)["spec_sha256"] == "ab" * 32


def test_the_same_document_gives_the_same_file(tmp_path: Path) -> None:
    """Made again years later it must not differ."""
    junit.write_junit(DOCUMENT, tmp_path)
    assert (tmp_path / "junit.xml").read_bytes() == junit.document(DOCUMENT)


def test_characters_that_xml_cannot_hold_are_escapes() -> None:
    """A control character in a tool's output must not make the file unreadable."""
    item = sample.item("pciebw.link[gpu0]", "ERROR", reason='\x00\x1b[31m<&">\ufffe\ud800 end')
    document = results.build(sample.run(required=["pciebw.link[gpu0]"]), [item], sample.end())
    error = suite_of(document).find("testcase/error")
    assert error is not None
    assert error.text == '\\x00\\x1b[31m<&">\\ufffe\\ud800 end'


def test_a_mark_that_turns_the_direction_of_writing_is_an_escape() -> None:
    """A serial that reads backwards on a server's page would send back another board."""
    item = sample.item("pciebw.link[gpu0]", identity={"serial": "16\u202e321", "uuid": None, "pci_bus_id": None})
    case = suite_of(results.build(sample.run(required=[item["id"]]), [item], sample.end())).find("testcase")
    assert case is not None
    assert properties(case)["serial"] == "16\\u202e321"
