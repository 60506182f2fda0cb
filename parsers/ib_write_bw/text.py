"""The text of ib_write_bw: title, settings, addresses and table of one run, of one of its processes or of both at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from parsers.errors import ParseError
from parsers.ib_write_bw.records import TOOL, Address, BwResult, IbWriteBw, agrees, result
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent, ErrorWord, Field, Reading
from parsers.tool import Tool

ALL_SIZES = 23
"""Sizes of -a: 2, 4, 8 and so on to 8388608 bytes."""

_RULE = re.compile(r"-{20,}")
_TITLE = re.compile(r"RDMA_Write[A-Za-z_ ]{0,40}\bBW [A-Za-z ]{0,40}Test")
_KEY = r"[A-Za-z][A-Za-z0-9_*./ -]{0,40}?\s{0,20}"
_SETTINGS = re.compile(rf"{_KEY}: ?\S+(?:\s+{_KEY}: ?\S+)?")
_SETTING = re.compile(rf"(?P<key>{_KEY}): ?(?P<value>\S+)")
_HEX = r"(?:0x)?[0-9a-f]{1,16}"
_ADDRESS = re.compile(rf"(?P<side>local|remote) address: LID (?P<lid>{_HEX}) QPN (?P<qpn>{_HEX}) PSN (?P<psn>{_HEX})(?: [A-Za-z]+ {_HEX})*")
_GID = re.compile(r"GID: [0-9a-fA-F:]+")
_UNIT = r"(?:Gb|MiB|MB)/sec"
_HEADER = re.compile(
    rf"#bytes\s+#iterations\s+BW peak\[(?P<unit>{_UNIT})\]\s+BW average\[(?P=unit)\](?P<rate>\s+MsgRate\[Mpps\])?"
    rf"(?P<ports>\s+BW Port1\[(?P=unit)\]\s+MsgRate Port1\[Mpps\]\s+BW Port2\[(?P=unit)\]\s+MsgRate Port2\[Mpps\])?"
    r"(?P<load>\s+CPU_Util\[%\])?"
)
_COUNT = r"[0-9]{1,18}"
_NUMBER = r"[0-9]{1,9}\.(?:[0-9]{6}|[0-9]{2})"
_ROW = re.compile(rf"{_COUNT}\s+{_COUNT}(?:\s+{_NUMBER})+")
_SAYING = re.compile(r"^[0-9]+(?:\.[0-9]+)?\s|#bytes|\baddress:|\[(?:Gb|MiB|MB)/sec\]|Mpps|results:|\b(?:BW|Latency) [A-Za-z ]{0,40}Test")
_FAILURE = re.compile(
    r"(?:[A-Za-z_]+: )?(?:Unable to |Couldn't |Could not |Failed |Failure|Completion with? error|Did not detect|Problems with |Error|"
    r"Invalid |Can't |Cannot |Parser function|poll CQ failed|Unexpected |Port number |Usage:).*|"
    r"cu[A-Z][A-Za-z]{1,40}(?:\([^()]*\))? (?:error=|returned )[0-9]{1,6}|failed to create mr.*|"
    r".*(?:got completion with error|not found|Connection refused|timed out).*|scnt=.*"
)
_BANNER = re.compile(r"\*+|\* Waiting for client to connect\.\.\. \*|")
_PLAIN_COUNT = re.compile(r"(?P<count>[0-9]{1,6})(?:\[B\]|B)?")
_KEPT = ("Number of qps", "Transport type", "Connection type", "Link type", "Mtu")


@dataclass
class _Run:
    """What was read so far."""

    titles: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    addresses: list[Address] = field(default_factory=list)
    header: re.Match[str] | None = None
    headers: int = 0
    rows: list[tuple[str, int]] = field(default_factory=list)
    closed: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def processes(self) -> int:
        """How many print: one title each, or one header each where the beginning of the text is missing."""
        return max(len(self.titles), self.headers, 1)

    @property
    def ended(self) -> bool:
        """Whether every process closed its table."""
        return self.header is not None and self.closed >= self.processes


def parse(text: str) -> IbWriteBw:
    """
    A run, whole or cut.

    Raises ParseError, quoting the line, for any message of failure wherever it stands, without a row, for another test than
    RDMA_Write, another header or unit, a row that is not understood or belongs to no table, sizes that do not ascend, bandwidth and
    rate of messages that disagree, numbers of iterations that differ although a peak was measured, addresses that are not one
    local and one remote for each queue pair, processes that disagree, several runs, and the tables of --report-both.
    """
    lines = printable_lines(TOOL, text)
    failures = [(line.strip(), number) for number, line in enumerate(lines, start=1) if _FAILURE.fullmatch(line.strip())]
    if failures:
        raise ParseError(TOOL, "a run without a message of failure", "; ".join(line for line, _ in failures), failures[0][1])
    run = _Run()
    for number, line in enumerate(lines if ends_whole_line(text) else lines[:-1], start=1):
        _take(run, line.strip(), number)
    if run.header is None or not run.rows:
        raise ParseError(TOOL, "a table with a row for a message size", *_first(lines))
    _check_addresses(run)
    return _record(run, _results(run, run.header))


def _first(lines: Sequence[str]) -> tuple[str, int]:
    return next((line.strip(), number) for number, line in enumerate(lines, start=1) if line)


def _take(run: _Run, line: str, number: int) -> None:
    """One line into the run; what follows its end must not be of this program, and is not kept."""
    for pattern, taken in _TAKERS:
        match = pattern.fullmatch(line)
        if match is not None:
            if run.ended and taken not in (_take_nothing, _take_rule):
                raise ParseError(TOOL, "the output of one run", line, number)
            taken(run, match, number)
            return
    if _SAYING.search(line):
        raise ParseError(TOOL, "a line of ib_write_bw", line, number)
    if not run.ended:
        run.notes.append(line)


def _take_nothing(run: _Run, match: re.Match[str], number: int) -> None:
    """Lines that say nothing to judge by."""


def _take_rule(run: _Run, match: re.Match[str], number: int) -> None:
    if run.rows:
        run.closed += 1


def _take_title(run: _Run, match: re.Match[str], number: int) -> None:
    if run.header is not None or any(match[0] != title for title in run.titles):
        raise ParseError(TOOL, "the output of one run", match[0], number)
    run.titles.append(match[0])


def _take_settings(run: _Run, match: re.Match[str], number: int) -> None:
    """Up to two settings stand in a line."""
    for setting in _SETTING.finditer(match[0]):
        key, value = setting["key"].strip(), setting["value"]
        if key == "Device":
            run.devices.append(value)
        elif key in _KEPT and run.settings.setdefault(key, value) != value:
            raise ParseError(TOOL, f"{key}: {run.settings[key]}, as before", match[0], number)


def _take_address(run: _Run, match: re.Match[str], number: int) -> None:
    run.addresses.append(Address(match["side"], match["lid"], match["qpn"], match["psn"]))


def _take_header(run: _Run, match: re.Match[str], number: int) -> None:
    if run.rows or (run.header is not None and run.header[0].split() != match[0].split()):
        raise ParseError(TOOL, "one table", match[0], number)
    run.header = match
    run.headers += 1


def _take_row(run: _Run, match: re.Match[str], number: int) -> None:
    if run.header is None:
        raise ParseError(TOOL, "a header above the first row", match[0], number)
    run.rows.append((match[0], number))


_TAKERS: tuple[tuple[re.Pattern[str], Callable[[_Run, re.Match[str], int], None]], ...] = (
    (_BANNER, _take_nothing),
    (_RULE, _take_rule),
    (_TITLE, _take_title),
    (_ADDRESS, _take_address),
    (_GID, _take_nothing),
    (_HEADER, _take_header),
    (_ROW, _take_row),
    (_SETTINGS, _take_settings),
)


def _check_addresses(run: _Run) -> None:
    """One local and one remote end for each queue pair of each process; of two processes, each is the other's remote."""
    ends = {side: sorted((end.lid, end.qpn, end.psn) for end in run.addresses if end.side == side) for side in ("local", "remote")}
    counts = [len(found) for found in ends.values()]
    pairs = run.settings.get("Number of qps", "")
    expected = int(pairs) * run.processes if pairs.isascii() and pairs.isdigit() else counts[0]
    if run.addresses and counts != [expected, expected]:
        raise ParseError(TOOL, f"{expected} local and {expected} remote addresses", f"{counts[0]} and {counts[1]}")
    if len(run.titles) > 1 and ends["local"] != ends["remote"]:
        raise ParseError(TOOL, "two processes that are connected with each other", f"local {ends['local'][0]}, remote {ends['remote'][0]}")


