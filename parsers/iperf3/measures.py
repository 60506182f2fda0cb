"""How the measures of iperf3's JSON become Fields, and those of a failed run ErrorWords."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import fields

from parsers.errors import ParseError
from parsers.iperf3.records import CpuUtilization, Flow
from parsers.json_text import as_object, one_line
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

TOOL = "iperf3"

_COUNTS = ("bytes", "retransmits", "lost_packets", "packets", "tcp_mss", "tcp_mss_default")
LOSSES = ("lost_packets", "lost_percent")
FIELDS = {
    "end_s": "s",
    "seconds": "s",
    "bytes": "bytes",
    "bits_per_second": "bit/s",
    "retransmits": "count",
    "jitter_ms": "ms",
    "lost_packets": "count",
    "packets": "count",
    "lost_percent": "%",
}
"""The measures of a Flow and their units. iperf3 has the same names for them, but "end"."""

_CPU = tuple(field.name for field in fields(CpuUtilization))
_OF_THE_OTHER = frozenset(FIELDS) - {"end_s", "seconds"}
SENT = ("bytes", "bits_per_second")
"""The part of UDP's account that is the sender's."""


def filled(measured: dict[str, Field], where: str, sender: bool | None = None) -> Flow:
    """The Flow of what was measured; the rest is Absent, by its name in `where`."""
    return Flow(sender=sender, **{name: measured[name] if name in measured else Absent(f"{where}.{name}") for name in FIELDS})


def flow(parent: dict[str, object], key: str, where: str, error: str | None) -> Flow:
    """The Flow at `key` of `parent`, which is called `where`; all Absent if there is none, all ErrorWords after an `error`."""
    name = f"{where}.{key}"
    if key not in parent:
        return filled({}, name)
    value = as_object(TOOL, parent[key], name)
    measured = {field: measure(value, "end" if field == "end_s" else field, unit, name, error) for field, unit in FIELDS.items()}
    sender = value.get("sender")
    if sender is not None and not isinstance(sender, bool):
        raise ParseError(TOOL, f"true or false as {name}.sender", one_line(sender))
    return filled(measured, name, sender)


def measure(parent: dict[str, object], key: str, unit: str, where: str, error: str | None) -> Field:
    """
    One number of iperf3: null is what it prints for a division by zero, -1 retransmits are unknown ones.

    A packet that comes late is taken off the losses of the interval in which it comes, so that they may be less than none: an
    ErrorWord. ParseError if anything else is negative, or no number, or a part of one where things are counted.
    """
    if key not in parent:
        return Absent(f"{where}.{key}")
    value = parent[key]
    line = f"{where}.{key}: {one_line(value)}"
    if error is not None:
        return ErrorWord(error, f"{line} ({error})")
    if value is None:
        return ErrorWord("null", line)
    if key == "retransmits" and value == -1:
        return NotApplicable(line)
    if key in LOSSES and isinstance(value, (int, float)) and value < 0:
        return ErrorWord(one_line(value), line)
    return Reading(_number(value, key in _COUNTS, line), unit, line)


def _number(value: object, whole: bool, line: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0 or (whole and value != int(value)):
        raise ParseError(TOOL, "a whole number from 0 on" if whole else "a number from 0 on", line)
    return value


def cpu_utilization(end: dict[str, object], error: str | None) -> CpuUtilization:
    """How busy both ends were. A remote end of which all is zero has not told."""
    where = "end.cpu_utilization_percent"
    value = as_object(TOOL, end.get("cpu_utilization_percent", {}), where)
    found = {name: measure(value, name, "%", where, error) for name in _CPU}
    remote = [name for name in _CPU if name.startswith("remote_")]
    if all(number(found[name]) == 0 for name in remote):
        found |= {name: Absent(f"{where}.{name} (not told: all are 0)") for name in remote}
    return CpuUtilization(**found)


def number(field: Field) -> int | float | None:
    """The number of a Reading; None if there is none."""
    return field.value if isinstance(field, Reading) and not isinstance(field.value, str) else None


def untold(measured: Flow, where: str, names: Container[str] = _OF_THE_OTHER) -> Flow:
    """The same Flow with `names` Absent if it is 0 bytes long: so a server prints what only the client knows."""
    if number(measured.bytes) != 0:
        return measured
    told: dict[str, Field] = {name: getattr(measured, name) for name in FIELDS if name not in names}
    return filled(told, f"{where} (not told to a server)", measured.sender)
