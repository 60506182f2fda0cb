"""`dcgmi diag` without -j: a failure is never lost in the table, and a message never put to a board that it does not mean."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.dcgmi import Diagnosis, Result, is_internal
from parsers.dcgmi.diag_text import parse_diag_text
from parsers.errors import ParseError
from parsers.tests.damage import RECORDINGS, changed, outside

FOLDER = RECORDINGS / "dcgmi"
NAMES = [path.stem.removeprefix("diag-text-") for path in sorted(FOLDER.glob("diag-text-*.txt"))]
READ = [name for name in NAMES if name not in ("3.3.9-paused", "3.3.9-iterations")]
PERSISTENCE = 'Persistence mode for GPU {} is disabled. Enable persistence mode by running "nvidia-smi -i <gpuId> -pm 1 " as root.'


def text_of(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"diag-text-{name}.txt").read_text()


def recorded(name: str) -> Diagnosis:
    """One of our own recordings, parsed."""
    return parse_diag_text(text_of(name))


def of(diagnosis: Diagnosis, test: str) -> list[Result]:
    """The results of a test."""
    return [result for result in diagnosis.results if result.test == test]


def row(name: str, cell: str) -> str:
    """A row of the table, as wide as dcgmi makes it."""
    return f"| {name:<25} | {cell:<46} |\n"


def with_rows(name: str, after: str, rows: str) -> str:
    """A recording with rows after the row that begins with `after`."""
    return re.sub(rf"(\| {re.escape(after)} [^\n]*\n)", lambda match: match[1] + rows, text_of(name), count=1)


def test_a_test_that_failed_while_its_devices_passed_is_seen() -> None:
    """The status of the whole test stands apart: an internal error, of which the text tells."""
    diagnosis = recorded("4.4.2-r2-pcie-broke")
    [pcie] = [summary for summary in diagnosis.test_summaries if summary.test == "pcie"]
    assert (pcie.status, pcie.line) == ("Fail", "pcie: Fail")
    assert [is_internal(error) for error in pcie.errors] == [True]
    assert pcie.errors[0].text.startswith("There was an internal error during the test: 'A child process (4711) exited with non-zero")
    assert pcie.errors[0].text.endswith("status 1' Check DCGM and system logs for errors. Reset GPU. Restart DCGM. Rerun diagnostics.")
    assert [(result.entity, result.status, result.errors) for result in of(diagnosis, "pcie")] == [(0, "Pass", ()), (1, "Pass", ())]


def test_devices_of_dcgm_4_have_their_own_status_and_messages() -> None:
    """Warn of the whole test is Fail of the device; what did not run says so, by a word or by none."""
    diagnosis = recorded("4.6.0-r4-memory-fail")
    assert (diagnosis.layout, diagnosis.dcgm_version, diagnosis.driver_version) == ("entity", "4.6.0", "580.105.08")
    assert (diagnosis.device_ids, diagnosis.serials, diagnosis.notes, diagnosis.complete) == (("2330", "2330"), (), (), True)
    assert [(summary.category, summary.test, summary.status) for summary in diagnosis.test_summaries] == [
        ("Deployment", "software", "Warn"),
        ("Hardware", "memory", "Fail"),
        ("Hardware", "cpu_eud", "Skip"),
        ("Hardware", "eud", "Not Run"),
        ("Hardware", "memtest", "Pass"),
        ("Integration", "pcie", "Pass"),
        ("Stress", "targeted_power", ""),
    ]
    healthy, faulty = of(diagnosis, "memory")
    assert (healthy.entity, healthy.status, healthy.errors, healthy.info) == (0, "Pass", (), ("Allocated 81000000000 bytes (97.3%)",))
    assert (faulty.entity, faulty.status, faulty.line) == (1, "Fail", "memory: GPU1: Fail")
    assert [error.text for error in faulty.errors] == ["Found 3 faulty memory elements on GPU 1 Run a field diagnostic on the GPU."]
    assert [error.text for error in of(diagnosis, "software")[1].errors] == [f"Persistence Mode: {PERSISTENCE.format(1)}"]
    assert [(cpu.entity_group, cpu.entity, cpu.status) for cpu in of(diagnosis, "cpu_eud")] == [("CPU", 0, "Skip")]
    assert [result.status for result in of(diagnosis, "targeted_power")] == ["", ""]


def test_a_device_that_passed_can_have_a_warning() -> None:
    """DCGM 4.5 passes a test of memory that could not get the memory."""
    [_, warned] = of(recorded("4.5.0-r2-pass-with-warning"), "memory")
    assert (warned.status, len(warned.errors)) == ("Pass", 1)


def test_the_gpus_of_every_status_are_told_apart() -> None:
    """A message goes to the GPU that it names; one that names none goes to all that did not pass."""
    diagnosis = recorded("2.4.7-r2-one-gpu-fails")
    assert (diagnosis.layout, diagnosis.dcgm_version, diagnosis.driver_version, diagnosis.device_ids) == ("gpu", None, None, None)
    assert [(result.entity, result.status) for result in of(diagnosis, "pcie")] == [(0, "Pass"), (2, "Pass"), (3, "Pass"), (1, "Fail")]
    assert [result.entity for result in of(diagnosis, "pcie") if result.errors] == [1]
    assert of(diagnosis, "pcie")[3].line == "PCIe: Fail - GPU: 1"
    assert [(result.entity, result.status) for result in of(diagnosis, "memory")] == [(0, "Pass"), (2, "Pass"), (3, "Warn"), (1, "Skip")]
    assert [result.entity for result in of(diagnosis, "memory") if result.errors] == [3, 1]
    assert [result.entity for result in of(diagnosis, "memory") if result.info] == [0]
    assert of(diagnosis, "software")[0].subtest == "Blacklist"


def test_a_message_without_a_gpu_is_put_to_all_where_all_that_ran_passed() -> None:
    """A GPU that did not run the test is in no list; whom the message means is not known."""
    text = text_of("2.4.7-r2-one-gpu-fails").replace(row("", "Fail - GPU: 1   "), "").replace("GPU 1,", "GPU x,")
    assert [(result.entity, len(result.errors)) for result in of(parse_diag_text(text), "pcie")] == [(0, 1), (2, 1), (3, 1)]


def test_one_result_for_all_gpus_has_no_gpu() -> None:
    """Fail - All is believed, whatever GPU its message names; a check of the deployment never tells its GPU."""
    diagnosis = recorded("3.3.9-r3-fail")
    [persistence] = [result for result in diagnosis.results if result.subtest == "Persistence Mode"]
    assert (persistence.test, persistence.entity, persistence.status) == ("software", None, "Fail")
    assert [error.text for error in persistence.errors] == [PERSISTENCE.format(0), PERSISTENCE.format(1)]
    [pcie] = of(diagnosis, "pcie")
    assert (pcie.entity, pcie.status, pcie.info) == (None, "Fail", ("GPU to Host bandwidth: 26.10 GB/s",))
    assert pcie.errors[0].text.startswith("GPU 0 is running at PCI link width 8X")
    [diagnostic] = of(diagnosis, "diagnostic")
    assert (diagnostic.status, diagnostic.info) == ("Warn", ("Code: (000000000000)",))
    assert [(result.entity_group, result.status) for result in of(diagnosis, "cpu_eud")] == [("CPU", "Skip")]
    assert len(diagnosis.on_gpu(1)) == len(diagnosis.results) - 1


def test_a_cpu_test_of_3_x_says_fail_alone() -> None:
    """It lists no devices; only its name tells that it is of the processors."""
    text = text_of("3.3.9-r3-fail").replace(row("CPU EUD Test", "Skip - All"), row("CPU EUD Test", "Fail"))
    assert [(result.entity_group, result.status) for result in of(parse_diag_text(text), "cpu_eud")] == [("CPU", "Fail")]


def test_a_section_without_tests_is_none() -> None:
    """Two borders in a row, where level 2 has no stress tests."""
    assert {result.status for result in recorded("3.3.9-r2-pass").results} == {"Pass"}
    assert {result.category for result in recorded("3.3.9-r2-pass").results} == {"Deployment", "Integration", "Hardware"}


def test_an_excerpt_is_read_and_is_not_complete() -> None:
    """Without its head, its end, or the rows in the place of which somebody wrote "..."; ids that were cut are none."""
    diagnosis = recorded("4.4.1-excerpt")
    assert (diagnosis.layout, diagnosis.complete, diagnosis.device_ids) == ("entity", False, None)
    assert [(summary.test, summary.status) for summary in diagnosis.test_summaries] == [("pcie", "Fail")]
    whole = text_of("3.3.9-r2-pass")
    lines = whole.splitlines(keepends=True)
    for part in (lines[5:], lines[:-1], [*lines[:8], "...\n", *lines[8:]], [*lines[:-1], lines[-1].rstrip("\n")]):
        assert not parse_diag_text("".join(part)).complete
    text = text_of("4.6.0-r2-pass")
    excerpt = parse_diag_text(text[text.index("+-----  Hardware") :])
    assert (excerpt.layout, [result.test for result in excerpt.results]) == ("entity", ["memory", "memory", "pcie", "pcie"])


def test_lines_around_the_table_are_kept_or_mean_nothing() -> None:
    """A container's name before it, a failed goodbye after it; blanks before and after every line."""
    text = text_of("4.6.0-r2-pass")
    noisy = "Defaulted container\n" + "".join(f"   {line}  \r\n" for line in text.splitlines()) + "Error: unable to close connection\n"
    diagnosis = parse_diag_text(noisy)
    assert diagnosis.notes == ("Defaulted container",)
    assert (diagnosis.results, diagnosis.test_summaries, diagnosis.complete) == (*_main(parse_diag_text(text)), True)


