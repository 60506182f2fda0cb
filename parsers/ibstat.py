"""
ibstat, the state of InfiniBand and RoCE ports: all adapters (`ibstat`, `ibstat NAME`) or one port (`ibstat NAME PORT`).

Layout: ibstat.c of infiniband-diags 1.5 to 2.2 and of rdma-core, which took it over. Rate is the port's speed in
Gbit/s, all lanes together, rounded down ("2.5" is the only one with a decimal); 0 where the kernel could not tell. A port
that is Down still prints a rate, that of its slowest mode or the last one. "Link layer" is missing in old releases.
With Ethernet (RoCE) the lids are 0. Node and port GUIDs are texts, 0x and 16 hexadecimal digits; several ports without
one print zeros.

There is no end mark: a record is never complete. ibstat ends with exit code 255 at the first adapter that it cannot read
(releases from 2024 on go on with the next), after having printed those before it; and prints nothing, with exit code 0,
where there is no adapter. Whoever judges must compare the adapters with those that the node was promised to have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.cells import COUNT, TEXT, Kind, number, one_of, shaped
from parsers.errors import ParseError
from parsers.headed_parts import Part, PartKind, grouped, refuse_half_word, split_parts
from parsers.plain_text import printable_lines
from parsers.reading import Field, Reading
from parsers.tool import Tool

TOOL = "ibstat"

_NODES = ("CA", "Switch", "Router", "iWARP RNIC", "???")
_NODE, _NAME = f"(?P<node>{'|'.join(map(re.escape, _NODES))})", "'(?P<name>[^']{1,64})'"
_ADAPTER = PartKind(
    "CA 'mlx5_0'",
    re.compile(f"{_NODE} {_NAME}"),
    frozenset({*(f"{node} type" for node in _NODES), "Number of ports", "Firmware version", "Hardware version"})
    | {"Node GUID", "System image GUID"},
)
_ALONE = PartKind("CA: 'mlx5_0'", re.compile(f"{_NODE}: {_NAME}"), frozenset())
_ALWAYS = ("State", "Physical state", "Rate", "Base lid", "LMC", "SM lid", "Capability mask", "Port GUID")
_PORT = PartKind("Port 1:", re.compile(r"Port (?P<number>[0-9]{1,3}):"), frozenset({*_ALWAYS, "Link layer"}))
_ADDED = re.compile(rf"[ \t]*(?!{_NODE}:)[A-Z][A-Za-z ]{{1,40}}:.*")
_MESSAGE = re.compile(r"(?:\S{1,256}: )?ib(?:(?P<grave>panic|error)|warn): ", re.IGNORECASE)

STATES = ("Down", "Initializing", "Armed", "Active")
PHYSICAL_STATES = (
    "No state change", "Sleep", "Polling", "Disabled", "PortConfigurationTraining", "LinkUp", "LinkErrorRecovery", "PhyTest",
)  # fmt: skip
LINK_LAYERS = ("InfiniBand", "Ethernet", "IB")
""""IB" is what old libraries say where the kernel names no link layer."""

_STATE = one_of(*STATES)
_PHYSICAL_STATE = one_of(*PHYSICAL_STATES)
_LINK_LAYER = one_of(*LINK_LAYERS)
_RATE = Kind("Gbit/s", re.compile(r"([0-9]{1,6}|2\.5)(?: \(FDR10\))?"), number, "a rate in Gbit/s")
_GUID = shaped("0x[0-9a-fA-F]{16}", "0x and 16 hexadecimal digits")
_MASK = shaped("0x[0-9a-fA-F]{8}", "0x and 8 hexadecimal digits")


@dataclass(frozen=True)
class Port:
    """
    One port. `state` is one of STATES, `physical_state` of PHYSICAL_STATES, `link_layer` of LINK_LAYERS, compared whole.

    Active and LinkUp is a port that works; Initializing and LinkUp has no subnet manager; Down and Polling has no
    cable or nobody at its end; Down and Disabled was switched off. What the tool prints as "???" is an ErrorWord.
    `link_layer` is Absent in old releases. Units: `rate_gbit_s` Gbit/s, lids and LMC counts, everything else text.
    """

    number: int
    state: Field
    physical_state: Field
    rate_gbit_s: Field
    base_lid: Field
    lmc: Field
    sm_lid: Field
    capability_mask: Field
    port_guid: Field
    link_layer: Field


@dataclass(frozen=True)
class Adapter:
    """
    One device. `node_type` is "CA", "Switch", "Router", "iWARP RNIC" or "???"; `type` its model as "MT4129".

    In the form for one port all fields but `name`, `node_type` and `ports` are Absent.
    """

    name: str
    node_type: str
    type: Field
    number_of_ports: Field
    firmware_version: Field
    hardware_version: Field
    node_guid: Field
    system_image_guid: Field
    ports: tuple[Port, ...]


@dataclass(frozen=True)
class Ibstat:
    """The adapters in the order of the output, at least one, each with at least one port; never known to be all of them."""

    adapters: tuple[Adapter, ...]
    complete: bool = False


def parse(text: str) -> Ibstat:
    """
    The adapters and their ports.

    Raises ParseError, quoting the line, for a message of the tool anywhere (ibpanic, iberror, ibwarn), no output (no
    adapter), a port without one of its lines, a line, an adapter or a port GUID twice, a number of ports that is not borne out, the
    forms -l, -p and -s, and a text that ends inside of a word.
    """
    _refuse_messages(text)
    parts = split_parts(TOOL, text, (_ADAPTER, _ALONE, _PORT), _ADDED)
    adapters = [_adapter(part, ports) for part, ports in grouped(parts, _PORT)]
    refuse_half_word(TOOL, text, adapters[-1].ports[-1].link_layer)
    _check_guids(adapters)
    return Ibstat(tuple(adapters))


def _check_guids(adapters: list[Adapter]) -> None:
    """A port's number is its own in the whole fabric; zero is none yet, as of virtual functions."""
    seen: set[object] = set()
    for port in (port for adapter in adapters for port in adapter.ports):
        if isinstance(port.port_guid, Reading) and int(str(port.port_guid.value), 16):
            if port.port_guid.value in seen:
                raise ParseError(TOOL, "every port GUID once", port.port_guid.line)
            seen.add(port.port_guid.value)


