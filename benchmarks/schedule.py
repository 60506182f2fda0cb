"""
What it costs to say who sends to whom, and who is to blame: `python benchmarks/schedule.py`.

First the schedules: rounds beside the fewest there can be (every host meets every other one, one at a time), and CPU time. Then
the CPU time of blaming, of both passes, in networks with planted faults, and how much is measured again. "growth" is the time a
flow beside that of the smallest network, where 1.0 is linear. Prints figures of this machine and asserts nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from fixtures.blame import checks, suspects  # noqa: E402
from fixtures.schedule import steps  # noqa: E402
from fixtures.tests.planted import Fault, again, everything, measured, names, port, split, way, whole  # noqa: E402

SIZES = (8, 64, 1024)
PAIRS = ("full", "ring", "sample:4")
ENOUGH_S, ENOUGH_TIMES = 0.2, 200


def main() -> None:
    """Measure and print."""
    print("schedule          hosts     flows  steps  rounds  fewest  ratio        ms  us a flow  growth")
    for pairs in PAIRS:
        first = 0.0
        for number in SIZES:
            first = _schedule(pairs, number, first)
    print()
    print("fault             hosts     flows   failed  blame, ms  growth  checks, ms  growth  again  steps")
    for name, fault in FAULTS.items():
        growth = (0.0, 0.0)
        for number in SIZES:
            growth = _blame(name, number, fault(number), growth)


FAULTS: dict[str, Callable[[int], Fault]] = {
    "none": lambda number: lambda link: False,
    "one link": lambda number: way("n3", "n5", back=True),
    "one interface": lambda number: port("n3"),
    "two hosts": lambda number: whole("n3", "n5"),
    "one direction": lambda number: port("n3", sends=False),
    "two groups": lambda number: split(*names(number)[: number // 2]),
    "half of all": lambda number: whole(*names(number)[number // 2 :]),
    "all": lambda number: everything,
}


def _schedule(pairs: str, number: int, first: float) -> float:
    hosts = names(number)
    seconds = _least(lambda: steps(hosts, pairs, 1))
    schedule = steps(hosts, pairs, 1)
    flows = sum(len(step.flows) for step in schedule)
    # In a ring every host is in two flows a step: as many steps as a full schedule has rounds, at half the rate.
    rounds, fewest = len(schedule) // (1 if pairs == "ring" else 2), number - 1 + number % 2
    growth = seconds / flows / first if first else 1.0
    ratio = f"{rounds / fewest:6.2f}" if flows == number * (number - 1) else f"{'':6}"
    print(
        f"{pairs:16} {number:6} {flows:9} {len(schedule):6} {rounds:7} {fewest:7} {ratio} {seconds * 1000:9.3f} "
        f"{seconds / flows * 1e6:10.3f} {growth:7.2f}"
    )
    return first or seconds / flows


def _blame(name: str, number: int, fault: Fault, first: tuple[float, float]) -> tuple[float, float]:
    results = measured(number, fault)
    second = again(results, fault)
    blaming, asking = _least(lambda: suspects(results, second)), _least(lambda: checks(results))
    shares = (blaming / len(results), asking / len(results))
    growth = [share / before if before else 1.0 for share, before in zip(shares, first, strict=True)]
    print(
        f"{name:16} {number:6} {len(results):9} {sum(not good for good in results.values()):8} {blaming * 1000:10.2f} {growth[0]:7.2f} "
        f"{asking * 1000:11.2f} {growth[1]:7.2f} {len(second):6} {len(checks(results)):6}"
    )
    return first if any(first) else shares


def _least(work: Callable[[], object]) -> float:
    """The least CPU time of several times: what the machine does beside it only adds."""
    best, spent = float("inf"), 0.0
    for _ in range(ENOUGH_TIMES):
        began = time.process_time()
        work()
        took = time.process_time() - began
        best, spent = min(best, took), spent + took
        if spent > ENOUGH_S:
            break
    return best


if __name__ == "__main__":
    main()