def _main(diagnosis: Diagnosis) -> tuple[object, object]:
    return diagnosis.results, diagnosis.test_summaries


def test_a_table_that_lost_its_widths_keeps_its_statuses() -> None:
    """Only where blanks stood in a message can be lost."""
    text = re.sub(r" {2,}", " ", text_of("4.6.0-r4-memory-fail"))
    diagnosis = parse_diag_text(text)
    assert [result.status for result in diagnosis.results] == [result.status for result in recorded("4.6.0-r4-memory-fail").results]
    [error] = of(diagnosis, "memory")[1].errors
    assert error.text.replace(" ", "") == "Found3faultymemoryelementsonGPU1RunafielddiagnosticontheGPU."


OLD, NEW = "3.3.9-r3-fail", "4.6.0-r4-memory-fail"


@pytest.mark.parametrize(
    ("name", "after", "rows", "words"),
    [
        (OLD, "PCIe", row("", "Pass - GPUs: 0, 1"), "one status for all GPUs"),
        (OLD, "PCIe", row("", "Fail - All"), "one status for all GPUs"),
        (OLD, "PCIe", row("", "GPU0: Pass"), "one status for all GPUs"),
        (OLD, "PCIe", row("Warning: GPU0", "Slow."), "one status for all GPUs"),
        (OLD, "PCIe", row("Memtest", "Pass"), "the GPUs of a status of Memtest"),
        (OLD, "PCIe", row("Memtest", "Pass - GPU: 0, 1"), "GPU: and one"),
        (OLD, "PCIe", row("Memtest", "Pass - GPUs: 0"), "GPU: and one"),
        (OLD, "PCIe", row("Memtest", "Pass - GPUs: 0, 0"), "a result of memtest on GPU 0 once"),
        (OLD, "PCIe", row("Memtest", "Pass - GPU: 0") + row("", "Pass - GPU: 1"), "one status for all GPUs"),
        (OLD, "PCIe", row("Memtest", "Pass - GPUs: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ..."), "the status of Memtest"),
        (OLD, "PCIe", row("Memtest", "Passed - All"), "the status of Memtest"),
        (OLD, "PCIe", row("Memtest", "GPU0: Pass"), "the status of Memtest"),
        (OLD, "PCIe", row("PCIe", "Pass - All"), "a result of pcie on all GPUs once"),
        (OLD, "PCIe", row("", "more of nothing"), "more of PCIe"),
        (OLD, "PCIe", "no row\n", "a row of the table"),
        (OLD, "Inforom", row("Fabric Manager", "Pass - All"), "one word as the status of Fabric Manager"),
        (OLD, "DCGM Version", row("DCGM Version", "3.3.9"), "a row that says what was run"),
        (OLD, "DCGM Version", row("PCIe", "Fail"), "a row that says what was run"),
        (OLD, "DCGM Version", row("", "3.3.9"), "a row that says what was run"),
        (NEW, "memtest", row("", "Pass - All"), "a status, and one of each device of memtest"),
        (NEW, "memtest", row("nccl_tests", "Pass - All"), "a status, and one of each device of nccl_tests"),
        (NEW, "memtest", row("", "GPU1: Pass"), "a result of memtest on GPU 1 once"),
        (NEW, "memtest", row("Warning: GPU7", "Lost."), "a status of GPU7, which has a message, of memtest"),
        (NEW, "memtest", row("memtest", "Pass"), "the summary of memtest once"),
        (NEW, "memtest", row("memtest", "N/A"), "the status of memtest"),
    ],
    ids=repr,
)
def test_a_row_that_does_not_fit_is_refused(name: str, after: str, rows: str, words: str) -> None:
    """An unknown status, a device twice, a list that dcgmi cut, a message without its device, a row out of its place."""
    text = with_rows(name, after, rows)
    assert text != text_of(name)
    with pytest.raises(ParseError) as caught:
        parse_diag_text(text)
    assert words in str(caught.value)


