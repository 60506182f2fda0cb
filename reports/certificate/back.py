"""The end of the page: what page one shortens, every limit with its source, the programs, and the signatures in the bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.certificate.parts import code, facts, named, plain, section, table
from reports.certificate.standing import Standing
from reports.certificate.untested import left_out
from reports.markup import text
from reports.words import limit_words, quantity

Results = Mapping[str, Any]
_KEPT = (("Options", "options"), ("Host", "host"), ("Promised", "bill"))
_UNKNOWN = "not known"


def in_full(results: Results, level_of_spec: int | None) -> str:
    """Everything that page one has no room for."""
    why = f"<h3>The verdict</h3><ol>{''.join(f'<li>{text(reason)}</li>' for reason in results['reasons'])}</ol>"
    left = [[text(one.kind), text(one.named), text(one.why)] for one in left_out(results, level_of_spec)]
    untested = table("What was not tested, or not judged", ("Kind", "What", "Why"), left, "left") if left else ""
    told = {"Names and times": _names(results), **{name: _told(results[key]) for name, key in _KEPT}}
    lists = (f"<h3>{name}</h3>{facts(pairs)}" for name, pairs in told.items() if any(pairs.values()))
    return section("in-full", "In full: what page one shortens", why, untested, *lists)


def _names(results: Results) -> dict[str, str]:
    suite, spec, network = results["suite"], results["spec"], results["network"]
    return {
        "node": text(results["node"]), "spec": text(spec["name"]), "spec's file": code(spec["file"]),
        "suite": text(suite["version"]), "commit": code(suite["commit"]),
        "started": text(results["started"]), "ended": text(results["ended"] or "did not end"),
        "warnings allowed": f"{text(results['max_warnings'])} per check",
        "hosts": text(", ".join(network["hosts"])) if network else "", "pairs of hosts": text(network["pairs"]) if network else "",
    }  # fmt: skip


def _told(mapping: Mapping[str, Any], within: str = "") -> dict[str, str]:
    """What options, host or bill say, with a line for each part of a part."""
    told: dict[str, str] = {}
    for name, value in mapping.items():
        told |= _told(value, f"{within}{name}.") if isinstance(value, dict) else {f"{within}{name}": code(plain(value))}
    return {name: value for name, value in told.items() if value not in ("", code("[]"))}


def limits(results: Results) -> str:
    """Every limit that something was judged by, once: this is what vendor and buyer agreed on."""
    used = (reading["limit"] for item in results["items"] for reading in item["readings"] if reading["limit"])
    found = {str(limit): limit for limit in used}
    cells = [_limit(limit) for limit in sorted(found.values(), key=lambda limit: str(limit["key"]))]
    listed = table(f"{len(cells)} limits that something was judged by", ("Reading", "Limit", "Conditions", "Source"), cells, "limits")
    return section("limits", "Limits and their sources", listed if cells else '<p class="empty">Nothing was judged by a limit.</p>')


def _limit(limit: Mapping[str, Any]) -> list[str]:
    words = (("warn", "warns at"), ("theoretical", "theoretical"), ("impossible_above", "impossible above"))
    more = "".join(f"<small>{said} {text(quantity(limit[name], limit['unit']))}</small>" for name, said in words if limit[name] is not None)
    return [named(limit["key"]), text(limit_words(limit)) + more, text(limit["conditions"]), text(limit["source"] or "no source")]


def tools(listed: Sequence[Mapping[str, Any]]) -> str:
    """Which programs gave the readings, so that a swapped one can be told."""
    cells = [[text(tool["tool"]), text(tool["host"]), text(tool["version"]) or _UNKNOWN, *_file(tool)] for tool in listed]
    ran = table(f"{len(cells)} programs that ran", ("Program", "Host", "Version", "Path", "SHA-256"), cells, "tools")
    return section("tools", "Programs", ran if cells else '<p class="empty">No program is listed.</p>')


def _file(tool: Mapping[str, Any]) -> list[str]:
    return [code(tool[name]) or _UNKNOWN for name in ("path", "sha256")]


def signatures(listed: Sequence[Mapping[str, Any]], of: Standing) -> str:
    """Digital signatures in the bundle, whether or not there is a certificate."""
    if not listed:
        return ""
    cells = [[text(one["role"]), text(one["signer"]), text(one["signed"]), code(one["fingerprint"]), text(one["state"])] for one in listed]
    said = "" if of.is_certificate else "<p>They are on the bundle. They do not make this page a certificate.</p>"
    header = ("Role", "Signed by", "At", "Key", "State")
    return section("signatures", "Signatures", said, table("Signatures in the bundle", header, cells, "signatures"))
