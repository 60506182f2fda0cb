"""
`lspci -D -n`: every PCI device of the host by address, class and numbers (show_terse() in lspci.c of pciutils 3).

NVSwitches are NVIDIA's bridges of class 0680, as its own driver and NCCL find them (nvswitch_pci_table in linux_nvswitch.c of
open-gpu-kernel-modules; "0x068000" in NCCL's topology): 10de:1ac2 on HGX-2, 1af1 on HGX A100, 22a3 on HGX H100 and H200. Those of
HGX B200 and later are no devices on the host's PCI bus (Fabric Manager User Guide): the host sees ConnectX-7 bridges instead. The
device 2901, which some lists name as an NVSwitch, is the GPU of B200, class 0302.

There is no end mark and no count: a listing is never known to be whole. Whoever judges must compare it with the boards
that the node was promised to have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.cells import bus_id
from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.tool import Tool

TOOL = "lspci -D -n"
_LINE = re.compile(r"([0-9a-f:.]+) ([0-9a-f]{4}): ([0-9a-f]{4}):([0-9a-f]{4})(?: \(rev ([0-9a-f]{2})\))?")
_NVIDIA = "10de"
_DISPLAY_CLASSES = ("0300", "0302")
_NVSWITCH_CLASS = "0680"
_NON_TRANSPARENT_BRIDGES = frozenset({"22ac", "22ad", "22ae", "22af"})
"""A function that a switch of the third generation may have beside its own (nvswitch_ls10_device_ids in nvswitch.c)."""


@dataclass(frozen=True)
class PciDevice:
    """
    One function of a PCI device; all but the address are hexadecimal texts in lower case, as lspci prints them.

    `class_code` is "0302" for a board without display, `vendor` "10de" for NVIDIA; `revision` is None where it is 0.
    """

    pci_bus_id: str
    class_code: str
    vendor: str
    device: str
    revision: str | None

    @property
    def is_nvidia_gpu(self) -> bool:
        """A display (0300) or 3D (0302) controller of NVIDIA: not its audio, USB, bridge or NVSwitch functions."""
        return self.vendor == _NVIDIA and self.class_code in _DISPLAY_CLASSES

    @property
    def is_nvswitch(self) -> bool:
        """A bridge of NVIDIA of class 0680: an NVSwitch up to those of HGX H200. Those of HGX B200 and later are in no listing."""
        return self.vendor == _NVIDIA and self.class_code == _NVSWITCH_CLASS and self.device not in _NON_TRANSPARENT_BRIDGES

    @property
    def readable(self) -> bool:
        """False for a device that no longer answers: every bit of its configuration then reads as one, so (rev ff)."""
        return self.revision != "ff"


@dataclass(frozen=True)
class Listing:
    """The devices in the order of the output, at least one; never known to be all of them."""

    devices: tuple[PciDevice, ...]
    complete: bool = False


def parse(text: str) -> Listing:
    """
    The devices, as parse_lspci_numeric() reads them.

    Raises ParseError for a last line without its end too, unless it has a revision: that of a dead board, (rev ff), may
    be what was cut off.
    """
    printable_lines(TOOL, text)
    devices = parse_lspci_numeric(text)
    if devices[-1].revision is None and not ends_whole_line(text):
        raise ParseError(TOOL, "a whole last line", text[text.rfind("\n") + 1 :])
    return Listing(tuple(devices))


def parse_lspci_numeric(text: str) -> list[PciDevice]:
    """
    The devices in the order of the listing.

    Raises ParseError for an empty text (no host is without PCI devices where its boards could be seen), a line of
    another form, and an address that occurs twice.
    """
    devices: dict[str, PciDevice] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            device = _device(line.rstrip(), number)
            if device.pci_bus_id in devices:
                raise ParseError(TOOL, "every address once", line, number)
            devices[device.pci_bus_id] = device
    if not devices:
        raise ParseError(TOOL, "at least one PCI device", "")
    return list(devices.values())


def _device(line: str, number: int) -> PciDevice:
    match = _LINE.fullmatch(line)
    address = bus_id(match[1]) if match else None
    if match is None or address is None:
        raise ParseError(TOOL, "ADDRESS CLASS: VENDOR:DEVICE (rev REVISION)", line, number)
    return PciDevice(address, match[2], match[3], match[4], match[5])


TOOLS = (Tool("lspci", "pciutils 3", "lspci -D -n: every PCI device by its numbers; dead ones have revision ff", parse),)