def _refuse_messages(text: str) -> None:
    if not text.strip():
        raise ParseError(TOOL, "an adapter (no output: there is none that ibstat can see)", "")
    lines = [line.strip() for line in printable_lines(TOOL, text)]
    messages = [(match["grave"] is None, at, lines[at]) for at, line in enumerate(lines) if (match := _MESSAGE.match(line))]
    if messages:
        _, at, line = min(messages)
        raise ParseError(TOOL, "adapters without a message of the tool", line, at + 1)


def _adapter(part: Part, ports: list[Part]) -> Adapter:
    _check_ports(part, [int(port.head["number"]) for port in ports])
    return Adapter(
        name=part.head["name"],
        node_type=part.head["node"],
        type=part.field(f"{part.head['node']} type", TEXT),
        number_of_ports=part.field("Number of ports", COUNT),
        firmware_version=part.field("Firmware version", TEXT),
        hardware_version=part.field("Hardware version", TEXT),
        node_guid=part.field("Node GUID", _GUID),
        system_image_guid=part.field("System image GUID", _GUID),
        ports=tuple(map(_port, ports)),
    )


def _port(part: Part) -> Port:
    part.require(*_ALWAYS)
    return Port(
        number=int(part.head["number"]),
        state=part.field("State", _STATE),
        physical_state=part.field("Physical state", _PHYSICAL_STATE),
        rate_gbit_s=part.field("Rate", _RATE),
        base_lid=part.field("Base lid", COUNT),
        lmc=part.field("LMC", COUNT),
        sm_lid=part.field("SM lid", COUNT),
        capability_mask=part.field("Capability mask", _MASK),
        port_guid=part.field("Port GUID", _GUID),
        link_layer=part.field("Link layer", _LINK_LAYER),
    )


def _check_ports(adapter: Part, numbers: list[int]) -> None:
    """A switch prints its port 0 and none of those that it counts; everything else all it counts, from 1 on."""
    count = adapter.field("Number of ports", COUNT)
    if adapter.kind is _ALONE:
        right = len(numbers) == 1
    elif adapter.head["node"] == "Switch":
        right = numbers == [0]
    else:
        counted = isinstance(count, Reading) and count.value == len(numbers) > 0
        right = counted and numbers == [*range(1, len(numbers) + 1)]
    if not right:
        printed = count.line if isinstance(count, Reading) else "number of ports unknown"
        raise adapter.error(f"all ports of this adapter and no other, not {numbers} ({printed})")


TOOLS = (Tool("ibstat", "infiniband-diags, rdma-core", "ibstat [NAME [PORT]]: state and rate of every port", parse),)
