"""Bundles made by somebody who knows tar better than tarfile does: what one program reads in an archive, no other may read otherwise."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import journal, results
from reports.bundle import BundleError, load, unpack
from reports.bundle.writing import about
from reports.tests.sample_bundle import Files, bundle_of, files_of, pack, with_manifest

BLOCK = 512
SPEC = "spec.toml"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of a run."""
    return bundle_of(tmp_path_factory.mktemp("run"))


def refused(bundle: Path) -> str:
    """The name under which it is refused."""
    with pytest.raises(BundleError) as error:
        load(bundle)
    return error.value.name


def archive(bundle: Path) -> tuple[bytes, bytes]:
    """The unpacked archive: its members, and the zeros behind them."""
    raw = gzip.decompress(bundle.read_bytes())
    end = -(-len(raw.rstrip(b"\0")) // BLOCK) * BLOCK
    return raw[:end], raw[end:]


def packed(to: Path, raw: bytes) -> Path:
    """An archive as a bundle."""
    to.write_bytes(gzip.compress(raw, 1))
    return to


def tar(name: str, data: bytes) -> bytes:
    """An archive of one member."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        header = tarfile.TarInfo(name)
        header.size = len(data)
        made.addfile(header, io.BytesIO(data))
    return stream.getvalue()


def extension(body: bytes) -> bytes:
    """A header that extends the next one by `body`."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, len(body)
    return header.tobuf(tarfile.USTAR_FORMAT) + body + bytes(-len(body) % BLOCK)


@pytest.mark.parametrize("between", [bytes(BLOCK), bytes(2 * BLOCK), b"x" * BLOCK, b"x" + bytes(BLOCK - 1)])
def test_nothing_stands_behind_what_tarfile_takes_for_the_end(bundle: Path, tmp_path: Path, between: bytes) -> None:
    """A header that cannot be read ends the archive for tarfile; GNU tar skips it, and the next results.json replaces the first."""
    members, _ = archive(bundle)
    assert refused(packed(tmp_path / "b", members + between + tar("results.json", b'{"verdict": "ACCEPTED"}'))) in ("added-file", "damaged")


def test_an_archive_has_an_end(bundle: Path, tmp_path: Path) -> None:
    """Without the empty block behind the last member nobody knows whether it was the last."""
    members, zeros = archive(bundle)
    assert refused(packed(tmp_path / "b", members)) == "damaged"
    assert load(packed(tmp_path / "b", members + zeros)).results["verdict"] == "ACCEPTED"


@pytest.mark.parametrize(
    "more",
    [
        {"size": "-512"}, {"size": "99999999999"}, {"size": "x"}, {"linkpath": "/etc/passwd"}, {"hdrcharset": "BINARY"}, {"comment": "x"},
        {"mtime": "nan"}, {"GNU.sparse.map": "a,b"}, {"GNU.sparse.map": "0,1"}, {"GNU.sparse.size": "-1"},
        {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "spec.toml", "GNU.sparse.realsize": "x"},
    ],
    ids=str,
)  # fmt: skip
def test_an_extended_header_gives_a_path_only(bundle: Path, tmp_path: Path, more: dict[str, str]) -> None:
    """Sizes and maps of holes in it replace those of the header, which tarfile reads with int() before anybody can look."""

    def change(header: tarfile.TarInfo) -> None:
        header.pax_headers = dict(more) if header.name == SPEC else {}

    assert refused(pack(tmp_path / "b", files_of(bundle), change)) == "special-file"


@pytest.mark.parametrize(
    "body",
    [b"9" * 30 + b" path=x\n", b"0 path=x\n", b"-5 path=x\n", b"3 path=x\n", b"13 path=\xff\xfex\n", b"9 pathxx\n", b"\0" * 99, b"9" * 600],
)
def test_an_extended_header_that_lies_is_refused(bundle: Path, tmp_path: Path, body: bytes) -> None:
    """Whatever it says, the answer is a refusal and no traceback."""
    members, zeros = archive(bundle)
    assert refused(packed(tmp_path / "b", extension(body) + members + zeros)) == "special-file"


def test_a_file_has_one_name(bundle: Path, tmp_path: Path) -> None:
    """Of two long names before one file some programs take the first, and some the last."""
    members, zeros = archive(bundle)
    names = [extension(b"19 path=other.json\n"), extension(b"24 path=manifest.sha256\n")]
    assert refused(packed(tmp_path / "b", b"".join(names) + members + zeros)) == "special-file"
    assert refused(packed(tmp_path / "b", extension(b"12 path=abc\n") * 3000 + members + zeros)) in ("special-file", "damaged")
    assert load(packed(tmp_path / "b", names[1] + members + zeros)).results["verdict"] == "ACCEPTED"


@pytest.mark.parametrize("more", [{"mode": 0o6755}, {"uname": "\x1b[2J"}, {"gname": "\n"}, {"linkname": "/etc/passwd"}], ids=str)
def test_a_header_does_no_harm_to_whoever_unpacks_it(bundle: Path, tmp_path: Path, more: dict[str, Any]) -> None:
    """No hash covers it, and another program acts on it: a file that runs as root, an owner that steers the terminal which lists it."""

    def change(header: tarfile.TarInfo) -> None:
        for name, value in more.items():
            setattr(header, name, value)

    assert refused(pack(tmp_path / "b", files_of(bundle), change)) == "special-file"


def test_a_long_path_is_read(tmp_path: Path) -> None:
    """The rule for extended headers leaves what the writer makes of a path of more than a hundred characters."""
    long = f"local/gpu0.nvbandwidth.{'c' * 150}.1"
    files = files_of(bundle_of(tmp_path / "run"))
    for name in ("command.json", "stdout", "stderr"):
        files[f"evidence/{long}/{name}"] = files[f"evidence/local/gpu0.nvbandwidth.copy.1/{name}"]
    found = tmp_path / "found"
    found.mkdir()
    unpack(pack(tmp_path / "b", with_manifest(files)), found)
    assert (found / "evidence" / long / "stdout").read_bytes() == b"55.4\n"


@settings(deadline=None, max_examples=100)
@given(place=st.floats(0, 1, exclude_max=True), piece=st.binary(min_size=1, max_size=BLOCK), cut=st.booleans())
def test_whatever_is_in_the_archive_is_told_in_words(bundle: Path, place: float, piece: bytes, cut: bool) -> None:
    """Behind a good gzip every byte of the archive may lie: it is refused by name, and nothing else is raised."""
    raw = gzip.decompress(bundle.read_bytes())
    at = int(place * len(raw))
    changed = packed(bundle.with_name("lies"), raw[:at] + piece + (b"" if cut else raw[at + len(piece) :]))
    with contextlib.suppress(BundleError):
        assert load(changed).results == load(bundle).results


def forged(bundle: Path, to: Path, change: Callable[[Files], None]) -> Path:
    """The bundle after a change, with an about.json and a manifest that fit."""
    files = files_of(bundle)
    change(files)
    files["about.json"] = about(json.loads(files["results.json"]))
    return pack(to, with_manifest(files))


@pytest.mark.parametrize("key", ['"verdict"', '"node"'])
def test_a_key_stands_once_in_the_results(bundle: Path, tmp_path: Path, key: str) -> None:
    """Of two verdicts in one object this program reads the last, another may read the first."""

    def change(files: Files) -> None:
        files["results.json"] = files["results.json"].replace(b"{", b"{" + key.encode() + b': "REJECTED",', 1)

    assert refused(forged(bundle, tmp_path / "b", change)) == "bad-results"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999", b"9" * 5000])
def test_numbers_that_are_none_are_refused(bundle: Path, tmp_path: Path, number: bytes) -> None:
    """They are no JSON, or overflow: told in words wherever the schema leaves the value open."""
    files = files_of(bundle)
    files["results.json"] = files["results.json"].replace(b'"options": {', b'"options": {"x": ' + number + b", ", 1)
    assert refused(pack(tmp_path / "b", with_manifest(files))) in ("bad-results", "contradiction")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "simulated"), ("host", {"kernel": "9.9"}), ("suite", {"version": "9", "commit": None, "dirty": None}), ("workers", 99),
        ("ended", "2020-01-01T00:00:00Z"), ("options", {}), ("max_warnings", 99), ("required", []), ("bill", {"gpus": 9}),
    ],
)  # fmt: skip
def test_results_repeat_their_journal(bundle: Path, tmp_path: Path, name: str, value: object) -> None:
    """What is printed, compared and certified is read from the results, what is replayed from the journal."""

    def change(files: Files) -> None:
        document = json.loads(files["results.json"])
        assert document[name] != value
        files["results.json"] = json.dumps({**document, name: value}).encode()

    assert refused(forged(bundle, tmp_path / "b", change)) == "contradiction"


