"""Transcripts of hwaccept-kubernetes to be edited: a recording as its lines, and lines of one's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from parsers.tests.damage import RECORDINGS

FOLDER = RECORDINGS / "kubernetes"

Line = dict[str, Any]
Edit = Callable[[list[Line]], object]
"""Changes lines in their place."""


def recorded(name: str) -> str:
    """One of our recordings."""
    return (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8")


def lines_of(name: str) -> list[Line]:
    """The lines of one of our recordings."""
    return [json.loads(line) for line in recorded(name).splitlines()]


def text_of(lines: list[Line]) -> str:
    """The transcript of these lines, as the program writes it."""
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def edited(name: str, *edits: Edit) -> str:
    """A recording with some of its lines changed."""
    lines = lines_of(name)
    for edit in edits:
        edit(lines)
    return text_of(lines)


def of(lines: list[Line], *whys: str) -> list[Line]:
    """The lines of these steps."""
    return [line for line in lines if line.get("why") in whys and "at_s" in line]


def exchange(why: str, method: str, path: str, status: int | None = 200, reply: Line | None = None, **more: Any) -> Line:
    """A line of one's own; without a status no reply came."""
    line = {"at_s": 0.0, "why": why, "method": method, "path": path, "query": [], "sent": None, "status": status, "date": None}
    return {**line, **({"reply": reply or {}} if status is not None else {"reply": None, "problem": "connection refused"}), **more}


def transcript(action: str, *exchanges: Line) -> str:
    """A whole transcript of these exchanges."""
    begin = {"hwaccept_kubernetes": 1, "action": action, "namespace": "burnin"}
    return text_of([begin, *exchanges, {"end": "complete"}])


def without(*whys: str) -> Edit:
    """Leaves these steps out."""

    def edit(lines: list[Line]) -> None:
        lines[:] = [line for line in lines if line.get("why") not in whys or "at_s" not in line]

    return edit


def refused(why: str, status: int, message: str, which: slice = slice(-1, None)) -> Edit:
    """Has the server refuse a step, the last time it was asked unless `which` says else."""

    def edit(lines: list[Line]) -> None:
        for line in of(lines, why)[which]:
            line.update(status=status, reply={"kind": "Status", "status": "Failure", "message": message, "code": status})

    return edit


def unanswered(why: str, which: slice = slice(-1, None)) -> Edit:
    """Has the server not answer a step, the last time it was asked unless `which` says else."""

    def edit(lines: list[Line]) -> None:
        for line in of(lines, why)[which]:
            line.update(status=None, date=None, reply=None, problem="connection refused")

    return edit


def replies(why: str, change: Callable[[Line], object]) -> Edit:
    """Changes what the server replied in a step, every time that it answered with 200 or 201."""

    def edit(lines: list[Line]) -> None:
        for line in of(lines, why):
            if line["status"] in (200, 201):
                change(line["reply"])

    return edit


def repeated(why: str, *edits: Edit) -> Edit:
    """Puts a copy of a step's first line before it, and edits that copy."""

    def edit(lines: list[Line]) -> None:
        at = lines.index(of(lines, why)[0])
        copy = [json.loads(json.dumps(lines[at]))]
        for each in edits:
            each(copy)
        lines[at:at] = copy

    return edit
