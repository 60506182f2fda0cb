"""
Two bundles of one node, compared: at the factory and at the site, before a repair and after it.

Boards are followed by serial, so that what is told of a board is told of it wherever it went. A number counts as changed only
beyond the noise that the runs themselves show; numbers that were taken under other circumstances are not compared at all.
"""

from reports.compare.comparing import differences
from reports.compare.shape import HEADINGS, CompareError, Comparison, Difference, Place, Side, Where

__all__ = ["HEADINGS", "CompareError", "Comparison", "Difference", "Place", "Side", "Where", "differences"]
