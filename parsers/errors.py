"""What a parser raises when the text is not what the tool is known to print."""

from __future__ import annotations

_SHOWN_CHARACTERS = 160


class ParseError(ValueError):
    """
    The output of `tool` is not a measurement: `expected` was looked for and `line` was found.

    `line_number` counts from 1; 0 says that the text as a whole is meant (empty, not JSON, a part missing).
    """

    def __init__(self, tool: str, expected: str, line: str, line_number: int = 0) -> None:
        self.tool = tool
        self.expected = expected
        self.line = line if len(line) <= _SHOWN_CHARACTERS else line[:_SHOWN_CHARACTERS] + " ..."
        self.line_number = line_number
        super().__init__(tool, expected, self.line, line_number)

    def __str__(self) -> str:
        where = f" in line {self.line_number}" if self.line_number else ""
        found = repr(self.line) if self.line else "nothing"
        return f"{self.tool}: expected {self.expected}, found {found}{where}"
