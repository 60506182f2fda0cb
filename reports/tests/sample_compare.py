"""Two runs of a node to compare: eight boards, each with a copy, a counter of its life, one of the run, and its VBIOS. All made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports import results
from reports.readings import verdict_of_reading, worst_verdict
from reports.tests import sample

Record = dict[str, Any]
COPIES = (55.12, 55.29, 55.63, 55.46, 55.16, 55.14, 55.42, 55.2)
AGAIN = (55.28, 55.37, 55.48, 55.41, 55.08, 55.44, 55.29, 55.54)
"""The same eight boards on another day: as two simulated runs with other seeds gave them."""


@dataclass(frozen=True)
class Run:
    """Stands for reports.bundle.Loaded."""

    results: Mapping[str, Any]
    path: Path = Path("run")
    tools: Sequence[Mapping[str, Any]] = ()
    manifest: bytes | None = None
    spec: bytes = b""


def board(n: int, slot: int | None = None, **other: Any) -> Record:
    """Board number n, in the slot that it had at first or in another one."""
    known = sample.identity(f"gpu{n}") or {}
    place = sample.identity(f"gpu{n if slot is None else slot}") or {}
    return {**known, "pci_bus_id": place["pci_bus_id"], **other}


def boards(order: Sequence[int] = range(8)) -> list[Record]:
    """The boards in the slots 0, 1, 2 ..."""
    return [board(n, slot) for slot, n in enumerate(order)]


EMPTY: Record = {"serial": None, "uuid": None, "pci_bus_id": None}


def reading(name: str, value: object, unit: str, tool: str = "nvidia-smi", **more: Any) -> Record:
    """A reading with the verdict that its bounds give it."""
    bounds = {key: more.pop(key) for key in ("min", "max", "equals", "warn") if key in more}
    limit = sample.limit(name, unit, **bounds) if bounds else None
    made = sample.reading(name, value, limit, None, **({} if limit else {"unit": unit}), evidence=f"local/node.{tool}.purpose.1", **more)
    return {**made, "verdict": verdict_of_reading(made)[0]}


def item(item_id: str, identity: Record | None, *readings: Record) -> Record:
    """An item with the verdict that its readings give it; an ERROR without any."""
    verdict = worst_verdict(list(readings)) or "ERROR"
    reason = "" if verdict == "PASS" else f"{item_id} is {verdict}"
    return {**sample.item(item_id, verdict, readings, reason=reason), "identity": identity}


def of_board(position: int, identity: Record | None, copy: float | None, more: Sequence[Record] = ()) -> list[Record]:
    """The items of a position: copy, counters, VBIOS; of an empty one nothing was measured."""
    device = f"[gpu{position}]"
    if identity == EMPTY:
        return [item(f"{function}{device}", identity) for function in ("pciebw.host_to_device", "state.errors", "inventory.board")]
    return [
        item(f"pciebw.host_to_device{device}", identity, copied(copy)),
        item(f"state.errors{device}", identity, reading("state.aggregate_uncorrectable", 0, "count", max=4)),
        item(f"closing.counters{device}", identity, reading("closing.uncorrectable_ecc", 0, "count", max=0), *more),
        item(f"inventory.board{device}", identity, reading("inventory.memory_mib", 81559, "MiB", equals=81559), vbios("96.00.89.00.01")),
    ]


def copied(value: float | None, tool: str = "nvbandwidth", **more: Any) -> Record:
    """The copy of a board, and the line that it was read from."""
    return reading("pciebw.host_to_device", value, "GB/s", tool, min=48.0, source_line=f"host_to_device_memcpy_ce: {value}", **more)


def vbios(version: str) -> Record:
    """Recorded only."""
    return reading("inventory.vbios_version", version, "version")


def run(at: Sequence[Record | None] | None = None, copies: Sequence[float | None] = COPIES, **more: Any) -> Run:
    """A run with these boards at the positions 0, 1, 2 ... and these copies of theirs."""
    placed = boards() if at is None else at
    return of_items([it for n, identity in enumerate(placed) for it in of_board(n, identity, copies[n])], **more)


def of_items(items: Sequence[Record], **more: Any) -> Run:
    """A live run with these items; `more` are fields of Run or of its first line."""
    own = {name: more.pop(name) for name in ("path", "tools", "manifest", "spec") if name in more}
    live: Record = {"mode": "live", "origin": "live", "node": "rack7-node3", "options": {"dcgm_level": 3}, "absent": {}, "unjudged": {}}
    required = [it["id"] for it in items]
    return Run(results.build(sample.run(**{"required": required, **live, **more}), items, sample.end(exit_status=0)), **own)


def replaced(base: Run, item_id: str, *readings: Record) -> Run:
    """The run with other readings in one item."""
    items = [item(it["id"], it["identity"], *readings) if it["id"] == item_id else dict(it) for it in base.results["items"]]
    return of_items(items)
