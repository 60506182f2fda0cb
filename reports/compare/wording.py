"""The words of each kind of difference."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reports.compare.counters import LIFE
from reports.compare.limits import FIELDS
from reports.compare.noise import FEWEST
from reports.compare.shape import COUNTERS, VERDICTS, Difference, Place, Where
from reports.words import device_words, is_gpu, is_number, number_words, quantity

_SHOWN, _PLACES, _NAMES = 160, 3, 12
_TENTH = 0.1


def words(difference: Difference, same: bool = True) -> str:
    """One line without its sense. Not `same`: other places of it have other values, and none is told."""
    if not same:
        return f"{_what(difference)}: {_unmeasured(difference)}"
    return _WORDS.get(difference.kind, _changed)(difference)


def many_names(group: Sequence[Difference]) -> str:
    """One line for many checks or readings of one device."""
    first = group[0]
    names = [difference.name for difference in group]
    told = ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES} more" if len(names) > _NAMES else "")
    head = f"{len(names)} {'checks' if first.heading == VERDICTS else 'readings'} of {_at(first.places)}"
    if first.kind == "verdict":
        return f"{head}: {first.before} -> {first.after}: {told}; {names[0]}: {_short(first.why)}"
    return f"{head}: {_unmeasured(first) if first.kind == 'not measured' else f'in {_run(first)} only'}: {told}"


def _run(difference: Difference) -> str:
    """The run that has what the other one lacks."""
    return "A" if difference.before is not None else "B"


def _unmeasured(difference: Difference) -> str:
    return f"not measured in {'A' if difference.before is None else 'B'}"


def _short(value: object) -> str:
    """A value for a line that has others to show too."""
    said = number_words(value) if is_number(value) else "nothing" if value is None else str(value)
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN]} ..."


def _amount(value: object, unit: str | None) -> str:
    return _short(quantity(value, unit))


def _values(difference: Difference) -> str:
    return f"{_amount(difference.before, difference.unit)} -> {_amount(difference.after, difference.unit)}"


# --- where ---------------------------------------------------------------------------------------------------------


def _what(difference: Difference) -> str:
    return f"{difference.name} of {_at(difference.places)}" if difference.places else difference.name


def _at(places: Sequence[Place]) -> str:
    """Gpu3 (serial 1650923); gpu2 -> gpu5 (serial 1650923) of a board that moved; the devices alone of many."""
    sides = [place.a or place.b for place in places]
    devices = [side.device for side in sides if side]
    unmoved = all(not (place.a and place.b) or place.a.device == place.b.device for place in places)
    if len(places) > _PLACES and unmoved:
        return f"{len(devices)} {'GPUs' if all(map(is_gpu, devices)) else 'devices'} ({device_words(devices)})"
    told = [_place(place) for place in places]
    return ", ".join(told if len(told) <= _PLACES else [*told[:_PLACES], f"and {len(told) - _PLACES} more"])


def _place(place: Place) -> str:
    a, b = place.a or place.b or Where(""), place.b or place.a or Where("")
    devices = a.device if a.device == b.device else f"{a.device} -> {b.device}"
    boards = a.board if a.board == b.board else f"{a.board or 'board not known'} -> {b.board or 'board not known'}"
    return f"{devices} ({boards})" if boards else devices


def _slot(side: Where) -> str:
    return f"{side.device} at {side.bus}" if side.bus else side.device


# --- boards --------------------------------------------------------------------------------------------------------


def _moved(difference: Difference) -> str:
    each = "; ".join(f"{place.b.board} from {_slot(place.a)} to {_slot(place.b)}" for place in difference.places if place.a and place.b)
    how = {"moved": "moved", "exchanged": "exchanged with each other", "circled": f"moved in a circle of {len(difference.places)}"}
    return f"{how[difference.kind]}: {each}"


def _replaced(difference: Difference) -> str:
    a, b = difference.places[0].a or Where(""), difference.places[0].b or Where("")
    slots = _slot(a) if (a.device, a.bus) == (b.device, b.bus) else f"{_slot(a)} -> {_slot(b)}"
    return f"replaced: {a.board} -> {b.board}, {slots}"


def _single(difference: Difference) -> str:
    """A board that is in one run only; what it left, or came to, is a position without a board."""
    [place] = difference.places
    gone = difference.kind == "gone"
    side, other = (place.a, place.b) if gone else (place.b, place.a)
    board = f"{side.board or 'a board that tells no serial'}, {_slot(side)}" if side else ""
    empty = f"; {other.device} has no board in {'B' if gone else 'A'}" if other else ""
    return f"{difference.kind}: {board}{empty}{f' (its items: {difference.why})' if difference.why else ''}"


def _untold(difference: Difference) -> str:
    return f"tells neither serial nor UUID in {'B' if difference.before else 'A'}: {_at(difference.places)}"


def _renumbered(difference: Difference) -> str:
    each = ", ".join(f"{place.a.device} -> {place.b.device}" for place in difference.places if place.a and place.b)
    return f"same board in the same slot, another position: {each}"


def _bus(difference: Difference) -> str:
    each = ", ".join(f"{place.a.device} {place.a.bus} -> {place.b.bus}" for place in difference.places if place.a and place.b)
    return f"same board at the same position, another bus id: {each}"


def _renamed(difference: Difference) -> str:
    shown = "serial" if difference.name == "UUID" else "UUID"
    return f"same {shown}, another {difference.name}: {_at(difference.places)}: {_values(difference)}"


# --- verdicts and readings -----------------------------------------------------------------------------------------


def _node(difference: Difference) -> str:
    return f"node: {difference.before} -> {difference.after}"


def _verdict(difference: Difference) -> str:
    example = f", as of {_place(difference.places[0])}" if len(difference.places) > 1 and difference.why else ""
    why = f"{example}: {_short(difference.why)}" if difference.why else ""
    return f"{_what(difference)}: {difference.before} -> {difference.after}{why}"


def _again(difference: Difference) -> str:
    told = {"followed": "FAIL in both: the fault went with the board", "stayed": "FAIL of both boards: the fault stayed in the slot"}
    return f"{_what(difference)}: {told[difference.kind]}"


def _only(difference: Difference) -> str:
    value = difference.before if difference.before is not None else difference.after
    said = _bounds(value) if isinstance(value, Mapping) else _amount(value, difference.unit)
    return f"{_what(difference)}: in {_run(difference)} only: {said}"


def _drift(difference: Difference) -> str:
    noise = f"noise {difference.noise:.3g}" if difference.noise is not None else f"noise not known: fewer than {FEWEST} devices"
    why = f"; {difference.why}" if difference.why else ""
    return f"{_what(difference)}: {_values(difference)}, {_change(difference)} ({noise}{why})"


def _shift(difference: Difference) -> str:
    """The median of the changes need not be the change of the medians, so it is told as what it is."""
    values = f"median {_values(difference)}, median of the changes {_change(difference)}"
    return f"{_what(difference)}: {values} (noise {difference.noise or 0:.3g})"


def _change(difference: Difference) -> str:
    delta, before = difference.delta or 0.0, difference.before
    share = 100 * delta / abs(before) if is_number(before) and before and difference.heading != COUNTERS else math.inf
    if not delta:
        return "no change"
    percent = f"{share:+.1f}" if abs(share) >= _TENTH else f"{share:+.1g}"
    return f"{delta:+.6g}{f' or {percent} %' if math.isfinite(share) else ''}"


def _counted(difference: Difference) -> str:
    grown = f", {difference.kind} by {number_words(abs(difference.delta or 0.0))}" if difference.why == LIFE else ""
    why = ": it was reset, or it is another board's" if difference.kind == "fell" and grown else ""
    return f"{_what(difference)}: {_values(difference)} {difference.why}{grown}{why}"


def _apart(difference: Difference) -> str:
    number = {"unit": "measured in", "tool": "measured by", "at once": "measuring programs at once:"}[difference.kind]
    return f"{_what(difference)}: {number} {_short(difference.before)} in A, {_short(difference.after)} in B"


# --- limits and circumstances --------------------------------------------------------------------------------------


def _limit(difference: Difference) -> str:
    before, after = difference.before, difference.after
    each = [f"{name} {_bound(before, name)} -> {_bound(after, name)}" for name in FIELDS if before[name] != after[name]]
    return f"limit {difference.name}: {'; '.join(each)}"


def _bound(limit: Mapping[str, Any], name: str) -> str:
    value = limit[name]
    if value is None:
        return "none"
    if name == "equals":
        return _short(" or ".join(_amount(one, limit["unit"]) for one in value))
    return _short(value) if name in ("unit", "conditions", "source") else _amount(value, limit["unit"])


def _bounds(limit: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_bound(limit, name)}" for name in FIELDS[:4] if limit[name] is not None) or "no bound"


def _required(difference: Difference) -> str:
    return f"check {difference.name}: required in {'A' if difference.before else 'B'} only"


def _listed(difference: Difference) -> str:
    """A check or reading that the spec of one run takes out, or both for other reasons."""
    kind = {"absent": "absent", "not_required": "not required", "unjudged": "not judged"}[difference.kind]
    if difference.before is not None and difference.after is not None:
        return f"{difference.name}: {kind} for another reason: {_short(difference.before)} -> {_short(difference.after)}"
    return f"{difference.name}: {kind} in {_run(difference)} only: {_short(difference.before or difference.after)}"


def _changed(difference: Difference) -> str:
    if difference.unit is not None or isinstance(difference.before, (int, float)) != isinstance(difference.after, (int, float)):
        return f"{_what(difference)}: {_values(difference)}"
    return f"{_what(difference)}: {_listing(difference.before)} -> {_listing(difference.after)}"


def _listing(value: object) -> str:
    return _short(", ".join(map(str, value)) or "nothing") if isinstance(value, list) else _short(value)


_WORDS: Mapping[str, Callable[[Difference], str]] = {
    "exchanged": _moved, "circled": _moved, "moved": _moved, "replaced": _replaced, "gone": _single, "new": _single, "untold": _untold,
    "renumbered": _renumbered, "bus": _bus, "renamed": _renamed, "node": _node, "verdict": _verdict, "followed": _again, "stayed": _again,
    "only": _only, "drift": _drift, "shift": _shift, "grew": _counted, "fell": _counted, "unit": _apart, "tool": _apart, "at once": _apart,
    "limit": _limit, "required": _required, "absent": _listed, "not_required": _listed, "unjudged": _listed,
}  # fmt: skip
