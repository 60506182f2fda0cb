"""Xids and SXids of the kernel's log: none is missed, none is made up, and none is another board's or has another's name."""

from __future__ import annotations

import pytest

from parsers.dmesg import look_up, parse_text
from parsers.dmesg.rules import address
from parsers.errors import ParseError
from parsers.tests.dmesg_texts import BANNER, XID_79, events, said, text_of


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


def test_half_a_number_at_the_end_is_left_out() -> None:
    """A text that was cut may end within a number; what stands before it is read."""
    text = f"{BANNER}[    9.000000] NVRM: Xid (PCI:0000:53:00): 45, pid=12, name=x, Ch 8 caused by previous Xid 94"
    assert [event.caused_by for event in events(f"{text}\n") + events(text) + events(text[:-1])] == [94, None, None]
    assert [event.pid for event in events(text[: text.index(", name")])] == [None]
    with pytest.raises(ParseError):
        parse_text(text[: text.index("5, pid")])


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
