"""/sys/class/dmi/id: a serial number is one only where the firmware has one and the kernel let it be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.dmi import Dmi, parse
from parsers.errors import ParseError
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading
from parsers.tests.bom_health import HEALTHY
from parsers.tests.cut_records import assert_cuts_say_nothing_new
from parsers.tests.damage import RECORDINGS, changed

FOLDER = RECORDINGS / "dmi"
READ = sorted(path for path in FOLDER.glob("*.txt") if path.stem != "no-files")
NODE = (FOLDER / "node.txt").read_text()
SERIALS = ("product_serial", "product_uuid", "board_serial", "chassis_serial")


def recorded(name: str) -> Dmi:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.txt").read_text())


def test_templates_are_errors_and_never_serial_numbers() -> None:
    """Two nodes of one make would else be one node."""
    record = recorded("templates")
    assert record.product_serial == ErrorWord("0123456789", "product_serial: 0123456789")
    assert record.board_serial == ErrorWord("Default string", "board_serial: Default string")
    assert record.product_family == ErrorWord("To be filled by O.E.M.", "product_family: To be filled by O.E.M.")
    assert isinstance(record.product_uuid, ErrorWord)
    assert isinstance(record.board_asset_tag, ErrorWord)
    assert record.product_name == Reading("Super Server", "text", "product_name: Super Server")


def test_none_is_not_applicable_and_dots_are_an_error() -> None:
    """A virtual machine says that it has none."""
    record = recorded("none")
    assert record.product_serial == NotApplicable("product_serial: Not Specified")
    assert record.board_serial == NotApplicable("board_serial: None")
    assert record.chassis_serial == ErrorWord("........", "chassis_serial: ........")


@pytest.mark.parametrize("key", SERIALS)
def test_without_root_serial_numbers_are_absent(key: str) -> None:
    """The kernel lets nobody else read them; everything else is there."""
    record = recorded("not-root")
    assert getattr(record, key) == Absent(key)
    assert isinstance(record.sys_vendor, Reading)


def test_messages_among_the_lines_say_why() -> None:
    """A file that is not there is absent, one that could not be read is an error; directories are no field."""
    record = recorded("not-root-messages")
    assert record.product_uuid == ErrorWord("Permission denied", "grep: /sys/class/dmi/id/product_uuid: Permission denied")
    assert record.ec_firmware_release == Absent("ec_firmware_release")
    assert record.board_name == Reading("EXB-2S-G", "text", "board_name: EXB-2S-G")


def test_bytes_that_are_no_text_are_errors() -> None:
    """In the words of new and of old releases of grep."""
    record = recorded("no-text")
    assert record.product_serial == ErrorWord("binary file matches", "grep: /sys/class/dmi/id/product_serial: binary file matches")
    assert record.board_serial == ErrorWord("Binary file", "Binary file /sys/class/dmi/id/board_serial matches")


def test_no_file_at_all_is_refused_with_greps_words() -> None:
    """A container or a machine without SMBIOS has told nothing of itself."""
    with pytest.raises(ParseError, match="found 'grep: /sys/class/dmi/id/sys_vendor: No such file or directory'"):
        recorded("no-files")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("board_serial:", "product_serial:", "every file once"),
        ("/sys/class/dmi/id/board_serial:", "/etc/board_serial:", "a line as /sys/class/dmi/id/sys_vendor:VALUE"),
        ("/sys/class/dmi/id/board_serial:", "board_serial:", "a line as /sys/class/dmi/id/sys_vendor:VALUE"),
        ("/sys/class/dmi/id/board_serial:", "/sys/class/dmi/id/board_serial ", "a line as /sys/class/dmi/id/sys_vendor:VALUE"),
        ("-53b4-", "-53b-", "a UUID as product_uuid"),
        ("8c2d7f10-", "{8c2d7f10-", "a UUID as product_uuid"),
        ("chassis_type:23", "chassis_type:23x", "a count as chassis_type"),
        ("chassis_type:23", "chassis_type:-1", "a count as chassis_type"),
        ("EX8G", "EX\x1b[31m8G", "text without control characters"),
    ],
)
def test_a_line_of_another_form_is_refused(old: str, new: str, words: str) -> None:
    """What is not understood may be the serial number that is missing."""
    assert NODE.count(old) == 1
    with pytest.raises(ParseError, match=words):
        parse(NODE.replace(old, new))


@pytest.mark.parametrize("text", ["", "\n", "dmidecode: command not found\n", "grep: /sys/class/dmi/id: No such file or directory\n"])
def test_nothing_and_other_messages_are_refused(text: str) -> None:
    """An empty answer names no node."""
    with pytest.raises(ParseError):
        parse(text)


def test_half_a_line_at_the_end_is_refused() -> None:
    """A serial number that lost its end is another one."""
    with pytest.raises(ParseError, match="a whole last line"):
        parse("/sys/class/dmi/id/sys_vendor:Example\n/sys/class/dmi/id/product_serial:EX24A19")


def test_every_file_is_read() -> None:
    """Texts as they stand, and the kind of enclosure as a number."""
    record = recorded("node")
    assert all(isinstance(field, Reading) for field in vars(record).values())
    assert record.product_serial == Reading("EX24A1900731", "text", "product_serial: EX24A1900731")
    assert record.chassis_serial == Reading("C8240FL19A0552", "text", "chassis_serial: C8240FL19A0552")
    assert record.chassis_type == Reading(23, "count", "chassis_type: 23")
    assert record.bios_version == Reading("2.1.7", "text", "bios_version: 2.1.7")
    assert record.complete is False
    assert HEALTHY["dmi"](record)


def test_old_kernels_and_other_files_mean_nothing() -> None:
    """An empty file is no value; capitals of a UUID are small letters elsewhere; modalias and uevent are made of the rest."""
    record = recorded("everything")
    assert record.board_asset_tag == Absent("board_asset_tag (empty)")
    assert record.product_uuid == Reading(
        "4c4c4544-0042-3510-8052-b3c04f4b4e32", "text", "product_uuid: 4C4C4544-0042-3510-8052-B3C04F4B4E32"
    )
    assert record.board_serial == Reading("PR1.24 / 7731", "text", "board_serial: PR1.24 / 7731")


def test_the_path_behind_the_link_and_other_line_ends_are_read() -> None:
    """/sys/class/dmi/id is a link."""
    assert parse(NODE.replace("/sys/class/dmi/", "/sys/devices/virtual/dmi/")) == recorded("node")
    assert parse(NODE.replace("\n", "\r\n")) == recorded("node")


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_cut_text_has_no_half_value(path: Path) -> None:
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
    assert not record.complete
