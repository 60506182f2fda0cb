"""
The verdict of a reading, computed again from its value and its limit, and of an item from its readings.

A journal may have been damaged, or edited by somebody who wants to be paid. Where what it says does not follow from its
own numbers, the item is an ERROR: not measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Union

from reports.words import accepted_values, check_of, device_of, function_of, is_number, limit_words, value_words

WORST_FIRST = ("FAIL", "ERROR", "WARN", "PASS")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+)*", re.ASCII)
_ORDERED = ("min", "max", "warn", "impossible_above")
Comparable = Union[float, "tuple[int, ...]"]


class _Unusable(ValueError):
    """A value or a bound that cannot be compared; the message says why."""


def verdict_of_reading(reading: Mapping[str, Any]) -> tuple[str | None, str]:
    """
    PASS, WARN, FAIL or ERROR as value and limit give it, with a sentence; None where there is no limit: recorded only.

    Bounds are inclusive; what must be equal is compared whole, versions are ordered number by number. ERROR: no value,
    another unit than the limit's, a value that is no finite number (a string, where the unit says so), a value above what
    physics allows, a limit that bounds nothing or cannot be read.
    """
    limit = reading["limit"]
    if limit is None:
        return None, "it has no limit"
    try:
        return _compared(reading, limit)
    except _Unusable as problem:
        return "ERROR", str(problem)


def _compared(reading: Mapping[str, Any], limit: Mapping[str, Any]) -> tuple[str, str]:
    value, unit = reading["value"], limit["unit"]
    if value is None:
        raise _Unusable("it has no value")
    if reading["unit"] != unit:
        raise _Unusable(f"it is in {reading['unit']}, its limit in {unit}")
    accepted, bounds = _accepted(limit), {name: _ordered(limit[name], unit) for name in _ORDERED if limit[name] is not None}
    _refuse_useless(accepted, bounds)
    _refuse_wrong_type(value, unit)
    if "impossible_above" in bounds and _less(bounds["impossible_above"], _ordered(value, unit)):
        return "ERROR", f"{value_words(reading)} is more than is possible ({limit['impossible_above']})"
    outside = value not in accepted if accepted else _outside(_ordered(value, unit), bounds)
    near = not accepted and _in_warning_band(_ordered(value, unit), bounds)
    return "FAIL" if outside else "WARN" if near else "PASS", f"{value_words(reading)}, limit {limit_words(limit)}"


def _accepted(limit: Mapping[str, Any]) -> list[Any]:
    accepted = accepted_values(limit)
    for value in accepted:
        _refuse_wrong_type(value, limit["unit"])
    return accepted


def _refuse_wrong_type(value: object, unit: str) -> None:
    """Texts and versions are strings, everything else is a finite number, and true is none."""
    if unit in ("text", "version"):
        if not isinstance(value, str):
            raise _Unusable(f"{value!r} is no {unit}")
    elif not is_number(value):
        raise _Unusable(f"{str(value)[:40]} is no number that can be measured")


def _ordered(value: Any, unit: str) -> Comparable:
    """What is compared as less or more: a number, or the numbers of a dotted version."""
    _refuse_wrong_type(value, unit)
    if unit == "text":
        raise _Unusable("a text has no order: its limit can only say what it must be")
    return _version(value) if unit == "version" else float(value)


def _version(value: str) -> tuple[int, ...]:
    if not _VERSION.fullmatch(value):
        raise _Unusable(f"{value!r} is no dotted version")
    numbers = [int(part) for part in value.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _refuse_useless(accepted: list[Any], bounds: Mapping[str, Comparable]) -> None:
    if not accepted and not {"min", "max"} & set(bounds):
        raise _Unusable("its limit has no bound")
    if accepted and {"min", "max", "warn"} & set(bounds):
        raise _Unusable("its limit says both what it must be and how far it may go")
    if "warn" in bounds and {"min", "max"} <= set(bounds):
        raise _Unusable("a warning band needs either min or max, so that it has a side")


def _less(left: Comparable, right: Comparable) -> bool:
    return left < right  # type: ignore[operator] # both come from _ordered with one unit


def _outside(value: Comparable, bounds: Mapping[str, Comparable]) -> bool:
    return ("min" in bounds and _less(value, bounds["min"])) or ("max" in bounds and _less(bounds["max"], value))


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
    worst = [reading for reading in readings if reading["verdict"] == computed and reading["reason"]]
    blame = "; ".join(f"{reading['name']}: {reading['reason']}" for reading in worst)
    return f"recorded as {item['verdict']}, but its readings say {computed}{': ' if blame else ''}{blame}"


def worst_verdict(readings: list[dict[str, Any]]) -> str | None:
    """The worst of the judged readings; None where none was judged."""
    verdicts = {reading["verdict"] for reading in readings}
    return next((word for word in WORST_FIRST if word in verdicts), None)
