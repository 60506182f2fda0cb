"""
Which board of A is which of B, and which of them went elsewhere.

A position is no board: after an exchange gpu3 is another one, and where a board is missing all that follow have moved up. So
boards are found again by serial, else by UUID; only what tells neither is taken to be what stood at the same place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reports.compare.shape import BOARDS, Difference, Place, Where
from reports.words import is_gpu, natural

SAME, UNTOLD, REPLACED, GONE, NEW = "same", "untold", "replaced", "gone", "new"
Slot = tuple[str, str]
"""Whether it is told by bus or by position, and which."""


@dataclass(frozen=True)
class Board:
    """The board at a position, as far as it was told; `told` is false where nobody knows whether one stands there."""

    position: str
    serial: str | None
    uuid: str | None
    bus: str | None
    told: bool

    @property
    def known(self) -> bool:
        """Whether it can be told from others."""
        return bool(self.serial or self.uuid)

    @property
    def words(self) -> str:
        """Serial 1650923; the UUID only where there is no serial; empty where a board stands that tells neither."""
        told = f"serial {self.serial}" if self.serial else f"UUID {self.uuid}" if self.uuid else ""
        return told or ("no board" if self.is_empty else "")

    @property
    def where(self) -> Where:
        """As a difference has it."""
        return Where(self.position, self.words, self.bus or "")

    @property
    def is_empty(self) -> bool:
        """Whether the run found no board left for the position."""
        return self.told and not (self.serial or self.uuid or self.bus)


@dataclass(frozen=True)
class Pair:
    """
    A board of A and one of B, and what they are to each other.

    SAME: one board. UNTOLD: at the same place, and at least one of them tells no serial and no UUID. REPLACED: at the same
    place, two boards. GONE, NEW: in one run only, `b` or `a` being None or the empty position that it left. An empty position
    that the other run does not have is UNTOLD.
    """

    a: Board | None
    b: Board | None
    how: str

    @property
    def place(self) -> Place:
        """As a difference has it."""
        return Place(self.a.where if self.a else None, self.b.where if self.b else None)

    @property
    def is_comparable(self) -> bool:
        """Whether a number of one says something of the other."""
        return self.how in (SAME, UNTOLD)


def boards_of(results: Mapping[str, Any]) -> list[Board]:
    """The boards of a run by position; an item that met none does not hide one that another item met."""
    found: dict[str, Mapping[str, str | None] | None] = {}
    for item in results["items"]:
        if is_gpu(item["device"]):
            found[item["device"]] = found.get(item["device"]) or item["identity"]
    return [_board(position, found[position]) for position in sorted(found, key=natural)]


def _board(position: str, identity: Mapping[str, str | None] | None) -> Board:
    told = identity or {}
    return Board(position, told.get("serial"), told.get("uuid"), told.get("pci_bus_id"), identity is not None)


def paired(a: Sequence[Board], b: Sequence[Board]) -> list[Pair]:
    """Every board of both, once; in the order of A's positions, then of B's."""
    matcher = _Matcher(list(a), list(b))
    matcher.match(lambda board: board.serial)
    matcher.match(lambda board: board.uuid)
    matcher.match(lambda board: board.bus)
    matcher.match(lambda board: None if board.is_empty else board.position)
    matcher.match(lambda board: board.position if board.is_empty else None)
    return sorted(matcher.finished(), key=_order)


def _order(pair: Pair) -> tuple[bool, tuple[str | int, ...], tuple[str | int, ...]]:
    first, second = (natural(board.position) if board else () for board in (pair.a, pair.b))
    return pair.a is None, first, second


@dataclass
class _Matcher:
    """Takes from two lists what one of their properties shows to belong together, and keeps what is left."""

    a: list[Board]
    b: list[Board]

    def __post_init__(self) -> None:
        self._pairs: list[Pair] = []

    def match(self, key: Callable[[Board], str | None]) -> None:
        """Pair boards with the same `key`; one that stands twice in a list shows nothing."""
        ours, theirs = _unique(self.a, key), _unique(self.b, key)
        for value in [value for value in ours if value in theirs]:
            self._pair(ours[value], theirs[value])

    def _pair(self, a: Board, b: Board) -> None:
        self.a.remove(a)
        self.b.remove(b)
        self._pairs.append(Pair(a, b, _relation(a, b)))

    def finished(self) -> Iterator[Pair]:
        """The pairs; boards that are left are gone to, or came from, the empty positions that are left."""
        yield from self._pairs
        empty_a, empty_b = ([board for board in boards if board.is_empty] for boards in (self.a, self.b))
        gone, new = ([board for board in boards if not board.is_empty] for boards in (self.a, self.b))
        yield from (Pair(board, empty_b.pop(0) if empty_b else None, GONE) for board in gone)
        yield from (Pair(empty_a.pop(0) if empty_a else None, board, NEW) for board in new)
        yield from (Pair(board, None, UNTOLD) for board in empty_a)
        yield from (Pair(None, board, UNTOLD) for board in empty_b)


def _unique(boards: Sequence[Board], key: Callable[[Board], str | None]) -> dict[str, Board]:
    counts = Counter(key(board) for board in boards)
    return {value: board for board in boards if (value := key(board)) and counts[value] == 1}


def _relation(a: Board, b: Board) -> str:
    if (a.serial and a.serial == b.serial) or (a.uuid and a.uuid == b.uuid):
        return SAME
    if a.known and b.known:
        return REPLACED
    return UNTOLD


def numbered_otherwise(pairs: Sequence[Pair]) -> bool:
    """Whether boards are in both runs and none of their bus ids is: another host, mainboard or firmware numbers them."""
    both = [(pair.a.bus, pair.b.bus) for pair in pairs if pair.how == SAME and pair.a and pair.b and pair.a.bus and pair.b.bus]
    return bool(both) and not {a for a, _ in both} & {b for _, b in both}


def slots(pairs: Sequence[Pair]) -> Callable[[Board], Slot]:
    """
    The slot of a board: its bus id, or its position where that does not name one slot.

    As where it is not known, where two boards tell the same one, and where the host numbers its buses otherwise in the other run.
    """
    by_position = numbered_otherwise(pairs)
    counts = [Counter(board.bus for board in run if board) for run in ([pair.a for pair in pairs], [pair.b for pair in pairs])]

    def slot(board: Board) -> Slot:
        if by_position or not board.bus or max(count[board.bus] for count in counts) > 1:
            return "position", board.position
        return "bus", board.bus

    return slot


def differences(pairs: Sequence[Pair], tallies: Callable[[Pair], str]) -> Iterator[Difference]:
    """What became of the boards; `tallies` are the words for the items of a board that is in one run only."""
    slot = slots(pairs)
    both = [(pair, pair.a, pair.b) for pair in pairs if pair.a and pair.b and pair.how == SAME]
    moved = {slot(a): (pair, slot(b)) for pair, a, b in both if slot(a) != slot(b) and bool(a.bus) == bool(b.bus)}
    for pair in pairs:
        if pair.how in (GONE, NEW):
            yield _board_difference(pair.how, [pair], why="" if pair.a and pair.b else tallies(pair))
        elif pair.how == REPLACED:
            yield _board_difference(pair.how, [pair])
        elif pair.how == UNTOLD and pair.a and pair.b and pair.a.known != pair.b.known:
            yield replace(_board_difference(pair.how, [pair]), before=pair.a.known, after=pair.b.known)
    yield from _moves(moved)
    for pair, a, b in both:
        yield from _renamed(pair, a, b)
        if slot(a) not in moved and (kind := _numbers_changed(a, b)):
            yield _board_difference(kind, [pair])


def _numbers_changed(a: Board, b: Board) -> str:
    """What became of the numbers of a board that stayed in its slot."""
    if a.position != b.position:
        return "renumbered"
    return "bus" if a.bus and b.bus and a.bus != b.bus else ""


def _board_difference(kind: str, pairs: Sequence[Pair], why: str = "") -> Difference:
    return Difference(BOARDS, kind, "", tuple(pair.place for pair in pairs), None, None, why=why)


def _moves(moved: Mapping[Slot, tuple[Pair, Slot]]) -> Iterator[Difference]:
    """Boards that went in a circle as one difference, two of them being an exchange; others one by one."""
    done: set[Slot] = set()
    for start in moved:
        if start in done:
            continue
        circle = _circle(moved, start)
        done.update(circle or [start])
        kind = "moved" if not circle else "exchanged" if len(circle) == 2 else "circled"
        yield _board_difference(kind, [moved[slot][0] for slot in circle or [start]])


def _circle(moved: Mapping[Slot, tuple[Pair, Slot]], start: Slot) -> list[Slot]:
    """The slots from `start` on, each with the slot that its board went to next; empty where they do not lead back."""
    found = [start]
    while (onward := moved[found[-1]][1]) != start:
        if onward not in moved or onward in found:
            return []
        found.append(onward)
    return found


def _renamed(pair: Pair, a: Board, b: Board) -> Iterator[Difference]:
    for name, before, after in (("UUID", a.uuid, b.uuid), ("serial", a.serial, b.serial)):
        if before and after and before != after:
            yield Difference(BOARDS, "renamed", name, (pair.place,), before, after, "text")
