"""Tables of `nvidia-smi --query-gpu`: the columns asked for, a row per board, units in header or cells."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvidia_smi import HW_THERMAL_SLOWDOWN, event_reasons, parse_query_csv
from parsers.reading import ErrorWord, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, changed, outside

LOAD = ("uuid", "power.draw", "enforced.power.limit", "utilization.gpu", "temperature.gpu", "clocks.sm", "clocks_event_reasons.active")
LOAD_470 = (*LOAD[:-1], "clocks_throttle_reasons.active")
UUID = "GPU-aaaaaaaa-0000-4000-8000-000000000000"
MOCKS = ["mock-535-h100", "mock-550-h100", "mock-550-a100"]


def _own(name: str) -> str:
    return (RECORDINGS / "nvidia_smi" / name).read_text()


def test_a_row_per_board_keyed_by_the_names_asked_for() -> None:
    """The caller finds a column by its own name although the header has the long form of it."""
    first, second = parse_query_csv(_own("load-580.csv"), LOAD)
    assert tuple(first) == LOAD
    assert first["power.draw"] == Reading(688.12, "W", "power.draw: 688.12")
    assert first["clocks.sm"] == Reading(1755, "MHz", "clocks.sm: 1755")
    assert first["utilization.gpu"] == Reading(100, "%", "utilization.gpu: 100")
    assert first["temperature.gpu"] == Reading(61, "C", "temperature.gpu: 61")
    assert second["uuid"] == Reading("GPU-aaaaaaaa-0000-4000-8000-000000000001", "text", "uuid: GPU-aaaaaaaa-0000-4000-8000-000000000001")


def test_masks_are_numbers_of_bits() -> None:
    """A slowdown is found by its bit, not by a word in a text."""
    mask = parse_query_csv(_own("load-580.csv"), LOAD)[1]["clocks_event_reasons.active"]
    assert isinstance(mask, Reading)
    assert (mask.value, mask.unit) == (0x68, "bits")
    assert int(mask.value) & HW_THERMAL_SLOWDOWN
    assert event_reasons(int(mask.value)) == ("hw_slowdown", "sw_thermal_slowdown", "hw_thermal_slowdown")


@pytest.mark.parametrize("asked", [LOAD, LOAD_470])
@pytest.mark.parametrize("name", ["load-580.csv", "load-470.csv"])
def test_event_and_throttle_reasons_are_one_column(asked: tuple[str, ...], name: str) -> None:
    """From driver 535 on the header has the new name whichever was asked for; before, only the old one exists."""
    assert all(asked[-1] in row for row in parse_query_csv(_own(name), asked))


def test_cells_with_units_read_as_those_without() -> None:
    """Without `nounits` every cell repeats the unit of the header."""
    text = _own("load-580.csv").replace("688.12, 700.00, 100, 61, 1755", "688.12 W, 700.00 W, 100 %, 61, 1755 MHz")
    values = [[field.value for field in rows[0].values() if isinstance(field, Reading)] for rows in (
        parse_query_csv(text, LOAD), parse_query_csv(_own("load-580.csv"), LOAD))]  # fmt: skip
    assert values[0] == values[1]
    assert len(values[0]) == len(LOAD)


def test_a_unit_must_stand_somewhere() -> None:
    """A header without the unit and a bare cell leave open whether that is W or mW."""
    assert parse_query_csv("power.draw\n68.57 W\n", ["power.draw"])[0]["power.draw"] == Reading(68.57, "W", "power.draw: 68.57 W")
    with pytest.raises(ParseError, match="a number in W"):
        parse_query_csv("power.draw\n68.57\n", ["power.draw"])


@pytest.mark.parametrize(
    "text",
    [
        "power.draw [mW]\n68.57\n",
        "power.draw [W]\n68.57 mW\n",
        "power.draw [W]\n68.57 MHz\n",
        "power.draw [W]\n68\n",
        "power.draw [W]\n68.5\n",
    ],
)
def test_another_unit_or_a_number_cut_short_is_refused(text: str) -> None:
    """68 W, from 688.12 W by a cut, would be an idle board."""
    with pytest.raises(ParseError):
        parse_query_csv(text, ["power.draw"])


def test_a_unit_where_none_is_known_is_refused() -> None:
    """A temperature that begins to name its unit may be in another one."""
    with pytest.raises(ParseError, match="the unit \\(none\\) in the header"):
        parse_query_csv("temperature.gpu [F]\n84\n", ["temperature.gpu"])


def test_a_lost_board_has_errors_in_its_row() -> None:
    """The exit code is 0 and the limit still a number: only the cells tell."""
    row = parse_query_csv(_own("load-580-lost.csv"), LOAD)[1]
    assert row["power.draw"] == ErrorWord("GPU is lost", "power.draw: [GPU is lost]")
    assert isinstance(row["clocks_event_reasons.active"], ErrorWord)
    assert row["enforced.power.limit"] == Reading(700.0, "W", "enforced.power.limit: 700.00")


@pytest.mark.parametrize(
    ("columns", "row", "expected"),
    [
        ("ecc.errors.uncorrected.volatile.total", "[N/A]", NotApplicable),
        ("ecc.errors.uncorrected.volatile.total", "[Not Supported]", NotApplicable),
        ("ecc.errors.uncorrected.volatile.total", "N/A", NotApplicable),
        ("ecc.errors.uncorrected.volatile.total", "[Unknown Error]", ErrorWord),
        ("ecc.errors.uncorrected.volatile.total", "[Insufficient Permissions]", ErrorWord),
        ("ecc.errors.uncorrected.volatile.total", "[GPU requires reset]", ErrorWord),
        ("clocks_event_reasons.hw_slowdown", "Active", Reading),
        ("clocks_event_reasons.hw_slowdown", "Activ", ErrorWord),
    ],
)
def test_the_four_outcomes_of_a_cell(columns: str, row: str, expected: type) -> None:
    """No error and no N/A becomes a zero."""
    field = parse_query_csv(f"{columns}\n{row}\n", [columns])[0][columns]
    assert isinstance(field, expected)


@pytest.mark.parametrize(("cell", "value"), [("0", "No"), ("No", "No"), ("1", "Yes"), ("Yes", "Yes")])
def test_pending_and_failure_of_remapping_are_yes_or_no(cell: str, value: str) -> None:
    """Releases print 0 and 1 or the words; both must meet the same limit."""
    row = parse_query_csv(f"remapped_rows.pending\n{cell}\n", ["remapped_rows.pending"])[0]
    assert row["remapped_rows.pending"] == Reading(value, "text", f"remapped_rows.pending: {cell}")


def test_bus_ids_take_the_form_used_elsewhere() -> None:
    """Rows are joined with boards of the document by this address."""
    row = parse_query_csv("pci.bus_id\n00000000:CA:00.0\n", ["pci.bus_id"])[0]
    assert row["pci.bus_id"] == Reading("0000:ca:00.0", "text", "pci.bus_id: 00000000:CA:00.0")


@pytest.mark.parametrize(
    "header",
    [
        "uuid, power.draw [W]",
        "power.draw [W], uuid, temperature.gpu",
        "uuid, power.draw [W], temperature.gpu, index",
        "uuid, power.draw [W], temperature.memory",
        "uuid, power.draw, [W] temperature.gpu",
        "GPU-aaaaaaaa-0000-4000-8000-000000000000, 688.12, 61",
    ],
)
def test_another_header_is_refused(header: str) -> None:
    """With a column missing, moved or added, numbers would be read as something that they are not; noheader has none."""
    with pytest.raises(ParseError, match=r"the header uuid, power\.draw, temperature\.gpu"):
        parse_query_csv(f"{header}\nGPU-aaaaaaaa-0000-4000-8000-000000000000, 688.12, 61\n", ["uuid", "power.draw", "temperature.gpu"])


@pytest.mark.parametrize(
    "line",
    [
        'Field "clocks_event_reasons.active" is not a valid field to query.',
        "No devices were found",
        "Failed to initialize NVML: Driver/library version mismatch",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    ],
)
def test_a_message_instead_of_a_table_is_refused_and_quoted(line: str) -> None:
    """nvidia-smi prints its failures where the table would stand."""
    with pytest.raises(ParseError) as caught:
        parse_query_csv(f"{line}\n\n", LOAD)
    assert caught.value.line == line


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_board_whose_handle_is_gone_is_refused_wherever_it_is_said(place: int) -> None:
    """The other boards' rows are complete, so that only this line tells that one is missing."""
    line = "Unable to determine the device handle for GPU1: 0000:64:00.0: GPU is lost.  Reboot the system to recover this GPU"
    lines = _own("load-580.csv").splitlines()
    lines.insert(place, line)
    with pytest.raises(ParseError) as caught:
        parse_query_csv("\n".join(lines) + "\n", LOAD)
    assert caught.value.line == line
    assert caught.value.line_number == place + 1


