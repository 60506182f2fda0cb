"""Values, limits and boards in the words that all reports use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeGuard

_LARGEST = 1e300
_GPU = re.compile(r"gpu(\d+)")
_DIGITS = re.compile(r"(\d{1,18})")
_NAMED = 6
_KINDS = {
    "ping.host": "peers", "ping.reach": "interfaces of peers", "iperf.flow": "sending interfaces", "pvc.create_delete": "storage classes",
}  # fmt: skip
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
    if not is_gpu(device):
        return ""
    known = [(word, (identity or {}).get(name)) for name, word in (("serial", "board serial"), ("uuid", "UUID"), ("pci_bus_id", "bus"))]
    told = [f"{word} {value}" for word, value in known if value and not (word == "UUID" and (identity or {}).get("serial"))]
    return f" ({', '.join(told)})" if told else " (board not known)"


def suspect_name(suspect: Mapping[str, Any]) -> str:
    """Interface n3.eth0; "the fabric", and "undecided" where nobody can be named."""
    if suspect["kind"] == "fabric":
        return "the fabric"
    return f"{suspect['kind']} {suspect['name']}".strip()


def suspect_words(suspect: Mapping[str, Any]) -> str:
    """Suspected: interface n3.eth0 (why), for the end of a sentence."""
    named = "whose fault it is, is undecided" if suspect["kind"] == "undecided" else f"suspected: {suspect_name(suspect)}"
    return f"{named} ({suspect['why']})" if suspect["why"] else named


def natural(device: str) -> tuple[str | int, ...]:
    """A sort key: gpu2 before gpu10, GPUs before names, n2--n10.eth0 before n10--n2.eth0."""
    match = _GPU.fullmatch(device)
    return ("", int(match[1])) if match else tuple(int(part) if n % 2 else part for n, part in enumerate(_DIGITS.split(device)))


def device_words(devices: Iterable[str]) -> str:
    """Gpu0 to gpu7; or one by one where they are no unbroken row of GPUs, and of many that are no GPUs the first."""
    ordered = sorted(devices, key=natural)
    numbers = [int(match[1]) for match in map(_GPU.fullmatch, ordered) if match]
    if len(numbers) == len(ordered) > 2 and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
        return f"{ordered[0]} to {ordered[-1]}"
    many = len(ordered) > _NAMED and not numbers
    return " ".join(ordered[:_NAMED]) + f" and {len(ordered) - _NAMED} more" if many else " ".join(ordered)


def extent(function: str, devices: Sequence[str], universe: Iterable[str]) -> str:
    """On all 8 GPUs (gpu0 to gpu7); on 14 of 56 pairs (n1--n3.eth0 ...). `universe` has the ids of all items."""
    promised = {device_of(item) for item in universe if function_of(item) == function}
    every = set(devices) == promised
    number = f"all {len(promised)}" if every else f"{len(devices)} of {len(promised) or len(devices)}"
    plain = every and len(devices) > _NAMED and not _are_gpus(devices)
    return f"on {number} {_kind_words(function, devices)}" + ("" if plain else f" ({device_words(devices)})")


def is_gpu(device: str) -> bool:
    """Whether it is the position of a GPU."""
    return _GPU.fullmatch(device) is not None


def _are_gpus(devices: Sequence[str]) -> bool:
    return all(map(is_gpu, devices))


def _kind_words(function: str, devices: Sequence[str]) -> str:
    if _are_gpus(devices):
        return "GPUs"
    return "pairs" if all("--" in device for device in devices) else _KINDS.get(function, "devices")


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
    `ids` in few words: whole checks and whole GPUs of the `universe` first, the rest by name.

    As in "all of pciebw, all of gpu3, gpumem.compute on gpu0 gpu1".
    """
    left, said = list(dict.fromkeys(ids)), []
    for part_of in (check_of, device_of):
        whole = set(_whole(left, universe, part_of))
        said += [f"all of {name}" for name in dict.fromkeys(map(part_of, left)) if name in whole]
        left = [item for item in left if part_of(item) not in whole]
    return ", ".join([*said, *(_where(function, devices, universe) for function, devices in by_function(left).items())])


def _whole(ids: Sequence[str], universe: Sequence[str], part_of: Callable[[str], str]) -> set[str]:
    """The checks, or the GPUs, of which nothing in the `universe` is missing among `ids`; of other devices there are too many to name."""
    have = set(ids)
    lacking = {part_of(item) for item in universe if item not in have}
    found = {part_of(item) for item in ids} - lacking
    return found if part_of is check_of else set(filter(is_gpu, found))


def _where(function: str, devices: Sequence[str], universe: Iterable[str]) -> str:
    short = _are_gpus(devices) or len(devices) <= _NAMED
    return f"{function} on {device_words(devices)}" if short else f"{function} {extent(function, devices, universe)}"


def by_function(ids: Iterable[str]) -> dict[str, list[str]]:
    """The devices of each CHECK.FUNCTION, in the order of first appearance."""
    found: dict[str, list[str]] = {}
    for item in ids:
        found.setdefault(function_of(item), []).append(device_of(item))
    return found
