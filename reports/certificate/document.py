"""Puts the page together: styles, running lines, page one and what follows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.certificate import back
from reports.certificate.conditions import level_of
from reports.certificate.front import front
from reports.certificate.parts import clipped, css_string
from reports.certificate.rows import deviations, rows
from reports.certificate.standing import Standing, standing
from reports.files import write_atomically
from reports.markup import text

FILE = "certificate.html"
Results = Mapping[str, Any]
Signatures = Sequence[Mapping[str, Any]]
_CSS = Path(__file__).with_name("certificate.css")
_LOADS_NOTHING = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PARTS = (
    ("rows", "Rows"), ("deviations", "Deviations"), ("in-full", "In full"), ("limits", "Limits"), ("tools", "Programs"),
)  # fmt: skip
_NODE = 64


def write_certificate(
    results: Results, folder: Path, manifest_sha256: str | None, tools: Sequence[Mapping[str, Any]], signatures: Signatures = ()
) -> None:
    """
    Write certificate.html into a run's `folder`; the spec that lies there tells which DCGM level it asks for.

    Arguments as of `document`. Raises OSError where it cannot be written.
    """
    file = folder / results["limits_file"]
    spec = file.read_bytes() if file.is_file() else None
    write_atomically(folder / FILE, document(results, manifest_sha256, tools, signatures, spec=spec))


def document(
    results: Results, manifest_sha256: str | None, tools: Sequence[Mapping[str, Any]], signatures: Signatures = (), *,
    spec: bytes | None = None,
) -> bytes:  # fmt: skip
    """
    The page of a results document, in UTF-8.

    `manifest_sha256` is that of the bundle, None where none was written; `tools` as in tools.json; `signatures` have role, signer,
    signed, fingerprint and state of each digital signature; `spec` is the spec's file, None where it is not at hand.
    """
    of, level = standing(results, manifest_sha256), level_of(spec)
    parts = (
        front(results, of, signatures, level), rows(results), deviations(results), back.in_full(results, level), back.limits(results),
        back.tools(tools), back.signatures(signatures, of),
    )  # fmt: skip
    head = f"{_meta(results, of)}<style>{_CSS.read_text(encoding='utf-8')}{_running(results, of)}</style>"
    kind = f"n-{text(of.word.partition(' ')[0])}" if of.is_certificate else "none"
    body = f'<body class="{kind}">{_marks(of)}<main>{_contents()}{"".join(parts)}</main></body>'
    page = f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>{body}</html>\n'
    return page.encode("utf-8", "backslashreplace")


def _meta(results: Results, of: Standing) -> str:
    """The title has it all, for browsers that print nothing on each page but the title."""
    title = f"{text(of.running)}: GPU node {clipped(results['node'], _NODE)}, {text(of.short_manifest)}"
    return (
        f'<meta charset="utf-8"><title>{title}</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><meta http-equiv="Content-Security-Policy" content="{_LOADS_NOTHING}">'
    )


def _running(results: Results, of: Standing) -> str:
    """The line on every printed page."""
    node = results["node"] if len(results["node"]) <= _NODE else f"{results['node'][: _NODE - 3]}..."
    line = css_string(f"{of.running} - node {node} - {of.short_manifest}")
    page = 'content: "page " counter(page) " of " counter(pages);'
    above = "" if of.is_certificate else f"@top-center {{ content: {css_string(of.running)}; }}"
    return f"@page {{ {above} @bottom-left {{ content: {line}; }} @bottom-right {{ {page} }} }}"


def _marks(of: Standing) -> str:
    """What keeps any part of a page that is no certificate from looking like one."""
    if of.is_certificate:
        return ""
    sheet = f'<div class="watermark" aria-hidden="true"><p>NO CERTIFICATE</p><p>{text(of.word)}</p></div>'
    return f'{sheet}<div class="ribbon" role="region" aria-label="Standing of this page">{text(of.running)}</div>'


def _contents() -> str:
    links = "".join(f'<a href="#{name}">{words}</a>' for name, words in _PARTS)
    return f'<nav aria-label="Parts of this page">{links}</nav>'
