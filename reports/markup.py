"""Text into HTML. Whatever comes from a tool, a spec or a command line passes through here; nothing else makes markup of it."""

from __future__ import annotations

import html
import re
import struct
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from reports.plain import one_line
from reports.words import is_number

SIGNS = {"PASS": "✓", "WARN": "!", "FAIL": "✕", "ERROR": "?", "SKIP": "-"}
"""A sign beside each word, so that a verdict can be told without its colour."""
_EVIDENCE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._:-]*(/[A-Za-z0-9_][A-Za-z0-9._:-]*)+")
_ITEM = re.compile(r"[A-Za-z0-9_-]+[.][A-Za-z0-9._:-]+\[[A-Za-z0-9._:-]+\]")


def text(value: object) -> str:
    """
    `value` as HTML text on one line; None is empty.

    Characters that do not print, such as those that turn the direction of writing, are shown as escapes: a serial must be
    what it looks like.
    """
    return html.escape(one_line(value))


def badge(word: str) -> str:
    """An item's verdict: sign, word and colour."""
    return f'<span class="badge v-{text(word)}"><span aria-hidden="true">{SIGNS.get(word, "")}</span> {text(word)}</span>'


def evidence_link(evidence_id: str | None, words: str | None = None) -> str:
    """A relative link to the folder of the evidence; an id that is none is shown and not linked."""
    if evidence_id is None:
        return ""
    if not _EVIDENCE.fullmatch(evidence_id):
        return text(evidence_id)
    return f'<a href="evidence/{quote(evidence_id)}/">{text(words or evidence_id)}</a>'


def linked(sentence: str, known: Iterable[str]) -> str:
    """A sentence in which the ids of `known` items lead to their rows."""
    rows = set(known)
    return _ITEM.sub(lambda match: row_link(match[0]) if match[0] in rows else match[0], text(sentence))


def row_link(item_id: str, words: str = "") -> str:
    """A link to the row of an item, in its name or in `words` (HTML already)."""
    return f'<a href="#{quote(item_id)}">{words or text(item_id)}</a>'


def sort_key(*parts: object) -> str:
    """
    A comment to begin a cell with, for pytest-html sorts columns as strings.

    Numbers become digits of one length whose order as text is theirs as numbers; what is not known comes last.
    """
    return f"<!--{' '.join(_key(part) for part in parts)}-->"


def _key(part: object) -> str:
    if part is None:
        return "~"
    if is_number(part):
        (bits,) = struct.unpack(">Q", struct.pack(">d", part))
        return f"{bits ^ (0xFFFFFFFFFFFFFFFF if bits >> 63 else 1 << 63):016x}"
    return re.sub(r"[^A-Za-z0-9._]", "_", str(part))


def table(header: Iterable[str], rows: Iterable[Iterable[str]], kind: str) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="hw-table {kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def facts(pairs: Mapping[str, str]) -> str:
    """Names and values (HTML already) as a list."""
    return f'<dl class="hw-facts">{"".join(f"<div><dt>{text(name)}</dt><dd>{value}</dd></div>" for name, value in pairs.items())}</dl>'
