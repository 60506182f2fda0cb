"""`nvidia-smi --query-gpu=COLUMNS --format=csv[,nounits]`: a header and a row per board. There is no quoting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from parsers.cells import ACTIVE, COUNT, ENABLED, TEXT, VERSION, WATTS, YES_NO, Kind, measured, read_cell
from parsers.errors import ParseError
from parsers.nvidia_smi.kinds import ADDRESS, COMPUTE_MODE, GENERATION, PCI_DEVICE, PERFORMANCE, RECOVERY, SERIAL, UUID, VBIOS
from parsers.reading import Field, Reading

TOOL = "nvidia-smi --query-gpu"


@dataclass(frozen=True)
class _Column:
    """
    How a column's cells read.

    Where the tool prints a unit, every cell has it (`kind`), or the header has it and cells may go without (`announced`).
    """

    kind: Kind
    printed_unit: str | None = None
    announced: Kind | None = None


def _in(unit: str, digits: str = "[0-9]{1,18}") -> _Column:
    kind = measured(unit, unit, digits)
    return _Column(kind, unit, replace(kind, pattern=re.compile(f"({digits})(?: {re.escape(unit)})?")))


_MASK = Kind("bits", re.compile("(0x[0-9a-fA-F]{16})"), lambda text: int(text, 16), "a mask of 16 hexadecimal digits")
_FLAG = Kind("text", re.compile("(Yes|No|0|1)"), lambda text: {"0": "No", "1": "Yes"}.get(text, text), "Yes, No, 0 or 1")
_CELSIUS = Kind("C", re.compile("(-?[0-9]{1,4})"), int, "degrees")
_LANES = Kind("lanes", re.compile("([0-9]{1,2})"), int, "a link width")
_BANKS = Kind("count", re.compile(r"([0-9]{1,18})(?: bank\(s\))?"), int, "a count of banks")

_COLUMNS = (
    (r"uuid", _Column(UUID)),
    (r"serial", _Column(SERIAL)),
    (r"pci\.bus_id", _Column(ADDRESS)),
    (r"pci\.device_id", _Column(PCI_DEVICE)),
    (r"index|count|minor_number", _Column(COUNT)),
    (r"name|timestamp", _Column(TEXT)),
    (r"driver_version", _Column(VERSION)),
    (r"vbios_version", _Column(VBIOS)),
    (r"pstate", _Column(PERFORMANCE)),
    (r"compute_mode", _Column(COMPUTE_MODE)),
    (r"gpu_recovery_action", _Column(RECOVERY)),
    (r"(?:ecc|mig)\.mode\.(?:current|pending)|persistence_mode", _Column(ENABLED)),
    (r"pcie\.link\.gen\.[a-z]+", _Column(GENERATION)),
    (r"pcie\.link\.width\.[a-z]+", _Column(_LANES)),
    (r"temperature\.(?:gpu|memory|gpu\.tlimit)", _Column(_CELSIUS)),
    (r"(?:enforced\.)?power\.[a-z_.]+", _in("W", WATTS)),
    (r"utilization\.[a-z]+|fan\.speed", _in("%", "[0-9]{1,3}")),
    (r"memory\.[a-z]+", _in("MiB")),
    (r"clocks\.[a-z.]+", _in("MHz")),
    (r"clocks_event_reasons_counters\.[a-z_]+", _in("us", "[0-9]{1,20}")),
    (r"clocks_event_reasons\.(?:active|supported)", _Column(_MASK)),
    (r"clocks_event_reasons\.[a-z_]+", _Column(ACTIVE)),
    (r"ecc\.errors\.[a-z._]+\.thresholdExceeded|retired_pages\.pending", _Column(YES_NO)),
    (r"(?:ecc\.errors|retired_pages)\.[a-z0-9._]+", _Column(COUNT)),
    (r"remapped_rows\.(?:pending|failure)", _Column(_FLAG)),
    (r"remapped_rows\.histogram\.[a-z]+", _Column(_BANKS)),
    (r"remapped_rows\.[a-z_]+", _Column(COUNT)),
)
"""Columns by the name that `_canonical` gives; the first that fits."""

_SAME = {
    "gpu_name": "name",
    "gpu_uuid": "uuid",
    "gpu_serial": "serial",
    "gpu_bus_id": "pci.bus_id",
    "clocks.sm": "clocks.current.sm",
    "clocks.mem": "clocks.current.memory",
    "clocks.gr": "clocks.current.graphics",
    "clocks.video": "clocks.current.video",
    "clocks.max.mem": "clocks.max.memory",
    "clocks.max.gr": "clocks.max.graphics",
    "retired_pages.sbe": "retired_pages.single_bit_ecc.count",
    "retired_pages.dbe": "retired_pages.double_bit.count",
}
"""Short names beside long ones: whichever is asked for, the header may have the other."""

_HEADING = re.compile(r"([A-Za-z0-9_.]+)(?: \[([^\]]+)\])?")
_MISSING_BOARD = "Unable to determine the device handle"


def parse_query_csv(text: str, expected_columns: Sequence[str]) -> list[dict[str, Field]]:
    """
    One dict per board, keyed by the names that the caller asked for, in the order of the rows.

    Units: W, MiB, MHz, %, us, C, "generation", "lanes", "count"; "bits" is the number of a mask (see events.py); all
    else "text", with PCI addresses in the form of parsers.cells.bus_id and 0 and 1 of remapped_rows.pending and
    .failure as No and Yes. Raises ParseError where the header is not the one asked for, a unit is missing or another,
    a row is short, or a board's row is replaced by a message: a table without one of the boards is no measurement.
    ValueError: a column that this parser does not know was asked for.
    """
    columns = [_column(name) for name in expected_columns]
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines:
        if line.startswith(_MISSING_BOARD):
            raise ParseError(TOOL, "a row for every board", line, number)
    if not lines:
        raise ParseError(TOOL, "a header and a row for every board", "")
    columns = _with_header(columns, expected_columns, *lines[0])
    rows = [_row(columns, expected_columns, number, line) for number, line in lines[1:]]
    if not rows:
        raise ParseError(TOOL, "a row for every board", "")
    _refuse_repeated(rows)
    return rows


def _column(name: str) -> _Column:
    for pattern, column in _COLUMNS:
        if re.fullmatch(pattern, _canonical(name)):
            return column
    raise ValueError(f"no shape is known for the column {name!r}")


def _canonical(name: str) -> str:
    new = name.replace("clocks_throttle_reasons", "clocks_event_reasons", 1) if name.startswith("clocks_throttle_reasons") else name
    return _SAME.get(new, new)


def _with_header(columns: list[_Column], names: Sequence[str], number: int, line: str) -> list[_Column]:
    """The columns as this header announces them: with the unit there, cells may be bare."""
    headings = [_HEADING.fullmatch(cell.strip()) for cell in line.split(",")]
    found = [_canonical(heading[1]) if heading else None for heading in headings]
    if found != [_canonical(name) for name in names]:
        raise ParseError(TOOL, f"the header {', '.join(names)}", line, number)
    return [_announced(column, heading[2], number) for column, heading in zip(columns, headings, strict=True) if heading]


def _announced(column: _Column, unit: str | None, number: int) -> _Column:
    if unit is None:
        return column
    if unit != column.printed_unit or column.announced is None:
        raise ParseError(TOOL, f"the unit {column.printed_unit or '(none)'} in the header", f"[{unit}]", number)
    return replace(column, kind=column.announced)


def _row(columns: list[_Column], names: Sequence[str], number: int, line: str) -> dict[str, Field]:
    cells = line.split(",")
    if len(cells) != len(columns) or not all(map(str.strip, cells)):
        raise ParseError(TOOL, f"a row of {len(columns)} cells", line, number)
    return {name: read_cell(TOOL, column.kind, cell, name, number) for name, column, cell in zip(names, columns, cells, strict=True)}


def _refuse_repeated(rows: list[dict[str, Field]]) -> None:
    """One board on two rows would hide that another is missing."""
    for name in rows[0]:
        if _canonical(name) in ("uuid", "index", "pci.bus_id"):
            values = [field.value for field in (row[name] for row in rows) if isinstance(field, Reading)]
            if len(set(values)) != len(values):
                raise ParseError(TOOL, f"every {name} once", ", ".join(map(str, values)))
