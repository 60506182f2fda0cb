"""
The results document, and the verdict on the node: the only place where it is computed.

ACCEPTED only when every required item was measured and within its limit. A required item that failed rejects the node
even where others are not known; everything else that is not known leaves it INCOMPLETE.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports import reasons
from reports.files import write_atomically
from reports.journal import Journal, printable
from reports.readings import checked
from reports.schema import SCHEMA_VERSION, first_problem
from reports.words import check_of, device_of

FILE = "results.json"
_EXIT_CODES = {"ACCEPTED": 0, "REJECTED": 10, "INCOMPLETE": 11}
_ENDED_IN_ORDER = (0, 1, 6)  # pytest: all passed, some failed, too many Python warnings; it ran to the end in each
_EXIT_WORDS = {2: "it was interrupted", 3: "pytest had an internal error", 4: "pytest was used wrongly", 5: "nothing was collected"}
_FROM_RUN = (
    "suite", "mode", "origin", "node", "spec", "started", "workers", "options", "bill", "absent", "not_required", "unjudged",
    "max_warnings", "limits_file", "host", "network", "required",
)  # fmt: skip
Item = Mapping[str, Any]


class ResultsError(ValueError):
    """A document that is not as schema.json publishes it; nothing was written."""


@dataclass(frozen=True)
class _Standing:
    """The required items of a run, sorted by what they mean for the verdict."""

    required: Sequence[str]
    measured: Sequence[Item]
    missing: Sequence[str]
    twice: Sequence[str]
    started: Sequence[str] = field(default=())

    def of(self, *verdicts: str) -> list[Item]:
        return [item for item in self.measured if item["verdict"] in verdicts]


def node_verdict(
    required: Sequence[str], items: Sequence[Item], max_warnings: int, absent: Mapping[str, str], *,
    problems: Sequence[str] = (), started: Sequence[str] = (), suffix: str = "",
) -> tuple[str, list[str]]:  # fmt: skip
    """
    ACCEPTED, REJECTED or INCOMPLETE, with `suffix` (" (simulated)"), and the sentences that say why.

    `items` are item records, judged again here. `problems` are sentences about the run as a whole (it was interrupted);
    any of them keeps the node from being accepted. `started` are ids of items that began. `absent` is the spec's table.
    """
    standing = _standing(required, [checked(item, absent) for item in items], started)
    rejecting = _rejecting(standing, max_warnings)
    open_questions = [*_open_questions(standing, problems), *_marginal_elsewhere(standing, max_warnings)]
    if rejecting:
        return f"REJECTED{suffix}", [*(f"REJECTED{suffix} because {why}" for why in rejecting), *(f"also: {why}" for why in open_questions)]
    good = reasons.passed(reasons.ids_of(standing.of("PASS", "WARN")), required)
    if open_questions:
        return f"INCOMPLETE{suffix}", [*(f"INCOMPLETE{suffix} because {why}" for why in open_questions), good]
    return f"ACCEPTED{suffix}", [f"ACCEPTED{suffix}: {good}", *_remarks(standing, max_warnings)]


def _standing(required: Sequence[str], items: Sequence[Item], started: Sequence[str]) -> _Standing:
    promised, found = Counter(required), Counter(item["id"] for item in items)
    twice = [item for item in promised if promised[item] > 1 or found[item] > 1]
    measured = [item for item in items if item["id"] in promised]
    return _Standing(list(promised), measured, [item for item in promised if not found[item]], twice, started)


def _rejecting(standing: _Standing, max_warnings: int) -> list[str]:
    failed = [item for item in standing.of("FAIL") if item["subject"] == "node"]
    too_many = [reasons.warnings(mine, check, max_warnings) for check, _, mine in _warned(standing) if reasons.warned(mine) > max_warnings]
    return [*reasons.failures(failed, standing.required), *too_many]


def _marginal_elsewhere(standing: _Standing, max_warnings: int) -> list[str]:
    """Too many warnings of a check, but not of this node: a peer that is marginal neither rejects it nor shows that it is good."""
    return [
        reasons.warnings(all_of_them, check, max_warnings)
        for check, all_of_them, mine in _warned(standing)
        if reasons.warned(mine) <= max_warnings < reasons.warned(all_of_them)
    ]


def _warned(standing: _Standing) -> list[tuple[str, list[Item], list[Item]]]:
    """Each check with its items that are WARN, and those of them whose subject is the node."""
    warned: dict[str, list[Item]] = {}
    for item in standing.of("WARN"):
        warned.setdefault(check_of(item["id"]), []).append(item)
    return [(check, found, [item for item in found if item["subject"] == "node"]) for check, found in warned.items()]


def _open_questions(standing: _Standing, problems: Sequence[str]) -> list[str]:
    elsewhere = [item for item in standing.of("FAIL") if item["subject"] != "node"]
    found = [*problems, *reasons.others([*standing.of("ERROR"), *elsewhere], standing.required)]
    found += reasons.missing(standing.missing, standing.required, standing.started)
    found += [f"{item} stands in the results or among the required items more than once" for item in standing.twice]
    if not standing.required:
        found.append("the spec requires nothing, so nothing was shown")
    elif not standing.of("PASS", "WARN", "FAIL", "ERROR") and not standing.missing:
        found.append("no required item was measured: all of them are skipped")
    return found


def _remarks(standing: _Standing, max_warnings: int) -> list[str]:
    warned = standing.of("WARN")
    marginal = f"{len(warned)} of them WARN, near their limit ({max_warnings} per check are allowed): {', '.join(reasons.ids_of(warned))}"
    return [*([marginal] if warned else []), *reasons.others(standing.of("SKIP"), standing.required)]


def exit_code(verdict: str) -> int:
    """0, 10 or 11 for a verdict in any mode; 11 for a word that is none."""
    return _EXIT_CODES.get(verdict.partition(" ")[0], _EXIT_CODES["INCOMPLETE"])


def mode_suffix(mode: str, origin: str) -> str:
    """What follows the verdict's word unless it was reached on a live node: " (replayed simulation)"."""
    if mode == "replayed":
        return " (replayed simulation)" if origin == "simulated" else " (replayed)"
    return "" if (mode, origin) == ("live", "live") else " (simulated)"


