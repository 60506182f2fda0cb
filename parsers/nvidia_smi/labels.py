"""
The labels of the text of `nvidia-smi -q` and the places of the same things in the document of `-q -x`.

Read off texts of drivers 367 to 610 and, where both were to be had of one state, off pairs of text and document. Releases
differ in what is capital ("Ecc Mode", "ECC Mode"), so paths of labels are compared in small letters.
"""

from __future__ import annotations

HEAD = {
    "timestamp": "timestamp",
    "driver version": "driver_version",
    "kmd version": "kmd_version",
    "cuda version": "cuda_version",
    "cuda umd version": "cuda_umd_version",
    "attached gpus": "attached_gpus",
}
"""Above the boards."""


def _section(labels: str, place: str, below: dict[str, str]) -> dict[str, str]:
    """The heading itself, which has a value where the section is not to be had, and what stands below it."""
    return {labels: place} | {f"{labels}/{label}": f"{place}/{name}" for label, name in below.items()}


def _event_reasons(labels: str, container: str, prefix: str) -> dict[str, str]:
    reasons = {
        "idle": "gpu_idle",
        "applications clocks setting": "applications_clocks_setting",
        "sw power cap": "sw_power_cap",
        "hw slowdown": "hw_slowdown",
        "hw slowdown/hw thermal slowdown": "hw_thermal_slowdown",
        "hw slowdown/hw power brake slowdown": "hw_power_brake_slowdown",
        "sync boost": "sync_boost",
        "sw thermal slowdown": "sw_thermal_slowdown",
    }
    return _section(labels, container, {label: prefix + name for label, name in reasons.items()})


def _ecc(scope: str) -> dict[str, str]:
    labels, place = f"ecc errors/{scope}", f"ecc_errors/{scope}"
    counts = {
        "sram correctable": "sram_correctable",
        "sram uncorrectable": "sram_uncorrectable",
        "sram uncorrectable parity": "sram_uncorrectable_parity",
        "sram uncorrectable sec-ded": "sram_uncorrectable_secded",
        "dram correctable": "dram_correctable",
        "dram uncorrectable": "dram_uncorrectable",
        "sram threshold exceeded": "sram_threshold_exceeded",
    }
    return {
        **_section(labels, place, counts),
        **_section(f"{labels}/single bit", f"{place}/single_bit", {"total": "total"}),
        **_section(f"{labels}/double bit", f"{place}/double_bit", {"total": "total"}),
    }


_LIMITS = {
    "power draw": "power_draw",
    "average power draw": "average_power_draw",
    "instantaneous power draw": "instant_power_draw",
    "current power limit": "current_power_limit",
    "enforced power limit": "enforced_power_limit",
    "default power limit": "default_power_limit",
}

BOARD = {
    "product name": "product_name",
    "gpu uuid": "uuid",
    "serial number": "serial",
    "minor number": "minor_number",
    "module id": "gpu_module_id",
    "gpu module id": "gpu_module_id",
    "vbios version": "vbios_version",
    "persistence mode": "persistence_mode",
    "compute mode": "compute_mode",
    "performance state": "performance_state",
    "gpu recovery action": "gpu_recovery_action",
    "processes": "processes",
    **_section("platform info", "platformInfo", {"module id": "module_id"}),
    **_section("inforom version", "inforom_version", {"image version": "img_version"}),
    **_section("mig mode", "mig_mode", {"current": "current_mig", "pending": "pending_mig"}),
    **_section("ecc mode", "ecc_mode", {"current": "current_ecc", "pending": "pending_ecc"}),
    **_section(
        "gpu reset status",
        "gpu_reset_status",
        {"reset required": "reset_required", "drain and reset recommended": "drain_and_reset_recommended"},
    ),
    **_section(
        "pci",
        "pci",
        {
            "device id": "pci_device_id",
            "bus id": "pci_bus_id",
            "replays since reset": "replay_counter",
            "replay number rollovers": "replay_rollover_counter",
            "tx throughput": "tx_util",
            "rx throughput": "rx_util",
            "gpu link info": "pci_gpu_link_info",
        },
    ),
    **_section(
        "pci/gpu link info/pcie generation",
        "pci/pci_gpu_link_info/pcie_gen",
        {"max": "max_link_gen", "current": "current_link_gen", "device max": "max_device_link_gen"},
    ),
    **_section(
        "pci/gpu link info/link width", "pci/pci_gpu_link_info/link_widths", {"max": "max_link_width", "current": "current_link_width"}
    ),
    **_event_reasons("clocks event reasons", "clocks_event_reasons", "clocks_event_reason_"),
    **_event_reasons("clocks throttle reasons", "clocks_throttle_reasons", "clocks_throttle_reason_"),
    **_section(
        "clocks event reasons counters",
        "clocks_event_reasons_counters",
        {
            "sw power capping": "clocks_event_reasons_counters_sw_power_cap",
            "sync boost": "clocks_event_reasons_counters_sync_boost",
            "sw thermal slowdown": "clocks_event_reasons_counters_sw_therm_slowdown",
            "hw thermal slowdown": "clocks_event_reasons_counters_hw_therm_slowdown",
            "hw power braking": "clocks_event_reasons_counters_hw_power_brake",
        },
    ),
    **_section("fb memory usage", "fb_memory_usage", {"total": "total", "used": "used"}),
    **_section(
        "ecc errors",
        "ecc_errors",
        {
            "channel repair pending": "channel_repair_pending",
            "tpc repair pending": "tpc_repair_pending",
            "unrepairable memory": "unrepairable_memory",
        },
    ),
    **_ecc("volatile"),
    **_ecc("aggregate"),
    **_section(
        "retired pages",
        "retired_pages",
        {
            "single bit ecc": "multiple_single_bit_retirement/retired_count",
            "double bit ecc": "double_bit_retirement/retired_count",
            "pending page blacklist": "pending_retirement",
            "pending page retirement": "pending_retirement",
            "pending": "pending_retirement",
        },
    ),
    **_section(
        "remapped rows",
        "remapped_rows",
        {
            "correctable error": "remapped_row_corr",
            "uncorrectable error": "remapped_row_unc",
            "pending": "remapped_row_pending",
            "remapping failure occurred": "remapped_row_failure",
        },
    ),
    **_section(
        "remapped rows/bank remap availability histogram",
        "remapped_rows/row_remapper_histogram",
        {word: f"row_remapper_histogram_{word}" for word in ("max", "high", "partial", "low", "none")},
    ),
    **_section("temperature", "temperature", {"gpu current temp": "gpu_temp", "memory current temp": "memory_temp"}),
    **_section("power readings", "power_readings", _LIMITS),
    **_section("gpu power readings", "gpu_power_readings", _LIMITS),
    **_section("gpu power readings/gpu ceiling power limit", "gpu_power_readings/gpu_ceiling_power_limit", _LIMITS),
    **_section("clocks", "clocks", {"sm": "sm_clock", "memory": "mem_clock"}),
    **_section("applications clocks", "applications_clocks", {"graphics": "graphics_clock", "memory": "mem_clock"}),
    **_section("max clocks", "max_clocks", {"sm": "sm_clock"}),
    **_section("fabric", "fabric", {"state": "state", "status": "status"}),
    **_section("fabric/health", "fabric/health", {"summary": "summary"}),
}
"""Of one board, from the label below its bus id on."""

PROCESS = {
    "processes/process id": "pid",
    "processes/process id/type": "type",
    "processes/process id/name": "process_name",
    "processes/process id/used gpu memory": "used_memory",
}
"""Of one process of a board."""
