"""iperf3's JSON: no rate of a run that failed, stopped short, or contradicts itself is ever a reading."""

from __future__ import annotations

import json
import random
import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.iperf3 import KINDS, Flow, Run, kind_of_error
from parsers.iperf3.document import parse
from parsers.iperf3.records import SUMS, CpuUtilization
from parsers.plain import plain
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.iperf3_health import BAD, HEALTHY

FOLDER = RECORDINGS / "iperf3"
LONG = "unable to connect to server - server may have stopped running or use a different port, firewall issue, etc."
LATER = " - port may not be available, the other side may have stopped running, etc."
UNREADABLE = ("3.0.11-udp-nan", "3.7-bidir-same-names")
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem not in UNREADABLE)
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


def text(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.json").read_text()


def read(name: str) -> Run:
    """The same, parsed."""
    return parse(text(name))


def value(field: Field) -> int | float | str | None:
    """The value of a Reading."""
    return field.value if isinstance(field, Reading) else None


def flows(run: Run) -> list[Flow]:
    """Every Flow of a run."""
    of_streams = [flow for stream in run.streams for flow in (stream.sender, stream.receiver, stream.udp)]
    of_intervals = [flow for interval in run.intervals for flow in (interval.sum, interval.sum_bidir_reverse)]
    return [getattr(run, name) for name in SUMS] + of_streams + of_intervals


def readings(run: Run) -> list[Reading]:
    """Every Reading of a run."""
    parts: list[Any] = [*flows(run), run.cpu_utilization_percent, *([run.test_start] if run.test_start else [])]
    found = (getattr(part, field.name) for part in parts for field in fields(part))
    return [field for field in found if isinstance(field, Reading)]


def edited(name: str, edit: str) -> Run:
    """A recording after an assignment to its document `d`, parsed."""
    document = json.loads(text(name))
    exec(edit, {"d": document})
    return parse(json.dumps(document, indent=1))


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("3.12-refused", "unable to connect to server: Connection refused"),
        ("3.7-busy", "error - the server is busy running a test. try again later"),
        ("3.12-terminated", "the server has terminated"),
        ("3.16-terminated-whole-end", "the server has terminated"),
        ("3.12-error-beside", "error - control socket has closed unexpectedly"),
        ("3.18-events-terminated", "the server has terminated"),
        ("3.18-events-refused", f"{LONG}: Connection refused"),
    ],
)
def test_a_run_with_an_error_has_the_error_and_no_reading(name: str, error: str) -> None:
    """Even where the sums are in good order: they are those of a part of the run, or of another clock."""
    run = read(name)
    assert (run.error, run.complete, readings(run)) == (error, False, [])
    assert {field.word for field in (run.sum_sent.bytes, run.sum_received.bytes) if isinstance(field, ErrorWord)} <= {error}


def test_what_a_failed_run_printed_is_told_beside_its_error() -> None:
    """A person finds the number, a check does not."""
    rate = read("3.12-terminated").sum_sent.bits_per_second
    assert isinstance(rate, ErrorWord)
    assert rate.why == "end.sum_sent.bits_per_second: 12977300.244620357 (the server has terminated)"


def test_a_failed_run_may_lack_everything() -> None:
    """An early error leaves no version, no intervals and no end."""
    run = parse('{"error": "unable to create a new test"}')
    assert (run.version, run.error, run.complete) == (None, "unable to create a new test", False)
    assert parse('{"start": {}, "error": "interrupt - the client has terminated"}').version is None
    with pytest.raises(ParseError, match="the key 'start'"):
        parse("{}")


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("3.9-connected-then-nothing", ("start.test_start: the run did not start",)),
        ("3.16-short", ("end.sum_sent: 3 s of 10 s", "end.sum_received: 3.0005 s of 10 s")),
        ("3.12-bytes-not-all", ("end: 2500000000 bytes of 25000000000",)),
    ],
)
def test_a_run_that_did_less_than_was_asked_says_so(name: str, missing: tuple[str, ...]) -> None:
    """No error tells of it."""
    run = read(name)
    assert (run.error, run.missing, run.complete) == (None, missing, False)


