"""Text on one line, which looks like what it is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.plain import one_line

ANYTHING = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("16\u202e321\u200f", "16\\u202e321\\u200f"),
        ("\x1b[2J\x00\r\ufeff", "\\x1b[2J\\x00\\r\\ufeff"),
        ("\ud800 \U000e0041 \u2028", "\\ud800 \\U000e0041 \\u2028"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("NVIDIA H100 80GB HBM3, \u00e9 \u4e2d \U0001f600", "NVIDIA H100 80GB HBM3, \u00e9 \u4e2d \U0001f600"),
        (None, ""),
        (8, "8"),
    ],
)
def test_what_does_not_print_is_an_escape(said: object, shown: str) -> None:
    """Marks that steer a terminal or turn the direction are seen; letters of any script stay."""
    assert one_line(said) == shown


@settings(deadline=None)
@given(ANYTHING)
def test_every_text_becomes_one_line_that_can_be_written(said: str) -> None:
    """Whatever it was, UTF-8 holds it, no reader of lines splits it, and a second time changes nothing."""
    line = one_line(said)
    assert line.encode("utf-8").decode("utf-8") == line == one_line(line)
    assert line.isprintable()
    assert line == said or not said.isprintable()
