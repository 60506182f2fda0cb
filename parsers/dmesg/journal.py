"""
`journalctl -k -b -o json --show-cursor --no-pager`: systemd 219 to 257 (src/shared/logs-show.c, src/journal/journald-kmsg.c).

One object a line, all values strings; a value that is not printable UTF-8 is an array of its bytes, a field given twice an array
of strings, one longer than 4096 bytes null. The last line is "-- cursor: ...", where the reading ended: the mark that nothing
is missing, which names the last entry by its __CURSOR. Timestamps are __REALTIME_TIMESTAMP, microseconds since 1970. Time since
the start of the kernel is the kernel's own (_SOURCE_MONOTONIC_TIMESTAMP), else __MONOTONIC_TIMESTAMP, when the journal got it.

journald gives every entry of /dev/kmsg the transport "kernel", also those that a process wrote there; these have another
facility and another identifier than the kernel's. Nothing they say of a GPU is believed.
"""

from __future__ import annotations

import re
from collections import Counter

from parsers.dmesg.line import Line, entry
from parsers.dmesg.log import kernel_log
from parsers.dmesg.records import KernelLog
from parsers.errors import ParseError
from parsers.json_text import find_document
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent
from parsers.tool import Tool

TOOL = "journalctl-json"
_CURSOR = re.compile(r"-- cursor: (\S+)")
_DIGITS = re.compile("[0-9]{1,20}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_KERNEL = {"_TRANSPORT": "kernel", "SYSLOG_FACILITY": "0", "SYSLOG_IDENTIFIER": "kernel"}
_MICROSECONDS = 1_000_000


def parse(text: str) -> KernelLog:
    """
    The log; complete if it ends with its cursor, and that line has its line end.

    Raises ParseError, quoting the line, for a line that is no entry (what journalctl says instead of a log, or half an entry),
    an entry after the cursor or twice, a cursor that names another entry than the last, entries of two boots, a message of the
    kernel that is left out, an Xid that cannot be read, and what parsers.plain_text refuses.
    """
    numbered = [(number, line) for number, line in enumerate(printable_lines(TOOL, text), start=1) if line]
    last_number, last = numbered[-1]
    end = _CURSOR.fullmatch(last)
    entries = [(number, _object(number, line)) for number, line in (numbered if end is None else numbered[:-1])]
    if not entries:
        raise ParseError(TOOL, "an entry", last, last_number)
    _check(entries, None if end is None else end[1])
    lines = [line for number, item in entries for line in _entry(number, item)]
    return kernel_log(TOOL, lines, complete=end is not None and ends_whole_line(text), missing=Absent("sequence numbers"))


def _object(number: int, line: str) -> dict[str, object]:
    if not line.startswith("{"):
        raise ParseError(TOOL, "an entry, or the cursor at the end", line, number)
    try:
        document = find_document(TOOL, line)
    except ParseError as error:
        raise ParseError(TOOL, error.expected, error.line, number) from None
    if document.notes:
        raise ParseError(TOOL, "one entry", line, number)
    return document.value


def _check(entries: list[tuple[int, dict[str, object]]], cursor: str | None) -> None:
    cursors = [_text(number, item, "__CURSOR") for number, item in entries if "__CURSOR" in item]
    often, times = Counter(cursors).most_common(1)[0] if cursors else ("", 1)
    if times > 1:
        raise ParseError(TOOL, "every entry once", often)
    if cursor is not None and cursors and cursors[-1] != cursor:
        raise ParseError(TOOL, f"the cursor of the last entry, {cursors[-1]}", cursor)
    boots = {_text(number, item, "_BOOT_ID") for number, item in entries if "_BOOT_ID" in item}
    if len(boots) > 1:
        raise ParseError(TOOL, "entries of one boot", " ".join(sorted(boots)))


def _entry(number: int, item: dict[str, object]) -> list[Line]:
    speaks = {key: _text(number, item, key) for key in _KERNEL if key in item or key == "_TRANSPORT"}
    kernel = speaks.items() <= _KERNEL.items()
    message = _message(number, item.get("MESSAGE"), required=kernel)
    stamp = _microseconds(number, item, "__REALTIME_TIMESTAMP")
    own = "_SOURCE_MONOTONIC_TIMESTAMP"
    since_boot = _microseconds(number, item, own if own in item else "__MONOTONIC_TIMESTAMP")
    return entry(number, stamp, int(since_boot) / _MICROSECONDS, kernel, message)


def _text(number: int, item: dict[str, object], key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str):
        raise ParseError(TOOL, f"a text as {key}", repr(value), number)
    return value


def _microseconds(number: int, item: dict[str, object], key: str) -> str:
    value = _text(number, item, key)
    if not _DIGITS.fullmatch(value):
        raise ParseError(TOOL, f"microseconds as {key}", value, number)
    return value


def _message(number: int, value: object, *, required: bool) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(byte, int) and 0 <= byte <= 0xFF for byte in value):
        return _UNPRINTABLE.sub(_escaped, bytes(value).decode("utf-8", "backslashreplace"))
    if required:
        raise ParseError(TOOL, "a text or its bytes as MESSAGE", repr(value), number)
    return ""


def _escaped(character: re.Match[str]) -> str:
    return f"\\x{ord(character[0]):02x}"


TOOLS = (Tool(TOOL, "systemd 219 to 257", "journalctl -k -b -o json --show-cursor: as dmesg, and whether it is whole", parse),)
