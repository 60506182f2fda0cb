"""What the tests of nvidia-smi's plain texts share: recordings, texts cut anywhere, and all values of a record."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable

import pytest

from parsers.errors import ParseError
from parsers.reading import Reading
from parsers.tests.damage import RECORDINGS, prefixes
from parsers.tool import Parsed

FOLDER = RECORDINGS / "nvidia_smi" / "links"
DRIVER = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."
LIBRARY = "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system."

FAILURES = (
    "No devices were found\n",
    f"{DRIVER} Make sure that the latest NVIDIA driver is installed and running.\n\n",
    "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.95\n",
    "Failed to initialize NVML: Unknown Error\n",
    "Unable to determine the device handle for GPU0000:5F:00.0: Unknown Error\n",
    "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n",
)
"""What the tool prints instead of its output; nothing of it is an empty node."""


def recorded(name: str) -> str:
    """One of our recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def names(prefix: str) -> list[str]:
    """Our recordings of one kind, but for those that are refused."""
    return sorted(path.stem for path in FOLDER.glob(f"{prefix}-*.txt") if not path.stem.endswith("-no-handle"))


def refused(parse: Callable[[str], Parsed], text: str) -> str:
    """What the refusal says; fails if there is none."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def values(record: object) -> set[Reading]:
    """Every value that a record holds, with the line it was read from."""
    pending, found = [record], set[Reading]()
    while pending:
        node = pending.pop()
        if isinstance(node, Reading):
            found.add(node)
        elif dataclasses.is_dataclass(node):
            pending += vars(node).values()
        elif isinstance(node, tuple):
            pending += node
    return found


def check_cuts(parse: Callable[[str], Parsed], text: str, draws: int = 200) -> None:
    """
    A text cut anywhere is refused or incomplete, unless only blanks are missing; what is left of it holds no half number.

    Of long texts `draws` of the cuts between lines are tried, of all texts as many inside of lines.
    """
    of_whole, draw, whole_lines = values(parse(text)), random.Random(text), list(prefixes(text))
    cuts = whole_lines if len(whole_lines) <= 200 else draw.sample(whole_lines, draws)
    for cut in (*cuts, *(text[: draw.randrange(len(text))] for _ in range(draws))):
        try:
            record = parse(cut)
        except ParseError:
            continue
        assert not record.complete or cut.split() == text.split(), cut[-200:]
        assert values(record) <= of_whole, cut[-200:]
