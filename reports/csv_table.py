"""
readings.csv: a row for each reading, and one for each item that has none, so that what did not run is in it too.

RFC 4180, in UTF-8 without a byte order mark. Numbers stand bare and whole: float() of what is read back is the same number.
Texts are quoted and on one line; an apostrophe stands before what a spreadsheet would run as a formula. Tell a spreadsheet
to take serials as text when it opens the file: of its own accord it makes 123 of 00123.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reports.files import write_atomically
from reports.plain import one_line
from reports.words import accepted_values

FILE = "readings.csv"
COLUMNS = (
    "node", "node_verdict", "mode", "origin", "started", "spec", "spec_sha256",
    "item", "check", "device", "serial", "uuid", "pci_bus_id", "item_verdict", "subject", "required", "item_reason",
    "reading", "about", "value", "unit", "verdict", "limit_min", "limit_max", "limit_equals", "limit_warn", "limit_source",
    "share", "concurrency", "evidence", "reason",
)  # fmt: skip
"""`reason` and `evidence` are those of the reading; in a row without a reading, those of the item."""
_LONGEST = 32_767
_CUT = " ... (cut here; all of it is in results.json)"
# Spreadsheets of many countries split a comma-separated file at semicolons, wherever its quotes are. The last four are full-width.
_WOULD_RUN = re.compile('(?:\\A|(?<=;))(?=[ "]*[-=+@\uff0d\uff1d\uff0b\uff20])')
Record = Mapping[str, Any]
Cell = int | float | str


def write_csv(results: Record, folder: Path) -> None:
    """Write readings.csv into `folder`. Raises OSError where it cannot be written."""
    write_atomically(folder / FILE, document(results))


def document(results: Record) -> bytes:
    """The file, with the node's whole verdict ("ACCEPTED (simulated)") in every row."""
    made = io.BytesIO()
    text = io.TextIOWrapper(made, encoding="utf-8", newline="")
    # Everything but numbers in quotes: no text can begin a new cell in a program that guesses the separator.
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row.get(name)) for name in COLUMNS] for row in _rows(results))
    text.flush()
    return made.getvalue()


def _rows(results: Record) -> Iterator[dict[str, object]]:
    run, required = _run(results), set(results["required"])
    for item in results["items"]:
        about = {**run, **_item(item), "required": "yes" if item["id"] in required else "no"}
        if not item["readings"]:
            yield {**about, "evidence": " ".join(item["evidence"]), "reason": item["reason"]}
        for reading in item["readings"]:
            yield {**about, **_reading(reading), **_limit(reading["limit"])}


def _run(results: Record) -> dict[str, object]:
    spec = {"spec": results["spec"]["name"], "spec_sha256": results["spec"]["sha256"]}
    return {"node_verdict": results["verdict"], **{name: results[name] for name in ("node", "mode", "origin", "started")}, **spec}


def _item(item: Record) -> dict[str, object]:
    named = {"item": item["id"], "item_verdict": item["verdict"], "item_reason": item["reason"]}
    return {**named, **{name: item[name] for name in ("check", "device", "subject")}, **(item["identity"] or {})}


def _reading(reading: Record) -> dict[str, object]:
    same = ("about", "value", "unit", "verdict", "share", "concurrency", "evidence", "reason")
    return {"reading": reading["name"], **{name: reading[name] for name in same}}


def _limit(limit: Record | None) -> dict[str, object]:
    if limit is None:
        return {}
    accepted = accepted_values(limit)
    bounds = {f"limit_{name}": limit[name] for name in ("min", "max", "warn", "source")}
    return {**bounds, "limit_equals": accepted[0] if len(accepted) == 1 else " or ".join(map(str, accepted))}


def _cell(value: object) -> Cell:
    """A number as it is, everything else as text that no spreadsheet runs, and no longer than a cell may be."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and (isinstance(value, int) or math.isfinite(value)):
        return value
    text = _WOULD_RUN.sub("'", one_line(value))
    return text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT
