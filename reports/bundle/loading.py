"""Reads a bundle: into memory what its verdict is, or whole into a folder; and looks whether its parts say the same."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports import journal
from reports.bundle.errors import BundleError
from reports.bundle.names import ABOUT, BOM, EVIDENCE, JOURNAL, MANIFEST, PEERS, RESULTS, SPEC, TOOLS, is_command, is_signature
from reports.bundle.tools import Tools
from reports.bundle.walking import Member, walk
from reports.bundle.writing import about
from reports.results import build_from
from reports.schema import first_problem

_NODE = re.compile(r"(?![.])[^/\0]{1,255}")
_COPIED = (
    "suite", "mode", "origin", "workers", "options", "host", "bill", "absent", "not_required", "unjudged", "max_warnings",
    "limits_file", "network", "required", "ended", "counts", "evidence", "items",
)  # fmt: skip
"""What results.json says as the journal gives it, beside what `_same_run` refuses by a name of its own."""


@dataclass(frozen=True)
class Loaded:
    """
    What a run left, read from its bundle or its folder.

    `tools` are as in tools.json. `manifest` is None for a folder, in which nothing is protected. `signatures` are the files by
    their names, not checked here.
    """

    path: Path
    results: Mapping[str, Any]
    tools: Sequence[Mapping[str, Any]]
    manifest: bytes | None
    spec: bytes
    signatures: Mapping[str, bytes]

    @property
    def manifest_sha256(self) -> str | None:
        """What is signed, and what names the bundle."""
        return hashlib.sha256(self.manifest).hexdigest() if self.manifest is not None else None


def load(path: Path) -> Loaded:
    """
    What `path` holds, a bundle or the folder of a run.

    Of a bundle every file is read and compared with the manifest. Raises BundleError where it is refused, or its parts
    contradict each other; OSError where it cannot be read.
    """
    if path.is_dir():
        return loaded_from(path)
    with tempfile.TemporaryDirectory(prefix="hwaccept-bundle-") as name:
        return unpack(path, Path(name), evidence=False)


def unpack(bundle: Path, folder: Path, evidence: bool = True) -> Loaded:
    """
    As `load` of a bundle, with its files put into `folder`, which has to be empty, as those of a run.

    Without `evidence` the outputs of the programs are checked and not kept.
    """
    signatures: dict[str, bytes] = {}
    tools, listing, found = Tools(), b"", set[str]()
    for member in walk(bundle):
        if member.path == MANIFEST:
            listing = member.data
        elif is_signature(member.path):
            signatures[Path(member.path).stem] = member.data
        elif is_command(member.path):
            text = member.data
            tools.take(member.path, text)
            found.add("/".join(member.path.split("/")[1:3]))
            _put(folder, member, text if evidence else None)
        else:
            keeps = evidence or not member.path.startswith(f"{EVIDENCE}/")
            _put(folder, member, None) if not keeps else _store(folder, member)
    (folder / EVIDENCE).mkdir(exist_ok=True)
    return _consistent(bundle, folder, tools, found, listing, signatures)


def loaded_from(folder: Path) -> Loaded:
    """As `load` of a run's folder."""
    tools, found = Tools(), set[str]()
    for file in sorted((folder / EVIDENCE).rglob("command.json")):
        tools.take(str(file.relative_to(folder)), file.read_bytes())
        found.add("/".join(file.relative_to(folder).parts[1:3]))
    return _consistent(folder, folder, tools, found, None, {})


def _put(folder: Path, member: Member, text: bytes | None) -> None:
    """Keep `text` as the member, or read the member to its end and keep nothing."""
    if text is None:
        for _ in member.chunks:
            pass
    else:
        _place(folder, member.path).write_bytes(text)


def _store(folder: Path, member: Member) -> None:
    with _place(folder, member.path).open("xb") as file:
        for chunk in member.chunks:
            file.write(chunk)


