"""
Gives mutants to tests, fast: tests are collected once, and every mutant lives in a fork of that process.

What needs a module to be imported anew, and what survives though it runs at import, gets a process that has imported nothing
of ours yet, and reads the changed file.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import itertools
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from benchmarks.mutant_code import Module, changed_on_disk, frozen, prepared
from benchmarks.mutant_forks import KILLED, SURVIVED, first_failure, forked
from benchmarks.mutant_reach import AT_IMPORT, Reach
from benchmarks.mutants import Mutant

_SLOW_TESTS = 80


@dataclass
class Result:
    """What became of a mutant: killed, timeout, survived, unreached, no code (not Python); and by which test."""

    mutant: Mutant
    outcome: str
    by: str = ""


@dataclass
class Chooser:
    """Which tests a mutant is given to, in which order: those that killed its neighbours, then a cheap one of every kind."""

    reach: Reach
    budget: float
    kills: dict[tuple[str, str], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    unusable: set[int] = field(default_factory=set)

    def tests(self, mutant: Mutant, span: Iterable[int]) -> list[int]:
        """Places in reach.tests; `span` are the lines of the function or, at module level, of the file."""
        found = self.reach.of(mutant.file, range(mutant.line, mutant.last_line + 1)) - {AT_IMPORT}
        found = (found or self.reach.of(mutant.file, span) - {AT_IMPORT}) - self.unusable
        return list(self._within(self._ordered(found, self.kills[mutant.file, mutant.function])))

    def at_import(self, mutant: Mutant) -> bool:
        """Whether it runs already when modules are imported."""
        return AT_IMPORT in self.reach.of(mutant.file, range(mutant.line, mutant.last_line + 1))

    def _ordered(self, tests: Iterable[int], kills: Counter[int]) -> list[int]:
        seconds, names = self.reach.seconds, self.reach.tests
        rank, of_kind = {}, Counter[str]()
        for test in sorted(tests, key=lambda test: seconds[test]):
            kind = names[test].partition("[")[0]
            rank[test] = of_kind[kind]
            of_kind[kind] += 1
        return sorted(rank, key=lambda test: (-kills[test], rank[test], seconds[test]))

    def _within(self, tests: Sequence[int]) -> Iterator[int]:
        spent = 0.0
        for test in tests:
            if spent and spent + self.reach.seconds[test] > self.budget:
                continue
            spent += self.reach.seconds[test]
            yield test


class Server:
    """A plugin of pytest: in the place of running its tests it gives mutants to them. What needs another way is in `left`."""

    def __init__(
        self, checkout: Path, mutants: Sequence[Mutant], chooser: Chooser, done: Callable[[Result], None], leave_all: bool = False
    ) -> None:
        self._checkout, self._mutants, self._chooser, self._done, self._leave_all = checkout, mutants, chooser, done, leave_all
        self._control: set[int] = set()
        self._modules: dict[str, Module] = {}
        self._items: dict[str, pytest.Item] = {}
        self.left: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Fork for every mutant."""
        self._items = {item.nodeid: item for item in session.items}
        caches = [found for found in gc.get_objects() if isinstance(found, functools._lru_cache_wrapper)]
        for file in dict.fromkeys(mutant.file for mutant in self._mutants):
            self._modules[file] = Module(self._checkout, file)
        frozen()
        for number, mutant in enumerate(self._mutants):
            self._one(mutant, caches)
            if number % 20 == 0:
                _emptied(session.config)
        return True

    def _one(self, mutant: Mutant, caches: Sequence[Any]) -> None:
        module = self._modules[mutant.file]
        tests = [test for test in self._chooser.tests(mutant, module.span(mutant)) if self._chooser.reach.tests[test] in self._items]
        if not tests:
            self.left.append(mutant)
            return
        with module.on_disk(mutant):
            outcome, test = self._run(tests, lambda: prepared(module, mutant, caches))
        if outcome in ("killed", "timeout") and test is not None and not self._passes_without(test):
            self._chooser.unusable.add(test)
            self._one(mutant, caches)
        elif outcome == "anew" or (outcome == "survived" and self._is_no_proof(mutant)):
            self.left.append(mutant)
        else:
            if test is not None:
                self._chooser.kills[mutant.file, mutant.function][test] += 1
            self._done(Result(mutant, outcome, "" if test is None else self._chooser.reach.tests[test]))

    def _is_no_proof(self, mutant: Mutant) -> bool:
        """Whether what survived here may be killed in another way."""
        return self._leave_all or not mutant.function or self._chooser.at_import(mutant)

    def _passes_without(self, test: int) -> bool:
        if test not in self._control:
            if self._run([test], lambda: None)[0] != "survived":
                return False
            self._control.add(test)
        return True

    def _run(self, tests: Sequence[int], prepare: Callable[[], None]) -> tuple[str, int | None]:
        """The outcome, and the test that told; None where the mutant cannot even be imported."""
        items = [self._items[self._chooser.reach.tests[test]] for test in tests]

        def child(tell: int) -> int:
            prepare()
            return _run_items(items, tell)

        expected = sum(self._chooser.reach.seconds[test] for test in tests)
        outcome, told = forked(child, 5 + 4 * expected)
        return outcome, tests[told] if told is not None else None


