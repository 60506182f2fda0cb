"""iperf3's text and --version: a run without its end, with an error, or with rows that contradict each other is no result."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.iperf3 import TextRun
from parsers.iperf3.records import SUMS
from parsers.iperf3.text import parse
from parsers.iperf3.version import parse as parse_version
from parsers.plain import plain
from parsers.reading import Absent, ErrorWord, Field, Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.iperf3_health import BAD, HEALTHY

FOLDER = RECORDINGS / "iperf3"
NAMES = sorted(path.stem for path in FOLDER.glob("text-*.txt"))
INCOMPLETE = ("text-interrupted", "text-killed", "text-server", "text-server-bidir")


def text(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def read(name: str) -> TextRun:
    """The same, parsed."""
    return parse(text(name))


def value(field: Field) -> int | float | str | None:
    """The value of a Reading."""
    return field.value if isinstance(field, Reading) else None


def rates(run: TextRun) -> tuple[int | float | str | None, ...]:
    """What was sent and received, in Gbit/s."""
    return tuple(value(flow.bits_per_second) for flow in (run.sum_sent, run.sum_received))


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
        ("text-udp-loss", "429/27940", "-29/27940", "the lines of one run of iperf3"),
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


def test_a_server_tells_its_own_side() -> None:
    """And leaves out what only the client knows."""
    run = read("text-server")
    assert (run.connecting_to, run.missing) == (None, ("the line iperf Done.",))
    assert run.accepted_connection is not None
    assert (run.accepted_connection.host, len(run.connected), len(run.intervals)) == ("10.1.0.1", 2, 12)
    assert rates(run) == (None, 24.4e9)
    both = read("text-server-bidir")
    assert (rates(both), value(both.sum_sent_bidir_reverse.retransmits)) == ((None, 3.55e9), 19)


@pytest.mark.parametrize(
    ("name", "sent", "received", "retransmits", "rows"),
    [
        ("text-tcp", 9.90e9, 9.89e9, 0, (2, 2)),
        ("text-tcp-retransmits", 9.90e9, 9.89e9, 215, (2, 2)),
        ("text-nothing-received", 1.44e6, 0, 0, (2, 2)),
        ("text-rtt-column", 1.99e9, 1.97e9, 0, (2, 2)),
        ("text-bidir-two-streams", 12.2e9, 12.2e9, 2, (12, 12)),
        ("text-omit-two-streams", 24.4e9, 24.4e9, 2, (9, 6)),
        ("text-3.1-windows-two-streams", 1.75e9, 1.75e9, None, (6, 6)),
        ("text-megabytes", 2686 * 8 * 1024**2, 2686 * 8 * 1024**2, 10, (1, 2)),
        ("text-kilobits", 20220381e3, 20209209e3, 1, (1, 2)),
        ("text-verbose-reverse", 21.0e9, 21.0e9, 0, (1, 2)),
        ("text-verbose-bidir", 14.4e9, 14.4e9, 0, (2, 4)),
        ("text-server-output", 20.7e9, 20.7e9, 0, (1, 2)),
    ],
)
def test_rates_are_read_from_the_sum_or_the_only_stream(
    name: str, sent: float, received: float, retransmits: int | None, rows: tuple[int, int]
) -> None:
    """In bits per second; Retr only of the sender."""
    run = read(name)
    assert (rates(run), value(run.sum_sent.retransmits)) == ((sent, received), retransmits)
    assert isinstance(run.sum_received.retransmits, Absent)
    assert (len(run.intervals), len(run.results)) == rows
    assert (run.complete, run.missing, run.error) == (True, (), None)


def test_bytes_are_counted_by_1024_and_bits_by_1000() -> None:
    """And every number has its whole line."""
    row = read("text-tcp").results[0]
    assert (row.socket, row.role, row.side, row.omitted, row.start_s) == (5, "", "sender", False, 0)
    assert row.line == "[  5]   0.00-2.00   sec  2.30 GBytes  9.90 Gbits/sec    0             sender"
    assert row.flow.bytes == Reading(2.30 * 1024**3, "bytes", row.line)
    assert row.flow.bits_per_second == Reading(9_900_000_000.0, "bit/s", row.line)
    assert (value(row.flow.seconds), value(row.flow.end_s)) == (2.0, 2.0)
    assert isinstance(row.flow.packets, Absent)


def test_a_sum_has_no_socket_and_is_not_shifted() -> None:
    """[SUM] has no blank inside its brackets."""
    rows = [row for row in read("text-omit-two-streams").intervals if row.socket is None]
    assert [(row.omitted, value(row.flow.retransmits), value(row.flow.bits_per_second)) for row in rows] == [
        (True, 6, 24.6e9),
        (False, 1, 24.8e9),
        (False, 1, 23.9e9),
    ]


def test_several_streams_without_a_sum_have_no_sum() -> None:
    """One stream's rate is not that of all."""
    whole = text("text-udp-two-streams")
    run = parse("".join(line for line in whole.splitlines(keepends=True) if not line.startswith("[SUM]   0.00-2.00")))
    assert (rates(run), run.missing) == ((None, None), ("the results of [SUM]",))


