"""
Reading a program's plain text piece by piece, from its first line to its last, so that nothing in it goes unread.

What lines are made of is settled once, here. Lines end in LF or in CR LF; blanks at the end of a line mean nothing.
Control characters (NUL, escape sequences of a terminal, a lone carriage return), other kinds of line ends, a byte order
mark and halves of surrogate pairs are refused: none of the programs read this way prints them into a pipe, so the text was
damaged, or something stood between the program and us. So are texts and lines longer than any of these programs prints.
"""

from __future__ import annotations

import re

from parsers.errors import ParseError

MAX_CHARACTERS = 16 * 1024 * 1024
MAX_LINE = 256 * 1024
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_CONTROL_BYTES = bytes(byte for byte in range(128) if _UNPRINTABLE.match(chr(byte)))


def ends_whole_line(text: str) -> bool:
    """Whether the last line has its line end: what was cut inside of a line has none, and its last word may be half a word."""
    return text.endswith("\n")


def printable_lines(tool: str, text: str) -> list[str]:
    """
    The lines of `text` without blanks at their ends.

    ParseError if there are none, a character is unprintable, or the text or a line is longer than MAX_CHARACTERS or MAX_LINE.
    """
    if len(text) > MAX_CHARACTERS:
        raise ParseError(tool, f"at most {MAX_CHARACTERS} characters", f"{len(text)} characters")
    plain = text.replace("\r\n", "\n")
    lines = plain.split("\n")
    refuse_unprintable(tool, plain)
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE:
            raise ParseError(tool, f"lines of at most {MAX_LINE} characters", line, number)
    if not text.strip():
        raise ParseError(tool, "output", "")
    return [line.rstrip() for line in lines]


def refuse_unprintable(tool: str, text: str) -> None:
    """ParseError, quoting its line, if a character is unprintable. A carriage return is, for text whose line ends are LF."""
    if text.isascii():
        # Taking bytes out is many times faster than looking for a pattern, and nearly all texts are ASCII.
        printed = text.encode()
        if len(printed.translate(None, _CONTROL_BYTES)) == len(printed):
            return
    found = _UNPRINTABLE.search(text)
    if found is not None:
        number = text.count("\n", 0, found.start()) + 1
        raise ParseError(tool, "text without control characters", text.split("\n")[number - 1], number)


class Scanner:
    """
    Takes known pieces off the front of a text. What is no piece is a ParseError that quotes its line.

    Patterns match whole lines and end in a line end; the text always has one at its end.
    """

    def __init__(self, tool: str, text: str) -> None:
        self.tool = tool
        self._text = "\n".join(printable_lines(tool, text)).rstrip() + "\n"
        self._at = 0

    def take(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        """The next piece, which must match `pattern`; else ParseError says that `expected` was looked for."""
        match = self.take_if(pattern)
        if match is None:
            raise self.error(expected)
        return match

    def take_if(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The next piece if it matches `pattern`."""
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return match

    def skip_blank_lines(self) -> None:
        """Empty lines separate pieces and say nothing."""
        while self._text.startswith("\n", self._at):
            self._at += 1

    @property
    def line_number(self) -> int:
        """The number of the next line, from 1."""
        return self._text.count("\n", 0, self._at) + 1

    @property
    def done(self) -> bool:
        """Whether everything was taken."""
        return self._at >= len(self._text)

    def error(self, expected: str) -> ParseError:
        """What to raise when the next line, leaving out empty ones, is not what was `expected`."""
        self.skip_blank_lines()
        line = self._text[self._at :].partition("\n")[0]
        return ParseError(self.tool, expected, line.strip(), self.line_number)

    def end(self) -> None:
        """Nothing may follow."""
        self.skip_blank_lines()
        if not self.done:
            raise self.error("the end of the output")
