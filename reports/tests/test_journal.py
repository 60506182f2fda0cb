"""The journal: what was measured is on the disk before anything else, and damage is never read as a result."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reports import journal, results
from reports.tests import sample

REQUIRED = ["inventory.counts[node]", "pciebw.link[gpu0]", "pciebw.link[gpu1]"]
Record = dict[str, Any]


def small() -> list[Record]:
    """The records of a run of three items that all passed."""
    _, *middle, last = sample.records(sample.good_items(REQUIRED))
    return [sample.run(required=REQUIRED, mode="live", origin="live"), *middle, {**last, "exit_status": 0}]


def written(tmp_path: Path, data: bytes) -> Path:
    """A journal of these bytes."""
    path = tmp_path / "journal.jsonl"
    path.write_bytes(data)
    return path


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    """Writer and reader must agree on every record, in order."""
    writer = journal.Writer(tmp_path / "journal.jsonl")
    for record in small():
        writer.append(record)
    writer.close()
    found = journal.read(tmp_path / "journal.jsonl")
    assert [found.run, found.end] == [{k: v for k, v in r.items() if k != "type"} for r in (small()[0], small()[-1])]
    assert [item["id"] for item in found.items] == REQUIRED
    assert [line["id"] for line in found.started] == REQUIRED
    assert found.cut == ""


def test_every_line_is_on_disk_before_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node that loses power right after a measurement must have it in its journal."""
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda _: synced.append((tmp_path / "journal.jsonl").stat().st_size))
    writer = journal.Writer(tmp_path / "journal.jsonl")
    writer.append({"type": "end"})
    writer.close()
    assert synced == [0, len('{"type": "end"}\n')]


def test_a_journal_is_never_continued_by_another_run(tmp_path: Path) -> None:
    """Two runs in one file would mix the measurements of two nodes."""
    written(tmp_path, b"")
    with pytest.raises(FileExistsError):
        journal.Writer(tmp_path / "journal.jsonl")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_is_no_json_is_refused_and_leaves_no_half_line(tmp_path: Path, value: object) -> None:
    """NaN is what other languages cannot read; refusing it must not damage the journal."""
    writer = journal.Writer(tmp_path / "journal.jsonl")
    with pytest.raises((ValueError, TypeError)):
        writer.append({"type": "end", "value": value})
    writer.append({"type": "end"})
    writer.close()
    assert (tmp_path / "journal.jsonl").read_text() == '{"type": "end"}\n'


def test_after_a_failed_write_nothing_more_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole line behind half a line would make the journal unreadable, and with it everything measured before."""
    writer = journal.Writer(tmp_path / "journal.jsonl")
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space left"):
            writer.append({"type": "end"})
    with pytest.raises(OSError, match="earlier line"):
        writer.append({"type": "end"})
    writer.close()


def test_a_lone_surrogate_becomes_an_escape_in_keys_and_values(tmp_path: Path) -> None:
    """A broken character in a tool's output must not cost the record that carries it."""
    writer = journal.Writer(tmp_path / "journal.jsonl")
    writer.append({"type": "end", "what\udcff": ["a\ud800b"]})
    writer.close()
    assert json.loads((tmp_path / "journal.jsonl").read_text(encoding="utf-8")) == {"type": "end", "what\\udcff": ["a\\ud800b"]}


def test_a_surrogate_written_by_somebody_else_is_made_safe_when_read(tmp_path: Path) -> None:
    """JSON can smuggle a lone surrogate in as an escape, and it would break the reports later."""
    data = sample.lines_of(small()).replace(b'"spec.toml"', b'"spec\\ud800.toml"')
    assert journal.read(written(tmp_path, data)).run["limits_file"] == "spec\\ud800.toml"


def test_cut_anywhere_it_is_never_accepted(tmp_path: Path) -> None:
    """Power loss and SIGKILL stop a journal at any byte; only the complete end line may make it ACCEPTED."""
    data = sample.lines_of(small())
    run_line = data.index(b"\n") + 1
    for length in range(len(data)):
        path = written(tmp_path, data[:length])
        if length < run_line:
            with pytest.raises(journal.JournalError, match="line 1"):
                journal.read(path)
        else:
            verdict = results.build_from(journal.read(path))["verdict"]
            assert verdict == "INCOMPLETE", length
    assert results.build_from(journal.read(written(tmp_path, data)))["verdict"] == "ACCEPTED"


