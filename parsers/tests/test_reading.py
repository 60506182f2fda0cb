"""What a field of a record can be, and what a parser says when it is given something else."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from parsers.errors import ParseError
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading


def test_readings_with_the_same_value_and_unit_are_equal() -> None:
    """Snapshots are compared field by field, so equality is of contents, and 0 W is not 0 C."""
    assert Reading(0, "W", "a: 0") == Reading(0, "W", "a: 0")
    assert Reading(0, "W", "a: 0") != Reading(0, "C", "a: 0")


@pytest.mark.parametrize("field", [Reading(1, "count", "x: 1"), NotApplicable("x: N/A"), ErrorWord("ERR!", "x: ERR!"), Absent("x")])
def test_a_field_cannot_be_changed(field: Reading | NotApplicable | ErrorWord | Absent) -> None:
    """What a tool said is evidence: nothing may be written into it later."""
    name = dataclasses.fields(field)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(field, name, "other")


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        (NotApplicable("pci/tx_util: N/A"), "not available: pci/tx_util: N/A"),
        (ErrorWord("GPU is lost", "clocks: GPU is lost"), "clocks: GPU is lost"),
        (Absent("serial"), "not in the output: serial"),
    ],
)
def test_what_is_no_reading_says_why(field: NotApplicable | ErrorWord | Absent, sentence: str) -> None:
    """The three ways of not knowing are told apart in the report, each with what the tool printed."""
    assert field.why == sentence


@pytest.mark.parametrize("field", [NotApplicable("x: 0"), ErrorWord("0", "x: 0"), Absent("x")])
def test_what_is_no_reading_has_no_value(field: object) -> None:
    """Nothing that could be compared with a limit exists on a field that was not measured."""
    assert not hasattr(field, "value")


def test_a_parse_error_names_tool_expectation_line_and_place() -> None:
    """The sentence alone must suffice to find the line in the evidence."""
    error = ParseError("lspci", "an address", "garbage", 7)
    assert str(error) == "lspci: expected an address, found 'garbage' in line 7"
    assert (error.tool, error.expected, error.line, error.line_number) == ("lspci", "an address", "garbage", 7)


def test_a_parse_error_of_the_whole_text_has_no_place() -> None:
    """Line 0 would send the reader nowhere; an empty text is called nothing."""
    assert str(ParseError("lspci", "a device", "")) == "lspci: expected a device, found nothing"


def test_a_parse_error_shows_a_long_line_shortened() -> None:
    """A megabyte on one line must not become a megabyte in the report."""
    error = ParseError("x", "y", "z" * 1_000_000)
    assert len(str(error)) < 250
    assert error.line.endswith("z ...")


def test_a_parse_error_is_a_value_error_that_survives_pickling() -> None:
    """Workers send what was raised to the controller."""
    error = ParseError("x", "y", "z" * 500, 3)
    again = pickle.loads(pickle.dumps(error))
    assert isinstance(again, ValueError)
    assert str(again) == str(error)
