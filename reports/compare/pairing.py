"""Which device of A is which of B, and what each run says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.compare.boards import SAME, Pair, boards_of, paired
from reports.compare.shape import Place, Where
from reports.words import function_of, is_gpu

_TOOL = re.compile(r"[.](?P<tool>[^./]+)[.][^./]+[.]\d+\Z", re.ASCII)
Reading = Mapping[str, Any]
Key = tuple[str, str, str, int]
"""CHECK.FUNCTION, the reading's name, what it is about, and a number for those that stand in an item more than once."""


@dataclass(frozen=True)
class Run:
    """The items of a run by device and CHECK.FUNCTION."""

    results: Mapping[str, Any]
    items: Mapping[str, Mapping[str, Mapping[str, Any]]]

    def of(self, device: str) -> Mapping[str, Mapping[str, Any]]:
        """The items of a device by CHECK.FUNCTION."""
        return self.items.get(device, {})


@dataclass(frozen=True)
class Match:
    """A device of A and one of B; `numbers` says whether the readings of one are those of the other, and not of another board."""

    a: str | None
    b: str | None
    place: Place
    numbers: bool
    board: Pair | None = None


def run_of(results: Mapping[str, Any]) -> Run:
    """The items of a results document in order."""
    items: dict[str, dict[str, Mapping[str, Any]]] = {}
    for item in results["items"]:
        items.setdefault(item["device"], {})[function_of(item["id"])] = item
    return Run(results, items)


def matches(a: Run, b: Run, pairs: Sequence[Pair]) -> list[Match]:
    """Every device of both runs: GPUs as their boards were paired, others by their names."""
    found = [_gpu(pair) for pair in pairs]
    for device in [*a.items, *(device for device in b.items if device not in a.items)]:
        if not is_gpu(device):
            first, second = (Where(device) if device in run.items else None for run in (a, b))
            names = (device if first else None, device if second else None)
            found.append(Match(*names, Place(first, second), first is not None and second is not None))
    return found


def _gpu(pair: Pair) -> Match:
    a, b = (board.position if board else None for board in (pair.a, pair.b))
    return Match(a, b, pair.place, pair.is_comparable, pair)


def board_pairs(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Pair]:
    """The boards of two results documents."""
    return paired(boards_of(a), boards_of(b))


def in_common(pairs: Sequence[Pair]) -> int:
    """How many boards are in both runs, by what they themselves tell."""
    return sum(pair.how == SAME for pair in pairs)


def readings(run: Run, device: str | None) -> Iterator[tuple[Key, Reading]]:
    """The readings of a device."""
    for function, item in run.of(device or "").items():
        counts: dict[tuple[str, str], int] = {}
        for reading in item["readings"]:
            named = reading["name"], reading["about"] or ""
            counts[named] = counts.get(named, 0) + 1
            yield (function, *named, counts[named]), reading


def tool_of(reading: Reading) -> str:
    """The program that it was read from, by the evidence's id (HOST/TARGET.TOOL.PURPOSE.N); empty where it names none."""
    found = _TOOL.search(reading["evidence"] or "")
    return found["tool"] if found else ""
