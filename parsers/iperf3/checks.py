"""What iperf3's JSON says twice has to agree: a contradiction means that something was damaged, and nothing is read."""

from __future__ import annotations

import math
from itertools import pairwise

from parsers.errors import ParseError
from parsers.iperf3.measures import TOOL, number
from parsers.iperf3.records import SUMS, Flow, Run, TestStart
from parsers.json_text import as_list, as_object, member, one_line
from parsers.reading import ErrorWord, Field

_SIX_DIGITS = 2e-5
"""How far apart two numbers of six digits (3.0, 3.1) may be that mean the same, as a part of them."""

_MICROSECONDS = 2e-6
"""How far apart two clocks may be: they are printed with six decimals."""

_ACCOUNTS = ("end.sum", "end.sum_bidir_reverse")
"""UDP's accounts have the bytes and the rate of the sender, but the seconds of the receiver."""

_STRAY = 0.02
"""What may still arrive between the last interval and the end, as a part of the whole: threads (3.16) go on meanwhile."""


def check(run: Run) -> None:
    """ParseError if streams, sums, intervals and options of a run without error contradict each other."""
    if run.test_start is None:
        return
    _check_sides(run, run.test_start)
    if run.streams:
        _check_streams(run, run.test_start)
        _check_totals(run, run.test_start)
    sums = [(f"end.{name}", getattr(run, name)) for name in SUMS]
    times = [number(flow.seconds) for flow in (*(flow for _, flow in sums), *(stream.udp for stream in run.streams[:1]))]
    for name, flow in sums:
        _check_loss(name, flow, [number(run.sum.packets), number(run.sum_bidir_reverse.packets)])
        _check_rate(name, flow, times if name in _ACCOUNTS else [])
    _check_intervals(run, run.test_start)


def check_interval(interval: dict[str, object], where: str) -> None:
    """ParseError if the streams of an interval do not make up its sums. Nothing else is read from them."""
    streams = [as_object(TOOL, item, where) for item in as_list(TOOL, member(TOOL, interval, "streams"), f"{where}.streams")]
    sums = [as_object(TOOL, value, where) for key, value in interval.items() if key.startswith("sum")]
    of_streams, of_sums = ([item.get("bytes") for item in items] for items in (streams, sums))
    if None not in (*of_streams, *of_sums) and not _equal(_total(of_streams, where), _total(of_sums, where)):
        raise ParseError(TOOL, f"the same bytes in the streams of {where} and in its sums", f"{of_streams[:8]} and {of_sums}")


def _total(values: list[object], where: str) -> int | float:
    numbers = [value for value in values if isinstance(value, (int, float))]
    if len(numbers) != len(values):
        raise ParseError(TOOL, f"numbers of bytes in {where}", one_line(values))
    return sum(numbers)


def _check_sides(run: Run, test: TestStart) -> None:
    if (run.connecting_to is None) == (run.accepted_connection is None):
        raise ParseError(TOOL, "either connecting_to or accepted_connection", "both or none of them")
    told = run.sum_sent.sender
    if test.protocol != "UDP" and told is not None and told != _sends(run, test):
        raise ParseError(TOOL, f"a sender that goes with reverse: {int(test.reverse)}", f"end.sum_sent.sender: {told}")


def _sends(run: Run, test: TestStart) -> bool:
    """Whether the process that printed this sends in the direction of the first sums."""
    return (run.connecting_to is not None) != test.reverse


def _check_streams(run: Run, test: TestStart) -> None:
    connected = sorted(socket.socket for socket in run.connected)
    ended = sorted(stream.socket for stream in run.streams)
    if not len(connected) == len(set(connected)) == test.streams_in_all:
        raise ParseError(TOOL, f"{test.streams_in_all} connections (num_streams {test.num_streams})", f"sockets {connected}")
    if connected != ended:
        raise ParseError(TOOL, f"the results of sockets {connected}", f"those of {ended}")


