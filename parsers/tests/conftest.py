"""
In every test of a parser: what is made of a text is of the types that are declared, and a refusal has all its words.

mypy shows this of the code as it is; this shows it of what comes out of the regular expressions and JSON, which mypy takes on trust.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import sys
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

from parsers.catalogue import tools
from parsers.errors import ParseError

_Check = Callable[[object], bool]


def _check_of(hint: Any) -> _Check:
    """Whether a value is of the type; containers other than tuples are not looked into."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if all(isinstance(one, type) and typing.get_origin(one) is None and one is not float for one in arguments):
            return lambda value: isinstance(value, arguments)  # one question is many times faster
        checks = [_check_of(argument) for argument in arguments]
        return lambda value: any(check(value) for check in checks)
    if origin is tuple and arguments[-1:] == (...,):
        every = _check_of(arguments[0])
        return lambda value: isinstance(value, tuple) and all(map(every, value))
    if origin is tuple:
        each = [_check_of(argument) for argument in arguments]
        return lambda value: isinstance(value, tuple) and len(value) == len(each) and all(c(v) for c, v in zip(each, value, strict=True))
    return _check_of_class(origin or hint)


def _check_of_class(kind: Any) -> _Check:
    if kind is float:
        return lambda value: isinstance(value, (int, float))
    if kind in (Any, object):
        return lambda value: True
    if not isinstance(kind, type) or kind is collections.abc.Callable or getattr(kind, "_is_protocol", False):
        return lambda value: value is not None
    return lambda value: isinstance(value, kind)


def _records() -> Iterator[type]:
    for name, module in list(sys.modules.items()):
        if name.startswith("parsers.") and not name.startswith("parsers.tests"):
            yield from (kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == name)


def _watch(kind: type) -> None:
    """Have every object of a dataclass looked at when it is made."""
    hints = typing.get_type_hints(kind)
    checks = [(field.name, _check_of(hints[field.name])) for field in dataclasses.fields(kind)]
    made: Callable[..., None] = getattr(kind, "__init__")  # noqa: B009  # mypy holds `kind.__init__` to be another class's

    @functools.wraps(made)
    def watched(self: object, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        for name, check in checks:
            if not check(self.__dict__[name]):
                raise AssertionError(f"{kind.__name__}.{name} is {getattr(self, name)!r}, which is not {hints[name]}")

    setattr(kind, "__init__", watched)  # noqa: B010


def _watch_refusals() -> None:
    made = ParseError.__init__

    @functools.wraps(made)
    def watched(self: ParseError, tool: str, expected: str, line: str, line_number: int = 0) -> None:
        if not (isinstance(tool, str) and tool and isinstance(expected, str) and expected and type(line_number) is int):
            raise AssertionError(f"a refusal without its words: {tool!r}, {expected!r}, {line!r}, {line_number!r}")
        made(self, tool, expected, line, line_number)

    ParseError.__init__ = watched  # type: ignore[method-assign]


tools()
for _kind in _records():
    if dataclasses.is_dataclass(_kind):
        _watch(_kind)
_watch_refusals()
