"""Page one: the verdict, on which node, by which spec, from which bytes, what was not tested, and where people sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.certificate.conditions import duration, level_words, mode_words, moment, weakened
from reports.certificate.parts import clipped, code, facts, table
from reports.certificate.standing import Standing
from reports.certificate.untested import by_kind, left_out
from reports.margins import ORDER
from reports.markup import SIGNS, badge, text
from reports.words import is_gpu, natural

Results = Mapping[str, Any]
_SIGN_OF = {"ACCEPTED": SIGNS["PASS"], "REJECTED": SIGNS["FAIL"], "INCOMPLETE": SIGNS["ERROR"]}
_MOST_GPUS, _HASH = 1024, 64
_REASONS, _REASON, _SIGNED = 3, 240, 2
_LEFT, _WHAT, _WHY, _WHY_OF_MANY = 6, 60, 104, 74
_FIRM = {
    "ACCEPTED": "Signed on the evidence in the bundle whose manifest has the SHA-256 above; from it the verdict can be derived again.",
    "REJECTED": "Signed to say that this record was seen. The evidence is in the bundle whose manifest has the SHA-256 above.",
}
_IN_FULL = '<a href="#in-full">In full</a>'


def front(results: Results, of: Standing, signatures: Sequence[Mapping[str, Any]], level_of_spec: int | None) -> str:
    """The page that is signed, or that says that there is nothing to sign."""
    parts = (
        _head(results, of), _verdict(results, of), _about(results, level_of_spec), _hashes(results, of), _boards(results),
        _untested(results, level_of_spec), _signing(of, signatures) if of.is_certificate else "",
    )  # fmt: skip
    return f'<section id="front" aria-labelledby="title">{"".join(parts)}</section>'


def _head(results: Results, of: Standing) -> str:
    maker = f'<p class="maker"><strong>hwaccept</strong> {clipped(results["suite"]["version"], 24)}<br>acceptance test of a GPU node</p>'
    return f'<header class="head"><h1 id="title">{text(of.heading)}</h1>{maker}</header>'


def _verdict(results: Results, of: Standing) -> str:
    word, _, mode = of.word.partition(" ")
    sign = f'<span class="sign" aria-hidden="true">{_SIGN_OF.get(word, "")}</span>'
    said = f'<p class="word">{sign} {text(word)}{f" <em>{text(mode)}</em>" if mode else ""}</p>'
    node = f'<p class="node">GPU node <strong>{clipped(results["node"], 64)}</strong></p>'
    return f'<div class="verdict">{said}<div>{node}{_counts(results)}</div>{_no_certificate(of)}{_reasons(results)}</div>'


def _counts(results: Results) -> str:
    counts = results["counts"]
    shown = [f"<span>{badge(word)} {counts[word]}</span>" for word in reversed(ORDER) if counts[word]]
    lost = [f'<span><span class="badge v-ERROR">? did not run</span> {counts["not_run"]}</span>'] if counts["not_run"] else []
    number = f"<span>{len(results['items'])} items, {len(results['required'])} of them required</span>"
    return f'<p class="counts">{"".join([*shown, *lost, number])}</p>'


def _no_certificate(of: Standing) -> str:
    if of.is_certificate:
        return ""
    why = "".join(f"<li>{text(obstacle)}</li>" for obstacle in of.obstacles)
    return f'<div class="why-none"><p>This page is no certificate, because</p><ul>{why}</ul></div>'


def _reasons(results: Results) -> str:
    shown = [f"<li>{clipped(why, _REASON)}</li>" for why in results["reasons"][:_REASONS]]
    more = len(results["reasons"]) - _REASONS
    rest = f"<li>and {more} more: {_IN_FULL}</li>" if more > 0 else ""
    return f'<ul class="reasons">{"".join(shown)}{rest}</ul>'


def _about(results: Results, level_of_spec: int | None) -> str:
    suite, spec, network = results["suite"], results["spec"], results["network"]
    took, others = duration(results), f"{len(network['hosts']) - 1} other hosts took part" if network else "no other host took part"
    changed = {True: " with local changes", None: ", local changes not known"}.get(suite["dirty"], "")
    weak = "; ".join(weakened(results, level_of_spec))
    told = {
        "Spec": f"<strong>{clipped(spec['name'], 40)}</strong> <small>{clipped(spec['file'], 60)}</small>",
        "Mode": text(mode_words(results)),
        "Started": text(moment(results["started"])),
        "Ended": text(moment(results["ended"])) + (f" <small>({took})</small>" if took else ""),
        "DCGM level": text(level_words(results, level_of_spec)),
        "Workers": f"{text(results['workers'])}; {others}",
        "Suite": f"{clipped(suite['version'], 24)}{changed}",
        "Warnings": f"up to {text(results['max_warnings'])} per check are allowed",
        "Weakened by": f"<strong>! {clipped(weak, 160)}</strong>" if weak else "nothing",
    }
    return facts(told, "about")


def _hashes(results: Results, of: Standing) -> str:
    bom = results["options"].get("bom")
    told = {
        "Spec": code(results["spec"]["sha256"]),
        "Bundle's manifest": code(of.manifest_sha256) or "no bundle was written",
        "Bill of materials": _short(bom.get("sha256")) if isinstance(bom, dict) else "none was given",
        "Suite's commit": _short(results["suite"]["commit"] or "not known"),
    }
    return f'<h2 class="small">SHA-256, and the commit</h2>{facts(told, "hashes")}'


def _short(value: object) -> str:
    """In the font of a machine and no longer than a hash."""
    return f"<code>{clipped(value, _HASH)}</code>"


def _boards(results: Results) -> str:
    products = _products(results)
    rows = [_board(position, board, products.get(position, "")) for position in _positions(results) for board in _at(position, results)]
    if not rows:
        return '<p class="empty">The spec promises no GPU, and none was met.</p>'
    return table("Boards", ("Position", "Product", "Serial", "UUID", "PCI bus id"), rows, "boards")


def _positions(results: Results) -> list[str]:
    """Promised positions, and others at which a board was met."""
    promised = results["bill"].get("gpus")
    names = {f"gpu{n}" for n in range(min(promised, _MOST_GPUS))} if isinstance(promised, int) else set()
    return sorted(names | {item["device"] for item in results["items"] if is_gpu(item["device"])}, key=natural)


def _at(position: str, results: Results) -> list[Mapping[str, Any]]:
    """The boards that items met there: one, or none, or more where one was exchanged during the run."""
    found = [item["identity"] for item in results["items"] if item["device"] == position and any((item["identity"] or {}).values())]
    return list({tuple(board.values()): board for board in found}.values()) or [{}]


def _board(position: str, board: Mapping[str, Any], product: str) -> list[str]:
    if not board:
        return [text(position), badge("ERROR") + " no board is known here", "", "", ""]
    known = [_short(board.get(name)) if board.get(name) else "-" for name in ("serial", "uuid", "pci_bus_id")]
    return [text(position), clipped(product, 48) or "not read", *known]


def _products(results: Results) -> dict[str, str]:
    """What the boards say that they are, by position; what was promised is no answer."""
    readings = ((item["device"], reading) for item in results["items"] for reading in item["readings"])
    named = ((position, reading["value"]) for position, reading in readings if reading["name"] == "inventory.product")
    return {position: str(value) for position, value in named if value}


def _untested(results: Results, level_of_spec: int | None) -> str:
    left = left_out(results, level_of_spec)
    if not left:
        return '<p class="empty"><strong>Not tested:</strong> nothing. Every check is required and every reading is judged.</p>'
    shown, most = (left, _WHY) if len(left) <= _LEFT else (by_kind(left), _WHY_OF_MANY)
    rows = [[text(one.kind), clipped(one.named, _WHAT), clipped(one.why, most)] for one in shown]
    caption = f"What was <em>not</em> tested, or not judged <small>whole reasons below: {_IN_FULL}</small>"
    return table(caption, ("Kind", "What", "Why"), rows, "untested")


def _signing(of: Standing, signatures: Sequence[Mapping[str, Any]]) -> str:
    lines = "".join(f'<p class="line">{name}</p>' for name in ("Name", "Role", "Date", "Signature"))
    blocks = "".join(f'<div class="party"><h3>For the {who}</h3>{lines}</div>' for who in ("vendor", "buyer"))
    digital = "".join(_digital(signatures))
    return f'<div class="signing"><p class="firm">{_FIRM[of.word]}</p><div class="parties">{blocks}</div>{digital}</div>'


def _digital(signatures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in signatures[:_SIGNED]:
        known = [clipped(one[name], most) for name, most in (("role", 16), ("signer", 60), ("signed", 28), ("fingerprint", 52))]
        by = f": signed by {known[0]} {', '.join(known[1:3])}, key {known[3]}" if one["signer"] else ""
        yield f'<p class="signed">Digital signature, {clipped(one["state"], 80)}{by}</p>'
    if len(signatures) > _SIGNED:
        yield f'<p class="signed">and {len(signatures) - _SIGNED} more: <a href="#signatures">Signatures</a></p>'

