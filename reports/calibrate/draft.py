"""The draft: proposals for the limits of a spec, and the spec with them in it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reports.calibrate.nodes import MINIMUM_NODES, CalibrationError, Node, nodes_of, shown
from reports.calibrate.numbers import NORMAL, SIGMAS, WARNING_SIGMAS, Bound, Population, ceiling, decimal, floor, population
from reports.calibrate.readings import Measured, Table, measured, unjudged
from reports.calibrate.text import redrafted, table_header, table_lines
from reports.words import number_words

if TYPE_CHECKING:
    from reports.bundle import Loaded

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_CONCURRENCY = re.compile(r"; calibrated with [^;]*\Z")
_SHORT, _NAMED = 8, 6


@dataclass(frozen=True)
class Proposal:
    """
    A limit and the population that it is from; `before` is the spec's own bound, None of a reading that it does not judge.

    `side` is min or max, `table` the whole limit as it stands in the draft, `flags` are sentences that a person should read.
    """

    key: str
    side: str
    population: Population
    before: float | None
    table: Table
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """`text` is the spec; `suggested` are limits for readings that it does not judge, as comments in it; `left` says why, by key."""

    text: bytes
    name: str
    proposals: tuple[Proposal, ...]
    suggested: tuple[Proposal, ...]
    left: Mapping[str, str]


def draft(bundles: Sequence[Loaded], minimum: int = MINIMUM_NODES) -> Draft:
    """
    The draft from these bundles; the same ones give the same bytes, in whatever order.

    Raises CalibrationError for what cannot be calibrated on (see nodes_of and measured), where nothing can be proposed, and where
    the limits cannot be replaced in the spec's text.
    """
    nodes = nodes_of(bundles, minimum)
    spec = _spec(nodes[0])
    found, left = measured(nodes, spec["limits"])
    proposals = [_proposal(key, spec["limits"][key], of_it, nodes) for key, of_it in found.items()]
    unfit = {proposal.key: why for proposal in proposals if (why := _why_unfit(proposal))}
    good = [proposal for proposal in proposals if proposal.key not in unfit]
    others = [_proposal(name, {"unit": of_it.unit}, of_it, nodes) for name, of_it in unjudged(nodes, spec.get("unjudged", {})).items()]
    suggested = [proposal for proposal in others if not _why_unfit(proposal)]
    if not good and not suggested:
        raise CalibrationError("nothing-measured", "no limit of the spec is of something that these nodes measured on every board")
    name = spec["name"] if spec["name"].endswith("-calibrated") else f"{spec['name']}-calibrated"
    changed = {proposal.key: proposal.table for proposal in good}
    text = redrafted(nodes[0].loaded.spec.decode("utf-8"), name, changed, _head(nodes), _tail(suggested))
    return Draft(text.encode("utf-8"), name, tuple(good), tuple(suggested), {**left, **unfit})


def _spec(node: Node) -> dict[str, Any]:
    try:
        document = tomllib.loads(node.loaded.spec.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CalibrationError("bad-spec", f"{node.path}: its spec.toml is no TOML: {shown(error)}") from error
    if not isinstance(document.get("name"), str) or not isinstance(document.get("limits"), dict):
        raise CalibrationError("bad-spec", f"{node.path}: its spec.toml has no name or no limits")
    return document


def _proposal(key: str, table: Table, found: Measured, nodes: Sequence[Node]) -> Proposal:
    side = "max" if "max" in table else "min"
    bound = floor(found.by_node) if side == "min" else ceiling(found.by_node)
    about = population(found.by_node)
    flags = _flags(found, about, bound, table.get(side), side)
    new = {side: _number(bound.value), **({} if bound.warn is None else {"warn": _number(bound.warn)})}
    kept = {name: value for name, value in table.items() if name not in (side, "warn", "conditions", "source")}
    instead = [f"in the place of {side} {number_words(table[side])} of {_former(nodes)}"] if side in table else []
    told = {"conditions": _conditions(table, found), "source": _source(found, about, _rule(about, bound, side), nodes, [*instead, *flags])}
    return Proposal(key, side, about, table.get(side), {**new, **kept, **told}, flags)


def _flags(found: Measured, about: Population, bound: Bound, before: float | None, side: str) -> tuple[str, ...]:
    looser = before is not None and (bound.value < decimal(before) if side == "min" else bound.value > decimal(before))
    farthest = f"that of board {shown(found.farthest(side))} sets the limit: is it good?"
    return (
        *([f"looser than the spec's {number_words(before)}"] if looser else []),
        *(["nodes differ more than boards do"] if about.differs else []),
        *([f"{bound.beyond} of {about.n} values beyond {SIGMAS} sigma, {farthest}"] if bound.beyond else []),
        *(["every value is the same"] if about.least == about.most else []),
    )  # fmt: skip


def _why_unfit(proposal: Proposal) -> str:
    """Why this bound cannot stand in a spec; empty where it can."""
    value, table = proposal.table[proposal.side], proposal.table
    if value <= 0:
        return "its values are too near to nothing, or spread too far, for a limit"
    for name in ("theoretical", "impossible_above"):
        if name in table and value >= table[name]:
            return f"a limit of {number_words(value)} would not lie below {name}, {number_words(table[name])}"
    return ""


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _conditions(table: Table, found: Measured) -> str:
    before = _CONCURRENCY.sub("", table.get("conditions") or f"as {shown(found.tool.name)} measures it")
    return f"{before}; calibrated with {_at_once(found)}"


def _at_once(found: Measured) -> str:
    return "one measurement at a time" if found.concurrency == 1 else f"up to {found.concurrency} measurements at once"


def _source(found: Measured, about: Population, rule: str, nodes: Sequence[Node], more: Sequence[str]) -> str:
    boards = f"{found.boards} boards of {about.nodes} nodes"
    middle, mad, least, most = (number_words(float(value)) for value in (about.median, about.mad, about.least, about.most))
    version = shown(found.tool.version) if found.tool.version else "of a version that it does not tell"
    tool = f"{shown(found.tool.name)} {version} (sha256 {found.tool.sha256[:_SHORT]})"
    with_it = f"{tool}, driver {nodes[0].conditions['driver']}, {_at_once(found)}"
    hashes = " ".join(node.manifest[:_SHORT] for node in nodes[:_NAMED])
    others = f" and {len(nodes) - _NAMED} more, listed at the top of the spec" if len(nodes) > _NAMED else ""
    return "; ".join([
        f"calibrated on {_newest(nodes)} from {boards if about.n == found.boards else f'{about.n} values of {boards}'}: "
        f"median {middle}, MAD {mad}, range {least} to {most} {found.unit}",
        rule, with_it, f"bundles: {hashes}{others}", *more,
    ])  # fmt: skip


def _rule(about: Population, bound: Bound, side: str) -> str:
    """How the bound was made, as in: floor = min(lowest, median - 4 x 1.4826 x MAD)."""
    name, best, sign = ("floor", "min(lowest", "-") if side == "min" else ("ceiling", "max(highest", "+")
    by_mad = NORMAL * about.mad >= about.resolution
    sigma = f"{NORMAL} x MAD" if by_mad else f"{number_words(float(about.resolution))}, the printed resolution"
    warning = "" if bound.warn is None else f", warning from {WARNING_SIGMAS} x the same"
    return f"{name} = {best}, median {sign} {SIGMAS} x {sigma}){warning}"


def _former(nodes: Sequence[Node]) -> str:
    """The spec that the nodes were accepted by: the sources of what stays in a limit stand there."""
    told = nodes[0].loaded.results["spec"]
    return f"{shown(told['name'])} (sha256 {told['sha256'][:_SHORT]}), whose source has the rest"


def _newest(nodes: Sequence[Node]) -> str:
    """The date of the newest run: the clock would make another file of the same bundles."""
    return max(str(node.loaded.results["started"]) for node in nodes)[:10]


def _head(nodes: Sequence[Node]) -> list[str]:
    told = [f"{name}: {value}" for name, value in nodes[0].conditions.items()]
    listed = [f"{node.manifest}  {node.loaded.results['started'][:10]}  {shown(node.loaded.results['node'])}" for node in nodes]
    many = f"{len(nodes)} nodes, {sum(len(node.serials) for node in nodes)} boards"
    return [
        f"Drafted by scripts/accept --calibrate from the bundles of {many}, the newest of {_newest(nodes)}.",
        "A draft: read every limit whose source begins with \"calibrated on\" before a node is judged by it. What the bundles",
        "say was taken for true here; scripts/accept --verify BUNDLE asks whether it is.", "", *told, "",
        "Bundles, by the SHA-256 of their manifests:", *(f"    {line}" for line in listed), "",
    ]  # fmt: skip


def _tail(suggested: Sequence[Proposal]) -> list[str]:
    """Limits for readings that the spec does not judge: why it does not, nobody but a person can weigh."""
    if not suggested:
        return []
    lines = [
        "---- Measured, but not judged by this spec ----", "",
        "To judge one, take it out of [unjudged] and its table out of this comment. A limit that is to hold for one tool only has",
        '"CHECK.READING@TOOL" as its key, where the check judges by tool (pciebw does).',
    ]  # fmt: skip
    for proposal in suggested:
        lines += ["", table_header(proposal.key), *table_lines(proposal.table)]
    return lines
