"""
Goes through a bundle from its first byte to its last, once, and believes nothing in it.

Whatever is not as `write_bundle` makes it is refused by name, before or while it is read: nothing is written anywhere by a path
that the archive gives, and no more is unpacked than is allowed.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from reports.bundle import manifest
from reports.bundle.errors import BundleError
from reports.bundle.names import (
    MANIFEST,
    MIB,
    MOST_BYTES,
    MOST_FILES,
    MOST_SIGNATURES,
    check_path,
    is_signature,
    most_bytes,
    order,
)

_CHUNK = MIB
_LONGEST_NAME = 8192
_LONG_NAME = re.compile(rb"([0-9]{1,4}) path=([\x21-\x7e]+)\n")
FREE_BYTES, MOST_RATIO = 64 * MIB, 300
"""Beyond the first bytes, more than this many out of each that was read is a bomb: text of tools gives 5 to 100."""


@dataclass(frozen=True)
class Member:
    """One file of the bundle. `chunks` gives its bytes, as far as the next member is not asked for; they are checked at their end."""

    path: str
    size: int
    chunks: Iterator[bytes]

    @property
    def data(self) -> bytes:
        """All of it, for a file that is small."""
        return b"".join(self.chunks)


def walk(bundle: Path) -> Iterator[Member]:
    """
    The members in order: the manifest, signatures, and every file that the manifest lists, each checked against its hash.

    Raises BundleError for whatever is wrong: damaged, not-a-bundle, path-escapes, special-file, too-large, bomb, added-file,
    missing-file, changed-file, bad-manifest. OSError where the file cannot be read.
    """
    with bundle.open("rb") as raw, tempfile.TemporaryFile() as listing, _damage_told(bundle):
        stream = _Bounded(raw)
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_PlainInfo) as tar:  # type: ignore[call-overload] # it needs read() only
            for member in _members(tar, listing):
                chunks = _told(bundle, member.chunks)
                yield replace(member, chunks=chunks)
                for _ in chunks:
                    pass  # what nobody wanted to read is checked all the same
            _check_rest(tar.fileobj)  # what tarfile has read ahead is in there, and no longer in `stream`


def _told(bundle: Path, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes, which are read by the caller, where `walk` cannot see the damage."""
    with _damage_told(bundle):
        yield from chunks


@contextmanager
def _damage_told(bundle: Path) -> Iterator[None]:
    """A file that is no archive, or part of one, is refused in words; tarfile raises ValueError and more for headers that lie."""
    try:
        yield
    except BundleError:
        raise
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError, OverflowError, RecursionError) as error:
        raise BundleError("damaged", f"{bundle} is no bundle, or only a part of one: {error or type(error).__name__}") from error


class _PlainInfo(tarfile.TarInfo):
    """A header that is of a plain file, or brings a long name for one; tarfile reads whatever else there is before anybody can look."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _PlainInfo:
        """The next header. One that cannot be read would end the archive for tarfile, and not for other programs."""
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            if type(error).__name__ == "EOFHeaderError":
                raise
            raise BundleError("damaged", f"it is no bundle, or only a part of one: a header in it cannot be read: {error}") from error

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME) and not 0 < self.size <= _LONGEST_NAME:
            raise BundleError("too-large", f"a name in the archive has {self.size} bytes")
        if self.type not in (tarfile.REGTYPE, tarfile.XHDTYPE):
            raise BundleError("special-file", f"{self.name[:200]!a} is no plain file")
        if self.type == tarfile.XHDTYPE:
            return self._with_long_name(archive)
        return super()._proc_member(archive)  # type: ignore[misc,no-any-return] # tarfile's own step: there is no public one

    def _with_long_name(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        """The header behind this one. Its extension gives a path and nothing else: a size or a map of holes in it is a second truth."""
        blocks = archive.fileobj.read(-(-self.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE)
        match = _LONG_NAME.fullmatch(blocks[: self.size])
        if match is None or int(match[1]) != self.size:
            raise BundleError("special-file", f"{self.name[:200]!a} says more of a file than its path")
        found = self.fromtarfile(archive)
        if found.offset_data - found.offset != tarfile.BLOCKSIZE:
            raise BundleError("special-file", f"{self.name[:200]!a} is a second name of one file")
        found.name, found.offset = match[2].decode("ascii"), self.offset
        return found


class _Bounded:
    """The unpacked archive, as far as it is allowed to go."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._unpacked = raw, gzip.GzipFile(fileobj=raw, mode="rb")
        self._given = 0

    def read(self, size: int) -> bytes:
        data = self._unpacked.read(size)
        self._given += len(data)
        if self._given > MOST_BYTES:
            raise BundleError("too-large", f"it unpacks to more than {MOST_BYTES // MIB} MiB")
        if self._given > FREE_BYTES and self._given > MOST_RATIO * max(self._raw.tell(), 1):
            raise BundleError("bomb", f"{self._raw.tell()} bytes of it unpack to more than {self._given}")
        return data


