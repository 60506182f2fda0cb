"""gpu_burn: OK without work, of a dead worker or in a cut text is never a GPU that passed."""

from __future__ import annotations

import contextlib
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.gpu_burn import BurntGpu, GpuBurn, parse
from parsers.gpu_burn.text import MAX_CHARACTERS
from parsers.plain import plain
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.gpu_burn_health import BAD, HEALTHY

FOLDER = RECORDINGS / "gpu_burn"
_MANY_LINES, _LONG = 60, 20_000
UNREADABLE = ("all-dead", "no-driver")
FILES = sorted(path for path in FOLDER.glob("*.txt") if path.stem not in UNREADABLE)
OUTSIDE = ("gpu-burn/rtx-a2000-ok-without-work.txt", "gpu-burn/superbench-gpu_burn.log")
HEALTHY_FILES = ("two-gpus", "two-gpus-power-into-a-pipe", "one-of-four")


def text_of(name: str) -> str:
    """One of our own recordings, with its carriage returns."""
    return (FOLDER / f"{name}.txt").read_bytes().decode()


TEXT = text_of("two-gpus")


def recorded(name: str) -> GpuBurn:
    """One of our own recordings, parsed."""
    return parse(text_of(name))


def value(field: Field) -> object:
    """A reading's value; the word of an error; the type of anything else."""
    return field.value if isinstance(field, Reading) else field.word if isinstance(field, ErrorWord) else type(field)


def summary(gpu: BurntGpu) -> list[object]:
    """Status, death, work, lowest speed and errors of one GPU."""
    return [value(gpu.status), gpu.died, value(gpu.processed), value(gpu.tflops_min), value(gpu.errors)]


@pytest.mark.parametrize(
    ("name", "index", "expected"),
    [
        ("faulty", 0, ["FAULTY", False, 1608, 16.9, 14]),
        ("died-but-ok", 1, ["OK", True, "DIED!", 48.41, 0]),
        ("idle-but-ok", 1, ["OK", False, 0, Absent, 0]),
        ("no-work", 0, ["OK", False, Absent, Absent, Absent]),
        ("counter-overflow", 1, ["FAULTY", False, 4288, 48.3, "-524288000"]),
        ("words-of-a-fork", 1, ["DIED", True, "DIED!", 48.5, 0]),
        ("words-of-a-fork", 2, ["NO RESULTS", False, 0, Absent, 0]),
        ("words-of-a-fork", 3, ["FAULTY", False, 4288, 48.4, 7]),
        ("two-gpus", 1, ["OK", False, 4288, 48.05, 0]),
    ],
)
def test_what_became_of_a_gpu_is_told_beside_its_status(name: str, index: int, expected: list[object]) -> None:
    """OK says only that no error was counted: death, idleness and no work at all must show elsewhere."""
    assert summary(recorded(name).gpus[index]) == expected


def test_the_largest_count_of_errors_is_kept_and_says_so() -> None:
    """A summary in between sets it to zero."""
    errors = recorded("faulty").gpus[0].errors
    assert errors == Reading(14, "count", "GPU 0: 536 (16900 Gflop/s), errors: 14; the most of all lines")


def test_no_work_seen_is_said() -> None:
    """No line of progress: neither work nor errors nor temperatures are known."""
    run = recorded("no-work")
    assert (run.progress_lines, run.progress_percent, run.complete) == (0, Absent("a line of progress"), True)