def test_both_directions_are_kept_apart() -> None:
    """The server's sender is the other direction."""
    run = read("text-bidir-two-streams")
    assert (value(run.sum_sent_bidir_reverse.bits_per_second), value(run.sum_received_bidir_reverse.bits_per_second)) == (8.79e9, 8.77e9)
    assert value(run.sum_sent_bidir_reverse.retransmits) == 4
    assert {row.role for row in run.results} == {"TX-C", "RX-C"}


@pytest.mark.parametrize(
    ("name", "rate", "lost", "packets", "percent"),
    [
        ("text-udp-loss", 985e6, 429, 27940, 1.5),
        ("text-udp-all-lost", 0, 27940, 27940, 100),
        ("text-udp-two-streams", 40.1e6, 0, 306, 0),
        ("text-udp-bidir", 20.2e6, 0, 77, 0),
        ("text-verbose-udp", 10.2e6, 0, 39, 0),
    ],
)
def test_loss_is_read_from_the_receiver(name: str, rate: float, lost: int, packets: int, percent: float) -> None:
    """The sender's row says 0 whatever happened."""
    run = read(name)
    flow = run.sum_received
    found = [value(field) for field in (flow.bits_per_second, flow.lost_packets, flow.packets, flow.lost_percent)]
    assert (found, value(run.sum_sent.lost_packets), run.complete) == ([rate, lost, packets, percent], 0, True)
    assert isinstance(flow.retransmits, Absent)


def test_datagrams_are_no_retransmits() -> None:
    """The header says what a lone number counts."""
    run = read("text-udp-bidir")
    assert [value(row.flow.packets) for row in run.intervals] == [77, 77]
    assert all(isinstance(row.flow.retransmits, Absent) for row in run.intervals)
    assert value(read("text-udp-loss").intervals[0].flow.packets) == 13970


def test_old_udp_has_one_row_of_results() -> None:
    """It says what was sent and of it what was lost: `sum`."""
    run = read("text-3.1-udp")
    assert (run.complete, [row.side for row in run.results], rates(run)) == (True, [""], (None, None))
    assert [value(field) for field in (run.sum.bits_per_second, run.sum.lost_packets, run.sum.packets)] == [1e9, 0, 27940]
    assert value(run.sum.jitter_ms) == 0.013
    nothing = read("text-3.1-udp-nothing")
    assert nothing.sum.lost_percent == ErrorWord("-nan", "[  4]   0.00-1.00   sec  0.00 Bytes  0.00 bits/sec  0.000 ms  0/0 (-nan%)")


def test_what_stands_around_a_run_is_not_read() -> None:
    """A prompt before it is a note."""
    assert read("text-prompt").notes == ("user@node1:~$ iperf3 -c 10.1.0.2 -t 1",)
    assert (read("text-prompt").complete, read("text-verbose-udp").version) == (True, "3.12")
    assert read("text-tcp").version is None


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


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_of_another_system_mean_nothing(name: str) -> None:
    """iperf3 runs on Windows too."""
    assert parse(text(name).replace("\n", "\r\n")) == read(name)


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_good_recordings_are_whole(name: str) -> None:
    """And the bad ones are not healthy."""
    assert read(name).complete == (name not in INCOMPLETE)
    assert not (HEALTHY["iperf3-text"](read(name)) and f"iperf3/{name}.txt" in BAD["iperf3-text"])


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


@pytest.mark.parametrize("name", ["version-3.16", "version-3.1.3"])
def test_the_version_is_read_by_its_numbers(name: str) -> None:
    """3.16 is later than 3.9."""
    read_version = parse_version(text(name))
    assert read_version.version == Reading(name.removeprefix("version-"), "version", text(name).splitlines()[0])
    assert read_version.cjson == ("cJSON 1.7.15" if name == "version-3.16" else "")
    assert read_version.system.startswith("Linux node1 ")
    assert (read_version.features[0], len(read_version.features)) == ("CPU affinity setting", 6 if name == "version-3.16" else 5)
    assert read_version.complete


@pytest.mark.parametrize("line", ["iperf 3.13-mt1 (cJSON 1.7.15)", "iperf 3.0-BETA5", "iperf 3.17.1+"])
def test_what_is_not_a_number_of_the_version_stays_in_its_line(line: str) -> None:
    """A build of one's own."""
    found = parse_version(f"{line}\n").version
    assert (found.value, found.line) == (re.split("[-+ ]", line)[1], line)


