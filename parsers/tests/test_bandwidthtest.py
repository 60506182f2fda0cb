"""bandwidthTest: a number of another GPU, of several, or of an unfinished run is never read as this GPU's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.bandwidthtest import BandwidthTest, Copy, host_copy, parse
from parsers.errors import ParseError
from parsers.reading import Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes

FOLDER = RECORDINGS / "bandwidthtest"
GOOD = sorted(path for path in FOLDER.glob("*.txt") if path.stem not in ("invalid-gpu", "not-ready"))
CSV = (FOLDER / "quick-csv.txt").read_text()
TEXT = (FOLDER / "quick-text.txt").read_text()


def recorded(name: str) -> BandwidthTest:
    """One of our own recordings, parsed."""
    return parse((FOLDER / f"{name}.txt").read_text())


@pytest.mark.parametrize(
    ("name", "mode", "copies"),
    [
        ("quick-text", "Quick", [("H2D", "Pinned", 32000000, 55.1, 1), ("D2H", "Pinned", 32000000, 52.3, 1)]),
        (
            "quick-csv",
            "Quick",
            [("H2D", "Pinned", 32000000, 55.1, 1), ("D2H", "Pinned", 32000000, 52.3, 1), ("D2D", "Device", 32000000, 2611.9, 1)],
        ),
        ("range-csv", "Range", [("H2D", "Pinned", 1073741824, 55.4, 1), ("D2H", "Pinned", 1073741824, 52.6, 1)]),
        ("shmoo-text", "Shmoo", [("H2D", "Paged", 1000, 0.4, 1), ("H2D", "Paged", 2000, 0.7, 1), ("H2D", "Paged", 68000000, 12.4, 1)]),
        ("two-devices-megabytes", "Quick", [("H2D", "Pinned", 33554432, 9.2545, 2), ("D2D", "Device", 33554432, 155.0005, 2)]),
        ("write-combined", "Quick", [("H2D", "Pinned-WriteCombined", 32000000, 55.0, 1)]),
    ],
)
def test_every_layout_gives_the_same_record(name: str, mode: str, copies: list[tuple[str, str, int, float, int]]) -> None:
    """Direction, memory, size, bandwidth in GB/s and number of devices, whatever the layout and unit."""
    parsed = recorded(name)
    assert (parsed.mode, parsed.result) == (mode, "PASS")
    assert [
        (copy.direction, copy.memory, copy.size_bytes, copy.bandwidth_gb_s.value, copy.devices_used) for copy in parsed.results
    ] == copies
    assert {copy.bandwidth_gb_s.unit for copy in parsed.results} == {"GB/s"}


def test_a_conversion_is_told() -> None:
    """Whoever reads the report finds the number as it was printed, and what was done to it."""
    assert recorded("two-devices-megabytes").results[0].bandwidth_gb_s.line == "H2D: 33554432 bytes at 9254.5 MB/s, divided by 1000"
    assert recorded("quick-csv").results[0].bandwidth_gb_s.line == "H2D: 32000000 bytes at 55.1 GB/s"


def test_the_copies_of_one_device_are_readings() -> None:
    """The pinned copy of the size that was asked for."""
    assert host_copy(recorded("quick-csv"), "H2D").value == 55.1
    assert host_copy(recorded("quick-text"), "D2H").value == 52.3
    assert host_copy(recorded("range-csv"), "H2D", 1 << 30).value == 55.4


def test_a_slow_gpu_is_slow_and_not_unreadable() -> None:
    """At 3.99 GB/s the time reads 0.00802 s: digits that others take for error 802."""
    assert host_copy(recorded("csv-3.99"), "H2D").value == 4.0
    assert host_copy(recorded("csv-3.99"), "D2H").value == 3.9


@pytest.mark.parametrize(
    ("name", "direction", "words"),
    [
        ("shmoo-text", "H2D", "found '0, PASS'"),
        ("range-csv", "H2D", "found '0, PASS'"),
        ("write-combined", "H2D", "found '0, PASS'"),
        ("write-combined", "D2H", "found '0, PASS'"),
        ("quick-csv", "D2D", "found '0, PASS'"),
    ],
)
def test_another_copy_than_the_one_asked_for_is_no_reading(name: str, direction: str, words: str) -> None:
    """Pageable or write-combined memory, another size, another direction."""
    with pytest.raises(ParseError) as caught:
        host_copy(recorded(name), direction)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("devices", "bandwidth", "result", "words"),
    [(2, 110.2, "PASS", "on 2 devices"), (1, 0.0, "PASS", "more than 0 GB/s"), (1, 55.1, "FAIL", "found '1, FAIL'")],
    ids=["sum of two", "nothing", "failed"],
)
def test_a_sum_nothing_and_a_failed_run_are_no_reading(devices: int, bandwidth: float, result: str, words: str) -> None:
    """The sum over devices hides the slow one; 0.0 is what is printed when nothing was timed."""
    copy = Copy("H2D", "Pinned", 32_000_000, Reading(bandwidth, "GB/s", "line"), devices)
    with pytest.raises(ParseError) as caught:
        host_copy(BandwidthTest(("a",) * devices, "Quick", (copy,), result), "H2D")
    assert words in str(caught.value)


def test_the_gpu_that_is_not_there_is_not_replaced_by_gpu_0() -> None:
    """The program measures GPU 0 instead and exits 0."""
    with pytest.raises(ParseError, match="Invalid GPU number 9 given"):
        recorded("invalid-gpu")
    line = "!!!!!Invalid GPU number 9 given hence default gpu 0 will be used !!!!!\n"
    for place in ("Running on", " Device 0", " Quick Mode", "bandwidthTest-H2D", "Result", "\nNOTE"):
        with pytest.raises(ParseError, match="Invalid GPU number 9 given"):
            parse(CSV.replace(place, line + place, 1))


def test_an_error_of_cuda_is_quoted_with_its_reason() -> None:
    """Not "802", but what it says."""
    with pytest.raises(ParseError, match="cudaGetDeviceCount returned 802: system not yet initialized"):
        recorded("not-ready")


@pytest.mark.parametrize("text", [CSV, TEXT], ids=["csv", "text"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Result = PASS\n", ""),
        ("Result = PASS", "Result = PASSED"),
        ("[CUDA Bandwidth Test] - Starting...\n", ""),
        (" Device 0: NVIDIA H100 80GB HBM3\n", ""),
        (" Device 0: NVIDIA H100 80GB HBM3\n", " Device 0: NVIDIA H100\n Device 1: NVIDIA H100\n"),
        (" Quick Mode\n", ""),
        ("32000000", "-1"),
        ("55.1", "55.12"),
        ("55.1", "inf"),
        ("55.1", "-55.1"),
        ("55.1", "\u0665\u0665.1"),
        ("55.1", "55.1\x00"),
        ("GB/s", "GiB/s"),
        ("NOTE: The", "Result = PASS\nNOTE: The"),
        ("Result = PASS", 'CUDA error at x.cu:1 code=2(cudaErrorMemoryAllocation) "x"\nResult = PASS'),
        ("H2D", "H2H"),
        ("Host to Device", "Host to Host"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_run_that_is_not_whole_is_refused(text: str, old: str, new: str) -> None:
    """No end, no device, another number of devices, a number that is none, another unit, a message in the middle."""
    if old in text:
        with pytest.raises(ParseError):
            parse(text.replace(old, new))


def test_no_copy_and_a_repeated_copy_are_refused() -> None:
    """A run that measured nothing passes as well, says the program."""
    start, end = CSV.index("bandwidthTest-"), CSV.index("Result")
    with pytest.raises(ParseError, match="a copy, found 'none'"):
        parse(CSV[:start] + CSV[end:])
    with pytest.raises(ParseError, match="every copy once"):
        parse(CSV[:start] + CSV[start:end] * 2 + CSV[end:])
    with pytest.raises(ParseError, match="the kind of memory"):
        parse(CSV.replace("H2D-Pinned", "H2D"))


def test_a_failed_run_says_so() -> None:
    """FAIL is the program's word for a run that broke; nothing is taken from it."""
    parsed = parse(CSV.replace("PASS", "FAIL"))
    assert parsed.result == "FAIL"
    with pytest.raises(ParseError, match="FAIL"):
        host_copy(parsed, "H2D")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_cut_run_is_refused(path: Path) -> None:
    """Before the line Result the run did not end; after it only a note follows."""
    text = path.read_text()
    for part in prefixes(text):
        if "Result = PASS\n" in part:
            assert parse(part) == parse(text)
        else:
            with pytest.raises(ParseError):
                parse(part)


