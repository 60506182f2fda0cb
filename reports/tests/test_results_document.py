"""The results document word by word: what went wrong with the run, what did not run, and how it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reports import results
from reports.tests import sample

REQUIRED = [f"{name}[gpu{n}]" for name in ("inventory.board", "pciebw.link", "pciebw.copy") for n in range(4)]
Item = dict[str, Any]


def with_changes(*changed: Item) -> list[Item]:
    """All required items PASS, but for these."""
    by_id = {item["id"]: item for item in changed}
    return [by_id.get(name, sample.item(name)) for name in REQUIRED]


def reasons_of(items: list[Item]) -> list[str]:
    """The sentences under the node's verdict, two warnings per check allowed."""
    return results.node_verdict(REQUIRED, items, 2, {})[1]


def test_what_went_wrong_with_the_run_is_told_as_it_was() -> None:
    """The damage of the journal first, then how it ended, then what it lost; and what began and did not end is named."""
    lost = {**sample.end(interrupted=True), "lost": ["a worker died"]}
    document = results.build(sample.run(required=REQUIRED), with_changes(), lost, cut="line 7 is cut")
    assert document["reasons"][:3] == [
        f"INCOMPLETE (simulated) because {why}" for why in ("line 7 is cut", "the run was interrupted", "a worker died")
    ]
    killed = results.build(sample.run(required=REQUIRED), with_changes()[1:], None, started=[{"id": REQUIRED[0]}])
    assert killed["reasons"][:2] == [
        "INCOMPLETE (simulated) because the run did not end in order: it was killed, or the node was lost",
        f"INCOMPLETE (simulated) because {REQUIRED[0]} was started and did not end",
    ]
    odd = results.build(sample.run(required=REQUIRED), with_changes(), sample.end(exit_status=-9))
    assert odd["reasons"][0].endswith("because the run ended with status -9: which no complete run does")
    assert (document["ended"], killed["ended"]) == (sample.end()["ended"], None)


def test_what_failed_was_measured() -> None:
    """Where everything failed nobody says that everything was skipped."""
    why = reasons_of([sample.item(name, "FAIL") for name in REQUIRED])
    assert not any("skipped" in sentence for sentence in why)


def test_warnings_are_named_one_by_one() -> None:
    """Who looks at a board that is near its limit must know which."""
    why = reasons_of(with_changes(sample.item(REQUIRED[4], "WARN"), sample.item(REQUIRED[5], "WARN")))
    assert why[1] == f"2 of them WARN, near their limit (2 per check are allowed): {REQUIRED[4]}, {REQUIRED[5]}"


def test_an_item_that_did_not_run_stands_for_itself() -> None:
    """As an item that was run, with nothing measured; the published form takes no other."""
    document = results.build(sample.run(required=REQUIRED[:1]), [], sample.end())
    assert document["items"] == [
        {
            "id": REQUIRED[0], "nodeid": "", "check": "inventory", "device": "gpu0", "identity": None, "subject": "undecided",
            "class": None, "suspect": None, "verdict": "ERROR", "reason": "did not run", "seconds": 0.0, "readings": [], "evidence": [],
        }
    ]  # fmt: skip


def test_the_document_is_written_for_people_and_any_program(tmp_path: Path) -> None:
    """A line a value, letters as they are, UTF-8, and no NaN, which is no JSON."""
    document = results.build(sample.run(required=REQUIRED[:1]), [sample.item(REQUIRED[0], "ERROR", reason="zu heiß")], sample.end())
    results.write(tmp_path / "results.json", document)
    text = (tmp_path / "results.json").read_bytes().decode("utf-8")
    assert "zu heiß" in text
    assert text.startswith('{\n "schema_version"')
    document["items"][0]["seconds"] = float("nan")
    with pytest.raises(ValueError, match="JSON compliant"):
        results.write(tmp_path / "results.json", document)
