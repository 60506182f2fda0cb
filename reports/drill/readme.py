"""The drill's report in Markdown, short enough for a README: a row for each check, healthy nodes, and the degrees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.drill.tally import Tally, by_check, percent, standing, tally, unexpecting
from reports.drill.words import FIELD, brief, chance_words, headline, means_not, number, pair_words
from reports.plain import one_line

Document = Mapping[str, Any]
_MARKS = re.compile(r"[\\`*\[\]<>|&~]")
_HEADER = ("check", "faults", "right in all cases", "cases", "right", "elsewhere", "missed", "false alarm", "broken", "share right")


def markdown(document: Document) -> str:
    """The report, ending in a line feed. Names and notes are escaped, so that none makes markup. `document` has been checked."""
    of = standing(document)
    top = [f"**{of.word} (simulated).** {escaped(headline(document, of))}", *(f"- {escaped(reason)}" for reason in of.reasons)]
    well = document["healthy"]
    lines = [
        *top, "", *_table(_HEADER, _rows(document)), "",
        f"Healthy nodes: {number(well['accepted'])} of {number(well['cases'])} accepted. {chance_words(document)}".strip(),
        pair_words(document),
        "", *_degrees(document["degrees"]), *(f"- {escaped(said)}" for said in means_not(document)),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _rows(document: Document) -> list[list[str]]:
    rows = [[escaped(check), *_sums(of)] for check, of in by_check(document).items()]
    harmless = unexpecting(document)
    return [*rows, *([["harmless", *_sums(harmless)]] if harmless.faults else []), ["all, each once", *_sums(tally(document["entries"]))]]


def _sums(of: Tally) -> list[str]:
    counts = (of.faults, of.caught, of.cases, of.right, of.elsewhere, of.missed, of.false_alarm, of.broken)
    return [*map(number, counts), percent(of.share) if of.faults else "none tried"]


def _degrees(degrees: Sequence[Mapping[str, Any]]) -> list[str]:
    if not degrees:
        return []
    header = ("slow fault", "reading", "weakest degree caught", "with probability", "assumed spread")
    rows = ([*map(escaped, (it["name"], it["reading"], _weakest(it), brief(it["probability"]), it["spread"]))] for it in degrees)
    return [*_table(header, rows, numbers=()), "", FIELD, ""]


def _weakest(degree: Mapping[str, Any]) -> str:
    return "none that was tried" if degree["smallest"] is None else f"{brief(degree['smallest'])} {degree['unit']}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] | None = None) -> list[str]:
    """All columns but the first hold numbers, where `numbers` does not say which."""
    right = range(1, len(header)) if numbers is None else numbers
    rule = ["--:" if place in right else "---" for place in range(len(header))]
    return [f"|{'|'.join(cells)}|" for cells in (header, rule, *rows)]


def escaped(value: object) -> str:
    """`value` on one line in which nothing is markup of Markdown or HTML."""
    return _MARKS.sub(r"\\\g<0>", one_line(value))
