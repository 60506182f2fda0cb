"""The mask of reasons why clocks are held back."""

from __future__ import annotations

import pytest

from parsers import nvidia_smi
from parsers.nvidia_smi import event_reasons
from parsers.nvidia_smi.events import NAMES


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        (0x0, ()),
        (0x1, ("gpu_idle",)),
        (0x4, ("sw_power_cap",)),
        (0x48, ("hw_slowdown", "hw_thermal_slowdown")),
        (0x88, ("hw_slowdown", "hw_power_brake_slowdown")),
        (0x20, ("sw_thermal_slowdown",)),
        (0x200, ("bit 0x200",)),
        (0x8000000000000001, ("gpu_idle", "bit 0x8000000000000000")),
    ],
)
def test_every_bit_has_a_name(mask: int, names: tuple[str, ...]) -> None:
    """A bit that is not known here is shown by its number, not dropped."""
    assert event_reasons(mask) == names


def test_a_negative_mask_is_a_mistake_of_the_caller() -> None:
    """There is no such mask."""
    with pytest.raises(ValueError, match="-1"):
        event_reasons(-1)


def test_bits_are_single_and_the_thermal_ones_are_0x60() -> None:
    """The verdict on slowdowns rests on 0x40 and 0x20 (thermal) and 0x80 (power brake)."""
    assert all(bit.bit_count() == 1 for bit in NAMES)
    assert nvidia_smi.THERMAL == 0x60
    assert nvidia_smi.HW_THERMAL_SLOWDOWN == 0x40
    assert nvidia_smi.SW_THERMAL_SLOWDOWN == 0x20
    assert nvidia_smi.HW_POWER_BRAKE_SLOWDOWN == 0x80


def test_names_are_those_of_the_document() -> None:
    """One reason has one name, whether it was read from a mask or from a document."""
    fields = set(nvidia_smi.EventReasons.__dataclass_fields__)
    assert fields == set(NAMES.values()) - {"display_clock_setting"}
