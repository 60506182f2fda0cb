"""What stands above the rows of report.html: the verdict and why, what was tested and left out, the bill of materials, the network."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from reports.margins import ORDER
from reports.markup import SIGNS, badge, facts, linked, table, text
from reports.network import network
from reports.words import limit_words, natural, quantity

Results = Mapping[str, Any]
_SIGN_OF = {"ACCEPTED": SIGNS["PASS"], "REJECTED": SIGNS["FAIL"], "INCOMPLETE": SIGNS["ERROR"]}
_MODES = {
    ("live", "live"): "live: measured on this node",
    ("simulated", "simulated"): "simulated: no hardware was measured",
    ("replayed", "live"): "replayed: judged again from the evidence of a live run",
    ("replayed", "simulated"): "replayed: judged again from the evidence of a simulated run; no hardware was measured",
}
_GPU = re.compile(r"gpu\d+")
_LEFT_OUT = (("absent", "Absent"), ("not_required", "Not required"), ("unjudged", "Not judged"))
_NOSCRIPT = (
    '<noscript><p class="hw-note">The rows below are drawn by a script, which is switched off here. '
    "All of them are also in results.json and junit.xml beside this file.</p></noscript>"
)


# pytest-html has no place below its rows, and a page of sources above them hides what it is a source for.
_BELOW_ROWS = (
    "<script>document.addEventListener('DOMContentLoaded', () => "
    "document.getElementById('results-table').after(document.getElementById('hw-limits')))</script>"
)


def banner(results: Results) -> str:
    """The part of the page that needs no script."""
    above = (_verdict(results), _about(results), _left_out(results), _bill(results), network(results))
    parts = (*above, _limits(results), "<h2>Items</h2>", _NOSCRIPT)
    return f'<div class="hw-page">{"".join(parts)}</div>'


def _verdict(results: Results) -> str:
    word, _, suffix = results["verdict"].partition(" ")
    known = [item["id"] for item in results["items"]]
    why = "".join(f"<li>{linked(reason, known)}</li>" for reason in results["reasons"])
    sign = f'<span class="sign" aria-hidden="true">{_SIGN_OF.get(word, "")}</span>'
    words = f"{text(word)} <em>{text(suffix)}</em>" if suffix else text(word)
    where = f'<p class="where">node <strong>{text(results["node"])}</strong>, {text(_mode(results))}</p>'
    parts = (f'<p class="verdict">{sign} {words}</p>', where, _counts(results), f'<ul class="reasons">{why}</ul>')
    return f'<section class="hw-banner n-{text(word)}">{"".join(parts)}</section>'


def _mode(results: Results) -> str:
    return _MODES.get((results["mode"], results["origin"]), f"{results['mode']}, origin {results['origin']}")


def _counts(results: Results) -> str:
    counts = results["counts"]
    shown = [f"<span>{badge(word)} {counts[word]}</span>" for word in reversed(ORDER) if counts[word]]
    lost = [f'<span><span class="badge v-ERROR">did not run</span> {counts["not_run"]}</span>'] if counts["not_run"] else []
    number = f"{len(results['items'])} items, {len(results['required'])} required"
    total = f"<span>{number}, up to {results['max_warnings']} WARN per check allowed</span>"
    return f'<p class="counts">{"".join([*shown, *lost, total])}</p>'


def _about(results: Results) -> str:
    suite, spec = results["suite"], results["spec"]
    changed = " with local changes" if suite["dirty"] else ""
    return "<h2>What was tested, and by what</h2>" + facts({
        "node": text(results["node"]), "mode": text(_mode(results)),
        "spec": f"{text(spec['name'])} <small>{text(spec['file'])}</small>", "spec SHA-256": f"<code>{text(spec['sha256'])}</code>",
        "suite": text(suite["version"]), "commit": f"<code>{text(suite['commit'] or 'not known')}</code>{changed}",
        "started": text(results["started"]), "ended": text(results["ended"] or "did not end"), "workers": text(results["workers"]),
        "options": _mapping(results["options"]), "host": _mapping(results["host"]),
    })  # fmt: skip


def _mapping(table_of: Mapping[str, Any]) -> str:
    told = {name: value for name, value in table_of.items() if value not in (None, [], {}, "")}
    return "<br>".join(f"{text(name)}: <code>{text(_plain(value))}</code>" for name, value in told.items()) or "none"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _left_out(results: Results) -> str:
    rows = [[words, f"<code>{text(name)}</code>", text(reason)] for key, words in _LEFT_OUT for name, reason in results[key].items()]
    if not rows:
        return "<h2>Left out by the spec</h2><p>Nothing: every check is required, and every reading is judged.</p>"
    return "<h2>Left out by the spec</h2>" + table(("Kind", "What", "Reason that the spec gives"), rows, "left-out")


def _bill(results: Results) -> str:
    """Promised and found boards; a position without a board stands in it as well."""
    bill = results["bill"]
    boards = {item["device"]: item["identity"] for item in results["items"] if item["identity"] and _GPU.fullmatch(item["device"])}
    promised = {f"gpu{n}" for n in range(bill["gpus"])} if isinstance(bill.get("gpus"), int) else set()
    rows = [_position(device, boards.get(device) or {}, bill, device in promised) for device in sorted(promised | set(boards), key=natural)]
    head = ("Position", "Promised", "Found", "Serial", "UUID", "PCI bus id")
    listed = _mapping({name: value for name, value in bill.items() if name not in ("serials", "pci_bus_ids", "sources")})
    boards_table = table(head, rows, "bill") if rows else "<p>The spec promises no GPU.</p>"
    promise = f'<details class="hw-promise"><summary>All that the spec promises of the node</summary>{listed}</details>'
    return f"<h2>Bill of materials</h2>{boards_table}{promise}"


def _limits(results: Results) -> str:
    """Every limit that something was judged by, once, with its whole source: this is what buyer and vendor argue about."""
    found: dict[str, Mapping[str, Any]] = {}
    for item in results["items"]:
        for reading in item["readings"]:
            if reading["limit"]:
                found.setdefault(str(reading["limit"]), reading["limit"])
    rows = [_limit_cells(limit) for limit in sorted(found.values(), key=lambda limit: str(limit["key"]))]
    if not rows:
        return ""
    limits = table(("Reading", "Limit", "Warns at", "Theoretical", "Conditions", "Source"), rows, "limits")
    title = "<h2>Limits, and where they come from</h2>"
    return f'<div id="hw-limits" class="hw-page">{title}<div class="hw-scroll">{limits}</div></div>{_BELOW_ROWS}'


def _limit_cells(limit: Mapping[str, Any]) -> list[str]:
    figures = ["" if limit[name] is None else text(quantity(limit[name], limit["unit"])) for name in ("warn", "theoretical")]
    return [f"<code>{text(limit['key'])}</code>", text(limit_words(limit)), *figures, text(limit["conditions"]), text(limit["source"])]


def _position(device: str, board: Mapping[str, Any], bill: Mapping[str, Any], is_promised: bool) -> list[str]:
    number = int(device[3:])
    named = [_nth(bill.get(key), number) for key in ("serials", "pci_bus_ids")]
    promise = ", ".join(str(part) for part in [bill.get("product") or "a GPU", *named] if part) if is_promised else "nothing"
    found = any(board.values())
    sign = f'<span class="badge v-{"PASS" if found else "ERROR"}">{"board" if found else "no board known"}</span>'
    return [text(device), text(promise), sign, *(text(board.get(name)) or "-" for name in ("serial", "uuid", "pci_bus_id"))]


def _nth(values: object, number: int) -> object:
    return values[number] if isinstance(values, (list, tuple)) and number < len(values) else None
