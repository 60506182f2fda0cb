"""Makes the journal of a node that never was: eight GPUs, 106 items, and a board, a program and a check that gave trouble."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Record = dict[str, Any]
GPUS = 8
PER_GPU = (
    "inventory.present", "inventory.board", "state.configuration", "state.errors", "state.idle", "remapped.rows", "pciebw.host_to_device",
    "pciebw.device_to_host", "pciebw.link", "gpumem.compute", "dcgm.diag", "gpupower.slowdown", "closing.counters",
)  # fmt: skip
REQUIRED = ["inventory.counts[node]", "inventory.driver[node]", *(f"{name}[gpu{n}]" for name in PER_GPU for n in range(GPUS))]
_SOURCE = "invented for this sample: PCIe 5.0 x16 carries 63 GB/s one way, and the slowest of forty imagined nodes reached 48"


def limit(key: str, unit: str, **bounds: object) -> Record:
    """A limit as it stands in a reading: what is not given is null."""
    names = ("min", "max", "equals", "warn", "theoretical", "impossible_above", "conditions")
    return {"key": key, "unit": unit, "source": _SOURCE, **{name: bounds.get(name) for name in names}}


def reading(name: str, value: object, bound: Record | None, verdict: str | None, **more: object) -> Record:
    """A reading as a check records it."""
    unit = bound["unit"] if bound else more.pop("unit", "count")
    share = round(value / bound["theoretical"], 4) if bound and bound["theoretical"] and isinstance(value, float) else None
    return {
        "name": name, "value": value, "unit": unit, "limit": bound, "verdict": verdict, "reason": "", "share": share,
        "source_line": f"{name} {value}", "concurrency": 1, "evidence": None, "about": None, **more,
    }  # fmt: skip


def identity(device: str) -> Record | None:
    """The board at a position, as nvidia-smi would tell it."""
    if not device.startswith("gpu"):
        return None
    n = int(device[3:])
    return {"serial": f"16509230{n:05d}", "uuid": f"GPU-5c1f8a2b-0000-4000-8000-{n:012x}", "pci_bus_id": f"0000:{0x1B + 0x11 * n:02x}:00.0"}


def item(item_id: str, verdict: str = "PASS", readings: Sequence[Record] = (), **more: object) -> Record:
    """An item as a check records it; without readings it gets one that passed, unless it is an ERROR or a SKIP."""
    check, device = item_id.partition(".")[0], item_id.partition("[")[2][:-1]
    judged = list(readings) or ([] if verdict in ("ERROR", "SKIP") else [_plain_reading(item_id, verdict)])
    return {
        "id": item_id, "nodeid": f"hwtests/test_{check}.py::test_{item_id.partition('.')[2]}", "check": check, "device": device,
        "identity": identity(device), "subject": "node", "class": None, "suspect": None, "verdict": verdict,
        "reason": "" if verdict == "PASS" else "see the readings", "seconds": 0.25, "readings": judged,
        "evidence": [f"local/{device}.nvidia-smi.snapshot-start.1"], **more,
    }  # fmt: skip


def _plain_reading(item_id: str, verdict: str) -> Record:
    name = item_id.partition("[")[0]
    value = {"PASS": 55.4, "WARN": 48.9, "FAIL": 27.3}[verdict]
    bound = limit(name, "GB/s", min=48.0, warn=50.0, theoretical=63.0, impossible_above=63.0, conditions="alone on the node, best of 3")
    return reading(name, value, bound, verdict, evidence=f"local/{item_id.partition('[')[2][:-1]}.nvbandwidth.copy.1")


def run(**more: object) -> Record:
    """The first line of the journal."""
    return {
        "type": "run", "schema_version": 1, "suite": {"version": "0.1.0", "commit": "0123456789abcdef" * 2 + "01234567", "dirty": False},
        "mode": "simulated", "origin": "simulated", "node": "simulated-hgx-sample",
        "spec": {"name": "hgx-sample", "sha256": "ab" * 32, "file": "hwtests/specs/hgx-sample.toml"},
        "options": {"seed": 0, "dcgm_level": 2, "faults": ["gpu3:pcie-width=8"], "pytest": ["hwtests"]},
        "started": "2026-11-23T14:00:00.123456Z", "workers": 1, "required": REQUIRED, "max_warnings": 2,
        "absent": {"state.idle": "this sample is never idle"}, "not_required": {"ping": "there are no peers"},
        "unjudged": {"gpupower.temperature": "no limit with a source is known"},
        "bill": {"gpus": GPUS, "product": "NVIDIA H100 80GB HBM3", "memory_mib": 81559, "pcie_gen": 5, "pci_bus_ids": [], "serials": []},
        "limits_file": "spec.toml", "host": {"kernel": "6.8.0", "machine": "x86_64", "python": "3.10.12"}, "network": None, **more,
    }  # fmt: skip


def end(**more: object) -> Record:
    """The last line of the journal."""
    return {"type": "end", "ended": "2026-11-23T14:12:31.654321Z", "exit_status": 1, "interrupted": False, **more}


def good_items(required: Sequence[str] = REQUIRED) -> list[Record]:
    """A record for every required item, all of them as they should be; `state.idle` is skipped, as the spec has it."""
    return [item(name, "SKIP", reason="the node has no such thing") if name.startswith("state.idle") else item(name) for name in required]


def troubled_items() -> list[Record]:
    """As good_items, with a slow link, a missing program, a marginal copy, and a check of several readings."""
    changes: Mapping[str, Callable[[Record], Record]] = {
        "pciebw.host_to_device[gpu3]": lambda it: item(it["id"], "FAIL", reason="pciebw.host_to_device: 27.3 GB/s is below 48 GB/s"),
        "pciebw.device_to_host[gpu1]": lambda it: item(it["id"], "WARN", reason="pciebw.device_to_host: near its limit"),
        **{f"gpumem.compute[gpu{n}]": lambda it: item(it["id"], "ERROR", reason="gpucheck is not installed on local") for n in range(GPUS)},
        **{f"gpupower.slowdown[gpu{n}]": _power for n in range(GPUS)},
        **{f"dcgm.diag[gpu{n}]": _dcgm for n in range(GPUS)},
    }
    return [changes[it["id"]](it) if it["id"] in changes else it for it in good_items()]


def _power(it: Record) -> Record:
    draw, heat = 690.5 + int(it["device"][3:]), 61 + int(it["device"][3:])
    readings = [
        reading("gpupower.mean", draw, limit("gpupower.mean", "W", min=630, max=720, theoretical=700.0), "PASS", source_line=f"{draw} W"),
        reading("gpupower.thermal", 0, limit("gpupower.thermal", "count", max=0), "PASS", source_line="0x0000000000000004"),
        reading("gpupower.temperature", heat, None, None, unit="C", reason="not judged: no limit with a source is known"),
    ]
    return item(it["id"], readings=readings, seconds=62.5, evidence=["local/node.dcgmi.load.1", "local/node.nvidia-smi.snapshot-end.1"])


def _dcgm(it: Record) -> Record:
    names = ("software", "pcie", "memory", "diagnostic")
    readings = [reading(f"dcgm.{n}", "Pass", limit(f"dcgm.{n}", "text", equals="Pass"), "PASS") for n in names]
    return item(it["id"], readings=readings, seconds=115.0)


def records(items: Sequence[Record]) -> list[Record]:
    """All lines of a journal around `items`, the run's first and the end's last."""
    lines: list[Record] = [run()]
    for entry in items:
        lines.append({"type": "started", "id": entry["id"], "nodeid": entry["nodeid"], "time": "2026-11-23T14:00:01.000000Z"})
        lines.append({"type": "item", **entry})
    return [*lines, end()]


def lines_of(entries: Sequence[Record]) -> bytes:
    """The bytes of a journal."""
    return "".join(json.dumps(entry) + "\n" for entry in entries).encode()


def main() -> None:
    """Write the troubled node's journal into a folder, for `python -m reports FOLDER`."""
    parser = argparse.ArgumentParser(description="Write the journal of a node that never was.")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "journal.jsonl").write_bytes(lines_of(records(troubled_items())))


if __name__ == "__main__":
    main()
