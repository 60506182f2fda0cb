"""Pieces of HTML and CSS that the sections of the certificate are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from reports.markup import text
from reports.plain import one_line

_PLAIN = re.compile(r"[A-Za-z0-9 .,:()-]")


def clipped(value: object, most: int) -> str:
    """`value` as HTML text of at most `most` characters; what is cut off leaves an ellipsis."""
    said = one_line(value)
    return text(said if len(said) <= most else f"{said[: most - 1].rstrip(' .,;:(')}…")


def code(value: object) -> str:
    """`value` as HTML in the font of a machine; empty where there is none."""
    return "" if value in (None, "") else f"<code>{text(value)}</code>"


def named(value: object) -> str:
    """A name made of several, as HTML that may be broken between them."""
    return re.sub("(?<=[._/])(?=.)", "<wbr>", text(value))


def css_string(value: str) -> str:
    """`value` as a string of CSS; whatever is not plain is an escape, so that it can end neither the string nor the style."""
    return '"' + "".join(char if _PLAIN.fullmatch(char) else f"\\{ord(char):x} " for char in value) + '"'


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], kind: str, *, key: int = 0) -> str:
    """
    A table of cells that are HTML already; column `key` names the row.

    Each cell carries the name of its column as well, for narrow screens, where a row becomes a block.
    """
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in header)
    body = "".join(f"<tr>{''.join(_cell(header[n], cell, n == key) for n, cell in enumerate(row))}</tr>" for row in rows)
    return f'<table class="{kind}"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(name: str, cell: str, is_key: bool) -> str:
    if not cell and not is_key:
        return "<td></td>"
    return f'<th scope="row">{cell}</th>' if is_key else f'<td data-label="{text(name)}">{cell}</td>'


def facts(pairs: Mapping[str, str], kind: str = "") -> str:
    """Names and values (HTML already) as a list; a name without a value is left out."""
    told = "".join(f"<div><dt>{text(name)}</dt><dd>{value}</dd></div>" for name, value in pairs.items() if value)
    return f'<dl class="facts {kind}">{told}</dl>'


def section(name: str, heading: str, *parts: str) -> str:
    """A part of the page with its heading, reachable as #NAME."""
    return f'<section id="{name}" aria-labelledby="{name}-h"><h2 id="{name}-h">{text(heading)}</h2>{"".join(parts)}</section>'


def plain(value: object) -> str:
    """What an option or a fact says, in one line."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