@pytest.mark.parametrize(
    ("edit", "missing"),
    [
        ("d['end'].clear()", ("end.sum_sent", "end.sum_received", "end.streams")),
        ("del d['end']['sum_received']; [s.pop('receiver') and s.update(receiver={'socket': s['sender']['socket']})"
         " for s in d['end']['streams']]", ("end.sum_received",)),
        ("del d['end']['sum_received']['bits_per_second']", ("end.sum_received.bits_per_second",)),
        ("del d['end']['sum_received']['seconds']", ("end.sum_received.seconds",)),
        ("d['end']['streams'].clear()", ("end.streams",)),
    ],
)
def test_sums_that_are_not_there_are_missing(edit: str, missing: tuple[str, ...]) -> None:
    """And Absent, which is not 0."""
    run = edited("3.16-tcp-two-streams", edit)
    assert (run.missing, run.complete) == (missing, False)


def test_both_directions_are_missing_where_only_one_was_measured() -> None:
    """What --bidir announces has to be there; before 3.13 it announces nothing."""
    run = edited("3.18-bidir", "d['end'].clear()")
    assert {"end.sum_sent_bidir_reverse", "end.sum_received_bidir_reverse"} < set(run.missing)
    with pytest.raises(ParseError, match=re.escape("expected 2 connections (num_streams 1), found 'sockets [5]'")):
        edited("3.18-bidir", "d['start']['connected'].pop(); d['end']['streams'].pop()")


def test_null_is_an_error_word_and_never_0() -> None:
    """iperf3 prints it for a division by zero; the rest of the document stands."""
    run = read("3.16-udp-null-rate")
    assert run.sum_received.bits_per_second == ErrorWord("null", "end.sum_received.bits_per_second: null")
    assert (run.complete, value(run.sum_received.lost_packets)) == (True, 0)
    run = edited("3.16-tcp-two-streams", "d['end']['sum_sent']['retransmits'] = None; d['intervals'][0]['sum']['bytes'] = None")
    assert run.sum_sent.retransmits == ErrorWord("null", "end.sum_sent.retransmits: null")


@pytest.mark.parametrize(
    ("word", "words"), [("-nan", "Expecting value"), ("NaN", "plain JSON, found 'NaN'"), ("1e999", "the number 1e999")]
)
def test_what_is_no_json_is_refused_with_the_reason(word: str, words: str) -> None:
    """Releases before 3.2 print what C prints."""
    with pytest.raises(ParseError, match=words):
        parse(text("3.0.11-udp-nan").replace("-nan", word))


def test_unknown_retransmits_are_not_applicable() -> None:
    """-1: the other end cannot count them."""
    edit = "d['end']['sum_sent']['retransmits'] = -1; [s['sender'].update(retransmits=-1) for s in d['end']['streams']]"
    assert edited("3.16-tcp-two-streams", edit).sum_sent.retransmits == NotApplicable("end.sum_sent.retransmits: -1")


@pytest.mark.parametrize(
    ("text_", "words"),
    [
        ("", "found nothing"),
        ("iperf3: error - unable to connect to server: Connection refused\n", "found 'iperf3: error - unable to connect to server: Conn"),
        ("iperf3: parameter error - this is a client only option\nUsage: iperf3 [-s|-c host]\n", "found 'iperf3: parameter error - this"),
        ("iperf3: unrecognized option '--json-stream'\nUsage: iperf3 [-s|-c host] [options]\n", "found \"iperf3: unrecognized option"),
        ("Connecting to host 10.1.0.2, port 5201\n", "found 'Connecting to host"),
    ],
)
def test_a_message_instead_of_a_document_is_quoted(text_: str, words: str) -> None:
    """Wrong options never give JSON, and from 3.14 on an early error gives nothing at all."""
    with pytest.raises(ParseError, match=re.escape(words)):
        parse(text_)


def test_the_sums_of_two_directions_under_one_name_are_refused() -> None:
    """3.7 with --bidir: nobody can tell which is which."""
    with pytest.raises(ParseError, match="the key 'sum' twice"):
        read("3.7-bidir-same-names")


