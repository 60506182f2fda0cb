"""Results documents that may, or may not, become a certificate: those of sample.py said to be live, and spoilt in one way."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Sequence
from typing import Any

from reports import certificate, results
from reports.tests import sample

Document = dict[str, Any]
MANIFEST = "3f9a1c52e70b" + "0d" * 26
LIVE = {"mode": "live", "origin": "live", "node": "node-a17"}
TOOLS = [
    {"host": "local", "tool": "nvidia-smi", "path": "/usr/bin/nvidia-smi", "sha256": "ab" * 32, "version": "580.105.08"},
    {"host": "n2", "tool": "iperf3", "path": None, "sha256": None, "version": None},
]
SIGNATURE = {
    "role": "vendor", "signer": "Example Systems, final test", "signed": "2026-11-23T15:00:00Z", "fingerprint": "SHA256:" + "Ab3" * 14,
    "state": "verifies",
}  # fmt: skip


def live(items: Sequence[sample.Record] | None = None, end: sample.Record | None = None, **more: Any) -> Document:
    """The results of a run on a live node; without items all of them are good."""
    run = sample.run(**{**LIVE, "options": {"dcgm_level": 2, "pytest": ["hwtests"]}, **more})
    return results.build(run, sample.good_items() if items is None else items, sample.end() if end is None else end)


def accepted(**more: Any) -> Document:
    """ACCEPTED, with one warning that is allowed."""
    marginal = sample.item("pciebw.device_to_host[gpu1]", "WARN", reason="pciebw.device_to_host: near its limit")
    return live([marginal if it["id"] == marginal["id"] else it for it in sample.good_items()], **more)


def rejected(**more: Any) -> Document:
    """REJECTED, with failures, errors, a warning and what was skipped: twenty-one deviations and more."""
    items = {it["id"]: it for it in sample.troubled_items()}
    for n in range(8):
        name = f"remapped.rows[gpu{n}]"
        items[name] = sample.item(name, "FAIL", reason=f"remapped.rows: 27.3 GB/s is below 48, board {n}")
    return live(list(items.values()), **more)


def of_run(document: Document, **more: Any) -> Document:
    """The document of a simulated run, as if it were a live one, judged and counted again."""
    told = {**copy.deepcopy(document), **LIVE, **more}
    told["verdict"], told["reasons"] = results.node_verdict(told["required"], told["items"], told["max_warnings"], told["absent"])
    counts = Counter(item["verdict"] for item in told["items"])
    told["counts"] = {**{word: counts[word] for word in ("PASS", "WARN", "FAIL", "ERROR", "SKIP")}, "not_run": 0}
    return told


def page(document: Document, manifest: str | None = MANIFEST, **more: Any) -> str:
    """The page as text."""
    given = {"tools": TOOLS, **more}
    return certificate.document(document, manifest, **given).decode("utf-8")


def front(text: str) -> str:
    """Page one."""
    return text.partition('<section id="front"')[2].partition('<section id="rows"')[0]
