"""metrics.prom says what results.json says, in a text that node_exporter takes and that is never mistaken for a measurement."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from reports import prometheus, results
from reports.plain import one_line
from reports.tests import sample

MODES = [("live", "live"), ("simulated", "simulated"), ("live", "simulated"), ("replayed", "live"), ("replayed", "simulated")]
ANYTHING = st.text(st.characters(exclude_categories=()) | st.sampled_from('"\\\n\r{},= \ud800\u202e\x00'))
DOCUMENT = results.build(sample.run(), sample.troubled_items(), sample.end())
SERIES_OF_ITS_OWN = 'x"} 1\nhwaccept_node_verdict{verdict="ACCEPTED"} 1'
HOSTILE = ['"', "\\", '\\"', "\\\\n", "a\nb", "\r", SERIES_OF_ITS_OWN, "\ud800", "\u202e321", "\x00\x1b[2J", ""]
# Stricter than prometheus_client, which by its own word is laxer than Prometheus.
_COMMENT = re.compile(r"# (HELP [a-z_]+ [^\\\n]+|TYPE [a-z_]+ gauge)")
_SAMPLE = re.compile(r'[a-z_]+\{[a-z_0-9]+="([^"\\\n]|\\["\\])*"(,[a-z_0-9]+="([^"\\\n]|\\["\\])*")*\} -?[0-9]+(\.[0-9]+)?(e[+-][0-9]+)?')
Found = dict[str, list[tuple[dict[str, str], float]]]


def series(document: dict[str, Any]) -> Found:
    """Every series of the file by metric; it must be well formed, sorted, and have none twice."""
    text = prometheus.document(document).decode("utf-8")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not [line for line in text[:-1].split("\n") if not (_COMMENT if line.startswith("#") else _SAMPLE).fullmatch(line)]
    families = list(text_string_to_metric_families(text))
    assert [family.name for family in families] == sorted({family.name for family in families})
    assert {(family.type, bool(family.documentation), bool(family.samples)) for family in families} == {("gauge", True, True)}
    found = {family.name: [(sample.labels, sample.value) for sample in family.samples] for family in families}
    for told in found.values():
        assert len({tuple(sorted(labels.items())) for labels, _ in told}) == len(told)
    return found


def built(*items: dict[str, Any], **run: Any) -> dict[str, Any]:
    """A document of these items alone."""
    return results.build(sample.run(required=[item["id"] for item in items], **run), items, sample.end())


def of_readings(*readings: dict[str, Any]) -> Found:
    """The series of an item with these readings."""
    return series(built(sample.item("pciebw.link[gpu0]", readings=readings)))


@pytest.mark.parametrize("said", HOSTILE)
def test_no_text_ends_its_label(said: str) -> None:
    """A serial with a quote and a line feed must not write a series of its own: an accepted node."""
    board = {"serial": said, "uuid": said, "pci_bus_id": said}
    found = series(built(sample.item("pciebw.link[gpu0]", identity=board), node=said or "n"))
    ((labels, _),) = found["hwaccept_item"]
    assert (labels["serial"], labels["uuid"], labels["pci_bus_id"], labels["node"]) == (*[one_line(said)] * 3, one_line(said or "n"))
    assert len(found["hwaccept_node_verdict"]) == 3


@settings(deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_every_label_comes_back_as_one_line(about: str, unit: str, name: str) -> None:
    """Whatever it was, a reader of the format sees the text as the report shows it."""
    ((labels, value),) = of_readings(sample.reading(name, 1.5, None, None, about=about, unit=unit))["hwaccept_reading"]
    assert value == 1.5
    assert [labels[key] for key in ("about", "unit", "reading")] == [one_line(said) for said in (about, unit, name)]


def test_a_long_label_is_cut_and_says_so() -> None:
    """Stores refuse a series with a label above 2 KiB, and with it all that came in the same scrape."""
    found = of_readings(*(sample.reading("\U0001f600" * 9000, n, None, None) for n in range(2)))["hwaccept_reading"]
    assert [(len(labels["reading"].encode()) <= 2048, labels["reading"][-4:]) for labels, _ in found] == [(True, " ...")] * 2


@pytest.mark.parametrize(("mode", "origin"), MODES)
@pytest.mark.parametrize("word", ["ACCEPTED", "REJECTED", "INCOMPLETE"])
def test_the_verdict_is_one_of_three_series_and_carries_its_mode(word: str, mode: str, origin: str) -> None:
    """An alert asks for the bare word, which only a measured node has; and every series says its mode."""
    items = {"ACCEPTED": sample.good_items(), "REJECTED": sample.troubled_items(), "INCOMPLETE": sample.good_items()[:-1]}[word]
    document = results.build(sample.run(mode=mode, origin=origin), items, sample.end())
    suffix = results.mode_suffix(mode, origin)
    found = series(document)
    assert {labels["verdict"]: value for labels, value in found["hwaccept_node_verdict"]} == {
        f"{each}{suffix}": each == word for each in ("ACCEPTED", "REJECTED", "INCOMPLETE")
    }
    every = [labels for told in found.values() for labels, _ in told]
    told = {tuple(labels[name] for name in ("node", "spec", "mode", "origin")) for labels in every}
    assert told == {("simulated-hgx-sample", "hgx-sample", mode, origin)}
    assert (suffix == "") == (mode == origin == "live")


def test_a_verdict_that_contradicts_the_mode_is_none() -> None:
    """Somebody who took "(simulated)" out of the verdict must have taken it out everywhere."""
    found = series({**DOCUMENT, "verdict": "ACCEPTED"})["hwaccept_node_verdict"]
    assert {labels["verdict"]: value for labels, value in found} == {
        "ACCEPTED (simulated)": 0, "REJECTED (simulated)": 0, "INCOMPLETE (simulated)": 0,
    }  # fmt: skip


def test_every_item_has_a_series_and_every_check_its_counts() -> None:
    """What did not run is there, as ERROR, with the board that stands at the position."""
    document = results.build(sample.run(), sample.troubled_items()[:-3], None)
    found = series(document)
    by_id = {labels["item"]: labels for labels, value in found["hwaccept_item"] if value == 1}
    for item in document["items"]:
        board = item["identity"] or {"serial": "", "uuid": "", "pci_bus_id": ""}
        expected = {"check": item["check"], "device": item["device"], "verdict": item["verdict"], "required": "yes", **board}
        assert expected.items() <= by_id[item["id"]].items()
    counts = {(labels["check"], labels["verdict"]): value for labels, value in found["hwaccept_items"]}
    for word, number in (("PASS", 85), ("WARN", 1), ("FAIL", 1), ("ERROR", 11), ("SKIP", 8)):
        assert sum(value for (_, verdict), value in counts.items() if verdict == word) == number
    assert (counts["pciebw", "FAIL"], counts["closing", "ERROR"], counts["dcgm", "FAIL"]) == (1, 3, 0)


def test_every_numeric_reading_comes_back_with_its_value_and_labels() -> None:
    """And nothing but numbers: texts and what was not measured have no series."""
    told = series(DOCUMENT)["hwaccept_reading"]
    found = {(labels["item"], labels["reading"]): (labels, value) for labels, value in told}
    expected = [(item, r) for item in DOCUMENT["items"] for r in item["readings"] if isinstance(r["value"], (int, float))]
    assert len(found) == len(told) == len(expected)
    for item, reading in expected:
        labels, value = found[item["id"], reading["name"]]
        assert (value, labels["unit"], labels["about"], labels["device"]) == (reading["value"], reading["unit"], "", item["device"])
    labels, value = found["pciebw.host_to_device[gpu3]", "pciebw.host_to_device"]
    assert (value, labels["tool"], labels["serial"]) == (27.3, "nvbandwidth", "1650923000003")


@settings(deadline=None)
@given(st.floats(-1e300, 1e300) | st.integers(-(2**63), 2**64))
def test_a_value_is_written_whole(value: float) -> None:
    """What is read back is the number that was measured."""
    assert [read for _, read in of_readings(sample.reading("x", value, None, None))["hwaccept_reading"]] == [value]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 10**400, True, "550.54", None])
def test_what_is_no_number_has_no_series(value: object) -> None:
    """NaN would make every comparison of an alert false, and so keep it quiet."""
    document = built(sample.item("pciebw.link[gpu0]"))
    document["items"][0]["readings"][0].update(value=value)
    document["items"][0]["readings"][0]["limit"].update(min=value, max=value)
    found = series(document)
    assert not [name for name in found if name.startswith("hwaccept_reading")]
    assert found["hwaccept_item"]


def test_limits_stand_under_the_labels_of_their_reading() -> None:
    """PromQL compares series of equal labels: hwaccept_reading < hwaccept_reading_limit_min."""
    both = sample.limit("x", "W", min=630, max=720.5)
    found = of_readings(sample.reading("x", 700, both, "PASS"), sample.reading("y", 1, sample.limit("y", "count", max=0), "FAIL"))
    readings = {labels["reading"]: labels for labels, _ in found["hwaccept_reading"]}
    assert found["hwaccept_reading_limit_min"] == [(readings["x"], 630)]
    assert found["hwaccept_reading_limit_max"] == [(readings["x"], 720.5), (readings["y"], 0)]


def test_a_limit_in_another_unit_is_not_set_beside_the_reading() -> None:
    """Such a reading is an ERROR; MB/s against GB/s would be a thousand times wrong in a graph."""
    reading = {**sample.reading("x", 55.4, sample.limit("x", "GB/s", min=48, max=63), "ERROR"), "unit": "MB/s"}
    assert {name for name in of_readings(reading) if "limit" in name} == set()


@pytest.mark.parametrize("bound", [float("nan"), float("inf"), "535.104", True])
def test_a_bound_that_is_no_number_has_no_series(bound: object) -> None:
    """A comparison with NaN is never true, so nothing would be alerted on."""
    document = built(sample.item("pciebw.link[gpu0]"))
    document["items"][0]["readings"][0]["limit"].update(min=bound, max=bound)
    assert [name for name in series(document) if name.startswith("hwaccept_reading")] == ["hwaccept_reading"]


def test_no_series_stands_twice() -> None:
    """With one series twice node_exporter answers nothing at all, about anything."""
    bound = sample.limit("x", "count", max=3)
    found = of_readings(*(sample.reading("x", value, bound, "PASS") for value in (1, 2, 3)), sample.reading("x", 4, None, None))
    assert {labels.get("nth"): value for labels, value in found["hwaccept_reading"]} == {None: 1, "2": 2, "3": 3, "4": 4}
    assert {labels.get("nth") for labels, _ in found["hwaccept_reading_limit_max"]} == {None, "2", "3"}
    document = built(sample.item("pciebw.link[gpu0]"))
    assert len(series({**document, "items": document["items"] * 2})["hwaccept_item"]) == 2


def test_an_item_of_thousands_of_readings_has_series_for_the_most_urgent_and_counts_the_rest() -> None:
    """1,023 flows of each of 1,024 hosts are a million series, more than all else that a node tells."""
    bound = sample.limit("iperf.received_gbit_s", "Gbit/s", min=80)
    flows = [
        sample.reading("iperf.received_gbit_s", 20 if n == 77 else 93, bound, "FAIL" if n == 77 else "PASS", about=f"n1--n{n}.eth0")
        for n in range(2, 600)
    ]
    found = of_readings(*flows)
    assert len(found["hwaccept_reading"]) == 40
    assert [labels["about"] for labels, value in found["hwaccept_reading"] if value == 20] == ["n1--n77.eth0"]
    ((labels, left),) = found["hwaccept_item_readings_left_out"]
    assert (labels["item"], left) == ("pciebw.link[gpu0]", 558)
    assert "hwaccept_item_readings_left_out" not in series(DOCUMENT)


@pytest.mark.parametrize(
    ("evidence", "tool"),
    [("n1/n1--n3.eth0.iperf3.flow.2", "iperf3"), ("local/gpu0.nvidia-smi.snapshot-end.1", "nvidia-smi"), ("x/y", ""), (None, "")],
)
def test_the_tool_is_that_of_the_evidence(evidence: str | None, tool: str) -> None:
    """A number of one program must not be compared with that of another."""
    ((labels, _),) = of_readings(sample.reading("x", 1, None, None, evidence=evidence))["hwaccept_reading"]
    assert labels["tool"] == tool


def test_times_are_seconds_since_1970_and_a_run_that_did_not_end_has_no_end() -> None:
    """An alert on the age of a verdict reads them."""
    found = series(DOCUMENT)
    ((_, started),) = found["hwaccept_run_started_timestamp_seconds"]
    ((_, ended),) = found["hwaccept_run_ended_timestamp_seconds"]
    assert (started, ended) == (1795442400.123456, 1795443151.654321)
    cut = series(results.build(sample.run(started="2026-11-23T14:00:00Z"), sample.good_items(), None))
    assert [value for _, value in cut["hwaccept_run_started_timestamp_seconds"]] == [1795442400]
    assert "hwaccept_run_ended_timestamp_seconds" not in cut
    assert "hwaccept_run_started_timestamp_seconds" not in series({**DOCUMENT, "started": "2026-99-99T14:00:00Z"})


def test_suite_and_spec_are_named() -> None:
    """Two verdicts are compared only when they were reached by the same limits."""
    ((labels, value),) = series(DOCUMENT)["hwaccept_results_info"]
    assert (value, labels["suite_version"], labels["spec_sha256"]) == (1, "0.1.0", "ab" * 32)
    assert labels["suite_commit"] == DOCUMENT["suite"]["commit"]
    unknown = {**DOCUMENT, "suite": {"version": "0.1.0", "commit": None, "dirty": None}}
    assert series(unknown)["hwaccept_results_info"][0][0]["suite_commit"] == ""


def test_the_same_results_give_the_same_file(tmp_path: Path) -> None:
    """Series are sorted, so that the order in which items ran does not show."""
    prometheus.write_prometheus(DOCUMENT, tmp_path)
    assert (tmp_path / "metrics.prom").read_bytes() == prometheus.document(DOCUMENT)
    assert prometheus.document({**DOCUMENT, "items": DOCUMENT["items"][::-1]}) == prometheus.document(DOCUMENT)


def test_publishing_replaces_the_file_of_before(tmp_path: Path) -> None:
    """One file, the newest, under the name that node_exporter reads."""
    for document in (DOCUMENT, results.build(sample.run(), sample.good_items(), sample.end())):
        prometheus.publish(document, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["hwaccept.prom"]
    assert (tmp_path / "hwaccept.prom").read_bytes() == prometheus.document(document)


def test_a_publication_that_fails_leaves_the_old_file_and_never_shows_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """node_exporter reads every *.prom at any moment: the file in the making has another ending, and is gone afterwards."""
    (tmp_path / "hwaccept.prom").write_bytes(b"of before\n")
    seen: list[str] = []

    def full(_: int) -> None:
        seen.extend(path.name for path in tmp_path.glob("*.prom") if path.read_bytes() != b"of before\n")
        seen.append(f"{len(list(tmp_path.iterdir()))} files")
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        prometheus.publish(DOCUMENT, tmp_path)
    assert seen == ["2 files"]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"hwaccept.prom": b"of before\n"}


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_a_folder_that_is_not_there_is_named_with_what_to_do(tmp_path: Path, kind: str) -> None:
    """A folder of our own making would be read by nobody."""
    folder = tmp_path / "textfile"
    if kind == "a file":
        folder.write_bytes(b"")
    with pytest.raises(OSError, match=r"textfile: hwaccept\.prom was not published: there is no such folder; give .*collector\.textfile"):
        prometheus.publish(DOCUMENT, folder)
    assert kind == "a file" or not folder.exists()
