"""When a check would be content with what gpu_burn printed, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.gpu_burn import BurntGpu, GpuBurn
from parsers.reading import Field, Reading

_FLOOR_TFLOPS = 10.0
_NEARLY_ALL = 90.0


def _at_least(field: Field, floor: float) -> bool:
    return isinstance(field, Reading) and float(field.value) >= floor


def _burnt_well(gpu: BurntGpu) -> bool:
    sound = isinstance(gpu.status, Reading) and gpu.status.value == "OK" and not gpu.died
    unharmed = isinstance(gpu.errors, Reading) and gpu.errors.value == 0
    return sound and unharmed and _at_least(gpu.processed, 1) and _at_least(gpu.tflops_min, _FLOOR_TFLOPS)


def _gpu_burn(record: GpuBurn) -> bool:
    whole = record.complete and not record.failures and record.progress_lines > 0
    return whole and _at_least(record.progress_percent, _NEARLY_ALL) and all(map(_burnt_well, record.gpus))


HEALTHY: dict[str, Callable[[Any], bool]] = {"gpu-burn": _gpu_burn}
BAD: dict[str, tuple[str, ...]] = {
    "gpu-burn": (
        "gpu_burn/faulty.txt",
        "gpu_burn/died-but-ok.txt",
        "gpu_burn/idle-but-ok.txt",
        "gpu_burn/no-work.txt",
        "gpu_burn/counter-overflow.txt",
        "gpu_burn/words-of-a-fork.txt",
    )
}
