"""The published shape of results.json (schema.json, JSON Schema 2020-12), and of the journal's lines, which share its parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

SCHEMA_VERSION = 1
_FILE = Path(__file__).with_name("schema.json")


@cache
def schema() -> dict[str, Any]:
    """The schema as published."""
    loaded: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return loaded


def first_problem(document: Mapping[str, Any], part: str = "") -> str:
    """
    What is most wrong with `document`, as a sentence that says where; empty where it is as published.

    `part` names a definition of the schema (run, started, item, end); without it the whole results document is meant.
    """
    error = best_match(_validator(part).iter_errors(document))
    if error is None:
        return ""
    place = "".join(f"[{step!r}]" for step in error.absolute_path) or "the top level"
    return f"{place}: {error.message[:300]}"


@cache
def _validator(part: str) -> Draft202012Validator:
    whole = schema()
    return Draft202012Validator({**whole, "$ref": f"#/$defs/{part}"} if part else whole)
