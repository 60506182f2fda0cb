"""When a check would be content with what iperf3 printed, and recordings that are whole and with which it would not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from parsers.iperf3 import Flow, Run, ServerText, TextRun, Version
from parsers.iperf3.records import SUMS
from parsers.reading import ErrorWord, Field, Reading

_BUSY_PERCENT = 95.0
_OLDEST = (3, 7)


def _number(field: Field) -> float | None:
    return float(field.value) if isinstance(field, Reading) else None


def _is_zero(field: Field) -> bool:
    return _number(field) == 0


def _flows(run: Run) -> Iterator[Flow]:
    yield from (getattr(run, name) for name in SUMS)
    for stream in run.streams:
        yield from (stream.sender, stream.receiver, stream.udp)
    for interval in run.intervals:
        yield from (interval.sum, interval.sum_bidir_reverse)


def _has_an_error_word(flow: Flow) -> bool:
    return any(isinstance(getattr(flow, field.name), ErrorWord) for field in fields(flow))


def _arrived(sent: Flow, received: Flow, account: Flow, protocol: str) -> bool:
    lossless = _is_zero(account.lost_packets) if protocol == "UDP" else _is_zero(sent.retransmits)
    rate = account.bits_per_second if protocol == "UDP" else received.bits_per_second
    return lossless and (_number(rate) or 0) > 0


def _json(run: Run) -> bool:
    if not run.complete or run.test_start is None or any(map(_has_an_error_word, _flows(run))):
        return False
    protocol = run.test_start.protocol
    good = _arrived(run.sum_sent, run.sum_received, run.sum, protocol)
    if run.test_start.bidir:
        good = good and _arrived(run.sum_sent_bidir_reverse, run.sum_received_bidir_reverse, run.sum_bidir_reverse, protocol)
    busy = _number(run.cpu_utilization_percent.host_total)
    return good and busy is not None and busy < _BUSY_PERCENT


def _text(run: TextRun) -> bool:
    lost = [row.flow.lost_packets for row in run.results]
    again = [row.flow.retransmits for row in run.results if row.side == "sender"]
    counted = lost if isinstance(lost[0] if lost else None, Reading) else again
    rates = [_number(row.flow.bits_per_second) or 0 for row in run.results]
    return run.complete and bool(counted) and all(map(_is_zero, counted)) and min(rates) > 0


def _server(read: ServerText) -> bool:
    moved = [_number(row.flow.bits_per_second) or 0 for row in read.results]
    return read.complete and len(read.cookies) == 1 and min(moved) > 0


def _version(read: Version) -> bool:
    return read.complete and tuple(map(int, str(read.version.value).split("."))) >= _OLDEST


HEALTHY: dict[str, Callable[[Any], bool]] = {
    "iperf3": _json,
    "iperf3-server": _server,
    "iperf3-text": _text,
    "iperf3-version": _version,
}
BAD: dict[str, tuple[str, ...]] = {
    "iperf3": (
        "iperf3/3.12-bytes-not-all.json",
        "iperf3/3.12-refused.json",
        "iperf3/3.12-terminated.json",
        "iperf3/3.16-nothing-received.json",
        "iperf3/3.16-short.json",
        "iperf3/3.16-tcp-retransmits.json",
        "iperf3/3.16-terminated-whole-end.json",
        "iperf3/3.16-udp-loss.json",
        "iperf3/3.16-udp-null-rate.json",
        "iperf3/3.18-bidir-retransmits-one-way.json",
        "iperf3/3.18-events-refused.json",
        "iperf3/3.18-events-terminated.json",
        "iperf3/3.9-connected-then-nothing.json",
    ),
    "iperf3-server": (
        "iperf3/server-3.12-bytes.txt",
        "iperf3/server-3.12-client-killed.txt",
        "iperf3/server-3.12-client-terminated.txt",
        "iperf3/server-3.12-client-terminated-both.txt",
        "iperf3/server-3.12-nobody.txt",
        "iperf3/server-3.12-probed.txt",
        "iperf3/server-3.12-terminated.txt",
        "iperf3/server-3.16-nothing-received.txt",
        "iperf3/server-3.18-denied-first.txt",
    ),
    "iperf3-text": (
        "iperf3/text-3.1-udp-nothing.txt",
        "iperf3/text-bidir-two-streams.txt",
        "iperf3/text-interrupted.txt",
        "iperf3/text-killed.txt",
        "iperf3/text-nothing-received.txt",
        "iperf3/text-tcp-retransmits.txt",
        "iperf3/text-udp-all-lost.txt",
        "iperf3/text-udp-late.txt",
        "iperf3/text-udp-loss.txt",
    ),
    "iperf3-version": ("iperf3/version-3.1.3.txt",),
}
