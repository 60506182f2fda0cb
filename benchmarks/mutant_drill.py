"""Gives mutants of the checks to the drill: a mutant is killed by a fault of the catalogue that is no longer told rightly."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.mutant_code import Module, frozen, prepared
from benchmarks.mutant_forks import first_failure, forked
from benchmarks.mutant_runs import Result
from benchmarks.mutants import Mutant

_TRIALS = 50
CHECKS = {"change": "closing"}
"""What the items of a file are called where not as the file."""


def drill(checkout: Path, mutants: Sequence[Mutant], done: Callable[[Result], None]) -> None:
    """Every mutant with every entry that names an item of its check, and with the healthy node, in the settings that have it."""
    from fixtures.simulator.catalogue import CATALOGUE
    from fixtures.simulator.catalogue.entry import ACCEPTED, CLUSTER, HARMLESS, NETWORK, NODE, PARTS, Entry

    settings = {"bom": PARTS, "pvc": CLUSTER, "ping": NETWORK, "iperf": NETWORK}
    by_setting: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        by_setting[settings.get(_check(mutant), NODE)].append(mutant)
    for setting, part in by_setting.items():
        entries = [Entry((), "nothing is wrong", ACCEPTED, (), HARMLESS, setting), *(e for e in CATALOGUE if e.setting == setting)]
        _Drill(checkout, part, entries, done).run(setting)


def _check(mutant: Mutant) -> str:
    name = Path(mutant.file).stem.removeprefix("test_")
    return CHECKS.get(name, name)


class _Drill:
    """One setting: the trials that are right without a mutant, and then each mutant with those that are about its check."""

    def __init__(self, checkout: Path, mutants: Sequence[Mutant], entries: Sequence[Any], done: Callable[[Result], None]) -> None:
        self._checkout, self._mutants, self._entries, self._done = checkout, mutants, entries, done
        self._kills: dict[str, Counter[str]] = defaultdict(Counter)

    def run(self, setting: str) -> None:
        """Collect the suite once, and give it every mutant."""
        from fixtures.drill.engine import within
        from fixtures.drill.settings import write_setting
        from reports.results import build

        with tempfile.TemporaryDirectory() as folder:
            within(write_setting(setting, "hgx-h100", Path(folder)), build, self._body)

    def _body(self, tell: Callable[..., Any]) -> None:
        from fixtures.drill.settings import HOSTS
        from fixtures.drill.trials import RIGHT, outcome, trials

        def right(trial: Any) -> bool:
            told = tell(trial.case)
            # Only one check runs, so that the node is never accepted: what the items say is what counts.
            said = replace(told, verdict=trial.entry.verdict) if told.verdict else told
            return outcome(trial, said)[0] == RIGHT

        everything = [trial for entry in self._entries for trial in trials(entry, 8, HOSTS[1:], everywhere=False)]
        about = {check: _about(everything, check, right) for check in {_check(mutant) for mutant in self._mutants}}
        modules = {file: Module(self._checkout, file) for file in {mutant.file for mutant in self._mutants}}
        frozen()
        for mutant in self._mutants:
            self._one(mutant, modules, about[_check(mutant)], lambda trial: not right(trial))

    def _one(self, mutant: Mutant, modules: Mapping[str, Module], trials: Sequence[Any], fails: Callable[[Any], bool]) -> None:
        kills = self._kills[mutant.file]
        ordered = sorted(trials, key=lambda trial: -kills[_name(trial)])

        def child(tell: int) -> int:
            prepared(modules[mutant.file], mutant, ())
            return first_failure(ordered, fails, tell)

        outcome, told = forked(child, 10 + len(ordered))
        by = _name(ordered[told]) if told is not None and outcome in ("killed", "timeout") else ""
        kills[by] += bool(by)
        self._done(Result(mutant, outcome, by and f"drill: {by}"))


def _about(trials: Sequence[Any], check: str, right: Callable[[Any], bool]) -> list[Any]:
    """The trials of which an item of the check has something to say, and the healthy ones, each with that check alone; never too many."""
    found = []
    for trial in trials:
        items = tuple(item for item in trial.items if item.startswith(f"{check}."))
        if items or not trial.case.faults:
            found.append(replace(trial, items=items, case=replace(trial.case, checks=() if check == "closing" else (check,))))
    some = [trial for number, trial in enumerate(found) if number * _TRIALS // len(found) != (number - 1) * _TRIALS // len(found)]
    return [trial for trial in (found if len(found) <= _TRIALS else some) if right(trial)]


def _name(trial: Any) -> str:
    return " + ".join((*trial.case.faults, *trial.case.versions)) or "healthy"
