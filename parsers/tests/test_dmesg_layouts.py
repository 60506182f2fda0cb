"""The layouts of the kernel's log in text: all tell the same events, and how far back the log reaches; other texts are refused."""

from __future__ import annotations

import time

import pytest

from parsers.dmesg import Event, parse_document, parse_journal, parse_text
from parsers.errors import ParseError
from parsers.reading import Absent, Reading
from parsers.tests.damage import RECORDINGS, outside
from parsers.tests.dmesg_texts import BANNER, TEXTS, XID_79, events, text_of

LAYOUTS = sorted(name for name in TEXTS if name.startswith("xids-"))


def told(event: Event) -> tuple[object, ...]:
    """An event without when and where it was printed."""
    return (event.kind, event.text, event.count, event.continuation, event.pci_bus_id, event.number, event.severity, event.pid)


@pytest.mark.parametrize(
    "message",
    [
        "dmesg: read kernel buffer failed: Operation not permitted",
        "dmesg: invalid option -- 'J'",
        "bash: dmesg: command not found",
        "No journal files were opened due to insufficient permissions.",
        "-- No entries --",
        "Hint: You are currently not seeing messages from other users and the system.",
    ],
)
def test_what_is_printed_instead_of_a_log_is_quoted(message: str) -> None:
    """Alone, and the words of dmesg and journalctl themselves also behind a part of the log."""
    for parse in (parse_text, parse_journal, parse_document):
        with pytest.raises(ParseError) as caught:
            parse(f"{message}\n")
        assert caught.value.line == message
    if message.startswith("dmesg: "):
        with pytest.raises(ParseError, match=r"found .dmesg: "):
            parse_text(f"{BANNER}{message}\n")


@pytest.mark.parametrize(
    "text",
    [
        "a list\nof lines\n",
        "-- Reboot --\n",
        "[1795428000.123456] 10.0.0.1 : [0], 64 bytes, 0.05 ms (0.05 avg, 0% loss)\n",
        "[    12.345] (II) Loading /usr/lib/xorg/modules/drivers/nvidia_drv.so\n",
        f"a line\n{BANNER}",
        "Nov 23 10:00:00 host sshd[1]: Accepted publickey\n",
        XID_79[:24],
        XID_79[:28],
    ],
    ids=repr,
)
def test_other_texts_are_refused(text: str) -> None:
    """Lines of anything, headers only, other programs' times in brackets, a line before the log, a log without the kernel, half an Xid."""
    with pytest.raises(ParseError):
        parse_text(text)


def test_a_log_of_the_fabric_manager_is_refused() -> None:
    """It has timestamps too."""
    with pytest.raises(ParseError, match="a log of the kernel, found"):
        parse_text(outside("fabricmanager/gpud-fabricmanager.log"))


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_tells_the_same_events(name: str) -> None:
    """Or what is found would depend on how dmesg was called."""
    log, plain = parse_text(text_of(name)), parse_text(text_of("xids-plain.txt"))
    assert [told(event) for event in log.events] == [told(event) for event in plain.events]
    assert (log.entries, log.from_boot, log.complete) == (22, True, False)


def test_documents_and_the_journal_tell_the_same_events_and_are_whole() -> None:
    """A document is closed, a journal has its cursor."""
    plain = [told(event) for event in events(text_of("xids-plain.txt"))]
    journal = (RECORDINGS / "journalctl/xids.json").read_text()
    for log in (parse_document(text_of("xids.json")), parse_document(text_of("xids-decode.json")), parse_journal(journal)):
        assert (log.entries, log.from_boot, log.complete) == (22, True, True)
        assert [told(event)[:1] + told(event)[2:] for event in log.events] == [event[:1] + event[2:] for event in plain]


