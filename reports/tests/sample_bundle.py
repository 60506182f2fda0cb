"""A run's folder with evidence, and what a dishonest or clumsy hand makes of its bundle."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports import journal, results
from reports.bundle import FILE, write_bundle
from reports.tests import sample

REQUIRED = ["inventory.counts[node]", "pciebw.host_to_device[gpu0]", "pciebw.host_to_device[gpu1]"]
SPEC = b'schema = 1\nname = "hgx-sample"\n'
TAKEN = "2026-11-23T14:00:02.000000Z"
Files = dict[str, bytes]


def run_folder(folder: Path, **run: Any) -> Path:
    """The folder of an accepted live run, as it is before its bundle is written."""
    folder.mkdir(parents=True, exist_ok=True)
    named = {"name": "hgx-sample", "sha256": hashlib.sha256(SPEC).hexdigest(), "file": "hgx-sample.toml"}
    first = sample.run(**{"required": REQUIRED, "mode": "live", "origin": "live", "spec": named, **run})
    entries = [first, *sample.records(sample.good_items(REQUIRED))[1:-1], sample.end(exit_status=0)]
    (folder / "journal.jsonl").write_bytes(sample.lines_of(entries))
    (folder / "spec.toml").write_bytes(SPEC)
    document = results.build_from(journal.read(folder / "journal.jsonl"))
    results.write(folder / results.FILE, document)
    for name in document["evidence"]:
        evidence(folder / "evidence" / name)
    return folder


def evidence(place: Path, program: str = "nvbandwidth", stdout: bytes = b"55.4\n") -> Path:
    """The evidence of one program on this node, as fixtures/evidence.py leaves it."""
    place.mkdir(parents=True)
    command = {"argv": [f"/usr/bin/{program}"], "host": "local"}
    facts = {"command": command, "path": command["argv"][0], "sha256": "cd" * 32, "version": "1.0", "id": place.name, "started": TAKEN}
    (place / "command.json").write_text(json.dumps(facts))
    (place / "stdout").write_bytes(stdout)
    (place / "stderr").write_bytes(b"")
    return place


def bundle_of(folder: Path, **run: Any) -> Path:
    """The bundle of such a run."""
    return write_bundle(run_folder(folder, **run)).path


def files_of(bundle: Path) -> Files:
    """Every file of a bundle, in order."""
    with tarfile.open(bundle) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr] # there are plain files only


def pack(
    bundle: Path, files: Mapping[str, bytes] | Sequence[tuple[str, bytes]], change: Callable[[tarfile.TarInfo], None] | None = None
) -> Path:
    """A tar.gz with these files, in this order and whatever their names."""
    pairs = files.items() if isinstance(files, Mapping) else files
    with tarfile.open(bundle, "w:gz") as tar:
        for name, data in pairs:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            if change is not None:
                change(header)
            tar.addfile(header, io.BytesIO(data))
    return bundle


def with_manifest(files: Mapping[str, bytes]) -> Files:
    """The files with a manifest that fits them: what a hand that knows the format makes."""
    kept = {name: data for name, data in files.items() if name != "manifest.sha256" and not name.startswith("signatures/")}
    ordered = sorted(kept, key=lambda name: name.split("/"))
    listing = "".join(f"{hashlib.sha256(kept[name]).hexdigest()}  {name}\n" for name in ordered)
    signed = {name: data for name, data in files.items() if name.startswith("signatures/")}
    return {"manifest.sha256": listing.encode(), **signed, **{name: kept[name] for name in ordered}}


def every_file(folder: Path) -> Iterator[Path]:
    """The files below a folder."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


__all__ = ["FILE", "REQUIRED", "SPEC", "bundle_of", "every_file", "evidence", "files_of", "pack", "run_folder", "with_manifest"]
