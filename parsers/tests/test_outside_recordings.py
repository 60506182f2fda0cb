"""Every recording of other people is read by the tool that it is of, or refused with a reason that a person agrees with."""

from __future__ import annotations

import re

import pytest

from parsers.catalogue import tools
from parsers.errors import ParseError
from parsers.tests.damage import OUTSIDE
from parsers.tests.outside_table import RULES, NoTool, Read, Refused, Rule, answer, files_of, readers, recordings, rules_of, text_of

pytestmark = pytest.mark.skipif(not OUTSIDE.is_dir(), reason=f"outside recordings are not at {OUTSIDE}: set HWACCEPT_RECORDINGS")

SAME_LIST = {"nvidia-smi-l", "nvidia-smi-nvlink"}
"""`nvidia-smi nvlink -s` prints no more than -L where no board has NVLinks: one text, which says nothing of a link to either."""

SAME_PROGRAM = {"lspci-vv", "vpd"}
"""Each reads its own lines of `lspci -vv`: links, and product data."""


def rules(kind: type[Rule]) -> list[object]:
    """The rules of a kind, named by their files."""
    return [pytest.param(rule, id=rule.files) for rule in RULES if isinstance(rule, kind)]


@pytest.mark.parametrize("rule", rules(NoTool))
def test_what_is_of_no_tool_is_read_by_none(rule: NoTool) -> None:
    """Logs, probes and lists are no measurement, whoever is asked."""
    assert {name: found for name in files_of(rule) if (found := readers(name))} == {}


@pytest.mark.parametrize("rule", rules(Refused))
def test_what_its_tool_refuses_is_refused_for_the_reason_in_the_table(rule: Refused) -> None:
    """The program's own message is quoted, or the sentence says what is missing; and no other tool reads it."""
    for name in files_of(rule):
        assert re.search(rule.refusal, str(answer(rule.tool, name))), f"{name}: {answer(rule.tool, name)}"
        assert readers(name) == set(), name


@pytest.mark.parametrize("rule", rules(Read))
def test_what_is_of_a_tool_is_read_by_it_and_by_no_other(rule: Read) -> None:
    """And it is whole only where the text proves it: a mixed-up file must not be a measurement of something else."""
    for name in files_of(rule):
        record = answer(rule.tool, name)
        assert not isinstance(record, ParseError), f"{name}: {record}"
        assert record.complete is rule.whole, name
        assert readers(name) in ({rule.tool}, SAME_LIST, SAME_PROGRAM), name


def test_two_tools_read_nothing_but_lists_of_boards() -> None:
    """That which is read twice is what -L prints, and lspci -vv, of which two tools read different lines."""
    twice = [name for name in recordings() if len(readers(name)) > 1 and readers(name) != SAME_PROGRAM]
    assert twice == [name for name in twice if re.search(r"nvidia-smi-L/|-L\.out$", name)]


def test_an_empty_file_is_refused_by_every_tool() -> None:
    """What a program left empty is no result, and the sentence says that there was nothing."""
    for name in recordings():
        if not text_of(name):
            assert [tool for tool in tools() if not str(answer(tool, name)).endswith("found nothing")] == [], name


def test_every_file_has_one_rule() -> None:
    """A recording that is new, or that two rules claim, has to be looked at."""
    found = {name: [rule.files for rule in rules_of(name)] for name in recordings() if text_of(name)}
    assert {name: files for name, files in found.items() if len(files) != 1} == {}


def test_every_rule_has_a_file() -> None:
    """A rule that matches nothing tests nothing."""
    assert [rule.files for rule in RULES if not files_of(rule)] == []
