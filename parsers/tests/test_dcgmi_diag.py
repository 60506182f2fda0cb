"""`dcgmi diag -j` in every layout: a failing, missing or unknown result is never read as a pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.dcgmi import Diagnosis, Result, is_configuration, is_internal, parse_diag
from parsers.errors import ParseError
from parsers.tests.damage import RECORDINGS, changed, prefixes

FILES = sorted((RECORDINGS / "dcgmi").glob("diag-*.json"))
WITH_RESULTS = [path for path in FILES if "running" not in path.name and "homogeneous" not in path.name]


def recorded(name: str) -> Diagnosis:
    """One of our own recordings, parsed."""
    return parse_diag((RECORDINGS / "dcgmi" / f"diag-{name}.json").read_text())


def failed(diagnosis: Diagnosis) -> list[tuple[str, str | None, int | None]]:
    """Test, subtest and entity of every result that failed."""
    return [(result.test, result.subtest, result.entity) for result in diagnosis.results if result.status == "Fail"]


def of(diagnosis: Diagnosis, test: str) -> list[Result]:
    """The results of a test."""
    return [result for result in diagnosis.results if result.test == test]


@pytest.mark.parametrize(
    ("name", "layout", "version", "driver", "failures"),
    [
        ("2.4.7-r2-hole", "gpu", None, None, []),
        ("3.1.8-r1-persistence", "gpu", "3.1.8", "525.85.12", [("software", "Persistence Mode", None)]),
        ("3.3.1-r2-pcie-width", "gpu", "3.3.1", "535.104.05", [("software", "Inforom", None), ("pcie", None, 1)]),
        ("3.3.5-r1-remap", "gpu", "3.3.5", "535.129.03", [("software", "Page Retirement/Row Remap", 1)]),
        (
            "3.3.9-r3",
            "gpu",
            "3.3.9",
            "535.161.08",
            [("software", "Persistence Mode", 0), ("software", "Persistence Mode", 2), ("memory_bandwidth", None, 2)],
        ),
        ("4.2.3-r1-persistence", "entity", "4.2.3", "570.148.08", [("software", None, 1)]),
        ("4.4.2-r2-pcie-broke", "entity", "4.4.2", "580.105.08", []),
        ("4.6.0-r4-memory-fail", "entity", "4.6.0", "580.105.08", [("memory", None, 1)]),
    ],
)
def test_every_layout_gives_the_same_record(
    name: str, layout: str, version: str | None, driver: str | None, failures: list[tuple[str, str | None, int | None]]
) -> None:
    """Release, driver and every failure are found under the same names in all of them."""
    diagnosis = recorded(name)
    assert (diagnosis.layout, diagnosis.dcgm_version, diagnosis.driver_version) == (layout, version, driver)
    assert (diagnosis.runtime_error, diagnosis.notes) == (None, ())
    assert failed(diagnosis) == failures


def test_a_gpu_that_did_not_run_a_test_has_no_result() -> None:
    """The hole that a lost GPU leaves must be missed by the judge, so it may not be filled."""
    diagnosis = recorded("2.4.7-r2-hole")
    assert [result.entity for result in of(diagnosis, "pcie")] == [0]
    assert [(result.entity, result.status) for result in of(diagnosis, "memory")] == [(0, "Pass"), (1, "Skip")]
    assert of(diagnosis, "software")[0].subtest == "Blacklist"
    assert {result.entity for result in of(diagnosis, "software")} == {None}


def test_results_for_all_gpus_count_for_each() -> None:
    """A deployment check without a GPU speaks for all, in addition to a GPU's own results."""
    diagnosis = recorded("2.4.7-r2-hole")
    assert [result.test for result in diagnosis.on_gpu(1)] == ["software"] * 6 + ["memory"]
    assert len(diagnosis.on_gpu(0)) == 8


