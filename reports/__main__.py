"""
python -m reports FOLDER: make results.json and all that is made from it again from the journal of a run.

python -m reports COMMAND ...: keygen, sign, certificate, compare, drill; each tells its arguments with --help. A folder of such a name is
given as ./compare.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from reports import certificate_cli, compare_cli, html, signing_cli
from reports.drill import cli as drill_cli
from reports.journal import JournalError
from reports.plugin import make_reports
from reports.results import FILE, ResultsError, exit_code

_USAGE = 4


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "keygen": signing_cli.main_keygen, "sign": signing_cli.main_sign, "certificate": certificate_cli.main, "compare": compare_cli.main,
    "drill": drill_cli.main,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command says, or make the reports of a folder; the return value is the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    return _COMMANDS[words[0]](words[1:]) if words and words[0] in _COMMANDS else remake(words)


def remake(arguments: Sequence[str]) -> int:
    """
    Print the verdict and where the report is.

    0 ACCEPTED, 10 REJECTED, 11 INCOMPLETE; 4 where there is no journal to judge, or a signed bundle that is not of this folder.
    """
    also = f"In the place of a folder: one of {', '.join(_COMMANDS)}, with --help for its arguments."
    parser = argparse.ArgumentParser(prog="python -m reports", description="Make the reports of a run again from its journal.", epilog=also)
    parser.exit_on_error = True
    parser.add_argument("folder", type=Path, help="the run's folder, OUT/NODE/TIME, with its journal.jsonl")
    folder: Path = _parsed(parser, arguments)
    before = _verdict_on_file(folder)
    try:
        document = make_reports(folder)
    except (OSError, JournalError, ResultsError) as error:
        print(f"no reports were made: {error}", file=sys.stderr)
        return _USAGE
    if before not in (None, document["verdict"]):
        print(f"{FILE} said {before} before; it was made again from the journal")
    made, signed = folder / html.FILE, False
    for reason in document["reasons"]:
        if "could not be written: " in reason:
            print(reason)
            signed = signed or "signed-already" in reason
    print(f"{document['verdict']}: {made if made.exists() else f'no {html.FILE}; see {FILE}'}")
    return _USAGE if signed else exit_code(document["verdict"])


def _parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> Path:
    try:
        folder: Path = parser.parse_args(arguments).folder
    except SystemExit as stop:
        raise SystemExit(_USAGE if stop.code else 0) from None
    return folder


def _verdict_on_file(folder: Path) -> str | None:
    """The verdict that results.json holds now; None without the file."""
    try:
        return str(json.loads((folder / FILE).read_text(encoding="utf-8"))["verdict"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return "nothing that can be read"


if __name__ == "__main__":
    sys.exit(main())
