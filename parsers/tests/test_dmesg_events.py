"""What the kernel says of buses, links, adapters and memory: each report is one event, of the board that it is about."""

from __future__ import annotations

import pytest

from parsers.dmesg.rules import requester
from parsers.reading import ErrorWord, Reading
from parsers.tests.dmesg_texts import BANNER, events, said, text_of


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
            "adapters-and-firmware.txt",
            [
                ("machine_check", None, None, None),
                ("machine_check", None, None, None),
                ("slot_power", "0000:2b:00.0", None, None),
                ("nic_health", "0000:2c:00.0", None, None),
                ("nic_health", "0000:2c:00.0", None, None),
                ("ib_port", "0000:2a:00.0", None, "init"),
                ("ib_port", "0000:2a:00.0", None, "active"),
                ("ib_port", "0000:91:00.0", None, "up"),
                ("nic_health", "0000:2a:00.0", None, None),
                ("nic_health", "0000:2a:00.0", None, None),
                ("ib_port", "0000:2a:00.0", None, "down"),
                ("ib_port", "0000:91:00.0", None, "down"),
                ("dpc", "0000:50:01.0", None, None),
                ("pcie_link", "0000:53:00.0", None, None),
                ("fallen_off_bus", None, None, None),
                ("machine_check", None, "Uncorrected", None),
                ("machine_check", None, None, None),
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


def test_old_kernels_name_a_device_by_number() -> None:
    """Bus, device and function in sixteen bits, in the port's domain."""
    assert requester("0001:00:01.0", "53e9") == "0001:53:1d.1"
    assert requester("00:01.0", "0008") == "0000:00:01.0"
