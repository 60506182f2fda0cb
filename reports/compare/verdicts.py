"""What became of the verdicts: of the node, and of each item on the same board, or of what stands in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from reports.compare.boards import GONE, NEW, SAME, Board, Pair, Slot, slots
from reports.compare.pairing import Match, Run
from reports.compare.shape import BETTER, SEVERITY, VERDICTS, WORSE, Difference, Place, Where

_OF_NODE = ("ACCEPTED", "INCOMPLETE", "REJECTED")
_NODE = Place(Where("node"), Where("node"))
Item = Mapping[str, Any]


def differences(a: Run, b: Run, found_again: Sequence[Match]) -> Iterator[Difference]:
    """The node's verdict if its word changed, then the items, then faults that went with a moved board or stayed in its slot."""
    before, after = a.results["verdict"], b.results["verdict"]
    order = [_OF_NODE.index(verdict.partition(" ")[0]) for verdict in (before, after)]
    if order[0] != order[1]:
        yield Difference(VERDICTS, "node", "node", (_NODE,), before, after, None, WORSE if order[1] > order[0] else BETTER)
    pairs = [match.board for match in found_again if match.board]
    slot = slots(pairs)
    for match in found_again:
        if match.board is None or match.board.how not in (GONE, NEW) or (match.a and match.b):
            yield from _items(a, b, match)
        if match.board and match.board.how == SAME:
            yield from _followed(a, b, match.board, slot)
    yield from _stayed(a, b, pairs, slot)


def tally(a: Run, b: Run, pair: Pair) -> str:
    """12 PASS, 1 FAIL: the items of a board that is in one run only."""
    side, run = (pair.a, a) if pair.how == GONE else (pair.b, b)
    counts = Counter(item["verdict"] for item in run.of(side.position if side else "").values())
    return ", ".join(f"{counts[word]} {word}" for word in reversed(SEVERITY) if counts[word])


def _items(a: Run, b: Run, match: Match) -> Iterator[Difference]:
    ours, theirs = a.of(match.a or ""), b.of(match.b or "")
    for function in [*ours, *(function for function in theirs if function not in ours)]:
        before, after = ours.get(function), theirs.get(function)
        if before is None or after is None:
            first, second = (item["verdict"] if item else None for item in (before, after))
            yield Difference(VERDICTS, "only", function, (match.place,), first, second, why=_reason(before or after))
        elif before["verdict"] != after["verdict"]:
            yield _changed(function, match.place, before, after)


def _changed(function: str, place: Place, before: Item, after: Item) -> Difference:
    order = [SEVERITY.index(item["verdict"]) for item in (before, after)]
    sense = WORSE if order[1] > order[0] else BETTER
    why = _reason(after if sense == WORSE else before)
    return Difference(VERDICTS, "verdict", function, (place,), before["verdict"], after["verdict"], None, sense, why=why)


def _reason(item: Item | None) -> str:
    return str(item["reason"]) if item else ""


def _followed(a: Run, b: Run, pair: Pair, slot: Callable[[Board], Slot]) -> Iterator[Difference]:
    """Failures of a board in two slots: then it is hardly the slot."""
    if pair.a and pair.b and slot(pair.a) != slot(pair.b):
        yield from (_again("followed", function, pair.place) for function in _failed_twice(a, pair.a, b, pair.b))


def _stayed(a: Run, b: Run, pairs: Sequence[Pair], slot: Callable[[Board], Slot]) -> Iterator[Difference]:
    """Failures in one slot, of two boards: then it is hardly the board."""
    in_b = {slot(pair.b): pair.b for pair in pairs if pair.b}
    for pair in pairs:
        other = in_b.get(slot(pair.a)) if pair.a else None
        if pair.a and other and pair.a.known and other.known and not (pair.how == SAME and other is pair.b):
            place = Place(pair.a.where, other.where)
            yield from (_again("stayed", function, place) for function in _failed_twice(a, pair.a, b, other))


def _failed_twice(a: Run, here: Board, b: Run, there: Board) -> list[str]:
    theirs = b.of(there.position)
    items = a.of(here.position).items()
    return [name for name, item in items if item["verdict"] == "FAIL" and name in theirs and theirs[name]["verdict"] == "FAIL"]


def _again(kind: str, function: str, place: Place) -> Difference:
    return Difference(VERDICTS, kind, function, (place,), "FAIL", "FAIL")
