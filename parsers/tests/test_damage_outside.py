"""
Recordings of other people, damaged as our own are: what was cut is never whole, and what was bad never becomes good.

A long one is cut at some of its lines only; `benchmarks/fuzz.py --every-cut` cuts all of them everywhere.
"""

from __future__ import annotations

import random

import pytest

from parsers.plain import plain
from parsers.tests.corpus import HEALTHY, cuts, harmless, read, structural
from parsers.tests.damage import OUTSIDE
from parsers.tests.outside_table import RULES, Read, files_of, text_of

pytestmark = pytest.mark.skipif(not OUTSIDE.is_dir(), reason=f"outside recordings are not at {OUTSIDE}: set HWACCEPT_RECORDINGS")

LONG = 50_000
LINES, BYTE_CUTS, CHANGES = (500, 60), (200, 40), (100, 20)
"""How many, of a text of ordinary length and of a long one."""
EACH = [pytest.param(rule.tool, name, id=name) for rule in RULES if isinstance(rule, Read) for name in files_of(rule)]


@pytest.mark.parametrize(("tool", "name"), EACH)
def test_a_text_cut_anywhere_is_never_a_whole_one(tool: str, name: str) -> None:
    """A program that died half-way has measured half."""
    text = text_of(name)
    whole, long = plain(read(tool, text)), len(text) > LONG
    for cut in cuts(text, name, LINES[long], BYTE_CUTS[long]):
        assert harmless(tool, cut, whole), f"read as whole: {cut[-200:]!r}"


@pytest.mark.parametrize(("tool", "name"), EACH)
def test_a_text_that_was_not_good_is_not_made_good(tool: str, name: str) -> None:
    """By a line dropped, moved or repeated, or an error word; of a list without an end, what is bad can be cut off: not of those."""
    text = text_of(name)
    found = read(tool, text)
    if found is None or not found.complete or HEALTHY[tool](found):
        return
    draw = random.Random(name).randrange
    for number in range(CHANGES[len(text) > LONG]):
        record = read(tool, structural(text, draw))
        assert record is None or not HEALTHY[tool](record), f"change {number}"


@pytest.mark.parametrize(("tool", "name"), EACH)
def test_line_ends_of_another_system_mean_nothing(tool: str, name: str) -> None:
    """CR LF is read as LF is, or refused."""
    text = text_of(name).replace("\r\n", "\n")
    record = read(tool, text.replace("\n", "\r\n"))
    assert record is None or plain(record) == plain(read(tool, text))