@pytest.mark.parametrize(
    ("name", "failures", "notes"),
    [
        ("died-but-ok", ("Failure during compute: Error in SGEMM (gpu_burn-drv.cpp:229):",), ()),
        ("idle-but-ok", ("Couldn't init a GPU test: Error in load module (gpu_burn-drv.cpp:239): device kernel image is invalid",), ()),
        (
            "killed-and-noted",
            (),
            ("==========", "== CUDA ==", "==========", "CUDA Version 13.0.2", "Killing processes with SIGKILL (force kill)"),
        ),
        ("two-gpus-power-into-a-pipe", (), ()),
    ],
)
def test_messages_are_kept(name: str, failures: tuple[str, ...], notes: tuple[str, ...]) -> None:
    """Messages of workers apart from lines that only stand around; what a shell says afterwards is not the run's."""
    assert (recorded(name).failures, recorded(name).notes) == (failures, notes)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("all-dead", "Error (gpu_burn-drv.cpp:113): device kernel image is invalid; No clients are alive!  Aborting"),
        ("no-driver", "found \"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver"),
    ],
)
def test_a_run_that_failed_is_refused_with_its_message(name: str, words: str) -> None:
    """Who reads the report learns why nothing burnt."""
    with pytest.raises(ParseError) as caught:
        recorded(name)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found nothing"),
        ("GPU 0: NVIDIA H100 (UUID: GPU-1)\n", "found 'GPU 0: NVIDIA H100 (UUID: GPU-1)' in line 1"),
        ("GPU Burn\nUsage: gpu-burn [OPTIONS] [TIME]\n\n-d\tUse doubles\n", "found 'Usage: gpu-burn [OPTIONS] [TIME]' in line 2"),
        ("bash: gpu_burn: command not found\n", "command not found"),
        ("Burning for 60 seconds.\n", "a line of progress, or the summary"),
        ("x" * (MAX_CHARACTERS + 1), "at most 67108864 characters"),
    ],
)
def test_what_is_no_run_is_refused(text: str, words: str) -> None:
    """Nothing, a list of GPUs, the help, a shell's word, the beginning of a run."""
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Tested 2 GPUs:", "Tested 1 GPUs:", "the output of one run"),
        ("Tested 2 GPUs:", "Tested 0 GPUs:", "one summary of at least one GPU"),
        ("Tested 2 GPUs:", "Tested 2 GPUs:\nTested 2 GPUs:", "one summary"),
        ("Tested 2 GPUs:", "Tested two GPUs:", "a line of gpu_burn"),
        ("\tGPU 1: OK\n", "\tGPU 1: OK\n\tGPU 2: OK\n", "the output of one run"),
        ("\tGPU 1: OK\n", "\tGPU 2: OK\n", "GPU 1: OK, FAULTY"),
        ("\tGPU 1: OK\n", "\tGPU 1: PERHAPS\n", "GPU 1: OK, FAULTY"),
        ("\tGPU 1: OK\n", "\tGPU 1: N/A\n", "a line of gpu_burn"),
        ("\tGPU 1: OK\n", "\tGPU 1: OK\nBurning for 60 seconds.\n", "the output of one run"),
        ("\nTested", "\nGPU 0: OK\nTested", "below Tested"),
        ("GPU 1: NVIDIA H100", "GPU 0: NVIDIA H100", "every GPU once"),
        ("Initialized device 1", "Initialized device 0", "device 0 once"),
        ("Burning for 60 seconds.\n", "Burning for 60 seconds.\nBurning for 61 seconds.\n", "again"),
        ("Burning for 60 seconds.", "Burning for N/A seconds.", "a line of gpu_burn"),
        ("(48500 Gflop/s)", "(N/A Gflop/s)", "the work of every GPU"),
        ("(48500 Gflop/s)", "(inf Gflop/s)", "the work of every GPU"),
        ("(48500 Gflop/s)", "(48500 Tflop/s)", "the work of every GPU"),
        ("proc'd: 268 (48500 Gflop/s) - ", "proc'd: ", "GPUs in every part of the line"),
        ("errors: 0 - 0", "errors: 0", "GPUs in every part of the line"),
        ("errors: 0 - 0", "errors: 0 - nan", "the errors of every GPU"),
        ("errors: 0 - 0", "errors: 0 - 3 ", "WARNING! for errors"),
        ("errors: 0 - 0", "errors: 0 - 0  (WARNING!)", "WARNING! for errors"),
        ("errors: 0 - 0", "errors: 0 - 0  (DIED!)", "DIED! for -1"),
        ("errors: 0 - 0", "errors: 0 - 3  (WARNING!)", "GPU 1: FAULTY"),
        ("268 (48500", "-1 (48500", "DIED! for -1"),
        ("temps: 61 C", "temps: 61", "the temps of every GPU"),
        ("8.3%", "101.0%", "at most 100 %"),
        ("8.3%", "50.1%", "no less time and work"),
        ("8.3%", "a%", "before a line of progress only"),
        ("50.0%  proc'd: 2144 (48350 Gflop/s) - ", "50.0%  proc'd: 26 (48350 Gflop/s) - ", "no less time and work"),
        ("100.0%  proc'd: 4288 (48100 Gflop/s) - 4020 (48050 Gflop/s)   errors: 0 - 0   temps: 74 C - -- ",
         "100.0%  proc'd: 4288 (48100 Gflop/s)   errors: 0   temps: 74 C ", "2 GPUs, as in the line before"),
        ("done\n", "done\rx\n", "before a line of progress only"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(old: str, new: str, words: str) -> None:
    """Counts, marks, numbers and times that do not fit each other."""
    assert old in TEXT
    with pytest.raises(ParseError) as caught:
        parse(TEXT.replace(old, new, 1) if "errors" in old or "temps" in old else TEXT.replace(old, new))
    assert words in str(caught.value)


def test_fewer_gpus_listed_than_tested_are_refused() -> None:
    """More are possible: not every GPU of a node need be burnt."""
    with pytest.raises(ParseError, match="at most the 1 GPUs that are listed"):
        parse("\n".join(line for line in TEXT.split("\n") if not line.startswith("GPU 1: NVIDIA")))
    assert [(gpu.index, gpu.uuid[-1]) for gpu in recorded("one-of-four").listed] == [(0, "0"), (1, "1"), (2, "2"), (3, "3")]
    assert [worker.device for worker in recorded("one-of-four").initialized] == [2]
    assert len(recorded("one-of-four").gpus) == 1


def test_progress_of_another_number_of_gpus_is_refused() -> None:
    """The summary of a part of them is not theirs."""
    with pytest.raises(ParseError, match="progress of the 1 GPUs tested"):
        parse(TEXT.replace("Tested 2 GPUs:", "Tested 1 GPUs:").replace("\tGPU 1: OK\n", ""))


def test_progress_after_the_summary_began_is_refused() -> None:
    """Whose summary it is cannot be told."""
    with pytest.raises(ParseError, match="expected the status of a GPU"):
        parse(TEXT.replace("\tGPU 1: OK", "\r100.0%  proc'd: 1 (2 Gflop/s)   errors: 0   temps: 1 C \n\tGPU 1: OK"))


def test_a_worker_that_died_does_not_come_back() -> None:
    """A line of the living after one of the dead was moved there."""
    text = text_of("died-but-ok")
    lines = text.split("\r")
    lines[-2], lines[1] = lines[1], lines[-2]
    with pytest.raises(ParseError, match="no less time and work"):
        parse("\r".join(lines))


def test_workers_and_settings_are_read() -> None:
    """In the order in which they are printed, which into a pipe is that of their end."""
    run = recorded("two-gpus-power-into-a-pipe")
    assert [worker.device for worker in run.initialized] == [1, 0]
    assert run.initialized[0].memory_mib == Reading(81079, "MiB", "device 1: 81079 MB memory")
    assert run.initialized[0].mode == "using FLOATS"
    assert (value(run.run_length_s), value(run.progress_percent), run.progress_lines) == (60, 100.0, 3)
    assert recorded("faulty").initialized[0].mode == "using DOUBLES, using Tensor Cores"


def test_temperature_and_power_are_the_highest_that_were_shown() -> None:
    """`--` is no zero, and a build without the column says nothing."""
    gpus = recorded("two-gpus-power-into-a-pipe").gpus
    assert [value(gpus[0].temperature_max_c), value(gpus[0].power_max_w)] == [74, 691]
    assert gpus[1].power_max_w == NotApplicable("power of GPU 1: --")
    assert recorded("two-gpus").gpus[0].power_max_w == Absent("power of GPU 0")
    assert value(recorded("two-gpus").gpus[1].temperature_max_c) == 69
    cold = parse(re.sub("temps: [0-9]+ C", "temps: --", TEXT))
    assert cold.gpus[0].temperature_max_c == NotApplicable("temps of GPU 0: --")


def test_speed_is_converted_and_says_so() -> None:
    """Gflop/s as TFLOPS, over the lines after a GPU's first report."""
    gpu = recorded("two-gpus").gpus[1]
    assert gpu.tflops_max == Reading(48.41, "TFLOPS", "GPU 1: 268 (48410 Gflop/s), errors: 0; Gflop/s divided by 1000")
    assert value(gpu.tflops_last) == 48.06


@pytest.mark.parametrize("name", HEALTHY_FILES)
def test_a_good_run_is_good(name: str) -> None:
    """Or everything that is shown to be bad below would prove nothing."""
    assert HEALTHY["gpu-burn"](recorded(name))


def test_progress_without_carriage_returns_is_the_same() -> None:
    """A collector of logs may have taken them out, or made line ends of them."""
    whole = plain(recorded("two-gpus"))
    assert plain(parse(TEXT.replace("\r", ""))) == whole
    assert plain(parse(TEXT.replace("\r", "\n"))) == whole
    assert plain(parse(TEXT.replace("\n", "\r\n"))) == whole


def test_errors_of_reading_are_found_inside_of_lines() -> None:
    """They are printed to another stream without a line end."""
    text = TEXT.replace("temps: 61 C - 60 C ", "temps: 61 C - 60 C read[1] error 0")
    assert parse(text).failures == ("read[1] error 0",)
    assert parse(TEXT + "read[1] error 0\n").failures == ()


def test_a_cut_line_of_progress_is_left_out() -> None:
    """Its last number may be half a number."""
    text = text_of("one-of-four")
    run = parse(text[: text.index("100.0%") + 60])
    assert (run.progress_lines, value(run.gpus[0].processed), run.gpus[0].status, run.complete) == (1, 2144, Absent("the summary"), False)


@pytest.mark.parametrize(
    ("name", "gpus", "first", "progress_lines", "percent"),
    [
        (OUTSIDE[0], 1, ["OK", False, Absent, Absent, Absent], 0, Absent),
        (OUTSIDE[1], 8, ["OK", False, 6783, 7.15, 0], 196, 100.0),
    ],
)
def test_outside_recordings(name: str, gpus: int, first: list[object], progress_lines: int, percent: object) -> None:
    """What a careful reader finds in them."""
    run = parse(outside(name))
    assert run.complete
    assert [value(gpu.status) for gpu in run.gpus] == ["OK"] * gpus
    assert len(run.listed) == gpus
    assert summary(run.gpus[0]) == first
    assert (run.progress_lines, value(run.progress_percent)) == (progress_lines, percent)
    assert (run.failures, run.notes) == ((), ())


def whole_of(text: str) -> bool:
    """Whether a text is read as a whole run."""
    try:
        return parse(text).complete
    except ParseError:
        return False


@pytest.mark.parametrize("name", [*(path.stem for path in FILES), *OUTSIDE])
def test_a_cut_run_is_never_a_whole_one(name: str) -> None:
    """At line ends and anywhere else; after the last status, nothing more is the run's."""
    text = outside(name) if "/" in name else text_of(name)
    end = text.rindex("GPU ")
    end = text.index("\n", end) + 1
    draw = random.Random(name)
    cuts = list(prefixes(text[:end]))
    if len(cuts) > _MANY_LINES:
        cuts = draw.sample(cuts, _MANY_LINES)
    for cut in [*cuts, *(text[: draw.randrange(end)] for _ in range(200 if end < _LONG else 50))]:
        assert not whole_of(cut)


@pytest.mark.parametrize("name", BAD["gpu-burn"])
def test_no_line_lost_doubled_or_moved_makes_a_bad_run_good(name: str) -> None:
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
            assert not HEALTHY["gpu-burn"](parse(text))
        except ParseError:
            continue


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_is_refused_or_read(data: st.DataObject) -> None:
    """No other exception, whatever happened to the text."""
    name = data.draw(st.sampled_from([path.stem for path in FILES]))
    with contextlib.suppress(ParseError):
        parse(data.draw(changed(text_of(name))))
