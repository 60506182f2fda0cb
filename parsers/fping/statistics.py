"""
The statistics that fping -s prints at the end, and what they say of the targets above.

Layout: print_global_stats in fping.c (5.x: stats.c). Without any reply the round trips are printed as 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from parsers.errors import ParseError
from parsers.fping.lines import TIME
from parsers.fping.records import TOOL, Statistics, Target
from parsers.reading import Field, NotApplicable, Reading

FIRST = re.compile(r" *[0-9]{1,9} targets")
_COUNT = "[0-9]{1,12}"
_WORDS = (
    ("targets", _COUNT),
    ("alive", _COUNT),
    ("unreachable", _COUNT),
    ("unknown addresses", _COUNT),
    ("timeouts (waiting for response)", _COUNT),
    ("ICMP Echos sent", _COUNT),
    ("ICMP Echo Replies received", _COUNT),
    ("other ICMP received", _COUNT),
    ("ms (min round trip time)", TIME),
    ("ms (avg round trip time)", TIME),
    ("ms (max round trip time)", TIME),
    ("sec (elapsed real time)", TIME),
)


def read_statistics(lines: Sequence[tuple[int, str]]) -> Statistics:
    """The statistics, which are all that these numbered lines hold. ParseError if any is missing or they contradict each other."""
    for (number, line), (words, value) in zip(lines, _WORDS, strict=False):
        if not re.fullmatch(rf" *{value} {re.escape(words)}", line):
            raise ParseError(TOOL, f"the number of: {words}", line, number)
    if len(lines) != len(_WORDS):
        raise ParseError(TOOL, f"{len(_WORDS)} lines of statistics and the end", lines[-1][1].strip(), lines[-1][0])
    said = [line.strip() for _, line in lines]
    targets, alive, unreachable, unknown, timeouts, sent, received, other = map(_count, said[:8])
    if targets.value != int(alive.value) + int(unreachable.value):
        raise ParseError(TOOL, "as many targets as are alive and unreachable", said[0], lines[0][0])
    shortest, average, longest = (_time(line, received) for line in said[8:11])
    elapsed = Reading(float(said[11].split()[0]), "s", said[11])
    return Statistics(
        targets=targets,
        alive=alive,
        unreachable=unreachable,
        unknown_addresses=unknown,
        timeouts=timeouts,
        icmp_echos_sent=sent,
        icmp_echo_replies_received=received,
        other_icmp_received=other,
        min_ms=shortest,
        avg_ms=average,
        max_ms=longest,
        elapsed_s=elapsed,
    )


def _count(line: str) -> Reading:
    return Reading(int(line.split()[0]), "count", line)


def _time(line: str, received: Reading) -> Field:
    return Reading(float(line.split()[0]), "ms", line) if received.value else NotApplicable(line)


def agree(targets: Sequence[Target], statistics: Statistics) -> bool:
    """
    Whether every target that the statistics count is there. ParseError where the two contradict each other.

    What was received late or twice counts in the statistics only.
    """
    if len(targets) != statistics.targets.value:
        if len(targets) > int(statistics.targets.value):
            raise ParseError(TOOL, f"{len(targets)} targets in the statistics", statistics.targets.line)
        return False
    alive = sum(1 for target in targets if _is_alive(target))
    sent, received = _sum(target.xmt for target in targets), _sum(target.rcv for target in targets)
    if alive != statistics.alive.value:
        raise ParseError(TOOL, f"{alive} targets that are alive", statistics.alive.line)
    counted = all(isinstance(target.xmt, Reading) for target in targets)
    if (counted and sent != statistics.icmp_echos_sent.value) or received > int(statistics.icmp_echo_replies_received.value):
        raise ParseError(TOOL, f"{sent} packets and {received} replies", statistics.icmp_echos_sent.line)
    return True


def _sum(counts: Iterable[Field]) -> int:
    return sum(int(count.value) for count in counts if isinstance(count, Reading))


def _is_alive(target: Target) -> bool:
    if isinstance(target.state, Reading):
        return target.state.value == "alive"
    return isinstance(target.rcv, Reading) and target.rcv.value != 0
