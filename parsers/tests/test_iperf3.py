"""iperf3's JSON: every rate, loss and retransmit of a whole run is read as it was printed, on the side that measured it."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from parsers.errors import ParseError
from parsers.iperf3.document import parse
from parsers.iperf3.records import CpuUtilization
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading
from parsers.tests.iperf3_documents import GONE, NAMES, edited, read, text, value
from parsers.tests.iperf3_health import BAD, HEALTHY

WHOLE = [
    "3.0.11-tcp",
    "3.10-bidir-without-flag",
    "3.12-bytes",
    "3.12-omit",
    "3.12-server-udp-omit",
    "3.12-tcp-repeated-sizes",
    "3.12-verbose",
    "3.16-nothing-received",
    "3.16-server",
    "3.16-tcp-retransmits",
    "3.16-tcp-two-streams",
    "3.16-udp",
    "3.16-udp-loss",
    "3.16-udp-null-rate",
    "3.18-bidir",
    "3.18-bidir-retransmits-one-way",
    "3.18-events",
    "3.18-reverse",
    "3.20-events-and-document",
    "3.9-udp-only-sum",
]


def test_null_is_an_error_word_and_never_0() -> None:
    """iperf3 prints it for a division by zero; the rest of the document stands."""
    run = read("3.16-udp-null-rate")
    assert run.sum_received.bits_per_second == ErrorWord("null", "end.sum_received.bits_per_second: null")
    assert (run.complete, value(run.sum_received.lost_packets)) == (True, 0)
    run = edited("3.16-tcp-two-streams", ("end.sum_sent.retransmits", None), ("intervals.0.sum.bytes", None))
    assert run.sum_sent.retransmits == ErrorWord("null", "end.sum_sent.retransmits: null")


def test_unknown_retransmits_are_not_applicable() -> None:
    """-1: the other end cannot count them."""
    changes = ("end.sum_sent.retransmits", -1), ("end.streams.*.sender.retransmits", -1)
    assert edited("3.16-tcp-two-streams", *changes).sum_sent.retransmits == NotApplicable("end.sum_sent.retransmits: -1")


def test_the_events_say_what_the_document_says() -> None:
    """With the document after them, without it, and with what else was printed."""
    both = text("3.20-events-and-document")
    events = both[: both.index("{\n")]
    assert parse(both) == parse(events) == parse(both[len(events) :])
    assert parse(f"warning: something\n{events}").notes == ("warning: something",)


@pytest.mark.parametrize(
    ("name", "sent", "received", "retransmits"),
    [
        ("3.16-tcp-two-streams", 11999967232.0, 11984971021.244688, 0),
        ("3.16-tcp-retransmits", 11999967232.0, 11984971021.244688, 369),
        ("3.12-tcp-repeated-sizes", 10000000000, 9987503124.218945, 0),
        ("3.0.11-tcp", 935993000.0, 935057000.0, 0),
        ("3.18-events", 10000000000, 9987503124.218945, 0),
    ],
)
def test_rates_are_as_they_were_printed(name: str, sent: float, received: float, retransmits: int) -> None:
    """In bits per second, with the number's own line."""
    run = read(name)
    assert (value(run.sum_sent.bits_per_second), value(run.sum_received.bits_per_second)) == (sent, received)
    assert run.sum_sent.retransmits == Reading(retransmits, "count", f"end.sum_sent.retransmits: {retransmits}")
    assert isinstance(run.sum_received.retransmits, Absent)
    assert (run.complete, run.missing, run.error) == (True, (), None)


def test_everything_of_a_run_is_read() -> None:
    """Options, connections, streams, intervals and load."""
    run = read("3.16-tcp-retransmits")
    assert (run.version, run.connecting_to, run.accepted_connection) == ("3.16", run.connecting_to, None)
    assert run.connecting_to is not None
    assert (run.connecting_to.host, run.connecting_to.port) == ("10.1.0.2", 5201)
    assert [(socket.socket, socket.local_port) for socket in run.connected] == [(5, 40100), (7, 40102)]
    assert {(socket.local_host, socket.remote_host, socket.remote_port) for socket in run.connected} == {("10.1.0.1", "10.1.0.2", 5201)}
    test = run.test_start
    assert test is not None
    assert (test.protocol, test.num_streams, test.duration_s, test.omit_s, test.bytes, test.blocks) == ("TCP", 2, 2, 0, 0, 0)
    assert (test.reverse, test.bidir, test.streams_in_all, value(test.target_bitrate)) == (False, False, 2, 0)
    assert [(stream.socket, value(stream.sender.retransmits)) for stream in run.streams] == [(5, 180), (7, 189)]
    assert [value(stream.receiver.bytes) for stream in run.streams] == [1498500000, 1498491816]
    assert all(isinstance(stream.udp.packets, Absent) for stream in run.streams)
    assert [(each.start_s, each.omitted, value(each.sum.retransmits)) for each in run.intervals] == [(0, False, 270), (1, False, 99)]
    assert {value(each.sum.bits_per_second) for each in run.intervals} == {11999967232.0}
    load = [value(getattr(run.cpu_utilization_percent, field.name)) for field in fields(CpuUtilization)]
    assert load == [41.5, 1.25, 40.25, 52.75, 0.75, 52]
    assert (run.sum_sent.sender, value(run.sum_received.seconds), value(run.sum_received.end_s)) == (True, 2.0005, 2.0005)


