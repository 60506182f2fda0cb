"""
The table that `nvidia-smi` prints without options.

Layout of drivers 418 to 610. A board has two lines, from 450 on a third with its MIG mode; from 535 on the columns are wider.
Product names that do not fit are cut and end in "...": boards are told apart by bus id, not by name. Then, if there are
any boards with MIG, the table of MIG devices, then that of processes (see table_sections.py), then warnings such as
"WARNING: infoROM is corrupted at gpu 0000:0B:00.0". From 610 on the driver's version is called KMD Version and CUDA's
CUDA UMD Version. A board whose state cannot be read has ERR! in its cells; instead of the table stands "Unable to
determine the device handle for GPU ...", "No devices were found" and the like, which is refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from parsers.cells import COUNT, ERROR_WORDS, NOT_APPLICABLE, TEXT, VERSION, Kind, bus_id, one_of, read_cell
from parsers.errors import ParseError
from parsers.nvidia_smi.kinds import PERFORMANCE
from parsers.nvidia_smi.lines import WARNING
from parsers.nvidia_smi.table_sections import (
    BORDER,
    MIB,
    TOOL,
    Block,
    MigDevice,
    TableProcess,
    pair,
    take_blocks,
    take_mig_devices,
    take_processes,
    take_titles,
)
from parsers.plain_text import Scanner
from parsers.reading import Absent, Field, NoReading, NotApplicable
from parsers.tool import Tool

_TIMESTAMP = re.compile(r" *(?P<text>[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4})\n")
_VERSIONS = re.compile(
    r" *\| NVIDIA-SMI (?P<smi>[0-9.]+) +(?:Driver|KMD) Version: (?P<driver>\S+)(?: +CUDA (?:UMD )?Version: (?P<cuda>\S+))? *\|\n"
)
_SECTION = re.compile(r" *\| *(?P<name>MIG devices|Processes): *(?:GPU Memory *)?\|\n")
_TITLES = (
    ("GPU Name Persistence-M", "Bus-Id Disp.A", "Volatile Uncorr. ECC"),
    ("Fan Temp Perf Pwr:Usage/Cap", "Memory-Usage", "GPU-Util Compute M."),
    ("", "", "MIG M."),
)

_PHRASES = sorted((word for word in ERROR_WORDS | NOT_APPLICABLE if " " in word), key=len, reverse=True)
_WORD = re.compile("|".join([*map(re.escape, _PHRASES), r"\S+"]))
"""A value of a cell that has several: an error of several words is one of them."""

_ON_OFF = one_of("On", "Off")
_PERCENT = Kind("%", re.compile("([0-9]{1,3})%"), int, "a percentage")
_DEGREES = Kind("C", re.compile("(-?[0-9]{1,4})C"), int, "degrees")
_WATTS = Kind("W", re.compile("([0-9]{1,6})W"), int, "watts")
_INDEX = re.compile("[0-9]{1,4}")
_COMPUTE = one_of("Default", "E. Process", "E. Thread", "Prohibited")
_MIG = one_of("Enabled", "Disabled", "Enabled*", "Disabled*")


@dataclass(frozen=True)
class TableGpu:
    """
    A board. `pci_bus_id` is in the form of parsers.cells.bus_id; `name` may be cut ("..."), and is an ErrorWord at ERR!.

    `persistence_mode` and `display_active` are On or Off. `volatile_uncorrectable` counts ECC errors since the driver was
    loaded; it is NotApplicable where "Off" (no ECC) or "On" (MIG: counted per device) stands instead. `mig_mode` with a
    star waits for a reset; Absent before driver 450. `compute_mode` as printed ("E. Process").
    """

    index: int
    pci_bus_id: str
    name: Field
    persistence_mode: Field
    display_active: Field
    volatile_uncorrectable: Field
    fan_percent: Field
    temperature_c: Field
    performance_state: Field
    power_usage_w: Field
    power_cap_w: Field
    memory_used_mib: Field
    memory_total_mib: Field
    gpu_utilization_percent: Field
    compute_mode: Field
    mig_mode: Field


@dataclass(frozen=True)
class Table:
    """
    The tables, and the warnings around them; a node with any of these is not in order.

    `mig_devices` is Absent without such a table, `processes` too; NotApplicable where a board cannot tell its processes.
    """

    timestamp: Field
    nvidia_smi_version: str
    driver_version: Field
    cuda_version: Field
    gpus: tuple[TableGpu, ...]
    mig_devices: tuple[MigDevice, ...] | NoReading
    processes: tuple[TableProcess, ...] | NoReading
    warnings: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Never: warnings may follow the last table, and nothing says that there are none."""
        return False


def parse(text: str) -> Table:
    """
    The tables of one run; -i may have left out boards.

    Raises ParseError, quoting the line, for a text that does not begin with the table (no driver, a board that cannot be
    opened), other columns than those known, a board with more or fewer lines than the head has, a number without its
    unit, indices that do not ascend, a bus id twice, a table that is cut, repeated or unknown, and a MIG device or
    process of a board that is not in the table.
    """
    scanner = Scanner(TOOL, text)
    warnings: list[str] = []
    _skip(scanner, warnings)
    time = scanner.take_if(_TIMESTAMP)
    scanner.skip_blank_lines()
    scanner.take(BORDER, "the table of nvidia-smi")
    versions = scanner.take(_VERSIONS, "the versions of nvidia-smi and of the driver")
    scanner.take(BORDER, "the border above the titles")
    titles = take_titles(scanner)
    if titles not in (_TITLES[:2], _TITLES):
        raise ParseError(TOOL, "the columns of a known release", " ".join(cell for row in titles for cell in row))
    gpus = _gpus(scanner, len(titles))
    sections = _sections(scanner, warnings, {gpu.index for gpu in gpus})
    return Table(
        read_cell(TOOL, TEXT, time["text"] if time else "", "timestamp"),
        versions["smi"],
        read_cell(TOOL, VERSION, versions["driver"], "Driver Version"),
        read_cell(TOOL, VERSION, versions["cuda"] or "", "CUDA Version"),
        gpus,
        *sections,
        tuple(warnings),
    )


