"""What a drill runs, in order: the catalogue, good nodes, pairs that are drawn, faults by degree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fixtures import spec as specs
from fixtures.drill.degrees import DEGREES, Degree, Step, search
from fixtures.drill.drawn import healthy, pairs
from fixtures.drill.engine import Case, Told
from fixtures.drill.settings import HOSTS
from fixtures.drill.trials import Trial, trials
from fixtures.simulator.catalogue.entry import Entry
from scripts.drill_workers import Workers


@dataclass(frozen=True)
class Extent:
    """How much: at every position or one, so many good nodes and pairs, with degrees or without, with which seed."""

    everywhere: bool
    healthy: int
    pairs: int
    degrees: bool
    seed: int


@dataclass(frozen=True)
class Pair:
    """Two faults at once, each of which alone keeps a node from being accepted."""

    first: Trial
    second: Trial
    case: Case
    told: Told


@dataclass(frozen=True)
class Found:
    """A fault by degree: what was tried, from slight to severe, and the slightest degree that is caught often enough."""

    degree: Degree
    steps: tuple[Step, ...]
    smallest: float | None


@dataclass(frozen=True)
class Made:
    """All that a drill was told."""

    entries: tuple[Entry, ...]
    trials: tuple[tuple[Trial, Told], ...]
    healthy: tuple[tuple[str, Case, Told], ...]
    pairs: tuple[Pair, ...]
    degrees: tuple[Found, ...]


def plan(profile: str, entries: Sequence[Entry], extent: Extent, workers: Workers) -> Made:
    """Run all of it."""
    gpus = specs.load(profile).node.gpus
    listed = [trial for entry in entries for trial in trials(entry, gpus, HOSTS[1:], extent.everywhere)]
    good = healthy(extent.healthy, sorted({text for entry in entries for text in ("", *entry.versions)}), extent.seed)
    drawn = pairs(extent.pairs, entries, gpus, extent.seed)
    asked = [*((trial.entry.setting, trial.case) for trial in listed), *good, *(("node", case) for _, _, case in drawn)]
    told = iter(workers.told(asked))
    return Made(
        tuple(entries),
        tuple((trial, next(told)) for trial in listed),
        tuple((setting, case, next(told)) for setting, case in good),
        tuple(Pair(first, second, case, next(told)) for first, second, case in drawn),
        _degrees(profile, workers) if extent.degrees else (),
    )


def _degrees(profile: str, workers: Workers) -> tuple[Found, ...]:
    """All of them side by side, a step of each at a time."""
    required = specs.load(profile).required
    wanted = [degree for degree in DEGREES if degree.check in required or degree.setting != "node"]
    searches = [search(len(degree.grid)) for degree in wanted]
    steps: list[dict[int, Step]] = [{} for _ in wanted]
    smallest: list[float | None] = [None] * len(wanted)
    turn = {number: next(each) for number, each in enumerate(searches)}
    while turn:
        for number, step in _tried(workers, wanted, turn).items():
            steps[number][turn.pop(number)] = step
            try:
                turn[number] = searches[number].send(step.is_enough)
            except StopIteration as end:
                smallest[number] = None if end.value is None else wanted[number].grid[end.value]
    return tuple(
        Found(degree, tuple(tried[place] for place in sorted(tried)), least)
        for degree, tried, least in zip(wanted, steps, smallest, strict=True)
    )


def _tried(workers: Workers, wanted: Sequence[Degree], turn: dict[int, int]) -> dict[int, Step]:
    cases = [(number, case) for number, place in turn.items() for case in wanted[number].cases(wanted[number].grid[place])]
    told = workers.told([(wanted[number].setting, case) for number, case in cases])
    found = {}
    for number, place in turn.items():
        mine = [each for (whose, _), each in zip(cases, told, strict=True) if whose == number]
        found[number] = Step(wanted[number].grid[place], *wanted[number].tally(mine))
    return found