def retold(bundle: Path, to: Path, **run: object) -> Path:
    """The bundle with another first line of the journal, and the results that follow from it."""

    def change(files: Files) -> None:
        first, *rest = files["journal.jsonl"].splitlines(keepends=True)
        files["journal.jsonl"] = b"".join([json.dumps({**json.loads(first), **run}).encode() + b"\n", *rest])
        place = to.with_suffix(".jsonl")
        place.write_bytes(files["journal.jsonl"])
        files["results.json"] = json.dumps(results.build_from(journal.read(place))).encode()

    return forged(bundle, to, change)


@pytest.mark.parametrize("node", ["../../x", "/etc/x", ".", "..", ".x", "a/b", "a\0", "n" * 300])
def test_a_node_has_the_name_of_a_folder(bundle: Path, tmp_path: Path, node: str) -> None:
    """A replay makes the folder OUT/NODE/TIME, which has to be below OUT."""
    assert refused(retold(bundle, tmp_path / "b", node=node)) == "path-escapes"
    assert load(retold(bundle, tmp_path / "b", node="n-1.example_2")).results["node"] == "n-1.example_2"


def test_what_was_simulated_is_not_live(bundle: Path, tmp_path: Path) -> None:
    """A live run has no simulated evidence: its mode was edited, and stands in what is signed."""
    assert refused(retold(bundle, tmp_path / "b", mode="live", origin="simulated")) == "contradiction"
    assert load(retold(bundle, tmp_path / "b", mode="simulated", origin="simulated")).results["verdict"] == "ACCEPTED (simulated)"
