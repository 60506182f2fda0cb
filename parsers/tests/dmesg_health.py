"""When a check would be content with a log of the kernel, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.dmesg import Event, KernelLog
from parsers.reading import Reading

_ENTRIES = 12
"""What was promised of a log in text, which cannot prove that it is whole."""
_HARMLESS = {"gpu_uuid", "driver_loaded", "nvswitch_found", "carrier", "suppressed", "ib_port", "slot_power", "aer", "edac"}


def _is_bad(event: Event) -> bool:
    uncorrected = event.severity is not None and (event.severity == "UE" or event.severity.startswith("Uncorrect"))
    hidden = event.kind == "suppressed" and not event.text.startswith("kauditd")
    return event.kind not in _HARMLESS or uncorrected or hidden or event.state == "error"


def _from_boot_and_quiet(log: KernelLog) -> bool:
    lost = isinstance(log.missing_entries, Reading) and log.missing_entries.value != 0
    return log.from_boot and not lost and not any(map(_is_bad, log.events))


HEALTHY: dict[str, Callable[[Any], bool]] = {
    "dmesg": lambda log: log.entries >= _ENTRIES and _from_boot_and_quiet(log),
    "dmesg-json": lambda log: log.complete and _from_boot_and_quiet(log),
    "journalctl-json": lambda log: log.complete and _from_boot_and_quiet(log),
}
BAD: dict[str, tuple[str, ...]] = {
    "dmesg": (
        "dmesg/adapters-and-firmware.txt",
        "dmesg/aer.txt",
        "dmesg/gpus-gone.txt",
        "dmesg/host.txt",
        *(
            f"dmesg/xids-{layout}.txt"
            for layout in ("plain", "decode", "iso-decode", "ctime", "raw", "caller", "delta", "human", "kmsg", "syslog", "syslog-iso")
        ),
        "dmesg/xids-short-monotonic.txt",
        "dmesg/xids-notime.txt",
        "dmesg/syslog-repeated.txt",
    ),
    "dmesg-json": ("dmesg/xids.json", "dmesg/xids-decode.json"),
    "journalctl-json": ("journalctl/xids.json",),
}
