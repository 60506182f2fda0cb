"""fping: a target that is lost, or not in the text at all, is never read as one that answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.fping import FPing, Target, parse
from parsers.ping import Message
from parsers.plain import plain
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import OUTSIDE, RECORDINGS, changed, outside
from parsers.tests.ping_health import BAD, HEALTHY
from parsers.tests.ping_texts import damaged, read, read_as_whole

FOLDER = RECORDINGS / "fping"
READ = sorted(FOLDER.glob("*.txt"))


def text_of(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def recorded(name: str) -> FPing:
    """The same, parsed."""
    return parse(text_of(name))


LIST, COUNTS, PACKETS = text_of("list"), text_of("counts"), text_of("packets")
HEALTHY_RUN = text_of("list-healthy-statistics")


def value(field: Field) -> object:
    """What a Reading holds; the type's name of all else."""
    return field.value if isinstance(field, Reading) else type(field).__name__


def numbers(target: Target) -> tuple[object, ...]:
    """Name, packets, replies, loss, minimum, average, maximum."""
    fields = (target.xmt, target.rcv, target.loss_percent, target.min_ms, target.avg_ms, target.max_ms)
    return (target.target, *map(value, fields))


def times(target: Target) -> list[object]:
    """The round trips of a target's packets; the word that stands for them otherwise."""
    return [packet.time_ms.word if isinstance(packet.time_ms, ErrorWord) else value(packet.time_ms) for packet in target.packets]


