"""
`pgrep --exact NAME`: the process ids of the processes of that name, one a line (procps pgrep(1)).

The exit code is 0 where there are some and 1, without output, where there are none; 2 and 3 are errors, told on stderr. The
kernel cuts names of processes to 15 characters, and so is what pgrep compares with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Reading
from parsers.tool import Tool

TOOL = "pgrep"
_PID = re.compile("[1-9][0-9]{0,9}")


@dataclass(frozen=True)
class Processes:
    """The ids of at least one process, ascending as pgrep prints them. There is no end mark: more may follow."""

    pids: tuple[int, ...]
    complete: bool = False

    @property
    def count(self) -> Reading:
        """How many there are, at least."""
        return Reading(len(self.pids), "count", f"pgrep: {' '.join(map(str, self.pids))}")


def parse(text: str) -> Processes:
    """The processes; ParseError for anything that is no process id, for half of one, and where there are none."""
    lines = [line for line in printable_lines(TOOL, text) if line]
    for number, line in enumerate(lines, 1):
        if _PID.fullmatch(line) is None:
            raise ParseError(TOOL, "a process id", line, number)
    pids = [int(line) for line in lines]
    if not ends_whole_line(text) or sorted(set(pids)) != pids:
        raise ParseError(TOOL, "whole process ids in ascending order", " ".join(lines))
    return Processes(tuple(pids))


TOOLS = (Tool("pgrep", "procps 3.3 to 4", "pgrep --exact NAME: the ids of the processes of that name", parse),)
