"""
The lines of fping: what each says of its target, collected and then put together.

A target may be told of in several places: in the line of every packet, and in its list or its counts. They must agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from parsers.errors import ParseError
from parsers.fping.records import TOOL, Packet, Target
from parsers.ping.messages import Message, classify
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading

TIME = r"[0-9]{1,9}(?:\.[0-9]{1,3})?(?:e\+[0-9]{2})?"
_COUNT = "[0-9]{1,12}"
_TARGET = r"(?P<target>\S+(?: \(\S+\))?)"
_OTHER = r"(?: \[<- (?P<by>\S+)\])?"
_HEADERS = r"(?: \(TOS (?:[0-9]{1,3}|unknown)\))?(?: \(TTL (?:[0-9]{1,3}|unknown)\))?"
_STATE = re.compile(rf"{_TARGET} is (?P<state>alive|unreachable)(?: \({TIME} ms\))?{_OTHER}")
_LIST = re.compile(rf"{_TARGET} +:(?P<times>(?: (?:-|{TIME}))+)")
_COUNTS = re.compile(
    rf"{_TARGET} +: xmt/rcv/%(?:loss|return) = (?P<xmt>{_COUNT})/(?P<rcv>{_COUNT})/(?P<percent>{_COUNT})%"
    rf"(?:, outage\(ms\) = {_COUNT})?(?:, min/avg/max = (?P<min>{TIME})/(?P<avg>{TIME})/(?P<max>{TIME}))?"
)
_PACKET = re.compile(
    rf"(?:\[[^\[\]]{{1,40}}\] )?{_TARGET} +: \[(?P<index>[0-9]{{1,6}})\], (?:(?P<bytes>[0-9]{{1,6}}) bytes, (?P<time>{TIME}) ms|timed out)"
    rf" \((?:{TIME}|NaN) avg, {_COUNT}% (?:loss|return)\){_OTHER}{_HEADERS}"
)
_DUPLICATE = re.compile(rf"{_TARGET} +: duplicate for \[[0-9]{{1,6}}\], [0-9]{{1,6}} bytes, {TIME} ms{_OTHER}")
_SENDING = re.compile(r"\S+(?: \(\S+\))?: error while sending ping: (?P<error>\S.*)")
_ICMP = re.compile(r"ICMP .+ from \S+ for ICMP Echo sent to \S+(?: \(\S+\))?.*")
_NO_SOCKET = re.compile(r"(?:\S*/)?fping6?: can't create (?:raw )?socket(?: \(must run as root\?\))?(?: ?: .*)?")
_USAGE = re.compile(r"see '?fping -h'? for usage information|(?:\S*/)?fping6?: .*(?:option|argument|usage|specify|target).*")
_NANOSECONDS = 6
_ROUND_TRIPS = "min/avg/max"
_NO_TIMES = (Absent(_ROUND_TRIPS), Absent(_ROUND_TRIPS), Absent(_ROUND_TRIPS))


@dataclass(frozen=True)
class _Numbers:
    """What a target's packets come to; see parsers.fping.records.Target."""

    xmt: Field
    rcv: Field
    loss_percent: Field
    min_ms: Field
    avg_ms: Field
    max_ms: Field


_NO_NUMBERS = _Numbers(Absent("xmt"), Absent("rcv"), Absent("loss"), *_NO_TIMES)


@dataclass
class _Told:
    """What the text says of one target."""

    state: Reading | None = None
    listed: tuple[Packet, ...] | None = None
    counted: re.Match[str] | None = None
    packets: dict[int, Packet] = field(default_factory=dict)


def message_of(line: str) -> Message | None:
    """The message if the line is one."""
    sending = _SENDING.fullmatch(line)
    if sending is not None:
        return Message(classify(f"sendto: {sending['error']}"), line)
    for kind, pattern in (("duplicate", _DUPLICATE), ("icmp", _ICMP), ("no_permission", _NO_SOCKET), ("usage", _USAGE)):
        if pattern.fullmatch(line):
            return Message(kind, line)
    kind = classify(line)
    return None if kind == "other" else Message(kind, line)


def read_lines(lines: Iterable[tuple[int, str]]) -> tuple[tuple[Target, ...], tuple[Message, ...]]:
    """The targets and the messages in numbered lines; ParseError for a line of no known kind, and for contradictions."""
    told: dict[str, _Told] = {}
    said: list[Message] = []
    for number, line in lines:
        message = message_of(line)
        if message is not None and message.kind != "usage":
            said.append(message)
        elif message is not None or not _take(told, line, number):
            raise ParseError(TOOL, "a target and what it answered, or a message", line, number)
    if len({len(one.listed) for one in told.values() if one.listed is not None}) > 1:
        raise ParseError(TOOL, "as many packets in every list", "; ".join(f"{name}: {len(one.listed or ())}" for name, one in told.items()))
    return tuple(_target(name, one) for name, one in told.items()), tuple(said)


def _take(told: dict[str, _Told], line: str, number: int) -> bool:
    """Whether the line tells of a target; then it was taken."""
    for pattern, take in ((_STATE, _state), (_COUNTS, _counts), (_PACKET, _packet), (_LIST, _list)):
        match = pattern.fullmatch(line)
        if match is not None:
            if not take(told.setdefault(match["target"], _Told()), match):
                raise ParseError(TOOL, f"{match['target']} and its packets once", line, number)
            return True
    return False


