"""
`lspci -D -n -vv`: the serial number that a PCI device carries in its Vital Product Data.

Layout: cap_vpd() in ls-vpd.c of pciutils 3.1 to 3.14: below "Capabilities: [48] Vital Product Data" a line "Read-only fields:", and
in it "[PN] Part number: ...", "[SN] Serial number: ..." and "[RV] Reserved: checksum good, 1 byte(s) reserved". Network cards
have it, also those whose driver tells devlink nothing; all functions of a card tell the same. lspci reads it as root only: without,
"Capabilities: <access denied>" stands where it would be, or "Not readable" in it.

What the checksum does not vouch for, and what is there twice, is no Reading. Of a device the line Control is looked for, so that
lines of another device are not taken for its own. There is no end mark: a listing is never complete.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.cells import bus_id
from parsers.errors import ParseError
from parsers.identity import read_identity, read_word
from parsers.plain_text import printable_lines
from parsers.reading import Absent, ErrorWord, Field
from parsers.tool import Tool

TOOL = "lspci -vv"
_HEAD = re.compile(r"(?P<address>[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) .*")
_DEAD = re.compile(r".*\(rev ff\).*")
_BEGIN = re.compile(r"Capabilities: \[[0-9a-f]{1,4}\] Vital Product Data")
_INSIDE = re.compile(
    r"Product Name: .*|Read-only fields:|Read/write fields:|Unknown \w+ resource .*"
    r"|\[(?P<key>[!-~]{2})\] [A-Z][A-Za-z -]{1,30}: ?(?P<value>.*)"
)
_GOOD = re.compile(r"checksum good, [0-9]{1,5} byte\(s\) reserved")
_DENIED = frozenset({"Capabilities: <access denied>", "<access denied to the rest>", "Capabilities: <available only to root>"})
_NAMES = {"PN": "part number", "SN": "serial number"}

Lines = list[tuple[int, str]]


@dataclass(frozen=True)
class ProductData:
    """
    What one function of a PCI device tells, both texts.

    Absent without Vital Product Data, ErrorWord where it could not be read, has no good checksum, or is a template.
    """

    pci_bus_id: str
    part_number: Field
    serial_number: Field


@dataclass(frozen=True)
class ProductDataListing:
    """The devices in the order of the output, at least one; never known to be all of them."""

    devices: tuple[ProductData, ...]
    complete: bool = False


def parse(text: str) -> ProductDataListing:
    """
    The devices.

    Raises ParseError, quoting the line, for no device, an address twice or without its domain, a device without one line Control
    (lspci without -vv), and Vital Product Data twice in a device.
    """
    blocks: list[tuple[int, str, Lines]] = []
    lines = [*enumerate(printable_lines(TOOL, text), 1)]
    for number, line in lines[:-1]:  # what comes after the last line end is half a line
        if line and not line[0].isspace():
            blocks.append((number, line, []))
        elif line and not blocks:
            raise ParseError(TOOL, "the first line of a device", line.strip(), number)
        elif line:
            blocks[-1][2].append((number, line.strip()))
    devices = tuple(_device(*block) for block in blocks)
    if not devices or len({device.pci_bus_id for device in devices}) != len(devices):
        raise ParseError(TOOL, "devices, every address once", text.strip().partition("\n")[0])
    return ProductDataListing(devices)


def _device(number: int, head: str, body: Lines) -> ProductData:
    match = _HEAD.fullmatch(head)
    address = bus_id(match["address"]) if match else None
    if match is None or address is None:
        raise ParseError(TOOL, "the first line of a device, as 0000:53:00.0 0200: 15b3:1021 (lspci -D)", head, number)
    if _DEAD.fullmatch(head):
        return _unread(address, "rev ff")
    if sum(line.startswith("Control: ") for _, line in body) != 1:
        raise ParseError(TOOL, "one line Control of every device (lspci -vv)", head, number)
    begins = [at for at, (_, line) in enumerate(body) if _BEGIN.fullmatch(line)]
    if len(begins) > 1:
        raise ParseError(TOOL, "Vital Product Data of a device once", body[begins[1]][1], body[begins[1]][0])
    denied = [line for _, line in body if line in _DENIED]
    if not begins:
        return _unread(address, denied[0]) if denied else ProductData(address, *(Absent(f"{address}: {name}") for name in _NAMES.values()))
    return _read(address, [line for _, line in body[begins[0] + 1 :]])


def _unread(address: str, why: str) -> ProductData:
    return ProductData(address, *(ErrorWord(why, f"{address}: {name}: {why}") for name in _NAMES.values()))


def _read(address: str, lines: list[str]) -> ProductData:
    """The fields up to the first line that is none; those after the checksum are not covered by it."""
    found: dict[str, list[str]] = {"PN": [], "SN": []}
    for match in map(_INSIDE.fullmatch, lines):
        if match is None:
            break
        if match["key"] == "RV":
            if _GOOD.fullmatch(match["value"]) is None:
                return _unread(address, match["value"])
            return ProductData(address, *(_field(address, key, found[key]) for key in _NAMES))
        if match["key"] in found:
            found[match["key"]].append(match["value"])
    return _unread(address, lines[0] if lines[:1] == ["Not readable"] else "Vital Product Data without a checksum")


def _field(address: str, key: str, values: list[str]) -> Field:
    name = f"{address}: {_NAMES[key]}"
    if len(values) != 1:
        return ErrorWord("twice", f"{name}: {' and '.join(values)}") if values else Absent(name)
    return (read_identity if key == "SN" else read_word)(name, values[0])


TOOLS = (Tool("vpd", "pciutils 3.1 to 3.14", "lspci -D -n -vv: the serial number in the Vital Product Data of every device", parse),)
