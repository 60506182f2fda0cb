r"""
`find /sys/block -maxdepth 1 -type l -printf "%f %l\n"`: where every block device sits (GNU find; Linux 2.6.27 to 6.18).

Each line has a device's name and where its link leads: the path of devices from the bus down to it, as
../devices/pci0000:00/0000:00:1d.0/0000:03:00.0/nvme/nvme0/nvme0n1. Behind a VMD controller a bus of a domain of its own begins
on the path (pci10000:c0/10000:c0:02.0/10000:c1:00.0). Devices made of programs or memory are below ../devices/virtual.

With native multipath (drivers/nvme/host/multipath.c), the disk that programs use is virtual, nvme0n1, and its paths are hidden
devices, nvme0c0n1 and nvme0c1n1, which stand here and in no list of lsblk: the first number is that of the disk, the second that of
the controller. The order of the lines means nothing. There is no end mark and no count: a record is never complete.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.cells import bus_id
from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Field, NotApplicable, Reading
from parsers.tool import Tool

TOOL = "find /sys/block"
_LINE = re.compile(r"(?P<name>[!-~]{1,64}) \.\./devices/(?P<path>[ -~]{1,4000})")
_NVME_DISK = re.compile("nvme([0-9]{1,9})n([0-9]{1,9})")


@dataclass(frozen=True)
class BlockSlot:
    """
    One device. `name` is the kernel's as lsblk prints it ("nvme0n1", "cciss/c0d0"), `path` that of the link below /sys/devices.

    `pci_bus_id` is the last PCI address on the path, a text ("0000:03:00.0"): an NVMe disk's own, of other disks that of their
    controller. NotApplicable where there is none on it: virtual devices, and the common name of the paths of an NVMe disk.
    """

    name: str
    path: str
    pci_bus_id: Field


@dataclass(frozen=True)
class BlockSlots:
    """The devices in the order of the output, at least one; never known to be all of them."""

    slots: tuple[BlockSlot, ...]
    complete: bool = False

    def pci_bus_ids(self, name: str) -> tuple[str, ...]:
        """The PCI addresses of a device, sorted: one, several for an NVMe disk with several paths, none where none is known."""
        match = _NVME_DISK.fullmatch(name)
        hidden = re.compile(f"nvme{match[1]}c[0-9]{{1,9}}n{match[2]}" if match else "(?!)")
        fields = [slot.pci_bus_id for slot in self.slots if slot.name == name or hidden.fullmatch(slot.name)]
        return tuple(sorted({str(field.value) for field in fields if isinstance(field, Reading)}))


def parse(text: str) -> BlockSlots:
    """
    The devices.

    Raises ParseError, quoting the line, for no device, a line of another form (find's own messages), a path that ends in
    another name, a name or a path twice, and half a line at the end.
    """
    slots: dict[str, BlockSlot] = {}
    for number, line in enumerate(printable_lines(TOOL, text), 1):
        if line:
            slot = _slot(line, number)
            if slot.name in slots:
                raise ParseError(TOOL, "every device once", line, number)
            slots[slot.name] = slot
    if not ends_whole_line(text):
        raise ParseError(TOOL, "a whole last line", text[text.rfind("\n") + 1 :])
    return BlockSlots(tuple(slots.values()))


def _slot(line: str, number: int) -> BlockSlot:
    match = _LINE.fullmatch(line)
    if match is None or match["path"].rpartition("/")[2] != match["name"]:
        raise ParseError(TOOL, "a line as nvme0n1 ../devices/pci0000:00/.../nvme0n1", line, number)
    addresses = [address for address in map(bus_id, match["path"].split("/")) if address]
    name = match["name"].replace("!", "/")
    where = f"{name}: {match['path']}"
    return BlockSlot(name, match["path"], Reading(addresses[-1], "text", where) if addresses else NotApplicable(where))


TOOLS = (Tool("block-slots", "GNU find, Linux 2.6.27 to 6.18", "find /sys/block ... -printf: the PCI address of every disk", parse),)
