"""The detection matrix: a row for each fault, a column for each check, and the sums of each check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.certificate.parts import named, section, table
from reports.drill.tally import Tally, also_seen, by_check, checks_of, expecting, grouped, is_right, percent, tally, unexpecting
from reports.drill.words import WHERE, brief, expected_word, number
from reports.markup import SIGNS, text

Document = Mapping[str, Any]
Entry = Mapping[str, Any]
_SHORT = {"FAIL": "FAIL", "ERROR": "ERR", "WARN": "WARN", "SKIP": "SKIP"}
_LEGEND = (
    ('<span class="want"><span class="seen v-FAIL">✕ FAIL</span></span>', "expected there, and seen there"),
    ('<span class="seen v-FAIL">✕ FAIL</span>', "another check that saw it too"),
    ('<span class="want none">-</span>', "expected there, and not seen"),
    ('<span class="seen v-ERROR">? ERR</span>', "ERROR: the check says that it could not measure"),
)
_TOTAL = "All faults, each once"


def per_check(document: Document) -> str:
    """How many faults each check has to show, and what became of their cases."""
    rows = [_sums(text(check), of, also_seen(document, check)) for check, of in by_check(document).items()]
    harmless = unexpecting(document)
    if harmless.faults:
        rows.append(_sums("harmless: no check may say anything", harmless, None))
    rows.append(_sums(f"<strong>{_TOTAL}</strong>", tally(document["entries"]), None))
    header = (
        "Check", "Faults", "Right in all cases", "Cases", "Right", "Elsewhere", "Missed", "False alarm", "Broken",
        "Share right", "Also saw",
    )  # fmt: skip
    note = "A fault that two checks have to show counts in both. “Also saw” are faults that other checks have to show."
    return section("by-check", "By check", f'<p class="note">{note}</p>', table("Faults and cases by check", header, rows, "sums"))


def _sums(name: str, of: Tally, also: int | None) -> list[str]:
    seen = "" if also is None else number(also)
    if not of.faults:
        return [name, "0", "none tried", *[""] * 7, seen]
    right = f"{'✓' if of.caught == of.faults else '✕'} {number(of.caught)}"
    wrong = [f"<b>{number(count)}</b>" if count else "0" for count in (of.elsewhere, of.missed, of.false_alarm, of.broken)]
    return [name, number(of.faults), right, number(of.cases), number(of.right), *wrong, percent(of.share), seen]


def grid(document: Document) -> str:
    """Every fault with what each check said, by setting and class."""
    checks = checks_of(document)
    legend = "".join(f"<li>{sign} {words}</li>" for sign, words in _LEGEND)
    worst = "A cell holds the worst that any item of the check said in any case."
    note = f'<ul class="legend" aria-label="Signs">{legend}</ul><p class="note">{worst}</p>'
    places = {id(entry): number for number, entry in enumerate(document["entries"])}
    groups = "".join(_group(*group, found, checks, places) for group, found in grouped(document["entries"]).items())
    head = "".join(f'<th scope="col" class="check"><span>{text(check)}</span></th>' for check in checks)
    head = f'<tr><th scope="col">Fault, and what is expected</th>{head}<th scope="col">Outcome</th><th scope="col">Seconds a case</th></tr>'
    caption = f"{number(len(document['entries']), 'fault')} and {number(len(checks))} checks"
    whole = f'<table class="grid"><caption>{caption}</caption><thead>{head}</thead>{groups}{_foot(document, checks)}</table>'
    return section("matrix", "Faults and checks", note, whole if groups else '<p class="empty">No fault was tried.</p>')


def _group(setting: str, of: str, entries: Sequence[Entry], checks: Sequence[str], places: Mapping[int, int]) -> str:
    found, many = tally(entries), len(checks) + 3
    name = f"{text(setting.capitalize())}, {text(of)}"
    said = f"<small>{WHERE[setting]}; {number(found.faults, 'fault')}, {number(found.right)} of {number(found.cases, 'case')} right</small>"
    rows = "".join(_row(entry, checks, places[id(entry)]) for entry in entries)
    return f'<tbody><tr class="group"><th scope="rowgroup" colspan="{many}">{name} {said}</th></tr>{rows}</tbody>'


def _row(entry: Entry, checks: Sequence[str], place: int) -> str:
    want = expecting(entry)
    items = ", ".join(named(item) for item in entry["expected"]["items"])
    by = f" by {items}" if items else ", every item PASS"
    name = f"<code>{named(entry['name'])}</code><small>{text(entry['expected']['verdict'])}{by}</small>"
    cells = "".join(_cell(check, entry["checks"].get(check), expected_word(entry) if check in want else "") for check in checks)
    seconds = f'<td class="number" data-label="Seconds a case">{brief(entry["seconds"])}</td>'
    end = f'<td data-label="Outcome">{_outcome(entry, place)}</td>{seconds}'
    kind = "" if is_right(entry) else ' class="wrong"'
    return f'<tr{kind}><th scope="row">{name}</th>{cells}{end}</tr>'


def _cell(check: str, seen: str | None, want: str) -> str:
    """What a check said, in a frame where it had to say something."""
    if not seen and not want:
        return "<td></td>"
    said = f'<span class="seen v-{seen}">{SIGNS[seen]} {_SHORT[seen]}</span>' if seen else '<span aria-hidden="true">-</span>'
    hidden = f"expected: {want}" + ("" if seen else ", not seen")
    framed = f'<span class="want{"" if seen else " none"}">{said}<span class="hidden"> ({hidden})</span></span>' if want else said
    return f'<td class="cell" data-label="{text(check)}">{framed}</td>'


def _outcome(entry: Entry, place: int) -> str:
    of = tally([entry])
    if is_right(entry):
        return f'<span class="right">✓ right</span> <small>{number(of.right)}/{number(of.cases)}</small>'
    wrong = ", ".join(f"{number(count)} {said}" for said, count in of.wrong.items()) or "not tried"
    return f'<a class="not" href="#wrong-{place}">✕ {wrong}</a> <small>{number(of.right)}/{number(of.cases)} right</small>'


def _foot(document: Document, checks: Sequence[str]) -> str:
    saw = [sum(check in entry["checks"] for entry in document["entries"]) for check in checks]
    of = tally(document["entries"])
    cells = "".join(f'<td class="cell" data-label="{text(check)}">{number(count)}</td>' for check, count in zip(checks, saw, strict=True))
    end = f'<td data-label="Outcome">{number(of.right)}/{number(of.cases)} right</td><td></td>'
    return f'<tfoot><tr><th scope="row">Faults that a check saw</th>{cells}{end}</tr></tfoot>'
