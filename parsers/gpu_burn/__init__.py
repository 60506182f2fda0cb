"""
gpu_burn of gpu-burn: matrix products on every GPU for a set time, compared with each other; releases of 2018 to 2026.

The program lists the node's GPUs (`nvidia-smi -L`), starts a worker for each GPU that it may use, draws a line of
progress over and over (a carriage return before each), and ends with "Tested 2 GPUs:" and a word for each worker. Two
numbers for GPUs must not be taken for one another: `listed` has those of nvidia-smi, `gpus` the workers from 0 on. With
`-i 2` or CUDA_VISIBLE_DEVICES there are fewer workers than GPUs, and worker 0 is another GPU than number 0.

Its own words are weak. The exit code is 0 even for FAULTY. A worker that died without counting an error is "OK" at the
end, as is one that never did any work: so `died`, `processed` and `tflops_min` have to be judged beside `status`, and a
run without a line of progress (`progress_lines` 0) has shown no work at all. Errors are counted anew after every
"Summary at:", so the largest count ever shown is kept. Messages of the program stand on stderr; `failures` has those
that are part of the text.

Layout: gpu_burn-drv.cpp (listenClients, GPU_Test, launch), commits of 2018 to 2026-05. "power:" is a column of builds
that poll it; "DIED" and "NO RESULTS" are words of builds that tell such workers from "OK".
"""

from __future__ import annotations

from parsers.gpu_burn.records import STATES, BurntGpu, GpuBurn, Initialized, ListedGpu
from parsers.gpu_burn.text import parse

__all__ = ["STATES", "BurntGpu", "GpuBurn", "Initialized", "ListedGpu", "parse"]
