"""When a check would be content with what gpucheck, bandwidthTest and nvbandwidth printed, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.bandwidthtest import BandwidthTest
from parsers.gpucheck import NO_FAULT, GpuCheck
from parsers.nvbandwidth import Bandwidths
from parsers.reading import Reading

_FLOOR_GB_S = 20.0


def _gpucheck(record: GpuCheck) -> bool:
    return record.complete and record.summary == NO_FAULT and all(float(row.h2d_pinned_gb_s.value) >= _FLOOR_GB_S for row in record.rows)


def _bandwidthtest(record: BandwidthTest) -> bool:
    fast = all(float(copy.bandwidth_gb_s.value) >= _FLOOR_GB_S for copy in record.results)
    return record.complete and record.result == "PASS" and {copy.direction for copy in record.results} >= {"H2D", "D2H"} and fast


def _nvbandwidth(record: Bandwidths) -> bool:
    cells = [cell for testcase in record.testcases for row in testcase.matrix for cell in row]
    names = {testcase.name for testcase in record.testcases if testcase.status == "Passed"}
    whole = record.complete and names >= {"host_to_device_memcpy_ce", "device_to_host_memcpy_ce"}
    return whole and all(isinstance(cell, Reading) and float(cell.value) >= _FLOOR_GB_S for cell in cells)


HEALTHY: dict[str, Callable[[Any], bool]] = {"gpucheck": _gpucheck, "bandwidthtest": _bandwidthtest, "nvbandwidth": _nvbandwidth}
BAD: dict[str, tuple[str, ...]] = {
    "gpucheck": ("gpucheck/two-gpus-faulty.txt",),
    "bandwidthtest": ("bandwidthtest/shmoo-text.txt", "bandwidthtest/two-devices-megabytes.txt"),
    "nvbandwidth": ("nvbandwidth/v0.8-copy-error.json", "nvbandwidth/v0.8-slow-one-way.txt", "nvbandwidth/v0.8-waived.txt"),
}