def _check_totals(run: Run, test: TestStart) -> None:
    if test.protocol == "UDP":
        for name in ("bytes", "packets", "lost_packets"):
            _check_total(name, [stream.udp for stream in run.streams], (run.sum, run.sum_bidir_reverse))
        return
    sent = [stream.sender for stream in run.streams]
    for name in ("bytes", "retransmits"):
        _check_total(name, sent, (run.sum_sent, run.sum_sent_bidir_reverse))
    _check_total("bytes", [stream.receiver for stream in run.streams], (run.sum_received, run.sum_received_bidir_reverse))


def _check_total(name: str, streams: list[Flow], sums: tuple[Flow, ...]) -> None:
    parts: list[Field] = [getattr(flow, name) for flow in streams]
    wholes: list[Field] = [getattr(flow, name) for flow in sums]
    if any(isinstance(field, ErrorWord) for field in (*parts, *wholes)):
        return
    of_streams, of_sums = ([value for value in map(number, fields) if value is not None] for fields in (parts, wholes))
    if bool(of_streams) != bool(of_sums) or not _equal(sum(of_streams), sum(of_sums)):
        raise ParseError(TOOL, f"the same {name} in the streams and in their sum", f"{of_streams[:8]} and {of_sums}")


def _equal(one: int | float, other: int | float) -> bool:
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return math.isclose(one, other, rel_tol=_SIX_DIGITS)


def _check_loss(name: str, flow: Flow, sent: list[int | float | None]) -> None:
    lost, packets, percent = (number(field) for field in (flow.lost_packets, flow.packets, flow.lost_percent))
    if lost is None or packets is None or percent is None:
        return
    of_these = [of for of in (packets, *sent) if of is not None]
    told = any(math.isclose(percent, 100 * lost / of if of else 0, rel_tol=_SIX_DIGITS) for of in of_these)
    if lost > packets or not told:
        raise ParseError(TOOL, f"lost_percent of {name} that goes with its packets", f"{lost} of {packets} are {percent} %")


def _check_rate(name: str, flow: Flow, other_times: list[int | float | None]) -> None:
    rate, transferred = number(flow.bits_per_second), number(flow.bytes)
    if rate is None or transferred is None:
        return
    times = [time for time in (number(flow.seconds), number(flow.end_s), *other_times) if time]
    if not any(abs(transferred * 8 / time - rate) <= rate * (_SIX_DIGITS + _MICROSECONDS / time) for time in times) and (times or rate):
        raise ParseError(TOOL, f"bits_per_second of {name} that go with its bytes and seconds", f"{transferred} bytes, {rate} bit/s")


def _check_intervals(run: Run, test: TestStart) -> None:
    for index, interval in enumerate(run.intervals):
        for flow in (interval.sum, interval.sum_bidir_reverse):
            _check_rate(f"intervals[{index}]", flow, [])
    for omitted in (True, False):
        starts = [interval.start_s for interval in run.intervals if interval.omitted == omitted]
        if any(later <= earlier for earlier, later in pairwise(starts)):
            raise ParseError(TOOL, "intervals that follow each other", f"intervals that start at {starts[:8]}")
    sends = _sends(run, test)
    first, second = (run.sum_sent, run.sum_received_bidir_reverse) if sends else (run.sum_received, run.sum_sent_bidir_reverse)
    counted = [interval for interval in run.intervals if not interval.omitted]
    if counted:
        _check_whole("sum", [interval.sum.bytes for interval in counted], first.bytes)
        _check_whole("sum_bidir_reverse", [interval.sum_bidir_reverse.bytes for interval in counted], second.bytes)


def _check_whole(name: str, parts: list[Field], whole: Field) -> None:
    numbers, total = [number(part) for part in parts], number(whole)
    known = [value for value in numbers if value is not None]
    if total is not None and len(known) == len(numbers) and abs(sum(known) - total) > total * _STRAY:
        raise ParseError(TOOL, f"intervals whose {name} make {total} bytes at the end", f"{sum(known)} bytes")
