"""
`nvidia-smi -q`, whole or in part (`-d ECC,ROW_REMAPPER,...`), of all boards or one (`-i`): the text for people.

It is read into the same records as the document of `-q -x`, so that every check works on either; units and meanings stand
at parsers.nvidia_smi.records, and labels and places at parsers.nvidia_smi.labels. What `-d` leaves out is Absent. The line
of a Reading has the labels as printed: "Remapped Rows/Pending: No". The layout was read off texts of drivers 367 to 610:
a head (the driver's versions, the number of attached boards), and a block for every board, each followed by an empty line.

That empty line is the only end mark: a Snapshot is complete if the last board's block has one and the head's number of
boards is borne out. Captures that lost their last empty line are never complete, nor are those of `-i`: whoever judges
them compares the boards and fields with what was promised. A last line without a line end may be half a line; it is left out.
"""

from __future__ import annotations

import re

from parsers.cells import BUS_ID, bus_id
from parsers.errors import ParseError
from parsers.nvidia_smi.labels import BOARD, HEAD, PROCESS
from parsers.nvidia_smi.outline import Group, Line, read_groups
from parsers.nvidia_smi.places import Texts, upwards
from parsers.nvidia_smi.records import GpuState, Process, Snapshot
from parsers.nvidia_smi.snapshot import make_gpu, make_process, make_snapshot, refuse_count
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import NoReading
from parsers.tool import Tool

TOOL = "nvidia-smi -q"
_BANNER = re.compile("=+NVSMI LOG=+")
_BOARD = re.compile(f"GPU ({BUS_ID})")
_COUNT = "attached gpus"
_PID, _INSTANCE = "processes/process id", "processes/gpu instance id"


def parse_query_text(text: str) -> Snapshot:
    """
    The state of every board that the text lists.

    Raises ParseError where the text is no such output, holds two of them, is ambiguous (a board or a field twice, more
    boards than the driver counts, a value where lines belong), is indented as no output is, or holds a number that has not
    the shape or unit known of its label. Exit code 0 says nothing of a board's health: a lost one is listed, with
    ErrorWord for what can no longer be read.
    """
    lines = printable_lines(TOOL, text)
    whole = ends_whole_line(text)
    head, boards, warnings = _sorted(read_groups(TOOL, lines if whole else lines[:-1]), text)
    texts = _texts([group.top for group in head], HEAD)
    refuse_count(texts, len(boards))
    return make_snapshot(texts, tuple(map(_gpu, boards)), warnings, closed=whole and _closed(lines, boards))


def _sorted(groups: list[Group], text: str) -> tuple[list[Group], list[Group], tuple[str, ...]]:
    """The head, the boards, and the messages anywhere; what begins neither is refused, because it may be a board."""
    head: list[Group] = []
    boards: list[Group] = []
    messages: list[str] = []
    for group in groups:
        if _BOARD.fullmatch(group.top.name):
            boards.append(group)
        elif group.top.value is None and not group.below:
            messages.append(group.top.name)
        elif boards or (head and head[-1].top.path == _COUNT) or (group.top.value is not None and group.below):
            raise ParseError(TOOL, "GPU and its bus id", (group.below or [group.top])[0].name, (group.below or [group.top])[0].number)
        else:
            head.append(group)
    banners = [message for message in messages if _BANNER.fullmatch(message)]
    if len(banners) > 1:
        raise ParseError(TOOL, "one log", banners[1])
    if not banners and _COUNT not in [group.top.path for group in head]:
        raise ParseError(TOOL, "the log of nvidia-smi -q", text.strip().partition("\n")[0].strip())
    return head, boards, tuple(message for message in messages if message not in banners)


def _closed(lines: list[str], boards: list[Group]) -> bool:
    """Whether an empty line follows the last board, and none stands inside of one, where it would end nothing."""
    inside = [line.number for board in boards for line in board.below]
    last = max([board.top.number for board in boards] + inside, default=len(lines))
    return not any(lines[number - 2] == "" for number in inside) and last < len(lines) - 1 and lines[last] == ""


def _gpu(board: Group) -> GpuState:
    texts = _texts(board.below, BOARD, board.top)
    return make_gpu(texts, str(bus_id(board.top.name.partition(" ")[2])), _processes(board.below, texts))


def _texts(lines: list[Line], places: dict[str, str], top: Line | None = None) -> Texts:
    """What the lines say at the places of those that are known; an error word behind the bus id is said of all of them."""
    texts = Texts(TOOL, "lines below it")
    _put(texts, "", top or Line("", None, 0))
    for line in lines:
        place = places.get(line.path)
        if place is not None:
            _put(texts, place, line)
    for place in texts.texts:
        for around in list(upwards(place))[1:]:
            if around in texts.texts:
                name, number = texts.where[place]
                raise ParseError(TOOL, f"no line below the value of {texts.where[around][0]}", name, number)
    return texts


def _put(texts: Texts, place: str, line: Line) -> None:
    if place in texts.texts or place in texts.parents:
        texts.repeated.add(place)
    elif line.value is None:
        texts.parents.add(place)
    else:
        texts.texts[place] = line.value
    texts.where[place] = (line.name, line.number)


def _processes(lines: list[Line], texts: Texts) -> tuple[Process, ...] | NoReading:
    inside = [line for line in lines if line.path.startswith("processes/")]
    if "processes" not in texts.repeated and texts.texts.get("processes") == "None" and not inside:
        return ()
    if not inside or "processes" in texts.repeated:
        return texts.collapsed("processes")
    if "processes" in texts.texts:
        raise ParseError(TOOL, "no line below the value of Processes", inside[0].name, inside[0].number)
    return _listed(inside)


def _listed(inside: list[Line]) -> tuple[Process, ...]:
    """Each begins with its number, or from driver 450 on with the instances that it runs in; a line that fits no number lost it."""
    starts = [index for index, line in enumerate(inside) if line.path == _PID]
    instances = sum(line.path == _INSTANCE for line in inside)
    stray = [line for line in inside if line.path.count("/") > 1 and not line.path.startswith(_PID + "/")]
    if stray or instances not in (0, len(starts)) or not starts:
        line = (stray or inside)[0]
        raise ParseError(TOOL, "the process id of every process", line.name, line.number)
    ends = [*starts[1:], len(inside)]
    return tuple(make_process(_texts(inside[start:end], PROCESS)) for start, end in zip(starts, ends, strict=True))


TOOLS = (Tool("nvidia-smi-q", "367 to 610", "nvidia-smi -q [-d ...] [-i ...]: what it says of every GPU, from the text", parse_query_text),)
