"""What a verdict is when it is reached again from the evidence, and where that differs from what a bundle says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reports import results
from reports.journal import Journal
from reports.plain import one_line

Document = Mapping[str, Any]
_OF_THE_RUN = ("mode", "started", "workers", "suite", "host")
_COMPARED = ("node", "origin", "max_warnings", "absent", "not_required", "unjudged", "bill", "network", "required", "evidence")
_OPTIONS = ("seed", "dcgm_level", "peers_sha256", "bom", "cluster")
_NOT_DERIVED = ("seconds", "nodeid", "readings")
_LONGEST = 200


def rederived(told: Journal, again: Journal) -> dict[str, Any]:
    """
    The results document that the evidence gives.

    Items and limits are those of the replay `again`; of `told`, the bundle's journal, it has only what no evidence can show: when
    it was, which items ran, how it ended.
    """
    seconds = {item["id"]: item["seconds"] for item in told.items}
    items = [{**item, "seconds": seconds[item["id"]]} for item in again.items if item["id"] in seconds]
    run = {**again.run, **{name: told.run[name] for name in _OF_THE_RUN}}
    return results.build(run, _as_recorded(items, told), told.end, started=told.started, cut=told.cut)


def _as_recorded(items: Iterable[Document], told: Journal) -> list[Document]:
    """In the order in which they were recorded."""
    by_id = {item["id"]: item for item in items}
    return [by_id[item["id"]] for item in told.items if item["id"] in by_id]


def differences(said: Document, found: Document) -> Iterator[str]:
    """One line for each place where the results `said` in the bundle are not those `found` from the evidence."""
    for name in ("verdict", *_COMPARED, "counts", "reasons"):
        yield from _unequal(name, said[name], found[name])
    for name in ("sha256", "name"):
        yield from _unequal(f"spec {name}", said["spec"][name], found["spec"][name])
    for name in _OPTIONS:
        yield from _unequal(f"option {name}", said["options"].get(name), found["options"].get(name))
    yield from _items(said["items"], found["items"])


def hidden(told: Journal, again: Journal) -> Iterator[str]:
    """One line for each item that the bundle does not tell of, and that its evidence shows to have failed."""
    known = {item["id"] for item in told.items}
    for item in again.items:
        if item["id"] not in known and item["verdict"] == "FAIL":
            yield f"{item['id']}: the bundle says nothing of it, its evidence gives FAIL: {_words(item['reason'])}"


def _items(said: Sequence[Document], found: Sequence[Document]) -> Iterator[str]:
    again = {item["id"]: item for item in found}
    for item in said:
        other = again.pop(item["id"], None)
        if other is None:
            yield f"{item['id']}: stands in the bundle, its evidence gives no such item"
        else:
            yield from _item(item, other)
    for name in again:
        yield f"{name}: its evidence gives this item, the bundle does not"


def _item(said: Document, found: Document) -> Iterator[str]:
    for name in said:
        if name not in _NOT_DERIVED:
            yield from _unequal(f"{said['id']}: {name}", said[name], found[name])
    if len(said["readings"]) != len(found["readings"]):
        yield f"{said['id']}: the bundle has {len(said['readings'])} readings of it, its evidence gives {len(found['readings'])}"
    for one, other in zip(said["readings"], found["readings"], strict=False):
        yield from _reading(f"{said['id']}: {one['name']}" + (f" of {one['about']}" if one["about"] else ""), one, other)


def _reading(place: str, said: Document, found: Document) -> Iterator[str]:
    for name in said:
        if name == "limit" and said[name] and found[name]:
            for bound in said[name]:
                yield from _unequal(f"{place}: limit {bound}", said[name][bound], found[name].get(bound))
        else:
            yield from _unequal(f"{place}: {name}", said[name], found[name])


def _unequal(place: str, said: object, found: object) -> Iterator[str]:
    if said != found or type(said) is not type(found):
        yield f"{one_line(place)}: the bundle says {_words(said)}, its evidence gives {_words(found)}"


def _words(value: object) -> str:
    text = one_line(value) if value not in (None, "") else "nothing"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."
