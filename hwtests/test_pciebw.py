"""Does every GPU exchange data with its host as fast as its slot promises, in both directions?"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from parsers import bandwidthtest, nvbandwidth
from parsers.errors import ParseError
from parsers.nvidia_smi import GpuState, parse_query_xml
from parsers.reading import Absent, Field, Reading

if TYPE_CHECKING:
    from fixtures.command import Output, Sample
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.tools import RunOnGpu, RunOnNode

pytestmark = [pytest.mark.pciebw, pytest.mark.intrusive]

RUNS = 3
HOST_TO_DEVICE, DEVICE_TO_HOST = "host_to_device_memcpy_ce", "device_to_host_memcpy_ce"
NVBANDWIDTH = ("-t", HOST_TO_DEVICE, DEVICE_TO_HOST, "-i", "10")
BANDWIDTH_TEST = ("--htod", "--dtoh", "--memory=pinned", "--device=0", "--csv")
LARGE = tuple(f"--{option}" for option in ("mode=range", "start=1073741824", "end=1073741824", "increment=1073741824"))
SAMPLE_PERIOD_S = 0.5
COPYING_KBPS = 100_000
_CPU_LIST = re.compile(r"[0-9]{1,5}(?:-[0-9]{1,5})?(?:,[0-9]{1,5}(?:-[0-9]{1,5})?)*")
"""An idle board moves about 500 KB/s (580.105.08, 8 x H100); a hundred MB/s inside nvidia-smi's 20 ms window is a copy."""


@dataclass(frozen=True)
class Copies:
    """The three runs of the copy program that this node has, and the one run during which the link was sampled."""

    tool: str
    runs: tuple[Output, ...]
    sampled: Output

    def best(self, direction: str) -> Reading:
        """The fastest of the runs in one direction, in GB/s. Raises NotMeasured or ParseError if any of them failed."""
        return max((self._bandwidth(_printed(run), direction) for run in self.runs), key=lambda reading: float(reading.value))

    def _bandwidth(self, text: str, direction: str) -> Reading:
        if self.tool == "nvbandwidth":
            return nvbandwidth.host_copy(nvbandwidth.parse(text), direction)
        return bandwidthtest.host_copy(bandwidthtest.parse(text), "H2D" if direction == HOST_TO_DEVICE else "D2H")


@pytest.fixture
def copies(gpu: Gpu, run_on_gpu: RunOnGpu, run_on_node: RunOnNode, sample: Callable[..., Sample]) -> Copies:
    """Best of three, alone on the node, near the GPU's own CPUs; nvbandwidth where the node has it, else bandwidthTest."""
    link = sample("nvidia-smi", "-q", "-x", "-i", str(gpu.uuid), period_s=SAMPLE_PERIOD_S)
    listing = run_on_node("nvbandwidth", "-l", purpose="version")
    if listing.outcome != "missing":
        options = NVBANDWIDTH if nvbandwidth.parse_version(listing.measured()) < (0, 5) else (*NVBANDWIDTH, "-j")
        sampled = run_on_gpu(gpu, "nvbandwidth", *options, purpose="copy", sample=link)
        undisturbed = tuple(run_on_gpu(gpu, "nvbandwidth", *options, purpose="copy") for _ in range(RUNS - 1))
        return Copies("nvbandwidth", (sampled, *undisturbed), sampled)
    near = run_on_node("cat", f"/sys/bus/pci/devices/{gpu.pci_bus_id}/local_cpulist", purpose="cpus", target=gpu.name)
    prefix = ("taskset", "-c", _cpus(near.measured()))
    runs = tuple(run_on_gpu(gpu, "bandwidthTest", *BANDWIDTH_TEST, purpose="copy", prefix=prefix) for _ in range(RUNS))
    sampled = run_on_gpu(gpu, "bandwidthTest", *BANDWIDTH_TEST, *LARGE, purpose="link", prefix=prefix, sample=link)
    return Copies("bandwidthTest", runs, sampled)


def _cpus(text: str) -> str:
    """A list of CPUs as the kernel writes it, 0-31,64-95; raises ParseError for what taskset would refuse."""
    line, _, rest = text.partition("\n")
    if rest or not _CPU_LIST.fullmatch(line):
        raise ParseError("local_cpulist", "the CPUs near the GPU, as in 0-31,64-95", text[:80] or "nothing")
    return line


def test_host_to_device(copies: Copies, judge: Judge, gpu: Gpu) -> None:
    """A link that trained at half its width, or a host that misplaces memory, starves the GPU."""
    judge("pciebw.host_to_device", lambda: copies.best(HOST_TO_DEVICE), tool=copies.tool, output=copies.runs[0])


def test_device_to_host(copies: Copies, judge: Judge, gpu: Gpu) -> None:
    """One direction can be slow alone: checkpoints and results leave by it."""
    judge("pciebw.device_to_host", lambda: copies.best(DEVICE_TO_HOST), tool=copies.tool, output=copies.runs[0])


def test_link(copies: Copies, judge: Judge, gpu: Gpu) -> None:
    """The generation and width that a copy ran at; an idle link sleeps at a lower one and proves nothing."""
    _printed(copies.sampled)
    states = _states_inside_copies(copies)
    judge("pciebw.link_generation", _best(states, lambda state: state.link.generation_current, copies), output=copies.sampled)
    judge("pciebw.link_width", _best(states, lambda state: state.link.width_current, copies), output=copies.sampled)


def _printed(run: Output) -> str:
    """What a run that ended well printed; with -j nvbandwidth says why it did not in the document, where `measured` does not look."""
    if run.exit_code and run.text.lstrip().startswith("{"):
        nvbandwidth.parse(run.text)
    return run.measured()


def _states_inside_copies(copies: Copies) -> list[GpuState]:
    states = [state for sample in copies.sampled.samples if sample.outcome == "exited" for state in _states(sample.text)]
    return [state for state in states if max(_traffic(state.link.tx_util_kb_s), _traffic(state.link.rx_util_kb_s)) >= COPYING_KBPS]


@functools.lru_cache(maxsize=512)
def _states(text: str) -> tuple[GpuState, ...]:
    """A sample that cannot be read is no sample; if none can, there is none inside a copy."""
    try:
        return parse_query_xml(text).gpus
    except ParseError:
        return ()


def _traffic(field: Field) -> float:
    return float(field.value) if isinstance(field, Reading) else 0.0


def _best(states: list[GpuState], get: Callable[[GpuState], Field], copies: Copies) -> Field:
    fields = [get(state) for state in states]
    readings = [field for field in fields if isinstance(field, Reading)]
    if readings:
        return max(readings, key=lambda reading: float(reading.value))
    return fields[0] if fields else Absent(f"a sample inside a copy, among {len(copies.sampled.samples)} samples of {copies.tool}")
