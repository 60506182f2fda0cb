"""
The JSON of nccl-tests (-J), versions 1 and 2 of its document.

A test that failed closes its document too, without count and average: such a one is not complete. Root is a string there, true
and false are strings, and of the ranks of one process only the first is listed.
"""

from __future__ import annotations

from collections.abc import Sequence

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, as_whole_number, find_document, member, one_line
from parsers.nccl_tests.checks import check_counts, check_figures, check_ranks, check_sizes, check_summary
from parsers.nccl_tests.figures import Figure, around
from parsers.nccl_tests.records import TOOL, Measured, NcclTest, Parameters, Rank, Row, dotted
from parsers.nccl_tests.table import Figures
from parsers.reading import Absent, Field, NotApplicable, Reading
from parsers.tool import Tool

_HALF_DIGIT = 0.5e-6
_PARAMETERS = {
    "n_thread": ("nthreads", "count"),
    "n_gpus": ("ngpus", "count"),
    "min_bytes": ("minimum_bytes", "bytes"),
    "max_bytes": ("maximum_bytes", "bytes"),
    "warmup_iters": ("warmup_iters", "count"),
    "iters": ("iterations", "count"),
    "validation": ("validation", "count"),
}
_RANK = ("rank", "pid", "device")
_SIDES = ("out_of_place", "in_place")
_TIMES = ("time", "cpu_time")


def parse_json(text: str) -> NcclTest:
    """
    A test.

    Raises ParseError without one whole document and nothing else, for an error in it, without a row, for a missing key or another
    kind of value, a number that is negative or "nan", and for everything that contradicts itself, as in the text.
    """
    document = find_document(TOOL, text)
    if document.notes:
        raise ParseError(TOOL, "nothing but the document", document.notes[0])
    root = document.value
    _refuse_errors(root)
    rows = [as_object(TOOL, row, "a result") for row in as_list(TOOL, member(TOOL, root, "results"), "results")]
    if not rows:
        raise ParseError(TOOL, "a result", "none")
    test = _record(root, rows)
    figures = [_figures(row, side) for row in rows for side in _SIDES]
    ranks = check_ranks(test, first_of_process=True)
    groups = {rank.group for rank in test.ranks}
    check_sizes(test, cut=not test.complete)
    check_counts(test)
    check_figures(
        figures, ranks=ranks if len(groups) == 1 else 0, by_cpu=_time_key(as_object(TOOL, rows[0]["in_place"], "in_place")) != "time"
    )
    check_summary(test, _average(root), [found.busbw for found in figures])
    return test


def _refuse_errors(root: dict[str, object]) -> None:
    said = [as_text(TOOL, error, "an error") for error in as_list(TOOL, root.get("errors", []), "errors")]
    if any(said):
        raise ParseError(TOOL, "no errors", "; ".join(said))


def _record(root: dict[str, object], rows: Sequence[dict[str, object]]) -> NcclTest:
    config = as_object(TOOL, member(TOOL, root, "config"), "config")
    return NcclTest(
        program=_program(root),
        version=Absent("nccl-tests version"),
        nccl_version=Reading(dotted(_whole(root, "nccl_version")), "version", f"nccl_version: {root['nccl_version']}"),
        parameters=_parameters(config),
        ranks=tuple(_rank(as_object(TOOL, rank, "a device")) for rank in as_list(TOOL, member(TOOL, config, "devices"), "devices")),
        rows=tuple(map(_row, rows)),
        out_of_bounds_values=_count(root, "out_of_bounds"),
        bitwise_mismatches=_count(root, "bitwise_mismatches"),
        average_bus_bandwidth_gb_s=_average_field(root),
        average_verdict=_verdict(root),
        warnings=(),
        notes=(),
        complete="out_of_bounds" in root and "average_bus_bandwidth" in root,
    )


def _program(root: dict[str, object]) -> Reading:
    """The first argument, without its folder."""
    arguments = as_list(TOOL, member(TOOL, root, "args"), "args")
    program = as_text(TOOL, arguments[0] if arguments else None, "the first argument").rpartition("/")[2]
    return Reading(program, "text", f"args: {program}")


def _whole(found: dict[str, object], key: str) -> int:
    value = as_whole_number(TOOL, member(TOOL, found, key), key)
    if value < 0:
        raise ParseError(TOOL, f"no negative number as {key}", str(value))
    return value


def _number(found: dict[str, object], key: str) -> float:
    value = member(TOOL, found, key)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ParseError(TOOL, f"a number as {key}", one_line(value))
    return float(value)


