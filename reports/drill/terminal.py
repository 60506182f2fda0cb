"""The drill's report for a terminal: plain text without colours, at most 140 columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reports.drill.tally import Tally, by_check, expecting, is_right, percent, standing, tally, unexpecting
from reports.drill.words import FIELD, brief, chance_words, headline, means_not, number, pair_words
from reports.plain import one_line

Document = Mapping[str, Any]
Entry = Mapping[str, Any]
WIDTH = 140
_COLUMNS = ("faults", "caught", "cases", "right", "elsewhere", "missed", "alarms", "broken", "share")


def text(document: Document) -> str:
    """
    The report in lines that end without a line feed.

    A line for each check and the sum, one for each fault that was not right in every case, healthy nodes and pairs, and the degrees.
    What does not print is shown as escapes. `document` has been checked.
    """
    parts = (_top(document), _checks(document), _wrong(document), _healthy(document), _degrees(document), _end(document))
    return "\n\n".join("\n".join(line for told in part for line in told) for part in parts)


def _top(document: Document) -> Iterator[list[str]]:
    of = standing(document)
    yield _folded(f"{of.word} (simulated): drill of {document['profile']}, {document['extent']}, seed {document['seed']}")
    yield _folded(headline(document, of), "  ")
    yield from (_folded(reason, "  ! ") for reason in of.reasons)
    spent = f"{number(document['cases'], 'case')} in {brief(document['seconds'])} s, {number(document['workers'])} at a time"
    yield _folded(f"{spent}, {brief(document['seconds_per_case'])} s a case", "  ")


def _checks(document: Document) -> Iterator[list[str]]:
    found = by_check(document)
    if (harmless := unexpecting(document)).faults:
        found["(harmless)"] = harmless
    found["all, each once"] = tally(document["entries"])
    yield [_cells("check", _COLUMNS)]
    yield from ([_cells(check, _sums(of))] for check, of in found.items())


def _sums(of: Tally) -> list[str]:
    counts = (of.faults, of.caught, of.cases, of.right, of.elsewhere, of.missed, of.false_alarm, of.broken)
    return [*map(number, counts), percent(of.share) if of.faults else "none tried"]


def _cells(name: str, cells: Iterable[str]) -> str:
    return padded(name, 20) + "".join(f"{cell:>11}" for cell in cells)


def _wrong(document: Document) -> Iterator[list[str]]:
    found = [entry for entry in document["entries"] if not is_right(entry)]
    if not found:
        yield ["Not right: none."]
        return
    yield [f"Not right in every case ({number(len(found))} of {number(len(document['entries']), 'fault')}); * is where it has to be seen:"]
    yield from ([_entry(entry)] for entry in found)


def _entry(entry: Entry) -> str:
    """A fault in one line: name, where it is, what became of it, and which checks said something."""
    of, want = tally([entry]), expecting(entry)
    wrong = ", ".join(f"{count} {said}" for said, count in of.wrong.items()) or "not tried"
    seen = [f"{check} {word}{'*' * (check in want)}" for check, word in entry["checks"].items()]
    seen += [f"{check} -*" for check in want if check not in entry["checks"]]
    where = padded(f"{entry['setting']}, {entry['class']}", 22)
    return cut(f"  {padded(entry['name'], 40)} {where} {padded(f'{of.right}/{of.cases} right, {wrong}', 32)} {', '.join(seen)}", WIDTH)


def _healthy(document: Document) -> Iterator[list[str]]:
    well, drawn = document["healthy"], document["random_pairs"]
    said = f"Healthy nodes: {number(well['accepted'])} of {number(well['cases'])} accepted. {chance_words(document)}"
    yield _folded(said.strip())
    for alarm in well["false_alarms"]:
        bad = ", ".join(f"{item} {word}" for item, word in alarm["bad"].items())
        where = f"seed {alarm['seed']}, {alarm['setting']}{', ' * bool(alarm['versions'])}{alarm['versions']}"
        yield [cut(f"  ! false alarm: {where}: {alarm['verdict']}: {bad}", WIDTH)]
    yield [pair_words(document)]
    yield from ([cut(f"  ! {' and '.join(it['faults'])}: {it['verdict']}: {it['why']}", WIDTH)] for it in drawn["broken_law"])


def _degrees(document: Document) -> Iterator[list[str]]:
    yield ["Slow faults: the weakest degree that is caught" if document["degrees"] else "Slow faults: none was tried."]
    for it in document["degrees"]:
        weakest = "none that was tried" if it["smallest"] is None else f"{brief(it['smallest'])} {it['unit']}"
        steps = ", ".join(f"{brief(step['degree'])}: {step['caught']}/{step['of']}" for step in it["steps"])
        named = f"{padded(it['name'], 26)} {padded(it['reading'], 30)} {padded(weakest, 28)} p {padded(brief(it['probability']), 5)}"
        yield [cut(f"  {named}", WIDTH), *_folded(f"caught: {steps or 'no degree was tried'}", "      ")]


def _end(document: Document) -> Iterator[list[str]]:
    yield _folded("What this does not mean:")
    yield from (_folded(said, "  - ") for said in [*means_not(document), *([FIELD] if document["degrees"] else [])])


def width(said: str) -> int:
    """How many columns a line takes: letters of East Asia take two."""
    return len(said) + sum(unicodedata.east_asian_width(char) in "WF" for char in said)


def cut(value: str, most: int) -> str:
    """`value` on one line of at most `most` columns; what is cut off leaves three dots."""
    said = one_line(value).rstrip()
    if width(said) <= most:
        return said
    while width(said) > most - 3:
        said = said[: min(len(said) - 1, most)]
    return said + "..."


def padded(value: str, columns: int) -> str:
    """`value` in just so many columns."""
    said = cut(value, columns)
    return said + " " * (columns - width(said))


def _folded(value: str, begin: str = "") -> list[str]:
    """`value` in lines of at most WIDTH columns, the first of which begins with `begin` and the others as far in."""
    lines = [begin]
    for word in (cut(word, WIDTH // 2) for word in one_line(value).split(" ")):
        if width(lines[-1]) + width(word) + 1 > WIDTH:
            lines.append(" " * len(begin))
        lines[-1] += word if lines[-1] in (begin, " " * len(begin)) else f" {word}"
    return [line.rstrip() for line in lines]
