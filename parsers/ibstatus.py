"""
ibstatus, the state of InfiniBand and RoCE ports as the kernel's files give it (/sys/class/infiniband).

Layout: the shell script ibstatus of infiniband-diags and rdma-core, the same in all releases. State, physical state and
rate come twice, as number and word or as sum and parts ("200 Gb/sec (4X HDR)"); they must agree. "unknown" stands for a
file that could not be read, "IB" for a kernel without link layers. There is no end mark: a record is never complete, and
whoever judges must compare the ports with those that the node was promised to have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.cells import Kind, number, one_of, shaped
from parsers.errors import ParseError
from parsers.headed_parts import Part, PartKind, refuse_half_word, split_parts
from parsers.reading import Field, Reading
from parsers.tool import Tool

TOOL = "ibstatus"

_KEYS = ("default gid", "base lid", "sm lid", "state", "phys state", "rate", "link_layer")
_PORT = PartKind(
    "Infiniband device 'mlx5_0' port 1 status:",
    re.compile("Infiniband device '(?P<device>[^']{1,64})' port (?P<number>[0-9]{1,3}) status:"),
    frozenset(_KEYS),
)
_NOTHING = re.compile("(?!)")
_STATES = ("0: NOP", "1: DOWN", "2: INIT", "3: ARMED", "4: ACTIVE", "5: ACTIVE_DEFER")
_PHYSICAL_STATES = (
    "1: Sleep", "2: Polling", "3: Disabled", "4: PortConfigurationTraining", "5: LinkUp", "6: LinkErrorRecovery", "7: Phy Test",
)  # fmt: skip
_RATE = re.compile(r"(?P<rate>[0-9]{1,6}(?:\.[0-9])?) Gb/sec \((?P<width>[0-9]{1,2})X(?: (?P<speed>[A-Z0-9]{1,8}))?\)")
_LANE_GBIT_S = {"SDR": 2.5, "DDR": 5, "QDR": 10, "FDR10": 10, "FDR": 14, "EDR": 25, "HDR": 50, "NDR": 100, "XDR": 200}

_GID = shaped("[0-9a-fA-F]{4}(?::[0-9a-fA-F]{4}){7}", "a GID")
_LID = Kind("count", re.compile("(0x[0-9a-fA-F]{1,8})"), lambda text: int(text, 16), "a lid in hexadecimal")
_STATE, _PHYSICAL_STATE, _LINK_LAYER = one_of(*_STATES), one_of(*_PHYSICAL_STATES), one_of("InfiniBand", "Ethernet", "IB")
_RATE_KIND = Kind("Gbit/s", re.compile(f"({_RATE.pattern})"), lambda text: number(text.partition(" ")[0]), "a rate as 200 Gb/sec (4X HDR)")


@dataclass(frozen=True)
class Port:
    """
    One port of a device. `state` ("4: ACTIVE"), `phys_state` ("5: LinkUp"), `default_gid` and `link_layer` are texts.

    `rate_gbit_s` is in Gbit/s, all lanes together; a port that is down has one too. Lids are counts.
    """

    device: str
    number: int
    default_gid: Field
    base_lid: Field
    sm_lid: Field
    state: Field
    phys_state: Field
    rate_gbit_s: Field
    link_layer: Field


@dataclass(frozen=True)
class Ibstatus:
    """The ports in the order of the output, at least one; never known to be all of them."""

    ports: tuple[Port, ...]
    complete: bool = False


def parse(text: str) -> Ibstatus:
    """
    The ports.

    Raises ParseError, quoting the line, for "Fatal error: ..." and every other line that is not known, one that is
    missing or comes twice, a number that does not belong to its word, a rate that its lanes do not add up to, a port or
    a GID twice, no port, and a text that ends inside of a word.
    """
    parts = split_parts(TOOL, text, (_PORT,), _NOTHING)
    if len({part.head[0] for part in parts}) != len(parts):
        raise parts[-1].error("every port once")
    ports = tuple(map(_port, parts))
    refuse_half_word(TOOL, text, ports[-1].link_layer)
    _check_gids(ports)
    return Ibstatus(ports)


def _check_gids(ports: tuple[Port, ...]) -> None:
    """A port's default GID is made of its own GUID, so no two have the same; without a GUID it ends in zeros."""
    seen: set[str] = set()
    for port in ports:
        gid = str(port.default_gid.value) if isinstance(port.default_gid, Reading) else ""
        if gid in seen:
            raise ParseError(TOOL, "every default gid once", gid)
        seen |= {gid} if gid[20:].strip("0:") else set()


def _port(part: Part) -> Port:
    part.require(*_KEYS)
    return Port(
        device=part.head["device"],
        number=int(part.head["number"]),
        default_gid=part.field("default gid", _GID),
        base_lid=part.field("base lid", _LID),
        sm_lid=part.field("sm lid", _LID),
        state=part.field("state", _STATE),
        phys_state=part.field("phys state", _PHYSICAL_STATE),
        rate_gbit_s=_rate(part),
        link_layer=part.field("link_layer", _LINK_LAYER),
    )


def _rate(part: Part) -> Field:
    rate = part.field("rate", _RATE_KIND)
    parts = _RATE.search(rate.line) if isinstance(rate, Reading) else None
    if parts and parts["speed"] in _LANE_GBIT_S and float(parts["rate"]) != int(parts["width"]) * _LANE_GBIT_S[parts["speed"]]:
        raise ParseError(TOOL, "a rate that its lanes add up to", *part.cells["rate"])
    return rate


TOOLS = (Tool("ibstatus", "infiniband-diags, rdma-core", "ibstatus [NAME[:PORT]]: state and rate of every port", parse),)
