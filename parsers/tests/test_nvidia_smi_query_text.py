"""The text of `nvidia-smi -q`: what is refused or left out, and that it says the same as the document of the same state."""

from __future__ import annotations

import pytest

from parsers.errors import ParseError
from parsers.nvidia_smi import GpuState, Process, Snapshot, parse_query_text, parse_query_xml
from parsers.nvidia_smi.outline import MAX_LABEL, MAX_LINES
from parsers.nvidia_smi.snapshot import MAX_BOARDS
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, outside
from parsers.tests.nvidia_smi_documents import fields, values

FOLDER = RECORDINGS / "nvidia_smi" / "query"
GOOD = (FOLDER / "q-good-580.txt").read_text()
HEAD = "==============NVSMI LOG==============\n\nDriver Version : 580.1\n\nAttached GPUs : 1\nGPU 00000000:53:00.0\n"
MOCK = "own/nvidia-smi/mock-"


def own(name: str) -> Snapshot:
    """One of our own recordings, parsed."""
    return parse_query_text((FOLDER / f"q-{name}.txt").read_text())


def board(inside: str) -> GpuState:
    """The one board of a small log with these lines."""
    return parse_query_text(HEAD + inside).gpus[0]


def same(field: Field) -> tuple[object, ...]:
    """What a field says, without how its source calls the place."""
    return (field.value, field.unit) if isinstance(field, Reading) else (type(field), getattr(field, "word", ""))


def assert_same(text: Snapshot, document: Snapshot) -> None:
    """Field by field, and the processes."""
    assert text.complete == document.complete
    for left, right in ((text, document), *zip(text.gpus, document.gpus, strict=True)):
        assert {name: same(field) for name, field in fields(left)} == {name: same(field) for name, field in fields(right)}
    for mine, theirs in zip(text.gpus, document.gpus, strict=True):
        assert mine.pci_bus_id == theirs.pci_bus_id
        assert _processes(mine) == _processes(theirs)


def _processes(gpu: GpuState) -> object:
    if not isinstance(gpu.processes, tuple):
        return same(gpu.processes)
    return [(process.pid, process.type, process.name, same(process.used_memory_mib)) for process in gpu.processes]


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("q-h100-580.txt", "../h100-580.xml"),
        ("q-h100-580-lost.txt", "../h100-580-lost.xml"),
        ("q-a100-470.txt", "../a100-470.xml"),
        ("q-good-580.txt", "qx-good-580.xml"),
        ("q-bad-unrepairable-610.txt", "qx-bad-unrepairable-610.xml"),
    ],
)
def test_text_and_document_of_one_state_are_one_record(text: str, document: str) -> None:
    """A check must not care which of the two it was given; a lost board's sections collapse in both."""
    assert_same(parse_query_text((FOLDER / text).read_text()), parse_query_xml((FOLDER / document).read_text()))


@pytest.mark.parametrize("mock", ["535-h100", "550-h100", "550-a100"])
def test_text_and_document_of_the_real_program_are_one_record(mock: str) -> None:
    """Both were printed by nvidia-smi of the same mock: every field, of all eight boards."""
    text, document = parse_query_text(outside(f"{MOCK}{mock}-q.out")), parse_query_xml(outside(f"{MOCK}{mock}-qx.out"))
    assert len(text.gpus) == 8
    seconds_apart = {"timestamp"}
    assert {name for name, field in fields(text) if same(field) != same(dict(fields(document))[name])} <= seconds_apart
    assert_same(
        text, parse_query_xml(outside(f"{MOCK}{mock}-qx.out").replace(str(values(document)["timestamp"]), str(values(text)["timestamp"])))
    )


def test_a_reading_says_under_which_labels_it_stood() -> None:
    """The report shows what a person finds in the text."""
    gpu = own("h100-580").gpus[0]
    assert gpu.remapped.pending == Reading("No", "text", "Remapped Rows/Pending: No")
    assert gpu.events.hw_thermal_slowdown == Reading(
        "Not Active", "text", "Clocks Event Reasons/HW Slowdown/HW Thermal Slowdown: Not Active"
    )
    assert gpu.pci_device_id == Reading("233010DE", "text", "PCI/Device Id: 0x233010DE")


