"""A reading in ocp-diag.jsonl is its value with its whole limit, or an error, and nothing that looks like either."""

from __future__ import annotations

from typing import Any

import pytest

from reports.tests import sample
from reports.tests.sample_ocp import PASSED, REQUIRED, Line, all_of, built, lines_of

SET = sample.limit("k", "text", equals=["1.2", "a|b"])
VERSIONS = sample.limit("k", "version", min="535", max="580.999")
HALF = sample.limit("k", "version", min="535", equals=["1"])
MARGINS = sample.limit("k", "W", min=630, max=720, conditions="alone", impossible_above=1000)


def measured(value: object, bound: Line | None, verdict: str | None, **more: object) -> tuple[Line, list[Line]]:
    """The measurement of one reading, and the other findings of its step."""
    reading = sample.reading("pciebw.host_to_device", value, bound, verdict, **more)
    lines = lines_of(built(sample.item(REQUIRED, verdict or "PASS", [reading, sample.reading("other", 1, PASSED, "PASS")])))
    return all_of(lines, "measurement")[0], lines


@pytest.mark.parametrize(
    ("value", "bound", "verdict", "expected"),
    [
        (690.5, MARGINS, "PASS", [("GREATER_THAN_OR_EQUAL", 630), ("LESS_THAN_OR_EQUAL", 720)]),
        (48.5, sample.limit("k", "GB/s", min=48.0, warn=50.0), "WARN", [("GREATER_THAN_OR_EQUAL", 48.0)]),
        (1, sample.limit("k", "count", max=0), "FAIL", [("LESS_THAN_OR_EQUAL", 0)]),
        (1980, sample.limit("k", "MHz", equals=1980), "PASS", [("EQUAL", 1980)]),
        ("Yes", sample.limit("k", "text", equals="No"), "FAIL", [("EQUAL", "No")]),
        ("1.2", SET, "PASS", [("REGEX_MATCH", r"^(1\.2|a\|b)$")]),
        (5, sample.limit("k", "count", equals=[4, 8]), "FAIL", []),
        ("550.127.05", VERSIONS, "PASS", []),
        ("1", HALF, "ERROR", []),
        ("fast", sample.limit("k", "GB/s", min=48.0), "ERROR", []),
        ("a\nb", sample.limit("k", "text", equals=["a", "b"]), "FAIL", []),
        (7.0, None, None, []),
    ],
)  # fmt: skip
def test_a_limit_is_told_in_validators_whole_or_not_at_all(value: object, bound: Line | None, verdict: str, expected: list[Any]) -> None:
    """Half a limit would let pass what the other half forbids; in words it is always there."""
    found, _ = measured(value, bound, verdict)
    assert [(validator["type"], validator["value"]) for validator in found["validators"]] == expected
    assert found["value"] == value
    assert ("limit" in found["metadata"]) == (bound is not None)


def test_another_unit_has_no_validators() -> None:
    """55 Gb/s must not be compared with 48 GB/s by a reader who believes the two numbers."""
    bound = sample.limit("k", "GB/s", min=48.0)
    reading = {**sample.reading("pciebw.host_to_device", 55.0, bound, "ERROR"), "unit": "Gb/s"}
    (found,) = all_of(lines_of(built(sample.item(REQUIRED, "ERROR", [reading]))), "measurement")
    assert (found["unit"], found["validators"]) == ("Gb/s", [])


def test_metadata_say_where_limit_and_value_come_from() -> None:
    """Source and conditions of the limit, verdict, item and evidence: enough to find the reading again."""
    found, _ = measured(640.0, MARGINS, "PASS", evidence="local/gpu3.dcgmi.load.1", concurrency=8)
    assert found["metadata"] == {
        "item": REQUIRED, "verdict": "PASS", "limit": "min 630 W, max 720 W", "limit_key": "k", "limit_source": MARGINS["source"],
        "limit_conditions": "alone", "impossible_above": "1000 W", "evidence": "local/gpu3.dcgmi.load.1", "concurrency": 8,
    }  # fmt: skip


def test_a_reading_about_something_else_names_it() -> None:
    """The flow that was measured, where the item is about a whole host."""
    found, _ = measured(1, PASSED, "PASS", about="n1--n2.eth0")
    assert found["subcomponent"] == {"name": "n1--n2.eth0"}


@pytest.mark.parametrize("value", [None, True, float("nan"), float("inf"), 10**400], ids=["none", "true", "nan", "infinite", "huge"])
def test_a_judged_reading_without_a_value_is_an_error(value: object) -> None:
    """What was not measured is no measurement, and no null stands in its place."""
    reading = sample.reading("pciebw.host_to_device", value, sample.limit("k", "GB/s", min=48.0), "ERROR", reason="cut off")
    lines = lines_of(built(sample.item(REQUIRED, "ERROR", [reading])))
    assert all_of(lines, "measurement") == []
    found = all_of(lines, "error")[0]
    assert found["symptom"] == "pciebw.host_to_device-not-measured"
    assert found["message"] == f"{REQUIRED}: pciebw.host_to_device: ERROR: cut off"


def test_a_value_that_cannot_be_believed_is_a_measurement_and_an_error() -> None:
    """It was read, and it is more than is possible."""
    found, lines = measured(99.0, sample.limit("k", "GB/s", min=48.0, impossible_above=63.0), "ERROR", reason="too much")
    assert (found["value"], found["metadata"]["verdict"]) == (99.0, "ERROR")
    assert all_of(lines, "error")[0]["symptom"] == "pciebw.host_to_device-not-judged"


def test_a_reading_that_nobody_judges_may_be_absent() -> None:
    """An old tool does not tell it: a line of the log, no error."""
    absent = sample.reading("closing.thermal_us", None, None, None, reason="not in the output")
    lines = lines_of(built(sample.item(REQUIRED, "PASS", [absent, sample.reading("other", 1, PASSED, "PASS")])))
    assert all_of(lines, "error") == []
    assert all_of(lines, "log")[0]["message"] == f"{REQUIRED}: closing.thermal_us: not measured, and not judged: not in the output"
