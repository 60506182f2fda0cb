"""The record of `lspci -D -n`: what parse_lspci_numeric() reads (test_lspci.py), and no half line at its end."""

from __future__ import annotations

import pytest

from parsers.errors import ParseError
from parsers.lspci import Listing, parse, parse_lspci_numeric
from parsers.tests.cut_records import cuts
from parsers.tests.damage import RECORDINGS

NODE = (RECORDINGS / "lspci" / "node.txt").read_text()


def test_a_listing_holds_the_devices_and_is_never_whole() -> None:
    """Nothing in it says how many devices there are."""
    assert parse(NODE) == Listing(tuple(parse_lspci_numeric(NODE)), complete=False)


def test_a_dead_board_that_was_cut_before_its_revision_is_refused() -> None:
    """Without (rev ff) it would be one that answers."""
    cut = NODE[: NODE.index(" (rev ff)")]
    assert parse_lspci_numeric(cut)[-1].readable
    with pytest.raises(ParseError, match=r"a whole last line, found '0000:64:00\.0 0302: 10de:2330'"):
        parse(cut)


def test_a_last_line_with_a_revision_is_whole_without_its_end() -> None:
    """The bracket closes it."""
    assert parse("0000:53:00.0 0302: 10de:2330 (rev a1)").devices[0].revision == "a1"


@pytest.mark.parametrize("text", ["", "\n", f"\ufeff{NODE}", f"\x1b[31m{NODE}", NODE.replace("\n", "\u2028")])
def test_nothing_and_what_no_program_prints_are_refused(text: str) -> None:
    """A host without PCI devices; escape sequences, a byte order mark, line ends of another kind."""
    with pytest.raises(ParseError):
        parse(text)


def test_a_cut_listing_has_no_device_that_the_whole_has_not() -> None:
    """Every device in it is one of the node's, with its revision."""
    whole = set(parse(NODE).devices)
    for cut in cuts(NODE):
        try:
            assert set(parse(cut).devices) <= whole
        except ParseError:
            continue
