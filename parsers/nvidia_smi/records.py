"""
What `nvidia-smi -q` says of a node and its boards, with or without -x, as records; every field names where it is read.

Places are those of the documents of drivers 470 to 580 (DTD nvsmi_device_v11 to v13; v10 and 595 were seen too), also for
the text, whose labels parsers.nvidia_smi.labels maps to them. Where several are given they are one thing's names in
different releases. A field is a Reading, NotApplicable, ErrorWord or Absent; the kinds at parsers.cells give the unit of
the Reading. Values are as printed, except that a width of "16x" is 16 lanes and a histogram's "2560 bank(s)" is a count.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from parsers import cells
from parsers.cells import ACTIVE, COUNT, ENABLED, MEGAHERTZ, TEXT, YES_NO, Kind, measured, one_of, shaped
from parsers.nvidia_smi.kinds import COMPUTE_MODE, GENERATION, NOTED_VERSION, PERFORMANCE, RECOVERY, SERIAL, UUID, VBIOS
from parsers.nvidia_smi.places import Record, at, part
from parsers.nvidia_smi.totals import at_least, total
from parsers.reading import Absent, Field, NoReading, Reading

_LANES = Kind("lanes", re.compile("([0-9]{1,2})x"), int, "a width as 16x")
_TRAFFIC = measured("KB/s", "KB/s")
_BANKS = measured("bank(s)", "count")
_SMALL = shaped("[0-9]{1,4}", "a small number")
_FABRIC = one_of("Completed", "In Progress", "Not Started")
_DEVICE = Kind("text", re.compile("(?:0x)?([0-9A-Fa-f]{8})"), str, "device and vendor in hexadecimal")
"""The document has it bare, the text behind 0x."""


@dataclass(frozen=True)
class Link(Record):
    """
    The PCIe link. An idle board lowers its generation: the current one means something under load only.

    `tx_util_kb_s` and `rx_util_kb_s` are over the last 20 ms, seen from the GPU: a copy from the host to the device is rx.
    """

    generation_current: Field = at(GENERATION, "pci_gpu_link_info/pcie_gen/current_link_gen")
    generation_max: Field = at(GENERATION, "pci_gpu_link_info/pcie_gen/max_link_gen")
    generation_device_max: Field = at(GENERATION, "pci_gpu_link_info/pcie_gen/max_device_link_gen")
    width_current: Field = at(_LANES, "pci_gpu_link_info/link_widths/current_link_width")
    width_max: Field = at(_LANES, "pci_gpu_link_info/link_widths/max_link_width")
    tx_util_kb_s: Field = at(_TRAFFIC, "tx_util")
    rx_util_kb_s: Field = at(_TRAFFIC, "rx_util")
    replays: Field = at(COUNT, "replay_counter")
    replay_rollovers: Field = at(COUNT, "replay_rollover_counter")


def _reason(name: str) -> Any:
    return at(ACTIVE, f"clocks_event_reasons/clocks_event_reason_{name}", f"clocks_throttle_reasons/clocks_throttle_reason_{name}")


@dataclass(frozen=True)
class EventReasons(Record):
    """Why the clocks are as they are, "Active" or "Not Active". Called throttle reasons before driver 535."""

    gpu_idle: Field = _reason("gpu_idle")
    applications_clocks_setting: Field = _reason("applications_clocks_setting")
    sw_power_cap: Field = _reason("sw_power_cap")
    hw_slowdown: Field = _reason("hw_slowdown")
    hw_thermal_slowdown: Field = _reason("hw_thermal_slowdown")
    hw_power_brake_slowdown: Field = _reason("hw_power_brake_slowdown")
    sync_boost: Field = _reason("sync_boost")
    sw_thermal_slowdown: Field = _reason("sw_thermal_slowdown")


def _microseconds(name: str) -> Any:
    return at(cells.MICROSECONDS, f"clocks_event_reasons_counters/clocks_event_reasons_counters_{name}")


@dataclass(frozen=True)
class EventCounters(Record):
    """Microseconds that the clocks were held back, since the driver was loaded. Absent before driver 570."""

    sw_power_cap_us: Field = _microseconds("sw_power_cap")
    sync_boost_us: Field = _microseconds("sync_boost")
    sw_thermal_slowdown_us: Field = _microseconds("sw_therm_slowdown")
    hw_thermal_slowdown_us: Field = _microseconds("hw_therm_slowdown")
    hw_power_brake_slowdown_us: Field = _microseconds("hw_power_brake")


@dataclass(frozen=True)
class EccScope(Record):
    """
    Counts of ECC errors: volatile ones since the driver was loaded, aggregate ones of the board's life.

    A release has either `sram_uncorrectable` (470, and Turing later) or parity and SEC-DED apart; boards before Turing
    have the two `total` counts instead of all others.
    """

    sram_correctable: Field = at(COUNT, "sram_correctable")
    sram_uncorrectable: Field = at(COUNT, "sram_uncorrectable")
    sram_uncorrectable_parity: Field = at(COUNT, "sram_uncorrectable_parity")
    sram_uncorrectable_secded: Field = at(COUNT, "sram_uncorrectable_secded")
    dram_correctable: Field = at(COUNT, "dram_correctable")
    dram_uncorrectable: Field = at(COUNT, "dram_uncorrectable")
    single_bit_total: Field = at(COUNT, "single_bit/total")
    double_bit_total: Field = at(COUNT, "double_bit/total")

    @property
    def uncorrectable(self) -> Field:
        """All uncorrectable errors that this layout counts; a Reading only if every counter was read or the sum is not 0."""
        if not isinstance(self.double_bit_total, Absent):
            return self.double_bit_total
        split = isinstance(self.sram_uncorrectable, Absent)
        sram = (self.sram_uncorrectable_parity, self.sram_uncorrectable_secded) if split else (self.sram_uncorrectable,)
        return at_least((*sram, self.dram_uncorrectable))

    @property
    def correctable(self) -> Field:
        """All corrected errors that this layout counts, by the same rule."""
        if not isinstance(self.single_bit_total, Absent):
            return self.single_bit_total
        return at_least((self.sram_correctable, self.dram_correctable))


@dataclass(frozen=True)
class Ecc(Record):
    """ECC counters in both scopes, and Yes/No of what they lead to (from driver 535, 580 and 610 on; the text has the last one earlier)."""

    volatile: EccScope = part(EccScope, "volatile/")
    aggregate: EccScope = part(EccScope, "aggregate/")
    sram_threshold_exceeded: Field = at(YES_NO, "aggregate/sram_threshold_exceeded")
    channel_repair_pending: Field = at(YES_NO, "channel_repair_pending")
    tpc_repair_pending: Field = at(YES_NO, "tpc_repair_pending")
    unrepairable_memory: Field = at(YES_NO, "unrepairable_memory")


@dataclass(frozen=True)
class RetiredPages(Record):
    """Counts of pages retired for single and double bit errors, and Yes/No (before Ampere; N/A since)."""

    single_bit: Field = at(COUNT, "multiple_single_bit_retirement/retired_count")
    double_bit: Field = at(COUNT, "double_bit_retirement/retired_count")
    pending: Field = at(YES_NO, "pending_retirement", "pending_blacklist")


def _banks(name: str) -> Any:
    return at(_BANKS, f"row_remapper_histogram/row_remapper_histogram_{name}")


@dataclass(frozen=True)
class RemappedRows(Record):
    """Counts of rows remapped, Yes/No, and how many banks have how many spare rows left (Ampere and later)."""

    correctable: Field = at(COUNT, "remapped_row_corr")
    uncorrectable: Field = at(COUNT, "remapped_row_unc")
    pending: Field = at(YES_NO, "remapped_row_pending")
    failure: Field = at(YES_NO, "remapped_row_failure")
    histogram_max: Field = _banks("max")
    histogram_high: Field = _banks("high")
    histogram_partial: Field = _banks("partial")
    histogram_low: Field = _banks("low")
    histogram_none: Field = _banks("none")

    @property
    def banks(self) -> Field:
        """The histogram's sum, a constant of the model; a Reading only if all five counts were read."""
        return total((self.histogram_max, self.histogram_high, self.histogram_partial, self.histogram_low, self.histogram_none))


