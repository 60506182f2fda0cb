"""When a check would be content with what a host says of its addresses, its name and its clock, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.date import Clock
from parsers.ip_address import Interfaces
from parsers.reading import Reading
from parsers.uname import NodeName

NAME, NOW_S, MOST_APART_S = "n1", 1795439036.0, 1.0
INTERFACE, MTU_BYTES = "eth0", 9000


def _ip_addr(record: Interfaces) -> bool:
    found = record.find(INTERFACE)
    if found is None or not isinstance(found.operstate, Reading) or not isinstance(found.mtu_bytes, Reading):
        return False
    reached = all(record.usable(INTERFACE, family) for family in ("ipv4", "ipv6"))
    return record.complete and found.operstate.value == "UP" and found.mtu_bytes.value == MTU_BYTES and reached


def _uname(record: NodeName) -> bool:
    return record.complete and isinstance(record.nodename, Reading) and record.nodename.value == NAME


def _date(record: Clock) -> bool:
    return record.complete and isinstance(record.seconds, Reading) and abs(float(record.seconds.value) - NOW_S) < MOST_APART_S


HEALTHY: dict[str, Callable[[Any], bool]] = {"ip-addr": _ip_addr, "uname": _uname, "date": _date}
BAD: dict[str, tuple[str, ...]] = {
    "ip-addr": tuple(
        f"ip_addr/{name}.json" for name in ("dad-failed", "tentative", "down", "link-local", "small-mtu", "no-interface", "new-state")
    ),
    "uname": ("uname/another.txt",),
    "date": ("date/an-hour-behind.txt",),
}
