"""From the lines of a log to what happened: single lines by their form, and what several lines say together."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

from parsers.dmesg.line import Line
from parsers.dmesg.records import Event, LinkLimit
from parsers.dmesg.rules import ANSWER, HEAD, MORE, NAMES_BOARD, UNREAD_XID, Rule, address, find, requester
from parsers.errors import ParseError
from parsers.reading import ErrorWord, Field, Reading

_REPEATED = re.compile(r"message repeated (?P<count>[0-9]{1,9}) times: \[ ?(?:\[ *[0-9.]{1,24}\] )?(?P<text>.*)\]")
_LAST_REPEATED = re.compile(r"last message repeated (?P<count>[0-9]{1,9}) times")
_CARRIER = re.compile(r"(?:\S+ )?systemd-networkd(?:\[[0-9]{1,10}\])?: (?P<device>[\w.@-]{1,32}): (?P<state>[Ll]ost|[Gg]ained) carrier")
_CAUSED_BY = re.compile(r" caused by previous Xid ([0-9]{1,6})$")
_RECOVERY = re.compile(r"recovery action changed from 0x[0-9a-f]{1,8} \([^()]*\) to 0x[0-9a-f]{1,8} \(([^()]*)\)")
_NVLINK_SEVERITY = re.compile(r"\): [0-9]{1,6}, +\S{1,80} +(Fatal|Nonfatal)\b")
_GENERATIONS = {"2.5": 1, "5": 2, "8": 3, "16": 4, "32": 5, "64": 6}
_RECOVERY_CHANGED, _NVLINK5 = 154, range(144, 151)
_XIDS = ("xid", "sxid")
_UNKNOWN = "<unknown>"
_BOARD_LINES = 3


class EventReader:
    """Takes the lines of a log in their order and keeps what happened in `events`. `tool` is named in a ParseError."""

    def __init__(self, tool: str) -> None:
        self.events: list[Event] = []
        self._tool = tool
        self._entry_start = 0
        self._previous: list[Event] = []
        self._announced: Counter[tuple[str, str | None, str | None]] = Counter()
        self._board: tuple[str | None, int] = (None, 0)

    def read(self, line: Line) -> None:
        """ParseError, quoting the line, if it is the kernel's word on an Xid or SXid and has none of the known forms."""
        if line.starts:
            self._previous = self.events[self._entry_start :]
            self._entry_start = len(self.events)
        again = _LAST_REPEATED.fullmatch(line.text)
        if again is not None:
            self.events += [_repeated(event, line, int(again["count"])) for event in self._previous]
        elif line.kernel:
            self._read_kernel(line)
        else:
            self._read_other(line)

    def _read_other(self, line: Line) -> None:
        found = _CARRIER.match(line.text)
        if found is not None:
            self.events.append(_report("carrier", found, line, None, continuation=False))

    def _read_kernel(self, line: Line) -> None:
        repeated = _REPEATED.fullmatch(line.text)
        text = repeated["text"].strip() if repeated is not None else line.text
        found = find(text)
        event = None if found is None else self._event(found[0], found[1], line)
        read = found[1].end() if found is not None and event is not None and event.kind in _XIDS else 0
        if "Xid" in text and UNREAD_XID.search(text, read):
            raise ParseError(self._tool, "one Xid or SXid in one of the drivers' forms", line.text, line.line_number)
        if event is not None:
            self.events.append(event if repeated is None else _repeated(event, line, int(repeated["count"])))

    def _event(self, rule: Rule, match: re.Match[str], line: Line) -> Event | None:
        at = _place(match.groupdict())
        if rule.part == NAMES_BOARD:
            self._board = (at, line.line_number)
            return None
        if rule.kind in _XIDS and at is None:
            return None
        if rule.kind in ("fallen_off_bus", "gpu_not_supported") and at is None:
            at = self._board_named_before(line)
        continuation = self._continues(rule.part, (rule.kind, at, match.groupdict().get("severity")))
        event = _report(rule.kind, match, line, at, continuation=continuation)
        return _with_xid_details(event) if rule.kind == "xid" else event

    def _board_named_before(self, line: Line) -> str | None:
        board, named_at = self._board
        self._board = (None, 0)
        return board if line.line_number - named_at <= _BOARD_LINES else None

    def _continues(self, part: str, key: tuple[str, str | None, str | None]) -> bool:
        if part == HEAD:
            self._announced[key] += 1
        if part == ANSWER and self._announced[key]:
            self._announced[key] -= 1
            return True
        return part == MORE


def _repeated(event: Event, line: Line, times: int) -> Event:
    return dataclasses.replace(
        event, count=event.count * times, line_number=line.line_number, timestamp=line.timestamp, since_boot_s=line.since_boot_s
    )


def _place(groups: dict[str, str | None]) -> str | None:
    port, number, at = groups.get("port"), groups.get("id"), groups.get("at")
    if port is not None and number is not None:
        return requester(port, number)
    return address(at) if at is not None else None


def _report(kind: str, match: re.Match[str], line: Line, at: str | None, *, continuation: bool) -> Event:
    groups = match.groupdict()
    state = groups.get("state")
    return Event(
        kind,
        match.string,
        line.line_number,
        line.timestamp,
        line.since_boot_s,
        count=int(groups.get("count") or 1),
        continuation=continuation,
        pci_bus_id=at,
        device=groups.get("device"),
        number=_number(groups.get("number")),
        severity=groups.get("severity"),
        state=None if state is None else state.lower(),
        pid=_number(_known(groups.get("pid"))),
        process=_known(groups.get("process")),
        gpu_instance=_number(groups.get("gpu_instance")),
        compute_instance=_number(groups.get("compute_instance")),
        gpu_uuid=groups.get("gpu_uuid"),
        version=groups.get("version"),
        limit=_limit(groups, match.string) if "lanes" in groups else None,
    )


def _known(word: str | None) -> str | None:
    return None if word is None or word.strip("'") == _UNKNOWN else word


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _with_xid_details(event: Event) -> Event:
    caused_by = _CAUSED_BY.search(event.text)
    recovery = _RECOVERY.search(event.text) if event.number == _RECOVERY_CHANGED else None
    severity = _NVLINK_SEVERITY.search(event.text) if event.number in _NVLINK5 else None
    return dataclasses.replace(
        event,
        caused_by=None if caused_by is None else int(caused_by[1]),
        recovery_action=None if recovery is None else recovery[1],
        severity=None if severity is None else severity[1],
    )


def _limit(groups: dict[str, str], line: str) -> LinkLimit:
    return LinkLimit(
        limited_by=address(groups["limited_by"]),
        available_gbit_s=Reading(float(groups["available"]), "Gbit/s", line),
        generation=_generation(groups["speed"], line),
        lanes=Reading(int(groups["lanes"]), "lanes", line),
        capable_gbit_s=Reading(float(groups["capable"]), "Gbit/s", line),
        capable_generation=_generation(groups["capable_speed"], line),
        capable_lanes=Reading(int(groups["capable_lanes"]), "lanes", line),
    )


def _generation(speed: str, line: str) -> Field:
    rate = speed.removesuffix(" GT/s").removesuffix(".0")
    return Reading(_GENERATIONS[rate], "generation", line) if rate in _GENERATIONS else ErrorWord(speed, line)