@pytest.mark.parametrize("text", ["", "\n\n", "uuid\n", "uuid"])
def test_a_table_without_rows_is_refused(text: str) -> None:
    """No row is no measurement: it must not read as no fault."""
    with pytest.raises(ParseError, match="a row for every board"):
        parse_query_csv(text, ["uuid"])


@pytest.mark.parametrize("cells", [f"{UUID}", f"{UUID}, 61, 4", f"{UUID}, ", ", 61"])
def test_a_row_of_another_length_is_refused(cells: str) -> None:
    """A short row was cut, an empty cell too; a long one has a comma where none is known."""
    with pytest.raises(ParseError, match="a row of 2 cells"):
        parse_query_csv(f"uuid, temperature.gpu\n{cells}\n", ["uuid", "temperature.gpu"])


@pytest.mark.parametrize(
    ("column", "cell"), [("uuid", "GPU-aaaaaaaa-0000-4000-8000-000000000000"), ("index", "0"), ("pci.bus_id", "0000:53:00.0")]
)
def test_a_board_on_two_rows_is_refused(column: str, cell: str) -> None:
    """Eight rows of seven boards would hide that one is gone."""
    with pytest.raises(ParseError, match=f"every {column} once"):
        parse_query_csv(f"{column}\n{cell}\n{cell}\n", [column])


