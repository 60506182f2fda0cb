"""
Limits replaced in the text of a spec, everything else left as it is written, comments too.

Nothing here lexes TOML: where a table begins is found by asking the parser whether what stands before is whole, and the result is
parsed and compared with what it has to be before anybody gets it.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from reports.calibrate.nodes import CalibrationError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_WIDTH = 120
Table = Mapping[str, Any]


def redrafted(text: str, name: str, limits: Mapping[str, Table], head: Sequence[str], tail: Sequence[str]) -> str:
    """
    The spec in `text` with another name and these limits in the place of its own of the same keys, between comments.

    Raises CalibrationError where that cannot be done: a limit that has no table of its own, or a result that is not exactly that.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    starts = _tables(lines)
    for key in limits:
        _check(("limits", key) in starts.values(), f'limits."{key}" has no table of its own, [limits."{key}"]')
    for begin, end in reversed(list(zip(starts, [*list(starts)[1:], len(lines)], strict=True))):
        path = starts[begin]
        if path[0] == "limits" and path[-1] in limits:
            lines[begin + 1 : _last_line(lines, begin, end)] = table_lines(limits[path[-1]])
    _rename(lines, next(iter(starts), len(lines)), name)
    made = "\n".join([*as_comments(head), *lines, *as_comments(tail), ""] if tail else [*as_comments(head), *lines])
    _prove(text, made, name, limits)
    return made


def table_lines(table: Table) -> list[str]:
    """The lines below the table's header, one for each key; a long source is wrapped as the shipped specs wrap theirs."""
    return [line for key, value in table.items() for line in f"{key} = {_value(key, value)}".split("\n")]


def table_header(key: str) -> str:
    """The line that begins the table of a limit."""
    return f"[limits.{_string(key)}]"


def as_comments(lines: Sequence[str]) -> list[str]:
    """These lines as comments."""
    return [f"# {line}".rstrip() for line in lines]


def _tables(lines: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """The numbers of the lines that begin a table, each with the table's path; a line like one inside a string or a list is none."""
    starts: dict[int, tuple[str, ...]] = {}
    last = 0
    for number, line in enumerate(lines):
        if line.lstrip().startswith("[") and _parsed(lines[last:number]) is not None:
            header = _parsed([line])
            _check(header is not None, f"line {number + 1} begins no table")
            starts[number] = _path(header)
            last = number
    return starts


def _path(header: Any) -> tuple[str, ...]:
    """The names down to the innermost table of a header."""
    path: list[str] = []
    while isinstance(header, dict) and header:
        [(name, header)] = header.items()
        path.append(name)
    return tuple(path)


def _last_line(lines: Sequence[str], begin: int, end: int) -> int:
    """Behind the last line of a table's own: comments and blank lines at its end belong to what follows."""
    whole = _parsed(lines[begin:end])
    while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        if _parsed(lines[begin : end - 1]) != whole:
            break
        end -= 1
    return end


def _rename(lines: list[str], end: int, name: str) -> None:
    """Replace the name, which stands before the first table."""
    for number in range(end):
        if set(_parsed(lines[number : number + 1]) or ()) == {"name"} and _parsed(lines[:number]) is not None:
            lines[number] = f"name = {_string(name)}"
            return
    _check(False, "the name does not stand on a line of its own before all tables")


def _parsed(lines: Sequence[str]) -> dict[str, Any] | None:
    """What these lines say; None where they are not whole."""
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return None


def _prove(before: str, made: str, name: str, limits: Mapping[str, Table]) -> None:
    expected = tomllib.loads(before)
    expected["name"] = name
    expected["limits"].update({key: dict(table) for key, table in limits.items()})
    _check(_parsed([made]) == expected, "with the limits replaced it does not read as it should")


def _check(holds: bool, problem: str) -> None:
    if not holds:
        raise CalibrationError("spec-layout", f"the limits of this spec cannot be replaced: {problem}")


def _value(key: str, value: object) -> str:
    if not isinstance(value, str):
        return repr(value)
    whole = _string(value)
    if key != "source" or len(key) + 3 + len(whole) <= _WIDTH:
        return whole
    wrapped = textwrap.wrap(whole[1:-1], _WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    return '"""\\\n    ' + " \\\n    ".join(wrapped) + '"""'


def _string(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, which also wants one for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
