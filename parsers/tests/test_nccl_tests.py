"""nccl-tests: wrong elements, a cut table or the numbers of another process are never a bandwidth that can be accepted."""

from __future__ import annotations

import contextlib
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nccl_tests import Measured, NcclTest, Rank, parse, parse_json
from parsers.nccl_tests.figures import Figure, around, common_ratio, general, is_mean, printed
from parsers.nccl_tests.records import dotted
from parsers.plain import plain
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.nccl_tests_health import BAD, HEALTHY

FOLDER = RECORDINGS / "nccl_tests"
FAILED = {
    "no-driver": "node01: Test CUDA failure util.cu:674 'CUDA driver version is insufficient for CUDA runtime version'; .. node01 pid",
    "too-many-gpus": "Invalid number of GPUs: 9 requested but only 8 were found.",
    "nccl-failure-in-the-table": "node01: Test NCCL failure common.cu:958 'unhandled cuda error",
    "not-enough-slots": "There are not enough slots available in the system to satisfy the 16",
    "two-tests": "the output of one test",
}
FILES = sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem not in FAILED)
DOCUMENTS = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "v2.18-failed")
ROWS_OUTSIDE = {
    "nccl-tests/awsome-nccl-awsbatch-tagged.txt": (0, 32, 156.742, 483.05, 483.35),
    "nccl-tests/deepops-slurm-a100.txt": (0, 13, 113.289, 191.05, 191.56),
    "nccl-tests/gcm-a100x16-2node-allreduce.txt": (16, 6, 150.209, 182.8, 181.39),
    "nccl-tests/gcm-a100x8-allreduce.txt": (8, 6, 210.99, 231.72, 231.7),
    "nccl-tests/rtx5090-single-gpu-busbw0.txt": (1, 1, 0.0, 0.0, 0.0),
    "nccl-tests/superbench-allreduce.log": (8, 34, 68.4048, 235.26, 235.03),
    "nccl-tests/superbench-reduce.log": (8, 34, 65.018, 228.38, 228.83),
}


