"""
What nvidia-smi's lists of boards have in common: a line "GPU 0: NAME (UUID: GPU-...)" for each, and warnings around them.

`-L`, `nvlink` and `c2c` print such lists. None of them has an end mark or says how many boards there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.cells import ERROR_WORDS, NOT_APPLICABLE
from parsers.errors import ParseError
from parsers.nvidia_smi.kinds import UUID
from parsers.plain_text import ends_whole_line, printable_lines

WARNING = re.compile(r"[ \t]*(?P<warning>(?:WARNING|Warning): [^\n]*)\n?")
"""Such as "WARNING: infoROM is corrupted at gpu 0000:0B:00.0": printed beside an output that looks as usual."""

_MAX_LINES = 200_000
"""More than 16 boards with 36 links of 300 values."""
_GPU = re.compile(r"GPU (?P<index>[0-9]{1,4}): (?P<name>\S.*) \(UUID: (?P<uuid>[^()]*)\)")
_BOARD = "GPU INDEX: NAME (UUID: GPU-...)"


@dataclass(frozen=True)
class Line:
    """A line that is not empty: its number from 1, its text without blanks at its end, and whether its line end was seen."""

    number: int
    text: str
    whole: bool


@dataclass(frozen=True)
class ListedGpu:
    """A board as nvidia-smi lists it: its index, its product name in full, its UUID (GPU-...)."""

    index: int
    name: str
    uuid: str


def listed_boards(tool: str, text: str) -> tuple[list[tuple[ListedGpu, list[Line]]], tuple[str, ...]]:
    """
    The boards with the lines below each, and the warnings that stand anywhere among them.

    Raises ParseError as printable_lines does, for too many lines, a line above the first board, an error in the place of
    a name or UUID, indices that do not ascend (with -i some are left out), and an UUID that occurs twice.
    """
    lines = printable_lines(tool, text)
    if len(lines) > _MAX_LINES:
        raise ParseError(tool, f"at most {_MAX_LINES} lines", f"{len(lines)} lines")
    open_line = 0 if ends_whole_line(text) else len(lines)
    boards: list[tuple[ListedGpu, list[Line]]] = []
    warnings: list[str] = []
    for line in (Line(number, line.strip(), number != open_line) for number, line in enumerate(lines, start=1) if line.strip()):
        listed = _listed(tool, line)
        if WARNING.fullmatch(line.text):
            warnings.append(line.text)
        elif listed is not None:
            boards.append((listed, []))
        elif boards:
            boards[-1][1].append(line)
        else:
            raise ParseError(tool, _BOARD, line.text, line.number)
    _check_identities(tool, [listed for listed, _ in boards])
    return boards, tuple(warnings)


def _listed(tool: str, line: Line) -> ListedGpu | None:
    match = _GPU.fullmatch(line.text)
    if match is None:
        return None
    if UUID.pattern.fullmatch(match["uuid"]) is None or match["name"] in ERROR_WORDS | NOT_APPLICABLE:
        raise ParseError(tool, f"name and UUID of GPU {match['index']}", line.text, line.number)
    return ListedGpu(int(match["index"]), match["name"], match["uuid"])


def _check_identities(tool: str, gpus: Sequence[ListedGpu]) -> None:
    indices, uuids = [gpu.index for gpu in gpus], [gpu.uuid.lower() for gpu in gpus]
    if not gpus:
        raise ParseError(tool, _BOARD, "only warnings")
    if indices != sorted(set(indices)):
        raise ParseError(tool, "boards in the order of their indices, each once", ", ".join(map(str, indices)))
    if len(set(uuids)) != len(uuids):
        raise ParseError(tool, "every UUID once", ", ".join(uuids))
