"""nccl-tests: a test that failed, was cut or contradicts itself beyond what its figures are rounded by is never a whole one."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nccl_tests import parse, parse_json
from parsers.nccl_tests.figures import Figure, around, common_ratio, general, is_mean, printed
from parsers.tests.damage import changed, outside, prefixes
from parsers.tests.nccl_tests_health import BAD, HEALTHY
from parsers.tests.nccl_tests_texts import DOCUMENTS, FAILED, FILES, LINES, NEW, ROWS, ROWS_OUTSIDE, TEXT, document_of, recorded, text_of


@pytest.mark.parametrize(("name", "words"), FAILED.items())
def test_a_failed_test_is_refused_with_its_message(name: str, words: str) -> None:
    """Of the program, of NCCL in the middle of the table, of mpirun; or there are two tests."""
    with pytest.raises(ParseError) as caught:
        recorded(name)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found nothing"),
        ("-----\n-----\n", "found nothing"),
        ("#\n# Using devices\n", "found '#'"),
        ("#\nsomething else\n", "found 'something else' in line 2"),
        ("bash: all_reduce_perf: command not found\n", "command not found"),
        ("USAGE: all_reduce_perf \n\t[-t,--nthreads <num threads>]\n", "found 'USAGE: all_reduce_perf'"),
        (TEXT + "# error: remote process exited\n", "found '# error: remote process exited'"),
        (TEXT + "srun: error: node01: task 3: Exited with exit code 1\n", "srun: error: node01"),
        (TEXT[: TEXT.index("   268435456")], "a table with a row for a message size"),
    ],
)
def test_what_is_no_test_is_refused(text: str, words: str) -> None:
    """Nothing, headers without a row, a shell's word, the help, a job that ended badly after its table."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Out of bounds values : 0 OK", "Out of bounds values : 3 OK", "OK for 0 and FAILED for more"),
        ("Out of bounds values : 0 OK", "Out of bounds values : 0 FAILED", "OK for 0 and FAILED for more"),
        ("Out of bounds values : 0 OK", "Out of bounds values : 3 FAILED", "a count that agrees with the rows"),
        ("Out of bounds values : 0 OK", "Out of bounds values : N/A", "a line of the test"),
        ("# Out of bounds values : 0 OK\n", "", "Out of bounds values above the average"),
        ("# Out of bounds values : 0 OK\n", "# Out of bounds values : 0 OK\n# Out of bounds values : 0 OK\n", "this line once"),
        ("Avg bus bandwidth    : ", "Avg bus bandwidth    : 1", "the average of the rows"),
        ("Avg bus bandwidth    : 3", "Avg bus bandwidth    : -3", "a line of the test"),
        ("Avg bus bandwidth    : ", "Avg bus bandwidth    : nan ", "a line of the test"),
        (ROWS[1], "", "4 ascending sizes of float"),
        (ROWS[3], "", "4 ascending sizes of float"),
        (ROWS[1], ROWS[1] * 2, "4 ascending sizes of float"),
        (ROWS[0] + ROWS[1], ROWS[1] + ROWS[0], "4 ascending sizes of float"),
        (ROWS[3], ROWS[3] + ROWS[0] + ROWS[1] + ROWS[3] + ROWS[2], "4 ascending sizes of float"),
        ("272.84", "27.28", "algbw that is size by time in every row"),
        ("1967.7", "196.7", "algbw that is size by time in every row"),
        ("477.46", "47.74", "busbw that is algbw times one factor in every row"),
        ("477.46", "nan", "a number as busbw"),
        ("477.46", "ERR!", "a number as busbw"),
        ("1967.7", "-1967.7", "a number as time"),
        ("134217728     float", "134217728     4float", "a line of the test"),
        ("134217728     float", "134217729     float", "a count of float for 536870912 bytes"),
        ("134217728     float", "        0     float", "a count of float for 536870912 bytes"),
        ("134217728     float", "134217728     flo@t", "cells for the columns"),
        ("step: 2(factor)", "step: 268435456(bytes)", "8 ascending sizes of float"),
        ("#  Rank  7", "#  Rank  8", "rank 7"),
        ("#  Rank  1", "#  Rank  0", "rank 1"),
        ("nGpus 8", "nGpus 5", "5 ranks for every process"),
        ("nGpus 8", "nGpus N/A", "parameters with a number each"),
        ("nGpus 8", "nGpus 8 nGpus 8", "parameters with a number each"),
        ("step: 2(factor)", "step: 2", "a step that is a factor or bytes"),
        ("iters: 20", "iters: 20(bytes)", "a step that is a factor or bytes"),
        ("device  7 [0x86]", "device  7", "a line of the test"),
        ("   float     sum      -1", "   float     sum      -1      -1", "an operation and a root"),
        ("   float     sum      -1", "   float     sum     x-1", "an operation and a root"),
        ("   float     sum      -1", "", "a line of the test"),
        ("#wrong     time   algbw   busbw #wrong", "#wrong", "known columns, twice"),
        ("#wrong     time   algbw   busbw #wrong", "#wrong     time   busbw   algbw #wrong", "known columns, twice"),
        ("#wrong", "#lost", "known columns, twice"),
        ("type   redop    root", "type   redop    tree", "known columns, twice"),
        ("(GB/s)  (GB/s)            (us)", "(GiB/s)  (GB/s)            (us)", "a line of the test"),
        ("#        (B)    (elements)", "#        (B)    (elements) (us)\n#        (B)    (elements)", "one line of units"),
        (LINES[15], "", "a row between its columns and units and the summary"),
        (LINES[14], "", "one line of units, below the columns"),
        (LINES[14], LINES[14] * 2, "this line once"),
        (LINES[0], LINES[0] * 2, "this line once"),
        (LINES[14], LINES[14] + LINES[10], "this line once"),
        (LINES[-4], LINES[-4] + ROWS[0], "a row between its columns and units and the summary"),
        (LINES[-3], LINES[-3] + ROWS[0], "the output of one test"),
        (LINES[-3], LINES[-3] * 2, "the output of one test"),
        (LINES[4], f"[1,1]<stdout>:{LINES[4]}", "printed by one process"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(old: str, new: str, words: str) -> None:
    """Counts, averages, sizes, ranks, columns, units and processes that do not fit each other."""
    assert old in TEXT
    with pytest.raises(ParseError) as caught:
        parse(TEXT.replace(old, new))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("concluded: all_reduce_perf", "concluded: all_gather_perf", "the conclusion of all_reduce_perf"),
        ("# Avg bus", "# Collective test concluded: all_reduce_perf\n# Avg bus", "below its average, once"),
        (NEW[NEW.index("# Collective test concluded") :], NEW[NEW.index("# Collective test concluded") :] * 2, "below its average, once"),
        ("# Collective test starting: all_reduce_perf\n", "# Collective test starting: all_reduce_perf\n" * 2, "this line once"),
        ("# Bitwise mismatches   : 0 OK\n", "# Bitwise mismatches   : 1 FAILED\n", "a count that agrees with the rows"),
        ("# nccl-tests version 2.19.6", "# nccl-tests version 2.19.6\n# nccl-tests version 2.19.6", "this line once"),
        ("# Using devices", "# Reducing maxBytes to 536870912 due to memory limitation\n# Using devices", "2 ascending sizes of float"),
        (
            "# Using devices",
            "# Reducing maxBytes to 1073741824 due to memory limitation\n" * 2 + "# Using devices",
            "this line once",
        ),
    ],
)
def test_what_contradicts_itself_in_new_releases_is_refused(old: str, new: str, words: str) -> None:
    """Names, counts and ends."""
    assert old in NEW
    with pytest.raises(ParseError) as caught:
        parse(NEW.replace(old, new))
    assert words in str(caught.value)


