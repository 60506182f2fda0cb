"""The lines of iperf3's text, each by its kind, and what several of them say together; of a client and of a server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from parsers.iperf3.records import Row, Socket
from parsers.iperf3.rows import SIDES, check_row, match_row, read_row
from parsers.plain_text import ends_whole_line, printable_lines

_PORT = "[0-9]{1,5}"
_KNOWN = {
    "connecting": re.compile(rf"Connecting to host (?P<host>\S+), port (?P<port>{_PORT})"),
    "accepted": re.compile(rf"Accepted connection from (?P<host>\S+), port (?P<port>{_PORT})"),
    "socket": re.compile(
        rf"\[ *(?P<id>[0-9]{{1,9}})\] local (?P<local>\S+) port (?P<local_port>{_PORT})"
        rf" connected to (?P<remote>\S+) port (?P<remote_port>{_PORT})"
    ),
    "header": re.compile(
        r"\[ ID\](?:\[Role\])? Interval +Transfer +(?:Bitrate|Bandwidth)"
        r"(?: +(?P<column>Retr|Jitter +Lost/Total Datagrams|Total Datagrams)(?: +Cwnd(?: +RTT)?)?)?"
    ),
    "separator": re.compile(r"(?:- ){10,60}-"),
    "reverse": re.compile(r"Reverse mode, remote host .* is sending"),
    "announced": re.compile(
        r"Starting Test: protocol: (?:TCP|UDP|SCTP), (?P<streams>[0-9]{1,9}) streams, [0-9]{1,18} byte blocks,"
        r" omitting [0-9]{1,9} seconds, (?:(?P<duration>[0-9]{1,9}) second test|[0-9]{1,20} (?:bytes|blocks) to send)(?:, tos [0-9]{1,3})?"
    ),
    "version": re.compile(r"iperf (?P<version>3[0-9A-Za-z.+-]{0,20})"),
    "done": re.compile(r"iperf Done\."),
    "output": re.compile(r"Server (?:JSON )?output:"),
    "error": re.compile(r"iperf3: (?P<error>(?:error|interrupt|parameter error) - .*)"),
    "complaint": re.compile(r"iperf3: (?!exiting$)(?P<complaint>.*)"),
    "listening": re.compile(rf"Server listening on (?P<port>{_PORT})(?: \(test #[0-9]{{1,9}}\))?"),
    "cookie": re.compile(r" +Cookie: (?P<cookie>\S{1,64})"),
    "skipped": re.compile(
        r"-{20,80}|Server listening on .*|Control connection MSS .*|Setting UDP block size .*|Time: .*| +TCP MSS: .*"
        r"| +Target Bitrate: .*|Test Complete\. Summary Results:|CPU Utilization: .*|(?:snd|rcv)_tcp_congestion .*"
        r"|Finished omit period, starting real test| +Sent .* of .*|\[ *(?:[0-9]{1,9}|SUM)\] Sent [0-9]{1,18} datagrams"
        r"|\[ *(?:[0-9]{1,9}|SUM)\](?:\[..-.\])? .*datagrams received out-of-order"
        r"|\[ *(?:[0-9]{1,9}|SUM)\] \((?:sender|receiver) statistics not available\)|iperf3: exiting|warning: .*|WARNING: .*"
    ),
}
_BETWEEN = ("skipped", "complaint")
_COUNTED = {"R": "retransmits", "J": "packets", "T": "packets"}


@dataclass(frozen=True)
class Line:
    """A line by its kind: "row", one that has a pattern above, "other" for what no release is known to print, "empty"."""

    kind: str
    match: re.Match[str] | None
    text: str
    number: int


@dataclass(frozen=True)
class Announced:
    """What a verbose client or server announces (None if it does not), that the server sends, and whether the end was read."""

    streams: int | None
    duration_s: int | None
    reverse: bool
    done: bool


def read_lines(tool: str, text: str) -> list[Line]:
    """All lines but a last one that was cut. ParseError, of `tool`, for a text that is none."""
    lines = printable_lines(tool, text)
    whole = lines if ends_whole_line(text) or lines[-1] == "iperf Done." else lines[:-1]
    return [_classify(line, number) for number, line in enumerate(whole, start=1)]


def _classify(line: str, number: int) -> Line:
    shown = line.removeprefix("^C")
    if not shown:
        return Line("empty", None, line, number)
    row = match_row(shown)
    if row is not None:
        return Line("row", row, line, number)
    for kind, pattern in _KNOWN.items():
        match = pattern.fullmatch(shown)
        if match is not None:
            return Line(kind, match, line, number)
    return Line("other", None, line, number)


def groups(lines: Iterable[Line], kind: str) -> list[dict[str, str]]:
    """What the lines of a kind say, by the names in their pattern."""
    return [line.match.groupdict() for line in lines if line.kind == kind and line.match is not None]


def first_error(lines: Sequence[Line]) -> str | None:
    """What iperf3 says of a failure, or "^C"; None where it says nothing."""
    told = [found["error"] for found in groups(lines, "error")]
    interrupted = ["^C" for line in lines if line.text.startswith("^C")]
    return next(iter(told + interrupted), None)


def first_text(lines: Iterable[Line]) -> str:
    """The first line that is not empty; "" if there is none."""
    return next((line.text.strip() for line in lines if line.text.strip()), "")


def read_rows(lines: Iterable[Line], error: str | None) -> Iterator[tuple[bool, Row]]:
    """Each row, and whether it is one of the results."""
    for is_result, match, counts, number in _tables(lines):
        yield is_result, read_row(match, counts, number, error)


def read_results(lines: Iterable[Line], error: str | None) -> Iterator[Row]:
    """The rows of the results; the others, of which there are many more, are checked only."""
    for is_result, match, counts, number in _tables(lines):
        if is_result:
            yield read_row(match, counts, number, error)
        else:
            check_row(match, counts, number, error)


def _tables(lines: Iterable[Line]) -> Iterator[tuple[bool, re.Match[str], str | None, int]]:
    """
    Each row with what a lone number in it counts, and the number of its line.

    First comes whether it is one of the results: they have a header after a separator, and mostly their side.
    """
    counts = None
    is_result = after_separator = False
    for line in lines:
        if line.kind == "header" and line.match is not None:
            counts = _COUNTED.get((line.match["column"] or " ")[0])
            is_result = is_result or after_separator
        elif line.kind == "row" and line.match is not None:
            yield is_result or line.match["word"] in SIDES, line.match, counts, line.number
        after_separator = line.kind == "separator" or (after_separator and line.kind in _BETWEEN)


def read_sockets(lines: Iterable[Line]) -> tuple[Socket, ...]:
    """The connections that carry data."""
    return tuple(
        Socket(int(found["id"]), found["local"], int(found["local_port"]), found["remote"], int(found["remote_port"]))
        for found in groups(lines, "socket")
    )


def read_announced(lines: Sequence[Line]) -> Announced:
    """What was announced, of the first run if there are several."""
    told = groups(lines, "announced")
    streams = int(told[0]["streams"]) if told else None
    duration = int(told[0]["duration"]) if told and told[0]["duration"] is not None else None
    kinds = {line.kind for line in lines}
    return Announced(streams, duration, reverse="reverse" in kinds, done="done" in kinds)
