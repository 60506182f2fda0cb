"""python -m reports compare A B [--json FILE] [--all]: what changed on a node between two of its runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from reports import bundle
from reports.compare import CompareError, Comparison, differences
from reports.compare.text import lines
from reports.files import write_atomically
from reports.plain import one_line

_USAGE = 4
_SCHEMA_VERSION = 1


def main(arguments: Sequence[str]) -> int:
    """Print the differences. 0 where A and B could be compared, whatever was found; 4 where they could not, or were not given rightly."""
    parser = argparse.ArgumentParser(
        prog="python -m reports compare", description="What changed on a node between two of its runs.", allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("a", type=Path, metavar="A", help="bundle.tar.gz, or the folder, of the earlier run")
    parser.add_argument("b", type=Path, metavar="B", help="that of the later run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all differences there as data too")
    parser.add_argument("--all", action="store_true", help="cut no list off, and list what differs by no more than its noise too")
    try:
        given = parser.parse_args(arguments)
    except SystemExit as stop:
        return _USAGE if stop.code else 0
    try:
        comparison = differences(_loaded(given.a), _loaded(given.b))
        if given.json:
            write_atomically(given.json, _document(comparison))
    except (OSError, bundle.BundleError, CompareError) as error:
        print(f"nothing was compared: {one_line(error)}", file=sys.stderr)  # which escapes what it cannot write by itself
        return _USAGE
    print(_writable("\n".join(lines(comparison, everything=given.all))))
    return 0


def _writable(text: str) -> str:
    """`text` with escapes for the letters that the terminal's encoding does not have."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _loaded(path: Path) -> bundle.Loaded:
    """As reports.bundle.load, with the path in front of a refusal: of two bundles it has to be said which one is meant."""
    try:
        return bundle.load(path)
    except bundle.BundleError as error:
        raise CompareError(error.name, f"{path}: {str(error).partition(': ')[2]}") from error


def _document(comparison: Comparison) -> bytes:
    """ASCII, so that showing the file steers no terminal."""
    data = {"schema_version": _SCHEMA_VERSION, **asdict(comparison)}
    return (json.dumps(data, indent=1, allow_nan=False, ensure_ascii=True) + "\n").encode("ascii")
