"""Tables of nvidia-smi read by their own header: what is refused, and that a short table is never taken for a whole one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvidia_smi import Table, parse_csv
from parsers.nvidia_smi.columns import column_of
from parsers.nvidia_smi.csv import MAX_LINES
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.nvidia_smi_health import BAD, HEALTHY

FOLDER = RECORDINGS / "nvidia_smi"
OWN = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.csv"))
UUID = "GPU-aaaaaaaa-0000-4000-8000-00000000000"
MOCKS = ("535-h100", "550-h100", "550-a100")
KINDS = ("basic", "eccerr", "events", "throttle", "remapped", "apps")
MOCK_TABLES = tuple(f"own/nvidia-smi/mock-{mock}-query-{kind}.out" for mock in MOCKS for kind in KINDS)
OUTSIDE = tuple(
    f"nvidia-smi-csv/{name}.csv" for name in ("azhpc-query-remap-na", "rtx2080ti-unknown-error-nounits", "virtualclient-1xT4-NA")
)


def own(name: str) -> str:
    """The text of one of our own recordings."""
    return (FOLDER / name).read_text()


def cells(table: Table, row: int) -> dict[str, Field]:
    """A row by its columns."""
    return {cell.column: cell.field for cell in table.rows[row]}


def read(table: Table, row: int) -> dict[str, object]:
    """The values of a row's Readings, and the kind of what is none."""
    return {name: field.value if isinstance(field, Reading) else type(field) for name, field in cells(table, row).items()}


def test_remapped_rows() -> None:
    """`--query-remapped-rows`: 0 and 1 are No and Yes, columns are called as in the header, addresses as everywhere."""
    table = parse_csv(own("query/csv-remapped-rows-535.csv"))
    assert table.columns[:2] == ("gpu_uuid", "gpu_bus_id")
    assert read(table, 1) == {
        "gpu_uuid": UUID + "1", "gpu_bus_id": "0000:64:00.0", "remapped_rows.correctable": 0, "remapped_rows.uncorrectable": 2,
        "remapped_rows.pending": "Yes", "remapped_rows.failure": "Yes",
    }  # fmt: skip
    assert cells(table, 0)["remapped_rows.pending"] == Reading("No", "text", "remapped_rows.pending: 0")
    assert not table.complete


def test_new_columns_of_driver_610() -> None:
    """One column that nobody asks for must not cost the others: not its unit, nor that it is empty."""
    table = parse_csv(own("query/csv-new-columns-610.csv"))
    row = cells(table, 0)
    assert table.complete
    assert row["edpp_multiplier"] == Reading(100.0, "%", "edpp_multiplier: 100.00 %")
    assert row["platform.chassis_serial_number"] == Absent("platform.chassis_serial_number (empty)")
    assert row["power_smoothing.tmp_floor"] == Reading("350.00 W", "text", "power_smoothing.tmp_floor: 350.00 W")
    assert row["gpu.base.current"] == NotApplicable("gpu.base.current: [N/A]")
    assert (row["ecc.errors.uncorrected.volatile.total"], row["power.draw"]) == (
        Reading(0, "count", "ecc.errors.uncorrected.volatile.total: 0"),
        Reading(81.38, "W", "power.draw: 81.38 W"),
    )
    assert not [name for name, field in row.items() if isinstance(field, ErrorWord)]


@pytest.mark.parametrize("text", ["name, temperature.gpu\nNVIDIA H200, \n", "temperature.gpu, name\n, NVIDIA H200\n"])
def test_an_empty_cell_where_a_number_stands_is_refused(text: str) -> None:
    """Only what describes where a board sits can be empty."""
    with pytest.raises(ParseError, match="a row of 2 cells"):
        parse_csv(text)


def test_processes() -> None:
    """`--query-compute-apps`: a name may have commas, another container's has none, and no process is no row."""
    text = own("query/csv-compute-apps-580.csv")
    table = parse_csv(text)
    assert read(table, 0) == {"gpu_uuid": UUID + "0", "pid": 41, "process_name": "/usr/bin/trainer --sizes=1,2, 3", "used_gpu_memory": 1024}
    assert isinstance(cells(table, 1)["process_name"], ErrorWord)
    assert isinstance(cells(table, 1)["used_gpu_memory"], NotApplicable)
    assert parse_csv(text.partition("\n")[0] + "\n") == Table(table.columns, ())


