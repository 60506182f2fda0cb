"""When a check would be content with ibstat, ibstatus and ibv_devinfo, and recordings with which it would not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parsers.ibstat import Ibstat
from parsers.ibstatus import Ibstatus
from parsers.ibv_devinfo import IbvDevinfo
from parsers.reading import Absent, Field, Reading

PROMISED_PORTS = 2
_RATE_GBIT_S, _LANES, _MTU = 400, 4, 4096


def is_reading(field: Field, *values: object) -> bool:
    """Whether the field was read and is one of the values."""
    return isinstance(field, Reading) and field.value in values


def _ibstat(record: Ibstat) -> bool:
    ports = [port for adapter in record.adapters for port in adapter.ports]
    return len(record.adapters) == PROMISED_PORTS == len(ports) and all(
        is_reading(port.state, "Active")
        and is_reading(port.physical_state, "LinkUp")
        and is_reading(port.rate_gbit_s, _RATE_GBIT_S)
        and is_reading(port.link_layer, "InfiniBand")
        for port in ports
    )


def _ibstatus(record: Ibstatus) -> bool:
    return len(record.ports) == PROMISED_PORTS and all(
        is_reading(port.state, "4: ACTIVE")
        and is_reading(port.phys_state, "5: LinkUp")
        and is_reading(port.rate_gbit_s, _RATE_GBIT_S)
        and is_reading(port.link_layer, "InfiniBand")
        for port in record.ports
    )


def _ibv_devinfo(record: IbvDevinfo) -> bool:
    ports = [port for device in record.devices for port in device.ports]
    return len(record.devices) == PROMISED_PORTS == len(ports) and all(
        is_reading(port.state, "PORT_ACTIVE")
        and is_reading(port.active_mtu_bytes, _MTU)
        and is_reading(port.link_layer, "InfiniBand")
        and (isinstance(port.active_width_lanes, Absent) or is_reading(port.active_width_lanes, _LANES))
        and (isinstance(port.active_speed_gbit_s, Absent) or is_reading(port.active_speed_gbit_s, _RATE_GBIT_S / _LANES))
        for port in ports
    )


HEALTHY: dict[str, Callable[[Any], bool]] = {"ibstat": _ibstat, "ibstatus": _ibstatus, "ibv-devinfo": _ibv_devinfo}
BAD: dict[str, tuple[str, ...]] = {
    "ibstat": ("ibstat/down-polling.txt", "ibstat/initializing.txt", "ibstat/slow.txt"),
    "ibstatus": ("ibstatus/down.txt", "ibstatus/slow.txt"),
    "ibv-devinfo": ("ibv_devinfo/plain-down.txt", "ibv_devinfo/verbose-disabled.txt", "ibv_devinfo/verbose-narrow.txt"),
}
