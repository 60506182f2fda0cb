"""
The table of `dcgmi diag` without -j, taken apart: what run it was of, and every test with its statuses and messages.

Layout of dcgmi/Diag.cpp, DCGM 2.0 to 4.6: a row of the table has 25 and 46 places. A message is cut into pieces of 45
characters, wherever that falls, so that pieces put together again give the message; one that ran out of DCGM's own room
ends in the middle. What does not fit a row otherwise ends in "...".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.dcgmi.drawn import BORDER, DOUBLE_BORDER, ROW, Line, read_drawn
from parsers.dcgmi.entries import TOOL
from parsers.errors import ParseError

METADATA = "Metadata"
STATUS = re.compile(
    r"(?:(?P<group>[A-Za-z_]{1,20})(?P<entity>[0-9]{1,5}): ?)?(?P<status>Pass|Fail|Skip|Warn|Not Run|)"
    r"(?: - (?:(?P<all>All)|GPU(?P<many>s?): (?P<gpus>[0-9]{1,4}(?:, [0-9]{1,4})*)))?"
)
"""A status: of a test ("Pass"; nothing, if it did not run), of GPUs ("Fail - GPUs: 0, 3", "Skip - All"), of a device ("GPU0: Pass")."""

_TITLE = re.compile(r"\| Diagnostic +\| Result +\|")
_SECTION = re.compile(r"[|+]-{3,} +(?P<name>[A-Za-z]+) +-{3,}\+-+[|+]")
_ELISION = re.compile(r"\.{3,}")
_MESSAGE = re.compile(r"(?P<kind>Warning|Error|Info)(?:: (?P<device>[A-Za-z_]{1,20}[0-9]{1,5}))?")
_CODE = re.compile(r"Code: \([0-9]{1,20}\)")
_CELL_WIDTH = 48
_PIECE_WIDTH = 45
_BANNER = "Successfully ran diagnostic for group."
_ITERATIONS = re.compile(r"Running iteration [0-9]+ of [0-9]+\b.*|.* runs of the diagnostic\b.*")


@dataclass
class Message:
    """A warning, error or remark of a test, about all of it (`device` is None) or about one device ("GPU0"), piece by piece."""

    kind: str
    device: str | None
    pieces: list[str]

    @property
    def text(self) -> str:
        """The pieces put together again."""
        return "".join(self.pieces).strip()


@dataclass
class Test:
    """A test of the table: its statuses as they are printed, the first one beside its name, and its messages."""

    __test__ = False  # or pytest takes it for a class of tests

    category: str
    name: str
    line: Line
    statuses: list[re.Match[str]]
    messages: list[Message]
    open: Message | None = None


@dataclass
class Table:
    """`metadata` by name, tests in their order, lines around the table, and whether it has a head, an end and nothing left out."""

    metadata: dict[str, str]
    tests: list[Test]
    notes: tuple[str, ...]
    complete: bool


def read_table(text: str) -> Table:
    """The one table in `text`. Raises ParseError for none, several (`--iterations`), and every line that is no part of one."""
    drawn = read_drawn(TOOL, text, "the table of a diagnostic")
    _refuse_iterations(text)
    head = [pattern for pattern, line in zip((BORDER, _TITLE, DOUBLE_BORDER), drawn.lines, strict=False) if pattern.fullmatch(line.text)]
    rows = drawn.lines[len(head) if len(head) == 3 else 0 :]
    table = Table({}, [], tuple(note for note in drawn.notes if note != _BANNER), drawn.ended and len(head) == 3)
    category = METADATA
    for line in rows:
        section = _SECTION.fullmatch(line.text)
        if section:
            category = section["name"]
        elif _ELISION.fullmatch(line.text):
            table.complete = False
        elif category == METADATA:
            _take_metadata(table, line)
        else:
            _take_row(table, category, line)
    return table


def _refuse_iterations(text: str) -> None:
    """Of several runs the first table may be all that is left of the text: it is never taken for the only one."""
    for number, line in enumerate(map(str.strip, text.split("\n")), start=1):
        if _ITERATIONS.fullmatch(line):
            raise ParseError(TOOL, "one run", line, number)


def _cells(line: Line) -> tuple[str, str]:
    """The name and the whole second cell of a row, with the blanks in it."""
    row = ROW.fullmatch(line.text)
    if row is None:
        raise ParseError(TOOL, "a row of the table", line.text, line.number)
    return row["label"].strip(), row["cell"]


def _take_metadata(table: Table, line: Line) -> None:
    name, cell = _cells(line)
    value = cell.strip()
    if not name or name in table.metadata or (value and STATUS.fullmatch(value)):
        raise ParseError(TOOL, "a row that says what was run", line.text, line.number)
    table.metadata[name] = value


def _take_row(table: Table, category: str, line: Line) -> None:
    name, cell = _cells(line)
    message = _MESSAGE.fullmatch(name)
    status = STATUS.fullmatch(cell.strip())
    test = table.tests[-1] if table.tests and table.tests[-1].category == category else None
    if name and not message:
        if status is None or status["group"]:
            raise ParseError(TOOL, f"the status of {name}", line.text, line.number)
        table.tests.append(Test(category, name, line, [status], []))
    elif test is None:
        raise ParseError(TOOL, f"a test of the category {category}", line.text, line.number)
    elif message:
        test.open = Message(message["kind"], message["device"], [_piece(cell)])
        test.messages.append(test.open)
    elif status and (status["group"] or status["all"] or status["gpus"]):
        test.statuses.append(status)
        test.open = None
    elif _CODE.fullmatch(cell.strip()):
        test.messages.append(Message("Info", None, [cell.strip()]))
    elif test.open is None:
        raise ParseError(TOOL, f"more of {test.name}", line.text, line.number)
    else:
        test.open.pieces.append(_piece(cell))


def _piece(cell: str) -> str:
    """A piece of a message; where the table lost its widths, blanks at the ends of a piece are put at its end."""
    return cell[1 : _PIECE_WIDTH + 1] if len(cell) == _CELL_WIDTH else cell.strip().ljust(_PIECE_WIDTH)
