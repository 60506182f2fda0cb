"""drill.html: head, verdict, what it means and does not, and the parts below."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.certificate.parts import clipped, code, css_string, facts, section
from reports.drill.curves import degrees
from reports.drill.grid import grid, per_check
from reports.drill.parts import healthy, pairs, sources, wrong
from reports.drill.tally import Standing, false_alarms, percent, standing, tally
from reports.drill.words import brief, headline, means, means_not, number
from reports.markup import text

Document = Mapping[str, Any]
_CSS = Path(__file__).with_name("drill.css")
_LOADS_NOTHING = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PARTS = (
    ("by-check", "By check"), ("matrix", "Faults and checks"), ("wrong", "What went wrong"), ("healthy", "Healthy nodes"),
    ("pairs", "Pairs"), ("degrees", "Slow faults"), ("sources", "Sources"), ("about", "This drill"),
)  # fmt: skip
_NAME = 64


def page(document: Document) -> bytes:
    """The page of a checked document, in UTF-8. It needs no script and asks for nothing outside."""
    of = standing(document)
    parts = (
        _front(document, of), per_check(document), grid(document), wrong(document), healthy(document), pairs(document),
        degrees(document), sources(document), _about(document),
    )  # fmt: skip
    body = f'<body class="{"reached" if of.is_reached else "not-reached"}"><main>{"".join(parts)}</main></body>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{_head(document, of)}</head>{body}</html>\n'.encode("utf-8", "backslashreplace")


def _head(document: Document, of: Standing) -> str:
    title = f"{of.word} (simulated): drill of {clipped(document['profile'], _NAME)}"
    return (
        f'<meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><meta http-equiv="Content-Security-Policy" content="{_LOADS_NOTHING}">'
        f"<style>{_CSS.read_text(encoding='utf-8')}{_running(document, of)}</style>"
    )


def _running(document: Document, of: Standing) -> str:
    """The line on every printed page."""
    line = css_string(f"{of.word} (simulated) - drill of {document['profile'][:_NAME]} - {document['ended'][:_NAME]}")
    return f'@page {{ @bottom-left {{ content: {line}; }} @bottom-right {{ content: "page " counter(page) " of " counter(pages); }} }}'


def _front(document: Document, of: Standing) -> str:
    links = "".join(f'<a href="#{name}">{words}</a>' for name, words in _PARTS)
    nav = f'<nav aria-label="Parts of this page">{links}</nav>'
    suite = document["suite"]
    maker = f'<p class="maker"><strong>hwaccept {text(suite["version"])}</strong><br>{code((suite["commit"] or "no commit")[:12])}</p>'
    head = f'<header class="head"><h1>Drill of the suite: {text(document["profile"])}</h1>{maker}</header>'
    return f"{nav}{head}{_verdict(document, of)}{_tiles(document)}{_meaning(document)}"


def _verdict(document: Document, of: Standing) -> str:
    sign = "✓" if of.is_reached else "✕"
    word = f'<p class="word"><span aria-hidden="true">{sign}</span> {of.word} <em>simulated</em></p>'
    listed = "".join(f"<li>{text(reason)}</li>" for reason in of.reasons)
    reasons = f'<ul class="reasons">{listed}</ul>' if listed else ""
    said = f'<p class="said">{text(headline(document, of))}</p>'
    return f'<section class="verdict" aria-label="Verdict over the suite">{word}{said}{reasons}{_target(document)}</section>'


def _target(document: Document) -> str:
    targets = document["targets"]
    said = (
        f"Target: at most {number(targets['missed'])} missed, at most {number(targets['false_alarms'], 'false alarm')}, "
        f"{'all' if targets['right_share'] == 1 else 'at least ' + percent(targets['right_share'])} of the faults' cases right."
    )
    return f'<p class="target">{said}</p>'


def _tiles(document: Document) -> str:
    """The counts that matter, each with its word."""
    of, well = tally(document["entries"]), document["healthy"]
    alarms = of.false_alarm + false_alarms(document)
    tiles = [
        (f"{number(of.caught)} of {number(of.faults)}", "faults right in all cases", of.caught < of.faults),
        (f"{number(of.right)} of {number(of.cases)}", "cases right", of.right < of.cases),
        (number(of.missed), "missed", of.missed > 0), (number(of.elsewhere), "seen elsewhere", of.elsewhere > 0),
        (number(alarms), "false alarms" if alarms != 1 else "false alarm", alarms > 0), (number(of.broken), "broken", of.broken > 0),
        (f"{number(well['accepted'])} of {number(well['cases'])}", "healthy nodes accepted", well["accepted"] < well["cases"]),
    ]  # fmt: skip
    return f'<dl class="tiles">{"".join(_tile(*tile) for tile in tiles)}</dl>'


def _tile(value: str, word: str, is_bad: bool) -> str:
    kind, sign = (' class="bad"', '<span aria-hidden="true">✕</span> ') if is_bad else ("", "")
    return f"<div{kind}><dt>{word}</dt><dd>{sign}{value}</dd></div>"


def _meaning(document: Document) -> str:
    columns = (("What this means", means(document)), ("What it does not mean", means_not(document)))
    told = (f"<div><h2>{heading}</h2><ul>{''.join(f'<li>{text(it)}</li>' for it in said)}</ul></div>" for heading, said in columns)
    return f'<section class="meaning" aria-label="What this means, and what not">{"".join(told)}</section>'


def _about(document: Document) -> str:
    suite, where, targets = document["suite"], document["environment"], document["targets"]
    told = {
        "suite": text(suite["version"]), "commit": code(suite["commit"]) or "not known", "model": code(document["profile"]),
        "extent": text(document["extent"]), "seed": code(document["seed"]), "started": text(document["started"]),
        "ended": text(document["ended"]), "duration": f"{brief(document['seconds'])} s, {number(document['workers'])} at a time",
        "cases": f"{number(document['cases'])} in all, {brief(document['seconds_per_case'])} s each",
        "counts": ", ".join(f"{number(count)} {text(said)}" for said, count in document["counts"].items()),
        "targets": text(", ".join(f"{name.replace('_', ' ')} {brief(value)}" for name, value in targets.items())),
        "Python": text(where["python"]), "machine": f"{text(where['machine'])}, {number(where['cpus'])} CPUs",
    }  # fmt: skip
    return section("about", "This drill", facts(told, "about"))