def test_a_board_of_driver_418() -> None:
    """Narrower columns, Ecc Mode, single and double bit counts, and Pending for retired pages."""
    snapshot = own("v100-418")
    gpu = snapshot.gpus[0]
    found = values(gpu)
    assert (found["ecc_current"], found["retired.pending"], found["retired.double_bit"], found["power.limit_w"]) == (
        "Enabled",
        "Yes",
        2,
        290.0,
    )
    assert same(gpu.ecc.volatile.uncorrectable) == (0, "count")
    assert same(gpu.ecc.aggregate.uncorrectable) == (2, "count")
    assert gpu.remapped.pending == Absent("remapped_rows/remapped_row_pending")
    line = "Processes/Process ID/Used GPU Memory"
    assert gpu.processes == (
        Process(7, "C+G", "[Not Found]", NotApplicable(f"{line}: N/A")),
        Process(8, "G", "", Reading(22, "MiB", f"{line}: 22 MiB")),
    )
    assert gpu.pci_bus_id == "0004:04:00.0"


def test_versions_with_a_note_of_driver_610() -> None:
    """The old names remain with a note behind the number, and must agree with the new ones, which may stand alone."""
    text = (FOLDER / "q-temperature-610.txt").read_text()
    snapshot = parse_query_text(text)
    assert (same(snapshot.driver_version), same(snapshot.cuda_version)) == (("610.43.02", "version"), ("13.3", "version"))
    assert [same(gpu.temperature_gpu_c) for gpu in snapshot.gpus] == [(79, "C"), (29, "C")]
    newer = "".join(line for line in text.splitlines(keepends=True) if "Deprecated" not in line)
    assert same(parse_query_text(newer).driver_version) == ("610.43.02", "version")
    with pytest.raises(ParseError, match="one version"):
        parse_query_text(text.replace("KMD Version                                            : 610.43.02", "KMD Version : 610.43.03"))


def test_instances_of_a_board_are_not_the_board() -> None:
    """A MIG device has memory and errors of its own, under its own heading; its processes are the board's."""
    gpu = own("mig-580").gpus[0]
    assert (values(gpu)["memory_total_mib"], values(gpu)["mig_current"]) == (81559, "Enabled")
    assert isinstance(gpu.ecc.volatile.sram_uncorrectable, Absent)
    assert isinstance(gpu.processes, tuple)
    assert [process.pid for process in gpu.processes] == [41, 41]


def test_parts_asked_for_with_d() -> None:
    """What was not asked for is Absent; one line says that a board has no row remapping."""
    first, second = own("rows-535").gpus
    assert values(first) == {"remapped.correctable": 0, "remapped.uncorrectable": 1, "remapped.pending": "Yes", "remapped.failure": "No"}
    assert first.remapped.banks == NotApplicable("Remapped Rows/Bank Remap Availability Histogram: N/A")
    assert second.remapped.failure == NotApplicable("Remapped Rows: N/A")
    assert second.processes == Absent("processes")
    assert own("rows-535").complete


def test_one_board_of_eight_is_no_whole_answer() -> None:
    """With -i the head still counts all boards."""
    snapshot = own("ecc-550-one-of-eight")
    assert (same(snapshot.attached_gpus), len(snapshot.gpus), snapshot.complete) == ((8, "count"), 1, False)
    assert same(snapshot.gpus[0].ecc.volatile.uncorrectable) == (7, "count")
    assert isinstance(snapshot.gpus[0].ecc.aggregate.dram_uncorrectable, ErrorWord)


def test_without_the_empty_line_behind_the_last_board_nothing_is_whole() -> None:
    """It is the only mark of the end: the lines before it read the same when more was to come."""
    assert parse_query_text(GOOD).complete
    for text in (GOOD[:-1], GOOD[:-1] + "    ", GOOD.replace("    Temperature", "\n    Temperature", 1), GOOD + "WARNING: infoROM is corr"):
        assert not parse_query_text(text).complete


def test_an_unfinished_last_line_is_left_out() -> None:
    """It may be half a number: 8 of 81559 MiB."""
    gpu = board("    FB Memory Usage\n        Total                                          : 8")
    assert gpu.memory_total_mib == Absent("fb_memory_usage/total")