def test_two_boards_without_serial_numbers_are_two_boards() -> None:
    """What is not applicable is no identity."""
    assert len(parse_query_csv("serial\n[N/A]\n[N/A]\n", ["serial"])) == 2


def test_a_column_that_has_no_known_shape_is_a_mistake_of_the_caller() -> None:
    """Nothing is read as "some text" because nobody thought of it."""
    with pytest.raises(ValueError, match="nosuchfield"):
        parse_query_csv("nosuchfield\n1\n", ["nosuchfield"])


@pytest.mark.parametrize("name", ["load-580.csv", "load-580-lost.csv"])
def test_every_cut_is_refused_or_keeps_whole_rows(name: str) -> None:
    """What is read from a cut table must be a row as it was, never a number cut short."""
    text = _own(name)
    whole = parse_query_csv(text, LOAD)
    for cut in range(len(text)):
        try:
            rows = parse_query_csv(text[:cut], LOAD)
        except ParseError:
            continue
        assert rows == whole[: len(rows)] or isinstance(rows[-1][LOAD[-1]], ErrorWord), text[:cut]


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a table, it is read or refused."""
    text = data.draw(changed(_own("load-580-lost.csv")))
    try:
        rows = parse_query_csv(text, LOAD)
    except ParseError:
        return
    assert rows
    assert all(tuple(row) == LOAD for row in rows)


@pytest.mark.parametrize("mock", MOCKS)
def test_tables_of_the_real_program(mock: str) -> None:
    """nvidia-smi 535 and 550 over a mock of NVML: eight boards, each value under its name with its unit."""
    text = outside(f"own/nvidia-smi/{mock}-query-basic.out")
    columns = [heading.strip().partition(" ")[0] for heading in text.partition("\n")[0].split(",")]
    rows = parse_query_csv(text, columns)
    assert len(rows) == 8
    assert all(isinstance(field, Reading) for row in rows for field in row.values())
    first = {name: (field.value, field.unit) for name, field in rows[0].items() if isinstance(field, Reading)}
    assert first["pcie.link.width.current"] == (16, "lanes")
    assert first["clocks.current.sm"] == ((210, "MHz") if "a100" in mock else (345, "MHz"))
    assert first["power.limit"] == ((400.0, "W") if "a100" in mock else (700.0, "W"))


@pytest.mark.parametrize("mock", MOCKS)
def test_event_tables_of_the_real_program(mock: str) -> None:
    """The masks have 16 digits; both names of the column find it."""
    text = outside(f"own/nvidia-smi/{mock}-query-throttle.out")
    rows = parse_query_csv(text, ["index", "clocks_throttle_reasons.active", "clocks_throttle_reasons.hw_slowdown"])
    masks = [row["clocks_throttle_reasons.active"] for row in rows]
    assert [mask.value for mask in masks if isinstance(mask, Reading)] == [1] * 8


@pytest.mark.parametrize("mock", MOCKS)
def test_remapping_and_ecc_tables_of_the_real_program(mock: str) -> None:
    """Counters are counts, pending and failure are No."""
    names = ["gpu_name", "gpu_bus_id", "gpu_uuid"] + [
        f"remapped_rows.{name}" for name in ("correctable", "uncorrectable", "pending", "failure")
    ]
    rows = parse_query_csv(outside(f"own/nvidia-smi/{mock}-query-remapped.out"), names)
    assert {field.value for row in rows for name, field in row.items() if name.startswith("remapped") and isinstance(field, Reading)} == {
        0,
        "No",
    }
    ecc = ["index", "ecc.errors.uncorrected.volatile.total", "ecc.errors.corrected.volatile.total", "retired_pages.pending"]
    assert len(parse_query_csv(outside(f"own/nvidia-smi/{mock}-query-eccerr.out"), ecc)) == 8


@pytest.mark.parametrize(
    "name",
    [
        *(f"own/nvidia-smi/{mock}-query-{kind}.out" for mock in MOCKS for kind in ("bad", "nounits", "apps")),
        "own/nvidia-smi/nodriver-query.out",
    ],
)
def test_other_outputs_of_the_real_program_are_refused(name: str) -> None:
    """A bad field, a table without header, another query's table and a failed driver are not this table."""
    with pytest.raises(ParseError):
        parse_query_csv(outside(name), ["index", "name", "memory.total", "temperature.gpu", "power.draw"])


def test_captures_of_other_people() -> None:
    """Unknown Error and N/A keep their meaning; the empty line in one capture is the poster's."""
    text = outside("nvidia-smi-csv/rtx2080ti-unknown-error-nounits.csv")
    names = [heading.strip().partition(" ")[0] for heading in text.partition("\n")[0].split(",")]
    row = parse_query_csv(text, names)[0]
    assert row["power.draw"] == Reading(228.82, "W", "power.draw: 228.82")
    assert row["power.default_limit"] == ErrorWord("Unknown Error", "power.default_limit: [Unknown Error]")
    text = outside("nvidia-smi-csv/virtualclient-1xT4-NA.csv")
    names = [heading.strip().partition(" ")[0] for heading in text.partition("\n")[0].split(",")]
    row = parse_query_csv(text, names)[0]
    assert isinstance(row["temperature.memory"], NotApplicable)
    assert isinstance(row["power.draw.average"], NotApplicable)
    assert row["ecc.errors.uncorrected.aggregate.total"] == Reading(9, "count", "ecc.errors.uncorrected.aggregate.total: 9")
