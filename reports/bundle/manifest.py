"""The manifest: a line "SHA256  PATH" for every file, in the order of the paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reports.bundle.errors import BundleError
from reports.bundle.names import EVIDENCE, NEEDED, check_path, is_signature, order

_LINE = re.compile(rb"([0-9a-f]{64})  ([\x21-\x7e]{1,1000})\n")


def line(sha256: str, path: str) -> str:
    """One line of the manifest."""
    return f"{sha256}  {path}\n"


def entries(lines: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    """
    Path and SHA-256 of each line, in order; the lines are read as they are needed.

    Raises BundleError for a line that is none, a path twice or out of order, or one that no bundle may have; at the end where a
    file is missing that every bundle has.
    """
    before: tuple[str, ...] = ()
    lacking = set(NEEDED)
    for number, text in enumerate(lines, start=1):
        match = _LINE.fullmatch(text)
        if match is None:
            raise BundleError("bad-manifest", f"line {number} of the manifest is no hash and path: {text[:80]!a}")
        sha256, path = match[1].decode("ascii"), match[2].decode("ascii")
        check_path(path)
        if order(path) <= before:
            raise BundleError("bad-manifest", f"line {number} of the manifest: {path} is out of order, or there twice")
        if is_signature(path) or ("/" not in path and path.startswith("manifest")):
            raise BundleError("bad-manifest", f"line {number} of the manifest: {path} cannot be listed")
        before = order(path)
        lacking.discard(path)
        yield path, sha256
    if lacking:
        raise BundleError("missing-file", f"the manifest does not list {', '.join(sorted(lacking))}, without which nothing can be verified")


def in_evidence(path: str) -> str | None:
    """The evidence id that a path belongs to, HOST/TARGET.TOOL.PURPOSE.N; None for other files."""
    parts = path.split("/")
    return "/".join(parts[1:3]) if parts[0] == EVIDENCE else None