@pytest.mark.parametrize(
    ("name", "edit", "words"),
    [
        ("3.16-tcp-two-streams", "d['end']['sum_sent']['bytes'] += 1", "the same bytes in the streams and in their sum"),
        ("3.16-tcp-two-streams", "d['end']['sum_received']['bytes'] += 1", "the same bytes in the streams and in their sum"),
        ("3.16-tcp-retransmits", "d['end']['sum_sent']['retransmits'] = 0", "the same retransmits in the streams"),
        ("3.16-tcp-retransmits", "[s['sender'].pop('retransmits') for s in d['end']['streams']]", "the same retransmits"),
        ("3.16-udp-loss", "d['end']['sum']['lost_packets'] = 0; d['end']['sum']['lost_percent'] = 0", "the same lost_packets"),
        ("3.16-udp-loss", "d['end']['sum']['lost_percent'] = 0", "429 of 27940 are 0 %"),
        ("3.16-udp-loss", "d['end']['sum_received']['lost_packets'] = 99999", "99999 of 27937"),
        ("3.16-tcp-two-streams", "d['end']['sum_received']['bits_per_second'] *= 1.001", "bits_per_second of end.sum_received that go"),
        ("3.16-tcp-two-streams", "d['end']['sum_received']['bits_per_second'] = 0", "bits_per_second of end.sum_received that go"),
        ("3.16-udp", "d['end']['sum']['bits_per_second'] *= 1.001", "bits_per_second of end.sum that go"),
        ("3.16-udp-loss", "d['end']['sum_received']['seconds'] = d['end']['sum_received']['end'] = 0", "end.sum_received that go"),
        ("3.16-tcp-two-streams", "d['intervals'][1]['sum']['bits_per_second'] += 1e9", "bits_per_second of intervals[1] that go"),
        ("3.16-tcp-two-streams", "d['intervals'].pop()", "intervals whose sum make 2999991808 bytes at the end"),
        ("3.18-bidir", "d['intervals'].pop()", "intervals whose sum make"),
        ("3.18-reverse", "d['intervals'].pop()", "intervals whose sum make"),
        ("3.16-server", "d['intervals'].pop()", "intervals whose sum make"),
        ("3.16-tcp-two-streams", "d['intervals'].append(d['intervals'][1])", "intervals that follow each other"),
        ("3.16-tcp-two-streams", "d['intervals'].reverse()", "intervals that follow each other"),
        ("3.16-tcp-two-streams", "d['intervals'][0]['streams'].pop()", "the same bytes in the streams of intervals[0]"),
        ("3.16-tcp-two-streams", "d['intervals'][0]['streams'][0]['bytes'] = '1'", "numbers of bytes in intervals[0]"),
        ("3.16-tcp-two-streams", "d['start']['test_start']['num_streams'] = 3", "3 connections (num_streams 3), found 'sockets [5, 7]'"),
        ("3.16-tcp-two-streams", "d['start']['connected'].pop()", "2 connections (num_streams 2), found 'sockets [5]'"),
        ("3.16-tcp-two-streams", "d['start']['connected'][0]['socket'] = 7", "2 connections (num_streams 2), found 'sockets [7, 7]'"),
        ("3.16-tcp-two-streams", "d['start']['connected'][0]['socket'] = 6", "the results of sockets [6, 7]"),
        ("3.16-tcp-two-streams", "d['start']['test_start']['reverse'] = 1", "a sender that goes with reverse: 1"),
        ("3.18-reverse", "d['start']['test_start']['reverse'] = 0", "a sender that goes with reverse: 0"),
        ("3.16-server", "d['start']['test_start']['reverse'] = 1", "a sender that goes with reverse: 1"),
        ("3.16-tcp-two-streams", "d['start']['accepted_connection'] = d['start']['connecting_to']", "both or none of them"),
        ("3.16-tcp-two-streams", "del d['start']['connecting_to']", "both or none of them"),
    ],
)
def test_a_contradiction_is_refused(name: str, edit: str, words: str) -> None:
    """What is said twice has to be the same both times."""
    with pytest.raises(ParseError) as caught:
        edited(name, edit)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("d['warnings'] = []", "the key 'warnings'"),
        ("d['start']['version'] = 'iperf 2.1.9'", "iperf 3 as start.version, found 'iperf 2.1.9'"),
        ("del d['start']['version']", "the key 'version'"),
        ("d['start']['test_start']['protocol'] = 'ICMP'", "one of the protocols TCP, UDP, SCTP"),
        ("d['start']['test_start']['reverse'] = 2", "0 or 1 as reverse"),
        ("d['start']['test_start']['duration'] = -1", "duration from 0 on"),
        ("d['start']['test_start']['duration'] = 2.5", "a whole number as duration"),
        ("del d['start']['test_start']['bytes']", "the key 'bytes'"),
        ("d['start']['connected'][0]['local_port'] = '5'", "a whole number as local_port"),
        ("d['start']['connected'] = {}", "an array as start.connected"),
        ("d['end'] = []", "an object as end"),
        ("d['end']['sum_sent'] = 1", "an object as end.sum_sent"),
        ("d['end']['sum_sent']['sender'] = 1", "true or false as end.sum_sent.sender"),
        ("d['end']['sum_sent']['bytes'] = -1", "a whole number from 0 on, found 'end.sum_sent.bytes: -1'"),
        ("d['end']['sum_sent']['bytes'] = 1.5", "a whole number from 0 on"),
        ("d['end']['sum_sent']['seconds'] = '2'", "a number from 0 on"),
        ("d['end']['sum_sent']['seconds'] = True", "a number from 0 on"),
        ("d['end']['streams'][0]['receiver']['socket'] = 9", "sender and receiver, or udp, of one socket in end.streams[0]"),
        ("del d['end']['streams'][0]['receiver']", "sender and receiver, or udp, of one socket in end.streams[0]"),
        ("d['intervals'][0]['sum']['omitted'] = 0", "omitted and start in intervals[0].sum"),
        ("d['intervals'][0]['sum']['start'] = None", "omitted and start in intervals[0].sum"),
        ("d['intervals'][0]['sum']['start'] = True", "omitted and start in intervals[0].sum"),
        ("d['error'] = None", "a string as error"),
        ("d['start']['connecting_to']['host'] = 'a\\u2028b'", "text without control characters"),
        ("d['end']['\\ufeffsum'] = {}", "text without control characters"),
    ],
)
def test_what_no_release_prints_is_refused(edit: str, words: str) -> None:
    """Types, ranges, protocols, characters."""
    with pytest.raises(ParseError) as caught:
        edited("3.16-tcp-two-streams", edit)
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


