"""Has any board spent, or is it about to spend, the spare rows that keep its memory whole?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from parsers.reading import NotApplicable

if TYPE_CHECKING:
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from parsers.nvidia_smi import GpuState

pytestmark = pytest.mark.remapped


def test_rows(board: Callable[[str], GpuState], gpu: Gpu, judge: Judge) -> None:
    """Pending needs a reset, a failure a replacement; a bank without spare rows is one error away from it."""
    state = board("start")
    rows = state.remapped
    judge("remapped.pending", rows.pending)
    judge("remapped.failure", rows.failure)
    judge("remapped.uncorrectable", rows.uncorrectable)
    judge("remapped.correctable", rows.correctable)
    judge("remapped.histogram_total", rows.banks)
    judge("remapped.histogram_none", rows.histogram_none)
    judge("remapped.histogram_low", rows.histogram_low)
    judge.record("remapped.histogram_partial", rows.histogram_partial)
    if not isinstance(state.retired.pending, NotApplicable):
        judge("state.retired_pages_pending", state.retired.pending)