def test_messages_are_kept() -> None:
    """A corrupted infoROM or a board without a handle is said there and nowhere else."""
    handle, inforom = (
        "Unable to determine the device handle for GPU 0000:5F:00.0: Unknown Error",
        "WARNING: infoROM is corrupted at gpu 0000:0B:00.0",
    )
    start = GOOD.index("GPU 00000000:64:00.0")
    assert parse_query_text(GOOD[:start] + handle + "\n" + GOOD[start:] + inforom + "\n").warnings == (handle, inforom)
    assert parse_query_text(inforom + "\n" + GOOD).warnings == (inforom,)
    missing = parse_query_text(GOOD[:start] + handle + "\n\n")
    assert (len(missing.gpus), missing.complete) == (1, False)


@pytest.mark.parametrize(
    "line",
    [
        "No devices were found",
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
        "Failed to initialize NVML: Driver/library version mismatch",
        "HIC Info                                  : N/A",
        "<?xml version='1.0' ?>",
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_a_message_instead_of_the_log_is_refused_and_quoted(line: str, end: str) -> None:
    """The sentence is what the reader of the report needs."""
    with pytest.raises(ParseError, match="the log of nvidia-smi -q") as caught:
        parse_query_text(line + end)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("    Remapped Rows\n", "    Remapped Rows : N/A\n", "no line below the value of Remapped Rows"),
        ("    Remapped Rows\n", "    Remapped Rows\n    Remapped Rows\n", "one Remapped Rows"),
        (
            "        Remapping Failure Occurred                     : No\n",
            "        Remapping Failure Occurred : No\n" * 2,
            "one Remapped Rows/Rem",
        ),
        ("    GPU Memory Power Readings\n", "", "one GPU Power Readings/Average Power Draw"),
        ("    Max Clocks\n", "    Clocks\n", "one Clocks"),
        ("        Volatile\n", "", "the indent of a line above"),
        ("        Aggregate\n", "", "one ECC Errors/Volatile/"),
        ("GPU 00000000:53:00.0\n", "", "GPU and its bus id"),
        ("GPU 00000000:64:00.0\n", "", "one "),
        ("GPU 00000000:64:00.0\n", "GPU 00000000:53:00.0\n", "the bus id 0000:53:00.0 of its board"),
        ("GPU 00000000:64:00.0\n", "GPU 00000000:64:00\n", "GPU and its bus id"),
        ("Attached GPUs                                          : 2", "Attached GPUs : 1", "no more boards than are attached"),
        ("Attached GPUs", "Attached GPUs : 2\nAttached GPUs", "GPU and its bus id"),
        ("Driver Version", "Driver Version : 580.105.08\nDriver Version", "one Driver Version"),
        ("CUDA Version ", "    CUDA Version ", "GPU and its bus id"),
        ("81559 MiB", "81559 MB", "a number in MiB"),
        ("2560 bank(s)", "0 ", "a number in bank"),
        (": 29 C", ": 29", "a number in C"),
        ("Persistence Mode                                   : Enabled", "Persistence Mode", "as Persistence Mode"),
        ("580.105.08", "580.105.08 [Deprecated", "a dotted version"),
    ],
)
def test_an_ambiguous_or_damaged_log_is_refused(old: str, new: str, words: str) -> None:
    """A heading or the line of a board dropped, a line doubled, a value where lines belong, a unit changed."""
    assert old in GOOD
    with pytest.raises(ParseError) as caught:
        parse_query_text(GOOD.replace(old, new, 1))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("junk", ["\x00", "\x1b[31m", "\ufeff", "\u2028", "\ud800"])
def test_control_characters_are_refused(junk: str) -> None:
    """Wherever they stand: the text was damaged, or something stood between the program and us."""
    for text in (junk + GOOD, GOOD.replace("NVIDIA H100", f"NVIDIA {junk}H100", 1), GOOD + junk):
        with pytest.raises(ParseError, match="control characters"):
            parse_query_text(text)


def test_two_logs_are_refused() -> None:
    """`-l` prints one after the other: which one is meant nobody knows."""
    for text in (GOOD + GOOD, GOOD.replace("GPU 00000000:64", "==============NVSMI LOG==============\n\nGPU 00000000:64")):
        with pytest.raises(ParseError):
            parse_query_text(text)


