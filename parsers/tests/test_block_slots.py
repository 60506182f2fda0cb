"""The links of /sys/block: in which slot a disk sits, also where the kernel hides its paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.block_slots import BlockSlot, BlockSlots, parse
from parsers.errors import ParseError
from parsers.reading import NotApplicable, Reading
from parsers.tests.bom_health import HEALTHY
from parsers.tests.cut_records import assert_cuts_say_nothing_new
from parsers.tests.damage import RECORDINGS, changed

FOLDER = RECORDINGS / "block_slots"
READ = sorted(path for path in FOLDER.glob("*.txt") if path.stem != "no-sys")
NODE = (FOLDER / "node.txt").read_text()


def recorded(name: str) -> BlockSlots:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.txt").read_text())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sda ../devices", "sda", "a line as nvme0n1"),
        ("sda ../devices", "sda ../../devices", "a line as nvme0n1"),
        ("sda ../devices", "sdb ../devices", "a line as nvme0n1"),
        ("block/sda", "block/sda/", "a line as nvme0n1"),
        ("sda ../devices", "../devices", "a line as nvme0n1"),
        ("block/loop0\n", "block/loop0\nloop0 ../devices/virtual/block/loop0\n", "every device once"),
        ("sda ", "sda\u00a0", "a line as nvme0n1"),
        ("sda ", "\ufeffsda ", "text without control characters"),
    ],
)
def test_a_line_of_another_form_is_refused(old: str, new: str, words: str) -> None:
    """A link ends in the device's own name, and every device is there once."""
    assert old in NODE
    with pytest.raises(ParseError, match=words):
        parse(NODE.replace(old, new, 1))


def test_finds_own_message_is_quoted() -> None:
    """In a container without /sys there is no disk, which is not to be believed."""
    with pytest.raises(ParseError, match="'/sys/block': No such file or directory"):
        recorded("no-sys")


@pytest.mark.parametrize("text", ["", "\n", "loop0\n"])
def test_nothing_is_refused(text: str) -> None:
    """A running host has some block device, and its link leads somewhere."""
    with pytest.raises(ParseError):
        parse(text)


def test_half_a_line_at_the_end_is_refused() -> None:
    """It may end in a name that is the beginning of the right one."""
    with pytest.raises(ParseError, match="a whole last line"):
        parse("sda ../devices/pci0000:00/0000:00:17.0/ata1/block/sda")


def test_what_is_on_no_pci_bus_has_no_address() -> None:
    """Memory, files, networks, and buses of a hypervisor."""
    assert recorded("node").slots[0] == BlockSlot("loop0", "virtual/block/loop0", NotApplicable("loop0: virtual/block/loop0"))
    other = recorded("other-buses")
    assert (other.pci_bus_ids("nvme0n1"), other.pci_bus_ids("sda")) == ((), ())


@pytest.mark.parametrize(
    ("name", "address"),
    [("nvme0n1", "0000:03:00.0"), ("nvme1n1", "10000:c1:00.0"), ("sda", "0000:00:17.0"), ("sr0", "0000:00:14.0")],
)
def test_the_last_address_on_the_path_is_the_slot(name: str, address: str) -> None:
    """Not a bridge's above it, also behind a VMD controller; of a disk that is none itself its controller's."""
    record = recorded("node")
    slot = next(found for found in record.slots if found.name == name)
    assert slot.pci_bus_id == Reading(address, "text", f"{name}: {slot.path}")
    assert record.pci_bus_ids(name) == (address,)
    assert HEALTHY["block-slots"](record)


def test_numbers_that_are_no_address_are_none() -> None:
    """Of SCSI, of a bus, and what has too many digits."""
    (slot,) = parse("sdb ../devices/pci0000:00/0000:00:17.8/000000000:00:17.0/host0/0:0:0:0/sdb\n").slots
    assert isinstance(slot.pci_bus_id, NotApplicable)


def test_a_multipath_disk_sits_where_its_hidden_paths_do() -> None:
    """The first number of a path is the disk's, the last its namespace: nvme1c1n1 is no path of nvme10n1 or nvme1n2."""
    record = recorded("multipath")
    assert record.pci_bus_ids("nvme0n1") == ("0000:31:00.0",)
    assert record.pci_bus_ids("nvme1n1") == ("0000:65:00.0", "0000:66:00.0")
    assert record.pci_bus_ids("nvme1n2") == ("0000:66:00.0",)
    assert record.pci_bus_ids("nvme10n1") == ()
    assert record.pci_bus_ids("sda") == ("0000:00:17.0",)
    assert record.pci_bus_ids("sdb") == ()


def test_names_with_an_exclamation_mark_have_a_slash_elsewhere() -> None:
    """lsblk prints the name of the device file."""
    assert recorded("other-buses").pci_bus_ids("cciss/c0d0") == ("0000:06:00.0",)


def test_a_virtual_machine_is_read() -> None:
    """Recorded in one."""
    record = recorded("vm")
    assert record.pci_bus_ids("vda") == ("0000:00:02.0",)
    assert record.complete is False


def test_line_ends_mean_nothing() -> None:
    """Of another system, and empty lines."""
    assert parse(NODE.replace("\n", "\r\n") + "\n") == parse(NODE)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_cut_text_has_no_half_address(path: Path) -> None:
    """A line in part is refused."""
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
    assert record.slots
    assert not record.complete
