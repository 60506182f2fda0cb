"""Puts a signature into a bundle, and leaves everything else in it as it is."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reports.bundle.errors import BundleError
from reports.bundle.names import MANIFEST, MIB, MOST_SIGNATURES, is_signature, most_bytes
from reports.bundle.walking import Member, walk
from reports.bundle.writing import TarWriter, replacing


def embed(bundle: Path, name: str, data: bytes) -> None:
    """
    Add `data` as signatures/NAME.json. The bundle is read and checked whole, and replaced in one step.

    Raises BundleError where the bundle is refused, the name is none, or a signature of that name is there; OSError.
    """
    path = f"signatures/{name}.json"
    if not is_signature(path) or len(data) > most_bytes(path):
        raise BundleError("bad-signature", f"{name!r} with {len(data)} bytes is no signature that a bundle takes: a-z, 0-9 and - of 64 KiB")
    with replacing(bundle) as file, TarWriter(file) as tar:
        for member in _with(walk(bundle), Member(path, len(data), iter([data]))):
            with tempfile.SpooledTemporaryFile(max_size=MIB) as kept:
                for chunk in member.chunks:
                    kept.write(chunk)
                kept.seek(0)
                tar.add(member.path, kept, member.size)


def _with(members: Iterator[Member], added: Member) -> Iterator[Member]:
    """The members with `added` among the signatures, in order."""
    is_in, signatures = False, 0
    for member in members:
        signatures += is_signature(member.path)
        if member.path == added.path:
            raise BundleError("signed-already", f"{added.path} is in the bundle already")
        if signatures >= MOST_SIGNATURES:
            raise BundleError("too-large", f"it has {MOST_SIGNATURES} signatures, and takes no more")
        if not is_in and member.path != MANIFEST and (not is_signature(member.path) or member.path > added.path):
            yield Member(added.path, added.size, iter([_data(added)]))
            is_in = True
        yield member


def _data(member: Member) -> bytes:
    return io.BytesIO(member.data).getvalue()
