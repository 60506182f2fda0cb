"""Whatever tools printed and checks found, ocp-diag.jsonl is valid, bounded, and leads its reader to our verdicts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import ocp
from reports.readings import verdict_of_reading
from reports.tests import sample
from reports.tests.sample_ocp import MODES, REQUIRED, Line, all_of, built, lines_of

HOSTILE = 'x\n{"testRunArtifact": {"testRunEnd": {"status": "COMPLETE", "result": "PASS"}}}\r\n\x00\x1b[2J\ud800\u2028\u202e"\\'


def printed(value: Any, text: str) -> Any:
    """`value` with `text` wherever it says MARK, as an edited or damaged document may have it."""
    if isinstance(value, dict):
        return {printed(name, text): printed(entry, text) for name, entry in value.items()}
    if isinstance(value, list):
        return [printed(entry, text) for entry in value]
    return text if value == "MARK" else value


@pytest.mark.parametrize("text", [HOSTILE, "z" * 1_000_000, "\ud800", ""], ids=["hostile", "huge", "surrogate", "empty"])
def test_hostile_texts_stay_one_bounded_line(text: str) -> None:
    """A serial that holds a whole artifact is a serial, nothing is endless, and the word of the mode is not cut off."""
    reading = sample.reading("MARK", "MARK", sample.limit("MARK", "text", equals=["MARK"]), "PASS", about="MARK")
    known: Line = {"identity": {"serial": "MARK", "uuid": "MARK", "pci_bus_id": "MARK"}, "reason": "MARK"}
    items = [
        sample.item("inventory.board[gpu0]", "PASS", [reading, {**reading, "value": None, "verdict": "ERROR", "reason": "MARK"}], **known),
        sample.item("state.errors[gpu0]", "ERROR", suspect={"kind": "host", "name": "n1", "why": "MARK"}, **known),
        sample.item("state.errors[gpu1]", "SKIP", **known),
    ]
    odd: Line = {"node": "MARK", "options": {"pytest": ["MARK"], "MARK": {"nested": ["MARK", None]}}, "mode": "replayed"}
    document = printed({**built(*items, **odd), "reasons": ["MARK"]}, text)
    document["items"][0]["check"] = document["items"][0]["id"] = text
    lines = lines_of(document)
    assert all_of(lines, "testRunEnd") == [{"status": "SKIP", "result": "NOT_APPLICABLE"}]
    assert max(map(len, ocp.document(document).splitlines())) < 200_000
    assert all(step["name"].endswith(" (replayed)") for step in all_of(lines, "testStepStart"))
    assert all(found["verdict"].endswith(" (replayed)") for found in all_of(lines, "diagnosis"))
    assert all(" (replayed)" in found["message"] for found in all_of(lines, "diagnosis"))


# No surrogates: those are written out as escapes before anything is judged.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.one_of(st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, allow_nan=False))
VALUES = st.one_of(st.none(), NUMBERS, TEXTS, st.sampled_from(["1.2", "580", float("nan"), 10**400]))
UNITS = st.sampled_from(["GB/s", "count", "text", "version"])
LIMITS = st.one_of(
    st.none(),
    st.builds(lambda unit, value: sample.limit("k", unit, min=value), UNITS, NUMBERS),
    st.builds(lambda unit, value, warn: sample.limit("k", unit, max=value, warn=warn), UNITS, NUMBERS, NUMBERS),
    st.builds(lambda unit, one: sample.limit("k", unit, equals=one), UNITS, st.one_of(NUMBERS, TEXTS, st.lists(TEXTS, min_size=1))),
    st.builds(lambda one: sample.limit("k", "count", equals=one), st.lists(NUMBERS, min_size=1, max_size=3)),
)
ITEM_IDS = [f"{check}[{device}]" for check in ("pciebw.link", "pciebw.copy", "state.errors") for device in ("gpu0", "gpu1", "node")]


@st.composite
def readings(draw: st.DrawFn) -> Line:
    """A reading of any value and limit, with the verdict that follows from both."""
    bound, value = draw(LIMITS), draw(VALUES)
    reading = sample.reading(draw(TEXTS) or "r", value, bound, None, unit="GB/s", about=draw(st.none() | TEXTS), reason=draw(TEXTS))
    reading["unit"] = bound["unit"] if bound and draw(st.integers(0, 9)) else "GB/s"
    return {**reading, "verdict": verdict_of_reading(reading)[0]}


@st.composite
def documents(draw: st.DrawFn) -> Line:
    """Results of any items, as results.build makes them."""
    items = []
    for item_id in draw(st.lists(st.sampled_from(ITEM_IDS), unique=True)):
        verdict = draw(st.sampled_from(["PASS", "WARN", "FAIL", "ERROR", "SKIP"]))
        subject = draw(st.sampled_from(["node", "peer", "undecided"]))
        items.append(sample.item(item_id, verdict, draw(st.lists(readings(), max_size=4)), subject=subject, reason=draw(TEXTS)))
    mode, origin, _ = draw(st.sampled_from([("live", "live", ""), *MODES]))
    return built(*items, required=draw(st.lists(st.sampled_from(ITEM_IDS), unique=True)), mode=mode, origin=origin)


@given(documents())
@settings(deadline=None, max_examples=100)
def test_any_document_gives_a_valid_file(document: Line) -> None:
    """Every line is valid, every reference leads somewhere, every item is told, and PASS is a live ACCEPTED alone."""
    lines = lines_of(document)
    (start,) = all_of(lines, "testRunStart")
    boards = [entry["hardwareInfoId"] for entry in start["dutInfo"]["hardwareInfos"]]
    software = [entry["softwareInfoId"] for entry in start["dutInfo"]["softwareInfos"]]
    assert len({*boards, *software}) == len([*boards, *software])
    told = all_of(lines, "measurement") + all_of(lines, "diagnosis")
    assert {found["hardwareInfoId"] for found in told if "hardwareInfoId" in found} <= set(boards)
    assert {name for found in all_of(lines, "error") for name in found["softwareInfoIds"]} <= set(software)
    said = " ".join(found["message"] for kind in ("diagnosis", "log") for found in all_of(lines, kind))
    assert all(f"{item['id']}: {item['verdict']}" in said for item in document["items"])
    (end,) = all_of(lines, "testRunEnd")
    assert (end["result"] == "PASS") == (document["verdict"] == "ACCEPTED")


def holds(validator: Line, value: Any) -> bool:
    """What a reader of the file finds who applies a validator."""
    bound: Any = validator["value"]
    if validator["type"] == "EQUAL":
        return bool(value == bound)
    if validator["type"] == "REGEX_MATCH":
        return re.search(bound, value) is not None
    return bool(value >= bound) if validator["type"] == "GREATER_THAN_OR_EQUAL" else bool(value <= bound)


@given(readings())
@settings(deadline=None, max_examples=200)
def test_whoever_applies_the_validators_comes_to_our_verdict(reading: Line) -> None:
    """All of them hold where the reading is inside its limit, and one does not where it is outside."""
    document = built(sample.item(REQUIRED, reading["verdict"] or "ERROR", [reading]))
    for found in all_of(lines_of(document), "measurement"):
        if found["validators"] and reading["verdict"] in ("PASS", "WARN", "FAIL"):
            assert all(holds(validator, found["value"]) for validator in found["validators"]) == (reading["verdict"] != "FAIL")
