"""
nvidia-smi's tables, `--format=csv` with or without `nounits`: a header and a row per board, process or page.

That is `--query-gpu`, `--query-remapped-rows`, `--query-compute-apps`, `--query-accounted-apps` and
`--query-retired-pages`; columns and units stand at parsers.nvidia_smi.columns. There is no quoting. Units of Readings:
W, MiB, MHz, %, us, ms, C, "generation", "lanes", "count"; "bits" is the number of a mask (see events.py); all else
"version" or "text", with PCI addresses in the form of parsers.cells.bus_id, and 0 and 1 of remapped_rows.pending and
.failure as No and Yes. The layout was read off tables of drivers 442 to 610.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from parsers.cells import read_cell
from parsers.errors import ParseError
from parsers.nvidia_smi.columns import Column, canonical, column_of
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

TOOL = "nvidia-smi --query-gpu"
MAX_LINES = 100_000
"""A table of processes has some hundred."""
_HEADING = re.compile(r"([A-Za-z0-9_.]+)(?: \[([^\]]+)\])?")
_MISSING_BOARD = "Unable to determine the device handle"
_MESSAGES = (_MISSING_BOARD, "Failed to ", "ERROR: ", "WARNING:", "NVIDIA-SMI ", "No devices were found", "Field ")
"""How lines begin that are no rows, wherever they stand."""
_PER_BOARD = ("uuid", "index", "pci.bus_id")
_LISTS = ("pid", "retired_pages.address", "retired_pages.cause")
"""Columns of tables with as many rows as there are processes or pages: none, or several of a board."""


@dataclass(frozen=True)
class Cell:
    """What a row says in a column, whose name is as in the header, without its unit."""

    column: str
    field: Field


@dataclass(frozen=True)
class Table:
    """
    A table. `columns` are the header's names without units, `rows` have a cell for every column.

    The layout has no end mark: it is complete only if there is a column `count` (of the boards of the host), and as many
    rows as that says. Else whoever judges compares the rows with the boards that were promised.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    complete: bool = False


def parse_csv(text: str) -> Table:
    """
    The table with the columns that its header names.

    The last cell of a row without a line end is Absent: it may be half a number. Raises ParseError where the first line
    is no header of known columns (what `noheader` prints cannot be read without knowing what was asked), a unit is missing
    or another, a row is short, a table of boards has none or one of them twice, or a message stands anywhere, which is
    quoted: a table without one of the boards is no measurement.
    """
    lines = _lines(text)
    whole = ends_whole_line(text)
    names = _names(*lines[0])
    if len(lines) == 1 and not whole:
        raise ParseError(TOOL, "the end of the header's line", lines[0][1], lines[0][0])
    columns = _with_header([_known(name, lines[0][0]) for name in names], names, *lines[0])
    rows = [_cells(columns, names, number, line) for number, line in lines[1:]]
    if rows and not whole:
        rows[-1][-1] = Cell(names[-1], Absent(f"the end of the line of {names[-1]}"))
    listed = not {canonical(name) for name in names}.isdisjoint(_LISTS)
    if not listed:
        _refuse_no_or_repeated(names, [{cell.column: cell.field for cell in row} for row in rows])
    return Table(tuple(names), tuple(map(tuple, rows)), complete=whole and not listed and _counted(names, rows))


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines that are not empty, with their numbers; none of them may be a message."""
    lines = [(number, line.strip()) for number, line in enumerate(printable_lines(TOOL, text), 1) if line]
    if len(lines) > MAX_LINES:
        raise ParseError(TOOL, f"at most {MAX_LINES} lines", f"{len(lines)} lines")
    for number, line in lines:
        if line.startswith(_MESSAGES):
            raise ParseError(TOOL, "a header and rows", line, number)
    return lines


def _names(number: int, line: str) -> list[str]:
    """The names in the header, which has at least one that is known: of a row or a message, none is."""
    headings = [_HEADING.fullmatch(cell.strip()) for cell in line.split(",")]
    names = [heading[1] for heading in headings if heading]
    if len(names) != len(headings) or not any(map(column_of, names)):
        raise ParseError(TOOL, "a header that names the columns; without one (noheader) nobody knows what was asked", line, number)
    return names


def _known(name: str, number: int) -> Column:
    column = column_of(name)
    if column is None:
        raise ParseError(TOOL, "columns whose shape is known", name, number)
    return column


def _cells(columns: list[Column], names: list[str], number: int, line: str) -> list[Cell]:
    """A row; commas too many are those of a process's name."""
    cells = line.split(",")
    surplus = len(cells) - len(columns)
    if surplus > 0 and "process_name" in names:
        at = names.index("process_name")
        cells[at : at + surplus + 1] = [",".join(cells[at : at + surplus + 1])]
    return [Cell(name, field) for name, field in zip(names, _fields(columns, names, number, line, cells), strict=True)]


