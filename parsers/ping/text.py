"""
What ping prints on stdout: iputils s20101006 to 20250605, BusyBox, macOS, FreeBSD and GNU inetutils; IPv4 and IPv6.

Layouts: ping_common.c, ping.c and ping6_common.c of iputils; networking/ping.c of BusyBox 1.20 to 1.37; ping.c of FreeBSD and
macOS; ping_echo.c of GNU inetutils. Debian and Ubuntu of 2010 to 2012 print icmp_req for icmp_seq. Messages of stderr may stand
among the lines. Not read: the output of a flood without -q, which moves the cursor; recorded routes (-R) and timestamps (-T);
names and addresses asked of IPv6 hosts (-N); JSON (-j, in no release yet); replies out of wait time (-W of macOS and
FreeBSD); translations.

What is said twice must agree: the name, the loss and its counts, the counts and the replies, the round trips and the times of
the replies. Replies are all there, or, after -q, none.
"""

from __future__ import annotations

from parsers.errors import ParseError
from parsers.ping.body import Body, message_of, read_body
from parsers.ping.checks import check, is_timed
from parsers.ping.header import IPUTILS, Header, read_header
from parsers.ping.records import TOOL, Ping
from parsers.ping.summary import STATISTICS, Counts, RoundTrips, read_counts, read_round_trips
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent, ErrorWord, Field, Reading
from parsers.tool import Tool

_PREAMBLE = ("PATTERN: 0x", "ai->ai_family: ")
_LAST_WORDS = ("ms", "loss")
Lines = list[tuple[int, str]]


def parse(text: str) -> Ping:
    """
    The run whose whole output is `text`.

    Raises ParseError, quoting the line, if there are no statistics: ping could not start (then its message is quoted) or was
    killed; for a line of no known kind, replies or times that contradict the counts, another name at the end than at the
    beginning, a second run, and a last number that may have been cut.
    """
    lines = list(enumerate(printable_lines(TOOL, text), start=1))
    at, header = _header(lines)
    end = next((index for index in range(at, len(lines)) if STATISTICS.fullmatch(lines[index][1])), None)
    if end is None:
        raise ParseError(TOOL, "the statistics, which a ping that was killed does not print", *_last_words(lines))
    body = read_body(header, [pair for pair in lines[:at] if not pair[1].startswith(_PREAMBLE)] + lines[at + 1 : end])
    host = _host(header, *lines[end])
    whole = ends_whole_line(text)
    number, counts, trips = _summary(header, [pair for pair in lines[end + 1 :] if pair[1]], whole)
    check(header, body, counts, trips or RoundTrips())
    complete = whole and _is_complete(header, body, counts, trips, lines[-1][0] - number)
    return _record(header, host, body, counts, trips or RoundTrips(), complete)


def _header(lines: Lines) -> tuple[int, Header]:
    for index, (number, line) in enumerate(lines):
        header = read_header(line)
        if header is not None:
            return index, header
        if line and not line.startswith(_PREAMBLE) and message_of(line) is None:
            raise ParseError(TOOL, "the line PING", line, number)
    raise ParseError(TOOL, "the line PING", "; ".join(line for _, line in lines if line))


def _last_words(lines: Lines) -> tuple[str, int]:
    """The last message, or else the last line, and its number."""
    said = [(line, number) for number, line in lines if line]
    return next((pair for pair in reversed(said) if message_of(pair[0])), said[-1])


def _host(header: Header, number: int, line: str) -> str:
    host = line.split(" ")[1]
    if header.host not in (None, host):
        raise ParseError(TOOL, f"the statistics of {header.host or 'no name'}", line, number)
    return host


def _summary(header: Header, said: Lines, whole: bool) -> tuple[int, Counts, RoundTrips | None]:
    """The number of the line of counts, the counts, and the round trips if they are there. Nothing else may follow."""
    if not said:
        raise ParseError(TOOL, "the numbers of packets", "")
    (number, line), rest = said[0], said[1:]
    counts = read_counts(header.layout, line, number)
    trips = read_round_trips(header.layout, rest[0][1], rest[0][0]) if rest else None
    for at, unexpected in rest[0 if trips is None else 1 :]:
        raise ParseError(TOOL, "the round trips and the end of the output", unexpected, at)
    if not whole and not said[-1][1].endswith(_LAST_WORDS):
        raise ParseError(TOOL, "a whole last line", said[-1][1], said[-1][0])
    return number, counts, trips


def _is_complete(header: Header, body: Body, counts: Counts, trips: RoundTrips | None, lines_after: int) -> bool:
    """Whether the last line is there; the one of iputils is empty where there are no times, and the others print none then."""
    if trips is not None and not isinstance(trips.rtt_max_ms, Absent):
        return True
    if counts.received.value and is_timed(header, body.replies):
        return False
    return header.layout != IPUTILS or lines_after > 1


def _record(header: Header, host: str, body: Body, counts: Counts, trips: RoundTrips, complete: bool) -> Ping:
    timed = all(isinstance(reply.time_ms, Reading) for reply in body.replies)
    return Ping(
        layout=header.layout,
        host=host,
        address=header.address,
        source_address=header.source_address,
        interface=header.interface,
        data_bytes=header.data_bytes,
        transmitted=counts.transmitted,
        received=counts.received,
        duplicates=counts.duplicates,
        corrupted=counts.corrupted,
        errors=counts.errors,
        loss_percent=counts.loss_percent,
        time_ms=counts.time_ms,
        rtt_min_ms=trips.rtt_min_ms,
        rtt_avg_ms=trips.rtt_avg_ms if timed else _diluted(trips.rtt_avg_ms),
        rtt_max_ms=trips.rtt_max_ms,
        rtt_mdev_ms=trips.rtt_mdev_ms if timed else _diluted(trips.rtt_mdev_ms),
        pipe=trips.pipe,
        ipg_ms=trips.ipg_ms,
        ewma_ms=trips.ewma_ms,
        replies=body.replies,
        icmp_errors=body.icmp_errors,
        icmp_notices=body.icmp_notices,
        no_answer_yet=body.no_answer_yet,
        messages=body.messages,
        complete=complete,
    )


def _diluted(field: Field) -> Field:
    """Replies that were too short to be timed count in the average as if they had taken no time."""
    return ErrorWord("(truncated)", f"{field.line}, over replies of which some were not timed") if isinstance(field, Reading) else field


TOOLS = (Tool("ping", "iputils s20101006 to 20250605, BusyBox, macOS, BSD, GNU", "ping: packets, replies, errors, round trips", parse),)
