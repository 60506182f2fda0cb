"""ibv_devinfo: words and the numbers beside them agree, and a device that could not be opened is never left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.ibv_devinfo import IbvDevinfo, Port, parse
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.cut_records import assert_cuts_say_nothing_new
from parsers.tests.damage import RECORDINGS, changed

FOLDER = RECORDINGS / "ibv_devinfo"
READ = sorted(path for path in FOLDER.glob("*.txt") if path.stem not in ("failed-to-open", "no-driver"))
PLAIN, VERBOSE = (FOLDER / "plain.txt").read_text(), (FOLDER / "verbose.txt").read_text()


def recorded(name: str) -> IbvDevinfo:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.txt").read_text())


def only_port(name: str, device: int = 0) -> Port:
    """The first port of a device of one of our recordings."""
    return recorded(name).devices[device].ports[0]


def value(field: Field) -> object:
    """The value of a Reading; of anything else its class."""
    return field.value if isinstance(field, Reading) else type(field)


def test_no_output_is_no_device_and_says_so() -> None:
    """The reason stands on stderr, and an empty text must not read as "nothing is wrong"."""
    for text in ("", "\n", " \n\n"):
        with pytest.raises(ParseError, match="no output: there is none that libibverbs can see"):
            parse(text)


@pytest.mark.parametrize(
    "message",
    [
        "No IB devices found",
        "IB device 'mlx5_9' wasn't found",
        "Failed to get IB devices list: Function not implemented",
        "Failed to open device",
        "Failed to query port 1 props",
        "Invalid port requested for device",
        "libibverbs: Warning: couldn't load driver 'libmlx5-rdmav34.so': cannot open shared object file",
        "Usage: ibv_devinfo             print the ca attributes",
        "2 HCAs found:",
        "1 HCA found:",
    ],
)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("", PLAIN), (PLAIN, "")], ids=["alone", "first", "last"])
def test_a_message_is_quoted_and_what_was_printed_beside_it_is_not_taken(message: str, before: str, after: str) -> None:
    """The devices beside it are not all of them."""
    with pytest.raises(ParseError) as caught:
        parse(f"{before}{message}\n{after}")
    assert caught.value.line == message


def test_the_message_that_tells_more_is_quoted() -> None:
    """Without a driver there are warnings first, and then what they lead to."""
    with pytest.raises(ParseError, match="found 'No IB devices found' in line 2"):
        recorded("no-driver")
    with pytest.raises(ParseError, match="found 'Failed to open device' in line 1"):
        recorded("failed-to-open")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("PORT_ACTIVE (4)", "PORT_ACTIVE (1)", "and its number, found 'state: PORT_ACTIVE \\(1\\)'"),
        ("PORT_ACTIVE (4)", "PORT_ACTIVE", "and its number"),
        ("PORT_ACTIVE (4)", "PORT_BOGUS (4)", "and its number"),
        ("PORT_ACTIVE (4)", "N/A", "and its number"),
        ("active_mtu:\t\t4096 (5)", "active_mtu:\t\t4096 (4)", "and its number"),
        ("4X (2)", "4X (4)", "and its number"),
        ("100.0 Gbps (128)", "100.0 Gbps (64)", "and its number"),
        ("100.0 Gbps (128)", "100.0 Mbps (128)", "and its number"),
        ("LINK_UP (5)", "LINK_UP (2)", "and its number"),
        ("\t\t\tstate:\t\t\tPORT_ACTIVE (4)\n", "", "the line state below, found 'port:.*' in line 47"),
        ("\t\t\tactive_speed:\t\t100.0 Gbps (128)\n", "", "the line active_speed below"),
        ("\t\t\tport_lmc:\t\t0x00", "\t\t\tport_lmc:\t\t0x0", "0x and 2 hexadecimal digits as port_lmc"),
        ("\t\t\tport_lid:\t\t17", "\t\t\tport_lid:\t\t-17", "a count as port_lid"),
        ("\t\tport:\t1\n", "", "every line once and in its place, found 'state:"),
        ("\t\tport:\t1\n", "\t\tport:\t2\n", r"all ports of this device or one, not \[2\]"),
        ("\t\tport:\t1\n", "\t\tport:\t0\n", r"all ports of this device or one, not \[0\]"),
        ("phys_port_cnt:\t\t\t1", "phys_port_cnt:\t\t\t0", "all ports of this device or one"),
        ("phys_port_cnt:\t\t\t1", "phys_port_cnt:\t\t\tN/A", "all ports of this device or one"),
        ("\tphys_port_cnt:\t\t\t1\n", "", "all ports of this device or one"),
        ("hca_id:\tmlx5_1", "hca_id:\tmlx5_0", "every device once"),
        ("hca_id:\tmlx5_1\n", "", "every line once and in its place"),
        ("hca_id:\tmlx5_1\n", "hca mlx5_1\n", "a line as hca_id: mlx5_0"),
        ("node_guid:\t\t\t9c05:9103:0017:c4e2", "node_guid:\t\t\t9c05:9103:0017:c4e", "four times four"),
        ("\t\t\tsm_lid:\t\t\t1\n", "\t\t\tsm_lid:\t\t\t1\n" * 2, "every line once"),
    ],
)
def test_a_device_in_part_or_at_odds_with_itself_is_refused(old: str, new: str, words: str) -> None:
    """A line that is missing, repeated or of another form; a word with another's number."""
    assert old in VERBOSE
    with pytest.raises(ParseError, match=words):
        parse(VERBOSE.replace(old, new, 1))


