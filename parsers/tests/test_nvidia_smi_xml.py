"""The document of `nvidia-smi -q -x`: what is read, and what must never become a value."""

from __future__ import annotations

import pytest

from parsers.errors import ParseError
from parsers.nvidia_smi import Process, parse_query_xml
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS
from parsers.tests.nvidia_smi_documents import A100, H100, LOST, board, fields, values


def test_a_document_of_driver_580() -> None:
    """Every field of a healthy board is a Reading but those that this board or release does not have."""
    snapshot = parse_query_xml(H100)
    assert values(snapshot) == {
        "timestamp": "Mon Nov 23 10:00:00 2026", "driver_version": "580.105.08", "cuda_version": "13.0", "attached_gpus": 2,
    }  # fmt: skip
    assert [gpu.pci_bus_id for gpu in snapshot.gpus] == ["0000:53:00.0", "0000:64:00.0"]
    assert snapshot.warnings == ()
    assert values(snapshot.gpus[0]) == {
        "product_name": "NVIDIA H100 80GB HBM3", "uuid": "GPU-aaaaaaaa-0000-4000-8000-000000000000", "serial": "1650000000901",
        "minor_number": "0", "module_id": "7", "pci_device_id": "233010DE", "vbios_version": "96.00.9E.00.01",
        "inforom_image_version": "G520.0200.00.05", "persistence_mode": "Enabled", "mig_current": "Disabled", "mig_pending": "Disabled",
        "ecc_current": "Enabled", "ecc_pending": "Enabled", "compute_mode": "Default", "performance_state": "P0", "recovery_action": "None",
        "memory_total_mib": 81559, "memory_used_mib": 4, "temperature_gpu_c": 29, "temperature_memory_c": 37,
        "link.generation_current": 5, "link.generation_max": 5, "link.generation_device_max": 5,
        "link.width_current": 16, "link.width_max": 16,
        "link.tx_util_kb_s": 502, "link.rx_util_kb_s": 578, "link.replays": 12, "link.replay_rollovers": 0,
        "events.gpu_idle": "Active", "events.applications_clocks_setting": "Not Active", "events.sw_power_cap": "Not Active",
        "events.hw_slowdown": "Not Active", "events.hw_thermal_slowdown": "Not Active", "events.hw_power_brake_slowdown": "Not Active",
        "events.sync_boost": "Not Active", "events.sw_thermal_slowdown": "Not Active",
        "event_counters.sw_power_cap_us": 7015, "event_counters.sync_boost_us": 0, "event_counters.sw_thermal_slowdown_us": 3,
        "event_counters.hw_thermal_slowdown_us": 2, "event_counters.hw_power_brake_slowdown_us": 1,
        "ecc.volatile.sram_correctable": 1, "ecc.volatile.sram_uncorrectable_parity": 0, "ecc.volatile.sram_uncorrectable_secded": 0,
        "ecc.volatile.dram_correctable": 2, "ecc.volatile.dram_uncorrectable": 0,
        "ecc.aggregate.sram_correctable": 1, "ecc.aggregate.sram_uncorrectable_parity": 3, "ecc.aggregate.sram_uncorrectable_secded": 4,
        "ecc.aggregate.dram_correctable": 2, "ecc.aggregate.dram_uncorrectable": 5,
        "ecc.sram_threshold_exceeded": "No", "ecc.channel_repair_pending": "No", "ecc.tpc_repair_pending": "No",
        "remapped.correctable": 1, "remapped.uncorrectable": 0, "remapped.pending": "No", "remapped.failure": "No",
        "remapped.histogram_max": 2559, "remapped.histogram_high": 1, "remapped.histogram_partial": 0, "remapped.histogram_low": 0,
        "remapped.histogram_none": 0, "power.draw_w": 68.57, "power.limit_w": 700.0, "power.default_limit_w": 700.0,
        "clocks.sm_mhz": 345, "clocks.memory_mhz": 2619, "clocks.application_graphics_mhz": 1980,
        "clocks.application_memory_mhz": 2619, "clocks.max_sm_mhz": 1980,
        "fabric.state": "Completed", "fabric.status": "Success", "fabric.health": "Healthy",
    }  # fmt: skip
    assert isinstance(snapshot.gpus[0].retired.pending, NotApplicable)
    assert isinstance(snapshot.gpus[0].reset_required, Absent)