def _results(run: _Run, header: re.Match[str]) -> tuple[BwResult, ...]:
    """The rows by ascending size; where two processes print, the server's row is the client's last one again."""
    rows = list(run.rows)
    if run.processes > 1 and len(rows) > 1 and rows[-1][0].split() == rows[-2][0].split():
        del rows[-1]
    results = [_result(run, header, line, number) for line, number in rows]
    if len(results) > 1:
        _check_all_sizes(run, results)
    return tuple(results)


def _check_all_sizes(run: _Run, results: Sequence[BwResult]) -> None:
    """More rows than one come from -a only: each size from 2 bytes on doubled, and to the last one when the table was closed."""
    for exponent, found in enumerate(results, start=1):
        if found.size_bytes != 2**exponent:
            raise ParseError(TOOL, f"a row for {2**exponent} bytes", found.bw_average_gbit_s.line)
        if isinstance(found.bw_peak_gbit_s, Reading) and found.iterations != results[0].iterations:
            raise ParseError(TOOL, f"{results[0].iterations} iterations for every size", f"{found.size_bytes} bytes: {found.iterations}")
    if run.closed and len(results) != ALL_SIZES:
        raise ParseError(TOOL, f"a row for {2 ** (len(results) + 1)} bytes", f"the end of the table after {results[-1].size_bytes}")