def test_line_ends_of_another_system_mean_nothing() -> None:
    """The program runs on Windows too."""
    assert parse(CSV.replace("\n", "\r\n")) == parse(CSV)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_run_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record or a ParseError; every number in a record is finite and positive or zero."""
    text = data.draw(changed(data.draw(st.sampled_from([path.read_text() for path in GOOD]))))
    try:
        parsed = parse(text)
    except ParseError:
        return
    assert all(0 <= float(copy.bandwidth_gb_s.value) < 1e10 for copy in parsed.results)


def test_the_outside_run_on_two_devices_is_read() -> None:
    """Real output of an old release: both devices together, in MB/s."""
    parsed = parse(outside("bandwidthtest/pkb-k80x2-quick.txt"))
    assert (parsed.devices, parsed.result) == (("Tesla K80", "Tesla K80"), "PASS")
    assert [(copy.direction, copy.size_bytes, copy.bandwidth_gb_s.value) for copy in parsed.results] == [
        ("H2D", 33554432, 9.2547),
        ("D2H", 33554432, 9.6861),
        ("D2D", 33554432, 155.9858),
    ]
    with pytest.raises(ParseError, match="on 2 devices"):
        host_copy(parsed, "H2D", 33554432)


@pytest.mark.parametrize(
    ("name", "direction", "first", "last"),
    [("h2d", "H2D", (1000, 0.4), (68000000, 12.4)), ("d2d", "D2D", (1000, 0.4), (68000000, 762.8))],
)
def test_outside_runs_over_all_sizes_are_read(name: str, direction: str, first: tuple[int, float], last: tuple[int, float]) -> None:
    """81 sizes, and a line of as many dots."""
    parsed = parse(outside(f"bandwidthtest/superbench-cuda-{name}.log"))
    assert (parsed.devices, parsed.mode, len(parsed.results)) == (("Tesla V100-PCIE-32GB",), "Shmoo", 81)
    found = [(copy.size_bytes, copy.bandwidth_gb_s.value) for copy in parsed.results]
    assert (found[0], found[-1]) == (first, last)
    assert {copy.direction for copy in parsed.results} == {direction}


@pytest.mark.parametrize("name", ["nodriver-all", "nodriver-csv", "nodriver"])
def test_outside_runs_without_a_driver_are_refused_with_the_reason(name: str) -> None:
    """What the real program prints without a driver."""
    with pytest.raises(ParseError, match="returned 35: CUDA driver version is insufficient"):
        parse(outside(f"own/cuda/bandwidthTest-{name}.out"))


@pytest.mark.parametrize(
    ("printed", "is_right"),
    [
        ("Bandwidth = 54.8 MB/s, Time = 0.00058 s, Size = 32000000 bytes", False),
        ("Bandwidth = 54.8 GB/s, Time = 0.58000 s, Size = 32000000 bytes", False),
        ("Bandwidth = 54.8 GB/s, Time = 0.00058 s, Size = 32000000 bytes", True),
        ("Bandwidth = 12000.0 MB/s, Time = 0.00254 s, Size = 32000000 bytes", True),
        ("Bandwidth = 0.4 GB/s, Time = 0.00001 s, Size = 9000 bytes", True),
        ("Bandwidth = 0.0 GB/s, Time = 0.10000 s, Size = 1024 bytes", True),
    ],
)
def test_a_bandwidth_that_time_and_size_do_not_bear_out_is_refused(printed: str, is_right: bool) -> None:
    """A line that says two things at once says nothing; of what is too short or too small to be timed nothing is known."""
    text = (
        "[CUDA Bandwidth Test] - Starting...\nRunning on...\n\n Device 0: NVIDIA H100 80GB HBM3\n Quick Mode\n\n"
        f"bandwidthTest-H2D-Pinned, {printed}, NumDevsUsed = 1\nResult = PASS\n"
    )
    if is_right:
        assert len(parse(text).results) == 1
    else:
        with pytest.raises(ParseError, match="Time and Size bear out"):
            parse(text)
