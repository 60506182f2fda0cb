"""What a one-off server of iperf3 printed: a test that did not come to its end is never a finished one, and every client has its cookie."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.iperf3 import ServerText, kind_of_error, parse_json, parse_server
from parsers.plain import plain
from parsers.reading import ErrorWord
from parsers.tests.damage import changed, prefixes
from parsers.tests.iperf3_documents import FOLDER, value
from parsers.tests.iperf3_health import BAD, HEALTHY

REFUSED = ("server-3.12-not-listening",)
NAMES = sorted(path.stem for path in FOLDER.glob("server-*.txt") if path.stem not in REFUSED)
COOKIE = "abcdefghijklmnopqrstuvwxyz0123456789"
SUM = "[SUM]   0.00-1.00   sec  3.00 GBytes  25.8 Gbits/sec"
AGAIN = f"[  5]   0.00-2.00   sec  2.30 GBytes  9.88 Gbits/sec{' ' * 18}receiver\n"
TWO_COOKIES = f"      Cookie: {COOKIE}\n      Cookie"
FINISHED = [
    "server-3.12", "server-3.12-bidir", "server-3.12-omit-two-streams", "server-3.12-reverse", "server-3.12-udp",
    "server-3.16-nothing-received", "server-3.5", "server-3.5-reverse", "server-3.9",
]  # fmt: skip


def text(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def read(name: str) -> ServerText:
    """The same, parsed."""
    return parse_server(text(name))


def without(name: str, *beginnings: str) -> ServerText:
    """A recording without the lines that begin so."""
    return parse_server("".join(line for line in text(name).splitlines(keepends=True) if not line.startswith(beginnings)))


@pytest.mark.parametrize(
    ("name", "error", "kind", "missing"),
    [
        ("server-3.12-client-killed", "the client has unexpectedly closed the connection", "connection_lost", ()),
        ("server-3.12-client-terminated-both", "the client has terminated", "client_terminated", ()),
        ("server-3.12-client-terminated", None, None, ("1 s of 5 s",)),
        ("server-3.12-terminated", None, None, ("1.5 s of 5 s",)),
        ("server-3.12-nobody", "interrupt - the server has terminated", "interrupted", ()),
        ("server-3.12-probed", "error - unable to receive parameters from client:", "connection_lost", ()),
        ("server-3.12-bytes", None, None, ("the announcement of a test that takes some seconds",)),
        ("server-3.18-denied-first", None, None, ("one client: there were 2",)),
    ],
)
def test_a_test_that_is_not_known_to_be_finished_says_why(name: str, error: str | None, kind: str | None, missing: tuple[str, ...]) -> None:
    """By iperf3's own word, or by what is not there."""
    found = read(name)
    assert (found.error, found.missing, found.complete) == (error, missing, False)
    assert kind is None or kind_of_error(error or "") == kind
    assert all(isinstance(row.flow.bytes, ErrorWord) == (error is not None) for row in found.results)


@pytest.mark.parametrize(
    ("name", "gone", "missing"),
    [
        ("server-3.9", ("Accepted", "      Cookie"), ("one client: there were 0",)),
        ("server-3.9", ("      Cookie",), ("the client's cookie",)),
        ("server-3.9", ("Starting Test",), ("the announcement of a test that takes some seconds",)),
        ("server-3.9", ("[  5]   0.00-2.00",), ("the results of [5]",)),
        ("server-3.9", ("[ ID]", "[  5]   0.00-2.00"), ("the results of [5]",)),
        ("server-3.12-bidir", ("[  8][TX-S]",), ("the results of [8]",)),
        ("server-3.12-omit-two-streams", (f"{SUM}{' ' * 18}receiver",), ("the results of [SUM]",)),
        ("server-3.12-omit-two-streams", ("[  8]", "[SUM]"), ("2 streams: there are 1",)),
        ("server-3.5", ("[  5]   0.00-2.04   sec  1.16", "[SUM]"), ("the results of [5]",)),
    ],
)  # fmt: skip
def test_what_is_missing_is_told(name: str, gone: tuple[str, ...], missing: tuple[str, ...]) -> None:
    """Each of these could be what kept a test from its end."""
    assert without(name, *gone).missing == missing


