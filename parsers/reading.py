"""
One thing that a tool said of a device, and the three ways in which it can fail to say it.

Tools print "N/A", "GPU is lost" or nothing at all where a number should stand. Folding these into zero, or into each
other, is how dead boards are accepted; so a field of a record is one of four types, and only a Reading can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reading:
    """
    A value that a tool printed, with its unit and the line it was read from.

    `unit` is one of: "GB/s" (10**9 bytes/s), "Gbit/s" (10**9 bits/s), "bit/s", "bytes/s", "bytes", "IOPS", "TFLOPS", "W",
    "MHz", "MiB", "KB/s", "ns", "us", "ms", "s", "C", "%", "count", "share" (a part of 1), "generation" and "lanes" (PCIe),
    "version" (a dotted version, compared number by number), "text" (compared whole). The masks of event reasons are in
    bits, for which there are no limits.
    Text and versions are `str`, everything else is a finite `int` or `float`.
    """

    value: int | float | str
    unit: str
    line: str


@dataclass(frozen=True)
class NotApplicable:
    """The tool says that this board has no such thing: "N/A", "[N/A]", "[Not Supported]"."""

    line: str

    @property
    def why(self) -> str:
        """The sentence for a report."""
        return f"not available: {self.line}"


@dataclass(frozen=True)
class ErrorWord:
    """The tool printed an error where a value belongs: "GPU is lost", "[Unknown Error]", "ERR!"."""

    word: str
    line: str

    @property
    def why(self) -> str:
        """The sentence for a report."""
        return self.line


@dataclass(frozen=True)
class Absent:
    """The output has no such field; `name` is what was looked for."""

    name: str

    @property
    def why(self) -> str:
        """The sentence for a report."""
        return f"not in the output: {self.name}"


NoReading = NotApplicable | ErrorWord | Absent
Field = Reading | NotApplicable | ErrorWord | Absent
