"""
`python -m parsers TOOL [FILE]`: what a program printed, as JSON. Without FILE the text comes from standard input.

TOOL is a name of --list, or the beginning of several, as nvidia-smi and dcgmi are: then it is found out which of them
printed the text. The object has `tool` (one of the list), `complete` (whether the text proves that it is whole; see
parsers.tool) and `record`, whose fields are described in the docstring of the module that reads the tool. Exit codes: 0
read, 1 refused (one line says why), 2 usage.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from parsers.catalogue import tools
from parsers.errors import ParseError
from parsers.plain import plain
from parsers.tool import Tool

MAX_BYTES = 64 * 1024 * 1024
"""More than any parser takes; what a text may hold is each parser's own limit."""
_REFUSED, _USAGE = 1, 2


def main(arguments: Sequence[str]) -> int:
    """Read one output and print its record, or list the tools; the exit code."""
    options = _options(arguments)
    known = tools()
    if options.list:
        print("\n".join(_listed(tool) for tool in known.values()))
        return 0
    family = _family(options.tool or "", known)
    if not family:
        _misused(f"TOOL: found {options.tool!r}; accepted: {', '.join(known)}")
    return _print_record(family, _text(options.file))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m parsers", description="Read what a program printed; print it as JSON.")
    parser.add_argument("tool", metavar="TOOL", nargs="?", help="what printed the text; --list names them")
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help="the text; standard input if left out or -")
    parser.add_argument("--list", action="store_true", help="list the tools, the versions that are read, and what is read")
    return parser.parse_args(arguments)


def _family(name: str, known: dict[str, Tool]) -> list[Tool]:
    """The tool of this name and those whose names begin with it, itself first; ib_write_bw and nvidia-smi-L are names too."""
    wanted = name.lower().replace("_", "-")
    return [tool for tool in known.values() if wanted and f"{tool.name}-".startswith(f"{wanted}-")]


def _listed(tool: Tool) -> str:
    return f"{tool.name:<20} {tool.versions:<28} {tool.about}"


def _misused(message: str) -> NoReturn:
    print(f"python -m parsers: {message}", file=sys.stderr)
    raise SystemExit(_USAGE)


def _text(name: str) -> str:
    """The text, decoded as evidence is: what is no UTF-8 stays visible."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except OSError as error:
        _misused(f"FILE: {name}: {error.strerror}")
    if len(data) > MAX_BYTES:
        _misused(f"FILE: {name}: more than {MAX_BYTES} bytes, which no program here prints")
    return data.decode("utf-8", "backslashreplace")


def _print_record(family: list[Tool], text: str) -> int:
    """The record of the first that reads the text; else the refusal of the one that came furthest."""
    refusals: list[ParseError] = []
    for tool in family:
        try:
            record = tool.parse(text)
        except ParseError as error:
            refusals.append(error)
        else:
            print(json.dumps({"tool": tool.name, "complete": record.complete, "record": plain(record)}, indent=2, allow_nan=False))
            return 0
    print(max(refusals, key=lambda refusal: refusal.line_number), file=sys.stderr)
    return _REFUSED


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads the first lines only is no error of ours
    sys.exit(main(sys.argv[1:]))