@pytest.mark.parametrize(
    ("name", "first", "last", "first_event"),
    [
        ("plain", "0.000000", "135.500000", ("0.900001", 0.900001)),
        ("decode", "0.000000", "135.500000", ("0.900001", 0.900001)),
        ("raw", "0.000000", "135.500000", ("0.900001", 0.900001)),
        ("caller", "0.000000", "135.500000", ("0.900001", 0.900001)),
        ("delta", "0.000000", "135.500000", ("0.900001", 0.900001)),
        ("kmsg", "0", "135500000", ("900001", 0.900001)),
        ("short-monotonic", "0.000000", "135.500000", ("0.900001", 0.900001)),
        ("iso-decode", "2026-11-23T10:00:00,000000+00:00", "2026-11-23T10:02:15,500000+00:00", ("2026-11-23T10:00:00,900001+00:00", None)),
        ("ctime", "Mon Nov 23 10:00:00 2026", "Mon Nov 23 10:02:15 2026", ("Mon Nov 23 10:00:00 2026", None)),
        ("human", "Nov23 10:00", "Nov23 10:02", (None, None)),
        ("syslog", "Nov 23 10:00:00", "Nov 23 10:02:15", ("Nov 23 10:00:00", 0.900001)),
        ("syslog-iso", "2026-11-23T10:00:00.000000+00:00", "2026-11-23T10:02:15.500000+00:00", ("2026-11-23T10:00:00.900001+00:00", None)),
        ("notime", None, None, (None, None)),
    ],
)
def test_timestamps_are_kept_as_printed(
    name: str, first: str | None, last: str | None, first_event: tuple[str | None, float | None]
) -> None:
    """From when to when the log reaches; differences to the line before are no points in time."""
    log = parse_text(text_of(f"xids-{name}.txt"))
    event = log.events[0]
    assert (log.first_timestamp, log.last_timestamp) == (first, last)
    assert (event.timestamp, event.since_boot_s) == first_event


@pytest.mark.parametrize(
    ("line", "timestamp", "since_boot"),
    [
        ("[Mon Nov 23 10:00:00 2026 <    0.000012>] ", "Mon Nov 23 10:00:00 2026", None),
        ("[<    0.000012>] ", None, None),
        ("[    1.500000] [Mon Nov 23 10:00:00 2026] ", "1.500000", 1.5),
        ("[    1.500000][  T123] ", "1.500000", 1.5),
        ("<4>Nov  3 10:00:00 host kernel: ", "Nov  3 10:00:00", None),
        ("Mon 2026-11-23 10:00:00 UTC host kernel: ", "Mon 2026-11-23 10:00:00 UTC", None),
        ("1795428000.123456 host kernel: ", "1795428000.123456", None),
        ("2026-11-23T10:00:00+0000 host kernel: ", "2026-11-23T10:00:00+0000", None),
        ("6,1000,1500000;", "1500000", 1.5),
        ("6,1000,1500000,-,caller=T123;", "1500000", 1.5),
        ("kern  :warn  : ", None, None),
        ("kernel: ", None, None),
    ],
)
def test_rarer_prefixes_are_read(line: str, timestamp: str | None, since_boot: float | None) -> None:
    """Several formats of time at once, callers, journalctl's other formats, dmesg -t -x, journalctl through grep."""
    (event,) = events(f"{line}{XID_79}\n")
    assert (event.timestamp, event.since_boot_s) == (timestamp, since_boot)
    assert (event.number, event.pci_bus_id, event.pid, event.process, event.text) == (79, "0000:53:00.0", 1234, "python", XID_79)


def test_the_log_says_how_far_back_it_reaches() -> None:
    """A ring buffer forgets its beginning, and the Xids in it."""
    assert parse_text("[    0.999999] first\n").from_boot
    assert parse_text("[Mon Nov 23 10:00:00 2026] Linux version 6.8.0\n").from_boot
    assert not parse_text("[    1.000000] first\n").from_boot
    assert not parse_text("<30>[    1.000000] Linux version 6.8.0\n[    2.000000] x\n").from_boot
    assert not parse_text("[Mon Nov 23 10:00:00 2026] first\n").from_boot


def test_sequence_numbers_tell_of_lost_entries() -> None:
    """/dev/kmsg numbers its records; they rise by one."""
    text = text_of("xids-kmsg.txt")
    assert parse_text(text).missing_entries == Reading(0, "count", text.splitlines()[-1])
    lines = text.splitlines(keepends=True)
    lost = parse_text("".join(lines[:3] + lines[5:])).missing_entries
    assert isinstance(lost, Reading)
    assert lost.value == 2
    assert parse_text(text_of("xids-plain.txt")).missing_entries == Absent("sequence numbers")
    for wrong in (lines[:3] + lines[2:], [lines[1], lines[0], *lines[2:]]):
        with pytest.raises(ParseError, match="a sequence number above"):
            parse_text("".join(wrong))


