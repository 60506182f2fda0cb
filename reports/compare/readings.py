"""What became of the readings: counters that grew, numbers that drifted beyond their noise, values that changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from reports.compare.counters import LIFE, Counter, counter_of
from reports.compare.noise import Printed, is_beyond, noise
from reports.compare.pairing import Key, Match, Reading, Run, readings, tool_of
from reports.compare.shape import APART, BETTER, CHANGED, COUNTERS, DRIFT, WORSE, Difference, Place, Where
from reports.words import accepted_values, is_number, quantity

_EXACT = ("count", "generation", "lanes", "bytes", "version", "text", None)
_SEVERITY = {None: 0, "PASS": 0, "WARN": 1, "ERROR": 2, "FAIL": 3}
_Group = tuple[str, str, int, str | None, str, int]


@dataclass(frozen=True)
class _Both:
    """A reading of A and the same of B, and the item and device that they are of."""

    key: Key
    place: Place
    a: Reading
    b: Reading

    @property
    def name(self) -> str:
        """The reading's own, which may be of another check than the item."""
        return str(self.a["name"])

    @property
    def delta(self) -> float:
        """B less A."""
        return float(self.b["value"] - self.a["value"])

    @property
    def counter(self) -> Counter | None:
        """What it counts; None where it is no counter, or the runs do not agree on what it is in."""
        return counter_of(self.name, self.a["unit"]) if self.a["unit"] == self.b["unit"] else None

    @property
    def group(self) -> _Group:
        """What has to be the same of readings that can be compared with each other."""
        return _group(self.key, self.a)

    @property
    def unlike(self) -> tuple[str, Any, Any] | None:
        """The circumstance because of which A and B are two numbers and no change of one; None where there is none."""
        circumstances = zip(("unit", "tool", "at once"), _group(self.key, self.a)[3:], _group(self.key, self.b)[3:], strict=True)
        return next((told for told in circumstances if told[1] != told[2]), None)


@dataclass
class Found:
    """What was found so far; `within` are differences that are no more than noise."""

    differences: list[Difference] = field(default_factory=list)
    within: list[Difference] = field(default_factory=list)
    compared: int = 0
    same: int = 0


def compared(a: Run, b: Run, found_again: Sequence[Match]) -> Found:
    """All readings of devices that are in both runs."""
    found = Found()
    measures: dict[_Group, list[_Both]] = {}
    apart: dict[tuple[Any, ...], list[_Both]] = {}
    for match in found_again:
        if not match.numbers:
            continue
        for both in _both(a, b, match, found):
            found.compared += 1
            if not _is_measure(both):
                _exact(both, found)
            elif both.unlike:
                apart.setdefault((both.key[0], both.name, *both.unlike), []).append(both)
            else:
                measures.setdefault(both.group, []).append(both)
    spreads = [_siblings(run) for run in (a, b)]
    for group, members in measures.items():
        _drifted(members, noise(*(spread.get(group, []) for spread in spreads)), found)
    for (_, _, kind, before, after), unlike in apart.items():
        if kind == "at once" and not any(both.delta for both in unlike):  # whatever ran beside it, it is the same
            found.same += len(unlike)
        else:
            found.differences += [Difference(APART, kind, _told(both.key), (both.place,), before, after) for both in unlike]
    return found


def _both(a: Run, b: Run, match: Match, found: Found) -> Iterator[_Both]:
    """The readings that both have; those that one has alone are noted, unless its item measured nothing in the other run."""
    ours, theirs = dict(readings(a, match.a)), dict(readings(b, match.b))
    measured = [{key[0] for key in side} for side in (ours, theirs)]
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        place = _about(match.place, key)
        if key in ours and key in theirs:
            yield _Both(key, place, ours[key], theirs[key])
        elif key[0] in measured[0] & measured[1]:
            one = ours.get(key) or theirs[key]
            before, after = (_plain(side[key]["value"]) if key in side else None for side in (ours, theirs))
            if before is not None or after is not None:  # what one run alone did not measure is no difference
                found.differences.append(Difference(CHANGED, "only", _told(key), (place,), before, after, one["unit"]))


def _about(place: Place, key: Key) -> Place:
    """The place with what the reading is about, where that is not the item's own device."""
    if not key[2]:
        return place
    a, b = (Where(f"{side.device} {key[2]}", side.board, side.bus) if side else None for side in (place.a, place.b))
    return Place(a, b)


def _told(key: Key) -> str:
    """The reading's name; with its item's where that is of another check, for then another item has one of the same name."""
    function, name, _, _ = key
    return name if name.partition(".")[0] == function.partition(".")[0] else f"{name} (in {function})"


def _is_measure(both: _Both) -> bool:
    """Whether it is a quantity that is a little different each time, and not a setting, a count or a word."""
    if not (is_number(both.a["value"]) and is_number(both.b["value"])):
        return False
    if both.counter is not None:
        return both.counter.fluctuates
    fixed = any(reading["limit"] and accepted_values(reading["limit"]) for reading in (both.a, both.b))
    return not fixed and both.a["unit"] not in _EXACT and both.b["unit"] not in _EXACT


