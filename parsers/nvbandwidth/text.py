"""
The text that nvbandwidth prints: v0.2 to v0.10.

A testcase is a line "Running NAME.", one table or three, each with its description above and its SUM below. Up to v0.4
a testcase that cannot run prints "Waiving NAME."; from v0.5 on it prints "Waived: " and no name. What stands before
the first testcase (notes, versions, devices) is read for the version only; after it every line must be known: a
message in the middle is a failed verification or a CUDA error. A run that was cut between two testcases looks whole:
who asked for two must look for both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsers.errors import ParseError
from parsers.nvbandwidth.records import TOOL, Bandwidths, Testcase, read_matrix, read_sum, sums_up, tabled, unit_of, unmeasured
from parsers.plain_text import Scanner, printable_lines

_BANNER = re.compile(r"nvbandwidth Version: v(?P<version>[0-9]{1,4}(?:\.[0-9]{1,4}){1,3})")
_HEAD = re.compile(r"(?:(?!Running |Waiving |Waived:|Error:|ERROR:|Not Found:|mem\w* |SUM |NOTE: The reported)[^\n]*\n)*")
_RUNNING = re.compile(r"Running (?P<name>[a-z0-9_]+)\.\n")
_WAIVING = re.compile(r"Waiving (?P<name>[a-z0-9_]+)\.\n")
# The usage follows "Invalid Arguments": that is no status of a testcase, and nothing was run.
_STATUS = re.compile(r"(?P<status>Waived|Error|ERROR(?!: Invalid Arguments\n)|Not Found):(?P<message>[^\n]*)\n")
_TABLE = re.compile(
    r"(?P<description>mem[^\n]*\((?:GB/s|ns)\))\n"
    r"(?P<columns>(?: +[0-9]{1,4})+)\n"
    r"(?P<rows>(?: *[0-9]{1,4}(?: +\S+)+\n)+)"
    r"\n?SUM (?P<key>[a-z0-9_]+) (?P<sum>[0-9]+\.[0-9]{2})\n"
)
_STATISTIC = re.compile(r"(?:MIN|MAX|AVG|COEFFICIENT_OF_VARIATION) [a-z0-9_]+ \S+\n")
_NOTE = re.compile(r"NOTE: The reported [^\n]*\n(?:Performance can vary [^\n]*\n)?")
_LAST_PART = "total"
_PARTS = 3


def parse_banner(text: str) -> str:
    """The version in the first line that the program prints, "0.8"; ParseError unless it stands there exactly once."""
    lines = printable_lines(TOOL, text)
    found = [match["version"] for match in map(_BANNER.fullmatch, lines) if match]
    if len(found) != 1:
        raise ParseError(TOOL, 'one line "nvbandwidth Version: v..."', f"{len(found)} of them" if found else lines[0])
    return found[0]


def parse_matrix_text(text: str) -> Bandwidths:
    """
    The testcases of a run without -j.

    Raises ParseError without the version, without any testcase, for a table without its SUM (cut), one whose cells do
    not add up to it or whose rows and columns are not numbered 0, 1, 2 ..., and for any line that is not known.
    """
    version = parse_banner(text)
    scanner = Scanner(TOOL, text)
    scanner.take_if(_HEAD)
    testcases: list[Testcase] = []
    noted = False
    while not scanner.done and not noted:
        testcases += _testcase(scanner)
        scanner.skip_blank_lines()
        noted = scanner.take_if(_NOTE) is not None
    scanner.end()
    if not testcases:
        raise ParseError(TOOL, "a testcase", "none")
    return Bandwidths(version, tuple(testcases), "", complete=noted)


def _testcase(scanner: Scanner) -> list[Testcase]:
    waived = scanner.take_if(_WAIVING)
    if waived is not None:
        return [unmeasured(waived["name"], "Waived")]
    running = scanner.take_if(_RUNNING)
    status = scanner.take_if(_STATUS)
    if status is not None:
        return [unmeasured(running["name"] if running else "", status["status"], status["message"].strip())]
    if running is None:
        raise scanner.error("a testcase")
    tables = list(_tables(scanner, running["name"]))
    parts = [table.part for table in tables]
    if parts != [""] and not (len(parts) == _PARTS and all(parts) and parts[-1] == _LAST_PART):
        raise scanner.error(f"the table of {running['name']} with its sum")
    return tables


def _tables(scanner: Scanner, name: str) -> Iterator[Testcase]:
    while True:
        scanner.skip_blank_lines()
        table = scanner.take_if(_TABLE)
        if table is None:
            return
        yield _table(name, table)
        while scanner.take_if(_STATISTIC):
            pass


def _table(name: str, match: re.Match[str]) -> Testcase:
    part = match["key"][len(name) + 1 :]
    if match["key"] not in (name, f"{name}_{part}"):
        raise ParseError(TOOL, f"the sum of {name}", f"SUM {match['key']} {match['sum']}")
    unit = unit_of(match["description"])
    matrix = read_matrix(name, unit, _cells(name, match))
    total = read_sum(match["key"], unit, match["sum"])
    if not sums_up(matrix, total, 0.0):
        raise ParseError(TOOL, f"cells that add up to the sum of {name}", total.line)
    return tabled(name, part, match["description"], matrix, total)


def _cells(name: str, match: re.Match[str]) -> list[list[str]]:
    """The cells of every row, without the numbers of rows and columns, which must count from 0."""
    columns = match["columns"].split()
    rows = [row.split() for row in match["rows"].splitlines()]
    if columns != _count(len(columns)) or [row[0] for row in rows] != _count(len(rows)):
        raise ParseError(TOOL, f"rows and columns of {name} numbered from 0", match["columns"].strip())
    if {len(row) for row in rows} != {len(columns) + 1}:
        raise ParseError(TOOL, f"{len(columns)} cells in every row of {name}", match["rows"].strip())
    return [row[1:] for row in rows]


def _count(length: int) -> list[str]:
    return [str(number) for number in range(length)]
