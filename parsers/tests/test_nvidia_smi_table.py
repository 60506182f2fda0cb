"""nvidia-smi's table: every cell is its board's and its column's, and a board that cannot be read is no healthy one."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvidia_smi.table import TableGpu, parse
from parsers.nvidia_smi.table_sections import MigDevice, TableProcess
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import changed, outside
from parsers.tests.nvidia_smi_links import DRIVER, FAILURES, LIBRARY, check_cuts, names, recorded, refused

TWO = recorded("table-580-two")
ERR = recorded("table-580-err")
OLD = recorded("table-440-two-lines")
UNTOLD = recorded("table-470-no-answer")
NEW = recorded("table-610")
MIG = recorded("table-535-mig")
NAMES = names("table")
FIELDS = ("temperature_c", "performance_state", "power_usage_w", "power_cap_w", "memory_used_mib", "memory_total_mib")


def said(field: Field) -> object:
    """A value, or what it is instead."""
    return field.value if isinstance(field, Reading) else type(field)


def cells(of: TableGpu | MigDevice, *fields: str) -> list[object]:
    """Some fields of a board, or of a part of one."""
    return [said(getattr(of, field)) for field in fields]


def devices(text: str) -> tuple[MigDevice, ...]:
    """The MIG devices, which are told."""
    found = parse(text).mig_devices
    assert isinstance(found, tuple)
    return found


def running(text: str) -> tuple[TableProcess, ...]:
    """The processes, which are told."""
    found = parse(text).processes
    assert isinstance(found, tuple)
    return found


def without(words: str, text: str) -> str:
    """The text without the lines that have these words."""
    return "".join(row for row in text.splitlines(True) if words not in row)


@pytest.mark.parametrize("text", [*FAILURES, recorded("table-no-handle")])
def test_a_message_instead_of_the_table_is_quoted(text: str) -> None:
    """No driver, no devices, a board that cannot be opened: no table without boards."""
    assert text.splitlines()[0][:60] in refused(parse, text)


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (TWO, "| NVIDIA-SMI", "| NVSMI", "the versions of nvidia-smi and of the driver"),
        (TWO, "Persistence-M", "Driver-Model ", "the columns of a known release, found 'GPU Name Driver-Model"),
        (TWO, "MIG M.", "CC  M.", "the columns of a known release"),
        (TWO, "|=====", "|-----", "titles of columns, or the rule below them"),
        (TWO, "|   1  NVIDIA", "|   0  NVIDIA", "boards in the order of their indices, each once, found '0, 0'"),
        (TWO, "|   0  NVIDIA", "|   3  NVIDIA", "boards in the order of their indices, each once, found '3, 1'"),
        (TWO, "00000000:2A:00.0", "00000000:18:00.0", "every bus id once"),
        (TWO, "00000000:2A:00.0", "ERR!            ", "index and bus id of a board"),
        (TWO, "|   1  NVIDIA", "|  N/A NVIDIA", "index and bus id of a board"),
        (TWO, "NVIDIA H100 80GB HBM3          On  |   00000000:18", "                               On  |   00000000:18", "name, persis"),
        (TWO, "00000000:18:00.0 Off", "00000000:18:00.0 Off x", "name, persistence mode, display and ECC errors of GPU 0"),
        (TWO, "Off |                    0 |", "Off |                      |", "name, persistence mode, display and ECC errors of GPU 0"),
        (TWO, "Off |                    0 |", "Off |                 0.5 |", "a count as GPU 0 Volatile Uncorr. ECC"),
        (TWO, "   33C ", "   33F ", "degrees as GPU 0 Temp, found '33F' in line 10"),
        (TWO, "71W /  700W", "71 /  700W", "watts as GPU 0 Pwr:Usage"),
        (TWO, "71W /  700W", "71.5W /  700W", "watts as GPU 0 Pwr:Usage"),
        (TWO, "   33C    P0", "    P0   33C", "a performance state as GPU 0 Perf"),
        (TWO, "   33C    P0", "          P0", "fan, temperature, state, power, memory and use of GPU 0"),
        (TWO, "       0MiB /  81559MiB", "                       ", "fan, temperature, state, power, memory and use of GPU 0"),
        (TWO, "       0MiB /  81559MiB", "       0MiB /  81559KiB", "a number in MiB as GPU 0 Memory-Usage of"),
        (TWO, "      0%      Default", "              Default", "fan, temperature, state, power, memory and use of GPU 0"),
        (TWO, "      0%      Default", "      0       Default", "a percentage as GPU 0 GPU-Util"),
        (TWO, f"|{'':41}|{'':24}|             Disabled |\n", "", "3 lines between two borders"),
        (TWO, "| N/A   33C", "| x | N/A   33C", "a row of 3 cells"),
        (TWO, f"|{'':24}|             Disabled", f"| x{'':22}|             Disabled", "nothing beside its MIG mode"),
        (TWO, "|  No running processes found ", "|  No processes               ", "PID, type, name and memory of a process"),
        (TWO, "| Processes: ", "| Services:  ", "MIG devices or Processes"),
        (TWO, "Process name", "Process path", "the columns of processes"),
        (TWO, "NVIDIA H100", "\x1b[1mNVIDIA H100", "without control characters"),
        (TWO, "NVIDIA H100", "NVIDIA" + " " * 1000 + "H100", "a row of 3 cells"),
        (OLD, "|    0      4711 ", "|    2      4711 ", "a process of a board of the table above"),
        (OLD, "1021MiB |", "1021KiB |", "a number in MiB as GPU 0 process 4711"),
        (OLD, "    1021MiB |", "            |", "name and memory of a process"),
        (OLD, "     4711      C", "     4711       ", "PID, type, name and memory of a process"),
        (OLD, "     4711      C", "     many      C", "PID, type, name and memory of a process"),
        (OLD, "|    0      4711 ", "|    x      4711 ", "PID, type, name and memory of a process"),
        (MIG, "CE ENC DEC", "CE ENC NEW", "the columns of MIG devices"),
        (MIG, "|  0    5   0   2  |", "|  0    5   0   3  |", "device 2 of a board of the table above"),
        (MIG, "|  0    5   0   2  |", "|  7    5   0   0  |", "device 0 of a board of the table above"),
        (MIG, "|  0    5   0   2  |", "|  0    5   0      |", "a MIG device"),
        (MIG, "| 26      0 |", "| 26        |", "a MIG device"),
        (MIG, "|  3   0    3    0    3 |", "|  3   0    3    0      |", "a MIG device"),
        (MIG, "|                  |               0MiB", "| x                |               0MiB", "a MIG device"),
        (MIG, "|               0MiB / 65535MiB  |           |", "|               0MiB / 65535MiB  | x         |", "a MIG device"),
        (MIG, "16MiB / 40448MiB", "16MiB / 40448   ", "a number in MiB as GPU 0 MIG device 0 Memory-Usage"),
        (MIG, "| MIG devices: ", "| Processes:   ", "titles of columns, or the rule below them"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_table_that_disagrees_with_itself_is_refused(text: str, old: str, new: str, words: str) -> None:
    """Unknown columns, a cell that is missing, moved or of another unit, a board twice, devices and processes of no board."""
    assert old in text
    assert words in refused(parse, text.replace(old, new, 1))


def test_tables_that_are_repeated_cut_or_empty_are_refused() -> None:
    """nvidia-smi -l prints the table again and again; a table without a row tells nothing."""
    start, end = TWO.index("\n+") + 1, TWO.index("\n" + " " * 91)
    assert "a table of MIG devices or processes, a warning, or the end" in refused(parse, TWO + TWO)
    assert "MIG devices or Processes, found '| NVIDIA-SMI" in refused(parse, TWO + TWO[start:])
    assert "MIG devices, then processes, each once, found 'Processes'" in refused(parse, TWO + TWO[end + 1 :])
    assert "a row of the table" in refused(parse, TWO[: TWO.index("|   0 ")] + TWO[end + 1 :])
    assert "a process, or No running processes found" in refused(parse, without("No running", TWO))
    assert "a border below 3 lines" in refused(parse, TWO[: TWO.index("|   1 ")].rpartition("+--")[0].rpartition("\n+")[0])


def test_every_cell_is_told() -> None:
    """A board of a node in order, field by field; a warning may always follow, so no table is known to be whole."""
    found = parse(TWO)
    assert ([gpu.index for gpu in found.gpus], [gpu.pci_bus_id for gpu in found.gpus]) == ([0, 1], ["0000:18:00.0", "0000:2a:00.0"])
    assert cells(found.gpus[1], *FIELDS) == [31, "P0", 69, 700, 4, 81559]
    assert cells(found.gpus[0], "name", "persistence_mode", "display_active", "volatile_uncorrectable", "fan_percent") == [
        "NVIDIA H100 80GB HBM3",
        "On",
        "Off",
        0,
        NotApplicable,
    ]
    assert cells(found.gpus[0], "gpu_utilization_percent", "compute_mode", "mig_mode") == [0, "Default", "Disabled"]
    assert found.gpus[1].temperature_c == Reading(31, "C", "GPU 1 Temp: 31C")
    assert (said(found.timestamp), found.nvidia_smi_version) == ("Mon Oct  5 10:11:12 2026", "580.95.05")
    assert (said(found.driver_version), said(found.cuda_version)) == ("580.95.05", "13.0")
    assert (found.mig_devices, found.processes, found.warnings, found.complete) == (Absent("MIG devices"), (), (), False)


def test_a_board_that_cannot_be_read_is_told_cell_by_cell() -> None:
    """ERR! stands for everything; its memory looks as if it were healthy."""
    lost = parse(ERR).gpus[1]
    assert set(cells(lost, "name", "volatile_uncorrectable", "fan_percent", *FIELDS[:4])) == {ErrorWord}
    assert cells(lost, "gpu_utilization_percent", "mig_mode") == [ErrorWord, ErrorWord]
    assert cells(lost, "memory_used_mib", "persistence_mode") == [0, "On"]


@pytest.mark.parametrize("words", ["GPU is lost", "GPU requires reset", "Unknown Error"])
def test_errors_of_several_words_are_one_cell(words: str) -> None:
    """In whichever cell they stand, the others keep their columns."""
    text = TWO.replace("   33C ", f"   {words} ", 1).replace("       0MiB /  81559MiB", f"  {words}", 1)
    gpu = parse(text.replace("      0% ", f" {words} ", 1)).gpus[0]
    assert gpu.temperature_c == ErrorWord(words, f"GPU 0 Temp: {words}")
    assert cells(gpu, "performance_state", "power_usage_w", "memory_used_mib", "memory_total_mib", "gpu_utilization_percent") == [
        "P0",
        71,
        ErrorWord,
        ErrorWord,
        ErrorWord,
    ]


def test_a_warning_is_kept_wherever_it_stands() -> None:
    """Before, between or after the tables."""
    line = "WARNING: infoROM is corrupted at gpu 0000:2A:00.0"
    assert parse(ERR).warnings == (line,)
    assert parse(f"{line}\n\n{TWO}".replace(" " * 91 + "\n", f"{line}\n")).warnings == (line, line)


def test_two_lines_of_a_board_are_read() -> None:
    """Drivers before 450: no MIG, no columns of instances, names that are cut, and addresses in other domains."""
    found = parse(OLD)
    assert cells(found.gpus[0], "name", "volatile_uncorrectable", "mig_mode") == ["Tesla V100-SXM2...", 2, Absent]
    assert ([gpu.pci_bus_id for gpu in found.gpus], found.timestamp) == (["b57e:00:00.0", "ee58:00:00.0"], Absent("timestamp (empty)"))
    assert cells(found.gpus[1], "compute_mode", "persistence_mode") == ["E. Process", "Off"]
    first, second = running(OLD)
    assert (first.gpu, first.pid, first.type, first.name, said(first.used_memory_mib)) == (0, 4711, "C", "python", 1021)
    assert (second.name, said(second.gpu_instance), said(second.compute_instance)) == ("/usr/lib/xorg/Xorg", Absent, Absent)


def test_what_a_board_does_not_have_is_not_zero() -> None:
    """N/A, ECC that is off, and processes that cannot be told."""
    found = parse(UNTOLD)
    nothing = (
        "volatile_uncorrectable",
        "performance_state",
        "power_usage_w",
        "power_cap_w",
        "mig_mode",
        "persistence_mode",
        "display_active",
    )
    assert set(cells(found.gpus[0], *nothing)) == {NotApplicable}
    assert cells(found.gpus[0], "fan_percent", "memory_used_mib") == [30, 9]
    assert found.gpus[1].volatile_uncorrectable == NotApplicable("GPU 1 Volatile Uncorr. ECC: Off")
    assert cells(found.gpus[1], "memory_used_mib", "memory_total_mib", "power_usage_w") == [ErrorWord] * 3
    assert said(found.gpus[1].power_cap_w) == 70
    assert isinstance(found.processes, NotApplicable)
    (process,) = running(without("Not Supported", UNTOLD))
    assert (process.name, process.type, said(process.used_memory_mib)) == ("", "C+G", NotApplicable)


def test_a_newer_release_names_its_versions_otherwise() -> None:
    """610: KMD and CUDA UMD version; a board of several with -i; addresses with a domain of four digits."""
    found = parse(NEW)
    assert (found.nvidia_smi_version, said(found.driver_version), said(found.cuda_version)) == ("610.43.02", "610.43.02", "13.3")
    (gpu,) = found.gpus
    assert (gpu.index, gpu.pci_bus_id, said(gpu.name)) == (2, "0008:06:00.0", "NVIDIA RTX PRO 6000 Blac...")
    assert cells(gpu, "fan_percent", "temperature_c", "memory_used_mib", "compute_mode") == [110, -3, NotApplicable, "Prohibited"]
    assert [(process.name, process.type) for process in running(NEW)] == [("/usr/bin/my program ...name", "M+C")]
    unversioned = parse(
        NEW.replace("     CUDA UMD Version: 13.3     ", " " * 32).replace("KMD Version: 610.43.02", "KMD Version: N/A      ")
    )
    assert (said(unversioned.cuda_version), said(unversioned.driver_version)) == (Absent, NotApplicable)


def test_mig_devices_are_told_with_what_they_share() -> None:
    """A compute instance below another of its GPU instance has blank cells, which are no zeros."""
    first, second, third = devices(MIG)
    assert (first.gpu, first.gpu_instance, first.compute_instance, first.device) == (0, 1, 0, 0)
    assert [said(field) for field in (first.memory_used_mib, first.memory_total_mib, first.bar1_total_mib)] == [16, 40448, 65535]
    assert [said(field) for field in (first.multiprocessors, first.volatile_uncorrectable, first.copy_engines, first.jpeg)] == [26, 0, 3, 3]
    assert (second.compute_instance, said(second.multiprocessors)) == (1, 32)
    assert {said(field) for field in (second.memory_used_mib, second.memory_total_mib, second.bar1_used_mib, second.decoders)} == {Absent}
    assert [said(field) for field in (third.volatile_uncorrectable, third.bar1_used_mib)] == [NotApplicable, ErrorWord]
    (gpu, waiting) = parse(MIG).gpus
    assert gpu.volatile_uncorrectable == NotApplicable("GPU 0 Volatile Uncorr. ECC: On")
    assert cells(gpu, "memory_used_mib", "gpu_utilization_percent", "mig_mode") == [NotApplicable, NotApplicable, "Enabled"]
    assert said(waiting.mig_mode) == "Enabled*"
    assert [said(field) for field in (running(MIG)[0].gpu_instance, running(MIG)[0].compute_instance)] == [1, 0]


def test_mig_devices_of_the_first_releases_have_one_line() -> None:
    """Without BAR1; the errors stand where they always do."""
    first, second = devices(recorded("table-450-mig"))
    assert cells(first, "memory_used_mib", "memory_total_mib", "bar1_used_mib", "volatile_uncorrectable") == [12, 20224, Absent, 0]
    assert cells(second, "multiprocessors", "volatile_uncorrectable", "copy_engines", "decoders") == [42, 5, 3, 2]


def test_mig_without_devices_and_newer_titles_are_read() -> None:
    """A board that is divided into nothing is told apart from one that is not divided; 580 calls the memory shared."""
    assert devices(recorded("table-580-no-mig-devices")) == ()
    assert [said(device.volatile_uncorrectable) for device in devices(recorded("table-580-mig"))] == [3]


def test_a_table_without_those_below_it_says_nothing_of_processes() -> None:
    """Cut after the boards, it is no idle node."""
    found = parse(TWO[: TWO.index("\n" + " " * 91)])
    assert (len(found.gpus), found.processes) == (2, Absent("Processes"))


@pytest.mark.parametrize("name", NAMES)
def test_a_cut_table_is_never_whole(name: str) -> None:
    """Every prefix; and line ends of another system mean nothing."""
    text = recorded(name)
    check_cuts(parse, text)
    assert parse(text.replace("\n", "\r\n")) == parse(text)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damaged_text_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record whose boards are told apart, or a ParseError."""
    text = data.draw(changed(recorded(data.draw(st.sampled_from(NAMES)))))
    with contextlib.suppress(ParseError):
        found = parse(text)
        assert len({gpu.pci_bus_id for gpu in found.gpus}) == len({gpu.index for gpu in found.gpus}) == len(found.gpus) > 0


