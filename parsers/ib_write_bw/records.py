"""What a run of ib_write_bw said, and the arithmetic that its columns have to agree with."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.reading import Absent, Field, NotApplicable, Reading

TOOL = "ib_write_bw"

BITS_PER_SECOND = {"Gb/sec": 10**9, "MiB/sec": 8 * 2**20, "MB/sec": 8 * 2**20}
"""What one of a printed unit is."""

_FLOAT_DUST = 1e-9


@dataclass(frozen=True)
class BwResult:
    """
    One message size: bandwidth in Gbit/s, `msg_rate` in messages per second (unit "IOPS").

    `bw_peak_gbit_s` is NotApplicable where it was not looked for; `msg_rate` is Absent in old releases.
    """

    size_bytes: int
    iterations: int
    bw_peak_gbit_s: Field
    bw_average_gbit_s: Reading
    msg_rate: Field


@dataclass(frozen=True)
class Address:
    """One end of a queue pair: `side` is "local" or "remote"; LID, queue pair number and first packet number as printed."""

    side: str
    lid: str
    qpn: str
    psn: str


@dataclass(frozen=True)
class IbWriteBw:
    """
    A run. `test` is its title, `devices` the RDMA device of each process whose settings are printed.

    Settings are Absent where the text has none. `results` are by ascending size. `notes` are lines before the end of the
    table that mean nothing known, among them warnings about the clock of the CPU, on which every number rests.
    `complete` is True once the line below the table was read, for both processes where two print; in JSON always.
    """

    test: Field
    processes: int
    devices: tuple[str, ...]
    number_of_qps: Field
    transport_type: Field
    connection_type: Field
    link_type: Field
    mtu_bytes: Field
    addresses: tuple[Address, ...]
    results: tuple[BwResult, ...]
    notes: tuple[str, ...]
    complete: bool


def bandwidth(name: str, size: int, printed: str, unit: str) -> Reading:
    """A printed bandwidth as a Reading in Gbit/s; its line has the number as it was printed."""
    line = f"{size} bytes: BW {name} {printed} {unit}"
    if unit == "Gb/sec":
        return Reading(float(printed), "Gbit/s", line)
    return Reading(float(printed) * BITS_PER_SECOND[unit] / 10**9, "Gbit/s", f"{line}, times 0.008388608")


def result(size: int, iterations: int, printed: tuple[str, str, str | None], unit: str) -> BwResult:
    """A result from its printed peak, average and rate of messages (None where there is none)."""
    peak, average, rate = printed
    return BwResult(
        size_bytes=size,
        iterations=iterations,
        bw_peak_gbit_s=bandwidth("peak", size, peak, unit) if float(peak) else NotApplicable(f"{size} bytes: BW peak {peak}, not measured"),
        bw_average_gbit_s=bandwidth("average", size, average, unit),
        msg_rate=Absent("MsgRate") if rate is None else Reading(float(f"{rate}e6"), "IOPS", f"{size} bytes: MsgRate {rate} Mpps"),
    )


def agrees(size: int, average: str, rate: str, unit: str, *, directions: int = 1) -> bool:
    """Whether a rate of messages (Mpps) moves as many bits as a bandwidth says, but for what was rounded away."""
    per_message = size * 8 * 1e6 * directions / BITS_PER_SECOND[unit]
    slack = _rounding(average) + _rounding(rate) * per_message
    return abs(float(average) - float(rate) * per_message) <= slack + _FLOAT_DUST * float(average)


def _rounding(printed: str) -> float:
    """Half of the last printed digit."""
    return 0.5 / 10.0 ** len(printed.partition(".")[2])
