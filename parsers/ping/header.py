"""
The first line of ping: who is pinged, from where, with how much.

iputils prints "PING host (address) 56(84) bytes of data." for IPv4 (the second number counts the headers too) and
"PING host(address) 56 data bytes" for IPv6, up to 2023 without a space and with the name of the address if it has one.
All others print "PING host (address): 56 data bytes", BSD for IPv6 "PING6(56=40+8+8 bytes) source --> address".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.ping.records import TOOL

IPUTILS, BSD = "iputils", "bsd"
_ICMP, _IPV4, _OPTIONS = 8, 20, 40
_ADDRESS = r"(?:[^\s()]+ \((?P<numeric>[^\s()]+)\)|(?P<address>[^\s()]+))"
_FROM = r"(?:from (?:[^\s()]+ \()?(?P<source>[^\s()]+)\)? (?P<interface>\S*): )?"
_SIZE = r"(?P<size>[0-9]{1,6})"
_IPUTILS4 = re.compile(rf"PING (?P<host>[^\s()]*) \((?P<address>[^\s()]+)\) {_FROM}{_SIZE}\((?P<whole>[0-9]{{1,6}})\) bytes of data\.")
_IPUTILS6 = re.compile(rf"PING (?P<host>[^\s()]*) ?\({_ADDRESS}\) (?:, flow 0x[0-9a-f]{{1,8}}, )?{_FROM}{_SIZE} data bytes")
_BSD4 = re.compile(
    r"PING (?P<host>[^\s()]*) \((?P<address>[^\s()]+)\)(?: from (?P<source>[^\s()]+))?: "
    rf"{_SIZE}(?:\([0-9]{{1,6}}\))? data bytes(?:, id 0x[0-9a-f]{{1,4}} = [0-9]{{1,5}})?"
)
_BSD6 = re.compile(rf"PING6?\([0-9]{{1,6}}=40\+8\+{_SIZE} bytes\) (?P<source>\S+) --> (?P<address>\S+)")


@dataclass(frozen=True)
class Header:
    """What the line says. `host` is None where only the address stands in it."""

    layout: str
    host: str | None
    address: str
    source_address: str | None
    interface: str | None
    data_bytes: int


def read_header(line: str) -> Header | None:
    """The header, None if the line is none. ParseError where its two sizes contradict each other."""
    for layout, pattern in ((IPUTILS, _IPUTILS4), (IPUTILS, _IPUTILS6), (BSD, _BSD4), (BSD, _BSD6)):
        match = pattern.fullmatch(line)
        if match is not None:
            return _header(layout, match)
    return None


def _header(layout: str, match: re.Match[str]) -> Header:
    named = match.groupdict()
    size = int(match["size"])
    if named.get("whole") and int(match["whole"]) - size - _ICMP - _IPV4 not in (0, _OPTIONS):
        raise ParseError(TOOL, "a size with its headers", match[0])
    address = named.get("numeric") or match["address"]
    return Header(layout, named.get("host"), address, named.get("source"), named.get("interface"), size)
