"""How far a reading is from its limit, and which readings are the most urgent."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from typing import Any

from reports.words import is_number

Reading = Mapping[str, Any]
ALL_SHOWN, FEW_SHOWN = 200, 40
ORDER = ("FAIL", "ERROR", "WARN", "SKIP", "PASS")


def margin(reading: Reading) -> float | None:
    """
    How far a value is inside its nearest bound, in per cent of that bound; negative is outside.

    None where there is nothing to divide by: no number, no min or max, a bound of zero.
    """
    value, limit = reading["value"], reading["limit"]
    if limit is None or not is_number(value):
        return None
    sides = [(limit["min"], 1), (limit["max"], -1)]
    found = [sign * (value - bound) / abs(bound) * 100 for bound, sign in sides if is_number(bound) and bound]
    return min(found) if found else None


def urgency(reading: Reading) -> tuple[int, float]:
    """A sort key: the worst verdict first, and among equals what is nearest to its limit."""
    distance = margin(reading)
    place = ORDER.index(reading["verdict"]) if reading["verdict"] else len(ORDER)
    return place, math.inf if distance is None else distance


def deciding(readings: Sequence[Reading]) -> Reading | None:
    """The reading that an item stands or falls with: the worst, and among equals the one nearest to its limit."""
    return min(readings, key=urgency) if readings else None


def most_urgent(readings: Sequence[Reading]) -> tuple[Sequence[Reading], str]:
    """The readings to show of an item, all of them or of very many the most urgent, and then the words that say so."""
    if len(readings) <= ALL_SHOWN:
        return readings, ""
    shown = heapq.nsmallest(FEW_SHOWN, readings, key=urgency)
    return shown, f"the {FEW_SHOWN} most urgent of {len(readings)} readings; all of them are in results.json"
