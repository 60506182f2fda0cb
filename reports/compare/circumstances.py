"""What else was not the same: the suite that judged, the programs that measured, the driver, the options, the host."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.compare.limits import unlike
from reports.compare.pairing import Run
from reports.compare.shape import CIRCUMSTANCES, Difference, Place, Where

_LEFT_OUT = ("pytest",)
"""Command lines hold paths, which differ from run to run; what they select shows in the items."""
_FACTS = ("version", "sha256", "path")
_NODE = "local"
Tool = Mapping[str, Any]
Programs = Mapping[tuple[str, str], Mapping[str, list[str]]]


def differences(a: Run, b: Run, tools_a: Sequence[Tool], tools_b: Sequence[Tool]) -> Iterator[Difference]:
    """By area: suite, programs, options, host, workers and network."""
    yield from unlike("suite", a.results["suite"], b.results["suite"], CIRCUMSTANCES)
    yield from _tools(_by_tool(tools_a), _by_tool(tools_b))
    options = [{key: value for key, value in run.results["options"].items() if key not in _LEFT_OUT} for run in (a, b)]
    yield from unlike("option", options[0], options[1], CIRCUMSTANCES)
    yield from unlike("host", a.results["host"], b.results["host"], CIRCUMSTANCES)
    yield from unlike("run", {"workers": a.results["workers"]}, {"workers": b.results["workers"]}, CIRCUMSTANCES)
    yield from _network(a.results["network"], b.results["network"])


def _network(a: Mapping[str, Any] | None, b: Mapping[str, Any] | None) -> Iterator[Difference]:
    """The hosts alone, where only one run measured with others."""
    if a is not None and b is not None:
        yield from unlike("network", a, b, CIRCUMSTANCES)
    elif a is not None or b is not None:
        before, after = (list(network["hosts"]) if network else None for network in (a, b))
        yield Difference(CIRCUMSTANCES, "changed", "network hosts", (), before, after)


def _by_tool(tools: Sequence[Tool]) -> dict[tuple[str, str], dict[str, list[str]]]:
    """The versions, hashes and paths of each program on each host; of one that is on several paths, all of them."""
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for tool in tools:
        facts = found.setdefault((tool["tool"], tool["host"]), {fact: set() for fact in _FACTS})
        for fact in _FACTS:
            facts[fact].update([tool[fact]] if tool[fact] else [])
    return {name: {fact: sorted(values) for fact, values in facts.items()} for name, facts in found.items()}


def _tools(a: Programs, b: Programs) -> Iterator[Difference]:
    for name, host in sorted({*a, *b}):
        before, after = a.get((name, host)), b.get((name, host))
        places = _places(host, before is not None, after is not None)
        if before is None or after is None:
            yield Difference(CIRCUMSTANCES, "only", f"program {name}", places, _known(before), _known(after))
            continue
        for fact in _FACTS:
            if before[fact] != after[fact]:
                yield Difference(CIRCUMSTANCES, "changed", f"program {name} {fact}", places, before[fact] or None, after[fact] or None)


def _places(host: str, in_a: bool, in_b: bool) -> tuple[Place, ...]:
    """Nowhere in particular on the node itself; a program of another host is there."""
    return () if host == _NODE else (Place(Where(host) if in_a else None, Where(host) if in_b else None),)


def _known(facts: Mapping[str, list[str]] | None) -> str | None:
    """The version of a program that ran in one run only, else its hash; None where it did not run."""
    if facts is None:
        return None
    return ", ".join(facts["version"] or facts["sha256"]) or "version not known"
