"""When a check would be content with what ping and fping printed, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.fping import FPing, Target
from parsers.ping import Ping, Reply
from parsers.reading import Absent, Field, Reading


def _nothing(*counts: Field) -> bool:
    """Whether every count is 0, or is not counted by this ping."""
    return all(isinstance(count, Absent) or (isinstance(count, Reading) and count.value == 0) for count in counts)


def _good(reply: Reply) -> bool:
    return not (reply.duplicate or reply.bad_checksum or reply.different_address or reply.truncated or reply.wrong_data)


def _ping(record: Ping) -> bool:
    times = (record.rtt_min_ms, record.rtt_avg_ms, record.rtt_max_ms)
    counted = record.transmitted.value == record.received.value == len(record.replies) > 0
    spotless = _nothing(record.duplicates, record.corrupted, record.errors) and all(map(_good, record.replies))
    silent = not (record.icmp_errors or record.icmp_notices or record.messages)
    timed = all(isinstance(time, Reading) for time in times)
    return record.complete and counted and spotless and silent and timed and isinstance(record.loss_percent, Reading)


def _answered(target: Target) -> bool:
    counted = isinstance(target.xmt, Reading) and isinstance(target.rcv, Reading) and target.xmt.value == target.rcv.value
    return counted and isinstance(target.max_ms, Reading) and all(isinstance(packet.time_ms, Reading) for packet in target.packets)


def _fping(record: FPing) -> bool:
    """Duplicates are in no list: only the statistics tell of more replies than packets."""
    found = record.statistics
    if found is None or not record.complete or not record.targets or record.messages:
        return False
    once = found.icmp_echos_sent.value == found.icmp_echo_replies_received.value
    return once and _nothing(found.unknown_addresses, found.other_icmp_received, found.timeouts) and all(map(_answered, record.targets))


HEALTHY: dict[str, Callable[[Any], bool]] = {"ping": _ping, "fping": _fping}
BAD: dict[str, tuple[str, ...]] = {
    "ping": tuple(
        f"ping/{name}.txt"
        for name in (
            "loss", "all-lost", "unreachable", "duplicates", "broadcast", "corrupt", "truncated", "truncated-some", "bad-checksum",
            "different-address", "message-too-long", "errors-and-replies", "s20101006-req", "s20121221",
            "ipv6-20250605-unreachable", "busybox-loss", "busybox-duplicates", "inetutils-truncated", "macos",
            "macos-unreachable", "freebsd-wrong-data",
        )
    ),
    "fping": tuple(
        f"fping/{name}.txt"
        for name in (
            "list-loss-statistics", "list-duplicates-statistics", "list-no-route-statistics", "counts-statistics-ttl-exceeded",
            "unknown-statistics", "list-statistics", "packets-list-statistics", "alive-statistics",
        )
    ),
}  # fmt: skip