def test_a_message_without_a_test_is_refused() -> None:
    """The row of the test may be what is missing; within a category the test before it is then the one that is suspected."""
    with pytest.raises(ParseError, match="a test of the category Integration"):
        parse_diag_text(text_of(OLD).replace(row("PCIe", "Fail - All"), ""))
    diagnosis = parse_diag_text(text_of(OLD).replace(row("Persistence Mode", "Fail"), ""))
    assert [result.subtest for result in diagnosis.results if result.subtest and result.errors] == ["Permissions and OS Blocks"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing"),
        (text_of("3.3.9-paused"), "Error: Diagnostic could not be run while DCGM is paused."),
        ("$ dcgmi diag -r 1\nError: Unable to start an embedded host engine. Timeout.\n", "host engine. Timeout.' in line 2"),
        ("Segmentation fault\n", "found 'Segmentation fault' in line 1"),
        (text_of("3.3.9-iterations"), "one run, found 'Running iteration 1 of 2...' in line 2"),
        (text_of("3.3.9-r2-pass") + "Passed all 3 runs of the diagnostic\n", "one run, found 'Passed all 3 runs"),
        (text_of("3.3.9-r2-pass") * 2, "one table"),
        ("".join(text_of("3.3.9-r2-pass").splitlines(keepends=True)[:8]), "at least one test, found 'none'"),
        ((FOLDER / "health-3.3.9-failure.txt").read_text(), "a row of the table"),
        ((FOLDER / "diag-3.3.9-r3.json").read_text(), "the table of a diagnostic"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_no_single_table_is_refused(text: str, words: str) -> None:
    """What dcgmi printed instead is quoted, with the line that says most."""
    with pytest.raises(ParseError) as caught:
        parse_diag_text(text)
    assert words in str(caught.value)


OUTSIDE = {
    "a10g-4.4.2-r2-pass": ("4.4.2", "580.105.08", 1, True, {"Pass": 3}, {"Pass": 3}),
    "awsome-r2-a100x8-3.3.3": ("3.3.3", "535.104.12", 8, True, {"Pass": 11}, {}),
    "b200x8-4.4.1-r2-pcie-fail-gpus-pass": ("4.4.1", "570.172.08", 8, True, {"Pass": 24}, {"Pass": 2, "Fail": 1}),
    "h200x8-3.1.8-r1-persistence-fail": ("3.1.8", "550.127.08", 8, True, {"Pass": 8, "Fail": 1}, {}),
    "rtx3090x8-3.x-pcie-fail-all-empty-stress": (None, "530.30.02", 8, False, {"Pass": 9, "Fail": 1, "Skip": 1}, {}),
    "v100x4-4.4.1-pcie-fail-trailing-spaces": ("4.4.1", "580.65.06", 4, False, {}, {"Fail": 1}),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_recordings_are_read(name: str) -> None:
    """Release, driver, boards, whether the table is whole, and statuses of devices and of tests."""
    version, driver, boards, complete, statuses, summaries = OUTSIDE[name]
    diagnosis = parse_diag_text(outside(f"dcgmi-diag-text/{name}.txt"))
    assert (diagnosis.dcgm_version, diagnosis.driver_version, len(diagnosis.device_ids or ())) == (version, driver, boards)
    assert (diagnosis.complete, Counter(result.status for result in diagnosis.results)) == (complete, statuses)
    assert Counter(summary.status for summary in diagnosis.test_summaries) == summaries


def test_outside_messages_are_put_together_again() -> None:
    """Across pieces that end inside of words; the last one ran out of DCGM's room."""
    persistence = parse_diag_text(outside("dcgmi-diag-text/h200x8-3.1.8-r1-persistence-fail.txt")).results[4]
    [error] = persistence.errors
    assert (persistence.subtest, persistence.status, persistence.entity) == ("Persistence Mode", "Fail", None)
    assert re.findall(r"mode for GPU ([0-9]) is currently disabled\. The DCGM diagnostic requires", error.text) == list("012345")
    assert error.text.endswith("peristence mod")
    broke = parse_diag_text(outside("dcgmi-diag-text/b200x8-4.4.1-r2-pcie-fail-gpus-pass.txt"))
    [error] = broke.test_summaries[2].errors
    assert (broke.device_ids, broke.test_summaries[2].test) == (("2901",) * 8, "pcie")
    assert "Syntax error: value, object or array expected. '' Check DCGM and system logs for errors." in error.text
    warned = parse_diag_text(outside("dcgmi-diag-text/rtx3090x8-3.x-pcie-fail-all-empty-stress.txt"))
    [pcie] = of(warned, "pcie")
    assert (pcie.status, pcie.entity, of(warned, "memory")[0].status) == ("Fail", None, "Skip")
    assert pcie.errors[0].text.endswith("driver combination' for GPU 0, bus ID = 00000000:1B:00.0")


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_table_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record with known statuses, or a ParseError."""
    text = data.draw(changed(text_of(data.draw(st.sampled_from(READ)))))
    try:
        diagnosis = parse_diag_text(text)
    except ParseError:
        return
    assert {result.status for result in diagnosis.results} <= {"Pass", "Fail", "Skip", "Warn", "Not Run", ""}
