"""How a run was made, and what weakens it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Results = Mapping[str, Any]
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,6})?Z", re.ASCII)
_MODES = {
    ("live", "live"): "live: measured on this node",
    ("simulated", "simulated"): "simulated: no hardware was measured",
    ("replayed", "live"): "replayed from the evidence of a live run",
    ("replayed", "simulated"): "replayed from the evidence of a simulated run",
}


def mode_words(results: Results) -> str:
    """Live, simulated or replayed, and of what."""
    return _MODES.get((results["mode"], results["origin"]), f"{results['mode']}, origin {results['origin']}")


def level_of(spec: bytes | None) -> int | None:
    """The DCGM level that a spec asks for; None without the spec, or where it cannot be read."""
    try:
        level = tomllib.loads(spec.decode("utf-8"))["dcgm"]["level"] if spec is not None else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return level if isinstance(level, int) else None


def level_words(results: Results, of_spec: int | None) -> str:
    """3, as the spec says."""
    level = results["options"].get("dcgm_level")
    if level is None:
        return "not known"
    if of_spec is None:
        return f"{level}, whether the spec says so is not known"
    return f"{level}, as the spec says" if level == of_spec else f"{level}, the spec says {of_spec}"


def weakened(results: Results, of_spec: int | None) -> Iterator[str]:
    """What a buyer would want to have known before signing."""
    options, suite = results["options"], results["suite"]
    if (options.get("cluster") or {}).get("force_intrusive"):
        yield "GPUs were loaded although pods of the cluster may have held them (--force-intrusive)"
    level = options.get("dcgm_level")
    if of_spec is not None and level != of_spec:
        yield f"DCGM level {level} instead of the spec's {of_spec}"
    if suite["commit"] is None:
        yield "the commit of the suite is not known"
    elif suite["dirty"] is not False:
        yield "the suite had local changes" if suite["dirty"] else "whether the suite had local changes is not known"
    if options.get("faults"):
        yield "the simulated node was given faults"


def moment(time: str | None) -> str:
    """2026-11-23 14:00:00 UTC; "did not end" for None."""
    match = _TIME.fullmatch(time or "")
    return f"{match[1]} {match[2]} UTC" if match else time or "did not end"


def duration(results: Results) -> str:
    """12 min 31 s; empty where the times do not give one."""
    ends = [_TIME.fullmatch(str(results[name])) for name in ("started", "ended")]
    try:
        began, ended = (datetime.strptime(f"{match[1]} {match[2]} +0000", "%Y-%m-%d %H:%M:%S %z") for match in ends if match)
    except ValueError:
        return ""
    seconds = int((ended - began).total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    parts = [(hours, "h"), (minutes, "min"), (seconds % 60, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "below 1 s"
