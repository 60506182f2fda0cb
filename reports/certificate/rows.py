"""After page one: a row for every item with what decides it, and all that is known of every item that is not PASS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports.certificate.parts import code, facts, named, section, table
from reports.margins import ORDER, deciding, margin, most_urgent
from reports.markup import badge, text
from reports.words import accepted_values, covering, function_of, limit_words, suspect_name, value_words

Results = Mapping[str, Any]
Item = Mapping[str, Any]
Reading = Mapping[str, Any]
_EVIDENCE_SHOWN = 40


def rows(results: Results) -> str:
    """One row per item, in the order of the spec."""
    required, places = set(results["required"]), _places(results["items"])
    cells = [_row(item, places.get(id(item)), is_required=item["id"] in required) for item in results["items"]]
    header = ("Item", "Verdict", "Deciding reading", "Limit", "Margin", "Board", "Evidence")
    caption = f"{len(cells)} items, each with the reading that is nearest to its limit or beyond it; all readings are in results.json"
    return section("rows", "Rows", table(caption, header, cells, "rows"))


def _places(items: Iterable[Item]) -> dict[int, int]:
    """The number of the deviation that tells more of an item."""
    return {id(item): number for number, group in enumerate(_groups(items)) for item in group}


def _row(item: Item, place: int | None, *, is_required: bool) -> list[str]:
    reading = deciding(item["readings"])
    name = named(item["id"]) if place is None else f'<a href="#deviation-{place}">{named(item["id"])}</a>'
    return [
        name, badge(item["verdict"]) + ("" if is_required else "<small>not required</small>"), _value(item, reading),
        text(limit_words(reading["limit"])) if reading else "", margin_words(reading) if reading else "", _board(item),
        _first_evidence(item, reading),
    ]  # fmt: skip


def _value(item: Item, reading: Reading | None) -> str:
    if reading is None:
        return "nothing to measure" if item["verdict"] == "SKIP" else "not measured"
    name = "" if reading["name"] == function_of(item["id"]) else f"<small>{named(reading['name'])}</small>"
    about = f"<small>{text(reading['about'])}</small>" if reading["about"] else ""
    return f"<b>{text(value_words(reading))}</b>{name}{about}"


def margin_words(reading: Reading) -> str:
    """+12.3 %, negative outside the limit; "exact" for a value that must be what it is."""
    distance, limit = margin(reading), reading["limit"]
    if limit is None or distance is not None:
        return "" if distance is None else f"{distance:+.1f} %"
    is_exact = reading["value"] in [*accepted_values(limit), limit["min"], limit["max"]]
    return "exact" if is_exact and reading["verdict"] == "PASS" else ""


def _board(item: Item) -> str:
    identity = item["identity"] or {}
    place = " ".join(code(identity.get(name)) for name in ("serial", "pci_bus_id"))
    uuid = f'<code class="uuid">{text(identity["uuid"])}</code>' if identity.get("uuid") else ""
    return f"<b>{text(item['device'])}</b> {place}{uuid}"


def _first_evidence(item: Item, reading: Reading | None) -> str:
    ids = [*filter(None, [reading["evidence"] if reading else None, *item["evidence"]])]
    others = len(set(ids)) - 1
    return f"<code>{named(ids[0])}</code>" + (f"<small>and {others} more</small>" if others else "") if ids else ""


def deviations(results: Results) -> str:
    """Every item that is not PASS, the worst first, with its readings, limits and reasons."""
    groups = _groups(results["items"])
    count = sum(map(len, groups))
    if not groups:
        return section("deviations", "Deviations", '<p class="empty">None: every item is PASS.</p>')
    universe = list(dict.fromkeys([*results["required"], *(item["id"] for item in results["items"])]))
    said = f"<p>{count} of {len(results['items'])} items are not PASS, the worst first.</p>"
    return section("deviations", "Deviations", said, *(_deviation(number, group, universe) for number, group in enumerate(groups)))


def _groups(items: Iterable[Item]) -> list[list[Item]]:
    """The items that are not PASS, worst first; those without a reading and with the same to say stand together."""
    found: dict[tuple[object, ...], list[Item]] = {}
    for number, item in enumerate(items):
        if item["verdict"] != "PASS":
            alike = (item["verdict"], function_of(item["id"]), item["reason"], item["subject"], item["class"], str(item["suspect"]))
            found.setdefault(alike if not item["readings"] else (number,), []).append(item)
    return sorted(found.values(), key=lambda group: ORDER.index(group[0]["verdict"]))


def _deviation(number: int, group: Sequence[Item], universe: Sequence[str]) -> str:
    first = group[0]
    name = first["id"] if len(group) == 1 else f"{covering([item['id'] for item in group], universe)} ({len(group)} items)"
    heading = f'<h3 id="deviation-{number}">{badge(first["verdict"])} {text(name)}</h3>'
    known = facts({
        "Reason": text(first["reason"]), "Fault lies with": text(first["subject"]), "Kind of fault": text(first["class"]),
        "Suspected": _suspect(first["suspect"]),
    })  # fmt: skip
    told = f"{heading}{known}{_boards(group)}{_readings(first['readings'])}"
    return f'<article class="deviation v-{text(first["verdict"])}-item">{told}</article>'


def _suspect(suspect: Mapping[str, Any] | None) -> str:
    return f"<strong>{text(suspect_name(suspect))}</strong>: {text(suspect['why'])}" if suspect else ""


def _boards(group: Sequence[Item]) -> str:
    """Which boards to look at, and the evidence of each."""
    cells = []
    for item in group:
        identity = item["identity"] or {}
        known = [code(identity.get(name)) for name in ("serial", "uuid", "pci_bus_id")]
        shown = " ".join(map(code, item["evidence"][:_EVIDENCE_SHOWN]))
        more = len(item["evidence"]) - _EVIDENCE_SHOWN
        cells.append([text(item["device"]), *known, shown + (f" and {more} more, in results.json" if more > 0 else "")])
    return table("Where", ("Device", "Board serial", "UUID", "PCI bus id", "Evidence"), cells, "where")


def _readings(readings: Sequence[Reading]) -> str:
    if not readings:
        return ""
    ordered, note = most_urgent(readings)
    header = ("Reading", "Verdict", "Value", "Limit", "Margin", "Why, and the line that it was read from")
    return table(f"Readings{f': {text(note)}' if note else ''}", header, map(_reading, ordered), "readings")


def _reading(reading: Reading) -> list[str]:
    about = f"<small>{text(reading['about'])}</small>" if reading["about"] else ""
    why = f"{text(reading['reason'])} " if reading["reason"] else ""
    return [
        named(reading["name"]) + about, badge(reading["verdict"]) if reading["verdict"] else "recorded", text(value_words(reading)),
        text(limit_words(reading["limit"])), margin_words(reading), f"{why}{code(reading['source_line'])}",
    ]  # fmt: skip
