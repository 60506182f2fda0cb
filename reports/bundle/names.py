"""Which files a bundle may hold, how large each may be, and the order in which they stand."""

from __future__ import annotations

import re

from reports.bundle.errors import BundleError

FILE = "bundle.tar.gz"
MANIFEST = "manifest.sha256"
ABOUT, TOOLS = "about.json", "tools.json"
RESULTS, JOURNAL, SPEC, PEERS, BOM = "results.json", "journal.jsonl", "spec.toml", "peers.json", "bom.toml"
EVIDENCE = "evidence"
NEEDED = (ABOUT, JOURNAL, RESULTS, SPEC, TOOLS)
"""Files without which nothing can be verified."""
OPTIONAL = (BOM, PEERS)

MIB = 1024 * 1024
MOST_FILES = 2_000_000
MOST_BYTES = 16 * 1024 * MIB
"""Of all files together, unpacked: 72 hours of samples of eight boards, once a second, are 0.8 million files of 1 GiB."""
MOST_SIGNATURES = 32
_SIGNATURE_BYTES, _COMMAND_BYTES, _PRINTED_BYTES, _DOCUMENT_BYTES = 64 * 1024, 16 * MIB, 256 * MIB, 512 * MIB

_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9._:-]*"
_OUTPUT = re.compile(rf"{EVIDENCE}/{_SEGMENT}/{_SEGMENT}(?:/samples/[0-9]{{3,}}|/server)?/(?:command\.json|stdout|stderr)")
_SIGNATURE = re.compile(r"signatures/[a-z0-9][a-z0-9-]{0,63}\.json")


def is_signature(path: str) -> bool:
    """Whether it is the place of a signature, which no manifest lists."""
    return _SIGNATURE.fullmatch(path) is not None


def is_command(path: str) -> bool:
    """Whether it is the file that tells which program ran."""
    return path.startswith(f"{EVIDENCE}/") and path.endswith("/command.json")


def order(path: str) -> tuple[str, ...]:
    """A sort key: by folder and name, as a folder that is walked in order gives them."""
    return tuple(path.split("/"))


def check_path(path: str) -> None:
    """Raises BundleError for a path that leads out of the bundle, or is of no file that a bundle has."""
    if path.startswith("/") or ".." in path.split("/"):
        raise BundleError("path-escapes", f"{path[:200]!a} leads out of the bundle")
    if path not in (MANIFEST, *NEEDED, *OPTIONAL) and not is_signature(path) and not _OUTPUT.fullmatch(path):
        raise BundleError("added-file", f"{path[:200]!a} is no file of a bundle")


def most_bytes(path: str) -> int:
    """How large this file may be, in bytes."""
    if is_signature(path):
        return _SIGNATURE_BYTES
    if path.endswith("/command.json"):
        return _COMMAND_BYTES
    return _PRINTED_BYTES if path.startswith(f"{EVIDENCE}/") else _DOCUMENT_BYTES

