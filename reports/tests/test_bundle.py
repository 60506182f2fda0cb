"""A bundle is whole and as it was written, or it is refused by the name of what is wrong with it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.bundle import BundleError, embed, load, unpack, walking, write_bundle, writing
from reports.bundle import names as bundle_names
from reports.tests.sample_bundle import Files, bundle_of, every_file, evidence, files_of, pack, run_folder, with_manifest

OUTPUT = "evidence/local/gpu0.nvbandwidth.copy.1/stdout"
COMMAND = "evidence/local/gpu0.nvbandwidth.copy.1/command.json"
NO_MANIFEST = ("bad-manifest", "path-escapes", "missing-file")
LINKS = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE]
ZERO = b"0" * 64


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good bundle, which no test changes."""
    return bundle_of(tmp_path_factory.mktemp("run") / "n1")


def refused(path: Path) -> str:
    """The name by which a bundle is refused."""
    with pytest.raises(BundleError) as told:
        load(path)
    assert str(told.value).startswith(f"{told.value.name}: ")
    assert "\n" not in str(told.value)
    return told.value.name


# --- refused ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["about.json", "journal.jsonl", "results.json", "spec.toml", "tools.json", OUTPUT, COMMAND]
)
def test_a_changed_byte_is_found(bundle: Path, tmp_path: Path, name: str) -> None:
    """Whatever the file: each has its hash in the manifest."""
    files = files_of(bundle)
    files[name] = bytes([files[name][0] ^ 1]) + files[name][1:]
    assert refused(pack(tmp_path / "b", files)) == "changed-file"


def test_a_missing_file_is_found(bundle: Path, tmp_path: Path) -> None:
    """Also the last one, behind which nothing stands that could be out of place."""
    for name in (OUTPUT, "tools.json"):
        files = files_of(bundle)
        del files[name]
        assert refused(pack(tmp_path / "b", files)) == "missing-file"


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("evidence/local/gpu0.nvbandwidth.copy.2/stdout", "added-file"),
        ("evidence/local/zz.nvbandwidth.copy.2/stdout", "added-file"),
        ("notes.txt", "added-file"),
        ("report.html", "added-file"),
        ("signatures/../../x.json", "path-escapes"),
        ("../outside", "path-escapes"),
        ("/etc/cron.d/x", "path-escapes"),
        ("evidence/local/../../../x/stdout", "path-escapes"),
    ],
)
@pytest.mark.parametrize("place", [1, 6, -1])
def test_an_added_file_is_found_and_a_path_leads_nowhere(bundle: Path, tmp_path: Path, name: str, because: str, place: int) -> None:
    """Wherever it stands in the archive, it is refused before a byte of it is written anywhere."""
    pairs = list(files_of(bundle).items())
    pairs.insert(place, (name, b"x"))
    path = pack(tmp_path / "b", pairs)
    folder = tmp_path / "to" / "run"
    folder.mkdir(parents=True)
    with pytest.raises(BundleError) as told:
        unpack(path, folder)
    assert told.value.name == because
    assert [found for found in every_file(tmp_path) if found.parent != folder and folder not in found.parents] == [path]


@pytest.mark.parametrize("name", ["results.json", OUTPUT])
def test_a_file_twice_is_found(bundle: Path, tmp_path: Path, name: str) -> None:
    """Else the first would be checked and the second read."""
    pairs = [pair for pair in files_of(bundle).items() for _ in range(2 if pair[0] == name else 1)]
    assert refused(pack(tmp_path / "b", pairs)) == "added-file"


def test_files_out_of_order_are_refused(bundle: Path, tmp_path: Path) -> None:
    """The order is the manifest's; another archive is another bundle."""
    pairs = list(files_of(bundle).items())
    pairs[2], pairs[3] = pairs[3], pairs[2]
    assert refused(pack(tmp_path / "b", pairs)) in ("missing-file", "added-file")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE]
)
def test_what_is_no_plain_file_is_refused(bundle: Path, tmp_path: Path, kind: bytes) -> None:
    """A link would read or write a file of whoever verifies."""

    def change(header: tarfile.TarInfo) -> None:
        if header.name == OUTPUT:
            header.type, header.linkname, header.size = kind, "/etc/passwd", 0

    assert refused(pack(tmp_path / "b", files_of(bundle), change)) == "special-file"


