"""nvbandwidth in text and JSON: a copy that was not measured is never read as one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvbandwidth import Bandwidths, host_copy, parse, parse_matrix_text, parse_version
from parsers.reading import Absent, NotApplicable, Reading
from parsers.tests.damage import changed, outside, prefixes
from parsers.tests.nvbandwidth_texts import D2H, FOLDER, H2D, JSON, TEXT

FILES = sorted([*FOLDER.glob("*.txt"), *FOLDER.glob("*.json")])
BIDIRECTIONAL = "device_to_device_bidirectional_memcpy_read_ce"


def recorded(name: str) -> Bandwidths:
    """One of our own recordings, parsed."""
    return parse((FOLDER / name).read_text())


def values(parsed: Bandwidths, name: str, part: str = "") -> list[list[object]]:
    """The cells of a table: numbers, None for N/A."""
    [testcase] = [testcase for testcase in parsed.testcases if (testcase.name, testcase.part) == (name, part)]
    return [[cell.value if isinstance(cell, Reading) else None for cell in row] for row in testcase.matrix]


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("v0.4-two-gpus.txt", "0.4", [(H2D, "Passed"), ("device_to_device_memcpy_read_ce", "Waived"), (D2H, "Passed")]),
        (
            "v0.8-one-gpu.txt",
            "0.8",
            [(H2D, "Passed"), (D2H, "Passed"), ("", "Waived"), ("", "Waived"), ("host_device_latency_sm", "Passed")],
        ),
        ("v0.10.0-two-gpus.txt", "0.10.0", [(H2D, "Passed"), *[(BIDIRECTIONAL, "Passed")] * 3]),
        ("v0.5-verbose.json", "0.5", [(H2D, "Passed")]),
        ("v0.8-one-gpu.json", "0.8", [(H2D, "Passed"), (D2H, "Passed"), ("device_to_device_memcpy_read_ce", "Waived")]),
        ("v0.8-two-gpus-three-tables.json", "0.8", [(BIDIRECTIONAL, "Passed")] * 3),
        ("v0.8-copy-error.json", "0.8", [(H2D, "Running"), (H2D, "Error"), (D2H, "Passed")]),
        ("v0.8-unknown-testcase.json", "0.8", [(H2D, "Passed"), ("no_such_copy", "ERROR")]),
    ],
)
def test_every_release_gives_the_same_record(name: str, version: str, expected: list[tuple[str, str]]) -> None:
    """Version, testcases and what became of them; a testcase that the text waives without a name stays without."""
    parsed = recorded(name)
    assert parsed.version == version
    assert [(testcase.name, testcase.status) for testcase in parsed.testcases] == expected


@pytest.mark.parametrize(
    ("name", "h2d", "d2h"), [("v0.8-one-gpu.txt", 55.28, 54.02), ("v0.8-one-gpu.json", 55.2812, 54.02)], ids=["text", "json"]
)
def test_the_copies_of_one_gpu_are_readings(name: str, h2d: float, d2h: float) -> None:
    """GB/s, with the line they were read from."""
    parsed = recorded(name)
    up, down = host_copy(parsed, H2D), host_copy(parsed, D2H)
    assert (up.value, up.unit, down.value, down.unit) == (h2d, "GB/s", d2h, "GB/s")
    assert up.line.startswith(f"{H2D}: ")
    assert str(h2d) in up.line


def test_tables_keep_rows_columns_and_direction() -> None:
    """N/A is no zero; the arrow tells which way the copy went; a latency is no bandwidth."""
    parsed = recorded("v0.10.0-two-gpus.txt")
    assert values(parsed, H2D) == [[55.37, 55.36]]
    assert values(parsed, BIDIRECTIONAL, "total") == [[None, 339.65], [339.64, None]]
    assert [testcase.part for testcase in parsed.testcases] == ["", "read1", "read2", "total"]
    assert [testcase.direction for testcase in parsed.testcases] == ["->", "<->", "<->", "<->"]
    assert isinstance(parsed.testcases[1].matrix[0][0], NotApplicable)
    [latency] = [testcase for testcase in recorded("v0.8-one-gpu.txt").testcases if testcase.unit == "us"]
    assert isinstance(latency.sum, Reading)
    assert (latency.sum.value, latency.matrix[0][0]) == (0.61322, Reading(0.61322, "us", "host_device_latency_sm: 613.22 (ns)"))


def test_three_tables_in_one_matrix_are_told_apart() -> None:
    """JSON appends their rows, and the sum is that of the last one only."""
    parsed = recorded("v0.8-two-gpus-three-tables.json")
    assert values(parsed, BIDIRECTIONAL, "1") == [[None, 170.54], [170.52, None]]
    assert values(parsed, BIDIRECTIONAL, "3") == [[None, 339.65], [339.64, None]]
    assert [isinstance(testcase.sum, Absent) for testcase in parsed.testcases] == [True, True, False]


@pytest.mark.parametrize(
    ("name", "testcase", "words"),
    [
        ("v0.4-two-gpus.txt", H2D, "one row and one column"),
        ("v0.4-two-gpus.txt", "device_to_device_memcpy_read_ce", "found 'Waived'"),
        ("v0.8-one-gpu.txt", "device_to_device_memcpy_read_ce", "found '0 times'"),
        ("v0.8-one-gpu.txt", "host_device_latency_sm", "a positive number of GB/s"),
        ("v0.8-copy-error.json", H2D, "found '2 times'"),
        ("v0.8-unknown-testcase.json", "no_such_copy", "found 'ERROR'"),
        ("v0.10.0-two-gpus.txt", BIDIRECTIONAL, "found '3 times'"),
    ],
)
def test_what_was_not_measured_on_one_gpu_is_no_reading(name: str, testcase: str, words: str) -> None:
    """Waived, broken, absent, on two GPUs, or not a bandwidth."""
    with pytest.raises(ParseError) as caught:
        host_copy(recorded(name), testcase)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("CPU(row) -> GPU(column)", "CPU(row) <- GPU(column)", "a copy CPU(row) -> GPU(column)"),
        ("CPU(row) -> GPU(column)", "GPU(row) -> GPU(column)", "a copy CPU(row) -> GPU(column)"),
        (" 0     55.28\n\nSUM host_to_device_memcpy_ce 55.28", " 0      0.00\n\nSUM host_to_device_memcpy_ce 0.00", "a positive number"),
    ],
)
def test_a_host_copy_is_what_its_name_says(old: str, new: str, words: str) -> None:
    """The other direction, another kind of copy, or nothing at all is not the measurement that was asked for."""
    assert old in TEXT
    with pytest.raises(ParseError) as caught:
        host_copy(parse(TEXT.replace(old, new)), H2D)
    assert words in str(caught.value)


def test_a_table_of_nothing_but_na_is_refused() -> None:
    """No cell was measured, so its sum is no sum."""
    with pytest.raises(ParseError, match="add up"):
        parse(TEXT.replace(" 0     55.28", " 0       N/A"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("nvbandwidth Version: v0.8\n", "", "one line"),
        ("nvbandwidth Version: v0.8\n", "nvbandwidth Version: v0.8\n" * 2, "2 of them"),
        ("Version: v0.8\n", "Version: v0.8-dirty\n", "one line"),
        (f"SUM {H2D} 55.28\n", "", f"the table of {H2D} with its sum"),
        (f"SUM {H2D} 55.28", f"SUM {H2D} 110.56", "cells that add up"),
        (f"SUM {H2D} 55.28", f"SUM {H2D} 55.31", "cells that add up"),
        (f"SUM {H2D} 55.28", f"SUM {D2H} 55.28", f"the sum of {H2D}"),
        (f"SUM {H2D} 55.28", f"SUM {H2D} inf", "with its sum"),
        ("           0\n 0     55.28", "           1\n 0     55.28", "numbered from 0"),
        (" 0     55.28", " 1     55.28", "numbered from 0"),
        (" 0     55.28", " 0     55.28     55.28", "1 cells in every row"),
        (" 0     55.28", " 0     55.28 GB/s", "1 cells in every row"),
        (" 0     55.28", " 0       nan", "a number or N/A"),
        (" 0     55.28", " 0    -55.28", "a number or N/A"),
        (" 0     55.28", " 0     55.28\x00", "control characters"),
        ("bandwidth (GB/s)", "bandwidth (GiB/s)", "with its sum"),
        ("\nRunning device", "\n Invalid value when checking the pattern\n Current offset : 1\nRunning device", "found 'Invalid value"),
        ("NOTE: The", "&&&& PERF x 1 +GB/s\nNOTE: The", "a testcase, found '&&&&"),
        ("system topology.\n", "system topology.\nRunning again.\n", "the end of the output"),
        (f"Running {H2D}.\n", "", "a testcase"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_text_that_disagrees_with_itself_is_refused(old: str, new: str, words: str) -> None:
    """No version, no sum, another sum, other numbering, another unit, a message in the middle."""
    assert old in TEXT
    with pytest.raises(ParseError) as caught:
        parse_matrix_text(TEXT.replace(old, new))
    assert words in str(caught.value)


def test_tables_of_three_must_be_three() -> None:
    """A testcase that prints three tables and stopped after two has not come to its end."""
    text = (FOLDER / "v0.10.0-two-gpus.txt").read_text()
    start = text.index("memcpy CE GPU(row) <-> GPU(column) Total")
    with pytest.raises(ParseError, match="with its sum"):
        parse(text[:start])
    with pytest.raises(ParseError, match="with its sum"):
        parse(text[:start] + text[text.index("NOTE:") :])


def test_a_testcase_that_failed_in_text_keeps_its_message() -> None:
    """Exit code 0 all the same: the status is the only sign."""
    text = TEXT[: TEXT.index("memcpy CE CPU(row) -> GPU")] + "Error: peer access failed\nERROR: Testcase nosuch not found!\n"
    parsed = parse(text)
    assert [(testcase.name, testcase.status, testcase.error) for testcase in parsed.testcases] == [
        (H2D, "Error", "peer access failed"),
        ("", "ERROR", "Testcase nosuch not found!"),
    ]
    with pytest.raises(ParseError, match="Error peer access failed"):
        host_copy(parsed, H2D)


@pytest.mark.parametrize("more", ["", "./nvbandwidth --nosuch :\n\nnvbandwidth CLI:\n  -h [ --help ]     Produce help message\n"])
def test_options_that_nvbandwidth_does_not_know_are_quoted(more: str) -> None:
    """Its message, not the usage below it; and no testcase of that status, also where the usage is cut off."""
    with pytest.raises(ParseError, match="a testcase, found 'ERROR: Invalid Arguments' in line 4"):
        parse(f"nvbandwidth Version: v0.8\nBuilt from Git version: unknown\n\nERROR: Invalid Arguments \n{more}")


def test_noise_around_the_document_means_nothing() -> None:
    """A wrapper's warnings, also with braces in them, are not the document."""
    assert parse(f"WARNING: lock {{{{\n{JSON}WARNING: end }}}}\n") == parse(JSON)
    assert parse(TEXT.replace("\n", "\r\n")) == parse(TEXT)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "output, found nothing"),
        ("nvbandwidth Version: v0.8\nBuilt from Git version: v0.8\n\n", "a testcase, found 'none'"),
        ((FOLDER / "v0.8-no-device.json").read_text(), "no CUDA-capable device"),
        ('{"nvbandwidth": ' * 50_000, "levels of nesting"),
    ],
    ids=["empty", "banner only", "no device", "deep"],
)
def test_a_run_without_a_testcase_is_refused(text: str, words: str) -> None:
    """The tool exits 0 in more cases than it measured."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert words in str(caught.value)


def test_the_version_is_in_the_banner_of_every_call() -> None:
    """Numbers, so that 0.10 is later than 0.9."""
    assert parse_version(TEXT) == (0, 8)
    assert parse_version((FOLDER / "v0.10.0-two-gpus.txt").read_text()) == (0, 10, 0) > (0, 9)
    with pytest.raises(ParseError, match="one line"):
        parse_version("nvbandwidth: command not found")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_cut_run_is_refused_or_lacks_testcases(path: Path) -> None:
    """A cut between two testcases cannot be seen, so the later ones must be missing; within one it is an error."""
    text = path.read_text()
    whole = parse(text).testcases if "no-device" not in path.name else ()
    last = text.rindex("SUM ") if path.suffix == ".txt" else len(text.rstrip())
    for part in prefixes(text):
        try:
            found = parse(part).testcases
        except ParseError:
            continue
        assert found == whole[: len(found)]
        assert len(found) < len(whole) or len(part) > last


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_run_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record or a ParseError; every number in a record is finite and positive or zero."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in FILES]))))
    try:
        parsed = parse(text)
    except ParseError:
        return
    cells = [cell for testcase in parsed.testcases for row in testcase.matrix for cell in row if isinstance(cell, Reading)]
    assert all(0 <= float(cell.value) < 1e15 for cell in cells)


@pytest.mark.parametrize(
    ("name", "version", "testcases", "sums"),
    [
        ("h20x8-v0.8-local-copy.txt", "0.8", 1, {"device_local_copy": 8930.99}),
        ("llmaction-h800-d2d-read-v0.2.txt", "0.2", 1, {"device_to_device_memcpy_read_ce": 9642.08}),
        ("llmaction-h800-full-v0.2.txt", "0.2", 30, {H2D: 442.52, D2H: 441.05, "one_to_all_read_sm": 1222.39}),
    ],
)
def test_outside_recordings_are_read(name: str, version: str, testcases: int, sums: dict[str, float]) -> None:
    """Every table of real runs adds up to its sum."""
    parsed = parse(outside(f"nvbandwidth/{name}"))
    assert (parsed.version, len(parsed.testcases)) == (version, testcases)
    found = {testcase.name: testcase.sum.value for testcase in parsed.testcases if isinstance(testcase.sum, Reading)}
    assert {key: found[key] for key in sums} == sums


def test_the_outside_tables_of_eight_gpus_are_read() -> None:
    """Cells, not only sums: the diagonal of copies among GPUs is N/A."""
    peers = values(parse(outside("nvbandwidth/llmaction-h800-d2d-read-v0.2.txt")), "device_to_device_memcpy_read_ce")
    assert (len(peers), peers[0][:2]) == (8, [None, 172.32])
    local = values(parse(outside("nvbandwidth/h20x8-v0.8-local-copy.txt")), "device_local_copy")
    assert local == [[1116.3, 1116.3, 1115.72, 1116.16, 1116.16, 1116.88, 1117.17, 1116.3]]


def test_the_outside_excerpt_is_refused() -> None:
    """Its beginning and its end were left out by whoever quoted it."""
    with pytest.raises(ParseError, match="one line"):
        parse(outside("nvbandwidth/stas-gb300-station-excerpt.txt"))


def test_the_testcases_of_the_outside_excerpt_are_read_where_they_are_whole() -> None:
    """With a banner, and without the testcase that has no sum, it gives what a reader finds in it."""
    excerpt = outside("nvbandwidth/stas-gb300-station-excerpt.txt")
    with pytest.raises(ParseError, match="with its sum"):
        parse("nvbandwidth Version: v0.8\n\n" + excerpt)
    whole = excerpt[: excerpt.index("Running device_to_host_bidirectional")]
    parsed = parse("nvbandwidth Version: v0.8\n\n" + whole)
    names = (H2D, D2H, "host_to_device_bidirectional_memcpy_ce")
    assert [host_copy(parsed, name).value for name in names] == [359.05, 377.15, 175.38]


@pytest.mark.parametrize("name", ["badopt", "badtest", "libcuda550", "list", "nodevice"])
def test_outside_runs_without_a_gpu_have_a_version_and_no_testcase(name: str) -> None:
    """What the real program prints without a driver, with a bad option, or for -l."""
    text = outside(f"own/cuda/nvbandwidth-{name}.out")
    assert parse_version(text) == (0, 8)
    with pytest.raises(ParseError):
        parse(text)


@pytest.mark.parametrize("name", ["nodevice-json.out", "nolibcuda.out", "nolibcuda.err", "nodevice.err"])
def test_outside_outputs_without_a_run_are_refused(name: str) -> None:
    """An error document, nothing, a message of the loader, a message of CUDA."""
    with pytest.raises(ParseError):
        parse(outside(f"own/cuda/nvbandwidth-{name}"))
