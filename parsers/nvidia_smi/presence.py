"""
Whether nvidia-smi talks to a board, lists one that it has lost, or does not list it.

The words are NVML's for a board that is there no more for software: NVML_ERROR_GPU_IS_LOST and NVML_ERROR_RESET_REQUIRED
of nvml.h, and the inaccessible board of newer releases. Other errors say that one query failed, not what is gone.
"""

from __future__ import annotations

from parsers.nvidia_smi.records import GpuState
from parsers.reading import ErrorWord, Field, Reading

LOST = ("GPU is lost", "GPU is inaccessible", "GPU requires reset")


def answering(state: GpuState | None, where: str) -> Field:
    """1 for a board that tells the size of its memory, 0 for one that is not listed (None) or is lost; unit "count"."""
    if state is None:
        return Reading(0, "count", where)
    if isinstance(state.memory_total_mib, ErrorWord) and state.memory_total_mib.word in LOST:
        return Reading(0, "count", f"nvidia-smi lists {state.pci_bus_id} and says: {state.memory_total_mib.word}")
    if not isinstance(state.memory_total_mib, Reading):
        return state.memory_total_mib
    return Reading(1, "count", f"nvidia-smi lists {state.pci_bus_id}, {state.memory_total_mib.line}")