def test_a_document_of_driver_610() -> None:
    """Power limits stand a level deeper, and memory that cannot be repaired is a flag of its own: neither may get lost."""
    good, bad = parse_query_xml((RECORDINGS / "nvidia_smi/query/qx-bad-unrepairable-610.xml").read_text()).gpus
    assert (good.ecc.unrepairable_memory, bad.ecc.unrepairable_memory) == (
        Reading("No", "text", "ecc_errors/unrepairable_memory: No"),
        Reading("Yes", "text", "ecc_errors/unrepairable_memory: Yes"),
    )
    limits = "gpu_power_readings/gpu_ceiling_power_limit"
    assert good.power.limit_w == Reading(700.0, "W", f"{limits}/current_power_limit: 700.00 W")
    assert good.power.default_limit_w == Reading(700.0, "W", f"{limits}/default_power_limit: 700.00 W")


def test_a_document_of_driver_470() -> None:
    """Throttle reasons, power_readings and a single SRAM count are the same fields under older names."""
    gpu = parse_query_xml(A100).gpus[0]
    assert gpu.events.hw_thermal_slowdown == Reading(
        "Active", "text", "clocks_throttle_reasons/clocks_throttle_reason_hw_thermal_slowdown: Active"
    )  # fmt: skip
    found = values(gpu)
    assert (found["power.draw_w"], found["power.limit_w"], found["power.default_limit_w"]) == (95.0, 350.0, 400.0)
    assert (found["module_id"], found["reset_required"], found["drain_and_reset_recommended"]) == ("3", "Yes", "No")
    assert (found["mig_current"], found["mig_pending"], found["ecc_current"], found["ecc_pending"]) == (
        "Disabled",
        "Enabled",
        "Enabled",
        "Disabled",
    )
    assert (found["link.generation_current"], found["link.width_current"], found["link.width_max"]) == (1, 8, 16)
    assert isinstance(gpu.recovery_action, Absent)
    assert isinstance(gpu.event_counters.hw_thermal_slowdown_us, Absent)


def test_a_reading_says_where_it_stood() -> None:
    """The report shows the line that a verdict rests on."""
    gpu = parse_query_xml(H100).gpus[0]
    assert gpu.remapped.pending == Reading("No", "text", "remapped_rows/remapped_row_pending: No")
    assert gpu.link.rx_util_kb_s == Reading(578, "KB/s", "pci/rx_util: 578 KB/s")
    assert gpu.link.width_current == Reading(16, "lanes", "pci/pci_gpu_link_info/link_widths/current_link_width: 16x")
    assert gpu.event_counters.hw_power_brake_slowdown_us.line.endswith("_hw_power_brake: 1 us")  # type: ignore[union-attr]


def test_processes_are_listed_with_what_is_known_of_them() -> None:
    """Another user of the board spoils its measurement; none is an empty list, not an unknown one."""
    first, second = parse_query_xml(H100).gpus
    assert first.processes == ()
    line = "used_memory: 1024 MiB"
    assert second.processes == (Process(4711, "C", "/usr/bin/trainer --name a&b", Reading(1024, "MiB", line)),)


@pytest.mark.parametrize("name", ["[Not Found]", "N/A", "", "Insufficient Permissions"])
def test_a_process_of_another_container_is_a_process(name: str) -> None:
    """Its name cannot be seen from here; that it is there is what counts."""
    inside = f"<process_info><pid>7</pid><type>C</type><process_name>{name}</process_name></process_info>"
    processes = board(f"<processes>{inside}</processes>").processes
    assert processes == (Process(7, "C", name, Absent("used_memory")),)


@pytest.mark.parametrize(
    "inside",
    [
        "<processes><process_info><type>C</type></process_info></processes>",
        "<processes><process_info><pid>N/A</pid><type>C</type></process_info></processes>",
        "<processes><process_info><pid>-7</pid><type>C</type></process_info></processes>",
        "<processes><process_info><pid>7</pid></process_info></processes>",
        "<processes><process>7</process></processes>",
        "<processes></processes><processes></processes>",
        "<processes>3</processes>",
    ],
)
def test_processes_of_another_form_are_refused(inside: str) -> None:
    """A list that is not understood must not read as an empty one."""
    with pytest.raises(ParseError):
        board(inside)


