"""For layouts without an end mark: what may be read from a text that was cut, and what must not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from parsers.errors import ParseError
from parsers.plain import Plain, plain
from parsers.tests.damage import prefixes
from parsers.tool import Parsed

BYTE_CUTS, LINE_CUTS = 200, 300


def cuts(text: str) -> Iterator[str]:
    """Prefixes of whole lines, and prefixes that end anywhere; some of them, the same ones in every run."""
    draw = random.Random(len(text))
    lines = list(prefixes(text))
    yield from lines if len(lines) <= LINE_CUTS else draw.sample(lines, LINE_CUTS)
    yield from (text[: draw.randrange(len(text))] for _ in range(BYTE_CUTS))


def readings(value: Plain) -> set[str]:
    """What a record in its plain form says: the line and value of every Reading in it."""
    if isinstance(value, list):
        return {found for part in value for found in readings(part)}
    if not isinstance(value, dict):
        return set()
    if value.keys() == {"value", "unit", "line"}:
        return {f"{value['line']} = {value['value']}"}
    return {found for part in value.values() for found in readings(part)}


def assert_cuts_say_nothing_new(parse: Callable[[str], Parsed], text: str) -> None:
    """Cut anywhere, a text is refused, or its record is not complete and says only what the record of the whole says too."""
    whole = readings(plain(parse(text)))
    for cut in cuts(text):
        try:
            record = parse(cut)
        except ParseError:
            continue
        assert not record.complete
        assert readings(plain(record)) <= whole, cut[-120:]
