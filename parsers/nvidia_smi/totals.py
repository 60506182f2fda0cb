"""Sums of counters, of which some may not have been read."""

from __future__ import annotations

from collections.abc import Sequence

from parsers.reading import ErrorWord, Field, Reading


def total(counters: Sequence[Field]) -> Field:
    """The sum of counts, if every one is a Reading; else what the first failing one is, an ErrorWord before others."""
    missing = [counter for counter in counters if not isinstance(counter, Reading)]
    errors = [counter for counter in missing if isinstance(counter, ErrorWord)]
    return (errors or missing or [_sum(counters)])[0]


def at_least(counters: Sequence[Field]) -> Field:
    """The sum as `total`; where some cannot be read, the sum of the others if it is not zero: that much is proven."""
    known = _sum(counters)
    return known if isinstance(known.value, int) and known.value > 0 else total(counters)


def _sum(counters: Sequence[Field]) -> Reading:
    read = [counter for counter in counters if isinstance(counter, Reading)]
    unit = read[0].unit if read else "count"
    return Reading(sum(int(counter.value) for counter in read), unit, " + ".join(counter.line for counter in read))
