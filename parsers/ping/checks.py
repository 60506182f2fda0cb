"""
Where ping says something twice: replies and their counts, times and their minimum, average and maximum.

All of them count a packet as received once, by its sequence number, and a further reply to it as a duplicate. iputils counts a
reply with a wrong checksum as corrupted and nothing else, and a redirect not at all. What is received or a duplicate is timed.
"""

from __future__ import annotations

from parsers.errors import ParseError
from parsers.ping.body import Body
from parsers.ping.header import BSD, IPUTILS, Header
from parsers.ping.records import TOOL, Reply
from parsers.ping.summary import Counts, RoundTrips
from parsers.reading import Absent, Field, Reading

_SEQUENCE_NUMBERS = 65536
_SMALLEST_TIME = {IPUTILS: 8, BSD: 4}
_CUT_OFF = 0.0011


def is_timed(header: Header, replies: tuple[Reply, ...]) -> bool:
    """Whether packets have room for the time they were sent: 16 bytes or 8, in BusyBox 4. Where it is not sure, whole replies decide."""
    seen = not replies or any(reply.truncated or isinstance(reply.time_ms, Reading) for reply in replies)
    return seen and header.data_bytes >= _SMALLEST_TIME[header.layout]


def check(header: Header, body: Body, counts: Counts, trips: RoundTrips) -> None:
    """ParseError for any contradiction. After -q there are no replies, and ICMP errors are counted only."""
    if not isinstance(trips.rtt_max_ms, Absent) and not counts.received.value:
        raise ParseError(TOOL, "no round trips where nothing was received", counts.received.line)
    if isinstance(counts.errors, Reading) and len(body.icmp_errors) > int(counts.errors.value):
        raise ParseError(TOOL, f"the {len(body.icmp_errors)} errors above in the counts", counts.errors.line)
    counted = [reply for reply in body.replies if not reply.bad_checksum]
    if int(counts.transmitted.value) < _SEQUENCE_NUMBERS:
        _check_numbers(header, [reply.icmp_seq for reply in counted] + [*body.no_answer_yet], counts)
        _check_distinct(counted, list(body.no_answer_yet), counts)
    if body.replies:
        _check_counts(len(counted), len(body.replies), counts)
    _check_times(counted, trips)


def _check_numbers(header: Header, numbers: list[int], counts: Counts) -> None:
    """Every line is about a packet that was sent."""
    first = 1 if header.layout == IPUTILS else 0
    for number in numbers:
        if not first <= number < first + int(counts.transmitted.value):
            raise ParseError(TOOL, f"packet {number} in the counts", counts.transmitted.line)


def _check_distinct(replies: list[Reply], waited: list[int], counts: Counts) -> None:
    """Before a duplicate stands a reply to the same packet; the packets with replies are those received."""
    seen: set[int] = set()
    for reply in replies:
        if reply.duplicate and reply.icmp_seq not in seen:
            raise ParseError(TOOL, "a reply before its duplicate", reply.bytes.line)
        seen.add(reply.icmp_seq)
    if (replies and len(seen) != counts.received.value) or len(set(waited)) != len(waited):
        raise ParseError(TOOL, "every packet once in the lines above", counts.received.line)


def _check_counts(counted: int, replies: int, counts: Counts) -> None:
    if counted != _number(counts.received) + _number(counts.duplicates) or replies - counted != _number(counts.corrupted):
        raise ParseError(TOOL, f"the {replies} replies above in the counts", counts.received.line)


def _number(count: Field) -> int:
    """What is not counted has no replies."""
    return int(count.value) if isinstance(count, Reading) else 0


def _check_times(replies: list[Reply], trips: RoundTrips) -> None:
    """
    The times of the replies give the round trips, as far as their digits go.

    Not if some have none, which iputils counts in the average as if they had taken no time.
    """
    times = [float(reply.time_ms.value) for reply in replies if isinstance(reply.time_ms, Reading)]
    if len(times) != len(replies):
        return
    minimum, average, maximum = trips.rtt_min_ms, trips.rtt_avg_ms, trips.rtt_max_ms
    if isinstance(minimum, Reading) and isinstance(average, Reading) and float(minimum.value) > float(average.value):
        raise ParseError(TOOL, "no round trip shorter than the shortest", minimum.line)
    if not times:
        return
    off = [_rounding(value) for value in times]
    lows, highs = [value - by for value, by in zip(times, off, strict=True)], [value + by for value, by in zip(times, off, strict=True)]
    for field, low, high in (
        (minimum, min(lows), min(highs)),
        (average, sum(lows) / len(lows), sum(highs) / len(highs)),
        (maximum, max(lows), max(highs)),
    ):
        if not isinstance(field, Absent) and not (isinstance(field, Reading) and low <= float(field.value) <= high):
            raise ParseError(TOOL, f"a round trip between {low:.3f} and {high:.3f} ms, by the times above", field.line)


def _rounding(milliseconds: float) -> float:
    """iputils prints times with three digits: half of the last one, and what averages are cut off by."""
    if milliseconds < 1:
        return _CUT_OFF
    return _CUT_OFF + (0.005 if milliseconds < 10 else 0.05 if milliseconds < 100 else 0.5)