def text_of(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def document_of(name: str) -> str:
    """One of our own documents."""
    return (FOLDER / f"{name}.json").read_text()


TEXT, NEW, JSON = text_of("v2.13-slow-size"), text_of("v2.19-bitwise-per-iteration"), document_of("v2.18-eight-gpus")


def recorded(name: str) -> NcclTest:
    """One of our own recordings, parsed."""
    return parse(text_of(name))


def value(field: Field) -> object:
    """A reading's value; the word of an error; the type of anything else."""
    return field.value if isinstance(field, Reading) else field.word if isinstance(field, ErrorWord) else type(field)


def checked(test: NcclTest) -> list[object]:
    """What every row says of wrong elements, out of place and in place."""
    return [value(side.wrong) for row in test.rows for side in (row.out_of_place, row.in_place)]


def side_of(found: Measured) -> list[object]:
    """All cells of one side of a row."""
    return [value(getattr(found, name)) for name in ("time_us", "algbw_gb_s", "busbw_gb_s", "wrong", "deviation", "bit_differences")]


@pytest.mark.parametrize(
    ("name", "count", "cells"),
    [
        ("v2.13-wrong", 3, [0, 0, 3, 12, 0, 0, 0, 134218000]),
        ("v2.13-unchecked", 0, [NotApplicable] * 8),
        ("v2.13-one-gpu", 0, [0, NotApplicable]),
    ],
)
def test_wrong_elements_and_those_that_were_not_checked_are_told(name: str, count: int, cells: list[object]) -> None:
    """0 OK is printed also where nothing was checked; large counts are printed with an exponent."""
    test = recorded(name)
    assert (value(test.out_of_bounds_values), checked(test)) == (count, cells)


def test_old_releases_tell_a_deviation() -> None:
    """A share of the result, or a word that is no number; there is no count of wrong elements."""
    test = recorded("v2.8-deviation")
    assert [side_of(side)[3:5] for row in test.rows for side in (row.out_of_place, row.in_place)] == [
        [Absent, 5e-07], [Absent, 5e-07], [Absent, 5e-07], [Absent, 1.0], [Absent, "nan"], [Absent, 5e-07]
    ]  # fmt: skip
    assert value(test.out_of_bounds_values) == 2


@pytest.mark.parametrize(
    ("name", "mismatches", "bits"), [("v2.19-bitwise-differs", 2, [0, 96, 96, 0]), ("v2.19-bitwise-per-iteration", 0, [0] * 6)]
)
def test_differences_from_run_to_run_are_told(name: str, mismatches: int, bits: list[int]) -> None:
    """An option of 2.19: results that are right and not the same."""
    test = recorded(name)
    assert value(test.bitwise_mismatches) == mismatches
    assert [value(side.bit_differences) for row in test.rows for side in (row.out_of_place, row.in_place)] == bits


def test_an_average_below_the_limit_is_told() -> None:
    """The tool's own verdict, where NCCL_TESTS_MIN_BW asked for one."""
    assert value(recorded("v2.13-below-limit").average_verdict) == "FAILED"
    assert recorded("v2.13-wrong").average_verdict == Absent("OK or FAILED of the average")


def test_warnings_of_nccl_are_kept_and_its_chatter_is_not() -> None:
    """Other lines are notes; what follows the end is not the test's."""
    test = recorded("v2.16-noise")
    assert test.warnings == (
        "node01:1234:1291 [4] misc/socket.cc:484 NCCL WARN socketStartConnect: Connect to 10.0.0.7<44321> failed : "
        "Software caused connection abort",
    )
    assert test.notes == ("Warning: Permanently added 'node01' (ED25519) to the list of known hosts.",)
    assert parse(text_of("v2.16-noise") + "Connection to node01 closed.\n") == test


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


LINES = TEXT.splitlines(keepends=True)
ROWS = [line for line in LINES if line.split()[:1] and line.split()[0].isdigit()]


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


@pytest.mark.parametrize(
    ("name", "ranks", "rows", "average", "last"),
    [
        ("v2.0-milliseconds", 2, 2, 6.13121, [3259.0, 6.14, 6.14, Absent, 0.0, Absent]),
        ("v2.8-eight-gpus", 8, 29, 128.73, [3971.6, 270.36, 473.12, Absent, 5e-07, Absent]),
        ("v2.8-reduce", 8, 3, 270.302, [3979.8, 269.8, 269.8, Absent, 0.0, Absent]),
        ("v2.8-all-gather", 8, 3, 235.726, [3921.7, 273.79, 239.57, Absent, 0.0, Absent]),
        ("v2.13-eight-gpus", 8, 31, 166.881, [31611.0, 271.74, 475.55, 0, Absent, Absent]),
        ("v2.13-cpu-time", 8, 3, 472.333, [8.62, 272.18, 476.31, 0, Absent, Absent]),
        ("v2.13-types-and-cycles", 8, 24, 472.058, [3914.7, 274.29, 480.0, 0, Absent, Absent]),
        ("v2.13-one-gpu", 1, 1, 0.0, [146.7, 228.77, 0.0, 0, Absent, Absent]),
        ("v2.13-reduced-two-threads", 8, 3, 461.951, [15714.0, 273.31, 478.3, 0, Absent, Absent]),
        ("v2.17-mpirun-two-nodes", 16, 31, 129.984, [45581.5, 188.45, 353.35, 0, Absent, Absent]),
        ("v2.17-two-groups", 8, 3, 405.951, [3944.89, 272.19, 408.28, 0, Absent, Absent]),
        ("v2.18-timestamps-srun", 8, 22, 128.478, [62434.0, 275.17, 240.77, 0, Absent, Absent]),
        ("v2.19-bitwise-per-iteration", 8, 3, 470.967, [3918.62, 274.01, 479.52, 0, Absent, 0]),
        ("v2.19-compact-numbers", 8, 2, 34.8716, [6900000.0, 19.88, 34.79, 0, Absent, Absent]),
    ],
)
def test_every_release_gives_the_same_record(name: str, ranks: int, rows: int, average: float, last: list[object]) -> None:
    """us and GB/s, whatever the columns, and whatever stands before every line."""
    test = recorded(name)
    assert test.complete
    assert (len(test.ranks), len(test.rows), value(test.average_bus_bandwidth_gb_s)) == (ranks, rows, average)
    assert side_of(test.rows[-1].out_of_place) == last


def test_what_a_row_is_about() -> None:
    """Type, operation and root, where they are printed."""
    described = {name: recorded(name).rows[-1] for name in ("v2.8-all-gather", "v2.8-reduce", "v2.13-types-and-cycles")}
    assert [(row.size_bytes, row.count, row.type, row.redop, row.root) for row in described.values()] == [
        (1073741824, 33554432, "int8", None, None), (1073741824, 268435456, "float", "sum", 0), (1073741824, 536870912, "half", "max", -1)
    ]  # fmt: skip
    time = recorded("v2.0-milliseconds").rows[0].out_of_place.time_us
    assert time.line.startswith("10000000 bytes, out of place: time 1.6")
    assert time.line.endswith(" ms, times 1000")


def test_who_was_there_and_what_was_asked() -> None:
    """Ranks with their place in both forms, versions, parameters."""
    new, old = recorded("v2.17-mpirun-two-nodes"), recorded("v2.8-eight-gpus")
    assert new.ranks[8] == Rank(8, 0, 1242, "node02", 0, "0000:0f:00", "NVIDIA H100 80GB HBM3")
    assert (old.ranks[1].group, old.ranks[1].bus) == (None, "0x20")
    assert recorded("v2.0-milliseconds").ranks[0] == Rank(0, None, None, "node01", 0, "0x05", "Tesla P100-SXM2-16GB")
    assert [value(field) for field in (new.program, new.version, new.nccl_version)] == ["all_reduce_perf", "2.17.6", "2.27.3"]
    assert value(recorded("v2.18-timestamps-srun").nccl_version) == "2.28.4"
    assert old.nccl_version == Absent("NCCL version")
    assert parse(NEW.replace(" nccl-headers=23203 nccl-library=23203", "")).nccl_version == Absent("NCCL version")
    asked = recorded("v2.13-one-gpu").parameters
    assert [value(field) for field in (asked.n_thread, asked.n_gpus, asked.min_bytes, asked.iters)] == [1, 1, 33554432, 20]
    assert (value(asked.step), getattr(asked.step, "unit", "")) == (1048576, "bytes")
    assert value(recorded("v2.13-reduced-two-threads").parameters.max_bytes) == 4294967296


@pytest.mark.parametrize(
    "tag",
    [
        "[1,0]<stdout>:", "[1,0]<stdout>: ", "[pod/launcher-x7/main] ", "worker-1  | ",
        "[prterun-node01-42@1,0]<stdout>: ", "0: ", " 0: ", "[0] ", "node01 0: ", "node01: ",
        "Mon Nov 23 10:00:00 2026[1,0]<stdout>:", "Mon Nov  2 10:00:00 2026<stdout>: ", "2026-11-23T10:00:00.123456789Z ",
        "2026-11-23 10:00:00,123 ", "",
    ],
)  # fmt: skip
def test_what_stands_before_every_line_means_nothing(tag: str) -> None:
    """Of mpirun, srun, mpiexec, pdsh and log collectors; and lines of other processes in between."""
    tagged = "".join(f"{tag}{line}" for line in LINES)
    other = "[1,3]<stdout>:node01:99:99 [3] NCCL INFO Connected all rings\n"
    assert plain(parse(tagged.replace("\n", "\n" + other, 5))) == plain(parse(TEXT))


def test_a_table_without_its_beginning_is_read() -> None:
    """Sizes, and what the columns say twice, are checked all the same; several rounds are recognised."""
    table = TEXT[TEXT.index("#       size") :]
    test = parse(table)
    assert (test.complete, len(test.rows), test.ranks) == (True, 4, ())
    assert test.parameters.min_bytes == Absent("minBytes")
    cycles = text_of("v2.13-types-and-cycles")
    assert len(parse(cycles[cycles.index("#       size") :]).rows) == 24
    with pytest.raises(ParseError, match="ascending sizes of float"):
        parse(table.replace(ROWS[2], "").replace(ROWS[1], ROWS[2] + ROWS[1]))
    other = TEXT.replace("warmup iters: 5 iters: 20 agg iters: 1 validation: 1", "seed: 7 warmupIters: 5 iters: 20 validate: 1")
    assert plain(parse(other).rows[0]) == plain(parse(TEXT).rows[0])
    assert [value(parse(other).parameters.warmup_iters), value(parse(other).parameters.validation)] == [5, 1]
    endless = TEXT.replace("minBytes 268435456", "minBytes 0")
    assert len(parse(endless).rows) == 4
    assert len(parse(endless.replace("step: 2(factor)", "step: 0(bytes)")).rows) == 4


def test_an_empty_size_has_no_speed() -> None:
    """Small sizes are rounded down to nothing; a time of 0.00 has no least speed."""
    empty = ROWS[0].replace("268435456", "        0", 1).replace("67108864", "       0")
    text = TEXT.replace("minBytes 268435456", "minBytes 134217728").replace(ROWS[0], empty + ROWS[0])
    with pytest.raises(ParseError, match="the average of the rows"):
        parse(text)
    one = text_of("v2.13-one-gpu")
    assert parse(one.replace("  146.7  228.77", "   0.00  228.77").replace("  147.4  227.62", "   0.00  227.62")).complete


@pytest.mark.parametrize(
    "name", ["v2.13-eight-gpus", "v2.8-eight-gpus", "v2.17-mpirun-two-nodes", "v2.19-bitwise-per-iteration", "v2.13-types-and-cycles"]
)
def test_a_good_test_is_good(name: str) -> None:
    """Or everything that is shown to be bad below would prove nothing."""
    assert HEALTHY["nccl-tests"](recorded(name))


@pytest.mark.parametrize(("name", "expected"), ROWS_OUTSIDE.items())
def test_outside_recordings(name: str, expected: tuple[int, int, float, float, float]) -> None:
    """What a careful reader finds in them: ranks, rows, average and the bus bandwidth of the last row."""
    test = parse(outside(name))
    sides = (test.rows[-1].out_of_place, test.rows[-1].in_place)
    last = [value(side.busbw_gb_s) for side in sides]
    assert (len(test.ranks), len(test.rows), value(test.average_bus_bandwidth_gb_s), *last) == expected
    assert (test.complete, value(test.out_of_bounds_values), test.warnings, test.notes) == (True, 0, (), ())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nccl-tests/gcm-mpirun-not-enough-slots.txt", "There are not enough slots available in the system to satisfy the 16"),
        ("own/cuda/nccl-allreduce-nodriver.out", "vm: Test CUDA failure util.cu:674 'CUDA driver version is insufficient for CUDA runtime"),
    ],
)
def test_outside_recordings_of_failures(name: str, words: str) -> None:
    """Refused with the message."""
    with pytest.raises(ParseError) as caught:
        parse(outside(name))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "ranks", "average", "verdict", "cells", "complete"),
    [
        ("v2.18-eight-gpus", 1, 471.063192, "OK", [0] * 6, True),
        ("v2.18-two-nodes", 16, 352.82387, Absent, [0] * 6, True),
        ("v2.18-wrong", 1, 471.218327, "FAILED", [0, 0, 4, 0, 0, 0], True),
        ("v2.18-unchecked", 1, 475.351192, Absent, [NotApplicable] * 6, True),
        ("v2.18-stopped", 1, Absent, Absent, [0] * 6, False),
        ("v2.19-cpu-time", 1, 473.478087, Absent, [0] * 6, True),
    ],
)
def test_documents(name: str, ranks: int, average: object, verdict: object, cells: list[object], complete: bool) -> None:
    """As the text; a test that stopped closes its document too, without count and average."""
    test = parse_json(document_of(name))
    assert (len(test.ranks), value(test.average_bus_bandwidth_gb_s), value(test.average_verdict)) == (ranks, average, verdict)
    assert (checked(test), test.complete) == (cells, complete)
    assert [value(field) for field in (test.program, test.nccl_version)] == ["all_reduce_perf", "2.28.4"]