def test_a_message_of_several_lines_is_one_entry() -> None:
    """Indented, not indented, escaped by /dev/kmsg or syslog, or with an empty line at the end."""
    lines = "NVRM: The NVIDIA GPU 0000:53:00.0\nNVRM: (PCI ID: 10de:2330) installed in this system has\nNVRM: fallen off the bus and is not"
    for text in (
        "[    5.000000] " + lines.replace("\n", "\n               ") + "\n\n",
        f"[    5.000000] {lines}\n",
        "4,1,5000000,-;" + lines.replace("\n", "\\x0a") + "\n SUBSYSTEM=pci\n",
        "Nov 23 10:00:00 host kernel: " + lines.replace("\n", "#012") + "\n",
    ):
        log = parse_text(text)
        assert (log.entries, [(event.kind, event.pci_bus_id) for event in log.events]) == (1, [("fallen_off_bus", "0000:53:00.0")])
    with pytest.raises(ParseError):
        parse_text("[    5.000000] first\nsecond NVRM: Xid (PCI:0000:53:00): 79, pid=1\n")
    assert parse_text(f"user  :info  : [    5.000000] first\n{XID_79}\nkern  :info  : [    6.000000] last\n").events == ()


def test_line_ends_of_another_system_mean_nothing() -> None:
    """CR LF gives the same record."""
    for parse, name in (
        (parse_text, "dmesg/xids-iso-decode.txt"),
        (parse_document, "dmesg/xids.json"),
        (parse_journal, "journalctl/xids.json"),
    ):
        text = (RECORDINGS / name).read_text()
        assert parse(text.replace("\n", "\r\n")) == parse(text)


@pytest.mark.parametrize(
    ("name", "entries", "first", "last", "facts"),
    [
        (
            "azurenhc-syslog-ib-flap.txt",
            14,
            "Aug 17 00:00:24",
            "Aug 17 06:18:06",
            [("carrier", None, None, "lost")] * 6 + [("carrier", None, None, "gained")] * 6,
        ),
        ("gpud-dmesg-xid119.txt", 43, "Sun Feb 23 16:24:18 2025", "Sun Feb 23 16:30:13 2025", None),
        ("gpud-kmsg-raw.txt", 47, "206764307", "57631398464", []),
        (
            "imbue-xid-94-64-sxid.txt",
            4,
            "2397166.983093",
            "18.617069",
            [
                ("xid", "0000:0f:00.0", 94, None),
                ("xid", "0000:0f:00.0", 64, None),
                ("sxid", "0000:85:00.0", 12028, None),
                ("pcie_link", "0000:9c:00.0", None, None),
            ],
        ),
        ("stas-xid63.txt", 1, None, None, [("xid", "0000:10:1c.0", 63, None)]),
    ],
)
def test_outside_logs_are_read(name: str, entries: int, first: str | None, last: str | None, facts: list[object] | None) -> None:
    """Real lines of other people's machines."""
    log = parse_text(outside(f"dmesg/{name}"))
    assert (log.entries, log.first_timestamp, log.last_timestamp, log.from_boot) == (entries, first, last, False)
    if facts is not None:
        assert [(event.kind, event.pci_bus_id, event.number, event.state) for event in log.events] == facts


def test_the_outside_log_of_a_gsp_timeout_is_read() -> None:
    """Five Xids 119 of one board, its UUID, and the word that most were not printed."""
    found = events(outside("dmesg/gpud-dmesg-xid119.txt"))
    assert {event.pci_bus_id for event in found} == {"0000:9b:00.0"}
    assert [event.kind for event in found] == ["gpu_uuid", "xid", "xid", "xid", "suppressed", "xid", "xid"]
    assert [event.pid for event in found if event.number == 119] == [2024380, 2024380, 2024380, 1263500, 1240590]
    assert found[0].gpu_uuid == "GPU-509665ad-b600-ac93-3616-d754b23d636d"


def test_the_outside_link_that_is_half_as_wide_is_read() -> None:
    """x8 of x16."""
    limit = events(outside("dmesg/imbue-xid-94-64-sxid.txt"))[-1].limit
    assert limit is not None
    assert isinstance(limit.lanes, Reading)
    assert isinstance(limit.capable_lanes, Reading)
    assert (limit.limited_by, limit.lanes.value, limit.capable_lanes.value) == ("0000:97:01.0", 8, 16)


def test_the_outside_log_of_a_healthy_node_is_read_quickly() -> None:
    """2362 entries and 20 empty lines; driver, four switches, ports; no Xid. It does not reach back to the start."""
    text = outside("dmesg/gpud-dmesg-iso-1.txt")
    started = time.process_time()
    log = parse_text(text)
    assert time.process_time() - started < 0.5
    assert (log.entries, log.from_boot) == (2362, False)
    assert [event.version for event in log.events if event.kind == "driver_loaded"] == ["550.90.07"]
    assert sum(event.kind == "nvswitch_found" for event in log.events) == 4
    assert {event.kind for event in log.events} == {"driver_loaded", "nvswitch_found", "ib_port", "slot_power", "suppressed"}
