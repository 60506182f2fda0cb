"""The columns of report.html: one row per item, with the reading that decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.margins import ORDER, deciding, margin, most_urgent
from reports.markup import badge, evidence_link, facts, sort_key, table, text
from reports.words import accepted_values, function_of, is_number, limit_words, natural, quantity, suspect_name, value_words

Item = Mapping[str, Any]
Reading = Mapping[str, Any]
_LINKS_IN_ROW, _LINKS_SHOWN = 8, 200
_HEADERS = (
    ("verdict", "Verdict", "FAIL, ERROR, WARN, SKIP, PASS"),
    ("testId", "Item", "by name"),
    ("device", "Device", "by position, with the board that stands there"),
    ("reading", "Deciding reading", "by unit, then by value"),
    ("limit", "Limit and its source", "by unit, then by bound"),
    ("margin", "Margin", "distance from the limit, in per cent of it; negative is outside"),
    ("concurrency", "At once", "how many measuring programs may have run at the time"),
    ("seconds", "Seconds", "duration"),
    ("proof", "Evidence", "by name"),
    ("result", "pytest", "as pytest counts it; the boxes above filter by this word"),
)


def header() -> list[str]:
    """The header cells. pytest-html sorts a column only where `data-column-type` is the word after col- in the cell's class."""
    return [f'<th class="sortable" data-column-type="{name}" title="sorts {said}">{words}</th>' for name, words, said in _HEADERS]


def row(item: Item, outcome: str, *, required: bool) -> list[str]:
    """
    The cells of an item, in the order of the header.

    `outcome` is pytest-html's own word (Passed, Failed, Error, Skipped): its filter hides rows with any other.
    """
    reading = deciding(item["readings"])
    limit = reading["limit"] if reading else None
    cells = {
        "verdict": f"{sort_key(ORDER.index(item['verdict']))}{badge(item['verdict'])}{'' if required else '<small>not required</small>'}",
        "testId": text(item["id"]),
        "device": f"{sort_key(*natural(item['device']))}{_device(item)}",
        "reading": f"{_value_key(reading)}{_reading(item, reading)}",
        "limit": f"{_limit_key(limit)}{_limit(limit)}",
        "margin": f"{sort_key(margin(reading) if reading else None)}{margin_bar(reading) if reading else ''}",
        "concurrency": f"{sort_key(reading['concurrency'] if reading else None)}{reading['concurrency'] if reading else ''}",
        "seconds": f"{sort_key(item['seconds'])}{item['seconds']:.2f}",
        "proof": f"{sort_key(*item['evidence'][:1])}{_proof(item)}",
        "result": outcome,
    }
    return [f'<td class="col-{name}">{cells[name]}</td>' for name, _, _ in _HEADERS]


def margin_bar(reading: Reading) -> str:
    """The margin in words, and as a bar from zero to the largest of value, limits and theoretical figure, with a tick at each limit."""
    limit, distance = reading["limit"], margin(reading)
    if limit is None or not is_number(reading["value"]):
        return ""
    if distance is None:
        return "<small>exact</small>" if reading["verdict"] == "PASS" else ""
    share = _share(reading)
    whole = quantity(limit["theoretical"], limit["unit"])
    of_physics = f"<small>{share * 100:.0f} % of {text(whole)}</small>" if share is not None else ""
    return f'<span class="number">{distance:+.1f} %</span>{_bar(reading, limit)}{of_physics}'


def _share(reading: Reading) -> float | None:
    theoretical = (reading["limit"] or {}).get("theoretical")
    if not is_number(theoretical) or not theoretical or not is_number(reading["value"]):
        return None
    return float(reading["value"] / theoretical)


def _bar(reading: Reading, limit: Mapping[str, Any]) -> str:
    bounds = [limit[name] for name in ("min", "max") if is_number(limit[name])]
    top = max([abs(reading["value"]), *map(abs, bounds), abs(limit["theoretical"] or 0)]) * 1.04
    ticks = "".join(f'<b style="left:{abs(bound) / top * 100:.1f}%"></b>' for bound in bounds)
    filled = f'<i style="width:{abs(reading["value"]) / top * 100:.1f}%"></i>'
    return f'<span class="bar b-{reading["verdict"] or "none"}">{filled}{ticks}</span>'


