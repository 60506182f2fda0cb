"""
The lines of nccl-tests, from release to release, and what mpirun, srun or a log collector may put before each of them.

Every pattern is meant for a whole line, taken out of its tag and stripped, but SAYING and FAILURE, which are looked for.
"""

from __future__ import annotations

import re

_CLOCK = re.compile(
    r"(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}|"
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}(?:[.,][0-9]{1,9})?(?:Z|[+-][0-9:]{4,5})?)(?=[\s\[<:]):? ?"
)
_PROCESS = re.compile(
    r"(?P<process>\[[^\[\]\s]{1,200}\](?:<std[a-z]{2,8}>)?(?=[ :#])|<std[a-z]{2,8}>|[A-Za-z0-9._-]{1,100}(?= +\| )|"
    r"(?:[A-Za-z][A-Za-z0-9._-]{0,100} )?[0-9]{1,6}(?=: )|[A-Za-z][A-Za-z0-9._-]{0,100}(?=: +(?:[#0-9]|NCCL version)))(?: +\|)?:? ?"
)
_COUNT = r"[0-9]{1,18}"
_DOTTED = r"[0-9]{1,4}(?:\.[0-9]{1,6}){1,4}"
VERSION = re.compile(
    rf"# nccl-tests version (?P<version>{_DOTTED})\S*(?: \([0-9A-Za-z.+-]{{1,60}}\))?"
    rf"(?: nccl-headers={_COUNT})?(?: nccl-library=(?P<library>{_COUNT}))?"
)
START = re.compile(r"# Collective test starting: (?P<program>\S+)")
PARAMETERS = re.compile(r"(?:# )?(?P<parameters>nThread:? .*)")
PARAMETER = re.compile(rf"(?P<name>[A-Za-z][A-Za-z_ ]{{0,30}}?):? (?P<number>{_COUNT})(?:\((?P<unit>factor|bytes)\))?(?:\s+|$)")
RANK = re.compile(
    r"#?\s*Rank\s+(?P<rank>[0-9]{1,6})(?:\s+Group\s+(?P<group>[0-9]{1,6}))?(?:\s+Pid\s+(?P<pid>[0-9]{1,10}))?\s+on\s+(?P<host>\S+)\s+"
    r"device\s+(?P<device>[0-9]{1,4}) \[(?P<bus>(?:0x)?[0-9a-fA-F:.]{2,20})\] (?P<name>\S.*)"
)
REDUCED = re.compile(rf"# Reducing maxBytes to (?P<max_bytes>{_COUNT}) due to memory limitation")
HEADER = re.compile(r"#?\s*(?P<columns>(?:size|bytes)\s+(?:count|N)\s+type\s.*)")
UNITS = re.compile(r"#?\s*\(B\)\s+\(elements\)(?:\s+(?:\(us\)|\(GB/s\)|\(%\)|%Y-%m-%d|%H:%M:%S))+")
ROW = re.compile(r"[0-9]{1,18}\s+[0-9]{1,18}\s+[A-Za-z].*")
OUT_OF_BOUNDS, BITWISE = "Out of bounds values", "Bitwise mismatches"
COUNTED = re.compile(rf"#?\s*(?P<name>{OUT_OF_BOUNDS}|{BITWISE})\s*: (?P<count>{_COUNT}) (?P<verdict>OK|FAILED)")
AVERAGE = re.compile(r"#?\s*Avg bus bandwidth\s*: (?P<average>[0-9]{1,9}(?:\.[0-9]{1,9})?(?:e[+-][0-9]{2})?)(?: (?P<verdict>OK|FAILED))?")
END = re.compile(r"# Collective test concluded: (?P<program>\S+)")
NCCL = re.compile(r"NCCL version (?P<version>[0-9]+(?:\.[0-9]+)+)(?:\+\S+)?(?: .*)?")
WARNING = re.compile(r".*\bNCCL WARN\b.*")
SILENT = re.compile(
    r"#?\s*|.*\bNCCL (?:INFO|TRACE|DEBUG)\b.*|#\s+(?:out-of-place|in-place).*|# Using devices|# (?:Blocking|Parallel Init) Enabled: .*|"
    r"# Per-Iteration Report: .*|# Bitwise Repeatability: .*|# Writing JSON output to .*|# GPU memory usage +: .*|"
    r"# NCCL Tests compiled with .*|-+"
)
SAYING = re.compile(
    r"^[0-9]+\s+[0-9]|Out of bounds values|bus bandwidth|Bitwise mismatches|\bRank\s+[0-9]|algbw|\(GB/s\)|nThread|maxBytes|Collective test"
)
FAILURE = re.compile(
    r"^(?!.*\bNCCL (?:INFO|WARN|TRACE|DEBUG)\b).*(?:Test (?:NCCL|CUDA|CUDART|MPI) failure|: Test failure|Test timeout|"
    r"Invalid number of GPUs|"
    r"[Ii]nvalid (?:sizes? |option)|not enough slots available|(?:mpirun|prterun|mpiexec)\S* (?:noticed|detected|was unable)|"
    r"MPI_ABORT was invoked|terminated normally, but|srun: error|Segmentation fault|Bus error|Caught signal|BAD TERMINATION|"
    r"command not found|error while loading shared|USAGE: |# error: )"
)
"""What a test, mpirun or srun prints when it fails; NCCL's own lines may say such things of what it then does otherwise."""


def untagged(line: str) -> tuple[str, str]:
    """What names the process that printed a line ("" if nothing does; a time is left out), and the line itself."""
    clock = _CLOCK.match(line)
    rest = line[clock.end() :] if clock else line
    process = _PROCESS.match(rest)
    return (process["process"], rest[process.end() :].strip()) if process else ("", rest.strip())
