"""
`dcgmi diag` without -j, DCGM 2.0 to 4.6: its table, as the record that its JSON gives (parsers.dcgmi.records).

What the table cannot say is left empty: numbers of errors and serials. It knows "Warn" and "Not Run", which JSON turns into
"Fail" or leaves out. Up to 3.x messages stand below a test without a device: one that names one GPU of a divided result
("Pass - GPUs: 0, 2", "Fail - GPU: 1") goes to it, every other one to all GPUs that did not pass. "Pass - All" is one result
for all GPUs. "Successfully ran" above the table says nothing: failed runs have it too. Errors of the whole run have no
table: they are a ParseError that quotes them.
"""

from __future__ import annotations

import dataclasses
import re

from parsers.dcgmi.diag import check_results
from parsers.dcgmi.entries import TOOL
from parsers.dcgmi.gpu_layout import NAMED_GPU
from parsers.dcgmi.names import DEPLOYMENT, SOFTWARE, plugin_name
from parsers.dcgmi.records import DiagError, Diagnosis, Result, Summary
from parsers.dcgmi.table import Message, Table, Test, read_table
from parsers.errors import ParseError
from parsers.tool import Tool

_VERSION, _DRIVER, _DEVICE_IDS = "DCGM Version", "Driver Version Detected", "GPU Device IDs Detected"
_BY_ENTITY_SINCE = 4
_CUT = "..."
_CPU_TEST = "cpu_eud"


def parse_diag_text(text: str) -> Diagnosis:
    """
    The results of one run.

    Raises ParseError, quoting it, for what dcgmi prints instead of a table; for an unknown status, a message or device
    without its test, a device twice in one test, a list of GPUs that dcgmi cut, no test, several runs (`--iterations`).
    A table without its head, with "..." in the place of rows, or without its end is read and not `complete`.
    """
    table = read_table(text)
    by_entity = _is_by_entity(table)
    parts = [(_of_entities if by_entity else _of_gpus)(test) for test in table.tests]
    diagnosis = Diagnosis(
        layout="entity" if by_entity else "gpu",
        dcgm_version=table.metadata.get(_VERSION) or None,
        driver_version=table.metadata.get(_DRIVER) or None,
        runtime_error=None,
        results=tuple(result for _, results in parts for result in results),
        test_summaries=tuple(summary for summary, _ in parts if summary is not None),
        serials=(),
        notes=table.notes,
        device_ids=_device_ids(table),
        complete=table.complete,
    )
    check_results(diagnosis)
    return diagnosis


def _is_by_entity(table: Table) -> bool:
    """Whether results are by entity, as from 4.0 on: the release says so, or else what only those have."""
    major = re.match(r"([0-9]{1,4})\.", table.metadata.get(_VERSION, ""))
    if major:
        return int(major[1]) >= _BY_ENTITY_SINCE
    return any(test.name == SOFTWARE or status["group"] for test in table.tests for status in test.statuses)


def _device_ids(table: Table) -> tuple[str, ...] | None:
    shown = table.metadata.get(_DEVICE_IDS, "")
    return None if not shown or shown.endswith(_CUT) else tuple(part.strip() for part in shown.split(","))


def _texts(test: Test, *kinds: str, device: str | None = None) -> tuple[str, ...]:
    return tuple(message.text for message in test.messages if message.kind in kinds and message.device == device)


def _errors(test: Test, device: str | None = None) -> tuple[DiagError, ...]:
    return tuple(DiagError(text, None, None, None) for text in _texts(test, "Warning", "Error", device=device))


def _refused(test: Test, expected: str, found: str) -> ParseError:
    return ParseError(TOOL, f"{expected} of {test.name}", found, test.line.number)