def _group(key: Key, reading: Reading) -> _Group:
    """Of a counter neither the tool that read it nor what ran meanwhile is told: it counts the same."""
    circumstances = ("", 0) if counter_of(reading["name"], reading["unit"]) else (tool_of(reading), reading["concurrency"])
    return key[0], reading["name"], key[3], reading["unit"], *circumstances


def _siblings(run: Run) -> dict[_Group, list[Printed]]:
    """The values of each reading over all devices of a run."""
    found: dict[_Group, list[Printed]] = {}
    for device in run.items:
        for key, reading in readings(run, device):
            if is_number(reading["value"]):
                found.setdefault(_group(key, reading), []).append(Printed(reading["value"], reading["source_line"]))
    return found


def _drifted(members: Sequence[_Both], known: float | None, found: Found) -> None:
    """One difference for all boards where most of them moved alike, and one for each that moved beyond that."""
    shift = median(both.delta for both in members)
    has_shifted = known is not None and len(members) > 1 and is_beyond(shift, known)
    if has_shifted:
        found.differences.append(_shift(members, shift, known))
    for both in members:
        left = both.delta - (shift if has_shifted else 0.0)
        difference = _drift(both, known, "the others shifted alike" if has_shifted else "")
        if is_beyond(left, known or 0.0):
            found.differences.append(difference)
        elif both.delta:
            found.within.append(replace(difference, sense=""))  # noise has no direction
        else:
            found.same += 1


def _shift(members: Sequence[_Both], shift: float, known: float | None) -> Difference:
    before, after = (float(median(side)) for side in ([both.a["value"] for both in members], [both.b["value"] for both in members]))
    first = members[0]
    places = tuple(both.place for both in members)
    return Difference(*_kind(first, "shift"), places, before, after, first.a["unit"], _sense(first, shift), shift, known)


def _drift(both: _Both, known: float | None, why: str) -> Difference:
    values = both.a["value"], both.b["value"], both.a["unit"]
    return Difference(*_kind(both, "drift"), (both.place,), *values, _sense(both, both.delta), both.delta, known, why)


def _kind(both: _Both, kind: str) -> tuple[str, str, str]:
    return COUNTERS if both.counter else DRIFT, kind, _told(both.key)


def _sense(both: _Both, delta: float) -> str:
    if delta and both.counter:
        return WORSE if delta > 0 else BETTER
    return _by_bounds(both.a, both.b, delta)


def _by_bounds(a: Reading, b: Reading, delta: float) -> str:
    """Better is away from the only bound that a reading has; without a limit, or with two bounds, nobody can say."""
    sides = {side for reading in (a, b) for side in ("min", "max") if reading["limit"] and reading["limit"][side] is not None}
    if len(sides) != 1 or not delta:
        return ""
    return WORSE if (delta < 0) == (sides == {"min"}) else BETTER


def _exact(both: _Both, found: Found) -> None:
    """Values that are what they are: any other one is a difference."""
    before, after = _plain(both.a["value"]), _plain(both.b["value"])
    if before == after and (before is None or both.a["unit"] == both.b["unit"]):
        found.same += 1
        return
    if both.counter and is_number(before) and is_number(after):
        found.differences.append(_counted(both, both.counter.since))
        return
    if None in (before, after):
        told = "not measured", before, after, both.a["unit"] if after is None else both.b["unit"]
    elif both.a["unit"] != both.b["unit"]:
        told = "changed", quantity(before, both.a["unit"]), quantity(after, both.b["unit"]), "text"
    else:
        told = "changed", before, after, both.a["unit"]
    found.differences.append(_valued(both, *told))


def _valued(both: _Both, kind: str, before: Any, after: Any, unit: str | None) -> Difference:
    delta = both.delta if is_number(before) and is_number(after) else None
    sense = _by_verdict(both) or (_by_bounds(both.a, both.b, delta) if delta else "")
    return Difference(CHANGED, kind, _told(both.key), (both.place,), before, after, unit, sense, delta)


def _plain(value: Any) -> Any:
    """A number that is none (JSON readers take NaN) as its word, because it is not even equal to itself."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _counted(both: _Both, since: str) -> Difference:
    kind = "grew" if both.delta > 0 else "fell"
    sense = WORSE if kind == "grew" else "" if since == LIFE else BETTER
    values = both.a["value"], both.b["value"], both.a["unit"]
    return Difference(COUNTERS, kind, _told(both.key), (both.place,), *values, sense, both.delta, None, since)


def _by_verdict(both: _Both) -> str:
    before, after = (_SEVERITY[reading["verdict"]] for reading in (both.a, both.b))
    return "" if before == after else WORSE if after > before else BETTER
