"""Text into one line that shows what it is: for every format in which a line feed or a direction mark would be taken at its word."""

from __future__ import annotations


def one_line(value: object) -> str:
    """
    `value` as text on one line; None is empty.

    Characters that do not print, such as those that turn the direction of writing, are shown as escapes: a serial must be
    what it looks like. So nothing is left that UTF-8 or XML could not write.
    """
    said = "" if value is None else str(value)
    return said if said.isprintable() else "".join(char if char.isprintable() else _shown(char) for char in said)


def _shown(char: str) -> str:
    return " " if char in "\n\t" else char.encode("unicode_escape").decode("ascii")
