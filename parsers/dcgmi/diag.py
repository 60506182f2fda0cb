"""
`dcgmi diag -j`, any level, DCGM 2.1 to 4.6: one record for all layouts.

The layouts are those of dcgmi/Diag.cpp, tag by tag; NVIDIA publishes no schema. The exit code is not in the text: see
parsers.dcgmi.names.exit_meaning. In JSON no release ever says "Warn": a warning reads "Fail".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from parsers.dcgmi import entity_layout, gpu_layout
from parsers.dcgmi.entries import TOOL
from parsers.dcgmi.records import Diagnosis, Result
from parsers.errors import ParseError
from parsers.json_text import Document, as_object, as_text, find_document, one_line, only_keys
from parsers.tool import Tool

_BODY_KEYS = {"test_categories", "runtime_error", "version"}
_DRIVER = "Driver Version Detected"


def parse_diag(text: str) -> Diagnosis:
    """
    The results of one run.

    Raises ParseError for everything that is not one whole run in a known layout: no or cut JSON, an unknown key or
    status, a result without its device, a device twice in one test, no test at all, several runs (`--iterations`).
    A run-level error is no ParseError: it is the record's `runtime_error`.
    """
    document = find_document(TOOL, text)
    layouts = [layout for layout in (gpu_layout, entity_layout) if layout.TOP_KEY in document.value]
    if len(layouts) != 1:
        found = ", ".join(document.value) or "no key"
        raise ParseError(TOOL, f"one run, in {gpu_layout.TOP_KEY!r} or {entity_layout.TOP_KEY!r}", found)
    diagnosis = _by_gpu(document) if layouts[0] is gpu_layout else _by_entity(document)
    check_results(diagnosis)
    return diagnosis


def _by_gpu(document: Document) -> Diagnosis:
    root = document.value
    only_keys(TOOL, root, gpu_layout.ROOT_KEYS, "the document")
    body = _body(root[gpu_layout.TOP_KEY])
    return Diagnosis(
        layout="gpu",
        dcgm_version=_version("version", root, body),
        driver_version=_version(_DRIVER, root),
        runtime_error=_runtime_error(body),
        results=gpu_layout.read_results(body) if "test_categories" in body else (),
        test_summaries=(),
        serials=_once(gpu_layout.read_serials(root)),
        notes=document.notes,
    )


def _by_entity(document: Document) -> Diagnosis:
    root = document.value
    only_keys(TOOL, root, entity_layout.ROOT_KEYS, "the document")
    body = _body(root[entity_layout.TOP_KEY])
    metadata = entity_layout.read_metadata(root)
    return Diagnosis(
        layout="entity",
        dcgm_version=_version("version", metadata, body),
        driver_version=_version(_DRIVER, metadata),
        runtime_error=_runtime_error(body),
        results=entity_layout.read_results(body) if "test_categories" in body else (),
        test_summaries=entity_layout.read_summaries(body) if "test_categories" in body else (),
        serials=_once(entity_layout.read_serials(root)),
        notes=document.notes,
    )


def _body(value: object) -> dict[str, object]:
    body = as_object(TOOL, value, "the diagnostic")
    only_keys(TOOL, body, _BODY_KEYS, "the diagnostic")
    if ("runtime_error" in body) == ("test_categories" in body):
        raise ParseError(TOOL, "either test_categories or runtime_error", one_line(body))
    return body


def _runtime_error(body: dict[str, object]) -> str | None:
    if "runtime_error" not in body:
        return None
    message = as_text(TOOL, body["runtime_error"], "runtime_error").strip()
    if not message:
        raise ParseError(TOOL, "the text of a runtime_error", one_line(body))
    return message


def _version(key: str, *places: dict[str, object]) -> str | None:
    found = [as_text(TOOL, place[key], key) for place in places if key in place]
    if len(set(found)) > 1:
        raise ParseError(TOOL, f"one {key}", ", ".join(found))
    return found[0] if found else None


def _once(serials: tuple[tuple[int, str], ...]) -> tuple[tuple[int, str], ...]:
    _no_repeats("the serial of GPU", (gpu for gpu, _ in serials))
    return serials


def check_results(diagnosis: Diagnosis) -> None:
    """ParseError for a run without any test, and for a device twice in one test or a test twice."""
    if diagnosis.runtime_error is None and not (diagnosis.results or diagnosis.test_summaries):
        raise ParseError(TOOL, "at least one test", "none")
    _no_repeats("a result of", map(_place, diagnosis.results))
    _no_repeats("the summary of", (summary.test for summary in diagnosis.test_summaries))


def _place(result: Result) -> str:
    device = "all GPUs" if result.entity is None else f"{result.entity_group} {result.entity}"
    return f"{result.subtest or result.test} on {device}"


def _no_repeats(what: str, places: Iterable[object]) -> None:
    for place, count in Counter(places).items():
        if count > 1:
            raise ParseError(TOOL, f"{what} {place} once", f"{count} times")


TOOLS = (Tool("dcgmi-diag", "DCGM 2.1 to 4.6", "dcgmi diag -j, any level: the results of a run by device and test", parse_diag),)
