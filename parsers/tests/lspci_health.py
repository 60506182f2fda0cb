"""When a check would be content with lspci -D -n and lspci -vv, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.lspci import Listing
from parsers.lspci_vv import READ, Device, VerboseListing
from parsers.reading import Reading

PROMISED_GPUS, PROMISED_NUMERIC_GPUS = 2, 3


def _lspci(record: Listing) -> bool:
    gpus = [device for device in record.devices if device.is_nvidia_gpu]
    return len(gpus) == PROMISED_NUMERIC_GPUS and all(device.readable for device in record.devices)


def _link_is_full(device: Device) -> bool:
    pairs = ((device.lnkcap.speed, device.lnksta.speed), (device.lnkcap.width, device.lnksta.width))
    return all(isinstance(could, Reading) and isinstance(does, Reading) and could.value == does.value for could, does in pairs)


def _lspci_vv(record: VerboseListing) -> bool:
    gpus = [device for device in record.devices if device.is_nvidia_gpu]
    linked = [device for device in record.devices if isinstance(device.lnkcap.speed, Reading)]
    counts = [errors.count for device in record.devices for errors in (device.uesta, device.cesta)]
    return (
        len(gpus) == PROMISED_GPUS
        and all(device.outcome == READ and not device.warnings for device in record.devices)
        and all(_link_is_full(device) for device in [*gpus, *linked])
        and all(isinstance(gpu.uesta.count, Reading) and isinstance(gpu.cesta.count, Reading) for gpu in gpus)
        and not any(isinstance(count, Reading) and count.value for count in counts)
    )


HEALTHY: dict[str, Callable[[Any], bool]] = {"lspci": _lspci, "lspci-vv": _lspci_vv}
BAD: dict[str, tuple[str, ...]] = {
    "lspci": ("lspci/node.txt",),
    "lspci-vv": tuple(
        f"lspci/vv-{name}.txt" for name in ("dead", "downgraded", "narrow-port", "corrected-errors", "uncorrected-error", "not-root")
    ),
}
