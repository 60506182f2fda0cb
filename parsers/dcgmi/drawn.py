"""
A table as dcgmi draws it, with "+", "-" and "|": where it begins and ends, and what is printed around it.

Every table has two columns and ends in a border like the one it begins with. Lines before it are notes (names of
containers, warnings of a library); what follows its end says nothing of it, unless it is another table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.plain_text import printable_lines

BORDER = re.compile(r"\+-+\+-+\+")
DOUBLE_BORDER = re.compile(r"\+=+\+=+\+")
ROW = re.compile(r"\|(?P<label>[^|]*)\|(?P<cell>.*)\|")

_DRAWN = ("+", "|")


@dataclass(frozen=True)
class Line:
    """A line of a table without blanks around it, and its number in the text."""

    number: int
    text: str


@dataclass(frozen=True)
class Drawn:
    """
    A table: the lines printed before it, its own lines up to the border that ends it, and whether that border is there.

    The border counts only with its line end: without it, it may have been cut.
    """

    notes: tuple[str, ...]
    lines: tuple[Line, ...]
    ended: bool


def read_drawn(tool: str, text: str, expected: str) -> Drawn:
    """The one table in `text`. Raises ParseError, quoting what stands there instead, if there is none, and if there are two."""
    lines = [Line(number, line.strip()) for number, line in enumerate(printable_lines(tool, text), start=1)]
    start = next((at for at, line in enumerate(lines) if line.text.startswith(_DRAWN)), None)
    if start is None:
        told = _telling(lines)
        raise ParseError(tool, expected, told.text, told.number)
    notes = tuple(line.text for line in lines[:start] if line.text)
    end = next((at for at in range(start + 1, len(lines)) if BORDER.fullmatch(lines[at].text)), None)
    for line in lines[end + 1 :] if end is not None else ():
        if line.text.startswith(_DRAWN):
            raise ParseError(tool, "one table", line.text, line.number)
    body = tuple(line for line in lines[start:end] if line.text)
    return Drawn(notes, body, end is not None and end + 1 < len(lines))


def _telling(lines: list[Line]) -> Line:
    """The line that most likely says why there is no table."""
    told = [line for line in lines if line.text]
    return next((line for line in told if "error" in line.text.lower()), told[0])
