"""ping: a lost, doubled, damaged or foreign reply is never read as a good one, and a run that was cut never as a whole one."""

from __future__ import annotations

import pytest

from parsers.errors import ParseError
from parsers.ping import IcmpMessage, Message, Reply, parse
from parsers.reading import Absent, ErrorWord, Reading
from parsers.tests.ping_texts import recorded, text_of, values

SUCCESS = text_of("success")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("killed", "statistics, which a ping that was killed does not print, found '64 bytes from 127.0.0.1: icmp_seq=1"),
        ("busybox-no-route", "found 'ping: sendto: Network is unreachable'"),
    ],
)
def test_a_run_without_statistics_is_refused_with_its_last_words(name: str, said: str) -> None:
    """SIGTERM and SIGKILL leave none; BusyBox dies of an error of sending after its first line."""
    with pytest.raises(ParseError) as caught:
        recorded(name)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ping: connect: Network is unreachable\n", "expected the line PING, found 'ping: connect: Network is unreachable'"),
        ("connect: Network is unreachable\n", "found 'connect: Network is unreachable'"),
        ("ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n", "SOCK_RAW; ping: socket: Operation not permitted'"),
        ("ping: node9: Name or service not known\n\n", "node9: Name or service not known"),
        ("PATTERN: 0xff\n", "PATTERN: 0xff"),
        ("$ ping node9\n" + SUCCESS, "found '$ ping node9' in line 1"),
        ("", "expected output"),
    ],
)
def test_a_ping_that_could_not_start_is_refused_with_its_message(text: str, said: str) -> None:
    """Not with what was missed in its place."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert said in str(caught.value)


def reply(name: str, index: int) -> Reply:
    """One reply of a recording."""
    return recorded(name).replies[index]


@pytest.mark.parametrize(
    ("name", "index", "flags"),
    [
        ("success", 0, ()),
        ("duplicates", 0, ()),
        ("duplicates", 1, ("duplicate",)),
        ("broadcast", 1, ("different_address",)),
        ("bad-checksum", 1, ("bad_checksum",)),
        ("different-address", 1, ("different_address",)),
        ("truncated", 0, ("truncated",)),
        ("inetutils-truncated", 0, ("truncated",)),
        ("corrupt", 2, ("wrong_data",)),
        ("freebsd-wrong-data", 0, ("wrong_data",)),
        ("freebsd-wrong-data", 1, ()),
        ("ipv6-link-local", 0, ()),
        ("s20121221-ping6", 0, ()),
        ("macos-ping6", 1, ()),
    ],
)
def test_what_was_wrong_with_a_reply_is_told(name: str, index: int, flags: tuple[str, ...]) -> None:
    """Short and foreign replies also where ping itself does not mark them."""
    found = reply(name, index)
    names = ("duplicate", "bad_checksum", "different_address", "truncated", "wrong_data")
    assert tuple(flag for flag in names if getattr(found, flag)) == flags


def test_wrong_data_are_quoted() -> None:
    """The first wrong byte; what follows it is the whole packet."""
    assert reply("corrupt", 0).wrong_data == ("wrong data byte #16 should be 0x10 but was 0xef",)
    assert reply("freebsd-wrong-data", 0).wrong_data == (
        "wrong total length 45 instead of 44",
        "wrong data byte #9 should be 0x9 but was 0xf6",
    )


def test_a_reply_has_its_numbers() -> None:
    """Sequence number, sender, length, time to live and round trip."""
    found = reply("success", 1)
    line = "64 bytes from 10.77.0.2: icmp_seq=2 ttl=64 time=0.057 ms"
    assert (found.icmp_seq, found.address, found.bytes) == (2, "10.77.0.2", Reading(64, "bytes", line))
    assert (found.ttl, found.time_ms) == (Reading(64, "count", line), Reading(0.057, "ms", line))
    assert reply("small", 0).time_ms == Absent("time")
    assert reply("busybox-success", 0).icmp_seq == 0
    assert parse(SUCCESS.replace(" ttl=64", "")).replies[0].ttl == Absent("ttl")


def test_a_minimum_that_no_reply_gave_is_no_reading() -> None:
    """iputils prints what it began with if no reply could be timed."""
    record = recorded("truncated")
    assert isinstance(record.rtt_min_ms, ErrorWord)
    assert record.rtt_min_ms.word == "9223372036854775.807"
    assert isinstance(recorded("inetutils-truncated").rtt_min_ms, ErrorWord)


def test_an_average_over_replies_that_were_not_timed_is_no_reading() -> None:
    """They count as if they had taken no time; after -q nothing explains an average below the minimum."""
    record = recorded("truncated-some")
    assert isinstance(record.rtt_avg_ms, ErrorWord)
    assert "some were not timed" in record.rtt_avg_ms.why
    with pytest.raises(ParseError, match="no round trip shorter than the shortest"):
        parse(text_of("quiet").replace("0.058", "0.031"))


def test_the_header_says_who_and_from_where() -> None:
    """Host and address; interface and source address after -I; size."""
    record = recorded("interface")
    assert (record.host, record.address, record.source_address, record.interface) == ("10.77.0.2", "10.77.0.2", "10.77.0.1", "eth0")
    assert (record.layout, record.data_bytes) == ("iputils", 56)
    assert (recorded("source-address").source_address, recorded("source-address").interface) == ("10.77.0.1", "")
    assert (recorded("success").source_address, recorded("success").interface) == (None, None)
    assert (recorded("ipv6-named").host, recorded("ipv6-named").address) == ("node7", "fd77::7")
    assert (recorded("ipv6-link-local").source_address, recorded("ipv6-link-local").interface) == ("fe80::1%eth0", "eth0")
    assert (recorded("macos-ping6").host, recorded("macos-ping6").address) == ("node2.example", "fd77::2")
    assert recorded("busybox-source-address").source_address == "127.0.0.1"
    assert recorded("small").data_bytes == 4


def test_the_other_numbers() -> None:
    """Time of the run, packets under way, gaps of a flood."""
    assert values(recorded("success").time_ms, recorded("success").pipe) == [622, "Absent"]
    assert values(recorded("busybox-success").time_ms, recorded("nothing-sent").time_ms) == ["Absent", "Absent"]
    assert values(recorded("reordered").pipe, recorded("unreachable").pipe) == [2, 4]
    assert values(recorded("flood-quiet").ipg_ms, recorded("flood-quiet").ewma_ms) == [0.014, 0.009]


def test_icmp_errors_are_told_and_redirects_are_none() -> None:
    """Who said what of which packet."""
    assert recorded("unreachable").icmp_errors[9] == IcmpMessage("10.77.0.1", 10, "Destination Host Unreachable")
    assert recorded("redirect").icmp_errors == ()
    assert recorded("redirect").icmp_notices == (IcmpMessage("10.77.0.1", 1, "Redirect Host(New nexthop: 10.77.0.2)"),)
    assert recorded("macos-unreachable").icmp_errors == (IcmpMessage("10.77.0.1", None, "Destination Host Unreachable"),)
    assert recorded("ipv6-20250605-unreachable").icmp_errors[1].text == "Packet too big: mtu=1280"


def test_packets_without_an_answer_yet_are_listed() -> None:
    """The answer may come later, as here."""
    assert recorded("no-answer-yet").no_answer_yet == (1, 2)
    assert recorded("macos-unreachable").no_answer_yet == (0, 1)


def test_messages_among_the_lines_are_kept() -> None:
    """Of a text with both streams in it, before the first line too."""
    assert recorded("message-too-long").messages == (Message("message_too_long", "ping: local error: message too long, mtu=1500"),) * 3
    assert recorded("errors-and-replies").messages == (Message("no_buffers", "ping: sendmsg: No buffer space available"),)
    odd = parse("WARNING: pinging broadcast address\n/bin/ping: never seen before\n" + text_of("broadcast"))
    assert [message.kind for message in odd.messages] == ["warning", "other"]


def test_a_loss_is_that_of_the_counts_and_not_what_is_printed_of_it() -> None:
    """BusyBox cuts 1 of 200 off to 0 %, old releases 1 of 3 to 33 %; iputils has six digits."""
    for text in (
        text_of("busybox-quiet").replace("3 packets transmitted, 3 ", "200 packets transmitted, 199 "),
        text_of("quiet").replace("5 packets transmitted, 5 received, 0%", "200 packets transmitted, 199 received, 0.5%"),
    ):
        assert values(parse(text).loss_percent) == [0.5]
    tiny = text_of("quiet").replace("5 packets transmitted, 5 received, 0%", "2000000 packets transmitted, 1999999 received, 5e-05%")
    assert values(parse(tiny).loss_percent) == [5e-05]
    most = text_of("quiet").replace("5 packets transmitted, 5 received, 0%", "99999999 packets transmitted, 1 received, 100%")
    assert values(parse(most).loss_percent)[0] != 100


def test_two_runs_are_refused() -> None:
    """Which of them would be meant?"""
    with pytest.raises(ParseError, match="the end of the output, found 'PING"):
        parse(SUCCESS * 2)


@pytest.mark.parametrize("drop", ["wrong data byte", "#16"])
def test_the_bytes_of_a_packet_follow_what_was_wrong_with_it(drop: str) -> None:
    """A dump without its reason is refused, a reason without its dump still tells of the reply."""
    text = "".join(line for line in text_of("corrupt").splitlines(keepends=True) if not line.startswith(drop))
    if drop == "#16":
        assert all(found.wrong_data for found in parse(text).replies)
    else:
        with pytest.raises(ParseError, match="#16"):
            parse(text)


def test_more_packets_than_there_are_sequence_numbers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """They begin anew after 65535 (here after 3), so they tell nothing of a number that was seen before."""
    text = SUCCESS.replace("icmp_seq=4", "icmp_seq=0")
    with pytest.raises(ParseError):
        parse(text)
    monkeypatch.setattr("parsers.ping.checks._SEQUENCE_NUMBERS", 4)
    assert [found.icmp_seq for found in parse(text).replies] == [1, 2, 3, 0]


@pytest.mark.parametrize(
    ("name", "cut", "field"),
    [
        ("success", "rtt", "rtt_min_ms"),
        ("unreachable", "pipe", "pipe"),
        ("busybox-success", "round-trip", "rtt_min_ms"),
    ],
)
def test_a_run_without_its_last_line_is_incomplete(name: str, cut: str, field: str) -> None:
    """The counts are read, and what is missing is Absent."""
    record = parse(text_of(name).partition(cut)[0])
    assert not record.complete
    assert isinstance(getattr(record, field), Absent)


@pytest.mark.parametrize(("name", "end"), [("unreachable", "pipe 4"), ("nothing-sent", "0 received"), ("reordered", "pipe 2")])
def test_a_number_that_may_have_been_cut_is_refused(name: str, end: str) -> None:
    """A pipe of 4 may be half of 42; further counts may follow the first two."""
    with pytest.raises(ParseError, match="a whole last line"):
        parse(text_of(name).partition(end)[0] + end)


def test_no_counts_are_refused() -> None:
    """The text ends after the line of dashes."""
    with pytest.raises(ParseError, match="the numbers of packets, found nothing"):
        parse(SUCCESS.partition("4 packets")[0])
