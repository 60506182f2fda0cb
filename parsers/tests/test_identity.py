"""Serial numbers: a template of the firmware's vendor is on every board, so it is no name of any."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.identity import MAX_CHARACTERS, read_identity, read_word
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading

TEMPLATES = (
    "To Be Filled By O.E.M.", "To be filled by O.E.M", "to be filled by OEM", "To be set in by customer", "Type1 - TBD by OEM",
    "Default string", "DEFAULT STRING", "System Serial Number", "Chassis Serial Number", "Base Board Serial Number",
    "Type2 - Board Serial Number", "Type2 - Board Asset Tag", "Type2 - Board Vendor Name1", "Type2 - Board Product Name1",
    "Type2 - Board Version", "System Product Name", "System manufacturer", "System Version", "System SKUNumber",
    "Chassis Manufacture", "Chassis Version", "Chassis Asset Tag", "Asset Tag", "Serial Number", "O.E.M.", "OEM", "INVALID",
    "x.x", "SerNum0", "Asset-1234567890", "BSN12345678901234567", "MB-1234567890", "03000200-0400-0500-0006-000700080009",
    "FEFEFEFE-fefe-fefe-fefe-fefefefefefe",
)  # fmt: skip
FILLINGS = (
    "0", "0000000000", "XXXX-XXXX", "........", "- -", "ffffffff-ffff-ffff-ffff-ffffffffffff", "0x0000000000000000", "eui.0000000000000000",
    "0123456789", "123456789", "1234567890", "12345678901234567890", "0123456789ABCDEF", "1234", "\\xff\\xff\\xff", "AB\\x80",
)  # fmt: skip
NONE = ("None", "NONE", "N/A", "[N/A]", "NA", "Not Specified", "Not Applicable", "Not Available", "null", "nan", "No Asset Tag")
REAL = (
    "EX24A1900731", "/7QA2MF9/CN1296319N00AB/", "C8240FL19A0552", "MT2342XZ0A41", "S6CKNT0W812044", "2101", "0x500a07513f9a07c2",
    "VMware-56 4d 1f 0c", "00-10-18-FF-FE-AD-1A-00", "433551F+172300000", "4c4c4544-0042-3510-8052-b3c04f4b4e32", "Serial Number 7",
    "Default string 2", "Nonesuch 12", "99999999-1", "4567", "PROD-0123456789",
)  # fmt: skip


@pytest.mark.parametrize("text", [*TEMPLATES, *FILLINGS])
def test_a_template_is_no_serial_number(text: str) -> None:
    """Two nodes with it would be one node."""
    assert read_identity("board_serial", text) == ErrorWord(text, f"board_serial: {text}")


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_template_is_no_name_either(text: str) -> None:
    """Of a product, a vendor or a version."""
    assert read_word("product_name", f"  {text} ") == ErrorWord(text, f"product_name: {text}")


@pytest.mark.parametrize("text", NONE)
def test_none_is_not_applicable(text: str) -> None:
    """The firmware says that there is no such thing, which is another thing than a template."""
    assert read_identity("serial", text) == NotApplicable(f"serial: {text}")


@pytest.mark.parametrize("text", ["GPU is lost", "[GPU is lost]", "ERR!", "Unknown Error", "Error"])
def test_an_error_is_no_serial_number(text: str) -> None:
    """Also in brackets, and in whatever case."""
    assert read_identity("serial", text) == ErrorWord(text, f"serial: {text}")
    assert isinstance(read_word("serial", text.lower()), ErrorWord)


@pytest.mark.parametrize("text", ["", "   ", "\t"])
def test_nothing_is_absent(text: str) -> None:
    """Blanks are nothing."""
    assert read_word("serial", text) == Absent("serial (empty)")


@pytest.mark.parametrize("text", REAL)
def test_what_somebody_wrote_is_a_reading(text: str) -> None:
    """Words are compared whole: a serial number may contain a template, zeros, slashes and few characters."""
    assert read_identity("serial", text) == Reading(text, "text", f"serial: {text}")


def test_blanks_at_the_ends_and_in_a_row_mean_nothing() -> None:
    """Fixed columns of a device's own tables are filled up with them."""
    assert read_identity("serial", "  MT1838X  04950   ") == Reading("MT1838X 04950", "text", "serial: MT1838X 04950")


def test_versions_may_be_zeros() -> None:
    """A version names nothing by being the only one."""
    assert read_word("fw.psid", "0.0.0") == Reading("0.0.0", "text", "fw.psid: 0.0.0")


def test_a_text_longer_than_any_name_is_refused_and_not_quoted_whole() -> None:
    """It would fill a report."""
    field = read_identity("serial", "A1" * MAX_CHARACTERS)
    assert isinstance(field, ErrorWord)
    assert (field.word, len(field.line) <= MAX_CHARACTERS + 4) == ("too long", True)
    assert isinstance(read_identity("serial", "A1" * (MAX_CHARACTERS // 2)), Reading)


@pytest.mark.parametrize("text", ["to be filled by " * 16, "type 1 - " * 28, "system " * 36, "\\x" * 128, "(" * 256])
def test_no_text_takes_long(text: str) -> None:
    """Patterns that could try many ways are given short texts only."""
    started = time.process_time()
    read_identity("serial", text)
    assert time.process_time() - started < 0.1


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=300))
def test_any_text_is_one_of_four_things(text: str) -> None:
    """A Reading is never empty, and its line quotes it."""
    field = read_identity("serial", text)
    if isinstance(field, Reading):
        assert str(field.value).strip()
        assert field.line == f"serial: {field.value}"
