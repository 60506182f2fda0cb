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
from parsers.json_text import as_list, as_object, as_text, find_document, only_keys

TOOL = "network-status"


@dataclass(frozen=True)
class Network:
    """One entry: the network's name, and what it gave; `interface` is None and `addresses` empty where it says nothing."""

    name: str
    interface: str | None
    addresses: tuple[str, ...]


def parse(text: str) -> tuple[Network, ...]:
    """
    The entries in their order.

    Raises ParseError for what is no such array, an address that is none or of every host, or an interface that is given twice.
    """
    networks = tuple(_network(as_object(TOOL, entry, "an entry")) for entry in _entries(text))
    known: dict[str, tuple[str, ...]] = {}
    for network in networks:
        if network.interface is not None and known.setdefault(network.interface, network.addresses) != network.addresses:
            raise ParseError(TOOL, "each interface once", network.interface)
    return networks


def _entries(text: str) -> list[object]:
    array = text.strip(" \t\r\n")
    if not array.startswith("["):
        raise ParseError(TOOL, "a JSON array", array.partition("\n")[0])
    document = find_document(TOOL, f'{{"networks":{array}}}')
    only_keys(TOOL, document.value, ("networks",), "the annotation")
    if document.notes:
        raise ParseError(TOOL, "one JSON array", document.notes[0])
    return as_list(TOOL, document.value["networks"], "the annotation")


def by_interface(networks: tuple[Network, ...]) -> dict[str, tuple[str, ...]]:
    """The addresses of each interface that has any, and at "" those of which no interface is said."""
    found = {network.interface: network.addresses for network in networks if network.interface is not None}
    unplaced = tuple(dict.fromkeys(each for network in networks if network.interface is None for each in network.addresses))
    return {name: addresses for name, addresses in [*found.items(), ("", unplaced)] if addresses}


def _network(entry: dict[str, object]) -> Network:
    interface, ips = entry.get("interface"), entry.get("ips")
    name = as_text(TOOL, entry.get("name", ""), "name")
    listed = [] if ips is None else as_list(TOOL, ips, "ips")
    addresses = tuple(_address(as_text(TOOL, each, "an address")) for each in listed)
    return Network(name, None if interface in (None, "") else as_text(TOOL, interface, "interface"), addresses)


def _address(text: str) -> str:
    """The address without the prefix that some CNIs add. One that no other host can be asked at is none."""
    try:
        address = ipaddress.ip_interface(text).ip
    except ValueError as error:
        raise ParseError(TOOL, "an IP address", text) from error
    if address.is_loopback or address.is_unspecified or address.is_multicast or getattr(address, "ipv4_mapped", None):
        raise ParseError(TOOL, "the address of one pod", text)
    return str(address)