def _device(item: Item) -> str:
    identity = item["identity"] or {}
    place = " · ".join(text(identity[name]) for name in ("serial", "pci_bus_id") if identity.get(name))
    uuid = text(identity.get("uuid"))
    board = f'<small title="board serial, PCI bus id">{place}</small>' if place else ""
    return f"<strong>{text(item['device'])}</strong>{board}" + (f'<small class="id-uuid" title="{uuid}">{uuid}</small>' if uuid else "")


def _reading(item: Item, reading: Reading | None) -> str:
    reason = f'<small class="why">{text(item["reason"])}</small>' if item["reason"] else ""
    if reading is None:
        return f"<em>{'nothing to measure' if item['verdict'] == 'SKIP' else 'not measured'}</em>{reason}"
    name = "" if reading["name"] == function_of(item["id"]) else f" <small>{text(reading['name'])}</small>"
    more = f' <small class="more">and {len(item["readings"]) - 1} more</small>' if len(item["readings"]) > 1 else ""
    about = f" <small>{text(reading['about'])}</small>" if reading["about"] else ""
    return f'<span class="number">{text(value_words(reading))}</span>{name}{about}{more}{reason}'


def _limit(limit: Mapping[str, Any] | None) -> str:
    if limit is None:
        return ""
    source = f'<small class="source" title="{text(limit["source"])}">{text(limit["source"])}</small>' if limit["source"] else ""
    return f'<span class="number">{text(limit_words(limit))}</span>{source}'


def _value_key(reading: Reading | None) -> str:
    return sort_key(reading["unit"], reading["value"]) if reading else sort_key(None)


def _limit_key(limit: Mapping[str, Any] | None) -> str:
    if limit is None:
        return sort_key(None)
    bounds = [limit[name] for name in ("min", "max") if limit[name] is not None]
    return sort_key(limit["unit"], *[*bounds, *accepted_values(limit)][:1])


def _proof(item: Item) -> str:
    links = [evidence_link(name, str(number)) for number, name in enumerate(item["evidence"][:_LINKS_IN_ROW], start=1)]
    more = [f"and {len(item['evidence']) - _LINKS_IN_ROW} more"] if len(item["evidence"]) > _LINKS_IN_ROW else []
    return " ".join([*links, *more])


def _evidence(item: Item) -> str:
    links = [evidence_link(name) for name in item["evidence"][:_LINKS_SHOWN]]
    more = [f"and {len(item['evidence']) - _LINKS_SHOWN} more, in results.json"] if len(item["evidence"]) > _LINKS_SHOWN else []
    return "<br>".join([*links, *more])


def details(item: Item) -> str:
    """All that is known of an item: its board, and every reading with limit, conditions, source and the line it was read from."""
    identity = item["identity"] or {}
    known = {
        "item": text(item["id"]), "test": text(item["nodeid"]),
        "board serial": text(identity.get("serial")), "UUID": text(identity.get("uuid")), "bus id": text(identity.get("pci_bus_id")),
        "fault lies with": text(item["subject"]), "suspected": _suspect(item["suspect"]), "kind of fault": text(item["class"]),
        "reason": text(item["reason"]), "evidence": _evidence(item),
    }  # fmt: skip
    about = facts({name: value for name, value in known.items() if value})
    return f'<div class="hw-details">{about}{_all_readings(item["readings"])}</div>'


def _suspect(suspect: Mapping[str, Any] | None) -> str:
    return f"<strong>{text(suspect_name(suspect))}</strong><br>{text(suspect['why'])}" if suspect else ""


def _all_readings(readings: Sequence[Reading]) -> str:
    if not readings:
        return "<p>No reading was judged or recorded.</p>"
    shown, note = most_urgent(readings)
    head = ("Verdict", "Reading", "Value", "Limit", "Margin", "Source of the limit, conditions", "Why", "Read from", "At once", "Evidence")
    return (f"<p>Below are {note}.</p>" if note else "") + table(head, map(_reading_cells, shown), "readings")


def _reading_cells(reading: Reading) -> list[str]:
    limit = reading["limit"] or {}
    about = f"<small>{text(reading['about'])}</small>" if reading["about"] else ""
    origin = "; ".join(text(limit[name]) for name in ("source", "conditions") if limit.get(name))
    return [
        badge(reading["verdict"]) if reading["verdict"] else "recorded", text(reading["name"]) + about, text(value_words(reading)),
        text(limit_words(reading["limit"])), margin_bar(reading), origin, text(reading["reason"]),
        f"<code>{text(reading['source_line'])}</code>", text(reading["concurrency"]), evidence_link(reading["evidence"]),
    ]  # fmt: skip
