"""ocp-diag.jsonl says what results.json says, and is a result of hardware only where hardware was tested."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports import ocp, results
from reports.tests import sample, sample_network
from reports.tests.sample_ocp import MODES, PASSED, REQUIRED, Line, all_of, built, lines_of

TROUBLED = results.build(sample.run(), sample.troubled_items(), sample.end())


# --- the frame -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [TROUBLED, built(sample.item(REQUIRED))], ids=["troubled", "good"])
def test_the_frame_is_as_the_specification_has_it(document: Line) -> None:
    """Version first, then the start of the run, its end last; every step has a beginning and an end around all that is its own."""
    lines = lines_of(document)
    assert lines[0]["schemaVersion"] == {"major": 2, "minor": 0}
    assert "testRunStart" in lines[1]["testRunArtifact"]
    assert "testRunEnd" in lines[-1]["testRunArtifact"]
    steps: dict[str, list[str]] = {}
    for line in lines:
        if step := line.get("testStepArtifact"):
            (kind,) = step.keys() - {"testStepId"}
            steps.setdefault(step["testStepId"], []).append(kind)
    assert list(steps) == [str(number) for number in range(len(steps))]
    assert all((kinds[0], kinds[-1]) == ("testStepStart", "testStepEnd") for kinds in steps.values())
    assert [step["name"].partition(" ")[0] for step in all_of(lines, "testStepStart")] == list(
        dict.fromkeys(item["check"] for item in document["items"])
    )


def test_times_are_those_of_the_run() -> None:
    """No clock is read: the beginning has the run's start, the rest its end, and without an end there is only the start."""
    lines = lines_of(TROUBLED)
    assert {line["timestamp"] for line in lines[:2]} == {TROUBLED["started"]}
    assert {line["timestamp"] for line in lines[2:]} == {TROUBLED["ended"]}
    killed = results.build(sample.run(), sample.troubled_items()[:9], None)
    assert {line["timestamp"] for line in lines_of(killed)} == {killed["started"]}


def test_the_same_document_gives_the_same_file(tmp_path: Path) -> None:
    """Made again years later it must not differ."""
    ocp.write_ocp(TROUBLED, tmp_path)
    assert (tmp_path / "ocp-diag.jsonl").read_bytes() == ocp.document(json.loads(json.dumps(TROUBLED)))


def test_the_start_names_the_suite_its_options_and_the_node() -> None:
    """Who ran what on which node, by which spec; the driver as it was read, and each program once for each host."""
    driver = sample.reading("inventory.driver_version", "550.127.05", None, None, unit="version")
    items = [
        sample.item("inventory.driver[node]", readings=[driver, sample.reading("other", 1, PASSED, "PASS")]),
        sample.item("ping.reach[n2.eth0]", evidence=["n1/n2.eth0.ping.reach-ipv4.1", "n1/n3.eth0.ping.reach-ipv4.1"]),
    ]
    (start,) = all_of(lines_of(built(*items)), "testRunStart")
    assert (start["name"], start["version"], start["commandLine"]) == ("hwaccept", "0.1.0", "pytest hwtests")
    assert start["parameters"]["spec"] == "hgx-sample"
    assert start["parameters"]["faults"] == '["gpu3:pcie-width=8"]'
    assert start["dutInfo"]["dutInfoId"] == start["dutInfo"]["name"] == "node-a"
    software = {(entry["name"], entry.get("version"), entry["computerSystem"]) for entry in start["dutInfo"]["softwareInfos"]}
    assert software == {
        ("hwaccept", "0.1.0", "node-a"), ("NVIDIA driver", "550.127.05", "node-a"), ("nvbandwidth", None, "node-a"),
        ("nvidia-smi", None, "node-a"), ("ping", None, "n1"),
    }  # fmt: skip


