"""Which tests reach which lines, and how long each takes: what decides which tests a mutant is given to."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage
import pytest

AT_IMPORT = -1
"""Stands among the tests of a line that runs when a module is imported, or tests are collected."""


@dataclass(frozen=True)
class Reach:
    """The tests that passed, their seconds, and for each file and line the places in `tests` of those that reach it."""

    tests: Sequence[str]
    seconds: Sequence[float]
    lines: dict[str, dict[int, frozenset[int]]]

    def of(self, file: str, lines: Iterable[int]) -> frozenset[int]:
        """The tests that reach any of these lines, and AT_IMPORT."""
        of_file = self.lines.get(file, {})
        return frozenset().union(*(of_file[line] for line in lines if line in of_file))


def load(path: Path, files: Collection[str]) -> Reach:
    """What `Recorder` left of these files: all of it is large, and every fork would have it."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    wanted = {file: found for file, found in raw["lines"].items() if file in files}
    lines = {file: {int(line): frozenset(tests) for line, tests in found.items()} for file, found in wanted.items()}
    return Reach(raw["tests"], raw["seconds"], lines)


class Recorder:
    """A plugin of pytest that runs every test in a context of coverage's own, and leaves a file for `load`."""

    def __init__(self, checkout: Path, sources: Sequence[str], path: Path) -> None:
        self._checkout, self._path = checkout, path
        include = [str(checkout / source) for source in sources]
        self._coverage = coverage.Coverage(data_file=None, config_file=False, include=include)
        self._seconds: dict[str, float] = {}
        self._bad: set[str] = set()
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Take the time, and tell coverage whose lines they are."""
        self._coverage.switch_context(item.nodeid)
        began = time.perf_counter()
        done = yield
        self._seconds[item.nodeid] = time.perf_counter() - began
        self._coverage.switch_context("")
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that does not pass without a mutant shows nothing of one."""
        if not report.passed:
            self._bad.add(report.nodeid)

    def pytest_unconfigure(self) -> None:
        """Write what was found."""
        self._coverage.stop()
        good = [test for test in self._seconds if test not in self._bad]
        numbers = {"": AT_IMPORT, **{test: number for number, test in enumerate(good)}}
        lines: dict[str, dict[int, list[int]]] = defaultdict(dict)
        data = self._coverage.get_data()
        for file in data.measured_files():
            for line, contexts in data.contexts_by_lineno(file).items():
                found = sorted({numbers[context] for context in contexts if context in numbers})
                lines[Path(file).relative_to(self._checkout).as_posix()][line] = found
        seconds = [round(self._seconds[test], 4) for test in good]
        self._path.write_text(json.dumps({"tests": good, "seconds": seconds, "lines": lines}), encoding="utf-8")
