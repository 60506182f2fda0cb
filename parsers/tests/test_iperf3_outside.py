"""Runs of iperf3 that other people recorded, of 3.0.11 to 3.22: read with their rates, or told as the failures that they are."""

from __future__ import annotations

import random
import re

import pytest

from parsers.errors import ParseError
from parsers.iperf3 import kind_of_error
from parsers.iperf3.document import parse
from parsers.reading import Absent
from parsers.tests.damage import outside, prefixes
from parsers.tests.iperf3_documents import LONG, readings, value

OUTSIDE = {
    "iperf3/cloudpilot-3.6-tcp.json": ("3.6", 102028493.46708716, 100334486.26151854, 0),
    "iperf3/iperf3python-3.0.11-tcp.json": ("3.0.11", 935992000.0, 934268000.0, 0),
    "iperf3/local-3.12-tcp-P2.json": ("3.12", 9619660306.177393, 9563646322.472567, 31),
    "iperf3/local-3.12-udp.json": ("3.12", 50067576.398308665, 50066550.073545657, None),
    "own/iperf3/oneoff-client-json.out": ("3.12", 11809438681.110695, 11767399853.45425, 0),
    "own/iperf3/oneoff-server-json.out": ("3.12", None, 11767399853.45425, None),
    "own/iperf3/tcp-P128-json.out": ("3.12", 30514854576.8657, 30507948096.0993, 0),
    "own/iperf3/tcp-P4-json.out": ("3.12", 12111440489.55368, 12103868167.196161, 369),
    "own/iperf3/tcp-R-json.out": ("3.12", 14021043548.751, 13998549709.658985, 727),
    "own/iperf3/tcp-Z-json.out": ("3.12", 22135477334.698, 22134724949.17572, 1640),
    "own/iperf3/tcp-bidir-json.out": ("3.12", None, 13438027572.322115, 1835),
    "own/iperf3/tcp-i0-json.out": ("3.12", None, 19732274368.40427, 1314),
    "own/iperf3/tcp-json.out": ("3.12", None, 19628073657.36776, 1916),
    "own/iperf3/tcp-loss2-json.out": ("3.12", None, 3323332228.054067, 10895),
    "own/iperf3/tcp-n-json.out": ("3.12", 19206007738.626736, 18664138098.177746, 3),
    "own/iperf3/tcp-omit-json.out": ("3.12", 17640470571.290833, 17641790829.914345, 653),
    "own/iperf3/udp-R-json.out": ("3.12", 99918981.125057742, 99933269.2678839, None),
    "own/iperf3/udp-b0-json.out": ("3.12", None, 2016246181.1627018, None),
    "own/iperf3/udp-loss10-json.out": ("3.12", 49957945.238216653, 44982944.530482188, None),
    "own/iperf3/v318-P4-bidir-json.out": ("3.18", None, 13561691936.458435, 26),
    "own/iperf3/v318-json-stream.out": ("3.18", 23227568254.792591, 23154209550.882545, 4),
    "own/iperf3/v318-tcp-json.out": ("3.18", None, 6440659668.920098, 2),
    "own/iperf3/v318-udp-json.out": ("3.18", None, 99934940.8507827, None),
    "own/iperf3/v322-P4-bidir-json.out": ("3.22", 24521983616.743912, 24495157921.584686, 5),
    "own/iperf3/v322-tcp-json.out": ("3.22", 23294493408.843575, 23271748627.496784, 21),
    "own/iperf3/v322-udp-json.out": ("3.22", 99992918.346296072, 99983533.605243847, None),
}
FAILED = {
    "iperf3/cloudpilot-3.6-error-control-socket.json": ("error - control socket has closed unexpectedly", "connection_lost"),
    "iperf3/local-3.12-refused.json": ("unable to connect to server: Connection refused", "refused"),
    "iperf3/local-3.12-unknown-host.json": ("unable to connect to server: Invalid argument", "unknown_host"),
    "own/iperf3/arpfail-json.out": ("unable to connect to server: No route to host", "no_route"),
    "own/iperf3/bad-B.out": ("unable to connect to server: Cannot assign requested address", "no_such_address"),
    "own/iperf3/conntimeout-json.out": ("unable to connect to server: Connection timed out", "timed_out"),
    "own/iperf3/noroute-json.out": ("unable to connect to server: Network is unreachable", "no_route"),
    "own/iperf3/notiperf-json.out": ("received an unknown control message", "not_iperf3"),
    "own/iperf3/oneoff-second-json.out": ("unable to connect to server: Connection refused", "refused"),
    "own/iperf3/refused-json.out": ("unable to connect to server: Connection refused", "refused"),
    "own/iperf3/reject-json.out": ("unable to connect to server: No route to host", "no_route"),
    "own/iperf3/server-clientgone-json.out": ("the client has unexpectedly closed the connection", "connection_lost"),
    "own/iperf3/server-portcollision-json.out": (
        "error - unable to start listener for connections: Address already in use",
        "address_in_use",
    ),
    "own/iperf3/termed-json.out": ("the server has terminated", "server_terminated"),
    "own/iperf3/udp-blocked-json.out": ("unable to read from stream socket: Resource temporarily unavailable", "timed_out"),
    "own/iperf3/v318-busy-json.out": ("the server is busy running a test. try again later", "busy"),
    "own/iperf3/v318-killed-json.out": ("control socket has closed unexpectedly", "connection_lost"),
    "own/iperf3/v318-refused-json.out": (
        f"{LONG}: Connection refused",
        "refused",
    ),
    "own/iperf3/v322-killed-json.out": ("control socket has closed unexpectedly", "connection_lost"),
    "own/iperf3/v322-refused-json.out": (
        f"{LONG}: Connection refused",
        "refused",
    ),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_runs_are_read(name: str) -> None:
    """Version, rates (None: not looked up, or not told) and retransmits, of 3.0.11 to 3.22."""
    version, sent, received, retransmits = OUTSIDE[name]
    run = parse(outside(name))
    assert (run.version, value(run.sum_received.bits_per_second), value(run.sum_sent.retransmits)) == (version, received, retransmits)
    assert sent is None or value(run.sum_sent.bits_per_second) == pytest.approx(sent, rel=1e-6)
    assert (run.complete, run.error) == (True, None)


@pytest.mark.parametrize("name", FAILED)
def test_outside_failures_have_their_error(name: str) -> None:
    """Most of them ended with exit code 0."""
    run = parse(outside(name))
    assert (run.error, run.complete, readings(run)) == (FAILED[name][0], False, [])
    assert kind_of_error(FAILED[name][0]) == FAILED[name][1]


def test_outside_runs_without_a_result_are_no_result() -> None:
    """Connected, then nothing; and a fragment with -nan."""
    run = parse(outside("iperf3/cloudpilot-3.9-connected-then-nothing.json"))
    assert (run.version, run.error, run.complete) == ("3.9", None, False)
    assert isinstance(run.sum_received.bits_per_second, Absent)
    with pytest.raises(ParseError, match=re.escape("""found '"lost_percent": -nan,' in line 12""")):
        parse(outside("iperf3/esnet613-invalid-nan-udp-fragment.json.txt"))


def test_outside_loss_is_read() -> None:
    """Every tenth packet was dropped."""
    run = parse(outside("own/iperf3/udp-loss10-json.out"))
    assert [value(flow.lost_packets) for flow in (run.sum, run.sum_sent, run.sum_received)] == [429, 0, 429]
    assert value(parse(outside("iperf3/local-3.12-udp.json")).sum.jitter_ms) == 0.012894178933552287


@pytest.mark.parametrize("name", [*OUTSIDE, *FAILED])
def test_outside_runs_cut_anywhere_are_never_whole(name: str) -> None:
    """As ours."""
    whole = outside(name).rstrip("\n")
    lines = list(prefixes(whole))
    draw = random.Random(name)
    few = len(whole) > 20_000
    at_lines = draw.sample(lines, min(len(lines), 10 if few else 60))
    for cut in (*at_lines, *(whole[: draw.randrange(len(whole))] for _ in range(20 if few else 200))):
        try:
            assert not parse(cut).complete
        except ParseError:
            continue
