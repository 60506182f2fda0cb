"""
Which readings count events, so that a higher number is more of what went wrong.

Every other count (boards, links, banks) is a value that is what it is. A counter of a board's life only grows; one that fell
was reset, or is another board's. What is counted since the driver was loaded or the host booted begins anew, and what is
counted during a run begins with it: less of it is no more than good.
"""

from __future__ import annotations

from dataclasses import dataclass

LIFE, DRIVER, BOOT, RUN = "over the board's life", "since the driver was loaded", "since boot", "during the run"
_RUN_UNITS = ("count", "us")


@dataclass(frozen=True)
class Counter:
    """
    Since when it counts, and why it is a counter.

    One that `fluctuates` counts what healthy boards have too, now more and now less: it is compared as a rate, beyond its noise.
    """

    since: str
    why: str
    fluctuates: bool = False


_LOG = "messages in the kernel's log (hwtests/test_kernel_log.py), which begins with the boot"
_SAMPLES = "samples of the load test in which clocks were held down (hwtests/test_gpupower.py)"
_REPLIES = "replies of one run that were not as they should be (hwtests/test_ping.py)"
COUNTERS = {
    "state.aggregate_uncorrectable": Counter(LIFE, "kept in the InfoROM: nvidia-smi's aggregate ECC counts"),
    "remapped.uncorrectable": Counter(LIFE, "rows remapped after uncorrectable errors: a remapping is never undone"),
    "remapped.correctable": Counter(LIFE, "rows remapped after correctable errors: a remapping is never undone"),
    "remapped.histogram_none": Counter(LIFE, "banks without a spare row left: none gets one back; the other bins empty into the next"),
    "state.volatile_uncorrectable": Counter(DRIVER, "nvidia-smi's volatile ECC counts"),
    **{
        f"kernel_log.{name}": Counter(BOOT, _LOG)
        for name in (
            "hardware_xids", "reset_xids", "unknown_xids", "other_xids", "driver_errors", "aer_uncorrected", "nvlink_messages",
            "fatal_sxids", "other_sxids", "suppressed",
        )
    },
    "kernel_log.aer_corrected": Counter(BOOT, f"{_LOG}; a corrected error is what a replay repaired", fluctuates=True),
    "closing.correctable_ecc": Counter(RUN, "corrected errors, of which good memory has some", fluctuates=True),
    "closing.pcie_replays": Counter(RUN, "8 healthy H100 showed 106 to 174 since boot (hwtests/specs/hgx-h100.toml)", fluctuates=True),
    "closing.aer_corrected": Counter(RUN, "a corrected error is what a replay repaired", fluctuates=True),
    "closing.sw_power_cap_us": Counter(RUN, "time at the power limit, where a board at full load belongs", fluctuates=True),
    "gpupower.thermal_samples": Counter(RUN, _SAMPLES),
    "gpupower.power_brake_samples": Counter(RUN, _SAMPLES),
    "gpupower.hw_slowdown_samples": Counter(RUN, _SAMPLES),
    "gpupower.sw_power_cap_samples": Counter(RUN, f"{_SAMPLES}; by the power limit, as is normal", fluctuates=True),
    **{f"ping.{name}": Counter(RUN, _REPLIES) for name in ("duplicates", "damaged", "other_address", "icmp_errors")},
}  # fmt: skip
_CLOSING = Counter(RUN, "closing judges what rose during the run (hwtests/test_change.py, hwtests/test_kernel_log.py)")


def counter_of(name: str, unit: str | None) -> Counter | None:
    """What the reading `name` counts; None where it is no counter. All of closing's counts are, named here or not."""
    if name in COUNTERS:
        return COUNTERS[name]
    return _CLOSING if name.startswith("closing.") and unit in _RUN_UNITS else None