def test_retired_pages() -> None:
    """`--query-retired-pages`: several of a board, of some of which the address is not told."""
    table = parse_csv(own("query/csv-retired-pages-470.csv"))
    assert [read(table, row)["retired_pages.cause"] for row in (0, 1)] == ["Single Bit ECC", "Double Bit ECC"]
    assert isinstance(cells(table, 1)["retired_pages.address"], NotApplicable)


def test_units_stand_in_cells_or_in_the_header() -> None:
    """With nounits the header alone has them; W is never read as something else."""
    table = parse_csv("power.draw [W], clocks.sm [MHz], time [ms]\n68.57, 345 MHz, 5 ms\n")
    assert [(cell.field.value, cell.field.unit) for cell in table.rows[0] if isinstance(cell.field, Reading)] == [
        (68.57, "W"), (345, "MHz"), (5, "ms"),
    ]  # fmt: skip
    for text in ("power.draw [mW]\n68.57\n", "power.draw [W]\n68.5\n", "power.draw\n68.57\n", "temperature.gpu [F]\n84\n"):
        with pytest.raises(ParseError):
            parse_csv(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('Field "nosuchfield" is not a valid field to query.\n\n', 'Field "nosuchfield" is not a valid field to query.'),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", "NVIDIA-SMI has failed because"),
        ("No devices were found\n", "No devices were found"),
        ("Failed to initialize NVML: Unknown Error\n", "Failed to initialize NVML: Unknown Error"),
        ("name\nA\nUnable to determine the device handle for GPU1: 0000:64:00.0: Unknown Error\n", "Unable to determine the device handle"),
        ("name\nUnable to determine the device handle for GPU 0000:5F:00.0: GPU is lost", "Unable to determine the device handle"),
        ("name\nA\nWARNING: infoROM is corrupted at gpu 0000:0B:00.0\n", "WARNING: infoROM is corrupted at gpu 0000:0B:00.0"),
        ('Option "--query-remapped-rows" is not recognized.\n', 'Option "--query-remapped-rows" is not recognized.'),
    ],
)
def test_a_message_is_refused_and_quoted(text: str, line: str) -> None:
    """In place of the table, of a board, or behind the rows: where any text may stand, it would read as a name."""
    with pytest.raises(ParseError) as caught:
        parse_csv(text)
    assert caught.value.line.startswith(line)
    assert caught.value.line_number > 0


@pytest.mark.parametrize("text", ["0, NVIDIA H100 80GB HBM3, 81920\n", "NVIDIA H100 80GB HBM3\n", "foo, bar\n", "index;name\n0;x\n"])
def test_a_table_without_its_header_is_refused_with_the_reason(text: str) -> None:
    """81920 of what?"""
    with pytest.raises(ParseError, match=r"without one \(noheader\) nobody knows what was asked"):
        parse_csv(text)


def test_an_unknown_column_is_refused_by_its_name() -> None:
    """Its numbers would have no unit and no meaning."""
    with pytest.raises(ParseError, match=r"found 'flux\.capacity' in line 1"):
        parse_csv("index, flux.capacity [%]\n0, 5\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "output"),
        ("index\n", "a row for every board"),
        ("index, name\n0\n", "a row of 2 cells"),
        ("index, name\n0, A, B\n", "a row of 2 cells"),
        ("index, name\n0, \n", "a row of 2 cells"),
        ("pid, process_name, used_gpu_memory [MiB]\n7, x\n", "a row of 3 cells"),
        ("pid, used_gpu_memory [MiB]\n7, x, 5 MiB\n", "a row of 2 cells"),
        ("index, name\n0, A\n0, B\n", "every index once"),
        ("gpu_bus_id\n0000:53:00.0\n00000000:53:00.0\n", "every gpu_bus_id once"),
        ("index, count\n0, 1\n1, 1\n", "no more rows"),
        ("index, count\n0, 2\n1, 3\n", "one count of the boards"),
        ("pid, process_name", "the end of the header's line"),
        ("index\n\x000\n", "control characters"),
        ("\ufeffindex\n0\n", "control characters"),
        ("index\n\x1b[31m0\n", "control characters"),
        ("index\n" + "0\n" * MAX_LINES, "lines"),
    ],
)
def test_a_damaged_table_is_refused(text: str, words: str) -> None:
    """Short rows, boards twice, counts that are not borne out, an unfinished header."""
    with pytest.raises(ParseError, match=words):
        parse_csv(text)