def test_a_device_without_a_port_is_refused() -> None:
    """Its description alone says nothing of a link."""
    with pytest.raises(ParseError, match=r"all ports of this device or one, not \[\] "):
        parse(PLAIN.partition("\t\tport:")[0])


def test_more_ports_than_were_counted_are_refused() -> None:
    """And fewer, unless it is the one that was asked for with -i."""
    port = PLAIN[PLAIN.index("\t\tport:\t1") : PLAIN.index("hca_id:\tmlx5_1")]
    device = PLAIN.partition("\t\tport:")[0]
    counted = device.replace("phys_port_cnt:\t\t\t1", "phys_port_cnt:\t\t\t3")
    with pytest.raises(ParseError, match="all ports of this device or one"):
        parse(device + port + port.replace("port:\t1", "port:\t2"))
    with pytest.raises(ParseError, match="all ports of this device or one"):
        parse(counted + port + port.replace("port:\t1", "port:\t2"))
    assert [found.number for found in recorded("second-port").devices[0].ports] == [2]


def test_the_lines_of_v_for_some_ports_only_are_refused() -> None:
    """What is missing was cut off: -v is for all of them."""
    cut = VERBOSE[: VERBOSE.rindex("\t\t\tmax_msg_sz")]
    with pytest.raises(ParseError, match="the lines of -v for every port, or for none"):
        parse(cut)


@pytest.mark.parametrize("word", ["N/A", "Unknown", "Unspecified", "Infini", "Ether"])
def test_a_word_that_is_no_link_layer_is_no_reading(word: str) -> None:
    """Words are compared whole."""
    layer = parse(PLAIN.replace("link_layer:\t\tInfiniBand", f"link_layer:\t\t{word}", 1)).devices[0].ports[0].link_layer
    assert isinstance(layer, (ErrorWord, NotApplicable))


def test_half_a_word_at_the_end_is_refused() -> None:
    """The text ends where it was cut."""
    with pytest.raises(ParseError, match="a whole last line"):
        parse(PLAIN.rstrip("\n").removesuffix("Band"))
    assert parse(PLAIN.rstrip("\n")) == parse(PLAIN)


def test_a_port_that_is_down_is_read_with_what_it_says() -> None:
    """Its width is no width of anything; a speed that is none is an error."""
    port = only_port("verbose-disabled", 1)
    assert (value(port.state), value(port.phys_state), value(port.active_width_lanes)) == ("PORT_DOWN", "DISABLED", 4)
    assert port.active_speed_gbit_s == ErrorWord("invalid speed", "active_speed: invalid speed (0)")


def test_every_field_is_read() -> None:
    """Values, units and the line they stand on."""
    device = recorded("verbose").devices[1]
    assert (device.hca_id, device.phys_port_cnt, value(device.transport)) == ("mlx5_1", 1, "InfiniBand (0)")
    assert (value(device.fw_ver), value(device.vendor_part_id), value(device.board_id)) == ("28.43.1014", 4129, "MT_0000000838")
    assert value(device.node_guid) == value(device.sys_image_guid) == "9c05:9103:0017:d0aa"
    port = device.ports[0]
    assert port.state == Reading("PORT_ACTIVE", "text", "state: PORT_ACTIVE (4)")
    assert port.max_mtu_bytes == Reading(4096, "bytes", "max_mtu: 4096 (5)")
    assert port.active_width_lanes == Reading(4, "lanes", "active_width: 4X (2)")
    assert port.active_speed_gbit_s == Reading(100.0, "Gbit/s", "active_speed: 100.0 Gbps (128)")
    assert (value(port.sm_lid), value(port.port_lid), value(port.phys_state), value(port.link_layer)) == (1, 23, "LINK_UP", "InfiniBand")


def test_without_v_there_is_no_width_and_no_speed() -> None:
    """Absent is not a link that is narrow."""
    port = only_port("plain")
    assert port.active_width_lanes == Absent("active_width")
    assert (port.active_speed_gbit_s, port.phys_state) == (Absent("active_speed"), Absent("phys_state"))


def test_devices_of_other_releases_and_kinds_are_read() -> None:
    """Mellanox's own release, a link layer called IB or none at all, no transport, no firmware; iWARP has no physical state."""
    ofed, oldest = recorded("kinds").devices
    assert [(value(port.state), value(port.link_layer)) for port in ofed.ports] == [("PORT_ACTIVE", "IB"), ("PORT_INIT", "Ethernet")]
    assert ofed.ports[1].active_mtu_bytes == ErrorWord("invalid MTU", "active_mtu: invalid MTU (0)")
    assert (oldest.transport, oldest.fw_ver, oldest.board_id) == (Absent("transport"), Absent("fw_ver"), Absent("board_id"))
    assert oldest.ports[0].link_layer == Absent("link_layer")
    iwarp = only_port("verbose-iwarp")
    assert (iwarp.phys_state, value(iwarp.active_speed_gbit_s)) == (Absent("phys_state"), 10.0)


def test_indentation_and_line_ends_mean_nothing() -> None:
    """Recordings lose their tabs, wholly or to spaces, and gain line ends."""
    assert parse(PLAIN.replace("\t", "  ").replace("\n", "\r\n")) == parse(PLAIN)
    assert parse("".join(f"{line.strip()}\n" for line in PLAIN.splitlines())) == parse(PLAIN)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_cut_text_is_never_whole_and_has_no_half_number(path: Path) -> None:
    """port_lid: 1 is what is left of 17."""
    assert_cuts_say_nothing_new(parse, path.read_text())


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a text, it is read or refused."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in READ]))))
    try:
        record = parse(text)
    except ParseError:
        return
    assert not record.complete
    assert all(device.ports for device in record.devices)
