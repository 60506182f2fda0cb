"""What a drill says and what it does not, in the sentences that page, terminal and README share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.drill.tally import Standing, Tally, false_alarms, most_false_alarms, percent, tally

Document = Mapping[str, Any]
FIELD = (
    "Nothing is claimed about the field: no real board was slowed down, and no real fleet was measured. The degrees hold for the spread"
    " that is assumed beside each."
)
WHERE = {
    "node": "the node alone", "network": "with peers", "cluster": "in a cluster", "parts": "with a bill of materials",
    "harness": "in the run itself",
}  # fmt: skip
"""What surrounds the node in a setting."""
_SAYS = {"hardware": "FAIL", "configuration": "FAIL", "cannot tell": "ERROR", "harmless": ""}
_BECAME = {
    "elsewhere": "seen elsewhere", "missed": "missed", "false alarm": "taken for a fault though harmless",
    "broken": "broken (could not be run)",
}  # fmt: skip
_MANY = {"node": "nodes", "fault": "faults", "case": "cases", "pair": "pairs", "false alarm": "false alarms"}


def number(count: float, word: str = "") -> str:
    """1 204 cases; one is written with the singular. Thousands stand apart, as the words of `_MANY` take an s."""
    said = f"{int(count):,}".replace(",", " ") if count == int(count) else f"{count:,.3g}".replace(",", " ")
    return f"{said} {word if count == 1 else _MANY.get(word, word)}".strip()


def brief(value: float) -> str:
    """A number in as few digits as tell it: 12, 0.21, 1 204."""
    return number(value) if value == int(value) else f"{value:.3g}" if abs(value) < 1000 else number(round(value))


def expected_word(entry: Mapping[str, Any]) -> str:
    """What the expected items of a fault have to be: FAIL, ERROR, or WARN where the node is accepted all the same."""
    return "WARN" if entry["expected"]["verdict"] == "ACCEPTED" else _SAYS[entry["class"]]


def place(document: Document) -> str:
    """At which positions the faults were."""
    return "at every position that it can have" if document["extent"] == "every position" else "at one position"


def headline(document: Document, of: Standing) -> str:
    """In one sentence what happened."""
    found, node = tally(document["entries"]), f"a simulated {document['profile']} node {place(document)}"
    if of.is_reached and found.caught == found.faults:
        return (
            f"Each of {number(found.faults, 'fault')}, put into {node}, was judged as it has to be in every one of its cases "
            f"({number(found.cases)} in all): verdict, item, class and board. "
            f"{healthy_words(document)}"
        )
    of_faults = f"{number(found.caught)} of {number(found.faults, 'fault')}, put into {node}, were judged as they have to be in every case."
    return f"{of_faults} {wrong_words(found)} {healthy_words(document)}"


def wrong_words(of: Tally) -> str:
    """Of 150 cases 3 were missed, 2 were seen elsewhere."""
    told = [f"{number(count)} {'was' if count == 1 else 'were'} {_BECAME[said]}" for said, count in of.wrong.items()]
    return f"Of {number(of.cases, 'case')} {', '.join(told) or 'none was wrong'}."


def healthy_words(document: Document) -> str:
    """What became of the nodes without a fault."""
    healthy, alarms = document["healthy"], false_alarms(document)
    if not healthy["cases"]:
        return "No healthy node was tried."
    clean = "without a false alarm" if not alarms else f"with {number(alarms, 'false alarm')}"
    if healthy["accepted"] == healthy["cases"]:
        return f"All {number(healthy['cases'], 'node')} without a fault were accepted, {clean}."
    return f"{number(healthy['accepted'])} of {number(healthy['cases'], 'node')} without a fault were accepted, {clean}."


def pair_words(document: Document) -> str:
    """How many pairs of faults were drawn, and how many broke the law."""
    cases, broken = document["random_pairs"]["cases"], len(document["random_pairs"]["broken_law"])
    return f"Pairs of faults: {number(cases)} drawn, {number(broken)} accepted where one of the two alone is not."


def chance_words(document: Document) -> str:
    """What no false alarm among so many says, and what not; empty where there was one."""
    cases = document["healthy"]["cases"]
    if not cases or false_alarms(document):
        return ""
    most = percent(most_false_alarms(cases))
    return f"None of {number(cases)}: with 95 % confidence fewer than {most} of the nodes that this simulator draws would give one."


def means(document: Document) -> list[str]:
    """What follows from a drill."""
    return [
        f"The checks, parsers, limits and rules that judge a real node judged a simulated {document['profile']}; only the output of its "
        "programs and the files of its system were made.",
        "Every fault names the incident or the document that it stands for (see Sources), and what a correct suite has to say about it; "
        "the drill compares that with what the suite said.",
        "Right is only what is right in everything: the node's verdict, the item, the class of the fault, and the board. A case that could "
        "not be run is broken and counts as not caught.",
    ]


def means_not(document: Document) -> list[str]:
    """What does not follow from it."""
    return [
        "No hardware was measured. A real fault may show itself differently from what its source tells, or not at all.",
        f"Only the {number(len(document['entries']), 'fault')} that somebody thought of were tried. What is not in the list, is not known.",
        "Each was tried as if it were equally frequent. The shares here say nothing about how often a fault happens in the field, and so "
        "nothing about how likely an accepted node is to be good.",
    ]
