"""python -m reports certificate BUNDLE|DIR: make the certificate again from a bundle, with the signatures that are in it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from reports import bundle, certificate, signing
from reports.certificate.standing import standing
from reports.files import write_atomically

_USAGE = 4
_VERIFIES = "verifies; compare its key with the one that you were given"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what the page is and where it lies. 0 where it was made, whatever it says; 4 where it was not."""
    given = _parsed(arguments)
    source: Path = given.source / bundle.FILE if (given.source / bundle.FILE).is_file() else given.source
    target: Path = given.output or (source if source.is_dir() else source.parent) / certificate.FILE
    if target.suffix != ".html":
        return _refused(f"{target} was asked for, and the page goes to a file that ends in .html")
    try:
        loaded = bundle.load(source)
        signatures = list(_signatures(loaded))
        page = certificate.document(loaded.results, loaded.manifest_sha256, loaded.tools, signatures, spec=loaded.spec)
        write_atomically(target, page)
    except (OSError, bundle.BundleError) as error:
        return _refused(str(error))
    print(f"{standing(loaded.results, loaded.manifest_sha256).heading}: {target}")
    return 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m reports certificate", description="Make the certificate of a run, for people to sign.")
    parser.add_argument("source", type=Path, metavar="BUNDLE|DIR", help=f"a {bundle.FILE}, or a run's folder: its {bundle.FILE} is used")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=f"where it goes (default: {certificate.FILE} beside the bundle)")
    try:
        return parser.parse_args(arguments)
    except SystemExit as stop:
        raise SystemExit(_USAGE if stop.code else 0) from None


def _refused(why: str) -> int:
    print(f"no certificate was made: {why}", file=sys.stderr)
    return _USAGE


def _signatures(loaded: bundle.Loaded) -> Iterator[dict[str, str]]:
    """Each signature with what is known of it; one that is refused has no signer, only the reason."""
    for name, data in sorted(loaded.signatures.items()):
        try:
            checked = signing.check(data, loaded.manifest or b"", loaded.results)
        except signing.SignatureError as error:
            yield {"role": "", "signer": "", "signed": "", "fingerprint": "", "state": f"refused, signatures/{name}.json: {error}"}
        else:
            stated = checked.statement
            known = {"role": stated.role, "signer": stated.signer, "signed": stated.signed}
            yield {**known, "fingerprint": checked.fingerprint, "state": _VERIFIES}