def test_a_cut_line_is_named_in_the_reasons(tmp_path: Path) -> None:
    """Whoever reads the report must learn that records were lost."""
    lines = sample.lines_of(small())[:-20]
    document = results.build_from(journal.read(written(tmp_path, lines)))
    assert document["reasons"][0] == "INCOMPLETE because the journal was cut off in line 8"
    assert "the run did not end in order" in document["reasons"][1]


def test_something_cut_off_after_the_end_is_no_acceptance_either(tmp_path: Path) -> None:
    """Somebody went on writing: what it was is not known."""
    found = journal.read(written(tmp_path, sample.lines_of(small()) + b'{"type": "it'))
    assert found.end is not None
    assert results.build_from(found)["verdict"] == "INCOMPLETE"


def _garbage(records: list[Record]) -> bytes:
    lines = sample.lines_of(records).splitlines(keepends=True)
    return b"".join([*lines[:3], b"\x00\xff garbage\n", *lines[3:]])


def _twice(records: list[Record]) -> bytes:
    return sample.lines_of([*records[:-1], records[2], records[-1]])


def _after_end(records: list[Record]) -> bytes:
    return sample.lines_of([*records[:-2], records[-1], records[-2]])


def _with(position: int, **changes: object) -> Callable[[list[Record]], bytes]:
    return lambda records: sample.lines_of([{**r, **changes} if n == position else r for n, r in enumerate(records)])


def _without(position: int, key: str) -> Callable[[list[Record]], bytes]:
    return lambda records: sample.lines_of([{k: v for k, v in r.items() if n != position or k != key} for n, r in enumerate(records)])


@pytest.mark.parametrize(
    ("damage", "line", "said"),
    [
        (_garbage, 4, "is no record"),
        (lambda r: sample.lines_of(r[1:]), 1, "begins with 'started' and not with its run line"),
        (lambda r: sample.lines_of([r[0], *r]), 2, "a second run line"),
        (_twice, 8, "item inventory.counts[node] was recorded before, in line 3"),
        (_after_end, 8, "'item' after the end of the run"),
        (_with(2, type="items"), 3, "unknown type 'items'"),
        (_with(2, type=["item"]), 3, "unknown type ['item']"),
        (_with(2, surprise=1), 3, "Additional properties are not allowed ('surprise' was unexpected)"),
        (_with(2, verdict="PASSED"), 3, "['verdict']: 'PASSED' is not one of"),
        (_with(2, id="inventory.counts[<b>]"), 3, "['id']"),
        (_with(2, evidence=["../../etc"]), 3, "['evidence'][0]"),
        (_with(0, max_warnings=-1), 1, "['max_warnings']"),
        (_with(0, schema_version=2), 1, "['schema_version']: 1 was expected"),
        (_without(0, "required"), 1, "'required' is a required property"),
        (_without(2, "subject"), 3, "'subject' is a required property"),
        (_without(2, "suspect"), 3, "'suspect' is a required property"),
        (_without(0, "network"), 1, "'network' is a required property"),
        (_with(0, network={"own": "n1"}), 1, "['network']: {'own': 'n1'} is not valid"),
        (_without(2, "type"), 3, "unknown type None"),
        (lambda r: b"[1]\n", 1, "is no record but list"),
        (lambda r: b"\n" + sample.lines_of(r), 1, "is no record"),
        (lambda r: sample.lines_of(r[:1]) + b'{"type": "end", "type": "end"}\n', 2, "a key stands in it twice"),
        (lambda r: sample.lines_of(r[:1]) + b'{"type": "end", "exit_status": NaN}\n', 2, "NaN is not a number"),
        (lambda r: sample.lines_of(r[:1]) + b'{"type": "end", "exit_status": 1e999}\n', 2, "1e999 is beyond all numbers"),
        (lambda r: b"[" * 100_000 + b"\n", 1, "is no record"),
        (lambda r: b"", 1, "does not begin with a complete run line"),
    ],
    ids=[
        "garbage", "no-run", "two-runs", "item-twice", "item-after-end", "unknown-type", "list-as-type", "unknown-key",
        "wrong-verdict", "markup-in-id", "path-in-evidence", "negative-limit", "other-version", "no-required", "no-subject",
        "no-suspect", "no-network", "half-a-network",
        "no-type", "list", "empty-line", "key-twice", "nan", "beyond-float", "nested", "empty-file",
    ],
)  # fmt: skip
def test_any_other_damage_names_file_and_line(tmp_path: Path, damage: Callable[[list[Record]], bytes], line: int, said: str) -> None:
    """A journal that somebody edited, mixed or garbled is no evidence; which line it is must be said."""
    path = written(tmp_path, damage(small()))
    with pytest.raises(journal.JournalError) as caught:
        journal.read(path)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert said in str(caught.value)
