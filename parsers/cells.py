"""
What may stand in one cell of NVIDIA's tables and documents, and how it becomes a Field.

The words were collected from outputs of drivers 418 to 595 and from the error strings of NVML (nvml.h), which
nvidia-smi prints where a value belongs; in CSV they stand in square brackets. Words are always compared whole:
"Not Active" contains "Active".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

NOT_APPLICABLE = frozenset({"N/A", "Not Supported", "Requested functionality has been deprecated"})
"""The board has no such thing. The last one is what drivers from 570 on say of settings that they no longer have."""

ERROR_WORDS = frozenset(
    {
        "GPU is lost",
        "GPU requires reset",
        "GPU is inaccessible",
        "GPU access blocked by the operating system",
        "Unknown Error",
        "ERR!",
        "Error",
        "Unknown",
        "Not Found",
        "Insufficient Permissions",
        "Insufficient Size",
        "Insufficient Memory",
        "Insufficient External Power",
        "Uninitialized",
        "Invalid Argument",
        "Driver Not Loaded",
        "Timeout",
        "Interrupt Request Issue",
        "Function Not Found",
        "Corrupted infoROM",
        "No data",
    }
)
"""Errors that would pass for a value where any text may stand; everywhere else a cell of no known shape is an error too."""


@dataclass(frozen=True)
class Kind:
    """
    The shape of a cell: group 1 of `pattern`, which must match the whole cell, is turned into a value of `unit`.

    `expected` describes the shape for ParseError. `unit` is one of those listed at parsers.reading.Reading, or "bits".
    """

    unit: str
    pattern: re.Pattern[str]
    convert: Callable[[str], int | float | str]
    expected: str


def measured(printed_unit: str, unit: str, digits: str = "[0-9]{1,18}") -> Kind:
    """A number that is followed by its unit as the tool prints it; `digits` is the number's own shape."""
    return Kind(unit, re.compile(f"({digits}) {re.escape(printed_unit)}"), number, f"a number in {printed_unit}")


def one_of(*words: str) -> Kind:
    """One of a few words, compared whole."""
    return Kind("text", re.compile("(" + "|".join(map(re.escape, words)) + ")"), str, " or ".join(words))


def shaped(pattern: str, expected: str, unit: str = "text") -> Kind:
    """A text of a known shape."""
    return Kind(unit, re.compile(f"({pattern})"), str, expected)


def number(text: str) -> int | float:
    """A number of bounded length: float if it has a decimal point."""
    return float(text) if "." in text else int(text)


WATTS = r"[0-9]{1,6}\.[0-9]{2}"
"""Power has two decimals in every release: a number cut short does not fit."""

COUNT = Kind("count", re.compile("([0-9]{1,20})"), int, "a count")
TEXT = Kind("text", re.compile(r"((?!\[).+)"), str, "a text")
VERSION = shaped(r"[0-9]+(?:\.[0-9]+)+", "a dotted version", "version")
YES_NO = one_of("Yes", "No")
ENABLED = one_of("Enabled", "Disabled")
ACTIVE = one_of("Active", "Not Active")
DEGREES = measured("C", "C", "-?[0-9]{1,4}")
MEGAHERTZ = measured("MHz", "MHz")
MEBIBYTES = measured("MiB", "MiB")
MICROSECONDS = measured("us", "us", "[0-9]{1,20}")
POWER = measured("W", "W", WATTS)


def read_cell(tool: str, kind: Kind, text: str, name: str, line_number: int = 0) -> Field:
    """
    What a cell says: a Reading if it has the shape of `kind`, else NotApplicable or ErrorWord; Absent if it is empty.

    `name` says which cell it is; the Reading's line is "name: text". Raises ParseError where a number stands that does
    not have the shape: a wrong unit, a sign, a part of a number.
    """
    cell = text.strip()
    word = cell[1:-1].strip() if cell.startswith("[") and cell.endswith("]") else cell
    line = f"{name}: {cell}"
    if not cell:
        return Absent(f"{name} (empty)")
    if word in NOT_APPLICABLE:
        return NotApplicable(line)
    match = kind.pattern.fullmatch(cell)
    if word in ERROR_WORDS or (match is None and not _like_a_number(cell)):
        return ErrorWord(word, line)
    if match is None:
        raise ParseError(tool, f"{kind.expected} as {name}", cell, line_number)
    return Reading(kind.convert(match[1]), kind.unit, line)


def _like_a_number(cell: str) -> bool:
    return cell.lstrip("+-.")[:1].isdigit()


BUS_ID = r"[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\.[0-7]"
"""The shape of a PCI address, of whatever width its domain is."""


def bus_id(text: str) -> str | None:
    """
    A PCI address in the one form used here, lower case with a domain of 4 digits: 0000:53:00.0. None if it is none.

    nvidia-smi writes 8 digits of domain (00000000:53:00.0), the kernel and lspci 4 and more only where they need them.
    """
    if not re.fullmatch(BUS_ID, text.strip()):
        return None
    domain, _, rest = text.strip().lower().partition(":")
    return f"{int(domain, 16):04x}:{rest}"