def _result(run: _Run, header: re.Match[str], line: str, number: int) -> BwResult:
    words = line.split()
    if len(words) != 4 + (1 if header["rate"] else 0) + (4 if header["ports"] else 0) + (1 if header["load"] else 0):
        raise ParseError(TOOL, f"cells for the columns {' '.join(header[0].split())}", line, number)
    size, iterations, peak, average = words[:4]
    rate = words[4] if header["rate"] else None
    factors = (1, 2) if any("Bidirectional" in title for title in run.titles) else (1,)
    if rate is not None and not any(agrees(int(size), average, rate, header["unit"], directions=factor) for factor in factors):
        raise ParseError(TOOL, "a bandwidth and a rate of messages that agree", line, number)
    return result(int(size), int(iterations), (peak, average, rate), header["unit"])


def _record(run: _Run, results: tuple[BwResult, ...]) -> IbWriteBw:
    return IbWriteBw(
        test=Reading(run.titles[0], "text", run.titles[0]) if run.titles else Absent("the title of the test"),
        processes=run.processes,
        devices=tuple(run.devices),
        number_of_qps=_count(run, "Number of qps", "count"),
        transport_type=_text(run, "Transport type"),
        connection_type=_text(run, "Connection type"),
        link_type=_text(run, "Link type"),
        mtu_bytes=_count(run, "Mtu", "bytes"),
        addresses=tuple(run.addresses),
        results=results,
        notes=tuple(run.notes),
        complete=run.ended,
    )


def _text(run: _Run, key: str) -> Field:
    return Reading(run.settings[key], "text", f"{key}: {run.settings[key]}") if key in run.settings else Absent(key)


def _count(run: _Run, key: str, unit: str) -> Field:
    if key not in run.settings:
        return Absent(key)
    match = _PLAIN_COUNT.fullmatch(run.settings[key])
    line = f"{key}: {run.settings[key]}"
    return Reading(int(match["count"]), unit, line) if match else ErrorWord(run.settings[key], line)


TOOLS = (Tool("ib-write-bw", "perftest up to 4.5-0.20", "ib_write_bw, text: bandwidth and rate by message size, Gbit/s", parse),)
