"""What went wrong and why, healthy nodes, pairs of faults, and the sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reports.certificate.parts import code, facts, named, section, table
from reports.drill.tally import is_right, tally
from reports.drill.words import brief, chance_words, expected_word, healthy_words, number
from reports.markup import badge, text

Document = Mapping[str, Any]
Entry = Mapping[str, Any]
_USUAL = "as usual"


def _empty(words: str) -> str:
    return f'<p class="empty">{words}</p>'


def _bad(items: Mapping[str, str]) -> str:
    """Items that were not PASS, with their words."""
    return " ".join(f'<span class="item">{badge(word)} {named(item)}</span>' for item, word in items.items()) or "none"


def _verdict(word: str) -> str:
    return text(word) or "none"


def wrong(document: Document) -> str:
    """Every fault that was not right in all of its cases, with the cases that are known."""
    found = [(place, entry) for place, entry in enumerate(document["entries"]) if not is_right(entry) or entry["wrong"]]
    told = "".join(_wrong(place, entry) for place, entry in found)
    return section("wrong", "What went wrong", told or _empty("Nothing: every fault was right in all of its cases."))


def _wrong(place: int, entry: Entry) -> str:
    of, expected = tally([entry]), entry["expected"]
    counts = ", ".join(f"{number(count)} {said}" for said, count in of.wrong.items()) or "not tried"
    known = facts({
        "Cases": f"{number(of.right)} of {number(of.cases)} right; {counts}",
        "Expected": f"{text(expected['verdict'])}; {_items(entry)}", "Source": text(entry["source"]),
    })  # fmt: skip
    cells = [[text(it["case"]), text(it["outcome"]), _verdict(it["verdict"]), _bad(it["bad"]), text(it["why"])] for it in entry["wrong"]]
    more = sum(of.wrong.values()) - len(cells)
    caption = f"Cases that went wrong{f'; {number(more)} more are not listed' if more > 0 else ''}"
    listed = table(caption, ("Case", "Outcome", "Verdict", "Items that were not PASS", "Why"), cells, "cases") if cells else ""
    return f'<article class="deviation" id="wrong-{place}"><h3>{code(entry["name"])}</h3>{known}{listed}</article>'


def _items(entry: Entry) -> str:
    word = expected_word(entry)
    return ", ".join(f"{named(item)} {word}" for item in entry["expected"]["items"]) or "every item PASS"


def healthy(document: Document) -> str:
    """Nodes in which nothing is wrong: how many were accepted, and every false alarm."""
    well = document["healthy"]
    told = facts({
        "By setting": _counts(well["settings"].items()), "By versions": _counts((it or _USUAL, n) for it, n in well["versions"].items()),
        "Seconds a case": brief(well["seconds"]),
    })  # fmt: skip
    said = f"<p>{text(healthy_words(document))} {text(chance_words(document))}</p>{told}"
    cells = [
        [code(it["seed"]), text(it["setting"]), text(it["versions"] or _USUAL), _verdict(it["verdict"]), _bad(it["bad"])]
        for it in well["false_alarms"]
    ]
    header = ("Seed", "Setting", "Versions", "Verdict", "Items that were not PASS")
    listed = table(f"{number(len(cells), 'false alarm')}", header, cells, "alarms") if cells else ""
    return section("healthy", "Healthy nodes", said, listed)


def _counts(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{text(name)} {number(count)}" for name, count in pairs)


def pairs(document: Document) -> str:
    """Two faults at once."""
    drawn = document["random_pairs"]
    broken = drawn["broken_law"]
    law = "Two faults at once must never be ACCEPTED where one of them alone is not"
    kept = f"{number(len(broken))} {'was' if len(broken) == 1 else 'were'}" if broken else "none was"
    said = f"{law}: of {number(drawn['cases'], 'pair')} drawn at random, {kept}." if drawn["cases"] else f"{law}. No pair was tried."
    cells = [[" and ".join(map(code, it["faults"])), _verdict(it["verdict"]), text(it["why"])] for it in broken]
    listed = table("Pairs that broke this", ("Faults", "Verdict", "Why"), cells, "broken-pairs") if cells else ""
    return section("pairs", "Pairs of faults", f"<p>{said}</p>", listed)


def sources(document: Document) -> str:
    """What each fault stands for."""
    cells = [
        [f"<code>{named(it['name'])}</code>", f"{text(it['setting'])}, {text(it['class'])}", text(it["source"]), _versions(it)]
        for it in document["entries"]
    ]
    header = ("Fault", "Setting and class", "Incident or document", "Versions of tools that it was shown with")
    return section("sources", "Sources", table(f"{number(len(cells), 'fault')} and what they stand for", header, cells, "sources"))


def _versions(entry: Entry) -> str:
    return "; ".join(text(it or _USUAL) for it in entry["versions"])
