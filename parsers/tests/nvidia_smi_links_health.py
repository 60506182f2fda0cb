"""
When a check would be content with nvidia-smi's plain texts of boards and their links, and recordings with which it would not.

The node that was promised has two boards of the model below, undivided, with 18 links each; the matrices may have more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from parsers.nvidia_smi.gpu_list import GpuList
from parsers.nvidia_smi.nvlink import NvLinks
from parsers.nvidia_smi.table import Table, TableGpu
from parsers.nvidia_smi.topo import Topology, gpu_peers
from parsers.reading import Absent, Field, Reading

_BOARDS, _MODEL, _LINKS, _LINK_GB_S, _HOTTEST_C = 2, "NVIDIA H100 80GB HBM3", 18, 26.5, 85
_ERRORS = ("Replay Errors", "Recovery Errors", "CRC Errors")


def _is(field: Field, *values: object) -> bool:
    return isinstance(field, Reading) and field.value in values


def _at_most(field: Field, limit: float) -> bool:
    return isinstance(field, Reading) and float(field.value) <= limit


def _board(gpu: TableGpu) -> bool:
    known = all(isinstance(field, Reading) for field in (gpu.performance_state, gpu.power_usage_w, gpu.memory_used_mib))
    set_up = _is(gpu.persistence_mode, "On") and _is(gpu.compute_mode, "Default") and _is(gpu.mig_mode, "Disabled")
    return known and set_up and _is(gpu.name, _MODEL) and _is(gpu.volatile_uncorrectable, 0) and _at_most(gpu.temperature_c, _HOTTEST_C)


def _table(record: Table) -> bool:
    idle = record.processes == () and isinstance(record.mig_devices, Absent)
    return len(record.gpus) == _BOARDS and idle and not record.warnings and all(map(_board, record.gpus))


def _list(record: GpuList) -> bool:
    whole = all(gpu.name == _MODEL for gpu in record.gpus)
    return len(record.gpus) == _BOARDS and whole and not record.warnings


def _paths(record: Topology) -> Iterator[Field]:
    for index in range(len(record.gpus)):
        yield from (connection.path for connection in gpu_peers(record, index))


def _topo(record: Topology) -> bool:
    return record.complete and len(record.gpus) >= _BOARDS and all(_is(path, f"NV{_LINKS}") for path in _paths(record))


def _p2p(record: Topology) -> bool:
    return record.complete and len(record.gpus) >= _BOARDS and all(_is(path, "OK") for path in _paths(record))


def _links(record: NvLinks) -> bool:
    links = [link for gpu in record.gpus if isinstance(gpu.links, tuple) for link in gpu.links]
    if len(record.gpus) != _BOARDS or len(links) != _BOARDS * _LINKS or record.warnings:
        return False
    if record.kind == "status":
        return all(isinstance(link.speed_gb_s, Reading) and float(link.speed_gb_s.value) >= _LINK_GB_S for link in links)
    counters = [counter for link in links for counter in link.counters]
    named = all(tuple(counter.name for counter in link.counters) == _ERRORS for link in links)
    return record.kind == "errors" and named and all(_is(counter.value, 0) for counter in counters)


HEALTHY: dict[str, Callable[[Any], bool]] = {
    "nvidia-smi-table": _table,
    "nvidia-smi-l": _list,
    "nvidia-smi-topo": _topo,
    "nvidia-smi-topo-p2p": _p2p,
    "nvidia-smi-nvlink": _links,
}


def _in_folder(*names: str) -> tuple[str, ...]:
    return tuple(f"nvidia_smi/links/{name}.txt" for name in names)


BAD: dict[str, tuple[str, ...]] = {
    "nvidia-smi-table": _in_folder(
        "table-580-err",
        "table-440-two-lines",
        "table-450-mig",
        "table-470-no-answer",
        "table-535-mig",
        "table-580-mig",
        "table-610",
        "table-580-no-mig-devices",
    ),
    "nvidia-smi-l": _in_folder("list-one-missing"),
    "nvidia-smi-topo": _in_folder("topo-580-lost-nvlink", "topo-580-error", "topo-450-mlx5", "topo-418-pcie"),
    "nvidia-smi-topo-p2p": _in_folder("p2p-610-one-way", "p2p-470-not-supported"),
    "nvidia-smi-nvlink": _in_folder(
        "nvlink-s-inactive",
        "nvlink-s-slow",
        "nvlink-s-none",
        "nvlink-s-not-there",
        "nvlink-e-crc",
        "nvlink-e-unknown-error",
        "nvlink-e-b200",
    ),
}
