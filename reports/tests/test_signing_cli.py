"""`python -m reports sign` and `keygen`: what is not signed, then vendor and buyer signing one bundle."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from reports import bundle, results, signing
from reports.signing_cli import main_keygen, main_sign
from reports.signing_keys import read_private_key, read_public_key
from reports.tests import sample

pytest.importorskip("cryptography", reason="cryptography is not installed")

CHECKOUT = Path(__file__).resolve().parents[2]
REQUIRED = ["inventory.counts[node]", "pciebw.link[gpu0]", "pciebw.link[gpu1]"]
SPEC = b'name = "hgx-sample"\n'
PASSPHRASE = "correct horse battery staple"


def bundle_in(folder: Path, mode: str = "live", origin: str = "live", node: str = "rack7-node3") -> Path:
    """The bundle of a run in which everything passed."""
    folder.mkdir()
    good = sample.good_items(REQUIRED)
    items = [{**item, "evidence": [], "readings": [{**read, "evidence": None} for read in item["readings"]]} for item in good]
    spec = {"name": "hgx-sample", "sha256": hashlib.sha256(SPEC).hexdigest(), "file": "hgx-sample.toml"}
    run, end = sample.run(required=REQUIRED, mode=mode, origin=origin, node=node, spec=spec), sample.end(exit_status=0)
    started = [{"type": "started", "id": item["id"], "nodeid": item["nodeid"], "time": "2026-11-23T14:00:01.000000Z"} for item in items]
    lines = [run, *(line for pair in zip(started, ({"type": "item", **it} for it in items), strict=True) for line in pair), end]
    (folder / "journal.jsonl").write_bytes(sample.lines_of(lines))
    results.write(folder / results.FILE, results.build(run, items, end, started=started))
    (folder / "spec.toml").write_bytes(SPEC)
    return bundle.write_bundle(folder).path


@pytest.fixture
def sold(tmp_path: Path) -> Path:
    """A live run's bundle."""
    return bundle_in(tmp_path / "run")


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    """The vendor's private key; the public one lies beside it."""
    return pair(tmp_path, "vendor")


def pair(folder: Path, name: str) -> Path:
    """A new pair of keys, and where its private one is."""
    assert main_keygen([str(folder / name)]) == 0
    return folder / f"{name}.key"


def sign(path: Path, key: Path, role: str = "vendor", *more: str | Path) -> int:
    """As on the command line."""
    return main_sign([str(path), "--key", str(key), "--role", role, *map(str, more)])


def refused(capsys: pytest.CaptureFixture[str], path: Path, key: Path, role: str = "vendor", *more: str | Path) -> str:
    """The one line that says why nothing was signed; the bundle is as it was."""
    before = path.read_bytes() if path.is_file() else b""
    capsys.readouterr()
    assert sign(path, key, role, *more) == 4
    told = capsys.readouterr()
    assert "signed: " not in told.out
    assert told.err.startswith("nothing was signed: ")
    assert told.err.count("\n") == 1
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert not secrets_in(told.out + told.err, key)
    return told.err


def secrets_in(text: str, *keys: Path) -> list[str]:
    """Lines of private keys, and the passphrase, that stand in `text`."""
    lines = [line for key in keys if key.exists() and key.suffix == ".key" for line in key.read_text("ascii").splitlines()]
    return [secret for secret in [*lines, PASSPHRASE] if len(secret) > 20 and not secret.startswith("---") and secret in text]


def members(path: Path) -> dict[str, bytes]:
    """The files of a bundle, in their order."""
    with tarfile.open(path) as tar:
        return {member.name: (tar.extractfile(member) or pytest.fail(member.name)).read() for member in tar}


def checked(path: Path) -> list[signing.Checked]:
    """The signatures in a bundle, each of them verified."""
    loaded = bundle.load(path)
    return [signing.check(data, loaded.manifest or b"", loaded.results) for data in loaded.signatures.values()]


# --- what is not signed --------------------------------------------------------------------------------------------


