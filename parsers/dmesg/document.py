"""
`dmesg --json`, with or without -x: util-linux 2.38 and later (sys-utils/dmesg.c, print_record).

{"dmesg": [{"pri": 6, "time": 12.345678, "msg": "..."}, ...]}; `caller` where the kernel notes it. `time` is in seconds since the start
of the kernel, whatever format of time was asked for; it is the timestamp of the record, with its six digits. Entries without
text are not printed.

`pri` is facility times 8 plus level from 2.40 on. Before that, facility and level share their bits (util-linux issue 2325): what a
process wrote may have a priority of the kernel, and "name[pid]: " is its only mark. -x tells in every release: then `fac` and
`pri` are words.
"""

from __future__ import annotations

import re

from parsers.dmesg.line import FACILITIES, KERN, KERNEL_PRIORITIES, LEVELS, PROCESS, Line, entry
from parsers.dmesg.log import kernel_log
from parsers.dmesg.records import KernelLog
from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, as_whole_number, find_document, member, one_line, only_keys
from parsers.plain_text import ends_whole_line, printable_lines
from parsers.reading import Absent
from parsers.tool import Tool

TOOL = "dmesg-json"
_KEYS = ("fac", "pri", "time", "caller", "msg")


def parse(text: str) -> KernelLog:
    """
    The log; complete if the document is closed and its last line has its line end.

    Raises ParseError for a document that is cut, that has anything before or after it, keys that are not known or are missing,
    no entry, an Xid that cannot be read, and what parsers.plain_text refuses.
    """
    document = find_document(TOOL, "\n".join(printable_lines(TOOL, text)))
    if document.notes:
        raise ParseError(TOOL, "nothing but the document", document.notes[0])
    only_keys(TOOL, document.value, ("dmesg",), "the document")
    entries = as_list(TOOL, member(TOOL, document.value, "dmesg"), "dmesg")
    if not entries:
        raise ParseError(TOOL, "an entry", one_line(document.value))
    lines = [line for item in entries for line in _entry(as_object(TOOL, item, "an entry"))]
    return kernel_log(TOOL, lines, complete=ends_whole_line(text), missing=Absent("sequence numbers"))


def _entry(item: dict[str, object]) -> list[Line]:
    only_keys(TOOL, item, _KEYS, "an entry")
    seconds = member(TOOL, item, "time")
    if not isinstance(seconds, float) or seconds < 0:
        raise ParseError(TOOL, "seconds with decimals as time", one_line(item))
    return entry(0, f"{seconds:.6f}", seconds, _is_kernels(item), as_text(TOOL, member(TOOL, item, "msg"), "msg"))


def _is_kernels(item: dict[str, object]) -> bool:
    priority = member(TOOL, item, "pri")
    if "fac" not in item:
        message = as_text(TOOL, member(TOOL, item, "msg"), "msg")
        return as_whole_number(TOOL, priority, "pri") in KERNEL_PRIORITIES and PROCESS.match(message) is None
    facility, level = as_text(TOOL, item["fac"], "fac"), as_text(TOOL, priority, "pri")
    if not re.fullmatch(FACILITIES, facility) or not re.fullmatch(LEVELS, level):
        raise ParseError(TOOL, "a facility and a level", one_line(item))
    return facility == KERN


TOOLS = (Tool(TOOL, "util-linux 2.38 to 2.41", "dmesg --json, dmesg --json -x: as dmesg, and whether it is whole", parse),)
