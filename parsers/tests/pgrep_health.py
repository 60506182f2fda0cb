"""When a check would be content with what pgrep printed, and a recording with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HEALTHY: dict[str, Callable[[Any], bool]] = {"pgrep": lambda record: record.complete}
"""Processes are evidence of a service, never the only one that decides."""
BAD: dict[str, tuple[str, ...]] = {"pgrep": ("pgrep/two.txt",)}
