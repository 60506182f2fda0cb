"""
A line of progress of gpu_burn, and what all of them say of one GPU.

`50.0%  proc'd: 10 (900 Gflop/s) - 0 (0 Gflop/s)   errors: 0 - 3  (WARNING!)  temps: 61 C - --   power: 300 W - -- `
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.gpu_burn.records import TOOL, BurntGpu
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

PROGRESS = re.compile(
    r"(?P<percent>[0-9]{1,3}\.[0-9])%\s+proc'd: (?P<work>.+?)\s+errors: (?P<errors>.+?)\s+temps: (?P<temps>.+?)(?:\s+power: (?P<power>.+))?"
)
_WORK = re.compile(r"(?P<count>-1|[0-9]{1,10}) \((?P<rate>[0-9]{1,9}) Gflop/s\)(?P<died> +\(DIED!\))?")
_ERRORS = re.compile(r"(?P<count>-?[0-9]{1,20})(?: +\((?P<note>WARNING!|DIED!)\))?")
_DEGREES = re.compile(r"(?P<number>-?[0-9]{1,4}) C|--")
_WATTS = re.compile(r"(?P<number>[0-9]{1,5}) W|--")
_SEPARATOR = re.compile(r"(?<!-)- +")
_WORK_LOST = -1
_SHOWN_PERCENT = 100.0


@dataclass(frozen=True)
class Shown:
    """One GPU in one line of progress; temperature and power as they were printed, power None without that column."""

    processed: int
    gflops: str
    errors: int
    died: bool
    temperature: str
    power: str | None

    @property
    def line(self) -> str:
        """The part of the line that is about the work of this GPU."""
        return f"{self.processed} ({self.gflops} Gflop/s), errors: {self.errors}"


@dataclass(frozen=True)
class Progress:
    """One line: how much of the time is over, and every GPU."""

    percent: Reading
    gpus: tuple[Shown, ...]


def read_progress(match: re.Match[str], number: int) -> Progress:
    """A line that matched PROGRESS; ParseError for a cell of another shape, or parts that speak of different numbers of GPUs."""
    percent = float(match["percent"])
    work = _cells(_WORK, match, "work", number)
    errors = _cells(_ERRORS, match, "errors", number)
    temperatures = _cells(_DEGREES, match, "temps", number)
    power = _cells(_WATTS, match, "power", number) if match["power"] else [None] * len(work)
    if percent > _SHOWN_PERCENT or {len(errors), len(temperatures), len(power)} != {len(work)}:
        raise ParseError(TOOL, f"at most 100 %, and {len(work)} GPUs in every part of the line", match[0], number)
    gpus = tuple(_shown(*cells, match[0], number) for cells in zip(work, errors, temperatures, power, strict=True))
    return Progress(Reading(percent, "%", f"{match['percent']}%"), gpus)


def _cells(shape: re.Pattern[str], line: re.Match[str], part: str, number: int) -> list[re.Match[str]]:
    found = [shape.fullmatch(cell.strip()) for cell in _SEPARATOR.split(line[part])]
    cells = [cell for cell in found if cell is not None]
    if len(cells) != len(found):
        raise ParseError(TOOL, f"the {part} of every GPU", line[0], number)
    return cells


def _shown(
    work: re.Match[str], errors: re.Match[str], temperature: re.Match[str], power: re.Match[str] | None, line: str, number: int
) -> Shown:
    processed, count = int(work["count"]), int(errors["count"])
    lost = processed == _WORK_LOST
    if (errors["note"] == "DIED!") != lost or (errors["note"] == "WARNING!") != (count != 0 and not lost):
        raise ParseError(TOOL, "WARNING! for errors and DIED! for -1, and for nothing else", line, number)
    return Shown(processed, work["rate"], count, lost or work["died"] is not None, temperature[0], power and power[0])


def check_order(before: Progress, after: Progress, line: str, number: int) -> None:
    """ParseError if the number of GPUs changed, time or the work of a living GPU went back, or a dead one lives again."""
    if len(before.gpus) != len(after.gpus):
        raise ParseError(TOOL, f"{len(before.gpus)} GPUs, as in the line before", line, number)
    pairs = zip(before.gpus, after.gpus, strict=True)
    backwards = any(not now.died and (then.died or now.processed < then.processed) for then, now in pairs)
    if backwards or _value(after.percent) < _value(before.percent):
        raise ParseError(TOOL, "no less time and work than in the line before", line, number)


def burnt(index: int, status: Field, shown: Sequence[Shown]) -> BurntGpu:
    """What all lines say of one GPU."""
    died = any(line.died for line in shown)
    rates = [_rate(index, line) for line in shown if line.processed > 0]
    absent = Absent(f"work of GPU {index}")
    return BurntGpu(
        index=index,
        status=status,
        died=died,
        processed=_processed(index, shown, died=died),
        tflops_min=min(rates, key=_value, default=absent),
        tflops_max=max(rates, key=_value, default=absent),
        tflops_last=rates[-1] if rates else absent,
        errors=_errors(index, shown),
        temperature_max_c=_hottest(f"temps of GPU {index}", "C", (line.temperature for line in shown)),
        power_max_w=_hottest(f"power of GPU {index}", "W", (line.power for line in shown if line.power is not None)),
    )


def _value(reading: Reading) -> float:
    return float(reading.value)


def _rate(index: int, line: Shown) -> Reading:
    return Reading(float(f"{line.gflops}e-3"), "TFLOPS", f"GPU {index}: {line.line}; Gflop/s divided by 1000")


def _processed(index: int, shown: Sequence[Shown], *, died: bool) -> Field:
    if not shown:
        return Absent(f"work of GPU {index}")
    line = f"GPU {index}: {shown[-1].line}"
    return ErrorWord("DIED!", line) if died else Reading(shown[-1].processed, "count", line)


def _errors(index: int, shown: Sequence[Shown]) -> Field:
    if not shown:
        return Absent(f"errors of GPU {index}")
    lowest, highest = min(shown, key=lambda line: line.errors), max(shown, key=lambda line: line.errors)
    if lowest.errors < 0:
        return ErrorWord(str(lowest.errors), f"GPU {index}: {lowest.line}")
    return Reading(highest.errors, "count", f"GPU {index}: {highest.line}; the most of all lines")


def _hottest(name: str, unit: str, printed: Iterable[str]) -> Field:
    cells = list(printed)
    numbers = [int(cell.split()[0]) for cell in cells if cell != "--"]
    if numbers:
        return Reading(max(numbers), unit, f"{name}: {max(numbers)} {unit}, the most of all lines")
    return NotApplicable(f"{name}: --") if cells else Absent(name)
