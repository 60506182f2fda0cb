"""The records of ping."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.ping.messages import Message
from parsers.reading import Field, Reading

TOOL = "ping"


@dataclass(frozen=True)
class Reply:
    """
    One reply, as its line says.

    `address` is who answered (a name without address, if an old ping6 printed only that). `icmp_seq` counts from 1 in
    iputils and from 0 elsewhere, modulo 65536. `bytes` is the length of the ICMP message: data and 8 more. `ttl` and
    `time_ms` are Absent where they were not printed: without room for a time in the packet, and of truncated replies.
    `duplicate`: "(DUP!)" is printed; iputils does not print it of replies to a broadcast. `truncated`: "(truncated)" is
    printed, or there are fewer bytes than were sent. `different_address`: "(DIFFERENT ADDRESS!)" is printed (iputils from
    20210722 on), or it is not the address that was pinged. `wrong_data` holds the lines "wrong data byte ..." and "wrong
    total length ..." that follow it. BusyBox and GNU inetutils check neither data nor checksum.
    """

    icmp_seq: int
    address: str
    bytes: Reading
    ttl: Field
    time_ms: Field
    duplicate: bool
    bad_checksum: bool
    different_address: bool
    truncated: bool
    wrong_data: tuple[str, ...]


@dataclass(frozen=True)
class IcmpMessage:
    """What a router, or this host itself, answered instead: from which address, to which packet (None: not said), in what words."""

    address: str
    icmp_seq: int | None
    text: str


@dataclass(frozen=True)
class Ping:
    """
    One run.

    - `layout`: "iputils", or "bsd" for BusyBox, macOS, the BSDs and GNU inetutils, which say "packets received".
    - `host`: as it was given, or its canonical name; may be empty. `address`: what it was resolved to.
    - `source_address`, `interface`: as the header names them, None if it does not. iputils does after -I; the interface is
      "" where -I gave an address.
    - `data_bytes`: the payload of a packet, 56 unless -s.
    - `transmitted`, `received`: packets sent, and those of them that were answered. `duplicates`: further replies to the same
      packet. Unit "count", as of all counts; a count that is not printed because it is 0 is a Reading of the line of counts.
    - `corrupted`: replies with a wrong ICMP checksum, which are not received. Wrong data is not counted anywhere: see `replies`.
      Absent in the layout "bsd".
    - `errors`: ICMP errors and local ones (message too long). Not local ones after -q. Absent in the layout "bsd".
    - `loss_percent`: computed from the counts, "%"; what is printed is rounded, by BusyBox even down to 0 %. NotApplicable if
      nothing was sent.
    - `time_ms`: of the whole run; Absent in the layout "bsd".
    - `rtt_min_ms`, `rtt_avg_ms`, `rtt_max_ms`, `rtt_mdev_ms`: round trips, of duplicates too. Absent if nothing was received or
      packets have no room for a time (less than 16 bytes). ErrorWord if no reply was long enough to be timed (iputils then
      prints a minimum of 9223372036854775.807, others 999999999.000); `avg` and `mdev` also if some were not. `mdev` is the
      standard deviation, Absent in BusyBox.
    - `pipe`: the most packets that were under way at once, if more than one; `ipg_ms`, `ewma_ms`: between packets, and the
      moving average, after -f, -A and -i 0. Else Absent.
    - `replies`: in the order of their arrival; empty after -q. `icmp_errors`; `icmp_notices` are redirects and source quenches,
      which are not errors. `no_answer_yet`: packets that had no answer when the next one was sent (-O of iputils, macOS
      always); the answer may still have come.
    - `messages`: lines of stderr, where the text has them among the others.
    - `complete`: the line of round trips was read to its end, or, where there is none, what iputils prints in its place, or
      the line of counts of the layout "bsd".
    """

    layout: str
    host: str
    address: str
    source_address: str | None
    interface: str | None
    data_bytes: int
    transmitted: Reading
    received: Reading
    duplicates: Field
    corrupted: Field
    errors: Field
    loss_percent: Field
    time_ms: Field
    rtt_min_ms: Field
    rtt_avg_ms: Field
    rtt_max_ms: Field
    rtt_mdev_ms: Field
    pipe: Field
    ipg_ms: Field
    ewma_ms: Field
    replies: tuple[Reply, ...]
    icmp_errors: tuple[IcmpMessage, ...]
    icmp_notices: tuple[IcmpMessage, ...]
    no_answer_yet: tuple[int, ...]
    messages: tuple[Message, ...]
    complete: bool