def test_a_lost_board_is_listed_with_errors_in_its_fields() -> None:
    """Identity and settings can still be filled; everything measured is the error word, in containers that collapsed too."""
    healthy, lost = parse_query_xml(LOST).gpus
    assert values(healthy) == values(parse_query_xml(H100).gpus[0])
    assert lost.product_name == Reading("NVIDIA H100 80GB HBM3", "text", "product_name: NVIDIA H100 80GB HBM3")
    measured = [name for name, field in fields(lost) if isinstance(field, ErrorWord) and field.word == "GPU is lost"]
    for part in ("remapped.", "event_counters.", "events.", "fabric."):
        assert {name for name, _ in fields(lost) if name.startswith(part)} <= set(measured)
    assert {"memory_total_mib", "temperature_gpu_c", "power.draw_w", "clocks.sm_mhz", "recovery_action", "link.generation_current"} <= set(
        measured
    )
    assert lost.remapped.failure == ErrorWord("GPU is lost", "remapped_rows: GPU is lost")
    assert lost.remapped.banks == ErrorWord("GPU is lost", "remapped_rows: GPU is lost")
    assert lost.processes == ErrorWord("GPU is lost", "processes: GPU is lost")
    assert isinstance(lost.ecc.volatile.uncorrectable, ErrorWord)


@pytest.mark.parametrize("word", ["GPU is lost", "GPU requires reset", "Unknown Error", "GPU is inaccessible", "a new error"])
def test_a_whole_board_of_one_error_word_has_it_everywhere(word: str) -> None:
    """However far up the document collapses, no field of the board is a value."""
    gpu = board(word)
    assert all(field == ErrorWord(word, f": {word}") for _, field in fields(gpu))


def test_not_applicable_containers_make_their_fields_not_applicable() -> None:
    """A board before Ampere has `<remapped_rows>N/A</remapped_rows>`: no row remapping is no "no rows remapped"."""
    gpu = board("<remapped_rows>N/A</remapped_rows>")
    assert gpu.remapped.pending == NotApplicable("remapped_rows: N/A")
    assert gpu.remapped.banks == NotApplicable("remapped_rows: N/A")
    histogram = board(
        "<remapped_rows><remapped_row_corr>0</remapped_row_corr><row_remapper_histogram>N/A</row_remapper_histogram></remapped_rows>"
    )
    assert isinstance(histogram.remapped.correctable, Reading)
    assert isinstance(histogram.remapped.banks, NotApplicable)


def test_a_number_where_elements_belong_is_refused() -> None:
    """`<remapped_rows>0</remapped_rows>` says nothing that is known."""
    with pytest.raises(ParseError, match="elements as remapped_rows"):
        board("<remapped_rows>0</remapped_rows>")


def test_what_is_not_in_the_document_is_absent_under_its_name() -> None:
    """Nothing has a default: a board without any element has no Reading at all."""
    gpu = board("<product_name>NVIDIA H100 80GB HBM3</product_name>")
    others = [field for name, field in fields(gpu) if name != "product_name"]
    assert all(isinstance(field, Absent) for field in others)
    assert gpu.serial == Absent("serial")
    assert gpu.power.limit_w == Absent(
        "gpu_power_readings/current_power_limit or gpu_power_readings/gpu_ceiling_power_limit/current_power_limit"
        " or power_readings/enforced_power_limit"
    )
    assert gpu.processes == Absent("processes")
    for field in (gpu.ecc.volatile.uncorrectable, gpu.ecc.aggregate.correctable, gpu.remapped.banks):
        assert isinstance(field, Absent)


def test_empty_elements_are_absent() -> None:
    """An empty serial number is none, and an empty container has no counters."""
    gpu = board("<serial></serial><remapped_rows>\n</remapped_rows>")
    assert gpu.serial == Absent("serial (empty)")
    assert gpu.remapped.pending == Absent("remapped_rows/remapped_row_pending")


def _ecc(**counts: str) -> Field:
    rows = "".join(f"<{name}>{value}</{name}>" for name, value in counts.items())
    return board(f"<ecc_errors><volatile>{rows}</volatile></ecc_errors>").ecc.volatile.uncorrectable


