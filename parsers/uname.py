"""
`uname -n`: the name by which the kernel of a host knows it, in one line (uname(1) of coreutils, BusyBox and toybox; uname(2)).

It is not the name by which the host is reached, and it may be short or have its domain behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Field, Reading
from parsers.tool import Tool

TOOL = "uname -n"
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class NodeName:
    """The host's own name, unit "text"."""

    nodename: Field
    complete: bool = True


def parse(text: str) -> NodeName:
    """The name; ParseError for half a line, for more lines than one, and for what is no name: a message, "(none)" of a host without one."""
    lines = [line for line in printable_lines(TOOL, text) if line]
    if len(lines) != 1 or not ends_whole_line(text) or _NAME.fullmatch(lines[0]) is None:
        raise ParseError(TOOL, "one line with the name of a host", " ".join(lines), 1)
    return NodeName(Reading(lines[0], "text", f"uname -n: {lines[0]}"))


TOOLS = (Tool("uname", "coreutils, BusyBox, toybox", "uname -n: the name of the host", parse),)
