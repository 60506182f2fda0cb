"""
The statistics of a population, and the bounds that follow from it. Pure; decimal, because a bound is rounded as people read it.

The median and the median absolute deviation (MAD) are not moved by a few bad values, mean and standard deviation are. 1.4826
times the MAD is the standard deviation (sigma) of a normal distribution. A bound 4 sigma from the median is missed by 3 of 100,000
good boards: one false rejection in 4,000 nodes of 8 boards, for each reading. The warning band begins at 3 sigma, beyond which 1 of 740
good boards lies. Neither ever rejects, or warns of, a value that it was made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from statistics import median

NORMAL = Decimal("1.4826")
SIGMAS, WARNING_SIGMAS = 4, 3
DIGITS = 4
UNLIKE = 3
_LEAST_BOARDS = 3


@dataclass(frozen=True)
class Population:
    """
    What a reading was on all boards of all nodes, in its own unit.

    `resolution` is one step of the last decimal that was printed. `differs` says that nodes differ more than boards of one node do.
    """

    nodes: int
    n: int
    median: Decimal
    mad: Decimal
    least: Decimal
    most: Decimal
    resolution: Decimal
    differs: bool

    @property
    def sigma(self) -> Decimal:
        """The standard deviation, at least the resolution: values that are all alike are alike as far as they were printed."""
        return max(NORMAL * self.mad, self.resolution)


@dataclass(frozen=True)
class Bound:
    """A floor or a ceiling, the edge of its warning band (None where there is no room for one), and how many values lie beyond 4 sigma."""

    value: Decimal
    warn: Decimal | None
    beyond: int


def decimal(value: int | float) -> Decimal:
    """A number as it is printed: 27.3 and not 27.300000000000000710."""
    return Decimal(repr(value))


def population(nodes: Sequence[Sequence[Decimal]]) -> Population:
    """The statistics of the values of each node; every node has at least one."""
    values = [value for node in nodes for value in node]
    resolution = Decimal(1).scaleb(min(_exponent(value) for value in values))
    middle = median(values)
    return Population(
        len(nodes), len(values), middle, _mad(values, middle), min(values), max(values), resolution, _differs(nodes, resolution)
    )  # fmt: skip


def floor(nodes: Sequence[Sequence[Decimal]]) -> Bound:
    """The least that a good board measures: the smaller of the lowest value and the median - 4 sigma, rounded down to 4 digits."""
    found = population(nodes)
    raw, near = (found.median - many * found.sigma for many in (SIGMAS, WARNING_SIGMAS))
    value, warn = _rounded_down(min(found.least, raw)), _rounded_down(min(found.least, near))
    beyond = sum(value < raw for node in nodes for value in node)
    return Bound(value, warn if value < warn < found.median else None, beyond)


def ceiling(nodes: Sequence[Sequence[Decimal]]) -> Bound:
    """The most that a good board measures: the mirror image of floor."""
    found = floor([[-value for value in node] for node in nodes])
    return Bound(-found.value, None if found.warn is None else -found.warn, found.beyond)


def _mad(values: Sequence[Decimal], middle: Decimal) -> Decimal:
    return median([abs(value - middle) for value in values])


def _differs(nodes: Sequence[Sequence[Decimal]], resolution: Decimal) -> bool:
    """Whether the nodes' medians spread more than 3 times as far as boards do about their node's; False where nodes have few boards."""
    if min(map(len, nodes)) < _LEAST_BOARDS:
        return False
    medians = [median(node) for node in nodes]
    within = median([abs(value - middle) for node, middle in zip(nodes, medians, strict=True) for value in node])
    return _mad(medians, median(medians)) > UNLIKE * max(within, resolution)


def _exponent(value: Decimal) -> int:
    """Of the last digit; 0 for a whole number, also one that is written as 3E+8 or 55.0."""
    return min(0, int(value.normalize().as_tuple().exponent))


def _rounded_down(value: Decimal) -> Decimal:
    """To 4 significant digits, never upwards."""
    step = Decimal(1).scaleb(value.adjusted() - DIGITS + 1)
    return value.quantize(step, rounding=ROUND_FLOOR) if value else value
