"""What nvbandwidth measured, in one form for its text and its JSON, and what may be taken from it as a reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.reading import Absent, Field, NotApplicable, Reading

TOOL = "nvbandwidth"

PASSED = "Passed"
STATUSES = frozenset({PASSED, "Waived", "Running", "Error", "ERROR", "Not Found"})
"""All that a testcase can be. "Running" was never finished; "ERROR" and "Not Found" are a name that is no testcase."""

Cell = Reading | NotApplicable
Matrix = tuple[tuple[Cell, ...], ...]

_DESCRIPTION = re.compile(r".*\((?P<unit>GB/s|ns)\)")
_DIRECTION = re.compile(r"CPU\(row\) (->|<->|<-) GPU\(column\)|GPU\(row\) (->|<->|<-) GPU\(column\)")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?(?:e[+-][0-9]{1,2})?")
_HOST_DIRECTIONS = {"host_to_device_memcpy": "->", "device_to_host_memcpy": "<-"}


@dataclass(frozen=True)
class Testcase:
    """
    One table of one testcase.

    `name` is the testcase's; "" for a testcase that the text waives without naming it. `part` tells the tables of a
    testcase that prints several apart ("read1", "read2", "total"; "1", "2", "3" in JSON), else it is "". `direction`
    is the arrow between row and column of the description, `description` the line above the table; `unit` is "GB/s"
    or, for latencies, "us" (printed in ns). `matrix` holds rows of Reading or NotApplicable and is empty unless the
    status is "Passed" and there was no error; `sum` is what the tool adds up to. `error` is the tool's message.
    """

    name: str
    status: str
    part: str
    description: str
    direction: str
    unit: str
    matrix: Matrix
    sum: Field
    error: str


@dataclass(frozen=True)
class Bandwidths:
    """
    A run of nvbandwidth: its version as "0.8" and its testcases in their order. `warning` is the tool's own.

    `complete`: a document that is closed, or the note that ends the text from v0.5 on; earlier text has no end mark.
    """

    version: str
    testcases: tuple[Testcase, ...]
    warning: str
    complete: bool


def unmeasured(name: str, status: str, error: str = "") -> Testcase:
    """A testcase without a table."""
    return Testcase(name, status, "", "", "", "", (), Absent(f"the sum of {name or 'a testcase'}"), error)


def tabled(name: str, part: str, description: str, matrix: Matrix, total: Field) -> Testcase:
    """A testcase that passed, with its table."""
    unit = "us" if unit_of(description) == "ns" else "GB/s"
    return Testcase(name, PASSED, part, description, _direction(description), unit, matrix, total, "")


def unit_of(description: str) -> str:
    """The unit that the line above a table names: "GB/s" or "ns"; ParseError for any other."""
    match = _DESCRIPTION.fullmatch(description)
    if match is None:
        raise ParseError(TOOL, "a description that ends in (GB/s) or (ns)", description)
    return match["unit"]


def _direction(description: str) -> str:
    match = _DIRECTION.search(description)
    return (match[1] or match[2]) if match else ""


def _cell(text: str, unit: str, line: str) -> Cell:
    return NotApplicable(line) if text == "N/A" else _reading(text, unit, line)


def _reading(text: str, unit: str, line: str) -> Reading:
    if _NUMBER.fullmatch(text) is None:
        raise ParseError(TOOL, "a number or N/A", line)
    value = float(text)
    return Reading(value, "GB/s", line) if unit == "GB/s" else Reading(value / 1000, "us", f"{line} (ns)")


def read_matrix(name: str, unit: str, rows: Sequence[Sequence[str]]) -> Matrix:
    """The cells of a table, given as printed; all rows have the same number of them, at least one."""
    if not rows or len({len(row) for row in rows}) != 1 or not rows[0]:
        raise ParseError(TOOL, f"a table with rows of one length as {name}", f"rows of {[len(row) for row in rows]} cells")
    return tuple(tuple(_cell(cell, unit, f"{name}: {' '.join(row)}") for cell in row) for row in rows)


def read_sum(name: str, unit: str, text: str) -> Reading:
    """The sum that the tool prints with a table."""
    return _reading(text, unit, f"SUM {name} {text}")


def sums_up(matrix: Matrix, total: Reading, slack: float) -> bool:
    """
    Whether the cells add up to `total`, but for what rounding took from each of them and from the sum.

    Rounding takes half of 0.01 GB/s or ns each (text), or `slack` of each cell (the 6 significant digits of JSON).
    """
    values = [float(cell.value) for row in matrix for cell in row if isinstance(cell, Reading)]
    half = 0.00501 if total.unit == "GB/s" else 0.00000501
    rounding = half * (len(values) + 1) + slack * sum(values)
    return bool(values) and abs(sum(values) - float(total.value)) <= rounding


def host_copy(bandwidths: Bandwidths, name: str) -> Reading:
    """
    The bandwidth in GB/s between the host and the one GPU that this run could see, from testcase `name`.

    Raises ParseError unless that testcase stands there exactly once, passed, without an error, with a table of one
    row and one column in the direction of its name, and the number in it is positive.
    """
    found = [testcase for testcase in bandwidths.testcases if testcase.name == name]
    if len(found) != 1:
        raise ParseError(TOOL, f"{name} once", f"{len(found)} times")
    testcase = found[0]
    if testcase.status != PASSED or testcase.error or testcase.part:
        raise ParseError(TOOL, f"{name} with status {PASSED}", f"{testcase.status} {testcase.error}".strip())
    cell = _only_cell(testcase)
    expected = next((arrow for start, arrow in _HOST_DIRECTIONS.items() if name.startswith(start)), testcase.direction)
    if "CPU(row)" not in testcase.description or testcase.direction != expected:
        raise ParseError(TOOL, f"a copy CPU(row) {expected} GPU(column) as {name}", testcase.description)
    if not isinstance(cell, Reading) or cell.unit != "GB/s" or float(cell.value) <= 0:
        raise ParseError(TOOL, f"a positive number of GB/s as {name}", cell.line)
    return cell


def _only_cell(testcase: Testcase) -> Cell:
    if [len(row) for row in testcase.matrix] != [1]:
        shape = f"{len(testcase.matrix)} x {max(map(len, testcase.matrix), default=0)}"
        raise ParseError(TOOL, f"one row and one column as {testcase.name}: the host and one GPU", shape)
    return testcase.matrix[0][0]
