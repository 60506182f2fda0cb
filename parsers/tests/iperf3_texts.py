"""What the tests of iperf3's text share: our recordings, and the rates in a record."""

from __future__ import annotations

from parsers.iperf3 import TextRun
from parsers.iperf3.text import parse
from parsers.tests.iperf3_documents import FOLDER, value

NAMES = sorted(path.stem for path in FOLDER.glob("text-*.txt"))
INCOMPLETE = ("text-interrupted", "text-killed", "text-server", "text-server-bidir")


def text(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def read(name: str) -> TextRun:
    """The same, parsed."""
    return parse(text(name))


def rates(run: TextRun) -> tuple[int | float | str | None, ...]:
    """What was sent and received, in bits per second."""
    return tuple(value(flow.bits_per_second) for flow in (run.sum_sent, run.sum_received))
