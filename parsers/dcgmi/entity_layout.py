"""
The layout of DCGM 4.0 to 4.6: results by entity, a summary per test, versions below `metadata`.

All deployment checks are one test, "software". `results` is absent where no entity ran the test. Remarks (`info`) are
capped at 16 per run, so that later GPUs have none. Results of tests that did not run are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.dcgmi.entries import TOOL, each_test, read_errors, read_info, read_serial, read_status
from parsers.dcgmi.names import plugin_name
from parsers.dcgmi.records import Result, Summary
from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, as_whole_number, member, one_line, only_keys

TOP_KEY = "DCGM Diagnostic"
ROOT_KEYS = {TOP_KEY, "metadata", "entity_groups"}

_TEST_KEYS = {"name", "results", "test_summary"}
_RESULT_KEYS = {"entity_group", "entity_group_id", "entity_id", "status", "warnings", "info"}
_GPU_GROUP_ID = 1


def read_results(body: dict[str, object]) -> tuple[Result, ...]:
    """Every result below `test_categories`, in the order of the document."""
    return tuple(
        _result(category, name, as_object(TOOL, item, "a result"))
        for category, name, test in each_test(body, _TEST_KEYS)
        for item in as_list(TOOL, test.get("results", []), "results")
        if item is not None
    )


def _result(category: str, name: str, entry: dict[str, object]) -> Result:
    only_keys(TOOL, entry, _RESULT_KEYS, "a result")
    return Result(
        category=category,
        test=plugin_name(name),
        subtest=None,
        entity_group=_group(entry),
        entity=_entity(entry),
        status=read_status(entry),
        errors=read_errors(entry),
        info=read_info(entry),
        line=one_line(entry),
    )


def _group(entry: dict[str, object]) -> str:
    group = as_text(TOOL, member(TOOL, entry, "entity_group"), "entity_group")
    number = as_whole_number(TOOL, member(TOOL, entry, "entity_group_id"), "entity_group_id")
    if (group == "GPU") != (number == _GPU_GROUP_ID):
        raise ParseError(TOOL, f"entity group {_GPU_GROUP_ID} for GPUs and for nothing else", one_line(entry))
    return group


def _entity(entry: dict[str, object]) -> int:
    number = as_whole_number(TOOL, member(TOOL, entry, "entity_id"), "entity_id")
    if number < 0:
        raise ParseError(TOOL, "the number of a device", one_line(entry))
    return number


def read_summaries(body: dict[str, object]) -> tuple[Summary, ...]:
    """The summary of every test that has one, in the order of the document."""
    return tuple(_summary(category, name, test) for category, name, test in each_test(body, _TEST_KEYS) if "test_summary" in test)


def _summary(category: str, name: str, test: dict[str, object]) -> Summary:
    entry = as_object(TOOL, test["test_summary"], "test_summary")
    only_keys(TOOL, entry, {"status", "warnings", "info"}, "a test_summary")
    return Summary(category, plugin_name(name), read_status(entry), read_errors(entry), read_info(entry), one_line(entry))


def read_metadata(root: dict[str, object]) -> dict[str, object]:
    """The object that holds the versions; empty where a run-level error left it out."""
    return as_object(TOOL, root.get("metadata", {}), "metadata")


def read_serials(root: dict[str, object]) -> tuple[tuple[int, str], ...]:
    """The boards' serials by DCGM's GPU number; a board that tells none is left out."""
    found = ((_entity(entity), read_serial(entity["serial_num"])) for entity in _gpus(root) if "serial_num" in entity)
    return tuple((gpu, serial) for gpu, serial in found if serial is not None)


def _gpus(root: dict[str, object]) -> Iterator[dict[str, object]]:
    for item in as_list(TOOL, root.get("entity_groups", []), "entity_groups"):
        group = as_object(TOOL, item, "an entity group")
        if _group(group) == "GPU":
            for entity in as_list(TOOL, member(TOOL, group, "entities"), "entities"):
                yield as_object(TOOL, entity, "an entity")