def test_a_folder_is_not_signed(sold: Path, vendor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing in it is protected; the error says which file to sign."""
    told = refused(capsys, sold.parent, vendor)
    assert f"no-bundle: {sold.parent} is a run's folder, and what is signed is a manifest: sign {sold}\n" in told


def test_what_is_no_bundle(tmp_path: Path, vendor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is none, or is not there."""
    (tmp_path / "x.tar.gz").write_bytes(b"no archive")
    refused(capsys, tmp_path / "x.tar.gz", vendor)
    assert "No such file" in refused(capsys, tmp_path / "y.tar.gz", vendor)
    assert r"\x1b[2J" in refused(capsys, tmp_path / "y\x1b[2J\n.tar.gz", vendor)


def test_a_bundle_that_was_changed(sold: Path, vendor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is read whole and compared with its manifest before anybody puts his name to it."""
    files = {name: data.replace(b'"ACCEPTED"', b'"REJECTED"') if name == "results.json" else data for name, data in members(sold).items()}
    other = tmp_path / "changed"
    for name, data in files.items():
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_bytes(data)
    with tarfile.open(tmp_path / "changed.tar.gz", "w:gz", format=tarfile.USTAR_FORMAT) as tar:
        for name in files:
            tar.add(other / name, name)
    assert "results.json" in refused(capsys, tmp_path / "changed.tar.gz", vendor)


def test_a_key_that_is_refused(sold: Path, vendor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The public one, one that is not there, one that others may read, an encrypted one without its passphrase."""
    assert "bad-key: " in refused(capsys, sold, vendor.with_suffix(".pub"))
    assert "No such file" in refused(capsys, sold, tmp_path / "x.key")
    vendor.chmod(0o644)
    assert "chmod 600" in refused(capsys, sold, vendor)
    secret = passphrase_file(tmp_path)
    assert main_keygen([str(tmp_path / "locked"), "--passphrase-file", str(secret)]) == 0
    assert "--passphrase-file is needed" in refused(capsys, sold, tmp_path / "locked.key")
    (tmp_path / "wrong").write_text("another\n")
    (tmp_path / "wrong").chmod(0o600)
    assert "the passphrase is another" in refused(capsys, sold, tmp_path / "locked.key", "vendor", "--passphrase-file", tmp_path / "wrong")


def passphrase_file(folder: Path) -> Path:
    """A file with the passphrase, for its owner only."""
    path = folder / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(0o600)
    return path


def test_a_signer_who_steers_the_terminal(sold: Path, vendor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands on the certificate can be read, and is no control character."""
    assert r"bad-statement: signer is 'a\x1b[2Jb'" in refused(capsys, sold, vendor, "vendor", "--signer", "a\x1b[2Jb")


@pytest.mark.parametrize("more", [(), ("--detached", "DETACHED")], ids=["embedded", "detached"])
@pytest.mark.parametrize("role", signing.ROLES)
def test_one_key_signs_once(
    sold: Path, vendor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], role: str, more: Sequence[str]
) -> None:
    """Two roles with one key would look like two who agree."""
    assert sign(sold, vendor) == 0
    told = refused(capsys, sold, vendor, role, *(word.replace("DETACHED", str(tmp_path / "d.json")) for word in more))
    assert "signed-twice: this key signed it on " in told
    assert " as vendor" in told
    assert not (tmp_path / "d.json").exists()


def test_beside_a_bad_signature(sold: Path, vendor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A signature of another bundle that was put in, or one that does not verify: who signs beside it would pass it on."""
    other = bundle_in(tmp_path / "other", node="rack7-node4")
    assert sign(other, pair(tmp_path, "witness"), "witness", "--detached", tmp_path / "w.json") == 0
    bundle.embed(sold, "witness-0", (tmp_path / "w.json").read_bytes())
    told = refused(capsys, sold, vendor)
    assert "other-bundle: signatures/witness-0.json in the bundle is refused, it is of another bundle, of node 'rack7-node4'" in told
    bundle.embed(other, "x", b"{}")
    assert "bad-signature: signatures/x.json in the bundle is refused, it must have format" in refused(capsys, other, vendor)


def test_a_detached_signature_replaces_nothing(sold: Path, vendor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be the buyer's, or the key itself that somebody named twice."""
    before = vendor.read_bytes()
    assert "File exists" in refused(capsys, sold, vendor, "vendor", "--detached", vendor)
    assert vendor.read_bytes() == before
    assert "No such file" in refused(capsys, sold, vendor, "vendor", "--detached", tmp_path / "none" / "x.json")


def test_a_signature_that_came_out_wrong(
    sold: Path, vendor: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A computer that errs while it signs can give the key away: what it made is verified before anybody gets it."""
    right = signing.sign
    monkeypatch.setattr(signing, "sign", lambda stated, key: right(stated, key).replace(b'"signature": "', b'"signature": "A', 1)[:-1])
    assert "bad-signature: " in refused(capsys, sold, vendor)


@pytest.mark.parametrize("words", ["", "B", "B --key K", "B --key K --role owner", "B --ke K --role buyer"])
def test_misuse_is_four(capsys: pytest.CaptureFixture[str], words: str) -> None:
    """A role is chosen, never assumed; and no word is guessed."""
    assert main_sign(words.split()) == 4
    assert "usage: python -m reports sign" in capsys.readouterr().err


def test_help_is_no_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    """It ends with 0 and names every choice."""
    assert main_sign(["--help"]) == main_keygen(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("--key", "--role", "--signer", "--detached", "--passphrase-file", *signing.ROLES, "NAME"))


def test_without_the_package(sold: Path, vendor: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One line says what to install, for both commands."""
    monkeypatch.setitem(sys.modules, "cryptography", None)
    assert "no-cryptography: signatures need the package cryptography" in refused(capsys, sold, vendor)
    assert main_keygen([str(vendor.with_name("x"))]) == 4
    assert "pip install cryptography" in capsys.readouterr().err


def test_a_pair_that_is_there(tmp_path: Path, vendor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is kept, and so is the half of one."""
    before = vendor.read_bytes()
    assert main_keygen([str(tmp_path / "vendor")]) == 4
    vendor.with_suffix(".pub").unlink()
    assert main_keygen([str(tmp_path / "vendor")]) == 4
    assert capsys.readouterr().err.count("no keys were made: [Errno 17] File exists: ") == 2
    assert vendor.read_bytes() == before
    assert not vendor.with_suffix(".pub").exists()


# --- what is signed ------------------------------------------------------------------------------------------------


def test_a_pair_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is printed is for others to read, but for where the private key lies."""
    vendor = pair(tmp_path, "vendor")
    told = capsys.readouterr()
    assert told.out.splitlines()[0] == f"{vendor}: the private key, not encrypted: whoever reads it can sign as you"
    assert told.out.splitlines()[-1] == f"fingerprint {read_public_key(vendor.with_suffix('.pub')).fingerprint}"
    assert not secrets_in(told.out + told.err, vendor)


def test_what_is_signed_is_shown_before(
    sold: Path, vendor: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever signs sees verdict, node, boards, hashes and his own key first, and without a warning where the run was live."""
    seen = []
    monkeypatch.setattr(bundle, "embed", lambda path, name, data: seen.append((path, name, capsys.readouterr().out, data)))
    capsys.readouterr()
    assert sign(sold, vendor, "vendor", "--signer", "test bay 2") == 0
    [(path, name, shown, data)] = seen
    loaded, key = bundle.load(sold), read_public_key(vendor.with_suffix(".pub"))
    assert shown.splitlines() == [
        f"to be signed as vendor (test bay 2) with key {key.fingerprint}", "verdict   ACCEPTED",
        "node      rack7-node3, with 2 serial numbers of boards",
        "run       2026-11-23T14:00:00.123456Z, live, evidence of origin live", f"spec      {hashlib.sha256(SPEC).hexdigest()}",
        f"manifest  {loaded.manifest_sha256}",
    ]  # fmt: skip
    assert (path, name) == (sold, f"vendor-{hashlib.sha256(key.raw).hexdigest()[:16]}")
    assert signing.check(data, loaded.manifest or b"", loaded.results).statement.signer == "test bay 2"
    assert capsys.readouterr().out == f"signed: {sold} has signatures/{name}.json\n"


@pytest.mark.parametrize("mode", ["simulated", "replayed", "replayed simulation"])
def test_what_was_not_measured_is_said_loudly(tmp_path: Path, vendor: Path, capsys: pytest.CaptureFixture[str], mode: str) -> None:
    """Such a run can be signed, and neither who signs nor who reads the signature takes it for a measured one."""
    path = bundle_in(tmp_path / "run", mode.split()[0], "live" if mode == "replayed" else "simulated")
    capsys.readouterr()
    assert sign(path, vendor) == 0
    said = capsys.readouterr().out
    assert f"verdict   ACCEPTED ({mode})" in said
    assert f"WARNING   THIS RUN IS {'REPLAYED' if mode == 'replayed' else 'SIMULATED'}: " in said
    assert "no certificate can be made of it" in said
    [signed] = checked(path)
    assert (signed.statement.verdict, signed.statement.mode) == (f"ACCEPTED ({mode})", mode.split()[0])


def test_a_node_that_steers_the_terminal_is_shown(tmp_path: Path, vendor: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The name of a host is text of somebody else."""
    path = bundle_in(tmp_path / "run", node="n\x1b]0;x\x07\nverdict   REJECTED\u202e")
    capsys.readouterr()
    assert sign(path, vendor) == 0
    said = capsys.readouterr().out
    assert all(line.isprintable() for line in said.splitlines())
    assert not any(line.startswith("verdict   REJECTED") for line in said.splitlines())


@pytest.mark.parametrize("first", ["vendor", "buyer"])
def test_vendor_and_buyer(sold: Path, tmp_path: Path, first: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In either order both signatures hold, and everything else in the bundle is as it was, byte for byte."""
    before, roles = members(sold), sorted(("vendor", "buyer"), key=first.__ne__)
    keys = {role: pair(tmp_path, role) for role in roles}
    for role in roles:
        assert sign(sold, keys[role], role) == 0
    said = capsys.readouterr().out
    assert said.count("beside    ") == 1
    assert f"beside    {first}, " in said
    public = {role: read_public_key(key.with_suffix(".pub")) for role, key in keys.items()}
    found = {signed.statement.role: signed for signed in checked(sold)}
    assert {role: signed.key for role, signed in found.items()} == public
    assert signing.holds(found["vendor"], [public["vendor"]])
    assert not signing.holds(found["buyer"], [public["vendor"]])
    after = members(sold)
    assert {name: data for name, data in after.items() if not name.startswith("signatures/")} == before
    assert [name for name in after if not name.startswith("signatures/")] == list(before)


def test_the_order_leaves_no_trace(sold: Path, tmp_path: Path) -> None:
    """The same signatures give the same bundle, whoever came first."""
    keys = {role: read_private_key(pair(tmp_path, role)) for role in signing.ROLES}
    loaded, made = bundle.load(sold), {}
    for role, key in keys.items():
        stated = signing.state(loaded.manifest or b"", loaded.results, role=role, signer="", signed="2026-11-24T08:00:00Z")
        made[signing.place(role, signing.public_of(key))] = signing.sign(stated, key)
    copies = [shutil.copy(sold, tmp_path / f"{n}.tar.gz") for n in range(2)]
    for path, names in zip(copies, (sorted(made), sorted(made, reverse=True)), strict=True):
        for name in names:
            bundle.embed(Path(path), name, made[name])
    assert Path(copies[0]).read_bytes() == Path(copies[1]).read_bytes()


def test_a_detached_signature(sold: Path, vendor: Path, tmp_path: Path) -> None:
    """The bundle is as it was; the signature holds for it, also after somebody else's was put in, and can be put in later."""
    before, path = sold.read_bytes(), tmp_path / "vendor.sig.json"
    assert sign(sold, vendor, "vendor", "--detached", path) == 0
    assert sold.read_bytes() == before
    assert sign(sold, pair(tmp_path, "buyer"), "buyer") == 0
    loaded = bundle.load(sold)
    signed = signing.check(path.read_bytes(), loaded.manifest or b"", loaded.results)
    assert signing.holds(signed, [read_public_key(vendor.with_suffix(".pub"))])
    bundle.embed(sold, signing.place("vendor", signed.key), path.read_bytes())
    assert sorted(other.statement.role for other in checked(sold)) == ["buyer", "vendor"]


def test_an_encrypted_key(sold: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is opened with the first line of a file, never with a word on the command line, which others could see."""
    secret = passphrase_file(tmp_path)
    assert main_keygen([str(tmp_path / "buyer"), "--passphrase-file", str(secret)]) == 0
    assert "buyer.key: the private key, encrypted\n" in capsys.readouterr().out
    assert sign(sold, tmp_path / "buyer.key", "buyer", "--passphrase-file", secret) == 0
    told = capsys.readouterr()
    assert not secrets_in(told.out + told.err, tmp_path / "buyer.key")
    assert checked(sold)[0].key == read_public_key(tmp_path / "buyer.pub")


def test_no_secret_is_in_the_bundle(sold: Path, vendor: Path) -> None:
    """What is handed over has the public key and the signature, nothing of the private one."""
    assert sign(sold, vendor) == 0
    inside = b"".join(members(sold).values()).decode("utf-8", "replace")
    assert not secrets_in(inside, vendor)
    assert json.loads(next(data for name, data in members(sold).items() if name.startswith("signatures/")))["algorithm"] == "Ed25519"


def test_a_bundle_of_a_whole_run(tmp_path: Path, vendor: Path) -> None:
    """A simulated run made as everybody makes one: its bundle is signed, and the signature holds."""
    options = ["-q", "-p", "no:cacheprovider", "--simulate", "hgx-h100", "--out", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-m", "pytest", "hwtests", *options], cwd=CHECKOUT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()
    [path] = (tmp_path / "out").glob("*/*/bundle.tar.gz")
    assert sign(path, vendor) == 0
    [signed] = checked(path)
    assert signed.statement.verdict == "ACCEPTED (simulated)"
    assert signing.holds(signed, [read_public_key(vendor.with_suffix(".pub"))])
