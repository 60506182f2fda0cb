"""fping, which pings many targets at once: what each of them answered."""

from __future__ import annotations

from parsers.fping.records import FPing, Packet, Statistics, Target
from parsers.fping.text import parse

__all__ = ["FPing", "Packet", "Statistics", "Target", "parse"]