def test_a_failing_check_blames_the_gpus_that_its_errors_name() -> None:
    """The `gpu_id` of a deployment check is only that of its last error: GPU 0 failed too."""
    checks = [result for result in of(recorded("3.3.9-r3"), "software") if result.subtest == "Persistence Mode"]
    assert [(result.entity, [error.error_id for error in result.errors]) for result in checks] == [(0, [29]), (2, [29])]
    assert "GPU 0" in checks[0].errors[0].text
    assert "GPU 2" in checks[1].errors[0].text


def deployment(result: object) -> str:
    """A document of 3.3.9 with one deployment check."""
    tests = [{"name": "Inforom", "results": [result]}]
    return json.dumps({"DCGM GPU Diagnostic": {"test_categories": [{"category": "Deployment", "tests": tests}]}})


def named(*gpus: object) -> list[dict[str, object]]:
    """Errors that name these GPUs."""
    return [{"warnings": f"Trouble on {gpu}.", "error_id": 9, "error_category": 15, "error_severity": 4} for gpu in gpus]


@pytest.mark.parametrize(
    ("result", "blamed"),
    [
        ({"status": "Fail", "gpu_id": 3, "warnings": named("GPU 3")}, [3]),
        ({"status": "Fail", "gpu_id": 3, "warnings": named("the board")}, [3]),
        ({"status": "Fail", "gpu_id": "3", "warnings": named("GPU 1", "GPU 3")}, [1, 3]),
        ({"status": "Fail", "gpu_id": 3, "warnings": named("GPU 2")}, [None]),
        ({"status": "Fail", "gpu_id": 3, "warnings": named("the board", "GPU 3")}, [None]),
        ({"status": "Fail", "gpu_id": 3, "warnings": named("GPU 3 and GPU 4", "GPU 3")}, [None]),
        ({"status": "Fail", "gpu_id": 4, "warnings": named(*(f"GPU {gpu}" for gpu in range(5)))}, [None]),
        ({"status": "Fail", "gpu_id": -1, "warnings": named("the node")}, [None]),
        ({"status": "Fail", "gpu_id": 3, "warnings": "Trouble on GPU 3."}, [None]),
        ({"status": "Fail", "gpu_id": 3}, [None]),
        ({"status": "Pass", "gpu_id": 3, "warnings": named("GPU 3")}, [None]),
    ],
)
def test_where_the_blame_is_not_certain_a_check_speaks_for_all_gpus(result: dict[str, object], blamed: list[int | None]) -> None:
    """A result holds five errors: with five, GPUs 5 to 7 may have failed as well. Better too many than too few."""
    diagnosis = parse_diag(deployment(result))
    assert [found.entity for found in diagnosis.results] == blamed
    assert {found.status for found in diagnosis.results} == {result["status"]}


def test_errors_carry_their_numbers() -> None:
    """Numbers where the release gives them, None where it does not; the text under either key."""
    [width] = [result for result in of(recorded("3.3.1-r2-pcie-width"), "pcie") if result.entity == 1]
    assert [(error.error_id, error.category, error.severity) for error in width.errors] == [(46, 13, 5)]
    assert not is_configuration(width.errors[0])
    [remap] = [result for result in recorded("3.3.5-r1-remap").results if result.errors]
    assert [(error.error_id, error.category, error.severity) for error in remap.errors] == [(80, 10, 6)]
    assert remap.errors[0].text.startswith("GPU 1 had uncorrectable memory errors")
    [old] = [result for result in recorded("3.1.8-r1-persistence").results if result.errors]
    assert [(error.error_id, error.category, error.severity) for error in old.errors] == [(None, None, None)]


def test_unused_slots_among_errors_are_no_errors() -> None:
    """3.3.x fills its array by slot and leaves null before the one that is used."""
    [slow] = [result for result in of(recorded("3.3.9-r3"), "memory_bandwidth") if result.status == "Fail"]
    assert [error.error_id for error in slow.errors] == [62]


def test_cpus_are_not_gpus() -> None:
    """CPU 0 skipped its test; GPU 0 has nothing to do with it."""
    for name in ("3.3.9-r3", "4.6.0-r4-memory-fail"):
        [cpu] = of(recorded(name), "cpu_eud")
        assert (cpu.entity_group, cpu.entity, cpu.status) == ("CPU", 0, "Skip")
        assert cpu not in recorded(name).on_gpu(0)


