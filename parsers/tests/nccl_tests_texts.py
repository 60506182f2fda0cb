"""What the tests of nccl-tests share: our recordings, the lines of one of them, and what is in a record."""

from __future__ import annotations

from parsers.nccl_tests import NcclTest, parse
from parsers.reading import ErrorWord, Field, Reading
from parsers.tests.damage import RECORDINGS

FOLDER = RECORDINGS / "nccl_tests"
FAILED = {
    "no-driver": "node01: Test CUDA failure util.cu:674 'CUDA driver version is insufficient for CUDA runtime version'; .. node01 pid",
    "too-many-gpus": "Invalid number of GPUs: 9 requested but only 8 were found.",
    "nccl-failure-in-the-table": "node01: Test NCCL failure common.cu:958 'unhandled cuda error",
    "not-enough-slots": "There are not enough slots available in the system to satisfy the 16",
    "two-tests": "the output of one test",
}
FILES = sorted(path.stem for path in FOLDER.glob("*.txt") if path.stem not in FAILED)
DOCUMENTS = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "v2.18-failed")
ROWS_OUTSIDE = {
    "nccl-tests/awsome-nccl-awsbatch-tagged.txt": (0, 32, 156.742, 483.05, 483.35),
    "nccl-tests/deepops-slurm-a100.txt": (0, 13, 113.289, 191.05, 191.56),
    "nccl-tests/gcm-a100x16-2node-allreduce.txt": (16, 6, 150.209, 182.8, 181.39),
    "nccl-tests/gcm-a100x8-allreduce.txt": (8, 6, 210.99, 231.72, 231.7),
    "nccl-tests/rtx5090-single-gpu-busbw0.txt": (1, 1, 0.0, 0.0, 0.0),
    "nccl-tests/superbench-allreduce.log": (8, 34, 68.4048, 235.26, 235.03),
    "nccl-tests/superbench-reduce.log": (8, 34, 65.018, 228.38, 228.83),
}


def text_of(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.txt").read_text()


def document_of(name: str) -> str:
    """One of our own documents."""
    return (FOLDER / f"{name}.json").read_text()


TEXT, NEW, JSON = text_of("v2.13-slow-size"), text_of("v2.19-bitwise-per-iteration"), document_of("v2.18-eight-gpus")
LINES = TEXT.splitlines(keepends=True)
ROWS = [line for line in LINES if line.split()[:1] and line.split()[0].isdigit()]


def recorded(name: str) -> NcclTest:
    """One of our own recordings, parsed."""
    return parse(text_of(name))


def value(field: Field) -> object:
    """A reading's value; the word of an error; the type of anything else."""
    return field.value if isinstance(field, Reading) else field.word if isinstance(field, ErrorWord) else type(field)


def checked(test: NcclTest) -> list[object]:
    """What every row says of wrong elements, out of place and in place."""
    return [value(side.wrong) for row in test.rows for side in (row.out_of_place, row.in_place)]
