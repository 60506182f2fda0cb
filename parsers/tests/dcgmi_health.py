"""When a check would be content with what dcgmi printed of a node with two GPUs, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.dcgmi.discovery import BuildInfo, Discovery
from parsers.dcgmi.health import Health
from parsers.dcgmi.nvlink import ErrorCounts, LinkStatus
from parsers.dcgmi.records import Diagnosis, Result, Summary
from parsers.reading import Field, NotApplicable, Reading

GPUS = (0, 1)
_TESTS = {"software", "memory", "pcie"}
_CHECKS = {
    "NVML Library",
    "CUDA Main Library",
    "Permissions and OS Blocks",
    "Persistence Mode",
    "Environment Variables",
    "Page Retirement/Row Remap",
    "Graphics Processes",
    "Inforom",
}
_MAX_RATIO = 1e-12


def _diagnosis(record: Diagnosis) -> bool:
    return record.complete and record.runtime_error is None and _all_tested(record) and _nothing_found(record)


def _all_tested(record: Diagnosis) -> bool:
    """Every test that is wanted, on every GPU; up to 3.x every check of the deployment, from 4.0 on a word on every test."""
    on_each = [{result.test for result in record.on_gpu(gpu)} >= _TESTS for gpu in GPUS]
    told = {summary.test for summary in record.test_summaries}
    checks = {result.subtest for result in record.results}
    return all(on_each) and (told >= _TESTS if record.layout == "entity" else checks >= _CHECKS)


def _nothing_found(record: Diagnosis) -> bool:
    entries: list[Result | Summary] = [*record.results, *record.test_summaries]
    return all(entry.status == "Pass" and not entry.errors for entry in entries)


def _discovery(record: Discovery) -> bool:
    return record.complete and len(record.gpus) == len(GPUS)


def _version(record: BuildInfo) -> bool:
    return record.complete and record.hostengine_version == record.version


def _health(record: Health) -> bool:
    overall = record.overall_health
    return record.complete and isinstance(overall, Reading) and overall.value == "Healthy" and not record.devices


_LINKS = 3
"""A table announces no number of links: one that lost some of them is told by what was promised only."""


def _nvlink(record: ErrorCounts | LinkStatus) -> bool:
    return record.complete and (_all_up(record) if isinstance(record, LinkStatus) else _without_errors(record))


def _all_up(record: LinkStatus) -> bool:
    links = {device.entity: device.states for device in record.devices if device.entity_group == "GPU"}
    states = {state for device in record.devices for state in device.states}
    return set(links) == set(GPUS) and all("Up" in found for found in links.values()) and states <= {"Up", "Not Supported"}


def _without_errors(record: ErrorCounts) -> bool:
    """No error on any of the links that were promised; a link that the GPU does not have has none of the counters."""
    by_link: dict[int | None, list[Field]] = {}
    for counter in record.counters:
        by_link.setdefault(counter.link, []).append(counter.value)
    there = [fields for fields in by_link.values() if not all(isinstance(field, NotApplicable) for field in fields)]
    whole = len(by_link) >= _LINKS or set(by_link) == {None}
    return whole and bool(there) and all(_is_low(field) for fields in there for field in fields)


def _is_low(field: Field) -> bool:
    return isinstance(field, Reading) and float(field.value) <= (_MAX_RATIO if field.unit == "share" else 0)


HEALTHY: dict[str, Callable[[Any], bool]] = {
    "dcgmi-diag": _diagnosis,
    "dcgmi-diag-text": _diagnosis,
    "dcgmi-discovery": _discovery,
    "dcgmi-version": _version,
    "dcgmi-health": _health,
    "dcgmi-nvlink": _nvlink,
}
_JSON = (
    "2.4.7-r2-hole", "3.1.8-r1-persistence", "3.3.1-r2-pcie-width", "3.3.5-r1-remap", "3.3.9-not-homogeneous", "3.3.9-r3",
    "4.2.3-r1-persistence", "4.4.1-already-running", "4.4.2-r2-pcie-broke", "4.6.0-r4-memory-fail",
)  # fmt: skip
_TEXT = ("2.4.7-r2-one-gpu-fails", "3.3.9-r3-fail", "4.4.2-r2-pcie-broke", "4.5.0-r2-pass-with-warning", "4.6.0-r4-memory-fail")
_ERRORS = ("2.4.7-lost.txt", "3.3.9-blank.txt", "3.3.9-crc.txt", "4.6.0-blackwell-rx.txt", "4.6.0-crc.json", "4.6.0-no-links.txt")
BAD: dict[str, tuple[str, ...]] = {
    "dcgmi-diag": tuple(f"dcgmi/diag-{name}.json" for name in _JSON),
    "dcgmi-diag-text": tuple(f"dcgmi/diag-text-{name}.txt" for name in _TEXT),
    "dcgmi-discovery": ("dcgmi/discovery-4.6.0-none.txt", "dcgmi/discovery-4.7.0-one.txt"),
    "dcgmi-version": ("dcgmi/build-3.3.9-no-engine.txt", "dcgmi/build-4.6.0.txt"),
    "dcgmi-health": ("dcgmi/health-3.3.9-failure.txt", "dcgmi/health-3.3.9-warning.txt", "dcgmi/health-4.6.0-failure.json"),
    "dcgmi-nvlink": (
        *(f"dcgmi/nvlink-errors-{name}" for name in _ERRORS),
        "dcgmi/nvlink-status-3.3.9-down.txt",
        "dcgmi/nvlink-status-3.3.9-no-gpu.txt",
    ),
}
