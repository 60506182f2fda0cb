"""
ib_write_bw of perftest, RDMA writes from one node to another: its text and its JSON, perftest up to 4.5-0.20 and its source of 2026-07.

Bandwidth is printed in Gb/sec (10**9 bits/s) with --report_gbits, otherwise in MiB/sec, which old releases call MB/sec and
compute as 2**20 bytes/s too; here it is always Gbit/s, and the line of a reading says what was printed. Where the rate of
messages is printed as well, both must say the same. `iterations` counts the messages of all queue pairs; `bw_peak_gbit_s` is
NotApplicable where 0.00 is printed, as with -D or many iterations: no peak was looked for. With -b (a test called
"Bidirectional") numbers are the sum of both directions. `-a` gives a row for each size from 2 to 8388608 bytes.

The server prints the one row that the client sends it; where client and server of a loopback print into one text,
`processes` is 2 and that row is the last one again. A text of several runs is refused: cut after the first of them, it
would look like a whole one. JSON (--out_json) has the last size only, and no unit: it is the one that the rate of messages agrees
with. Exit code 1 on failure, also for a bandwidth below --limit_bw; the messages stand on stderr.

Layout: perftest_parameters.c (ctx_print_test_info, print_full_bw_report), perftest_communication.c and write_bw.c.
"""

from __future__ import annotations

from parsers.ib_write_bw.document import parse_json
from parsers.ib_write_bw.records import Address, BwResult, IbWriteBw
from parsers.ib_write_bw.text import parse

__all__ = ["Address", "BwResult", "IbWriteBw", "parse", "parse_json"]
