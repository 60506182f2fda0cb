"""
scripts/accept --drill PROFILE: put every fault of the catalogue into simulated nodes, and look whether the suite says the right thing.

Exit code 0 only where nothing was missed, no good node was refused and everything was told at the right place; 13 else; 4 usage.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from fixtures import spec as specs
from fixtures.drill.settings import write_setting
from fixtures.simulator.catalogue import CATALOGUE
from fixtures.simulator.catalogue.building import had_by
from fixtures.simulator.catalogue.entry import SETTINGS, Entry
from reports import drill as report
from scripts.drill_document import document
from scripts.drill_plan import Extent, plan
from scripts.drill_workers import Workers

REACHED, BELOW, USAGE = 0, 13, 4
_HEALTHY, _PAIRS = 1000, 300
_QUICK_HEALTHY, _QUICK_PAIRS = 50, 20


def main(arguments: Sequence[str]) -> int:
    """Run the drill, write drill.json and drill.html, and print the matrix; the return value is the exit code."""
    asked = _parsed(arguments)
    entries = had_by(specs.load(asked.drill), CATALOGUE)
    if asked.fault:
        entries = tuple(entry for entry in entries if any(word in entry.name for word in asked.fault))
        if not entries:
            print(f"hwaccept: --drill: no fault of {asked.drill} has {' or '.join(asked.fault)} in its name", file=sys.stderr)
            return USAGE
    return _drilled(asked, entries)


def _drilled(asked: argparse.Namespace, entries: Sequence[Entry]) -> int:
    began, started = time.monotonic(), time.time()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hwaccept-drill-") as folder:
        settings = {}
        for setting in SETTINGS:
            (Path(folder) / setting).mkdir()
            settings[setting] = write_setting(setting, asked.drill, Path(folder) / setting)
        with Workers(settings, asked.workers, asked.drill, Path(folder)) as workers:
            made = plan(asked.drill, entries, _extent(asked), workers)
    found = document(made, asked.drill, not asked.quick, asked.seed, started, time.monotonic() - began, asked.workers)
    report.write(found, asked.out)
    print(report.text(found))
    print(f"drill: {asked.out / report.DATA}, {asked.out / report.FILE}")
    return REACHED if found["reached"] else BELOW


def _extent(asked: argparse.Namespace) -> Extent:
    drawn = not asked.fault
    healthy = asked.healthy if asked.healthy is not None else (_QUICK_HEALTHY if asked.quick else _HEALTHY) if drawn else 0
    pairs = (_QUICK_PAIRS if asked.quick else _PAIRS) if drawn else 0
    return Extent(not asked.quick, healthy, pairs, drawn and not asked.quick and not asked.no_degrees, asked.seed)


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/accept", description="Drill the suite on simulated faults.", allow_abbrev=False)
    shipped = specs.shipped()
    parser.add_argument("--drill", metavar="PROFILE", required=True, choices=shipped, help=f"the model: {', '.join(shipped)}")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("out/drill"), help="where reports go (default: ./out/drill)")
    parser.add_argument("--quick", action="store_true", help="each fault at one position, with one version; fewer good nodes, no degrees")
    parser.add_argument("--fault", metavar="WORDS", action="append", default=[], help="only faults with WORDS in their name; no good nodes")
    parser.add_argument("--healthy", metavar="N", type=_number(0), help=f"good nodes (default: {_HEALTHY}; with --quick {_QUICK_HEALTHY})")
    parser.add_argument("--no-degrees", action="store_true", help="leave out the search for the slightest degree that is caught")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="seed of noise and of what is drawn (default: 0)")
    parser.add_argument("--workers", metavar="N", type=_number(1), default=os.cpu_count() or 1, help="processes (default: one per core)")
    try:
        return parser.parse_args(arguments)
    except SystemExit as stop:
        raise SystemExit(USAGE if stop.code else 0) from None


def _number(least: int) -> Callable[[str], int]:
    """A whole number from `least` on; argparse says what came instead."""

    def number(text: str) -> int:
        if int(text) < least:
            raise ValueError(text)
        return int(text)

    return number
