"""When a check would be content with what systemctl printed, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HEALTHY: dict[str, Callable[[Any], bool]] = {"systemctl": lambda record: record.complete and record.active_state.value == "active"}
BAD: dict[str, tuple[str, ...]] = {"systemctl": ("systemctl/inactive.txt", "systemctl/failed.txt")}
