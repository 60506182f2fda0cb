"""iperf3's text without its end, with an error, or with rows that contradict each other is no result of a run."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.iperf3.records import SUMS
from parsers.iperf3.text import parse
from parsers.plain import plain
from parsers.reading import ErrorWord, Reading
from parsers.tests.damage import changed, prefixes
from parsers.tests.iperf3_texts import INCOMPLETE, NAMES, read, text


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("text-interrupted", "interrupt - the client has terminated"),
        ("text-killed", "error - control socket has closed unexpectedly"),
    ],
)
def test_a_run_that_broke_off_has_the_error_and_no_reading(name: str, error: str) -> None:
    """What was printed of it is told, and is no measure of the link."""
    run = read(name)
    assert (run.error, run.complete) == (error, False)
    flows = [*(row.flow for row in (*run.intervals, *run.results)), *(getattr(run, sum_) for sum_ in SUMS)]
    assert not any(isinstance(field, Reading) for flow in flows for field in vars(flow).values())
    assert isinstance(run.intervals[0].flow.bytes, ErrorWord)
    assert run.intervals[0].flow.bytes.why == f"{run.intervals[0].line} ({error})"


def test_an_interruption_is_seen_without_its_message() -> None:
    """The message goes to another stream; the terminal shows ^C."""
    run = parse(text("text-interrupted").replace("iperf3: interrupt - the client has terminated\n", ""))
    assert (run.error, run.complete) == ("^C", False)


@pytest.mark.parametrize("message", ["iperf3: error - the server has terminated\n", "iperf3: interrupt - the client has terminated\n"])
@pytest.mark.parametrize("place", ["Connecting", "[ ID]", "iperf Done.", ""])
def test_a_message_anywhere_makes_the_run_a_failed_one(message: str, place: str) -> None:
    """Two streams in one file come in any order."""
    whole = text("text-tcp")
    at = whole.index(place) if place else len(whole)
    run = parse(whole[:at] + message + whole[at:])
    assert (run.error, run.complete) == (message[8:-1], False)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("message-refused", "found 'error - unable to connect to server: Connection refused'"),
        ("message-busy", "found 'error - the server is busy running a test. try again later'"),
        ("message-usage", "found 'parameter error - number of parallel streams too large (maximum = 128)'"),
    ],
)
def test_a_message_instead_of_a_run_is_quoted(name: str, words: str) -> None:
    """There is nothing else to say."""
    with pytest.raises(ParseError, match=re.escape(words)):
        read(name)


@pytest.mark.parametrize(
    ("text_", "words"),
    [
        ("", "output"),
        ("iperf3: command not found\n", "a run of iperf3, found 'iperf3: command not found'"),
        ("Usage: iperf3 [-s|-c host] [options]\n", "found 'Usage: iperf3 [-s|-c host] [options]'"),
        ("\n\n  bash: iperf3: not found\n", "found 'bash: iperf3: not found'"),
        ("Connecting to host 10.1.0.2, port 5201", "a run of iperf3, found nothing"),
    ],
)
def test_what_is_no_run_is_refused(text_: str, words: str) -> None:
    """With its first line."""
    with pytest.raises(ParseError, match=re.escape(words)):
        parse(text_)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (
            "text-tcp",
            "9.89 Gbits/sec                  receiver",
            "98.9 Gbits/sec                  receiver",
            "a rate that goes with bytes and seconds",
        ),
        (
            "text-tcp",
            "9.89 Gbits/sec                  receiver",
            "9.89 Mbits/sec                  receiver",
            "a rate that goes with bytes and seconds",
        ),
        ("text-tcp", "1.00-2.00 ", "2.00-1.00 ", "a rate that goes with bytes and seconds"),
        ("text-tcp", "2.30 GBytes  9.90", "2.40 GBytes  10.3", "a result that goes with its intervals"),
        ("text-tcp-retransmits", "215  ", "  0  ", "a result that goes with its intervals"),
        ("text-tcp", "1.00-2.00 ", "1.10-2.10 ", "an interval that starts at 1.0"),
        ("text-tcp", "[  5]   0.00-1.00 ", "[  5]   0.50-1.50 ", "intervals from 0.00 on"),
        ("text-tcp", "connected to", "linked to", "the lines of one run of iperf3, found '[  5] local"),
        (
            "text-tcp",
            "[ ID] Interval           Transfer     Bitrate         Retr  Cwnd\n",
            "",
            "a header that says what the last number counts",
        ),
        ("text-tcp", "Connecting to host 10.1.0.2, port 5201\n", "", "none or both of them"),
        ("text-tcp", "\n\niperf Done.", "\nAccepted connection from 10.1.0.2, port 1\niperf Done.", "none or both of them"),
        (
            "text-tcp",
            "iperf Done.\n",
            "iperf Done.\nConnecting to host 10.1.0.2, port 5201\n",
            "the lines of one run of iperf3, found 'Connecting",
        ),
        (
            "text-tcp",
            "[  5] local",
            "Connecting to host 10.1.0.3, port 5201\n[  5] local",
            "one run, found '2 of them: 10.1.0.3, port 5201'",
        ),
        ("text-tcp", "[  5] local", "[  4] local", "rows of the connections [4], each with one role, found 'rows of [5]"),
        (
            "text-tcp",
            "[  5] local",
            "[  5] local 10.1.0.1 port 40099 connected to 10.1.0.2 port 5201\n[  5] local",
            "rows of the connections [5, 5]",
        ),
        ("text-tcp", "sender", "receiver", "a sender's and then a receiver's result of [5], found 'receiver, receiver'"),
        ("text-udp-loss", "429/27940 (1.5%)", "429/27940 (0%)", "a loss that goes with packets"),
        ("text-udp-loss", "429/27940 (1.5%)", "42999/27940 (1.5%)", "a loss that goes with packets"),
        ("text-udp-loss", "429/27940", "-29/27940", "a loss that goes with packets"),
        ("text-udp-two-streams", "0/306 (0%)  sender", "0/307 (0%)  sender", "a [SUM] of the 2 rows above it"),
        (
            "text-bidir-two-streams",
            "[SUM][TX-C]   0.00-1.00   sec  1.42 GBytes  12.2",
            "[SUM][TX-C]   0.00-1.00   sec  1.62 GBytes  13.9",
            "a [SUM] of the 2",
        ),
        ("text-bidir-two-streams", "[  5][TX-C]   1.00-2.00", "[  5][RX-C]   1.00-2.00", "each with one role"),
        (
            "text-bidir-two-streams",
            "  4             sender\n[SUM][RX-C]",
            "                sender\n[SUM][RX-C]",
            "a [SUM] of the 2 rows above it",
        ),
        ("text-verbose-reverse", "TCP, 1 streams", "TCP, 2 streams", "2 streams, as announced, found '1 connections'"),
        ("text-verbose-bidir", "TCP, 1 streams", "TCP, 2 streams", "2 streams, as announced, found '2 connections'"),
    ],
)
def test_a_contradiction_is_refused(name: str, old: str, new: str, words: str) -> None:
    """Within the rounding of the text."""
    whole = text(name)
    assert old in whole
    with pytest.raises(ParseError) as caught:
        parse(whole.replace(old, new, 1))
    assert words in str(caught.value)


def test_a_stream_without_an_interval_is_refused() -> None:
    """Every stream has as many as the others."""
    lines = text("text-omit-two-streams").splitlines(keepends=True)
    last = [line for line in lines if "1.00-2.00" in line]
    with pytest.raises(ParseError, match=re.escape("as many intervals of every stream, found '[2, 3]'")):
        parse("".join(line for line in lines if line not in (last[0], last[2])))


@pytest.mark.parametrize(
    ("name", "line", "missing"),
    [
        ("text-tcp", "iperf Done.", ("the line iperf Done.",)),
        ("text-tcp", "  receiver", ("the results of [5]",)),
        ("text-tcp", "  0             sender", ("the results of [5]",)),
        ("text-udp-two-streams", "[SUM]   0.00-2.00   sec  9.56 MBytes  40.1 Mbits/sec  0.011", ("the results of [SUM]",)),
        (
            "text-udp-bidir",
            "[  7][RX-C]   0.00-1.00   sec  2.41 MBytes  20.2 Mbits/sec  0.014 ms  0/77 (0%)  receiver",
            ("the results of [7]RX-C",),
        ),
        ("text-verbose-reverse", "-1.00   sec  2.45 GBytes  21.0 Gbits/sec                  receiver", ("the results of [5]",)),
    ],
)
def test_a_run_without_one_of_its_results_says_so(name: str, line: str, missing: tuple[str, ...]) -> None:
    """Nothing takes the place of the missing row."""
    whole = text(name)
    run = parse("".join(each for each in whole.splitlines(keepends=True) if line not in each))
    assert (run.error, run.missing, run.complete) == (None, missing, False)


def test_a_run_shorter_than_announced_says_so() -> None:
    """Only a verbose client announces it."""
    run = parse(text("text-verbose-reverse").replace("1 second test", "10 second test"))
    assert (run.missing, run.complete) == (("1 s of 10 s",), False)
    assert parse(text("text-verbose-reverse").replace("1 second test", "1000 bytes to send")).complete


@pytest.mark.parametrize("name", INCOMPLETE)
def test_a_text_without_the_end_is_never_whole(name: str) -> None:
    """A server prints none."""
    assert not read(name).complete


def test_the_last_word_may_lack_its_line_end() -> None:
    """A shell takes it away; a cut row is left out."""
    whole = text("text-tcp")
    assert parse(whole.rstrip("\n")) == parse(whole)
    cut = parse(whole[: whole.index("215") if "215" in whole else whole.index("sender") - 15])
    assert (len(cut.results), cut.complete) == (0, False)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_cut_anywhere_is_never_a_whole_one(name: str) -> None:
    """At a line, and within one."""
    whole = text(name)
    same = plain(parse(whole))
    draw = random.Random(name)
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
    try:
        run = parse(data.draw(changed(text(data.draw(st.sampled_from(NAMES))))))
    except ParseError:
        return
    found = [field.value for row in (*run.intervals, *run.results) for field in vars(row.flow).values() if isinstance(field, Reading)]
    assert all(isinstance(each, (int, float)) and 0 <= each < 1e40 for each in found)