def test_line_ends_and_empty_lines_mean_nothing() -> None:
    """Windows writes CR LF; captures have empty lines."""
    text = own("query/csv-good-580.csv")
    assert parse_csv(text.replace("\n", "\r\n")) == parse_csv(text) == parse_csv(text.replace("\n", "\n\n"))


def test_only_a_count_of_the_boards_proves_that_all_are_there() -> None:
    """Nothing else in a table says where it ends."""
    assert parse_csv("index, count\n0, 2\n1, 2\n").complete
    for text in (
        "index\n0\n1\n",
        "index, count\n0, 2\n",
        "index, count\n0, 2\n1, [N/A]\n",
        "count, pid\n1, 7\n",
        "index, count\n0, 2\n1, 2",
    ):
        assert not parse_csv(text).complete


def test_the_last_cell_of_an_unfinished_row_is_absent() -> None:
    """4 of 4096 MiB; the cells before it are whole."""
    table = parse_csv("index, memory.used [MiB]\n0, 12 MiB\n1, 4")
    assert cells(table, 1) == {"index": Reading(1, "count", "index: 1"), "memory.used": Absent("the end of the line of memory.used")}


@pytest.mark.parametrize(
    "name",
    [
        "kmd_version", "compute_cap", "pci.sub_device_id", "pci.baseClass", "pcie.link.gen.hostmax", "display_attached", "c2c.mode",
        "gsp.mode.default", "accounting.buffer_size", "encoder.stats.averageFps", "dramEncryption.mode.current",
        "module.power.draw.average", "edpp_multiplier", "enforced.power.limit", "power.management", "clocks.default_applications.memory",
        "protected_memory.free", "fabric.health.summary", "platform.module_id", "reset_status.reset_required",
        "inforom.checksum_validation", "remapped_rows.histogram.partial", "utilization.ofa",
        "ecc.errors.uncorrected.aggregate.sram.thresholdExceeded", "ecc.errors.uncorrected.volatile.sram.parity", "retired_pages.sbe",
        "used_memory", "clocks_throttle_reasons.sw_thermal_slowdown", "clocks_event_reasons_counters.hw_power_brake_slowdown",
        "gpu_recovery_action", "hostname", "max_memory_usage", "gpu_utilization", "mem_utilization", "driver_model.current",
        "addressing_mode", "temperature.gpu.tlimit",
    ],
)  # fmt: skip
def test_columns_of_the_programs_help_are_known(name: str) -> None:
    """One of each family; a column that is not known refuses the whole table."""
    assert column_of(name) is not None


@pytest.mark.parametrize("name", MOCK_TABLES)
def test_tables_of_the_real_program(name: str) -> None:
    """Eight boards with a Reading in every cell, or no process."""
    table = parse_csv(outside(name))
    assert len(table.rows) == (0 if "apps" in name else 8)
    assert all(isinstance(cell.field, Reading) for row in table.rows for cell in row)
    assert not table.complete


@pytest.mark.parametrize("mock", MOCKS)
def test_some_facts_of_these_tables(mock: str) -> None:
    """Values that were read by eye."""
    basic = read(parse_csv(outside(f"own/nvidia-smi/mock-{mock}-query-basic.out")), 7)
    a100 = "a100" in mock
    assert (basic["index"], basic["power.limit"], basic["clocks.current.sm"]) == ((7, 400.0, 210) if a100 else (7, 700.0, 345))
    assert basic["pci.bus_id"] == ("0000:bd:00.0" if a100 else "0000:cb:00.0")
    remapped = read(parse_csv(outside(f"own/nvidia-smi/mock-{mock}-query-remapped.out")), 0)
    assert (remapped["remapped_rows.uncorrectable"], remapped["remapped_rows.pending"], remapped["remapped_rows.failure"]) == (
        0,
        "No",
        "No",
    )
    assert read(parse_csv(outside(f"own/nvidia-smi/mock-{mock}-query-events.out")), 3)["clocks_event_reasons.active"] == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        *((f"own/nvidia-smi/mock-{mock}-query-bad.out", 'found \'Field "nosuchfield" is not') for mock in MOCKS),
        *((f"own/nvidia-smi/mock-{mock}-query-nounits.out", "noheader") for mock in MOCKS),
        ("own/nvidia-smi/mock-535-h100-version.out", 'a header and rows, found "ERROR: Option --version is not recognized'),
        ("own/nvidia-smi/nodriver-query.out", 'found "NVIDIA-SMI has failed because'),
        ("own/nvidia-smi/nolib-query.out", "found \"NVIDIA-SMI couldn't find libnvidia-ml.so"),
        ("own/nvidia-smi/nodriver-badfield.out", 'found "NVIDIA-SMI has failed because'),
    ],
)
def test_failures_of_the_real_program(name: str, words: str) -> None:
    """Its sentence is quoted, and what noheader printed is refused with the reason."""
    with pytest.raises(ParseError) as caught:
        parse_csv(outside(name))
    assert words in str(caught.value)