def _check_rest(stream: IO[bytes]) -> None:
    """Raises BundleError where something stands behind the archive's end: nobody's hash covers it."""
    while data := stream.read(_CHUNK):
        if data.strip(b"\0"):
            raise BundleError("added-file", "something stands behind the end of the archive")


def _members(tar: tarfile.TarFile, listing: IO[bytes]) -> Iterator[Member]:
    headers = _headers(tar)
    yield _listed(tar, next(headers, None), listing)
    listing.seek(0)
    wanted = manifest.entries(listing)
    signatures: list[str] = []
    for header in headers:
        if is_signature(header.name):
            signatures.append(header.name)
            _check_signatures(signatures)
            yield Member(header.name, header.size, _chunks(tar, header))
        else:
            yield _checked(tar, header, next(wanted, None), listing)
            break
    for header in headers:
        yield _checked(tar, header, next(wanted, None), listing)
    left = next(wanted, None)
    if left is not None:
        raise BundleError("missing-file", f"{left[0]} is in the manifest and not in the bundle")


def _check_signatures(paths: list[str]) -> None:
    if len(paths) > MOST_SIGNATURES:
        raise BundleError("too-large", f"it has more than {MOST_SIGNATURES} signatures")
    if len(paths) > 1 and paths[-1] <= paths[-2]:
        raise BundleError("added-file", f"{paths[-1]} is there twice, or out of order")


def _headers(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Headers of files of a bundle, each of a size that it may have."""
    for number, header in enumerate(tar, start=1):
        tar.members = []  # type: ignore[attr-defined] # it keeps every header, which of a million files is a gigabyte
        check_path(header.name)
        if header.mode > 0o777 or header.linkname or not (header.uname + header.gname).isprintable():
            raise BundleError("special-file", f"{header.name} is no plain file: its mode, link or owner would do harm")
        if header.size > most_bytes(header.name) or number > MOST_FILES + MOST_SIGNATURES + 1:
            raise BundleError("too-large", f"{header.name} has {header.size} bytes and is file {number}: more than a bundle may hold")
        yield header


def _listed(tar: tarfile.TarFile, header: tarfile.TarInfo | None, listing: IO[bytes]) -> Member:
    if header is None or header.name != MANIFEST:
        raise BundleError("not-a-bundle", f"its first file is {header.name if header else 'nothing'} and not {MANIFEST}")
    for chunk in _chunks(tar, header):
        listing.write(chunk)
    listing.seek(0)
    return Member(MANIFEST, header.size, iter(lambda: listing.read(_CHUNK), b""))


def _checked(tar: tarfile.TarFile, header: tarfile.TarInfo, listed: tuple[str, str] | None, listing: IO[bytes]) -> Member:
    """The member, if its turn has come; its bytes end in an error where they are not those of the hash."""
    if listed is None or header.name != listed[0]:
        if not _is_listed(header.name, listing):
            raise BundleError("added-file", f"{header.name} is in the bundle and not in its manifest")
        if listed is None or order(header.name) < order(listed[0]):
            raise BundleError("added-file", f"{header.name} is in the bundle twice, or out of order")
        raise BundleError("missing-file", f"{listed[0]} is in the manifest and not in the bundle, or out of order")
    return Member(header.name, header.size, _chunks(tar, header, listed[1]))


def _is_listed(path: str, listing: IO[bytes]) -> bool:
    listing.seek(0)
    return any(line[66:-1] == path.encode() for line in listing)


def _chunks(tar: tarfile.TarFile, header: tarfile.TarInfo, sha256: str | None = None) -> Iterator[bytes]:
    file, digest = tar.extractfile(header), hashlib.sha256()
    assert file is not None  # a plain file always has contents
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        yield chunk
    if sha256 not in (None, digest.hexdigest()):
        raise BundleError("changed-file", f"{header.name} is not the file whose hash is in the manifest")