def test_bus_bandwidth_tells_the_number_of_ranks() -> None:
    """A rank that is missing from the list, where its number alone would not show it."""
    with pytest.raises(ParseError, match=r"busbw of the 7 ranks that are listed, found 'busbw of 1\.7\d+ times algbw'"):
        parse(TEXT.replace("nGpus 8", "nGpus 1").replace(LINES[10], ""))


def test_printed_figures_stand_for_what_was_rounded() -> None:
    """Half of the last digit, in every notation."""
    assert printed("12.50") == Figure(12.495, 12.505)
    assert printed("124011") == Figure(124010.5, 124011.5)
    assert printed("0.00") == Figure(0.0, 0.005)
    assert printed("6.9e+06") == Figure(6850000.0, 6950000.0)
    assert printed("1.628", 1000.0) == around(1628.0, 0.5)
    assert general("156.742") == around(156.742, 0.0005)
    assert general("0").high < 1e-4


def test_means_and_ratios_are_those_of_what_figures_stand_for() -> None:
    """Nothing that was only rounded is a contradiction, and nothing else is none."""
    figures = [printed("1.00"), printed("2.00")]
    assert is_mean(printed("1.500"), figures)
    assert not is_mean(printed("1.510"), figures)
    assert common_ratio([(printed("0.00"), printed("0.00"))]) == Figure(0.0, float("inf"))
    ratio = common_ratio([(printed("100.00"), printed("175.00")), (printed("10.00"), printed("17.50"))])
    assert ratio is not None
    assert ratio.low < 1.75 < ratio.high
    assert common_ratio([(printed("100.00"), printed("175.00")), (printed("10.00"), printed("18.50"))]) is None


def whole_of(text: str) -> bool:
    """Whether a text is read as a whole test."""
    try:
        return parse(text).complete
    except ParseError:
        return False


@pytest.mark.parametrize("name", [*FILES, *ROWS_OUTSIDE])
def test_a_cut_test_is_never_a_whole_one(name: str) -> None:
    """At line ends and anywhere else, before the end of the last line that counts."""
    text = outside(name) if "/" in name else text_of(name)
    last = text.rindex("Collective test concluded" if "concluded" in text else "Avg bus bandwidth")
    end = text.index("\n", last) + 1
    draw = random.Random(name)
    for cut in [*prefixes(text[:end]), *(text[: draw.randrange(end)] for _ in range(200))]:
        assert not whole_of(cut)
    assert whole_of(text[:end])


@pytest.mark.parametrize("name", BAD["nccl-tests"])
def test_no_line_lost_doubled_or_moved_makes_a_bad_test_good(name: str) -> None:
    """Every line dropped, every line twice, every two lines exchanged."""
    lines = text_of(name.partition("/")[2].removesuffix(".txt")).splitlines(keepends=True)
    texts = ["".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines))]
    texts += ["".join(lines[: at + 1] + lines[at:]) for at in range(len(lines))]
    for first in range(len(lines)):
        for second in range(first):
            moved = list(lines)
            moved[first], moved[second] = moved[second], moved[first]
            texts.append("".join(moved))
    for text in texts:
        try:
            assert not HEALTHY["nccl-tests"](parse(text))
        except ParseError:
            continue


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_is_refused_or_read(data: st.DataObject) -> None:
    """No other exception, whatever happened to the text."""
    with contextlib.suppress(ParseError):
        parse(data.draw(changed(text_of(data.draw(st.sampled_from(FILES))))))
    with contextlib.suppress(ParseError):
        parse_json(data.draw(changed(document_of(data.draw(st.sampled_from(DOCUMENTS))))))
