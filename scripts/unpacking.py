"""A bundle that is to be replayed becomes the folder of a run, for as long as the replay takes."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reports.bundle import BundleError, unpack


@contextlib.contextmanager
def unpacked(arguments: list[str]) -> Iterator[list[str] | None]:
    """The arguments, with the folder of its unpacked content in the place of a bundle that is to be replayed; None where it is refused."""
    place = next(n for n, word in enumerate(arguments) if word.partition("=")[0] == "--replay")
    words = [*arguments]
    if "=" not in words[place]:
        words[place : place + 2] = ["=".join(words[place : place + 2])]
    bundle = Path(words[place].partition("=")[2])
    if not bundle.is_file():
        yield arguments
        return
    with tempfile.TemporaryDirectory(prefix="hwaccept-replay-") as folder:
        words[place] = f"--replay={folder}"
        try:
            unpack(bundle, Path(folder))
        except (BundleError, OSError) as error:
            print(f"hwaccept: --replay {bundle}: {error}", file=sys.stderr)
            yield None
        else:
            yield words
