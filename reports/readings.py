"""
The verdict of a reading, computed again from its value and its limit, and of an item from its readings.

A journal may have been damaged, or edited by somebody who wants to be paid. Where what it says does not follow from its
own numbers, the item is an ERROR: not measured.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Union

from reports.words import check_of, device_of, function_of, limit_words, value_words

WORST_FIRST = ("FAIL", "ERROR", "WARN", "PASS")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*", re.ASCII)
_COMPARED = ("min", "max", "equals", "warn", "impossible_above")
Comparable = Union[float, str, "tuple[int, ...]"]


class _Unusable(ValueError):
    """A value or a bound that cannot be compared; the message says why."""


def verdict_of_reading(reading: Mapping[str, Any]) -> tuple[str | None, str]:
    """
    PASS, WARN, FAIL or ERROR as value and limit give it, with a sentence; None where there is no limit: recorded only.

    Bounds are inclusive. ERROR: no value, another unit than the limit's, a value that is no finite number (a version, a
    text where the unit says so), a value above what physics allows, a limit that bounds nothing or cannot be read.
    """
    limit = reading["limit"]
    if limit is None:
        return None, "it has no limit"
    try:
        return _compared(reading, limit)
    except _Unusable as problem:
        return "ERROR", str(problem)


def _compared(reading: Mapping[str, Any], limit: Mapping[str, Any]) -> tuple[str, str]:
    if reading["value"] is None:
        raise _Unusable("it has no value")
    if reading["unit"] != limit["unit"]:
        raise _Unusable(f"it is in {reading['unit']}, its limit in {limit['unit']}")
    value = _comparable(reading["value"], limit["unit"])
    bounds = {name: _comparable(limit[name], limit["unit"]) for name in _COMPARED if limit[name] is not None}
    _refuse_useless(bounds, limit["unit"])
    against = f"{value_words(reading)}, limit {limit_words(limit)}"
    if "impossible_above" in bounds and _less(bounds["impossible_above"], value):
        return "ERROR", f"{value_words(reading)} is more than is possible ({limit['impossible_above']})"
    if _outside(value, bounds):
        return "FAIL", against
    return ("WARN" if _in_warning_band(value, bounds) else "PASS"), against


def _comparable(value: object, unit: str) -> Comparable:
    if unit == "text":
        return _text(value)
    if unit == "version":
        return _version(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _Unusable(f"{value!r} is no number")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Unusable(f"{value!r} is no text")
    return value


def _version(value: object) -> tuple[int, ...]:
    if not isinstance(value, str) or not _VERSION.fullmatch(value):
        raise _Unusable(f"{value!r} is no dotted version")
    numbers = [int(part) for part in value.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _refuse_useless(bounds: Mapping[str, Comparable], unit: str) -> None:
    if not {"min", "max", "equals"} & set(bounds):
        raise _Unusable("its limit has no bound")
    if unit == "text" and set(bounds) != {"equals"}:
        raise _Unusable("a text has no order: its limit can only say what it must be")
    if "warn" in bounds and ("min" in bounds) == ("max" in bounds):
        raise _Unusable("a warning band needs either min or max, so that it has a side")


def _less(left: Comparable, right: Comparable) -> bool:
    return left < right  # type: ignore[operator] # both come from _comparable with one unit


def _outside(value: Comparable, bounds: Mapping[str, Comparable]) -> bool:
    below = "min" in bounds and _less(value, bounds["min"])
    above = "max" in bounds and _less(bounds["max"], value)
    return below or above or ("equals" in bounds and value != bounds["equals"])


def _in_warning_band(value: Comparable, bounds: Mapping[str, Comparable]) -> bool:
    if "warn" not in bounds:
        return False
    return _less(value, bounds["warn"]) if "min" in bounds else _less(bounds["warn"], value)


def checked(item: Mapping[str, Any], absent: Mapping[str, str]) -> dict[str, Any]:
    """
    `item` with verdicts that follow from its numbers; whatever does not follow is ERROR, with the reason.

    A verdict is never made better. SKIP holds only where `absent`, the spec's table, names the check or CHECK.FUNCTION.
    """
    readings = [_checked_reading(reading) for reading in item["readings"]]
    problem = _misnamed(item) or (_wrong_skip(item, readings, absent) if item["verdict"] == "SKIP" else _wrong_verdict(item, readings))
    return {**item, "readings": readings, **({"verdict": "ERROR", "reason": problem} if problem else {})}


def _checked_reading(reading: Mapping[str, Any]) -> dict[str, Any]:
    expected, why = verdict_of_reading(reading)
    recorded = reading["verdict"]
    if recorded in (expected, "ERROR"):
        return dict(reading)
    found = f"{why} is {expected}" if expected in ("FAIL", "WARN", "PASS") else why
    return {**reading, "verdict": "ERROR", "reason": f"recorded as {recorded or 'not judged'}, but {found}"}


def _misnamed(item: Mapping[str, Any]) -> str:
    named = check_of(item["id"]), device_of(item["id"])
    return "" if named == (item["check"], item["device"]) else f"its record says {item['check']} on {item['device']}, its id {item['id']}"


def _wrong_skip(item: Mapping[str, Any], readings: list[dict[str, Any]], absent: Mapping[str, str]) -> str:
    if check_of(item["id"]) not in absent and function_of(item["id"]) not in absent:
        return f"it was skipped although the spec does not say so: {item['reason'] or 'no reason given'}"
    return "it was skipped, but it judged readings" if any(reading["verdict"] for reading in readings) else ""


def _wrong_verdict(item: Mapping[str, Any], readings: list[dict[str, Any]]) -> str:
    computed = worst_verdict(readings)
    if item["verdict"] in (computed, "ERROR"):
        return ""
    if computed is None:
        return f"recorded as {item['verdict']}, but it judged no reading: nothing was measured"
    blame = "; ".join(f"{reading['name']}: {reading['reason']}" for reading in readings if reading["verdict"] == computed and reading["reason"])
    return f"recorded as {item['verdict']}, but its readings say {computed}{': ' if blame else ''}{blame}"


def worst_verdict(readings: list[dict[str, Any]]) -> str | None:
    """The worst of the judged readings; None where none was judged."""
    verdicts = {reading["verdict"] for reading in readings}
    return next((word for word in WORST_FIRST if word in verdicts), None)
