"""What iperf3's text says twice has to agree within its rounding, and what a whole run has to have."""

from __future__ import annotations

from collections.abc import Container, Iterable
from itertools import pairwise

from parsers.errors import ParseError
from parsers.iperf3.lines import Announced
from parsers.iperf3.measures import number
from parsers.iperf3.records import Row, Socket, TextRun
from parsers.iperf3.rows import TOOL

_THREE_DIGITS = 0.006
"""How far a printed amount may be from what is meant, as a part of it: 1.00 is anything from 0.995 to 1.005."""

_STRAY = 0.03
"""As the above, and for what may still arrive between the last interval and the end."""

_BOTH_SIDES = ["sender", "receiver"]
_OLD_UDP = [""]
_OF_A_CLIENT = (_BOTH_SIDES, _OLD_UDP)
_OF_A_SERVER = (["sender"], ["receiver"], _OLD_UDP)
_Key = tuple[int | None, str]

_LONG_ENOUGH = 0.9
"""A run that stops by itself comes within some hundredths of the seconds asked for."""


def check(run: TextRun, announced: Announced) -> None:
    """ParseError if the rows of a run without error contradict each other, the connections, or what was announced."""
    if (run.connecting_to is None) == (run.accepted_connection is None):
        raise ParseError(TOOL, "the line of the connection to a server, or of the one accepted", "none or both of them")
    intervals, results = _grouped(run.intervals), _grouped(run.results)
    _check_sockets([socket.socket for socket in run.connected], {**intervals, **results})
    check_results(run.connected, run.results)
    for rows in intervals.values():
        _check_order(rows)
    _check_totals(run.intervals)
    if announced.done:
        _check_announced(run, announced)
        _check_whole(intervals, results, announced)


def check_results(connected: Iterable[Socket], results: tuple[Row, ...]) -> None:
    """ParseError if results are none of the connections', or contradict each other."""
    grouped = _grouped(results)
    _check_sockets([socket.socket for socket in connected], grouped)
    for (socket, role), rows in grouped.items():
        _check_sides(f"{_name(socket)}{role}", [row.side for row in rows])
    _check_totals(results)


def _grouped(rows: Iterable[Row]) -> dict[_Key, list[Row]]:
    grouped: dict[_Key, list[Row]] = {}
    for row in rows:
        grouped.setdefault((row.socket, row.role), []).append(row)
    return grouped


def _name(socket: int | None) -> str:
    return "[SUM]" if socket is None else f"[{socket}]"


def _check_sockets(sockets: list[int], keys: Iterable[_Key]) -> None:
    used = [socket for socket, _ in keys if socket is not None]
    if len(set(sockets)) != len(sockets) or len(set(used)) != len(used) or not set(used) <= set(sockets):
        raise ParseError(TOOL, f"rows of the connections {sockets[:8]}, each with one role", f"rows of {used[:8]}")


def _check_sides(name: str, sides: list[str]) -> None:
    if sides not in (_BOTH_SIDES, ["sender"], ["receiver"], _OLD_UDP):
        raise ParseError(TOOL, f"a sender's and then a receiver's result of {name}", ", ".join(sides[:8]))


def _check_order(rows: list[Row]) -> None:
    """Where omitted seconds end the clock is set back to 0."""
    if rows[0].start_s:
        raise ParseError(TOOL, "intervals from 0.00 on", rows[0].line)
    for earlier, later in pairwise(rows):
        restarted = earlier.omitted and not later.omitted and later.start_s == 0
        if later.start_s != number(earlier.flow.end_s) and not restarted:
            raise ParseError(TOOL, f"an interval that starts at {number(earlier.flow.end_s)}", later.line)


def _check_totals(rows: tuple[Row, ...]) -> None:
    """Every [SUM] against the rows since the [SUM] before it: streams come first, then their sum."""
    parts: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.socket is not None:
            parts.setdefault((row.role, row.side), []).append(row)
            continue
        mine = parts.pop((row.role, row.side), [])
        if len(mine) < 2 or not all(_adds_up(name, mine, row) for name in ("bytes", "retransmits", "lost_packets", "packets")):
            raise ParseError(TOOL, f"a [SUM] of the {len(mine)} rows above it", row.line)


