"""Do NVIDIA's own diagnostics pass on every GPU, all those that were asked for?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from parsers.dcgmi import DiagError, Diagnosis, Result, category_name, is_configuration, parse_diag, parse_discovery, severity_name
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
_NAMED_GPU = re.compile(r"\bGPU (\d+)\b")


def test_diag(gpu: Gpu, run_on_node: RunOnNode, dcgm_level: int, spec: Spec, judge: Judge) -> None:
    """dcgmi stresses memory, links and power as no counter does, and knows faults that need a replacement."""
    options = [part for parameter in spec.dcgm.options(dcgm_level) for part in ("-p", parameter)]
    run = run_on_node(
        "dcgmi", "diag", "-j", "-r", str(dcgm_level), *options, purpose="diag", intrusive=dcgm_level > 1, timeout_s=TIMEOUT_S[dcgm_level]
    )
    diagnosis = parse_diag(run.measured(*FAILED_EXIT_CODES))
    entity = entity_of(gpu, diagnosis, run_on_node)
    required = spec.dcgm.required(diagnosis.generation, dcgm_level)
    for test in dict.fromkeys([*required, *(result.test for result in diagnosis.results if result.concerns(entity))]):
        field = status(diagnosis, run, test, entity)
        if test in required or not _allowed_skip(field, test, spec, diagnosis):
            judge(f"dcgm.{test}", field, output=run)
    judge.fault_class = fault_class(diagnosis, entity)


def entity_of(gpu: Gpu, diagnosis: Diagnosis, run_on_node: RunOnNode) -> int:
    """DCGM's own number of this board: by serial where the report tells it, else by UUID from dcgmi discovery."""
    by_serial = {serial: number for number, serial in diagnosis.serials}
    if gpu.serial in by_serial:
        return by_serial[str(gpu.serial)]
    discovery = parse_discovery(run_on_node("dcgmi", "discovery", "-l", purpose="discovery").measured())
    return discovery.number_of(str(gpu.uuid))


def status(diagnosis: Diagnosis, run: Output, test: str, entity: int) -> Field:
    """What DCGM says of one test on one board: "Pass" or "Fail" as a Reading; whatever is neither was not measured."""
    if diagnosis.runtime_error is not None:
        return ErrorWord("runtime_error", diagnosis.runtime_error)
    mine = [result for result in diagnosis.results if result.test == test and result.concerns(entity)]
    told = [_told(result, diagnosis, entity) for result in mine]
    for field in told:
        if isinstance(field, Reading) and field.value != "Pass":
            return field
    unclear = [field for field in told if not isinstance(field, Reading)]
    if unclear or not told:
        return unclear[0] if unclear else Absent(f"a result of {test} for GPU {entity}")
    if _blames_nobody(diagnosis, run, test):
        return ErrorWord("Fail", f"{test} failed but no device did (exit code {run.exit_code})")
    return next(field for field in told if isinstance(field, Reading))


def _told(result: Result, diagnosis: Diagnosis, entity: int) -> Field:
    line = _line(result)
    if result.status in ("Pass", "Warn"):
        return Reading(result.status, "text", line)
    if result.status != "Fail":
        return ErrorWord(result.status or "no status", f"{line}: it did not run")
    if result.subtest and not result.errors and diagnosis.version < DEPLOYMENT_TELLS_WHY_SINCE:
        return ErrorWord("Fail", f"{line}: DCGM before 3.3.7 says so of a test that did not run too, and gives no reason")
    named = {int(number) for error in result.errors for number in _NAMED_GPU.findall(error.text)}
    if result.entity is None and named and entity not in named:
        return ErrorWord("Fail", f"{line}: it names GPU {sorted(named)}, and says nothing of GPU {entity}")
    return Reading("Fail", "text", line)


def _line(result: Result) -> str:
    name = f"{result.test} ({result.subtest})" if result.subtest else result.test
    return f"{name}: {result.status}" + "".join(f"; {_described(error)}" for error in result.errors)


def _described(error: DiagError) -> str:
    facts = [f"error {error.error_id}" if error.error_id is not None else None]
    facts += [category_name(error.category) if error.category is not None else None]
    facts += [f"severity {severity_name(error.severity)}" if error.severity is not None else None]
    known = ", ".join(fact for fact in facts if fact)
    return f"{error.text} ({known})" if known else error.text


def _blames_nobody(diagnosis: Diagnosis, run: Output, test: str) -> bool:
    """A test, or the whole run, that failed without any device failing: nobody knows which board is meant."""
    failed = [result for result in diagnosis.results if result.status == "Fail"]
    summary_failed = diagnosis.summary(test) == "Fail" and not any(result.test == test for result in failed)
    return summary_failed or (run.exit_code in FAILED_EXIT_CODES and not failed)


def _allowed_skip(field: Field, test: str, spec: Spec, diagnosis: Diagnosis) -> bool:
    skipped = isinstance(field, ErrorWord) and field.word in ("Skip", "Not Run")
    return skipped and test in spec.dcgm.allowed_skips(diagnosis.generation)


def fault_class(diagnosis: Diagnosis, entity: int) -> str | None:
    """ "configuration" where every error of this board's failures is one, else "hardware"; None where nothing failed."""
    failed = [result for result in diagnosis.results if result.status == "Fail" and result.concerns(entity)]
    errors = [error for result in failed for error in result.errors]
    if not failed:
        return None
    return "configuration" if errors and all(result.errors for result in failed) and all(map(is_configuration, errors)) else "hardware"
