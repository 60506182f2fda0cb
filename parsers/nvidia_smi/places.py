"""Where a field of a record stands in a document, and how a record is filled from it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

from parsers.cells import Kind, read_cell
from parsers.errors import ParseError
from parsers.reading import Absent, Field, NotApplicable

TOOL = "nvidia-smi -q -x"
_LONG_LISTS = frozenset({"supported_clocks", "accounted_processes"})
"""Nine tenths of a document, and nothing in them is asked for."""


@dataclass(frozen=True)
class Record:
    """A part of the document whose fields know their place; see `at` and `part`."""


COLLAPSED = Kind("text", re.compile("(?!)"), str, "elements")
"""No text is right where elements belong: it is N/A or an error word."""


R = TypeVar("R", bound=Record)


def at(kind: Kind, *places: str) -> Any:
    """A field of a Record that is read from the first of these places that has a value."""
    return dataclasses.field(metadata={"kind": kind, "places": places})


def part(record: type[Record], prefix: str) -> Any:
    """A field that is a Record of its own, whose places begin with `prefix`."""
    return dataclasses.field(metadata={"record": record, "prefix": prefix})


class Texts:
    """
    The texts of an element's descendants by their path: {"pci/tx_util": "0 KB/s", ...}.

    Raises ParseError where text stands between elements, which nvidia-smi does not print.
    """

    def __init__(self, element: Element, skip: frozenset[str] = _LONG_LISTS) -> None:
        self._texts: dict[str, str] = {}
        self._repeated: set[str] = set()
        self._parents: set[str] = set()
        self._walk(element, "", skip)

    def _walk(self, element: Element, path: str, skip: frozenset[str]) -> None:
        text = (element.text or "").strip()
        if not len(element):
            self._texts[path] = text
            return
        self._parents.add(path)
        seen: set[str] = set()
        for child in element:
            text += (child.tail or "").strip()
            below = f"{path}/{child.tag}" if path else child.tag
            if child.tag in seen:
                self._repeated.add(below)
            elif child.tag not in skip:
                self._walk(child, below, skip)
            seen.add(child.tag)
        if text:
            raise ParseError(TOOL, f"only elements in <{element.tag}>", text)

    def field(self, kind: Kind, place: str) -> Field:
        """
        What stands at `place`. A lost GPU has text where the elements around it stood: that text is then what it says.

        Raises ParseError where the place occurs twice, has elements of its own, or holds a number of another shape.
        """
        around = list(_upwards(place))
        if self._repeated.intersection(around):
            raise ParseError(TOOL, f"one element {place}", "more than one")
        if place in self._parents:
            raise ParseError(TOOL, f"{kind.expected} as {place}", "elements")
        path = next(path for path in around if path in self._texts or path in self._parents)
        if path in self._parents or (path != place and not self._texts[path]):
            return Absent(place)
        return read_cell(TOOL, kind if path == place else COLLAPSED, self._texts[path], path)


def _upwards(place: str) -> Iterator[str]:
    while place:
        yield place
        place = place.rpartition("/")[0]
    yield ""


def fill(record: type[R], texts: Texts, prefix: str = "", **given: object) -> R:
    """A record from the texts of its element; `given` are fields that are not read from a place of their own."""
    values = dict(given)
    for field in dataclasses.fields(record):
        if "record" in field.metadata:
            values[field.name] = fill(field.metadata["record"], texts, prefix + field.metadata["prefix"])
        elif "kind" in field.metadata:
            values[field.name] = _first(texts, field.metadata["kind"], [prefix + place for place in field.metadata["places"]])
    return record(**values)


def _first(texts: Texts, kind: Kind, places: list[str]) -> Field:
    said = [texts.field(kind, place) for place in places]
    if len(said) == 1:
        return said[0]
    there = [field for field in said if not isinstance(field, Absent)]
    return next((field for field in there if not isinstance(field, NotApplicable)), there[0] if there else Absent(" or ".join(places)))
