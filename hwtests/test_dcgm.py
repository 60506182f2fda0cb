"""Do NVIDIA's own diagnostics pass on every GPU, all those that were asked for?"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import pytest

from parsers.dcgmi import (
    DiagError,
    Diagnosis,
    Result,
    category_name,
    is_configuration,
    is_internal,
    parse_diag,
    parse_discovery,
    parse_version,
    severity_name,
)  # fmt: skip
from parsers.errors import ParseError
from parsers.reading import Absent, ErrorWord, Field, Reading

if TYPE_CHECKING:
    from fixtures.command import Output
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.spec import Spec
    from fixtures.tools import RunOnNode

pytestmark = [pytest.mark.dcgm, pytest.mark.intrusive]

TIMEOUT_S = {1: 300, 2: 1200, 3: 3600, 4: 10800}
FAILED_EXIT_CODES = (226, 205)
DEPLOYMENT_TELLS_WHY_SINCE = (3, 3, 7)
_NAMED_GPU = re.compile(r"\bGPU (\d{1,3})\b")


@pytest.fixture
def diag(run_on_node: RunOnNode, dcgm_level: int, spec: Spec) -> Output:
    """One run of all tests on all GPUs, which every item of this file judges a part of."""
    options = [part for parameter in spec.dcgm.options(dcgm_level) for part in ("-p", parameter)]
    return run_on_node(
        "dcgmi", "diag", "-j", "-r", str(dcgm_level), *options,
        purpose="diag", intrusive=True, exclusive=dcgm_level > 1, timeout_s=TIMEOUT_S[dcgm_level],
    )  # fmt: skip


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> Diagnosis:
    """Every item of this file reads the same report."""
    return parse_diag(text)


def test_diag(gpu: Gpu, diag: Output, run_on_node: RunOnNode, dcgm_level: int, spec: Spec, judge: Judge) -> None:
    """dcgmi stresses memory, links and power as no counter does, and knows faults that need a replacement."""
    diagnosis = _parsed(diag.measured(*FAILED_EXIT_CODES))
    version = _version(diagnosis, run_on_node)
    entity = _entity_of(gpu, diagnosis, run_on_node)
    required, skips = spec.dcgm.required(version[0], dcgm_level), spec.dcgm.allowed_skips(version[0])
    for test in dict.fromkeys([*required, *(result.test for result in diagnosis.on_gpu(entity))]):
        field = status(diagnosis, version, test, entity)
        if test not in required and test in skips and isinstance(field, ErrorWord) and field.word == "Skip":
            judge.record(f"dcgm.{test}", field, output=diag)
        else:
            judge(f"dcgm.{test}", field, output=diag)
    if diag.exit_code in FAILED_EXIT_CODES and not _failed_tests(diagnosis):
        ended = f"dcgmi ended with exit code {diag.exit_code}, yet no device failed"
        judge("dcgm.exit_code", ErrorWord(str(diag.exit_code), ended), output=diag)
    judge.fault_class = fault_class(diagnosis.on_gpu(entity)) if judge.verdict == "FAIL" else None


def test_other_devices(diag: Output, judge: Judge) -> None:
    """DCGM also tests processors and switches, and does not tell of their failures in its exit code."""
    diagnosis = parse_diag(diag.measured(*FAILED_EXIT_CODES))
    if diagnosis.runtime_error is not None:
        judge("dcgm.other_devices", ErrorWord("runtime_error", diagnosis.runtime_error), output=diag)
        return
    failed = [result for result in diagnosis.results if result.entity_group != "GPU" and result.status != "Pass"]
    said = "; ".join(f"{result.entity_group} {result.entity}: {_line(result)}" for result in failed)
    judge("dcgm.other_devices", Reading(len(failed), "count", said or "none did not pass"), output=diag)


def _version(diagnosis: Diagnosis, run_on_node: RunOnNode) -> tuple[int, ...]:
    """The version of DCGM: from the report, or from dcgmi itself where the report is of a release before 3.1.7."""
    told = diagnosis.dcgm_version or parse_version(run_on_node("dcgmi", "--version", purpose="version").measured())
    return tuple(int(part) for part in told.split("."))


def _entity_of(gpu: Gpu, diagnosis: Diagnosis, run_on_node: RunOnNode) -> int:
    """DCGM's own number of this board, which need not be nvidia-smi's: by serial where the report tells it, else by UUID."""
    numbers = [number for number, serial in diagnosis.serials if serial == gpu.serial]
    if len(numbers) == 1:
        return numbers[0]
    discovery = parse_discovery(run_on_node("dcgmi", "discovery", "-l", purpose="discovery").measured())
    for found in discovery.gpus:
        if found.uuid == gpu.uuid:
            return found.gpu_id
    raise ParseError("dcgmi discovery", f"{gpu.name} with UUID {gpu.uuid}", f"{len(discovery.gpus)} other GPUs")


def status(diagnosis: Diagnosis, version: tuple[int, ...], test: str, entity: int) -> Field:
    """What DCGM says of one test on one board: "Pass" or "Fail" as a Reading; whatever is neither was not measured."""
    if diagnosis.runtime_error is not None:
        return ErrorWord("runtime_error", diagnosis.runtime_error)
    told = [_told(result, version, entity) for result in diagnosis.on_gpu(entity) if result.test == test]
    failed = [field for field in told if isinstance(field, Reading) and field.value == "Fail"]
    unclear = [field for field in told if not isinstance(field, Reading)]
    if failed or unclear or not told:
        return (failed or unclear or [Absent(f"a result of {test} for GPU {entity}, which is this board")])[0]
    return _blames_nobody(diagnosis, test) or told[0]


def _told(result: Result, version: tuple[int, ...], entity: int) -> Field:
    line = _line(result)
    if result.status == "Pass":
        return Reading("Pass", "text", line)
    if result.status not in ("Fail", "Warn"):
        return ErrorWord(result.status or "no status", f"{line}: it did not run")
    if result.subtest and not result.errors and version < DEPLOYMENT_TELLS_WHY_SINCE:
        return ErrorWord(result.status, f"{line}: DCGM before 3.3.7 says so of a test that did not run too, and gives no reason")
    if result.errors and all(map(is_internal, result.errors)):
        return ErrorWord(result.status, f"{line}: DCGM itself broke")
    named = {int(number) for error in result.errors for number in _NAMED_GPU.findall(error.text)}
    if result.entity is None and named and entity not in named:
        return ErrorWord(result.status, f"{line}: it speaks of GPU {', '.join(map(str, sorted(named)))} and not of this one, GPU {entity}")
    return Reading("Fail", "text", line)


def _line(result: Result) -> str:
    name = f"{result.test} ({result.subtest})" if result.subtest else result.test
    return f"{name}: {result.status}{_quoted(result.errors)}"


def _quoted(errors: tuple[DiagError, ...]) -> str:
    return "".join(f"; {_described(error)}" for error in errors)


def _described(error: DiagError) -> str:
    facts = [
        f"error {error.error_id}" if error.error_id is not None else "",
        category_name(error.category) if error.category is not None else "",
        f"severity {severity_name(error.severity)}" if error.severity is not None else "",
    ]
    known = ", ".join(filter(None, facts))
    return f"{error.text} ({known})" if known else error.text


def _failed_tests(diagnosis: Diagnosis) -> set[str]:
    return {result.test for result in diagnosis.results if result.status in ("Fail", "Warn")}


def _blames_nobody(diagnosis: Diagnosis, test: str) -> ErrorWord | None:
    """A test that failed without any device failing: nobody knows which board is meant."""
    for summary in diagnosis.test_summaries:
        if summary.test == test and summary.status not in ("Pass", "") and test not in _failed_tests(diagnosis):
            return ErrorWord(summary.status, f"{test}: {summary.status}, yet no device failed{_quoted(summary.errors)}")
    return None


def fault_class(results: tuple[Result, ...]) -> str | None:
    """Whether a board's failures are "hardware", or "configuration" because every error of them is; None where nothing failed."""
    failed = [result for result in results if result.status in ("Fail", "Warn")]
    if not failed:
        return None
    certain = all(result.errors and all(map(is_configuration, result.errors)) for result in failed)
    return "configuration" if certain else "hardware"
