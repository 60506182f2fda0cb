"""iperf3's JSON that contradicts itself, or that no release prints, is refused; a document that was cut is never a whole run."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.iperf3.document import parse
from parsers.plain import plain
from parsers.tests.damage import changed, prefixes
from parsers.tests.iperf3_documents import GONE, NAMES, Changes, edited, read, readings, text, value, without_last


@pytest.mark.parametrize(
    ("word", "words"), [("-nan", "Expecting value"), ("NaN", "plain JSON, found 'NaN'"), ("1e999", "the number 1e999")]
)
def test_what_is_no_json_is_refused_with_the_reason(word: str, words: str) -> None:
    """Releases before 3.2 print what C prints."""
    with pytest.raises(ParseError, match=words):
        parse(text("3.0.11-udp-nan").replace("-nan", word))


def test_the_sums_of_two_directions_under_one_name_are_refused() -> None:
    """3.7 with --bidir: nobody can tell which is which."""
    with pytest.raises(ParseError, match="the key 'sum' twice"):
        read("3.7-bidir-same-names")


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("3.16-tcp-two-streams", [("end.sum_sent.bytes", lambda number: number + 1)], "the same bytes in the streams and in their sum"),
        ("3.16-tcp-two-streams", [("end.sum_received.bytes", lambda number: number + 1)], "the same bytes in the streams and in their sum"),
        ("3.16-tcp-retransmits", [("end.sum_sent.retransmits", 0)], "the same retransmits in the streams"),
        ("3.16-tcp-retransmits", [("end.streams.*.sender.retransmits", GONE)], "the same retransmits"),
        ("3.16-udp-loss", [("end.sum.lost_packets", 0), ("end.sum.lost_percent", 0)], "the same lost_packets"),
        ("3.16-udp-loss", [("end.sum.lost_percent", 0)], "429 of 27940 are 0 %"),
        ("3.16-udp-loss", [("end.sum_received.lost_packets", 99999)], "99999 of 27937"),
        (
            "3.16-tcp-two-streams",
            [("end.sum_received.bits_per_second", lambda rate: rate * 1.001)],
            "bits_per_second of end.sum_received that go",
        ),
        ("3.16-tcp-two-streams", [("end.sum_received.bits_per_second", 0)], "bits_per_second of end.sum_received that go"),
        ("3.16-udp", [("end.sum.bits_per_second", lambda rate: rate * 1.001)], "bits_per_second of end.sum that go"),
        ("3.16-udp-loss", [("end.sum_received.seconds", 0), ("end.sum_received.end", 0)], "end.sum_received that go"),
        ("3.16-tcp-two-streams", [("intervals.1.sum.bits_per_second", lambda rate: rate + 1e9)], "bits_per_second of intervals[1] that go"),
        ("3.16-tcp-two-streams", [("intervals", without_last)], "intervals whose sum make 2999991808 bytes at the end"),
        ("3.18-bidir", [("intervals", without_last)], "intervals whose sum make"),
        ("3.18-reverse", [("intervals", without_last)], "intervals whose sum make"),
        ("3.16-server", [("intervals", without_last)], "intervals whose sum make"),
        ("3.16-tcp-two-streams", [("intervals", lambda each: [*each, each[1]])], "intervals that follow each other"),
        ("3.16-tcp-two-streams", [("intervals", lambda each: each[::-1])], "intervals that follow each other"),
        ("3.16-tcp-two-streams", [("intervals.0.streams", without_last)], "the same bytes in the streams of intervals[0]"),
        ("3.16-tcp-two-streams", [("intervals.0.streams.0.bytes", "1")], "numbers of bytes in intervals[0]"),
        ("3.16-tcp-two-streams", [("start.test_start.num_streams", 3)], "3 connections (num_streams 3), found 'sockets [5, 7]'"),
        ("3.16-tcp-two-streams", [("start.connected", without_last)], "2 connections (num_streams 2), found 'sockets [5]'"),
        ("3.16-tcp-two-streams", [("start.connected.0.socket", 7)], "2 connections (num_streams 2), found 'sockets [7, 7]'"),
        ("3.16-tcp-two-streams", [("start.connected.0.socket", 6)], "the results of sockets [6, 7]"),
        ("3.16-tcp-two-streams", [("start.test_start.reverse", 1)], "a sender that goes with reverse: 1"),
        ("3.18-reverse", [("start.test_start.reverse", 0)], "a sender that goes with reverse: 0"),
        ("3.16-server", [("start.test_start.reverse", 1)], "a sender that goes with reverse: 1"),
        (
            "3.16-tcp-two-streams",
            [("start", lambda start: start | {"accepted_connection": start["connecting_to"]})],
            "both or none of them",
        ),
        ("3.16-tcp-two-streams", [("start.connecting_to", GONE)], "both or none of them"),
    ],
)
def test_a_contradiction_is_refused(name: str, changes: Changes, words: str) -> None:
    """What is said twice has to be the same both times."""
    with pytest.raises(ParseError) as caught:
        edited(name, *changes)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([("warnings", [])], "the key 'warnings'"),
        ([("start.version", "iperf 2.1.9")], "iperf 3 as start.version, found 'iperf 2.1.9'"),
        ([("start.version", GONE)], "the key 'version'"),
        ([("start.test_start.protocol", "ICMP")], "one of the protocols TCP, UDP, SCTP"),
        ([("start.test_start.reverse", 2)], "0 or 1 as reverse"),
        ([("start.test_start.duration", -1)], "duration from 0 on"),
        ([("start.test_start.duration", 2.5)], "a whole number as duration"),
        ([("start.test_start.bytes", GONE)], "the key 'bytes'"),
        ([("start.connected.0.local_port", "5")], "a whole number as local_port"),
        ([("start.connected", {})], "an array as start.connected"),
        ([("end", [])], "an object as end"),
        ([("end.sum_sent", 1)], "an object as end.sum_sent"),
        ([("end.sum_sent.sender", 1)], "true or false as end.sum_sent.sender"),
        ([("end.sum_sent.bytes", -1)], "a whole number from 0 on, found 'end.sum_sent.bytes: -1'"),
        ([("end.sum_sent.bytes", 1.5)], "a whole number from 0 on"),
        ([("end.sum_sent.seconds", "2")], "a number from 0 on"),
        ([("end.sum_sent.seconds", True)], "a number from 0 on"),
        ([("end.streams.0.receiver.socket", 9)], "sender and receiver, or udp, of one socket in end.streams[0]"),
        ([("end.streams.0.receiver", GONE)], "sender and receiver, or udp, of one socket in end.streams[0]"),
        ([("intervals.0.sum.omitted", 0)], "omitted and start in intervals[0].sum"),
        ([("intervals.0.sum.start", None)], "omitted and start in intervals[0].sum"),
        ([("intervals.0.sum.start", True)], "omitted and start in intervals[0].sum"),
        ([("error", None)], "a string as error"),
        ([("start.connecting_to.host", "a\u2028b")], "text without control characters"),
        ([("end.\ufeffsum", {})], "text without control characters"),
    ],
)
def test_what_no_release_prints_is_refused(changes: Changes, words: str) -> None:
    """Types, ranges, protocols, characters."""
    with pytest.raises(ParseError) as caught:
        edited("3.16-tcp-two-streams", *changes)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((0, 0, 1, 2, 3), "the events of one run in their order, found 'start' in line 2"),
        ((1, 0, 2, 3), "the events of one run in their order, found 'start' in line 2"),
        ((0, 1, 3, 2), "the events of one run in their order, found 'interval' in line 4"),
        ((0, 1, 2, 3, 3), "the events of one run in their order, found 'end' in line 5"),
        ((0, 1, 3), "intervals whose sum make"),
        ((1, 2, 3), "the key 'version'"),
    ],
)
def test_events_of_another_order_are_refused(lines: tuple[int, ...], words: str) -> None:
    """A line lost, moved or repeated; and two runs of one server."""
    whole = text("3.18-events").splitlines(keepends=True)
    with pytest.raises(ParseError) as caught:
        parse("".join(whole[number] for number in lines))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('{"event":"interval"', '{"event":"tick"', "one of the events start, interval, end"),
        ('{"event":"interval"', '{"event":1', "a string as event"),
        ('{"event":"interval","data"', '{"event":"interval","date"', "the key 'date'"),
        ('"receiver_tcp_congestion":"cubic"}}\n', '"receiver_tcp_congestion":"bbr"}}\n', "the same end in the events and in the document"),
        ('{"event":"start"', 'x\x00\n{"event":"start"', "text without control characters"),
    ],
)
def test_events_that_no_release_prints_are_refused(old: str, new: str, words: str) -> None:
    """Another event may mean anything."""
    with pytest.raises(ParseError) as caught:
        parse(text("3.20-events-and-document").replace(old, new, 1))
    assert words in str(caught.value)


def test_a_carriage_return_within_a_note_is_refused() -> None:
    """On a terminal it hides what stands before it."""
    with pytest.raises(ParseError, match="lines without control characters"):
        parse(text("3.12-verbose").replace("warning: ", "warning:\r", 1))


def test_six_digits_are_compared_as_six_digits() -> None:
    """3.0 might print bytes that way too."""
    document = text("3.0.11-tcp").replace('"bytes":\t351000369', '"bytes":\t3.51000e+08')
    assert value(parse(document).sum_sent.bytes) == 351000000
    with pytest.raises(ParseError, match="the same bytes"):
        parse(document.replace("3.51000e+08", "3.51100e+08", 1))


@pytest.mark.parametrize("name", NAMES)
def test_a_run_cut_anywhere_is_never_a_whole_one(name: str) -> None:
    """At a line, and within one."""
    whole = text(name).rstrip("\n")
    draw = random.Random(name)
    same = plain(parse(whole))
    for cut in (*prefixes(whole), *(whole[: draw.randrange(len(whole))] for _ in range(200))):
        try:
            run = parse(cut)
        except ParseError:
            continue
        assert not run.complete or plain(run) == same


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_run_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record or a ParseError, and all readings are numbers from 0 on."""
    damaged = data.draw(changed(text(data.draw(st.sampled_from(NAMES)))))
    try:
        run = parse(damaged)
    except ParseError:
        return
    assert all(isinstance(each.value, (int, float)) and 0 <= each.value < 1e300 for each in readings(run))


@pytest.mark.parametrize("line", ["1" * 100_000_000, '{"event":' + " " * 20_000_000, "{" * 20_000_000], ids=["digits", "event", "braces"])
def test_what_is_too_long_is_refused(line: str) -> None:
    """Before anything is made of it."""
    with pytest.raises(ParseError):
        parse(line)
