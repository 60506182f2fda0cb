"""iperf3's JSON of a run that failed, stopped short or lacks a part: it says so, and none of its numbers is a reading."""

from __future__ import annotations

import re

import pytest

from parsers.errors import ParseError
from parsers.iperf3 import KINDS, kind_of_error
from parsers.iperf3.document import parse
from parsers.reading import ErrorWord
from parsers.tests.iperf3_documents import GONE, LONG, Changes, edited, read, readings, text, without_last

LATER = " - port may not be available, the other side may have stopped running, etc."


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
    ("changes", "missing"),
    [
        ([("end", {})], ("end.sum_sent", "end.sum_received", "end.streams")),
        (
            [("end.sum_received", GONE), ("end.streams.*", lambda each: each | {"receiver": {"socket": each["sender"]["socket"]}})],
            ("end.sum_received",),
        ),
        ([("end.sum_received.bits_per_second", GONE)], ("end.sum_received.bits_per_second",)),
        ([("end.sum_received.seconds", GONE)], ("end.sum_received.seconds",)),
        ([("end.streams", [])], ("end.streams",)),
    ],
)
def test_sums_that_are_not_there_are_missing(changes: Changes, missing: tuple[str, ...]) -> None:
    """And Absent, which is not 0."""
    run = edited("3.16-tcp-two-streams", *changes)
    assert (run.missing, run.complete) == (missing, False)


def test_both_directions_are_missing_where_only_one_was_measured() -> None:
    """What --bidir announces has to be there; before 3.13 it announces nothing."""
    run = edited("3.18-bidir", ("end", {}))
    assert {"end.sum_sent_bidir_reverse", "end.sum_received_bidir_reverse"} < set(run.missing)
    with pytest.raises(ParseError, match=re.escape("expected 2 connections (num_streams 1), found 'sockets [5]'")):
        edited("3.18-bidir", ("start.connected", without_last), ("end.streams", without_last))


@pytest.mark.parametrize(
    ("text_", "words"),
    [
        ("", "found nothing"),
        ("iperf3: error - unable to connect to server: Connection refused\n", "found 'iperf3: error - unable to connect to server: Conn"),
        ("iperf3: parameter error - this is a client only option\nUsage: iperf3 [-s|-c host]\n", "found 'iperf3: parameter error - this"),
        ("iperf3: unrecognized option '--json-stream'\nUsage: iperf3 [-s|-c host] [options]\n", 'found "iperf3: unrecognized option'),
        ("Connecting to host 10.1.0.2, port 5201\n", "found 'Connecting to host"),
    ],
)
def test_a_message_instead_of_a_document_is_quoted(text_: str, words: str) -> None:
    """Wrong options never give JSON, and from 3.14 on an early error gives nothing at all."""
    with pytest.raises(ParseError, match=re.escape(words)):
        parse(text_)


def test_events_without_an_end_are_incomplete() -> None:
    """The program died, or is still running."""
    run = parse("".join(text("3.18-events").splitlines(keepends=True)[:3]))
    assert (run.error, run.missing) == (None, ("end.sum_sent", "end.sum_received", "end.streams"))


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
