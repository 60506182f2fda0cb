"""Results documents of a few items, and the lines of their ocp-diag.jsonl, each held against the schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reports import ocp, results
from reports.tests import sample

SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "ocp_output.json").read_text(encoding="utf-8")))
REQUIRED = "pciebw.host_to_device[gpu3]"
MODES = [
    ("simulated", "simulated", " (simulated)"), ("replayed", "live", " (replayed)"), ("replayed", "simulated", " (replayed simulation)"),
]  # fmt: skip
Line = dict[str, Any]
PASSED = sample.limit("other", "count", min=1)


def lines_of(document: Mapping[str, Any]) -> list[Line]:
    """The lines of the file, each shown to be one object that the schema takes, strict JSON that is text, numbered in order."""
    data = ocp.document(document)
    found = [json.loads(line, parse_constant=pytest.fail) for line in data.decode("ascii").splitlines()]
    assert data.endswith(b"\n")
    assert data.count(b"\n") == len(found)
    assert [line["sequenceNumber"] for line in found] == list(range(len(found)))
    assert json.dumps(found, ensure_ascii=False).encode("utf-8"), "a lone surrogate is in no text"
    problems = [f"{line}: {error.message}" for line in found for error in SCHEMA.iter_errors(line)]
    assert not problems, problems[0]
    return found


def all_of(lines: list[Line], kind: str) -> list[Line]:
    """What stands in the lines as `kind`: measurement, testRunEnd ..."""
    inner = [line.get("testStepArtifact") or line.get("testRunArtifact") or {} for line in lines]
    return [artifact[kind] for artifact in inner if kind in artifact]


def built(*items: Line, required: list[str] | None = None, end: Line | None = None, **more: object) -> Line:
    """The results of `items`, live unless `more` says otherwise; all of them are required unless told."""
    told = {"mode": "live", "origin": "live", "node": "node-a", "required": [item["id"] for item in items], **more}
    if required is not None:
        told["required"] = required
    return results.build(sample.run(**told), items, end or sample.end())
