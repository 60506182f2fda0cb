"""The sentences under a verdict: which items decided it, on which boards, and what was measured."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reports.flows import FLOW
from reports.margins import deciding, margin, urgency
from reports.words import (
    board_words,
    covering,
    extent,
    function_of,
    is_gpu,
    is_number,
    limit_words,
    suspect_name,
    suspect_words,
    value_words,
)

Item = Mapping[str, Any]
_GROUPED_FROM = 3
_TOLD_BY_THEIR_LINE = ("count", "text")
_LINE_SHOWN = 240
_FLOWS_TOLD = 3
_SENTENCES_TOLD = 20
_MEASURED = "\0"
_KEPT = "pvc.retained"
_FRACTION = re.compile(r"(?<![\w.])\d{1,18}[.]\d{1,18}(?![\w.])", re.ASCII)


def failures(items: Sequence[Item], required: Sequence[str]) -> list[str]:
    """
    One sentence per failed item; one for all that failed the same limit, which still names each value and board.

    Items of the network with one suspect share a sentence.
    """
    found = []
    for (function, limit), group in _grouped([item for item in items if not item["suspect"]], _limit_failed).items():
        if limit and len(group) >= _GROUPED_FROM:
            each = "; ".join(f"{item['device']} {_values_failed(item)}{board_words(item['identity'], item['device'])}" for item in group)
            found.append(f"{function} is FAIL {_extent(function, group, required)}, limit {limit}: {each}")
        else:
            found += [f"{it['id']} is FAIL: {_what_failed(it)}{_kind(it)}{board_words(it['identity'], it['device'])}" for it in group]
    return [*found, *_accusations(items, required)]


def others(items: Sequence[Item], required: Sequence[str]) -> list[str]:
    """
    One sentence for all items of a function that ended alike: ERROR, SKIP, or FAIL with another subject.

    Alike are those with the same reason; failed ones with a suspect are alike where the suspect is the same.
    """
    found: dict[tuple[str, str], list[str]] = {}
    untold: dict[tuple[str, str], list[Item]] = {}
    for (function, (verdict, subject, reason)), group in _grouped([it for it in items if not _is_accused(it)], _alike).items():
        ended = function, f"is {verdict}{_whose(subject) if verdict == 'FAIL' else ''}"
        if len(found.setdefault(ended, [])) < _SENTENCES_TOLD:
            found[ended].append(_alike_words(ended, group, reason, required))
        else:
            untold.setdefault(ended, []).extend(group)
    for (function, ending), group in untold.items():
        where = _extent(function, group, required)
        found[function, ending].append(f"{function} {ending} for other reasons {where}: each is told in its row")
    return [*(sentence for sentences in found.values() for sentence in sentences), *_accusations(items, required)]


def _alike_words(ended: tuple[str, str], group: Sequence[Item], reason: str, required: Sequence[str]) -> str:
    function, ending = ended
    first = group[0]
    if len(group) == 1:
        return f"{first['id']} {ending}: {first['reason']}{_board_of_error(first)}"
    where = _extent(function, group, required)
    if _MEASURED in reason:
        return f"{function} {ending} {where}, as in {first['id']}: {first['reason']}"
    return f"{function} {ending} {where}: {reason}"


def _whose(subject: str) -> str:
    return f" (subject: {subject})"


def _is_accused(item: Item) -> bool:
    return item["verdict"] == "FAIL" and bool(item["suspect"])


def _accusations(items: Sequence[Item], required: Sequence[str]) -> list[str]:
    """One sentence for all items of a function that failed with the same suspect: how many, the worst of them, and why that suspect."""
    accused = [item for item in items if _is_accused(item)]
    return [_accusation(function, group, required) for (function, _), group in _grouped(accused, _accused_of).items()]


def _accused_of(item: Item) -> tuple[str, str]:
    return item["subject"], suspect_name(item["suspect"])


def _accusation(function: str, group: Sequence[Item], required: Sequence[str]) -> str:
    worst = min(group, key=_distance)
    blame = "" if worst["subject"] == "node" else _whose(worst["subject"])
    told = f"{_what_failed(worst)}{_kind(worst)}; {suspect_words(worst['suspect'])}"
    if len(group) == 1:
        return f"{worst['id']} is FAIL{blame}: {told}"
    return f"{function} is FAIL{blame} {_extent(function, group, required)}: the worst is {worst['id']} with {told}"


def _distance(item: Item) -> tuple[float, float]:
    """A sort key: what is furthest outside its limit comes first, and what has no distance in per cent before it, by its value."""
    worst = deciding(_failed_readings(item))
    distance = margin(worst) if worst else None
    if worst is None or distance is not None or not is_number(worst["value"]):
        return (-math.inf if distance is None else distance), 0.0
    return -math.inf, -abs(worst["value"])


def missing(ids: Sequence[str], required: Sequence[str], started: Iterable[str]) -> list[str]:
    """What did not run, in few words, and which items began and never ended."""
    if not ids:
        return []
    ever = set(started)
    begun = [item for item in ids if item in ever]
    lost = [f"{item} was started and did not end" for item in begun]
    return [*lost, f"{len(ids)} of {len(required)} required items did not run to their end: {covering(ids, required)}"]


def left_behind(items: Iterable[Item]) -> list[str]:
    """What a run could not take back, and somebody has to remove: a sentence each, whatever the verdict."""
    kept = [(item, reading) for item in items for reading in item["readings"] if reading["name"] == _KEPT and reading["value"] is not None]
    return [f"{item['id']} leaves something behind: {reading['source_line']}" for item, reading in kept]


def passed(ids: Sequence[str], required: Sequence[str]) -> str:
    """Which part of the node was found good, for a run that does not say more."""
    return f"{len(ids)} of {len(required)} required items passed{': ' if ids else ''}{covering(ids, required)}"


def warned(items: Iterable[Item]) -> int:
    """How many warnings these items are: one each, but as many as flows of it are WARN where an item stands for all that a host sends."""
    return sum(max(1, len({reading["about"] for reading in _flows_warned(item)})) for item in items)


def _flows_warned(item: Item) -> list[Mapping[str, Any]]:
    return _failed_readings(item, "WARN") if function_of(item["id"]) == FLOW else []


def warnings(items: Sequence[Item], check: str, allowed: int) -> str:
    """The sentence for a check with more warnings than the spec allows; where some are not the node's, it says how many are."""
    number, mine = warned(items), warned(item for item in items if item["subject"] == "node")
    whose = f", {mine} with subject node" if mine < number else ""
    flows = "" if number == len(items) else f"{number} flows in "
    told = items[:_SENTENCES_TOLD]
    each = "; ".join(f"{item['id']} {_values_of(item, 'WARN')}{board_words(item['identity'], item['device'])}" for item in told)
    each += f"; and {len(items) - len(told)} more" if len(items) > len(told) else ""
    return f"{flows}{len(items)} items of {check} are WARN, {allowed} are allowed{whose}: {each}"


