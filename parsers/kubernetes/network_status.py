"""
The annotation k8s.v1.cni.cncf.io/network-status of a pod: which interfaces a CNI gave it, with which addresses.

A JSON array in a string, written once when the pod starts, so that it does not follow what happens to a link later. Fields after
types.go of network-attachment-definition-client (NetworkStatus): every one but `name` may be missing; an interface for RDMA has no
`ips`, some primary CNIs report no `interface`, and one entry may have several addresses.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, find_document

TOOL = "network-status"


@dataclass(frozen=True)
class Network:
    """One entry: the network's name, and what it gave; `interface` is None and `addresses` empty where it says nothing."""

    name: str
    interface: str | None
    addresses: tuple[str, ...]


def parse(text: str) -> tuple[Network, ...]:
    """The entries in their order. Raises ParseError for what is no such array, an address that is none, or an interface given twice."""
    document = find_document(TOOL, f'{{"networks":{text}}}')
    if document.notes:
        raise ParseError(TOOL, "one JSON array", document.notes[0])
    entries = as_list(TOOL, document.value["networks"], "the annotation")
    networks = tuple(_network(as_object(TOOL, entry, "an entry")) for entry in entries)
    named = [network.interface for network in networks if network.interface is not None]
    for name in named:
        if named.count(name) > 1 and len({network.addresses for network in networks if network.interface == name}) > 1:
            raise ParseError(TOOL, "each interface once", name)
    return networks


def by_interface(networks: tuple[Network, ...]) -> dict[str, tuple[str, ...]]:
    """The addresses of each interface that has any."""
    return {network.interface: network.addresses for network in networks if network.interface is not None and network.addresses}


def _network(entry: dict[str, object]) -> Network:
    interface, ips = entry.get("interface"), entry.get("ips")
    name = as_text(TOOL, entry.get("name", ""), "name")
    listed = [] if ips is None else as_list(TOOL, ips, "ips")
    addresses = tuple(_address(as_text(TOOL, each, "an address")) for each in listed)
    return Network(name, None if interface in (None, "") else as_text(TOOL, interface, "interface"), addresses)


def _address(text: str) -> str:
    """The address without the prefix that some CNIs add."""
    try:
        return str(ipaddress.ip_interface(text).ip)
    except ValueError as error:
        raise ParseError(TOOL, "an IP address", text) from error
