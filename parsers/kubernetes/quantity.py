"""Amounts as the Kubernetes API writes them (resource.Quantity): a number and a decimal or binary suffix."""

from __future__ import annotations

import re
from decimal import Decimal

_QUANTITY = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?)([KMGTPE]i|[kMGTPE]|)")
_TIMES = {
    "": 1, "k": 10**3, **{letter: 10 ** (3 * power) for power, letter in enumerate("MGTPE", start=2)},
    **{f"{letter}i": 1024**power for power, letter in enumerate("KMGTPE", start=1)},
}  # fmt: skip


def amount_of(quantity: object) -> Decimal | None:
    """The plain number, as 1073741824 for "1Gi"; None for what is none, and for parts of one ("100m")."""
    found = _QUANTITY.fullmatch(str(quantity))
    return None if found is None else Decimal(found[1]) * _TIMES[found[2]]
