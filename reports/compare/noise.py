"""
How far a reading moves by itself, from the data of the two runs and from nothing else.

The same reading of the other boards of a run shows how it spreads: sigma is 1.4826 times the median absolute deviation, which a
few bad boards do not move. Each value is taken for true within 3 sigma of its run, so a difference says something beyond
3 sigma of A and 3 sigma of B together: of eight boards whose readings are normally distributed and nothing else, that is met by 3
differences of 1000 by chance (simulated; most are fewer, for boards also differ from each other and keep that from run to run).
A deviation is known no better than half a step of the last decimal that was printed.

Where boards differ from each other more than each differs from itself (near and far processors), this is more than the noise
of one board, and a smaller drift is not told; only repeated measurements of each board, recorded one by one, would show that one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

FEWEST = 4
"""Devices of a run, with fewer of which nobody can tell how a reading spreads."""
_SIGMAS, _NORMAL = 3, 1.4826
_NUMBER = re.compile(r"(?<![\w.])\d{1,30}(?:[.](\d{1,30}))?(?![\w.])", re.ASCII)
_LINE_READ = 2000
_FINEST = 15


@dataclass(frozen=True)
class Printed:
    """A value and the line that it was read from."""

    value: int | float
    line: str

    @property
    def decimals(self) -> int:
        """How many were printed: in the line, where the same number stands in it, else as many as the value has."""
        shown = [len(found[1] or "") for found in _NUMBER.finditer(self.line[:_LINE_READ]) if float(found[0]) == abs(self.value)]
        return min(max(shown or [_own_decimals(self.value)]), _FINEST)


def _own_decimals(value: int | float) -> int:
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def noise(a: Sequence[Printed], b: Sequence[Printed]) -> float | None:
    """The difference up to which a reading of A and one of B say the same; None where one run has too few devices to tell."""
    if min(len(a), len(b)) < FEWEST:
        return None
    step = 10.0 ** -min(max(printed.decimals for printed in side) for side in (a, b))
    sigmas = [_NORMAL * max(_deviation([printed.value for printed in side]), step / 2) for side in (a, b)]
    return _SIGMAS * sum(sigmas)


def _deviation(values: Sequence[int | float]) -> float:
    middle = median(values)
    return float(median(abs(value - middle) for value in values))


def is_beyond(delta: float, known: float) -> bool:
    """Whether a difference is more than its noise; what only binary fractions make of an equal one is not."""
    return abs(delta) > known * (1 + 1e-9)
