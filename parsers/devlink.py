"""
`devlink -j dev info`: serial numbers and firmware of network devices (iproute2 5.0 to 6.18, with or without -p).

Layout: pr_out_info() in devlink/devlink.c: an object "info" with one object per device, named by bus and address. What a driver
fills in is in the kernel's Documentation/networking/devlink/devlink-info.rst: `serial_number` that of the device,
`board.serial_number` that of the board it is on, of which several devices may be part; `versions` of components in three groups,
`fixed` for what never changes, `running` for what runs, `stored` for what lies in the flash and runs after the next reset.

mlx5_core tells serial numbers from Linux 6.16 on only: `board.serial_number` is SN of its product data, `serial_number` the UUID
in V3. Its firmware is there twice, as "fw.version" and "fw"; "fw.psid" names the board's kind. Drivers without a component "fw"
(ice) have "fw.mgmt". Sub-devices as auxiliary/mlx5_core.eth.0 have a driver and nothing else.

Where the kernel refuses, devlink closes the document all the same, prints "devlink answers: Operation not permitted" or another
error on stderr, and exits with 1: so a document without devices is not complete, a line beside the document is refused, and
whoever asked must see the exit code. "Failed to connect to devlink Netlink" says that the kernel has no devlink.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from parsers.cells import bus_id
from parsers.errors import ParseError
from parsers.identity import read_identity, read_word
from parsers.json_text import as_object, as_text, find_document, member
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

TOOL = "devlink dev info"
_HANDLE = re.compile(r"(?P<bus>[a-z0-9_-]{1,32})/(?P<name>[!-~]{1,128})")
_FIRMWARE = ("fw", "fw.version", "fw.mgmt")
"""The components that stand for the firmware as a whole; the first that there is."""


@dataclass(frozen=True)
class Version:
    """One component, as "fw", "fw.psid" or "board.id", and its version, a text."""

    name: str
    value: Field


@dataclass(frozen=True)
class DevlinkDevice:
    """
    One device. `handle` is bus and name ("pci/0000:06:00.0"); `pci_bus_id` its PCI address, None on other buses.

    All Fields are texts. The groups hold every component in the order of the output. `psid` is "fw.psid", fixed or running;
    `fw_running` and `fw_stored` are the firmware as a whole: where they differ, an update waits for a reset.
    """

    handle: str
    pci_bus_id: str | None
    driver: Field
    serial_number: Field
    board_serial_number: Field
    psid: Field
    fw_running: Field
    fw_stored: Field
    fixed: tuple[Version, ...]
    running: tuple[Version, ...]
    stored: tuple[Version, ...]

    @property
    def pending(self) -> tuple[str, ...]:
        """The components of which another version is stored than runs."""
        running = {version.name: _value(version.value) for version in self.running}
        return tuple(version.name for version in self.stored if running.get(version.name, _value(version.value)) != _value(version.value))


@dataclass(frozen=True)
class DevlinkInfo:
    """The devices in the order of the output; complete where there is one."""

    devices: tuple[DevlinkDevice, ...]
    complete: bool


def parse(text: str) -> DevlinkInfo:
    """
    The devices.

    Raises ParseError without a document (quoting devlink's message), for one that is cut, for any line beside it, a device
    that is no object or whose handle is none, one PCI address twice, a value that is no text, and a firmware that has two
    versions in one group.
    """
    document = find_document(TOOL, text)
    if document.notes:
        raise ParseError(TOOL, "nothing beside the document", document.notes[0])
    info = as_object(TOOL, member(TOOL, document.value, "info"), "info")
    devices = tuple(_device(handle, as_object(TOOL, entry, handle)) for handle, entry in info.items())
    for address, times in Counter(device.pci_bus_id for device in devices if device.pci_bus_id).items():
        if times > 1:
            raise ParseError(TOOL, "every device once", address)
    return DevlinkInfo(devices, complete=bool(devices))


def _device(handle: str, entry: dict[str, object]) -> DevlinkDevice:
    groups = as_object(TOOL, entry.get("versions", {}), f"versions of {handle}")
    fixed, running, stored = (_versions(handle, group, groups.get(group, {})) for group in ("fixed", "running", "stored"))
    return DevlinkDevice(
        handle=handle,
        pci_bus_id=_address(handle),
        driver=_told(handle, entry, "driver"),
        serial_number=_told(handle, entry, "serial_number"),
        board_serial_number=_told(handle, entry, "board.serial_number"),
        psid=_first(f"{handle}: fw.psid", fixed + running, ("fw.psid",)),
        fw_running=_firmware(handle, "running", running),
        fw_stored=_firmware(handle, "stored", stored),
        fixed=fixed,
        running=running,
        stored=stored,
    )


def _address(handle: str) -> str | None:
    match = _HANDLE.fullmatch(handle)
    address = bus_id(match["name"]) if match else None
    if match is None or (match["bus"] == "pci" and address is None):
        raise ParseError(TOOL, "a device as pci/0000:06:00.0", handle)
    return address if match["bus"] == "pci" else None


def _told(handle: str, entry: dict[str, object], key: str) -> Field:
    name = f"{handle}: {key}"
    read = read_word if key == "driver" else read_identity
    return read(name, as_text(TOOL, entry[key], name)) if key in entry else Absent(name)


def _versions(handle: str, group: str, entry: object) -> tuple[Version, ...]:
    named = as_object(TOOL, entry, f"{group} versions of {handle}")
    return tuple(Version(name, _version(f"{handle}: {group} {name}", value)) for name, value in named.items())


def _version(what: str, value: object) -> Field:
    return read_word(what, as_text(TOOL, value, what))


def _first(what: str, versions: tuple[Version, ...], names: tuple[str, ...]) -> Field:
    found = {version.name: version.value for version in reversed(versions)}
    return next((found[name] for name in names if name in found), Absent(what))


def _firmware(handle: str, group: str, versions: tuple[Version, ...]) -> Field:
    """mlx5_core names its firmware twice: one of the two could be the other group's."""
    found = {version.name: _value(version.value) for version in versions}
    if "fw" in found and found.get("fw.version", found["fw"]) != found["fw"]:
        raise ParseError(TOOL, f"one {group} firmware of {handle}", f"fw {found['fw']}, fw.version {found['fw.version']}")
    return _first(f"{handle}: {group} fw", versions, _FIRMWARE)


def _value(field: Field) -> str:
    """What is compared: the version, or why there is none."""
    return str(field.value) if isinstance(field, Reading) else type(field).__name__


TOOLS = (Tool("devlink", "iproute2 5.0 to 6.18", "devlink -j dev info: serial numbers, running and stored firmware of NICs", parse),)
