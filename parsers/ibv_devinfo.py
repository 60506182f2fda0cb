"""
ibv_devinfo, the devices and ports that libibverbs sees: plain and with -v, all devices or one (-d), all ports or one (-i).

Layout: libibverbs/examples/devinfo.c of rdma-core, of libibverbs 1.1 before it, and of Mellanox OFED (which adds a line
"Device ports:"). Words come with the number they stand for, as "PORT_ACTIVE (4)"; both must agree. Speeds are of one lane:
a port's rate is active_width times active_speed. Of what -v prints only the width, the speed and the physical state are
read. A port that is down still has a width and a speed.

There is no end mark: a record is never complete. A device that cannot be opened is left out, with "Failed to open device"
on stderr and an exit code that is not 0; without any device nothing is printed but "No IB devices found" on stderr (exit
code 255). Whoever judges must compare the devices with those that the node was promised to have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from parsers.cells import COUNT, TEXT, one_of, shaped
from parsers.errors import ParseError
from parsers.headed_parts import Part, PartKind, grouped, refuse_half_word, split_parts
from parsers.plain_text import printable_lines
from parsers.reading import Absent, ErrorWord, Field, Reading
from parsers.tool import Tool

TOOL = "ibv_devinfo"

_ALWAYS = ("state", "max_mtu", "active_mtu", "sm_lid", "port_lid", "port_lmc")
_VERBOSE = ("max_msg_sz", "active_width", "active_speed")
_DEVICE = PartKind(
    "hca_id: mlx5_0",
    re.compile(r"hca_id:\s*(?P<name>\S{1,64})"),
    frozenset({"transport", "fw_ver", "node_guid", "sys_image_guid", "vendor_part_id", "board_id", "phys_port_cnt"}),
)
_PORT = PartKind("port: 1", re.compile(r"port:\s*(?P<number>[0-9]{1,3})"), frozenset({*_ALWAYS, *_VERBOSE, "link_layer", "phys_state"}))
_OTHER = re.compile(r"(?:[ \t]+(?!(?:hca_id|port):)\S|(?:vendor_id|hw_ver):).*")
_LIBRARY = "libibverbs: "
_MESSAGE = re.compile(rf"Failed to |No IB devices found|IB device '|Invalid port requested|{_LIBRARY}|Usage: |[0-9]+ HCAs? found:")
_NUMBERED = re.compile(r"(?P<word>[^()]{1,64}) \((?P<number>[0-9]{1,10})\)")

_STATES = {"PORT_NOP": "0", "PORT_DOWN": "1", "PORT_INIT": "2", "PORT_ARMED": "3", "PORT_ACTIVE": "4", "PORT_ACTIVE_DEFER": "5"}
_PHYSICAL_STATES = {
    "SLEEP": "1", "POLLING": "2", "DISABLED": "3", "PORT_CONFIGURATION TRAINNING": "4", "LINK_UP": "5",
    "LINK_ERROR_RECOVERY": "6", "PHY TEST": "7",
}  # fmt: skip
_MTUS = {"256": "1", "512": "2", "1024": "3", "2048": "4", "4096": "5"}
_WIDTHS = {"1X": "1", "4X": "2", "8X": "4", "12X": "8", "2X": "16"}
_SPEEDS = {
    "2.5 Gbps": "1", "5.0 Gbps": "2", "10.0 Gbps": "4 8", "14.0 Gbps": "16", "25.0 Gbps": "32", "50.0 Gbps": "64",
    "100.0 Gbps": "128", "200.0 Gbps": "256",
}  # fmt: skip

_LINK_LAYER = one_of("InfiniBand", "Ethernet", "IB")
_GUID = shaped("[0-9a-fA-F]{4}(?::[0-9a-fA-F]{4}){3}", "four times four hexadecimal digits")
_LMC = shaped("0x[0-9a-fA-F]{2}", "0x and 2 hexadecimal digits")


@dataclass(frozen=True)
class Port:
    """
    One port. `state` is "PORT_DOWN", "PORT_INIT" (no subnet manager), "PORT_ARMED" or "PORT_ACTIVE", compared whole.

    MTUs are in bytes, `active_speed_gbit_s` is that of one lane, `active_width_lanes` how many lanes there are. Speed, width
    and `phys_state` ("LINK_UP", "POLLING", "DISABLED" ...) are Absent without -v, and `phys_state` with iWARP;
    `link_layer` ("InfiniBand", "Ethernet"; "IB" in old releases) is Absent in the oldest. "invalid ..." is an ErrorWord.
    """

    number: int
    state: Field
    max_mtu_bytes: Field
    active_mtu_bytes: Field
    sm_lid: Field
    port_lid: Field
    link_layer: Field
    active_width_lanes: Field
    active_speed_gbit_s: Field
    phys_state: Field


@dataclass(frozen=True)
class Device:
    """One device: its name, firmware, GUIDs and model as texts, how many ports it has, and the ports that were printed."""

    hca_id: str
    transport: Field
    fw_ver: Field
    node_guid: Field
    sys_image_guid: Field
    vendor_part_id: Field
    board_id: Field
    phys_port_cnt: int
    ports: tuple[Port, ...]


@dataclass(frozen=True)
class IbvDevinfo:
    """The devices in the order of the output, at least one; never known to be all of them."""

    devices: tuple[Device, ...]
    complete: bool = False


def parse(text: str) -> IbvDevinfo:
    """
    The devices and their ports.

    Raises ParseError, quoting the line, for a message of the tool or of libibverbs anywhere, no output (no device), a
    line that is missing, comes twice or in another place, a word with another's number, ports that are neither all of
    the device's nor one, the lines of -v for some ports only, a device twice, and a text that ends inside of a word.
    """
    _refuse_messages(text)
    parts = split_parts(TOOL, text, (_DEVICE, _PORT), _OTHER)
    devices = tuple(_device(part, ports) for part, ports in grouped(parts, _PORT))
    if len({"active_width" in part.cells for part in parts if part.kind is _PORT}) > 1:
        raise parts[-1].error("the lines of -v for every port, or for none")
    refuse_half_word(TOOL, text, devices[-1].ports[-1].link_layer)
    return IbvDevinfo(devices)


def _refuse_messages(text: str) -> None:
    if not text.strip():
        raise ParseError(TOOL, "a device (no output: there is none that libibverbs can see)", "")
    lines = printable_lines(TOOL, text)
    messages = [(line.startswith(_LIBRARY), at, line) for at, line in enumerate(lines, 1) if _MESSAGE.match(line)]
    if messages:
        _, number, line = min(messages)
        raise ParseError(TOOL, "devices without a message of the tool", line, number)


def _device(part: Part, ports: list[Part]) -> Device:
    return Device(
        hca_id=part.head["name"],
        transport=part.field("transport", TEXT),
        fw_ver=part.field("fw_ver", TEXT),
        node_guid=part.field("node_guid", _GUID),
        sys_image_guid=part.field("sys_image_guid", _GUID),
        vendor_part_id=part.field("vendor_part_id", COUNT),
        board_id=part.field("board_id", TEXT),
        phys_port_cnt=_port_count(part, [int(port.head["number"]) for port in ports]),
        ports=tuple(map(_port, ports)),
    )


def _port_count(part: Part, numbers: list[int]) -> int:
    """How many ports there are. All of them were printed, or with -i one, whatever its number."""
    count = part.field("phys_port_cnt", COUNT)
    value = int(count.value) if isinstance(count, Reading) else 0
    whole = len(numbers) == value and numbers == [*range(1, len(numbers) + 1)]
    if value == 0 or not (whole or (len(numbers) == 1 and 1 <= numbers[0] <= value)):
        raise part.error(f"all ports of this device or one, not {numbers} ({value} counted)")
    return value


def _port(part: Part) -> Port:
    part.require(*_ALWAYS, *(_VERBOSE if set(_VERBOSE) & part.cells.keys() else ()))
    part.field("port_lmc", _LMC)
    return Port(
        number=int(part.head["number"]),
        state=_numbered(part, "state", _STATES, "text", str),
        max_mtu_bytes=_numbered(part, "max_mtu", _MTUS, "bytes", int),
        active_mtu_bytes=_numbered(part, "active_mtu", _MTUS, "bytes", int),
        sm_lid=part.field("sm_lid", COUNT),
        port_lid=part.field("port_lid", COUNT),
        link_layer=part.field("link_layer", _LINK_LAYER),
        active_width_lanes=_numbered(part, "active_width", _WIDTHS, "lanes", lambda word: int(word.removesuffix("X"))),
        active_speed_gbit_s=_numbered(part, "active_speed", _SPEEDS, "Gbit/s", lambda word: float(word.removesuffix(" Gbps"))),
        phys_state=_numbered(part, "phys_state", _PHYSICAL_STATES, "text", str),
    )


def _numbered(part: Part, key: str, numbers: Mapping[str, str], unit: str, convert: Callable[[str], int | float | str]) -> Field:
    """What a word says, which must stand before its own number."""
    if key not in part.cells:
        return Absent(key)
    text, at = part.cells[key]
    match = _NUMBERED.fullmatch(text)
    if match is not None and match["word"].startswith("invalid "):
        return ErrorWord(match["word"], f"{key}: {text}")
    if match is None or match["number"] not in numbers.get(match["word"], "").split():
        raise ParseError(TOOL, f"one of {', '.join(numbers)}, and its number", f"{key}: {text}", at)
    return Reading(convert(match["word"]), unit, f"{key}: {text}")


TOOLS = (Tool("ibv-devinfo", "libibverbs, rdma-core, OFED", "ibv_devinfo [-v]: state, MTU and link of every port", parse),)
