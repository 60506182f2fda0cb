"""iperf3's text: rates, loss and retransmits of a whole run are read from its results, each of the side and direction that it is of."""

from __future__ import annotations

import random
import re

import pytest

from parsers.errors import ParseError
from parsers.iperf3.text import parse
from parsers.reading import Absent, ErrorWord, Reading
from parsers.tests.damage import outside, prefixes
from parsers.tests.iperf3_documents import value
from parsers.tests.iperf3_health import BAD, HEALTHY
from parsers.tests.iperf3_texts import INCOMPLETE, NAMES, rates, read, text


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


@pytest.mark.parametrize("name", NAMES)
def test_line_ends_of_another_system_mean_nothing(name: str) -> None:
    """iperf3 runs on Windows too."""
    assert parse(text(name).replace("\n", "\r\n")) == read(name)


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_good_recordings_are_whole(name: str) -> None:
    """And the bad ones are not healthy."""
    assert read(name).complete == (name not in INCOMPLETE)
    assert not (HEALTHY["iperf3-text"](read(name)) and f"iperf3/{name}.txt" in BAD["iperf3-text"])


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


def test_late_packets_leave_an_interval_without_a_known_loss() -> None:
    """They are taken off its losses, and it may have less than none; the result is as it is printed."""
    run = read("text-udp-late")
    lost = [row.flow.lost_packets for row in run.intervals]
    assert [value(field) for field in lost] == [700, None, 105]
    assert isinstance(lost[1], ErrorWord)
    assert (lost[1].word, run.intervals[1].flow.lost_percent) == ("-590", ErrorWord("-4.2", lost[1].line))
    assert (value(run.sum_received.lost_packets), run.complete) == (215, True)
