"""Has every board joined the NVLink fabric, and does the service run that keeps it together?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from parsers import pgrep, systemctl
from parsers.nvidia_smi.since import told
from parsers.reading import Absent, NotApplicable, Reading

if TYPE_CHECKING:
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.tools import RunOnNode
    from parsers.nvidia_smi import GpuState, Snapshot

pytestmark = pytest.mark.fabric

PROCESS = "nv-fabricmanage"
"""nv-fabricmanager; the kernel keeps 15 characters of a name."""
SERVICE = "nvidia-fabricmanager.service"
NOT_RUNNING, NO_SUCH_UNIT = 3, 4


def test_state(board: Callable[[str], GpuState], snapshot: Callable[[str], Snapshot], gpu: Gpu, judge: Judge) -> None:
    """A board that has not joined reaches no other one, while every number of its own is good."""
    fabric = board("start").fabric
    judge("fabric.state", fabric.state)
    judge("fabric.status", fabric.status)
    untold = not told(snapshot("start"), "fabric_health") and isinstance(fabric.health, Absent)
    if untold or isinstance(fabric.health, NotApplicable):
        judge.record("fabric.health", fabric.health)
    else:
        judge("fabric.health", fabric.health)


def test_manager(run_on_node: RunOnNode, judge: Judge) -> None:
    """Without the fabric manager the switches route nothing after the next reset, whatever the boards say now."""
    judge("fabric.manager", lambda: _manager(run_on_node))
    judge.fault_class = "configuration" if judge.verdict == "FAIL" else None


def _manager(run_on_node: RunOnNode) -> Reading:
    """A process of it anywhere on the node; else what the service says, for in a container the host's processes are not seen."""
    found = run_on_node("pgrep", "--exact", PROCESS, purpose="fabric-manager")
    if found.outcome == "exited" and found.exit_code == 0:
        return Reading("active", "text", pgrep.parse(found.measured()).count.line)
    service = run_on_node("systemctl", "is-active", SERVICE, purpose="fabric-manager")
    return systemctl.parse(service.measured(NOT_RUNNING, NO_SUCH_UNIT)).active_state
