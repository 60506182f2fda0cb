"""The kernel's log: an Xid is never missed, never made up, never another board's; and a log is not whole because it ends."""

from __future__ import annotations

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.dmesg import Event, KernelLog, look_up, parse_document, parse_journal, parse_text
from parsers.dmesg.rules import address, requester
from parsers.errors import ParseError
from parsers.reading import Absent, ErrorWord, Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.dmesg_health import HEALTHY

FOLDER = RECORDINGS / "dmesg"
TEXTS = sorted(path.name for path in FOLDER.glob("*.txt"))
LAYOUTS = sorted(name for name in TEXTS if name.startswith("xids-"))
OUTSIDE = (
    "azurenhc-syslog-ib-flap.txt",
    "gpud-dmesg-iso-1.txt",
    "gpud-dmesg-xid119.txt",
    "gpud-kmsg-raw.txt",
    "imbue-xid-94-64-sxid.txt",
    "stas-xid63.txt",
)
XID_79 = "NVRM: Xid (PCI:0000:53:00): 79, pid=1234, name=python, GPU has fallen off the bus."
BANNER = "[    0.000000] Linux version 6.8.0\n"


def text_of(name: str) -> str:
    """One of our own recordings of dmesg."""
    return (FOLDER / name).read_text()


def events(text: str) -> tuple[Event, ...]:
    """What happened in a log in text."""
    return parse_text(text).events


def said(message: str) -> Event:
    """The one event that a message of the kernel reports."""
    (event,) = events(f"[  100.000001] {message}\n")
    return event


def told(event: Event) -> tuple[object, ...]:
    """An event without when and where it was printed."""
    return (event.kind, event.text, event.count, event.continuation, event.pci_bus_id, event.number, event.severity, event.pid)


@pytest.mark.parametrize(
    "message",
    [
        "NVRM: Xid (PCI:0000:53:00): seventy-nine, pid=1, GPU has fallen off the bus.",
        "NVRM: Xid (PCI:0000:53:00) 79, GPU has fallen off the bus.",
        "NVRM: Xid (PCI:0000:53:00): 79 GPU has fallen off the bus.",
        "NVRM: Xid (PCI:0000:53:00): N/A, GPU has fallen off the bus.",
        "NVRM: Xid (PCI:0000:53:00): 1234567, pid=1",
        "NVRM: Xid (PCI:0000:153:00): 79, pid=1",
        "NVRM: Xid (): 79, pid=1",
        "NVRM: Xid error: 79",
        "NVRM: Xid",
        "nvidia: NVRM: Xid (PCI:0000:53:00): 79, pid=1",
        "[...] NVRM: Xid (PCI:0000:53:00): 79, pid=1",
        f"{XID_79} {XID_79}",
        f"NVRM: GPU at PCI:0000:53:00 has fallen off the bus. {XID_79}",
        f"message repeated 3 times: [ {XID_79}",
        "nvidia-nvswitch0: SXid (PCI:0000:05:00.0): garbled, Fatal",
        "nvidia-nvswitch0: SXid (PCI:0000:05:00.0): 12028",
        "nvswitch: SXid (PCI:0000:05:00.0): 12028, Fatal, Link 1",
    ],
)
def test_an_xid_that_cannot_be_read_is_refused(message: str) -> None:
    """It must not vanish: that is how a dead board is accepted. Nor is a number taken from elsewhere in the message."""
    with pytest.raises(ParseError) as caught:
        parse_text(f"{BANNER}[    9.000000] {message}\n")
    assert caught.value.line == message[:160] + (" ..." if len(message) > 160 else "")
    assert caught.value.line_number == 2


