"""Is every board configured as promised, without recorded errors, and free for us?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from parsers.nvidia_smi import GpuState, Process, Snapshot
from parsers.nvidia_smi.since import told
from parsers.reading import Absent, Field, NotApplicable, Reading

if TYPE_CHECKING:
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.spec import Spec

pytestmark = pytest.mark.state


def test_configuration(board: Callable[[str], GpuState], gpu: Gpu, judge: Judge, spec: Spec) -> None:
    """A board that is partitioned, unprotected, capped or slowed by its settings is not the one whose limits are judged."""
    state = board("start")
    judge("state.mig_current", state.mig_current)
    judge("state.mig_pending", state.mig_pending)
    judge("state.ecc_current", state.ecc_current)
    judge("state.ecc_pending", state.ecc_pending)
    judge("state.persistence_mode", state.persistence_mode)
    judge("state.power_limit_w", state.power.limit_w)
    for name, clock, promised in (
        ("state.application_clock_mhz", state.clocks.application_graphics_mhz, spec.node.application_clock_mhz),
        ("state.memory_clock_mhz", state.clocks.application_memory_mhz, spec.node.memory_clock_mhz),
    ):
        if promised is None:
            judge.record(name, clock)
        else:
            judge(name, clock)
    judge.fault_class = "configuration" if judge.verdict == "FAIL" else None


def test_errors(board: Callable[[str], GpuState], snapshot: Callable[[str], Snapshot], gpu: Gpu, judge: Judge) -> None:
    """What the board remembers of its errors decides, not only what happens to it during the run."""
    state, whole = board("start"), snapshot("start")
    judge("state.volatile_uncorrectable", state.ecc.volatile.uncorrectable)
    judge("state.aggregate_uncorrectable", state.ecc.aggregate.uncorrectable)
    judge("state.inforom_warnings", _inforom_warnings(whole, state))
    _judge_if_told(judge, whole, "sram_threshold_exceeded", "state.sram_threshold_exceeded", state.ecc.sram_threshold_exceeded)
    _judge_if_told(judge, whole, "repair_pending", "state.channel_repair_pending", state.ecc.channel_repair_pending)
    _judge_if_told(judge, whole, "repair_pending", "state.tpc_repair_pending", state.ecc.tpc_repair_pending)
    _judge_if_told(judge, whole, "unrepairable_memory", "state.unrepairable_memory", state.ecc.unrepairable_memory)
    _judge_if_told(judge, whole, "reset_required", "state.recovery_action", _recovery_action(state))


def _judge_if_told(judge: Judge, snapshot: Snapshot, fact: str, name: str, field: Field) -> None:
    """Judge what this driver tells, or should; what an older one does not know is recorded as not told: no pass and no fault."""
    if told(snapshot, fact) or isinstance(field, Reading):
        judge(name, field)
    else:
        judge.record(name, field)


def _recovery_action(state: GpuState) -> Field:
    """The driver's advice; before 570 it said the same as two answers, here put into the words of the later one."""
    if not isinstance(state.recovery_action, Absent):
        return state.recovery_action
    asked = (state.reset_required, state.drain_and_reset_recommended)
    for field in asked:
        if isinstance(field, Reading) and field.value == "Yes":
            return Reading("Reset", "text", field.line)
    unknown = [field for field in asked if not isinstance(field, (Reading, NotApplicable))]
    if unknown or not any(isinstance(field, Reading) for field in asked):
        return unknown[0] if unknown else asked[0]
    return Reading("None", "text", "; ".join(field.line for field in asked if isinstance(field, Reading)))


def _inforom_warnings(snapshot: Snapshot, state: GpuState) -> Reading:
    mine = [line for line in snapshot.warnings if "inforom" in line.lower() and _short(state.pci_bus_id) in line.lower()]
    return Reading(len(mine), "count", mine[0] if mine else "no warning of this board")


def _short(bus_id: str) -> str:
    """Without the domain and function, which nvidia-smi's warnings write in other widths."""
    return bus_id.partition(":")[2].partition(".")[0]


def test_idle(board: Callable[[str], GpuState], gpu: Gpu, judge: Judge) -> None:
    """While somebody else computes on a board its numbers are not its own."""
    judge("state.other_processes", lambda: _others(board("start")))


def _others(state: GpuState) -> Field:
    if not isinstance(state.processes, tuple):
        return state.processes
    shown = ", ".join(_shown(process) for process in state.processes)
    return Reading(len(state.processes), "count", shown or "no process")


def _shown(process: Process) -> str:
    return f"{process.name} (process {process.pid})"
