"""drill.json from what a drill was told: see reports/drill/schema.json."""

from __future__ import annotations

import os
import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from fixtures.drill.degrees import PROBABILITY
from fixtures.drill.engine import Case, Told
from fixtures.drill.trials import BROKEN, FALSE_ALARM, OUTCOMES, RIGHT, Trial, bad_items, outcome
from fixtures.options import CHECKOUT
from fixtures.simulator.catalogue.entry import ACCEPTED, Entry
from fixtures.version import suite_version
from scripts.drill_plan import Found, Made, Pair

_WORST = ("FAIL", "ERROR", "WARN")
_KEPT = 8


@dataclass(frozen=True)
class _Judged:
    trial: Trial
    told: Told
    outcome: str
    why: str


def document(made: Made, profile: str, everywhere: bool, seed: int, started: float, seconds: float, workers: int) -> dict[str, Any]:
    """The document; `started` is in seconds since the epoch."""
    judged = [_Judged(trial, told, *outcome(trial, told)) for trial, told in made.trials]
    alarms = [_alarm(setting, case, told) for setting, case, told in made.healthy if bad_items(told) or not _accepted(told)]
    broken_law = [_law(pair) for pair in made.pairs if _accepted(pair.told) or not pair.told.verdict]
    counts = Counter(each.outcome for each in judged)
    counts[FALSE_ALARM] += len(alarms)
    reasons = _reasons(counts, len(alarms), len(broken_law), len(made.healthy))
    cases = len(judged) + len(made.healthy) + len(made.pairs)
    all_told = [*(each.told for each in judged), *(told for _, _, told in made.healthy), *(pair.told for pair in made.pairs)]
    return {
        "schema_version": 1, "suite": _suite(), "profile": profile, "extent": "every position" if everywhere else "one position",
        "seed": seed, "started": _time(started), "ended": _time(started + seconds), "seconds": round(seconds, 1), "workers": workers,
        "cases": cases, "seconds_per_case": round(sum(told.seconds for told in all_told) / max(1, cases), 4),
        "targets": {"missed": 0, "false_alarms": 0, "right_share": 1.0}, "reached": not reasons, "reasons": reasons,
        "counts": {name: counts[name] for name in OUTCOMES},
        "entries": [_entry(entry, [each for each in judged if each.trial.entry is entry]) for entry in made.entries],
        "healthy": _healthy(made, alarms),
        "random_pairs": {"cases": len(made.pairs), "broken_law": broken_law},
        "degrees": [_degree(found) for found in made.degrees],
        "environment": {"python": platform.python_version(), "machine": platform.machine(), "cpus": os.cpu_count() or 1},
    }  # fmt: skip


def _suite() -> dict[str, Any]:
    known = suite_version(CHECKOUT)
    return {"version": known["version"], "commit": known["commit"]}


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _accepted(told: Told) -> bool:
    return told.verdict.partition(" ")[0] == ACCEPTED


def _reasons(counts: Counter[str], alarms: int, law: int, good: int) -> list[str]:
    """What keeps the drill below its targets, a sentence each."""
    wrong = [f"{counts[name]} cases: {name}" for name in OUTCOMES if name != RIGHT and counts[name]]
    beside = ((alarms, "of the false alarms are good nodes"), (law, "pairs of faults were accepted, or could not be run"))
    untried = [] if good else ["no good node was tried, and a suite that refuses every node misses nothing: give --healthy N"]
    return [*wrong, *(f"{number} {what}" for number, what in beside if number), *untried]


def _entry(entry: Entry, judged: Sequence[_Judged]) -> dict[str, Any]:
    counts = Counter(each.outcome for each in judged)
    wrong = [_wrong(each) for each in judged if each.outcome != RIGHT]
    return {
        "name": entry.name, "source": entry.source, "setting": entry.setting, "class": entry.fault_class,
        "expected": {"verdict": entry.verdict, "items": list(entry.items)}, "versions": list(entry.versions), "cases": len(judged),
        **{name.replace(" ", "_"): counts[name] for name in OUTCOMES},
        "seconds": round(sum(each.told.seconds for each in judged) / max(1, len(judged)), 3),
        "checks": _checks(judged), "wrong": wrong[:_KEPT],
    }  # fmt: skip


def _checks(judged: Sequence[_Judged]) -> dict[str, str]:
    """The worst that any item of a check said."""
    said: dict[str, set[str]] = {}
    for each in judged:
        for name, item in bad_items(each.told).items():
            said.setdefault(name.partition(".")[0], set()).add(item["verdict"])
    return {check: next(word for word in _WORST if word in words) for check, words in said.items()}


def _wrong(judged: _Judged) -> dict[str, Any]:
    return {
        "case": judged.trial.name, "outcome": judged.outcome, "why": judged.why, "verdict": judged.told.verdict or BROKEN,
        "bad": {name: item["verdict"] for name, item in bad_items(judged.told).items()},
    }  # fmt: skip


def _healthy(made: Made, alarms: list[dict[str, Any]]) -> dict[str, Any]:
    settings = Counter(setting for setting, _, _ in made.healthy)
    versions = Counter(",".join(case.versions) for _, case, _ in made.healthy)
    return {
        "cases": len(made.healthy), "accepted": len(made.healthy) - len(alarms),
        "seconds": round(sum(told.seconds for _, _, told in made.healthy), 1),
        "settings": dict(settings), "versions": dict(versions), "false_alarms": alarms,
    }  # fmt: skip


def _alarm(setting: str, case: Case, told: Told) -> dict[str, Any]:
    return {
        "seed": case.seed, "setting": setting, "versions": ",".join(case.versions), "verdict": told.verdict or told.reasons[0],
        "bad": {name: item["verdict"] for name, item in bad_items(told).items()},
    }  # fmt: skip


def _law(pair: Pair) -> dict[str, Any]:
    faults = [*pair.first.case.faults, *pair.second.case.faults]
    why = "each of them alone keeps a node from being accepted" if pair.told.verdict else pair.told.reasons[0]
    return {"faults": faults, "verdict": pair.told.verdict or BROKEN, "why": why}


def _degree(found: Found) -> dict[str, Any]:
    degree = found.degree
    return {
        "name": degree.name, "check": degree.check, "reading": degree.reading, "unit": degree.unit, "spread": degree.spread,
        "probability": PROBABILITY, "smallest": found.smallest, "note": "",
        "steps": [{"degree": step.degree, "caught": step.caught, "of": step.of} for step in found.steps],
    }  # fmt: skip