def build(
    run: Mapping[str, Any], items: Sequence[Item], end: Mapping[str, Any] | None, *,
    started: Iterable[Mapping[str, Any]] = (), cut: str = "",
) -> dict[str, Any]:  # fmt: skip
    """
    The results document of a run, from its records.

    Every required item is in it: one that did not run as an ERROR that says so. `cut` is the journal's damage, if any.
    """
    begun = list(dict.fromkeys(record["id"] for record in started))
    verdict, why = node_verdict(
        run["required"], items, run["max_warnings"], run["absent"],
        problems=_problems(end, cut), started=begun, suffix=mode_suffix(run["mode"], run["origin"]),
    )  # fmt: skip
    why = [*why, *reasons.left_behind(items)]
    judged = [checked(item, run["absent"]) for item in items]
    lacking = _not_run(run["required"], judged, set(begun))
    counts = Counter(item["verdict"] for item in judged)
    document = {
        "schema_version": SCHEMA_VERSION, **{name: run[name] for name in _FROM_RUN},
        "ended": end["ended"] if end else None, "verdict": verdict, "reasons": why,
        "counts": {**{word: counts[word] for word in ("PASS", "WARN", "FAIL", "ERROR", "SKIP")}, "not_run": len(lacking)},
        "items": _in_order([*judged, *lacking], run["required"]), "evidence": _evidence(judged),
    }  # fmt: skip
    plain: dict[str, Any] = printable(document)
    return plain


def build_from(journal: Journal) -> dict[str, Any]:
    """The results document of a journal."""
    return build(journal.run, journal.items, journal.end, started=journal.started, cut=journal.cut)


def _problems(end: Mapping[str, Any] | None, cut: str) -> list[str]:
    found = [cut] if cut else []
    if end is None:
        return [*found, "the run did not end in order: it was killed, or the node was lost"]
    if end["interrupted"]:
        found.append("the run was interrupted")
    elif end["exit_status"] not in _ENDED_IN_ORDER:
        found.append(f"the run ended with status {end['exit_status']}: {_EXIT_WORDS.get(end['exit_status'], 'which no complete run does')}")
    return [*found, *end.get("lost", ())]


def _not_run(required: Sequence[str], judged: Sequence[Item], begun: set[str]) -> list[dict[str, Any]]:
    """What stands for required items of which there is no record; the board is the one that other items met at the position."""
    boards = {item["device"]: item["identity"] for item in reversed(judged) if item["identity"]}
    recorded = set(reasons.ids_of(judged))
    return [_lost(item, boards, item in begun) for item in dict.fromkeys(required) if item not in recorded]


def _lost(item_id: str, boards: Mapping[str, Any], was_started: bool) -> dict[str, Any]:
    device = device_of(item_id)
    return {
        "id": item_id, "nodeid": "", "check": check_of(item_id), "device": device, "identity": boards.get(device),
        "subject": "undecided", "class": None, "suspect": None, "verdict": "ERROR",
        "reason": "was started and did not end" if was_started else "did not run", "seconds": 0.0, "readings": [], "evidence": [],
    }  # fmt: skip


def _in_order(items: Sequence[dict[str, Any]], required: Sequence[str]) -> list[dict[str, Any]]:
    """As the spec requires them; what nobody required comes last."""
    place = {item: number for number, item in enumerate(required)}
    return sorted(items, key=lambda item: place.get(item["id"], len(place)))


def _evidence(items: Sequence[Item]) -> list[str]:
    named = [name for item in items for name in [*item["evidence"], *(reading["evidence"] for reading in item["readings"])] if name]
    return list(dict.fromkeys(named))


def write(path: Path, document: Mapping[str, Any]) -> None:
    """
    Write `document` to `path`, whole or not at all.

    Raises ResultsError where it is not as schema.json publishes it, OSError where it cannot be written.
    """
    problem = first_problem(document)
    if problem:
        raise ResultsError(f"the results are not as published: {problem}")
    text = json.dumps(document, allow_nan=False, ensure_ascii=False, indent=1) + "\n"
    write_atomically(path, text.encode("utf-8"))
