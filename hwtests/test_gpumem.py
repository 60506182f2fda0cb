"""Do memory and arithmetic of every GPU reach the rates that good boards of this model reach?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parsers import gpucheck
from parsers.errors import ParseError

if TYPE_CHECKING:
    from fixtures.gpus import Gpu
    from fixtures.judging import Judge
    from fixtures.spec import Spec
    from fixtures.tools import RunOnGpu

pytestmark = [pytest.mark.gpumem, pytest.mark.intrusive]

DGEMM_TERA_OPERATIONS = 2 * 8192**3 * 400 / 1e12
"""gpucheck multiplies 8192 x 8192 matrices of doubles 400 times (gpucheck.cu of IBM Autopilot, 09a177d)."""
START_S = 90
SLOWEST_SHARE = 0.25


def time_limit_s(spec: Spec) -> float:
    """How long gpucheck may take on one board: its products at a quarter of the board's floor or peak, and the start."""
    limit = spec.limit("gpumem.dgemm")
    rate = (limit.min or limit.theoretical) if limit else None
    return START_S + DGEMM_TERA_OPERATIONS / (SLOWEST_SHARE * float(rate)) if rate else START_S + 600


def test_compute(gpu: Gpu, run_on_gpu: RunOnGpu, judge: Judge, spec: Spec) -> None:
    """Slow HBM and throttled or crippled FP64 units show in no counter; they show here."""
    output = run_on_gpu(gpu, "gpucheck", purpose="compute", share=True, exclusive=True, timeout_s=time_limit_s(spec))
    rows = gpucheck.parse(output.measured()).rows
    if len(rows) != 1:
        raise ParseError("gpucheck", "one row for the one visible GPU", f"{len(rows)} rows")
    [row] = rows
    judge("gpumem.daxpy", row.daxpy_gb_s, output=output)
    judge("gpumem.dgemm", row.dgemm_tflops, output=output)
    judge("gpumem.h2d_pinned", row.h2d_pinned_gb_s, output=output)
    judge("gpumem.d2h_pinned", row.d2h_pinned_gb_s, output=output)
