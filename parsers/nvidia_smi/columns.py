"""
The columns of nvidia-smi's tables, and how their cells read.

Names and units are those of `--help-query-gpu`, `--help-query-compute-apps`, `--help-query-accounted-apps`,
`--help-query-retired-pages` and `--help-query-remapped-rows` of drivers 442 to 610, and of headers of such tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from parsers.cells import ACTIVE, COUNT, ENABLED, TEXT, VERSION, WATTS, YES_NO, Kind, measured, shaped
from parsers.nvidia_smi.kinds import ADDRESS, COMPUTE_MODE, GENERATION, PCI_DEVICE, PERFORMANCE, RECOVERY, SERIAL, UUID, VBIOS


@dataclass(frozen=True)
class Column:
    """
    How a column's cells read.

    Where the tool prints a unit, every cell has it (`kind`), or the header has it and cells may go without (`announced`).
    With `any_unit` cells are kept as texts, whatever their unit: nobody judges them. `may_be_empty`: a board can have no such text.
    """

    kind: Kind
    printed_unit: str | None = None
    announced: Kind | None = None
    any_unit: bool = False
    may_be_empty: bool = False


def _in(unit: str, digits: str = "[0-9]{1,18}") -> Column:
    kind = measured(unit, unit, digits)
    return Column(kind, unit, replace(kind, pattern=re.compile(f"({digits})(?: {re.escape(unit)})?")))


_MASK = Kind("bits", re.compile("(0x[0-9a-fA-F]{16})"), lambda text: int(text, 16), "a mask of 16 hexadecimal digits")
_FLAG = Kind("text", re.compile("(Yes|No|0|1)"), lambda text: {"0": "No", "1": "Yes"}.get(text, text), "Yes, No, 0 or 1")
_CELSIUS = Kind("C", re.compile("(-?[0-9]{1,4})"), int, "degrees")
_LANES = Kind("lanes", re.compile("([0-9]{1,2})"), int, "a link width")
_BANKS = Kind("count", re.compile(r"([0-9]{1,18})(?: bank\(s\))?"), int, "a count of banks")
_HEXADECIMAL = shaped("0x[0-9A-Fa-f]{1,16}", "a hexadecimal number")

_COLUMNS = (
    (r"uuid", Column(UUID)),
    (r"serial", Column(SERIAL)),
    (r"pci\.bus_id", Column(ADDRESS)),
    (r"pci\.(?:sub_)?device_id", Column(PCI_DEVICE)),
    (r"pci\.(?:domain|bus|device|baseClass|subClass)", Column(_HEXADECIMAL)),
    (r"index|count|minor_number|pid", Column(COUNT)),
    (r"name|timestamp|hostname|process_name|addressing_mode|vgpu_instance", Column(TEXT)),
    (r"(?:driver_model|gom|gpu_operation_mode|gsp\.mode|inforom|fabric)\.[A-Za-z0-9_.]+", Column(TEXT)),
    (r"platform\.[a-z_]+", Column(TEXT, may_be_empty=True)),
    (r"vgpu_(?:driver|device)_capability\.[A-Za-z_]+", Column(TEXT)),
    (r"(?:driver|kmd)_version|compute_cap", Column(VERSION)),
    (r"vbios_version", Column(VBIOS)),
    (r"pstate", Column(PERFORMANCE)),
    (r"compute_mode", Column(COMPUTE_MODE)),
    (r"gpu_recovery_action", Column(RECOVERY)),
    (r"(?:ecc|mig|dramEncryption)\.mode\.(?:current|pending)|persistence_mode|accounting\.mode|c2c\.mode", Column(ENABLED)),
    (r"display_(?:mode|active)", Column(ENABLED)),
    (r"display_attached|reset_status\.[a-z_]+", Column(YES_NO)),
    (r"accounting\.buffer_size|encoder\.stats\.[A-Za-z]+", Column(COUNT)),
    (r"pcie\.link\.gen\.[a-z]+", Column(GENERATION)),
    (r"pcie\.link\.width\.[a-z]+", Column(_LANES)),
    (r"temperature\.(?:gpu|memory|gpu\.tlimit)", Column(_CELSIUS)),
    (r"power\.management", Column(TEXT)),
    (r"(?:module\.)?(?:enforced\.)?power\.[a-z_.]+|gpu\.base\.[a-z]+", _in("W", WATTS)),
    (r"power_smoothing\.[a-z_.]+|bbx\.[a-z_]+", Column(TEXT, any_unit=True)),
    (r"utilization\.[a-z]+|fan\.speed|(?:gpu|mem)_util(?:ization)?", _in("%", "[0-9]{1,3}")),
    (r"edpp_multiplier", _in("%", r"[0-9]{1,3}(?:\.[0-9]{2})?")),
    (r"(?:protected_)?memory\.[a-z]+|used_gpu_memory|max_memory_usage", _in("MiB")),
    (r"time", _in("ms")),
    (r"clocks\.[a-z_.]+", _in("MHz")),
    (r"clocks_event_reasons_counters\.[a-z_]+", _in("us", "[0-9]{1,20}")),
    (r"clocks_event_reasons\.(?:active|supported)", Column(_MASK)),
    (r"clocks_event_reasons\.[a-z_]+", Column(ACTIVE)),
    (r"ecc\.errors\.[a-z._]+\.thresholdExceeded|retired_pages\.pending", Column(YES_NO)),
    (r"retired_pages\.address", Column(_HEXADECIMAL)),
    (r"retired_pages\.(?:cause|timestamp)", Column(TEXT)),
    (r"(?:ecc\.errors|retired_pages)\.[a-z0-9._]+", Column(COUNT)),
    (r"remapped_rows\.(?:pending|failure)", Column(_FLAG)),
    (r"remapped_rows\.histogram\.[a-z]+", Column(_BANKS)),
    (r"remapped_rows\.[a-z_]+", Column(COUNT)),
)
"""Columns by the name that `canonical` gives; the first that fits."""

_SAME = {
    "gpu_name": "name",
    "gpu_uuid": "uuid",
    "gpu_serial": "serial",
    "gpu_bus_id": "pci.bus_id",
    "clocks.sm": "clocks.current.sm",
    "clocks.mem": "clocks.current.memory",
    "clocks.gr": "clocks.current.graphics",
    "clocks.video": "clocks.current.video",
    "clocks.max.mem": "clocks.max.memory",
    "clocks.max.gr": "clocks.max.graphics",
    "retired_pages.sbe": "retired_pages.single_bit_ecc.count",
    "retired_pages.dbe": "retired_pages.double_bit.count",
    "used_memory": "used_gpu_memory",
}
"""Short names beside long ones: whichever is asked for, the header may have the other."""


@lru_cache(maxsize=1024)
def column_of(name: str) -> Column | None:
    """The column of this name, in whichever of its forms; None if it is not known here."""
    wanted = canonical(name)
    return next((column for pattern, column in _COLUMNS if re.fullmatch(pattern, wanted)), None)


def canonical(name: str) -> str:
    """The one name of a column that has several."""
    new = name.replace("clocks_throttle_reasons", "clocks_event_reasons", 1) if name.startswith("clocks_throttle_reasons") else name
    return _SAME.get(new, new)
