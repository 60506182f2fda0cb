"""The text of nccl-tests: parameters, ranks, table and summary of one test, among lines of NCCL, of MPI and of others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from parsers.errors import ParseError
from parsers.nccl_tests.checks import check_counts, check_figures, check_ranks, check_sizes, check_summary
from parsers.nccl_tests.figures import general
from parsers.nccl_tests.lines import (
    AVERAGE,
    BITWISE,
    COUNTED,
    END,
    FAILURE,
    HEADER,
    NCCL,
    OUT_OF_BOUNDS,
    PARAMETER,
    PARAMETERS,
    RANK,
    REDUCED,
    ROW,
    SAYING,
    SILENT,
    START,
    UNITS,
    VERSION,
    WARNING,
    untagged,
)
from parsers.nccl_tests.records import TOOL, NcclTest, Parameters, Rank, Row, dotted
from parsers.nccl_tests.table import Figures, Header, read_header, read_row
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

_PARAMETERS = {
    "n_thread": ("count", "nThread"), "n_gpus": ("count", "nGpus"), "min_bytes": ("bytes", "minBytes"), "max_bytes": ("bytes", "maxBytes"),
    "step": ("count", "step"), "warmup_iters": ("count", "warmup iters", "warmupIters"), "iters": ("count", "iters"),
    "validation": ("count", "validation", "validate"),
}  # fmt: skip
"""For each parameter its unit and the names under which it is printed; a step says itself whether it is a factor or bytes."""
_VERDICT = "OK or FAILED of the average"


@dataclass
class _Run:
    """What was read so far."""

    process: str | None = None
    version: re.Match[str] | None = None
    program: str | None = None
    parameters: dict[str, re.Match[str]] = field(default_factory=dict)
    reduced: re.Match[str] | None = None
    ranks: list[Rank] = field(default_factory=list)
    header: Header | None = None
    in_units: bool = False
    rows: list[Row] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)
    counts: dict[str, re.Match[str]] = field(default_factory=dict)
    average: re.Match[str] | None = None
    concluded: bool = False
    nccl: re.Match[str] | None = None
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether the last line was read: the average, or the conclusion in releases that announce the beginning."""
        return self.average is not None and (self.concluded or (self.program is None and self.version is None))


def parse(text: str) -> NcclTest:
    """
    A test, whole or cut.

    Raises ParseError, quoting the line, for any message of failure (of the test, of mpirun or srun) wherever it stands, without a
    row, for columns or a row that are not understood, lines of the test that come from two processes, ranks that are not
    numbered 0, 1, 2 ..., sizes that do not ascend or are not as many as the parameters ask for, time, bandwidth and
    bus bandwidth that disagree in a row or with the number of ranks, an average that is not that of the rows, a count of wrong values
    that contradicts them or its own word, a line that is there twice, and a second test.
    """
    lines = [line.strip() for line in printable_lines(TOOL, text)]
    _refuse_failure(lines)
    run = _Run()
    for number, line in enumerate(lines if ends_whole_line(text) else lines[:-1], start=1):
        _take(run, line, number)
    if not run.rows:
        raise ParseError(TOOL, "a table with a row for a message size", *_first(lines))
    test = _record(run)
    ranks = check_ranks(test, first_of_process=False)
    groups = {rank.group for rank in test.ranks}
    check_sizes(test, cut=run.average is None)
    check_counts(test)
    by_cpu = run.header is not None and run.header.side[0] == "cputime"
    check_figures(run.figures, ranks=ranks if len(groups) == 1 else 0, by_cpu=by_cpu)
    check_summary(test, run.average and general(run.average["average"]), [found.busbw for found in run.figures])
    return test


def _refuse_failure(lines: Sequence[str]) -> None:
    failures = [(line, number) for number, line in enumerate(lines, start=1) if FAILURE.search(line)]
    if failures:
        raise ParseError(TOOL, "a test without a message of failure", "; ".join(line for line, _ in failures), failures[0][1])


def _first(lines: Sequence[str]) -> tuple[str, int]:
    """The first line that is no comment, or just the first one."""
    shown = [(line, number) for number, line in enumerate(lines, start=1) if line.strip("-")]
    return next(((line, number) for line, number in shown if not line.startswith("#")), shown[0] if shown else ("", 0))


def _take(run: _Run, line: str, number: int) -> None:
    """One line into the run; what follows its end must not be of another test, and is not kept."""
    process, body = untagged(line)
    if SILENT.fullmatch(body):
        return
    for pattern, taken in _TAKERS:
        match = pattern.fullmatch(body)
        if match is not None:
            if (run.ended and taken is not _take_end) or run.process not in (None, process):
                raise ParseError(TOOL, "the output of one test, printed by one process", line, number)
            run.process = process
            taken(run, match, number)
            return
    _take_other(run, body, line, number)


def _take_other(run: _Run, body: str, line: str, number: int) -> None:
    """A line of NCCL, or one of unknown meaning, unless it looks like one of the test."""
    if run.ended:
        return
    version = NCCL.fullmatch(body)
    if version is not None:
        run.nccl = run.nccl or version
    elif WARNING.fullmatch(line):
        run.warnings.append(line)
    elif SAYING.search(body):
        raise ParseError(TOOL, "a line of the test", line, number)
    else:
        run.notes.append(line)


def _once(value: object, line: str, number: int) -> None:
    if value is not None:
        raise ParseError(TOOL, "this line once", line, number)


def _take_version(run: _Run, match: re.Match[str], number: int) -> None:
    _once(run.version, match[0], number)
    run.version = match


def _take_start(run: _Run, match: re.Match[str], number: int) -> None:
    _once(run.program, match[0], number)
    run.program = match["program"]