@pytest.mark.parametrize(
    "line",
    [
        f"[   25.500000] systemd[1]: {XID_79}",
        f"[   25.500000] systemd[1]: tested: {XID_79}",
        f"[   25.500000] host systemd[1]: {XID_79}",
        f"user  :notice: [   25.500000] {XID_79}",
        f"daemon:info  : 2026-11-23T10:00:00,000000+00:00 systemd[1]: {XID_79}",
        f"<30>[   25.500000] {XID_79}",
        f"30,7,25500000,-;{XID_79}",
        f"Nov 23 10:00:00 host nvidia-vgpu-mgr[900]: {XID_79}",
        f"2026-11-23T10:00:00.000000+00:00 host root: {XID_79}",
    ],
)
def test_what_a_process_says_of_a_gpu_is_not_believed(line: str) -> None:
    """Anybody can write to the log; only the kernel's own facility cannot be had."""
    log = parse_text(f"{BANNER}{line}\n")
    assert (log.entries, log.events) == (2, ())


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


@pytest.mark.parametrize(
    ("message", "at", "number", "pid", "process"),
    [
        ("NVRM: Xid (PCI:0000:53:00): 94, pid=7062, Contained: CE User Channel (0x9). RST: No, D-RST: No", "0000:53:00.0", 94, 7062, None),
        ("NVRM: Xid (PCI:0000:0f:00): 64, pid='<unknown>', name=<unknown>, Row Remapper Error", "0000:0f:00.0", 64, None, None),
        ("NVRM: Xid (PCI:000a:01:00): 79, pid='<unknown>', name='<unknown>', GPU has fallen off the bus.", "000a:01:00.0", 79, None, None),
        ("NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.", "0000:01:00.0", 79, None, None),
        ("NVRM: Xid (0000:03:00): 14, Channel 00000001", "0000:03:00.0", 14, None, None),
        ("NVRM: Xid (0001:00): 13, 0003 00000000 00008297", "0000:01:00.0", 13, None, None),
        ("NVRM: Xid (PCI:0000:53:00.0): 31, pid=9, name=a b, Ch 79", "0000:53:00.0", 31, 9, "a b"),
        ("NVRM: Xid (PCI:0000:53:00): 43, pid=9, name=x,", "0000:53:00.0", 43, 9, "x"),
        ("NVRM: Xid (PCI:0000:53:00): 48, An Uncorrectable ECC Error 79, pid=3", "0000:53:00.0", 48, None, None),
        ("NVRM: Xid (PCI:0000:53:00): 9999, pid=9, name=x, new", "0000:53:00.0", 9999, 9, "x"),
    ],
)
def test_all_forms_of_an_xid_are_read(message: str, at: str, number: int, pid: int | None, process: str | None) -> None:
    """With and without PCI:, function, pid and name; numbers within the message mean nothing."""
    event = said(message)
    assert (event.kind, event.pci_bus_id, event.number, event.pid, event.process) == ("xid", at, number, pid, process)
    assert (event.caused_by, event.recovery_action, event.severity, event.gpu_instance) == (None, None, None, None)


def test_an_xid_says_what_belongs_to_it() -> None:
    """The board's part under MIG, the Xid before it, what the GPU now needs, and how grave an error of NVLink is."""
    part = said("NVRM: Xid (PCI:0000:53:00 GPU-I:05): 31, pid=1, name=x, Ch 1")
    both = said("NVRM: Xid (PCI:0000:53:00 GPU-I:02 GPU-CI:01): 45, pid=1, name=x, Ch 8 caused by previous Xid 94")
    action = said("NVRM: Xid (PCI:0000:53:00): 154, GPU recovery action changed from 0x4 (Drain and Reset) to 0x2 (Node Reboot Required)")
    fatal = said("NVRM: Xid (PCI:0009:01:00): 149, NETIR_LINK_EVT  Fatal   XC0 i0 Link 01 (0x021425c6 0x0)")
    mild = said("NVRM: Xid (PCI:0009:01:00): 145, RLW_CTRL Nonfatal XC0 i0 Link 00 (0x00000003 0x80000000)")
    assert (part.gpu_instance, part.compute_instance) == (5, None)
    assert (both.gpu_instance, both.compute_instance, both.caused_by) == (2, 1, 94)
    assert (action.recovery_action, said("NVRM: Xid (PCI:0000:53:00): 154, new words").recovery_action) == ("Node Reboot Required", None)
    assert (fatal.severity, mild.severity) == ("Fatal", "Nonfatal")