def test_the_document_says_what_the_text_says() -> None:
    """Parameters, ranks and rows."""
    test = parse_json(JSON)
    assert [value(getattr(test.parameters, name)) for name in ("n_thread", "n_gpus", "min_bytes", "max_bytes", "step", "validation")] == [
        1, 8, 268435456, 1073741824, 2, 1
    ]  # fmt: skip
    assert test.ranks == (Rank(0, 0, 1234, "node01", 0, "0000:0f:00", "NVIDIA H100 80GB HBM3"),)
    row = test.rows[-1]
    assert (row.size_bytes, row.count, row.type, row.redop, row.root) == (1073741824, 268435456, "float", "sum", -1)
    assert [value(side.bit_differences) for side in (row.out_of_place, row.in_place)] == [Absent, Absent]
    assert value(parse_json(document_of("v2.19-cpu-time")).rows[0].in_place.bit_differences) == 0
    steps = JSON.replace('"step_factor":2', '"step_bytes":268435456').replace('"maximum_bytes":1073741824', '"maximum_bytes":805306368')
    with pytest.raises(ParseError, match="3 ascending sizes") as caught:
        parse_json(steps.replace('"size":1073741824', '"size":100'))
    assert "268435456, 536870912, 100" in str(caught.value)


def deep(document: dict[str, Any], path: str, new: object) -> str:
    """The document with another value at a path like "results.0.size"; None takes the key out."""
    *steps, last = path.split(".")
    place: Any = document
    for step in steps:
        place = place[int(step)] if step.isdigit() else place[step]
    if new is None:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = new
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "new", "words"),
    [
        ("results", [], "a result, found 'none'"),
        ("results.0.out_of_place", None, "the key 'out_of_place'"),
        ("results.0.out_of_place.time", None, "the key 'time'"),
        ("results.0.out_of_place.bus_bw", "nan", "a number as bus_bw"),
        ("results.0.out_of_place.bus_bw", -1.0, "a number as bus_bw"),
        ("results.0.out_of_place.bus_bw", 1.0, "busbw that is algbw times one factor"),
        ("results.0.out_of_place.alg_bw", True, "a number as alg_bw"),
        ("results.0.out_of_place.time", 1.0, "algbw that is size by time"),
        ("results.0.out_of_place.nwrong", 7.0, "a count that agrees with the rows"),
        ("results.0.size", -8, "no negative number as size"),
        ("results.0.size", 8, "a count of float"),
        ("results.0.root", "all", "a number as root"),
        ("results.2", {}, "the key 'size'"),
        ("out_of_bounds.count", 3, "okay true for 0"),
        ("out_of_bounds.okay", "false", "okay true for 0"),
        ("average_bus_bandwidth.bandwidth", 471.1, "the average of the rows"),
        ("average_bus_bandwidth.okay", "maybe", "true, false or unchecked"),
        ("errors", ["remote process exited"], "no errors, found 'remote process exited'"),
        ("args", [], "a string as the first argument"),
        ("config.devices.0.rank", 1, "rank 0, found 'rank 1'"),
        ("config.ngpus", 4, "busbw of the 4 ranks"),
        ("config.maximum_bytes", 2147483648, "4 ascending sizes"),
        ("config", None, "the key 'config'"),
        ("nccl_version", "2.28.4", "a whole number as nccl_version"),
    ],
)
def test_a_document_that_contradicts_itself_is_refused(path: str, new: object, words: str) -> None:
    """Missing keys, other kinds of values, and all that is checked in the text."""
    with pytest.raises(ParseError) as caught:
        parse_json(deep(json.loads(JSON), path, new))
    assert words in str(caught.value)


