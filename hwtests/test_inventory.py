"""Are the boards that were promised there, all of them, no others, and are they what was promised?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from parsers.errors import ParseError
from parsers.lspci import PciDevice, parse_lspci_numeric
from parsers.nvidia_smi import Snapshot
from parsers.nvidia_smi.presence import answering
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

if TYPE_CHECKING:
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.spec import Spec
    from fixtures.tools import RunOnNode
    from parsers.nvidia_smi import GpuState

pytestmark = pytest.mark.inventory

GpusOnBus = Callable[[], list[PciDevice]]
Hidden = Callable[[], "str | None"]
Snapshots = Callable[[str], Snapshot]

DEVICE_FILES = ("/dev", "-maxdepth", "1", "-name", "nvidia[0-9]*")
_DEVICE_FILE = re.compile(r"/dev/nvidia[0-9]+")
NOTHING_HIDDEN = ("", "all")


@pytest.fixture
def pci(run_on_node: RunOnNode) -> GpusOnBus:
    """The NVIDIA GPUs on the PCI bus, also those that no longer answer."""

    def ask() -> list[PciDevice]:
        devices = parse_lspci_numeric(run_on_node("lspci", "-D", "-n", purpose="pci").measured())
        return [device for device in devices if device.is_nvidia_gpu]

    return ask


@pytest.fixture
def hidden(run_on_node: RunOnNode, spec: Spec) -> Hidden:
    """Why this process may see fewer GPUs than the host has, None if nothing says so."""

    def ask() -> str | None:
        output = run_on_node("printenv", "NVIDIA_VISIBLE_DEVICES", purpose="container")
        shown = output.measured(1).strip()
        if shown in NOTHING_HIDDEN or len(shown.split(",")) >= spec.node.gpus:
            return None
        return f"this container is shown NVIDIA_VISIBLE_DEVICES={shown} and not all GPUs of the host: run it with all of them"

    return ask


def test_counts(pci: GpusOnBus, hidden: Hidden, snapshot: Snapshots, run_on_node: RunOnNode, judge: Judge) -> None:
    """The bus, the driver's device files, nvidia-smi and the spec must agree on the number of GPUs."""
    whole = snapshot("start")  # without a driver that answers, an empty /dev says nothing of the boards
    concealed = hidden()

    def counted(count: Callable[[], Field]) -> Callable[[], Field]:
        return (lambda: ErrorWord("hidden", concealed)) if concealed else count

    judge("inventory.lspci_gpus", lambda: Reading(len(pci()), "count", "NVIDIA GPUs on the PCI bus"))
    judge("inventory.device_files", counted(lambda: _device_files(run_on_node, len(whole.gpus))))
    judge("inventory.nvidia_smi_gpus", counted(lambda: Reading(len(snapshot("start").gpus), "count", "boards in nvidia-smi -q -x")))
    judge("inventory.attached_gpus", counted(lambda: snapshot("start").attached_gpus))


def _device_files(run_on_node: RunOnNode, answering: int) -> Field:
    """The driver's files for GPUs; fewer than boards that answer through them cannot be."""
    output = run_on_node("find", *DEVICE_FILES, purpose="device-files")
    files = output.measured().splitlines()
    for number, line in enumerate(files, start=1):
        if not _DEVICE_FILE.fullmatch(line):
            raise ParseError("find", "a device file of a GPU", line, number)
    if len(files) < answering:
        return ErrorWord("inconsistent", f"find shows {len(files)} files /dev/nvidiaN, yet nvidia-smi lists {answering} boards")
    return Reading(len(files), "count", " ".join(files))


def test_driver(snapshot: Snapshots, judge: Judge) -> None:
    """Limits were measured under a range of drivers, and older ones lack what the checks read."""
    judge("inventory.driver_version", lambda: snapshot("start").driver_version)
    judge.fault_class = "configuration" if judge.verdict == "FAIL" else None


def test_present(gpu: Gpu, pci: GpusOnBus, hidden: Hidden, snapshot: Snapshots, judge: Judge) -> None:
    """A board that is gone, or lost to the driver, must fail and must not make the list shorter."""
    judge("inventory.present", lambda: _present(gpu, pci(), hidden(), snapshot("start")))
    judge("inventory.uuid_holders", lambda: _holders(snapshot("start"), gpu, "uuid"))
    serials = _holders(snapshot("start"), gpu, "serial")
    if isinstance(serials, NotApplicable):
        judge.record("inventory.serial_holders", serials)
    else:
        judge("inventory.serial_holders", serials)


def _present(gpu: Gpu, pci: list[PciDevice], hidden: str | None, snapshot: Snapshot) -> Field:
    """1 if nvidia-smi talks to the board at this position, 0 if it is proven not to; the host was seen, since lspci answered."""
    on_bus = {device.pci_bus_id: device for device in pci}
    state = next((state for state in snapshot.gpus if state.pci_bus_id == gpu.pci_bus_id), None)
    if state is None:
        if hidden is not None:
            return ErrorWord("hidden", hidden)
        return Reading(0, "count", _where_is_it(gpu, on_bus, snapshot))
    answer = answering(state, "")
    if not isinstance(answer, Reading) or not answer.value:
        return answer
    device = on_bus.get(state.pci_bus_id)
    if device is None:
        return Absent(f"{state.pci_bus_id} in lspci, although nvidia-smi lists it")
    return Reading(int(device.readable), "count", f"lspci: {state.pci_bus_id} rev {device.revision}")


def _where_is_it(gpu: Gpu, on_bus: dict[str, PciDevice], snapshot: Snapshot) -> str:
    said = f"; nvidia-smi says: {snapshot.warnings[0]}" if snapshot.warnings else ""
    if gpu.pci_bus_id is None:
        return f"{len(on_bus)} GPUs on the PCI bus, none left for {gpu.name}: the slot of the missing board is not known{said}"
    if gpu.pci_bus_id not in on_bus:
        return f"no GPU at {gpu.pci_bus_id}{said}"
    answers = "answers on the PCI bus" if on_bus[gpu.pci_bus_id].readable else "has fallen off the bus (lspci: rev ff)"
    return f"the board at {gpu.pci_bus_id} {answers}, nvidia-smi does not list it{said}"


def _holders(snapshot: Snapshot, gpu: Gpu, name: str) -> Field:
    """How many boards show this board's own uuid or serial: 1, or an identity was copied."""
    mine: Field = next((getattr(s, name) for s in snapshot.gpus if s.pci_bus_id == gpu.pci_bus_id), Absent(f"{gpu.name} in nvidia-smi"))
    if not isinstance(mine, Reading):
        return mine
    same = [s.pci_bus_id for s in snapshot.gpus if isinstance(getattr(s, name), Reading) and getattr(s, name).value == mine.value]
    return Reading(len(same), "count", f"{name} {mine.value} at {', '.join(same)}")


def test_board(board: Callable[[str], GpuState], gpu: Gpu, judge: Judge, spec: Spec) -> None:
    """Another model, less memory or a foreign VBIOS is not what was sold."""
    state = board("start")
    judge("inventory.product", state.product_name)
    judge("inventory.memory_mib", state.memory_total_mib)
    judge("inventory.pci_device_id", state.pci_device_id)
    if spec.node.vbios:
        judge("inventory.vbios_version", state.vbios_version)
    else:
        judge.record("inventory.vbios_version", state.vbios_version)
    judge.record("inventory.serial", state.serial)