@pytest.mark.parametrize(
    "inside",
    [
        "    Processes\n",
        "    Processes : 3\n",
        "    Processes : None\n        Process ID : 7\n            Type : C\n",
        "    Processes : None\n    Processes : None\n",
        "    Processes\n        Process ID : 7\n            Type : C\n    Processes\n        Process ID : 7\n            Type : C\n",
        "    Processes\n        Process ID : 7\n",
        "    Processes\n        Process ID : N/A\n            Type : C\n",
        "    Processes\n        GPU instance ID : N/A\n        Compute instance ID : N/A\n            Type : C\n",
        "    Processes\n        GPU instance ID : N/A\n",
        "    Processes\n        GPU instance ID : N/A\n        GPU instance ID : N/A\n        Process ID : 7\n            Type : C\n",
        "    Processes\n        Process ID : 7\n            Type : C\n            Type : C\n",
    ],
)
def test_processes_of_another_form_are_refused(inside: str) -> None:
    """A list that lost a line must not read as a shorter one."""
    with pytest.raises(ParseError):
        board(inside)


@pytest.mark.parametrize("word", ["GPU is lost", "Unknown Error", "a new error"])
def test_a_whole_board_of_one_error_word_has_it_everywhere(word: str) -> None:
    """However far up the text collapses, no field of the board is a value."""
    gpu = parse_query_text(HEAD.rstrip() + f" : {word}\n").gpus[0]
    assert all(field == ErrorWord(word, f"GPU 00000000:53:00.0: {word}") for _, field in fields(gpu))
    with pytest.raises(ParseError, match="no line below the value"):
        parse_query_text(HEAD.rstrip() + f" : {word}\n    Product Name : x\n")


def test_an_empty_value_is_absent() -> None:
    """A serial number that is not there is none."""
    assert board("    Serial Number                                      : \n").serial == Absent("Serial Number (empty)")


def test_widths_of_indent_and_unknown_parts_do_not_matter() -> None:
    """Releases differ in both; a section of the head or of a board that nobody knows is passed over."""
    expected = parse_query_text(GOOD).gpus
    thin = "".join("  " * ((len(line) - len(line.lstrip(" "))) // 4) + line.lstrip(" ") for line in GOOD.splitlines(keepends=True))
    tabs = GOOD.replace("    ", "\t")
    for text in (thin, tabs, GOOD.replace("\n", "\r\n"), GOOD.lstrip("\n"), GOOD.replace("==============NVSMI LOG==============", "")):
        assert parse_query_text(text).gpus == expected
    more = "vGPU Driver Capability\n        Heterogenous Multi-vGPU           : Supported\n\nAttached GPUs"
    text = GOOD.replace("Attached GPUs", more).replace(
        "    Max Clocks\n", "    New Things\n        Total : 5 MiB\n        Newer : 1\n    Max Clocks\n"
    )
    assert parse_query_text(text) == parse_query_text(GOOD)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "    a : 1\n" * MAX_LINES, "lines"),
        (HEAD + "".join(" " * depth + "a\n" for depth in range(1, 20)), "the indent"),
        (HEAD + "    " + "a" * MAX_LABEL + "a : 1\n", "a label of at most"),
        (HEAD.replace("GPUs : 1", "GPUs : 900") + "".join(f"GPU 0000:{bus:02x}:00.0\n" for bus in range(MAX_BOARDS)), "boards"),
        ("Attached GPUs : 2\n", "the attached boards"),
        ("==============NVSMI LOG==============\n", "boards or their number"),
    ],
)
def test_no_text_of_another_size_is_read(text: str, words: str) -> None:
    """A text may not decide how much of our memory it uses, and a head without boards is no node without boards."""
    with pytest.raises(ParseError, match=words):
        parse_query_text(text)


def test_a_host_without_boards_is_an_answer() -> None:
    """Only if it says so; nothing proves that the text is whole."""
    snapshot = parse_query_text("Attached GPUs : 0\n\n")
    assert (snapshot.gpus, snapshot.complete) == ((), False)


