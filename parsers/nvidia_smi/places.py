"""Where a field of a record stands in what `nvidia-smi -q` prints, as a document or as text, and how a record is filled from it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from parsers.cells import Kind, read_cell
from parsers.errors import ParseError
from parsers.reading import Absent, Field, NoReading, NotApplicable, Reading

TOOL = "nvidia-smi -q -x"
_NOTHING = re.compile("(?!)")


@dataclass(frozen=True)
class Record:
    """A part of the output whose fields know their place; see `at` and `part`."""


R = TypeVar("R", bound=Record)


def at(kind: Kind, *places: str) -> Any:
    """A field of a Record that is read from the first of these places that has a value."""
    return dataclasses.field(metadata={"kind": kind, "places": places})


def part(record: type[Record], prefix: str) -> Any:
    """A field that is a Record of its own, whose places begin with `prefix`."""
    return dataclasses.field(metadata={"record": record, "prefix": prefix})


class Texts:
    """
    What was said at which place: {"pci/tx_util": "0 KB/s", ...}, where a place is the path of its element in the document.

    `texts` has what stands at a place, `parents` the places that have others below them, `repeated` those that occur more
    than once. `where` has, by place, the name and the number of the line if the output is not the document.
    """

    def __init__(self, tool: str = TOOL, below: str = "elements") -> None:
        self.tool = tool
        self.texts: dict[str, str] = {}
        self.parents: set[str] = set()
        self.repeated: set[str] = set()
        self.where: dict[str, tuple[str, int]] = {}
        self._collapsed = Kind("text", _NOTHING, str, below)

    def field(self, kind: Kind, place: str) -> Field:
        """
        What stands at `place`. A lost GPU has text where the places below it stood: that text is then what it says.

        Raises ParseError where the place occurs twice, has others below it, or holds a number of another shape.
        """
        if place in self.texts and not self.repeated:
            return self._read(kind, place)
        around = list(upwards(place))
        for path in self.repeated.intersection(around):
            raise ParseError(self.tool, f"one {self._name(path)}", "more than one", self._line_number(path))
        if place in self.parents:
            raise ParseError(self.tool, f"{kind.expected} as {self._name(place)}", self._collapsed.expected, self._line_number(place))
        path = next(path for path in around if path in self.texts or path in self.parents)
        if path in self.parents or (path != place and not self.texts[path]):
            return Absent(place)
        return self._read(kind if path == place else self._collapsed, path)

    def _read(self, kind: Kind, path: str) -> Field:
        name, line_number = self.where.get(path, (path, 0))
        return read_cell(self.tool, kind, self.texts[path], name, line_number)

    def _name(self, place: str) -> str:
        return self.where.get(place, (f"element {place}", 0))[0]

    def _line_number(self, place: str) -> int:
        return self.where.get(place, ("", 0))[1]

    def collapsed(self, place: str) -> NoReading:
        """What is said at `place` instead of what belongs below it: N/A or an error word, no text is right there."""
        said = self.field(self._collapsed, place)
        assert not isinstance(said, Reading), "no text has the shape of nothing"
        return said


def upwards(place: str) -> Iterator[str]:
    """The place and those around it, up to the whole, which is ""."""
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
