"""
One line of the tables in iperf3's text, and what its columns mean.

What was transferred is printed in units of 1024 (KBytes, MBytes, GBytes), rates in bits in units of 1000 (Kbits, Mbits,
Gbits); rates in bytes (-f K, M, G) again in units of 1024. Numbers have three digits, four from 1000 on, and two decimals
below 10 of a unit that was asked for. Layout: report_bw_format and its kin in iperf_locale.c.
"""

from __future__ import annotations

import math
import re

from parsers.errors import ParseError
from parsers.iperf3.measures import LOSSES, filled
from parsers.iperf3.records import Flow, Row
from parsers.reading import ErrorWord, Field, Reading

TOOL = "iperf3-text"

_NUMBER = r"[0-9]{1,15}(?:\.[0-9]{1,6})?"
_COUNT = "[0-9]{1,18}"
_PERCENT = rf"-?{_NUMBER}(?:e[+-][0-9]{{1,3}})?|-?nan|inf"
_ROW = re.compile(
    r"\[ *(?P<id>[0-9]{1,9}|SUM)\](?:\[(?P<role>[TR]X-[CS])\])?"
    r" +(?P<start>[0-9]{1,9}\.[0-9]{2}) ?- ?(?P<end>[0-9]{1,9}\.[0-9]{2}) +sec"
    rf" +(?P<bytes>{_NUMBER}) +(?P<bytes_unit>[KMGT]?)Bytes +(?P<rate>{_NUMBER}) +(?P<rate_unit>[KMGT]?)(?P<of>bits|Bytes)/sec"
    rf"(?: +(?P<jitter>{_NUMBER}) ms +(?P<lost>-?{_COUNT})/ *(?P<packets>{_COUNT}) +\((?P<percent>{_PERCENT})%\)"
    rf"| +(?P<count>{_COUNT})(?: +{_NUMBER} [KMGT]?Bytes(?: +[0-9]{{1,9}}ms)?)?)?"
    r"(?: +(?P<word>sender|receiver|\(omitted\)))?"
)
SIDES = ("sender", "receiver")
"""How rows of the results end."""
_PREFIXES = ("", "K", "M", "G", "T")
_CLOCK = 0.0101
"""How far a span may be from the difference of its two ends, which are printed with two decimals."""

_TWO_DIGITS = 0.06


def match_row(line: str) -> re.Match[str] | None:
    """The parts of a line of a table."""
    return _ROW.fullmatch(line)


def read_row(match: re.Match[str], counts: str | None, number: int, error: str | None) -> Row:
    """
    What a line of a table says; `counts` is what a lone number in its last column counts, None if no such column was announced.

    After an `error` every measure is an ErrorWord. ParseError as check_row has it.
    """
    check_row(match, counts, number, error)
    return Row(
        socket=None if match["id"] == "SUM" else int(match["id"]),
        role=match["role"] or "",
        side=match["word"] if match["word"] in SIDES else "",
        start_s=float(match["start"]),
        omitted=match["word"] == "(omitted)",
        flow=_flow(match, counts, error),
        line=match[0],
    )


def check_row(match: re.Match[str], counts: str | None, number: int, error: str | None) -> None:
    """ParseError if rate, bytes and seconds, or loss and packets contradict each other, or nobody said what the last number counts."""
    if match["count"] is not None and counts is None:
        raise ParseError(TOOL, "a header that says what the last number counts", match[0], number)
    if error is None and not (_rate_is_right(match) and _loss_is_right(match)):
        raise ParseError(TOOL, "a rate that goes with bytes and seconds, and a loss that goes with packets", match[0], number)


def _flow(match: re.Match[str], counts: str | None, error: str | None) -> Flow:
    values: dict[str, tuple[int | float, str]] = {
        "end_s": (float(match["end"]), "s"),
        "seconds": (round(float(match["end"]) - float(match["start"]), 2), "s"),
        "bytes": (_bytes(match), "bytes"),
        "bits_per_second": (_rate(match), "bit/s"),
    }
    if match["count"] is not None and counts is not None:
        values[counts] = (int(match["count"]), "count")
    if match["jitter"] is not None:
        values["jitter_ms"] = (float(match["jitter"]), "ms")
        values["lost_packets"] = (int(match["lost"]), "count")
        values["packets"] = (int(match["packets"]), "count")
        values["lost_percent"] = (float(match["percent"]), "%")
    return filled({name: _field(name, *value, match, error) for name, value in values.items()}, match[0].split("]")[0] + "]")


def _field(name: str, value: int | float, unit: str, match: re.Match[str], error: str | None) -> Field:
    line = match[0]
    if error is not None:
        return ErrorWord(error, f"{line} ({error})")
    if math.isfinite(value) and not (name in LOSSES and value < 0):
        return Reading(value, unit, line)
    return ErrorWord(match["lost" if name == "lost_packets" else "percent"], line)


def _bytes(match: re.Match[str]) -> float:
    return float(match["bytes"]) * _of_1024(match["bytes_unit"])


def _of_1024(prefix: str) -> int:
    return 1 << 10 * _PREFIXES.index(prefix)


def _rate(match: re.Match[str]) -> float:
    if match["of"] == "Bytes":
        return float(match["rate"]) * _of_1024(match["rate_unit"]) * 8
    return float(f"{match['rate']}e{3 * _PREFIXES.index(match['rate_unit'])}")


def _half_a_digit(printed: str) -> float:
    return 0.5 * 10.0 ** -len(printed.partition(".")[2])


def _rate_is_right(match: re.Match[str]) -> bool:
    span = float(match["end"]) - float(match["start"])
    around_bytes = _half_a_digit(match["bytes"]) * _of_1024(match["bytes_unit"])
    unit = 8 * _of_1024(match["rate_unit"]) if match["of"] == "Bytes" else 1000 ** _PREFIXES.index(match["rate_unit"])
    around_rate = _half_a_digit(match["rate"]) * unit * 1.001
    least = (_bytes(match) - around_bytes) * 8 / (span + _CLOCK) if span >= 0 else math.inf
    most = (_bytes(match) + around_bytes) * 8 / (span - _CLOCK) if span > _CLOCK else math.inf
    return least - around_rate <= _rate(match) <= most + around_rate


def _loss_is_right(match: re.Match[str]) -> bool:
    if match["jitter"] is None or not math.isfinite(float(match["percent"])):
        return True
    lost, packets, percent = int(match["lost"]), int(match["packets"]), float(match["percent"])
    return lost <= packets and math.isclose(percent, 100 * lost / packets if packets else 0, rel_tol=_TWO_DIGITS)
