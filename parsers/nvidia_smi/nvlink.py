"""
`nvidia-smi nvlink -s`, `-e`, `-c`, `-gt d` and `-gt r`, and `nvidia-smi c2c -s`: the links of every board.

Layout of drivers 418 to 610: a line for the board, then a line for each link, or for each value of each link. Which of the
commands printed a text is told by its lines: `kind` is "status" (a speed in GB/s per link and direction, or <inactive>),
"errors", "capabilities" (true or false), "throughput" (KiB since the driver was loaded, given in bytes); None where no
board has a link line. Before it stands "C2C " where the links are those between a Grace CPU and its GPU.

Names of errors are the tool's. Until NVLink 4: Replay Errors, Recovery Errors, CRC Errors (-ec: CRC errors of every lane).
NVLink 5 (Blackwell) has others, more with every release: Tx packets, Tx bytes, Rx packets, Rx bytes (traffic, no errors),
Malformed packet Errors, Buffer overrun Errors, Rx Errors, Rx remote Errors, Rx General Errors, Local link integrity Errors,
Tx discards, Link recovery successful events, Link recovery failed events, Total link recovery events, Effective Errors,
Effective BER, Symbol Errors, Symbol BER, FEC Errors - 0 to - 15 (codewords by how many symbols were corrected: 0 is the
traffic without an error), PLR Xmit Blocks, PLR Xmit Retry Blocks, Raw BER Lane 0, Raw Errors Lane 0 and the like. A bit
error rate "15e-255" is the least that can be told; one printed without an exponent (Raw BER in 595) is the register as it
is, to be compared with itself only.

Sources: outputs of drivers 418 to 595, the change log of the manual of nvidia-smi up to 610.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from parsers.cells import COUNT, ERROR_WORDS, Kind, measured, one_of, read_cell
from parsers.errors import ParseError
from parsers.nvidia_smi.lines import Line, ListedGpu, listed_boards
from parsers.reading import Absent, ErrorWord, Field, NoReading, NotApplicable, Reading
from parsers.tool import Tool

TOOL = "nvidia-smi nvlink"
INACTIVE = "inactive"
"""The word of an ErrorWord where a link, or all links of a board, are inactive."""

_LINK = re.compile(
    r"(?P<c2c>C2C )?Link (?P<number>[0-9]{1,4})(?P<mark>[:,]) "
    r"(?:(?P<name>(?:Lane [0-9]{1,3}: )?[A-Za-z][A-Za-z0-9 ./_()#%+-]{0,79}): )?(?P<value>[^:]+)"
)
_STATE = re.compile(r"<[^<>]*>")
_NO_LINKS = re.compile(r"(?:NVML: )?(?P<said>Unable to retrieve .*|Device does not have or support nvlink\.?)", re.IGNORECASE)
_ALL_INACTIVE = re.compile(r"all links are inactive\.?", re.IGNORECASE)
_UNSUPPORTED = re.compile(r"Device does not .*|.*: Not Supported", re.IGNORECASE)

_SPEED = measured("GB/s", "GB/s", r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
_KIB = Kind("bytes", re.compile("([0-9]{1,20}) KiB"), lambda text: int(text) * 1024, "a number in KiB")
_RATE = Kind("share", re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,9})?e-[0-9]{1,3})"), float, "a bit error rate")
_TRUTH = one_of("true", "false")
_TRAFFIC = frozenset({"Data Tx", "Data Rx", "Raw Tx", "Raw Rx"})


@dataclass(frozen=True)
class Counter:
    """
    One value of a link by the tool's own name. Units: "count", "share" (bit error rates), "bytes", "text" (true, false).

    In a last line without a line end it is Absent: it may be cut.
    """

    name: str
    value: Field


@dataclass(frozen=True)
class Link:
    """A link by its number; `speed_gb_s` (10**9 bytes/s, one direction) in a status only, `counters` in all other kinds."""

    number: int
    speed_gb_s: Field
    counters: tuple[Counter, ...]


@dataclass(frozen=True)
class GpuLinks(ListedGpu):
    """
    A board and its links.

    Where none are listed: ErrorWord INACTIVE (all links are), NotApplicable (the board has no NVLink), ErrorWord with
    NVML's words (it could not be asked), or Absent (nothing stands below the board).
    """

    links: tuple[Link, ...] | NoReading

    @property
    def active_links(self) -> Field:
        """How many links have a speed, in a status; else why that is not told. A speed of 0 is a speed."""
        if not isinstance(self.links, tuple):
            return self.links
        speeds = [link.speed_gb_s for link in self.links if isinstance(link.speed_gb_s, Reading)]
        if not speeds and any(isinstance(link.speed_gb_s, Absent) for link in self.links):
            return Absent(f"GPU {self.index} speeds of links")
        return Reading(len(speeds), "count", f"GPU {self.index}: {len(speeds)} of {len(self.links)} links have a speed")


@dataclass(frozen=True)
class NvLinks:
    """The boards in the order of their indices, what the text tells of their links, and warnings printed beside it."""

    kind: str | None
    gpus: tuple[GpuLinks, ...]
    warnings: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Never: there is no end mark. Who judges compares boards, links and names with what was promised."""
        return False


