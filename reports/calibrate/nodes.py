"""Which bundles may be calibrated on: those of different nodes that are known to be good, and were measured under the same conditions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.results import mode_suffix, node_verdict
from reports.words import is_gpu

if TYPE_CHECKING:
    from reports.bundle import Loaded

MINIMUM_NODES = 5
_SHOWN = 120
_FIRST_LIMITS = (
    "a node is known to be good where its verdict is ACCEPTED. Readings that have no limit yet are put under [unjudged] of the spec, "
    "and a check of which nothing is judged then under [not_required]"
)


class CalibrationError(ValueError):
    """What cannot be calibrated on. `name` is one of a few words in kebab-case; the text, one line, begins with it."""

    def __init__(self, name: str, sentence: str) -> None:
        self.name = name
        super().__init__(f"{name}: {sentence}")


@dataclass(frozen=True)
class Node:
    """A bundle that may be calibrated on: the SHA-256 of its manifest, its boards' serials by position, and what it was measured under."""

    loaded: Loaded
    manifest: str
    serials: Mapping[str, str]
    conditions: Mapping[str, str]

    @property
    def path(self) -> str:
        """Where the bundle lies, for a message."""
        return shown(str(self.loaded.path))


def shown(text: object) -> str:
    """What somebody else wrote, for one line of ours."""
    escaped = ascii(str(text))[1:-1]
    return escaped if len(escaped) <= _SHOWN else f"{escaped[:_SHOWN]} ..."


def nodes_of(bundles: Sequence[Loaded], minimum: int) -> tuple[Node, ...]:
    """
    The nodes in the order of their manifests, whatever the order of the bundles.

    Raises CalibrationError for the first bundle that is no bundle, not live, not of an accepted node or without serials; for
    boards that are there twice, fewer nodes than `minimum`, and conditions that differ.
    """
    nodes = sorted((_node(loaded) for loaded in bundles), key=lambda node: node.manifest)
    _refuse_same_boards(nodes)
    if len(nodes) < minimum:
        usual = "the default" if minimum == MINIMUM_NODES else f"as asked for; the default is {MINIMUM_NODES}"
        raise CalibrationError("too-few-nodes", f"{len(nodes)} of at least {minimum} different nodes ({usual}, --minimum-nodes sets it)")
    _refuse_mixed(nodes)
    return tuple(nodes)


def _node(loaded: Loaded) -> Node:
    path, results = shown(str(loaded.path)), loaded.results
    if loaded.manifest is None:
        raise CalibrationError("no-bundle", f"{path} is a folder, whose files can be edited: give the bundle.tar.gz of the run")
    _refuse_not_good(path, results)
    return Node(loaded, hashlib.sha256(loaded.manifest).hexdigest(), dict(_serials(path, results)), _conditions(path, results))


def _refuse_not_good(path: str, results: Mapping[str, Any]) -> None:
    if mode_suffix(results["mode"], results["origin"]):
        told = f"mode {results['mode']}, origin {results['origin']}, verdict {results['verdict']}"
        raise CalibrationError("not-live", f"{path} is not of a live run ({told}): what a limit comes from was measured")
    if results["verdict"] != "ACCEPTED":
        raise CalibrationError("not-accepted", f"{path} is {results['verdict']}: {_FIRST_LIMITS}")
    verdict, reasons = node_verdict(results["required"], results["items"], results["max_warnings"], results["absent"])
    if verdict != "ACCEPTED":
        raise CalibrationError("not-accepted", f"{path} says ACCEPTED, which does not follow from its items: {shown(reasons[0])}")
    if results["suite"]["dirty"]:
        raise CalibrationError("changed-suite", f"{path} was judged by a suite with changed files: nobody can tell by what")


def _serials(path: str, results: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The serial of each board, by its position."""
    boards = {item["device"]: item["identity"] for item in results["items"] if is_gpu(item["device"])}
    if not boards:
        raise CalibrationError("no-serial", f"{path} has no boards: nodes are told apart by their boards' serials")
    for device, identity in sorted(boards.items()):
        serial = (identity or {}).get("serial")
        if not serial:
            raise CalibrationError("no-serial", f"{path}: the board at {device} has no serial, by which nodes are told apart")
        yield device, serial


def _conditions(path: str, results: Mapping[str, Any]) -> dict[str, str]:
    suite = results["suite"]
    level = results["options"].get("dcgm_level")
    if level is None:
        raise CalibrationError("unknown-conditions", f"{path} does not tell its DCGM level")
    return {
        "spec": f"{results['spec']['name']}, SHA-256 {results['spec']['sha256']}",
        "suite": shown(suite["version"]) + (f" at commit {shown(suite['commit'])}" if suite["commit"] else ", commit not known"),
        "driver": _one_value(path, results, "inventory.driver_version"),
        "product": _one_value(path, results, "inventory.product"),
        "DCGM level": shown(level),
    }


def _one_value(path: str, results: Mapping[str, Any], name: str) -> str:
    values = {str(r["value"]) for item in results["items"] for r in item["readings"] if r["name"] == name and r["value"] is not None}
    if len(values) != 1:
        found = " and ".join(map(shown, sorted(values))) or "nothing"
        raise CalibrationError("unknown-conditions", f"{path}: {name} has to be one and the same all over the node, found {found}")
    return shown(values.pop())


def _refuse_same_boards(nodes: Sequence[Node]) -> None:
    seen: dict[str, Node] = {}
    for node in nodes:
        for device, serial in node.serials.items():
            before = seen.setdefault(serial, node)
            if before is not node:
                told = f"{before.path} and {node.path} both have the board with serial {shown(serial)} (in the latter {device})"
                raise CalibrationError("same-boards", f"{told}: the same boards twice are one node")


def _refuse_mixed(nodes: Sequence[Node]) -> None:
    for node in nodes[1:]:
        for name, value in node.conditions.items():
            refuse_other(name, (nodes[0].path, nodes[0].conditions[name]), (node.path, value))


def refuse_other(name: str, first: tuple[str, str], second: tuple[str, str]) -> None:
    """Raises CalibrationError where two bundles (each with its value) differ in condition `name`."""
    if first[1] != second[1]:
        told = f"{first[0]} has {first[1]}, {second[0]} has {second[1]}"
        raise CalibrationError("mixed-conditions", f"{name}: {told}: what was measured differently is no population")
