"""
Limits drafted from nodes that are known to be good.

The draft is the spec that the nodes were accepted by, with the limits of what was measured replaced, each with its population,
the way it was made, the tool and the conditions as its source. What a bundle says is taken for true here: whoever cannot
trust where one is from verifies it first (scripts/accept --verify).
"""

from reports.calibrate.draft import Draft, Proposal, draft
from reports.calibrate.nodes import MINIMUM_NODES, CalibrationError

__all__ = ["MINIMUM_NODES", "CalibrationError", "Draft", "Proposal", "draft"]