def test_each_board_is_told_once_and_referred_to() -> None:
    """Serial, UUID and bus id of what stood at each position; a measurement and a diagnosis lead to it, a node's item to none."""
    lines = lines_of(TROUBLED)
    (start,) = all_of(lines, "testRunStart")
    boards = {entry["hardwareInfoId"]: entry for entry in start["dutInfo"]["hardwareInfos"]}
    assert len(boards) == sample.GPUS
    gpu3 = next(entry for entry in boards.values() if entry["name"].startswith("gpu3 "))
    assert (gpu3["serialNumber"], gpu3["location"]) == ("1650923000003", "0000:4e:00.0")
    assert gpu3["name"] == "gpu3 GPU-5c1f8a2b-0000-4000-8000-000000000003"
    (failed,) = [found for found in all_of(lines, "diagnosis") if found["type"] == "FAIL"]
    assert failed["hardwareInfoId"] == gpu3["hardwareInfoId"]
    (counts,) = [found for found in all_of(lines, "diagnosis") if found["message"].startswith("inventory.counts[node]")]
    assert "hardwareInfoId" not in counts
    assert {found["hardwareInfoId"] for found in all_of(lines, "measurement") if "hardwareInfoId" in found} == set(boards)


# --- what is a result ----------------------------------------------------------------------------------------------


def document_of(word: str, **more: Any) -> Line:
    """A document with this word as its verdict."""
    verdict = {"ACCEPTED": "PASS", "REJECTED": "FAIL", "INCOMPLETE": "ERROR"}[word]
    document = built(sample.item(REQUIRED, verdict), **more)
    assert document["verdict"].startswith(word)
    return document


@pytest.mark.parametrize(
    ("word", "end"),
    [("ACCEPTED", ("COMPLETE", "PASS")), ("REJECTED", ("COMPLETE", "FAIL")), ("INCOMPLETE", ("ERROR", "NOT_APPLICABLE"))],
)
def test_a_live_verdict_is_the_result(word: str, end: tuple[str, str]) -> None:
    """PASS is an accepted node and nothing else; what could not be decided has no result."""
    (found,) = all_of(lines_of(document_of(word)), "testRunEnd")
    assert (found["status"], found["result"]) == end


@pytest.mark.parametrize("word", ["ACCEPTED", "REJECTED", "INCOMPLETE"])
@pytest.mark.parametrize(("mode", "origin", "suffix"), MODES)
def test_what_tested_no_hardware_has_no_result(word: str, mode: str, origin: str, suffix: str) -> None:
    """SKIP and NOT_APPLICABLE, and the word in every line that says something of run, step or item."""
    document = document_of(word, mode=mode, origin=origin)
    lines = lines_of(document)
    assert all_of(lines, "testRunEnd") == [{"status": "SKIP", "result": "NOT_APPLICABLE"}]
    (start,) = all_of(lines, "testRunStart")
    assert start["dutInfo"]["metadata"] == {"verdict": f"{word}{suffix}", "mode": mode, "origin": origin}
    names = [start["name"], *(step["name"] for step in all_of(lines, "testStepStart"))]
    names += [found["verdict"] for found in all_of(lines, "diagnosis")] + [found["symptom"] for found in all_of(lines, "error")]
    names += [found["metadata"]["verdict"] for found in all_of(lines, "measurement")]
    assert {name for name in names if not name.endswith(suffix)} == set()
    said = [found["message"] for kind in ("diagnosis", "error", "log") for found in all_of(lines, kind)]
    assert {message for message in said if suffix not in message} == set()


@pytest.mark.parametrize("change", [{"mode": "simulated"}, {"origin": "simulated"}, {"mode": "replayed"}, {"verdict": "ACCEPTED (odd)"}])
def test_an_edited_document_is_no_pass(change: Line) -> None:
    """A verdict without its word, or with one that its mode does not give, is not a live one."""
    (end,) = all_of(lines_of({**document_of("ACCEPTED"), **change}), "testRunEnd")
    assert end["result"] == "NOT_APPLICABLE"


def test_the_verdict_is_said_with_its_reasons() -> None:
    """As a log where it is decided, as an error where nothing is known."""
    decided = lines_of(document_of("ACCEPTED"))
    assert [found["message"] for found in all_of(decided, "log")] == document_of("ACCEPTED")["reasons"]
    assert all_of(decided, "error") == []
    told = [found for found in all_of(lines_of(document_of("INCOMPLETE")), "error") if found["symptom"] == "incomplete"]
    assert [found["message"] for found in told] == document_of("INCOMPLETE")["reasons"][:1]