def test_loss_is_told_three_times_and_the_rate_of_what_arrived_once() -> None:
    """`sum` has the sender's rate and the receiver's loss."""
    run = read("3.16-udp-loss")
    assert [value(flow.lost_packets) for flow in (run.sum, run.sum_sent, run.sum_received)] == [429, 0, 429]
    assert [value(flow.packets) for flow in (run.sum, run.sum_sent, run.sum_received)] == [27940, 27940, 27937]
    assert (value(run.sum.bits_per_second), value(run.sum_received.bits_per_second)) == (1000028480, 984550643.1696038)
    assert (value(run.sum.jitter_ms), value(run.sum.lost_percent)) == (0.0125, 1.5354330708661417)
    assert value(run.streams[0].udp.lost_packets) == 429


def test_late_packets_leave_an_interval_without_a_known_loss() -> None:
    """They are taken off the losses of the interval in which they come; a sum of fewer than none is not known either."""
    run = edited("3.16-udp-loss", ("intervals.1.sum.lost_packets", -590), ("intervals.1.sum.lost_percent", -4.2))
    late = run.intervals[1].sum
    assert late.lost_packets == ErrorWord("-590", "intervals[1].sum.lost_packets: -590")
    assert late.lost_percent == ErrorWord("-4.2", "intervals[1].sum.lost_percent: -4.2")
    assert (run.complete, value(run.sum.lost_packets)) == (True, 429)


def test_before_3_10_udp_has_one_account() -> None:
    """What arrived is not told as a rate."""
    run = read("3.9-udp-only-sum")
    assert (run.complete, value(run.sum.lost_packets), value(run.sum.packets)) == (True, 0, 27940)
    assert run.sum_received.bits_per_second == Absent("end.sum_received.bits_per_second")
    assert run.test_start is not None
    assert run.test_start.target_bitrate == Absent("start.test_start.target_bitrate")


@pytest.mark.parametrize("name", ["3.18-bidir", "3.10-bidir-without-flag"])
def test_both_directions_are_kept_apart(name: str) -> None:
    """By the flag from 3.13 on, by the sums before."""
    run = read(name)
    assert run.test_start is not None
    assert (run.complete, run.test_start.bidir, run.test_start.num_streams, len(run.streams)) == (True, True, 1, 2)
    assert (value(run.sum_sent.bytes), value(run.sum_sent_bidir_reverse.bytes)) == (2500000000, 2499983616)
    assert value(run.sum_received_bidir_reverse.bytes) == 2 * 1248741816
    assert [value(each.sum_bidir_reverse.bytes) for each in run.intervals] == [1248741816, 1248741816]


def test_the_server_that_sends_is_told_by_reverse() -> None:
    """sum_sent is what the server sent, and its retransmits."""
    run = read("3.18-reverse")
    assert run.test_start is not None
    assert (run.test_start.reverse, run.sum_sent.sender, value(run.sum_received.bits_per_second)) == (True, False, 9987503124.218945)


def test_a_server_does_not_know_what_the_client_sent() -> None:
    """It prints zeros, and once a number below zero."""
    run = read("3.16-server")
    assert (run.complete, run.connecting_to, value(run.sum_received.bits_per_second)) == (True, None, 10000000000)
    assert run.sum_sent.bytes == Absent("end.sum_sent (not told to a server).bytes")
    assert run.streams[0].sender.bits_per_second == Absent("stream 5.sender (not told to a server).bits_per_second")
    assert value(run.streams[0].receiver.bytes) == 2500000000
    assert isinstance(run.cpu_utilization_percent.remote_total, Absent)
    assert value(run.cpu_utilization_percent.host_total) == 41.5
    run = read("3.12-server-udp-omit")
    assert (value(run.sum_received.packets), value(run.sum.packets), value(run.sum.lost_packets)) == (27940, 27940, 0)
    assert isinstance(run.sum_sent.packets, Absent)
    assert isinstance(run.sum.bits_per_second, Absent)


def without_side(flow: dict[str, Any]) -> dict[str, Any]:
    """Sums without a word on whose they are."""
    return {key: each for key, each in flow.items() if key != "sender"}


