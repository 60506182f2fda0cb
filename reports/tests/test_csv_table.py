"""readings.csv holds every reading and every item, exact, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import csv_table, results
from reports.plain import one_line
from reports.tests import sample

MODES = [("live", "live"), ("simulated", "simulated"), ("live", "simulated"), ("replayed", "live"), ("replayed", "simulated")]
ANYTHING = st.text(st.characters(exclude_categories=()))
FORMULA = st.builds(
    "".join, st.tuples(st.sampled_from(["", " ", "\t", "\r", "\n ", '"', ";", "x;", 'x; "']), st.sampled_from("=+-@\uff1d"), ANYTHING)
)
RUNS = re.compile('[ "]*[=+@\uff0d\uff1d\uff0b\uff20-]')
DOCUMENT = results.build(sample.run(), sample.troubled_items(), sample.end())


def rows(document: dict[str, Any]) -> list[dict[str, str]]:
    """The rows of the file, by column."""
    return list(csv.DictReader(io.StringIO(csv_table.document(document).decode("utf-8"), newline="")))


def built(*items: dict[str, Any], **run: Any) -> dict[str, Any]:
    """A document of these items alone."""
    return results.build(sample.run(required=[item["id"] for item in items], **run), items, sample.end())


def row_of(**reading: Any) -> dict[str, str]:
    """The one row of a reading with these members."""
    recorded = sample.reading("pciebw.link", 1, None, None)
    (row,) = rows(built(sample.item("pciebw.link[gpu0]", readings=[{**recorded, **reading}])))
    return row


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "' =1"),
        ("\n-1", "' -1"),
        ("\r=1", "\\r=1"),
        ("\u00a0=1", "\\xa0=1"),
        ("\uff1dcmd", "'\uff1dcmd"),
        ('"=1', "'\"=1"),
        ("good;=cmd|' /C calc'!A0", "good;'=cmd|' /C calc'!A0"),
        ("16\u202e321\x1b[2J\x00", "16\\u202e321\\x1b[2J\\x00"),
        ("\ud800", "\\ud800"),
        ("two\r\nlines", "two\\r lines"),
        ('NVIDIA "H100", 80GB', 'NVIDIA "H100", 80GB'),
        ("a - b = c", "a - b = c"),
        ("'=1", "'=1"),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(said: str, cell: str) -> None:
    """The name of a GPU is whatever its firmware says, and the file is opened by a person of the vendor or the buyer."""
    assert row_of(value=said, unit="text")["value"] == cell
    assert row_of(about=said)["about"] == cell


@settings(deadline=None)
@given(ANYTHING | FORMULA)
def test_no_text_is_run_or_leaves_its_cell(said: str) -> None:
    """Whatever a tool prints is one cell of one line, also for a spreadsheet that splits at semicolons."""
    item = sample.item("pciebw.link[gpu0]", "ERROR", reason=said, identity={"serial": said, "uuid": said, "pci_bus_id": said})
    made = csv_table.document(built(item, node=said or "n")).decode("utf-8")
    assert len(made.splitlines()) == made.count("\r\n") == 2
    (row,) = csv.reader(io.StringIO(made.splitlines()[1]))
    assert len(row) == len(csv_table.COLUMNS)
    assert not [part for cell in row for part in cell.split(";") if RUNS.match(part)]
    assert row[csv_table.COLUMNS.index("serial")].replace("'", "") == one_line(said).replace("'", "")


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**80), 2**80))
def test_a_number_is_read_back_exactly_and_stays_a_number(value: float) -> None:
    """A negative one begins with a minus and is no formula; a whole number has no point; no number is quoted."""
    bound = sample.limit("x", "count", max=value)
    recorded = sample.reading("pciebw.link", value, bound, None, share=0.1)
    made = csv_table.document(built(sample.item("pciebw.link[gpu0]", readings=[recorded]))).decode("utf-8")
    (row,) = csv.DictReader(io.StringIO(made, newline=""))
    assert type(value)(row["value"]) == value == type(value)(row["limit_max"])
    assert f',"",{value!r},"count",' in made


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_a_text(value: float) -> None:
    """A results.json that was edited may hold it; -inf bare would be a formula."""
    document = built(sample.item("pciebw.link[gpu0]"))
    document["items"][0]["readings"][0]["value"] = value
    (row,) = rows(document)
    assert row["value"].strip("'") == str(value)
    assert not RUNS.match(row["value"])


def test_every_reading_has_a_row_and_so_has_every_item_without() -> None:
    """What did not run, or was not measured, must not be missing from a table that somebody counts."""
    document = results.build(sample.run(), sample.troubled_items()[:-3], None)
    found = rows(document)
    assert [(row["item"], row["reading"]) for row in found] == [
        (item["id"], name) for item in document["items"] for name in [reading["name"] for reading in item["readings"]] or [""]
    ]
    lost = [row for row in found if row["reason"] == "did not run"]
    assert [(row["item_verdict"], row["verdict"], row["required"]) for row in lost] == [("ERROR", "", "yes")] * 3
    assert [row["serial"] for row in lost] == ["1650923000005", "1650923000006", "1650923000007"]


def test_an_item_without_readings_has_its_own_reason_and_evidence() -> None:
    """A program that is missing gives no reading, and its row says so."""
    row = next(row for row in rows(DOCUMENT) if row["item"] == "gpumem.compute[gpu2]")
    assert (row["reason"], row["item_reason"]) == ("gpucheck is not installed on local",) * 2
    assert row["evidence"] == "local/gpu2.nvidia-smi.snapshot-start.1"
    assert {row[name] for name in csv_table.COLUMNS[17:29]} == {""}


@pytest.mark.parametrize(("mode", "origin"), MODES)
def test_every_row_says_whether_anything_was_measured(mode: str, origin: str) -> None:
    """A row that is copied out of the table takes the mode with it."""
    document = results.build(sample.run(mode=mode, origin=origin), sample.good_items(), sample.end())
    word = f"ACCEPTED{results.mode_suffix(mode, origin)}"
    found = rows(document)
    assert {(row["node_verdict"], row["mode"], row["origin"]) for row in found} == {(word, mode, origin)}
    assert (word == "ACCEPTED") == ((mode, origin) == ("live", "live"))
    assert {(row["spec"], row["spec_sha256"], row["started"]) for row in found} == {("hgx-sample", "ab" * 32, document["started"])}


def test_a_row_has_the_board_the_limit_and_its_source() -> None:
    """Who argues about a number needs what it was compared with, and which board it was."""
    row = next(row for row in rows(DOCUMENT) if row["item"] == "pciebw.host_to_device[gpu3]")
    assert (row["check"], row["device"], row["serial"], row["pci_bus_id"]) == ("pciebw", "gpu3", "1650923000003", "0000:4e:00.0")
    assert (row["value"], row["unit"], row["limit_min"], row["limit_max"], row["limit_warn"]) == ("27.3", "GB/s", "48.0", "", "50.0")
    assert (row["verdict"], row["item_verdict"], row["share"], row["concurrency"]) == ("FAIL", "FAIL", "0.4333", "1")
    assert row["limit_source"].startswith("invented for this sample")
    assert row["evidence"] == "local/gpu3.nvbandwidth.copy.1"


def test_an_item_that_does_not_decide_says_so() -> None:
    """Not required items are reported and never decide."""
    extra = sample.item("ping.reach[n2.eth0]")
    assert rows(results.build(sample.run(), [*sample.good_items(), extra], sample.end()))[-1]["required"] == "no"


@pytest.mark.parametrize(("equals", "cell"), [("Pass", "Pass"), (16, "16"), ([5, 6.5], "5 or 6.5"), (["=a", "b"], "'=a or b"), (None, "")])
def test_what_is_accepted_is_one_cell(equals: object, cell: str) -> None:
    """Equals is one value or several."""
    assert row_of(limit=sample.limit("x", "count", equals=equals))["limit_equals"] == cell


def test_a_cell_is_no_longer_than_a_spreadsheet_takes_and_says_where_it_was_cut() -> None:
    """What is longer is cut without a word by some, and refused by others."""
    cell = row_of(about="=" * 100_000)["about"]
    assert len(cell) == 32_767
    assert cell.startswith("'=")
    assert cell.endswith("(cut here; all of it is in results.json)")


def test_the_file_is_rfc_4180_in_utf_8_without_a_mark() -> None:
    """A header, then rows that end in CR LF, all with as many cells; texts quoted, numbers bare."""
    made = csv_table.document(DOCUMENT)
    header, first, *_ = made.split(b"\r\n")
    assert header == ",".join(f'"{name}"' for name in csv_table.COLUMNS).encode()
    assert first.startswith(b'"simulated-hgx-sample","REJECTED (simulated)",')
    assert made.endswith(b"\r\n")
    assert made.count(b"\n") == made.count(b"\r") == made.count(b"\r\n")
    assert {len(row) for row in csv.reader(io.StringIO(made.decode()), quoting=csv.QUOTE_NONNUMERIC)} == {len(csv_table.COLUMNS)}


def test_the_same_document_gives_the_same_file(tmp_path: Path) -> None:
    """Made again years later it must not differ."""
    csv_table.write_csv(DOCUMENT, tmp_path)
    assert (tmp_path / "readings.csv").read_bytes() == csv_table.document(DOCUMENT)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves the table of before, and nothing half-written."""
    (tmp_path / "readings.csv").write_bytes(b"of before")

    def full(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space left"):
        csv_table.write_csv(DOCUMENT, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"readings.csv": b"of before"}
