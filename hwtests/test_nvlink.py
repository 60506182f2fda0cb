"""Are all NVLinks of every board up at full speed, and do they lead to every other board?"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pytest

from parsers.errors import ParseError
from parsers.nvidia_smi import nvlink, topo
from parsers.nvidia_smi.nvlink import INACTIVE, GpuLinks, NvLinks
from parsers.nvidia_smi.topo import Connection, Topology, gpu_peers
from parsers.reading import Absent, ErrorWord, Field, Reading

if TYPE_CHECKING:
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.spec import Spec
    from fixtures.tools import RunOnNode

pytestmark = pytest.mark.nvlink


@pytest.fixture
def links(run_on_node: RunOnNode) -> NvLinks:
    """Speed or state of every link of every board."""
    return _parsed(run_on_node("nvidia-smi", "nvlink", "-s", purpose="nvlink").measured())


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> NvLinks:
    """Every item of this file reads the same text."""
    return nvlink.parse(text)


def test_links(gpu: Gpu, links: NvLinks, judge: Judge, spec: Spec) -> None:
    """A link that is down or slow takes its share of the bandwidth between all boards, and no other number shows it."""
    board = _board(links, gpu)
    judge("nvlink.active_links", active_links(board, spec.node.nvlinks, last=board is links.gpus[-1]))
    judge("nvlink.link_speed", slowest(board))


def test_peers(gpu: Gpu, links: NvLinks, run_on_node: RunOnNode, judge: Judge) -> None:
    """A board whose links do not lead to the others talks to them through the CPUs, at a tenth of the speed."""
    topology = topo.parse(run_on_node("nvidia-smi", "topo", "-m", purpose="topology").measured())
    if not topology.complete:
        raise ParseError("nvidia-smi topo -m", "the matrix with its legend", "a matrix without its end")
    judge("nvlink.peer_links", lambda: weakest(topology, _board(links, gpu).index))


def _board(links: NvLinks, gpu: Gpu) -> GpuLinks:
    for board in links.gpus:
        if board.uuid == gpu.uuid:
            return board
    raise ParseError("nvidia-smi nvlink", f"{gpu.name} with UUID {gpu.uuid}", f"{len(links.gpus)} other boards")


def active_links(board: GpuLinks, promised: int, last: bool) -> Field:
    """
    How many links have a speed; of a board that lists fewer links than promised, only where others are listed after it.

    The list has no end mark: of the `last` board in it, links may be missing because the text was cut.
    """
    if isinstance(board.links, ErrorWord) and board.links.word == INACTIVE:
        return Reading(0, "count", board.links.line)
    if not isinstance(board.links, tuple):
        return board.links
    if len(board.links) < promised and last:
        return Absent(f"{promised} links: {len(board.links)} are listed, and nothing after them tells that the list is whole")
    return board.active_links


def slowest(board: GpuLinks) -> Field:
    """The speed of the slowest link that has one, GB/s each way; those without one are not counted as active."""
    if not isinstance(board.links, tuple):
        return board.links
    speeds = [link.speed_gb_s for link in board.links if isinstance(link.speed_gb_s, Reading)]
    return min(speeds, key=lambda speed: float(speed.value)) if speeds else Absent("the speed of any link")


def weakest(topology: Topology, index: int) -> Field:
    """
    The fewest NVLinks to any other board; 0 is a way without NVLink.

    A way has two ends. A board that has lost its way to at least half of the others is to blame for it, and the others are
    judged by the rest of their ways; where nobody is to blame alone, both ends are.
    """
    ways = gpu_peers(topology, index)
    unread = [way.path for way in ways if not isinstance(way.path, Reading)]
    if unread or not ways:
        return unread[0] if unread else Absent("another board")
    blamed = _cut_off(topology)
    others = [way for way in ways if way.device not in blamed]
    worst = min(ways if f"GPU{index}" in blamed or not others else others, key=_nvlinks)
    return Reading(_nvlinks(worst), "count", f"GPU{index} to {worst.device}: {_path(worst)}")


def _cut_off(topology: Topology) -> set[str]:
    """The boards that have lost NVLinks to at least half of the others, compared with the best way of the node."""
    ways = {board.name: gpu_peers(topology, int(board.name.removeprefix("GPU"))) for board in topology.gpus}
    most = max(_nvlinks(way) for each in ways.values() for way in each)
    return {name for name, each in ways.items() if 2 * sum(_nvlinks(way) < most for way in each) >= len(each)}


def _nvlinks(way: Connection) -> int:
    path = _path(way)
    return int(path.removeprefix("NV")) if path.startswith("NV") else 0


def _path(way: Connection) -> str:
    return str(way.path.value) if isinstance(way.path, Reading) else way.path.why
