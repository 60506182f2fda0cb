"""The records of fping."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.ping.messages import Message
from parsers.reading import Field, Reading

TOOL = "fping"


@dataclass(frozen=True)
class Packet:
    """
    One packet, by its number from 0: its round trip, and the length of its reply.

    `time_ms` is ErrorWord where no reply came in time ("-", "timed out"), Absent where the text says nothing of a packet that lies
    before others. `bytes` is Absent in lists, which name no lengths. `answered_by`: another address that answered, None if it was
    the target itself (or if fping put that on another stream).
    """

    index: int
    time_ms: Field
    bytes: Field
    answered_by: str | None


@dataclass(frozen=True)
class Target:
    """
    One target, under the name it was given.

    - `state`: "alive" or "unreachable" (text), Absent with -c and -C.
    - `xmt`, `rcv`: packets and replies (count), `loss_percent` computed from them; printed with -c, counted from the packets
      otherwise. NotApplicable if nothing was sent.
    - `min_ms`, `avg_ms`, `max_ms`: printed with -c, computed from the packets otherwise. Absent if nothing was received.
    - `packets`: of -C, or of the lines of every packet; empty after -q -c.
    """

    target: str
    state: Field
    xmt: Field
    rcv: Field
    loss_percent: Field
    min_ms: Field
    avg_ms: Field
    max_ms: Field
    packets: tuple[Packet, ...]


@dataclass(frozen=True)
class Statistics:
    """
    What -s prints at the end, for all targets together.

    Counts; round trips, which are NotApplicable if there was no reply; seconds from start to end. `targets` counts those
    with an address: `alive` and `unreachable` ones. Duplicates and late replies count as received here.
    """

    targets: Reading
    alive: Reading
    unreachable: Reading
    unknown_addresses: Reading
    timeouts: Reading
    icmp_echos_sent: Reading
    icmp_echo_replies_received: Reading
    other_icmp_received: Reading
    min_ms: Field
    avg_ms: Field
    max_ms: Field
    elapsed_s: Reading


@dataclass(frozen=True)
class FPing:
    """
    One run: targets in the order in which the text names them, `statistics` of -s (None without), and messages.

    Kinds of messages are those of parsers.ping.messages, and "duplicate" for a second reply, which is in no list and no count.
    `complete`: the statistics are there to their end and every target that they count is in the text. Always False without -s:
    no other layout of fping proves that it is whole.
    """

    targets: tuple[Target, ...]
    statistics: Statistics | None
    messages: tuple[Message, ...]
    complete: bool
