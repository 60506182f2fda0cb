"""
What stands between the header of ping and its counts: replies, ICMP errors, what replies had wrong, and messages.

Every line is of a known kind, or the text is refused: an unknown one may be the news. "^C" is the echo of a terminal.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.ping.header import Header
from parsers.ping.messages import Message, classify
from parsers.ping.records import TOOL, IcmpMessage, Reply
from parsers.reading import Absent, Reading

_NAMED = r"(?:[^\s()]+ \((?P<numeric>[^\s()]+)\)|(?P<address>[^\s()]+?))"
_TIMESTAMP = r"(?:\[[0-9]{1,12}\.[0-9]{6}\] )?"
_REPLY = re.compile(
    rf"{_TIMESTAMP}(?P<bytes>[0-9]{{1,6}}) bytes from {_NAMED}[:,] (?:icmp_[rs]eq|seq)=(?P<seq>[0-9]{{1,5}})(?: ident=[0-9]{{1,5}})?"
    r"(?: (?:ttl|hlim)=(?P<ttl>[0-9]{1,3}))?(?: time=(?P<time>[0-9]{1,12}(?:\.[0-9]{1,3})?) ms)?"
    r"(?P<flags>(?: \((?:DUP!|BAD CHECKSUM!|DIFFERENT ADDRESS!|truncated|TRUNC!)\))*)"
)
_WRONG = re.compile(
    r"wrong data byte #[0-9]{1,6} should be 0x[0-9a-f]{1,2} but was 0x[0-9a-f]{1,2}|wrong total length [0-9]{1,6} instead of [0-9]{1,6}"
)
_FROM = re.compile(rf"{_TIMESTAMP}From {_NAMED}:? icmp_[rs]eq=(?P<seq>[0-9]{{1,5}}) (?P<text>\S.*)")
_BSD_ICMP = re.compile(
    rf"[0-9]{{1,6}} bytes from {_NAMED}: (?P<text>(?:Dest|Time|[Ff]rag|Source|Redirect|Param|Communication|Network|Host|Route"
    r"|Prec|Packet|Bad ICMP|Unknown ICMP)[^=]*(?: = \S+)?)"
)
_NO_ANSWER = re.compile(rf"{_TIMESTAMP}(?:no answer yet for icmp_[rs]eq=|Request timeout for icmp_seq[ =])(?P<seq>[0-9]{{1,5}})")
_NOTICE = re.compile(r"(?:\(BAD CHECKSUM\))?(?:Redirect|Source Quench).*")
_MESSAGE = re.compile(r"(?:\S*/)?ping[\w.-]*: \S.*")
_INTERRUPTED = re.compile(r"(?:\^C)+")
_NO_LINE = re.compile(r"(?!)")
_DUMP = re.compile(r"(?:#[0-9]{1,6}\t|[cd]p:|\t)[0-9a-f ]*")
_IP_HEADER = re.compile(r"Vr HL TOS +Len +ID Flg +off TTL Pro +cks +Src +Dst(?: Data)?|(?: +[0-9a-f.]+){12,20}")


@dataclass(frozen=True)
class Body:
    """The lines by their kinds; see parsers.ping.records.Ping."""

    replies: tuple[Reply, ...]
    icmp_errors: tuple[IcmpMessage, ...]
    icmp_notices: tuple[IcmpMessage, ...]
    no_answer_yet: tuple[int, ...]
    messages: tuple[Message, ...]


def message_of(line: str) -> Message | None:
    """The message if the line is one: it begins with ping's name, or is known to stand without it."""
    kind = classify(line)
    return Message(kind, line) if kind not in ("other", "usage") or _MESSAGE.fullmatch(line) else None


def read_body(header: Header, lines: Iterable[tuple[int, str]]) -> Body:
    """The lines, which come with their numbers; ParseError for one of an unknown kind or in a place where it cannot stand."""
    reader = _Reader(header)
    for number, line in lines:
        if line and not reader.take(line):
            raise ParseError(TOOL, "a reply, an error, a message, or the statistics", line, number)
    return reader.body()


class _Reader:
    """Collects lines. What belongs to the line before must follow it: `continues` is its pattern."""

    def __init__(self, header: Header) -> None:
        self.header = header
        self.replies: list[Reply] = []
        self.icmp_errors: list[IcmpMessage] = []
        self.icmp_notices: list[IcmpMessage] = []
        self.no_answer_yet: list[int] = []
        self.messages: list[Message] = []
        self.continues = _NO_LINE
        self.wrong_may_follow = False

    def take(self, line: str) -> bool:
        """Whether the line is known and may stand here; then it was taken."""
        if self._reply(line):  # first, because nearly all lines are replies
            return True
        if self.continues.fullmatch(line) or _INTERRUPTED.fullmatch(line):
            return True
        if self.wrong_may_follow and _WRONG.fullmatch(line):
            self._wrong(line)
            return True
        self.continues, self.wrong_may_follow = _NO_LINE, False
        return self._icmp(line) or self._no_answer(line) or self._message(line)

    def body(self) -> Body:
        """What was taken."""
        errors, notices = tuple(self.icmp_errors), tuple(self.icmp_notices)
        return Body(tuple(self.replies), errors, notices, tuple(self.no_answer_yet), tuple(self.messages))

    def _reply(self, line: str) -> bool:
        match = _REPLY.fullmatch(line)
        if match is not None:
            self.replies.append(_reply(self.header, match))
            self.continues, self.wrong_may_follow = _NO_LINE, True
        return match is not None

    def _wrong(self, line: str) -> None:
        last = self.replies.pop()
        self.replies.append(dataclasses.replace(last, wrong_data=(*last.wrong_data, line)))
        self.continues = _DUMP

    def _icmp(self, line: str) -> bool:
        match = _FROM.fullmatch(line) or _BSD_ICMP.fullmatch(line)
        if match is not None:
            sequence = int(match["seq"]) if "seq" in match.re.groupindex else None
            found = IcmpMessage(match["numeric"] or match["address"], sequence, match["text"])
            (self.icmp_notices if _NOTICE.fullmatch(found.text) else self.icmp_errors).append(found)
            self.continues = _IP_HEADER
        return match is not None

    def _no_answer(self, line: str) -> bool:
        match = _NO_ANSWER.fullmatch(line)
        if match is not None:
            self.no_answer_yet.append(int(match["seq"]))
        return match is not None

    def _message(self, line: str) -> bool:
        found = message_of(line)
        if found is not None:
            self.messages.append(found)
        return found is not None


def _reply(header: Header, match: re.Match[str]) -> Reply:
    line = match[0]
    size, numeric, named, sequence, ttl, time, flags = match.groups()
    address, count = numeric or named, int(size)
    return Reply(
        icmp_seq=int(sequence),
        address=address,
        bytes=Reading(count, "bytes", line),
        ttl=Absent("ttl") if ttl is None else Reading(int(ttl), "count", line),
        time_ms=Absent("time") if time is None else Reading(float(time), "ms", line),
        duplicate="(DUP!)" in flags,
        bad_checksum="(BAD CHECKSUM!)" in flags,
        different_address="(DIFFERENT ADDRESS!)" in flags or not _same_place(address, header.address),
        truncated="(truncated)" in flags or "(TRUNC!)" in flags or count < header.data_bytes + 8,
        wrong_data=(),
    )


def _same_place(address: str, other: str) -> bool:
    """Whether they are one address, but for the interface that old releases leave out of the header: fe80::1%eth0, fe80::1."""
    return address == other or address.partition("%")[0] == other.partition("%")[0]