@dataclass(frozen=True)
class Power(Record):
    """
    Watts of the board. `draw_w` is averaged over a second; where a release or a board has only another figure, that one.

    `limit_w` is the one enforced, `default_limit_w` the one it was shipped with; driver 610 calls them ceilings, a level below.
    """

    draw_w: Field = at(
        cells.POWER,
        "gpu_power_readings/average_power_draw",
        "gpu_power_readings/power_draw",
        "power_readings/power_draw",
        "gpu_power_readings/instant_power_draw",
    )
    limit_w: Field = at(
        cells.POWER,
        "gpu_power_readings/current_power_limit",
        "gpu_power_readings/gpu_ceiling_power_limit/current_power_limit",
        "power_readings/enforced_power_limit",
    )
    default_limit_w: Field = at(
        cells.POWER,
        "gpu_power_readings/default_power_limit",
        "gpu_power_readings/gpu_ceiling_power_limit/default_power_limit",
        "power_readings/default_power_limit",
    )


@dataclass(frozen=True)
class Clocks(Record):
    """MHz: now, as set by application clocks (not available from driver 595 on some boards), and the most possible."""

    sm_mhz: Field = at(MEGAHERTZ, "clocks/sm_clock")
    memory_mhz: Field = at(MEGAHERTZ, "clocks/mem_clock")
    application_graphics_mhz: Field = at(MEGAHERTZ, "applications_clocks/graphics_clock")
    application_memory_mhz: Field = at(MEGAHERTZ, "applications_clocks/mem_clock")
    max_sm_mhz: Field = at(MEGAHERTZ, "max_clocks/sm_clock")