def test_lines_around_a_document_and_its_errors_are_refused() -> None:
    """The file has nothing else in it."""
    with pytest.raises(ParseError, match="nothing but the document"):
        parse_json(f"{JSON}\nnode01: Test NCCL failure\n")
    with pytest.raises(ParseError, match="Got completion with error 12"):
        parse_json(document_of("v2.18-failed"))


def test_groups_hide_the_number_of_ranks() -> None:
    """Of two communicators each has its own."""
    document = json.loads(document_of("v2.18-two-nodes"))
    for device in document["config"]["devices"]:
        device["group"] = device["rank"] % 2
    assert parse_json(json.dumps(document)).complete


def test_numbers_of_nccl_versions() -> None:
    """The minor version had one digit before 2.9."""
    assert [dotted(code) for code in (2402, 2804, 20902, 21212, 22705, 23203)] == ["2.4.2", "2.8.4", "2.9.2", "2.12.12", "2.27.5", "2.32.3"]


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


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_cut_document_is_refused(name: str) -> None:
    """Braces that are not closed."""
    text = document_of(name)
    draw = random.Random(name)
    for _ in range(200):
        with pytest.raises(ParseError):
            parse_json(text[: draw.randrange(len(text))])


@pytest.mark.parametrize("name", FILES)
def test_line_ends_of_another_system_mean_nothing(name: str) -> None:
    """CR LF is LF."""
    assert plain(parse(text_of(name).replace("\n", "\r\n"))) == plain(recorded(name))


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
