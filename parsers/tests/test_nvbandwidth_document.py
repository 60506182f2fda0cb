"""nvbandwidth's JSON: a document that is not known is refused, and of a testcase that did not pass no cell is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from parsers.errors import ParseError
from parsers.nvbandwidth import host_copy, parse_json
from parsers.reading import Absent
from parsers.tests.nvbandwidth_texts import D2H, H2D, JSON


def document(path: tuple[str | int, ...], value: object) -> str:
    """The JSON recording with another value at `path`; a value of ... takes the key out."""
    whole: Any = json.loads(JSON)
    place = whole
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(whole)


CASE = ("nvbandwidth", "testcases", 0)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("nvbandwidth", "error"), "[CUDA_ERROR_UNKNOWN] x", "CUDA_ERROR_UNKNOWN"),
        (("nvbandwidth", "testcases"), [], "a testcase"),
        (("nvbandwidth", "testcases"), None, "an array as testcases"),
        (("nvbandwidth", "testcases"), ..., "the key 'testcases'"),
        (("nvbandwidth", "version"), "0.8", "a version"),
        (("nvbandwidth", "version"), "v", "a version"),
        (("nvbandwidth", "version"), ..., "the key 'version'"),
        (("nvbandwidth",), [], "an object as nvbandwidth"),
        (("testcases",), [], "no testcases beside the document"),
        (("results",), [], "the key 'results'"),
        ((*CASE, "status"), "passed", "a known status"),
        ((*CASE, "status"), ..., "the key 'status'"),
        ((*CASE, "name"), ..., "the key 'name'"),
        ((*CASE, "bandwidth_description"), "memcpy CE CPU(row) -> GPU(column) bandwidth (MB/s)", "(GB/s) or (ns)"),
        ((*CASE, "bandwidth_matrix"), [], "a table with rows of one length"),
        ((*CASE, "bandwidth_matrix"), [[]], "a table with rows of one length"),
        ((*CASE, "bandwidth_matrix"), [["55.28"], ["1", "2"]], "a table with rows of one length"),
        ((*CASE, "bandwidth_matrix"), [[55.2812]], "a string as a cell"),
        ((*CASE, "bandwidth_matrix"), [["inf"]], "a number or N/A"),
        ((*CASE, "bandwidth_matrix"), [["55.28 GB/s"]], "a number or N/A"),
        ((*CASE, "bandwidth_matrix"), [["N/A"]], "add up"),
        ((*CASE, "bandwidth_matrix"), [["5.2812"]], "add up"),
        ((*CASE, "bandwidth_matrix"), ..., "the key 'bandwidth_matrix'"),
        ((*CASE, "sum"), "55.28", "a number as sum"),
        ((*CASE, "sum"), True, "a number as sum"),
        ((*CASE, "sum"), -1, "a number as sum"),
        ((*CASE, "sum"), ..., "the key 'sum'"),
        (CASE, "x", "an object as a testcase"),
    ],
    ids=repr,
)
def test_a_document_that_is_not_known_is_refused(path: tuple[str | int, ...], value: object, words: str) -> None:
    """One change to a good document, and the reason why it is not read."""
    with pytest.raises(ParseError) as caught:
        parse_json(document(path, value))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [("error", "Invalid value when checking the pattern"), ("status", "Waived"), ("status", "Running"), ("status", "Error")],
)
def test_the_cells_of_a_testcase_that_did_not_pass_are_not_read(key: str, value: str) -> None:
    """The tool can leave numbers behind when verification failed; they are no measurement."""
    parsed = parse_json(document((*CASE, key), value))
    assert (parsed.testcases[0].matrix, isinstance(parsed.testcases[0].sum, Absent)) == ((), True)
    with pytest.raises(ParseError, match=f"{H2D} with status Passed"):
        host_copy(parsed, H2D)


def test_a_second_entry_of_a_name_spoils_the_first() -> None:
    """After an error the tool appends the testcase once more, with "Error", and leaves the first one "Passed"."""
    parsed = parse_json(document(("nvbandwidth", "testcases", 2), {"name": H2D, "status": "Error"}))
    with pytest.raises(ParseError, match="found '2 times'"):
        host_copy(parsed, H2D)
    assert host_copy(parsed, D2H).value == 54.02


def test_keys_of_newer_releases_and_a_warning_are_no_error() -> None:
    """They say more about the run, not another thing about a cell."""
    parsed = parse_json(document((*CASE, "coefficient_of_variation"), 0.01))
    assert host_copy(parsed, H2D).value == 55.2812
    assert parse_json(document(("nvbandwidth", "warning"), "NOTE: small buffer")).warning == "NOTE: small buffer"


def test_cells_in_scientific_notation_are_numbers() -> None:
    """Six significant digits of a large number are printed with an exponent."""
    whole = json.loads(document((*CASE, "bandwidth_matrix"), [["1.23457e+06"]]))
    whole["nvbandwidth"]["testcases"][0]["sum"] = 1234567.0
    assert host_copy(parse_json(json.dumps(whole)), H2D).value == 1234570.0
