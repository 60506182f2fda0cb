"""When a check of a bill of materials would be content with dmi, lsblk, block-slots and devlink, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.block_slots import BlockSlots
from parsers.devlink import DevlinkDevice, DevlinkInfo
from parsers.dmi import Dmi
from parsers.lsblk import BlockDevices
from parsers.reading import Reading

PROMISED_DISKS = ("nvme0n1", "nvme1n1", "sda")
PROMISED_CARDS = 2


def _dmi(record: Dmi) -> bool:
    names = (record.sys_vendor, record.product_name)
    serials = (record.product_serial, record.product_uuid, record.board_serial, record.chassis_serial)
    return all(isinstance(field, Reading) for field in names + serials)


def _lsblk(record: BlockDevices) -> bool:
    named = [field for disk in record.disks for field in (disk.serial, disk.model, disk.size_bytes)]
    return record.complete and len(record.disks) == len(PROMISED_DISKS) and all(isinstance(field, Reading) for field in named)


def _block_slots(record: BlockSlots) -> bool:
    return all(record.pci_bus_ids(name) for name in PROMISED_DISKS)


def _card_is_known(card: DevlinkDevice) -> bool:
    running, stored = card.fw_running, card.fw_stored
    named = all(isinstance(field, Reading) for field in (card.board_serial_number, card.psid))
    return named and isinstance(running, Reading) and isinstance(stored, Reading) and running.value == stored.value and not card.pending


def _devlink(record: DevlinkInfo) -> bool:
    cards = [device for device in record.devices if device.pci_bus_id]
    return record.complete and len(cards) == PROMISED_CARDS and all(map(_card_is_known, cards))


HEALTHY: dict[str, Callable[[Any], bool]] = {"dmi": _dmi, "lsblk": _lsblk, "block-slots": _block_slots, "devlink": _devlink}
BAD: dict[str, tuple[str, ...]] = {
    "dmi": tuple(f"dmi/{name}.txt" for name in ("not-root", "not-root-messages", "templates", "none", "no-text")),
    "lsblk": tuple(f"lsblk/{name}.json" for name in ("missing-disk", "no-serials", "templates", "no-disks")),
    "block-slots": tuple(f"block_slots/{name}.txt" for name in ("missing", "other-buses", "vm")),
    "devlink": tuple(f"devlink/{name}.json" for name in ("pending", "no-serials", "missing", "templates", "bnxt", "ice", "refused")),
}