def test_a_bomb_is_refused_before_it_is_unpacked(bundle: Path, tmp_path: Path) -> None:
    """A gigabyte of nothing fits into a megabyte."""
    files = files_of(bundle)
    files["evidence/local/gpu0.nvbandwidth.copy.1/stdout"] = bytes(200 * 1024 * 1024)
    assert refused(pack(tmp_path / "b", with_manifest(files))) == "bomb"


@pytest.mark.parametrize("size", [64 * 1024, 10**8])
def test_a_name_without_end_is_refused(bundle: Path, tmp_path: Path, size: int) -> None:
    """Names of any length come in a header of their own, which tarfile reads whole before anybody sees it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        header = tarfile.TarInfo("././@LongLink")
        header.type, header.size = tarfile.GNUTYPE_LONGNAME, size
        tar.addfile(header, io.BytesIO(b"a" * size))
    (tmp_path / "b").write_bytes(stream.getvalue())
    assert refused(tmp_path / "b") == "too-large"


def test_too_much_is_refused(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The most that is unpacked is a matter of this program and not of the archive."""
    monkeypatch.setattr(walking, "MOST_BYTES", 5000)
    assert refused(bundle) == "too-large"


def test_a_file_larger_than_its_kind_is_refused(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that is read whole into memory has a size that memory has."""
    monkeypatch.setattr(bundle_names, "_DOCUMENT_BYTES", 100)
    assert refused(bundle) == "too-large"


@pytest.mark.parametrize("part", [0.0, 0.02, 0.3, 0.7, 0.99])
def test_a_part_of_a_bundle_is_none(bundle: Path, tmp_path: Path, part: float) -> None:
    """A copy that broke off proves nothing."""
    data = bundle.read_bytes()
    (tmp_path / "b").write_bytes(data[: int(len(data) * part)])
    assert refused(tmp_path / "b") in ("damaged", "not-a-bundle")


@pytest.mark.parametrize("data", [b"", b"not an archive\n" * 100, b"\x1f\x8b" + b"\0" * 100], ids=["empty", "text", "header"])
def test_another_file_is_no_bundle(tmp_path: Path, data: bytes) -> None:
    """Told in one line, and not as a traceback."""
    (tmp_path / "b").write_bytes(data)
    assert refused(tmp_path / "b") == "damaged"


def test_what_stands_behind_the_end_is_refused(bundle: Path, tmp_path: Path) -> None:
    """No hash covers it, and another program might read it."""
    other = pack(tmp_path / "other", {"results.json": b"{}"})
    (tmp_path / "b").write_bytes(bundle.read_bytes() + other.read_bytes())
    assert refused(tmp_path / "b") == "added-file"


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_byte_can_be_changed_unseen(bundle: Path, data: st.DataObject) -> None:
    """Whatever is flipped in the file: it is refused, or what is in it is still the same."""
    before = bundle.read_bytes()
    place = data.draw(st.integers(0, len(before) - 1))
    changed = bundle.with_name("changed")
    changed.write_bytes(before[:place] + bytes([before[place] ^ data.draw(st.integers(1, 255))]) + before[place + 1 :])
    with contextlib.suppress(BundleError):
        assert load(changed).manifest == load(bundle).manifest


# --- made by a hand that knows the format ----------------------------------------------------------------------------


def _other_node(files: Files) -> None:
    results = json.loads(files["results.json"])
    files["results.json"] = json.dumps({**results, "node": "n2"}).encode()


def _better(files: Files) -> None:
    results = json.loads(files["results.json"])
    files["results.json"] = json.dumps({**results, "verdict": "REJECTED"}).encode()


def _other_spec(files: Files) -> None:
    files["spec.toml"] += b"# lower limits\n"


def _other_tools(files: Files) -> None:
    files["tools.json"] = files["tools.json"].replace(b"cd", b"ce")


def _other_about(files: Files) -> None:
    files["about.json"] = files["about.json"].replace(b"ACCEPTED", b"REJECTED")


def _without_evidence(files: Files) -> None:
    for name in ("command.json", "stdout", "stderr"):
        del files[f"evidence/local/gpu1.nvbandwidth.copy.1/{name}"]


def _with_peers(files: Files) -> None:
    files["peers.json"] = b"{}"


def _no_results(files: Files) -> None:
    del files["results.json"]


def _bad_results(files: Files) -> None:
    files["results.json"] = b"[" * 100_000


def _unpublished(files: Files) -> None:
    files["results.json"] = json.dumps({**json.loads(files["results.json"]), "more": 1}).encode()


def _bad_journal(files: Files) -> None:
    files["journal.jsonl"] = b"{}\n"


def _bad_command(files: Files) -> None:
    files["evidence/local/gpu1.nvbandwidth.copy.1/command.json"] = b"{}"


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (_other_node, "other-node"), (_better, "contradiction"), (_other_spec, "spec-swapped"), (_other_tools, "changed-file"),
        (_other_about, "other-node"), (_without_evidence, "missing-file"), (_with_peers, "added-file"), (_no_results, "missing-file"),
        (_bad_results, "bad-results"), (_unpublished, "bad-results"), (_bad_journal, "bad-journal"), (_bad_command, "bad-evidence"),
    ],
)  # fmt: skip
def test_parts_that_contradict_each_other_are_refused(bundle: Path, tmp_path: Path, change: Callable[[Files], None], because: str) -> None:
    """Also where the manifest was made to fit."""
    files = files_of(bundle)
    change(files)
    assert refused(pack(tmp_path / "b", with_manifest(files))) == because


@pytest.mark.parametrize(
    "listing",
    [
        b"",
        b"x\n",
        b"ab  results.json\n",
        b"A" * 64 + b"  results.json\n",
        b"\n",
        b"0" * 64 + b"  signatures/a.json\n",
        b"0" * 64 + b"  ../x\n",
    ],
)
def test_a_manifest_that_is_none_is_refused(bundle: Path, tmp_path: Path, listing: bytes) -> None:
    """It is what is signed: nothing in it is guessed."""
    assert refused(pack(tmp_path / "b", {**files_of(bundle), "manifest.sha256": listing})) in NO_MANIFEST


def test_a_bundle_begins_with_its_manifest(bundle: Path, tmp_path: Path) -> None:
    """Else it would have to be unpacked before it can be checked."""
    files = files_of(bundle)
    del files["manifest.sha256"]
    assert refused(pack(tmp_path / "b", files)) == "not-a-bundle"


def test_signatures_have_names_sizes_and_an_end(bundle: Path, tmp_path: Path) -> None:
    """They stand outside the manifest: that must not be a place to put things."""
    copy = Path(shutil.copy(bundle, tmp_path / "b"))
    for name, data in (("a/b", b"{}"), ("", b"{}"), ("A", b"{}"), ("a", b"x" * 65537)):
        with pytest.raises(BundleError, match="bad-signature"):
            embed(copy, name, data)
    embed(copy, "vendor", b"{}")
    with pytest.raises(BundleError, match="signed-already"):
        embed(copy, "vendor", b"{}")
    files = files_of(copy)
    many = {f"signatures/s{n:02d}.json": b"{}" for n in range(33)}
    first = {"manifest.sha256": files.pop("manifest.sha256")}
    del files["signatures/vendor.json"]
    assert refused(pack(tmp_path / "c", {**first, **many, **files})) == "too-large"


# --- written ---------------------------------------------------------------------------------------------------------


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whenever, wherever and by whomever it is written."""
    one, other = bundle_of(tmp_path / "a"), bundle_of(tmp_path / "elsewhere" / "b")
    assert one.read_bytes() == other.read_bytes()
    with tarfile.open(one) as tar:
        assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode, m.type) for m in tar} == {(0, 0, 0, "", "", 0o644, tarfile.REGTYPE)}