@pytest.mark.parametrize(
    ("text_", "words"),
    [
        ("", "output"),
        ("iperf version 2.1.8 (12 August 2022) pthreads\n", "iperf 3 and its release, found 'iperf version 2.1.8"),
        ("bash: iperf3: command not found\n", "found 'bash: iperf3: command not found'"),
        ("iperf 3.1", "iperf 3 and its release, found 'iperf 3.1'"),
    ],
)
def test_what_is_no_version_is_refused(text_: str, words: str) -> None:
    """Another program, none, or a number cut short."""
    with pytest.raises(ParseError, match=re.escape(words)):
        parse_version(text_)


def test_a_cut_version_is_incomplete() -> None:
    """The last line says what was compiled in."""
    whole = text("version-3.16")
    for length in range(len(whole)):
        try:
            assert not parse_version(whole[:length]).complete
        except ParseError:
            continue
    assert parse_version(whole[:-1]).features == ()


OUTSIDE = {
    "iperf3/cloudpilot-text-ok.txt": (674e6, 668e6, 116, (10, 2)),
    "iperf3/moler-text-basic-client.txt": (25.0e9, 24.9e9, 0, (10, 2)),
    "iperf3/pkb-win-tcp-P5.txt": (4670e6, 4670e6, None, (18, 12)),
    "own/iperf3/tcp-P4-text.out": (20.8e9, 20.8e9, 657, (5, 10)),
    "own/iperf3/tcp-fg-text.out": (18.2e9, 18.2e9, 937, (1, 2)),
    "own/iperf3/tcp-forceflush.out": (17.2e9, 17.2e9, 2050, (2, 2)),
    "own/iperf3/udp-text.out": (99.9e6, 99.9e6, None, (1, 2)),
}
REFUSED = {
    "iperf3/local-3.12-refused-stderr.txt": "error - unable to connect to server: Connection refused",
    "own/iperf3/busy-text.err": "error - the server is busy running a test. try again later",
    "own/iperf3/killed-text.err": "error - control socket has closed unexpectedly",
    "own/iperf3/refused-text.err": "error - unable to connect to server: Connection refused",
    "own/iperf3/server-badbind.err": "error - unable to start listener for connections: Cannot assign requested address",
    "own/iperf3/server-portcollision-json.err": "iperf3: exiting",
    "own/iperf3/unknownhost-text.err": "error - unable to connect to server: Resource temporarily unavailable",
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_runs_are_read(name: str) -> None:
    """Rates, retransmits, and the numbers of rows."""
    sent, received, retransmits, rows = OUTSIDE[name]
    run = parse(outside(name))
    assert (rates(run), value(run.sum_sent.retransmits), (len(run.intervals), len(run.results))) == ((sent, received), retransmits, rows)
    assert (run.complete, run.missing, run.error) == (True, (), None)


@pytest.mark.parametrize("name", REFUSED)
def test_outside_messages_are_quoted(name: str) -> None:
    """Nothing else was printed there."""
    with pytest.raises(ParseError, match=re.escape(f"a run of iperf3, found '{REFUSED[name]}'")):
        parse(outside(name))


def test_outside_runs_that_broke_off_are_incomplete() -> None:
    """An interruption, and a run of which the message is in another file."""
    run = parse(outside("iperf3/cloudpilot-text-ctrlc.txt"))
    assert (run.error, run.complete) == ("interrupt - the client has terminated", False)
    assert [row.line for row in run.results] == [
        "[  5]   0.00-0.56   sec  5.37 MBytes  79.8 Mbits/sec    0             sender",
        "[  5]   0.00-0.56   sec  0.00 Bytes  0.00 bits/sec                  receiver",
    ]
    killed = parse(outside("own/iperf3/killed-text.out"))
    assert (killed.error, killed.missing) == (None, ("the line iperf Done.", "the results of [5]"))
    assert not parse(outside("own/iperf3/killed-text.out") + outside("own/iperf3/killed-text.err")).complete


@pytest.mark.parametrize("name", [*OUTSIDE, "iperf3/cloudpilot-text-ctrlc.txt", "own/iperf3/killed-text.out"])
def test_outside_runs_cut_anywhere_are_never_whole(name: str) -> None:
    """As ours."""
    whole = outside(name)
    whole = whole[: whole.index("iperf Done.") + 10] if "iperf Done." in whole else whole
    draw = random.Random(name)
    for cut in (*prefixes(whole), *(whole[: draw.randrange(len(whole))] for _ in range(200))):
        try:
            assert not parse(cut).complete
        except ParseError:
            continue


@pytest.mark.parametrize(("name", "version"), [("iperf3/moler-version.txt", "3.12"), ("own/iperf3/v322-version.out", "3.22")])
def test_outside_versions_are_read(name: str, version: str) -> None:
    """With a prompt around them, and without."""
    read_version = parse_version(outside(name))
    assert (read_version.version.value, read_version.cjson, read_version.complete) == (version, "cJSON 1.7.15", True)
    assert "sendfile / zerocopy" in read_version.features
