"""
The document that `nvbandwidth -j` prints: v0.5 to v0.10.

Cells are strings of 6 significant digits or "N/A". Keys that are not read (devices, minimum, coefficient of variation)
may be there or not: newer releases add some, and none of them changes what a cell means.

Known defects of the tool (json_output.cpp up to v0.8): after an error a testcase can stay "Running" or "Passed" and a
second entry of its name with "Error" follows; the message can stand at the top instead of in the testcase; a stray
`"testcases": null` appears beside the document's only key. Testcases that print three tables append all rows to one
matrix, and its sum is that of the last table.
"""

from __future__ import annotations

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, find_document, member, one_line, only_keys
from parsers.nvbandwidth.records import (
    PASSED,
    STATUSES,
    TOOL,
    Bandwidths,
    Matrix,
    Testcase,
    read_matrix,
    read_sum,
    sums_up,
    tabled,
    unit_of,
    unmeasured,
)
from parsers.reading import Absent, Reading

_SLACK = 5e-6
_PARTS = ("1", "2", "3")


def parse_json(text: str) -> Bandwidths:
    """
    The testcases of a run with -j.

    Raises ParseError for no, a cut or a second document, for an error of the whole run (quoting it), an unknown
    status, a missing or empty list of testcases, and a matrix whose cells do not add up to its sum.
    """
    root = find_document(TOOL, text).value
    only_keys(TOOL, root, {"nvbandwidth", "testcases"}, "the document")
    if root.get("testcases") is not None:
        raise ParseError(TOOL, "no testcases beside the document", one_line(root["testcases"]))
    body = as_object(TOOL, member(TOOL, root, "nvbandwidth"), "nvbandwidth")
    if "error" in body:
        raise ParseError(TOOL, "a run without an error", as_text(TOOL, body["error"], "error").strip())
    testcases = [testcase for item in as_list(TOOL, member(TOOL, body, "testcases"), "testcases") for testcase in _testcase(item)]
    if not testcases:
        raise ParseError(TOOL, "a testcase", "none")
    return Bandwidths(_version(body), tuple(testcases), as_text(TOOL, body.get("warning", ""), "warning").strip(), complete=True)


def _version(body: dict[str, object]) -> str:
    version = as_text(TOOL, member(TOOL, body, "version"), "version")
    if not version.startswith("v") or not all(part.isdecimal() and part.isascii() for part in version[1:].split(".")):
        raise ParseError(TOOL, "a version as v0.8", version)
    return version[1:]


def _testcase(item: object) -> list[Testcase]:
    entry = as_object(TOOL, item, "a testcase")
    name = as_text(TOOL, member(TOOL, entry, "name"), "name")
    status = as_text(TOOL, member(TOOL, entry, "status"), "status")
    if status not in STATUSES:
        raise ParseError(TOOL, "a known status", one_line(entry))
    if "error" in entry or status != PASSED:
        return [unmeasured(name, status, as_text(TOOL, entry.get("error", ""), "error"))]
    return _tables(name, entry)


def _tables(name: str, entry: dict[str, object]) -> list[Testcase]:
    description = as_text(TOOL, member(TOOL, entry, "bandwidth_description"), "bandwidth_description").strip()
    unit = unit_of(description)
    matrix = read_matrix(name, unit, _rows(entry))
    total = read_sum(name, unit, _sum(entry))
    if sums_up(matrix, total, _SLACK):
        return [tabled(name, "", description, matrix, total)]
    return _parts(name, description, matrix, total)


def _parts(name: str, description: str, matrix: Matrix, total: Reading) -> list[Testcase]:
    height = len(matrix) // len(_PARTS)
    blocks = [matrix[at : at + height] for at in range(0, len(matrix), height or 1)]
    if len(blocks) != len(_PARTS) or not sums_up(blocks[-1], total, _SLACK):
        raise ParseError(TOOL, f"cells that add up to the sum of {name}", total.line)
    *unsummed, last = _PARTS
    tables = zip(unsummed, blocks, strict=False)
    return [
        *(tabled(name, part, description, block, Absent(f"the sum of table {part} of {name}")) for part, block in tables),
        tabled(name, last, description, blocks[-1], total),
    ]


def _rows(entry: dict[str, object]) -> list[list[str]]:
    rows = as_list(TOOL, member(TOOL, entry, "bandwidth_matrix"), "bandwidth_matrix")
    return [[as_text(TOOL, cell, "a cell") for cell in as_list(TOOL, row, "a row")] for row in rows]


def _sum(entry: dict[str, object]) -> str:
    total = member(TOOL, entry, "sum")
    if isinstance(total, bool) or not isinstance(total, (int, float)) or total < 0:
        raise ParseError(TOOL, "a number as sum", one_line(entry))
    return f"{total:.6f}"