def exchanged(end: dict[str, Any]) -> dict[str, Any]:
    """The end of a run of one stream with its two sides exchanged."""
    (stream,) = end["streams"]
    streams = [stream | {"sender": without_side(stream["receiver"]), "receiver": without_side(stream["sender"])}]
    return end | {"streams": streams, "sum_sent": without_side(end["sum_received"]), "sum_received": without_side(end["sum_sent"])}


def test_a_server_that_sends_does_not_know_what_arrived() -> None:
    """The other way round with -R, and without a word on which side a stream is."""
    swap = ("start.test_start.reverse", 1), ("end", exchanged)
    run = edited("3.16-server", *swap)
    assert value(run.sum_sent.bytes) == value(run.streams[0].sender.bytes) == 2500000000
    assert isinstance(run.sum_received.bytes, Absent)
    assert isinstance(run.streams[0].receiver.bytes, Absent)
    run = edited("3.16-server", *swap, ("end.streams.0.sender.sender", True), ("end.sum_sent.sender", True))
    assert isinstance(run.streams[0].receiver.bytes, Absent)


def test_a_server_that_received_nothing_says_so() -> None:
    """0 of its own is a measurement."""
    zero = [(f"end.{flow}.{key}", 0) for flow in ("streams.0.receiver", "sum_received") for key in ("bytes", "bits_per_second")]
    run = edited("3.16-server", *zero, ("intervals", []))
    assert (value(run.sum_received.bits_per_second), value(run.streams[0].receiver.bytes)) == (0, 0)
    assert isinstance(run.sum_sent.bytes, Absent)


def test_omitted_seconds_do_not_count() -> None:
    """They are in the intervals, and in no sum."""
    run = read("3.12-omit")
    assert [each.omitted for each in run.intervals] == [True, False, False]
    assert (run.complete, value(run.sum_sent.bytes)) == (True, 2500000000)


def test_lines_around_the_document_are_notes() -> None:
    """-V prints some before it."""
    assert read("3.12-verbose").notes == (
        "warning: Verbose output (-v) may interfere with JSON output (-J)",
        "Control connection MSS 8948",
    )


def test_the_cookie_is_what_the_client_drew() -> None:
    """By it a client's run and a server's are known to be one."""
    cookie = "abcdefghijklmnopqrstuvwxyz0123456789"
    assert {read(name).cookie for name in WHOLE if name != "3.12-verbose"} == {cookie}
    assert (read("3.12-refused").cookie, edited("3.16-tcp-two-streams", ("start.cookie", GONE)).cookie) == (None, None)
    with pytest.raises(ParseError, match="a string as cookie"):
        edited("3.16-tcp-two-streams", ("start.cookie", 1))


def test_the_segment_size_is_that_of_the_connection_or_what_was_asked_for() -> None:
    """Of TCP; a server that is not told prints 0, which is no size."""
    assert read("3.16-tcp-two-streams").tcp_mss_bytes == Reading(8948, "bytes", "start.tcp_mss_default: 8948")
    asked = edited("3.16-tcp-two-streams", ("start.tcp_mss_default", GONE), ("start.tcp_mss", 1400))
    assert asked.tcp_mss_bytes == Reading(1400, "bytes", "start.tcp_mss: 1400")
    told_nothing = edited("3.16-server", ("start.tcp_mss_default", 0)).tcp_mss_bytes
    assert told_nothing == Absent("start.tcp_mss_default (not told: 0)")
    assert read("3.16-udp").tcp_mss_bytes == Absent("start.tcp_mss_default")
    error = "the server has terminated"
    assert read("3.12-terminated").tcp_mss_bytes == ErrorWord(error, f"start.tcp_mss_default: 8948 ({error})")
    with pytest.raises(ParseError, match="a whole number from 0 on"):
        edited("3.16-tcp-two-streams", ("start.tcp_mss_default", 1448.5))


def test_new_keys_are_skipped() -> None:
    """Every release adds some."""
    changes = ("start.mptcp", 1), ("end.sum_sent.reorder", 3), ("intervals.0.streams.0.x", "y"), ("title", "t")
    assert edited("3.16-tcp-two-streams", *changes) == parse(json.dumps(json.loads(text("3.16-tcp-two-streams")), indent=1))


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_of_another_system_mean_nothing(name: str) -> None:
    """iperf3 runs on Windows too."""
    assert parse(text(name).replace("\n", "\r\n")) == read(name)


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_good_recordings_are_whole(name: str) -> None:
    """And the bad ones are not healthy."""
    assert read(name).complete == (name in WHOLE)
    assert not (HEALTHY["iperf3"](read(name)) and f"iperf3/{name}.json" in BAD["iperf3"])