@pytest.mark.parametrize(
    ("text_", "said"),
    [
        ("", "output, found nothing"),
        (text("server-3.12-not-listening"), "found 'error - unable to start listener for connections: Address already in use'"),
        ("iperf3: error - some reason\n", "a server that listens, found 'error - some reason'"),
        ("iperf3: the client has terminated\n", "a server that listens, found 'the client has terminated'"),
        ("bash: iperf3: command not found\n", "a server that listens, found 'bash: iperf3: command not found'"),
        ("iperf3: exiting\n", "a server that listens, found 'iperf3: exiting'"),
        (text("text-server"), "the version of one server, which it says with -V, found nothing"),
        (text("text-verbose-bidir"), "a server that listens, found 'iperf 3.12'"),
        (text("server-3.9") + text("text-tcp"), "a server that listens, found 'iperf 3.9'"),
        (text("server-3.9") + text("server-3.12"), "the version of one server, which it says with -V, found '3.12 and 3.9'"),
        (text("server-3.9").replace("0.00-2.00 ", "0.00-x.00 "), "a line of iperf3's tables, found '[  5]   0.00-x.00   sec"),
        (text("server-3.9").replace("2.30 GBytes", "4.30 GBytes"), "a rate that goes with bytes and seconds"),
        (text("server-3.9").replace("      Cookie", TWO_COOKIES), f"a cookie of each of 1 clients, found '{COOKIE} {COOKIE}'"),
        (text("server-3.5").replace("2.33 GBytes  9.80", "3.33 GBytes  14.0"), "a [SUM] of the 2 rows above it"),
        (text("server-3.9").replace("[  5] local", "[  6] local"), "rows of the connections [6], each with one role, found 'rows of [5]'"),
        (text("server-3.9") + AGAIN, "a sender's and then a receiver's result of [5]"),
    ],
    ids=[
        "nothing", "not listening", "error", "complaint", "no iperf3", "exiting", "not verbose", "client", "client behind", "two servers",
        "row", "rate", "cookies", "sum", "socket", "result twice",
    ],
)  # fmt: skip
def test_what_is_no_servers_text_is_refused(text_: str, said: str) -> None:
    """A server that did not listen, a client, and what contradicts itself; messages are quoted."""
    with pytest.raises(ParseError) as caught:
        parse_server(text_)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "version", "port", "client", "sides"),
    [
        ("server-3.9", "3.9", 5207, ("fd00::1", 40098), [(5, "", "receiver", 9.88e9)]),
        ("server-3.12", "3.12", 5201, ("10.1.0.1", 37108), [(5, "", "receiver", 24.8e9)]),
        ("server-3.12-reverse", "3.12", 5201, ("10.1.0.1", 54296), [(5, "", "sender", 11.9e9)]),
        ("server-3.12-bidir", "3.12", 5201, ("10.1.0.1", 40414), [(5, "RX-S", "receiver", 5.94e9), (8, "TX-S", "sender", 15.2e9)]),
        ("server-3.12-udp", "3.12", 5201, ("10.1.0.1", 58168), [(5, "", "receiver", 1.05e6)]),
        ("server-3.16-nothing-received", "3.16", 5207, ("fd00::1", 40098), [(5, "", "receiver", 0)]),
        (
            "server-3.5", "3.5", 5201, ("10.1.0.1", 40098),
            [(5, "", "receiver", 4.9e9), (7, "", "receiver", 4.9e9), (None, "", "receiver", 9.8e9)],
        ),
        ("server-3.5-reverse", "3.5", 5201, ("10.1.0.1", 40098), [(5, "", "sender", 9.88e9)]),
    ],
)  # fmt: skip
def test_a_finished_test_is_read(
    name: str, version: str, port: int, client: tuple[str, int], sides: list[tuple[int | None, str, str, float]]
) -> None:
    """Where it listened, whom it let in, and the results of its own side; zeros for the other side are none."""
    found = read(name)
    assert (found.version, found.listening_on, found.error, found.missing, found.complete) == (version, (port,), None, (), True)
    assert [(each.host, each.port) for each in found.accepted] == [client]
    assert [(row.socket, row.role, row.side, value(row.flow.bits_per_second)) for row in found.results] == sides


def test_every_client_that_was_let_in_has_its_cookie() -> None:
    """Where a client was denied the server begins again, and nothing in its text belongs to one client alone."""
    found = read("server-3.18-denied-first")
    assert (found.listening_on, found.results) == ((5201, 5201), ())
    assert [each.host for each in found.accepted] == ["10.1.0.9", "10.1.0.1"]
    assert found.cookies == ("9876543210zyxwvutsrqponmlkjihgfedcba", COOKIE)
    assert read("server-3.9").cookies == (COOKIE,)
    assert read("server-3.12-nobody").cookies == ()


def test_lines_that_later_releases_may_have_are_skipped() -> None:
    """What a server is asked for is not in them."""
    more = text("server-3.9").replace("Starting Test", "Using some new way of sending\nStarting Test")
    assert parse_server(f"a prompt$ iperf3 -s\n{more}") == read("server-3.9")


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_finished_tests_are_complete(name: str) -> None:
    """And the bad ones are not healthy; line ends of another system mean nothing."""
    found = read(name)
    assert found.complete == (name in FINISHED)
    assert HEALTHY["iperf3-server"](found) == (f"iperf3/{name}.txt" not in BAD["iperf3-server"])
    assert parse_server(text(name).replace("\n", "\r\n")) == found


@pytest.mark.parametrize("name", NAMES)
def test_a_text_cut_anywhere_is_never_a_finished_test(name: str) -> None:
    """At a line, and within one; only what says nothing of the results may be cut off."""
    whole, draw = text(name), random.Random(name)
    same = plain(read(name))
    for cut in (*prefixes(whole), *(whole[: draw.randrange(len(whole))] for _ in range(200))):
        try:
            found = parse_server(cut)
        except ParseError:
            continue
        assert not found.complete or plain(found) == same


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record or a ParseError."""
    damaged = data.draw(changed(text(data.draw(st.sampled_from(NAMES)))))
    try:
        found = parse_server(damaged)
    except ParseError:
        return
    assert len(found.cookies) <= len(found.accepted)
    assert len(found.listening_on) > 0


@pytest.mark.skipif(shutil.which("iperf3") is None, reason="iperf3 is not installed")
def test_a_server_and_a_client_of_this_host_are_known_to_have_met() -> None:
    """By the cookie: in the client's JSON as in the server's text."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = ["iperf3", "-s", "-1", "-V", "--forceflush", "-p", port, "-B", "127.0.0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        heard = [server.stdout.readline() for _ in range(5)]
        client = subprocess.run(
            ["iperf3", "-c", "127.0.0.1", "-p", port, "-t", "1", "-J"], capture_output=True, text=True, check=False, timeout=20
        )
        printed = "".join(heard) + server.stdout.read()
    run, found = parse_json(client.stdout), parse_server(printed)
    assert (run.error, found.error, found.missing) == (None, None, ())
    assert (run.cookie,) == found.cookies
    assert found.listening_on == (int(port),)
    assert found.accepted[0].host == "127.0.0.1"
    assert isinstance(value(run.tcp_mss_bytes), int)
