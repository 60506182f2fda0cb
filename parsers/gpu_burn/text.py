"""
The text of gpu_burn, line by line: every line has a meaning of its own, and their order depends on who prints them.

Into a pipe the workers' lines come at the end, and lines of the parent may be repeated by every worker. Messages from stderr
stand anywhere, "read[0] error 0" also inside of a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from parsers.errors import ParseError
from parsers.gpu_burn.progress import PROGRESS, Progress, burnt, check_order, read_progress
from parsers.gpu_burn.records import STATES, TOOL, GpuBurn, Initialized, ListedGpu
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

MAX_CHARACTERS = 64 * 1024 * 1024
"""An hour on eight GPUs is about half of it; what is drawn again unchanged is looked at once."""

_WORK = "proc'd: "
_LINE_END = re.compile(r"\r*\n|\r+|(?<=[CW-] )(?=[0-9]{1,3}\.[0-9]%  proc'd: )")
_LONE_RETURN = re.compile(r"\r(?![\r\n]|[0-9]{1,3}\.[0-9]%  proc'd: )")
_READ_ERROR = re.compile(r"read\[[0-9]{1,4}\] error -?[0-9]{1,6}")
_LISTED = re.compile(r"GPU (?P<index>[0-9]{1,4}): (?P<name>\S.*) \(UUID: (?P<uuid>[^()\s]+)\)")
_LENGTH = re.compile(r"(?:Run length not specified.*\. +)?Burning for (?P<length>[0-9]{1,9}) sec(?:s|onds)?\.?")
_INITIALIZED = re.compile(
    r"(?:Killing processes.*\. +)?Initialized device (?P<device>[0-9]{1,4}) with (?P<memory>[0-9]{1,9}) MB of memory "
    r"\((?P<available>[0-9]{1,9}) MB available, using (?P<used>[0-9]{1,9}) MB of it\), (?P<mode>using [A-Za-z0-9_, -]{1,80})"
)
_TESTED = re.compile(r"Tested (?P<count>[0-9]{1,4}) GPUs:")
_STATUS = re.compile(r"GPU (?P<index>[0-9]{1,4}): (?P<status>[A-Z ]{1,20})")
_SILENT = re.compile(
    r"Results are [0-9]+ bytes each, thus performing [0-9]+ iterations|Freed memory for dev [0-9]+|Uninitted cublas|done|"
    r"Killing processes(?:\.\.| with SIGTERM).*|Terminating threads|Summary at:.*|"
    r"Run length not specified[^%]*|Using compare file: .*|cuInit returned 0 .*|"
)
_FAILURE = re.compile(
    r"Couldn't |Could not |Failure during|No CUDA|No usable|No clients|Not enough|terminate called|what\(\):|NVIDIA-SMI has failed|"
    r"Unable to|Failed to|Error|Low mem|Syntax error|.*not found|Usage: "
)
_ABORTED = re.compile(r"No clients are alive")
_SAYING = re.compile(r"^[0-9.]+%|proc'd|Gflop|errors:|temps:|WARNING!|DIED|FAULTY|Tested|Initialized|Burning|GPU [0-9]+:")


@dataclass
class _Run:
    """What was read so far."""

    listed: list[ListedGpu] = field(default_factory=list)
    lengths: list[Reading] = field(default_factory=list)
    initialized: list[Initialized] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    announced: int | None = None
    statuses: list[Reading] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether every announced status was read."""
        return len(self.statuses) == self.announced


def parse(text: str) -> GpuBurn:
    """
    A run, whole or cut.

    Raises ParseError, quoting the line, if neither progress nor summary is there (the program's own message, if it
    printed one), if all workers died ("No clients are alive"), for a line of progress or a status that is not understood,
    lines with different numbers of GPUs, more GPUs tested than the node lists, a GPU twice, counts or times that go
    back, a mark (WARNING!, DIED!) that contradicts its count, "OK" for a GPU with errors, and a second run.
    """
    run = _Run()
    lines = _lines(text)
    for number, line in lines:
        _take(run, line, number)
    if not run.progress and run.announced is None:
        raise ParseError(TOOL, "a line of progress, or the summary", *_telling(lines))
    _check(run)
    return _record(run, text[: _whole(text)].count(_WORK))


def _whole(text: str) -> int:
    """Where the last line begins that has no end; every line of progress but the last is ended by a carriage return."""
    return len(text) if ends_whole_line(text) else max(text.rfind("\n"), text.rfind("\r")) + 1


def _lines(text: str) -> list[tuple[int, str]]:
    """Numbered lines, without one that is cut; of a line of progress that is drawn again unchanged, the first."""
    if len(text) > MAX_CHARACTERS:
        raise ParseError(TOOL, f"at most {MAX_CHARACTERS} characters", f"{len(text)} characters")
    body = text[: _whole(text)].removesuffix("\n").removesuffix("\r")
    lone = _LONE_RETURN.search(body)
    if lone is not None:
        raise ParseError(TOOL, "a carriage return before a line of progress only", body[max(0, lone.start() - 40) : lone.end() + 40])
    pieces = _LINE_END.sub("\n", body).split("\n")
    kept = [(number, piece) for number, piece in enumerate(pieces, start=1) if _WORK not in piece or piece != pieces[number - 2]]
    shown = printable_lines(TOOL, "\n".join(piece for _, piece in kept))
    return [(number, line.strip()) for (number, _), line in zip(kept, shown, strict=True)]


