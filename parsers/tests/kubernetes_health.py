"""When a check would be content with what an API server said of a claim and of a node's pods, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.kubernetes.claim import VolumeClaim
from parsers.kubernetes.discovery import Discovery
from parsers.kubernetes.gpu_pods import GpuPods
from parsers.reading import Absent, Field, NotApplicable, Reading

_MOST_S = 60.0


def _is(field: Field, word: str) -> bool:
    return isinstance(field, Reading) and field.value == word


def _in_time(field: Field) -> bool:
    return isinstance(field, Reading) and float(field.value) <= _MOST_S


def _claim(record: VolumeClaim) -> bool:
    used = isinstance(record.pod_phase, Absent) or _is(record.pod_phase, "Succeeded")
    kept = isinstance(record.volume_after, NotApplicable) and isinstance(record.retained, Reading)
    released = kept or (_is(record.volume_after, "gone") and _in_time(record.volume_gone_s))
    gone = _is(record.claim_after, "gone") and _in_time(record.claim_gone_s)
    return record.complete and _is(record.phase, "Bound") and _in_time(record.bound_s) and used and gone and released


def _gpu_pods(record: GpuPods) -> bool:
    return record.complete and not record.problem and not record.holders


def _peers(record: Discovery) -> bool:
    usable = [pod.node for pod in record.pods if not pod.unusable]
    known = record.complete and not record.problem and bool(record.wanted)
    return known and not record.lacking and not record.not_ready and all(usable.count(node) == 1 for node in record.wanted)


HEALTHY: dict[str, Callable[[Any], bool]] = {
    "kubernetes-claim": _claim, "kubernetes-gpu-pods": _gpu_pods, "kubernetes-peers": _peers,
}  # fmt: skip
BAD: dict[str, tuple[str, ...]] = {
    "kubernetes-claim": (
        "kubernetes/claim-differs.jsonl", "kubernetes/claim-forbidden.jsonl", "kubernetes/claim-late-no-image.jsonl",
        "kubernetes/claim-lost.jsonl", "kubernetes/claim-pending-refused.jsonl", "kubernetes/claim-quota.jsonl",
        "kubernetes/claim-stopped.jsonl", "kubernetes/claim-stuck.jsonl", "kubernetes/claim-volume-stays.jsonl",
    ),
    "kubernetes-gpu-pods": (
        "kubernetes/gpu-pods-forbidden.jsonl", "kubernetes/gpu-pods-held.jsonl", "kubernetes/gpu-pods-no-node.jsonl",
    ),
    "kubernetes-peers": (
        "kubernetes/peers-forbidden.jsonl", "kubernetes/peers-labelled.jsonl", "kubernetes/peers-no-own.jsonl",
        "kubernetes/peers-none.jsonl",
    ),
}  # fmt: skip