def _adds_up(name: str, parts: list[Row], whole: Row) -> bool:
    values = [number(getattr(part.flow, name)) for part in parts]
    total = number(getattr(whole.flow, name))
    known = [value for value in values if value is not None]
    if total is None or len(known) != len(values):
        return total is None and not known
    return abs(sum(known) - total) <= (2 * _THREE_DIGITS * total if name == "bytes" else 0)


def _check_announced(run: TextRun, announced: Announced) -> None:
    directions = 2 if any(row.role for row in run.results) else 1
    if announced.streams is not None and announced.streams * directions != len(run.connected):
        raise ParseError(TOOL, f"{announced.streams} streams, as announced", f"{len(run.connected)} connections")


def _check_whole(intervals: dict[_Key, list[Row]], results: dict[_Key, list[Row]], announced: Announced) -> None:
    """The intervals against the result of the side that printed them: its own; and as many of them for every stream."""
    counts = {len(rows) for rows in intervals.values()}
    if len(counts) > 1:
        raise ParseError(TOOL, "as many intervals of every stream", f"{sorted(counts)[:8]}")
    for (socket, role), rows in results.items():
        side = "receiver" if role == "RX-C" or announced.reverse else "sender"
        counted = [row for row in intervals.get((socket, role), []) if not row.omitted]
        for result in rows:
            if counted and result.side == side and not _sums_up(counted, result):
                raise ParseError(TOOL, "a result that goes with its intervals", result.line)


def _sums_up(counted: list[Row], result: Row) -> bool:
    total, again = number(result.flow.bytes) or 0, sum(number(row.flow.bytes) or 0 for row in counted)
    retransmits, each = number(result.flow.retransmits), [number(row.flow.retransmits) for row in counted]
    known = [value for value in each if value is not None]
    return abs(again - total) <= _STRAY * total and (retransmits is None or len(known) != len(each) or sum(known) == retransmits)


def shortfall(run: TextRun, announced: Announced) -> tuple[str, ...]:
    """In words, each thing that is missing from a run without error; nothing if it is whole."""
    missing = () if announced.done else ("the line iperf Done.",)
    sides = _OF_A_CLIENT if run.accepted_connection is None else _OF_A_SERVER
    return (*missing, *_lacking(run.connected, run.results, announced.duration_s or 0, sides))


def shortfall_of_server(connected: tuple[Socket, ...], results: tuple[Row, ...], announced: Announced) -> tuple[str, ...]:
    """In words, each thing that is missing from the results of a server; nothing if they prove that the test came to its end."""
    if announced.streams is None or announced.duration_s is None:
        return ("the announcement of a test that takes some seconds",)
    streams = announced.streams * (2 if any(row.role for row in results) else 1)
    missing = () if streams == len(connected) else (f"{streams} streams: there are {len(connected)}",)
    return (*missing, *_lacking(connected, results, announced.duration_s, (_BOTH_SIDES, *_OF_A_SERVER)))


def _lacking(connected: tuple[Socket, ...], results: tuple[Row, ...], duration_s: int, whole: Container[list[str]]) -> tuple[str, ...]:
    """The results that are not there from the sides that have to tell theirs, and that of the shortest if it is too short."""
    sides = {key: [row.side for row in rows] for key, rows in _grouped(results).items()}
    roles = {socket: role for socket, role in sides if socket is not None}
    wanted: list[_Key] = [(socket.socket, roles.get(socket.socket, "")) for socket in connected]
    wanted += [(None, role) for role in set(roles.values()) if list(roles.values()).count(role) > 1]
    missing = [f"the results of {_name(socket)}{role}" for socket, role in wanted if sides.get((socket, role)) not in whole]
    seconds = [number(row.flow.seconds) for row in results]
    short = [each for each in seconds if each is not None and each < duration_s * _LONG_ENOUGH]
    return (*missing, *(f"{min(short):g} s of {duration_s} s" for _ in short[:1]))
