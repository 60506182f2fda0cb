"""
`dcgmi discovery -l`, `dcgmi --version` and `dcgmi -v`: which GPU DCGM calls by which number, and who says so.

DCGM's GPU numbers need not be nvidia-smi's: boards are told apart by UUID and bus id. Layout of dcgmi/Query.cpp and
Version.cpp, DCGM 2.x to 4.7. From 4.4 on the first line reads "8 GPUs found (Active)."; 3.2 added the table of CPUs
and 4.0 that of ConnectX cards, which are checked for their count and otherwise not read.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from parsers.cells import bus_id
from parsers.errors import ParseError
from parsers.plain_text import Scanner, ends_whole_line
from parsers.tool import Tool

TOOL = "dcgmi discovery"
VERSION_TOOL = "dcgmi version"

_BORDER = r"\+(?:-+\+)+\n"
_HEADER = re.compile(r"(?P<count>[0-9]{1,5}) (?P<what>GPU|NvSwitch|ConnectX|CPU)(?:s|es)? found(?: \([A-Za-z +]+\))?\.\n")
_HEAD = re.compile(rf"{_BORDER}\|[^\n]*\|\n{_BORDER}")
_ROWS = re.compile(rf"(?:(?:\|[^\n]*\|\n)+{_BORDER})*")
_EMPTY_END = re.compile(_BORDER)
_NOTE = re.compile(r"Note: [^\n]*\n")
_ROW = re.compile(r"\| *(?P<number>[0-9]*) *\|(?: (?P<info>.*?) *\|)?")
_CELL = re.compile(r"(?P<key>Name|PCI Bus ID|Device UUID): (?P<value>(?!<<<).+)")
_UUID = re.compile(r"GPU-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_KEYS = {"Name", "PCI Bus ID", "Device UUID"}


@dataclass(frozen=True)
class DiscoveredGpu:
    """A GPU that DCGM knows: its number in DCGM, its product name, bus id (0000:18:00.0) and UUID (GPU-...)."""

    gpu_id: int
    name: str
    pci_bus_id: str
    uuid: str


@dataclass(frozen=True)
class Discovery:
    """
    What DCGM sees on the node; `nvswitches` is None where the output does not speak of them.

    `complete`: the table of CPUs, the last one, was read. Releases before 3.2 have none: whether tables are missing cannot
    be told from their text. The GPUs are all there in any case, as many as are announced.
    """

    gpus: tuple[DiscoveredGpu, ...]
    nvswitches: int | None
    complete: bool


def parse_discovery(text: str) -> Discovery:
    """
    The GPUs DCGM knows, in its order, and the number of its NvSwitches.

    Raises ParseError without a host engine ("Unable to connect ..."), for a GPU whose cell holds an error instead of its
    identity or what DCGM writes for nothing (<<<NULL>>>), and where a table disagrees with the number announced above it,
    is cut or names a board twice.
    """
    scanner = Scanner(TOOL, text)
    tables: dict[str, list[list[str]]] = {}
    while not scanner.done:
        header = scanner.take(_HEADER, "GPUs found, and a table of them")
        if header["what"] in tables or (not tables and header["what"] != "GPU"):
            raise ParseError(TOOL, "the GPUs first, and every table once", header[0].strip())
        tables[header["what"]] = _table(scanner, int(header["count"]))
        while scanner.take_if(_NOTE):
            pass
        scanner.skip_blank_lines()
    gpus = tuple(_gpu(block) for block in tables["GPU"])
    _check_identities(gpus)
    whole = list(tables)[-1] == "CPU" and ends_whole_line(text)
    return Discovery(gpus, len(tables["NvSwitch"]) if "NvSwitch" in tables else None, whole)


def _table(scanner: Scanner, count: int) -> list[list[str]]:
    """The rows of a table by device: the first row of a device has a number, the others continue it."""
    scanner.skip_blank_lines()
    line = scanner.line_number
    scanner.take(_HEAD, "the head of a table")
    rows = scanner.take(_ROWS, "the rows of a table")[0].split("\n")
    if not any(rows):
        scanner.take(_EMPTY_END, "the end of a table")
    devices: list[list[str]] = []
    for row in filter(None, rows):
        match = _ROW.fullmatch(row)
        if match and match["number"]:
            devices.append([match["number"]])
        elif row.startswith("|") and (match is None or match["info"] is None or not devices):
            raise ParseError(TOOL, "a row of a device", row, line)
        if match and match["info"] is not None:
            devices[-1].append(match["info"])
    if len(devices) != count:
        raise ParseError(TOOL, f"{count} rows, as announced", f"{len(devices)} rows", line)
    return devices


def _gpu(block: list[str]) -> DiscoveredGpu:
    number, *cells = block
    found: dict[str, str] = {}
    for cell in cells:
        match = _CELL.fullmatch(cell)
        if match is None or match["key"] in found:
            raise ParseError(TOOL, f"name, bus id and UUID of GPU {number}", " ".join(cells))
        found[match["key"]] = match["value"]
    address = bus_id(found.get("PCI Bus ID", ""))
    if set(found) != _KEYS or address is None or _UUID.fullmatch(found["Device UUID"]) is None:
        raise ParseError(TOOL, f"name, bus id and UUID of GPU {number}", " ".join(cells))
    return DiscoveredGpu(int(number), found["Name"], address, found["Device UUID"])


def _check_identities(gpus: tuple[DiscoveredGpu, ...]) -> None:
    for name in ("gpu_id", "pci_bus_id", "uuid"):
        if len({getattr(gpu, name) for gpu in gpus}) != len(gpus):
            raise ParseError(TOOL, f"every {name} once", ", ".join(str(getattr(gpu, name)) for gpu in gpus))


@dataclass(frozen=True)
class BuildInfo:
    """
    The version and build date of dcgmi, and of the host engine where it answered.

    `dcgmi --version` tells the version alone. `complete`: that line is whole, or `dcgmi -v` told of the host engine too;
    without it the text may be cut, or no host engine runs.
    """

    version: str
    build_date: str | None
    hostengine_version: str | None
    hostengine_build_date: str | None
    complete: bool = dataclasses.field(default=False, compare=False)


_SHORT = re.compile(r"dcgmi +version: (?P<version>[0-9]+(?:\.[0-9]+)+)\n")
_LOCAL = re.compile(r"Local build info:\n")
_HOSTENGINE = re.compile(r"Hostengine build info:\n")
_BUILD = re.compile(
    r"Version : (?P<version>[0-9]+(?:\.[0-9]+)+)\n"
    r"(?:(?!Version|Build Date|CRC)[A-Z][A-Za-z ]* :[^\n]*\n)*"
    r"Build Date : (?P<date>[^\n]+)\n"
    r"(?:(?!Version|Build Date|CRC)[A-Z][A-Za-z ]* :[^\n]*\n)*"
    r"CRC : [0-9a-f]{32}\n"
)


def parse_version(text: str) -> str:
    """
    The version of dcgmi from `dcgmi --version` or `dcgmi -v`, as "3.3.9".

    Neither proves that a host engine runs. Raises ParseError where the line, or a part of the build information, is
    missing: `dcgmi -v` exits 0 also when it had nothing to say.
    """
    scanner = Scanner(VERSION_TOOL, text)
    scanner.skip_blank_lines()
    short = scanner.take_if(_SHORT)
    if short is None:
        return parse_build_info(text).version
    scanner.end()
    return short["version"]


def parse_build_info(text: str) -> BuildInfo:
    """Both blocks of `dcgmi -v`; ParseError if a block is cut or the first one is missing."""
    scanner = Scanner(VERSION_TOOL, text)
    scanner.skip_blank_lines()
    scanner.take_if(_LOCAL)
    local = scanner.take(_BUILD, "the version and build information of dcgmi")
    scanner.skip_blank_lines()
    engine = scanner.take(_BUILD, "build information of the host engine") if scanner.take_if(_HOSTENGINE) else None
    scanner.end()
    if engine is None:
        return BuildInfo(local["version"], local["date"], None, None)
    return BuildInfo(local["version"], local["date"], engine["version"], engine["date"], complete=True)


def parse_versions(text: str) -> BuildInfo:
    """What `dcgmi --version` or `dcgmi -v` told. Raises ParseError as parse_version, and for a version whose line is cut."""
    scanner = Scanner(VERSION_TOOL, text)
    scanner.skip_blank_lines()
    if scanner.take_if(_SHORT) is None:
        return parse_build_info(text)
    version = parse_version(text)
    if not ends_whole_line(text):
        raise ParseError(VERSION_TOOL, "a whole line", text.split("\n")[-1].strip())
    return BuildInfo(version, None, None, None, complete=True)


TOOLS = (
    Tool("dcgmi-discovery", "DCGM 2.0 to 4.7", "dcgmi discovery -l: the GPUs that DCGM knows, and its NvSwitches", parse_discovery),
    Tool("dcgmi-version", "DCGM 2.0 to 4.7", "dcgmi --version or -v: releases of dcgmi and of its host engine", parse_versions),
)