def test_tables_of_other_people() -> None:
    """N/A and Unknown Error keep their meaning, also without a blank behind the comma."""
    azure, desktop, cloud = (parse_csv(outside(name)) for name in OUTSIDE)
    assert [read(azure, row)["gpu_bus_id"] for row in range(4)] == ["0001:00:00.0", "0002:00:00.0", "000a:00:00.0", "000d:00:00.0"]
    assert (read(azure, 2)["pci.domain"], read(azure, 2)["remapped_rows.failure"]) == ("0x000A", NotApplicable)
    assert (read(desktop, 0)["power.draw"], read(desktop, 0)["power.default_limit"]) == (228.82, ErrorWord)
    found = read(cloud, 0)
    assert (found["power.draw.average"], found["power.draw.instant"], found["ecc.errors.corrected.aggregate.sram"]) == (
        NotApplicable,
        9.31,
        100,
    )
    assert found["ecc.errors.uncorrected.aggregate.total"] is Absent


def assert_cut(text: str, whole: Table, cut: int) -> None:
    """A table cut off is refused or not complete, and what it still says is what the whole table says there."""
    try:
        table = parse_csv(text[:cut])
    except ParseError:
        return
    assert not table.complete
    assert len(table.rows) <= len(whole.rows)
    for mine, theirs in zip(table.rows, whole.rows, strict=False):
        assert all(cell in theirs or isinstance(cell.field, Absent) for cell in mine) or "process_name" in table.columns, cut


@pytest.mark.parametrize("name", OWN)
def test_every_own_table_cut_anywhere_is_not_whole(name: str) -> None:
    """Everywhere."""
    text = own(name)
    for cut in range(len(text)):
        assert_cut(text, parse_csv(text), cut)


@pytest.mark.parametrize("name", [*OUTSIDE, *MOCK_TABLES])
def test_every_recording_cut_anywhere_is_not_whole(name: str) -> None:
    """At every line, and at 200 places within lines."""
    text = outside(name)
    whole = parse_csv(text)
    cuts = [len(prefix) for prefix in prefixes(text)]
    for cut in [*cuts, *random.Random(name).sample(range(len(text)), min(200, len(text) // 2))]:
        assert_cut(text, whole, cut)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a table, it is read or refused."""
    text = data.draw(changed(own(data.draw(st.sampled_from(OWN)))))
    try:
        table = parse_csv(text)
    except ParseError:
        return
    assert all([cell.column for cell in row] == list(table.columns) for row in table.rows)


@pytest.mark.parametrize("name", BAD["nvidia-smi-csv"])
def test_no_damage_makes_a_bad_node_good(name: str) -> None:
    """A line dropped or doubled, two swapped, a cell replaced by an error word: none hides what is wrong."""
    lines = (RECORDINGS / name).read_text().splitlines(keepends=True)
    damaged = ["".join(lines)]
    for number, line in enumerate(lines):
        damaged += ["".join(lines[:number] + lines[number + 1 :]), "".join([*lines[:number], line, *lines[number:]])]
        swapped = [*lines[:number], *lines[number + 1 :], line]
        damaged.append("".join(swapped))
        for cell in line.strip().split(", "):
            damaged.append("".join([*lines[:number], line.replace(cell, "[Unknown Error]"), *lines[number + 1 :]]))
    assert not any(map(_content, damaged))
    assert _content(own("query/csv-good-580.csv"))


def _content(text: str) -> bool:
    try:
        return HEALTHY["nvidia-smi-csv"](parse_csv(text))
    except ParseError:
        return False
