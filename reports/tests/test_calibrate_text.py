"""Limits are replaced in a spec's text, or it is refused; nothing in between."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.calibrate import CalibrationError
from reports.calibrate.text import redrafted, table_lines

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.mark.parametrize(
    "text",
    [
        'name = "x"\n[limits]\n"a.b" = {min = 1}\n', 'name = "x"\n[limits]\n"a.b".min = 1\n', 'name = "x"\nlimits."a.b".min = 1\n',
        'name = """\nx"""\n[limits."a.b"]\nmin = 1\n', 'a = """\nname = "x"\n"""\n"name" = """x\\\n"""\n[limits."a.b"]\nmin = 1\n',
    ],
)  # fmt: skip
def test_a_layout_that_cannot_be_edited_is_refused(text: str) -> None:
    """Nothing is guessed: a limit without a table of its own, or a name over several lines, is refused by name."""
    with pytest.raises(CalibrationError, match=r"^spec-layout: "):
        redrafted(text, "y", {"a.b": {"min": 2}}, [], [])


@pytest.mark.parametrize(
    "header", ['[limits."a.b"]', "[limits.'a.b']", '  [ limits . "a.b" ] # c', '["limits"."a.b"]', '[limits."a\\u002eb"]']
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_header_may_be_written_in_any_way(header: str, end: str) -> None:
    """The parser says what a line means, not a pattern."""
    text = end.join(['name = "x"', header, "min = 1", "", "# next", "[z]", "a = [", '["limits"],', "]", ""])
    assert redrafted(text, "y", {"a.b": {"min": 2}}, ["h"], []).split("\n") == [
        "# h", 'name = "y"', header, "min = 2", "", "# next", "[z]", "a = [", '["limits"],', "]", "",
    ]  # fmt: skip


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300).map(lambda text: f" {text}".replace("\r", "?")))
def test_any_words_can_stand_in_a_limit(words: str) -> None:
    """A limit is written so that it reads as it was meant, whatever its conditions and source say."""
    table = {"min": 1.5e-7, "warn": 10**16, "conditions": words, "source": " ".join(f"{words} {words * 3}".split()) or "s"}
    assert tomllib.loads("\n".join(table_lines(table))) == table