def _take_parameters(run: _Run, match: re.Match[str], number: int) -> None:
    _once(run.parameters or None, match[0], number)
    found = list(PARAMETER.finditer(match["parameters"]))
    run.parameters = {parameter["name"]: parameter for parameter in found}
    stepped = all((parameter["name"] == "step") == (parameter["unit"] is not None) for parameter in found)
    if PARAMETER.sub("", match["parameters"]) or len(run.parameters) != len(found) or not stepped:
        raise ParseError(TOOL, "parameters with a number each, and a step that is a factor or bytes", match[0], number)


def _take_reduced(run: _Run, match: re.Match[str], number: int) -> None:
    _once(run.reduced, match[0], number)
    run.reduced = match


def _take_rank(run: _Run, match: re.Match[str], number: int) -> None:
    _once(run.header, match[0], number)
    group, pid = (None if match[name] is None else int(match[name]) for name in ("group", "pid"))
    run.ranks.append(Rank(int(match["rank"]), group, pid, match["host"], int(match["device"]), match["bus"], match["name"]))


def _take_header(run: _Run, match: re.Match[str], number: int) -> None:
    _once(run.header, match[0], number)
    run.header = read_header(match["columns"], number)
    run.in_units = run.header.milliseconds


def _take_units(run: _Run, match: re.Match[str], number: int) -> None:
    if run.header is None or run.in_units:
        raise ParseError(TOOL, "one line of units, below the columns", match[0], number)
    run.in_units = True


def _take_row(run: _Run, match: re.Match[str], number: int) -> None:
    if run.header is None or not run.in_units or run.counts:
        raise ParseError(TOOL, "a row between its columns and units and the summary", match[0], number)
    row, figures = read_row(run.header, match[0], number)
    run.rows.append(row)
    run.figures += figures


def _take_count(run: _Run, match: re.Match[str], number: int) -> None:
    name = match["name"]
    _once(run.counts.get(name), match[0], number)
    if not run.rows or run.average is not None or (match["verdict"] == "OK") != (int(match["count"]) == 0):
        raise ParseError(TOOL, "below the rows, OK for 0 and FAILED for more", match[0], number)
    run.counts[name] = match


def _take_average(run: _Run, match: re.Match[str], number: int) -> None:
    _once(run.average, match[0], number)
    if OUT_OF_BOUNDS not in run.counts:
        raise ParseError(TOOL, f"{OUT_OF_BOUNDS} above the average", match[0], number)
    run.average = match


def _take_end(run: _Run, match: re.Match[str], number: int) -> None:
    if run.concluded or run.average is None or run.program not in (None, match["program"]):
        raise ParseError(TOOL, f"the conclusion of {run.program or 'the test'} below its average, once", match[0], number)
    run.concluded = True


_TAKERS: tuple[tuple[re.Pattern[str], Callable[[_Run, re.Match[str], int], None]], ...] = (
    (ROW, _take_row),
    (VERSION, _take_version),
    (START, _take_start),
    (PARAMETERS, _take_parameters),
    (REDUCED, _take_reduced),
    (RANK, _take_rank),
    (HEADER, _take_header),
    (UNITS, _take_units),
    (COUNTED, _take_count),
    (AVERAGE, _take_average),
    (END, _take_end),
)


def _record(run: _Run) -> NcclTest:
    average = run.average
    return NcclTest(
        program=_text(run.program, f"Collective test starting: {run.program}", "Collective test starting"),
        version=Reading(run.version["version"], "version", run.version[0]) if run.version else Absent("nccl-tests version"),
        nccl_version=_nccl_version(run),
        parameters=_parameters(run),
        ranks=tuple(run.ranks),
        rows=tuple(run.rows),
        out_of_bounds_values=_counted(run, OUT_OF_BOUNDS),
        bitwise_mismatches=_counted(run, BITWISE),
        average_bus_bandwidth_gb_s=Reading(float(average["average"]), "GB/s", average[0]) if average else Absent("Avg bus bandwidth"),
        average_verdict=_text(average["verdict"], average[0], _VERDICT) if average else Absent(_VERDICT),
        warnings=tuple(run.warnings),
        notes=tuple(run.notes),
        complete=run.ended,
    )


def _text(value: str | None, line: str, name: str) -> Field:
    return Reading(value, "text", line) if value else Absent(name)


def _counted(run: _Run, name: str) -> Field:
    return Reading(int(run.counts[name]["count"]), "count", run.counts[name][0]) if name in run.counts else Absent(name)


def _nccl_version(run: _Run) -> Field:
    """From NCCL's own line, else from the number of the library: 22705 is 2.27.5."""
    if run.nccl is not None:
        return Reading(run.nccl["version"], "version", run.nccl[0])
    if run.version is not None and run.version["library"]:
        return Reading(dotted(int(run.version["library"])), "version", run.version[0])
    return Absent("NCCL version")


def _parameters(run: _Run) -> Parameters:
    found = {name: _parameter(run, unit, names) for name, (unit, *names) in _PARAMETERS.items()}
    if run.reduced is not None:
        found["max_bytes"] = Reading(int(run.reduced["max_bytes"]), "bytes", run.reduced[0])
    return Parameters(**found)


def _parameter(run: _Run, unit: str, names: Sequence[str]) -> Field:
    for name in names:
        if name in run.parameters:
            match = run.parameters[name]
            return Reading(int(match["number"]), "bytes" if match["unit"] == "bytes" else unit, match[0].strip())
    return Absent(names[0])


TOOLS = (Tool("nccl-tests", "2.0 to 2.20", "all_reduce_perf etc., text: time, bandwidth and wrong values by size", parse),)
