"""lspci -vv: the serial number that a card carries, which must be the card's own and whole, or none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.lspci_vpd import ProductData, ProductDataListing, parse
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading
from parsers.tests.corpus import cuts
from parsers.tests.damage import RECORDINGS, changed
from parsers.tests.vpd_health import BAD, HEALTHY, PROMISED_CARDS

FOLDER = RECORDINGS / "vpd"
NODE = (FOLDER / "node.txt").read_text()
CARD, PORT, OTHER = PROMISED_CARDS
SERIALS = {CARD: "MT2342XZ0A41", PORT: "MT2342XZ0A41", OTHER: "P2100X24190047"}


def card(record: ProductDataListing, address: str = CARD) -> ProductData:
    """The device at that address."""
    return next(device for device in record.devices if device.pci_bus_id == address)


def recorded(name: str) -> ProductDataListing:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.txt").read_text())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (NODE, "", "output, found nothing"),
        (NODE, "pcilib: Cannot open /proc/bus/pci\n", "the first line of a device.*found 'pcilib: Cannot open"),
        (NODE, "\tControl: I/O+\n", "the first line of a device, found 'Control"),
        ("0000:22:00.0", "22:00.0", r"the first line of a device.*lspci -D.*found '22:00\.0"),
        ("0000:22:00.1", "0000:22:00.0", "every address once"),
        ("\tControl: I/O- Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- ", "\tFlags: ", r"one line Control .*found '0000:a3"),
        ("0000:22:00.1 0207: 15b3:1021\n", "", "one line Control of every device"),
        ("\t\t[V3]", "\tCapabilities: [48] Vital Product Data\n\t\t[V3]", "Vital Product Data of a device once"),
        ("EX7-400", "EX7\x1b-400", "without control characters"),
    ],
)
def test_what_is_no_listing_is_refused(old: str, new: str, words: str) -> None:
    """Quoting the line; of two devices whose lines run into each other nobody knows whose serial number it is."""
    assert old in NODE
    with pytest.raises(ParseError, match=words):
        parse(NODE.replace(old, new))


def test_less_than_twice_verbose_is_refused() -> None:
    """lspci -v names the product data and does not show them: that is no card without a serial number."""
    with pytest.raises(ParseError, match="one line Control"):
        recorded("v-only")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("not-root", "Capabilities: <access denied>"), ("not-readable", "Not readable"), ("dead", "rev ff"),
        ("bad-checksum", "checksum bad, 1 byte(s) reserved"),
    ],
)  # fmt: skip
def test_what_could_not_be_read_is_an_error_and_no_absence(name: str, word: str) -> None:
    """Without rights, or of a card that gives none, nobody knows the serial number."""
    found = card(recorded(name)).serial_number
    assert found == ErrorWord(word, f"{CARD}: serial number: {word}")


def test_a_word_that_says_that_there_is_none_is_no_serial_number() -> None:
    """Two cards that say N/A are not one card."""
    assert card(recorded("templates")).serial_number == NotApplicable(f"{CARD}: serial number: N/A")
    assert isinstance(card(parse(NODE.replace("MT2342XZ0A41", "0000000000"))).serial_number, ErrorWord)


def test_a_serial_number_that_stands_twice_is_none() -> None:
    """One of the two is wrong."""
    twice = NODE.replace("\t\t\t[V3]", "\t\t\t[SN] Serial number: MT2342XZ0A42\n\t\t\t[V3]")
    assert card(parse(twice)).serial_number == ErrorWord("twice", f"{CARD}: serial number: MT2342XZ0A41 and MT2342XZ0A42")


@pytest.mark.parametrize("line", ["\t\t\t[RV] Reserved: checksum good, 1 byte(s) reserved\n", "\t\tRead-only fields:\n"])
def test_product_data_without_their_checksum_are_not_believed(line: str) -> None:
    """What is cut, or breaks off, has none."""
    cut = NODE.replace(line, "" if "RV" in line else "\t\tNo end tag found\n")
    assert isinstance(card(parse(cut)).serial_number, ErrorWord)


def test_what_follows_the_checksum_is_not_covered_by_it() -> None:
    """The fields that software may write stand there."""
    moved = re.sub(r"\t\t\t\[SN\] .*\n", "", NODE).replace("\t\t\t[Y1]", "\t\t\t[SN] Serial number: FORGED1\n\t\t\t[Y1]")
    assert card(parse(moved), OTHER).serial_number == Absent(f"{OTHER}: serial number")


def test_a_device_without_product_data_has_no_serial_number() -> None:
    """A bridge; and of a whole listing nothing says that it is whole."""
    record = recorded("node")
    assert card(record, "0000:00:1f.0").serial_number == Absent("0000:00:1f.0: serial number")
    assert not record.complete


def test_every_function_of_every_card_tells_its_serial_number() -> None:
    """Also where fields that are not text stand before it."""
    record = recorded("node")
    found = {address: card(record, address).serial_number for address in SERIALS}
    assert found == {address: Reading(serial, "text", f"{address}: serial number: {serial}") for address, serial in SERIALS.items()}
    assert card(record, OTHER).part_number == Reading("EX-P2100", "text", f"{OTHER}: part number: EX-P2100")
    assert HEALTHY["vpd"](record)
    assert not any(HEALTHY["vpd"](recorded(name.removeprefix("vpd/").removesuffix(".txt"))) for name in BAD["vpd"])


def test_line_ends_mean_nothing() -> None:
    """As a file that was carried over another system has them."""
    assert parse(NODE.replace("\n", "\r\n")) == parse(NODE)


@pytest.mark.parametrize("at", range(0, 10, 3))
def test_no_line_dropped_or_doubled_gives_another_serial_number(at: int) -> None:
    """It is read right, or not at all."""
    lines = NODE.splitlines(keepends=True)
    for number in range(at, len(lines), 3):
        for damaged in (lines[:number] + lines[number + 1 :], lines[: number + 1] + lines[number:]):
            _only_right("".join(damaged))


def _only_right(text: str) -> None:
    try:
        record = parse(text)
    except ParseError:
        return
    assert not record.complete
    for device in record.devices:
        if isinstance(device.serial_number, Reading):
            assert device.serial_number.value == SERIALS[device.pci_bus_id]


def test_no_cut_gives_another_serial_number() -> None:
    """Half a serial number has no checksum behind it."""
    for cut in cuts(NODE, "vpd", 200, 400):
        _only_right(cut)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_whatever_is_damaged_is_refused_or_read(data: st.DataObject) -> None:
    """No other exception, and never a whole listing."""
    try:
        assert not parse(data.draw(changed(NODE))).complete
    except ParseError:
        return