@pytest.mark.parametrize(
    ("name", "driver", "count", "bus_id", "first"),
    [
        ("azurehpc-440-pbs.txt", "440.64.00", 2, "b57e:00:00.0", [38, "P0", 55, 300, 0, 32510]),
        ("cloudnative-450.80.02-0.txt", "450.80.02", 1, "0000:36:00.0", [29, "P0", 62, 400, 0, 40537]),
        ("cloudnative-535.86.10-t4.txt", "535.86.10", 1, "0000:00:1e.0", [34, "P8", 9, 70, 0, 15109]),
        ("cloudnative-mig-535-0.txt", "535.104.12", 8, "0000:1b:00.0", [25, "P0", 71, 700, NotApplicable, NotApplicable]),
        ("gpud-525.125.06.txt", "525.125.06", 1, "0000:01:00.0", [38, "P5", 49, 450, 2021, 23028]),
        ("gpud-a10-550.127.05-table.txt", "550.127.05", 1, "0000:06:00.0", [32, "P8", 21, 150, 1, 23028]),
        ("mock-535-h100-plain.out", "550.163.01", 8, "0000:1a:00.0", [34, "P0", 95, 700, 0, 81920]),
        ("mock-550-h100-plain.out", "550.163.01", 8, "0000:1a:00.0", [34, "P0", 95, 700, 0, 81920]),
        ("mock-550-a100-plain.out", "550.163.01", 8, "0000:07:00.0", [33, "P0", 72, 400, 0, 40960]),
    ],
)
def test_outside_tables_are_read(name: str, driver: str, count: int, bus_id: str, first: list[object]) -> None:
    """The driver, how many boards, and the first one's cells."""
    text = outside(f"{'own/nvidia-smi' if name.startswith('mock') else 'nvidia-smi-table'}/{name}")
    found = parse(text)
    assert (said(found.driver_version), len(found.gpus), found.gpus[0].pci_bus_id) == (driver, count, bus_id)
    assert cells(found.gpus[0], *FIELDS) == first
    assert (found.warnings, found.processes) in (((), ()), ((), Absent("Processes")))
    check_cuts(parse, text, draws=50)


