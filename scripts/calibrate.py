"""scripts/accept --calibrate BUNDLE... -o SPEC.toml: draft the limits of a spec from nodes that are known to be good."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from fixtures import spec
from reports.bundle import BundleError, Loaded, load
from reports.calibrate import MINIMUM_NODES, CalibrationError, Draft, Proposal, draft
from reports.plain import one_line
from reports.words import number_words

WRITTEN, REFUSED = 0, 4
_HEADINGS = ("reading", "n", "nodes", "median", "MAD", "range", "unit", "before", "limit", "warn")
_SHOWN_KEYS = 4


def main(arguments: Sequence[str]) -> int:
    """
    Write the draft, print what is in it, and return 0; or say in one line why not, and return 4.

    The draft is loaded as a spec before it gets its name; a file that is there is never replaced.
    """
    given = _parsed(arguments)
    target: Path = given.output
    try:
        if os.path.lexists(target):
            raise CalibrationError("file-exists", f"{target} is there; a draft never replaces a file")
        bundles = [_loaded(path) for path in given.calibrate]
        _refuse_other_specs(bundles[0].spec)
        made = draft(bundles, given.minimum_nodes)
        _write(target, made.text)
    except (CalibrationError, spec.SpecError, OSError) as error:
        print(one_line(f"nothing was calibrated: {error}"), file=sys.stderr)
        return REFUSED
    print("\n".join(_told(made, target)))
    return WRITTEN


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/accept", allow_abbrev=False, description=__doc__)
    parser.add_argument("--calibrate", nargs="*", required=True, type=Path, metavar="BUNDLE", help="bundle.tar.gz of accepted live nodes")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="SPEC.toml", help="the file to write; it must not be there")
    parser.add_argument(
        "--minimum-nodes", default=MINIMUM_NODES, type=_several, metavar="N",
        help=f"how many different nodes make a population, at least 2 (default: {MINIMUM_NODES})",
    )  # fmt: skip
    try:
        given = parser.parse_args(arguments)
        if not given.calibrate:
            parser.error("--calibrate: which bundles?")
    except SystemExit as stop:
        raise SystemExit(REFUSED if stop.code else WRITTEN) from None
    return given


def _several(text: str) -> int:
    number = int(text)
    if number < 2:
        raise ValueError
    return number


def _loaded(path: Path) -> Loaded:
    """The bundle; one that is refused is named, as there are many."""
    try:
        return load(path)
    except BundleError as error:
        raise CalibrationError(error.name, f"{path}: {str(error).partition(': ')[2]}") from error


def _refuse_other_specs(text: bytes) -> None:
    """Raises SpecError where what the nodes were judged by is no spec of this suite."""
    with tempfile.TemporaryDirectory(prefix="hwaccept-") as folder:
        file = Path(folder, "spec.toml")
        file.write_bytes(text)
        spec.load(str(file))


def _write(target: Path, text: bytes) -> None:
    """Under a name of its own until it is proven to be a spec; the link fails where `target` has come to be there."""
    making = target.with_name(f".{target.name}.{os.getpid()}.toml")
    try:
        making.write_bytes(text)
        spec.load(str(making.absolute()))
        os.link(making, target)
    finally:
        making.unlink(missing_ok=True)


def _told(made: Draft, target: Path) -> Iterator[str]:
    yield from _columns([_HEADINGS, *map(_row, made.proposals)])
    yield from (f"note: {proposal.key}: {flag}" for proposal in made.proposals for flag in proposal.flags)
    if made.suggested:
        names = ", ".join(proposal.key for proposal in made.suggested)
        yield f"not judged by the spec, suggested in comments at the end: {names}"
    for why in dict.fromkeys(made.left.values()):
        keys = [key for key, reason in made.left.items() if reason == why]
        more = f" and {len(keys) - _SHOWN_KEYS} more" if len(keys) > _SHOWN_KEYS else ""
        yield f"left as it is, because {why}: {', '.join(keys[:_SHOWN_KEYS])}{more}"
    yield f"{len(made.proposals)} limits calibrated in {made.name}: {target}. It is a draft: read it before a node is judged by it"


def _row(proposal: Proposal) -> tuple[str, ...]:
    found, table = proposal.population, proposal.table
    middle, mad, least, most = (number_words(float(value)) for value in (found.median, found.mad, found.least, found.most))
    before = f"{proposal.side} {number_words(proposal.before)}"
    bound = f"{proposal.side} {number_words(table[proposal.side])}"
    warn = number_words(table["warn"]) if "warn" in table else "-"
    return proposal.key, str(found.n), str(found.nodes), middle, mad, f"{least} to {most}", table["unit"], before, bound, warn


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield from ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
