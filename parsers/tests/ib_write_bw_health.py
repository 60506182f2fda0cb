"""When a check would be content with what ib_write_bw printed, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.ib_write_bw import IbWriteBw
from parsers.reading import Reading

_FLOOR_GBIT_S = 150.0
_LARGE = 65536


def _ib_write_bw(record: IbWriteBw) -> bool:
    large = [found for found in record.results if found.size_bytes >= _LARGE]
    timed = not any("CPU" in note for note in record.notes)
    fast = all(float(found.bw_average_gbit_s.value) >= _FLOOR_GBIT_S for found in large)
    return record.complete and isinstance(record.number_of_qps, Reading) and bool(large) and timed and fast


HEALTHY: dict[str, Callable[[Any], bool]] = {"ib-write-bw": _ib_write_bw, "ib-write-bw-json": _ib_write_bw}
BAD: dict[str, tuple[str, ...]] = {
    "ib-write-bw": ("ib_write_bw/slow.txt", "ib_write_bw/all-sizes-slow-end.txt", "ib_write_bw/nothing-moved.txt"),
    "ib-write-bw-json": ("ib_write_bw/slow.json",),
}