def test_details_of_outside_tables_are_read() -> None:
    """A fan that cannot be read, another compute mode, and four devices on each of eight boards."""
    (gpu,) = parse(outside("nvidia-smi-table/gpud-525.125.06.txt")).gpus
    assert cells(gpu, "name", "fan_percent", "compute_mode", "mig_mode") == ["NVIDIA GeForce ...", ErrorWord, "E. Process", NotApplicable]
    found = devices(outside("nvidia-smi-table/cloudnative-mig-535-0.txt"))
    assert [device.device for device in found] == [0, 1, 2, 3] * 8
    assert [said(device.memory_total_mib) for device in found[:4]] == [40448, 20096, 9984, 9984]
    assert said(parse(outside("nvidia-smi-table/gpud-a10-550.127.05-table.txt")).timestamp) == "Wed Jan 22 04:28:25 2025"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nvidia-smi-table/unable-to-determine-handle-unknown-nospace.txt", "handle for GPU0000:07:00.0: Unknown Error"),
        ("nvidia-smi-table/unable-to-determine-handle-unknown-vm.txt", "handle for GPU 000:BA:80.0: Unknown Error"),
        ("nvidia-smi-table/v100-power-ERR-fragment.txt", "the versions of nvidia-smi and of the driver"),
        ("own/nvidia-smi/nodriver-plain.out", DRIVER),
        ("own/nvidia-smi/nolib-plain.out", LIBRARY),
    ],
)
def test_outside_texts_that_are_no_table_are_refused(name: str, words: str) -> None:
    """Messages, quoted, and a piece of a table without its head."""
    assert words in refused(parse, outside(name))
