"""What a comparison is made of. A is the first bundle, B the second; `sense` is what became of it from A to B."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BOARDS, VERDICTS, COUNTERS, DRIFT = "Boards", "Verdicts", "Counters", "Readings beyond their noise"
CHANGED, APART, LIMITS, CIRCUMSTANCES = "Values that changed", "Not compared", "Limits and what is required", "Suite, tools and options"
HEADINGS = (BOARDS, VERDICTS, COUNTERS, DRIFT, CHANGED, APART, LIMITS, CIRCUMSTANCES)
"""In the order of a report: boards first, because the rest is told of boards."""

SEVERITY = ("PASS", "SKIP", "WARN", "ERROR", "FAIL")
"""Verdicts of items, worse ones later."""
WORSE, BETTER, LOOSER, TIGHTER = "worse", "better", "looser", "tighter"


class CompareError(ValueError):
    """Two bundles that are not compared. `name` is one of a few words in kebab-case; the text, one line, begins with it."""

    def __init__(self, name: str, sentence: str) -> None:
        self.name = name
        super().__init__(f"{name}: {sentence}")


@dataclass(frozen=True)
class Where:
    """Where a thing stood in one of the runs: the device's name, its board ("serial 1650923") and bus id, empty where not known."""

    device: str
    board: str = ""
    bus: str = ""


@dataclass(frozen=True)
class Place:
    """Where a thing stood in A and in B; None where it is in the other one only."""

    a: Where | None
    b: Where | None


@dataclass(frozen=True)
class Difference:
    """
    One thing that is not the same in A and B.

    `heading` is one of HEADINGS, `kind` one word for what it is, `name` the reading, limit, check or tool (empty for boards).
    `before` and `after` are what it was in A and B, in `unit`; None where there is none. `sense` is of B: worse, better,
    looser, tighter or empty. `delta` and `noise` are of numbers, noise None where it is not known. `why` holds for both.
    """

    heading: str
    kind: str
    name: str
    places: tuple[Place, ...]
    before: Any
    after: Any
    unit: str | None = None
    sense: str = ""
    delta: float | None = None
    noise: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Side:
    """One of the two runs, as it names itself. `manifest` is the SHA-256 of its bundle's manifest, None for a folder."""

    path: str
    manifest: str | None
    node: str
    verdict: str
    mode: str
    origin: str
    started: str
    spec: str
    suite: str


@dataclass(frozen=True)
class Comparison:
    """
    Two runs of one node.

    `notes` are sentences to be read first. `differences` are ordered by heading, then worst first. `within` are readings that
    differ by no more than their noise. `compared` readings stand in both runs, `same` of them with the same value.
    """

    a: Side
    b: Side
    notes: tuple[str, ...]
    differences: tuple[Difference, ...]
    within: tuple[Difference, ...]
    compared: int
    same: int
