"""
Records as plain data, the form in which `python -m parsers` prints them.

An object for every dataclass, with its fields under their names; an array for every tuple. The four things that a field
can be stay four: {"value", "unit", "line"}, {"not_applicable"}, {"error_word", "line"} and {"absent"}.
"""

from __future__ import annotations

import dataclasses

from parsers.reading import Absent, ErrorWord, NotApplicable, Reading

Plain = dict[str, "Plain"] | list["Plain"] | str | int | float | bool | None


def plain(value: object) -> Plain:
    """A record, or any part of one. TypeError for what no record holds."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, NotApplicable):
        return {"not_applicable": value.line}
    if isinstance(value, ErrorWord):
        return {"error_word": value.word, "line": value.line}
    if isinstance(value, Absent):
        return {"absent": value.name}
    if isinstance(value, Reading):
        return {"value": value.value, "unit": value.unit, "line": value.line}
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    raise TypeError(f"no record holds a {type(value).__name__}")
