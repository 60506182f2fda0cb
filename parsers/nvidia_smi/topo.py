"""
`nvidia-smi topo -m` and `topo -p2p ...`: how boards reach each other and the network cards of the node.

Layout of drivers 418 to 610. The header's columns are the GPUs, then the network cards (mlx5_0 ..., in newer releases NIC0 ...
with a legend of their names), then "CPU Affinity", in later releases "NUMA Affinity" and (from 525 on) "GPU NUMA ID". Cells
are separated by tabs, in captures also by blanks. The header is underlined with terminal codes, even into a pipe; codes
for colour and style are taken out of the text, and no others.

Paths of topo -m: "NV18" is 18 NVLinks bonded, then with growing distance PIX, PXB, PHB, NODE, SYS. A board that lost its
NVLinks is no error of the tool: it shows PCIe paths instead. Capabilities of topo -p2p: OK, CNS (not supported by the
chipset), GNS (by the GPU), TNS (by the topology), NS (not supported), DR (disabled by a key of the registry), U (unknown).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.cells import ERROR_WORDS, Kind, one_of, read_cell, shaped
from parsers.errors import ParseError
from parsers.nvidia_smi.lines import Line
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import ErrorWord, Field, Reading
from parsers.tool import Tool

TOOL = "nvidia-smi topo -m"
P2P_TOOL = "nvidia-smi topo -p2p"

_STYLE = re.compile("\x1b\\[[0-9;]{0,16}m")
_TITLES = ("CPU Affinity", "NUMA Affinity", "GPU NUMA ID")
_PATH = shaped("NV[1-9][0-9]?|PIX|PXB|PHB|NODE|SYS", "NV#, PIX, PXB, PHB, NODE or SYS")
_CAPABILITY = one_of("OK", "CNS", "GNS", "TNS", "NS", "DR", "U")
_NUMBERS = shaped("[0-9]{1,6}(?:[-,][0-9]{1,6})*", "a list of numbers")
_NIC = re.compile("[A-Za-z][A-Za-z0-9_.+-]*")
_MAX_DEVICES = 256
_NUMBERED_NIC = re.compile("NIC[0-9]+")
_LEGEND_ENTRY = re.compile(r"(?P<word>[A-Z#]{1,4}) += \S.*")
_NIC_LEGEND_ENTRY = re.compile(r"(?P<column>[A-Za-z0-9_.+-]+): +(?P<name>\S.*)")


@dataclass(frozen=True)
class Connection:
    """The way to another device of the matrix: its column ("GPU3", "NIC0"), and the path or capability as text."""

    device: str
    path: Field


@dataclass(frozen=True)
class Device:
    """
    A row: its name ("GPU0", "NIC0", "mlx5_0"), and the way to every other device in the order of the columns.

    The affinities are lists of CPUs and of NUMA nodes as printed ("0-31,64-95"), the last the NUMA node that the board's
    own memory is; Absent for network cards and where a release has no such column.
    """

    name: str
    connections: tuple[Connection, ...]
    cpu_affinity: Field
    numa_affinity: Field
    gpu_numa_id: Field


@dataclass(frozen=True)
class NicName:
    """A line of the legend of network cards: column "NIC0" is "mlx5_0"."""

    column: str
    name: str


@dataclass(frozen=True)
class Topology:
    """
    Both matrices: the GPUs, numbered from 0, then the network cards (topo -m only), and the names of these.

    `complete`: every column has its row, the legend was read to its last entry ("NV#" or "U"), and every NIC0, NIC1 ...
    has its line in the legend of network cards. Captures without legends are not complete, though no row is missing.
    """

    gpus: tuple[Device, ...]
    nics: tuple[Device, ...]
    nic_names: tuple[NicName, ...]
    complete: bool


@dataclass(frozen=True)
class _Layout:
    """What tells the two matrices apart: a topology has network cards and affinities, and paths are the same both ways."""

    tool: str
    kind: Kind
    last_legend_word: str
    topology: bool


_TOPO = _Layout(TOOL, _PATH, "NV#", topology=True)
_P2P = _Layout(P2P_TOOL, _CAPABILITY, "U", topology=False)


def parse(text: str) -> Topology:
    """
    The matrix of topo -m.

    Raises ParseError, quoting the line, without a header (no driver ...), for a row that is missing, short or in another
    order than the columns, GPUs that are not numbered 0, 1, 2 ..., a cell that is neither a path nor a known error word,
    X off the diagonal or anything else on it, two devices whose paths to each other differ, and an unknown line after it.
    """
    return _parse(_TOPO, text)


def parse_p2p(text: str) -> Topology:
    """The matrix of topo -p2p r, w, rw, n, a or p; as `parse`, but what A may do to B and B to A can differ."""
    return _parse(_P2P, text)


def gpu_peers(topology: Topology, index: int) -> tuple[Connection, ...]:
    """The ways from the board `index` to all other boards. ParseError if the matrix has no such board."""
    found = [gpu for gpu in topology.gpus if gpu.name == f"GPU{index}"]
    if not found:
        raise ParseError(TOOL, f"a row of GPU{index}", ", ".join(gpu.name for gpu in topology.gpus))
    names = {gpu.name for gpu in topology.gpus}
    return tuple(connection for connection in found[0].connections if connection.device in names)


def _parse(layout: _Layout, text: str) -> Topology:
    lines = printable_lines(layout.tool, _STYLE.sub("", text))
    open_line = 0 if ends_whole_line(text) else len(lines)
    kept = [Line(number, line, number != open_line) for number, line in enumerate(lines, start=1) if line.strip()]
    columns, titles = _header(layout, kept[0])
    rows, after = kept[1 : 1 + len(columns)], kept[1 + len(columns) :]
    if len(rows) < len(columns):
        raise ParseError(layout.tool, f"a row of {columns[len(rows)]}", "the end of the output")
    devices = [_device(layout, columns, titles, place, line) for place, line in enumerate(rows)]
    if layout.topology:
        _check_mutual(layout.tool, devices)
    count = sum(_is_gpu(column) for column in columns)
    legend, names = _legends(layout, columns, after)
    named = {name.column for name in names} >= {column for column in columns if _NUMBERED_NIC.fullmatch(column)}
    complete = kept[-1].whole and legend[-1:] == [layout.last_legend_word] and named
    return Topology(tuple(devices[:count]), tuple(devices[count:]), names, complete)


def _is_gpu(column: str) -> bool:
    return re.fullmatch("GPU[0-9]+", column) is not None


def _named(prefix: str, count: int) -> list[str]:
    return [f"{prefix}{index}" for index in range(count)]


def _header(layout: _Layout, line: Line) -> tuple[list[str], tuple[str, ...]]:
    """The columns of the matrix, and the titles of those beside it."""
    words = line.text.split()
    titles = next((_TITLES[:count] for count in (3, 2, 1) if " ".join(words).endswith(" " + " ".join(_TITLES[:count]))), ())
    columns = words[: len(words) - len(" ".join(titles).split())]
    gpus = [column for column in columns if _is_gpu(column)]
    nics = columns[len(gpus) :]
    numbered = [nic for nic in nics if _NUMBERED_NIC.fullmatch(nic)]
    in_order = columns == _named("GPU", len(gpus)) + nics and numbered == _named("NIC", len(numbered))
    known = in_order and all(map(_NIC.fullmatch, nics)) and len(set(nics)) == len(nics) and (layout.topology or words == gpus)
    if not known or not 0 < len(gpus) <= len(columns) <= _MAX_DEVICES:
        beside = ", network cards, affinities" if layout.topology else ""
        raise ParseError(layout.tool, f"the columns GPU0, GPU1 ...{beside}", line.text.strip(), line.number)
    return columns, titles


def _device(layout: _Layout, columns: Sequence[str], titles: Sequence[str], place: int, line: Line) -> Device:
    by_tabs = [cell.strip() for cell in line.text.split("\t")]
    cells = by_tabs if len(by_tabs) > len(columns) else line.text.split()
    if cells[0] != columns[place] or len(cells) <= len(columns):
        raise ParseError(layout.tool, f"a row of {len(columns)} cells of {columns[place]}", line.text.strip(), line.number)
    beside = cells[1 + len(columns) :]
    if not line.whole and not beside:
        raise ParseError(layout.tool, f"the whole row of {columns[place]}", line.text.strip(), line.number)
    connections = [
        _connection(layout, columns[place], column, cell, line) for column, cell in zip(columns, cells[1 : 1 + len(columns)], strict=True)
    ]
    aside = _beside(layout.tool, columns[place], titles, beside if line.whole else [], line)
    return Device(columns[place], tuple(connection for connection in connections if connection is not None), *aside)


def _connection(layout: _Layout, row: str, column: str, cell: str, line: Line) -> Connection | None:
    if (cell == "X") != (row == column):
        raise ParseError(layout.tool, f"X where {row} meets {row} and only there", cell, line.number)
    if row == column:
        return None
    path = read_cell(layout.tool, layout.kind, cell, f"{row} to {column}", line.number)
    if not isinstance(path, Reading) and (not cell or (isinstance(path, ErrorWord) and path.word not in ERROR_WORDS)):
        raise ParseError(layout.tool, f"{layout.kind.expected} from {row} to {column}", cell, line.number)
    return Connection(column, path)


def _beside(tool: str, row: str, titles: Sequence[str], cells: list[str], line: Line) -> tuple[Field, Field, Field]:
    """The affinities. Under two wide titles a tab is doubled; blanks do not tell which of fewer cells is missing."""
    if len(cells) == 4 and not cells[2]:
        cells = [*cells[:2], cells[3]]
    tabbed = "\t" in line.text
    if len(cells) > len(titles) or (0 < len(cells) < len(titles) and not tabbed):
        raise ParseError(tool, f"{', '.join(titles) or 'nothing'} beside the row of {row}", line.text.strip(), line.number)
    texts = [*cells, "", "", ""][:3]
    cpu, numa, own = (read_cell(tool, _NUMBERS, cell, f"{row} {title}", line.number) for title, cell in zip(_TITLES, texts, strict=True))
    return cpu, numa, own


def _check_mutual(tool: str, devices: Sequence[Device]) -> None:
    paths = {(device.name, connection.device): connection.path for device in devices for connection in device.connections}
    for (one, other), path in paths.items():
        back = paths[other, one]
        if isinstance(path, Reading) and isinstance(back, Reading) and path.value != back.value:
            raise ParseError(tool, f"one path between {one} and {other}", f"{path.value} and {back.value}")


def _legends(layout: _Layout, columns: Sequence[str], lines: Sequence[Line]) -> tuple[list[str], tuple[NicName, ...]]:
    """The words of the legend in their order, and the names of network cards. A name that may be cut is left out."""
    words: dict[str, None] = {}
    names: dict[str, str] = {}
    heading = ""
    for line in lines:
        text = line.text.strip()
        entry = (_LEGEND_ENTRY if heading == "Legend:" else _NIC_LEGEND_ENTRY).fullmatch(text) if heading else None
        if (text, heading) in (("Legend:", ""), ("NIC Legend:", "Legend:")):
            heading = text
        elif entry is None or entry[1] in words or entry[1] in names or (heading == "NIC Legend:" and entry[1] not in columns):
            raise ParseError(layout.tool, "an entry of the legend", text, line.number)
        elif heading == "Legend:":
            words[entry[1]] = None
        elif line.whole:
            names[entry[1]] = entry[2]
    return list(words), tuple(NicName(column, name) for column, name in names.items())


TOOLS = (
    Tool("nvidia-smi-topo", "418 to 610", "nvidia-smi topo -m: paths between boards and network cards, affinities", parse),
    Tool("nvidia-smi-topo-p2p", "418 to 610", "nvidia-smi topo -p2p: which boards may reach each other's memory", parse_p2p),
)