def _parameters(config: dict[str, object]) -> Parameters:
    found: dict[str, Field] = {
        name: Reading(_whole(config, key), unit, f"{key}: {config[key]}") for name, (key, unit) in _PARAMETERS.items()
    }
    key, unit = ("step_factor", "count") if "step_factor" in config else ("step_bytes", "bytes")
    return Parameters(**found, step=Reading(_whole(config, key), unit, f"{key}: {config[key]}"))


def _rank(found: dict[str, object]) -> Rank:
    rank, pid, device = (_whole(found, key) for key in _RANK)
    host, bus, name = (as_text(TOOL, member(TOOL, found, key), key) for key in ("hostname", "device_hex", "device_info"))
    return Rank(rank, _whole(found, "group"), pid, host, device, bus, name)


def _row(found: dict[str, object]) -> Row:
    size = _whole(found, "size")
    kind, redop, root = (as_text(TOOL, member(TOOL, found, key), key).strip() for key in ("type", "redop", "root"))
    if not root.removeprefix("-").isdecimal() or not root.isascii():
        raise ParseError(TOOL, "a number as root", one_line(found))
    sides = (_measured(as_object(TOOL, member(TOOL, found, side), side), f"{size} bytes, {side}") for side in _SIDES)
    return Row(size, _whole(found, "count"), kind, redop, int(root), *sides)


def _measured(found: dict[str, object], place: str) -> Measured:
    time = _time_key(found)
    wrong = member(TOOL, found, "nwrong")
    line = f"{place}: nwrong {one_line(wrong)}"
    bitwise = as_object(TOOL, found["bitwise"], "bitwise") if "bitwise" in found else None
    return Measured(
        time_us=Reading(_number(found, time), "us", f"{place}: {time} {found[time]} us"),
        algbw_gb_s=Reading(_number(found, "alg_bw"), "GB/s", f"{place}: alg_bw {found['alg_bw']} GB/s"),
        busbw_gb_s=Reading(_number(found, "bus_bw"), "GB/s", f"{place}: bus_bw {found['bus_bw']} GB/s"),
        wrong=NotApplicable(line) if wrong is None else Reading(int(_number(found, "nwrong")), "count", line),
        deviation=Absent("error"),
        bit_differences=Absent("different_bits") if bitwise is None else _bits(bitwise, place),
    )


def _time_key(found: dict[str, object]) -> str:
    return next((key for key in _TIMES if key in found), _TIMES[0])


def _bits(found: dict[str, object], place: str) -> Reading:
    return Reading(_whole(found, "different_bits"), "count", f"{place}: different_bits {found['different_bits']}")


def _figures(row: dict[str, object], side: str) -> Figures:
    found = as_object(TOOL, row[side], side)
    time, algbw, busbw = (around(_number(found, key), _HALF_DIGIT) for key in (_time_key(found), "alg_bw", "bus_bw"))
    return Figures(_whole(row, "size"), time, algbw, busbw)


def _count(root: dict[str, object], key: str) -> Field:
    """A count of failed checks, which says itself whether it is 0."""
    if key not in root:
        return Absent(key)
    found = as_object(TOOL, root[key], key)
    count = _whole(found, "count")
    if as_text(TOOL, member(TOOL, found, "okay"), "okay") != ("false" if count else "true"):
        raise ParseError(TOOL, "okay true for 0 and false for more", one_line(found))
    return Reading(count, "count", f"{key}: {count}")


def _average(root: dict[str, object]) -> Figure | None:
    if "average_bus_bandwidth" not in root:
        return None
    return around(_number(as_object(TOOL, root["average_bus_bandwidth"], "average_bus_bandwidth"), "bandwidth"), _HALF_DIGIT)


def _average_field(root: dict[str, object]) -> Field:
    if "average_bus_bandwidth" not in root:
        return Absent("average_bus_bandwidth")
    bandwidth = _number(as_object(TOOL, root["average_bus_bandwidth"], "average_bus_bandwidth"), "bandwidth")
    return Reading(bandwidth, "GB/s", f"average_bus_bandwidth: {bandwidth}")


def _verdict(root: dict[str, object]) -> Field:
    """OK or FAILED, as the text has it; the document says "unchecked" without a limit."""
    found = as_object(TOOL, root.get("average_bus_bandwidth", {"okay": "unchecked"}), "average_bus_bandwidth")
    okay = as_text(TOOL, member(TOOL, found, "okay"), "okay")
    words = {"true": "OK", "false": "FAILED"}
    if okay not in (*words, "unchecked"):
        raise ParseError(TOOL, "true, false or unchecked as okay", okay)
    return Reading(words[okay], "text", f"average_bus_bandwidth, okay: {okay}") if okay in words else Absent("okay of the average")


TOOLS = (Tool("nccl-tests-json", "2.18, 2.19", "all_reduce_perf etc. -J FILE: time, bandwidth and wrong values by size", parse_json),)