def test_events_without_an_end_are_incomplete() -> None:
    """The program died, or is still running."""
    run = parse("".join(text("3.18-events").splitlines(keepends=True)[:3]))
    assert (run.error, run.missing) == (None, ("end.sum_sent", "end.sum_received", "end.streams"))


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


def test_a_server_that_sends_does_not_know_what_arrived() -> None:
    """The other way round with -R, and without a word on which side a stream is."""
    swap = (
        "e = d['end']; s = e['streams'][0]; d['start']['test_start']['reverse'] = 1;"
        "s['sender'], s['receiver'] = dict(s['receiver']), dict(s['sender']);"
        "e['sum_sent'], e['sum_received'] = e['sum_received'], e['sum_sent'];"
        "[x.pop('sender', None) for x in (s['sender'], s['receiver'], e['sum_sent'], e['sum_received'])]"
    )
    run = edited("3.16-server", swap)
    assert value(run.sum_sent.bytes) == value(run.streams[0].sender.bytes) == 2500000000
    assert isinstance(run.sum_received.bytes, Absent)
    assert isinstance(run.streams[0].receiver.bytes, Absent)
    run = edited("3.16-server", swap + ";[x.update(sender=True) for x in (s['sender'], e['sum_sent'])]")
    assert isinstance(run.streams[0].receiver.bytes, Absent)


def test_a_server_that_received_nothing_says_so() -> None:
    """0 of its own is a measurement."""
    zero = "[f.update(bytes=0, bits_per_second=0) for f in (d['end']['streams'][0]['receiver'], d['end']['sum_received'])]"
    run = edited("3.16-server", f"{zero}; d['intervals'].clear()")
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


