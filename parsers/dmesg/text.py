r"""
The kernel's log as text: what dmesg prints in any of its formats, records of /dev/kmsg, lines of syslog and of journalctl.

Layouts, from util-linux (sys-utils/dmesg.c, 2.23 to 2.41), the kernel's Documentation/ABI/testing/dev-kmsg, rsyslog's
traditional and ISO formats, and systemd's logs-show.c:

[   12.345678] message                                     dmesg; with "kern  :info  : " before it (-x) or <6> (-r)
2025-01-17T15:36:15,345059+00:00 message                   dmesg --time-format iso
[Sun Feb 23 16:24:18 2025] message                         dmesg -T
[Feb23 16:24] message, then [  +0.000012] message          dmesg -H, -e
[   12.345678 <    0.000012>] or [<    0.000012>] message  dmesg -d, --time-format delta
6,1234,5678,-;message                                      /dev/kmsg: priority, sequence number, microseconds, flags
Nov 23 10:00:00 host kernel: [   12.345678] message        syslog, journalctl -k; also with ISO, full or Unix time
message                                                    dmesg -t

An entry of several lines goes on in lines without a prefix, indented or not; in syslog at "#012". Lines of syslog by others than
the kernel, and entries of another facility than kern, are counted, but nothing that they say of a GPU is believed. Where the
layout does not tell who spoke, "name[pid]: " is the mark of a process; so too where <6> was printed, in which releases before
2.40 do not keep the facility apart. Without a prefix anywhere only a text is read in which
something happened, or the kernel's banner stands: any list of lines would pass for a log otherwise. Timestamps are kept as
printed; those that only say how long it was since the line before are left out. Seconds since the start of the kernel have six
decimals and at most nine digits before them: other programs print seconds since 1970 in brackets.

No layout has an end mark, so nothing is ever complete: whether the end is missing is to be told from the last timestamp, and
from whether dmesg came to its end. A last line without line end loses the digits at its end, which may be half a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.dmesg.line import FACILITIES, KERN, KERNEL_PRIORITIES, LEVELS, PROCESS, Line, entry
from parsers.dmesg.log import kernel_log
from parsers.dmesg.records import KernelLog
from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

TOOL = "dmesg"

_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_ZONE = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
_FROM_BOOT = r"\[ *(?P<seconds>[0-9]{1,9}\.[0-9]{6})(?: <[ 0-9.+-]{1,24}>)?\]"
_TIME = re.compile(
    rf"{_FROM_BOOT}|\[(?P<ctime>[^\W\d]{{1,12}}\.? +[^\W\d]{{1,12}}\.? +[0-9]{{1,2}} {_CLOCK} [0-9]{{4}})(?: <[ 0-9.+-]{{1,24}}>)?\]"
    rf"|\[(?P<minute>[A-Z][a-z]{{2}} ?[0-9]{{1,2}} [0-9]{{2}}:[0-9]{{2}})\]|\[(?: *[+-]|< *-?)[0-9]{{1,10}}\.[0-9]{{6}}>?\]"
    rf"|(?P<iso>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK},[0-9]{{1,9}}{_ZONE})"
)
_TIMES = "(?:" + re.sub(r"\?P<\w+>", "?:", _TIME.pattern) + ") ?"
_DMESG = re.compile(
    rf"(?:(?P<facility>{FACILITIES}) *:(?:{LEVELS}) *: |<(?P<priority>[0-9]{{1,5}})>)?(?P<times>(?:{_TIMES}){{0,8}})"
    r"(?:\[ *[TC][0-9]{1,10}\] )?(?:(?:[\w.-]{1,255} )?kernel: )?"
)
_KMSG = re.compile(r"(?P<priority>[0-9]{1,5}),(?P<sequence>[0-9]{1,20}),(?P<microseconds>[0-9]{1,20})(?:,[^;]{0,200})?;")
_SYSLOG = re.compile(
    rf"(?:<[0-9]{{1,5}}>)?(?P<stamp>[A-Z][a-z]{{2}} [ 0-9][0-9](?: [0-9]{{4}})? {_CLOCK}(?:\.[0-9]{{1,9}})?"
    rf"|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}(?:\.[0-9]{{1,9}})?{_ZONE}"
    rf"|[A-Z][a-z]{{2}} [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {_CLOCK}(?:\.[0-9]{{1,9}})? [\w+:-]{{1,9}}|[0-9]{{9,11}}\.[0-9]{{3,9}})"
    rf" [^\s:]{{1,255}} (?:kernel: (?:{_FROM_BOOT} ?)?(?:\[ *[TC][0-9]{{1,10}}\] )?"
    r"|(?P<process>[^\s:\[\]]{1,64}(?:\[[0-9]{1,10}\])?: )|(?=last message repeated ))"
)
_NOTE = re.compile(r"-- (?:Logs begin at|Journal begins at|Reboot|Boot [0-9a-f]{32}|cursor: ).*")
_TROUBLE = ("dmesg: ", "journalctl: ")
_ESCAPED = {"\\x0a": "\n", "\\x5c": "\\"}
_ESCAPE = re.compile(r"\\x0a|\\x5c")
_NOBODY = Line(0, None, None, kernel=False, text="", starts=True)
_MICROSECONDS = 1_000_000


def parse(text: str) -> KernelLog:
    """
    The log; never complete.

    Raises ParseError, quoting the line, for the message of a dmesg or journalctl that failed, a text without a prefix in which
    nothing happened, a prefix after lines without one, sequence numbers that do not rise, an Xid that cannot be read, and what
    parsers.plain_text refuses.
    """
    printed = printable_lines(TOOL, text)
    if not ends_whole_line(text):
        printed[-1] = printed[-1].rstrip("0123456789")
    numbered = [(number, line) for number, line in enumerate(printed, start=1) if line and not _NOTE.fullmatch(line)]
    trouble = [(number, line) for number, line in numbered if line.startswith(_TROUBLE)]
    if trouble or not numbered:
        number, line = trouble[0] if trouble else (0, text.strip())
        raise ParseError(TOOL, "a log of the kernel", line, number)
    if _prefix(numbered[0][1]) is None:
        return _without_prefixes(numbered)
    sequence = _Sequence()
    lines = list(_with_prefixes(numbered, sequence))
    return kernel_log(TOOL, lines, complete=False, missing=sequence.missing())


def _prefix(line: str) -> re.Match[str] | None:
    other = _SYSLOG.match(line) or _KMSG.match(line)
    match = other or _DMESG.match(line)
    return match if other or (match and (match["times"] or match["facility"] or match["priority"])) else None


def _without_prefixes(numbered: list[tuple[int, str]]) -> KernelLog:
    first_number, first = numbered[0]
    refused = ParseError(TOOL, "a log of the kernel", first, first_number)
    if any(_prefix(line) for _, line in numbered):
        raise refused
    lines = [Line(number, None, None, PROCESS.match(line) is None, _bare(line), starts=True) for number, line in numbered]
    log = kernel_log(TOOL, lines, complete=False, missing=Absent("sequence numbers"))
    if not log.events and not log.from_boot:
        raise refused
    return log


def _bare(line: str) -> str:
    return line.removeprefix("kernel: ").strip()


class _Sequence:
    """Follows the sequence numbers of /dev/kmsg."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._missing = 0
        self._line = ""

    def follow(self, number: int, line: str, line_number: int) -> None:
        if self._last is not None:
            if number <= self._last:
                raise ParseError(TOOL, f"a sequence number above {self._last}", line, line_number)
            self._missing += number - self._last - 1
        self._last, self._line = number, line

    def missing(self) -> Field:
        return Absent("sequence numbers") if self._last is None else Reading(self._missing, "count", self._line)