@pytest.mark.parametrize(
    ("words", "severity", "continuation"),
    [
        ("12028, Non-fatal, Link 32 egress non-posted PRIV error (First)", "Non-fatal", False),
        ("24007, Fatal, Link 30 sourcetrack timeout error", "Fatal", False),
        ("20009, Correctable, Link 28 RX Short Error Rate", "Correctable", False),
        ("26006, SOE HALTED", None, False),
        ("12033, Severity 1 Engine instance 00 Sub-engine instance 00", None, True),
        ("12033, Data {0x00140004, 0x00100000}", None, True),
    ],
)
def test_an_sxid_is_the_switchs(words: str, severity: str | None, continuation: bool) -> None:
    """With its severity, where the line has one; further lines of one report are marked."""
    event = said(f"nvidia-nvswitch3: SXid (PCI:0000:05:00.0): {words}")
    assert (event.kind, event.pci_bus_id, event.device) == ("sxid", "0000:05:00.0", "nvidia-nvswitch3")
    assert (event.number, event.severity, event.continuation) == (int(words[:5]), severity, continuation)


def test_a_repetition_counts_as_often_as_it_says() -> None:
    """The syslog daemon writes a line once and how often it came again; the lines that are missing were errors too."""
    found = events(text_of("syslog-repeated.txt"))
    assert [(event.number, event.count, event.timestamp, event.since_boot_s) for event in found if event.kind == "xid"] == [
        (31, 1, "Nov 23 10:01:00", 60.000001),
        (31, 4, "Nov 23 10:01:09", None),
        (13, 1, "Nov 23 10:02:00", None),
        (13, 2, "Nov 23 10:02:09", None),
    ]
    assert [(event.device, event.state) for event in found if event.kind == "carrier"] == [("ib0", "gained"), ("ib0", "lost")]


def test_lines_that_were_not_printed_are_told() -> None:
    """Errors that come too fast are counted by the kernel and not shown."""
    found = [event for event in events(text_of("aer.txt")) + events(text_of("gpus-gone.txt")) if event.kind == "suppressed"]
    assert [(event.count, event.pci_bus_id) for event in found] == [(30, None), (1, "0000:cb:00.0")]


