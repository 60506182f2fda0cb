"""`python -m reports compare A B`: bundles and folders in, lines and data out, and a refusal that says which of the two is meant."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports import bundle, results
from reports.compare_cli import main
from reports.tests import sample
from reports.tests.sample_compare import COPIES, Record, board, of_board

CHECKOUT = Path(__file__).resolve().parents[2]
SPEC = b'name = "hgx-sample"\n'


def folder_of(folder: Path, copy: float = COPIES[0], spec: bytes = SPEC, **more: Any) -> Path:
    """The folder of a live run whose gpu0 copies that fast; of no output of a program, so that there is no evidence either."""
    folder.mkdir()
    items = [_bare(it) for n in range(4) for it in of_board(n, board(n), copy if n == 0 else COPIES[n])]
    fields = {"required": [it["id"] for it in items], "mode": "live", "origin": "live", "node": "rack7-node3", "absent": {}, **more}
    run, end = sample.run(**fields, spec=_named(spec)), sample.end()
    started = [{"type": "started", "id": it["id"], "nodeid": it["nodeid"], "time": "2026-11-23T14:00:01Z"} for it in items]
    (folder / "journal.jsonl").write_bytes(sample.lines_of([run, *started, *({"type": "item", **it} for it in items), end]))
    results.write(folder / results.FILE, results.build(run, items, end, started=started))
    (folder / "spec.toml").write_bytes(spec)
    return folder


def _bare(it: Record) -> Record:
    return {**it, "evidence": [], "readings": [{**one, "evidence": None} for one in it["readings"]]}


def _named(spec: bytes) -> Record:
    return {"name": "hgx-sample", "sha256": hashlib.sha256(spec).hexdigest(), "file": "hgx-sample.toml"}


def bundled(folder: Path) -> Path:
    """The bundle of a folder."""
    return bundle.write_bundle(folder).path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """The one line on standard error, and nothing on standard output."""
    assert main([*map(str, arguments)]) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert told.err.startswith("nothing was compared: ")
    return told.err.removeprefix("nothing was compared: ").rstrip("\n")


def test_a_folder_and_a_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 0 also where something differs: the lines say what, the last one how much."""
    a, b = bundled(folder_of(tmp_path / "a")), folder_of(tmp_path / "b", 27.3, started="2026-12-24T08:00:00Z")
    assert main([str(a), str(b)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"A  {a}"
    assert "  worse   node: ACCEPTED -> REJECTED" in said
    assert said[-1].startswith("3 differences, 3 for the worse: 2 of verdicts, 1 beyond noise; 20 readings in both: 19 the same")


def test_no_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A bundle and the folder that it was made of."""
    folder = folder_of(tmp_path / "a")
    assert main([str(bundled(folder)), str(folder)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "A and B are the same run, begun at 2026-11-23T14:00:00.123456Z" in said
    assert said[-1] == "no difference; 20 readings in both: 20 the same, 0 within their noise"
    same = bundled(folder)
    assert main([str(same), str(same)]) == 0
    assert "A and B are the same bundle: their manifests are the same" in capsys.readouterr().out


def test_the_data_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In ASCII, whole, with every difference by itself, and also the readings that are within their noise."""
    b = folder_of(tmp_path / "b", 55.2, not_required={"ping": "\x1b[2J\u202e"}, started="2026-12-24T08:00:00Z")
    assert main([str(folder_of(tmp_path / "a")), str(b), "--json", str(tmp_path / "found.json")]) == 0
    data = (tmp_path / "found.json").read_bytes()
    assert data.isascii()
    assert b"\x1b" not in data
    found = json.loads(data)
    assert found["schema_version"] == 1
    assert (found["a"]["verdict"], found["b"]["started"]) == ("ACCEPTED", "2026-12-24T08:00:00Z")
    assert [difference["name"] for difference in found["differences"]] == ["ping"]
    [within] = found["within"]
    assert (within["before"], within["after"], within["unit"]) == (55.12, 55.2, "GB/s")
    assert within["places"][0]["a"] == {"device": "gpu0", "board": "serial 1650923000000", "bus": "0000:1b:00.0"}
    assert "\x1b" not in capsys.readouterr().out


def test_all_lists_what_is_within_its_noise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only then."""
    a, b = folder_of(tmp_path / "a"), folder_of(tmp_path / "b", 55.2, started="2026-12-24T08:00:00Z")
    for options, number in (([], 0), (["--all"], 1)):
        assert main([str(a), str(b), *options]) == 0
        assert capsys.readouterr().out.count("Within their noise") == number


def test_what_is_refused_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two bundles it has to be said which one is bad, and by which name it is refused."""
    good = bundled(folder_of(tmp_path / "good"))
    bad = tmp_path / "bad\x1b.tar.gz"
    bad.write_bytes(b"no archive")
    said = refused(capsys, good, bad)
    assert said.startswith("damaged: ")
    assert "bad\\x1b.tar.gz: " in said
    assert "\x1b" not in said
    (tmp_path / "empty").mkdir()
    assert refused(capsys, tmp_path / "empty", good).startswith(f"missing-file: {tmp_path / 'empty'}: ")
    assert "No such file" in refused(capsys, good, tmp_path / "nothing")


def test_two_nodes_and_simulated_ones_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By name."""
    live = folder_of(tmp_path / "live")
    simulated = folder_of(tmp_path / "simulated", mode="simulated", origin="simulated")
    assert refused(capsys, live, simulated).startswith("live-and-simulated: ")
    broken = folder_of(tmp_path / "broken", spec=b"[limits")
    assert refused(capsys, live, broken).startswith("bad-spec: the spec of B ")


def test_data_that_cannot_be_written_are_no_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed that could be taken for the whole of it."""
    folder = folder_of(tmp_path / "a")
    assert "No such file" in refused(capsys, folder, folder, "--json", tmp_path / "no" / "found.json")


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b", "c"], ["a", "b", "--jso", "x"], ["a", "b", "--verbose"]])
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """4, as everywhere; options are not guessed from their beginnings."""
    assert main(arguments) == 4
    assert "usage: python -m reports compare" in capsys.readouterr().err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """And says what A and B are."""
    assert main(["--help"]) == 0
    assert "bundle.tar.gz" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_terminal_that_knows_few_letters(tmp_path: Path, encoding: str) -> None:
    """A node's name has letters that an old console cannot show; the comparison is shown all the same."""
    folder = folder_of(tmp_path / "a", node="r\u00e9seau")
    program = "import sys; from reports.compare_cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run([sys.executable, "-c", program, folder, folder], env=environment, capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert {"ascii": b"r\\xe9seau", "utf-8": "r\u00e9seau".encode()}[encoding] in done.stdout