def _run_items(items: Sequence[pytest.Item], tell: int) -> int:
    following = dict(itertools.pairwise(items))
    return first_failure(
        items, lambda item: any(report.failed for report in runtestprotocol(item, log=False, nextitem=following.get(item))), tell
    )


def _emptied(config: pytest.Config) -> None:
    """Children leave their temporary folders behind."""
    base = config.getoption("basetemp")
    for folder in Path(base).glob("*") if base else ():
        shutil.rmtree(folder, ignore_errors=True)


class _Only:
    """A plugin: runs these tests in this order, until one fails."""

    def __init__(self, wanted: Sequence[str], tell: int) -> None:
        self._wanted, self._tell = {test: place for place, test in enumerate(wanted)}, tell

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self._wanted), key=lambda item: self._wanted[item.nodeid])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        os.write(self._tell, f"{self._wanted[nodeid]} ".encode())


def run_anew(
    checkout: Path, mutant: Mutant | None, chooser: Chooser, tests: Sequence[int], options: Sequence[str]
) -> tuple[str, int | None]:
    """The outcome of a mutant (or of none) in a process that imports all of ours itself, and the test that told."""
    kept = list(tests)[:_SLOW_TESTS]
    wanted = [chooser.reach.tests[test] for test in kept]
    files = list(dict.fromkeys(test.partition("::")[0] for test in wanted))

    def child(tell: int) -> int:
        code = pytest.main(["-x", "-q", *options, *files], plugins=[_Only(wanted, tell), SettledHypothesis()])
        return SURVIVED if code in (0, 5) else KILLED  # 5: none of them is called as it was

    path = checkout / mutant.file if mutant else None
    source = path.read_text(encoding="utf-8") if path else ""
    if mutant is not None:
        try:
            compile(mutant.apply(source), str(path), "exec", dont_inherit=True)
        except SyntaxError:
            return "no code", None
    with changed_on_disk(path, source, mutant) if path and mutant else contextlib.nullcontext():
        outcome, told = forked(child, 20 + 4 * sum(chooser.reach.seconds[test] for test in kept))
    return outcome, kept[told] if told is not None else None


class SettledHypothesis:
    """
    A plugin: the same examples every time, and no search for a smaller one; only whether a test fails counts.

    Hypothesis must not be imported before pytest does so itself: a session inside of a test would complain.
    """

    def pytest_sessionstart(self) -> None:
        """Before tests are collected, and take their settings from the profile."""
        import hypothesis

        phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
        hypothesis.settings.register_profile("mutants", database=None, derandomize=True, phases=phases, deadline=None)
        hypothesis.settings.load_profile("mutants")
