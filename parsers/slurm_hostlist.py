"""
The short form in which Slurm writes the names of many hosts: n[1-3,7],gpu[08-10]-ib,login1 ($SLURM_JOB_NODELIST).

Names are separated by commas; each group in brackets stands for its numbers, and of several groups for all combinations, the last
one running fastest. A range has as many digits as its first number has: [08-10] is 08, 09, 10 and [8-10] is 8, 9, 10. Read as
`scontrol show hostnames` does (hostlist.c of Slurm 22.05); that, other than this, refuses letters behind a group, takes what is
not closed for a name, keeps hosts that occur twice, and has another order of combinations of three groups and more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from parsers.errors import ParseError

TOOL = "Slurm's list of hosts"
MOST_HOSTS = 65536
_MOST_CHARACTERS = 128 * 1024
_LONGEST_NAME = 253
_GROUP = r"\[[0-9]{1,18}(?:-[0-9]{1,18})?(?:,[0-9]{1,18}(?:-[0-9]{1,18})?)*\]"
_NAME = re.compile(rf"(?:[A-Za-z0-9._-]|{_GROUP})+(?:,(?!\Z)|\Z)")
_PART = re.compile(rf"{_GROUP}|[A-Za-z0-9._-]+")


def expand(text: str) -> tuple[str, ...]:
    """
    The hosts in the order in which they are written.

    Raises ParseError for what is no such list (nothing, an empty name or group, brackets that do not match or stand in each other,
    another character), for a range that runs backwards, for a host that occurs twice, and for more than MOST_HOSTS hosts.
    """
    if len(text) > _MOST_CHARACTERS:
        raise ParseError(TOOL, f"at most {_MOST_CHARACTERS} characters", f"{len(text)} characters")
    hosts: dict[str, None] = {}
    for name in _names(text):
        for host in map("".join, product(*_parts(name, MOST_HOSTS - len(hosts)))):
            if host in hosts:
                raise ParseError(TOOL, "every host once", f"{host} twice")
            hosts[host] = None
    return tuple(hosts)


def _names(text: str) -> Iterator[str]:
    """Each name with its groups, without the comma behind it."""
    at = 0
    while at < len(text) or not text:
        match = _NAME.match(text, at)
        if match is None or text[at] in ".-":
            raise ParseError(TOOL, "names and groups of numbers like n[1-3,7],login1", text[at:])
        yield match[0].rstrip(",")
        at = match.end()


def _parts(name: str, most: int) -> list[list[str]]:
    """What stands in each place of a name, one of which is chosen for each host; `most` hosts at most."""
    parts: list[list[str]] = []
    count, length = 1, 0
    for part in _PART.findall(name):
        parts.append(_choices(part))
        count, length = count * len(parts[-1]), length + max(map(len, parts[-1]))
        if length > _LONGEST_NAME:
            raise ParseError(TOOL, f"names of at most {_LONGEST_NAME} characters", name)
        if count > most:
            raise _too_many(name)
    return parts


def _choices(part: str) -> list[str]:
    """What a part of a name stands for: itself, or each number of its group."""
    if not part.startswith("["):
        return [part]
    numbers: list[str] = []
    for numbers_of in part[1:-1].split(","):
        first, _, last = numbers_of.partition("-")
        numbers += _range(first, last or first, len(numbers))
    return numbers


def _range(first: str, last: str, already: int) -> Iterator[str]:
    count = int(last) - int(first) + 1
    if count < 1:
        raise ParseError(TOOL, "ranges that run forwards", f"[{first}-{last}]")
    if already + count > MOST_HOSTS:
        raise _too_many(f"[{first}-{last}]")
    return (f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1))


def _too_many(what: str) -> ParseError:
    return ParseError(TOOL, f"at most {MOST_HOSTS} hosts", what)