@dataclass(frozen=True)
class Fabric(Record):
    """NVLink fabric of boards behind NVSwitches: "Completed", "Success", and a summary such as "Healthy" (580)."""

    state: Field = at(_FABRIC, "state")
    status: Field = at(TEXT, "status")
    health: Field = at(TEXT, "health/summary")


@dataclass(frozen=True)
class Process:
    """A process that uses the board; `type` is C, G or C+G, `used_memory_mib` what it holds of the board's memory."""

    pid: int
    type: str
    name: str
    used_memory_mib: Field


@dataclass(frozen=True)
class GpuState(Record):
    """
    One board. `pci_bus_id` is in the form of parsers.cells.bus_id; `processes` is no tuple where they cannot be told.

    `module_id`, `minor_number` and `pci_device_id` ("233010DE", device before vendor) are texts, the parts of
    `vbios_version` are hexadecimal. Units: memory MiB, temperatures C.
    """

    pci_bus_id: str
    processes: tuple[Process, ...] | NoReading
    product_name: Field = at(TEXT, "product_name")
    uuid: Field = at(UUID, "uuid")
    serial: Field = at(SERIAL, "serial")
    minor_number: Field = at(_SMALL, "minor_number")
    module_id: Field = at(_SMALL, "platformInfo/module_id", "gpu_module_id")
    pci_device_id: Field = at(_DEVICE, "pci/pci_device_id")
    vbios_version: Field = at(VBIOS, "vbios_version")
    inforom_image_version: Field = at(TEXT, "inforom_version/img_version")
    persistence_mode: Field = at(ENABLED, "persistence_mode")
    mig_current: Field = at(ENABLED, "mig_mode/current_mig")
    mig_pending: Field = at(ENABLED, "mig_mode/pending_mig")
    ecc_current: Field = at(ENABLED, "ecc_mode/current_ecc")
    ecc_pending: Field = at(ENABLED, "ecc_mode/pending_ecc")
    compute_mode: Field = at(COMPUTE_MODE, "compute_mode")
    performance_state: Field = at(PERFORMANCE, "performance_state")
    recovery_action: Field = at(RECOVERY, "gpu_recovery_action")
    reset_required: Field = at(YES_NO, "gpu_reset_status/reset_required")
    drain_and_reset_recommended: Field = at(YES_NO, "gpu_reset_status/drain_and_reset_recommended")
    memory_total_mib: Field = at(cells.MEBIBYTES, "fb_memory_usage/total")
    memory_used_mib: Field = at(cells.MEBIBYTES, "fb_memory_usage/used")
    temperature_gpu_c: Field = at(cells.DEGREES, "temperature/gpu_temp")
    temperature_memory_c: Field = at(cells.DEGREES, "temperature/memory_temp")
    link: Link = part(Link, "pci/")
    events: EventReasons = part(EventReasons, "")
    event_counters: EventCounters = part(EventCounters, "")
    ecc: Ecc = part(Ecc, "ecc_errors/")
    retired: RetiredPages = part(RetiredPages, "retired_pages/")
    remapped: RemappedRows = part(RemappedRows, "remapped_rows/")
    power: Power = part(Power, "")
    clocks: Clocks = part(Clocks, "")
    fabric: Fabric = part(Fabric, "fabric/")


@dataclass(frozen=True)
class Snapshot(Record):
    """
    One output. `attached_gpus` is what the driver counts, also where `gpus` has fewer (some are gone, or -i was given).

    `warnings` are the lines around the document, or between the boards of the text, such as "WARNING: infoROM is
    corrupted at gpu 0000:0B:00.0"; a node with any of them is not in order. `gpus` stand in the output's order. `closed`
    says whether the end of the output was read: the root's end tag, or the empty line behind the last board of the text.
    """

    gpus: tuple[GpuState, ...]
    warnings: tuple[str, ...]
    closed: bool
    timestamp: Field = at(TEXT, "timestamp")
    driver_version: Field = at(NOTED_VERSION, "driver_version", "kmd_version")
    cuda_version: Field = at(NOTED_VERSION, "cuda_version", "cuda_umd_version")
    attached_gpus: Field = at(COUNT, "attached_gpus")

    @property
    def complete(self) -> bool:
        """Whether the output is closed and, where it says how many boards are attached, lists that many."""
        attached = self.attached_gpus
        counted = attached.value == len(self.gpus) if isinstance(attached, Reading) else isinstance(attached, Absent)
        return self.closed and counted