def test_a_test_that_broke_is_seen_where_every_device_passed() -> None:
    """DCGM 4 fails the test and passes its devices when the test itself crashed: an internal error, no finding."""
    diagnosis = recorded("4.4.2-r2-pcie-broke")
    [pcie] = [summary for summary in diagnosis.test_summaries if summary.test == "pcie"]
    assert pcie.status == "Fail"
    assert [is_internal(error) for error in pcie.errors] == [True]
    assert {result.status for result in of(diagnosis, "pcie")} == {"Pass"}


def test_summaries_and_serials_are_told() -> None:
    """A test that did not run has a summary with an empty status and no result."""
    diagnosis = recorded("4.6.0-r4-memory-fail")
    assert [(summary.test, summary.status) for summary in diagnosis.test_summaries] == [
        ("software", "Pass"),
        ("memory", "Fail"),
        ("cpu_eud", "Skip"),
        ("eud", ""),
        ("memtest", "Pass"),
    ]
    assert of(diagnosis, "eud") == []
    assert diagnosis.serials == ((0, "1651000000000"), (1, "1651000000001"))
    assert recorded("3.3.1-r2-pcie-width").serials == ((0, "1650000000001"), (1, "1650000000002"))
    assert recorded("4.2.3-r1-persistence").test_summaries[0].info == ("The count of SRAM errors could not be read.",)


@pytest.mark.parametrize(
    ("name", "version", "words"),
    [("3.3.9-not-homogeneous", "3.3.9", "homogeneous group"), ("4.4.1-already-running", "4.4.1", "already running")],
)
def test_an_error_of_the_whole_run_is_told_as_one(name: str, version: str, words: str) -> None:
    """No results, and the reason in DCGM's words."""
    diagnosis = recorded(name)
    assert words in (diagnosis.runtime_error or "")
    assert (diagnosis.results, diagnosis.test_summaries, diagnosis.dcgm_version) == ((), (), version)


def test_lines_around_the_document_are_kept() -> None:
    """dcgmi prints errors of its connection beside the JSON."""
    text = (RECORDINGS / "dcgmi" / "diag-4.6.0-r4-memory-fail.json").read_text()
    noisy = f"Warning: no log file\r\n{text}\nError: unable to close connection to specified host: localhost\n"
    diagnosis = parse_diag(noisy)
    assert diagnosis.notes == ("Warning: no log file", "Error: unable to close connection to specified host: localhost")
    assert diagnosis.results == parse_diag(text).results
    assert parse_diag(text.replace("\n", "\r\n")).results == diagnosis.results


def document(path: tuple[str | int, ...], value: object, name: str = "3.3.9-r3") -> str:
    """A recording with another value at `path`; a value of ... takes the key out."""
    whole: Any = json.loads((RECORDINGS / "dcgmi" / f"diag-{name}.json").read_text())
    place = whole
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(whole)