def _with_prefixes(numbered: list[tuple[int, str]], sequence: _Sequence) -> Iterator[Line]:
    entry_start = _NOBODY
    for number, line in numbered:
        prefix = _prefix(line)
        if prefix is None:
            yield Line(number, entry_start.timestamp, entry_start.since_boot_s, entry_start.kernel, line.strip(), starts=False)
            continue
        if prefix.re is _KMSG:
            sequence.follow(int(prefix["sequence"]), line, number)
        lines = _READERS[prefix.re](number, line, prefix)
        entry_start = lines[0]
        yield from lines


def _dmesg(number: int, line: str, prefix: re.Match[str]) -> list[Line]:
    message = line[prefix.end() :]
    unsaid = int(prefix["priority"] or 0) in KERNEL_PRIORITIES and PROCESS.match(message) is None
    kernel = prefix["facility"] == KERN if prefix["facility"] else unsaid
    stamp, seconds = None, None
    for time in _TIME.finditer(prefix["times"]):
        stamp = stamp or (time[time.lastgroup] if time.lastgroup else None)
        seconds = seconds or time["seconds"]
    return entry(number, stamp, None if seconds is None else float(seconds), kernel, message)


def _kmsg(number: int, line: str, prefix: re.Match[str]) -> list[Line]:
    message = _ESCAPE.sub(lambda escaped: _ESCAPED[escaped[0]], line[prefix.end() :])
    kernel = int(prefix["priority"]) in KERNEL_PRIORITIES
    return entry(number, prefix["microseconds"], int(prefix["microseconds"]) / _MICROSECONDS, kernel, message)


def _syslog(number: int, line: str, prefix: re.Match[str]) -> list[Line]:
    seconds = float(prefix["seconds"]) if prefix["seconds"] else None
    message = f"{prefix['process'] or ''}{line[prefix.end() :]}".replace("#012", "\n")
    return entry(number, prefix["stamp"], seconds, prefix["process"] is None, message)


_READERS = {_DMESG: _dmesg, _KMSG: _kmsg, _SYSLOG: _syslog}

TOOLS = (Tool(TOOL, "util-linux 2.23 to 2.41", "dmesg, /dev/kmsg, kernel lines of syslog: Xids, AER, links, memory errors", parse),)
