"""
The bundle of a run: one file with everything a verdict was reached from, and a manifest by which nothing in it can be changed unseen.

`bundle.tar.gz` holds `manifest.sha256` first (as `sha256sum -c` reads it), then `signatures/`, then the files in the manifest's
order. What is signed is the manifest. Reports that are made from the results are not in it: they can be made again.
"""

from reports.bundle.embedding import embed
from reports.bundle.errors import BundleError
from reports.bundle.loading import Loaded, load, loaded_from, unpack
from reports.bundle.names import FILE, JOURNAL, MANIFEST, SPEC
from reports.bundle.writing import Written, write_bundle

__all__ = [
    "FILE",
    "JOURNAL",
    "MANIFEST",
    "SPEC",
    "BundleError",
    "Loaded",
    "Written",
    "embed",
    "load",
    "loaded_from",
    "unpack",
    "write_bundle",
]