TOP = "DCGM GPU Diagnostic"
MEMORY = (TOP, "test_categories", 1, "tests", 0)
FIRST = (*MEMORY, "results", 0)
NEW = ("DCGM Diagnostic", "test_categories", 0, "tests", 0, "results", 0)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ((*FIRST, "gpu_id"), "0,1", "the number of one device"),
        ((*FIRST, "gpu_id"), "", "the number of one device"),
        ((*FIRST, "gpu_id"), "\u0663", "the number of one device"),
        ((*FIRST, "gpu_id"), -2, "the number of one device"),
        ((*FIRST, "gpu_id"), -1, "the GPU that GPU Memory ran on"),
        ((*FIRST, "gpu_id"), True, "the number of one device"),
        ((*FIRST, "gpu_id"), 0.0, "the number of one device"),
        ((*FIRST, "gpu_ids"), "0", "one device in a result"),
        ((*FIRST, "gpu_id"), ..., "the GPU that GPU Memory ran on"),
        ((*FIRST, "gpu_id"), "1", "a result of memory on GPU 1 once"),
        ((*FIRST, "status"), "pass", "a status"),
        ((*FIRST, "status"), "PASS", "a status"),
        ((*FIRST, "status"), None, "a string as status"),
        ((*FIRST, "status"), ..., "the key 'status'"),
        ((*FIRST, "verdict"), "Pass", "the key 'verdict'"),
        ((*FIRST, "info"), 7, "an array as info"),
        ((*FIRST, "warnings"), {"warning": "x"}, "an array as warnings"),
        ((*FIRST, "warnings"), [{"error_id": 1}], "one text in a warning"),
        ((*FIRST, "warnings"), [{"warning": "x", "warnings": "y"}], "one text in a warning"),
        ((*FIRST, "warnings"), [{"warning": "x", "error_id": "1"}], "a whole number as error_id"),
        ((*FIRST, "warnings"), [{"warning": "x", "level": 1}], "the key 'level'"),
        (FIRST, "Pass", "an object as a result"),
        ((*MEMORY, "results"), ..., "the key 'results'"),
        ((*MEMORY, "name"), " ", "the name of a test"),
        ((*MEMORY, "name"), "Memory Bandwidth", "memory_bandwidth on GPU 0 once"),
        ((*MEMORY, "skipped"), True, "the key 'skipped'"),
        ((TOP, "test_categories", 0, "category"), ..., "the key 'category'"),
        ((TOP, "test_categories", 0, "kind"), "x", "the key 'kind'"),
        ((TOP, "test_categories"), [], "at least one test"),
        ((TOP, "test_categories"), {}, "an array as test_categories"),
        ((TOP, "test_categories"), ..., "either test_categories or runtime_error"),
        ((TOP, "runtime_error"), "x", "either test_categories or runtime_error"),
        ((TOP, "tests"), [], "the key 'tests'"),
        ((TOP, "version"), "3.3.8", "one version"),
        ((TOP,), [], "an object as the diagnostic"),
        (("DCGM Diagnostic",), {}, "one run"),
        (("iterations",), [], "the key 'iterations'"),
        (("version",), 4, "a string as version"),
        (("GPU Device Serials",), {"x": "1"}, "the number of a GPU"),
        (("GPU Device Serials",), {"0": "1", "00": "2"}, "the serial of GPU 0 once"),
    ],
    ids=repr,
)
def test_what_is_not_documented_is_refused(path: tuple[str | int, ...], value: object, words: str) -> None:
    """One change to a good document, and the reason why it is not read."""
    with pytest.raises(ParseError) as caught:
        parse_diag(document(path, value))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ((*NEW, "entity_id"), "0", "a whole number as entity_id"),
        ((*NEW, "entity_id"), -1, "the number of a device"),
        ((*NEW, "entity_id"), 1, "software on GPU 1 once"),
        ((*NEW, "entity_id"), ..., "the key 'entity_id'"),
        ((*NEW, "entity_group_id"), 7, "entity group 1 for GPUs"),
        ((*NEW, "entity_group"), "CPU", "entity group 1 for GPUs"),
        ((*NEW, "gpu_id"), "0", "the key 'gpu_id'"),
        ((*NEW, "status"), "Passed", "a status"),
        ((*NEW[:-2], "test_summary"), {"info": []}, "the key 'status'"),
        ((*NEW[:-2], "test_summary"), {"status": "Pass", "x": 1}, "the key 'x'"),
        ((*NEW[:-2], "name"), "memory", "memory on GPU 0 once"),
        (("metadata",), [], "an object as metadata"),
        (("metadata", "version"), 4, "a string as version"),
        (("entity_groups", 0, "entities", 1, "entity_id"), 0, "the serial of GPU 0 once"),
        (("tests",), [], "the key 'tests'"),
    ],
    ids=repr,
)
def test_what_is_not_documented_of_dcgm_4_is_refused(path: tuple[str | int, ...], value: object, words: str) -> None:
    """The same for the layout by entity."""
    with pytest.raises(ParseError) as caught:
        parse_diag(document(path, value, "4.6.0-r4-memory-fail"))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing"),
        ("Error: Unable to start an embedded host engine. Timeout.\n", "Error: Unable to start an embedded host engine"),
        ("{}", "no key"),
        ('{"iterations": [{"DCGM Diagnostic": {}}], "Overall Result": "Pass"}', "iterations, Overall Result"),
        ('{"DCGM GPU Diagnostic": {"runtime_error": " "}}', "the text of a runtime_error"),
        ('{"DCGM Diagnostic": ' * 50_000, "levels of nesting"),
    ],
    ids=["empty", "no engine", "no run", "iterations", "empty error", "deep"],
)
def test_what_is_no_run_is_refused(text: str, words: str) -> None:
    """No document, another document, several runs: nothing is known of any GPU."""
    with pytest.raises(ParseError) as caught:
        parse_diag(text)
    assert words in str(caught.value)


