"""
iperf3's JSON as one document: repeated keys left out, and the events of --json-stream put together.

With several streams releases print the sizes of the socket buffers once for each stream, all in one object (seen in
3.12, not in 3.18), and a UDP server its target_bitrate twice. Nothing is read from them, so all but the last are left
out. Every other key that stands twice stays, and makes the document unreadable: 3.7 prints the sums of both directions
of --bidir under one name.

--json-stream (from 3.17) prints one object a line: a "start", an "interval" each, an "error" if there was one, what the
server said if that was asked for, and an "end" in any case. --json-stream-full-output (from 3.20) prints the document
after them; it is what is read then, and its "end" has to be that of the events.
"""

from __future__ import annotations

import re

from parsers.errors import ParseError
from parsers.iperf3.measures import TOOL
from parsers.json_text import MAX_CHARACTERS, Document, as_text, find_document, member, only_keys
from parsers.plain_text import printable_lines

_SIZE = r'"(?P<key>sock_bufsize|sndbuf_actual|rcvbuf_actual)":\s*[0-9]{1,18},(?=[^{}]*?"(?P=key)":)'
_RATE = r'"target_bitrate":\s*[0-9]{1,18},(?=\s*"timestamp":)'
_REPEATED = re.compile(f"{_SIZE}|{_RATE}")
_FIRST = re.compile(r'^[ \t]*\{(?P<event>[ \t]*"event"[ \t]*:)?', re.MULTILINE)
_EVENT = re.compile(r'[ \t]*\{[ \t]*"event"[ \t]*:')
_ORDER = {"start": 0, "interval": 1, "end": 2}
_EVENTS = ("start", "interval", "end", "error", "server_output_text", "server_output_json")


def read_document(text: str) -> Document:
    """The document of -J, or what the events of --json-stream make of one. ParseError if there is none, or more than one."""
    first = _FIRST.search(text, 0, MAX_CHARACTERS)
    if first is None or len(text) > MAX_CHARACTERS:
        return find_document(TOOL, text)
    document = _put_together(text) if first["event"] else find_document(TOOL, _REPEATED.sub(_empty_lines, text))
    for note in document.notes:
        if "\r" in note:
            raise ParseError(TOOL, "lines without control characters around the document", note)
    return document


def _put_together(text: str) -> Document:
    lines = printable_lines(TOOL, text)
    events = [_event(line, number) for number, line in enumerate(lines, start=1) if _EVENT.match(line)]
    rest = "\n".join("" if _EVENT.match(line) else line for line in lines)
    document = _from_events(events)
    if not _FIRST.search(rest):
        return Document(document, tuple(line.strip() for line in rest.split("\n") if line.strip()))
    return _with_the_end_of(document, read_document(rest))


def _empty_lines(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def _event(line: str, number: int) -> tuple[str, object, int]:
    event = find_document(TOOL, line).value
    only_keys(TOOL, event, ("event", "data"), "an event")
    name = as_text(TOOL, member(TOOL, event, "event"), "event")
    if name not in _EVENTS:
        raise ParseError(TOOL, f"one of the events {', '.join(_EVENTS)}", line, number)
    return name, member(TOOL, event, "data"), number


def _from_events(events: list[tuple[str, object, int]]) -> dict[str, object]:
    document: dict[str, object] = {}
    intervals: list[object] = []
    reached = 0
    for name, data, number in events:
        if name in document or _ORDER.get(name, reached) < reached:
            raise ParseError(TOOL, "the events of one run in their order", name, number)
        reached = _ORDER.get(name, reached)
        if name == "interval":
            intervals.append(data)
        else:
            document[name] = data
    return {"start": {}, "end": {}} | document | {"intervals": intervals}


def _with_the_end_of(streamed: dict[str, object], full: Document) -> Document:
    if full.value.get("end") != streamed["end"]:
        raise ParseError(TOOL, "the same end in the events and in the document after them", "another one")
    return full
