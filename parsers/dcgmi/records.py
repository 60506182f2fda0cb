"""What `dcgmi diag` says of a node, in one form for all of its layouts, JSON and text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DiagError:
    """
    One error or warning of a test, as DCGM words it.

    `error_id`, `category` and `severity` are DCGM's numbers (parsers.dcgmi.names), None where the release does not
    give them: before 3.3.1, and before 3.3.3 in the deployment checks.
    """

    text: str
    error_id: int | None
    category: int | None
    severity: int | None


@dataclass(frozen=True)
class Result:
    """
    What one test found on one device.

    `test` is the name of DCGM 4, also for older releases; `subtest` is the deployment check within "software" (its
    display name: "Denylist", "Persistence Mode"), None in DCGM 4, where only the errors tell which check failed.
    `entity` is DCGM's number within `entity_group` ("GPU", "CPU", "NvSwitch" ...), not nvidia-smi's index; None: the
    result speaks for all GPUs of the run, or all CPUs. `status` is one of STATUSES in parsers.dcgmi.entries. A result can be
    "Pass" and still have errors. `line` is the result as it was printed, on one line.
    """

    category: str
    test: str
    subtest: str | None
    entity_group: str
    entity: int | None
    status: str
    errors: tuple[DiagError, ...]
    info: tuple[str, ...]
    line: str


@dataclass(frozen=True)
class Summary:
    """
    DCGM 4's word on a whole test: its status, and errors that belong to no device.

    From 4.5 on `errors` repeats those of the devices. A test can be "Fail" here while every device passed: then the
    test itself broke.
    """

    category: str
    test: str
    status: str
    errors: tuple[DiagError, ...]
    info: tuple[str, ...]
    line: str


@dataclass(frozen=True)
class Diagnosis:
    """
    One run of `dcgmi diag`.

    `layout` is "gpu" up to DCGM 3.x, "entity" from 4.0 on. With a `runtime_error` there are no results: the run did
    not take place. `serials` maps DCGM's GPU number to the board's serial, where the release tells it. `notes` are
    the lines printed around the document, or above the table. `device_ids` are the PCI device ids of the GPUs in the order
    of the table ("2330"); None in JSON, which tells them by device, and where the table has none or no room for all.
    `complete`: the JSON is closed, or the table has its head and its end.
    """

    layout: str
    dcgm_version: str | None
    driver_version: str | None
    runtime_error: str | None
    results: tuple[Result, ...]
    test_summaries: tuple[Summary, ...]
    serials: tuple[tuple[int, str], ...]
    notes: tuple[str, ...]
    device_ids: tuple[str, ...] | None = None
    complete: bool = True

    def on_gpu(self, gpu_id: int) -> tuple[Result, ...]:
        """The results that speak for this GPU (DCGM's number): its own, and those for all GPUs."""
        return tuple(result for result in self.results if result.entity_group == "GPU" and result.entity in (gpu_id, None))
