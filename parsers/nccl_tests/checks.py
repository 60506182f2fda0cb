"""What a test says twice: sizes and their number, ranks and their number, time and bandwidth, rows and their summary."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from parsers.errors import ParseError
from parsers.nccl_tests.figures import Figure, common_ratio, is_mean
from parsers.nccl_tests.records import TOOL, NcclTest, Parameters, Row
from parsers.nccl_tests.table import Figures
from parsers.reading import Field, Reading

_LEAST_FACTOR = 2
_MOST_POWERS = 64


def _whole(field: Field) -> int:
    """A whole number that was read, else 0."""
    return int(field.value) if isinstance(field, Reading) else 0


def check_ranks(test: NcclTest, *, first_of_process: bool) -> int:
    """
    How many ranks there are; 0 if none is listed.

    They are numbered from 0 on, and every process has as many as threads times GPUs; or only its first one is listed.
    """
    each = _whole(test.parameters.n_thread) * _whole(test.parameters.n_gpus) or 1
    step = each if first_of_process else 1
    for position, rank in enumerate(test.ranks):
        if rank.rank != position * step:
            raise ParseError(TOOL, f"rank {position * step}", f"rank {rank.rank}")
    if len(test.ranks) * step % each:
        raise ParseError(TOOL, f"{each} ranks for every process", f"{len(test.ranks)} ranks")
    return len(test.ranks) * step


def check_sizes(test: NcclTest, *, cut: bool) -> None:
    """
    Each type, operation and root is measured at the same ascending sizes, once or several times (-N).

    How many sizes follows from the parameters or, where the text does not have them, from the first rows. Where a text was cut
    the last sizes may be missing.
    """
    groups = [list(rows) for _, rows in groupby(test.rows, key=lambda row: (row.type, row.redop, row.root))]
    count = _asked(test.parameters) or _ascending(groups[0])
    sizes = [row.size_bytes for row in groups[0][:count]]
    for group in groups:
        rounds, rest = divmod(len(group), count)
        found = [row.size_bytes for row in group]
        if found != sizes * rounds + sizes[:rest] or sizes != sorted(sizes) or (rest and not (cut and group is groups[-1])):
            raise ParseError(TOOL, f"{count} ascending sizes of {group[0].type}", ", ".join(map(str, found)))


def check_counts(test: NcclTest) -> None:
    """The size is the count of elements times the same number of bytes in all rows of one type."""
    first: dict[str, Row] = {}
    for row in test.rows:
        known = first.setdefault(row.type, row) if row.count else row
        if row.size_bytes * known.count != row.count * known.size_bytes or (row.count == 0) != (row.size_bytes == 0):
            raise ParseError(TOOL, f"a count of {row.type} for {row.size_bytes} bytes", str(row.count))


def _asked(asked: Parameters) -> int:
    """How many sizes lie between minBytes and maxBytes; 0 if that is not known."""
    least, most, step = _whole(asked.min_bytes), _whole(asked.max_bytes), _whole(asked.step)
    if isinstance(asked.step, Reading) and asked.step.unit == "bytes":
        return (most - least) // step + 1 if step else 0
    if step < _LEAST_FACTOR or not least:
        return 0
    return sum(1 for power in range(_MOST_POWERS) if least * step**power <= most)


def _ascending(rows: Sequence[Row]) -> int:
    return next((at for at in range(1, len(rows)) if rows[at].size_bytes < rows[at - 1].size_bytes), len(rows))


def check_figures(figures: Sequence[Figures], *, ranks: int, by_cpu: bool) -> None:
    """
    Bandwidth is size by time (not if the time is the CPU's), and bus bandwidth is that times a factor, the same in every row.

    The factor is known for a number of ranks: 2(n-1)/n, (n-1)/n or 1, depending on the collective; 0 ranks leave it open.
    """
    if not by_cpu and common_ratio((_speed(found), found.algbw) for found in figures if found.size) is None:
        raise ParseError(TOOL, "algbw that is size by time in every row", "other numbers")
    factor = common_ratio((found.algbw, found.busbw) for found in figures)
    if factor is None:
        raise ParseError(TOOL, "busbw that is algbw times one factor in every row", "other numbers")
    if ranks and not any(factor.low <= known <= factor.high for known in (2 * (ranks - 1) / ranks, (ranks - 1) / ranks, 1.0)):
        raise ParseError(TOOL, f"busbw of the {ranks} ranks that are listed", f"busbw of {factor.low:.4f} times algbw")


def _speed(found: Figures) -> Figure:
    """Size by time in GB/s."""
    thousands = found.size / 1e3
    return Figure(thousands / found.time.high, thousands / found.time.low if found.time.low else math.inf)


def check_summary(test: NcclTest, average: Figure | None, busbw: Sequence[Figure]) -> None:
    """
    The average is that of the rows, and wrong elements are counted if and only if a row has some.

    Old releases average over threads that measured each for itself: of several threads the average is not checked.
    """
    if average is not None and _whole(test.parameters.n_thread) <= 1 and not is_mean(average, busbw):
        raise ParseError(TOOL, "the average of the rows", str(getattr(test.average_bus_bandwidth_gb_s, "line", "")))
    sides = [side for row in test.rows for side in (row.out_of_place, row.in_place)]
    _check_count(test.out_of_bounds_values, (side.wrong for side in sides))
    _check_count(test.bitwise_mismatches, (side.bit_differences for side in sides))


def _check_count(count: Field, cells: Iterable[Field]) -> None:
    found = [cell for cell in cells if isinstance(cell, Reading)]
    if isinstance(count, Reading) and found and (count.value != 0) != any(cell.value != 0 for cell in found):
        raise ParseError(TOOL, "a count that agrees with the rows", count.line)