LAYOUTS = {
    "list": [
        (("10.77.0.2", 5, 5, 0.0, 0.049, 0.0568, 0.06), [0.049, 0.057, 0.06, 0.06, 0.058]),
        (("10.77.0.3", 5, 3, 40.0, 0.065, 0.066333, 0.069), [0.069, "-", 0.065, "-", 0.065]),
        (("10.77.0.4", 5, 0, 100.0, "Absent", "Absent", "Absent"), ["-"] * 5),
    ],
    "counts": [
        (("10.77.0.2", 5, 5, 0.0, 0.047, 0.057, 0.061), []),
        (("10.77.0.3", 5, 2, 60.0, 0.06, 0.062, 0.065), []),
        (("10.77.0.4", 5, 0, 100.0, "Absent", "Absent", "Absent"), []),
    ],
    "packets": [
        (("10.77.0.2", 5, 5, 0.0, 0.047, 0.057, 0.061), [0.047, 0.058, 0.059, 0.06, 0.061]),
        (("10.77.0.3", 5, 2, 60.0, 0.06, 0.0625, 0.065), ["timed out", 0.06, "timed out", 0.065, "timed out"]),
        (("10.77.0.4", 5, 0, 100.0, "Absent", "Absent", "Absent"), ["timed out"] * 5),
    ],
    "v4.0-list": [
        (("10.77.0.2", 3, 2, 100 / 3, 0.06, 0.065, 0.07), [0.06, 0.07, "-"]),
        (("10.77.0.12", 3, 3, 0.0, 1.24, 37.513333, 101.0), [1.24, 10.3, 101.0]),
    ],
    "list-named": [
        (("localhost (127.0.0.1)", 2, 2, 0.0, 0.024, 0.0255, 0.027), [0.027, 0.024]),
        (("127.0.0.2 (127.0.0.2)", 2, 2, 0.0, 0.023, 0.0235, 0.024), [0.023, 0.024]),
    ],
    "packets-counts-outage": [
        (("10.88.0.1", 3, 3, 0.0, 0.131, 0.148, 0.165), [0.131, 0.149, 0.165]),
        (("10.88.11.1", 3, 1, 200 / 3, 0.26, 0.26, 0.26), [0.26, "timed out", "timed out"]),
    ],
    "list-no-route-statistics": [
        (("192.0.2.1", 2, 0, 100.0, "Absent", "Absent", "Absent"), ["-", "-"]),
        (("127.0.0.1", 2, 2, 0.0, 0.033, 0.035, 0.037), [0.037, 0.033]),
    ],
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_packets_and_replies(name: str) -> None:
    """Printed with -c, counted from the packets otherwise; the loss is that of the counts and not what was cut off to a whole number."""
    assert [(numbers(target), times(target)) for target in recorded(name).targets] == LAYOUTS[name]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_only_the_statistics_prove_that_a_run_is_whole(path: Path) -> None:
    """And only if all targets that they count are in the text."""
    record = parse(path.read_text())
    assert record.complete == ("statistics" in path.stem and path.stem != "statistics-only")
    assert (record.statistics is not None) == ("statistics" in path.stem)


def test_alive_and_unreachable() -> None:
    """In words, without numbers."""
    record = recorded("alive")
    assert [(target.target, value(target.state)) for target in record.targets] == [("10.77.0.2", "alive"), ("10.77.0.4", "unreachable")]
    assert numbers(record.targets[0])[1:] == ("Absent",) * 6
    assert value(recorded("list").targets[0].state) == "Absent"


def test_the_length_of_a_reply_and_another_sender_are_told() -> None:
    """Where every packet has its line; a list does not tell."""
    lengths = {target.target: value(target.packets[0].bytes) for target in recorded("packets-list-statistics").targets}
    assert lengths == {"10.88.0.1": 64, "10.88.2.1": 64, "10.88.5.1": 64, "10.88.7.1": 20}
    assert value(recorded("list-statistics").targets[3].packets[0].bytes) == "Absent"
    answered = recorded("v5.4-other-address").targets[0].packets
    assert [packet.answered_by for packet in answered] == ["10.77.0.9", None]


def test_the_statistics_have_their_numbers() -> None:
    """Duplicates are counted here only."""
    found = recorded("list-duplicates-statistics").statistics
    assert found is not None
    assert list(map(value, vars(found).values())) == [3, 3, 0, 0, 1, 9, 11, 0, 0.1, 0.124, 0.148, 0.12]
    assert [field.unit for field in vars(found).values()] == ["count"] * 8 + ["ms"] * 3 + ["s"]


def test_round_trips_of_no_reply_are_not_applicable() -> None:
    """fping prints 0."""
    lists = "".join(f"10.77.0.{host} : - - -\n" for host in (2, 3, 4))
    text = lists + HEALTHY_RUN[HEALTHY_RUN.index("\n\n") :]
    text = text.replace("3 alive", "0 alive").replace("0 unreach", "3 unreach").replace("9 ICMP Echo Replies", "0 ICMP Echo Replies")
    found = parse(text).statistics
    assert found is not None
    assert {type(field) for field in (found.min_ms, found.avg_ms, found.max_ms)} == {NotApplicable}


def test_messages_are_kept_with_their_kind() -> None:
    """Of what is not a target's answer."""
    assert recorded("no-route").messages == (Message("no_route", "192.0.2.1: error while sending ping: Network is unreachable"),)
    assert {message.kind for message in recorded("counts-statistics-ttl-exceeded").messages} == {"icmp"}
    assert [message.kind for message in recorded("list-duplicates-statistics").messages] == ["duplicate"] * 3
    assert recorded("unknown-statistics").messages[0].kind == "unknown_host"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("192.0.2.1: error while sending ping: Network is unreachable\n", "found '192.0.2.1: error while sending ping: Network is unr"),
        ("node9: Temporary failure in name resolution\n", "found 'node9: Temporary failure in name resolution'"),
        ("fping: can't create socket (must run as root?)\n", 'found "fping: can\'t create socket (must run as root?)"'),
        ("fping: invalid option -- 'Z'\nsee 'fping -h' for usage information\n", "found \"fping: invalid option -- 'Z'\" in line 1"),
        ("Usage: fping [options] [targets...]\n\nProbing options:\n", "found 'Usage: fping [options] [targets...]' in line 1"),
        ("10.77.0.2\n10.77.0.3\n", "found '10.77.0.2' in line 1"),
        ('{"resp": {"host": "10.77.0.2"}}\n', "found '{"),
        ("", "expected output"),
    ],
)
def test_a_run_that_says_nothing_of_targets_is_refused_with_what_it_says(text: str, said: str) -> None:
    """No route, no name, no permission, wrong usage; lists of bare names do not say what they list."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert said in str(caught.value)


CONTRADICTIONS = [
    ("counts", "5/2/60%", "5/2/40%"),
    ("counts", "5/2/60%", "2/5/250%"),
    ("counts", "5/0/100%", "5/0/100%, min/avg/max = 0.1/0.1/0.1"),
    ("counts", ", min/avg/max = 0.060/0.062/0.065", ""),
    ("counts", "0.060/0.062/0.065", "0.060/0.070/0.065"),
    ("counts", "10.77.0.3", "10.77.0.2"),
    ("list", "10.77.0.3", "10.77.0.2"),
    ("list", "0.069 - ", "0.069 "),
    ("list", " 0.069", " -0.069"),
    ("list", " 0.069", " nan"),
    ("list", " 0.069", " 0.0691234"),
    ("list", " 0.069", "  0.069"),
    ("list", " 0.069", " \u0660.069"),
    ("packets", "10.77.0.3 : [1]", "10.77.0.3 : [0]"),
    ("alive", "10.77.0.4", "10.77.0.2"),
    ("packets-list-statistics", "10.88.5.1 : 0.163 0.112 0.124", "10.88.5.1 : 0.163 0.113 0.124"),
    ("packets-list-statistics", "10.88.5.1 : 0.163 0.112 0.124", "10.88.5.1 : 0.163 - 0.124"),
    ("packets-list-statistics", "10.88.5.1 : [2],", "10.88.5.1 : [3],"),
    ("packets-counts-outage", "[1], timed out", "[1], 64 bytes, 0.200 ms"),
    ("packets-counts-outage", "[2], timed out", "[3], timed out"),
    ("packets-counts-outage", "0.260/0.260/0.260", "0.250/0.260/0.260"),
    ("list-healthy-statistics", "3 targets", "2 targets"),
    ("list-healthy-statistics", "3 targets\n       3 alive", "2 targets\n       2 alive"),
    ("list-healthy-statistics", "3 alive\n       0 unreachable", "2 alive\n       1 unreachable"),
    ("list-healthy-statistics", "9 ICMP Echos", "8 ICMP Echos"),
    ("list-healthy-statistics", "9 ICMP Echo Replies", "8 ICMP Echo Replies"),
    ("list-healthy-statistics", "       0 unknown addresses\n", ""),
    ("list-healthy-statistics", "(elapsed real time)\n", "(elapsed real time)\n10.77.0.9 : - - -\n"),
    ("list-healthy-statistics", "        0.132 sec (elapsed real time)\n", ""),
]


@pytest.mark.parametrize(("name", "old", "new"), CONTRADICTIONS)
def test_what_is_said_twice_must_agree(name: str, old: str, new: str) -> None:
    """Counts and loss, lists and lines of packets, targets and statistics; every target once."""
    text = text_of(name)
    assert old in text
    with pytest.raises(ParseError):
        parse(text.replace(old, new, 1))


def test_a_state_must_agree_with_the_replies() -> None:
    """Where both are in the text."""
    assert value(parse("10.77.0.2 is alive\n" + COUNTS).targets[0].state) == "alive"
    with pytest.raises(ParseError, match=r"a state that agrees with the replies of 10\.77\.0\.3"):
        parse("10.77.0.3 is unreachable\n" + COUNTS)


def test_a_packet_without_a_line_was_sent_all_the_same() -> None:
    """An error of sending leaves none."""
    text = "".join(line for line in PACKETS.splitlines(keepends=True) if "10.77.0.2 : [1]" not in line)
    assert numbers(parse(text).targets[0])[1:4] == (5, 4, 20.0)


def test_nothing_sent_has_no_loss() -> None:
    """fping prints 0 % of nothing."""
    assert parse("10.77.0.2 : xmt/rcv/%loss = 0/0/0%\n").targets[0].loss_percent == NotApplicable("10.77.0.2 : xmt/rcv/%loss = 0/0/0%")


def test_a_target_that_is_missing_makes_the_run_incomplete() -> None:
    """The statistics count it."""
    record = parse(HEALTHY_RUN.partition("\n")[2])
    assert (len(record.targets), record.complete) == (2, False)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_half_a_line_is_refused(path: Path) -> None:
    """0.06 may be half of 0.065."""
    with pytest.raises(ParseError, match="a whole last line"):
        parse(path.read_text().rstrip()[:-1])


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_run_cut_anywhere_is_never_whole(path: Path) -> None:
    """A program that died half-way has measured half."""
    assert read_as_whole(parse, path.read_text(), path.stem) == []


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_line_ends_of_another_system_mean_nothing(path: Path) -> None:
    """CR LF, as a serial console has it."""
    text = path.read_text()
    assert plain(parse(text.replace("\n", "\r\n"))) == plain(parse(text))


@pytest.mark.parametrize("junk", ["\x00", "\x1b[31m", "\ufeff", "\r", "\u2028", "\ud800"])
def test_what_no_fping_prints_is_refused(junk: str) -> None:
    """Anywhere in a number, a name, a line."""
    for at in (0, 15, 40):
        with pytest.raises(ParseError):
            parse(LIST[:at] + junk + LIST[at:])


@pytest.mark.parametrize("name", BAD["fping"])
def test_no_line_left_out_doubled_or_moved_makes_a_bad_run_good(name: str) -> None:
    """The bad ones are whole, and are bad."""
    text = (RECORDINGS / name).read_text()
    assert parse(text).complete
    assert not HEALTHY["fping"](parse(text))
    records = [read(parse, changed_text) for changed_text in damaged(text)]
    assert not any(HEALTHY["fping"](record) for record in records if record)


def test_a_good_run_is_good() -> None:
    """Or the test above would prove nothing; without statistics nothing shows that no target is missing."""
    assert HEALTHY["fping"](recorded("list-healthy-statistics"))
    assert not HEALTHY["fping"](parse(HEALTHY_RUN.partition("\n\n")[0] + "\n"))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_run_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record or a ParseError; no number is negative, and nobody answers more than was sent."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in READ]))))
    try:
        record = parse(text)
    except ParseError:
        return
    for target in record.targets:
        printed = [number for number in numbers(target)[1:] if isinstance(number, (int, float))]
        assert all(0 <= number < 1e109 for number in printed)
        assert isinstance(target.rcv, Absent) or 0 <= printed[1] <= printed[0]


OUTSIDE_READ = ("count.err", "count.out", "noroute.out", "quietC.err", "summary.err", "summary.out", "unreach.out")
OUTSIDE_REFUSED = {
    "gen.out": "found '10.77.0.1' in line 1",
    "noroute.err": "error while sending ping: Network is unreachable",
    "unknown.err": "no-such-host.invalid: Temporary failure in name resolution",
}


@pytest.mark.parametrize("name", OUTSIDE_READ)
def test_outside_recordings_are_read(name: str) -> None:
    """Each stream by itself proves nothing to be whole."""
    text = outside(f"own/fping/{name}")
    record = parse(text)
    assert not record.complete
    assert record.targets or record.statistics
    assert read_as_whole(parse, text, name) == []


@pytest.mark.parametrize(("name", "said"), OUTSIDE_REFUSED.items())
def test_outside_recordings_without_a_target_are_refused(name: str, said: str) -> None:
    """With what they say instead."""
    with pytest.raises(ParseError) as caught:
        parse(outside(f"own/fping/{name}"))
    assert said in str(caught.value)


def test_both_streams_of_one_run_are_whole() -> None:
    """Statistics from one, targets from the other."""
    record = parse(outside("own/fping/summary.out") + outside("own/fping/summary.err"))
    assert record.complete
    assert [value(target.state) for target in record.targets] == ["alive", "unreachable"]
    merged = parse(outside("own/fping/count.out") + outside("own/fping/count.err"))
    assert [numbers(target)[1:3] for target in merged.targets] == [(5, 5), (5, 2), (5, 0)]


def test_no_outside_recording_is_left_out() -> None:
    """A new one needs its line above."""
    outside("own/fping/count.out")
    printed = {path.name for path in (OUTSIDE / "own/fping").iterdir() if path.suffix in (".out", ".err") and path.stat().st_size}
    assert printed == {*OUTSIDE_READ, *OUTSIDE_REFUSED}
