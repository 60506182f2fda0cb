"""What a run of gpu_burn said: the GPUs of the node, and what became of each worker."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.reading import Field, Reading

TOOL = "gpu_burn"
STATES = ("OK", "FAULTY", "DIED", "NO RESULTS")


@dataclass(frozen=True)
class ListedGpu:
    """A GPU of the node, as `nvidia-smi -L` lists it: index, product name and UUID."""

    index: int
    name: str
    uuid: str


@dataclass(frozen=True)
class Initialized:
    """
    What a worker said of its GPU: device number for CUDA, memory in MiB in all, free and in use, and what it computes with.

    Into a pipe this is printed when the worker ends: one that was killed said nothing.
    """

    device: int
    memory_mib: Reading
    available_mib: Reading
    used_mib: Reading
    mode: str


@dataclass(frozen=True)
class BurntGpu:
    """
    One worker, that is one GPU under load; `index` counts workers from 0.

    `status` is the word of the summary (one of STATES, unit "text"), Absent without a summary. `processed` is the last
    count of matrix products, ErrorWord where the worker died. `tflops_min`, `tflops_max` and `tflops_last` are over the
    lines that show work of this GPU (before its first report, 0 says nothing), Absent where it never reported any.
    `errors` is the largest count in any line, ErrorWord for a negative one, which is no count (an overflow, or memory that
    a dead worker never set). `temperature_max_c` and `power_max_w` are NotApplicable where only "--" was shown, Absent
    where nothing was.
    """

    index: int
    status: Field
    died: bool
    processed: Field
    tflops_min: Field
    tflops_max: Field
    tflops_last: Field
    errors: Field
    temperature_max_c: Field
    power_max_w: Field


@dataclass(frozen=True)
class GpuBurn:
    """
    A run. `run_length_s` is what was asked for, `progress_percent` the share of it in the last line of progress.

    `progress_lines` counts the lines of progress; 0 says that no work was seen, whatever the summary says. `failures` are
    messages of workers and of nvidia-smi ("read[1] error 0" once, however often it was printed), `notes` other lines of
    unknown meaning; what follows the summary is not kept. `complete` is True once the summary has a whole line for each
    worker that it announces.
    """

    listed: tuple[ListedGpu, ...]
    run_length_s: Field
    initialized: tuple[Initialized, ...]
    progress_lines: int
    progress_percent: Field
    gpus: tuple[BurntGpu, ...]
    failures: tuple[str, ...]
    notes: tuple[str, ...]
    complete: bool
