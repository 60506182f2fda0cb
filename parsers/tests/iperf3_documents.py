"""What the tests of iperf3 share: our recordings in JSON, what is in a record, and changes of a document."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from parsers.iperf3 import Flow, Run
from parsers.iperf3.document import parse
from parsers.iperf3.records import SUMS
from parsers.reading import Field, Reading
from parsers.tests.damage import RECORDINGS

FOLDER = RECORDINGS / "iperf3"
LONG = "unable to connect to server - server may have stopped running or use a different port, firewall issue, etc."
UNREADABLE = ("3.0.11-udp-nan", "3.7-bidir-same-names")
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem not in UNREADABLE)
Changes = list[tuple[str, object]]
GONE = object()


def text(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.json").read_text()


def read(name: str) -> Run:
    """The same, parsed."""
    return parse(text(name))


def value(field: Field) -> int | float | str | None:
    """The value of a Reading."""
    return field.value if isinstance(field, Reading) else None


def flows(run: Run) -> list[Flow]:
    """Every Flow of a run."""
    of_streams = [flow for stream in run.streams for flow in (stream.sender, stream.receiver, stream.udp)]
    of_intervals = [flow for interval in run.intervals for flow in (interval.sum, interval.sum_bidir_reverse)]
    return [getattr(run, name) for name in SUMS] + of_streams + of_intervals


def readings(run: Run) -> list[Reading]:
    """Every Reading of a run."""
    parts: list[Any] = [*flows(run), run.cpu_utilization_percent, *([run.test_start] if run.test_start else [])]
    found = [run.tcp_mss_bytes, *(getattr(part, field.name) for part in parts for field in fields(part))]
    return [field for field in found if isinstance(field, Reading)]


def altered(part: Any, steps: list[str], new: object) -> Any:
    """
    A part of a document with something new at the end of some steps into it: keys, numbers of elements, or * for all elements.

    The new is a value, a function that makes it of the old one, or GONE.
    """
    if not steps:
        return new(part) if callable(new) else new
    step, *rest = steps
    for key in range(len(part)) if step == "*" else [int(step) if isinstance(part, list) else step]:
        if new is GONE and not rest:
            del part[key]
        else:
            part[key] = altered(part.get(key) if isinstance(part, dict) else part[key], rest, new)
    return part


def edited(name: str, *changes: tuple[str, object]) -> Run:
    """A recording with changes at paths like "end.streams.*.sender" of its document, parsed."""
    document = json.loads(text(name))
    for path, new in changes:
        altered(document, path.split("."), new)
    return parse(json.dumps(document, indent=1))


def without_last(elements: list[Any]) -> list[Any]:
    """All elements but the last one."""
    return elements[:-1]
