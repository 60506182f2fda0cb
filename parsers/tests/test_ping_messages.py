"""What ping says on stderr: a wrong set-up of this host, a name without address and a way that is missing are told apart."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.ping import Message, classify, messages
from parsers.tests.damage import OUTSIDE, outside

KINDS: dict[str, tuple[str, ...]] = {
    "no_permission": (
        "ping: socket: Operation not permitted",
        "ping: socket: Permission denied",
        "ping: icmp open socket: Operation not permitted",
        "ping: socktype: SOCK_RAW",
        "ping: => missing cap_net_raw+p capability or setuid?",
        "ping: permission denied (are you root?)",
        "ping: SO_BINDTODEVICE eth0: Operation not permitted",
        "ping: Lacking privilege for icmp socket.",
        "setpriv: failed to execute ping: Operation not permitted",
        "bash: /usr/bin/ping: Operation not permitted",
        "sh: 1: ping: Operation not permitted",
        'exec of "ping" failed: Operation not permitted',
        "timeout: failed to run command \u2018ping\u2019: Operation not permitted",
    ),
    "unknown_host": (
        "ping: node9: Name or service not known",
        "ping: 999.1.1.1: Temporary failure in name resolution",
        "ping: node9: No address associated with hostname",
        "ping: node9: Name does not resolve",
        "ping: unknown host node9",
        "unknown host",
        "ping: bad address 'node9'",
        "ping: cannot resolve node9: Unknown host",
    ),
    "no_route": (
        "ping: connect: Network is unreachable",
        "connect: Network is unreachable",
        "ping: connect: No route to host",
        "ping: sendmsg: Network is unreachable",
        "ping: sendmsg: Network is down",
        "ping: sendto: Network unreachable",
        "/usr/bin/ping: sending packet: Network is unreachable",
        "ping6: UDP connect: No route to host",
    ),
    "unknown_interface": (
        "ping: SO_BINDTODEVICE eth9: No such device",
        "ping: unknown iface: eth9",
        "ping: unknown iface eth9",
        "ping: can't bind to interface eth9: No such device",
    ),
    "bad_address": (
        "ping: bind: Cannot assign requested address",
        "bind: Cannot assign requested address",
        "ping: connect: Invalid argument",
        "ping: ::1: Address family for hostname not supported",
    ),
    "message_too_long": (
        "ping: local error: message too long, mtu=1500",
        "ping: local error: Message too long, mtu=1500",
        "ping: local error: message too long, mtu: 1500",
        "ping: sendto: Message too long",
    ),
    "blocked": (
        "ping: sendmsg: Operation not permitted",
        "ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules",
        "Do you want to ping broadcast? Then -b",
    ),
    "no_buffers": ("ping: sendmsg: No buffer space available",),
    "interval_too_short": (
        "ping: cannot flood; minimal interval allowed for user is 2ms",
        "ping: cannot flood; minimal interval, allowed for user, is 200ms",
        "ping: cannot flood, minimal interval for user must be >= 2 ms, use -i 0.002 (or higher)",
    ),
    "other_interface": ("ping: Warning: source address might be selected on device other than: eth0",),
    "clock": ("Warning: time of day goes back (-1243us), taking countermeasures.",),
    "icmp": ("ping: warning: got ICMP 3 (Destination Unreachable)", "ping: warning: got ICMP 5 (Redirect (change route))"),
    "status": ("2/2 packets, 0% loss, min/avg/ewma/max = 0.048/0.054/0.049/0.061 ms", "0/3 packets, 100% loss"),
    "usage": (
        "ping: usage error: Destination address required",
        "ping: invalid argument: '256': out of range: 0 <= value <= 255",
        "ping: invalid option -- 'Z'",
        "ping: bad timing interval",
        "Try 'ping --help' or 'ping --usage' for more information.",
        "Usage: ping [-c count] destination",
        "Usage",
    ),
    "warning": ("WARNING: pinging broadcast address",),
    "other": (
        "ping: socket: Operation not permitted by policy",
        "ping: the network is unreachable",
        "ping: getnameinfo: Temporary failure in name resolution",
        "ping: connect: Connection refused",
        "Network is unreachable",
        "socket: Operation not permitted " + "x" * 500,
    ),
}


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in KINDS.items() for line in lines])
def test_every_line_has_its_kind(kind: str, line: str) -> None:
    """Lines are compared whole: what is only like a known one is another."""
    assert classify(line) == kind


def test_messages_are_the_lines_of_a_text() -> None:
    """None of an empty one; a carriage return ends a line; usage ends them all."""
    assert messages("") == messages(" \n\n") == ()
    status = "2/2 packets, 0% loss"
    assert messages(f"\r{status}\nping: oops\n") == (Message("status", status), Message("other", "ping: oops"))
    assert [message.kind for message in messages("ping: invalid option -- 'Z'\n\nUsage\n  ping [options] <destination>\n")] == ["usage"] * 2
    assert [message.kind for message in messages("BusyBox v1.35.0 (Debian) multi-call binary.\n\nUsage: ping\n")] == ["usage"]


@given(st.text())
def test_no_text_breaks_them(text: str) -> None:
    """What is on stderr may be anything."""
    assert all(len(message.line) <= 500 for message in messages(text))


STDERR = {
    "badaddr": "unknown_host",
    "c0": "usage",
    "drop-netraw": "no_permission",
    "dup-broadcast": "warning",
    "fail-I-noif": "unknown_interface",
    "fail-mtu-do": "message_too_long",
    "nodest": "usage",
    "noroute": "no_route",
    "noroute-ipv6": "no_route",
    "own-link-down": "no_route",
    "route-blackhole": "bad_address",
    "route-prohibit": "blocked",
    "sigquit": "status",
    "ttl256": "usage",
    "unpriv-nocap": "no_permission",
}


@pytest.mark.parametrize(("name", "kind"), STDERR.items())
def test_recordings_of_built_networks_are_told_apart(name: str, kind: str) -> None:
    """Every line of stderr of every scenario."""
    assert {message.kind for message in messages(outside(f"own/ping/{name}.err"))} == {kind}


def test_no_recording_is_left_out() -> None:
    """Whatever was printed on stderr is in the table above, and with exit code 2 there is always a message."""
    manifest = map(json.loads, outside("own/ping/MANIFEST.jsonl").splitlines())
    printed = {path.stem for path in (OUTSIDE / "own/ping").glob("*.err") if path.stat().st_size}
    assert printed == set(STDERR)
    assert {row["scenario"] for row in manifest if row["rc"] == 2} <= printed
