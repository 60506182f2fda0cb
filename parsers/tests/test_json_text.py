"""One JSON document in noisy text: what two readers could understand differently is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.json_text import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    as_list,
    as_object,
    as_text,
    as_whole_number,
    find_document,
    member,
    one_line,
    only_keys,
)

NOISE = ["WARNING: lock file in use {", "WARNING: {{{}}}}}"]


def test_a_document_is_found_among_noise() -> None:
    """Braces within a warning are no document; the lines around the document are kept."""
    document = find_document("tool", "\n".join([*NOISE, '{ "a" : [1, 2.5, null] }', "Error: unable to close connection"]))
    assert document.value == {"a": [1, 2.5, None]}
    assert document.notes == (*NOISE, "Error: unable to close connection")


def test_carriage_returns_around_a_document_mean_nothing() -> None:
    """A document with CR LF line ends is the same document."""
    assert find_document("tool", "note\r\n{\r\n}\r\n").value == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "nothing"),
        ("hello\nError: Unable to start an embedded host engine.", "Error: Unable to start"),
        ("[1]", "1"),
        ('text {"a": 1}', "text"),
    ],
    ids=["empty", "error", "array", "not at the start of a line"],
)
def test_text_without_a_document_is_refused_with_its_telling_line(text: str, found: str) -> None:
    """What the program said instead is what the reader of the report needs."""
    with pytest.raises(ParseError, match="expected a JSON document") as caught:
        find_document("tool", text)
    assert found in str(caught.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 2}', "'a' twice"),
        ('{"b": {"a": 1, "a": 1}}', "'a' twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": -Infinity}', "-Infinity"),
        ('{"a": 1e999}', "1e999"),
        ('{"a": ' + "9" * 5000 + "}", "5000 digits"),
        ('{"a": "\x00"}', "Invalid control character"),
        ('{"a": "\\u0000"}', "control characters"),
        ('{"a": "\\ud800"}', "control characters"),
        ('{"\\u001b[0m": 1}', "control characters"),
        ("warning\x1b[0m\n{}", "control characters"),
        ("{}\n{}", "a second one"),
        ('{"a": 1', "delimiter"),
        ("{'a': 1}", "double quotes"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_doubtful_documents_are_refused(text: str, reason: str) -> None:
    """Each of these is taken by some JSON reader, and read as something else by another."""
    with pytest.raises(ParseError) as caught:
        find_document("tool", text)
    assert reason in str(caught.value)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 100_000])
def test_deep_nesting_is_refused(levels: int) -> None:
    """A document that is only brackets neither ends the run nor is taken for data."""
    with pytest.raises(ParseError, match="levels of nesting"):
        find_document("tool", '{"a": ' + "[" * levels + "]" * levels + "}")


def test_nesting_within_the_bound_is_taken() -> None:
    """The bound is far above what any tool prints."""
    assert find_document("tool", '{"a": ' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}").value["a"] != []


def test_an_endless_text_is_refused() -> None:
    """More than a program may print is not searched for a document."""
    with pytest.raises(ParseError, match="at most"):
        find_document("tool", " " * (MAX_CHARACTERS + 1))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text("abc", max_size=3), st.recursive(st.none() | st.integers() | st.booleans(), st.lists), max_size=3))
def test_what_json_writes_is_read_back(value: dict[str, object]) -> None:
    """Nothing is lost or changed on the way, and one_line gives one line."""
    text = json.dumps(value, indent=2)
    assert find_document("tool", f"note\n{text}\n").value == value
    assert "\n" not in one_line(value)


def test_values_of_another_type_are_refused() -> None:
    """A string is no number, true is no 1, and an absent key is no null."""
    with pytest.raises(ParseError, match="a whole number as n"):
        as_whole_number("tool", True, "n")
    with pytest.raises(ParseError, match="a whole number as n"):
        as_whole_number("tool", "1", "n")
    with pytest.raises(ParseError, match="a string as s"):
        as_text("tool", None, "s")
    with pytest.raises(ParseError, match="an array as a"):
        as_list("tool", {}, "a")
    with pytest.raises(ParseError, match="an object as o"):
        as_object("tool", [], "o")
    with pytest.raises(ParseError, match="the key 'k'"):
        member("tool", {"other": 1}, "k")
    with pytest.raises(ParseError, match="only a, b in it, found \"the key 'c'\""):
        only_keys("tool", {"a": 1, "c": 2}, {"b", "a"}, "it")


def test_values_of_the_right_type_are_given_back() -> None:
    """The checks give the value itself."""
    assert as_whole_number("tool", 7, "n") == 7
    assert as_text("tool", "x", "s") == "x"
    assert as_list("tool", [1], "a") == [1]
    assert as_object("tool", {"a": 1}, "o") == {"a": 1}
    assert member("tool", {"a": None}, "a") is None
