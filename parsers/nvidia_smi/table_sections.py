"""
The tables below nvidia-smi's table of boards: MIG devices and processes; and what all of its tables are drawn with.

MIG devices from driver 450 on, whose first releases give each one line, with "Shared Memory-Usage" for "Memory-Usage" from
580 on. Compute instances that share a GPU instance share its cells too: below the first of them these are blank. Processes
have columns for GPU and compute instance (GI, CI) from driver 450 on. Names of processes that do not fit are cut.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from parsers.cells import COUNT, ERROR_WORDS, Kind, read_cell
from parsers.errors import ParseError
from parsers.plain_text import Scanner
from parsers.reading import ErrorWord, Field, NotApplicable

TOOL = "nvidia-smi"
BORDER = re.compile(r" *[+|]-[-+ ]*[+|]\n")
ROW = re.compile(r" *\|(?![-=])(?P<cells>[^\n]*)\|\n")
RULE = re.compile(r" *\|=[=+]*\|\n")
MIB = Kind("MiB", re.compile("([0-9]{1,18})MiB"), int, "a number in MiB")

_MAX_ROW = 1000
_MIG_TITLES = (
    ("GPU GI CI MIG", "Memory-Usage", "Vol", "Shared"),
    ("ID ID Dev", "BAR1-Usage", "SM Unc", "CE ENC DEC OFA JPG"),
    ("", "", "ECC", ""),
)
_MIG_TITLES_450 = (_MIG_TITLES[0], ("ID ID Dev", "", *_MIG_TITLES[1][2:]), _MIG_TITLES[2])
"""In the first releases, which give each device one line and tell nothing of BAR1."""
_NO_MIG_DEVICES = re.compile(r" *\| *No MIG devices found *\|\n")
_FOUR_NUMBERS = re.compile("[0-9]{1,4}(?: +[0-9]{1,4}){3}")
_INSTANCES = {("GPU GI CI PID Type Process name GPU Memory", "ID ID Usage"): 2, ("GPU PID Type Process name Usage",): 0}
"""How many columns of instances stand behind the board's, by the titles of the table of processes."""
_NO_PROCESSES = "No running processes found"
_NO_ANSWER = re.compile(r"[0-9]{1,4} +(?:N/A +N/A +)?Not Supported")
_NUMBER = re.compile("[0-9]{1,18}")
_TYPE = re.compile(r"[A-Z](?:\+[A-Z])?")


@dataclass(frozen=True)
class MigDevice:
    """
    A part of board `gpu`, by the ids of its GPU and compute instance, and by its number on the board.

    `volatile_uncorrectable` counts ECC errors since the driver was loaded; `multiprocessors`, `copy_engines` and so on are
    how many of them the device has. What it shares with the device above it is Absent.
    """

    gpu: int
    gpu_instance: int
    compute_instance: int
    device: int
    memory_used_mib: Field
    memory_total_mib: Field
    bar1_used_mib: Field
    bar1_total_mib: Field
    multiprocessors: Field
    volatile_uncorrectable: Field
    copy_engines: Field
    encoders: Field
    decoders: Field
    ofa: Field
    jpeg: Field


@dataclass(frozen=True)
class TableProcess:
    """
    A process on board `gpu`: its type (C, G, C+G, M+C), its name (may be cut, or empty), the board's memory that it holds.

    `gpu_instance` and `compute_instance` are NotApplicable without MIG, Absent before driver 450.
    """

    gpu: int
    gpu_instance: Field
    compute_instance: Field
    pid: int
    type: str
    name: str
    used_memory_mib: Field


@dataclass(frozen=True)
class Block:
    """The rows between two borders: their cells without blanks around them, and the number of the first line."""

    line: int
    rows: list[list[str]]


def pair(cell: str) -> tuple[str, str]:
    """Both parts of "USED / TOTAL"; an error or N/A in their place is said of both."""
    used, slash, total = cell.partition(" / ")
    return (used.strip(), total.strip()) if slash else (cell, cell)


def take_titles(scanner: Scanner) -> tuple[tuple[str, ...], ...]:
    """The titles above a table's rule, each line's by column, with one blank between words."""
    titles: list[tuple[str, ...]] = []
    while scanner.take_if(RULE) is None:
        row = scanner.take(ROW, "titles of columns, or the rule below them")
        titles.append(tuple(" ".join(cell.split()) for cell in row["cells"].split("|")))
    return tuple(titles)


def take_blocks(scanner: Scanner, height: int, width: int) -> list[Block]:
    """All rows of a table: blocks of `height` lines of `width` cells with a border below each. ParseError if there is none."""
    blocks: list[Block] = []
    line = scanner.line_number
    while (row := scanner.take_if(ROW)) is not None:
        rows = [row, *(scanner.take(ROW, f"{height} lines between two borders") for _ in range(height - 1))]
        scanner.take(BORDER, f"a border below {height} lines")
        blocks.append(Block(line, [_cells(row, width, line + place) for place, row in enumerate(rows)]))
        line += height + 1
    if not blocks:
        raise scanner.error("a row of the table")
    return blocks


