"""The shapes of nvidia-smi's cells that are the same in its documents and its tables; more stand at parsers.cells."""

from __future__ import annotations

import re

from parsers.cells import BUS_ID, Kind, bus_id, one_of, shaped

GENERATION = Kind("generation", re.compile("([0-9]{1,2})"), int, "a PCIe generation")
ADDRESS = Kind("text", re.compile(f"({BUS_ID})"), lambda text: str(bus_id(text)), "a PCI bus id")
"""Turned into the one form of parsers.cells.bus_id."""
UUID = shaped("GPU-[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", "a GPU's UUID")
SERIAL = shaped("[0-9A-Za-z][0-9A-Za-z-]*", "a serial number")
VBIOS = shaped(r"[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]+)+", "a VBIOS version", "version")
"""Its parts are hexadecimal."""
PCI_DEVICE = shaped("(?:0x)?[0-9A-Fa-f]{8}", "device and vendor in hexadecimal")
COMPUTE_MODE = one_of("Default", "Exclusive_Thread", "Exclusive_Process", "Prohibited")
PERFORMANCE = shaped("P[0-9]{1,2}", "a performance state")
RECOVERY = one_of("None", "Reset", "GPU Reset", "Reboot", "Node Reboot", "Drain P2P", "Drain and Reset")
"""As documented for driver 580, and in the longer words of NVML's names for the same; any other is an ErrorWord."""
NOTED_VERSION = Kind("version", re.compile(r"([0-9]+(?:\.[0-9]+)+)(?: \[Deprecated[^\]]*\])?"), str, "a dotted version")
"""From driver 610 on, versions that have got a newer name say so behind the number."""
