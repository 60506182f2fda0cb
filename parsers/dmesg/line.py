"""A line of a message in a log, whichever layout it was printed in; and syslog's words for who spoke and how urgently."""

from __future__ import annotations

import re
from dataclasses import dataclass

KERN = "kern"
FACILITIES = r"kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|res[0-9]|local[0-7]"
LEVELS = "emerg|alert|crit|err|warn|notice|info|debug"
KERNEL_PRIORITIES = range(8)
"""Priorities, facility times 8 plus level, of the kernel's own facility."""
PROCESS = re.compile(r"(?:[\w.-]{1,255} )?[\w@./-]{1,64}\[[0-9]{1,10}\]: ")
"""How a message of a process begins; the only mark where nothing else tells who spoke."""


@dataclass(frozen=True)
class Line:
    """
    One line of one entry. `starts`: the first of its entry; `kernel`: the kernel said it, not a process that may write there.

    `text` has no blanks around it. The other fields are those of parsers.dmesg.records.Event.
    """

    line_number: int
    timestamp: str | None
    since_boot_s: float | None
    kernel: bool
    text: str
    starts: bool


def entry(line_number: int, timestamp: str | None, since_boot_s: float | None, kernel: bool, message: str) -> list[Line]:
    """The lines of an entry whose message may have several."""
    texts = [text.strip() for text in message.split("\n")]
    return [Line(line_number, timestamp, since_boot_s, kernel, text, starts=not at) for at, text in enumerate(texts)]
