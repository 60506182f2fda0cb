"""nccl-tests: wrong elements are told, and every release gives the same record of ranks, rows and averages."""

from __future__ import annotations

import pytest

from parsers.errors import ParseError
from parsers.nccl_tests import Measured, Rank, parse
from parsers.nccl_tests.records import dotted
from parsers.plain import plain
from parsers.reading import Absent, NotApplicable
from parsers.tests.damage import outside
from parsers.tests.nccl_tests_health import HEALTHY
from parsers.tests.nccl_tests_texts import FILES, LINES, NEW, ROWS, ROWS_OUTSIDE, TEXT, checked, recorded, text_of, value


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
        ("v2.20-all-gather", 8, 6, 78.3148, [786.96, 341.1, 298.47, 0, Absent, Absent]),
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
    built = recorded("v2.20-all-gather")
    assert (value(built.version), value(built.nccl_version), built.notes) == ("2.20.0", "2.31.2", ())
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


def test_numbers_of_nccl_versions() -> None:
    """The minor version had one digit before 2.9."""
    assert [dotted(code) for code in (2402, 2804, 20902, 21212, 22705, 23203)] == ["2.4.2", "2.8.4", "2.9.2", "2.12.12", "2.27.5", "2.32.3"]


@pytest.mark.parametrize("name", FILES)
def test_line_ends_of_another_system_mean_nothing(name: str) -> None:
    """CR LF is LF."""
    assert plain(parse(text_of(name).replace("\n", "\r\n"))) == plain(recorded(name))
