"""From the lines of a log to its record: what is the same for every layout."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.dmesg.events import EventReader
from parsers.dmesg.line import Line
from parsers.dmesg.records import KernelLog
from parsers.errors import ParseError
from parsers.reading import Field

BANNER = "Linux version "
_FIRST_SECOND = 1.0


def kernel_log(tool: str, lines: Sequence[Line], *, complete: bool, missing: Field) -> KernelLog:
    """
    The record of these lines, of which there is at least one.

    ParseError where the kernel says nothing and nothing happened: that is another log; and as EventReader.read says.
    """
    reader = EventReader(tool)
    for line in lines:
        reader.read(line)
    kernel = [line for line in lines if line.kernel]
    if not kernel and not reader.events:
        raise ParseError(tool, "messages of the kernel", lines[0].text, lines[0].line_number)
    stamps = [line.timestamp for line in lines if line.timestamp is not None]
    return KernelLog(
        entries=sum(line.starts for line in lines),
        first_timestamp=stamps[0] if stamps else None,
        last_timestamp=stamps[-1] if stamps else None,
        from_boot=_starts_early(lines[0]) or any(line.text.startswith(BANNER) for line in kernel),
        missing_entries=missing,
        events=tuple(reader.events),
        complete=complete,
    )


def _starts_early(line: Line) -> bool:
    return line.since_boot_s is not None and line.since_boot_s < _FIRST_SECOND
