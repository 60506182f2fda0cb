"""The plugin keeps the journal and makes the reports; whatever cannot be written, nothing is accepted for it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports import bundle, html, journal, junit, plugin, results
from reports.tests import sample

REQUIRED = ["inventory.counts[node]", "pciebw.link[gpu0]"]
GOOD = [
    sample.run(required=REQUIRED, mode="live", origin="live"),
    *sample.records(sample.good_items(REQUIRED))[1:-1],
    sample.end(exit_status=0),
]


MADE = {
    "bundle.tar.gz", "certificate.html", "journal.jsonl", "junit.xml", "metrics.prom", "ocp-diag.jsonl", "readings.csv", "report.html",
    "results.json", "spec.toml",
}  # fmt: skip


class Config:
    """As much of pytest's config as the plugin uses."""

    def __init__(self) -> None:
        self.stash = pytest.Stash()
        self.textfile: str | None = None
        self.invocation_params = pytest.Config.InvocationParams(args=(), plugins=None, dir=Path())

    def getoption(self, name: str, default: object) -> object:
        """The one option that the plugin asks for."""
        return self.textfile if name == "textfile" else default


@pytest.fixture
def config() -> Iterator[Any]:
    """A config whose journal is let go of at the end."""
    made: Any = Config()
    yield made
    plugin.pytest_unconfigure(made)


def recorded(config: Any, folder: Path, records: list[dict[str, Any]] = GOOD) -> list[dict[str, Any] | None]:
    """The answers to a run's records, in a folder that has the spec, as every run's has."""
    if folder.is_dir():
        (folder / "spec.toml").write_bytes(b"schema = 1\n")
    return [plugin.pytest_hwaccept_record(config=config, record=record, folder=folder) for record in records]


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_end_of_a_run_makes_all_reports_and_answers_with_the_results(config: Any, tmp_path: Path) -> None:
    """Only the last record is answered, with what stands in results.json."""
    *others, answer = recorded(config, tmp_path)
    assert others == [None] * len(others)
    assert {path.name for path in tmp_path.iterdir()} == MADE
    assert answer == json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert answer is not None
    assert answer["verdict"] == "ACCEPTED"


def test_it_is_a_hook_that_fixtures_may_specify_or_not() -> None:
    """The plugin can be loaded where nobody announces the hook."""
    manager = pytest.PytestPluginManager()
    manager.register(plugin)
    manager.check_pending()


def test_each_record_is_in_the_journal_at_once(config: Any, tmp_path: Path) -> None:
    """Not at the end: a killed run has what it measured."""
    for number, record in enumerate(GOOD[:-1], start=1):
        recorded(config, tmp_path, [record])
        assert (tmp_path / "journal.jsonl").read_bytes().count(b"\n") == number


