"""
fio with `--output-format=json` or `json+`, with or without `normal` beside it: 2.0 to 3.42.

A job of the record is one of the document: with group_reporting the sum over all jobs of its group (runtime_ms is then the
longest, the latencies are of all of them), else one process or thread of numjobs. fio prints no total over jobs. Layout:
add_ddir_status_json() and its neighbours in stat.c.

Releases since 2017 count io_bytes in bytes, those before in KiB; bandwidth comes in KiB/s (bw) and, from 3.2 on, in bytes/s
(bw_bytes); latencies in ns, before 3.0 in us. Here they are bytes, bytes/s and ns throughout; what was converted says so in
its line. Bandwidth and IOPS must be what bytes, operations and runtime make them, which also proves the unit.

`error` of a job is an errno: a job that met one stopped there and still prints numbers. Messages ("fio: pid=..., err=28/...",
"fio: terminating on signal 2" of a run that was broken off) stand before the document and are kept as notes. fio exits with 1
after an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, as_whole_number, find_document, member, one_line
from parsers.reading import Absent, Field, NoReading, NotApplicable, Reading
from parsers.tool import Tool

TOOL = "fio"

_STRING = r'"(?:[^"\\\n]|\\.)*"'
_OPTIONS = re.compile(rf'("(?:global|job) options"\s*:\s*)\{{(\s*(?:{_STRING}\s*:\s*{_STRING}\s*(?:,\s*|(?=\}})))*)\}}')
_OPTION = re.compile(rf"({_STRING}\s*):(\s*{_STRING})")
_UNUSED_PERCENTILE = re.compile(r',\s*"0\.00"\s*:\s*0(?=\s*[,}])')
_DOCUMENT = re.compile(r"^[ \t]*\{", re.MULTILINE)
_VERSION = re.compile(r"fio[- ][0-9]\S{0,40}")
_PERCENTILE = re.compile(r"[0-9]{1,3}\.[0-9]{2,6}")
_DIRECTIONS = ("read", "write", "trim", "mixed")
_KIB, _NS_PER_US = 1024, 1000
_LIMIT, _UNUSED = 1 << 64, "0.00"
_HALF_OF_TWO_DECIMALS = 0.00501
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Percentile:
    """So many percent of the operations took no longer than `latency` (ns)."""

    percent: float
    latency: Reading


@dataclass(frozen=True)
class Latency:
    """
    Latencies in ns; `samples` is a count, and Absent in old releases. `percentiles` are in rising order.

    NotApplicable where nothing was measured (no operation, or measuring was switched off): fio prints zeros.
    """

    min: Field
    max: Field
    mean: Field
    stddev: Field
    samples: Field
    percentiles: tuple[Percentile, ...]


@dataclass(frozen=True)
class Direction:
    """
    What a job read, wrote or trimmed: bytes, bytes/s, operations per second, the time it took, counts of operations.

    A job that did not go in this direction has zeros, as fio prints them. `short_ios` and `drop_ios` count operations that
    moved less than they should and those that were given up. `clat_ns` is from submission to completion, `slat_ns` up to
    submission, `lat_ns` both together.
    """

    io_bytes: Reading
    bw_bytes_per_second: Reading
    iops: Reading
    runtime_ms: Reading
    total_ios: Field
    short_ios: Field
    drop_ios: Field
    slat_ns: Latency
    clat_ns: Latency
    lat_ns: Latency


@dataclass(frozen=True)
class Job:
    """
    One job, or with group_reporting one group.

    `error` is 0 or an errno; `total_err` counts errors that continue_on_error made it go on after, Absent without it.
    Directions that were not printed are None: with unified_rw_reporting=1 there is only `mixed`, else no `mixed`.
    `options` are as fio prints them, in their order; an option that was given twice stands there twice.
    """

    jobname: str
    groupid: int
    error: int
    total_err: Field
    options: Options
    read: Direction | None
    write: Direction | None
    trim: Direction | None
    mixed: Direction | None


@dataclass(frozen=True)
class Fio:
    """
    A run: its version as printed ("fio-3.33"), its jobs, options for all of them, and the lines before the document.

    What follows the document is the text of `normal`, which says the same once more and is left out.
    """

    version: str
    global_options: Options
    jobs: tuple[Job, ...]
    notes: tuple[str, ...]
    complete: bool = True


def parse(text: str) -> Fio:
    """
    The jobs of a run whose document was closed.

    Raises ParseError without a document (quoting fio's message), for a document that was cut, a second one
    (--status-interval), no job (client mode has none of its own), a value that is missing or no number, and numbers that
    contradict each other: bandwidth or IOPS, a mean beyond its extremes, percentiles that fall, bins that do not add up.
    """
    document = find_document(TOOL, _without_repetitions(text))
    root = document.value
    version = as_text(TOOL, member(TOOL, root, "fio version"), "fio version")
    if _VERSION.fullmatch(version) is None:
        raise ParseError(TOOL, "a version as fio-3.33", version)
    jobs = tuple(_job(as_object(TOOL, item, "a job")) for item in as_list(TOOL, member(TOOL, root, "jobs"), "jobs"))
    if not jobs:
        raise ParseError(TOOL, "a job", one_line(root))
    before = [line for line in _DOCUMENT.split(text, maxsplit=1)[0].split("\n") if line.strip()]
    return Fio(version, _options(root.get("global options", [])), jobs, document.notes[: len(before)])


def _without_repetitions(text: str) -> str:
    """
    The text with what fio writes repeatedly under one key in another form, line by line.

    An option that was given twice is written twice, and old releases fill up the percentiles with "0.00" : 0. Options
    become arrays of key, value, key, value; the filling goes.
    """
    text = _OPTIONS.sub(lambda match: match[1] + "[" + _OPTION.sub(r"\1,\2", match[2]) + "]", text)
    return _UNUSED_PERCENTILE.sub(lambda match: "\n" * match[0].count("\n"), text)


def _options(value: object) -> Options:
    words = [as_text(TOOL, word, "an option") for word in as_list(TOOL, value, "options (texts only)")]
    return tuple(zip(words[::2], words[1::2], strict=True))


def _job(entry: dict[str, object]) -> Job:
    name = as_text(TOOL, member(TOOL, entry, "jobname"), "jobname")
    read, write, trim, mixed = (_direction(f"{name}: {key}", entry[key]) if key in entry else None for key in _DIRECTIONS)
    if (read is None or write is None) and mixed is None:
        raise ParseError(TOOL, "read and write, or mixed", one_line(entry))
    return Job(
        jobname=name,
        groupid=_count(entry, "groupid"),
        error=as_whole_number(TOOL, member(TOOL, entry, "error"), "error"),
        total_err=_counted(name, entry, "total_err"),
        options=_options(entry.get("job options", [])),
        read=read,
        write=write,
        trim=trim,
        mixed=mixed,
    )


def _direction(name: str, value: object) -> Direction:
    entry = as_object(TOOL, value, name)
    _check_iops(name, entry)
    return Direction(
        io_bytes=_bytes(name, entry),
        bw_bytes_per_second=_bandwidth(name, entry),
        iops=Reading(_number(entry, "iops"), "IOPS", f"{name}: iops {entry['iops']}"),
        runtime_ms=Reading(_count(entry, "runtime"), "ms", f"{name}: runtime {entry['runtime']}"),
        total_ios=_counted(name, entry, "total_ios"),
        short_ios=_counted(name, entry, "short_ios"),
        drop_ios=_counted(name, entry, "drop_ios"),
        slat_ns=_latency(name, entry, "slat"),
        clat_ns=_latency(name, entry, "clat"),
        lat_ns=_latency(name, entry, "lat"),
    )


def _bytes(name: str, entry: dict[str, object]) -> Reading:
    printed, unit = _count(entry, "io_bytes"), _unit(name, entry)
    if "io_kbytes" in entry and _count(entry, "io_kbytes") != printed // _KIB:
        raise ParseError(TOOL, f"the same bytes twice as {name}", f"{printed}, {entry['io_kbytes']} KiB")
    return Reading(printed * unit, "bytes", f"{name}: io_bytes {printed}{' (KiB)' if unit == _KIB else ''}")


def _unit(name: str, entry: dict[str, object]) -> int:
    """How many bytes one of io_bytes is: the number that makes the bandwidth that was printed."""
    printed, bw, runtime = (_count(entry, key) for key in ("io_bytes", "bw", "runtime"))
    for unit in (1,) if "io_kbytes" in entry else (_KIB, 1):
        least, most = (_per_second(amount, runtime) // _KIB for amount in (printed * unit, printed * unit + unit - 1))
        if least <= bw <= most:
            return unit
    raise ParseError(TOOL, f"a bandwidth that bytes and runtime make as {name}", f"{printed} in {runtime} ms, bw {bw}")


def _bandwidth(name: str, entry: dict[str, object]) -> Reading:
    if "bw_bytes" not in entry:
        bw = _count(entry, "bw")
        return Reading(bw * _KIB, "bytes/s", f"{name}: bw {bw} (KiB/s)")
    exact = _count(entry, "bw_bytes")
    if exact != _per_second(_count(entry, "io_bytes"), _count(entry, "runtime")):
        raise ParseError(TOOL, f"a bandwidth that bytes and runtime make as {name}", f"bw_bytes {exact}")
    return Reading(exact, "bytes/s", f"{name}: bw_bytes {exact}")


def _per_second(amount: int, runtime_ms: int) -> int:
    return 1000 * amount // runtime_ms if runtime_ms else 0


def _check_iops(name: str, entry: dict[str, object]) -> None:
    """Old releases print whole numbers, then two decimals, now six."""
    iops, runtime = _number(entry, "iops"), _count(entry, "runtime")
    if "total_ios" in entry:
        expected = 1000 * _count(entry, "total_ios") / runtime if runtime else 0.0
        rounding = 1 if isinstance(iops, int) else _HALF_OF_TWO_DECIMALS
        if abs(iops - expected) > rounding + expected * 1e-9:
            raise ParseError(TOOL, f"IOPS that operations and runtime make as {name}", f"iops {iops}, but {expected:.6f}")


def _latency(name: str, entry: dict[str, object], kind: str) -> Latency:
    for key, factor in ((f"{kind}_ns", 1), (kind, _NS_PER_US)):
        if key in entry:
            return _measured(f"{name}: {key}", as_object(TOOL, entry[key], f"{name}: {key}"), factor)
    return _without(Absent(f"{name}: {kind}"))


def _without(reason: NoReading) -> Latency:
    return Latency(reason, reason, reason, reason, reason, ())


def _measured(label: str, part: dict[str, object], factor: int) -> Latency:
    least, most, mean, stddev = (_ns(f"{label} {key}", _number(part, key), factor) for key in ("min", "max", "mean", "stddev"))
    samples, percentiles = _counted(label, part, "N"), _percentiles(label, part, factor)
    _check_latency(label, part, percentiles)
    _check_samples(label, part, samples)
    if not most.value:
        return _without(NotApplicable(f"{label}: nothing was measured"))
    return Latency(least, most, mean, stddev, samples, percentiles)


def _ns(label: str, value: float, factor: int) -> Reading:
    scaled = value * factor if isinstance(value, int) else round(value * factor, 6)
    return Reading(scaled, "ns", f"{label} {value}{' (us)' if factor == _NS_PER_US else ''}")


def _percentiles(label: str, part: dict[str, object], factor: int) -> tuple[Percentile, ...]:
    found: list[Percentile] = []
    for key, value in as_object(TOOL, part.get("percentile", {}), f"percentile of {label}").items():
        if _PERCENTILE.fullmatch(key) is None:
            raise ParseError(TOOL, f"a percentile of {label} as 99.000000", key)
        if key != _UNUSED:
            latency = as_whole_number(TOOL, value, f"percentile {key} of {label}")
            found.append(Percentile(float(key), _ns(f"{label} percentile {key}", latency, factor)))
    return tuple(sorted(found, key=lambda percentile: percentile.percent))


def _check_latency(label: str, part: dict[str, object], percentiles: tuple[Percentile, ...]) -> None:
    least, most, mean = (_number(part, key) for key in ("min", "max", "mean"))
    if not least - _HALF_OF_TWO_DECIMALS <= mean <= most + _HALF_OF_TWO_DECIMALS:
        raise ParseError(TOOL, f"a mean between its extremes as {label}", f"{least}, {mean}, {most}")
    values = [0.0, *(float(percentile.latency.value) for percentile in percentiles)]
    if values != sorted(values) or (not most and any(values)):
        raise ParseError(TOOL, f"percentiles that rise, of something measured, as {label}", one_line(part["percentile"]))


def _check_samples(label: str, part: dict[str, object], samples: Field) -> None:
    """json+ counts the samples of every bin too."""
    if not isinstance(samples, Reading):
        return
    bins = as_object(TOOL, part.get("bins", {}), f"bins of {label}")
    counts = [as_whole_number(TOOL, value, f"a bin of {label}") for value in bins.values()]
    if bool(samples.value) != bool(_number(part, "max")) or (counts and sum(counts) != samples.value):
        raise ParseError(TOOL, f"samples that agree with the rest of {label}", f"{samples.line}, {sum(counts)} in bins")


def _number(entry: dict[str, object], key: str) -> int | float:
    value = member(TOOL, entry, key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _LIMIT:
        raise ParseError(TOOL, f"a number of 64 bits, not negative, as {key}", one_line(value))
    return value


def _count(entry: dict[str, object], key: str) -> int:
    _number(entry, key)
    return as_whole_number(TOOL, entry[key], key)


def _counted(name: str, entry: dict[str, object], key: str) -> Field:
    return Reading(_count(entry, key), "count", f"{name}: {key} {entry[key]}") if key in entry else Absent(f"{name}: {key}")


TOOLS = (Tool("fio", "fio 2.0 to 3.42", "fio --output-format=json or json+: bandwidth, IOPS, latencies and errors of jobs", parse),)
