"""When a check would be content with what a test of nccl-tests printed, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.nccl_tests import Measured, NcclTest
from parsers.reading import Absent, Field, Reading

_LARGE = 1 << 28
_FLOOR_GB_S = 300.0


def _nothing(field: Field) -> bool:
    return isinstance(field, Reading) and field.value == 0


def _right(side: Measured) -> bool:
    small = isinstance(side.deviation, Reading) and float(side.deviation.value) < 1e-5
    return (_nothing(side.wrong) or small) and (isinstance(side.bit_differences, Absent) or _nothing(side.bit_differences))


def _nccl_test(record: NcclTest) -> bool:
    sides = [(row.size_bytes, side) for row in record.rows for side in (row.out_of_place, row.in_place)]
    large = [side for size, side in sides if size >= _LARGE]
    limited = isinstance(record.average_verdict, Reading) and record.average_verdict.value != "OK"
    whole = record.complete and _nothing(record.out_of_bounds_values) and not record.warnings and not limited
    fast = all(float(side.busbw_gb_s.value) >= _FLOOR_GB_S for side in large)
    return whole and bool(large) and fast and all(_right(side) for _, side in sides)


HEALTHY: dict[str, Callable[[Any], bool]] = {"nccl-tests": _nccl_test, "nccl-tests-json": _nccl_test}
BAD: dict[str, tuple[str, ...]] = {
    "nccl-tests": (
        "nccl_tests/v2.13-wrong.txt",
        "nccl_tests/v2.13-unchecked.txt",
        "nccl_tests/v2.13-below-limit.txt",
        "nccl_tests/v2.13-slow-size.txt",
        "nccl_tests/v2.13-one-gpu.txt",
        "nccl_tests/v2.8-deviation.txt",
        "nccl_tests/v2.19-bitwise-differs.txt",
    ),
    "nccl-tests-json": ("nccl_tests/v2.18-wrong.json", "nccl_tests/v2.18-unchecked.json"),
}
