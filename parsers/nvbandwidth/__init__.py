"""nvbandwidth, NVIDIA's measurement of copies between host and GPUs and among GPUs: its text and its JSON, v0.2 to v0.10."""

from __future__ import annotations

import re

from parsers.nvbandwidth.document import parse_json
from parsers.nvbandwidth.records import Bandwidths, Testcase, host_copy
from parsers.nvbandwidth.text import parse_banner, parse_matrix_text
from parsers.tool import Tool

__all__ = ["Bandwidths", "Testcase", "host_copy", "parse", "parse_json", "parse_matrix_text", "parse_version"]

_DOCUMENT = re.compile(r"^[ \t]*\{", re.MULTILINE)


def parse(text: str) -> Bandwidths:
    """The testcases of a run, with or without -j: text has no line that begins with a brace."""
    return parse_json(text) if _DOCUMENT.search(text) else parse_matrix_text(text)


def parse_version(text: str) -> tuple[int, ...]:
    """The version from the banner that every call without -j prints, also `nvbandwidth -l`: (0, 8)."""
    return tuple(int(part) for part in parse_banner(text).split("."))


TOOLS = (Tool("nvbandwidth", "0.2 to 0.10", "nvbandwidth, text and -j: the tables of all testcases, GB/s or latencies", parse),)