@pytest.mark.parametrize(
    ("name", "heads"),
    [
        (
            "aer.txt",
            [
                ("aer", "0000:53:00.0", "Uncorrected (Fatal)", None),
                ("aer_recovery", "0000:50:01.0", None, "failed"),
                ("suppressed", None, None, None),
                ("aer", "0000:52:01.0", "Correctable", None),
                ("aer", "0000:53:00.0", "Correctable", None),
                ("aer", "0000:00:00.0", "Correctable", None),
                ("aer", "0000:53:00.0", "Uncorrectable (Non-Fatal)", None),
                ("aer", "0000:53:00.0", None, None),
                ("dpc", "0000:52:01.0", None, None),
                ("pcie_link", "0000:52:01.0", None, None),
                ("pcie_link", "0000:52:01.0", None, None),
                ("pcie_link", "0000:53:00.0", None, None),
            ],
        ),
        (
            "gpus-gone.txt",
            [
                ("fallen_off_bus", "0000:53:00.0", None, None),
                ("probe_failed", "0000:53:00.0", None, None),
                ("probe_failed", None, None, None),
                ("bar_invalid", "0000:9b:00.0", None, None),
                ("probe_failed", "0000:9b:00.0", None, None),
                ("gpu_not_supported", "0000:5d:00.0", None, None),
                ("rm_init_failed", "0000:5d:00.0", None, None),
                ("rm_init_failed", None, None, None),
                ("rm_init_failed", "0000:5d:00.0", None, None),
                ("gpu_uuid", "0000:bb:00.0", None, None),
                ("xid", "0000:bb:00.0", None, None),
                ("fallen_off_bus", "0000:bb:00.0", None, None),
                ("fallen_off_bus", "0000:bb:00.0", None, None),
                ("xid", "0000:cb:00.0", None, None),
                ("suppressed", "0000:cb:00.0", None, None),
                ("driver_mismatch", None, None, None),
                ("xid", "0009:01:00.0", "Fatal", None),
                ("nvlink", None, None, None),
            ],
        ),
        (
            "host.txt",
            [
                ("machine_check", None, None, None),
                ("machine_check", None, None, None),
                ("machine_check", None, "Corrected", None),
                ("edac", None, "CE", None),
                ("edac", None, "UE", None),
                ("memory_failure", None, None, None),
                ("ib_port", "0000:2a:00.0", None, "error"),
                ("ib_port", "0000:2a:00.0", None, "down"),
                ("nic_health", "0000:2b:00.0", None, None),
                ("ib_port", "0000:2b:00.0", None, "unplugged"),
                ("nvlink", None, None, None),
            ],
        ),
    ],
)
def test_several_lines_of_one_report_are_one_event(name: str, heads: list[tuple[str, str | None, str | None, str | None]]) -> None:
    """The others are marked as its continuation; each event is the board's that it is about."""
    found = events(text_of(name))
    assert [(event.kind, event.pci_bus_id, event.severity, event.state) for event in found if not event.continuation] == heads


def test_what_continues_a_report_adds_to_it() -> None:
    """The device and the severity of a report of the firmware, a count of corrected errors."""
    found = events(text_of("host.txt"))
    assert [(event.severity, event.pci_bus_id) for event in found[1:4]] == [("fatal", None), (None, None), (None, "0000:53:00.0")]
    assert [event.count for event in found if event.kind == "edac"] == [3, 1]


@pytest.mark.parametrize(
    ("message", "kind", "at"),
    [
        (
            "NVRM: The NVIDIA GPU 0000:53:00.0 (PCI ID: 10de:2330) installed in this system has fallen off the bus and is not responding.",
            "fallen_off_bus",
            "0000:53:00.0",
        ),
        ("NVRM: system has fallen off the bus and is not responding to commands.", "fallen_off_bus", None),
        ("NVRM: GPU 18:00.0: GPU has fallen off the bus.", "fallen_off_bus", "0000:18:00.0"),
        ("NVRM: installed in this system is not supported by the 580.95.05 NVIDIA Linux driver release.", "gpu_not_supported", None),
        ("NVRM: None of the NVIDIA devices were initialized.", "probe_failed", None),
        ("NVRM: The NVIDIA probe routine was not called for 1 device(s).", "probe_failed", None),
        ("EDAC skx MC0: UE row 0, channel-a= 0 channel-b= 1", "edac", None),
        ("pcieport 0000:00:01.0: broken device, retraining non-functional downstream link at 2.5GT/s", "pcie_link", "0000:00:01.0"),
        ("pciehp 0000:00:1c.0:pcie004: Slot(1): Link Down", "pcie_link", "0000:00:1c.0"),
        ("mlx5_core 0000:2a:00.0: poll_health:174: device's health compromised - reached miss count.", "nic_health", "0000:2a:00.0"),
        ("mlx5_port_module_event:1131:(pid 0): Port module event[error]: module 0, Cable error, High Temperature", "ib_port", None),
        ("nvidia 0000:53:00.0: AER: Device recovery successful", "aer_recovery", "0000:53:00.0"),
    ],
)
def test_other_wordings_are_read(message: str, kind: str, at: str | None) -> None:
    """Of other releases, and where the line before is missing."""
    event = said(message)
    assert (event.kind, event.pci_bus_id, event.continuation) == (kind, at, False)


