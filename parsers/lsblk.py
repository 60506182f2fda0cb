"""
`lsblk -J -b -d -o NAME,TYPE,SERIAL,MODEL,REV,SIZE,TRAN,WWN`: every block device of a host (util-linux 2.27 to 2.41).

Layout: misc-utils/lsblk.c; an object with the array "blockdevices", whose entries have the columns under their names in small
letters, more of them with other options. Sizes are texts in old releases and numbers from 2.33 on. null stands for what is not
known: `rev` of an NVMe disk where udev does not tell its firmware (ID_REVISION); and without udev's database, as in a container,
`wwn` too, while serial numbers are then the kernel's. udev may write "_" for blanks inside of a serial number or model.

Devices without any capacity may be left out. lsblk also leaves a device out that it cannot read and says so on stderr: where such
a line stands beside the document, it is refused. The exit code is 0, or 1 with a message and no document, as where there is no
/sys; 32 and 64 are about devices that were asked for by name. A closed document is whole; one without devices is that of a host
without disks.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.identity import read_identity, read_word
from parsers.json_text import as_list, as_object, as_text, find_document, member, one_line
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

TOOL = "lsblk"
_NO_DISK = re.compile("(?:bcache|drbd|mtdblock|nbd|nullb|pmem|ram|rbd|rnbd|ublkb|zd|zram)[0-9].*|nvme[0-9]+c[0-9]+n[0-9]+")
_BYTES = re.compile("[0-9]{1,20}")
_NAME = re.compile(r"\S.{0,254}")


@dataclass(frozen=True)
class BlockDevice:
    """
    One device. `name` is the kernel's ("nvme0n1"), `type` lsblk's word ("disk", "loop", "rom", "part", "lvm", "raid1" ...).

    `size_bytes` is in bytes; `serial`, `model`, `rev` (of the firmware), `tran` ("nvme", "sata", "sas", "usb" ...) and `wwn` are
    texts. Absent where lsblk says null; a serial number that is a template ("0000", "None") is no Reading.
    """

    name: str
    type: str
    serial: Field
    model: Field
    rev: Field
    size_bytes: Field
    tran: Field
    wwn: Field

    @property
    def is_disk(self) -> bool:
        """
        Whether it is a piece of hardware of its own.

        Its type is "disk", and it is not what lsblk calls so too: memory, a network's or a program's device, a path of an NVMe
        disk. Media that a BMC shows over USB are disks here; their `tran` is "usb".
        """
        return self.type == "disk" and _NO_DISK.fullmatch(self.name) is None


@dataclass(frozen=True)
class BlockDevices:
    """The devices in the order of the output; there may be none."""

    devices: tuple[BlockDevice, ...]
    complete: bool = True

    @property
    def disks(self) -> tuple[BlockDevice, ...]:
        """Those that are disks."""
        return tuple(device for device in self.devices if device.is_disk)


def parse(text: str) -> BlockDevices:
    """
    The devices of the document; what they are made of or divided into (without -d) is left out.

    Raises ParseError without a document (quoting lsblk's message), for one that is cut, for any line beside it, a device
    without name or type or twice, a value that is neither text nor null, and a size that is not in bytes (without -b).
    """
    document = find_document(TOOL, text)
    if document.notes:
        raise ParseError(TOOL, "nothing beside the document", document.notes[0])
    listed = as_list(TOOL, member(TOOL, document.value, "blockdevices"), "blockdevices")
    devices = tuple(_device(as_object(TOOL, entry, "a device")) for entry in listed)
    for name, times in Counter(device.name for device in devices).items():
        if times > 1:
            raise ParseError(TOOL, "every device once", name)
    return BlockDevices(devices)


def _device(entry: dict[str, object]) -> BlockDevice:
    name, kind = (as_text(TOOL, member(TOOL, entry, key), key) for key in ("name", "type"))
    if _NAME.fullmatch(name) is None or not kind.strip():
        raise ParseError(TOOL, "a device's name and type", one_line(entry))
    return BlockDevice(
        name=name,
        type=kind,
        serial=_text(entry, name, "serial"),
        model=_text(entry, name, "model"),
        rev=_text(entry, name, "rev"),
        size_bytes=_size(entry, name),
        tran=_text(entry, name, "tran"),
        wwn=_text(entry, name, "wwn"),
    )


def _text(entry: dict[str, object], name: str, key: str) -> Field:
    if entry.get(key) is None:
        return Absent(f"{name}: {key}{' (null)' if key in entry else ''}")
    read = read_identity if key in ("serial", "wwn") else read_word
    return read(f"{name}: {key}", as_text(TOOL, entry[key], f"{key} of {name}"))


def _size(entry: dict[str, object], name: str) -> Field:
    size = entry.get("size")
    if size is None:
        return Absent(f"{name}: size{' (null)' if 'size' in entry else ''}")
    printed = size if isinstance(size, str) else one_line(size)
    if _BYTES.fullmatch(printed) is None:
        raise ParseError(TOOL, f"a number of bytes (lsblk -b) as size of {name}", printed)
    return Reading(int(printed), "bytes", f"{name}: size {printed}")


TOOLS = (Tool("lsblk", "util-linux 2.27 to 2.41", "lsblk -J -b -d -o NAME,TYPE,SERIAL,...: serial number and size of every disk", parse),)
