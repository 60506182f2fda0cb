"""
The table of nccl-tests: its header names the columns, which differ from release to release and from option to option.

The columns on the left are size, count, type, and for some collectives operation and root; an old reduce_perf prints a
root that its header does not name. Those on the right come twice, out of place and in place, then perhaps a time of day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.nccl_tests.figures import Figure, printed
from parsers.nccl_tests.records import TOOL, Measured, Row
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

_LEFT = (("size", "count", "type", "redop", "root"), ("bytes", "N", "type", "op", "root"))
_SIDE = re.compile(r"(?:cpu)?time algbw busbw (?:#wrong|error|res)(?: #bitdiff)?(?: i_min i_max i_p99 i_cv%)?")
_FEWEST_LEFT = 3
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?(?:e[+-][0-9]{2})?")
_MILLISECONDS = re.compile(r"[0-9]{1,15}\.[0-9]{3}")
_COUNT = re.compile(r"[0-9]{1,18}")
_ROOT = re.compile(r"-?[0-9]{1,6}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,20}")
_TIME_OF_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_NOT_CHECKED = "N/A"


@dataclass(frozen=True)
class Header:
    """
    The columns of one side, and whether a time of day is the last column.

    `milliseconds` are what releases before the second line of units counted in.
    """

    side: tuple[str, ...]
    timed: bool
    milliseconds: bool

    @property
    def checked(self) -> str:
        """The name of the column that says whether results are right."""
        return self.side[3]


@dataclass(frozen=True)
class Figures:
    """The figures of a row's side that must agree with each other."""

    size: int
    time: Figure
    algbw: Figure
    busbw: Figure


def read_header(line: str, number: int) -> Header:
    """The header from its words, "#" left out; ParseError for a column that no known release prints."""
    words = line.split()
    timed = words[-1] == "timestamp"
    if timed:
        del words[-1]
    left = next((at for at, word in enumerate(words) if word in ("time", "cputime")), len(words))
    half, odd = divmod(len(words) - left, 2)
    side = words[left : left + half]
    known = any(tuple(words[:_FEWEST_LEFT]) == names[:_FEWEST_LEFT] and set(words[:left]) <= set(names) for names in _LEFT)
    if not known or odd or side != words[left + half :] or _SIDE.fullmatch(" ".join(side)) is None:
        raise ParseError(TOOL, "known columns, twice those of a measurement", line, number)
    return Header(tuple(side), timed, words[0] == "bytes")


def read_row(header: Header, line: str, number: int) -> tuple[Row, list[Figures]]:
    """A row and its figures; ParseError unless it has a cell of the right shape for every column."""
    words = line.split()
    if header.timed and _TIME_OF_DAY.fullmatch(" ".join(words[-2:])):
        del words[-2:]
    width = len(header.side)
    left, first, second = words[: -2 * width], words[-2 * width : -width], words[-width:]
    if len(left) < _FEWEST_LEFT or not all(_COUNT.fullmatch(word) for word in left[:2]) or _WORD.fullmatch(left[2]) is None:
        raise ParseError(TOOL, f"cells for the columns {' '.join(header.side)}, twice", line, number)
    redop, root = _operation(left[_FEWEST_LEFT:], line, number)
    size = int(left[0])
    places = ((first, "out of place"), (second, "in place"))
    measured = [_measured(header, side, f"{size} bytes, {place}", line, number) for side, place in places]
    return Row(size, int(left[1]), left[2], redop, root, *measured), [_figures(header, size, side) for side in (first, second)]


def _operation(words: Sequence[str], line: str, number: int) -> tuple[str | None, int | None]:
    redop = words[0] if words and _WORD.fullmatch(words[0]) else None
    roots = words[1:] if redop is not None else words
    if len(roots) > 1 or not all(map(_ROOT.fullmatch, roots)):
        raise ParseError(TOOL, "an operation and a root, or one of them, or none", line, number)
    return redop, int(roots[0]) if roots else None


def _measured(header: Header, side: Sequence[str], place: str, line: str, number: int) -> Measured:
    cells = dict(zip(header.side, side, strict=True))
    for name, cell in cells.items():
        shape = _MILLISECONDS if header.milliseconds and name == "time" else _NUMBER
        if name != header.checked and shape.fullmatch(cell) is None:
            raise ParseError(TOOL, f"a number as {name}", line, number)
    time, algbw, busbw = side[:3]
    exponent, unit = ("e3", "ms, times 1000") if header.milliseconds else ("", "us")
    wrong = _check(header.checked, cells[header.checked], place)
    return Measured(
        time_us=Reading(float(time + exponent), "us", f"{place}: {header.side[0]} {time} {unit}"),
        algbw_gb_s=Reading(float(algbw), "GB/s", f"{place}: algbw {algbw} GB/s"),
        busbw_gb_s=Reading(float(busbw), "GB/s", f"{place}: busbw {busbw} GB/s"),
        wrong=wrong if header.checked == "#wrong" else Absent("#wrong"),
        deviation=wrong if header.checked != "#wrong" else Absent("error"),
        bit_differences=_whole(cells["#bitdiff"], f"{place}: #bitdiff") if "#bitdiff" in cells else Absent("#bitdiff"),
    )


def _check(name: str, cell: str, place: str) -> Field:
    line = f"{place}: {name} {cell}"
    if cell == _NOT_CHECKED:
        return NotApplicable(line)
    if _NUMBER.fullmatch(cell) is None:
        return ErrorWord(cell, line)
    return _whole(cell, f"{place}: {name}") if name == "#wrong" else Reading(float(cell), "share", line)


def _whole(cell: str, name: str) -> Reading:
    """A count; large ones are printed as "1.34218e+08"."""
    return Reading(int(float(cell)), "count", f"{name} {cell}")


def _figures(header: Header, size: int, side: Sequence[str]) -> Figures:
    return Figures(size, printed(side[0], 1000.0 if header.milliseconds else 1.0), printed(side[1]), printed(side[2]))
