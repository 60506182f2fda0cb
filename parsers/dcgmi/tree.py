"""
What `dcgmi health` and `dcgmi nvlink -e` print: names and values, one below the other, as a table or as JSON.

Layout of dcgmi/DcgmiOutput.cpp, DCGM 2.0 to 4.6. In the table a name below another is set in by three blanks and "-> ",
and a row without a name continues the value above it; in JSON (`-j`) every name has an object with "value", "overflow"
(the continuations) and "children".
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.dcgmi.drawn import BORDER, DOUBLE_BORDER, ROW, Line, read_drawn
from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, find_document, only_keys

_JSON = re.compile(r"^[ \t]*\{", re.MULTILINE)
_TITLE = re.compile(r"\| ?(?P<title>[^|]*)\|")
_LABEL = re.compile(r" (?P<indent>(?: {3}){0,8})(?P<arrow>-> )?(?P<label>[^ ].*)")
_NODE_KEYS = {"value", "overflow", "children"}


@dataclass(frozen=True)
class Node:
    """A name, its value ("" if it has none), the lines that continue the value, and what stands below it."""

    label: str
    value: str
    more: tuple[str, ...]
    children: tuple[Node, ...]


@dataclass(frozen=True)
class Tree:
    """The titles, the names below them in their order, the lines around the report, and whether its end was read."""

    header: tuple[str, ...]
    nodes: tuple[Node, ...]
    notes: tuple[str, ...]
    complete: bool


def read_tree(tool: str, text: str, expected: str) -> Tree:
    """The report in `text`, drawn or as JSON. Raises ParseError if it is none, and for a name twice in one place."""
    tree = _from_json(tool, text) if _JSON.search(text) else _from_table(tool, text, expected)
    _check_names(tool, tree.nodes)
    return tree


def _check_names(tool: str, nodes: Iterable[Node]) -> None:
    seen: set[str] = set()
    for node in nodes:
        if node.label in seen:
            raise ParseError(tool, f"{node.label!r} once in its place", f"{node.label}: {node.value}")
        seen.add(node.label)
        _check_names(tool, node.children)


def _from_json(tool: str, text: str) -> Tree:
    document = find_document(tool, text)
    only_keys(tool, document.value, {"body", "header"}, "the report")
    header = as_list(tool, document.value.get("header", []), "header")
    return Tree(
        header=tuple(as_text(tool, title, "header") for title in header),
        nodes=_children(tool, document.value.get("body", {})),
        notes=document.notes,
        complete=True,
    )


def _children(tool: str, value: object) -> tuple[Node, ...]:
    return tuple(_node(tool, label, child) for label, child in as_object(tool, value, "names").items())


def _node(tool: str, label: str, value: object) -> Node:
    entry = as_object(tool, value, label)
    only_keys(tool, entry, _NODE_KEYS, label)
    return Node(
        label=label,
        value=as_text(tool, entry.get("value", ""), label),
        more=tuple(as_text(tool, line, label) for line in as_list(tool, entry.get("overflow", []), label)),
        children=_children(tool, entry.get("children", {})),
    )


def _from_table(tool: str, text: str, expected: str) -> Tree:
    drawn = read_drawn(tool, text, expected)
    first, *lines = drawn.lines
    if BORDER.fullmatch(first.text) is None:
        raise ParseError(tool, f"the border above {expected}", first.text, first.number)
    titles = 0
    while titles < len(lines) and _TITLE.fullmatch(lines[titles].text):
        titles += 1
    rows = lines[titles:]
    if titles:
        if not rows or DOUBLE_BORDER.fullmatch(rows[0].text) is None:
            raise ParseError(tool, "a border below the titles", lines[titles - 1].text, lines[titles - 1].number)
        del rows[0]
    header = tuple(line.text.strip("|").strip() for line in lines[:titles])
    return Tree(header, _frozen(_grown(tool, rows)), drawn.notes, drawn.ended)


@dataclass
class _Growing:
    label: str
    value: str
    more: list[str] = dataclasses.field(default_factory=list)
    children: list[_Growing] = dataclasses.field(default_factory=list)


def _grown(tool: str, rows: list[Line]) -> list[_Growing]:
    root = _Growing("", "")
    branch = [root]
    for line, level, label, value in _cells(tool, rows):
        if level >= len(branch) or (not label and len(branch) == 1):
            raise ParseError(tool, "a row below the one that it belongs to", line.text, line.number)
        if label:
            node = _Growing(label, value)
            branch[level].children.append(node)
            branch[level + 1 :] = [node]
        else:
            branch[-1].more.append(value)
    return root.children


def _cells(tool: str, rows: list[Line]) -> Iterator[tuple[Line, int, str, str]]:
    """Every row with its level, its name ("" for one that continues the row above) and its value."""
    for line in rows:
        row = ROW.fullmatch(line.text)
        match = _LABEL.fullmatch(row["label"]) if row else None
        if row is None or (match is None and row["label"].strip()):
            raise ParseError(tool, "a row of two cells", line.text, line.number)
        if match is None:
            yield line, 0, "", row["cell"].strip()
        elif bool(match["indent"]) > bool(match["arrow"]):
            raise ParseError(tool, "a name that is set in with an arrow", line.text, line.number)
        else:
            level = len(match["indent"]) // 3 + 1 if match["arrow"] else 0
            yield line, level, match["label"].rstrip(), row["cell"].strip()


def _frozen(growing: list[_Growing]) -> tuple[Node, ...]:
    return tuple(Node(node.label, node.value, tuple(node.more), _frozen(node.children)) for node in growing)