def test_it_holds_what_was_promised(bundle: Path) -> None:
    """And nothing that can be made again from it."""
    names = [name for name in files_of(bundle) if not name.startswith("evidence/")]
    assert names == ["manifest.sha256", "about.json", "journal.jsonl", "results.json", "spec.toml", "tools.json"]
    loaded = load(bundle)
    assert loaded.results["verdict"] == "ACCEPTED"
    assert {tool["sha256"] for tool in loaded.tools} == {"cd" * 32}
    assert loaded.manifest_sha256 == hashlib.sha256(loaded.manifest or b"").hexdigest()


def test_sha256sum_reads_the_manifest(bundle: Path, tmp_path: Path) -> None:
    """Whoever has no hwaccept can check it all the same."""
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    pack_folder = tmp_path / "x"
    pack_folder.mkdir()
    with tarfile.open(bundle) as tar:
        tar.extractall(pack_folder)
    done = subprocess.run(["sha256sum", "-c", "--quiet", "manifest.sha256"], cwd=pack_folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_is_unpacked_is_what_was_packed(bundle: Path, tmp_path: Path) -> None:
    """A replay reads it as it reads a run's folder."""
    unpack(bundle, tmp_path)
    for name in ("evidence", "journal.jsonl", "results.json", "spec.toml"):
        for file in [bundle.parent / name] if (bundle.parent / name).is_file() else every_file(bundle.parent / name):
            assert (tmp_path / file.relative_to(bundle.parent)).read_bytes() == file.read_bytes()


def test_a_folder_is_loaded_like_its_bundle(bundle: Path) -> None:
    """But for what protects it."""
    one, other = load(bundle), load(bundle.parent)
    assert (one.results, one.tools, one.spec) == (other.results, other.tools, other.spec)
    assert other.manifest is None
    assert other.manifest_sha256 is None


@pytest.mark.parametrize("strange", ["evidence/local/notes", "evidence/local/gpu0.nvbandwidth.copy.1/core", "evidence/a b/c/stdout"])
def test_nothing_strange_is_packed(tmp_path: Path, strange: str) -> None:
    """A file that no bundle may have is told to whoever writes it, and not to whoever verifies it."""
    folder = run_folder(tmp_path)
    (folder / strange).parent.mkdir(parents=True, exist_ok=True)
    (folder / strange).write_bytes(b"x")
    with pytest.raises(BundleError, match="added-file"):
        write_bundle(folder)
    assert not (folder / "bundle.tar.gz").exists()


def test_what_everybody_would_refuse_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that printed one line a million times is told to whoever ran it, and not to the buyer."""
    folder = run_folder(tmp_path)
    (folder / OUTPUT).write_bytes(bytes(1024 * 1024))
    monkeypatch.setattr(writing, "FREE_BYTES", 1024 * 1024)
    monkeypatch.setattr(writing, "MOST_RATIO", 50)
    with pytest.raises(BundleError, match="bomb"):
        write_bundle(folder)
    assert not (folder / "bundle.tar.gz").exists()


def test_no_link_is_followed(tmp_path: Path) -> None:
    """Evidence that points elsewhere would put somebody's file into everybody's hands."""
    folder = run_folder(tmp_path)
    (folder / OUTPUT).unlink()
    (folder / OUTPUT).symlink_to("/etc/hostname")
    with pytest.raises(OSError, match="symbolic link"):
        write_bundle(folder)


def test_what_a_killed_process_left_half_made_is_left_out(tmp_path: Path) -> None:
    """It was never evidence."""
    folder = run_folder(tmp_path)
    evidence(folder / "evidence" / "local" / ".gpu0.nvbandwidth.copy.2.4711")
    assert not [name for name in files_of(write_bundle(folder).path) if "4711" in name]


def test_a_signed_bundle_is_kept(tmp_path: Path) -> None:
    """Making the reports again must not cost a signature; and what was signed must not be replaced by something else."""
    path = bundle_of(tmp_path)
    embed(path, "vendor", b"{}")
    before = path.read_bytes()
    write_bundle(tmp_path)
    assert path.read_bytes() == before
    (tmp_path / OUTPUT).write_bytes(b"56.0\n")
    with pytest.raises(BundleError, match="signed-already"):
        write_bundle(tmp_path)
    assert path.read_bytes() == before


def test_an_unsigned_bundle_is_made_anew(tmp_path: Path) -> None:
    """It is only a copy of what the folder holds."""
    path = bundle_of(tmp_path)
    (tmp_path / OUTPUT).write_bytes(b"56.0\n")
    write_bundle(tmp_path)
    assert files_of(path)[OUTPUT] == b"56.0\n"


def test_a_signature_leaves_the_rest_as_it_is(bundle: Path, tmp_path: Path) -> None:
    """In whatever order they are put in: none covers another."""
    copies = [Path(shutil.copy(bundle, tmp_path / name)) for name in "ab"]
    for name in ("buyer", "vendor"):
        embed(copies[0], name, name.encode())
    for name in ("vendor", "buyer"):
        embed(copies[1], name, name.encode())
    assert copies[0].read_bytes() == copies[1].read_bytes()
    loaded = load(copies[0])
    assert loaded.signatures == {"buyer": b"buyer", "vendor": b"vendor"}
    assert loaded.manifest == load(bundle).manifest


def test_memory_does_not_grow_with_the_telemetry(tmp_path: Path) -> None:
    """Samples of 72 hours are hundreds of thousands of files: nothing of them may be kept. Here their headers alone are ten megabytes."""
    place = run_folder(tmp_path) / "evidence" / "local" / "gpu0.nvbandwidth.copy.1" / "samples"
    for n in range(1, 3001):
        evidence(place / f"{n:06d}", program="nvidia-smi")
    tracemalloc.start()
    write_bundle(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
