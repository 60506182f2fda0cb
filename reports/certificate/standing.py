"""
Whether a page may be a certificate.

Decided from mode, origin, verdict and items together, and anything that is not known to be right is an obstacle: a page that
looks like a certificate and is none is worse than no page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reports.margins import ORDER
from reports.results import mode_suffix, node_verdict

Results = Mapping[str, Any]
_HEADINGS = {"ACCEPTED": "Acceptance certificate", "REJECTED": "Rejection record"}
_SHA256 = re.compile("[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)
_NOT_LIVE = {
    ("simulated", "simulated"): "the run was simulated: no hardware was measured",
    ("replayed", "live"): "the run is a replay: it judged again what an earlier run had measured, and measured nothing itself",
    ("replayed", "simulated"): "the run is a replay of a simulated one: no hardware was measured",
}
_SHORT = 12


@dataclass(frozen=True)
class Standing:
    """What a page is: `word` is the verdict with its mode, `obstacles` are sentences about why it is no certificate; empty if it is one."""

    word: str
    obstacles: tuple[str, ...]
    manifest_sha256: str | None

    @property
    def is_certificate(self) -> bool:
        """Whether it has lines to sign."""
        return not self.obstacles

    @property
    def running(self) -> str:
        """What stands on every page."""
        return self.word if self.is_certificate else f"NO CERTIFICATE: {self.word}"

    @property
    def heading(self) -> str:
        """What the page is called."""
        return _HEADINGS[self.word] if self.is_certificate else self.running

    @property
    def short_manifest(self) -> str:
        """The first digits of the manifest's SHA-256, by which pages of one bundle are known."""
        return f"manifest {self.manifest_sha256[:_SHORT]}" if self.manifest_sha256 else "no manifest"


def standing(results: Results, manifest_sha256: str | None) -> Standing:
    """The standing of a results document whose bundle has a manifest with this SHA-256; None where no bundle was written."""
    found = _obstacles(results, manifest_sha256)
    return Standing(_word(results), tuple(found), manifest_sha256)


def _word(results: Results) -> str:
    """The verdict; a mode that it hides is added."""
    suffix = mode_suffix(results["mode"], results["origin"])
    said = str(results["verdict"])
    return said if " " in said else said + suffix


def _obstacles(results: Results, manifest_sha256: str | None) -> Iterator[str]:
    kind = results["mode"], results["origin"]
    if kind != ("live", "live"):
        yield _NOT_LIVE.get(kind, f"mode {kind[0]!r} with origin {kind[1]!r} is no run on a live node")
    yield from _of_verdict(results["verdict"], results, is_live=kind == ("live", "live"))
    if not isinstance(results["ended"], str) or not _TIME.fullmatch(results["ended"]):
        yield "the run did not end in order"
    if manifest_sha256 is None:
        yield "no bundle was written, so nobody can check it against the evidence"
    elif not _SHA256.fullmatch(manifest_sha256):
        yield "what should be the SHA-256 of the bundle's manifest is none"


def _of_verdict(word: str, results: Results, *, is_live: bool) -> Iterator[str]:
    """Results that somebody edited may say what their items do not."""
    given, _ = node_verdict(results["required"], results["items"], results["max_warnings"], results["absent"])
    if word.partition(" ")[0] == "INCOMPLETE":
        yield "the run is INCOMPLETE: what was not measured is neither accepted nor rejected"
    elif is_live and word not in _HEADINGS:
        yield f"{word} is no verdict of a run on a live node"
    elif given != word.partition(" ")[0]:
        yield f"its items and limits give {given}, not {word}"
    if not _counts_are_right(results):
        yield "its counts are not those of its items"


def _counts_are_right(results: Results) -> bool:
    told, found = results["counts"], Counter(item["verdict"] for item in results["items"])
    expected = {**{word: told[word] for word in ORDER}, "ERROR": told["ERROR"] + told["not_run"]}
    return all(found[word] == expected[word] for word in ORDER)
