"""Printed numbers as what they can stand for: whether figures that say the same thing twice agree, whatever was rounded away."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_DUST = 1e-9
_SIGNIFICANT_DIGITS = 6


@dataclass(frozen=True)
class Figure:
    """A number that is at least `low` and at most `high`; nothing here is below zero."""

    low: float
    high: float


def around(value: float, slack: float) -> Figure:
    """A number that is off by at most `slack`."""
    return Figure(max(0.0, value - slack), value + slack)


def printed(text: str, factor: float = 1.0) -> Figure:
    """A figure as it was printed ("12.50", "124011", "1.2e+03"), times a factor."""
    digits, _, exponent = text.partition("e")
    return around(float(text) * factor, 0.5 * factor * 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2])))


def general(text: str) -> Figure:
    """A figure printed with six significant digits, of which zeros at the end are left out."""
    value = float(text)
    magnitude = math.floor(math.log10(value)) if value else 0
    return around(value, 0.5 * 10.0 ** (magnitude + 1 - _SIGNIFICANT_DIGITS))


def is_mean(mean: Figure, figures: Sequence[Figure]) -> bool:
    """Whether `mean` can be the mean of `figures`."""
    low = math.fsum(figure.low for figure in figures) / len(figures)
    high = math.fsum(figure.high for figure in figures) / len(figures)
    return low <= mean.high * (1 + _DUST) and mean.low <= high * (1 + _DUST)


def common_ratio(pairs: Iterable[tuple[Figure, Figure]]) -> Figure | None:
    """What second / first can be in all pairs at once, no first one being surely zero; None if there is no such ratio."""
    low, high = 0.0, math.inf
    for first, second in pairs:
        low = max(low, second.low / first.high)
        if first.low > 0:
            high = min(high, second.high / first.low)
    return Figure(low * (1 - _DUST), high * (1 + _DUST)) if low <= high * (1 + _DUST) else None
