"""`iperf3 --version`: the release on the first line, the system (uname) on the second, then what was compiled in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Reading
from parsers.tool import Tool

TOOL = "iperf3-version"

_VERSION = re.compile(r"iperf (?P<version>3(?:\.[0-9]{1,6}){0,3})(?P<more>[0-9A-Za-z.+-]{0,20})(?: \((?P<cjson>[^)]*)\))?")
_FEATURES = re.compile(r"Optional features available: (?P<features>.+)")


@dataclass(frozen=True)
class Version:
    """
    `version` is the release by its numbers ("3.12", compared number by number); its line has what else belongs to it ("3.13-mt1").

    `cjson` is what stands in brackets behind it, "" where releases tell nothing. `features` are as they are printed.
    `complete` says that their line, which is the last, was read to its end.
    """

    version: Reading
    cjson: str
    system: str
    features: tuple[str, ...]
    complete: bool


def parse(text: str) -> Version:
    """The release. ParseError, quoting the first line, if no line is the version of an iperf3, or it is the last and cut."""
    lines = printable_lines(TOOL, text)
    whole = lines if ends_whole_line(text) else lines[:-1]
    index = next((index for index, line in enumerate(whole) if _VERSION.fullmatch(line)), None)
    match = _VERSION.fullmatch(whole[index]) if index is not None else None
    if index is None or match is None:
        raise ParseError(TOOL, "iperf 3 and its release", next(line for line in lines if line))
    features = next((found["features"] for line in whole if (found := _FEATURES.fullmatch(line))), "")
    return Version(
        version=Reading(match["version"], "version", match[0]),
        cjson=match["cjson"] or "",
        system=next(iter(whole[index + 1 :]), ""),
        features=tuple(features.split(", ")) if features else (),
        complete=bool(features),
    )


TOOLS = (Tool("iperf3-version", "3.0 to 3.22", "iperf3 --version: the release, the system, and what was compiled in", parse),)
