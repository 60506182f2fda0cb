"""`lspci -D -n`: which boards the bus shows, and which of them still answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.lspci import PciDevice, parse_lspci_numeric
from parsers.tests.damage import RECORDINGS, changed, outside

NODE = (RECORDINGS / "lspci" / "node.txt").read_text()
BOARD = "0000:53:00.0 0302: 10de:2330 (rev a1)\n"


def test_every_device_is_listed_with_its_numbers() -> None:
    """A record holds what the line says, in the order of the lines."""
    devices = parse_lspci_numeric(NODE)
    assert len(devices) == len(NODE.splitlines())
    assert devices[4] == PciDevice("0000:53:00.0", "0302", "10de", "2330", "a1")
    assert devices[5] == PciDevice("0000:54:00.0", "0207", "15b3", "1021", None)


def test_gpus_are_display_and_3d_controllers_of_nvidia() -> None:
    """Audio functions, NVSwitches and other vendors' displays would make the count of GPUs wrong."""
    found = [device.pci_bus_id for device in parse_lspci_numeric(NODE) if device.is_nvidia_gpu]
    assert found == ["0000:53:00.0", "0000:64:00.0", "0001:07:00.0"]


def test_nvswitches_are_nvidias_bridges_of_their_own_class() -> None:
    """Not its GPUs, its ports, or other vendors' bridges."""
    assert [device.pci_bus_id for device in parse_lspci_numeric(NODE) if device.is_nvswitch] == ["0000:a1:00.0"]


@pytest.mark.parametrize(
    ("numbers", "is_one"),
    [
        ("0680: 10de:1ac2", True),
        ("0680: 10de:1af1", True),
        ("0680: 10de:22a3", True),
        ("0680: 10de:22a3 (rev ff)", True),
        ("0302: 10de:2901", False),
        ("0604: 10de:22a8", False),
        ("0680: 10de:22ac", False),
        ("0680: 15b3:22a3", False),
        ("0680: 8086:7113", False),
    ],
)
def test_an_nvswitch_is_told_by_vendor_and_class(numbers: str, is_one: bool) -> None:
    """HGX-2, A100, H100, and a dead one; not the GPU of B200, and not the ports and the bridge that a switch may have beside itself."""
    (device,) = parse_lspci_numeric(f"0000:a1:00.0 {numbers}\n")
    assert device.is_nvswitch is is_one


def test_a_board_that_answers_only_ones_is_there_and_not_readable() -> None:
    """A board fallen off the bus stays in the list: it must not count as one that works."""
    dead = next(device for device in parse_lspci_numeric(NODE) if device.revision == "ff")
    assert dead.is_nvidia_gpu
    assert not dead.readable
    assert [device.pci_bus_id for device in parse_lspci_numeric(NODE) if not device.readable] == ["0000:64:00.0"]


def test_a_domain_beyond_four_digits_is_kept() -> None:
    """Two devices that differ in the domain only are two devices."""
    assert parse_lspci_numeric(NODE)[-1].pci_bus_id == "10000:e1:00.0"


@pytest.mark.parametrize("text", ["", "\n", "  \n\n"])
def test_a_host_without_pci_devices_is_no_listing(text: str) -> None:
    """In a container without /sys lspci prints nothing: that must not read as "no GPUs"."""
    with pytest.raises(ParseError, match="at least one PCI device, found nothing"):
        parse_lspci_numeric(text)


@pytest.mark.parametrize(
    "line",
    [
        "53:00.0 0302: 10de:2330 (rev a1)",
        "0000:53:00.0 3D controller [0302]: NVIDIA Corporation GH100 [10de:2330] (rev a1)",
        "0000:53:00.0 0302: 10de:2330 (rev a",
        "0000:53:00.0 0302: 10de:233",
        "0000:53:00.0 Class 0302: 10de:2330 (rev a1)",
        "0000:53:00.8 0302: 10de:2330",
        "0000:53:00.0 0302: 10de:2330 (rev a1) something",
        "pcilib: Cannot open /proc/bus/pci",
    ],
)
def test_a_line_of_another_form_is_refused_and_quoted(line: str) -> None:
    """A line that is not understood may be the board that is missing."""
    with pytest.raises(ParseError) as caught:
        parse_lspci_numeric(BOARD.replace("53", "54") + line + "\n")
    assert caught.value.line == line
    assert caught.value.line_number == 2


def test_an_address_that_occurs_twice_is_refused() -> None:
    """One board counted twice would stand for one that is gone."""
    with pytest.raises(ParseError, match="every address once"):
        parse_lspci_numeric(BOARD + "00000000:53:00.0 0302: 10de:2330 (rev a1)\n")


@pytest.mark.parametrize("cut", range(1, len(BOARD) - 1))
def test_a_line_that_is_cut_off_is_refused_or_has_no_revision(cut: int) -> None:
    """Only a cut exactly before the revision leaves a whole line; it then knows no revision rather than a wrong one."""
    if BOARD[:cut].rstrip() == BOARD.partition(" (")[0]:
        assert parse_lspci_numeric(BOARD[:cut])[0].revision is None
    else:
        with pytest.raises(ParseError):
            parse_lspci_numeric(BOARD[:cut])


@pytest.mark.parametrize("name", ["gpud-lspci-gb200.txt", "gpud-lspci-nn-a10.txt", "virtualclient-lspci-vvv-a100x8.txt"])
def test_listings_with_names_are_refused(name: str) -> None:
    """lspci with other options prints other lines: names change with the machine's database and are not read."""
    with pytest.raises(ParseError):
        parse_lspci_numeric(outside(f"lspci/{name}"))


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a listing, it is read or refused."""
    text = data.draw(changed(NODE))
    try:
        devices = parse_lspci_numeric(text)
    except ParseError:
        return
    assert len({device.pci_bus_id for device in devices}) == len(devices) > 0
