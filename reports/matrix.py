"""
The flows over one interface as a picture: a row for each sender, a column for each receiver, coloured by the share of the limit.

The picture is an SVG that stands by itself. What failed is crossed and what was not measured is hatched, so that both
can be told without colours. Above MOST_BINS hosts a cell stands for several flows and shows the worst of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.flows import RECEIVED, Flow, Flows, flow_words
from reports.heat import HATCHES, HEAT, fill_of, lines, mark, paint, pattern
from reports.markup import SIGNS, text
from reports.words import is_number

MOST_BINS = 128
_ROOMY = 16
_PICTURE = 900
_LABEL_SHOWN = 20
_CHAR = 5.9
_INK = "#1c2430"


@dataclass
class Cell:
    """The flows from one group of hosts to another: how many there could be, how many were measured, and the worst of which we know."""

    possible: int
    measured: int = 0
    worst: Flow | None = None

    def add(self, flow: Flow) -> None:
        """Count a flow."""
        self.measured += flow.is_measured
        if self.worst is None or flow.place < self.worst.place:
            self.worst = flow


@dataclass(frozen=True)
class _Grid:
    """Where things stand: groups of hosts on both sides, size of a cell, room for the names. `patterns` begins the names of the hatches."""

    groups: Sequence[Sequence[str]]
    patterns: str
    is_roomy: bool
    is_upright: bool
    width: int
    height: int
    left: int
    top: int

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """The upper left corner of a cell."""
        return self.left + column * self.width, self.top + row * self.height

    def square(self, row: int, column: int) -> str:
        """The outline of a cell."""
        x, y = self.corner(row, column)
        return f"M{x} {y}h{self.width}v{self.height}h-{self.width}z"

    def mark(self, row: int, column: int) -> tuple[float, float, float]:
        """Where a mark stands and its size: beside the number, or all over a small cell."""
        x, y = self.corner(row, column)
        return (x + 4, y + self.height / 2 - 4, 8) if self.is_roomy else (x + 1, y + 1, self.width - 2)


def _grid(groups: Sequence[Sequence[str]], patterns: str) -> _Grid:
    """A cell has room for a number where there are few."""
    is_roomy = len(groups) <= _ROOMY
    longest = math.ceil(max(len(_short(group_name(group))) for group in groups) * _CHAR)
    width, height = (46, 24) if is_roomy else (max(7, min(20, _PICTURE // len(groups))),) * 2
    is_upright = is_roomy and longest < width
    return _Grid(groups, patterns, is_roomy, is_upright, width, height, max(longest, 40) + 10, 32 if is_upright else longest + 28)


def grouped(hosts: Sequence[str]) -> list[Sequence[str]]:
    """The hosts one by one, or in at most MOST_BINS groups of neighbours."""
    size = max(1, math.ceil(len(hosts) / MOST_BINS))
    return [hosts[start : start + size] for start in range(0, len(hosts), size)]


def group_name(group: Sequence[str]) -> str:
    """N3, or n1...n8."""
    return group[0] if len(group) == 1 else f"{group[0]}...{group[-1]}"


def _short(name: str) -> str:
    half = _LABEL_SHOWN // 2 - 1
    return name if len(name) <= _LABEL_SHOWN else f"{name[:half]}..{name[-half:]}"


def cells(groups: Sequence[Sequence[str]], flows: Flows) -> list[list[Cell]]:
    """A cell for each pair of groups, row by row."""
    sizes, place = [len(group) for group in groups], {host: number for number, group in enumerate(groups) for host in group}
    made = [[Cell(a * b - a * (row == column)) for column, b in enumerate(sizes)] for row, a in enumerate(sizes)]
    for (sender, receiver), flow in flows.items():
        made[place[sender]][place[receiver]].add(flow)
    return made


def matrix(number: int, interface: str, hosts: Sequence[str], own: str, flows: Flows, absent: str) -> str:
    """The SVG. `number` keeps its parts apart from those of other pictures on the page; `absent` says why nothing is known of a flow."""
    grid = _grid(grouped(hosts), f"hw-{number}")
    drawn, side = cells(grid.groups, flows), len(grid.groups)
    width, height = grid.left + side * grid.width + 2, grid.top + side * grid.height + 2
    title = f"{interface}: what each host sends to each other host; rows are senders, columns are receivers"
    defs = "".join(pattern(f"{grid.patterns}-{kind}", kind) for kind in HATCHES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="hw-matrix" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="10">'
        f"<title>{text(title)}</title><defs>{defs}</defs>{_axes(grid, own)}{_squares(grid, drawn, interface, absent)}"
        f"{_marks(grid, drawn)}{_numbers(grid, drawn) if grid.is_roomy else ''}</svg>"
    )


def _axes(grid: _Grid, own: str) -> str:
    """Names of senders on the left and of receivers above, as many as there is room for."""
    every = math.ceil(10 / min(grid.width, grid.height))
    shown = [(place, group) for place, group in enumerate(grid.groups) if place % every == 0]
    rows = (_label(group, own, grid.left - 5, grid.corner(place, 0)[1] + grid.height / 2 + 3.5, "end") for place, group in shown)
    columns = (_column_label(group, own, grid.corner(0, place)[0] + grid.width / 2, grid) for place, group in shown)
    said = f'<text x="{grid.left - 5}" y="{grid.top - 6}" text-anchor="end" fill="#5b6675">sender</text>'
    said += f'<text x="{grid.left}" y="10" fill="#5b6675">receiver</text>'
    return f'<g class="names" fill="{_INK}">{said}{"".join(rows)}{"".join(columns)}</g>'


def _label(group: Sequence[str], own: str, x: float, y: float, anchor: str, turn: str = "") -> str:
    weight = ' font-weight="bold"' if own in group else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{weight}{turn}>{text(_short(group_name(group)))}</text>'


def _column_label(group: Sequence[str], own: str, x: float, grid: _Grid) -> str:
    y = grid.top - 6
    if grid.is_upright:
        return _label(group, own, x, y, "middle")
    return _label(group, own, x + 3.5, y, "start", f' transform="rotate(-90 {x + 3.5:g} {y:g})"')


def _kind(cell: Cell) -> str:
    if cell.possible == 0:
        return "diagonal"
    return "absent" if cell.worst is None else fill_of(cell.worst.verdict, cell.worst.share)


def _each(drawn: Sequence[Sequence[Cell]]) -> Iterator[tuple[int, int, Cell]]:
    return ((row, column, cell) for row, line in enumerate(drawn) for column, cell in enumerate(line))


def _squares(grid: _Grid, drawn: Sequence[Sequence[Cell]], interface: str, absent: str) -> str:
    """All cells, those of one kind together, so that a colour is said once."""
    kinds: dict[str, list[str]] = {}
    for row, column, cell in _each(drawn):
        title = text(_title(group_name(grid.groups[row]), group_name(grid.groups[column]), cell, interface, absent))
        kinds.setdefault(_kind(cell), []).append(f'<path d="{grid.square(row, column)}"><title>{title}</title></path>')
    return "".join(
        f'<g class="cells {kind}" fill="{paint(kind, grid.patterns)}" stroke="#fff">{"".join(squares)}</g>'
        for kind, squares in kinds.items()
    )


def _title(senders: str, receivers: str, cell: Cell, interface: str, absent: str) -> str:
    named = f"{senders} to {receivers} over {interface}"
    if cell.possible == 0:
        return f"{senders} sends nothing to itself"
    if cell.worst is None:
        return f"{named}: {absent}"
    if cell.possible == 1:
        return flow_words(cell.worst)
    return f"{named}: {cell.measured} of {cell.possible} flows measured; the worst is {flow_words(cell.worst)}"


def _marks(grid: _Grid, drawn: Sequence[Sequence[Cell]]) -> str:
    """A cross on what failed, a stroke on what is near its limit, stripes where only a part of the flows was measured."""
    found: dict[str, list[str]] = {"FAIL": [], "WARN": [], "partly": []}
    for row, column, cell in _each(drawn):
        if cell.worst is None:
            continue
        if cell.worst.verdict in found:
            found[str(cell.worst.verdict)].append(mark(str(cell.worst.verdict), *grid.mark(row, column)))
        if cell.worst.is_measured and cell.measured < cell.possible:
            found["partly"].append(grid.square(row, column))
    over = f'<path class="partly" fill="{paint("partly", grid.patterns)}" d="{"".join(found["partly"])}"/>'
    partly = over if found["partly"] else ""
    return f'<g pointer-events="none">{partly}{lines("FAIL", found["FAIL"])}{lines("WARN", found["WARN"])}</g>'


def _numbers(grid: _Grid, drawn: Sequence[Sequence[Cell]]) -> str:
    said = (_number(grid, row, column, cell.worst) for row, column, cell in _each(drawn) if cell.worst)
    return f'<g class="numbers" fill="{_INK}" pointer-events="none">{"".join(said)}</g>'


def _number(grid: _Grid, row: int, column: int, flow: Flow) -> str:
    """The rate in a cell that has room for it, or the sign of what was not measured."""
    x, y = grid.corner(row, column)
    received = flow.reading(RECEIVED)
    rate = _brief(received["value"]) if received and is_number(received["value"]) else ""
    kind = fill_of(flow.verdict, flow.share)
    ink = HEAT[int(kind.removeprefix("heat-"))].ink if kind.startswith("heat-") else _INK
    edge = "" if flow.is_measured else ' stroke="#fff" stroke-width="3" paint-order="stroke"'
    said = rate if flow.is_measured else f"{SIGNS[str(flow.verdict)]} {rate}".strip()
    place, anchor = (x + grid.width - 5, "end") if rate else (x + grid.width / 2, "middle")
    return f'<text x="{place:g}" y="{y + grid.height / 2 + 3.5:g}" text-anchor="{anchor}" fill="{ink}"{edge}>{said}</text>'


def _brief(value: float) -> str:
    """As much of a number as a cell has room for."""
    return f"{value:.1f}" if 1 <= abs(value) < 100 else f"{value:.0f}" if 100 <= abs(value) < 10000 else f"{value:.1g}"
