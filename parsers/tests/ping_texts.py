"""What the tests of ping and fping share: our recordings, what is in a record, and what may happen to a text."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from parsers.errors import ParseError
from parsers.ping import Ping, parse
from parsers.plain import plain
from parsers.reading import Field, Reading
from parsers.tests.damage import RECORDINGS, prefixes
from parsers.tool import Parsed

FOLDER = RECORDINGS / "ping"
REFUSED = ("killed", "busybox-no-route")
READ = sorted(path for path in FOLDER.glob("*.txt") if path.stem not in REFUSED)
NONE: list[object] = ["Absent"] * 4
CUTS = 200


def text_of(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def recorded(name: str) -> Ping:
    """The same, parsed."""
    return parse(text_of(name))


def values(*fields: Field) -> list[object]:
    """What Readings hold; the type's name of all else."""
    return [field.value if isinstance(field, Reading) else type(field).__name__ for field in fields]


def counts(record: Ping) -> list[object]:
    """Transmitted, received, duplicates, corrupted, errors, loss."""
    return values(record.transmitted, record.received, record.duplicates, record.corrupted, record.errors, record.loss_percent)


def trips(record: Ping) -> list[object]:
    """Minimum, average, maximum, deviation."""
    return values(record.rtt_min_ms, record.rtt_avg_ms, record.rtt_max_ms, record.rtt_mdev_ms)


def read(parser: Callable[[str], Parsed], text: str) -> Parsed | None:
    """The record, None where the text is refused."""
    try:
        return parser(text)
    except ParseError:
        return None


def read_as_whole(parser: Callable[[str], Parsed], text: str, seed: str) -> list[str]:
    """
    What was cut off the text and is taken for whole all the same: of every prefix of whole lines, and 200 that end anywhere.

    Only empty lines at the end may be missing.
    """
    draw = random.Random(seed)
    parts = [*prefixes(text), *(text[: draw.randrange(len(text))] for _ in range(CUTS))]
    records = ((part, read(parser, part)) for part in parts)
    whole = plain(parser(text))
    return [part[-80:] for part, record in records if record and record.complete and (plain(record) != whole or not part.endswith("\n"))]


def damaged(text: str) -> Iterator[str]:
    """Every line left out, every one twice, every two exchanged."""
    lines = text.splitlines(keepends=True)
    for at in range(len(lines)):
        yield "".join(lines[:at] + lines[at + 1 :])
        yield "".join([*lines[: at + 1], *lines[at:]])
        for other in range(at):
            swapped = lines.copy()
            swapped[at], swapped[other] = lines[other], lines[at]
            yield "".join(swapped)