def _grouped(items: Sequence[Item], key: Callable[[Item], Any]) -> dict[tuple[str, Any], list[Item]]:
    groups: dict[tuple[str, Any], list[Item]] = {}
    for item in items:
        groups.setdefault((function_of(item["id"]), key(item)), []).append(item)
    return groups


def _failed_readings(item: Item, verdict: str = "FAIL") -> list[Mapping[str, Any]]:
    return [reading for reading in item["readings"] if reading["verdict"] == verdict]


def _limit_failed(item: Item) -> str:
    """What items must have in common to share a sentence: one failed reading each, with the same limit."""
    failed = _failed_readings(item)
    return f"{limit_words(failed[0]['limit'])}{_kind(item)}" if len(failed) == 1 else ""


def _values_failed(item: Item) -> str:
    return _values_of(item, "FAIL")


def _values_of(item: Item, verdict: str) -> str:
    readings, more = _told(_failed_readings(item, verdict))
    return ", ".join(value_words(reading) for reading in readings) + more or item["reason"]


def _what_failed(item: Item) -> str:
    failed, more = _told(_failed_readings(item))
    named = [(f"{_name(r)} " if r["name"] != function_of(item["id"]) else "", r) for r in failed]
    return "; ".join(f"{name}{value_words(r)}, limit {limit_words(r['limit'])}{_said(r)}" for name, r in named) + more or item["reason"]


def _told(readings: Sequence[Mapping[str, Any]]) -> tuple[Sequence[Mapping[str, Any]], str]:
    """The readings to name, all of them unless they are of many flows, and the words for the rest."""
    if len(readings) <= _FLOWS_TOLD or not any(reading["about"] for reading in readings):
        return readings, ""
    return sorted(readings, key=urgency)[:_FLOWS_TOLD], f"; and {len(readings) - _FLOWS_TOLD} more"


def _name(reading: Mapping[str, Any]) -> str:
    return f"{reading['name']} of {reading['about']}" if reading["about"] else str(reading["name"])


def _said(reading: Mapping[str, Any]) -> str:
    """Where a word or a count was read, if that says more than the value: which error DCGM named, during which check it rose."""
    line = str(reading["source_line"])
    if reading["unit"] not in _TOLD_BY_THEIR_LINE or not line or line.endswith(str(reading["value"])):
        return ""
    return f" ({line if len(line) <= _LINE_SHOWN else line[:_LINE_SHOWN] + ' ...'})"


def _kind(item: Item) -> str:
    return ", a matter of configuration" if item["class"] == "configuration" else ""


def _alike(item: Item) -> tuple[str, str, str]:
    """Items are alike when they differ in nothing but the names of their own device; numbers may differ too where that is no GPU."""
    reason = _anonymous(item)
    alike = reason if is_gpu(item["device"]) else _FRACTION.sub(_MEASURED, reason)
    return item["verdict"], item["subject"], alike


def _anonymous(item: Item) -> str:
    own = [item["device"], *(value for value in (item["identity"] or {}).values() if value)]
    if item["device"] == "node":
        return str(item["reason"])
    return re.sub("|".join(rf"\b{re.escape(name)}\b" for name in sorted(own, key=len, reverse=True)), "the device", item["reason"])


def _extent(function: str, group: Sequence[Item], required: Sequence[str]) -> str:
    return extent(function, [item["device"] for item in group], required)


def _board_of_error(item: Item) -> str:
    """The board where it is known: an item without one has nothing to add to its reason."""
    return board_words(item["identity"], item["device"]) if item["identity"] and any(item["identity"].values()) else ""


def ids_of(items: Iterable[Item]) -> list[str]:
    """The ids of `items`."""
    return [item["id"] for item in items]
