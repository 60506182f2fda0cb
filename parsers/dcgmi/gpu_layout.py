"""
The layout of DCGM 2.1 to 3.3: results by GPU, deployment checks as tests of their own, versions at the root.

What differs between releases (dcgmi/Diag.cpp of each tag): the GPU stands in `gpu_ids` as a string up to 3.2, in
`gpu_id` from 3.3.1 on, as a string, and from 3.3.7 on in deployment checks as a number; deployment checks name a GPU
only when they have errors. `results` and `warnings` are filled by index, so a GPU that did not run a test leaves null.
A lost GPU is therefore a missing result here, and whoever judges must miss it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

from parsers.dcgmi.entries import TOOL, each_test, read_errors, read_info, read_serial, read_status
from parsers.dcgmi.names import DEPLOYMENT, SOFTWARE, plugin_name
from parsers.dcgmi.records import DiagError, Result
from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, member, one_line, only_keys

TOP_KEY = "DCGM GPU Diagnostic"
ROOT_KEYS = {
    TOP_KEY,
    "version",
    "Driver Version Detected",
    "GPU Device IDs",
    "GPU Device Serials",
    "EUD Test Version",
    "CPU EUD Test Version",
}

ERROR_SLOTS = 5
"""A result holds this many errors (DCGM_MAX_ERRORS): that many or more may stand for others that found no room."""

_ID_KEYS = ("gpu_id", "gpu_ids", "cpu_id")
_NO_GPU = -1
_GPU_NUMBER = re.compile(r"[0-9]{1,4}")
NAMED_GPU = re.compile(r"\bGPU ([0-9]{1,4})\b")
"""How messages of DCGM name a GPU, by its number in DCGM."""


def read_results(body: dict[str, object]) -> tuple[Result, ...]:
    """Every result below `test_categories`, in the order of the document."""
    return tuple(
        result
        for category, name, test in each_test(body, {"name", "results"})
        for item in as_list(TOOL, member(TOOL, test, "results"), "results")
        if item is not None
        for result in _results(category, name, as_object(TOOL, item, "a result"))
    )


def _results(category: str, name: str, entry: dict[str, object]) -> Iterator[Result]:
    only_keys(TOOL, entry, {*_ID_KEYS, "status", "warnings", "info"}, "a result")
    group, entity = _entity(entry)
    check = category == DEPLOYMENT
    if entity is None and not check:
        raise ParseError(TOOL, f"the GPU that {name} ran on", one_line(entry))
    result = Result(
        category=category,
        test=SOFTWARE if check else plugin_name(name),
        subtest=name if check else None,
        entity_group=group,
        entity=entity,
        status=read_status(entry),
        errors=read_errors(entry),
        info=read_info(entry),
        line=one_line(entry),
    )
    return _of_check(result, isinstance(entry.get("warnings"), list)) if check else iter([result])


def _entity(entry: dict[str, object]) -> tuple[str, int | None]:
    keys = [key for key in _ID_KEYS if key in entry]
    if len(keys) > 1:
        raise ParseError(TOOL, "one device in a result", one_line(entry))
    if not keys:
        return "GPU", None
    return "CPU" if keys[0] == "cpu_id" else "GPU", _number(keys[0], entry[keys[0]])


def _number(key: str, value: object) -> int | None:
    if key == "gpu_id" and isinstance(value, int) and not isinstance(value, bool) and value >= _NO_GPU:
        return None if value == _NO_GPU else value
    if isinstance(value, str) and _GPU_NUMBER.fullmatch(value):
        return int(value)
    raise ParseError(TOOL, f"the number of one device as {key}", one_line(value))


def _of_check(result: Result, listed: bool) -> Iterator[Result]:
    """
    A deployment check is made on all GPUs, and one result tells of all; its GPU is that of the last error only.

    So it becomes a result per GPU only where every error is certain to belong to one, and otherwise speaks for all:
    to blame too many boards is a question, to blame too few is a bad board accepted.
    """
    blamed = _blamed(result) if listed and result.status == "Fail" else None
    if blamed is None:
        yield dataclasses.replace(result, entity=None)
        return
    for gpu in sorted(set(blamed)):
        errors = tuple(error for named, error in zip(blamed, result.errors, strict=True) if named == gpu)
        yield dataclasses.replace(result, entity=gpu, errors=errors)


def _blamed(result: Result) -> list[int] | None:
    """The GPU of each error, or None where it is not certain."""
    if result.entity is None or not 0 < len(result.errors) < ERROR_SLOTS:
        return None
    named = [_named_gpu(error) for error in result.errors]
    if named == [None]:
        return [result.entity]
    certain = [gpu for gpu in named if gpu is not None]
    return certain if len(certain) == len(named) and named[-1] == result.entity else None


def _named_gpu(error: DiagError) -> int | None:
    named = {int(number) for number in NAMED_GPU.findall(error.text)}
    return named.pop() if len(named) == 1 else None


def read_serials(root: dict[str, object]) -> tuple[tuple[int, str], ...]:
    """The boards' serials by DCGM's GPU number; releases before 3.3.1 do not tell them, and a board that tells none is left out."""
    told = as_object(TOOL, root.get("GPU Device Serials", {}), "GPU Device Serials")
    found = ((_gpu(key), read_serial(serial)) for key, serial in told.items())
    return tuple((gpu, serial) for gpu, serial in found if serial is not None)


def _gpu(key: str) -> int:
    if _GPU_NUMBER.fullmatch(key) is None:
        raise ParseError(TOOL, "the number of a GPU", key)
    return int(key)
