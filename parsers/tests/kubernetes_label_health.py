"""When a reader would say that a node carries its labels, and recordings after which it does not carry all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.kubernetes.labels import NodeLabelling


def _label(record: NodeLabelling) -> bool:
    return record.complete and not record.problem and bool(record.labels)


_BAD = ("conflicts", "forbidden", "forbidden-get", "invalid", "no-node", "stopped", "taint-conflicts", "unauthorized", "unreachable")
HEALTHY: dict[str, Callable[[Any], bool]] = {"kubernetes-label": _label}
BAD: dict[str, tuple[str, ...]] = {"kubernetes-label": tuple(f"kubernetes/label-{name}.jsonl" for name in _BAD)}
