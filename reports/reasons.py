"""The sentences under a verdict: which items decided it, on which boards, and what was measured."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reports.words import board_words, covering, device_of, device_words, function_of, limit_words, value_words

Item = Mapping[str, Any]
_GROUPED_FROM = 3
_TOLD_BY_THEIR_LINE = ("count", "text")
_LINE_SHOWN = 240


def failures(items: Sequence[Item], required: Sequence[str]) -> list[str]:
    """One sentence per failed item; one for all that failed the same limit, which still names each value and board."""
    found = []
    for (function, limit), group in _grouped(items, _limit_failed).items():
        if limit and len(group) >= _GROUPED_FROM:
            each = "; ".join(f"{item['device']} {_values_failed(item)}{board_words(item['identity'], item['device'])}" for item in group)
            found.append(f"{function} is FAIL {_extent(function, group, required)}, limit {limit}: {each}")
        else:
            found += [f"{it['id']} is FAIL: {_what_failed(it)}{_kind(it)}{board_words(it['identity'], it['device'])}" for it in group]
    return found


def others(items: Sequence[Item], required: Sequence[str]) -> list[str]:
    """One sentence for all items of a function that ended alike, for the same reason: ERROR, SKIP, or FAIL with another subject."""
    found = []
    for (function, (verdict, subject, reason)), group in _grouped(items, _alike).items():
        blame = f" (subject: {subject})" if verdict == "FAIL" else ""
        if len(group) == 1:
            item = group[0]
            found.append(f"{item['id']} is {verdict}{blame}: {item['reason']}{_board_of_error(item)}")
        else:
            found.append(f"{function} is {verdict}{blame} {_extent(function, group, required)}: {reason}")
    return found


def missing(ids: Sequence[str], required: Sequence[str], started: Iterable[str]) -> list[str]:
    """What did not run, in few words, and which items began and never ended."""
    if not ids:
        return []
    begun = [item for item in ids if item in set(started)]
    lost = [f"{item} was started and did not end" for item in begun]
    return [*lost, f"{len(ids)} of {len(required)} required items did not run to their end: {covering(ids, required)}"]


def passed(ids: Sequence[str], required: Sequence[str]) -> str:
    """Which part of the node was found good, for a run that does not say more."""
    return f"{len(ids)} of {len(required)} required items passed{': ' if ids else ''}{covering(ids, required)}"


def warnings(items: Sequence[Item], check: str, allowed: int) -> str:
    """The sentence for a check with more warnings than the spec allows."""
    each = "; ".join(f"{item['id']} {_values_of(item, 'WARN')}{board_words(item['identity'], item['device'])}" for item in items)
    return f"{len(items)} items of {check} are WARN, {allowed} are allowed: {each}"


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
    return ", ".join(value_words(reading) for reading in _failed_readings(item, verdict)) or item["reason"]


def _what_failed(item: Item) -> str:
    failed = _failed_readings(item)
    named = [(f"{r['name']} " if r["name"] != function_of(item["id"]) else "", r) for r in failed]
    return "; ".join(f"{name}{value_words(r)}, limit {limit_words(r['limit'])}{_said(r)}" for name, r in named) or item["reason"]


def _said(reading: Mapping[str, Any]) -> str:
    """Where a word or a count was read, if that says more than the value: which error DCGM named, during which check it rose."""
    line = str(reading["source_line"])
    if reading["unit"] not in _TOLD_BY_THEIR_LINE or not line or line.endswith(str(reading["value"])):
        return ""
    return f" ({line if len(line) <= _LINE_SHOWN else line[:_LINE_SHOWN] + ' ...'})"


def _kind(item: Item) -> str:
    return ", a matter of configuration" if item["class"] == "configuration" else ""


def _alike(item: Item) -> tuple[str, str, str]:
    """Items are alike when they differ in nothing but the names of their own device."""
    return item["verdict"], item["subject"], _anonymous(item)


def _anonymous(item: Item) -> str:
    own = [item["device"], *(value for value in (item["identity"] or {}).values() if value)]
    if item["device"] == "node":
        return str(item["reason"])
    return re.sub("|".join(rf"\b{re.escape(name)}\b" for name in sorted(own, key=len, reverse=True)), "the device", item["reason"])


def _extent(function: str, group: Sequence[Item], required: Sequence[str]) -> str:
    """On all 8 GPUs (gpu0 to gpu7); on 3 of 8 devices where they are not all GPUs."""
    promised = [device_of(item) for item in required if function_of(item) == function]
    devices = [item["device"] for item in group]
    kind = "GPUs" if all(device.startswith("gpu") for device in devices) else "devices"
    number = f"all {len(promised)}" if set(devices) == set(promised) else f"{len(devices)} of {len(promised) or len(devices)}"
    return f"on {number} {kind} ({device_words(devices)})"


def _board_of_error(item: Item) -> str:
    """The board where it is known: an item without one has nothing to add to its reason."""
    return board_words(item["identity"], item["device"]) if item["identity"] and any(item["identity"].values()) else ""


def ids_of(items: Iterable[Item]) -> list[str]:
    """The ids of `items`."""
    return [item["id"] for item in items]
