"""
The one JSON document in a program's output, and safe ways into it.

Programs print other things around their JSON: warnings of a wrapper, errors of a destructor. So a document begins at
the first line whose first character is "{"; the lines before and after it are kept as notes. Everything that two
readers could understand differently is refused: a second document, a key given twice, NaN and Infinity, numbers or
nesting without bound, control characters, byte order marks and halves of surrogate pairs in strings.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from dataclasses import dataclass

from parsers.errors import ParseError

MAX_CHARACTERS = 16 * 1024 * 1024
MAX_DEPTH = 64
_MAX_DIGITS = 40
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_SORTED = json.JSONEncoder(sort_keys=True)
_START = re.compile(r"^[ \t]*(?=\{)", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """A JSON object and the lines printed around it (without empty ones), in their order."""

    value: dict[str, object]
    notes: tuple[str, ...]


class _Refused(ValueError):
    """Well-formed JSON that is not taken; the message says why."""


def find_document(tool: str, text: str) -> Document:
    """The document in `text`. ParseError if there is none, if it is cut, if there are two, or for any reason above."""
    if len(text) > MAX_CHARACTERS:
        raise ParseError(tool, f"at most {MAX_CHARACTERS} characters", f"{len(text)} characters")
    start = _START.search(text)
    if start is None:
        raise ParseError(tool, "a JSON document", _telling_line(text))
    value, end = _decode(tool, text, start.end())
    if _START.search(text, end):
        raise ParseError(tool, "one JSON document", "a second one")
    notes = _lines(text[: start.start()]) + _lines(text[end:])
    _check(tool, [value, list(notes)], plain="\\" not in text and not _UNPRINTABLE.search(text))
    return Document(value, notes)


def _telling_line(text: str) -> str:
    lines = _lines(text)
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "")


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _decode(tool: str, text: str, start: int) -> tuple[dict[str, object], int]:
    decoder = json.JSONDecoder(
        object_pairs_hook=_unique, parse_int=_bounded_int, parse_float=_finite_float, parse_constant=_no_constant
    )
    try:
        value, end = decoder.raw_decode(text, start)
    except RecursionError:
        raise ParseError(tool, f"at most {MAX_DEPTH} levels of nesting", "more") from None
    except json.JSONDecodeError as error:
        line = text.split("\n")[error.lineno - 1]
        raise ParseError(tool, f"a whole JSON document ({error.msg})", line.strip(), error.lineno) from None
    except _Refused as error:
        raise ParseError(tool, "plain JSON", str(error)) from None
    return value, end


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _Refused(f"the key {key!r} twice")
        found[key] = value
    return found


def _bounded_int(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise _Refused(f"a number of {len(digits)} digits")
    return int(digits)


def _finite_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Refused(f"the number {digits}")
    return number


def _no_constant(word: str) -> float:
    raise _Refused(word)


def _check(tool: str, value: object, plain: bool) -> None:
    """Refuse deep nesting, and control characters in strings; a `plain` text has none of them, and no escapes that stand for them."""
    kinds = (dict, list) if plain else (dict, list, str)
    pending = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        if isinstance(item, str):
            if _UNPRINTABLE.search(item):
                raise ParseError(tool, "text without control characters", repr(item))
            continue
        if depth > MAX_DEPTH:
            raise ParseError(tool, f"at most {MAX_DEPTH} levels of nesting", "more")
        parts = (*item.values(), *item) if isinstance(item, dict) else item if isinstance(item, list) else ()
        pending += [(part, depth + 1) for part in parts if isinstance(part, kinds)]


def one_line(value: object) -> str:
    """A JSON value on one line with sorted keys: what a record quotes as the place it was read from."""
    return _SORTED.encode(value)


def as_object(tool: str, value: object, what: str) -> dict[str, object]:
    """`value` if it is an object, else ParseError; `what` names it."""
    if not isinstance(value, dict):
        raise ParseError(tool, f"an object as {what}", one_line(value))
    return value


def as_list(tool: str, value: object, what: str) -> list[object]:
    """`value` if it is an array, else ParseError; `what` names it."""
    if not isinstance(value, list):
        raise ParseError(tool, f"an array as {what}", one_line(value))
    return value


def as_text(tool: str, value: object, what: str) -> str:
    """`value` if it is a string, else ParseError; `what` names it."""
    if not isinstance(value, str):
        raise ParseError(tool, f"a string as {what}", one_line(value))
    return value


def as_whole_number(tool: str, value: object, what: str) -> int:
    """`value` if it is a whole number (true and false are none), else ParseError; `what` names it."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ParseError(tool, f"a whole number as {what}", one_line(value))
    return value


def member(tool: str, mapping: dict[str, object], key: str) -> object:
    """What stands at `key`, which must be there."""
    if key not in mapping:
        raise ParseError(tool, f"the key {key!r}", one_line(mapping))
    return mapping[key]


def only_keys(tool: str, mapping: dict[str, object], known: Collection[str], what: str) -> None:
    """ParseError if `mapping` has a key that no known release writes there: its meaning is not known either."""
    unknown = sorted(set(mapping) - set(known))
    if unknown:
        raise ParseError(tool, f"only {', '.join(sorted(known))} in {what}", f"the key {unknown[0]!r}")
