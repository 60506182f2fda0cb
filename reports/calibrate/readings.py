"""What the nodes measured, limit by limit; and of each limit that is left as it is, why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.calibrate.nodes import CalibrationError, Node, refuse_other, shown
from reports.calibrate.numbers import decimal
from reports.words import is_gpu, is_number

RATES = ("GB/s", "Gbit/s", "bit/s", "bytes/s", "KB/s", "IOPS", "TFLOPS")
"""Units of which more is better: the only ones where a reading without a limit says on which side one would lie."""
MEASURED = (*RATES, "W", "MHz", "C", "ns", "us", "ms", "s")
"""Units of what is measured, as opposed to counted, promised or spelled."""
Table = Mapping[str, Any]


@dataclass(frozen=True)
class Tool:
    """The program that a reading came from; the version is None where it tells none."""

    name: str
    sha256: str
    version: str | None


@dataclass(frozen=True)
class Measured:
    """The values of one reading by node, the serial of each value's board in the same order, and what they were measured with."""

    name: str
    unit: str
    by_node: tuple[tuple[Decimal, ...], ...]
    serials: tuple[str, ...]
    tool: Tool
    concurrency: int

    @property
    def boards(self) -> int:
        """How many boards were measured."""
        return len(set(self.serials))

    def farthest(self, side: str) -> str:
        """The serial of the board with the lowest value (of side min) or the highest."""
        values = [value for node in self.by_node for value in node]
        return self.serials[values.index(min(values) if side == "min" else max(values))]


@dataclass(frozen=True)
class _Found:
    """One reading, where it stands."""

    node: Node
    device: str
    reading: Mapping[str, Any]

    @property
    def place(self) -> str:
        return f"{self.device} of {self.node.path}"


def measured(nodes: Sequence[Node], limits: Mapping[str, Table]) -> tuple[dict[str, Measured], dict[str, str]]:
    """
    What can be calibrated of the spec's `limits`, by key, and why the others are left, by key.

    Raises CalibrationError where a board missed such a limit, or the boards were measured by different programs or under different
    conditions.
    """
    found = _found(nodes, lambda reading: str(reading["limit"]["key"]) if reading["limit"] else None)
    left = {key: why for key, table in limits.items() if (why := _why_rule(table) or _why_unmeasured(found.get(key, []), nodes))}
    return {key: _measured(found[key]) for key in limits if key not in left}, left


def unjudged(nodes: Sequence[Node], names: Mapping[str, str]) -> dict[str, Measured]:
    """What was measured of the readings that the spec lists as unjudged (`names`), where its unit is a rate."""
    found = _found(nodes, lambda reading: None if reading["limit"] or reading["name"] not in names else str(reading["name"]))
    usable = {name: of_it for name, of_it in found.items() if not _why_unmeasured(of_it, nodes)}
    rates = {name for name, of_it in usable.items() if all(one.reading["unit"] in RATES for one in of_it)}
    return {name: _measured(usable[name]) for name in names if name in rates}


def _found(nodes: Sequence[Node], key_of: Callable[[Mapping[str, Any]], str | None]) -> dict[str, list[_Found]]:
    """The readings of the nodes' items by `key_of` them; those without a key are left out."""
    found: dict[str, list[_Found]] = {}
    for node in nodes:
        for item in sorted(node.loaded.results["items"], key=lambda item: str(item["id"])):
            for reading in item["readings"]:
                key = key_of(reading)
                if key is not None:
                    found.setdefault(key, []).append(_Found(node, str(item["device"]), reading))
    return found


def _why_rule(table: Table) -> str:
    """Why this limit is no bound of a population; empty where it is one."""
    bounds = [table[name] for name in ("min", "max") if name in table]
    if not bounds:
        return "it says what must be, not how much"
    if table.get("unit") not in MEASURED:
        return "it is counted or promised, not measured"
    if table.get("breach", "FAIL") != "FAIL":
        return "beyond it nothing was measured"
    if len(bounds) > 1:
        return "it has two sides"
    return "it says that there be none" if bounds[0] == 0 else ""


def _why_unmeasured(found: Sequence[_Found], nodes: Sequence[Node]) -> str:
    """Why these readings are not the values of all boards of all nodes; empty where they are."""
    if not found:
        return "nobody measured it"
    if not all(is_gpu(one.device) and one.reading["about"] is None for one in found):
        return "it is of no board: other hosts, or the node as a whole, have a part in it"
    _refuse_missed(found)
    if not all(is_number(one.reading["value"]) and one.reading["verdict"] != "ERROR" for one in found):
        return "it was not measured on every board"
    boards = {(one.node.manifest, one.device) for one in found}
    promised = {(node.manifest, device) for node in nodes for device in node.serials}
    return "" if boards == promised else f"it was measured on {len(boards)} of {len(promised)} boards"


def _refuse_missed(found: Sequence[_Found]) -> None:
    for one in found:
        if one.reading["verdict"] == "FAIL":
            told = f"{one.reading['name']} of {one.place} is FAIL: {shown(one.reading['reason'])}"
            raise CalibrationError("not-accepted", f"{told}. Where the limit is wrong, put the reading under [unjudged] and measure again")


def _measured(found: Sequence[_Found]) -> Measured:
    """The population of these readings. Raises CalibrationError where they were not measured in the same way."""
    first, tool = found[0], _tool(found[0])
    for one in found[1:]:
        for name, condition in (("unit", _unit), ("tool", _told_tool), ("concurrency", _concurrency)):
            refuse_other(f"{name} of {first.reading['name']}", (first.place, condition(first)), (one.place, condition(one)))
    by_node: dict[str, list[Decimal]] = {}
    for one in found:
        by_node.setdefault(one.node.manifest, []).append(decimal(one.reading["value"]))
    values, serials = tuple(map(tuple, by_node.values())), tuple(one.node.serials[one.device] for one in found)
    return Measured(str(first.reading["name"]), str(first.reading["unit"]), values, serials, tool, int(first.reading["concurrency"]))


def _unit(one: _Found) -> str:
    return shown(one.reading["unit"])


def _concurrency(one: _Found) -> str:
    return str(one.reading["concurrency"])


def _told_tool(one: _Found) -> str:
    tool = _tool(one)
    return f"{shown(tool.name)} {shown(tool.version or 'of unknown version')}, SHA-256 {shown(tool.sha256)}"


def _tool(one: _Found) -> Tool:
    """The program whose output the reading is of: its evidence names it, HOST/TARGET.TOOL.PURPOSE.N, and the bundle has its hash."""
    host, _, rest = str(one.reading["evidence"] or "").partition("/")
    asked = rest.partition(".")[2]
    told = [entry for entry in one.node.loaded.tools if entry["host"] == host and asked.startswith(f"{entry['tool']}.")]
    longest = max((str(entry["tool"]) for entry in told), key=len, default="")
    known = {(entry["sha256"], entry["version"]) for entry in told if entry["tool"] == longest}
    if len(known) != 1:
        programs = f"{len(known)} different programs" if known else "no program"
        raise CalibrationError("unknown-tool", f"{one.reading['name']} of {one.place}: the bundle has {programs} for {shown(asked)}")
    sha256, version = known.pop()
    if not sha256:
        raise CalibrationError("unknown-tool", f"{one.reading['name']} of {one.place}: the bundle has no hash of {shown(longest)}")
    return Tool(longest, str(sha256), None if version is None else str(version))
