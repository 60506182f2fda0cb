"""The processes in which a drill's cases run: many cases in one, so that the suite is collected once for all of them."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from fixtures.drill.engine import Case, DrillError, Told, run_cases
from fixtures.drill.settings import before_collection
from fixtures.simulator.catalogue.entry import HARNESS
from reports.results import mode_suffix, node_verdict
from scripts.harness_cases import run_harness_case

_MOST_AT_ONCE, _LEAST_AT_ONCE = 100, 8
_KEPT = ("id", "verdict", "subject", "class", "reason")
_SHOWN_EVERY_S = 10.0
Asked = tuple[str, Case]
"""A setting and a case in it."""


class Workers:
    """So many processes, and as many threads for the cases that are whole runs of their own."""

    def __init__(self, settings: Mapping[str, Sequence[str]], number: int, profile: str, folder: Path) -> None:
        self._settings, self._number, self._profile, self._folder = settings, number, profile, folder
        self._processes = ProcessPoolExecutor(number, multiprocessing.get_context("spawn"))
        self._threads = ThreadPoolExecutor(number)
        self._began = self._shown = time.monotonic()
        self._done = 0

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._processes.shutdown(wait=kind is None, cancel_futures=True)
        self._threads.shutdown(wait=kind is None, cancel_futures=True)

    def told(self, asked: Sequence[Asked]) -> list[Told]:
        """What the suite says of each case, in the same order; of one whose process ended that it could not be run."""
        found: dict[int, Told] = {}
        futures = dict(self._started(asked))
        for future in as_completed(futures):
            numbers = futures[future]
            found.update(zip(numbers, _result(future, len(numbers)), strict=True))
            self._show(len(found), len(asked), len(numbers))
        return [found[number] for number in range(len(asked))]

    def _started(self, asked: Sequence[Asked]) -> Iterator[tuple[Future[list[Told]], list[int]]]:
        groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for number, (setting, case) in enumerate(asked):
            groups.setdefault((setting, () if setting == HARNESS else before_collection(case.faults)), []).append(number)
        for (setting, before), numbers in groups.items():
            if setting == HARNESS:
                yield from ((self._alone(asked[number][1], number), [number]) for number in numbers)
                continue
            for chunk in _chunks(numbers, self._number):
                yield self._processes.submit(run_chunk, (*self._settings[setting], *before), [asked[number][1] for number in chunk]), chunk

    def _alone(self, case: Case, number: int) -> Future[list[Told]]:
        return self._threads.submit(_whole_run, self._profile, case, self._folder / f"{HARNESS}-{self._done}-{number}")

    def _show(self, done: int, of: int, more: int) -> None:
        self._done += more
        now = time.monotonic()
        if now - self._shown >= _SHOWN_EVERY_S:
            self._shown = now
            print(f"drill: {done} of {of} cases of this part, {self._done} in all, {now - self._began:.0f} s", file=sys.stderr, flush=True)


def _chunks(numbers: Sequence[int], workers: int) -> Iterable[list[int]]:
    """Few enough that no process waits long for the last one, many enough that collecting costs little."""
    size = max(_LEAST_AT_ONCE, min(_MOST_AT_ONCE, -(-len(numbers) // (4 * workers))))
    return (list(numbers[first : first + size]) for first in range(0, len(numbers), size))


def _result(future: Future[list[Told]], number: int) -> list[Told]:
    try:
        return future.result()
    except (BrokenProcessPool, OSError) as error:
        return [_broken(f"the process ended: {error}")] * number


def _broken(why: str) -> Told:
    return Told("", (), (why,), 0.0)


def run_chunk(arguments: Sequence[str], cases: Sequence[Case]) -> list[Told]:
    """In a process of the pool: what the suite says of the cases, without what only a report needs."""
    try:
        return [_slim(told) for told in run_cases(arguments, cases, _judged)]
    except DrillError as error:
        return [_broken(str(error))] * len(cases)


def _judged(run: Mapping[str, Any], items: Sequence[Mapping[str, Any]], end: Mapping[str, Any]) -> dict[str, Any]:
    """The part of the results document that decides; all of it, for people, would take as long as some checks."""
    suffix = mode_suffix(run["mode"], run["origin"])
    verdict, why = node_verdict(run["required"], items, run["max_warnings"], run["absent"], suffix=suffix)
    return {"verdict": verdict, "items": items, "reasons": why}


def _slim(told: Told) -> Told:
    return replace(told, items=tuple({name: item[name] for name in _KEPT} for item in told.items))


def _whole_run(profile: str, case: Case, out: Path) -> list[Told]:
    """A run in a process of its own, as the faults of the harness need; without results nothing was accepted."""
    ended = run_harness_case(profile, case.faults, out)
    if ended.undone:
        return [_broken(f"{', '.join(ended.undone)} was not done: {ended.printed.strip()[-200:]}")]
    results = ended.results or {"verdict": "INCOMPLETE", "items": (), "reasons": ("there is no results.json",)}
    return [_slim(Told(str(results["verdict"]), tuple(results["items"]), tuple(results["reasons"]), ended.seconds))]