def test_a_test_without_a_known_name_is_kept() -> None:
    """A plugin that is new must be seen, above all when it fails."""
    text = document((*MEMORY, "name"), "New Plugin/Test")
    assert {result.test for result in parse_diag(text).results} >= {"new_plugin_test"}


def test_a_hole_among_tests_and_warnings_in_plain_text_are_taken() -> None:
    """Old releases leave null for a check that they no longer have; a warning may be a bare string."""
    text = document((TOP, "test_categories", 0, "tests", 0), None)
    assert "Denylist" not in {result.subtest for result in parse_diag(text).results}
    [first, *_] = of(parse_diag(document((*FIRST, "warnings"), ["careful", None])), "memory")
    assert [error.text for error in first.errors] == ["careful"]


def test_a_blank_value_of_dcgm_is_no_serial() -> None:
    """Else a spec's serial would be looked for among the words that DCGM has for nothing."""
    assert recorded("4.2.3-r2-no-serial").serials == ()
    text = (RECORDINGS / "dcgmi" / "diag-3.3.1-r2-pcie-width.json").read_text().replace('"1650000000001"', '"<<<NULL>>>"')
    assert parse_diag(text).serials == ((1, "1650000000002"),)


def test_dcgm_4_without_serials_or_results_is_read() -> None:
    """A board that tells no serial, a release that prints no metadata, a test that no entity ran."""
    text = document(("entity_groups", 0, "entities", 0, "serial_num"), ..., "4.6.0-r4-memory-fail")
    assert parse_diag(text).serials == ((1, "1651000000001"),)
    bare = parse_diag(document(("metadata",), ..., "4.6.0-r4-memory-fail"))
    assert (bare.dcgm_version, bare.driver_version) == (None, None)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_cut_document_is_refused_wherever_it_is_cut(path: Path) -> None:
    """Half a report is no report: the GPUs in the other half would be missing."""
    for part in prefixes(path.read_text()):
        with pytest.raises(ParseError):
            parse_diag(part)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_document_never_breaks_the_parser(data: st.DataObject) -> None:
    """Whatever happened to the text, there is a record or a ParseError, and a record has only known words."""
    text = data.draw(st.sampled_from([path.read_text() for path in FILES]))
    try:
        diagnosis = parse_diag(data.draw(changed(text)))
    except ParseError:
        return
    assert {result.status for result in diagnosis.results} <= {"Pass", "Fail", "Skip", "Warn", "Not Run", ""}


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_failure_cannot_be_lost(data: st.DataObject) -> None:
    """Failing any one result of a good document gives exactly one more failure, on that device."""
    whole: Any = json.loads((RECORDINGS / "dcgmi" / "diag-4.4.2-r2-pcie-broke.json").read_text())
    test = data.draw(st.sampled_from([test for item in whole["DCGM Diagnostic"]["test_categories"] for test in item["tests"]]))
    result = data.draw(st.sampled_from(test["results"]))
    result["status"] = "Fail"
    assert failed(parse_diag(json.dumps(whole))) == [(test["name"], None, result["entity_id"])]
