"""
`dcgmi health -c` and `-f`, drawn or as JSON (`-j`): what DCGM's background watches found, or which of them are on.

Layout of dcgmi/Health.cpp, DCGM 2.0 to 4.6; releases 1.x drew another table, which is refused. A check says "Healthy",
"Warning" or "Failure" of all, and below it of every device with incidents, by system (PCIe, memory, NVLink ...). A device
without incidents is not listed, so "Healthy" alone says nothing of how many devices were watched, nor for how long: the
watches need about a minute. Messages are wrapped between words, and a full stop, comma or slash at such a place is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.cells import one_of, read_cell
from parsers.dcgmi.gpu_layout import NAMED_GPU
from parsers.dcgmi.tree import Node, Tree, read_tree
from parsers.errors import ParseError
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

TOOL = "dcgmi health"
STATES = ("Healthy", "Warning", "Failure")
"""What health is, from good to bad."""

_TITLE = ("Health Monitor Report",)
_OVERALL = "Overall Health"
_STATE = one_of(*STATES)
_SWITCH = one_of("On", "Off")


@dataclass(frozen=True)
class Incident:
    """What is wrong with one system of a device ("PCIe system", "Driver"): its health, and DCGM's words, joined into one line."""

    system: str
    health: Field
    text: str


@dataclass(frozen=True)
class DeviceHealth:
    """A device with incidents: DCGM's number within `entity_group` ("GPU", "NvSwitch", "CPU"), not nvidia-smi's index."""

    entity_group: str
    entity: int
    health: Field
    incidents: tuple[Incident, ...]


@dataclass(frozen=True)
class Watch:
    """Whether a system is watched: "On" or "Off", unit "text"."""

    system: str
    state: Field


@dataclass(frozen=True)
class Health:
    """
    A report of `dcgmi health`.

    `-c` tells `overall_health` (one of STATES, unit "text"; "Internal error" is an ErrorWord) and the `devices` that have
    incidents. `-f` tells the `watches`; `overall_health` is Absent then. `complete`: the JSON is closed, or the table has
    its end.
    """

    overall_health: Field
    devices: tuple[DeviceHealth, ...]
    watches: tuple[Watch, ...]
    complete: bool


def parse(text: str) -> Health:
    """
    A report of either kind.

    Raises ParseError, quoting dcgmi's words, where there is none: watches that are not enabled, a group that does not
    exist, no host engine. And where it contradicts itself: a device that is worse than the whole, an incident that is
    worse than its device, a device without incidents, a GPU whose incidents speak of other GPUs only (early 2.x printed
    the severity in the place of the GPU's number).
    """
    tree = read_tree(TOOL, text, "a health report")
    if tree.header == _TITLE:
        return _checked(_report(tree))
    if tree.header or not tree.nodes:
        raise ParseError(TOOL, "the title Health Monitor Report, or a list of watches", " ".join(tree.header))
    watches = tuple(_watch(node) for node in tree.nodes)
    return Health(Absent(_OVERALL), (), watches, tree.complete)


def _watch(node: Node) -> Watch:
    _only_a_value(node)
    return Watch(node.label, read_cell(TOOL, _SWITCH, node.value, node.label))


def _only_a_value(node: Node) -> None:
    if not node.value or node.more or node.children:
        raise ParseError(TOOL, f"one word for {node.label}", f"{node.label}: {node.value}")


def _report(tree: Tree) -> Health:
    overall = [node for node in tree.nodes if node.label == _OVERALL]
    if not overall:
        raise ParseError(TOOL, f"the row {_OVERALL}", "none")
    _only_a_value(overall[0])
    devices = tuple(_device(group.label, node) for group in tree.nodes if group is not overall[0] for node in _below(group))
    return Health(_health(overall[0], _OVERALL), devices, (), tree.complete)


def _below(node: Node) -> tuple[Node, ...]:
    """What stands below a name that only gathers others; it must not be empty."""
    if node.value or node.more or not node.children:
        raise ParseError(TOOL, f"devices or incidents below {node.label}", f"{node.label}: {node.value}")
    return node.children


def _device(group: str, node: Node) -> DeviceHealth:
    if not node.label.isascii() or not node.label.isdigit() or len(node.label) > 9:
        raise ParseError(TOOL, f"the number of a device below {group}", f"{node.label}: {node.value}")
    if node.more or [child.label for child in node.children] != ["Errors"]:
        raise ParseError(TOOL, f"Errors of {group} {node.label}", f"{node.label}: {node.value}")
    name = f"{group} {node.label}"
    incidents = tuple(_incident(child, name) for child in _below(node.children[0]))
    return DeviceHealth(group, int(node.label), _health(node, name), incidents)


def _incident(node: Node, device: str) -> Incident:
    if node.children:
        raise ParseError(TOOL, f"nothing below {node.label}", node.children[0].label)
    return Incident(node.label, _health(node, f"{device}: {node.label}"), " ".join(node.more))


def _health(node: Node, name: str) -> Field:
    return read_cell(TOOL, _STATE, node.value, name)


def _checked(report: Health) -> Health:
    for device in report.devices:
        name = f"{device.entity_group} {device.entity}"
        if _rank(device.health) > _rank(report.overall_health, worst=True):
            raise ParseError(TOOL, f"{_OVERALL} as bad as {name}", _line(report.overall_health))
        if max(_rank(incident.health) for incident in device.incidents) > _rank(device.health, worst=True):
            raise ParseError(TOOL, f"{name} as bad as its incidents", _line(device.health))
        named = {int(number) for incident in device.incidents for number in NAMED_GPU.findall(incident.text)}
        if device.entity_group == "GPU" and named and device.entity not in named:
            raise ParseError(TOOL, f"incidents of {name}", f"incidents of GPU {', '.join(map(str, sorted(named)))}")
    return report


def _rank(health: Field, worst: bool = False) -> int:
    """Where health stands in STATES; what is no health ranks above them where the `worst` is asked for, else below."""
    if isinstance(health, Reading):
        return STATES.index(str(health.value))
    return len(STATES) if worst else -1


def _line(health: Field) -> str:
    return health.line if isinstance(health, Reading) else health.why


TOOLS = (Tool("dcgmi-health", "DCGM 2.0 to 4.6", "dcgmi health -c, -f, also with -j: health by device and system, watches", parse),)