@pytest.mark.parametrize(
    "message",
    [
        "pcieport 0000:50:01.0: AER: enabled with IRQ 125",
        "pcieport 0000:50:01.0: DPC: error containment capabilities: Int Msg #0, RPExt+ PoisonedTLP+",
        "acpi PNP0A08:29: _OSC: platform does not support [SHPCHotplug AER DPC]",
        "mce: CPU0 supports 32 MCE banks",
        "EDAC MC0: Giving out device to module i10nm_edac controller Intel_10nm Socket#0 IMC#0: DEV 0000:7e:0c.0 (INTERRUPT)",
        "nvidia-nvlink: Nvlink Core is being initialized, major device number 511",
        "mlx5_core 0000:1a:00.0: 504.112 Gb/s available PCIe bandwidth (32.0 GT/s PCIe x16 link)",
        "mlx5_core 0000:1b:00.0: Rate limit: 127 rates are supported, range: 0Mbps to 97656Mbps",
        "NVRM: The NVIDIA GPU 0000:53:00.0 (PCI ID: 10de:2330)",
        "NVRM: GPU at PCI:0000:53:00: GPU-0a1b2c3d-1111",
        "ata6: SATA link down (SStatus 4 SControl 300)",
    ],
)
def test_what_a_healthy_kernel_says_is_no_event(message: str) -> None:
    """Lines that only look like a fault, and lines that end before they say something."""
    assert events(f"{BANNER}[    9.000000] {message}\n") == ()


def test_a_board_is_remembered_for_the_message_that_names_it_only() -> None:
    """Three lines later another board may be meant."""
    named, fell = (
        "[    5.000000] NVRM: The NVIDIA GPU 0000:53:00.0\n",
        "[    5.000000] NVRM: fallen off the bus and is not responding to commands.\n",
    )
    between = "[    5.000000] NVRM: (PCI ID: 10de:2330) installed in this system has\n"
    assert [event.pci_bus_id for event in events(named + between + fell + fell)] == ["0000:53:00.0", None]
    assert [event.pci_bus_id for event in events(named + between * 3 + fell)] == [None]


def test_a_narrow_link_is_told_in_numbers() -> None:
    """Lanes, generation and bandwidth, as they are and as the device could."""
    limit = events(text_of("xids-plain.txt"))[0].limit
    assert limit is not None
    values = (limit.available_gbit_s, limit.generation, limit.lanes, limit.capable_gbit_s, limit.capable_generation, limit.capable_lanes)
    assert limit.limited_by == "0000:52:01.0"
    assert [(field.value, field.unit) for field in values if isinstance(field, Reading)] == [
        (252.048, "Gbit/s"), (5, "generation"), (8, "lanes"), (504.112, "Gbit/s"), (5, "generation"), (16, "lanes"),
    ]  # fmt: skip
    old = said(
        "pci 0000:53:00.0: 63.008 Gb/s available PCIe bandwidth, limited by Unknown speed x8 link at <unknown> "
        "(capable of 126.016 Gb/s with 8 GT/s x16 link)"
    ).limit
    assert old is not None
    assert isinstance(old.generation, ErrorWord)
    assert (old.limited_by, old.generation.word, old.capable_generation) == (
        None,
        "Unknown speed",
        Reading(3, "generation", old.generation.line),
    )


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


