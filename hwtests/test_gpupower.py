"""Does every GPU keep its clocks while all GPUs of the node work at once?"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from parsers.dcgmi import parse_diag
from parsers.nvidia_smi import (
    HW_POWER_BRAKE_SLOWDOWN,
    HW_SLOWDOWN,
    HW_THERMAL_SLOWDOWN,
    SW_POWER_CAP,
    SW_THERMAL_SLOWDOWN,
    parse_query_csv,
)  # fmt: skip
from parsers.nvidia_smi.since import told
from parsers.reading import Absent, ErrorWord, Field, Reading

if TYPE_CHECKING:
    from fixtures.command import Output, Sample
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.spec import Spec
    from fixtures.tools import RunOnNode
    from parsers.nvidia_smi import Snapshot

pytestmark = [pytest.mark.gpupower, pytest.mark.intrusive]

MARGIN_S = 300
SLACK_S = 5.0
_CLOCK_WAS_SET = "the clock was set while the GPUs were loaded: for how long they were is not known"
Row = dict[str, Field]


class Rows(dict[str, Row]):
    """The rows of all boards by UUID."""

    @functools.cached_property
    def total_w(self) -> float:
        """Power of all boards whose power is told."""
        fields = [row["power.draw"] for row in self.values()]
        return sum(float(field.value) for field in fields if isinstance(field, Reading))


@dataclass(frozen=True)
class Sampled:
    """One sample of all boards: seconds since the first, and a row for each UUID."""

    at_s: float
    rows: Rows


@pytest.fixture
def load(run_on_node: RunOnNode, spec: Spec, snapshot: Callable[[str], Snapshot], sample: Callable[..., Sample]) -> Output:
    """All GPUs loaded at once by DCGM's targeted power test, nvidia-smi asked every second meanwhile."""
    fields = query_fields(snapshot("start"))
    every_second = sample("nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,nounits", period_s=spec.load.period_s)
    parameter = f"targeted_power.test_duration={spec.load.seconds}"
    return run_on_node(
        "dcgmi", "diag", "-j", "-r", "targeted_power", "-p", parameter,
        purpose="load", intrusive=True, exclusive=True, sample=every_second, timeout_s=spec.load.seconds + MARGIN_S,
    )  # fmt: skip


def test_slowdown(gpu: Gpu, load: Output, snapshot: Callable[[str], Snapshot], spec: Spec, judge: Judge) -> None:
    """A board or chassis that cannot feed or cool its GPUs slows them down only when all of them work."""
    _read(load.measured(226, 205))
    samples = read_samples(load, query_fields(snapshot("start")))
    mine = [sample.rows[str(gpu.uuid)] for sample in samples if gpu.uuid in sample.rows]
    if len(mine) < len(samples):
        left_out = f"nvidia-smi left this board out of {len(samples) - len(mine)} of {len(samples)} samples"
        judge("gpupower.mean_power_share", ErrorWord("missing", left_out), output=load)
    if clock_was_set(load, samples):
        judge("gpupower.mean_power_share", ErrorWord("clock", _CLOCK_WAS_SET), output=load)
    judge("gpupower.mean_power_share", lambda: mean_power_share(samples, str(gpu.uuid), spec), output=load)
    judge("gpupower.thermal_samples", _samples_with(mine, HW_THERMAL_SLOWDOWN | SW_THERMAL_SLOWDOWN), output=load)
    judge("gpupower.power_brake_samples", _samples_with(mine, HW_POWER_BRAKE_SLOWDOWN), output=load)
    judge.record("gpupower.hw_slowdown_samples", _samples_with(mine, HW_SLOWDOWN), output=load)
    judge.record("gpupower.sw_power_cap_samples", _samples_with(mine, SW_POWER_CAP), output=load)


@functools.lru_cache(maxsize=8)
def _read(text: str) -> None:
    """That it is a report of the load; raises ParseError."""
    parse_diag(text)


def query_fields(snapshot: Snapshot) -> tuple[str, ...]:
    """What to ask nvidia-smi for; the reasons were called throttle reasons before driver 535."""
    reasons = "clocks_event_reasons" if told(snapshot, "clocks_event_reasons") else "clocks_throttle_reasons"
    return ("uuid", "power.draw", "enforced.power.limit", "utilization.gpu", "temperature.gpu", "clocks.sm", f"{reasons}.active")


def read_samples(load: Output, fields: tuple[str, ...]) -> list[Sampled]:
    """All samples, in order. Raises NotMeasured or ParseError if one of them failed: a gap hides a slowdown."""
    return [Sampled(sample.seconds_since(load.samples[0]), _rows(sample.measured(), fields)) for sample in load.samples]


@functools.lru_cache(maxsize=4096)
def _rows(text: str, fields: tuple[str, ...]) -> Rows:
    """The rows of a sample by UUID; every item of this file reads the same samples."""
    return Rows((str(_value(row["uuid"])), row) for row in parse_query_csv(text, fields))


def clock_was_set(load: Output, samples: list[Sampled]) -> bool:
    """
    Whether the samples' times, which are those of the wall clock, cannot be: one before the other, or further apart than the load was long.

    Half a minute under load would pass for a whole one.
    """
    times = [sample.at_s for sample in samples]
    return times != sorted(times) or (times[-1] if times else 0.0) > load.seconds + SLACK_S


def _value(field: Field) -> object:
    return field.value if isinstance(field, Reading) else None


def mean_power_share(samples: list[Sampled], uuid: str, spec: Spec) -> Field:
    """
    Mean power of a board as a share of its limit, over the stretch of the promised length in which all boards together drew most.

    Absent where no stretch is as long, or too few samples lie in it: then nobody knows that the board was loaded.
    """
    stretches = [_stretch(samples, first, spec.load.seconds) for first in range(len(samples))]
    dense = [stretch for stretch in stretches if len(stretch) >= spec.load.seconds / (2 * spec.load.period_s)]
    if not dense:
        return Absent(f"{spec.load.seconds} s of samples, among {len(samples)} samples")
    loaded = max(dense, key=lambda stretch: _total_power(stretch) / len(stretch))
    draws = [sample.rows[uuid]["power.draw"] for sample in loaded if uuid in sample.rows]
    bad = [field for field in draws if not isinstance(field, Reading)]
    if bad or not draws:
        return bad[0] if bad else Absent(f"power of {uuid}")
    mean = sum(float(field.value) for field in draws if isinstance(field, Reading)) / len(draws)
    return Reading(round(mean / spec.node.power_limit_w, 4), "share", f"mean of {len(draws)} samples: {mean:.1f} W")


def _stretch(samples: list[Sampled], first: int, seconds: float) -> list[Sampled]:
    """The samples of `seconds` from `first` on; empty where they end earlier."""
    end = samples[first].at_s + seconds
    return [sample for sample in samples[first:] if sample.at_s <= end] if samples[-1].at_s >= end - 1.5 else []


def _total_power(stretch: list[Sampled]) -> float:
    return sum(sample.rows.total_w for sample in stretch)


def _samples_with(rows: list[Row], bits: int) -> Field:
    fields = [next(field for name, field in row.items() if name.endswith("reasons.active")) for row in rows]
    bad = [field for field in fields if not isinstance(field, Reading)]
    if bad or not fields:
        return bad[0] if bad else Absent("a sample of this board")
    hits = [field for field in fields if isinstance(field, Reading) and int(field.value) & bits]
    return Reading(len(hits), "count", hits[0].line if hits else f"none of {len(fields)} samples")
