"""
nccl-tests (all_reduce_perf and its siblings): its text, releases 2.0 to 2.20, and its JSON (-J), 2.18 and 2.19.

One row for each message size, out of place and in place: time (us), algorithm and bus bandwidth (GB/s, 10**9 bytes/s;
only bus bandwidth compares with the speed of a link), and how many elements were wrong. `wrong` is NotApplicable where the
tool prints N/A: nothing was checked, as with -c 0 (`validation` 0) or in place where a collective has none; "0 OK" of
`out_of_bounds_values` then says nothing. Old releases print the largest `deviation` from the right result instead.
`average_bus_bandwidth_gb_s` is the mean over all rows and both columns, small messages included: judge the rows. It is 0 for
one GPU, which sends nothing.

Lines of NCCL and of MPI stand anywhere around. What mpirun, srun or a log collector put before every line is taken
off: "[1,0]<stdout>:", "0: ", a time. A text of several tests is refused: cut after the first of them, it would look
like a whole one; and a binary without MPI started by mpirun is so many tests of one GPU, which all pass. The exit code
is not 0 for wrong elements, for an average below nine tenths of NCCL_TESTS_MIN_BW, and for errors of CUDA (2) and NCCL (3).

Layout: common.cu up to 2.16, util.cu after that; print_header of each collective up to 2.8.
"""

from __future__ import annotations

from parsers.nccl_tests.document import parse_json
from parsers.nccl_tests.records import Measured, NcclTest, Rank, Row
from parsers.nccl_tests.text import parse

__all__ = ["Measured", "NcclTest", "Rank", "Row", "parse", "parse_json"]
