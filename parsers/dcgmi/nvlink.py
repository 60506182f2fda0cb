"""
`dcgmi nvlink -e -g GPU` (error counters of a GPU's NVLinks, drawn or as JSON) and `dcgmi nvlink -s` (state of every link).

Layout of dcgmi/Nvlink.cpp, DCGM 2.0 to 4.6. Up to Hopper there are four counters per link, and a link that the GPU does not
have is left out (before 4.x a warning stands above the report instead). From Blackwell on DCGM 4.3 and later print one
list for all links of the GPU, with two bit error ratios. Numbers of GPUs are DCGM's, not nvidia-smi's. `-s` prints as many
places as DCGM has room for; what this GPU does not have is "Not Supported". It says nothing of how many GPUs there should be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.cells import COUNT, Kind, read_cell
from parsers.dcgmi.tree import Node, Tree, read_tree
from parsers.errors import ParseError
from parsers.plain_text import Scanner
from parsers.reading import Absent, ErrorWord, Field, NotApplicable
from parsers.tool import Tool

TOOL = "dcgmi nvlink"

LINK_COUNTERS = ("CRC FLIT Error", "CRC Data Error", "Replay Error", "Recovery Error")
"""The counters of one link, in the order of the table."""

GPU_COUNTERS = (
    "Malformed Packet Error",
    "Buffer Overrun Error",
    "Rx Error",
    "Rx Remote Error",
    "Rx General Error",
    "Rx Symbol Error",
    "Effective Error",
    "Tx Discards",
    "Link Integrity Error",
    "Symbol BER",
    "Effective BER",
)
"""The counters and bit error ratios of all links of a GPU together, in the order of the table."""

_RATIOS = ("Symbol BER", "Effective BER")
_RATIO = Kind(
    "share", re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,18})?(?:e-(?:[0-9]{1,2}|[12][0-9]{2}|30[0-7]))?)"), float, "a ratio without a unit"
)
_TITLE = "NVLINK Error Counts"
_GPU = re.compile(r"GPU ([0-9]{1,5})")
_LINK = re.compile(r"Link ([0-9]{1,4})")
_ALL_LINKS = "Error Detail"
_WARNING = re.compile(
    r"Warning: Unable to retrieve nvlink (?P<name>.+?) count for link (?P<link>[0-9]{1,4}) for gpuId (?P<gpu>[0-9]{1,5}) - (?P<why>.*)"
)
_UNSUPPORTED = "Feature not supported"


@dataclass(frozen=True)
class Counter:
    """
    One error counter: `link` is the number of its link, None for all links of the GPU together; `name` is DCGM's.

    `value` is in "count", of a bit error ratio in "share". NotApplicable: the GPU does not have that link. Absent: the
    report leaves out a counter of which every link, or the GPU, has one.
    """

    link: int | None
    name: str
    value: Field


@dataclass(frozen=True)
class ErrorCounts:
    """The counters of one GPU, by link; none at all where it has no NVLink. `complete`: the table has its end, the JSON is closed."""

    gpu_id: int
    counters: tuple[Counter, ...]
    complete: bool


@dataclass(frozen=True)
class Links:
    """The links of one device by their numbers, from 0 on: "Up", "Down", "Disabled" or "Not Supported" as the key names them."""

    entity_group: str
    entity: int
    states: tuple[str, ...]


@dataclass(frozen=True)
class LinkStatus:
    """GPUs and NvSwitches in their order; always `complete`, because the key that explains the letters is the last line."""

    devices: tuple[Links, ...]
    complete: bool = True


def parse(text: str) -> ErrorCounts | LinkStatus:
    """
    What `-e` or `-s` printed.

    Raises ParseError, quoting dcgmi's words, where it printed neither; for a counter, link or device twice, a warning of
    another GPU, links of two GPUs that differ in number, a letter that the key does not explain, and a missing key.
    """
    if _BOX.search(text):
        return _status(Scanner(TOOL, text))
    return _errors(read_tree(TOOL, text, "NVLink error counts or link states"))


def _errors(tree: Tree) -> ErrorCounts:
    gpu = _GPU.fullmatch(tree.header[1]) if len(tree.header) == 2 and tree.header[0] == _TITLE else None
    if gpu is None:
        raise ParseError(TOOL, f"the title {_TITLE}, and a GPU", ", ".join(tree.header))
    warned = dict(_warned(tree.notes, gpu[1]))
    told = {_link(node): {child.label: _value(node, child) for child in node.children} for node in tree.nodes}
    for link, name in warned:
        if name in told.setdefault(link, {}):
            raise ParseError(TOOL, f"{name} of link {link} once", "a value and a warning")
        told[link][name] = warned[link, name]
    links = sorted(told, key=lambda link: -1 if link is None else link)
    return ErrorCounts(int(gpu[1]), tuple(counter for link in links for counter in _counters(link, told[link])), tree.complete)


def _warned(notes: tuple[str, ...], gpu: str) -> Iterator[tuple[tuple[int | None, str], Field]]:
    """What the lines above the report say of single counters."""
    for match in filter(None, map(_WARNING.fullmatch, notes)):
        if int(match["gpu"]) != int(gpu):
            raise ParseError(TOOL, f"warnings of GPU {gpu}", match[0])
        field = NotApplicable(match[0]) if match["why"] == _UNSUPPORTED else ErrorWord(match["why"], match[0])
        yield (int(match["link"]), match["name"]), field


def _link(node: Node) -> int | None:
    match = _LINK.fullmatch(node.label)
    if node.value or node.more or not node.children or (match is None and node.label != _ALL_LINKS):
        raise ParseError(TOOL, "a link, and its counters below it", f"{node.label}: {node.value}")
    return int(match[1]) if match else None


def _value(link: Node, node: Node) -> Field:
    if node.more or node.children or node.label == "Unknown":
        raise ParseError(TOOL, f"a counter of {link.label}", f"{node.label}: {node.value}")
    return read_cell(TOOL, _RATIO if node.label in _RATIOS else COUNT, node.value, f"{link.label}: {node.label}")


def _counters(link: int | None, told: dict[str, Field]) -> Iterator[Counter]:
    known = GPU_COUNTERS if link is None else LINK_COUNTERS
    place = "GPU" if link is None else f"link {link}"
    for name in (*known, *(name for name in told if name not in known)):
        yield Counter(link, name, told.get(name) or Absent(f"{name} of {place}"))


_BOX = re.compile(r"^[ \t]*\| *NvLink Link Status *\|", re.MULTILINE)
_HEAD = re.compile(r"(?:(?! *\+)[^\n]*\n)* *\+-+\+\n *\| *NvLink Link Status *\|\n *\+-+\+\n")
_GROUPS = (("GPU", re.compile(r" *GPUs:\n"), "gpuId"), ("NvSwitch", re.compile(r" *NvSwitches:\n"), "physicalId"))
_NONE = re.compile(r" *No (?:GPUs|NvSwitches) found\.\n")
_DEVICE = re.compile(r" *(?P<word>gpuId|physicalId) (?P<number>[0-9]{1,5}):\n *(?P<states>\S(?: \S)*)\n")
_ENTITIES = re.compile(r" *Link Entities: [^\n]*\n(?: *[0-9]{1,4}:[0-9: ]*\n)*")
_KEY = re.compile(r" *Key: (?P<key>[^\n]+)\n")
_MEANING = re.compile(r"(?P<state>[A-Z][A-Za-z ]*)=(?P<letter>\S)")
_STATES = {"Up", "Down", "Disabled", "Not Supported"}


def _status(scanner: Scanner) -> LinkStatus:
    scanner.take(_HEAD, "the title NvLink Link Status")
    lettered = [device for group, head, word in _GROUPS for device in _devices(scanner, group, head, word)]
    scanner.skip_blank_lines()
    meanings = _meanings(scanner.take(_KEY, "a device, or the key of its letters")["key"])
    scanner.end()
    devices = tuple(Links(device.entity_group, device.entity, _spelled(device, meanings)) for device in lettered)
    _check_devices(devices)
    return LinkStatus(devices)


def _devices(scanner: Scanner, group: str, head: re.Pattern[str], word: str) -> Iterator[Links]:
    scanner.take(head, f"the list of {word}s")
    if scanner.take_if(_NONE):
        return
    device: re.Match[str] | None = scanner.take(_DEVICE, f"a {group} and its links")
    while device is not None:
        if device["word"] != word:
            raise ParseError(TOOL, f"the {word} of a {group}", device[0].strip())
        scanner.take_if(_ENTITIES)
        yield Links(group, int(device["number"]), tuple(device["states"].split()))
        device = scanner.take_if(_DEVICE)


def _meanings(key: str) -> dict[str, str]:
    pairs = [_MEANING.fullmatch(part) for part in key.split(", ")]
    found = {match["letter"]: match["state"] for match in pairs if match}
    if len(found) != len(pairs) or not set(found.values()) >= _STATES:
        raise ParseError(TOOL, "a key that explains every letter", key)
    return found


def _spelled(device: Links, meanings: dict[str, str]) -> tuple[str, ...]:
    for letter in device.states:
        if letter not in meanings:
            raise ParseError(TOOL, f"links of {device.entity_group} {device.entity} as the key explains them", " ".join(device.states))
    return tuple(meanings[letter] for letter in device.states)


def _check_devices(devices: tuple[Links, ...]) -> None:
    if len({(device.entity_group, device.entity) for device in devices}) != len(devices):
        raise ParseError(TOOL, "every device once", ", ".join(f"{device.entity_group} {device.entity}" for device in devices))
    for group in ("GPU", "NvSwitch"):
        if len({len(device.states) for device in devices if device.entity_group == group}) > 1:
            raise ParseError(TOOL, f"as many links of every {group}", ", ".join(str(len(device.states)) for device in devices))


TOOLS = (
    Tool("dcgmi-nvlink", "DCGM 2.0 to 4.6", "dcgmi nvlink -e -g GPU, also with -j, or -s: NVLink error counters, link states", parse),
)
