"""`python -m reports FOLDER`: the reports again, from the journal alone, also of a run that was killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports.__main__ import main
from reports.tests import sample

CHECKOUT = Path(__file__).resolve().parents[2]
REQUIRED = ["inventory.counts[node]", "pciebw.link[gpu0]"]


def journal_in(folder: Path, records: list[dict[str, object]]) -> Path:
    """A run's folder that holds its journal and its spec, and nothing else."""
    (folder / "spec.toml").write_bytes(b"schema = 1\n")
    (folder / "journal.jsonl").write_bytes(sample.lines_of(records))
    return folder


def good() -> list[dict[str, object]]:
    """The records of an accepted live run."""
    return [
        sample.run(required=REQUIRED, mode="live", origin="live"),
        *sample.records(sample.good_items(REQUIRED))[1:-1],
        sample.end(exit_status=0),
    ]


@pytest.mark.parametrize(("kept", "verdict", "code"), [(5, "INCOMPLETE", 11), (6, "ACCEPTED", 0)])
def test_verdict_path_and_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: int, verdict: str, code: int) -> None:
    """One line says it; without the last record (SIGKILL) the same journal is INCOMPLETE."""
    folder = journal_in(tmp_path, good()[:kept])
    assert main([str(folder)]) == code
    assert capsys.readouterr().out == f"{verdict}: {folder}/report.html\n"
    assert {"bundle.tar.gz", "certificate.html", "junit.xml", "report.html"} <= {path.name for path in folder.iterdir()}
    assert json.loads((folder / "results.json").read_text(encoding="utf-8"))["verdict"] == verdict


def test_a_rejected_node_ends_with_ten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """10 is REJECTED, in simulation as well."""
    assert main([str(journal_in(tmp_path, sample.records(sample.troubled_items())))]) == 10
    assert capsys.readouterr().out.startswith("REJECTED (simulated): ")


@pytest.mark.parametrize("older", ['{"verdict": "REJECTED"}', "garbage", "[]"])
def test_another_verdict_on_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], older: str) -> None:
    """Whoever makes the reports again must see that the verdict changed, and from what."""
    (tmp_path / "results.json").write_text(older)
    assert main([str(journal_in(tmp_path, good()))]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("results.json said ")
    assert ("REJECTED" in said[0]) == ("REJECTED" in older)
    assert main([str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("broken", ["missing", "damaged", "unreadable"])
def test_without_a_journal_there_is_one_line_and_four(tmp_path: Path, capsys: pytest.CaptureFixture[str], broken: str) -> None:
    """No traceback, no report, no verdict."""
    if broken == "damaged":
        (tmp_path / "journal.jsonl").write_text("garbage\n")
    if broken == "unreadable":
        (tmp_path / "journal.jsonl").mkdir()
    assert main([str(tmp_path)]) == 4
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert str(tmp_path / "journal.jsonl") in err
    assert not (tmp_path / "results.json").exists()


def test_wrong_usage_is_four(capsys: pytest.CaptureFixture[str]) -> None:
    """2 would be pytest's "interrupted"."""
    with pytest.raises(SystemExit) as stopped:
        main([])
    assert stopped.value.code == 4
    assert "usage: python -m reports" in capsys.readouterr().err


def test_a_missing_report_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The line must not lead to a page that is not there without saying so."""
    monkeypatch.setattr("reports.html.page", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert main([str(journal_in(tmp_path, good()))]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "report.html could not be written: [Errno 28] No space left on device", "ACCEPTED: no report.html; see results.json"
    ]  # fmt: skip


def test_as_a_program_of_its_own(tmp_path: Path) -> None:
    """From the checkout, without a session outside, and whatever PYTEST_ADDOPTS says."""
    journal_in(tmp_path, good())
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTEST_ADDOPTS": "--no-such-option"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "reports", "."], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ACCEPTED: report.html\n", "")
    assert (tmp_path / "report.html").stat().st_size > 30_000