@pytest.mark.parametrize(
    ("counts", "total"),
    [
        ({"sram_uncorrectable_parity": "1", "sram_uncorrectable_secded": "2", "dram_uncorrectable": "4"}, 7),
        ({"sram_uncorrectable": "1", "dram_uncorrectable": "4"}, 5),
        ({"sram_uncorrectable": "0", "dram_uncorrectable": "0"}, 0),
        ({"sram_uncorrectable_parity": "N/A", "sram_uncorrectable_secded": "N/A", "dram_uncorrectable": "5"}, 5),
        ({"sram_uncorrectable": "Unknown Error", "dram_uncorrectable": "5"}, 5),
        ({"sram_uncorrectable": "3"}, 3),
    ],
)
def test_uncorrectable_errors_are_added_up(counts: dict[str, str], total: int) -> None:
    """Every release counts the same errors in other rows; an error that was counted stays one when another row fails."""
    field = _ecc(**counts)
    assert isinstance(field, Reading)
    assert (field.value, field.unit) == (total, "count")
    assert all(f"{name}: {value}" in field.line for name, value in counts.items() if value.isdigit())


@pytest.mark.parametrize(
    ("counts", "outcome"),
    [
        ({"sram_uncorrectable_parity": "N/A", "sram_uncorrectable_secded": "N/A", "dram_uncorrectable": "0"}, NotApplicable),
        ({"sram_uncorrectable": "N/A", "dram_uncorrectable": "N/A"}, NotApplicable),
        ({"sram_uncorrectable": "0", "dram_uncorrectable": "Unknown Error"}, ErrorWord),
        ({"sram_uncorrectable": "N/A", "dram_uncorrectable": "GPU is lost"}, ErrorWord),
        ({"dram_uncorrectable": "0"}, Absent),
        ({"sram_uncorrectable_parity": "0", "dram_uncorrectable": "0"}, Absent),
        ({"sram_uncorrectable": "0"}, Absent),
        ({"sram_correctable": "0"}, Absent),
    ],
)
def test_no_sum_is_zero_unless_every_row_was_read(counts: dict[str, str], outcome: type) -> None:
    """No errors in the rows that could be read is not no errors."""
    assert isinstance(_ecc(**counts), outcome)


def test_boards_before_turing_have_one_total() -> None:
    """Their rows are other ones; the total that the driver gives counts."""
    rows = "<single_bit><total>3</total></single_bit><double_bit><device_memory>1</device_memory><total>2</total></double_bit>"
    scope = board(f"<ecc_errors><aggregate>{rows}</aggregate></ecc_errors>").ecc.aggregate
    assert scope.uncorrectable == Reading(2, "count", "ecc_errors/aggregate/double_bit/total: 2")
    assert scope.correctable == Reading(3, "count", "ecc_errors/aggregate/single_bit/total: 3")


def test_sums_of_the_own_recordings() -> None:
    """Aggregate and volatile errors are separate, and the histogram adds up to the model's banks."""
    h100, a100 = parse_query_xml(H100).gpus[0], parse_query_xml(A100).gpus[0]
    sums = (h100.ecc.volatile.uncorrectable, h100.ecc.volatile.correctable, h100.ecc.aggregate.uncorrectable, h100.remapped.banks)
    assert [field.value for field in sums if isinstance(field, Reading)] == [0, 3, 12, 2560]
    older = (a100.ecc.volatile.uncorrectable, a100.ecc.aggregate.correctable, a100.remapped.banks)
    assert [field.value for field in older if isinstance(field, Reading)] == [3, 0, 640]
    assert a100.ecc.aggregate.uncorrectable == ErrorWord("Unknown Error", "ecc_errors/aggregate/dram_uncorrectable: Unknown Error")


@pytest.mark.parametrize(
    ("inside", "draw"),
    [
        (
            "<{0}><average_power_draw>1.00 W</average_power_draw><instant_power_draw>2.00 W</instant_power_draw></{0}>",
            1.0,
        ),
        (
            "<{0}><average_power_draw>N/A</average_power_draw><instant_power_draw>2.00 W</instant_power_draw></{0}>",
            2.0,
        ),
        ("<{0}><power_draw>3.00 W</power_draw></{0}>", 3.0),
        ("<power_readings><power_draw>4.00 W</power_draw></power_readings>", 4.0),
    ],
)
def test_power_is_read_from_where_a_release_has_it(inside: str, draw: float) -> None:
    """The average, else the one figure there is; never the memory's or the module's."""
    other = "<module_power_readings><average_power_draw>9.00 W</average_power_draw></module_power_readings>"
    field = board(inside.format("gpu_power_readings") + other).power.draw_w
    assert isinstance(field, Reading)
    assert field.value == draw


