"""
What the parsers are tested on together: every recording that a tool reads, and which of them are whole but bad.

A recording of ours belongs to every tool whose name begins as its folder and which reads it. `HEALTHY` says for each tool
whether a check built on a record would be content with it; see the modules *_health.py, from which it is collected.
"""

from __future__ import annotations

import functools
import importlib
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from parsers.catalogue import tools
from parsers.errors import ParseError
from parsers.plain import plain
from parsers.tests.damage import RECORDINGS
from parsers.tool import Parsed

_ERROR_WORDS = ("N/A", "ERR!", "[GPU is lost]", "Unknown Error", "null", "nan")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def _collected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(set(Path(__file__).parent.glob("*_health.py")) - set(Path(__file__).parent.glob("test_*.py"))):
        found |= getattr(importlib.import_module(f"parsers.tests.{path.stem}"), name)
    return found


HEALTHY: dict[str, Callable[[Any], bool]] = _collected("HEALTHY")
BAD: dict[str, tuple[str, ...]] = _collected("BAD")
_PARSERS = {name: tool.parse for name, tool in tools().items()}


def text_of(path: Path) -> str:
    """A recording, decoded as evidence is."""
    return path.read_bytes().decode("utf-8", "backslashreplace")


@functools.cache
def own_recordings() -> tuple[Path, ...]:
    """Every recording in the repository."""
    return tuple(path for path in sorted(RECORDINGS.rglob("*")) if path.is_file() and path.name != "SOURCES.md")


def read(tool: str, text: str) -> Parsed | None:
    """The record, None where the text is refused. Any other exception is the parser's fault and comes through."""
    try:
        return _PARSERS[tool](text)
    except ParseError:
        return None


@functools.cache
def own_corpus() -> tuple[tuple[str, str], ...]:
    """Tool and recording (its path below recordings/) for every recording of ours that the tool reads."""
    return tuple(_pairs())


def _pairs() -> Iterator[tuple[str, str]]:
    for path in own_recordings():
        folder = path.relative_to(RECORDINGS).parts[0].replace("_", "-")
        for tool in _PARSERS:
            if (tool == folder or tool.startswith(f"{folder}-")) and read(tool, text_of(path)) is not None:
                yield tool, str(path.relative_to(RECORDINGS))


def harmless(tool: str, damaged: str, whole: object) -> bool:
    """Whether the damaged text is refused, read as incomplete, or read as the whole one is."""
    record = read(tool, damaged)
    return record is None or not record.complete or plain(record) == whole


def cuts(text: str, seed: str, lines: int, bytes_: int) -> Iterator[str]:
    """Every prefix of whole lines (`lines` of them, of a text of more), and `bytes_` prefixes that end anywhere."""
    ends = [at for at, character in enumerate(text, start=1) if character == "\n" and at < len(text)]
    draw = random.Random(seed)
    chosen = [0, *ends] if len(ends) < lines else [0, *draw.sample(ends, lines)]
    yield from (text[:end] for end in chosen)
    yield from (text[: draw.randrange(len(text))] for _ in range(bytes_))


def structural(text: str, draw: Callable[[int], int]) -> str:
    """The text with one line cut off, dropped, swapped, repeated, or with a number replaced by an error word; `draw(n)` is 0 to n-1."""
    lines = text.splitlines(keepends=True)
    if not lines:
        return text
    kind, at, other = draw(6), draw(len(lines)), draw(len(lines))
    if kind == 0:
        return text[: draw(len(text) + 1)]
    if kind == 1:
        return "".join(lines[:at] + lines[at + 1 + draw(3) :])
    if kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
        return "".join(lines)
    if kind == 3:
        first, last = sorted((at, other))
        return "".join(lines[: last + 1] + lines[first : last + 1] + lines[last + 1 :])
    if kind == 4:
        return "".join(lines[:at])
    return _with_error_word(text, draw)


def _with_error_word(text: str, draw: Callable[[int], int]) -> str:
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        return text
    found = numbers[draw(len(numbers))]
    return text[: found.start()] + _ERROR_WORDS[draw(len(_ERROR_WORDS))] + text[found.end() :]
