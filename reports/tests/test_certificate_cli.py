"""python -m reports certificate: the page again from a bundle, with its signatures; whatever else is asked of it changes nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reports import bundle, certificate, journal, results, signing
from reports.certificate_cli import main
from reports.tests import sample
from reports.tests.sample_certificate import LIVE, front


def run_folder(folder: Path, **more: object) -> Path:
    """The folder of a run, live unless `more` says otherwise, with its bundle."""
    spec = b"[dcgm]\nlevel = 2\n"
    named = {"name": "hgx-sample", "sha256": hashlib.sha256(spec).hexdigest(), "file": "hgx-sample.toml"}
    run = {**sample.run(), **LIVE, "spec": named, "options": {"dcgm_level": 2}, **more}
    folder.mkdir()
    (folder / "spec.toml").write_bytes(spec)
    (folder / "journal.jsonl").write_bytes(sample.lines_of([run, *sample.records(sample.good_items())[1:]]))
    document = results.build_from(journal.read(folder / "journal.jsonl"))
    results.write(folder / "results.json", document)
    for name in document["evidence"]:
        command = {"host": "local", "argv": [name.split(".")[1]]}
        place = folder / "evidence" / name
        place.mkdir(parents=True)
        (place / "command.json").write_text(json.dumps({"command": command, "path": None, "sha256": None, "version": "1.2.3"}))
    bundle.write_bundle(folder)
    return folder


def test_a_bundle_gives_its_certificate_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the folder gives the same, for the bundle is in it; what is printed says what the page is."""
    folder = run_folder(tmp_path / "run")
    for source in (folder / bundle.FILE, folder):
        (folder / certificate.FILE).unlink(missing_ok=True)
        assert main([str(source)]) == 0
        assert capsys.readouterr().out == f"Acceptance certificate: {folder / certificate.FILE}\n"
        told = (folder / certificate.FILE).read_text()
        assert hashlib.sha256(bundle.load(folder / bundle.FILE).manifest or b"").hexdigest() in front(told)
        assert "2, as the spec says" in front(told)
        assert "1.2.3" in told


def test_a_folder_without_a_bundle_gives_no_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page is made and says so: nothing in a folder is protected."""
    folder = run_folder(tmp_path / "run")
    (folder / bundle.FILE).unlink()
    assert main([str(folder)]) == 0
    assert capsys.readouterr().out == f"NO CERTIFICATE: ACCEPTED: {folder / certificate.FILE}\n"
    assert "no bundle was written" in (folder / certificate.FILE).read_text()


def test_a_simulated_bundle_gives_no_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With -o the page goes where it is wanted."""
    folder = run_folder(tmp_path / "run", mode="simulated", origin="simulated")
    assert main([str(folder / bundle.FILE), "-o", str(tmp_path / "x.html")]) == 0
    assert capsys.readouterr().out == f"NO CERTIFICATE: ACCEPTED (simulated): {tmp_path / 'x.html'}\n"
    assert not (folder / certificate.FILE).exists()


def test_signatures_in_the_bundle_are_listed(tmp_path: Path) -> None:
    """One that verifies with signer and key, one that does not with why, and as nobody's."""
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    folder = run_folder(tmp_path / "run")
    loaded = bundle.load(folder / bundle.FILE)
    assert loaded.manifest is not None
    stated = signing.state(loaded.manifest, loaded.results, role="vendor", signer="Example Systems", signed="2026-11-23T15:00:00Z")
    good = signing.sign(stated, ed25519.Ed25519PrivateKey.generate())
    bundle.embed(folder / bundle.FILE, "vendor-1", good)
    bundle.embed(folder / bundle.FILE, "vendor-2", good.replace(b"Example Systems", b"Example Systemz"))
    assert main([str(folder)]) == 0
    told = front((folder / certificate.FILE).read_text())
    assert "signed by vendor Example Systems, 2026-11-23T15:00:00Z, key SHA256:" in told
    assert "Digital signature, refused, signatures/vendor-2.json: bad-signature" in told
    assert "Systemz" not in told


@pytest.mark.parametrize("damage", ["byte", "gone", "empty"])
def test_a_refused_bundle_gives_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str) -> None:
    """Exit code 4, one line that says why, and no page of an earlier time is touched."""
    folder = run_folder(tmp_path / "run")
    file = folder / bundle.FILE
    data = file.read_bytes()
    file.write_bytes({"byte": data[: len(data) // 2] + b"x" + data[len(data) // 2 + 1 :], "gone": b"", "empty": b""}[damage])
    if damage == "gone":
        file.unlink()
    assert main([str(file)]) == 4
    said = capsys.readouterr()
    assert said.err.startswith("no certificate was made: ")
    assert said.err.count("\n") == 1
    assert said.out == ""
    assert not (folder / certificate.FILE).exists()


def test_evidence_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """-o with the name of the bundle, or of anything that is no page, is refused."""
    folder = run_folder(tmp_path / "run")
    before = (folder / bundle.FILE).read_bytes()
    assert main([str(folder), "-o", str(folder / bundle.FILE)]) == 4
    assert "ends in .html" in capsys.readouterr().err
    assert (folder / bundle.FILE).read_bytes() == before


def test_a_place_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As is an argument that is none."""
    folder = run_folder(tmp_path / "run")
    assert main([str(folder), "-o", str(tmp_path / "nowhere" / "x.html")]) == 4
    assert "nowhere" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["--no-such-option"])
    assert stop.value.code == 4
    with pytest.raises(SystemExit) as helped:
        main(["--help"])
    assert helped.value.code == 0
