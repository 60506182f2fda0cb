"""
`date +%s.%N`: a host's clock in seconds since 1970-01-01 00:00 UTC, with nine decimals (date(1) of coreutils 5 to 9).

BusyBox without FEATURE_DATE_NANO prints nothing or "%N" after the point, the BSDs' older ones "N": a clock that is read to the second says
nothing of an offset below one, so these are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Field, Reading
from parsers.tool import Tool

TOOL = "date +%s.%N"
_CLOCK = re.compile(r"[0-9]{1,11}\.[0-9]{9}")
_WITHOUT_NANOSECONDS = re.compile(r"[0-9]{1,11}\.(?:%?N)?")


@dataclass(frozen=True)
class Clock:
    """The seconds since the epoch, unit "s": a float, which is right to half a microsecond."""

    seconds: Field
    complete: bool = True


def parse(text: str) -> Clock:
    """The time; ParseError for half a line, for more lines than one, and without nanoseconds."""
    lines = [line for line in printable_lines(TOOL, text) if line]
    found = " ".join(lines)
    if _WITHOUT_NANOSECONDS.fullmatch(found):
        raise ParseError(TOOL, "nine decimals of a second (this date has no %N: install that of coreutils)", found, 1)
    if not ends_whole_line(text) or _CLOCK.fullmatch(found) is None:
        raise ParseError(TOOL, "one line with the seconds since 1970 and nine decimals", found, 1)
    return Clock(Reading(float(found), "s", f"date +%s.%N: {found}"))


TOOLS = (Tool("date", "coreutils 5 to 9", "date +%s.%N: the clock of the host in seconds since 1970", parse),)
