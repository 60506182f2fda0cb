"""
From which driver on nvidia-smi tells a thing.

Read off documents of drivers 470 to 595 and texts of 580 to 610: each stands for the first of these in which the thing
was seen. A field that a driver does not have yet is not a fault of the board; one that it should have and that is
missing is a broken document.
"""

from __future__ import annotations

from parsers.nvidia_smi.records import Snapshot
from parsers.reading import Reading

SINCE = {
    "clocks_event_reasons": 535,
    "sram_threshold_exceeded": 535,
    "reset_required": 535,
    "recovery_action": 570,
    "fabric_health": 580,
    "event_counters": 580,
    "repair_pending": 580,
    "unrepairable_memory": 610,
}
"""The major number of the driver. A public document of 570.148.08 (A100) has no event counters, all of 580 that were seen have them."""


def told(snapshot: Snapshot, name: str) -> bool:
    """Whether the driver that wrote `snapshot` tells `name`, a key of SINCE; one that hides its version is taken to tell all."""
    version = snapshot.driver_version
    return not isinstance(version, Reading) or int(str(version.value).partition(".")[0]) >= SINCE[name]
