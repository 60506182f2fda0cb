"""When a check would be content with what nvidia-smi's queries printed of a node with two GPUs, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.nvidia_smi import GpuState, Snapshot, Table
from parsers.nvidia_smi.events import HW_SLOWDOWN, THERMAL
from parsers.nvidia_smi.since import told
from parsers.reading import Field, Reading

_BOARDS = 2
_HOTTEST_C = 88
_UNCORRECTED = "ecc.errors.uncorrected"
_FLAGS = ("remapped_rows.pending", "remapped_rows.failure")


def _is(field: Field, *values: object) -> bool:
    return isinstance(field, Reading) and field.value in values


def _below(field: Field, limit: float) -> bool:
    return isinstance(field, Reading) and float(field.value) <= limit


def _snapshot(record: Snapshot) -> bool:
    counted = record.complete and _is(record.attached_gpus, _BOARDS) and len(record.gpus) == _BOARDS
    acted = not told(record, "recovery_action") or all(_is(gpu.recovery_action, "None") for gpu in record.gpus)
    repairable = not told(record, "unrepairable_memory") or all(_is(gpu.ecc.unrepairable_memory, "No") for gpu in record.gpus)
    return counted and acted and repairable and not record.warnings and all(map(_board, record.gpus))


def _board(gpu: GpuState) -> bool:
    reasons = (gpu.events.hw_slowdown, gpu.events.hw_thermal_slowdown, gpu.events.hw_power_brake_slowdown, gpu.events.sw_thermal_slowdown)
    counts = (gpu.ecc.volatile.uncorrectable, gpu.ecc.aggregate.uncorrectable, gpu.remapped.uncorrectable)
    measured = (gpu.uuid, gpu.serial, gpu.memory_total_mib, gpu.power.draw_w, gpu.clocks.sm_mhz, gpu.remapped.banks)
    return (
        all(_is(reason, "Not Active") for reason in reasons)
        and all(_is(count, 0) for count in counts)
        and all(isinstance(field, Reading) for field in measured)
        and _is(gpu.remapped.pending, "No")
        and _is(gpu.remapped.failure, "No")
        and _is(gpu.ecc_current, "Enabled")
        and _is(gpu.link.width_current, 16)
        and _below(gpu.temperature_gpu_c, _HOTTEST_C)
        and gpu.processes == ()
    )


def _table(record: Table) -> bool:
    return record.complete and len(record.rows) == _BOARDS and all(_cell(cell.column, cell.field) for row in record.rows for cell in row)


def _cell(column: str, field: Field) -> bool:
    if column.startswith(_UNCORRECTED):
        return _is(field, 0)
    if column in _FLAGS:
        return _is(field, "No")
    if column == "clocks_event_reasons.active":
        return isinstance(field, Reading) and not int(field.value) & (THERMAL | HW_SLOWDOWN)
    return _below(field, _HOTTEST_C) if column == "temperature.gpu" else isinstance(field, Reading)


HEALTHY: dict[str, Callable[[Any], bool]] = {"nvidia-smi-q": _snapshot, "nvidia-smi-qx": _snapshot, "nvidia-smi-csv": _table}
_QUERY = "nvidia_smi/query/"
BAD: dict[str, tuple[str, ...]] = {
    "nvidia-smi-q": tuple(
        f"{_QUERY}q-{name}.txt"
        for name in (
            "bad-rows-580",
            "bad-throttle-580",
            "bad-ecc-580",
            "bad-reset-580",
            "bad-unrepairable-610",
            "h100-580-lost",
            "a100-470",
            "v100-418",
        )
    ),
    "nvidia-smi-qx": (
        *(f"{_QUERY}qx-bad-{name}-580.xml" for name in ("rows", "throttle", "ecc", "three-attached")),
        f"{_QUERY}qx-bad-unrepairable-610.xml",
        "nvidia_smi/h100-580-lost.xml",
        "nvidia_smi/a100-470.xml",
    ),
    "nvidia-smi-csv": tuple(f"{_QUERY}csv-bad-{name}-580.csv" for name in ("ecc", "thermal", "lost")),
}
