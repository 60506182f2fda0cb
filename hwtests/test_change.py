"""Did any counter of errors move while the node worked, and during which check?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import pytest

from parsers.nvidia_smi import GpuState, Snapshot
from parsers.nvidia_smi.nvlink import GpuLinks
from parsers.nvidia_smi.presence import answering
from parsers.nvidia_smi.since import told
from parsers.nvidia_smi.totals import total
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

if TYPE_CHECKING:
    from fixtures.closing import Phase
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.spec import Spec

pytestmark = pytest.mark.closing

T = TypeVar("T")
Counter = Callable[[GpuState], Field]

COUNTERS: dict[str, Counter] = {
    "closing.uncorrectable_ecc": lambda state: state.ecc.volatile.uncorrectable,
    "closing.correctable_ecc": lambda state: state.ecc.volatile.correctable,
    "closing.pcie_replays": lambda state: state.link.replays,
    "closing.remapped_uncorrectable": lambda state: state.remapped.uncorrectable,
    "closing.remapped_correctable": lambda state: state.remapped.correctable,
}
SLOWDOWNS: dict[str, Counter] = {
    "closing.thermal_us": lambda state: total((state.event_counters.hw_thermal_slowdown_us, state.event_counters.sw_thermal_slowdown_us)),
    "closing.power_brake_us": lambda state: state.event_counters.hw_power_brake_slowdown_us,
    "closing.sw_power_cap_us": lambda state: state.event_counters.sw_power_cap_us,
}


def test_still_there(gpu: Gpu, snapshot: Callable[[str], Snapshot], judge: Judge) -> None:
    """A board that falls off the bus under load leaves no counter behind."""
    state = next((state for state in snapshot("end").gpus if state.pci_bus_id == gpu.pci_bus_id), None)
    if gpu.uuid is None:
        judge("inventory.present", Absent(f"{gpu.name} at the start of the run, so it could not be lost during it"))
    else:
        judge("inventory.present", answering(state, f"nvidia-smi no longer lists {gpu.pci_bus_id} at the end of the run"))


def test_counters(phases: list[Phase[GpuState]], gpu: Gpu, judge: Judge, snapshot: Callable[[str], Snapshot]) -> None:
    """A board that collects errors under load was not in order, whatever its other numbers say."""
    for name, counter in COUNTERS.items():
        judge(name, rise(phases, counter))
    for name, counter in SLOWDOWNS.items():
        if told(snapshot("end"), "event_counters"):
            judge(name, rise(phases, counter))
        else:
            judge.record(name, rise(phases, counter))
    retired = rise(phases, lambda state: total((state.retired.single_bit, state.retired.double_bit)))
    if not isinstance(retired, NotApplicable):
        judge("closing.retired_pages", retired)
    after = phases[-1].after
    judge("remapped.pending", after.remapped.pending)
    judge("remapped.failure", after.remapped.failure)
    if told(snapshot("end"), "recovery_action"):
        judge("state.recovery_action", after.recovery_action)


def test_nvlink(link_phases: list[Phase[GpuLinks]], gpu: Gpu, judge: Judge, spec: Spec) -> None:
    """A link that has to send again what arrived damaged is slow before it is down."""
    judge("closing.nvlink_errors", rise(link_phases, lambda board: link_errors(board, spec.node.nvlinks)))


LINK_ERRORS = frozenset(
    {
        "Replay Errors", "Recovery Errors", "CRC Errors", "CRC FLIT Errors", "CRC Data Errors", "ECC Errors", "Malformed packet Errors",
        "Buffer overrun Errors", "Rx Errors", "Rx remote Errors", "Rx General Errors", "Local link integrity Errors", "Tx discards",
        "Link recovery failed events", "Total link recovery events", "Effective Errors",
    }
)  # fmt: skip
"""The counters of `nvidia-smi nvlink -e` that a link in order leaves alone."""
NO_ERRORS = re.compile(
    r"[TR]x (?:packets|bytes)|Link recovery successful events|FEC Errors - [0-9]+|PLR .*"
    r"|(?:Symbol|Effective|Raw) BER(?: Total| Lane [0-9]+)?|(?:Symbol|Raw) Errors(?: Total| Lane [0-9]+)?"
)
"""Those that count traffic, or what is corrected on every link all the time."""


def link_errors(board: GpuLinks, promised: int) -> Field:
    """All errors of all links; no reading unless as many links are listed as were promised, each with known counters."""
    if not isinstance(board.links, tuple):
        return board.links
    names = dict.fromkeys(counter.name for link in board.links for counter in link.counters)
    unknown = [name for name in names if name not in LINK_ERRORS and NO_ERRORS.fullmatch(name) is None]
    if unknown:
        return ErrorWord("unknown counter", f"nvidia-smi nvlink -e counts {unknown[0]!r}: whether that is an error is not known here")
    errors = [[counter.value for counter in link.counters if counter.name in LINK_ERRORS] for link in board.links]
    if len(board.links) != promised or not all(errors):
        counted = sum(map(bool, errors))
        return Absent(f"error counters of {promised} links: {counted} of {len(board.links)} listed links have them")
    return total([counter for link in errors for counter in link])


def rise(phases: Sequence[Phase[T]], counter: Callable[[T], Field]) -> Field:
    """How much a counter rose from the start to the end of the run, with the checks during which it did; a fall is no reading."""
    rises, unit = [], "count"
    for phase in phases:
        before, after = counter(phase.before), counter(phase.after)
        if not isinstance(before, Reading):
            return before
        if not isinstance(after, Reading):
            return after
        rises.append((int(after.value) - int(before.value), phase.name))
        unit = before.unit
    fell = [f"{number} during {name}" for number, name in rises if number < 0]
    if fell:
        return ErrorWord("fell", f"it fell: {'; '.join(fell)}: the board was reset, or another one answers")
    rose = [f"+{number} during {name}" for number, name in rises if number]
    return Reading(sum(number for number, _ in rises), unit, "; ".join(rose) or "no change")