def parse(text: str) -> NvLinks:
    """
    The links of every board that is listed; -i may have left out boards.

    Raises ParseError, quoting the line, for any line that is none of those above (no driver, a board that cannot be
    opened, "..."), boards that do not ascend or occur twice, links of a status not numbered 0, 1, 2 ..., links of other
    kinds that do not ascend (an inactive one may be left out there), a value twice, links of a board with different
    values, and lines of different commands.
    """
    boards, warnings = listed_boards(TOOL, text)
    read = [(listed, _below(listed.index, below)) for listed, below in boards]
    kinds = {said.kind for _, below in read if isinstance(below, list) for said in below}
    if len(kinds) > 1:
        raise ParseError(TOOL, "the lines of one command", " and ".join(sorted(kinds)))
    gpus = tuple(
        GpuLinks(listed.index, listed.name, listed.uuid, _links(listed.index, below) if isinstance(below, list) else below)
        for listed, below in read
    )
    return NvLinks(next(iter(kinds), None), gpus, warnings)


@dataclass(frozen=True)
class _Said:
    """A line of a link, read; `name` is empty in a status."""

    kind: str
    link: int
    name: str
    value: Field
    line: Line


def _below(index: int, lines: Sequence[Line]) -> list[_Said] | NoReading:
    """The lines below a board: of its links, or why it has none."""
    if not lines:
        return Absent(f"GPU {index} links")
    said = _NO_LINKS.fullmatch(lines[0].text)
    if said is None:
        return [_said(index, line) for line in lines]
    if len(lines) > 1:
        raise ParseError(TOOL, f"nothing more on GPU {index}", lines[1].text, lines[1].number)
    line = f"GPU {index}: {lines[0].text}"
    if _UNSUPPORTED.fullmatch(lines[0].text):
        return NotApplicable(line)
    return ErrorWord(INACTIVE if _ALL_INACTIVE.search(lines[0].text) else said["said"], line)


def _said(index: int, line: Line) -> _Said:
    match = _LINK.fullmatch(line.text)
    if match is None or (match["mark"] == "," and not match["name"]):
        raise ParseError(TOOL, "a GPU, a link of it, or why it has none", line.text, line.number)
    where, name = f"GPU {index} Link {match['number']}", match["name"] or ""
    kind = _kind(match["mark"], name)
    value = _speed(match["value"], where, line) if kind == "status" else _value(kind, match["value"], f"{where} {name}", line)
    return _Said(f"C2C {kind}" if match["c2c"] else kind, int(match["number"]), name, value, line)


def _kind(mark: str, name: str) -> str:
    if not name:
        return "status"
    if mark == ",":
        return "capabilities"
    return "throughput" if name in _TRAFFIC else "errors"


def _speed(cell: str, where: str, line: Line) -> Field:
    said = read_cell(TOOL, _SPEED, cell, where, line.number)
    if not isinstance(said, ErrorWord):
        return said
    if not _STATE.fullmatch(cell) and said.word not in ERROR_WORDS:
        raise ParseError(TOOL, f"{_SPEED.expected}, or a state as <inactive>", line.text, line.number)
    return ErrorWord(INACTIVE, said.line) if cell.lower() == f"<{INACTIVE}>" else said


def _value(kind: str, cell: str, where: str, line: Line) -> Field:
    if not line.whole:
        return Absent(f"{where}: the text ends inside of this line")
    shape = _RATE if _RATE.pattern.fullmatch(cell) else COUNT
    return read_cell(TOOL, {"capabilities": _TRUTH, "throughput": _KIB}.get(kind, shape), cell, where, line.number)


def _links(index: int, lines: Sequence[_Said]) -> tuple[Link, ...]:
    groups = [(number, list(group)) for number, group in groupby(lines, key=lambda said: said.link)]
    numbers = [number for number, _ in groups]
    names = [said.name for said in groups[0][1]]
    every = range(len(numbers)) if names == [""] else sorted(set(numbers))
    if numbers != list(every):
        raise ParseError(TOOL, f"the links of GPU {index}, each once, in the order of their numbers", ", ".join(map(str, numbers)))
    for _, group in groups:
        if [said.name for said in group] != names or len(set(names)) != len(names):
            raise ParseError(TOOL, f"the same values, each once, of every link of GPU {index}", group[0].line.text, group[0].line.number)
    return tuple(_link(f"GPU {index} Link {number} speed", number, group) for number, group in groups)


def _link(where: str, number: int, group: Sequence[_Said]) -> Link:
    if not group[0].name:
        return Link(number, group[0].value, ())
    return Link(number, Absent(where), tuple(Counter(said.name, said.value) for said in group))


TOOLS = (Tool("nvidia-smi-nvlink", "418 to 610", "nvidia-smi nvlink -s, -e, -c, -gt and c2c -s: speed, errors, traffic of links", parse),)