@pytest.mark.parametrize(
    ("name", "driver", "boards", "facts"),
    [
        ("gpud-4090x8-535.154.05-0.txt", "535.154.05", 8, {"events.hw_slowdown": "Not Active", "remapped.uncorrectable": 0}),
        ("gpud-a10-550.127.05-hwslowdown-edited.txt", "550.127.05", 1, {"events.hw_slowdown": "Active", "power.limit_w": 150.0}),
        ("gpud-a10-550.127.05.txt", "550.127.05", 1, {"events.hw_slowdown": "Not Active", "link.generation_current": 1}),
        ("gpud-h100-535.183.01-invalid-truncated.txt", "535.183.01", 1, {"pci_device_id": "233010DE"}),
        (
            "gpud-h100x8-535.161.08-hwslowdown.txt",
            "535.161.08",
            8,
            {"events.hw_slowdown": "Active", "events.hw_power_brake_slowdown": "Active"},
        ),
        ("azurenhc-a100-page-retirement-good.txt", "535.86.10", 8, {"retired.pending": "No", "retired.double_bit": 0}),
        ("azurenhc-page-retirement-bad-edited.txt", "535.86.10", 8, {"retired.double_bit": 5}),
    ],
)
def test_recordings_of_other_people(name: str, driver: str, boards: int, facts: dict[str, object]) -> None:
    """Facts that were read in them by eye."""
    snapshot = parse_query_text(outside(f"nvidia-smi-q/{name}"))
    assert (same(snapshot.driver_version), len(snapshot.gpus), snapshot.warnings) == ((driver, "version"), boards, ())
    found = values(snapshot.gpus[0])
    assert {key: found[key] for key in facts} == facts
    assert snapshot.complete == name.startswith("azurenhc")


def test_more_of_what_they_show() -> None:
    """All boards slowed down, processes on seven of eight, no ECC, which pages wait, and what a cut text does not say."""
    slow = parse_query_text(outside("nvidia-smi-q/gpud-h100x8-535.161.08-hwslowdown.txt")).gpus
    assert [values(gpu)["events.hw_power_brake_slowdown"] for gpu in slow] == ["Active"] * 8
    assert {values(gpu)["remapped.histogram_max"] for gpu in slow} == {2560}
    desktop = parse_query_text(outside("nvidia-smi-q/gpud-4090x8-535.154.05-0.txt")).gpus
    assert [len(gpu.processes) for gpu in desktop if isinstance(gpu.processes, tuple)] == [1, 1, 1, 1, 1, 0, 1, 1]
    assert all(isinstance(gpu.ecc.volatile.uncorrectable, NotApplicable) for gpu in desktop)
    retired = parse_query_text(outside("nvidia-smi-q/azurenhc-page-retirement-bad-edited.txt")).gpus
    assert [values(gpu)["retired.pending"] for gpu in retired] == ["No", "Yes"] * 2 + ["No", "Yes"] * 2
    cut = parse_query_text(outside("nvidia-smi-q/gpud-h100-535.183.01-invalid-truncated.txt"))
    assert (same(cut.attached_gpus), len(cut.gpus)) == ((8, "count"), 1)
    assert isinstance(cut.gpus[0].events.hw_slowdown, Absent)


@pytest.mark.parametrize("mock", ["535-h100", "550-h100", "550-a100"])
def test_parts_by_the_real_program(mock: str) -> None:
    """`-d ECC`, `-d ROW_REMAPPER` and `-i 0` of the mock have the same fields as its whole log."""
    whole = parse_query_text(outside(f"{MOCK}{mock}-q.out"))
    ecc, rows, one = (parse_query_text(outside(f"{MOCK}{mock}-{part}.out")) for part in ("qd-ecc", "qd-rows", "qi0"))
    assert [gpu.ecc for gpu in ecc.gpus] == [gpu.ecc for gpu in whole.gpus]
    assert [gpu.remapped for gpu in rows.gpus] == [gpu.remapped for gpu in whole.gpus]
    assert one.gpus == whole.gpus[:1]
    assert (ecc.complete, rows.complete, one.complete, whole.complete) == (True, True, False, True)


@pytest.mark.parametrize("name", ["nodriver-q.out", "nolib-q.out"])
def test_failures_of_the_real_program(name: str) -> None:
    """Without driver or library the program prints a sentence, which is quoted."""
    with pytest.raises(ParseError, match='found "NVIDIA-SMI'):
        parse_query_text(outside(f"own/nvidia-smi/{name}"))
