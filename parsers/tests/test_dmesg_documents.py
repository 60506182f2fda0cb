"""The kernel's log as JSON, of dmesg and of the journal: who spoke is known, and only a closed document or a cursor makes it whole."""

from __future__ import annotations

import json

import pytest

from parsers.dmesg import parse_document, parse_journal
from parsers.errors import ParseError
from parsers.tests.dmesg_texts import XID_79


def document(**changes: object) -> str:
    """A document of one entry in which some keys are other than dmesg prints them; None leaves one out."""
    entry = {"pri": 6, "time": 0.5, "msg": "x"} | changes
    return json.dumps({"dmesg": [{key: value for key, value in entry.items() if value is not None}]}, indent=3) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        document(pri=None),
        document(pri="info"),
        document(pri=True),
        document(time=None),
        document(time=5),
        document(time=-0.5),
        document(time="0.5"),
        document(msg=None),
        document(msg=7),
        document(more=1),
        document(fac="kern"),
        document(fac="kern", pri="IN FO"),
        document(fac="kernel", pri="info"),
        document(fac=7, pri="info"),
        document(fac="user", pri="info"),
        document(pri=14),
        document(msg="NVRM: Xid (PCI:0000:53:00): x"),
        document().replace("dmesg", "kmsg"),
        '{"dmesg": []}\n',
        '{"dmesg": {}}\n',
        '{"dmesg": [1]}\n',
        "warning\n" + document(),
        document() * 2,
        document()[:-3],
    ],
    ids=repr,
)
def test_another_document_is_refused(text: str) -> None:
    """Keys missing, unknown or of another kind; no entry, none of the kernel; anything around the document; half of it."""
    with pytest.raises(ParseError):
        parse_document(text)


def test_a_document_says_who_spoke() -> None:
    """
    In words with -x, in the number without; the caller means nothing.

    Before 2.40 the number of what a process wrote may be the kernel's (user.warn was seen as 5): its name is its mark then.
    """
    quoted_5, quoted_14 = (
        json.dumps({"pri": pri, "time": 1.0, "msg": msg}) for pri, msg in ((5, f"node-doctor[77]: {XID_79}"), (14, XID_79))
    )
    for quoted in (quoted_5, quoted_14):
        assert parse_document(document().replace("\n   ]\n}", f",\n{quoted}\n   ]\n}}")).events == ()
    assert len(parse_document(document(msg=XID_79, caller="T12")).events) == 1
    assert len(parse_document(document(msg=XID_79, fac="kern", pri="warn")).events) == 1


def journal(*entries: dict[str, object], end: str = "-- cursor: c\n") -> str:
    """Lines of a journal: a first entry of the kernel with some fields changed or, where None, left out; and its end."""
    first = {"__CURSOR": "c", "_BOOT_ID": "b", "_TRANSPORT": "kernel", "__REALTIME_TIMESTAMP": "1795428000000000"} | {
        "__MONOTONIC_TIMESTAMP": "3000000", "SYSLOG_FACILITY": "0", "SYSLOG_IDENTIFIER": "kernel", "MESSAGE": XID_79,
    }  # fmt: skip
    made = [{key: value for key, value in (first | changes).items() if value is not None} for changes in entries or ({},)]
    return "".join(json.dumps(entry) + "\n" for entry in made) + end


@pytest.mark.parametrize(
    "text",
    [
        "-- cursor: c\n",
        journal(end="-- cursor: d\n"),
        journal(end="-- cursor: c\n-- cursor: c\n"),
        journal() + journal({"__CURSOR": "d"}, end=""),
        journal({}, {}),
        journal({"__CURSOR": "a"}, {"_BOOT_ID": "other"}),
        journal({"__CURSOR": 7}),
        journal({"_BOOT_ID": None, "__CURSOR": "a"}, {"_BOOT_ID": 7}),
        journal({"_TRANSPORT": None}),
        journal({"_TRANSPORT": ["kernel", "syslog"]}),
        journal({"SYSLOG_FACILITY": ["0", "0"]}),
        journal({"SYSLOG_IDENTIFIER": ["kernel"]}),
        journal({"__REALTIME_TIMESTAMP": None}),
        journal({"__REALTIME_TIMESTAMP": "now"}),
        journal({"__MONOTONIC_TIMESTAMP": None}),
        journal({"_SOURCE_MONOTONIC_TIMESTAMP": "-1"}),
        journal({"MESSAGE": None}),
        journal({"MESSAGE": []}),
        journal({"MESSAGE": [78, 256]}),
        journal({"MESSAGE": ["NVRM", "Xid"]}),
        journal({"MESSAGE": "NVRM: Xid (PCI:0000:53:00): x"}),
        journal({"_TRANSPORT": "syslog"}),
        journal()[20:],
        journal(end="-- Boot 0123 --\n"),
        journal({"__CURSOR": "a"}, {}).replace("\n", " ", 1),
    ],
    ids=repr,
)
def test_another_journal_is_refused(text: str) -> None:
    """No entry, another end, an entry twice or after the end, two boots, fields missing, a message of the kernel left out."""
    with pytest.raises(ParseError):
        parse_journal(text)


def test_a_damaged_entry_is_quoted_with_its_line() -> None:
    """So that it is found among thousands."""
    with pytest.raises(ParseError, match="a whole JSON document") as caught:
        parse_journal(journal({"__CURSOR": "a"}, end="") + '{"MESSAGE": "half\n')
    assert (caught.value.tool, caught.value.line_number) == ("journalctl-json", 2)


def test_a_journal_is_whole_with_its_cursor_only() -> None:
    """The last line, with its line end."""
    assert parse_journal(journal()).complete
    assert parse_journal(journal({"__CURSOR": None, "_BOOT_ID": None})).complete
    assert not parse_journal(journal(end="")).complete
    assert not parse_journal(journal().rstrip("\n")).complete


@pytest.mark.parametrize(
    "changes",
    [
        {"SYSLOG_FACILITY": "3", "SYSLOG_IDENTIFIER": "systemd"},
        {"SYSLOG_FACILITY": "1"},
        {"SYSLOG_IDENTIFIER": "root"},
        {"_TRANSPORT": "syslog"},
        {"_TRANSPORT": "stdout", "MESSAGE": None},
    ],
    ids=repr,
)
def test_a_process_that_writes_to_the_kernels_log_is_not_the_kernel(changes: dict[str, object]) -> None:
    """journald gives it the kernel's transport, and takes its name off the message."""
    log = parse_journal(journal({"__CURSOR": "a", "MESSAGE": "Linux version 6.8.0"}, changes))
    assert (log.entries, log.events, log.from_boot) == (2, (), True)


def test_a_message_of_bytes_is_a_message() -> None:
    """So journald writes what is not printable UTF-8; the byte that is none stays visible, and so do control characters."""
    log = parse_journal(journal({"MESSAGE": [*XID_79.encode(), 0xFF, 0x1B], "_SOURCE_MONOTONIC_TIMESTAMP": "500000"}))
    (event,) = log.events
    assert (event.number, event.text, event.since_boot_s, log.from_boot) == (79, XID_79 + "\\xff\\x1b", 0.5, True)
    assert (event.timestamp, log.first_timestamp) == ("1795428000000000", "1795428000000000")