def _of_entities(test: Test) -> tuple[Summary | None, list[Result]]:
    """A test of DCGM 4: a status for all of it, then one for each device."""
    first, *rest = test.statuses
    if first["all"] or first["gpus"] or not all(status["group"] for status in rest):
        raise _refused(test, "a status, and one of each device", " ".join(status[0] for status in test.statuses))
    name = plugin_name(test.name)
    devices = [f"{status['group']}{status['entity']}" for status in rest]
    unknown = [message.device for message in test.messages if message.device is not None and message.device not in devices]
    if unknown:
        raise _refused(test, f"a status of {unknown[0]}, which has a message,", ", ".join(devices))
    results = [
        Result(
            category=test.category,
            test=name,
            subtest=None,
            entity_group=status["group"],
            entity=int(status["entity"]),
            status=status["status"],
            errors=_errors(test, device),
            info=_texts(test, "Info", device=device),
            line=f"{test.name}: {status[0].strip()}",
        )
        for device, status in zip(devices, rest, strict=True)
    ]
    line = f"{test.name}: {first[0]}"
    return Summary(test.category, name, first["status"], _errors(test), _texts(test, "Info"), line), results


def _of_gpus(test: Test) -> tuple[Summary | None, list[Result]]:
    """A test of DCGM up to 3.x: a check of the deployment, one status for all devices, or the GPUs of each status."""
    lists = [status for status in test.statuses if status["gpus"]]
    statuses = {status["status"] for status in test.statuses}
    labelled = any(status["group"] for status in test.statuses) or any(message.device for message in test.messages)
    if labelled or len(statuses) != len(test.statuses) or (lists and len(lists) != len(test.statuses)):
        raise _refused(test, "one status for all GPUs, or the GPUs of each", " ".join(status[0] for status in test.statuses))
    if lists:
        return None, _shared(test, [result for status in lists for result in _listed(test, status)])
    return None, [_of_all(test)]


def _of_all(test: Test) -> Result:
    status = test.statuses[0]
    check = test.category == DEPLOYMENT
    name = SOFTWARE if check else plugin_name(test.name)
    if bool(status["all"]) == check and name != _CPU_TEST:
        raise _refused(test, "the GPUs of a status" if not check else "one word as the status", status[0])
    return Result(
        category=test.category,
        test=name,
        subtest=test.name if check else None,
        entity_group="CPU" if name == _CPU_TEST else "GPU",
        entity=None,
        status=status["status"],
        errors=_errors(test),
        info=_texts(test, "Info"),
        line=f"{test.name}: {status[0]}",
    )


def _listed(test: Test, status: re.Match[str]) -> list[Result]:
    gpus = [int(gpu) for gpu in status["gpus"].split(", ")]
    if bool(status["many"]) != (len(gpus) > 1):
        raise _refused(test, "GPU: and one, or GPUs: and several, in a status", status[0])
    line = f"{test.name}: {status[0]}"
    name = plugin_name(test.name)
    return [Result(test.category, name, None, "GPU", gpu, status["status"], (), (), line) for gpu in gpus]


def _shared(test: Test, results: list[Result]) -> list[Result]:
    """The results with the messages that speak of them."""
    spoken = [(message, _meant(message, results)) for message in test.messages]
    return [
        dataclasses.replace(
            result,
            errors=tuple(
                DiagError(message.text, None, None, None) for message, meant in spoken if result in meant and message.kind != "Info"
            ),
            info=tuple(message.text for message, meant in spoken if result in meant and message.kind == "Info"),
        )
        for result in results
    ]


def _meant(message: Message, results: list[Result]) -> list[Result]:
    """The result of the one GPU that a message names; of all that did not pass, where it is not certain which one is meant."""
    named = {int(gpu) for gpu in NAMED_GPU.findall(message.text)}
    certain = [result for result in results if named == {result.entity}]
    return certain or [result for result in results if result.status != "Pass"] or results


TOOLS = (Tool("dcgmi-diag-text", "DCGM 2.0 to 4.6", "dcgmi diag without -j: the results of a run, from its table", parse_diag_text),)
