"""One cell of nvidia-smi: a value, "not applicable", an error, or nothing; and never one for the other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import cells
from parsers.cells import ERROR_WORDS, NOT_APPLICABLE, Kind, bus_id, read_cell
from parsers.errors import ParseError
from parsers.nvidia_smi import kinds
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading

KINDS = {
    name: value for module in (cells, kinds) for name, value in vars(module).items() if isinstance(value, Kind) and name.isupper()
}  # fmt: skip
SHAPED = sorted(set(KINDS) - {"TEXT"})


@pytest.mark.parametrize(
    ("kind", "text", "value", "unit"),
    [
        ("COUNT", "0", 0, "count"),
        ("COUNT", "18446744073709551615", 18446744073709551615, "count"),
        ("POWER", "68.57 W", 68.57, "W"),
        ("MEBIBYTES", "81559 MiB", 81559, "MiB"),
        ("MEGAHERTZ", " 1980 MHz ", 1980, "MHz"),
        ("MICROSECONDS", "7015662857 us", 7015662857, "us"),
        ("DEGREES", "-8 C", -8, "C"),
        ("YES_NO", "Yes", "Yes", "text"),
        ("ENABLED", "Disabled", "Disabled", "text"),
        ("ACTIVE", "Not Active", "Not Active", "text"),
        ("VERSION", "580.105.08", "580.105.08", "version"),
        ("VBIOS", "96.00.9E.00.01", "96.00.9E.00.01", "version"),
        ("TEXT", "NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3", "text"),
        ("RECOVERY", "None", "None", "text"),
    ],
)
def test_a_cell_of_its_shape_is_a_reading(kind: str, text: str, value: object, unit: str) -> None:
    """The value has the unit of its kind and keeps the words that were printed."""
    assert read_cell("tool", KINDS[kind], text, "cell") == Reading(value, unit, f"cell: {text.strip()}")  # type: ignore[arg-type]


@pytest.mark.parametrize("word", sorted(NOT_APPLICABLE))
def test_not_applicable_is_no_value_of_any_kind(word: str) -> None:
    """Where a board has no such thing nothing is compared, whatever would have stood there; CSV adds brackets."""
    for kind in KINDS.values():
        for text in (word, f"[{word}]"):
            assert read_cell("tool", kind, text, "cell") == NotApplicable(f"cell: {text}")


@pytest.mark.parametrize("word", sorted(ERROR_WORDS))
def test_an_error_word_is_an_error_in_any_kind(word: str) -> None:
    """An error is no name either: no product is called GPU is lost."""
    for kind in KINDS.values():
        for text in (word, f"[{word}]"):
            assert read_cell("tool", kind, text, "cell") == ErrorWord(word, f"cell: {text}")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_an_empty_cell_is_absent(kind: str) -> None:
    """Nothing was said: neither zero nor an empty name."""
    assert read_cell("tool", KINDS[kind], "  ", "cell") == Absent("cell (empty)")


@pytest.mark.parametrize("kind", SHAPED)
def test_words_that_nobody_knows_are_errors_where_a_shape_is_known(kind: str) -> None:
    """A future release's error text must not become a value."""
    assert isinstance(read_cell("tool", KINDS[kind], "GPU went fishing", "cell"), ErrorWord)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ACTIVE", "Active "),
        ("ACTIVE", "not active"),
        ("ACTIVE", "NotActive"),
        ("YES_NO", "yes"),
        ("YES_NO", "Yes, twice"),
        ("ENABLED", "Enabled."),
    ],
)
def test_words_are_compared_whole(kind: str, text: str) -> None:
    """No word is found inside another; blanks around it are no part of it."""
    field = read_cell("tool", KINDS[kind], text, "cell")
    assert isinstance(field, Reading) == (text == "Active ")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("MEBIBYTES", "81559 KiB"), ("MEBIBYTES", "81559"), ("MEBIBYTES", "81559MiB"), ("MEBIBYTES", "79.6 MiB"),
        ("POWER", "68.5 W"), ("POWER", "68.57 mW"), ("POWER", "-1.00 W"), ("POWER", "68,57 W"),
        ("COUNT", "-1"), ("COUNT", "+1"), ("COUNT", "1.0"), ("COUNT", "1e9"), ("COUNT", "0x10"),
        ("COUNT", "1 2"), ("COUNT", "\u0663"), ("COUNT", "9" * 5000), ("DEGREES", "29 F"), ("DEGREES", ".5 C"), ("MICROSECONDS", "7 ms"),
        ("GENERATION", "5.0"), ("YES_NO", "0"), ("VERSION", "580"), ("VERSION", "580..1"),
    ],
)  # fmt: skip
def test_a_number_of_another_shape_or_unit_is_refused(kind: str, text: str) -> None:
    """A number that is not understood must be neither dropped nor guessed at."""
    with pytest.raises(ParseError) as caught:
        read_cell("tool", KINDS[kind], text, "cell", 3)
    assert caught.value.line_number == 3
    assert "cell" in caught.value.expected


def test_a_bracketed_text_that_nobody_knows_is_an_error() -> None:
    """nvidia-smi puts the names of errors in brackets: in a column of names too."""
    assert read_cell("tool", cells.TEXT, "[Some New Error]", "name") == ErrorWord("Some New Error", "name: [Some New Error]")


@given(st.text(max_size=40), st.sampled_from(SHAPED))
@settings(deadline=None, max_examples=300)
def test_any_text_is_one_of_four_or_refused(text: str, kind: str) -> None:
    """Whatever stands in a cell, a reading of it has the shape that its kind describes."""
    try:
        field = read_cell("tool", KINDS[kind], text, "cell")
    except ParseError:
        return
    assert not isinstance(field, Reading) or KINDS[kind].pattern.fullmatch(text.strip())


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("00000000:53:00.0", "0000:53:00.0"),
        ("0000:0A:1f.7", "0000:0a:1f.7"),
        ("00000001:CB:00.0", "0001:cb:00.0"),
        ("10000:e1:00.0", "10000:e1:00.0"),
        (" 0000:53:00.0\n", "0000:53:00.0"),
        ("0000:53:00", None),
        ("53:00.0", None),
        ("0000:53:00.8", None),
        ("0000:5g:00.0", None),
        ("000000000:53:00.0", None),
        ("", None),
        ("GPU is lost", None),
    ],
)
def test_bus_ids_have_one_form(text: str, form: str | None) -> None:
    """The driver, the kernel and lspci write domains of 8, 4 and more digits; a board must have one address."""
    assert bus_id(text) == form
