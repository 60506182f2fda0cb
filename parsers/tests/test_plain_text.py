"""Lines and pieces of plain text: what is damaged is refused, what is not known is quoted."""

from __future__ import annotations

import re

import pytest

from parsers.errors import ParseError
from parsers.plain_text import MAX_CHARACTERS, MAX_LINE, Scanner, ends_whole_line, printable_lines

LINE = re.compile(r"(?P<word>[a-z]+)\n")


@pytest.mark.parametrize("text", ["", "\n\n", "  \r\n"], ids=["nothing", "empty lines", "blanks"])
def test_no_output_is_refused(text: str) -> None:
    """A program that printed nothing has said nothing."""
    with pytest.raises(ParseError, match="expected output, found nothing"):
        printable_lines("tool", text)


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\ud800", "\r", "\x0c"], ids=repr)
def test_unprintable_characters_are_refused(character: str) -> None:
    """NUL, terminal escapes, a lone carriage return or half a character mean that the text is not what was printed."""
    with pytest.raises(ParseError, match=r"without control characters.*line 2"):
        printable_lines("tool", f"first\nsec{character}ond\n")


def test_what_no_program_prints_so_much_of_is_refused() -> None:
    """Before anything is made of it; the longest line, and as many of them as may be, are read."""
    line = "x" * MAX_LINE + "\n"
    whole = (line * (MAX_CHARACTERS // len(line) + 1))[:MAX_CHARACTERS]
    assert len(printable_lines("tool", whole)) == MAX_CHARACTERS // len(line) + 1
    with pytest.raises(ParseError, match=f"expected at most {MAX_CHARACTERS} characters, found '{MAX_CHARACTERS + 1} characters'"):
        printable_lines("tool", whole + "x")
    with pytest.raises(ParseError, match=rf"expected lines of at most {MAX_LINE} characters, found 'x+ \.\.\.' in line 2"):
        printable_lines("tool", f"first\nx{line}")


def test_line_ends_and_blanks_at_the_end_mean_nothing() -> None:
    """A copy through another system may have CR LF, a terminal may have filled lines with blanks."""
    assert printable_lines("tool", "one  \r\n\ttwo\n") == ["one", "\ttwo", ""]


def test_letters_of_every_language_are_printable() -> None:
    """A host or a user may be called anything."""
    assert printable_lines("tool", "host mün-01\n節点\n") == ["host mün-01", "節点", ""]


@pytest.mark.parametrize(("text", "whole"), [("one\ntwo\n", True), ("one\ntwo\r\n", True), ("one\ntw", False), ("", False)])
def test_a_line_without_its_end_may_be_half_a_line(text: str, whole: bool) -> None:
    """Nothing else tells a number from the first half of one."""
    assert ends_whole_line(text) == whole


def test_pieces_are_taken_in_order_and_nothing_is_left_unread() -> None:
    """What follows the last known piece is an error with its line, not ignored."""
    scanner = Scanner("tool", "one\n\ntwo\nTHREE\n")
    assert scanner.take(LINE, "a word")["word"] == "one"
    scanner.skip_blank_lines()
    assert scanner.take(LINE, "a word")["word"] == "two"
    assert scanner.take_if(LINE) is None
    assert not scanner.done
    with pytest.raises(ParseError, match="expected the end of the output, found 'THREE' in line 4"):
        scanner.end()
    with pytest.raises(ParseError, match="expected a word, found 'THREE' in line 4"):
        scanner.take(LINE, "a word")


def test_a_text_without_a_last_line_end_is_read_to_its_end() -> None:
    """Programs that leave out the last line end are read like the others."""
    scanner = Scanner("tool", "one")
    scanner.take(LINE, "a word")
    scanner.end()
    assert scanner.done
