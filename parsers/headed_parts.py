"""
Texts that are made of parts, each of a line that names a thing and lines "key: value" about it: an adapter, then its ports.

Which part a line belongs to is told by its key, not by its indentation, which recordings lose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.cells import Kind, read_cell
from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent, Field, Reading


@dataclass(frozen=True)
class PartKind:
    """What begins a part: `head`, which must match a whole line without its indentation, as `example` does, and its keys."""

    example: str
    head: re.Pattern[str]
    keys: frozenset[str]


@dataclass(frozen=True)
class Part:
    """One part: its first line, and text and line number of every value."""

    tool: str
    kind: PartKind
    head: re.Match[str]
    number: int
    cells: dict[str, tuple[str, int]]

    def field(self, key: str, kind: Kind) -> Field:
        """What the value at `key` says, Absent if it has none; see parsers.cells.read_cell()."""
        if key not in self.cells:
            return Absent(key)
        text, number = self.cells[key]
        return read_cell(self.tool, kind, text, key, number)

    def require(self, *keys: str) -> None:
        """ParseError unless all of them are there."""
        for key in keys:
            if key not in self.cells:
                raise self.error(f"the line {key} below")

    def error(self, expected: str) -> ParseError:
        """What to raise when this part is not what was `expected`."""
        return ParseError(self.tool, expected, self.head[0], self.number)


def split_parts(tool: str, text: str, kinds: Sequence[PartKind], ignored: re.Pattern[str]) -> list[Part]:
    """
    The parts of a text in their order, at least one.

    Raises ParseError, quoting the line, for one that begins no part, has no key and does not match `ignored`, for a key
    that comes twice, and for one of another kind of part.
    """
    pair = re.compile(rf"(?P<key>{'|'.join(sorted(re.escape(key) for kind in kinds for key in kind.keys))}):(?P<value>.*)")
    parts: list[Part] = []
    for number, line in enumerate(printable_lines(tool, text), 1):
        head = _head(tool, kinds, line.strip(), number)
        match = pair.fullmatch(line.strip())
        if head is not None:
            parts.append(head)
        elif match is not None and parts:
            _add(parts[-1], match, number)
        elif line and (not parts or not ignored.fullmatch(line)):
            raise ParseError(tool, f"a line as {' or '.join(kind.example for kind in kinds)}, or one below it", line.strip(), number)
    return parts


def grouped(parts: list[Part], below: PartKind) -> Iterator[tuple[Part, list[Part]]]:
    """
    Every part that is not of the kind `below`, with those of that kind that follow it.

    Raises ParseError where one of the kind `below` stands first, and where two of the others have one name.
    """
    starts = [at for at, part in enumerate(parts) if part.kind is not below]
    if starts[:1] != [0]:
        raise parts[0].error("the device before its ports")
    if len({parts[at].head["name"] for at in starts}) != len(starts):
        raise parts[starts[-1]].error("every device once")
    for start, end in zip(starts, [*starts[1:], len(parts)], strict=True):
        yield parts[start], parts[start + 1 : end]


def _head(tool: str, kinds: Sequence[PartKind], line: str, number: int) -> Part | None:
    for kind in kinds:
        if (head := kind.head.fullmatch(line)) is not None:
            return Part(tool, kind, head, number, {})
    return None


def _add(part: Part, match: re.Match[str], number: int) -> None:
    if match["key"] in part.cells or match["key"] not in part.kind.keys:
        raise ParseError(part.tool, "every line once and in its place", match[0], number)
    part.cells[match["key"]] = (match["value"].strip(), number)


def refuse_half_word(tool: str, text: str, last: Field) -> None:
    """ParseError if the text ends inside of a line and its last value, one of a few words, is none of them."""
    if not ends_whole_line(text) and not isinstance(last, Reading):
        raise ParseError(tool, "a whole last line", text[text.rfind("\n") + 1 :])
