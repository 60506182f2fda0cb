"""Writes a run's bundle: the same content gives the same bytes, and no more than one file's part is held in memory."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from reports.bundle import manifest
from reports.bundle.errors import BundleError
from reports.bundle.names import (
    ABOUT,
    EVIDENCE,
    FILE,
    JOURNAL,
    MANIFEST,
    MIB,
    MOST_BYTES,
    MOST_FILES,
    NEEDED,
    OPTIONAL,
    RESULTS,
    TOOLS,
    check_path,
    is_command,
    is_signature,
    most_bytes,
    order,
)
from reports.bundle.tools import Tools
from reports.bundle.walking import FREE_BYTES, MOST_RATIO, walk
from reports.files import sync_folder

_LEVEL, _PART = 6, 64 * 1024
_MADE = (ABOUT, TOOLS)
FORMAT, VERSION = "hwaccept-bundle", 1
TOLD = ("node", "started", "ended", "mode", "origin", "verdict", "suite", "spec", "host")
"""What about.json repeats of results.json, for whoever opens the bundle by hand."""


@dataclass(frozen=True)
class Written:
    """A bundle that stands in its place: the hash that names it and is signed, and the programs that it lists."""

    path: Path
    manifest_sha256: str
    tools: Sequence[Mapping[str, str | None]]


def write_bundle(folder: Path) -> Written:
    """
    Write bundle.tar.gz into a run's `folder`, from the files that are there.

    One with the same content is left as it is, with its signatures. Raises BundleError where a file is missing, is none that a
    bundle may have, or is larger than one may be, and where another content is signed already; OSError where something cannot
    be read or written. What stood there before is then still there.
    """
    target, tools = folder / FILE, Tools()
    with tempfile.TemporaryFile(dir=folder) as listing:
        made = _listed(folder, listing, tools)
        size = listing.tell()
        written = Written(target, _sha256(listing), tools.listed)
        if not _stands(target, written.manifest_sha256):
            with replacing(target) as file, TarWriter(file) as tar:
                listing.seek(0)
                tar.add(MANIFEST, listing, size)
                listing.seek(0)
                for path, sha256 in manifest.entries(listing):
                    _add(tar, folder, path, sha256, made)
    return written


def _stands(target: Path, sha256: str) -> bool:
    """Whether a bundle of this content is there; raises BundleError where a signed one of another content is."""
    if not target.exists():
        return False
    members = walk(target)
    digest = hashlib.sha256()
    for chunk in next(members).chunks:
        digest.update(chunk)
    if digest.hexdigest() == sha256:
        return True
    if is_signature(next(members).path):
        raise BundleError("signed-already", f"{target} is signed, and of another content than {target.parent}: move it away")
    return False


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(_PART):
        digest.update(chunk)
    return digest.hexdigest()


def about(results: Mapping[str, Any]) -> bytes:
    """about.json: what the bundle is of, in a few lines."""
    told = {"format": FORMAT, "version": VERSION, **{name: results[name] for name in TOLD}}
    return (json.dumps(told, indent=1, ensure_ascii=True, allow_nan=False) + "\n").encode("ascii")


def _listed(folder: Path, listing: IO[bytes], tools: Tools) -> dict[str, bytes]:
    """Write the manifest to `listing`, and return the files that are made for the bundle, by path."""
    total, made = 0, {ABOUT: about(_results(folder))}
    for number, path in enumerate(_paths(folder), start=1):
        if path == TOOLS:
            made[TOOLS] = tools.document()
        sha256, size = _hashed(folder, path, made, tools)
        total += size
        if number > MOST_FILES or total > MOST_BYTES:
            raise BundleError("too-large", f"more than {MOST_FILES} files or {MOST_BYTES // MIB} MiB: {folder} does not fit into a bundle")
        listing.write(manifest.line(sha256, path).encode("ascii"))
    return made


def _results(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BundleError("missing-file", f"{folder / RESULTS}: cannot be read: {error}") from error
    return found


def _paths(folder: Path) -> Iterator[str]:
    """The paths of the bundle's files in its order. tools.json is the last, when all commands have been seen."""
    here = {name for name in (*NEEDED, *OPTIONAL) if name not in _MADE and (folder / name).exists()}
    lacking = {RESULTS, JOURNAL} - here
    if lacking:
        raise BundleError("missing-file", f"{folder} has no {', '.join(sorted(lacking))}: it is no run's folder")
    for name in sorted({*here, *_MADE, EVIDENCE}, key=order):
        if name == EVIDENCE:
            yield from _below(folder, EVIDENCE)
        else:
            check_path(name)
            yield name


def _below(folder: Path, place: str) -> Iterator[str]:
    """The files below one folder of the evidence, in order; what a killed process left half-made begins with a dot."""
    if not (folder / place).is_dir():
        return
    with os.scandir(folder / place) as found:
        entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found if not entry.name.startswith("."))
    for name, is_folder in entries:
        if is_folder:
            yield from _below(folder, f"{place}/{name}")
        else:
            check_path(f"{place}/{name}")
            yield f"{place}/{name}"


def _hashed(folder: Path, path: str, made: Mapping[str, bytes], tools: Tools) -> tuple[str, int]:
    digest, size, kept = hashlib.sha256(), 0, bytearray()
    with _opened(folder, path, made) as file:
        while chunk := file.read(_PART):
            digest.update(chunk)
            size += len(chunk)
            if size > most_bytes(path):
                raise BundleError("too-large", f"{path} is larger than {most_bytes(path) // MIB} MiB, the most that a bundle takes of it")
            if is_command(path):
                kept += chunk
    if is_command(path):
        tools.take(path, bytes(kept))
    return digest.hexdigest(), size


def _opened(folder: Path, path: str, made: Mapping[str, bytes]) -> IO[bytes]:
    if path in made:
        return io.BytesIO(made[path])
    descriptor = os.open(folder / path, os.O_RDONLY | os.O_NOFOLLOW)  # a link would bring in a file of somebody else
    return os.fdopen(descriptor, "rb")


def _add(tar: TarWriter, folder: Path, path: str, sha256: str, made: Mapping[str, bytes]) -> None:
    with _opened(folder, path, made) as file:
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(0)
        if tar.add(path, file, size) != sha256:
            raise BundleError("changed-file", f"{path} changed while the bundle was written: is the run still going on?")


class TarWriter:
    """
    Writes members whose headers say nothing but name and size, so that nothing of this machine and hour is in them.

    At its end it raises BundleError for an archive that packs so well that everybody would refuse it as a bomb.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._gzip = gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=_LEVEL, mtime=0)
        self._tar = tarfile.open(fileobj=self._gzip, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> TarWriter:
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self._tar.close()
            size = self._gzip.tell()
            self._gzip.close()
            if size > FREE_BYTES and size > MOST_RATIO * self._file.tell():
                raise BundleError("bomb", f"{size} bytes pack into {self._file.tell()}, which nobody unpacks: what repeats itself?")

    def add(self, path: str, file: IO[bytes], size: int) -> str:
        """Add `size` bytes of `file` as `path`; returns their SHA-256. Raises OSError where the file has fewer."""
        header = tarfile.TarInfo(path)
        header.size, header.mode = size, 0o644
        hashed = _Hashed(file)
        self._tar.addfile(header, hashed)
        self._tar.members = []  # type: ignore[attr-defined] # it keeps every header, which of a million files is a gigabyte
        return hashed.digest.hexdigest()


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@contextmanager
def replacing(target: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `target` when all is written, and not before."""
    making = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with making.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        making.replace(target)
    finally:
        making.unlink(missing_ok=True)
    sync_folder(target.parent)