def _place(folder: Path, path: str) -> Path:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _consistent(
    path: Path, folder: Path, tools: Tools, found: set[str], listing: bytes | None, signatures: Mapping[str, bytes]
) -> Loaded:  # fmt: skip
    """The parts as one, if they say the same of the run."""
    results, recorded = _document(folder, RESULTS), _journal(folder)
    problem = first_problem(results)
    if problem:
        raise BundleError("bad-results", f"{RESULTS} is not as published: {problem}")
    _same_run(results, build_from(recorded))
    spec = _file(folder, SPEC, results["spec"]["sha256"], "spec-swapped")
    _named_by_options(folder, results["options"])
    if listing is not None:
        _as_made(folder, results, tools)
    lacking = [name for name in results["evidence"] if name not in found]
    if lacking:
        raise BundleError("missing-file", f"the evidence {lacking[0]} is named by an item and is not there ({len(lacking)} are not)")
    return Loaded(path, results, tools.listed, listing, spec, signatures)


def _as_made(folder: Path, results: Mapping[str, Any], tools: Tools) -> None:
    """The files that were made for the bundle must be those that its other files give."""
    if (folder / ABOUT).read_bytes() != about(results):
        raise BundleError("other-node", f"{ABOUT} is not of the run that {RESULTS} tells of")
    if (folder / TOOLS).read_bytes() != tools.document():
        raise BundleError("changed-file", f"{TOOLS} does not list the programs of the evidence")


def _same_run(results: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """The journal tells of the same run on the same node, and it gives this verdict."""
    for name in ("node", "started"):
        if results[name] != told[name]:
            raise BundleError("other-node", f"{RESULTS} is of {name} {results[name]!r}, {JOURNAL} of {told[name]!r}")
    if results["spec"]["sha256"] != told["spec"]["sha256"]:
        raise BundleError("spec-swapped", f"{RESULTS} was judged by a spec other than {JOURNAL} says")
    if not _NODE.fullmatch(results["node"]):  # whoever replays it makes a folder of this name
        raise BundleError("path-escapes", f"the node is called {results['node'][:200]!a}, which no folder may be called")
    if (results["mode"], results["origin"]) in (("live", "simulated"), ("simulated", "live")):
        raise BundleError("contradiction", f"a run that was {results['mode']} has no evidence that is {results['origin']}")
    for name in _COPIED:
        if results[name] != told[name]:
            raise BundleError("contradiction", f"{RESULTS} and {JOURNAL} do not say the same of {name}")
    if results["verdict"] != told["verdict"]:
        raise BundleError("contradiction", f"{RESULTS} says {results['verdict']}, its {JOURNAL} gives {told['verdict']}")


def _named_by_options(folder: Path, options: Mapping[str, Any]) -> None:
    bom = options.get("bom")
    for name, sha256 in ((PEERS, options.get("peers_sha256")), (BOM, bom.get("sha256") if isinstance(bom, dict) else None)):
        if sha256 is None and (folder / name).exists():
            raise BundleError("added-file", f"{name} was added: the run had none")
        if sha256 is not None:
            _file(folder, name, sha256, "changed-file")


def _file(folder: Path, name: str, sha256: object, refusal: str) -> bytes:
    try:
        text = (folder / name).read_bytes()
    except FileNotFoundError:
        raise BundleError("missing-file", f"{name} is not there") from None
    if hashlib.sha256(text).hexdigest() != sha256:
        raise BundleError(refusal, f"{name} is not the one that the run was judged by: its hash is another")
    return text


def _document(folder: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except FileNotFoundError:
        raise BundleError("missing-file", f"{folder} has no {name}") from None
    except (ValueError, RecursionError) as error:
        raise BundleError("bad-results", f"{name} cannot be read: {str(error)[:200]}") from error
    if not isinstance(found, dict):
        raise BundleError("bad-results", f"{name} is no object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice: another reader would take the other one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands in an object twice")
    return found


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _journal(folder: Path) -> journal.Journal:
    try:
        return journal.read(folder / JOURNAL)
    except FileNotFoundError:
        raise BundleError("missing-file", f"{folder} has no {JOURNAL}") from None
    except journal.JournalError as error:
        raise BundleError("bad-journal", str(error)) from error
