"""Two runs in, a Comparison out. Pure: what was loaded is all that is looked at."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from reports.compare import boards, circumstances, limits, readings, verdicts
from reports.compare.boards import Pair, boards_of, numbered_otherwise
from reports.compare.pairing import board_pairs, in_common, matches, run_of
from reports.compare.shape import BETTER, HEADINGS, LOOSER, SEVERITY, TIGHTER, VERDICTS, WORSE, CompareError, Comparison, Difference, Side
from reports.words import natural

_KINDS = ("gone", "replaced", "exchanged", "circled", "moved", "new", "untold", "renamed", "stayed", "followed", "shift")
_SENSES = (WORSE, LOOSER, "", TIGHTER, BETTER)


class Loaded(Protocol):
    """What is needed of reports.bundle.Loaded."""

    @property
    def path(self) -> Path:
        """Where it was read."""
        ...

    @property
    def results(self) -> Mapping[str, Any]:
        """The results document, as schema.json publishes it."""
        ...

    @property
    def tools(self) -> Sequence[Mapping[str, Any]]:
        """Every program that ran."""
        ...

    @property
    def manifest(self) -> bytes | None:
        """The bundle's manifest; None for a folder."""
        ...

    @property
    def spec(self) -> bytes:
        """The spec that was judged by."""
        ...


def differences(a: Loaded, b: Loaded) -> Comparison:
    """
    Everything that is not the same in two runs of one node.

    Raises CompareError for two runs that have neither the node's name nor a board in common, for a measured run beside a
    simulated one, and for a spec that cannot be read.
    """
    pairs = board_pairs(a.results, b.results)
    _refuse(a, b, pairs)
    run_a, run_b = run_of(a.results), run_of(b.results)
    specs = limits.spec_of(a.spec, "A"), limits.spec_of(b.spec, "B")
    found_again = matches(run_a, run_b, pairs)
    found = readings.compared(run_a, run_b, found_again)
    all_of_them = [
        *boards.differences(pairs, lambda pair: verdicts.tally(run_a, run_b, pair)),
        *verdicts.differences(run_a, run_b, found_again),
        *found.differences,
        *limits.differences(run_a, run_b, *specs),
        *circumstances.differences(run_a, run_b, a.tools, b.tools),
    ]
    return Comparison(
        _side(a), _side(b), tuple(_notes(a, b, pairs)), tuple(sorted(all_of_them, key=_order)),
        tuple(sorted(found.within, key=_order)), found.compared, found.same,
    )  # fmt: skip


def _refuse(a: Loaded, b: Loaded, pairs: Sequence[Pair]) -> None:
    if a.results["origin"] != b.results["origin"]:
        origins = f"A has evidence of a {a.results['origin']} run, B of a {b.results['origin']} one"
        raise CompareError("live-and-simulated", f"{origins}: a simulated node says nothing of a real one")
    names = a.results["node"], b.results["node"]
    if names[0] != names[1] and not in_common(pairs):
        raise CompareError("nothing-in-common", f"A is of node {names[0]}, B of {names[1]}, and no board is in both: these are two nodes")


def _side(loaded: Loaded) -> Side:
    results, suite = loaded.results, loaded.results["suite"]
    commit = f" {suite['commit'][:12]}" if suite["commit"] else ""
    return Side(
        str(loaded.path), hashlib.sha256(loaded.manifest).hexdigest() if loaded.manifest is not None else None, results["node"],
        results["verdict"], results["mode"], results["origin"], results["started"],
        f"{results['spec']['name']} {results['spec']['sha256'][:12]}", f"{suite['version']}{commit}{' changed' if suite['dirty'] else ''}",
    )  # fmt: skip


def _notes(a: Loaded, b: Loaded, pairs: Sequence[Pair]) -> Iterator[str]:
    """What has to be known before the differences are read."""
    ours, theirs = a.results, b.results
    if ours["origin"] == "simulated":
        yield "SIMULATED: nothing of this was measured on a node"
    yield from _same_run(a, b)
    if ours["mode"] != theirs["mode"]:
        yield f"A is {ours['mode']}, B is {theirs['mode']}: the evidence of both is {ours['origin']}, so they are compared"
    if ours["started"] > theirs["started"]:
        yield f"A was begun after B ({ours['started']}, {theirs['started']}): before and after are the other way round"
    shared = in_common(pairs)
    if ours["node"] != theirs["node"]:
        yield f"the node is called {ours['node']} in A and {theirs['node']} in B: it is the same by {shared} boards that are in both"
    elif pairs and not shared:
        yield "no board is known to be in both: only the node's name says that these are runs of one node"
    if numbered_otherwise(pairs):
        yield "no bus id of A is one of B for the same boards: the host numbers its buses otherwise, so slots are told by position"
    for side, loaded in (("A", a), ("B", b)):
        for serial, number in Counter(board.serial for board in boards_of(loaded.results) if board.serial).items():
            if number > 1:
                yield f"{number} boards tell the serial {serial} in {side}: they are followed by UUID, or else by place"


def _same_run(a: Loaded, b: Loaded) -> Iterator[str]:
    if a.manifest is not None and a.manifest == b.manifest:
        yield "A and B are the same bundle: their manifests are the same"
    elif (a.results["node"], a.results["started"]) == (b.results["node"], b.results["started"]):
        yield f"A and B are the same run, begun at {a.results['started']}"


def _order(difference: Difference) -> tuple[Any, ...]:
    """By heading; the node's verdict, then worst first; the further beyond its noise the earlier; then as a person would look for it."""
    kind = _KINDS.index(difference.kind) if difference.kind in _KINDS else len(_KINDS)
    sides = (difference.places[0].a, difference.places[0].b) if difference.places else (None, None)
    devices = [natural(side.device) if side else () for side in sides]
    first = HEADINGS.index(difference.heading), difference.kind != "node", _SENSES.index(difference.sense)
    return *first, kind, -_size(difference), difference.name, *devices


def _size(difference: Difference) -> float:
    """A drift in multiples of its noise; a count as it is; of verdicts the worse one."""
    if difference.heading == VERDICTS:
        return max(SEVERITY.index(word) if word in SEVERITY else 0 for word in (difference.before, difference.after))
    if difference.delta is None or difference.noise == 0:
        return 0.0
    return abs(difference.delta) / (difference.noise or 1.0)
