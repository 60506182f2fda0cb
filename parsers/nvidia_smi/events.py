"""
The bits of `clocks_event_reasons.active` (before driver 535: `clocks_throttle_reasons.active`), as in nvml.h.

GPU_IDLE, APPLICATION_CLOCKS and HW_SLOWDOWN are announced to go; HW_SLOWDOWN is set whenever HW_THERMAL_SLOWDOWN or
HW_POWER_BRAKE_SLOWDOWN is, so that alone it says nothing new.
"""

from __future__ import annotations

GPU_IDLE = 0x1
APPLICATION_CLOCKS = 0x2
SW_POWER_CAP = 0x4
HW_SLOWDOWN = 0x8
SYNC_BOOST = 0x10
SW_THERMAL_SLOWDOWN = 0x20
HW_THERMAL_SLOWDOWN = 0x40
HW_POWER_BRAKE_SLOWDOWN = 0x80
DISPLAY_CLOCKS = 0x100

THERMAL = SW_THERMAL_SLOWDOWN | HW_THERMAL_SLOWDOWN
"""Too hot, as the driver or as the board itself sees it."""

NAMES = {
    GPU_IDLE: "gpu_idle",
    APPLICATION_CLOCKS: "applications_clocks_setting",
    SW_POWER_CAP: "sw_power_cap",
    HW_SLOWDOWN: "hw_slowdown",
    SYNC_BOOST: "sync_boost",
    SW_THERMAL_SLOWDOWN: "sw_thermal_slowdown",
    HW_THERMAL_SLOWDOWN: "hw_thermal_slowdown",
    HW_POWER_BRAKE_SLOWDOWN: "hw_power_brake_slowdown",
    DISPLAY_CLOCKS: "display_clock_setting",
}
"""The names that nvidia-smi uses for the same things one by one."""


def event_reasons(mask: int) -> tuple[str, ...]:
    """The names of the bits of a mask, lowest first; a bit without a name here is "bit 0x200". ValueError below zero."""
    if mask < 0:
        raise ValueError(f"a mask of reasons is not negative: {mask}")
    return tuple(NAMES.get(1 << bit, f"bit {1 << bit:#x}") for bit in range(mask.bit_length()) if mask >> bit & 1)
