"""When a check would be content with what fio measured, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.fio import Fio, Job
from parsers.reading import Reading

PROMISED_JOBS = 2
_IOPS, _P99_NS = 500_000, 1_000_000


def _job(job: Job) -> bool:
    if job.error or job.read is None or isinstance(job.total_err, Reading):
        return False
    p99 = [percentile.latency.value for percentile in job.read.clat_ns.percentiles if percentile.percent == 99]
    lost = (job.read.short_ios, job.read.drop_ios)
    fast = float(job.read.iops.value) >= _IOPS and len(p99) == 1 and float(p99[0]) <= _P99_NS
    return fast and all(isinstance(count, Reading) and not count.value for count in lost)


def _fio(record: Fio) -> bool:
    quiet = not any(note.startswith("fio:") for note in record.notes)
    return record.complete and quiet and len(record.jobs) == PROMISED_JOBS and all(map(_job, record.jobs))


HEALTHY: dict[str, Callable[[Any], bool]] = {"fio": _fio}
BAD: dict[str, tuple[str, ...]] = {"fio": ("fio/3.33-job-error.txt", "fio/3.33-slow.json", "fio/3.33-late.json", "fio/3.1-no-latency.json")}
