"""Has the kernel reported errors of a board, a switch or their links: since boot, and while the node worked?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import pytest

from parsers.dmesg import Event, KernelLog, look_up
from parsers.reading import Absent, ErrorWord, Field, Reading

if TYPE_CHECKING:
    from fixtures.closing import Phase
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge

DRIVER_ERRORS = ("fallen_off_bus", "rm_init_failed", "gpu_not_supported", "probe_failed", "bar_invalid")
CORRECTED = ("Corrected", "Correctable")
CAUSED_BY_ANOTHER, RECOVERY_ACTION = 45, 154
Told = tuple[Event, str]
"""An event, and the checks during which it came, or "boot"."""


@pytest.mark.kernel_log
def test_board(gpu: Gpu, kernel_log: KernelLog, judge: Judge) -> None:
    """A board can fail once and answer every later question as if nothing had been; the log remembers."""
    judge("kernel_log.reaches_boot", _reaches_boot(kernel_log))
    mine = _of(gpu, kernel_log.events)
    _judge(judge, "kernel_log", mine, JUDGED_SINCE_BOOT)
    for name in ("other_xids", "aer_corrected", "nvlink_messages"):
        judge.record(f"kernel_log.{name}", COUNTED[name](mine) if isinstance(mine, list) else mine)


@pytest.mark.kernel_log
def test_rest(gpus: list[Gpu], kernel_log: KernelLog, judge: Judge) -> None:
    """Switches, boards that are not where they were promised, and messages that name no board."""
    judge("kernel_log.reaches_boot", _reaches_boot(kernel_log))
    rest = _of_nobody(gpus, kernel_log.events)
    _judge(judge, "kernel_log", rest, (*JUDGED_SINCE_BOOT, "fatal_sxids"))
    for name in ("other_xids", "aer_corrected", "nvlink_messages", "other_sxids", "suppressed"):
        judge.record(f"kernel_log.{name}", COUNTED[name](rest))


@pytest.mark.closing
def test_kernel_log(gpu: Gpu, log_phases: list[Phase[KernelLog]], judge: Judge) -> None:
    """An Xid under load is the board's own word that it did not bear it, whatever the program's result was."""
    came = events_of(log_phases)
    mine = came if isinstance(came, ErrorWord) else _of(gpu, came)
    _judge(judge, "closing", mine, JUDGED_IN_RUN)


@pytest.mark.closing
def test_kernel_log_rest(gpus: list[Gpu], log_phases: list[Phase[KernelLog]], judge: Judge) -> None:
    """What a switch or an unnamed device reported while the node worked."""
    came = events_of(log_phases)
    rest = came if isinstance(came, ErrorWord) else _of_nobody(gpus, came)
    _judge(judge, "closing", rest, (*(name for name in JUDGED_IN_RUN if name != "aer_corrected"), "fatal_sxids"))


def _reaches_boot(log: KernelLog) -> Reading:
    said = "it begins with the start of the kernel" if log.from_boot else f"it begins at {log.first_timestamp} only"
    return Reading("Yes" if log.from_boot else "No", "text", f"the kernel's log of {log.entries} entries: {said}")


def events_of(phases: Sequence[Phase[KernelLog]]) -> list[Told] | ErrorWord:
    """What came during the run, with the checks that ran; an ErrorWord where the log lost what it had had."""
    came: list[Told] = []
    for phase in phases:
        before, after = phase.before, phase.after
        kept = after.entries >= before.entries and after.first_timestamp == before.first_timestamp
        if not kept or after.events[: len(before.events)] != before.events:
            return ErrorWord("lost", f"the kernel's log lost entries during {phase.name}: it was cleared, or it is full and forgets")
        came += [(event, phase.name) for event in after.events[len(before.events) :]]
    return came


def _of(gpu: Gpu, events: Iterable[Event | Told]) -> list[Told] | Absent:
    if gpu.pci_bus_id is None:
        return Absent(f"the bus id of {gpu.name}, without which no message is known to be its own")
    return [told for told in map(_told, events) if told[0].pci_bus_id == gpu.pci_bus_id]


def _of_nobody(gpus: list[Gpu], events: Iterable[Event | Told]) -> list[Told]:
    known = {gpu.pci_bus_id for gpu in gpus}
    return [told for told in map(_told, events) if told[0].pci_bus_id is None or told[0].pci_bus_id not in known]


def _told(event: Event | Told) -> Told:
    return (event, "boot") if isinstance(event, Event) else event


def _judge(judge: Judge, check: str, events: list[Told] | Absent | ErrorWord, names: Iterable[str]) -> None:
    for name in names:
        judge(f"{check}.{name}", COUNTED[name](events) if isinstance(events, list) else events)


def _count(events: list[Told], wanted: Callable[[Event], bool]) -> Reading:
    found = [(event, when) for event, when in events if not event.continuation and wanted(event)]
    said = [event.text if when == "boot" else f"during {when}: {event.text}" for event, when in found]
    return Reading(sum(event.count for event, _ in found), "count", "; ".join(said) or "none in the kernel's log")


def _xids(*categories: str) -> Callable[[list[Told]], Field]:
    return lambda events: _count(events, lambda event: _category(event) in categories)


def _category(event: Event) -> str | None:
    """What an Xid means; None for other events, for the echo of another Xid, and where no recovery is asked for any more."""
    if event.kind != "xid" or event.number is None or (event.number == CAUSED_BY_ANOTHER and event.caused_by is not None):
        return None
    if event.number == RECOVERY_ACTION and event.recovery_action == "None":
        return None
    return look_up(event.number).category


def _kinds(*kinds: str) -> Callable[[list[Told]], Field]:
    return lambda events: _count(events, lambda event: event.kind in kinds)


def _aer(corrected: bool) -> Callable[[list[Told]], Field]:
    def count(events: list[Told]) -> Field:
        unclear = [event for event, _ in events if event.kind == "aer" and event.severity is None and not event.continuation]
        if unclear and not corrected:
            return ErrorWord("no severity", f"a PCIe error of which it is not told whether it was corrected: {unclear[0].text}")
        clear = [told for told in events if told[0].kind == "aer" and told[0].severity is not None]
        return _count(clear, lambda event: (event.severity in CORRECTED) == corrected)

    return count


def _sxids(fatal: bool) -> Callable[[list[Told]], Field]:
    """An SXid that does not say that it is not fatal is."""
    return lambda events: _count(events, lambda event: event.kind == "sxid" and (event.severity in ("Non-fatal", "Correctable")) != fatal)


COUNTED: dict[str, Callable[[list[Told]], Field]] = {
    "hardware_xids": _xids("hardware"),
    "reset_xids": _xids("reset"),
    "unknown_xids": _xids("unknown"),
    "other_xids": _xids("record", "application", "sympathetic"),
    "driver_errors": _kinds(*DRIVER_ERRORS),
    "driver_and_link_errors": _kinds(*DRIVER_ERRORS, "nvlink"),
    "nvlink_messages": _kinds("nvlink"),
    "aer_uncorrected": _aer(corrected=False),
    "aer_corrected": _aer(corrected=True),
    "fatal_sxids": _sxids(fatal=True),
    "other_sxids": _sxids(fatal=False),
    "suppressed": _kinds("suppressed"),
}
JUDGED_SINCE_BOOT = ("hardware_xids", "reset_xids", "unknown_xids", "driver_errors", "aer_uncorrected")
JUDGED_IN_RUN = ("hardware_xids", "reset_xids", "unknown_xids", "other_xids", "driver_and_link_errors", "aer_uncorrected", "aer_corrected")
