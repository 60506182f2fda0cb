"""
gpucheck, IBM Autopilot's program for copies, memory bandwidth and FP64 speed of every visible GPU (gpu-mem/gpucheck.cu).

Columns: GPU, copies of 1 GiB host to device from pinned and pageable memory, device to host likewise, daxpy (all GB/s,
10**9 bytes/s), dgemm (TFLOPS, 10**12), then temperature (C), power (W) and SM clock (MHz) as NVML gave them once.
The program's own verdict is the last line: "NONE", or the GPUs below limits compiled in for one model (4 GB/s, 1300
GB/s, 16 TFLOPS). It exits 0 either way and checks no error of its dgemm, so a failed one shows as an absurdly high
number: whoever judges needs an upper bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.plain_text import Scanner
from parsers.reading import Reading
from parsers.tool import Tool

TOOL = "gpucheck"
NO_FAULT = "NONE"

COLUMNS = ("GPU", "H2D(p)", "H2D", "D2H(p)", "D2H", "daxpy", "dgemm", "temp", "power", "smMHz")
_UNITS = ("GB/s", "GB/s", "GB/s", "GB/s", "GB/s", "TFLOPS", "C", "W", "MHz")

_ERROR = re.compile(r"(?P<error>Error [^\n]* at \S+ line [0-9]+)\n")
_HEADER = re.compile(r" *" + r" +".join(map(re.escape, COLUMNS)) + r"\n")
_MEASURED = r" +[0-9]{1,15}\.[0-9]{2}"
_ROW = re.compile(rf" *[0-9]{{1,4}}(?:{_MEASURED}){{6}}(?: +[0-9]{{1,15}}){{3}}\n")
_ROUNDING = 0.00501
_VALUE = r"[0-9]{1,15}\.[0-9]{6}"
_FAULT = re.compile(rf"GPU ([0-9]{{1,4}}) -- H2D\(p\): ({_VALUE}); daxpy: ({_VALUE}); dgemm: ({_VALUE})")
_SUMMARY = re.compile(r"Summary of GPU errors: ?(?P<summary>[^\n]*)\n")


@dataclass(frozen=True)
class Row:
    """One GPU: its index among the visible ones, and what was measured, in the units of the module's description."""

    gpu: int
    h2d_pinned_gb_s: Reading
    h2d_pageable_gb_s: Reading
    d2h_pinned_gb_s: Reading
    d2h_pageable_gb_s: Reading
    daxpy_gb_s: Reading
    dgemm_tflops: Reading
    temperature_c: Reading
    power_w: Reading
    sm_clock_mhz: Reading


@dataclass(frozen=True)
class GpuCheck:
    """
    The table, a row per visible GPU from 0 on, and the program's own summary: NO_FAULT, or the faults it found.

    The summary is the end mark: without it there is no record. How many GPUs there should be it does not say.
    """

    rows: tuple[Row, ...]
    summary: str
    complete: bool = True


def parse(text: str) -> GpuCheck:
    """
    The table of a run that came to its end.

    Raises ParseError, quoting the line, for an error of CUDA ("Error ... at FILE line N"), another header, a cell that
    is no plain number (negative, inf, nan), rows that are not numbered 0, 1, 2 ..., and a summary that is missing,
    cut, or disagrees with the table.
    """
    scanner = Scanner(TOOL, text)
    scanner.skip_blank_lines()
    error = scanner.take_if(_ERROR)
    if error is not None:
        raise ParseError(TOOL, "a measurement", error["error"], scanner.line_number - 1)
    scanner.take(_HEADER, f"the columns {' '.join(COLUMNS)}")
    rows = [_row(scanner.take(_ROW, "the row of a GPU")[0].strip(), 0)]
    while (match := scanner.take_if(_ROW)) is not None:
        rows.append(_row(match[0].strip(), len(rows)))
    summary = scanner.take(_SUMMARY, "the row of a GPU, or the summary")["summary"]
    scanner.end()
    _check_summary(summary, rows)
    return GpuCheck(tuple(rows), summary)


def _row(line: str, index: int) -> Row:
    gpu, *cells = line.split()
    if int(gpu) != index:
        raise ParseError(TOOL, f"the row of GPU {index}", line)
    return Row(index, *(Reading(float(cell), unit, line) for cell, unit in zip(cells, _UNITS, strict=True)))


def _check_summary(summary: str, rows: list[Row]) -> None:
    if summary == NO_FAULT:
        return
    faults = _FAULT.findall(summary)
    if not faults or _FAULT.sub("", summary):
        raise ParseError(TOOL, f"{NO_FAULT}, or the faults of GPUs", summary)
    for gpu, *printed in faults:
        if int(gpu) >= len(rows) or not _agree(rows[int(gpu)], printed):
            raise ParseError(TOOL, "faults that agree with the table", summary)


def _agree(row: Row, printed: list[str]) -> bool:
    shown = (row.h2d_pinned_gb_s, row.daxpy_gb_s, row.dgemm_tflops)
    return all(abs(float(value) - float(reading.value)) < _ROUNDING for value, reading in zip(printed, shown, strict=True))


TOOLS = (Tool("gpucheck", "IBM Autopilot 09a177d", "gpucheck: copies, daxpy and dgemm of every visible GPU", parse),)
