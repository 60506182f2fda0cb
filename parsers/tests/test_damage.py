"""
What holds of every parser, whatever was done to the text that it is given.

A text that was cut, damaged or made by an enemy is refused, or its record says that it is incomplete, or nothing that was
read is missing. And nothing that happens to a bad text makes it a good one.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from parsers.catalogue import tools
from parsers.plain import plain
from parsers.tests.corpus import BAD, HEALTHY, cuts, harmless, own_corpus, own_recordings, read, structural, text_of
from parsers.tests.damage import RECORDINGS

BYTE_CUTS, LINES, CHANGES = 200, 500, 300
CORPUS = [pytest.param(tool, name, id=f"{tool}:{name}") for tool, name in own_corpus()]
BAD_ONES = [pytest.param(tool, name, id=f"{tool}:{name}") for tool, names in sorted(BAD.items()) for name in names]
ALSO_READ = {"uname": {"date", "pgrep", "systemctl"}, "lspci-vv": {"vpd"}}
"""Folders whose texts are right for the tool too: one word may be the name of a host, and vpd reads other lines of the same `lspci -vv`."""
HOSTILE = {"NUL": "\x00", "ANSI": "\x1b[31m", "BOM": "\ufeff", "CR": "\r", "line separator": "\u2028", "half a character": "\ud800"}


def recorded(name: str) -> str:
    """One of our recordings."""
    return text_of(RECORDINGS / name)


def drawing(*seed: object) -> Callable[[int], int]:
    """Numbers below n, the same ones in every run."""
    return random.Random(ascii(seed)).randrange


@pytest.mark.parametrize(("tool", "name"), CORPUS)
def test_a_text_cut_anywhere_is_never_a_whole_one(tool: str, name: str) -> None:
    """A program that died half-way has measured half."""
    text = recorded(name)
    whole = plain(read(tool, text))
    for cut in cuts(text, name, LINES, BYTE_CUTS):
        assert harmless(tool, cut, whole), f"read as whole: {cut[-200:]!r}"


@pytest.mark.parametrize(("tool", "name"), CORPUS)
@pytest.mark.parametrize("character", HOSTILE.values(), ids=HOSTILE)
def test_what_no_program_prints_is_refused_or_means_nothing(tool: str, name: str, character: str) -> None:
    """Characters of a terminal, of another encoding or of an enemy, at the front and anywhere else."""
    text = recorded(name)
    whole, draw = plain(read(tool, text)), drawing(name, character)
    for place in (0, *(draw(len(text)) for _ in range(10))):
        assert harmless(tool, text[:place] + character + text[place:], whole), f"{character!r} at {place}"


@pytest.mark.parametrize(("tool", "name"), CORPUS)
def test_line_ends_of_another_system_mean_nothing(tool: str, name: str) -> None:
    """CR LF is read as LF is, or refused."""
    text = recorded(name)
    record = read(tool, text.replace("\n", "\r\n"))
    assert record is None or plain(record) == plain(read(tool, text))


@pytest.mark.parametrize(("tool", "name"), BAD_ONES)
def test_a_bad_text_is_read_and_is_bad(tool: str, name: str) -> None:
    """Or what follows would prove nothing."""
    record = read(tool, recorded(name))
    assert record is not None
    assert not HEALTHY[tool](record)


@pytest.mark.parametrize(("tool", "name"), BAD_ONES)
def test_no_line_dropped_repeated_or_moved_makes_a_bad_text_good(tool: str, name: str) -> None:
    """Nor does an error word in the place of a number."""
    text, draw = recorded(name), drawing(name)
    for number in range(CHANGES):
        changed = structural(text, draw)
        record = read(tool, changed)
        assert record is None or not HEALTHY[tool](record), f"change {number}: {changed!r}"


@pytest.mark.parametrize("tool", list(tools()))
def test_a_line_of_100_megabytes_is_refused(tool: str) -> None:
    """Before anything is made of it."""
    assert read(tool, "1" * 100_000_000) is None


@pytest.mark.parametrize("tool", list(tools()))
@pytest.mark.parametrize("text", ["", "\n", " \t\n\n", "[" * 100_000, '{"a":' * 100_000, "<a>" * 100_000], ids=repr)
def test_nothing_and_nesting_without_end_are_refused(tool: str, text: str) -> None:
    """Without a crash of Python's own stack."""
    assert read(tool, text[:300_000]) is None


@pytest.mark.parametrize("tool", list(tools()))
def test_every_tool_has_a_word_on_what_is_healthy_and_a_bad_recording(tool: str) -> None:
    """A tool that is left out of these tests has none."""
    assert tool in HEALTHY
    assert BAD.get(tool)


@pytest.mark.parametrize("tool", list(tools()))
def test_what_another_program_printed_is_refused(tool: str) -> None:
    """A mixed-up file must not be read as a good measurement of something else."""
    mine = {name for known, name in own_corpus() if known == tool}
    folders = {name.partition("/")[0] for name in mine} | ALSO_READ.get(tool, set())
    others = [path for path in own_recordings() if path.relative_to(RECORDINGS).parts[0] not in folders]
    assert [path.name for path in others if read(tool, text_of(path)) is not None] == []