def _state(one: _Told, match: re.Match[str]) -> bool:
    first = one.state is None
    one.state = Reading(match["state"], "text", match[0])
    return first


def _counts(one: _Told, match: re.Match[str]) -> bool:
    first = one.counted is None and one.listed is None
    one.counted = match
    return first


def _list(one: _Told, match: re.Match[str]) -> bool:
    first = one.counted is None and one.listed is None
    line, words = match[0], match["times"].split()
    one.listed = tuple(Packet(index, _time(word, line), Absent("bytes"), None) for index, word in enumerate(words))
    return first


def _packet(one: _Told, match: re.Match[str]) -> bool:
    index, line = int(match["index"]), match[0]
    first = index not in one.packets
    length = Absent("bytes") if match["bytes"] is None else Reading(int(match["bytes"]), "bytes", line)
    one.packets[index] = Packet(index, _time(match["time"] or "timed out", line), length, match["by"])
    return first


def _time(word: str, line: str) -> Field:
    return ErrorWord(word, line) if word in ("-", "timed out") else Reading(float(word), "ms", line)


def _target(name: str, one: _Told) -> Target:
    packets = _packets(name, one)
    answered = [packet.time_ms for packet in packets if isinstance(packet.time_ms, Reading)]
    numbers = _NO_NUMBERS
    if one.counted is not None:
        numbers = _printed(one.counted, packets, answered)
    elif packets:
        numbers = _computed(packets, answered)
    if one.state is not None and isinstance(numbers.rcv, Reading) and (one.state.value == "alive") != (numbers.rcv.value != 0):
        raise ParseError(TOOL, f"a state that agrees with the replies of {name}", one.state.line)
    return Target(
        target=name,
        state=one.state or Absent("alive or unreachable"),
        xmt=numbers.xmt,
        rcv=numbers.rcv,
        loss_percent=numbers.loss_percent,
        min_ms=numbers.min_ms,
        avg_ms=numbers.avg_ms,
        max_ms=numbers.max_ms,
        packets=packets,
    )


def _packets(name: str, one: _Told) -> tuple[Packet, ...]:
    """The packets of the list, with what their own lines say; where there is no list, those that have a line."""
    if one.listed is None:
        return tuple(one.packets[index] for index in sorted(one.packets))
    told = {packet.index: packet for packet in one.listed} | one.packets
    for packet in one.listed:
        missing = one.packets and packet.index not in one.packets and _value(packet) is not None
        if missing or _value(told[packet.index]) != _value(packet) or len(told) != len(one.listed):
            raise ParseError(
                TOOL, f"a list of {name} that agrees with the lines of its packets", " ".join(map(str, map(_value, one.listed)))
            )
    return tuple(told.values())


def _value(packet: Packet) -> float | None:
    return float(packet.time_ms.value) if isinstance(packet.time_ms, Reading) else None


def _printed(match: re.Match[str], packets: Sequence[Packet], answered: Sequence[Reading]) -> _Numbers:
    line, xmt, rcv = match[0], int(match["xmt"]), int(match["rcv"])
    if rcv > xmt or int(match["percent"]) != (100 * (xmt - rcv) // xmt if xmt else 0) or (match["min"] is None) != (rcv == 0):
        raise ParseError(TOOL, "a loss and round trips that agree with the numbers of packets", line)
    times = [float(match[name]) for name in ("min", "avg", "max") if match[name]]
    if times != sorted(times):
        raise ParseError(TOOL, "round trips in order: minimum, average, maximum", line)
    if packets and (len(answered) != rcv or packets[-1].index >= xmt):
        raise ParseError(TOOL, f"counts of the {len(packets)} packets and {len(answered)} replies above", line)
    if answered and (times[0], times[-1]) != _ends(answered):
        raise ParseError(TOOL, "the shortest and the longest of the round trips above", line)
    return _numbers(xmt, rcv, times, line)


def _computed(packets: Sequence[Packet], answered: Sequence[Reading]) -> _Numbers:
    """A packet before the last one that has no line was sent all the same."""
    last = packets[-1]
    line = last.time_ms.line if isinstance(last.time_ms, (Reading, ErrorWord)) else ""
    times = [float(time.value) for time in answered]
    times = [min(times), round(sum(times) / len(times), _NANOSECONDS), max(times)] if times else []
    return _numbers(last.index + 1, len(answered), times, line)


def _ends(answered: Sequence[Reading]) -> tuple[float, float]:
    times = [float(time.value) for time in answered]
    return min(times), max(times)


def _numbers(xmt: int, rcv: int, times: Sequence[float], line: str) -> _Numbers:
    minimum, average, maximum = (Reading(time, "ms", line) for time in times) if times else _NO_TIMES
    lost = Reading(100 * (xmt - rcv) / xmt, "%", line) if xmt else NotApplicable(line)
    return _Numbers(Reading(xmt, "count", line), Reading(rcv, "count", line), lost, minimum, average, maximum)
