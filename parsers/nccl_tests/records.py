"""What one test of nccl-tests said."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.reading import Field, Reading

TOOL = "nccl-tests"
_WIDER_SINCE = 20900


@dataclass(frozen=True)
class Rank:
    """
    One rank, that is one GPU: process, host, CUDA device, and the device's place as printed ("0x53" or "0000:53:00").

    `group` is None in releases that have no groups. In JSON only the first rank of every process is listed.
    """

    rank: int
    group: int | None
    pid: int | None
    host: str
    device: int
    bus: str
    name: str


@dataclass(frozen=True)
class Measured:
    """
    One message size, out of place or in place.

    `time_us` is of one operation (with -C 1 the time the CPU took to start it). `wrong` counts wrong elements,
    `deviation` is the largest difference from the right result, which old releases print instead (unit "share": results
    are of the order of 1). `bit_differences` is there with bitwise checks only.
    """

    time_us: Reading
    algbw_gb_s: Reading
    busbw_gb_s: Reading
    wrong: Field
    deviation: Field
    bit_differences: Field


@dataclass(frozen=True)
class Row:
    """A message size in bytes, its count of elements and their type; operation and root are None where none is printed."""

    size_bytes: int
    count: int
    type: str
    redop: str | None
    root: int | None
    out_of_place: Measured
    in_place: Measured


@dataclass(frozen=True)
class Parameters:
    """What was asked for, Absent where the text does not say; `step` is a factor (unit "count") or a distance ("bytes")."""

    n_thread: Field
    n_gpus: Field
    min_bytes: Field
    max_bytes: Field
    step: Field
    warmup_iters: Field
    iters: Field
    validation: Field


@dataclass(frozen=True)
class NcclTest:
    """
    A test. `program` is the collective ("all_reduce_perf"), `version` that of nccl-tests, `nccl_version` that of NCCL.

    `out_of_bounds_values` counts checks that found wrong elements. `average_verdict` is "OK" or "FAILED" where
    NCCL_TESTS_MIN_BW set a limit. `warnings` are lines of NCCL WARN, `notes` other lines of unknown meaning; what follows the
    end is not kept. `complete` is True once the average was read, and the line "Collective test concluded" in
    releases that have it (from 2.17.5 on); in JSON, if count and average are there.
    """

    program: Field
    version: Field
    nccl_version: Field
    parameters: Parameters
    ranks: tuple[Rank, ...]
    rows: tuple[Row, ...]
    out_of_bounds_values: Field
    bitwise_mismatches: Field
    average_bus_bandwidth_gb_s: Field
    average_verdict: Field
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    complete: bool


def dotted(code: int) -> str:
    """NCCL's version from its number: 22705 is 2.27.5; before 2.9 the minor version had one digit less (2804 is 2.8.4)."""
    hundreds = 10000 if code >= _WIDER_SINCE else 1000
    return f"{code // hundreds}.{code % hundreds // 100}.{code % 100}"