def _counted(names: list[str], rows: list[list[Cell]]) -> bool:
    """Whether the column `count` is there and says how many rows there are; ParseError if it says less or several things."""
    said = {cell.field.value for row in rows for cell in row if cell.column == "count" and isinstance(cell.field, Reading)}
    if len(said) > 1 or any(int(count) < len(rows) for count in said):
        raise ParseError(TOOL, "one count of the boards, and no more rows", f"{len(rows)} rows and the count {sorted(said)}")
    told = [cell.field for row in rows for cell in row if cell.column == "count"]
    return said == {len(rows)} and all(isinstance(field, Reading) for field in told)


def parse_query_csv(text: str, expected_columns: Sequence[str]) -> list[dict[str, Field]]:
    """
    One dict per board, keyed by the names that the caller asked for, in the order of the rows.

    Raises ParseError where the header is not the one asked for, a unit is missing or another, a row is short, or a
    board's row is replaced by a message: a table without one of the boards is no measurement. ValueError: a column that
    this parser does not know was asked for.
    """
    columns = [_column(name) for name in expected_columns]
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines:
        if line.startswith(_MISSING_BOARD):
            raise ParseError(TOOL, "a row for every board", line, number)
    if not lines:
        raise ParseError(TOOL, "a header and a row for every board", "")
    columns = _with_header(columns, expected_columns, *lines[0])
    rows = [_row(columns, expected_columns, number, line) for number, line in lines[1:]]
    _refuse_no_or_repeated(expected_columns, rows)
    return rows


def _column(name: str) -> Column:
    column = column_of(name)
    if column is None:
        raise ValueError(f"no shape is known for the column {name!r}")
    return column


def _with_header(columns: list[Column], names: Sequence[str], number: int, line: str) -> list[Column]:
    """The columns as this header announces them: with the unit there, cells may be bare."""
    headings = [_HEADING.fullmatch(cell.strip()) for cell in line.split(",")]
    found = [canonical(heading[1]) if heading else None for heading in headings]
    if found != [canonical(name) for name in names]:
        raise ParseError(TOOL, f"the header {', '.join(names)}", line, number)
    return [_announced(column, heading[2], number) for column, heading in zip(columns, headings, strict=True) if heading]


def _announced(column: Column, unit: str | None, number: int) -> Column:
    if unit is None or column.any_unit:
        return column
    if unit != column.printed_unit or column.announced is None:
        raise ParseError(TOOL, f"the unit {column.printed_unit or '(none)'} in the header", f"[{unit}]", number)
    return replace(column, kind=column.announced)


def _row(columns: list[Column], names: Sequence[str], number: int, line: str) -> dict[str, Field]:
    return dict(zip(names, _fields(columns, names, number, line, line.split(",")), strict=True))


def _fields(columns: list[Column], names: Sequence[str], number: int, line: str, cells: list[str]) -> list[Field]:
    if len(cells) != len(columns) or not all(cell.strip() or column.may_be_empty for column, cell in zip(columns, cells, strict=True)):
        raise ParseError(TOOL, f"a row of {len(columns)} cells", line, number)
    return [read_cell(TOOL, column.kind, cell, name, number) for name, column, cell in zip(names, columns, cells, strict=True)]


def _refuse_no_or_repeated(names: Sequence[str], rows: list[dict[str, Field]]) -> None:
    """One board on two rows would hide that another is missing."""
    if not rows:
        raise ParseError(TOOL, "a row for every board", "")
    for name in names:
        if canonical(name) in _PER_BOARD:
            values = [field.value for field in (row[name] for row in rows) if isinstance(field, Reading)]
            if len(set(values)) != len(values):
                raise ParseError(TOOL, f"every {name} once", ", ".join(map(str, values)))


TOOLS = (
    Tool(
        "nvidia-smi-csv",
        "442 to 610",
        "nvidia-smi --query-gpu, -remapped-rows, -compute-apps, -retired-pages with --format=csv[,nounits]: the table with its header",
        parse_csv,
    ),
)
