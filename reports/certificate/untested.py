"""What a run did not test, as a reader of page one has to know it: each thing with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.words import check_of, covering, function_of

Results = Mapping[str, Any]
Item = Mapping[str, Any]
_MANY = {"item": "items", "entry": "entries"}


@dataclass(frozen=True)
class Left:
    """One thing, or several of one kind and reason; `count` of how many `of` is 0 where there is nothing to count."""

    kind: str
    what: str
    why: str
    count: int = 0
    of: str = "item"

    @property
    def named(self) -> str:
        """8 items: all of gpumem."""
        return f"{_number(self.count, self.of)}: {self.what}" if self.count else self.what


def left_out(results: Results, level_of_spec: int | None) -> list[Left]:
    """Everything, what weighs most first. `level_of_spec` is the DCGM level that the spec asks for, None where that is not known."""
    return [*_items(results), *_dcgm(results, level_of_spec), *_by_spec(results)]


def by_kind(left: Sequence[Left]) -> list[Left]:
    """The same in one entry for each kind, in which everything is named and the first reason given."""
    kinds: dict[str, list[Left]] = {}
    for one in left:
        kinds.setdefault(one.kind, []).append(one)
    return [_merged(kind, found) for kind, found in kinds.items()]


def _merged(kind: str, found: Sequence[Left]) -> Left:
    if len(found) == 1:
        return found[0]
    items = sum(one.count for one in found)
    what, why = ", ".join(one.what for one in found), f"{len(found)} reasons; {found[0].why}"
    return Left(kind, what, why, items or len(found), "item" if items else "entry")


def _items(results: Results) -> Iterator[Left]:
    universe = list(dict.fromkeys([*results["required"], *(item["id"] for item in results["items"])]))
    kinds = {"Did not run": _errors(results, ran=False), "Not measured": _errors(results, ran=True), "Skipped": _skipped(results)}
    for kind, found in kinds.items():
        for why, ids in _by_reason(found).items():
            yield Left(kind, covering(ids, universe), why, len(ids))


def _errors(results: Results, *, ran: bool) -> list[Item]:
    """Items that are ERROR; one that stands for an item without a record names no test."""
    return [item for item in results["items"] if item["verdict"] == "ERROR" and bool(item["nodeid"]) == ran]


def _skipped(results: Results) -> list[Item]:
    return [item for item in results["items"] if item["verdict"] == "SKIP" and not _named(item["id"], results["absent"])]


def _by_reason(items: Iterable[Item]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in items:
        found.setdefault(item["reason"] or "no reason given", []).append(item["id"])
    return found


def _dcgm(results: Results, level_of_spec: int | None) -> Iterator[Left]:
    level = results["options"].get("dcgm_level")
    if level_of_spec is not None and isinstance(level, int) and level < level_of_spec:
        why = f"the spec says {level_of_spec}; this run used {level}, which has fewer tests"
        yield Left("Lower level", f"dcgm level {level_of_spec}", why)


def _by_spec(results: Results) -> Iterator[Left]:
    for kind, names in (("Absent", results["absent"]), ("Not required", results["not_required"]), ("Not judged", results["unjudged"])):
        grouped: dict[str, list[str]] = {}
        for name, why in names.items():
            grouped.setdefault(why, []).append(name)
        for why, together in grouped.items():
            yield Left(kind, _named_items(kind, together, results["items"]), why)


def _named_items(kind: str, names: Sequence[str], items: Sequence[Item]) -> str:
    """The names, with the number of items that were skipped, or ran and decide nothing."""
    count = sum(_named(item["id"], names) for item in items)
    said = {"Absent": " skipped", "Not required": ", reported only"}.get(kind)
    return ", ".join(names) + (f" ({_number(count, 'item')}{said})" if said and count else "")


def _named(item_id: str, names: Iterable[str]) -> bool:
    return bool({check_of(item_id), function_of(item_id)} & set(names))


def _number(count: int, word: str) -> str:
    return f"{count} {word if count == 1 else _MANY[word]}"
