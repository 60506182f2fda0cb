"""
iperf3's text: releases 3.0 to 3.22, both ends, with and without -V, --bidir, -P, -R, -O, -u and -f.

Two tables: the intervals, and after a line of hyphens the results. "iperf Done." is the last word of a client; a server
has none, so that its text is never complete. An error or an interruption ("iperf3: error - ...", "iperf3: interrupt -
...", "^C") stands on the error stream, which may have been recorded with the text: then it is the run's `error`, and no
measure is a Reading. Without a run it is all there is, and is quoted by ParseError. UDP's results have a sender's and a
receiver's line; up to 3.1 there is one line, read as `sum`. Not read: what --timestamps and -T put before
every line, and what a server said in its own words (--get-server-output).

Layout: iperf_locale.c and iperf_print_intermediate, iperf_print_results in iperf_api.c of those releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from parsers.errors import ParseError
from parsers.iperf3.measures import filled
from parsers.iperf3.records import SUMS, Endpoint, Flow, Row, Socket, TextRun
from parsers.iperf3.rows import TOOL, match_row, read_row
from parsers.iperf3.text_checks import Announced, check, shortfall
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.tool import Tool

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
    "skipped": re.compile(
        r"-{20,80}|Server listening on .*|Control connection MSS .*|Setting UDP block size .*|Time: .*| +Cookie: .*| +TCP MSS: .*"
        r"| +Target Bitrate: .*|Test Complete\. Summary Results:|CPU Utilization: .*|(?:snd|rcv)_tcp_congestion .*"
        r"|Finished omit period, starting real test| +Sent .* of .*|\[ *(?:[0-9]{1,9}|SUM)\] Sent [0-9]{1,18} datagrams"
        r"|\[ *(?:[0-9]{1,9}|SUM)\](?:\[..-.\])? .*datagrams received out-of-order"
        r"|\[ *(?:[0-9]{1,9}|SUM)\] \((?:sender|receiver) statistics not available\)|iperf3: .*|warning: .*|WARNING: .*"
    ),
}
_OF_A_RUN = ("connecting", "accepted", "socket", "header", "row")
_COUNTED = {"R": "retransmits", "J": "packets", "T": "packets"}
_SIDES = {"": "sum", "sender": "sum_sent", "receiver": "sum_received"}
_FROM_THE_SERVER = ("RX-C", "TX-S")


@dataclass(frozen=True)
class _Line:
    """A line by its kind: a key of _KNOWN, "row", "other" for what no release prints, "empty"."""

    kind: str
    match: re.Match[str] | None
    text: str
    number: int


def parse(text: str) -> TextRun:
    """
    The run that a client or a server tells of.

    Raises ParseError, quoting the line, where there is no run but a message (refused, busy, usage), for a line that no
    release prints, a second run, and for whatever is said twice and differently: rates against bytes and seconds, loss
    against packets, [SUM] against the streams, intervals against each other and against the results. A last line that
    was cut is left out.
    """
    lines = [_classify(line, number) for number, line in enumerate(_whole_lines(text), start=1)]
    error = _error(lines)
    body, notes = _run_and_notes(lines, error)
    run = _run(lines, body, error, notes)
    if error is not None:
        return run
    announced = _announced(body)
    check(run, announced)
    return replace(run, missing=shortfall(run, announced))


def _whole_lines(text: str) -> list[str]:
    lines = printable_lines(TOOL, text)
    return lines if ends_whole_line(text) or lines[-1] == "iperf Done." else lines[:-1]


def _classify(line: str, number: int) -> _Line:
    shown = line.removeprefix("^C")
    if not shown:
        return _Line("empty", None, line, number)
    row = match_row(shown)
    if row is not None:
        return _Line("row", row, line, number)
    for kind, pattern in _KNOWN.items():
        match = pattern.fullmatch(shown)
        if match is not None:
            return _Line(kind, match, line, number)
    return _Line("other", None, line, number)


def _groups(lines: Iterable[_Line], kind: str) -> list[dict[str, str]]:
    return [line.match.groupdict() for line in lines if line.kind == kind and line.match is not None]


def _error(lines: list[_Line]) -> str | None:
    told = [found["error"] for found in _groups(lines, "error")]
    interrupted = ["^C" for line in lines if line.text.startswith("^C")]
    return next(iter(told + interrupted), None)


def _run_and_notes(lines: list[_Line], error: str | None) -> tuple[list[_Line], tuple[str, ...]]:
    start = next((index for index, line in enumerate(lines) if line.kind in _OF_A_RUN), None)
    if start is None:
        first = next((line.text for line in lines if line.text.strip()), "")
        raise ParseError(TOOL, "a run of iperf3", error or first.strip())
    end = next((index for index, line in enumerate(lines) if line.kind == "done"), len(lines))
    body = _without_server_output(lines[start : end + 1])
    around = lines[:start] + lines[end + 1 :]
    unknown = [line for line in body if line.kind == "other"] + [line for line in around if line.kind in _OF_A_RUN]
    for line in unknown:
        raise ParseError(TOOL, "the lines of one run of iperf3", line.text, line.number)
    return body, tuple(line.text.strip() for line in lines[:start] if line.kind == "other")


def _without_server_output(body: list[_Line]) -> list[_Line]:
    """What the server said in its own words comes after the results, and looks like a run."""
    start = next((index for index, line in enumerate(body) if line.kind == "output"), len(body))
    return body[:start] + [line for line in body[start:] if line.kind == "done"]


def _run(lines: list[_Line], body: list[_Line], error: str | None, notes: tuple[str, ...]) -> TextRun:
    rows = list(_rows(body, error))
    results = tuple(row for is_result, row in rows if is_result)
    versions = _groups(lines, "version")
    return TextRun(
        version=versions[0]["version"] if versions else None,
        connecting_to=_endpoint(body, "connecting"),
        accepted_connection=_endpoint(body, "accepted"),
        connected=tuple(_socket(found) for found in _groups(body, "socket")),
        intervals=tuple(row for is_result, row in rows if not is_result),
        results=results,
        error=error,
        missing=(),
        notes=notes,
        **{name: _sum(name, results) for name in SUMS},
    )


def _rows(body: list[_Line], error: str | None) -> Iterator[tuple[bool, Row]]:
    """Each row, and whether it is one of the results: they have a header after a separator, and mostly their side."""
    counts = None
    is_result = after_separator = False
    for line in body:
        if line.kind == "header" and line.match is not None:
            counts = _COUNTED.get((line.match["column"] or " ")[0])
            is_result = is_result or after_separator
        elif line.kind == "row" and line.match is not None:
            row = read_row(line.match, counts, line.number, error)
            yield is_result or row.side != "", row
        after_separator = line.kind == "separator" or (after_separator and line.kind == "skipped")


def _endpoint(body: list[_Line], kind: str) -> Endpoint | None:
    found = _groups(body, kind)
    if len(found) > 1:
        raise ParseError(TOOL, "one run", f"{len(found)} of them: {found[1]['host']}, port {found[1]['port']}")
    return Endpoint(found[0]["host"], int(found[0]["port"])) if found else None


def _socket(found: dict[str, str]) -> Socket:
    return Socket(int(found["id"]), found["local"], int(found["local_port"]), found["remote"], int(found["remote_port"]))


def _announced(body: list[_Line]) -> Announced:
    told = _groups(body, "announced")
    streams = int(told[0]["streams"]) if told else None
    duration = int(told[0]["duration"]) if told and told[0]["duration"] is not None else None
    kinds = {line.kind for line in body}
    return Announced(streams, duration, reverse="reverse" in kinds, done="done" in kinds)


def _sum(name: str, results: tuple[Row, ...]) -> Flow:
    rows = [row for row in results if _SIDES[row.side] + ("_bidir_reverse" if row.role in _FROM_THE_SERVER else "") == name]
    totals = [row for row in rows if row.socket is None] or rows
    return totals[0].flow if len(totals) == 1 else filled({}, name)


TOOLS = (
    Tool(
        "iperf3-text",
        "3.0 to 3.22",
        "iperf3 without -J: the intervals and results of every stream, their [SUM], interruption and error",
        parse,
    ),
)