def test_half_a_number_at_the_end_is_left_out() -> None:
    """A text that was cut may end within a number; what stands before it is read."""
    text = f"{BANNER}[    9.000000] NVRM: Xid (PCI:0000:53:00): 45, pid=12, name=x, Ch 8 caused by previous Xid 94"
    assert [event.caused_by for event in events(f"{text}\n") + events(text) + events(text[:-1])] == [94, None, None]
    assert [event.pid for event in events(text[: text.index(", name")])] == [None]
    with pytest.raises(ParseError):
        parse_text(text[: text.index("5, pid")])


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
    """In words with -x, in the number without; the caller means nothing."""
    assert len(parse_document(document(msg=XID_79, caller="T12")).events) == 1
    assert len(parse_document(document(msg=XID_79, fac="kern", pri="warn")).events) == 1
    quoted = {"pri": 14, "time": 1.0, "msg": XID_79}
    assert parse_document(document().replace("\n   ]\n}", ",\n" + json.dumps(quoted) + "\n   ]\n}")).events == ()


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


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("PCI:0000:53:00", "0000:53:00.0"),
        ("0000:53:00.1", "0000:53:00.1"),
        ("00000000:9B:00.0", "0000:9b:00.0"),
        ("10000:e1:00.0", "10000:e1:00.0"),
        ("18:00.0", "0000:18:00.0"),
        ("0100:00", None),
        ("<unknown>", None),
    ],
)
def test_addresses_have_one_form(text: str, known: str | None) -> None:
    """That of nvidia-smi's records, so that an event finds its board."""
    assert address(text) == known


def test_old_kernels_name_a_device_by_number() -> None:
    """Bus, device and function in sixteen bits, in the port's domain."""
    assert requester("0001:00:01.0", "53e9") == "0001:53:1d.1"
    assert requester("00:01.0", "0008") == "0000:00:01.0"


@pytest.mark.parametrize(
    ("category", "numbers"),
    [
        ("hardware", (48, 54, 62, 64, 74, 79, 92, 95, 136, 140, 143, 144, 147, 150, 157, 158)),
        ("reset", (46, 109, 110, 119, 120, 154, 155, 156)),
        ("record", (63, 93, 94, 121, 160, 161, 171, 172)),
        (
            "application",
            (8, 11, 13, 25, 31, 32, 37, 38, 43, 44, 60, 66, 67, 69, 70, 77, 78, 80, 85, 96, 105, 108, 126, 135, 137, 139, 141, 151),
        ),
        ("sympathetic", (45,)),
        ("ignore", (14, 106, 107)),
        ("unknown", (0, 1, 42, 61, 73, 90, 142, 152, 159, 165, 167, 170, 173, 176, 999)),
    ],
)
def test_every_xid_has_one_category(category: str, numbers: tuple[int, ...]) -> None:
    """A number that the catalogue does not explain is unknown, not harmless."""
    assert {look_up(number).category for number in numbers} == {category}


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "ROBUST_CHANNEL_FIFO_ERROR_FIFO_METHOD"),
        (13, "ROBUST_CHANNEL_GR_EXCEPTION"),
        (31, "ROBUST_CHANNEL_FIFO_ERROR_MMU_ERR_FLT"),
        (48, "ROBUST_CHANNEL_GPU_ECC_DBE"),
        (62, "PMU_HALT_ERROR"),
        (64, "INFOROM_DRAM_RETIREMENT_FAILURE"),
        (74, "NVLINK_ERROR"),
        (79, "ROBUST_CHANNEL_GPU_HAS_FALLEN_OFF_THE_BUS"),
        (92, "EXCESSIVE_SBE_INTERRUPTS"),
        (94, "ROBUST_CHANNEL_CONTAINED_ERROR"),
        (109, "ROBUST_CHANNEL_CTXSW_TIMEOUT_ERROR"),
        (119, "GSP_RPC_TIMEOUT"),
        (121, "C2C_ERROR"),
        (126, "ROBUST_CHANNEL_CE10_ERROR"),
        (135, "ROBUST_CHANNEL_CE19_ERROR"),
        (136, "ALI_TRAINING_FAIL"),
        (143, "GPU_INIT_ERROR"),
        (149, "NVLINK_NETIR_ERROR"),
        (154, "GPU_RECOVERY_ACTION_CHANGED"),
        (158, "GPU_FATAL_TIMEOUT"),
        (172, "UNCORRECTABLE_SRAM_ERROR"),
        (173, None),
    ],
)
def test_an_xid_has_nvidias_name(number: int, name: str | None) -> None:
    """Names stand in a list: one too few and all that follow are another's."""
    assert (look_up(number).number, look_up(number).name) == (number, name)


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
    assert {event.kind for event in log.events} == {"driver_loaded", "nvswitch_found", "ib_port", "suppressed"}