def _cells(row: re.Match[str], width: int, line: int) -> list[str]:
    cells = [cell.strip() for cell in row["cells"].split("|")]
    if len(cells) != width or len(row[0]) > _MAX_ROW:
        raise ParseError(TOOL, f"a row of {width} cells", row[0].strip(), line)
    return cells


def take_mig_devices(scanner: Scanner, gpus: Collection[int]) -> tuple[MigDevice, ...]:
    """The table of MIG devices below its name; ParseError unless those of a board of `gpus` are numbered 0, 1, 2 ..."""
    scanner.take(BORDER, "the border below the name of the table")
    titles = tuple(tuple(cell.removeprefix("Shared ") for cell in row) for row in take_titles(scanner))
    if titles not in (_MIG_TITLES, _MIG_TITLES_450):
        raise ParseError(TOOL, "the columns of MIG devices", ", ".join(cell for row in titles for cell in row))
    if scanner.take_if(_NO_MIG_DEVICES):
        scanner.take(BORDER, "the border below the table")
        return ()
    devices: list[MigDevice] = []
    count: Counter[int] = Counter()
    for block in take_blocks(scanner, 2 if titles == _MIG_TITLES else 1, 4):
        device = _mig_device(block)
        if device.gpu not in gpus or device.device != count[device.gpu]:
            raise ParseError(TOOL, f"device {count[device.gpu]} of a board of the table above", block.rows[0][0], block.line)
        count[device.gpu] += 1
        devices.append(device)
    return tuple(devices)


def _mig_device(block: Block) -> MigDevice:
    (ids, memory, counts, engines), *below = block.rows
    left, bar1, *right = below[0] if below else [""] * 4
    numbers = [*(counts.split() or [""] * 2), *(engines.split() or [""] * 5)]
    titles = ("SM", "Vol Unc ECC", "CE", "ENC", "DEC", "OFA", "JPG")
    if _FOUR_NUMBERS.fullmatch(ids) is None or left or any(right) or len(numbers) != len(titles):
        raise ParseError(TOOL, "a MIG device", " | ".join(block.rows[0]), block.line)
    gpu, gpu_instance, compute_instance, device = map(int, ids.split())
    where = f"GPU {gpu} MIG device {device}"
    used, total = (read_cell(TOOL, MIB, text, f"{where} Memory-Usage", block.line) for text in pair(memory))
    bar1_used, bar1_total = (read_cell(TOOL, MIB, text, f"{where} BAR1-Usage", block.line + 1) for text in pair(bar1))
    sm, ecc, *shared = (read_cell(TOOL, COUNT, text, f"{where} {title}", block.line) for title, text in zip(titles, numbers, strict=True))
    return MigDevice(gpu, gpu_instance, compute_instance, device, used, total, bar1_used, bar1_total, sm, ecc, *shared)


def take_processes(scanner: Scanner, gpus: Collection[int]) -> tuple[TableProcess, ...] | NotApplicable:
    """The table of processes below its name; NotApplicable if a board cannot tell its processes."""
    titles = tuple(" ".join(row) for row in take_titles(scanner))
    if titles not in _INSTANCES:
        raise ParseError(TOOL, "the columns of processes", ", ".join(titles))
    line, rows = scanner.line_number, list[str]()
    while (row := scanner.take_if(ROW)) is not None:
        rows.append(row["cells"].strip())
    scanner.take(BORDER, "a process, or the border below the table")
    if not rows:
        raise ParseError(TOOL, f"a process, or {_NO_PROCESSES}", "neither", line)
    if rows == [_NO_PROCESSES]:
        return ()
    silent = [row for row in rows if _NO_ANSWER.fullmatch(row)]
    told = [_process(row, _INSTANCES[titles], gpus, line + place) for place, row in enumerate(rows) if row not in silent]
    return NotApplicable(silent[0]) if silent else tuple(told)


def _process(row: str, instances: int, gpus: Collection[int], line: int) -> TableProcess:
    """A row of: board, instances, pid, type, name (may be empty), memory."""
    words = row[:_MAX_ROW].split(None, 3 + instances)
    words += [""] * (4 + instances - len(words))
    gpu, pid, kind, rest = words[0], *words[1 + instances :]
    name, _, memory = rest.rpartition(" ")
    used = read_cell(TOOL, MIB, memory, f"GPU {gpu} process {pid}", line)
    numbers = _NUMBER.fullmatch(gpu) and _NUMBER.fullmatch(pid)
    if not (numbers and _TYPE.fullmatch(kind) and memory) or (isinstance(used, ErrorWord) and used.word not in ERROR_WORDS):
        raise ParseError(TOOL, "GPU, instances, PID, type, name and memory of a process", row, line)
    if int(gpu) not in gpus:
        raise ParseError(TOOL, "a process of a board of the table above", row, line)
    gi, ci = (
        read_cell(TOOL, COUNT, text, f"GPU {gpu} process {pid} {title}", line)
        for title, text in zip(("GI", "CI"), words[1 : 1 + instances] or ("", ""), strict=True)
    )
    return TableProcess(int(gpu), gi, ci, int(pid), kind, name.strip(), used)
