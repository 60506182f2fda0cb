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

from dataclasses import replace

from parsers.errors import ParseError
from parsers.iperf3.lines import Line, first_error, first_text, groups, read_announced, read_lines, read_rows, read_sockets
from parsers.iperf3.measures import filled
from parsers.iperf3.records import SUMS, Endpoint, Flow, Row, TextRun
from parsers.iperf3.rows import TOOL
from parsers.iperf3.text_checks import check, shortfall
from parsers.tool import Tool

_OF_A_RUN = ("connecting", "accepted", "socket", "header", "row")
_SIDES = {"": "sum", "sender": "sum_sent", "receiver": "sum_received"}
_FROM_THE_SERVER = ("RX-C", "TX-S")


def parse(text: str) -> TextRun:
    """
    The run that a client or a server tells of.

    Raises ParseError, quoting the line, where there is no run but a message (refused, busy, usage), for a line that no
    release prints, a second run, and for whatever is said twice and differently: rates against bytes and seconds, loss
    against packets, [SUM] against the streams, intervals against each other and against the results. A last line that
    was cut is left out.
    """
    lines = read_lines(TOOL, text)
    error = first_error(lines)
    body, notes = _run_and_notes(lines, error)
    run = _run(lines, body, error, notes)
    if error is not None:
        return run
    announced = read_announced(body)
    check(run, announced)
    return replace(run, missing=shortfall(run, announced))


def _run_and_notes(lines: list[Line], error: str | None) -> tuple[list[Line], tuple[str, ...]]:
    start = next((index for index, line in enumerate(lines) if line.kind in _OF_A_RUN), None)
    if start is None:
        raise ParseError(TOOL, "a run of iperf3", error or first_text(lines))
    end = next((index for index, line in enumerate(lines) if line.kind == "done"), len(lines))
    body = _without_server_output(lines[start : end + 1])
    around = lines[:start] + lines[end + 1 :]
    unknown = [line for line in body if line.kind == "other"] + [line for line in around if line.kind in _OF_A_RUN]
    for line in unknown:
        raise ParseError(TOOL, "the lines of one run of iperf3", line.text, line.number)
    return body, tuple(line.text.strip() for line in lines[:start] if line.kind == "other")


def _without_server_output(body: list[Line]) -> list[Line]:
    """What the server said in its own words comes after the results, and looks like a run."""
    start = next((index for index, line in enumerate(body) if line.kind == "output"), len(body))
    return body[:start] + [line for line in body[start:] if line.kind == "done"]


def _run(lines: list[Line], body: list[Line], error: str | None, notes: tuple[str, ...]) -> TextRun:
    rows = list(read_rows(body, error))
    results = tuple(row for is_result, row in rows if is_result)
    versions = groups(lines, "version")
    return TextRun(
        version=versions[0]["version"] if versions else None,
        connecting_to=_endpoint(body, "connecting"),
        accepted_connection=_endpoint(body, "accepted"),
        connected=read_sockets(body),
        intervals=tuple(row for is_result, row in rows if not is_result),
        results=results,
        error=error,
        missing=(),
        notes=notes,
        **{name: _sum(name, results) for name in SUMS},
    )


def _endpoint(body: list[Line], kind: str) -> Endpoint | None:
    found = groups(body, kind)
    if len(found) > 1:
        raise ParseError(TOOL, "one run", f"{len(found)} of them: {found[1]['host']}, port {found[1]['port']}")
    return Endpoint(found[0]["host"], int(found[0]["port"])) if found else None


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
