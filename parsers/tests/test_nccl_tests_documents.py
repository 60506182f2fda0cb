"""nccl-tests' JSON tells what the text tells, is held against itself as the text is, and is refused when it was cut."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from parsers.errors import ParseError
from parsers.nccl_tests import Rank, parse_json
from parsers.reading import Absent, NotApplicable
from parsers.tests.nccl_tests_texts import DOCUMENTS, JSON, checked, document_of, value


@pytest.mark.parametrize(
    ("name", "ranks", "average", "verdict", "cells", "complete"),
    [
        ("v2.18-eight-gpus", 1, 471.063192, "OK", [0] * 6, True),
        ("v2.18-two-nodes", 16, 352.82387, Absent, [0] * 6, True),
        ("v2.18-wrong", 1, 471.218327, "FAILED", [0, 0, 4, 0, 0, 0], True),
        ("v2.18-unchecked", 1, 475.351192, Absent, [NotApplicable] * 6, True),
        ("v2.18-stopped", 1, Absent, Absent, [0] * 6, False),
        ("v2.19-cpu-time", 1, 473.478087, Absent, [0] * 6, True),
    ],
)
def test_documents(name: str, ranks: int, average: object, verdict: object, cells: list[object], complete: bool) -> None:
    """As the text; a test that stopped closes its document too, without count and average."""
    test = parse_json(document_of(name))
    assert (len(test.ranks), value(test.average_bus_bandwidth_gb_s), value(test.average_verdict)) == (ranks, average, verdict)
    assert (checked(test), test.complete) == (cells, complete)
    assert [value(field) for field in (test.program, test.nccl_version)] == ["all_reduce_perf", "2.28.4"]


def test_the_document_says_what_the_text_says() -> None:
    """Parameters, ranks and rows."""
    test = parse_json(JSON)
    assert [value(getattr(test.parameters, name)) for name in ("n_thread", "n_gpus", "min_bytes", "max_bytes", "step", "validation")] == [
        1, 8, 268435456, 1073741824, 2, 1
    ]  # fmt: skip
    assert test.ranks == (Rank(0, 0, 1234, "node01", 0, "0000:0f:00", "NVIDIA H100 80GB HBM3"),)
    row = test.rows[-1]
    assert (row.size_bytes, row.count, row.type, row.redop, row.root) == (1073741824, 268435456, "float", "sum", -1)
    assert [value(side.bit_differences) for side in (row.out_of_place, row.in_place)] == [Absent, Absent]
    assert value(parse_json(document_of("v2.19-cpu-time")).rows[0].in_place.bit_differences) == 0
    steps = JSON.replace('"step_factor":2', '"step_bytes":268435456').replace('"maximum_bytes":1073741824', '"maximum_bytes":805306368')
    with pytest.raises(ParseError, match="3 ascending sizes") as caught:
        parse_json(steps.replace('"size":1073741824', '"size":100'))
    assert "268435456, 536870912, 100" in str(caught.value)


def deep(document: dict[str, Any], path: str, new: object) -> str:
    """The document with another value at a path like "results.0.size"; None takes the key out."""
    *steps, last = path.split(".")
    place: Any = document
    for step in steps:
        place = place[int(step)] if step.isdigit() else place[step]
    if new is None:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = new
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "new", "words"),
    [
        ("results", [], "a result, found 'none'"),
        ("results.0.out_of_place", None, "the key 'out_of_place'"),
        ("results.0.out_of_place.time", None, "the key 'time'"),
        ("results.0.out_of_place.bus_bw", "nan", "a number as bus_bw"),
        ("results.0.out_of_place.bus_bw", -1.0, "a number as bus_bw"),
        ("results.0.out_of_place.bus_bw", 1.0, "busbw that is algbw times one factor"),
        ("results.0.out_of_place.alg_bw", True, "a number as alg_bw"),
        ("results.0.out_of_place.time", 1.0, "algbw that is size by time"),
        ("results.0.out_of_place.nwrong", 7.0, "a count that agrees with the rows"),
        ("results.0.size", -8, "no negative number as size"),
        ("results.0.size", 8, "a count of float"),
        ("results.0.root", "all", "a number as root"),
        ("results.2", {}, "the key 'size'"),
        ("out_of_bounds.count", 3, "okay true for 0"),
        ("out_of_bounds.okay", "false", "okay true for 0"),
        ("average_bus_bandwidth.bandwidth", 471.1, "the average of the rows"),
        ("average_bus_bandwidth.okay", "maybe", "true, false or unchecked"),
        ("errors", ["remote process exited"], "no errors, found 'remote process exited'"),
        ("args", [], "a string as the first argument"),
        ("config.devices.0.rank", 1, "rank 0, found 'rank 1'"),
        ("config.ngpus", 4, "busbw of the 4 ranks"),
        ("config.maximum_bytes", 2147483648, "4 ascending sizes"),
        ("config", None, "the key 'config'"),
        ("nccl_version", "2.28.4", "a whole number as nccl_version"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(path: str, new: object, words: str) -> None:
    """Missing keys, other kinds of values, and all that is checked in the text."""
    with pytest.raises(ParseError) as caught:
        parse_json(deep(json.loads(JSON), path, new))
    assert words in str(caught.value)


def test_lines_around_a_document_and_its_errors_are_refused() -> None:
    """The file has nothing else in it."""
    with pytest.raises(ParseError, match="nothing but the document"):
        parse_json(f"{JSON}\nnode01: Test NCCL failure\n")
    with pytest.raises(ParseError, match="Got completion with error 12"):
        parse_json(document_of("v2.18-failed"))


def test_groups_hide_the_number_of_ranks() -> None:
    """Of two communicators each has its own."""
    document = json.loads(document_of("v2.18-two-nodes"))
    for device in document["config"]["devices"]:
        device["group"] = device["rank"] % 2
    assert parse_json(json.dumps(document)).complete


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_cut_document_is_refused(name: str) -> None:
    """Braces that are not closed."""
    text = document_of(name)
    draw = random.Random(name)
    for _ in range(200):
        with pytest.raises(ParseError):
            parse_json(text[: draw.randrange(len(text))])
