"""
The list of the mutants that no test needs to kill, mutants.toml: each with its reason.

An entry has `file`, `function` (left out for what stands outside of any), `was` (the lines that the mutant changes, without their
indentation), `becomes` (a list: what they are in each mutant meant) and `why`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tomli

LIST = Path(__file__).parent / "mutants.toml"
Known = tuple[str, str, str, str]
"""What a mutant is known by: file, function, the lines as they were, and as they are in it."""


@dataclass(frozen=True)
class Explained:
    """An entry of the list."""

    file: str
    function: str
    was: str
    becomes: tuple[str, ...]
    why: str


def entries(path: Path = LIST) -> list[Explained]:
    """The list as it stands in the file. Raises OSError, tomli.TOMLDecodeError, KeyError for an entry without a part."""
    raw = tomli.loads(path.read_text(encoding="utf-8"))["mutant"]
    return [Explained(one["file"], one.get("function", ""), one["was"], tuple(one["becomes"]), one["why"]) for one in raw]


def reasons(path: Path = LIST) -> Mapping[Known, str]:
    """The reason for each mutant of the list."""
    return {(one.file, one.function, one.was, becomes): one.why for one in entries(path) for becomes in one.becomes}
