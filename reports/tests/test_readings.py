"""The verdict of a reading and of an item follows from the numbers, whatever the record claims."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.readings import WORST_FIRST, checked, verdict_of_reading
from reports.tests import sample

MIN = sample.limit("k", "GB/s", min=48.0, warn=50.0, impossible_above=63.0)
MAX = sample.limit("k", "C", max=85, warn=80)
BOTH = sample.limit("k", "W", min=630, max=720)
VERSION = sample.limit("k", "version", min="535.104.05", max="580")
TEXT = sample.limit("k", "text", equals="Enabled")
EITHER = sample.limit("k", "version", equals=["96.00.89.00.0A", "96.00.99"])
PROMISED = sample.limit("k", "MHz", equals=1980)


@pytest.mark.parametrize(
    ("limit", "value", "verdict"),
    [
        (MIN, 55.0, "PASS"), (MIN, 50.0, "PASS"), (MIN, 49.999, "WARN"), (MIN, 48.0, "WARN"), (MIN, 47.999, "FAIL"),
        (MIN, 63.0, "PASS"), (MIN, 63.001, "ERROR"), (MIN, 1e12, "ERROR"),
        (MAX, 80, "PASS"), (MAX, 81, "WARN"), (MAX, 85, "WARN"), (MAX, 86, "FAIL"), (MAX, -5, "PASS"),
        (BOTH, 630, "PASS"), (BOTH, 720, "PASS"), (BOTH, 629.9, "FAIL"), (BOTH, 720.1, "FAIL"),
        (VERSION, "535.104.5", "PASS"), (VERSION, "535.99.9", "FAIL"), (VERSION, "580.0.0", "PASS"), (VERSION, "580.1", "FAIL"),
        (VERSION, "1000", "FAIL"), (VERSION, "535.104.x", "ERROR"), (VERSION, "", "ERROR"), (VERSION, 550, "ERROR"),
        (VERSION, "55\u0660", "ERROR"),
        (TEXT, "Enabled", "PASS"), (TEXT, "enabled", "FAIL"), (TEXT, "Enabled ", "FAIL"), (TEXT, 1, "ERROR"), (TEXT, True, "ERROR"),
        (EITHER, "96.00.99", "PASS"), (EITHER, "96.00.89.00.0A", "PASS"), (EITHER, "96.0.99", "FAIL"),
        (PROMISED, 1980, "PASS"), (PROMISED, 1980.0, "PASS"), (PROMISED, 1979, "FAIL"),
    ],
)  # fmt: skip
def test_bounds_are_inclusive_and_versions_are_compared_by_number(limit: dict[str, Any], value: object, verdict: str) -> None:
    """The edge belongs to the good side; a version is not compared as text, and what must be equal is compared whole."""
    assert verdict_of_reading(sample.reading("k", value, limit, "PASS"))[0] == verdict


@pytest.mark.parametrize("value", [None, True, float("nan"), float("inf"), float("-inf"), 10**400, "55.4", [], {}])
def test_what_is_no_finite_number_is_an_error(value: object) -> None:
    """A missing, boolean, infinite or textual value is no measurement, however good it looks."""
    assert verdict_of_reading(sample.reading("k", value, MIN, "PASS"))[0] == "ERROR"


def test_another_unit_is_an_error() -> None:
    """55 Gb/s is not 55 GB/s."""
    verdict, why = verdict_of_reading(sample.reading("k", 55.0, {**MIN}, "PASS") | {"unit": "Gb/s"})
    assert (verdict, why) == ("ERROR", "it is in Gb/s, its limit in GB/s")


@pytest.mark.parametrize(
    "bounds",
    [
        {}, {"impossible_above": 63.0}, {"theoretical": 63.0}, {"warn": 50.0}, {"min": 1.0, "max": 2.0, "warn": 1.5},
        {"min": 1.0, "equals": 1.0}, {"min": "1"},
    ],
)  # fmt: skip
def test_a_limit_that_bounds_nothing_is_an_error(bounds: dict[str, object]) -> None:
    """Without a bound everything would pass; with two meanings nobody knows which holds."""
    assert verdict_of_reading(sample.reading("k", 1.2, sample.limit("k", "GB/s", **bounds), "PASS"))[0] == "ERROR"


def test_a_text_has_no_order() -> None:
    """A word is neither more nor less than a number."""
    assert verdict_of_reading(sample.reading("k", "N/A", sample.limit("k", "text", min="48"), "PASS"))[0] == "ERROR"


def test_without_a_limit_a_reading_is_recorded_only() -> None:
    """No limit is no verdict: neither good nor bad."""
    assert verdict_of_reading(sample.reading("k", 1, None, None))[0] is None


@pytest.mark.parametrize(
    ("recorded", "value", "said"),
    [
        ("PASS", 27.3, "recorded as PASS, but 27.3 GB/s, limit min 48 GB/s is FAIL"),
        ("WARN", 27.3, "recorded as WARN, but"),
        ("PASS", 49.0, "recorded as PASS, but 49 GB/s, limit min 48 GB/s is WARN"),
        ("FAIL", 55.0, "recorded as FAIL, but 55 GB/s, limit min 48 GB/s is PASS"),
        (None, 27.3, "recorded as not judged, but"),
        ("PASS", 640.0, "recorded as PASS, but 640 GB/s is more than is possible (63.0)"),
        ("PASS", None, "recorded as PASS, but it has no value"),
    ],
)  # fmt: skip
def test_a_verdict_that_contradicts_its_numbers_is_an_error(recorded: str | None, value: object, said: str) -> None:
    """A number written over in an editor must not sell a node, nor condemn one."""
    item = sample.item("pciebw.link[gpu3]", recorded or "PASS", [sample.reading("k", value, MIN, recorded)])
    found = checked(item, {})
    assert found["verdict"] == "ERROR"
    assert said in found["readings"][0]["reason"]
    assert said in found["reason"] or recorded is None


def test_a_pass_without_a_limit_is_an_error() -> None:
    """What was compared with nothing has not passed."""
    found = checked(sample.item("pciebw.link[gpu3]", "PASS", [sample.reading("k", 1.0, None, "PASS")]), {})
    assert (found["verdict"], found["readings"][0]["reason"]) == ("ERROR", "recorded as PASS, but it has no limit")


@pytest.mark.parametrize("verdict", ["PASS", "WARN", "FAIL"])
def test_an_item_without_a_judged_reading_is_an_error(verdict: str) -> None:
    """Nothing measured, nothing passed, and nothing failed."""
    found = checked(sample.item("pciebw.link[gpu3]", verdict, [sample.reading("k", 1.0, None, None)]), {})
    assert (found["verdict"], found["reason"]) == ("ERROR", f"recorded as {verdict}, but it judged no reading: nothing was measured")


@pytest.mark.parametrize("recorded", ["PASS", "WARN", "FAIL"])
@pytest.mark.parametrize("worst", ["PASS", "WARN", "FAIL", "ERROR"])
def test_an_item_is_what_its_worst_reading_is_or_an_error(recorded: str, worst: str) -> None:
    """A good reading does not hide a bad one, and a bad word without a bad reading is no finding."""
    values = {"PASS": 55.0, "WARN": 49.0, "FAIL": 20.0, "ERROR": None}
    readings = [sample.reading("good", 55.0, MIN, "PASS"), sample.reading("other", values[worst], MIN, worst)]
    assert checked(sample.item("pciebw.link[gpu3]", recorded, readings), {})["verdict"] == (recorded if recorded == worst else "ERROR")


def test_an_error_stays_an_error_whatever_its_readings_say() -> None:
    """The check broke after its first good reading: it did not pass."""
    found = checked(sample.item("pciebw.link[gpu3]", "ERROR", [sample.reading("k", 55.0, MIN, "PASS")], reason="it broke"), {})
    assert (found["verdict"], found["reason"]) == ("ERROR", "it broke")


@pytest.mark.parametrize(
    ("absent", "verdict"), [({}, "ERROR"), ({"pciebw": "none"}, "SKIP"), ({"pciebw.link": "none"}, "SKIP"), ({"pcie": "none"}, "ERROR")]
)
def test_a_skip_needs_the_spec(absent: dict[str, str], verdict: str) -> None:
    """Only the spec says that a node has no such thing; a skip decided at the machine hides what is broken."""
    assert checked(sample.item("pciebw.link[gpu3]", "SKIP", reason="no link here"), absent)["verdict"] == verdict


def test_a_skip_that_judged_something_is_an_error() -> None:
    """A check that skips itself after a failed reading has not been skipped."""
    item = sample.item("pciebw.link[gpu3]", "SKIP", [sample.reading("k", 20.0, MIN, "FAIL")])
    assert checked(item, {"pciebw": "none"})["reason"] == "it was skipped, but it judged readings"


@pytest.mark.parametrize("change", [{"check": "inventory"}, {"device": "gpu4"}])
def test_a_record_under_a_wrong_name_is_an_error(change: dict[str, str]) -> None:
    """The verdict of one board must not be counted for another."""
    assert checked({**sample.item("pciebw.link[gpu3]"), **change}, {})["verdict"] == "ERROR"


_values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
_words = st.sampled_from(["PASS", "WARN", "FAIL", "ERROR", None])
_limits = st.sampled_from([None, MIN, MAX, BOTH, VERSION, TEXT, EITHER, PROMISED])
_readings = st.lists(st.builds(lambda value, limit, word: sample.reading("k", value, limit, word), _values, _limits, _words), max_size=4)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(["PASS", "WARN", "FAIL", "ERROR", "SKIP"]), _readings)
def test_checking_never_makes_better_and_changes_nothing_twice(word: str, readings: list[dict[str, Any]]) -> None:
    """Whatever a record holds, the outcome is its own word or ERROR, a reading stands behind it, and checking again changes nothing."""
    item = sample.item("pciebw.link[gpu3]", "ERROR") | {"verdict": word, "readings": readings}
    found = checked(item, {"pciebw": "none"})
    assert found["verdict"] in (word, "ERROR")
    assert checked(found, {"pciebw": "none"}) == found
    if found["verdict"] in WORST_FIRST and found["verdict"] != "ERROR":
        assert any(verdict_of_reading(reading)[0] == found["verdict"] for reading in found["readings"])
