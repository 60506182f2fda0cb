"""
The journal of a run: one line of JSON per record, on the disk before anything else happens.

Its first line is the run, then come items as they start and end, the last line says that the run ended. A node that
loses power leaves a journal without an end, and that is how it is known.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports.files import sync_folder
from reports.schema import SCHEMA_VERSION, first_problem

Record = dict[str, Any]


class JournalError(ValueError):
    """A journal that cannot be trusted; the message names the file, the line and what is wrong with it."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}")


@dataclass(frozen=True)
class Journal:
    """
    What a journal holds, without the "type" of each record. `end` is None where the run did not get that far.

    `cut` is empty, or the sentence that says that the last line was cut off, which happens when a node dies while writing.
    """

    run: Record
    started: list[Record]
    items: list[Record]
    end: Record | None
    cut: str = ""


class Writer:
    """
    Appends to a journal that must not exist yet. Raises OSError, and after the first one refuses to go on.

    A line written after half a line would make a journal that nobody can read; a journal that stops early still tells
    what was measured until then.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o644)
        self._broken = False
        self._path, self._written = path, hashlib.sha256()
        sync_folder(path.parent)

    def append(self, record: Mapping[str, Any]) -> None:
        """
        Write one line and wait until it is on the disk.

        Raises OSError where it is not, ValueError for NaN or an infinite number, TypeError for what is no JSON.
        """
        line = json.dumps(printable(record), allow_nan=False, ensure_ascii=False) + "\n"
        if self._broken:
            raise OSError("an earlier line could not be written")
        self._broken = True
        _write_all(self._file, line.encode("utf-8"))
        os.fsync(self._file)
        self._written.update(line.encode("utf-8"))
        self._broken = False

    def check(self) -> None:
        """
        Raise OSError where the file is no more what was written here, JournalError where it cannot be read as a journal either.

        A journal that somebody cut, or in which a bit is another, may still be one that can be read, and tell another run.
        """
        if hashlib.sha256(self._path.read_bytes()).digest() != self._written.digest():
            read(self._path)
            raise OSError("it was changed while the run went on: its lines are not those that were written")

    def close(self) -> None:
        """Give the file back; a second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
        self._file, self._broken = -1, True


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def printable(value: Any) -> Any:
    """`value` with every lone surrogate written out as an escape: such a character is in no encoding and breaks every file."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {printable(key): printable(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(entry) for entry in value]
    return value


def read(path: Path) -> Journal:
    """
    The journal at `path`. A last line without its line feed was cut off and is left out, and `cut` says so.

    Raises JournalError for any other damage (no run line, a line that is no record, an item twice, anything after the
    end), OSError where the file cannot be read.
    """
    *lines, rest = path.read_bytes().split(b"\n")
    reader = _Reader(path)
    for number, line in enumerate(lines, start=1):
        reader.take(number, line)
    if reader.run is None:
        raise JournalError(path, 1, "the journal does not begin with a complete run line")
    cut = f"the journal was cut off in line {len(lines) + 1}" if rest else ""
    return Journal(reader.run, reader.started, reader.items, reader.end, cut)


@dataclass
class _Reader:
    """Takes line after line, and knows what may come next."""

    path: Path
    run: Record | None = None
    started: list[Record] = field(default_factory=list)
    items: list[Record] = field(default_factory=list)
    end: Record | None = None
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, number: int, line: bytes) -> None:
        record = self._record(number, line)
        kind = record.pop("type", None)
        problem = self._out_of_place(kind) or first_problem(record, str(kind)) or self._twice(kind, record, number)
        if problem:
            raise JournalError(self.path, number, problem)
        self._keep(str(kind), record)

    def _record(self, number: int, line: bytes) -> Record:
        try:
            record = json.loads(line.decode("utf-8"), parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_unique)
        except ValueError as error:
            raise JournalError(self.path, number, f"is no record: {error}") from error
        except RecursionError:
            raise JournalError(self.path, number, "is no record: it is nested too deeply") from None
        if not isinstance(record, dict):
            raise JournalError(self.path, number, f"is no record but {type(record).__name__}")
        return {str(name): printable(value) for name, value in record.items()}

    def _out_of_place(self, kind: object) -> str:
        if kind not in ("run", "started", "item", "end"):
            return f"unknown type {kind!r}"
        if (kind == "run") != (self.run is None):
            return "a second run line" if kind == "run" else f"the journal begins with {kind!r} and not with its run line"
        return f"{kind!r} after the end of the run" if self.end is not None else ""

    def _twice(self, kind: object, record: Record, number: int) -> str:
        if kind != "item":
            return ""
        before = self.seen.setdefault(record["id"], number)
        return "" if before == number else f"item {record['id']} was recorded before, in line {before}"

    def _keep(self, kind: str, record: Record) -> None:
        if kind == "run":
            self.run = record
        elif kind == "end":
            self.end = record
        else:
            (self.items if kind == "item" else self.started).append(record)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond all numbers")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a key stands in it twice")
    return record


__all__ = ["SCHEMA_VERSION", "Journal", "JournalError", "Writer", "printable", "read"]