def test_without_items_everything_required_is_an_error() -> None:
    """Nothing was run: no step, an error for each item that was promised, and no result."""
    document = {**built(required=[REQUIRED]), "items": []}
    lines = lines_of(document)
    assert all_of(lines, "testStepStart") == []
    lost = [found for found in all_of(lines, "error") if found["symptom"] == "not-run"]
    assert [found["message"] for found in lost] == [f"{REQUIRED}: ERROR: it is required and did not run"]
    assert all_of(lines, "testRunEnd") == [{"status": "ERROR", "result": "NOT_APPLICABLE"}]


def test_an_item_that_did_not_run_is_an_error_in_its_step() -> None:
    """results.json has it among the items, and so has the step of its check."""
    lines = lines_of(built(sample.item("pciebw.link[gpu0]"), required=["pciebw.link[gpu0]", "pciebw.link[gpu1]"]))
    assert "pciebw.link[gpu1]: ERROR: did not run" in [found["message"] for found in all_of(lines, "error")]
    assert all_of(lines, "testStepEnd") == [{"status": "ERROR"}]


# --- items ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "more", "kind", "word", "status"),
    [
        ("PASS", {}, "PASS", "pciebw.host_to_device-pass", "COMPLETE"),
        ("WARN", {"reason": "near its limit"}, "PASS", "pciebw.host_to_device-warn", "COMPLETE"),
        ("FAIL", {"reason": "too slow"}, "FAIL", "pciebw.host_to_device-fail", "COMPLETE"),
        ("FAIL", {"subject": "peer"}, "UNKNOWN", "pciebw.host_to_device-fail-peer", "COMPLETE"),
        ("FAIL", {"subject": "undecided"}, "UNKNOWN", "pciebw.host_to_device-fail-undecided", "COMPLETE"),
        ("ERROR", {"reason": "no tool"}, "UNKNOWN", "pciebw.host_to_device-error", "ERROR"),
    ],
)
def test_an_item_is_a_diagnosis(verdict: str, more: Line, kind: str, word: str, status: str) -> None:
    """A warning passes under a word of its own; FAIL is said of this node only where it is this node that failed."""
    item = sample.item(REQUIRED, verdict, **more)
    lines = lines_of(built(item))
    (found,) = all_of(lines, "diagnosis")
    assert (found["type"], found["verdict"]) == (kind, word)
    assert found["message"].startswith(f"{REQUIRED}: {verdict}")
    assert item["reason"] in found["message"]
    assert all_of(lines, "testStepEnd") == [{"status": status}]


def test_an_error_names_the_programs_that_were_at_work() -> None:
    """By the ids under which the start tells them."""
    lines = lines_of(built(sample.item(REQUIRED, "ERROR", reason="nvbandwidth crashed", evidence=["local/gpu3.nvbandwidth.copy.1"])))
    (start,) = all_of(lines, "testRunStart")
    names = {entry["softwareInfoId"]: entry["name"] for entry in start["dutInfo"]["softwareInfos"]}
    found = all_of(lines, "error")[0]
    assert (found["symptom"], found["message"]) == ("pciebw.host_to_device-error", f"{REQUIRED}: ERROR: nvbandwidth crashed")
    assert [names[name] for name in found["softwareInfoIds"]] == ["nvbandwidth"]


def test_a_skip_is_no_diagnosis() -> None:
    """The node has no such thing: nothing passed. A step of nothing else is skipped too."""
    lines = lines_of(built(sample.item("state.idle[gpu0]", "SKIP", reason="this sample is never idle")))
    assert all_of(lines, "diagnosis") == []
    assert all_of(lines, "log")[0] == {"severity": "INFO", "message": "state.idle[gpu0]: SKIP: this sample is never idle"}
    assert all_of(lines, "testStepEnd") == [{"status": "SKIP"}]


def test_what_is_not_required_says_that_it_decides_nothing() -> None:
    """A FAIL beside a result of PASS must explain itself; so must whoever is suspected."""
    extra = sample_network.flow("n1", "n2", "eth0", ("FAIL", 20.0), suspect=sample_network.SUSPECT)
    lines = lines_of(built(sample.item(REQUIRED), extra, required=[REQUIRED]))
    (found,) = [found for found in all_of(lines, "diagnosis") if found["type"] == "FAIL"]
    assert found["message"].endswith("; not required: it decides nothing")
    assert "suspected: interface n3.eth0" in found["message"]
    assert all_of(lines, "testRunEnd") == [{"status": "COMPLETE", "result": "PASS"}]
