"""What the entries add up to, by check and in all, and whether the targets were really reached."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.words import check_of

Document = Mapping[str, Any]
Entry = Mapping[str, Any]
CHECKS = (
    "inventory", "state", "remapped", "pciebw", "gpumem", "dcgm", "gpupower", "kernel_log", "nvlink", "fabric", "ping", "iperf", "pvc",
    "bom", "closing",
)  # fmt: skip
"""The order in which checks are shown; others come behind them by name."""
SETTINGS = ("node", "network", "cluster", "parts", "harness")
CLASSES = ("hardware", "configuration", "cannot tell", "harmless")
OUTCOMES = {"right": "right", "elsewhere": "elsewhere", "missed": "missed", "false_alarm": "false alarm", "broken": "broken"}
"""Keys of an entry, and what they are called."""
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Tally:
    """Several faults together: how many, how many of them were right in every case, and their cases by outcome."""

    faults: int
    caught: int
    cases: int
    right: int
    elsewhere: int
    missed: int
    false_alarm: int
    broken: int

    @property
    def share(self) -> float:
        """The share of cases that were right; 0 without a case."""
        return self.right / self.cases if self.cases else 0.0

    @property
    def wrong(self) -> dict[str, int]:
        """The outcomes other than right that there are, by what they are called."""
        return {said: count for name, said in OUTCOMES.items() if name != "right" and (count := getattr(self, name))}


@dataclass(frozen=True)
class Standing:
    """Whether the targets were reached, and if not why: a sentence each."""

    is_reached: bool
    reasons: tuple[str, ...]

    @property
    def word(self) -> str:
        """The verdict over the suite."""
        return "TARGET REACHED" if self.is_reached else "TARGET NOT REACHED"


def is_right(entry: Entry) -> bool:
    """Whether a fault was tried, and every case of it was right."""
    return bool(entry["cases"]) and entry["right"] == entry["cases"]


def tally(entries: Iterable[Entry]) -> Tally:
    """The sum of some entries."""
    listed = list(entries)
    sums = {name: sum(entry[name] for entry in listed) for name in ("cases", *OUTCOMES)}
    return Tally(len(listed), sum(map(is_right, listed)), **sums)


def expecting(entry: Entry) -> list[str]:
    """The checks that have to say something about a fault, in the order of its items."""
    return list(dict.fromkeys(check_of(item) for item in entry["expected"]["items"]))


def checks_of(document: Document) -> list[str]:
    """Every check that has or should have said something about a fault."""
    found = {check for entry in document["entries"] for check in [*entry["checks"], *expecting(entry)]}
    return [check for check in CHECKS if check in found] + sorted(found - set(CHECKS))


def by_check(document: Document) -> dict[str, Tally]:
    """
    The faults that each check has to show, none where no fault was tried that it has to show.

    One that two checks have to show counts in both.
    """
    checks = dict.fromkeys([*CHECKS, *checks_of(document)])
    return {check: tally(entry for entry in document["entries"] if check in expecting(entry)) for check in checks}


def unexpecting(document: Document) -> Tally:
    """The faults about which no check may say anything."""
    return tally(entry for entry in document["entries"] if not expecting(entry))


def also_seen(document: Document, check: str) -> int:
    """How many faults a check showed that others have to show."""
    return sum(check in entry["checks"] and check not in expecting(entry) for entry in document["entries"])


def grouped(entries: Sequence[Entry]) -> dict[tuple[str, str], list[Entry]]:
    """The entries by setting and class, in the order of SETTINGS and CLASSES."""
    groups: dict[tuple[str, str], list[Entry]] = {(setting, of): [] for setting in SETTINGS for of in CLASSES}
    for entry in entries:
        groups[entry["setting"], entry["class"]].append(entry)
    return {group: found for group, found in groups.items() if found}


def false_alarms(document: Document) -> int:
    """Healthy nodes that were not accepted, or had an item that was not PASS."""
    healthy = document["healthy"]
    return max(len(healthy["false_alarms"]), int(healthy["cases"] - healthy["accepted"]))


def most_false_alarms(cases: int) -> float:
    """The share of false alarms above which `cases` nodes without one would have been a chance of less than 5 %; 1 for no node."""
    return 1 - (1 - _CONFIDENCE) ** (1 / cases) if cases else 1.0


def standing(document: Document) -> Standing:
    """Reached only where the document says so and its own entries do not contradict it: a report must not be better than its cases."""
    against = tuple(_against(document))
    if document["reached"] and against:
        return Standing(False, ("The document says that the target was reached; its own cases contradict it.", *against))
    given = tuple(document["reasons"]) or against or ("No reason is given.",)
    return Standing(True, ()) if document["reached"] else Standing(False, given)


def _against(document: Document) -> Iterator[str]:
    targets, of, pairs = document["targets"], tally(document["entries"]), len(document["random_pairs"]["broken_law"])
    if of.missed + pairs > targets["missed"]:
        of_pairs = f", and {pairs} of {document['random_pairs']['cases']} pairs of faults" if pairs else ""
        yield f"Missed: {of.missed} of {of.cases} cases{of_pairs}; the target is at most {targets['missed']}."
    if (alarms := of.false_alarm + false_alarms(document)) > targets["false_alarms"]:
        yield f"False alarms: {alarms}; the target is at most {targets['false_alarms']}."
    if of.share < targets["right_share"] and not math.isclose(of.share, targets["right_share"]):
        yield f"Right: {of.right} of {of.cases} cases, {percent(of.share)}; the target is {percent(targets['right_share'])}."
    if untried := sum(not entry["cases"] for entry in document["entries"]):
        yield f"Not tried: {untried} of {of.faults} faults."
    if not document["entries"] or not document["healthy"]["cases"]:
        yield "No healthy node was tried." if document["entries"] else "No fault was tried."
    yield from _of_counts(document, of)


def _of_counts(document: Document, of: Tally) -> Iterator[str]:
    """The counts may hold more than the entries, such as healthy nodes, but never fewer that went wrong."""
    for name, said in OUTCOMES.items():
        if name != "right" and document["counts"][said] < getattr(of, name):
            yield f"Cases that are {said}: {getattr(of, name)} in the entries, {document['counts'][said]} in the counts."


def percent(share: float) -> str:
    """99.9 %, never rounded to all where something is missing, nor to nothing where there is something."""
    if share in (0, 1):
        return f"{share:.0%}".replace("%", " %")
    return f"{min(max(100 * share, 0.1), 99.9):.1f} %"
