"""When a check would be content with the product data that lspci -vv shows, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.lspci_vpd import ProductDataListing
from parsers.reading import Reading

PROMISED_CARDS = ("0000:22:00.0", "0000:22:00.1", "0000:a3:00.0")


def _vpd(record: ProductDataListing) -> bool:
    told = {device.pci_bus_id for device in record.devices if isinstance(device.serial_number, Reading)}
    return told == set(PROMISED_CARDS)


HEALTHY: dict[str, Callable[[Any], bool]] = {"vpd": _vpd}
BAD: dict[str, tuple[str, ...]] = {
    "vpd": tuple(f"vpd/{name}.txt" for name in ("not-root", "not-readable", "bad-checksum", "templates", "dead")),
}