def _telling(lines: Sequence[tuple[int, str]]) -> tuple[str, int]:
    """The line that says why there is nothing to read: the first message of failure, or just the first line."""
    shown = [(line, number) for number, line in lines if line]
    return next(((line, number) for line, number in shown if _FAILURE.match(line)), shown[0])


def _take(run: _Run, line: str, number: int) -> None:
    """One line into the run; after the summary nothing of this program may follow, and nothing else is kept."""
    rest = _READ_ERROR.sub("", line).strip()
    if run.ended:
        if _SAYING.search(rest):
            raise ParseError(TOOL, "the output of one run", line, number)
        return
    run.failures += [said for said in _READ_ERROR.findall(line) if said not in run.failures]
    for pattern, taken in _TAKERS:
        match = pattern.fullmatch(rest)
        if match is not None:
            taken(run, match, number)
            return
    _take_message(run, rest, number)


def _take_message(run: _Run, line: str, number: int) -> None:
    if _ABORTED.match(line):
        raise ParseError(TOOL, "a worker that lives", "; ".join([*run.failures[:1], line]), number)
    if _FAILURE.match(line):
        run.failures.append(line)
    elif _SAYING.search(line):
        raise ParseError(TOOL, "a line of gpu_burn", line, number)
    else:
        run.notes.append(line)


def _take_nothing(run: _Run, match: re.Match[str], number: int) -> None:
    """Lines that say nothing to judge by."""


def _take_listed(run: _Run, match: re.Match[str], number: int) -> None:
    gpu = ListedGpu(int(match["index"]), match["name"], match["uuid"])
    if run.listed and gpu.index <= run.listed[-1].index:
        raise ParseError(TOOL, "every GPU once, by ascending number", match[0], number)
    run.listed.append(gpu)


def _take_length(run: _Run, match: re.Match[str], number: int) -> None:
    length = Reading(int(match["length"]), "s", f"Burning for {match['length']} seconds")
    if run.lengths and run.lengths[0] != length:
        raise ParseError(TOOL, f"{run.lengths[0].line!r} again", match[0], number)
    run.lengths.append(length)


def _take_initialized(run: _Run, match: re.Match[str], number: int) -> None:
    device = int(match["device"])
    if any(device == other.device for other in run.initialized):
        raise ParseError(TOOL, f"device {device} once", match[0], number)
    names = ("memory", "available", "used")
    total, free, used = (Reading(int(match[name]), "MiB", f"device {device}: {match[name]} MB {name}") for name in names)
    run.initialized.append(Initialized(device, total, free, used, match["mode"]))


def _take_progress(run: _Run, match: re.Match[str], number: int) -> None:
    if run.announced is not None:
        raise ParseError(TOOL, "the status of a GPU", match[0], number)
    progress = read_progress(match, number)
    if run.progress:
        check_order(run.progress[-1], progress, match[0], number)
    run.progress.append(progress)


def _take_tested(run: _Run, match: re.Match[str], number: int) -> None:
    if run.announced is not None or not int(match["count"]):
        raise ParseError(TOOL, "one summary of at least one GPU", match[0], number)
    run.announced = int(match["count"])


def _take_status(run: _Run, match: re.Match[str], number: int) -> None:
    if run.announced is None or int(match["index"]) != len(run.statuses) or match["status"] not in STATES:
        raise ParseError(TOOL, f"GPU {len(run.statuses)}: {', '.join(STATES)}, below Tested ... GPUs", match[0], number)
    run.statuses.append(Reading(match["status"], "text", match[0]))


_TAKERS: tuple[tuple[re.Pattern[str], Callable[[_Run, re.Match[str], int], None]], ...] = (
    (PROGRESS, _take_progress),
    (_LISTED, _take_listed),
    (_LENGTH, _take_length),
    (_INITIALIZED, _take_initialized),
    (_TESTED, _take_tested),
    (_STATUS, _take_status),
    (_SILENT, _take_nothing),
)


def _check(run: _Run) -> None:
    """The summary against the list of GPUs, and against the lines of progress."""
    workers = _workers(run)
    if run.listed and workers > len(run.listed):
        raise ParseError(TOOL, f"at most the {len(run.listed)} GPUs that are listed", f"{workers} GPUs under load")
    if run.progress and run.announced is not None and len(run.progress[0].gpus) != run.announced:
        raise ParseError(TOOL, f"progress of the {run.announced} GPUs tested", f"progress of {len(run.progress[0].gpus)}")
    for index, status in enumerate(run.statuses):
        if status.value == "OK" and any(line.gpus[index].errors for line in run.progress):
            raise ParseError(TOOL, f"GPU {index}: FAULTY, for it had errors", status.line)


def _workers(run: _Run) -> int:
    return len(run.progress[0].gpus) if run.progress else run.announced or 0


def _record(run: _Run, progress_lines: int) -> GpuBurn:
    absent: list[Field] = [Absent("the summary")] * (_workers(run) - len(run.statuses))
    return GpuBurn(
        listed=tuple(run.listed),
        run_length_s=run.lengths[0] if run.lengths else Absent("Burning for"),
        initialized=tuple(run.initialized),
        progress_lines=progress_lines,
        progress_percent=run.progress[-1].percent if run.progress else Absent("a line of progress"),
        gpus=tuple(
            burnt(index, status, [line.gpus[index] for line in run.progress]) for index, status in enumerate([*run.statuses, *absent])
        ),
        failures=tuple(run.failures),
        notes=tuple(run.notes),
        complete=run.ended,
    )


TOOLS = (Tool("gpu-burn", "commits of 2018 to 2026-05", "gpu_burn SECONDS: work, errors and status of every GPU under load", parse),)
