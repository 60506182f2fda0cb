"""lsblk: which disks there are, and by which names a bill of materials knows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.lsblk import BlockDevice, BlockDevices, parse
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading
from parsers.tests.bom_health import HEALTHY
from parsers.tests.corpus import cuts
from parsers.tests.damage import RECORDINGS, changed

FOLDER = RECORDINGS / "lsblk"
READ = sorted(path for path in FOLDER.glob("*.json") if path.stem != "human-sizes")
NODE = (FOLDER / "node.json").read_text()


def recorded(name: str) -> BlockDevices:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.json").read_text())


def device(record: BlockDevices, name: str) -> BlockDevice:
    """The device of that name."""
    return next(found for found in record.devices if found.name == name)


def document(*entries: object) -> str:
    """A document of these devices."""
    return json.dumps({"blockdevices": entries})


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"nvme1n1"', '"nvme0n1"', "every device once, found 'nvme0n1'"),
        ('"name": "sda"', '"kname": "sda"', "the key 'name'"),
        ('"name": "sda"', '"name": null', "a string as name"),
        ('"name": "sda"', '"name": ""', "a device's name and type"),
        ('"type": "loop"', '"type": " "', "a device's name and type"),
        ('"type": "loop"', '"type": 1', "a string as type"),
        ('"23113F9A07C2"', "23113", "a string as serial of sda"),
        ("480103981056", '"447.1G"', r"a number of bytes \(lsblk -b\) as size of sda"),
        ("480103981056", "-1", "a number of bytes"),
        ("480103981056", "4.5e11", "a number of bytes"),
        ("480103981056", "true", "a number of bytes"),
        ("480103981056", '""', "a number of bytes"),
        ('"blockdevices"', '"devices"', "the key 'blockdevices'"),
        ("[\n", '{"a":[\n', "a whole JSON document"),
        ('"sata"', '"sa\\u0000ta"', "text without control characters"),
    ],
)
def test_what_is_no_list_of_devices_is_refused(old: str, new: str, words: str) -> None:
    """A device that cannot be named, one of them twice, a value of another kind."""
    assert old in NODE
    with pytest.raises(ParseError, match=words):
        parse(NODE.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "\n", "[]", '{"blockdevices": {}}', '{"blockdevices": ["sda"]}', NODE + NODE])
def test_nothing_and_other_documents_are_refused(text: str) -> None:
    """An empty answer is not that of a host without disks."""
    with pytest.raises(ParseError):
        parse(text)


def test_lsblks_own_message_is_quoted() -> None:
    """Without a document, and beside one: the device it speaks of is not in the list."""
    with pytest.raises(ParseError, match="failed to access sysfs directory"):
        parse((FOLDER / "no-sys.txt").read_text())
    with pytest.raises(ParseError, match="nothing beside the document, found 'lsblk: dm-0: failed to get device path"):
        parse("lsblk: dm-0: failed to get device path: Success\n" + NODE)


def test_sizes_for_people_are_refused() -> None:
    """They are rounded: two disks of different makes may look the same."""
    with pytest.raises(ParseError, match=r"lsblk -b.*447\.1G"):
        recorded("human-sizes")


def test_what_is_not_known_is_absent() -> None:
    """null, and a column that was not asked for."""
    disk = device(recorded("no-serials"), "nvme0n1")
    assert (disk.serial, disk.rev, disk.wwn) == tuple(Absent(f"nvme0n1: {key} (null)") for key in ("serial", "rev", "wwn"))
    assert device(recorded("tree"), "nvme0n1").wwn == Absent("nvme0n1: wwn")
    assert parse(document({"name": "sda", "type": "disk"})).devices[0].size_bytes == Absent("sda: size")
    assert parse(document({"name": "sda", "type": "disk", "size": None})).devices[0].size_bytes == Absent("sda: size (null)")


def test_templates_are_no_serial_numbers() -> None:
    """Zeros, counting, "None", and names of zeros."""
    record = recorded("templates")
    assert device(record, "sda").serial == ErrorWord("0000000000000000", "sda: serial: 0000000000000000")
    assert device(record, "sda").wwn == ErrorWord("0x0000000000000000", "sda: wwn: 0x0000000000000000")
    assert device(record, "nvme0n1").serial == NotApplicable("nvme0n1: serial: None")
    assert isinstance(device(record, "nvme1n1").serial, ErrorWord)
    assert isinstance(device(record, "nvme1n1").wwn, ErrorWord)


def test_disks_are_told_from_what_is_none() -> None:
    """Compressed memory has the type of a disk, and is none; a medium that a BMC shows has another type here."""
    record = recorded("node")
    assert [disk.name for disk in record.disks] == ["sda", "nvme0n1", "nvme1n1"]
    assert [found.name for found in record.devices] == ["loop0", "sda", "sr0", "zram0", "nvme0n1", "nvme1n1"]
    assert HEALTHY["lsblk"](record)


@pytest.mark.parametrize("name", ["zram0", "ram15", "nbd0", "rbd0", "rbd1p2", "drbd0", "zd16", "bcache0", "nullb0", "pmem0", "nvme0c1n1"])
def test_memory_networks_and_paths_are_no_disks(name: str) -> None:
    """The kernel makes them of something else, or they are a second way to the same disk."""
    assert not parse(document({"name": name, "type": "disk"})).disks


@pytest.mark.parametrize("name", ["sda", "sdaa", "nvme10n1", "vda", "mmcblk0", "cciss/c0d0", "dasda", "xvda", "ramp"])
def test_every_other_disk_is_one(name: str) -> None:
    """Also under names that nobody thought of."""
    assert [disk.name for disk in parse(document({"name": name, "type": "disk"})).disks] == [name]


def test_every_column_is_read() -> None:
    """Texts as they stand, and the size in bytes."""
    assert device(recorded("node"), "sda") == BlockDevice(
        name="sda",
        type="disk",
        serial=Reading("23113F9A07C2", "text", "sda: serial: 23113F9A07C2"),
        model=Reading("Micron_5400_MTFDDAK480TGA", "text", "sda: model: Micron_5400_MTFDDAK480TGA"),
        rev=Reading("D4MU001", "text", "sda: rev: D4MU001"),
        size_bytes=Reading(480103981056, "bytes", "sda: size 480103981056"),
        tran=Reading("sata", "text", "sda: tran: sata"),
        wwn=Reading("0x500a07513f9a07c2", "text", "sda: wwn: 0x500a07513f9a07c2"),
    )


def test_old_releases_say_the_same() -> None:
    """Sizes are texts, and names are filled up with blanks."""
    old, new = device(recorded("old"), "nvme0n1"), device(recorded("node"), "nvme0n1")
    assert (old.serial, old.model, old.size_bytes, old.wwn) == (new.serial, new.model, new.size_bytes, new.wwn)


def test_partitions_below_a_disk_are_left_out() -> None:
    """Without -d."""
    assert [found.name for found in recorded("tree").devices] == ["nvme0n1"]


def test_a_host_without_disks_has_none() -> None:
    """Its document is closed; where lsblk sees no /sys there is none."""
    assert recorded("no-disks") == BlockDevices((), complete=True)


def test_a_virtual_machine_is_read() -> None:
    """A disk without a serial number is there."""
    (disk,) = recorded("vm").disks
    assert (disk.name, disk.serial, disk.size_bytes) == (
        "vda", Absent("vda: serial (null)"), Reading(274877906944, "bytes", "vda: size 274877906944")
    )  # fmt: skip


def test_line_ends_mean_nothing() -> None:
    """Between values."""
    assert parse(NODE.replace("\n", "\r\n")) == parse(NODE.replace("\n", "")) == parse(NODE)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_cut_document_is_refused(path: Path) -> None:
    """It is closed by its last bracket only."""
    text = path.read_text()
    for cut in cuts(text, path.stem, 300, 200):
        if cut.rstrip() != text.rstrip():
            with pytest.raises(ParseError):
                parse(cut)


def test_many_devices_take_no_longer_each() -> None:
    """Looking for a name twice is not done for every name anew."""
    assert len(parse(document(*({"name": f"sd{number}", "type": "disk"} for number in range(10_000)))).disks) == 10_000


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a text, it is read or refused."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in READ]))))
    try:
        record = parse(text)
    except ParseError:
        return
    assert len({found.name for found in record.devices}) == len(record.devices)