def test_an_error_in_the_first_place_is_not_passed_over() -> None:
    """Where the average is an error, the other figure is not a way around it."""
    readings = "<average_power_draw>GPU is lost</average_power_draw><instant_power_draw>2.00 W</instant_power_draw>"
    assert isinstance(board(f"<gpu_power_readings>{readings}</gpu_power_readings>").power.draw_w, ErrorWord)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("81559 MiB", "81559 KiB"),
        ("81559 MiB", "81559"),
        ("68.57 W", "68570 mW"),
        ("16x", "16"),
        ("578 KB/s", "578 MB/s"),
        ("7015 us", "7 ms"),
        ("2559 bank(s)", "2559"),
        ("29 C", "84 F"),
        ("<replay_counter>12<", "<replay_counter>-12<"),
        ("<remapped_row_unc>0<", "<remapped_row_unc>0 rows<"),
        ("<attached_gpus>2<", "<attached_gpus>2.5<"),
    ],
)
def test_a_number_in_another_unit_or_form_is_refused(old: str, new: str) -> None:
    """A layout that changed its units is a new layout: nothing of it is judged until it is known."""
    assert old in H100
    with pytest.raises(ParseError):
        parse_query_xml(H100.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (">Not Active</clocks_event_reason_hw_slowdown>", ">Inactive</clocks_event_reason_hw_slowdown>", "events.hw_slowdown"),
        ("<remapped_row_pending>No<", "<remapped_row_pending>Nope<", "remapped.pending"),
        ("<current_ecc>Enabled<", "<current_ecc>Enabled (pending)<", "ecc_current"),
        ("<gpu_recovery_action>None<", "<gpu_recovery_action>Nothing much<", "recovery_action"),
        ("<current_link_width>16x<", "<current_link_width>GPU requires reset<", "link.width_current"),
        ("<product_name>NVIDIA H100 80GB HBM3<", "<product_name>ERR!<", "product_name"),
        ("<uuid>GPU-aaaaaaaa-0000", "<uuid>GPU-aaaaaaaa", "uuid"),
    ],
)
def test_a_text_of_another_form_is_an_error(old: str, new: str, name: str) -> None:
    """A word that nobody knows is neither the good nor the bad one."""
    assert old in H100
    assert isinstance(dict(fields(parse_query_xml(H100.replace(old, new, 1)).gpus[0]))[name], ErrorWord)


def test_settings_that_a_driver_no_longer_has_are_not_applicable() -> None:
    """Newest drivers say so in a sentence, which is no error."""
    text = H100.replace("<graphics_clock>1980 MHz<", "<graphics_clock>Requested functionality has been deprecated<", 1)
    assert isinstance(parse_query_xml(text).gpus[0].clocks.application_graphics_mhz, NotApplicable)


@pytest.mark.parametrize("attached", [2, 8])
def test_the_number_of_attached_boards_is_kept_beside_the_list(attached: int) -> None:
    """A driver that counts eight and lists two has lost six; the check compares, the parser hides neither."""
    snapshot = parse_query_xml(H100.replace("<attached_gpus>2<", f"<attached_gpus>{attached}<"))
    assert snapshot.attached_gpus == Reading(attached, "count", f"attached_gpus: {attached}")
    assert len(snapshot.gpus) == 2


def test_a_document_without_boards_says_how_many_there_are() -> None:
    """Zero boards is an answer; a document that says nothing at all is none."""
    assert parse_query_xml("<nvidia_smi_log><attached_gpus>0</attached_gpus></nvidia_smi_log>").gpus == ()
    with pytest.raises(ParseError, match="boards or their number"):
        parse_query_xml("<nvidia_smi_log><timestamp>now</timestamp></nvidia_smi_log>")


def test_boards_that_are_counted_and_not_found_are_a_layout_that_is_not_known() -> None:
    """A release that puts its boards elsewhere must not read as a node that lost all of them."""
    text = "<nvidia_smi_log><driver_version>999.1</driver_version><attached_gpus>{}</attached_gpus><gpus><board/></gpus></nvidia_smi_log>\n"
    with pytest.raises(ParseError, match="none, and attached_gpus: 8"):
        parse_query_xml(text.format(8))
    assert parse_query_xml(text.format(0)).gpus == ()
