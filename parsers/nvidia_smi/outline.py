"""A text in which indentation says what belongs to what, as `nvidia-smi -q` prints it: labels, values and headings."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.errors import ParseError

MAX_LINES = 200_000
"""Eight boards with all their supported clocks have 20 thousand."""
MAX_DEPTH = 8
"""Real outputs have 5 levels."""
MAX_LABEL = 120
"""Real labels have up to 50 characters."""


@dataclass(frozen=True)
class Line:
    """
    One line. `value` is None for a heading, which has no colon; else what stands behind it, which may be nothing.

    `name` is made of the labels from the group's first line (which is left out) down to this one: it says where the line
    stands, whatever the width of its indent.
    """

    name: str
    value: str | None
    number: int

    @property
    def path(self) -> str:
        """The name in small letters, to be compared."""
        return self.name.lower()


@dataclass(frozen=True)
class Group:
    """A line that is not indented, and those that are indented below it."""

    top: Line
    below: list[Line]


@dataclass
class _Open:
    """A line that may get others below it, and their indent, which is the first one's."""

    indent: int
    label: str
    below: int | None = None


def read_groups(tool: str, lines: list[str]) -> list[Group]:
    """The groups in their order. ParseError where an indent fits neither the lines above it nor its neighbours."""
    if len(lines) > MAX_LINES:
        raise ParseError(tool, f"at most {MAX_LINES} lines", f"{len(lines)} lines")
    groups: list[Group] = []
    stack = [_Open(-1, "")]
    for number, text in enumerate(lines, start=1):
        if text:
            _read(tool, groups, stack, text.expandtabs(), number)
    return groups


def _read(tool: str, groups: list[Group], stack: list[_Open], text: str, number: int) -> None:
    indent = len(text) - len(text.lstrip(" "))
    while stack[-1].indent >= indent:
        stack.pop()
    if stack[-1].below not in (None, indent) or len(stack) > MAX_DEPTH:
        raise ParseError(tool, "the indent of a line above it", text.strip(), number)
    stack[-1].below = indent
    label, value = _split(text.strip())
    names = [line.label for line in stack[2:]] + [label]
    if len(stack) > 1 and len(label) > MAX_LABEL:
        raise ParseError(tool, f"a label of at most {MAX_LABEL} characters", label, number)
    stack.append(_Open(indent, label))
    line = Line("/".join(names), value, number)
    if len(names) == len(stack) - 2:
        groups[-1].below.append(line)
    else:
        groups.append(Group(line, []))


def _split(text: str) -> tuple[str, str | None]:
    """Labels are padded: a blank stands before the colon that ends one, and none before those of bus ids and messages."""
    label, colon, value = text.partition(" :")
    return label.rstrip(), value.strip() if colon else None
