"""Damaged outputs of ping: contradictions, unknown lines, cuts; nothing that happens to a bad run makes it a good one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.ping import parse
from parsers.plain import plain
from parsers.reading import NotApplicable
from parsers.tests.damage import RECORDINGS, changed
from parsers.tests.ping_health import BAD, HEALTHY
from parsers.tests.ping_texts import READ, counts, damaged, read, read_as_whole, recorded, text_of, trips

SUCCESS = text_of("success")
CONTRADICTIONS = [
    ("success", "0% packet loss", "25% packet loss"),
    ("success", "0% packet loss", "-25% packet loss"),
    ("success", "4 received, 0%", "3 received, 25%"),
    ("success", "4 packets transmitted, 4 received", "4 packets transmitted, 5 received"),
    ("success", "0% packet loss, time 622ms", "time 622ms"),
    ("success", ", 0% packet loss, time 622ms", ""),
    ("success", "4 received", "4 received, +1 duplicates"),
    ("success", "4 received", "4 packets received"),
    ("success", "icmp_seq=4", "icmp_seq=5"),
    ("success", "icmp_seq=1", "icmp_seq=0"),
    ("success", "icmp_seq=4", "icmp_seq=3"),
    ("success", "icmp_seq=3 ttl=64 time=0.073 ms", "icmp_seq=3 ttl=64 time=0.073 ms (DUP!)"),
    ("success", "--- 10.77.0.2 ping", "--- 10.77.0.3 ping"),
    ("success", "56(84)", "56(83)"),
    ("success", "0.054/0.061", "0.050/0.061"),
    ("success", "0.054/0.061", "0.054/0.064"),
    ("success", "0.073/0.007", "0.075/0.007"),
    ("success", "0.054/0.061/0.073/", "9223372036854775.807/0.000/0.000/"),
    ("success", "0.054/0.061/0.073", "0.074/0.061/0.073"),
    ("success", "0.054/0.061/0.073", "0.054/0.093/0.073"),
    ("slow", "100.559/", "101.700/"),
    ("all-lost", "time 409ms\n", "time 409ms\nrtt min/avg/max/mdev = 0.1/0.1/0.1/0.0 ms"),
    ("duplicates", ", +2 duplicates", ""),
    ("duplicates", ", +2 duplicates", ", +1 duplicates"),
    ("bad-checksum", ", +1 corrupted", ""),
    ("bad-checksum", " (BAD CHECKSUM!)", ""),
    ("bad-checksum", "icmp_seq=1", "icmp_seq=7"),
    ("unreachable", "+10 errors", "+9 errors"),
    ("no-answer-yet", "no answer yet for icmp_seq=2", "no answer yet for icmp_seq=1"),
    ("no-answer-yet", "no answer yet for icmp_seq=2", "no answer yet for icmp_seq=4"),
    ("busybox-success", "0% packet loss", "1% packet loss"),
    ("busybox-success", "seq=2", "seq=3"),
    ("macos", "0.0% packet loss", "0.2% packet loss"),
    ("busybox-success", "min/avg/max = ", "min/avg/max/mdev = "),
    ("macos", "min/avg/max/stddev", "min/avg/max"),
]


@pytest.mark.parametrize(("name", "old", "new"), CONTRADICTIONS)
def test_what_is_said_twice_must_agree(name: str, old: str, new: str) -> None:
    """Loss and counts, counts and replies, round trips and times, names, sizes and numbers."""
    text = text_of(name)
    assert text.count(old) == 1
    with pytest.raises(ParseError):
        parse(text.replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("success", "time=0.057 ms", "time=0.057 ms: some weird error"),
        ("success", "time=0.057 ms", "time=nan ms"),
        ("success", "time=0.057 ms", "time=-0.057 ms"),
        ("success", "time=0.057 ms", "time=0.057"),
        ("success", "time=0.057 ms", "time=0.057 s"),
        ("success", "ttl=64 time=0.073", "ttl=\u0666\u0664 time=0.073"),
        ("success", "0.073/0.007 ms", "inf/0.007 ms"),
        ("success", "0.007 ms\n", "0.007 ms\nrtt min/avg/max/mdev = 0.054/0.061/0.073/0.007 ms\n"),
        ("success", "0.007 ms\n", "0.007 ms\nping: sendmsg: Operation not permitted\n"),
        ("success", "time 622ms\n", "time 622ms\nunparsable line\n"),
        ("success", "bytes of data.\n", "bytes of data.\nthis is a weird error message\n"),
        ("success", "bytes of data.\n", "bytes of data.\nbad line\n"),
        ("corrupt", "64 bytes from 10.88.5.1: icmp_seq=1 ttl=64 time=0.418 ms\n", ""),
        ("success", "icmp_seq=2", "icmp_seq=2 Destination Host Unreachable"),
        ("success", "PING 10.77.0.2", "PING6 10.77.0.2"),
        ("macos", "0.0% packet loss", "0.0% packet loss, 1 packets out of wait time"),
        ("pattern", "time=0.111 ms\n", "time=0.111 ms\nRR: \t127.0.0.1\n"),
    ],
)
def test_a_line_of_no_known_kind_is_refused(name: str, old: str, new: str) -> None:
    """Also one of a known kind where it cannot stand: it may be the news."""
    text = text_of(name)
    assert old in text
    with pytest.raises(ParseError):
        parse(text.replace(old, new, 1))


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_run_cut_anywhere_is_never_whole(path: Path) -> None:
    """A program that died half-way has measured half."""
    assert read_as_whole(parse, path.read_text(), path.stem) == []


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_line_ends_of_another_system_mean_nothing(path: Path) -> None:
    """CR LF, as a serial console has it."""
    text = path.read_text()
    assert plain(parse(text.replace("\n", "\r\n"))) == plain(parse(text))


@pytest.mark.parametrize("junk", ["\x00", "\x1b[31m", "\ufeff", "\r", "\u2028", "\ud800", "\x08"])
def test_what_no_ping_prints_into_a_pipe_is_refused(junk: str) -> None:
    """A flood without -q moves the cursor: it is refused too."""
    for at in (0, 30, 80):
        with pytest.raises(ParseError):
            parse(SUCCESS[:at] + junk + SUCCESS[at:])


@pytest.mark.parametrize("name", BAD["ping"])
def test_no_line_left_out_doubled_or_moved_makes_a_bad_run_good(name: str) -> None:
    """The bad ones are read, and are bad."""
    text = (RECORDINGS / name).read_text()
    assert not HEALTHY["ping"](parse(text))
    records = [read(parse, changed_text) for changed_text in damaged(text)]
    assert not any(HEALTHY["ping"](record) for record in records if record)


@pytest.mark.parametrize("name", ["success", "success-ipv6", "interface", "busybox-success", "macos-ping6", "reordered"])
def test_a_good_run_is_good(name: str) -> None:
    """Or the test above would prove nothing."""
    assert HEALTHY["ping"](recorded(name))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_run_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record or a ParseError; the loss is that of the counts, and every number is finite and not negative."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in READ]))))
    try:
        record = parse(text)
    except ParseError:
        return
    numbers = [value for value in counts(record) + trips(record) if isinstance(value, (int, float))]
    assert all(0 <= number < 1e13 for number in numbers)
    assert isinstance(record.loss_percent, NotApplicable) == (record.transmitted.value == 0)
