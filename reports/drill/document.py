"""drill.json: whether it is as published and adds up, and the files that are written of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from reports.drill.page import page
from reports.files import write_atomically
from reports.plain import one_line

DATA, FILE = "drill.json", "drill.html"
Document = Mapping[str, Any]
_FILE = Path(__file__).with_name("schema.json")
_OUTCOMES = ("right", "elsewhere", "missed", "false_alarm", "broken")
_SAID = 300


class DrillError(ValueError):
    """A document that is no drill's; the message is one line that says where and what."""


def checked(document: object) -> Document:
    """The document, as published in schema.json and with sums that are right. Raises DrillError with what is most wrong with it."""
    error = best_match(_validator().iter_errors(document))
    if error is not None:
        place = "".join(f"[{step!r}]" for step in error.absolute_path) or "the top level"
        raise DrillError(one_line(f"{place}: {error.message[:_SAID]}"))
    assert isinstance(document, Mapping)
    for problem in _sums(document):
        raise DrillError(one_line(problem))
    _as_json(document)
    return document


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(_FILE.read_text(encoding="utf-8")))


def _sums(document: Document) -> Iterator[str]:
    for number, entry in enumerate(document["entries"]):
        found = sum(entry[name] for name in _OUTCOMES)
        if found != entry["cases"]:
            yield f"['entries'][{number}]: {entry['cases']} cases of {entry['name'][:_SAID]}, but its five outcomes sum to {found}"
    healthy = document["healthy"]
    if healthy["accepted"] > healthy["cases"]:
        yield f"['healthy']: {healthy['accepted']} accepted of {healthy['cases']} cases"
    for number, degree in enumerate(document["degrees"]):
        for step in degree["steps"]:
            if step["caught"] > step["of"]:
                yield f"['degrees'][{number}]: {step['caught']} caught of {step['of']} cases"


def _as_json(document: Document) -> bytes:
    """ASCII, so that showing the file steers no terminal. Raises DrillError for NaN and infinity, which JSON does not have."""
    try:
        return (json.dumps(document, indent=1, allow_nan=False, ensure_ascii=True) + "\n").encode("ascii")
    except ValueError as error:
        raise DrillError(f"the top level: {error}") from error


def write(document: Document, folder: Path) -> None:
    """
    Write drill.json and drill.html into `folder`, each whole or not at all.

    Raises DrillError for a document that is not as published, OSError where a file cannot be written.
    """
    known = checked(document)
    made = page(known)
    write_atomically(folder / DATA, _as_json(known))
    write_atomically(folder / FILE, made)
