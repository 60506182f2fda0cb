"""
bandwidthTest of the CUDA samples: its text and --csv, in all modes; samples 6.x to 12.8, after which it was removed.

"Result = PASS" says that it ran, not that anything was fast: the program has no limits. Bandwidth is printed with one
decimal, in MB/s (10**6 bytes/s) by old samples and in GB/s (10**9) by those from 10.1 on. With several devices one
number is their sum. A device number that does not exist makes it measure GPU 0 and exit 0: that is refused here.
CUDA errors appear as "FUNCTION returned 35" and a line with the reason. Layout: bandwidthTest.cu of those releases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.plain_text import Scanner
from parsers.reading import Reading
from parsers.tool import Tool

TOOL = "bandwidthTest"

_TITLE = re.compile(r"\[CUDA Bandwidth Test\] - Starting\.\.\.\n")
_RUNNING = re.compile(r"Running on\.\.\.\n")
_DEVICE = re.compile(r" *Device (?P<number>[0-9]{1,4}): (?P<name>\S[^\n]*)\n")
_MODE = re.compile(r" *(?P<mode>Quick|Range|Shmoo) Mode\n")
_DOTS = re.compile(r"\.+\n")
_SECTION = re.compile(
    r" *(?P<from>Host|Device) to (?P<to>Host|Device) Bandwidth, (?P<devices>[0-9]{1,4}) Device\(s\)\n"
    r" *(?P<memory>PINNED|PAGEABLE) Memory Transfers\n"
    r"(?P<combined> *Write-Combined Memory Writes are Enabled\n?)?"
    r" *Transfer Size \(Bytes\)[ \t]+Bandwidth\((?P<unit>[MG])B/s\)\n"
    r"(?P<rows>(?:[ \t]+[0-9]{1,18}[ \t]+[0-9]{1,9}\.[0-9]\n)+)"
)
_CSV = re.compile(
    r"bandwidthTest-(?P<from>[HD])2(?P<to>[HD])(?:-(?P<memory>Pinned|Paged)(?P<combined>-WriteCombined)?)?, "
    r"Bandwidth = (?P<bandwidth>[0-9]{1,9}\.[0-9]) (?P<unit>[MG])B/s, Time = (?P<seconds>[0-9]{1,9}\.[0-9]{5}) s, "
    r"Size = (?P<size>[0-9]{1,18}) bytes, NumDevsUsed = (?P<devices>[0-9]{1,4})\n"
)
_RESULT = re.compile(r"Result = (?P<result>PASS|FAIL)\n")
_NOTE = re.compile(r"NOTE: [^\n]*\n")
_CUDA_ERROR = re.compile(r"(?P<call>\w+ returned [0-9]+)\n-> (?P<reason>[^\n]*)\n")

_BYTES_PER_S = {"M": 10**6, "G": 10**9}
_TIMED_S, _AT_MOST = 0.0001, 2.0
"""Time has five decimals and Bandwidth one, and old samples meant 2**20 by M: shorter times, and a factor below 2, prove nothing."""
_MEMORY = {"PINNED": "Pinned", "PAGEABLE": "Paged"}


@dataclass(frozen=True)
class Copy:
    """
    One measured copy.

    `direction` is "H2D", "D2H" or "D2D" (which counts every byte twice: read and written); `memory` is "Pinned",
    "Paged", "Pinned-WriteCombined", or "Device" for D2D. `bandwidth_gb_s` is where MB/s were printed its line
    says that they were divided by 1000.
    """

    direction: str
    memory: str
    size_bytes: int
    bandwidth_gb_s: Reading
    devices_used: int


@dataclass(frozen=True)
class BandwidthTest:
    """
    A run: names of the devices used, mode ("Quick", "Range", "Shmoo"), copies in their order, "PASS" or "FAIL".

    The line of the result is the end mark: without it there is no record.
    """

    devices: tuple[str, ...]
    mode: str
    results: tuple[Copy, ...]
    result: str
    complete: bool = True


def parse(text: str) -> BandwidthTest:
    """
    The copies of a run that came to its end.

    Raises ParseError, quoting the line, without the Result line, for an invalid GPU number, an error of CUDA, a
    number without unit or of several digits after the point, no copy, a copy twice, and anything after the end.
    """
    scanner = Scanner(TOOL, text)
    scanner.skip_blank_lines()
    scanner.take(_TITLE, "the title of the program")
    _refuse_cuda_error(scanner)
    devices = _devices(scanner)
    mode = scanner.take(_MODE, "the mode")["mode"]
    results = _copies(scanner)
    result = scanner.take(_RESULT, "a copy, or the line Result =")["result"]
    scanner.skip_blank_lines()
    scanner.take_if(_NOTE)
    scanner.end()
    _check(devices, results)
    return BandwidthTest(devices, mode, tuple(results), result)


def _refuse_cuda_error(scanner: Scanner) -> None:
    line = scanner.line_number
    error = scanner.take_if(_CUDA_ERROR)
    if error is not None:
        raise ParseError(TOOL, "a measurement", f"{error['call']}: {error['reason']}", line)


def _devices(scanner: Scanner) -> tuple[str, ...]:
    scanner.take(_RUNNING, "the line Running on")
    scanner.skip_blank_lines()
    _refuse_cuda_error(scanner)
    names = [scanner.take(_DEVICE, "the name of a device")["name"]]
    while (device := scanner.take_if(_DEVICE)) is not None:
        names.append(device["name"])
    return tuple(names)


def _copies(scanner: Scanner) -> list[Copy]:
    copies: list[Copy] = []
    while True:
        scanner.skip_blank_lines()
        if scanner.take_if(_DOTS):
            continue
        if section := scanner.take_if(_SECTION):
            copies += [_copy(section, *row.split()) for row in section["rows"].splitlines()]
        elif row := scanner.take_if(_CSV):
            _refuse_contradiction(row, scanner.line_number - 1)
            copies.append(_copy(row, row["size"], row["bandwidth"]))
        else:
            return copies


def _refuse_contradiction(row: re.Match[str], line: int) -> None:
    """Raise ParseError where size and time make another bandwidth than the one beside them, as where its unit is another than it says."""
    seconds, told = float(row["seconds"]), float(row["bandwidth"]) * _BYTES_PER_S[row["unit"]]
    if seconds < _TIMED_S or not told:
        return
    if not 1 / _AT_MOST <= int(row["size"]) / seconds / told <= _AT_MOST:
        raise ParseError(TOOL, "a bandwidth that Time and Size bear out", row[0].rstrip(), line)


def _copy(match: re.Match[str], size: str, printed: str) -> Copy:
    direction = f"{match['from'][0]}2{match['to'][0]}"
    line = f"{direction}: {size} bytes at {printed} {match['unit']}B/s"
    if match["unit"] == "M":
        bandwidth = Reading(float(f"{printed}e-3"), "GB/s", f"{line}, divided by 1000")
    else:
        bandwidth = Reading(float(printed), "GB/s", line)
    return Copy(direction, _memory(direction, match), int(size), bandwidth, int(match["devices"]))


def _memory(direction: str, match: re.Match[str]) -> str:
    if direction == "D2D":
        return "Device"
    memory = _MEMORY.get(match["memory"], match["memory"])
    if direction == "H2H" or memory is None:
        raise ParseError(TOOL, "a copy to or from a device, and the kind of memory", match[0])
    return f"{memory}-WriteCombined" if match["combined"] else memory


def _check(devices: tuple[str, ...], copies: list[Copy]) -> None:
    if not copies:
        raise ParseError(TOOL, "a copy", "none")
    if len({(copy.direction, copy.memory, copy.size_bytes) for copy in copies}) != len(copies):
        raise ParseError(TOOL, "every copy once", f"{len(copies)} copies, some of them repeated")
    for copy in copies:
        if copy.devices_used != len(devices):
            raise ParseError(TOOL, f"copies of the {len(devices)} devices named above", f"copies of {copy.devices_used}")


def host_copy(parsed: BandwidthTest, direction: str, size: int = 32_000_000) -> Reading:
    """
    The bandwidth in GB/s of the pinned copy of `size` bytes between the host and one device; "H2D" or "D2H".

    Raises ParseError unless the run passed, used exactly one device, made that copy and measured more than nothing.
    """
    found = [
        copy
        for copy in parsed.results
        if (copy.direction, copy.memory, copy.size_bytes) == (direction, "Pinned", size)
    ]
    if parsed.result != "PASS" or len(found) != 1:
        raise ParseError(TOOL, f"one pinned copy {direction} of {size} bytes and Result = PASS", f"{len(found)}, {parsed.result}")
    copy = found[0]
    if copy.devices_used != 1 or float(copy.bandwidth_gb_s.value) <= 0:
        raise ParseError(TOOL, "more than 0 GB/s on 1 device", f"{copy.bandwidth_gb_s.line} on {copy.devices_used} devices")
    return copy.bandwidth_gb_s


TOOLS = (Tool("bandwidthtest", "CUDA samples 6.x to 12.8", "bandwidthTest, text and --csv, quick, range and shmoo: copies in GB/s", parse),)