def _skip(scanner: Scanner, warnings: list[str]) -> None:
    """Past empty lines and warnings."""
    scanner.skip_blank_lines()
    while (warning := scanner.take_if(WARNING)) is not None:
        warnings.append(warning["warning"])
        scanner.skip_blank_lines()


def _gpus(scanner: Scanner, height: int) -> tuple[TableGpu, ...]:
    gpus = tuple(_gpu(block) for block in take_blocks(scanner, height, 3))
    indices = [gpu.index for gpu in gpus]
    if indices != sorted(set(indices)):
        raise ParseError(TOOL, "boards in the order of their indices, each once", ", ".join(map(str, indices)))
    if len({gpu.pci_bus_id for gpu in gpus}) != len(gpus):
        raise ParseError(TOOL, "every bus id once", ", ".join(gpu.pci_bus_id for gpu in gpus))
    return gpus


def _gpu(block: Block) -> TableGpu:
    (identity, place, ecc), (state, memory, use), *more = block.rows
    index, _, name = identity.partition(" ")
    address, _, display = place.partition(" ")
    pci_bus_id = bus_id(address)
    if _INDEX.fullmatch(index) is None or pci_bus_id is None or (more and any(more[0][:2])):
        raise ParseError(TOOL, "index and bus id of a board, and nothing beside its MIG mode", f"{identity} | {place}", block.line)
    where = f"GPU {int(index)}"
    mig = read_cell(TOOL, _MIG, more[0][2], f"{where} MIG M.", block.line + 2) if more else Absent(f"{where} MIG M.")
    first = _first_line(where, name, display, ecc, block.line)
    return TableGpu(int(index), pci_bus_id, *first, *_second_line(where, state, memory, use, block.line + 1), mig)


def _first_line(where: str, identity: str, display: str, ecc: str, line: int) -> tuple[Field, Field, Field, Field]:
    name, _, persistence = identity.strip().rpartition(" ")
    if not name or not ecc or " " in display.strip():
        raise ParseError(TOOL, f"name, persistence mode, display and ECC errors of {where}", f"{identity} | {display} | {ecc}", line)
    title = f"{where} Volatile Uncorr. ECC"
    return (
        read_cell(TOOL, TEXT, name, f"{where} Name", line),
        read_cell(TOOL, _ON_OFF, persistence, f"{where} Persistence-M", line),
        read_cell(TOOL, _ON_OFF, display, f"{where} Disp.A", line),
        NotApplicable(f"{title}: {ecc}") if ecc in ("On", "Off") else read_cell(TOOL, COUNT, ecc, title, line),
    )


_Second = tuple[Field, Field, Field, Field, Field, Field, Field, Field, Field]


def _second_line(where: str, state: str, memory: str, use: str, line: int) -> _Second:
    left, cap = pair(state)
    words = _WORD.findall(left)
    utilization, *compute = _WORD.findall(use) or [""]
    if len(words) != 4 or not (memory and utilization and compute):
        raise ParseError(TOOL, f"fan, temperature, state, power, memory and use of {where}", f"{state} | {memory} | {use}", line)
    used, total = pair(memory)

    def cell(kind: Kind, text: str, title: str) -> Field:
        return read_cell(TOOL, kind, text, f"{where} {title}", line)

    return (
        cell(_PERCENT, words[0], "Fan"),
        cell(_DEGREES, words[1], "Temp"),
        cell(PERFORMANCE, words[2], "Perf"),
        cell(_WATTS, words[3], "Pwr:Usage"),
        cell(_WATTS, cap, "Pwr:Cap"),
        cell(MIB, used, "Memory-Usage"),
        cell(MIB, total, "Memory-Usage of"),
        cell(_PERCENT, utilization, "GPU-Util"),
        cell(_COMPUTE, " ".join(compute), "Compute M."),
    )


def _sections(
    scanner: Scanner, warnings: list[str], gpus: Collection[int]
) -> tuple[tuple[MigDevice, ...] | NoReading, tuple[TableProcess, ...] | NoReading]:
    """The tables below that of the boards, each at most once and in this order."""
    devices: tuple[MigDevice, ...] | NoReading = Absent("MIG devices")
    running: tuple[TableProcess, ...] | NoReading = Absent("Processes")
    name = _next_section(scanner, warnings)
    if name == "MIG devices":
        devices = take_mig_devices(scanner, gpus)
        name = _next_section(scanner, warnings)
    if name == "Processes":
        running = take_processes(scanner, gpus)
        name = _next_section(scanner, warnings)
    if name is not None:
        raise ParseError(TOOL, "MIG devices, then processes, each once", name)
    return devices, running


def _next_section(scanner: Scanner, warnings: list[str]) -> str | None:
    _skip(scanner, warnings)
    if scanner.done:
        return None
    scanner.take(BORDER, "a table of MIG devices or processes, a warning, or the end of the output")
    return scanner.take(_SECTION, "MIG devices or Processes")["name"]


TOOLS = (Tool("nvidia-smi-table", "418 to 610", "nvidia-smi: the table of boards, MIG devices and processes, and warnings", parse),)
