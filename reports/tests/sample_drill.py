"""Made-up documents of a drill: one that reached its target, one with everything that can go wrong, and parts to build others of."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
_BOARD = (
    ("{gpu}:pcie-width=8", "pciebw.link", "issues of NCCL tell of slots that trained at half their width after a move"),
    ("{gpu}:pcie-slow-h2d=30", "pciebw.host_to_device", "a vendor's guide to nvbandwidth, chapter on NUMA placement"),
    ("{gpu}:lost", "inventory.present", "Xid 79, NVIDIA's catalogue of Xid errors"),
    ("{gpu}:row-remap-failure", "remapped.rows", "NVIDIA's guide to row remapping, section on RMA"),
    ("{gpu}:ecc-uncorrectable", "state.errors", "published failure logs of a training run of 54 days"),
    ("{gpu}:slow-memory=20", "gpumem.compute", "IBM Autopilot, check of the memory's bandwidth"),
    ("{gpu}:thermal-slowdown", "gpupower.slowdown", "a talk about fans that were mounted the wrong way round"),
    ("{gpu}:dcgm-fail=memory", "dcgm.diag", "documentation of DCGM diagnostics, error codes"),
    ("{gpu}:nvlink-down=18", "nvlink.links", "NVIDIA's guide to the fabric manager"),
    ("{gpu}:xid-rising=79", "closing.kernel_log", "NVIDIA's catalogue of Xid errors"),
)


def entry(name: str, *items: str, of: str = "hardware", verdict: str = "REJECTED", **more: Any) -> Document:
    """A fault whose eight cases were all right, with other words where `more` gives them."""
    word = {"cannot tell": "ERROR", "harmless": "WARN"}.get(of, "FAIL")
    known: Document = {
        "name": name, "source": "an incident", "setting": "node", "class": of,
        "expected": {"verdict": verdict, "items": list(items)}, "versions": [""], "cases": 8, "right": 8, "elsewhere": 0, "missed": 0,
        "false_alarm": 0, "broken": 0, "seconds": 0.2134, "checks": {item.partition(".")[0]: word for item in items}, "wrong": [],
    }  # fmt: skip
    return {**known, **more}


def wrong(outcome: str = "missed", case: str = "gpu3, dcgmi=3.1.8", **more: Any) -> Document:
    """A case that was not right."""
    why = "the width was read before the copy began"
    return {"case": case, "outcome": outcome, "why": why, "verdict": "ACCEPTED", "bad": {}, **more}


def degree(name: str = "pcie-slow-h2d", **more: Any) -> Document:
    """A slow fault that is caught from 6 % on."""
    steps = [{"degree": at, "caught": caught, "of": 64} for at, caught in ((1.0, 0), (2.0, 3), (4.0, 31), (6.0, 61), (9.0, 64), (14.0, 64))]
    return {
        "name": name, "check": "pciebw", "reading": "pciebw.host_to_device", "unit": "% below normal", "probability": 0.95, "steps": steps,
        "spread": "boards of a model differ by +-0.6 %, one measurement by +-0.5 % (assumed)", "smallest": 6.0, "note": "", **more,
    }  # fmt: skip


def drill(entries: list[Document], **more: Any) -> Document:
    """A document of these faults, 200 healthy nodes and 40 pairs, which says that the target was reached."""
    names = {"right": "right", "elsewhere": "elsewhere", "missed": "missed", "false alarm": "false_alarm", "broken": "broken"}
    cases = sum(it["cases"] for it in entries)
    healthy = {
        "cases": 200, "accepted": 200, "seconds": 0.198, "settings": {"node": 120, "network": 40, "cluster": 20, "parts": 20},
        "versions": {"": 140, "dcgmi=3.1.8": 60}, "false_alarms": [],
    }  # fmt: skip
    return {
        "schema_version": 1, "suite": {"version": "0.1.0", "commit": "0123456789abcdef0123456789abcdef01234567"}, "profile": "hgx-h100",
        "extent": "every position", "seed": 20261125, "started": "2026-11-25T12:00:00Z", "ended": "2026-11-25T12:04:11Z",
        "seconds": 251.3, "workers": 2, "cases": cases + 240, "seconds_per_case": 0.2087,
        "targets": {"missed": 0, "false_alarms": 0, "right_share": 1.0}, "reached": True, "reasons": [],
        "counts": {said: sum(it[name] for it in entries) for said, name in names.items()}, "entries": entries, "healthy": healthy,
        "random_pairs": {"cases": 40, "broken_law": []}, "degrees": [degree()],
        "environment": {"python": "3.11.2", "machine": "x86_64", "cpus": 2}, **more,
    }  # fmt: skip


def board_faults() -> list[Document]:
    """A fault for most checks of a board."""
    return [entry(name, f"{item}[{{gpu}}]", source=source) for name, item, source in _BOARD]


def good() -> Document:
    """Every fault right, of every setting and class."""
    more = [
        entry("dcgm:missing", "dcgm.diag[*]", verdict="INCOMPLETE", of="cannot tell", versions=["", "dcgmi=3.1.8"]),
        entry("{gpu}:power-limit", "state.configuration[{gpu}]", of="configuration"),
        entry("{gpu}:memory-warm", "remapped.rows[{gpu}]", verdict="ACCEPTED", checks={"remapped": "WARN"}),
        entry("{gpu}:xid=13", verdict="ACCEPTED", of="harmless"),
        entry("n1.eth0:slow", "iperf.flow[n1.eth0]", "ping.reach[n1.eth0]", setting="network", cases=2, right=2),
        entry("class:pending", "pvc.create_delete[fast]", setting="cluster", verdict="INCOMPLETE", cases=1, right=1),
        entry("{gpu}:other-serial", "bom.part[{gpu}]", setting="parts"),
        entry("disk-full", "closing.counters[{last}]", setting="harness", verdict="INCOMPLETE", of="cannot tell", cases=1, right=1),
    ]  # fmt: skip
    slow = {"name": "correctable-ecc", "check": "closing", "reading": "closing.counters", "unit": "hours between errors"}
    hours = [{"degree": at, "caught": caught, "of": 64} for at, caught in ((0.1, 64), (0.5, 64), (2.0, 40), (24.0, 3), (200.0, 0))]
    slow_memory = degree("slow-memory", check="gpumem", reading="gpumem.compute", smallest=None, note="a run takes three minutes")
    return drill(board_faults() + more, degrees=[degree(), degree(**slow, steps=hours, smallest=0.5), slow_memory])


def bad() -> Document:
    """A drill with a fault of each outcome, a false alarm and a pair that broke the law."""
    missed = [wrong(case=f"gpu{place}") for place in range(3)]
    items = {"pciebw.host_to_device[gpu3]": "FAIL", "dcgm.diag[gpu3]": "ERROR"}
    elsewhere = [wrong("elsewhere", why="another check saw it, gpupower did not", verdict="REJECTED", bad=items)]
    seen = {"kernel_log.board[gpu3]": "FAIL"}
    alarms = [wrong("false alarm", why="an Xid of a user's program was taken for the board's", verdict="REJECTED", bad=seen)]
    broken = [wrong("broken", case="node", why="the simulator does not know this fault", verdict="")]
    of_broken: Document = {"cases": 2, "right": 0, "broken": 2, "checks": {}, "wrong": broken}
    slowdown = {"dcgm": "ERROR", "pciebw": "FAIL"}
    spoilt = [
        entry("{gpu}:pcie-gen=4", "pciebw.link[{gpu}]", right=5, missed=3, wrong=missed),
        entry("{gpu}:power-brake", "gpupower.slowdown[{gpu}]", right=6, elsewhere=2, checks=slowdown, wrong=elsewhere),
        entry("{gpu}:xid=31", verdict="ACCEPTED", of="harmless", right=7, false_alarm=1, checks={"kernel_log": "FAIL"}, wrong=alarms),
        entry("smi:hangs", "inventory.driver[node]", verdict="INCOMPLETE", of="cannot tell", **of_broken),
    ]
    base = good()
    alarm = {"seed": 77, "setting": "node", "versions": "dcgmi=3.1.8", "verdict": "REJECTED", "bad": {"gpumem.compute[gpu1]": "FAIL"}}
    pair = {"faults": ["gpu1:pcie-width=8", "gpu2:lost"], "verdict": "ACCEPTED", "why": "gpu1:pcie-width=8 alone is REJECTED"}
    reasons = ["3 cases were missed.", "2 cases could not be run."]
    return drill(
        spoilt + base["entries"], reached=False, reasons=reasons, degrees=base["degrees"],
        healthy={**base["healthy"], "accepted": 199, "false_alarms": [alarm]}, random_pairs={"cases": 40, "broken_law": [pair]},
    )  # fmt: skip
