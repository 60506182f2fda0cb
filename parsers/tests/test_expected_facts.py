"""What the parsers read in outside recordings is what a careful reader found in them, fact by fact (EXPECTED.jsonl)."""

from __future__ import annotations

import functools
import json

import pytest

from parsers.errors import ParseError
from parsers.tests.damage import OUTSIDE
from parsers.tests.expected_facts import FACTS, NOTES, REFUSED, RESTATED, Facts, meant
from parsers.tests.outside_table import Read, Refused, answer, rules_of

pytestmark = pytest.mark.skipif(not OUTSIDE.is_dir(), reason=f"outside recordings are not at {OUTSIDE}: set HWACCEPT_RECORDINGS")


@functools.cache
def expected() -> dict[str, Facts]:
    """The facts of every file that EXPECTED.jsonl names."""
    lines = [json.loads(line) for line in (OUTSIDE / "EXPECTED.jsonl").read_text().splitlines()]
    assert len({line["file"] for line in lines}) == len(lines)
    return {line["file"]: line["facts"] for line in lines}


def told(name: str) -> Facts:
    """The facts that the record of a file tells."""
    [rule] = rules_of(name)
    assert isinstance(rule, Read)
    record = answer(rule.tool, name)
    assert not isinstance(record, ParseError), record
    return FACTS[name](record)


@pytest.mark.parametrize("name", REFUSED)
def test_a_fragment_is_refused_although_a_reader_finds_something_in_it(name: str) -> None:
    """What is no whole output of any release could be read wrong as easily as right."""
    assert name in expected()
    assert [type(rule) for rule in rules_of(name)] == [Refused]


@pytest.mark.parametrize("name", FACTS)
def test_a_record_tells_what_a_careful_reader_found(name: str) -> None:
    """Every fact that a record can hold is compared; one that no function knows is an error."""
    facts, found = expected()[name], told(name)
    assert set(facts) - set(found) - set(NOTES) == set()
    compared = {key: meant(fact) for key, fact in facts.items() if key not in NOTES}
    assert {key: found[key] for key in compared} == compared


def test_every_file_with_facts_is_compared_or_refused_by_design() -> None:
    """A line that is new has to be looked at."""
    assert set(expected()) == set(FACTS) | set(REFUSED)


def test_notes_and_restated_sentences_are_those_of_the_list() -> None:
    """What is excused or explained here, and is not there, would excuse what comes."""
    sentences = json.dumps(list(expected().values()))
    assert [key for key in NOTES if not any(key in facts for facts in expected().values())] == []
    assert [sentence for sentence in RESTATED if json.dumps(sentence) not in sentences] == []


def test_no_note_is_told_by_a_record() -> None:
    """What a record tells is compared, not excused."""
    assert {name: both for name in FACTS if (both := set(told(name)) & set(NOTES))} == {}
