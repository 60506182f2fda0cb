"""ibstatus: what the kernel's files say of a port, twice where it says it twice, and nothing where a file was unreadable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.ibstatus import Ibstatus, parse
from parsers.reading import ErrorWord, Reading
from parsers.tests.cut_records import assert_cuts_say_nothing_new
from parsers.tests.damage import RECORDINGS, changed, outside

FOLDER = RECORDINGS / "ibstatus"
READ = sorted(path for path in FOLDER.glob("*.txt") if not path.stem.startswith("no-"))
TWO = (FOLDER / "two-ports.txt").read_text()


def recorded(name: str) -> Ibstatus:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.txt").read_text())


@pytest.mark.parametrize(
    ("name", "words"),
    [("no-devices", "Fatal error:  No devices"), ("no-such-device", "Fatal error:  device 'mlx5_9': sys files not found")],
)
def test_a_fatal_error_is_quoted(name: str, words: str) -> None:
    """Also after ports that were printed."""
    with pytest.raises(ParseError, match=words):
        recorded(name)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("4: ACTIVE", "4: DOWN", "0: NOP or 1: DOWN"),
        ("4: ACTIVE", "1: ACTIVE", "as state"),
        ("5: LinkUp", "2: LinkUp", "as phys state"),
        ("400 Gb/sec (4X NDR)", "400 Gb/sec (4X HDR)", "a rate that its lanes add up to"),
        ("400 Gb/sec (4X NDR)", "40 Gb/sec (4X NDR)", "a rate that its lanes add up to"),
        ("400 Gb/sec (4X NDR)", "400 Gb/sec", "a rate as 200 Gb/sec"),
        ("400 Gb/sec (4X NDR)", "-400 Gb/sec (4X NDR)", "a rate as 200 Gb/sec"),
        ("\tstate:\t\t 4: ACTIVE\n", "", "the line state below, found .Infiniband device"),
        ("\tstate:\t\t 4: ACTIVE\n", "\tstate:\t\t 4: ACTIVE\n" * 2, "every line once and in its place"),
        ("\trate:", "\tlink_layer:", "every line once and in its place"),
        ("base lid:\t 0x11", "base lid:\t 17", "a lid in hexadecimal"),
        ("'mlx5_1'", "'mlx5_0'", "every port once"),
        ("port 1 status", "port * status", "a line as Infiniband device"),
    ],
)
def test_a_contradiction_or_a_line_out_of_place_is_refused(old: str, new: str, words: str) -> None:
    """A number and its word, a rate and its lanes; lines come in one order."""
    assert old in TWO
    with pytest.raises(ParseError, match=words):
        parse(TWO.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "\n", "CA 'mlx5_0'\n"])
def test_nothing_and_another_program_are_refused(text: str) -> None:
    """An empty answer is not a good one."""
    with pytest.raises(ParseError):
        parse(text)


def test_half_a_word_at_the_end_is_refused() -> None:
    """The text ends where it was cut."""
    with pytest.raises(ParseError, match="a whole last line"):
        parse(TWO.rstrip("\n").removesuffix("Band"))


def test_files_that_could_not_be_read_are_errors() -> None:
    """The script says "unknown", which is not nothing and not zero; "IB" is what it says instead of a link layer."""
    first, second = recorded("unreadable").ports
    assert first.state == ErrorWord("unknown", "state: unknown")
    assert first.rate_gbit_s == ErrorWord("unknown", "rate: unknown")
    assert first.link_layer == Reading("IB", "text", "link_layer: IB")
    assert (second.number, second.rate_gbit_s) == (2, Reading(2.5, "Gbit/s", "rate: 2.5 Gb/sec (1X SDR)"))


def test_every_field_of_a_port_is_read() -> None:
    """Values, units and the line they stand on."""
    first, second = recorded("two-ports").ports
    assert (first.device, first.number, second.device) == ("mlx5_0", 1, "mlx5_1")
    assert first.default_gid == Reading(
        "fe80:0000:0000:0000:9c05:9103:0017:c4e2", "text", f"default gid: {'fe80:0000:0000:0000:9c05:9103:0017:c4e2'}"
    )
    assert (first.base_lid, first.sm_lid) == (Reading(17, "count", "base lid: 0x11"), Reading(1, "count", "sm lid: 0x1"))
    assert (first.state, first.phys_state) == (
        Reading("4: ACTIVE", "text", "state: 4: ACTIVE"),
        Reading("5: LinkUp", "text", "phys state: 5: LinkUp"),
    )
    assert first.rate_gbit_s == Reading(400, "Gbit/s", "rate: 400 Gb/sec (4X NDR)")


def test_a_speed_without_a_name_or_of_another_name_is_read() -> None:
    """Old kernels name no speed, and coming ones will name others."""
    for rate in ("400 Gb/sec (4X)", "3200 Gb/sec (8X GDR)"):
        assert isinstance(parse(TWO.replace("400 Gb/sec (4X NDR)", rate, 1)).ports[0].rate_gbit_s, Reading)


def test_two_ports_have_two_gids_unless_they_have_none_yet() -> None:
    """One text twice is no second port; virtual functions have zeros until somebody sets them."""
    with pytest.raises(ParseError, match="every default gid once"):
        parse(TWO.replace("0017:d0aa", "0017:c4e2"))
    zeros = TWO.replace("9c05:9103:0017:c4e2", "0000:0000:0000:0000").replace("9c05:9103:0017:d0aa", "0000:0000:0000:0000")
    assert len(parse(zeros).ports) == 2


def test_blank_lines_and_another_indentation_mean_nothing() -> None:
    """Recordings lose tabs and gain line ends."""
    assert parse(TWO.replace("\t", "    ").replace("\n", "\r\n") + "\n") == parse(TWO)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_cut_text_is_never_whole_and_has_no_half_number(path: Path) -> None:
    """A port in part is refused."""
    assert_cuts_say_nothing_new(parse, path.read_text())


def test_the_outside_recording_is_read() -> None:
    """Eight InfiniBand ports of an A100 host, and the front end's virtual function."""
    text = outside("ibstat/gpud-ibstatus-39-a100.txt")
    ports = parse(text).ports
    assert [port.device for port in ports] == [f"mlx5_{number}" for number in range(9)]
    assert {port.state for port in ports} == {Reading("4: ACTIVE", "text", "state: 4: ACTIVE")}
    assert [port.rate_gbit_s.value for port in ports if isinstance(port.rate_gbit_s, Reading)] == [200] * 8 + [40]
    assert ports[8].default_gid == ErrorWord("unknown", "default gid: unknown")
    assert_cuts_say_nothing_new(parse, text)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a text, it is read or refused."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in READ]))))
    try:
        record = parse(text)
    except ParseError:
        return
    assert record.ports
    assert not record.complete
