"""`dcgmi diag -j` as it was recorded on other people's nodes: read as a careful reader would, or refused for a reason."""

from __future__ import annotations

from collections import Counter

import pytest

from parsers.dcgmi import Diagnosis, parse_diag
from parsers.errors import ParseError
from parsers.tests.damage import outside


def statuses(diagnosis: Diagnosis) -> Counter[str]:
    """How many results have which status."""
    return Counter(result.status for result in diagnosis.results)


@pytest.mark.parametrize(
    ("name", "expected", "first"),
    [
        ("gcm-r1-pass.json", {"Pass": 9}, "Blacklist"),
        ("gcm-r1-fail-edited.json", {"Pass": 7, "Fail": 1, "Warn": 1}, "Blacklist"),
        ("virtualclient-DCGMIDiag_r1_results.json", {"Pass": 9}, "Denylist"),
    ],
)
def test_outside_recordings_are_read(name: str, expected: dict[str, int], first: str) -> None:
    """What a careful reader finds in recordings of other people's nodes."""
    diagnosis = parse_diag(outside(f"dcgmi-diag/{name}"))
    assert statuses(diagnosis) == expected
    assert diagnosis.results[0].subtest == first
    failed = [(result.test, result.subtest, result.entity) for result in diagnosis.results if result.status == "Fail"]
    assert failed == ([("software", "Persistence Mode", None)] if "fail" in name else [])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("virtualclient-DCGMIIncorrectresults.json", "an object as the diagnostic"),
        ("dcgm4-8gpu-diagnostic-test-fragment.json.txt", "one run"),
    ],
)
def test_outside_recordings_that_are_no_run_are_refused(name: str, words: str) -> None:
    """A list where the run should stand, and one test out of a run."""
    with pytest.raises(ParseError, match=words):
        parse_diag(outside(f"dcgmi-diag/{name}"))


def test_the_fragment_of_a_run_on_eight_gpus_is_read_within_a_run() -> None:
    """Eight entities passed, of which the first three have remarks: later ones find no room for them."""
    fragment = outside("dcgmi-diag/dcgm4-8gpu-diagnostic-test-fragment.json.txt").strip().removesuffix(",")
    run = '{"DCGM Diagnostic": {"test_categories": [{"category": "Hardware", "tests": [' + fragment + "]}]}}"
    results = parse_diag(run).results
    assert [(result.entity, result.test, result.status) for result in results] == [(gpu, "diagnostic", "Pass") for gpu in range(8)]
    assert [result.entity for result in results if result.info] == [0, 1, 2]


@pytest.mark.parametrize("name", ["a10g-4.4.2-r2-pass", "b200x8-4.4.1-r2-pcie-fail-gpus-pass", "h200x8-3.1.8-r1-persistence-fail"])
def test_outside_recordings_in_text_mode_are_refused(name: str) -> None:
    """The table is not the JSON that was asked for."""
    with pytest.raises(ParseError, match="a JSON document"):
        parse_diag(outside(f"dcgmi-diag-text/{name}.txt"))