def test_a_full_disk_while_the_journal_is_written_is_incomplete(config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line is lost: even if all else is written, this run is not accepted, and no results.json says otherwise."""
    recorded(config, tmp_path, GOOD[:2])
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _full)
        (lost,) = recorded(config, tmp_path, GOOD[2:3])
    answer = recorded(config, tmp_path, GOOD[3:])[-1]
    assert (
        lost
        == answer
        == {"verdict": "INCOMPLETE", "reasons": ["results could not be written: journal.jsonl: [Errno 28] No space left on device"]}
    )
    assert not (tmp_path / "results.json").exists()


@pytest.mark.parametrize("failing", ["write_atomically", "first_problem"])
def test_results_that_cannot_be_written_are_incomplete_and_an_old_file_goes(
    config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """results.json is the authority: one that says ACCEPTED must not stay behind when this run could not write its own."""
    (tmp_path / "results.json").write_text('{"verdict": "ACCEPTED"}')
    monkeypatch.setattr(results, failing, _full if failing == "write_atomically" else lambda *_: "something is wrong")
    answer = recorded(config, tmp_path)[-1]
    assert answer is not None
    assert answer["verdict"] == "INCOMPLETE"
    assert answer["reasons"][0].startswith("results could not be written: ")
    assert not (tmp_path / "results.json").exists()


def test_a_folder_that_is_not_there_is_incomplete(config: Any, tmp_path: Path) -> None:
    """No place to write is a reason, and no exception: the session outside must come to its end."""
    answers = recorded(config, tmp_path / "gone")
    assert {answer["verdict"] for answer in answers if answer} == {"INCOMPLETE"}
    assert None not in answers


def test_the_mode_stands_in_the_answer_without_results(config: Any, tmp_path: Path) -> None:
    """INCOMPLETE (simulated), also where nothing could be written."""
    answer = recorded(config, tmp_path / "gone", [sample.run(required=REQUIRED)])[-1]
    assert answer is not None
    assert answer["verdict"] == "INCOMPLETE (simulated)"


def test_a_damaged_journal_is_incomplete(config: Any, tmp_path: Path) -> None:
    """The plugin believes what is on the disk, not what it remembers."""
    recorded(config, tmp_path, GOOD[:-1])
    data = (tmp_path / "journal.jsonl").read_bytes().replace(b'"item"', b'"tiem"', 1)
    (tmp_path / "journal.jsonl").write_bytes(data)
    answer = recorded(config, tmp_path, GOOD[-1:])[-1]
    assert answer is not None
    assert "unknown type 'tiem'" in answer["reasons"][0]


@pytest.mark.parametrize(("module", "function", "file"), [(html, "write_html", "report.html"), (junit, "write_junit", "junit.xml")])
def test_a_report_that_fails_does_not_cost_the_results(
    config: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, function: str, file: str
) -> None:
    """results.json is written first; the answer says what is missing, and no older report stays in its place."""
    (tmp_path / file).write_text("of an earlier verdict")
    monkeypatch.setattr(module, function, _full)
    answer = recorded(config, tmp_path)[-1]
    assert answer is not None
    assert answer["verdict"] == "ACCEPTED"
    assert answer["reasons"][-1] == f"{file} could not be written: [Errno 28] No space left on device"
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["verdict"] == "ACCEPTED"
    assert not (tmp_path / file).exists()


def test_the_journal_of_another_run_is_left_alone(config: Any, tmp_path: Path) -> None:
    """A folder belongs to one run."""
    (tmp_path / journal_name()).write_text("theirs\n")
    answer = recorded(config, tmp_path)[-1]
    assert answer is not None
    assert answer["verdict"] == "INCOMPLETE"
    assert (tmp_path / journal_name()).read_text() == "theirs\n"


def journal_name() -> str:
    """The journal's file name, as interfaces have it."""
    assert plugin.JOURNAL_FILE == "journal.jsonl"
    assert journal.SCHEMA_VERSION == 1
    return plugin.JOURNAL_FILE


def test_metrics_are_put_where_node_exporter_reads_them(config: Any, tmp_path: Path) -> None:
    """While the node is tested there is nothing to be read: what stood there is of another run, and a killed one leaves no verdict."""
    (tmp_path / "textfile").mkdir()
    config.textfile = str(tmp_path / "textfile")
    (tmp_path / "textfile" / "hwaccept.prom").write_text("of an accepted run before\n")
    recorded(config, tmp_path, GOOD[:2])
    assert list((tmp_path / "textfile").iterdir()) == []
    recorded(config, tmp_path, GOOD[2:])
    assert [path.name for path in (tmp_path / "textfile").iterdir()] == ["hwaccept.prom"]
    assert (tmp_path / "textfile" / "hwaccept.prom").read_bytes() == (tmp_path / "metrics.prom").read_bytes()


def test_metrics_without_their_folder_are_misuse_before_and_a_sentence_after(config: Any, tmp_path: Path) -> None:
    """They decide nothing: the verdict stands."""
    config.textfile = str(tmp_path / "textfile")
    with pytest.raises(pytest.UsageError, match="no such folder"):
        plugin.pytest_configure(config)
    answer = recorded(config, tmp_path)[-1]
    assert answer is not None
    assert answer["verdict"] == "ACCEPTED"
    assert answer["reasons"][-1].startswith("--textfile could not be written: ")


def test_what_was_signed_and_is_another_by_now_is_told(config: Any, tmp_path: Path) -> None:
    """The bundle stays as it was signed, the certificate names none, and the verdict stands."""
    recorded(config, tmp_path)
    bundle.embed(tmp_path / "bundle.tar.gz", "vendor", b"{}")
    before = (tmp_path / "bundle.tar.gz").read_bytes()
    (tmp_path / "spec.toml").write_bytes(b"schema = 2\n")
    answer = plugin.make_reports(tmp_path)
    assert answer["verdict"] == "ACCEPTED"
    assert [reason for reason in answer["reasons"] if reason.startswith("bundle.tar.gz could not be written: signed-already")]
    assert (tmp_path / "bundle.tar.gz").read_bytes() == before
    assert b"NO CERTIFICATE" in (tmp_path / "certificate.html").read_bytes()