def test_a_carriage_return_within_a_note_is_refused() -> None:
    """On a terminal it hides what stands before it."""
    with pytest.raises(ParseError, match="lines without control characters"):
        parse(text("3.12-verbose").replace("warning: ", "warning:\r", 1))


def test_new_keys_are_skipped() -> None:
    """Every release adds some."""
    edit = "d['start']['mptcp'] = 1; d['end']['sum_sent']['reorder'] = 3; d['intervals'][0]['streams'][0]['x'] = 'y'; d['title'] = 't'"
    assert edited("3.16-tcp-two-streams", edit) == parse(json.dumps(json.loads(text("3.16-tcp-two-streams")), indent=1))


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


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_of_another_system_mean_nothing(name: str) -> None:
    """iperf3 runs on Windows too."""
    assert parse(text(name).replace("\n", "\r\n")) == read(name)


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_good_recordings_are_whole(name: str) -> None:
    """And the bad ones are not healthy."""
    assert read(name).complete == (name in WHOLE)
    assert not (HEALTHY["iperf3"](read(name)) and f"iperf3/{name}.json" in BAD["iperf3"])


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


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("the server is busy running a test. try again later", "busy"),
        ("error - the server is busy running a test. try again later", "busy"),
        ("iperf3: error - the server is busy running a test. try again later", "busy"),
        ("unable to connect to server: Connection refused", "refused"),
        ("error - unable to connect to server: Connection refused", "refused"),
        (f"{LONG}: Connection refused", "refused"),
        ("unable to connect to server: No route to host", "no_route"),
        ("unable to connect to server: Network is unreachable", "no_route"),
        ("unable to connect to server: Connection timed out", "timed_out"),
        ("unable to read from stream socket: Resource temporarily unavailable", "timed_out"),
        ("idle timeout for receiving data", "timed_out"),
        ("unable to connect to server: Invalid argument", "unknown_host"),
        ("unable to connect to server: Resource temporarily unavailable", "unknown_host"),
        ("unable to connect to server: Name or service not known", "unknown_host"),
        ("unable to connect to server: Cannot assign requested address", "no_such_address"),
        ("unable to connect to server: Bad file descriptor", "not_connected"),
        ("unable to connect to server", "not_connected"),
        ("unable to connect to server: Operation not permitted", "not_permitted"),
        ("the server has terminated", "server_terminated"),
        ("the client has terminated", "client_terminated"),
        ("the client has unexpectedly closed the connection", "connection_lost"),
        ("control socket has closed unexpectedly", "connection_lost"),
        ("unable to write to stream socket: Connection reset by peer", "connection_lost"),
        ("unable to receive control message: Connection reset by peer", "connection_lost"),
        (f"unable to receive control message{LATER}: Connection reset by peer", "connection_lost"),
        ("unable to receive results: ", "connection_lost"),
        ("received an unknown control message", "not_iperf3"),
        ("received an unknown control message (ensure other side is iperf3 and not iperf)", "not_iperf3"),
        ("error - test authorization failed", "access_denied"),
        ("error - unable to start listener for connections: Address already in use", "address_in_use"),
        ("iperf3: error - unable to start listener for connections: Cannot assign requested address", "no_such_address"),
        ("unable to start listener for connections: ", "not_listening"),
        ("unable to start stream listener: Protocol not supported", "not_supported"),
        ("interrupt - the client has terminated", "interrupted"),
        ("interrupt - the client has terminated by signal Terminated(15)", "interrupted"),
        ("interrupt - the server has terminated", "interrupted"),
        ("iperf3: parameter error - number of parallel streams too large (maximum = 128)", "parameter"),
        ("the server is busy", "unknown"),
        ("the server is not busy running a test. try again later", "unknown"),
        ("Connection refused", "unknown"),
        ("unable to do something else: Connection refused", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_message_is_known_by_its_whole_text(message: str, kind: str) -> None:
    """With the prefixes and the long texts of other releases; a part of a text is not enough."""
    assert kind_of_error(message) == kind
    assert kind in KINDS


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
