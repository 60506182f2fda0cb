"""Values, limits and boards in the words that all reports use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

_LARGEST = 1e300
_GPU = re.compile(r"gpu(\d+)")
_UNITLESS = ("count", "share", "text", "version", None)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether `value` is a finite number of a size that can be computed with; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST


def number_words(value: object) -> str:
    """27.3, 48, 535.104.05: a value without its unit, as exact as it was read."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def quantity(value: object, unit: str | None) -> str:
    """27.3 GB/s; "not measured" where there is no value."""
    if value is None:
        return "not measured"
    return number_words(value) if unit in _UNITLESS else f"{number_words(value)} {unit}"


def value_words(reading: Mapping[str, Any]) -> str:
    """The value of a reading with its unit."""
    return quantity(reading["value"], reading["unit"])


def limit_words(limit: Mapping[str, Any] | None) -> str:
    """Min 48 GB/s; several bounds stand beside each other, and no limit is "no limit"."""
    if limit is None:
        return "no limit"
    bounds = [f"{name} {quantity(limit[name], limit['unit'])}" for name in ("min", "max") if limit[name] is not None]
    accepted = " or ".join(quantity(value, limit["unit"]) for value in accepted_values(limit))
    return ", ".join([*bounds, *([f"must be {accepted}"] if accepted else [])]) or "no bound"


def accepted_values(limit: Mapping[str, Any]) -> list[Any]:
    """What `equals` accepts: it is one value, or a list of them, or absent."""
    equals = limit["equals"]
    return list(equals) if isinstance(equals, list) else [] if equals is None else [equals]


def board_words(identity: Mapping[str, Any] | None, device: str) -> str:
    """(board serial 1650923, bus 0000:b2:00.0): which board to send back; empty for what is no GPU."""
    if not _GPU.fullmatch(device):
        return ""
    known = [(word, (identity or {}).get(name)) for name, word in (("serial", "board serial"), ("uuid", "UUID"), ("pci_bus_id", "bus"))]
    told = [f"{word} {value}" for word, value in known if value and not (word == "UUID" and (identity or {}).get("serial"))]
    return f" ({', '.join(told)})" if told else " (board not known)"


def natural(device: str) -> tuple[str, int]:
    """A sort key: gpu2 before gpu10, GPUs before names."""
    match = _GPU.fullmatch(device)
    return ("", int(match[1])) if match else (device, 0)


def device_words(devices: Iterable[str]) -> str:
    """Gpu0 to gpu7; or one by one where they are no unbroken row."""
    ordered = sorted(devices, key=natural)
    numbers = [int(match[1]) for match in map(_GPU.fullmatch, ordered) if match]
    if len(numbers) == len(ordered) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        return f"{ordered[0]} to {ordered[-1]}"
    return " ".join(ordered)


def function_of(item_id: str) -> str:
    """CHECK.FUNCTION of CHECK.FUNCTION[DEVICE]."""
    return item_id.partition("[")[0]


def check_of(item_id: str) -> str:
    """CHECK of CHECK.FUNCTION[DEVICE]."""
    return item_id.partition(".")[0]


def device_of(item_id: str) -> str:
    """DEVICE of CHECK.FUNCTION[DEVICE]."""
    return item_id.partition("[")[2][:-1]


def covering(ids: Sequence[str], universe: Sequence[str]) -> str:
    """
    `ids` in few words: whole checks and whole devices of the `universe` first, the rest by name.

    As in "all of pciebw, all of gpu3, gpumem.compute on gpu0 gpu1".
    """
    left, said = list(dict.fromkeys(ids)), []
    for part_of in (check_of, device_of):
        whole = [name for name in _parts(left, part_of) if _has_all(left, universe, name, part_of)]
        said += [f"all of {name}" for name in whole if name != "node"]
        left = [item for item in left if part_of(item) not in whole or part_of(item) == "node"]
    said += [f"{function} on {device_words(devices)}" for function, devices in by_function(left).items()]
    return ", ".join(said)


def _parts(ids: Sequence[str], part_of: Any) -> list[str]:
    return list(dict.fromkeys(part_of(item) for item in ids))


def _has_all(ids: Sequence[str], universe: Sequence[str], name: str, part_of: Any) -> bool:
    return {item for item in universe if part_of(item) == name} <= set(ids)


def by_function(ids: Iterable[str]) -> dict[str, list[str]]:
    """The devices of each CHECK.FUNCTION, in the order of first appearance."""
    found: dict[str, list[str]] = {}
    for item in ids:
        found.setdefault(function_of(item), []).append(device_of(item))
    return found
