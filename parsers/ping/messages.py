"""
What ping says on stderr, line by line, sorted by what it means for whoever called it.

The wording was collected from iputils s20121221 to 20250605 (ping.c, ping6_common.c, ping_common.c), BusyBox 1.20 to 1.37,
GNU inetutils 2 and the BSDs, with the error texts of glibc, musl and macOS. Lines are compared whole, after the name of the
program; a line that is not known is "other", never what it resembles. The kinds:

- "no_permission": no ICMP socket may be opened, or ping may not be started: capability, group range, container.
- "unknown_host": the name has no address. iputils looks every malformed address up as a name, so those end here too.
- "no_route": this host has no way to the address: no route, or its own link is down.
- "unknown_interface": the interface given with -I does not exist. BusyBox calls that a bad address ("unknown_host").
- "bad_address": the address cannot be used: the source address is not this host's, the family is not the one asked for, a
  link-local address without interface, a blackhole route (iputils says "connect: Invalid argument" of the last two).
- "message_too_long": a packet is larger than the MTU on its way out, and may not be split (-M do).
- "blocked": the kernel refuses to send: a firewall of this host, a prohibit route, or a broadcast address without -b.
- "no_buffers": the queue of the device is full; the packet counts as sent.
- "interval_too_short": a user may not send that fast.
- "other_interface": the source address lies on another interface than the one given with -I; ping goes on.
- "clock": the clock of this host was set back while ping ran; times near it are wrong.
- "icmp": an ICMP message came instead of a reply (BusyBox, which does not count them).
- "status": counts so far, after SIGQUIT.
- "usage": the command is wrong. Messages end there: the text that follows explains the options.
- "warning": any other line that begins as a warning.
- "other": not known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAX_LINE = 500
_UNREACHED = "Network is unreachable|Network unreachable|No route to host|Host is unreachable|Network is down|Host is down"
_FORBIDDEN = "Operation not permitted|Permission denied"
_SEND = "(?:connect|UDP connect|sendmsg|sendto|sending packet|local error)"
_NAME_ERRORS = (
    "Name or service not known|Temporary failure in name resolution|No address associated with hostname|"
    "Non-recoverable failure in name resolution|Name does not resolve|Try again|Name has no usable address|"
    "nodename nor servname provided, or not known|Unknown host|Host name lookup failure"
)
_START = r"(?:[0-9]+: |line [0-9]+: )?(?:failed to execute |failed to run command |exec of )?\W?(?:[^\s:]*/)?ping6?\W?(?: failed)?"
_SOCKET = (
    r"(?:icmp open socket|socket|creating a raw socket|can't create raw socket|[sr]\w+ socket|cap_set_proc"
    r"|SO_BINDTODEVICE(?: \S+)?|setsockopt\(SO_BINDTODEVICE\)(?: \S+)?)"
)
_WRONG_USE = (
    "usage error|invalid (?:argument|option|count|timing interval|preload|TTL|packet size)|unrecognized option|option requires an argument|"
    "option argument contains garbage|this will become fatal error in the future|bad |illegal |ttl [0-9]+ out of range|packet size |"
    "cannot set (?:uni|multi)cast time-to-live|patterns must be|Try '"
)

_KINDS = tuple(
    (kind, re.compile(rf"(?:[^\s:]+: )?(?:{pattern})"))
    for kind, pattern in (
        ("no_permission", rf"{_SOCKET}: (?:{_FORBIDDEN})"),
        ("no_permission", rf"{_START}: (?:{_FORBIDDEN})"),
        ("no_permission", r"socktype: SOCK_(?:RAW|DGRAM)|=> missing cap_net_raw\+p capability or setuid\?"),
        ("no_permission", r"permission denied\.? ?\(are you root\?\)|Lacking privilege for \S+ socket\."),
        ("unknown_host", rf"(?!getnameinfo:)\S+: (?:{_NAME_ERRORS})|cannot resolve \S+: Unknown host"),
        ("unknown_host", r"unknown host(?:[: ]+\S+)?|bad address '[^']*'"),
        ("no_route", rf"{_SEND}: (?:{_UNREACHED})"),
        ("unknown_interface", r"(?:setsockopt\()?SO_BINDTODEVICE\)?(?: \S+)?: No such device|unknown (?:iface|interface):? \S+"),
        ("unknown_interface", r"can't bind to interface \S+: No such device"),
        ("bad_address", r"(?:bind(?: icmp socket)?|connect): (?:Cannot|Can't) assign requested address"),
        ("bad_address", r"(?:bind(?: icmp socket)?|connect): Address not available|(?:connect|sendmsg|sendto): Invalid argument"),
        ("bad_address", r"invalid source address:? \S+|\S+: Address family for hostname not supported"),
        ("message_too_long", r"local error: [Mm]essage too long, mtu[=:] ?[0-9]+"),
        ("message_too_long", r"(?:sendmsg|sendto|sending packet|local error): Message too (?:long|large)"),
        ("blocked", rf"(?:connect|sendmsg|sendto|sending packet): (?:{_FORBIDDEN})"),
        ("blocked", r"Do you want to ping broadcast\? Then -b(?:\. If not, check your local firewall rules)?"),
        ("no_buffers", r"(?:sendmsg|sendto|sending packet): No buffer space available"),
        ("interval_too_short", r"cannot flood[;,] minimal interval,? (?:allowed )?for user,? (?:is|must be >=) ?[0-9]+ ?ms.*"),
        ("interval_too_short", rf"-i interval too short: (?:{_FORBIDDEN})"),
        ("other_interface", r"Warning: source address might be selected on device other than:? \S+"),
        ("clock", r"Warning: time of day goes back \(-?[0-9]+us\), taking countermeasures\.?"),
        ("icmp", r"[Ww]arning: [Gg]ot ICMP [0-9]+ \([^()]*(?:\([^()]*\))?\)"),
        ("status", r"[0-9]+/[0-9]+ packets, -?[0-9]+% loss(?:, min/avg/ewma/max = [0-9./]+ ms)?"),
        ("usage", rf"[Uu]sage:?(?: .*)?|BusyBox v.*|(?:{_WRONG_USE}).*"),
        ("warning", r"(?:WARNING|Warning|warning): .*"),
    )
)
_EXPLANATION = re.compile(r"[Uu]sage:?(?: .*)?|BusyBox v.*")


@dataclass(frozen=True)
class Message:
    """A line that is no result: one of the kinds above, and the line (its first 500 characters)."""

    kind: str
    line: str


def classify(line: str) -> str:
    """The kind of one line. The program's name before it may be missing, or be the path by which it was called."""
    return next((kind for kind, pattern in _KINDS if len(line) <= _MAX_LINE and pattern.fullmatch(line)), "other")


def messages(text: str) -> tuple[Message, ...]:
    """
    Every line of a text that holds messages and nothing else: what was printed on stderr.

    Never raises: an empty text has no messages, and what is not known is "other".
    """
    found: list[Message] = []
    for line in map(str.strip, text.replace("\r", "\n").split("\n")):
        if line:
            found.append(Message(classify(line), line[:_MAX_LINE]))
        if _EXPLANATION.fullmatch(line):
            break
    return tuple(found)
