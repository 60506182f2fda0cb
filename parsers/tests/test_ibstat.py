"""ibstat: a port that is not there, is down or is slow is never one that works, and a message is never left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.ibstat import LINK_LAYERS, PHYSICAL_STATES, STATES, Adapter, Ibstat, parse
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.cut_records import assert_cuts_say_nothing_new
from parsers.tests.damage import RECORDINGS, changed, outside

FOLDER = RECORDINGS / "ibstat"
REFUSED = ("panic-after-output", "warning-between", "no-such-port", "iberror")
READ = sorted(path for path in FOLDER.glob("*.txt") if path.stem not in REFUSED)
TWO = (FOLDER / "two-adapters.txt").read_text()
OUTSIDE = {
    "gpud-ibstat-a100-all-active.txt": [(f"mlx5_{number}", "Active", "LinkUp", 200) for number in range(9)],
    "gpud-ibstat-h100-some-down-polling.txt": [
        ("mlx5_0", "Active", "LinkUp", 400), ("mlx5_1", "Active", "LinkUp", 100), ("mlx5_10", "Active", "LinkUp", 400),
        ("mlx5_11", "Down", "Polling", 40), ("mlx5_2", "Active", "LinkUp", 100), ("mlx5_3", "Active", "LinkUp", 400),
        ("mlx5_4", "Active", "LinkUp", 400), ("mlx5_5", "Down", "Disabled", 40), ("mlx5_6", "Active", "LinkUp", 400),
        ("mlx5_7", "Active", "LinkUp", 100), ("mlx5_8", "Active", "LinkUp", 100), ("mlx5_9", "Active", "LinkUp", 400),
    ],
}  # fmt: skip


def recorded(name: str) -> Ibstat:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.txt").read_text())


def adapter(record: Ibstat, name: str) -> Adapter:
    """The adapter of that name."""
    return next(found for found in record.adapters if found.name == name)


def value(field: Field) -> object:
    """The value of a Reading; of anything else its class."""
    return field.value if isinstance(field, Reading) else type(field)


def test_no_output_is_no_adapter_and_says_so() -> None:
    """A node without InfiniBand prints nothing and exits with 0: that must not read as "nothing is wrong"."""
    for text in ("", "\n", " \n\n"):
        with pytest.raises(ParseError, match="no output: there is none that ibstat can see"):
            parse(text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("panic-after-output", "stat of IB device 'mlx5_1' failed: No such file or directory. in line 18"),
        ("warning-between", "stat of IB device 'mlx5_1' failed. in line 18"),
        ("no-such-port", "ibpanic: \\[902\\] main: stat of IB device 'mlx5_0' failed: Invalid argument"),
        ("iberror", "ibstat: iberror: failed: can't open UMAD port"),
    ],
)
def test_a_message_is_quoted_and_what_was_printed_beside_it_is_not_taken(name: str, words: str) -> None:
    """The adapters before it are not all of them. A panic says more than the warning before it."""
    with pytest.raises(ParseError, match=words):
        recorded(name)


@pytest.mark.parametrize("old", ["IBPANIC: [7] main: can't init UMAD library", "ibpanic: [7] main: can't list IB device names"])
def test_messages_of_old_releases_are_messages_too(old: str) -> None:
    """They were written in capitals."""
    with pytest.raises(ParseError, match="can't"):
        parse(f"{TWO}{old}\n")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("\t\tState: Active\n", "", "the line State below, found 'Port 1:'"),
        ("\t\tRate: 400\n", "", "the line Rate below, found 'Port 1:' in line 8"),
        ("\t\tRate: 400\n", "\t\tRate: 400\n\t\tRate: 400\n", "every line once"),
        ("\t\tRate: 400", "\t\tRate: -400", "a rate in Gbit/s"),
        ("\t\tRate: 400", "\t\tRate: 400 Gb/sec", "a rate in Gbit/s"),
        ("\t\tRate: 400", "\t\tRate: 1_0", "a rate in Gbit/s"),
        ("\t\tBase lid: 17", "\t\tBase lid: 0x11", "a count"),
        ("\tPort 1:\n", "", "every line once and in its place, found 'State: Active'"),
        ("\tPort 1:\n", "\tPort 2:\n", r"no other, not \[2\] .Number of ports: 1."),
        ("\tNumber of ports: 1\n", "", "number of ports unknown"),
        ("\tNumber of ports: 1\n", "\tNumber of ports: 2\n", "all ports of this adapter"),
        ("\tNumber of ports: 1\n", "\tNumber of ports: 99999999999999999999\n", "all ports of this adapter"),
        ("\tNumber of ports: 1\n", "\tNumber of ports: N/A\n", "number of ports unknown"),
        ("CA 'mlx5_1'", "CA 'mlx5_0'", "every device once"),
        ("CA 'mlx5_1'\n", "", "every line once"),
        ("CA 'mlx5_1'\n", "CA mlx5_1\n", "a line as CA 'mlx5_0' or CA: 'mlx5_0' or Port 1:, or one below it, found 'CA mlx5_1'"),
        ("Port GUID: 0x9c0591030017c4e2", "Port GUID: 0x9c0591030017c4", "0x and 16 hexadecimal digits"),
        ("Port GUID: 0x9c0591030017d0aa", "Port GUID: 0x9c0591030017c4e2", "every port GUID once"),
        ("Capability mask: 0xa751e848", "Capability mask: 0xa751e8488", "0x and 8 hexadecimal digits"),
    ],
)  # fmt: skip
def test_an_adapter_in_part_or_twice_is_refused(old: str, new: str, words: str) -> None:
    """A line that is missing, repeated or of another form; ports that were counted and not printed."""
    assert old in TWO
    with pytest.raises(ParseError, match=words):
        parse(TWO.replace(old, new, 1))


def test_ports_without_a_guid_yet_are_no_repetition() -> None:
    """Virtual functions have zeros until somebody sets them."""
    zeros = re.sub("Port GUID: 0x[0-9a-f]{16}", "Port GUID: 0x0000000000000000", TWO)
    assert len(parse(zeros).adapters) == 2



@pytest.mark.parametrize(
    "text",
    [
        "mlx5_0\nmlx5_1\n",
        "0x9c0591030017c4e2\n",
        TWO.partition("\tPort 1:")[0],
        "Usage: ibstat [options] <ca_name> [portnum]\n",
        "CA: 'mlx5_0'\n" + "Port 1:\n" * 2,
        "CA: 'mlx5_0'\nNumber of ports: 1\n",
        TWO.partition("System image")[2].partition("\n")[2],
    ],
    ids=["-l", "-p", "-s", "usage", "one port twice", "both forms", "a port without its adapter"],
)
def test_other_forms_are_refused(text: str) -> None:
    """Names, GUIDs and adapters without their ports say nothing of a link."""
    with pytest.raises(ParseError):
        parse(text)


def test_the_form_for_one_port_has_one_port() -> None:
    """Two would be of two runs."""
    text = (FOLDER / "one-port.txt").read_text()
    with pytest.raises(ParseError, match="all ports of this adapter"):
        parse(text + text.partition("\n")[2])


@pytest.mark.parametrize("word", ["N/A", "Unknown Error", "???", "Act", "Not Active"])
def test_a_word_that_is_no_state_is_no_reading(word: str) -> None:
    """Words are compared whole: "Not Active" contains "Active"."""
    state = parse(TWO.replace("State: Active", f"State: {word}", 1)).adapters[0].ports[0].state
    assert isinstance(state, (ErrorWord, NotApplicable))


@pytest.mark.parametrize("cut", ["InfiniBan", "I", "Ether"])
def test_half_a_word_at_the_end_is_refused(cut: str) -> None:
    """The text ends where it was cut, not where ibstat ended."""
    with pytest.raises(ParseError, match="a whole last line"):
        parse(TWO.removesuffix("InfiniBand\n") + cut)


def test_a_last_line_without_its_end_is_read_if_it_is_whole() -> None:
    """Recordings lose their last line end."""
    assert parse(TWO.rstrip("\n")) == parse(TWO)


def test_a_down_port_is_read_with_what_it_says() -> None:
    """Nobody at the other end; its rate is no rate of anything."""
    port = adapter(recorded("down-polling"), "mlx5_1").ports[0]
    assert (value(port.state), value(port.physical_state), value(port.rate_gbit_s)) == ("Down", "Polling", 40)


def test_every_field_of_an_adapter_is_read() -> None:
    """Values, units and the line they stand on."""
    first, second = recorded("two-adapters").adapters
    assert (first.name, first.node_type, value(first.type), value(first.number_of_ports)) == ("mlx5_0", "CA", "MT4129", 1)
    assert (value(first.firmware_version), value(first.hardware_version)) == ("28.43.1014", "0")
    assert value(first.node_guid) == value(first.system_image_guid) == "0x9c0591030017c4e2"
    port = second.ports[0]
    assert port.rate_gbit_s == Reading(400, "Gbit/s", "Rate: 400")
    assert (value(port.base_lid), value(port.lmc), value(port.sm_lid)) == (23, 0, 1)
    assert (value(port.capability_mask), value(port.port_guid)) == ("0xa751e848", "0x9c0591030017d0aa")
    assert (port.number, value(port.link_layer)) == (1, "InfiniBand")


def test_devices_of_all_kinds_are_read() -> None:
    """RoCE, FDR10, 2.5 Gbit/s, two ports, a switch with port 0, texts that drivers leave empty, states without a name."""
    record = recorded("kinds")
    rates = {found.name: [(port.number, value(port.rate_gbit_s)) for port in found.ports] for found in record.adapters}
    assert rates == {"mlx5_2": [(1, 100)], "mlx4_0": [(1, 40), (2, 2.5)], "irdma0": [(1, 0)], "rxe0": [(1, 2.5)], "is4_0": [(0, 10)]}
    assert value(adapter(record, "mlx5_2").ports[0].link_layer) == "Ethernet"
    odd = adapter(record, "irdma0")
    assert (odd.node_type, odd.type) == ("iWARP RNIC", Absent("iWARP RNIC type (empty)"))
    assert odd.ports[0].state == ErrorWord("???", "State: ???")
    assert adapter(record, "rxe0").type == Absent("CA type")
    assert adapter(record, "rxe0").ports[0].link_layer == Absent("Link layer")
    assert value(adapter(record, "is4_0").number_of_ports) == 36


@pytest.mark.parametrize(("name", "number", "layer"), [("one-port", 1, "InfiniBand"), ("one-port-old", 2, Absent)])
def test_the_form_for_one_port_is_read(name: str, number: int, layer: object) -> None:
    """It says nothing of the adapter; old releases say nothing of the link layer."""
    (found,) = recorded(name).adapters
    (port,) = found.ports
    assert (found.number_of_ports, port.number, value(port.link_layer)) == (Absent("Number of ports"), number, layer)


def test_lines_that_a_release_adds_and_another_indentation_mean_nothing() -> None:
    """Keys tell where a line belongs."""
    added = TWO.replace("\t\tLMC: 0\n", "\t\tLMC: 0\n\t\tActive width: 4X\n\n").replace("\t", "  ")
    assert parse(added) == parse(TWO)
    assert parse(TWO.replace("\n", "\r\n")) == parse(TWO)


def test_every_word_of_the_tool_is_known() -> None:
    """A port in a state without a name here would read as an error."""
    for key, words in (("State: Active", STATES), ("Physical state: LinkUp", PHYSICAL_STATES), ("Link layer: InfiniBand", LINK_LAYERS)):
        for word in words:
            label = key.partition(":")[0]
            assert f"{label}: {word}" in str(parse(TWO.replace(key, f"{label}: {word}", 1)).adapters[0].ports[0])


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_cut_text_is_never_whole_and_has_no_half_number(path: Path) -> None:
    """Rate: 40 is what is left of 400."""
    assert_cuts_say_nothing_new(parse, path.read_text())


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_recordings_are_read(name: str) -> None:
    """Hosts of other people: all ports active, and two of twelve that are not."""
    text = outside(f"ibstat/{name}")
    record = parse(text)
    found = [
        (one.name, value(one.ports[0].state), value(one.ports[0].physical_state), value(one.ports[0].rate_gbit_s))
        for one in record.adapters
    ]
    assert found == OUTSIDE[name]
    assert not record.complete
    assert_cuts_say_nothing_new(parse, text)


@pytest.mark.parametrize(
    ("name", "words"),
    [("gpud-ibstatus-39-a100.txt", "Infiniband device 'mlx5_0' port 1 status:"), ("superbench-ibstat-excerpt.txt", "VM_hostname")],
)
def test_outside_texts_of_another_kind_are_refused(name: str, words: str) -> None:
    """ibstatus is another program; a list of hosts and GUIDs is made from ibstat and is not ibstat."""
    with pytest.raises(ParseError, match=words):
        parse(outside(f"ibstat/{name}"))


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
    assert all(found.ports for found in record.adapters)
