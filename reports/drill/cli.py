"""python -m reports drill FILE [--html OUT] [--markdown]: what a drill found, for a terminal, as a page, or for a README."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from reports import drill
from reports.files import write_atomically
from reports.plain import one_line

_USAGE = 4


def main(arguments: Sequence[str]) -> int:
    """Print the report. 0 where FILE could be read, whatever was found; 4 where it could not, or the arguments were not given rightly."""
    parser = argparse.ArgumentParser(prog="python -m reports drill", description="What a drill of the suite found.", allow_abbrev=False)
    parser.add_argument("file", type=Path, metavar="FILE", help="drill.json")
    parser.add_argument("--html", type=Path, metavar="OUT", help="write the page there too")
    parser.add_argument("--markdown", action="store_true", help="print the short form for a README instead")
    try:
        given = parser.parse_args(arguments)
    except SystemExit as stop:
        return _USAGE if stop.code else 0
    try:
        document = drill.checked(json.loads(given.file.read_bytes()))
        if given.html:
            write_atomically(given.html, drill.page(document))
    except (OSError, ValueError, RecursionError) as error:
        print(f"no report of {one_line(given.file)} was made: {one_line(error)}", file=sys.stderr)
        return _USAGE
    said = drill.markdown(document).rstrip("\n") if given.markdown else drill.text(document)
    encoding = sys.stdout.encoding or "utf-8"
    print(said.encode(encoding, "backslashreplace").decode(encoding))
    return 0
