"""The parts that all layouts of `dcgmi diag -j` share: a status, the list of errors, the list of remarks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from parsers.dcgmi.records import DiagError
from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, as_whole_number, member, one_line, only_keys

TOOL = "dcgmi diag"

STATUSES = frozenset({"Pass", "Fail", "Skip", "Warn", "Not Run", ""})
"""All that a status can be. "Warn" and "Not Run" are words of the text mode; "" is a test of DCGM 4 that did not run."""

_CPU_SKIP = "Skip - All"
_BLANK = re.compile("<<<[A-Z_]+>>>")
_ERROR_KEYS = {"warning", "warnings", "error_id", "error_category", "error_severity"}


def read_status(entry: dict[str, object]) -> str:
    """The status of a result; ParseError for a word that is not known. The CPU's EUD of 3.3.x says "Skip - All"."""
    status = as_text(TOOL, member(TOOL, entry, "status"), "status")
    if status == _CPU_SKIP:
        return "Skip"
    if status not in STATUSES:
        raise ParseError(TOOL, "a status: Pass, Fail, Skip, Warn, Not Run", one_line(entry))
    return status


def read_errors(entry: dict[str, object]) -> tuple[DiagError, ...]:
    """
    The errors of a result, from a string (to 3.2) or an array of objects (from 3.3.1).

    The array has null where a slot was not used. 3.3.3 to 3.3.9 name the text of a deployment check's error
    "warnings", of all others "warning".
    """
    found = entry.get("warnings", "")
    if isinstance(found, str):
        return (DiagError(found, None, None, None),) if found else ()
    return tuple(_error(item) for item in as_list(TOOL, found, "warnings") if item is not None)


def _error(item: object) -> DiagError:
    if isinstance(item, str):
        return DiagError(item, None, None, None)
    entry = as_object(TOOL, item, "a warning")
    only_keys(TOOL, entry, _ERROR_KEYS, "a warning")
    texts = [as_text(TOOL, entry[key], key) for key in ("warning", "warnings") if key in entry]
    if len(texts) != 1:
        raise ParseError(TOOL, "one text in a warning", one_line(entry))
    return DiagError(texts[0], *(_number(entry, key) for key in ("error_id", "error_category", "error_severity")))


def _number(entry: dict[str, object], key: str) -> int | None:
    return as_whole_number(TOOL, entry[key], key) if key in entry else None


def read_info(entry: dict[str, object]) -> tuple[str, ...]:
    """The remarks of a result: a string up to 3.x, an array of strings in 4.x."""
    found = entry.get("info", "")
    if isinstance(found, str):
        return (found,) if found else ()
    return tuple(as_text(TOOL, item, "info") for item in as_list(TOOL, found, "info") if item is not None)


def read_serial(value: object) -> str | None:
    """A board's serial; None where DCGM has none, which it writes as <<<NOT_SUPPORTED>>> or <<<NULL>>> (dcgm_structs.h)."""
    serial = as_text(TOOL, value, "a serial")
    return None if _BLANK.fullmatch(serial) else serial


def each_test(body: dict[str, object], test_keys: Collection[str]) -> Iterator[tuple[str, str, dict[str, object]]]:
    """
    Category, name and object of every test, in their order. Both layouts nest them alike.

    A null in the array of tests is a hole that old releases leave for a check they no longer have.
    """
    for item in as_list(TOOL, member(TOOL, body, "test_categories"), "test_categories"):
        category = as_object(TOOL, item, "a category")
        only_keys(TOOL, category, {"category", "tests"}, "a category")
        name = as_text(TOOL, member(TOOL, category, "category"), "category")
        for found in as_list(TOOL, member(TOOL, category, "tests"), "tests"):
            if found is not None:
                test = as_object(TOOL, found, "a test")
                only_keys(TOOL, test, test_keys, "a test")
                yield name, _name(test), test


def _name(test: dict[str, object]) -> str:
    name = as_text(TOOL, member(TOOL, test, "name"), "name")
    if not name.strip():
        raise ParseError(TOOL, "the name of a test", one_line(test))
    return name
