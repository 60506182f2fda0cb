"""What a run announced, or what belongs to its end, and did not come."""

from __future__ import annotations

from parsers.iperf3.measures import FIELDS, number
from parsers.iperf3.records import SUMS, Flow, Run, TestStart
from parsers.reading import Absent

_MEASURES = ("seconds", "bytes", "bits_per_second")
_LONG_ENOUGH = 0.9
"""A run that stops by itself comes within some hundredths of the seconds asked for."""


def shortfall(run: Run) -> tuple[str, ...]:
    """In words, each thing that is missing from a run without error; nothing if it is whole."""
    if run.test_start is None:
        return ("start.test_start: the run did not start",)
    missing = [f"end.{name}" for name in _sums(run.test_start) if _is_absent(getattr(run, name))]
    streams = [] if run.streams else ["end.streams"]
    return (*missing, *streams, *_without_a_measure(run), *_too_short(run, run.test_start), *_too_little(run, run.test_start))


def _sums(test: TestStart) -> tuple[str, ...]:
    names = ("sum",) if test.protocol == "UDP" else ("sum_sent", "sum_received")
    return (*names, *(f"{name}_bidir_reverse" for name in names)) if test.bidir else names


def _without_a_measure(run: Run) -> list[str]:
    """What a sum of which anything was printed must have. A server is not told what would be missing here."""
    printed = [(name, flow) for name in SUMS if run.connecting_to and not _is_absent(flow := getattr(run, name))]
    return [f"end.{name}.{part}" for name, flow in printed for part in _MEASURES if isinstance(getattr(flow, part), Absent)]


def _is_absent(flow: Flow) -> bool:
    return flow.sender is None and all(isinstance(getattr(flow, name), Absent) for name in FIELDS)


def _too_short(run: Run, test: TestStart) -> list[str]:
    seconds = [(name, number(getattr(run, name).seconds)) for name in SUMS]
    return [
        f"end.{name}: {each:g} s of {test.duration_s} s"
        for name, each in seconds
        if each is not None and each < test.duration_s * _LONG_ENOUGH
    ]


def _too_little(run: Run, test: TestStart) -> list[str]:
    """A server does not know what was sent, and omitted seconds are not in the sums: then this cannot be told."""
    known = [value for name in SUMS if (value := number(getattr(run, name).bytes)) is not None]
    if run.connecting_to is None or test.omit_s or not known or max(known) >= test.bytes:
        return []
    return [f"end: {max(known)} bytes of {test.bytes}"]