@pytest.mark.parametrize(
    "piece", ["NVRM: GPU ", "[    0.100000] ", "[Hardware Error]: Corrected ", "message repeated 3 times: [ ", "kernel: ", "a "]
)
def test_a_long_line_takes_no_longer_than_it_is_long(piece: str) -> None:
    """Lines of 200 000 characters, of which patterns could make squares."""
    started = time.process_time()
    for start in ("[    0.100000] ", "[    0.100000] mlx5_core 0000:2a:00.0: ", "Nov 23 10:00:00 host kernel: "):
        parse_text(start + piece * (200_000 // len(piece)) + "\n")
    assert time.process_time() - started < 2


def cuts(text: str, seed: str) -> list[str]:
    """The text cut after up to 300 of its lines and in 200 other places."""
    draw = random.Random(seed)
    lines = list(prefixes(text))
    return draw.sample(lines, min(300, len(lines))) + [text[: draw.randrange(len(text))] for _ in range(200)]


def incomplete(log: KernelLog) -> bool:
    """Whether a log says that it may not be whole."""
    return not log.complete


@pytest.mark.parametrize("name", [*TEXTS, *(f"dmesg/{name}" for name in OUTSIDE if name != "gpud-dmesg-iso-1.txt")])
def test_text_is_never_whole(name: str) -> None:
    """It has no end mark: cut or not."""
    text = outside(name) if "/" in name else text_of(name)
    assert incomplete(parse_text(text))
    for cut in cuts(text, name):
        try:
            assert incomplete(parse_text(cut))
        except ParseError:
            continue


@pytest.mark.parametrize(
    "name", ["dmesg/healthy.json", "dmesg/xids.json", "dmesg/xids-decode.json", "journalctl/healthy.json", "journalctl/xids.json"]
)
def test_a_cut_document_is_never_whole(name: str) -> None:
    """Not even without the last line end."""
    text, parse = (RECORDINGS / name).read_text(), parse_document if name.startswith("dmesg") else parse_journal
    for cut in [*cuts(text, name), text[:-1]]:
        try:
            assert incomplete(parse(cut))
        except ParseError:
            continue


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("dmesg", "healthy-plain.txt"),
        ("dmesg", "healthy-iso-decode.txt"),
        ("dmesg-json", "healthy.json"),
        ("journalctl-json", "../journalctl/healthy.json"),
    ],
)
def test_a_check_is_content_with_a_quiet_log(tool: str, name: str) -> None:
    """From the start of the kernel, with a process that quotes an Xid."""
    parse = {"dmesg": parse_text, "dmesg-json": parse_document, "journalctl-json": parse_journal}[tool]
    assert HEALTHY[tool](parse((FOLDER / name).read_text()))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_log_never_breaks_the_parsers(data: st.DataObject) -> None:
    """There is a record or a ParseError; the address of every event has the one form."""
    names = [f"dmesg/{name}" for name in TEXTS] + ["dmesg/xids.json", "journalctl/xids.json"]
    name = data.draw(st.sampled_from(names))
    text = data.draw(changed((RECORDINGS / name).read_text()))
    parse = parse_text if name.endswith(".txt") else parse_document if name.startswith("dmesg") else parse_journal
    try:
        log = parse(text)
    except ParseError:
        return
    assert all(event.pci_bus_id is None or address(event.pci_bus_id) == event.pci_bus_id for event in log.events)
    assert all(event.count >= 0 and (event.number is not None or event.kind not in ("xid", "sxid")) for event in log.events)
