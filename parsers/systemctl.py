"""
`systemctl is-active UNIT`: whether a service runs, in one word.

Words of systemd's unit states (systemctl(1), is-active; UnitActiveState in systemd's src/basic/unit-def.c), and "unknown",
which old releases print of a unit that does not exist. The exit code is 0 for "active" only, otherwise 3, or 4 for a unit
that does not exist. Without systemd as init nothing is printed here: the reason stands on stderr, with exit code 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Reading
from parsers.tool import Tool

TOOL = "systemctl is-active"
STATES = ("active", "reloading", "inactive", "failed", "activating", "deactivating", "maintenance", "refreshing", "unknown")
_STATE = re.compile("|".join(STATES))


@dataclass(frozen=True)
class UnitState:
    """The state of the one unit that was asked about: one of STATES, unit "text"."""

    active_state: Reading
    complete: bool = True


def parse(text: str) -> UnitState:
    """The state of one unit; ParseError for any other word, for half a word, and for more units than one."""
    lines = [line for line in printable_lines(TOOL, text) if line]
    if len(lines) != 1 or not ends_whole_line(text) or _STATE.fullmatch(lines[0]) is None:
        raise ParseError(TOOL, f"one line, one of {', '.join(STATES)}", " ".join(lines), 1)
    return UnitState(Reading(lines[0], "text", f"systemctl is-active: {lines[0]}"))


TOOLS = (Tool("systemctl", "systemd 219 to 257", "systemctl is-active UNIT: whether the service runs", parse),)
