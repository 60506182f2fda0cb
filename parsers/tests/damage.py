"""What tests of parsers do to a text: cut it, change it anywhere; and where recordings of other people lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import strategies as st

RECORDINGS = Path(__file__).parents[1] / "recordings"
OUTSIDE = Path(os.environ.get("HWACCEPT_RECORDINGS", Path(__file__).parents[2] / "../shared/recordings"))

_CHARACTERS = ("", "\x00", "\x1b[31m", "\r", "\n", "\u0663", "\ud800", "-", "0", "9", ".", "{", "}", "[", '"', "|")
_JUNK = (*_CHARACTERS, "nan", "inf", "N/A", "null", "error")


def outside(name: str) -> str:
    """The text of an outside recording; skips where there are none."""
    path = OUTSIDE / name
    if not path.exists():
        pytest.skip(f"outside recordings are not at {OUTSIDE}: set HWACCEPT_RECORDINGS")
    return path.read_bytes().decode("utf-8", "backslashreplace")


def prefixes(text: str) -> Iterator[str]:
    """The text cut after each of its lines, from nothing on; whole lines only, and not the whole text."""
    lines = text.splitlines(keepends=True)
    for count in range(len(lines)):
        yield "".join(lines[:count])


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """The text with one to three stretches of up to 30 characters taken out, doubled, or replaced by junk."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        stretch = text[start : start + draw(st.integers(0, 30))]
        new = draw(st.sampled_from((*_JUNK, stretch * 2)))
        text = text[:start] + new + text[start + len(stretch) :]
    return text
