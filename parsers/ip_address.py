"""
`ip -j addr show`: the interfaces of a host with their state, MTU and addresses, as iproute2 4.14 to 6 print them in JSON.

Layout: print_linkinfo, print_operstate and print_addrinfo in iproute2's ip/ipaddress.c. `name` is `ifname`: of "eth0@if5" in the
plain text only "eth0"; what it is connected to stands apart, as `link` or `link_index`, and is not read. `operstate` is one word of
RFC 2863 as the kernel has it; it is Absent where iproute2 knows the state by number only. Where a filter leaves interfaces or
addresses out ("up", "scope"), empty objects stand in their place. Addresses of families other than inet and inet6 are left out.

The document closes, so that it is known to be whole. It says nothing of interfaces in other network namespaces.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, as_whole_number, find_document, member, one_line, only_keys
from parsers.reading import Absent, Field, Reading
from parsers.tool import Tool

TOOL = "ip -j addr show"
OPERSTATES = ("UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP")
_FAMILIES = {"ipv4": "inet", "ipv6": "inet6"}
_VERSIONS = {"inet": 4, "inet6": 6}
_NARROW_SCOPES = frozenset({"link", "host", "nowhere"})
_NOT_YET_OR_NEVER = frozenset({"tentative", "dadfailed"})


@dataclass(frozen=True)
class Address:
    """
    One address of an interface: `local` in iproute2's words.

    `family` is "inet" or "inet6". `scope` is "global", "link", "host", "site" or what /etc/iproute2/rt_scopes has for it. `flags` are
    the words that are true of it: "dynamic", "secondary", "temporary", "deprecated", "tentative" (not yet known to be unique),
    "dadfailed" (known not to be) and others.
    """

    family: str
    address: str
    prefix_length: int
    scope: str
    flags: tuple[str, ...]

    @property
    def is_usable(self) -> bool:
        """Whether another host can be asked to talk to it: it reaches beyond its link, and nobody else may have it."""
        return self.scope not in _NARROW_SCOPES and not _NOT_YET_OR_NEVER & set(self.flags)


@dataclass(frozen=True)
class Interface:
    """
    One interface with all its addresses.

    `link_type` is "ether", "infiniband", "loopback", "none" and others; `operstate` one of OPERSTATES (unit "text"). `flags` are the
    kernel's: "UP" is the administrator's wish, "LOWER_UP" the driver's word on the carrier; "NO-CARRIER" is iproute2's.
    """

    name: str
    link_type: str
    operstate: Field
    flags: tuple[str, ...]
    mtu_bytes: Field
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class Interfaces:
    """All interfaces of a network namespace, each name once, at least one."""

    interfaces: tuple[Interface, ...]
    complete: bool = True

    def find(self, name: str) -> Interface | None:
        """The interface of that name; None if there is none."""
        return next((interface for interface in self.interfaces if interface.name == name), None)

    def usable(self, name: str, family: str) -> tuple[str, ...]:
        """The usable addresses of an interface, of the family "ipv4" or "ipv6"; none where there is no such interface."""
        found = self.find(name)
        addresses = found.addresses if found is not None else ()
        return tuple(each.address for each in addresses if each.family == _FAMILIES[family] and each.is_usable)


def parse(text: str) -> Interfaces:
    """
    The interfaces of the host.

    Raises ParseError without a whole array of plain JSON (a message is quoted), for what is missing in an interface or an
    address, for an address that is none of its family, and for an interface, an index or an address that is there twice.
    """
    entries = [as_object(TOOL, entry, "an interface") for entry in _entries(text)]
    told = [entry for entry in entries if entry]
    if not told:
        raise ParseError(TOOL, "at least one interface", text.strip())
    interfaces = tuple(_interface(entry) for entry in told)
    _once("interface", [interface.name for interface in interfaces])
    _once("ifindex", [str(_number(entry, "ifindex")) for entry in told])
    return Interfaces(interfaces)


def _entries(text: str) -> list[object]:
    """The elements of the one array that the text is."""
    array = text.strip(" \t\r\n")
    if not array.startswith("["):
        raise ParseError(TOOL, "a JSON array", array.partition("\n")[0].strip())
    document = find_document(TOOL, f'{{"interfaces": {array}\n}}')
    only_keys(TOOL, document.value, ("interfaces",), "the document")
    if document.notes:
        raise ParseError(TOOL, "the end of the array", document.notes[0])
    return as_list(TOOL, document.value["interfaces"], "the document")


def _interface(entry: dict[str, object]) -> Interface:
    name = as_text(TOOL, member(TOOL, entry, "ifname"), "ifname")
    addresses = tuple(_addresses(as_list(TOOL, member(TOOL, entry, "addr_info"), f"addr_info of {name}")))
    _once(f"address of {name}", [f"{each.address}/{each.prefix_length} {peer}" for each, peer in addresses])
    return Interface(
        name=name,
        link_type=as_text(TOOL, member(TOOL, entry, "link_type"), f"link_type of {name}"),
        operstate=_operstate(entry, name),
        flags=tuple(_flag(flag, name) for flag in as_list(TOOL, member(TOOL, entry, "flags"), f"flags of {name}")),
        mtu_bytes=Reading(_number(entry, "mtu"), "bytes", f"{name}.mtu: {entry['mtu']}") if "mtu" in entry else Absent(f"{name}.mtu"),
        addresses=tuple(each for each, _ in addresses),
    )


def _operstate(entry: dict[str, object], name: str) -> Field:
    if "operstate" not in entry:
        return Absent(f"{name}.operstate")
    word = as_text(TOOL, entry["operstate"], f"operstate of {name}")
    if word not in OPERSTATES:
        raise ParseError(TOOL, f"one of {', '.join(OPERSTATES)} as operstate of {name}", word)
    return Reading(word, "text", f"{name}.operstate: {word}")


def _flag(flag: object, name: str) -> str:
    """A flag that iproute2 has no word for is a number."""
    return flag if isinstance(flag, str) else str(as_whole_number(TOOL, flag, f"a flag of {name}"))


def _addresses(entries: list[object]) -> list[tuple[Address, str]]:
    """Each address with that of the other end of a link of two, "" where there is none: together they are there once."""
    objects = [as_object(TOOL, entry, "an address") for entry in entries]
    told = [entry for entry in objects if entry and "family_index" not in entry]
    families = [as_text(TOOL, member(TOOL, entry, "family"), "family") for entry in told]
    known = [(entry, family) for entry, family in zip(told, families, strict=True) if family in _VERSIONS]
    return [(_address(entry, family), one_line(entry.get("address", ""))) for entry, family in known]


def _address(entry: dict[str, object], family: str) -> Address:
    local = as_text(TOOL, member(TOOL, entry, "local"), f"the address of family {family}")
    return Address(
        family=family,
        address=_checked(local, family),
        prefix_length=_prefix_length(entry, family),
        scope=as_text(TOOL, member(TOOL, entry, "scope"), f"scope of {local}"),
        flags=tuple(word for word, value in entry.items() if value is True),
    )


def _checked(local: str, family: str) -> str:
    try:
        address = ipaddress.ip_address(local)
    except ValueError:
        address = None
    if address is None or address.version != _VERSIONS[family]:
        raise ParseError(TOOL, f"an address of family {family}", local)
    return str(address)


def _prefix_length(entry: dict[str, object], family: str) -> int:
    length = _number(entry, "prefixlen")
    if length > ipaddress.IPV6LENGTH or (family == "inet" and length > ipaddress.IPV4LENGTH):
        raise ParseError(TOOL, f"a prefixlen of family {family}", one_line(entry))
    return length


def _number(entry: dict[str, object], key: str) -> int:
    number = as_whole_number(TOOL, member(TOOL, entry, key), key)
    if number < 0:
        raise ParseError(TOOL, f"{key} from 0 on", one_line(number))
    return number


def _once(what: str, names: list[str]) -> None:
    found: set[str] = set()
    for name in names:
        if name in found:
            raise ParseError(TOOL, f"every {what} once", f"{name} twice")
        found.add(name)


TOOLS = (Tool("ip-addr", "iproute2 4.14 to 6", "ip -j addr show: interfaces, their state and MTU, their addresses", parse),)
