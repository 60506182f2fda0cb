"""
The end of ping: the counts, and the line of round trips.

iputils (ping_common.c, finish) prints a last line in any case: round trips if replies were timed, then the most packets under
way, then gaps of a flood; an empty line if there is nothing to say. The others print no line without round trips.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.ping.header import IPUTILS
from parsers.ping.records import TOOL
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

STATISTICS = re.compile(r"--- (?P<host>\S*) ping6? statistics ---")
_COUNT = "[0-9]{1,18}"
_LOSS = r"(?P<loss>-?[0-9]{1,12}(?:\.[0-9]{1,6})?(?:e[+-][0-9]{2})?)% (?:packet )?loss"
_COUNTS_IPUTILS = re.compile(
    rf"(?P<transmitted>{_COUNT}) packets transmitted, (?P<received>{_COUNT}) received(?:, \+(?P<duplicates>{_COUNT}) duplicates)?"
    rf"(?:, \+(?P<corrupted>{_COUNT}) corrupted)?(?:, \+(?P<errors>{_COUNT}) errors)?(?:, {_LOSS}, time (?P<time>{_COUNT})ms)?"
)
_COUNTS_BSD = re.compile(
    rf"(?P<transmitted>{_COUNT}) packets transmitted, (?P<received>{_COUNT}) packets received,"
    rf"(?: \+?(?P<duplicates>{_COUNT}) duplicates,)?(?: {_LOSS})?"
)
_TIME = r"[0-9]{1,19}\.[0-9]{1,3}"
_TIMES = rf"(?P<min>{_TIME})/(?P<avg>{_TIME})/(?P<max>{_TIME})"
_DEVIATION = r"(?P<mdev>-?[0-9]{1,19}\.-?[0-9]{1,3}|-?nan)"
_RTT_IPUTILS = re.compile(
    rf"(?:rtt min/avg/max/mdev = {_TIMES}/{_DEVIATION} ms)?(?:(?:, )?pipe (?P<pipe>[0-9]{{1,9}}))?"
    rf"(?:(?:, )?ipg/ewma (?P<ipg>{_TIME})/(?P<ewma>{_TIME}) ms)?"
)
_RTT_BSD = re.compile(rf"round-trip min/avg/max(?P<fourth>/(?:stddev|std-dev|mdev))? = {_TIMES}(?(fourth)/{_DEVIATION}) ms")
_PLAIN = re.compile(r"[0-9]{1,12}\.[0-9]{1,3}")
_RTT = "min/avg/max"
_NO_TIMES = (Absent(_RTT), Absent(_RTT), Absent(_RTT))
_DIGITS = 1e-5


@dataclass(frozen=True)
class RoundTrips:
    """The last line, or what is said of it if it is not there; see parsers.ping.records.Ping."""

    rtt_min_ms: Field = Absent(_RTT)
    rtt_avg_ms: Field = Absent(_RTT)
    rtt_max_ms: Field = Absent(_RTT)
    rtt_mdev_ms: Field = Absent("mdev")
    pipe: Field = Absent("pipe")
    ipg_ms: Field = Absent("ipg")
    ewma_ms: Field = Absent("ewma")


@dataclass(frozen=True)
class Counts:
    """The line of counts; see parsers.ping.records.Ping."""

    transmitted: Reading
    received: Reading
    duplicates: Field
    corrupted: Field
    errors: Field
    loss_percent: Field
    time_ms: Field


def read_counts(layout: str, line: str, number: int) -> Counts:
    """
    The counts. Those that iputils prints only if they are not 0 are Readings of 0, those that others never print are Absent.

    ParseError if more was received than sent, or the loss that is printed is not that of the counts.
    """
    match = (_COUNTS_IPUTILS if layout == IPUTILS else _COUNTS_BSD).fullmatch(line)
    if match is None:
        raise ParseError(TOOL, "the numbers of packets", line, number)
    sent, received = int(match["transmitted"]), int(match["received"])
    if received > sent or (sent and not _agrees(match["loss"], 100 * (sent - received) / sent)):
        raise ParseError(TOOL, "a loss that agrees with the numbers of packets", line, number)
    lost = Reading(100 * (sent - received) / sent, "%", line) if sent else NotApplicable(line)
    time = match.groupdict().get("time")
    return Counts(
        transmitted=Reading(sent, "count", line),
        received=Reading(received, "count", line),
        duplicates=_count(match, "duplicates"),
        corrupted=_count(match, "corrupted"),
        errors=_count(match, "errors"),
        loss_percent=lost,
        time_ms=Absent("time") if time is None else Reading(int(time), "ms", line),
    )


def _count(match: re.Match[str], name: str) -> Field:
    if name not in match.re.groupindex:
        return Absent(name)
    return Reading(int(match[name] or 0), "count", match[0])


def _agrees(printed: str | None, exact: float) -> bool:
    """Whether a percentage is `exact` with six digits (%g), with one decimal, or cut off to a whole number."""
    if printed is None:
        return False
    tolerance = 0.0501 if re.fullmatch(r"[0-9]{1,3}\.[0-9]", printed) else _DIGITS * exact
    whole = printed.isdecimal() and int(printed) == int(exact + _DIGITS)
    return whole or abs(float(printed) - exact) <= tolerance


def read_round_trips(layout: str, line: str, number: int) -> RoundTrips | None:
    """
    The last line, None if it is not of the kind.

    ErrorWord for times if nothing was timed; ParseError if the minimum or the average is more than the maximum.
    """
    match = (_RTT_IPUTILS if layout == IPUTILS else _RTT_BSD).fullmatch(line)
    if match is None:
        return None
    named = match.groupdict()
    times = [named[name] for name in ("min", "avg", "max") if named[name]]
    minimum, average, maximum = _times(times, line, number) if times else _NO_TIMES
    return RoundTrips(
        rtt_min_ms=minimum,
        rtt_avg_ms=average,
        rtt_max_ms=maximum,
        rtt_mdev_ms=_mdev(times, named["mdev"], line),
        pipe=_extra(named.get("pipe"), "pipe", line),
        ipg_ms=_extra(named.get("ipg"), "ipg", line),
        ewma_ms=_extra(named.get("ewma"), "ewma", line),
    )


def _extra(text: str | None, name: str, line: str) -> Field:
    if text is None:
        return Absent(name)
    return Reading(int(text), "count", line) if name == "pipe" else Reading(float(text), "ms", line)


def _untimed(times: Sequence[str]) -> bool:
    """The minimum still stands where it was before the first reply, and average and maximum are nothing."""
    minimum, average, maximum = map(float, times)
    return minimum > maximum == average == 0


def _times(times: Sequence[str], line: str, number: int) -> tuple[Field, Field, Field]:
    minimum, average, maximum = times
    if _untimed(times):
        return ErrorWord(minimum, line), ErrorWord(average, line), ErrorWord(maximum, line)
    if max(float(minimum), float(average)) > float(maximum):
        raise ParseError(TOOL, "no round trip longer than the longest", line, number)
    return Reading(float(minimum), "ms", line), Reading(float(average), "ms", line), Reading(float(maximum), "ms", line)


def _mdev(times: Sequence[str], printed: str | None, line: str) -> Field:
    """A deviation that overflowed is an ErrorWord."""
    if printed is None:
        return Absent("mdev")
    return ErrorWord(printed, line) if _untimed(times) or not _PLAIN.fullmatch(printed) else Reading(float(printed), "ms", line)
