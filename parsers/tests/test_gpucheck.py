"""gpucheck: the table counts, not the word NONE below it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.gpucheck import NO_FAULT, parse
from parsers.reading import Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes

FOLDER = RECORDINGS / "gpucheck"
ONE = (FOLDER / "one-gpu.txt").read_text()
TWO = (FOLDER / "two-gpus-faulty.txt").read_text()


def test_a_row_is_ten_readings() -> None:
    """Every column with its unit and the row it was read from."""
    checked = parse(ONE)
    [row] = checked.rows
    line = "0  52.81  10.90  50.01   9.70 2870.12  59.40     52      540     1980"
    assert (checked.summary, row.gpu) == (NO_FAULT, 0)
    assert row.h2d_pinned_gb_s == Reading(52.81, "GB/s", line)
    assert row.h2d_pageable_gb_s == Reading(10.9, "GB/s", line)
    assert row.d2h_pinned_gb_s == Reading(50.01, "GB/s", line)
    assert row.d2h_pageable_gb_s == Reading(9.7, "GB/s", line)
    assert row.daxpy_gb_s == Reading(2870.12, "GB/s", line)
    assert row.dgemm_tflops == Reading(59.4, "TFLOPS", line)
    assert row.temperature_c == Reading(52.0, "C", line)
    assert row.power_w == Reading(540.0, "W", line)
    assert row.sm_clock_mhz == Reading(1980.0, "MHz", line)


def test_faulty_gpus_have_rows_like_others() -> None:
    """The program's limits are those of one model: its faults are told, its numbers judged."""
    checked = parse(TWO)
    assert [row.gpu for row in checked.rows] == [0, 1]
    assert [row.h2d_pinned_gb_s.value for row in checked.rows] == [3.9, 52.81]
    assert checked.summary.startswith("GPU 0 -- H2D(p): 3.900000")


def test_an_absurd_number_is_read_as_it_stands() -> None:
    """A dgemm that failed shows as an impossible speed: the judge's upper bound must see it."""
    assert parse(ONE.replace(" 59.40", "123456.78")).rows[0].dgemm_tflops.value == 123456.78


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (" 59.40", "   inf", "the row of a GPU"),
        (" 59.40", "   nan", "the row of a GPU"),
        (" 59.40", "-59.40", "the row of a GPU"),
        (" 59.40", "   N/A", "the row of a GPU"),
        (" 59.40", "  59.4", "the row of a GPU"),
        (" 59.40", "\u0665\u0669.40", "the row of a GPU"),
        (" 59.40", " 59.40 59.40", "the row of a GPU"),
        ("    540", "       ", "the row of a GPU"),
        ("    540", "   -540", "the row of a GPU"),
        ("  0  52.81", "  1  52.81", "the row of GPU 0"),
        ("dgemm ", "sgemm ", "the columns"),
        ("H2D(p)  H2D ", "H2D  H2D(p) ", "the columns"),
        ("smMHz", "smGHz", "the columns"),
        ("Summary of GPU errors: NONE ", "", "the row of a GPU, or the summary"),
        ("NONE ", "", "NONE, or the faults"),
        ("NONE ", "NON", "NONE, or the faults"),
        ("NONE ", "NONE NONE", "NONE, or the faults"),
        ("NONE ", "NONE\nNONE", "the end of the output"),
        ("Summary", "\x1b[0mSummary", "control characters"),
        (" 59.40", " 59.40\x00", "control characters"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_table_is_refused(old: str, new: str, words: str) -> None:
    """A cell that is no plain number, other columns, no summary or half of one."""
    assert old in ONE
    with pytest.raises(ParseError) as caught:
        parse(ONE.replace(old, new))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  1  52.81", "  0  52.81", "the row of GPU 1"),
        ("  1  52.81", "  2  52.81", "the row of GPU 1"),
        ("GPU 1 --", "GPU 2 --", "agree with the table"),
        ("daxpy: 1180.500000", "daxpy: 2180.500000", "agree with the table"),
        ("H2D(p): 3.900000", "H2D(p): 9.900000", "agree with the table"),
        ("dgemm: 59.400000GPU", "dgemm: 59.4GPU", "the faults of GPUs"),
        ("errors:GPU", "errors:  GPU", "the faults of GPUs"),
    ],
)
def test_rows_and_faults_must_agree(old: str, new: str, words: str) -> None:
    """A GPU twice, a row missing in the middle, a fault of a GPU that has no row or other numbers."""
    assert old in TWO
    with pytest.raises(ParseError) as caught:
        parse(TWO.replace(old, new))
    assert words in str(caught.value)


def test_an_error_of_cuda_is_quoted() -> None:
    """The program stops at its first error, and may have printed nothing else."""
    with pytest.raises(ParseError, match="a measurement, found 'Error all CUDA-capable devices are busy"):
        parse((FOLDER / "cuda-error.txt").read_text())


def test_no_output_is_refused() -> None:
    """Without the library of the driver the program prints nothing."""
    with pytest.raises(ParseError, match="found nothing"):
        parse("")


@pytest.mark.parametrize("path", [FOLDER / "one-gpu.txt", FOLDER / "two-gpus-faulty.txt"], ids=lambda path: path.stem)
def test_a_cut_table_is_refused_at_every_character(path: Path) -> None:
    """The faults have no end of their own, so that a cut one must show in its digits."""
    text = path.read_text().rstrip()
    for part in [*prefixes(text), *(text[:end] for end in range(len(text)))]:
        if part.endswith("59.400000"):
            assert len(parse(part).rows) == 2
        else:
            with pytest.raises(ParseError):
                parse(part)


def test_line_ends_mean_nothing() -> None:
    """With CR LF, or with a line end after the summary, it is the same table."""
    assert parse(ONE.replace("\n", "\r\n") + "\r\n") == parse(ONE)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_table_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record or a ParseError; every number in a record is finite and positive or zero."""
    text = data.draw(changed(data.draw(st.sampled_from([ONE, TWO]))))
    try:
        checked = parse(text)
    except ParseError:
        return
    assert [row.gpu for row in checked.rows] == list(range(len(checked.rows)))
    shown = [reading for row in checked.rows for reading in (row.h2d_pinned_gb_s, row.daxpy_gb_s, row.dgemm_tflops)]
    assert all(0 <= float(reading.value) < 1e16 for reading in shown)


@pytest.mark.parametrize("name", ["nodriver", "mocknvml", "mocknvml-realcuda"])
def test_outside_runs_without_a_driver_are_refused_with_the_reason(name: str) -> None:
    """What the real program prints where CUDA does not start."""
    with pytest.raises(ParseError, match=r"CUDA driver version is insufficient for CUDA runtime version at gpucheck\.cu line 81"):
        parse(outside(f"own/cuda/gpucheck-{name}.out"))


@pytest.mark.parametrize("name", ["nolibnvml.out", "nolibnvml.err", "nodriver.err"])
def test_outside_outputs_without_a_table_are_refused(name: str) -> None:
    """Nothing, a message of the loader, messages of NVML."""
    with pytest.raises(ParseError):
        parse(outside(f"own/cuda/gpucheck-{name}"))
