"""network-status: what a CNI says that it gave is read whole or refused; every field but the name may be missing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.kubernetes.network_status import Network, by_interface, parse

WHOLE = """[
 {"name": "k8s-pod-network", "interface": "eth0", "ips": ["10.244.1.7"], "mac": "0a:58:0a:f4:01:07", "default": true, "dns": {}},
 {"name": "gpu-ns/rdma-net1", "interface": "net1", "ips": ["192.168.10.11", "fd00:10::11"], "mtu": 9000, "gateway": ["192.168.10.1"],
  "device-info": {"type": "pci", "version": "1.1.0", "pci": {"pci-address": "0000:1a:00.2"}}}
]"""


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "null", '[], "more": 1',
        '[{"ips": ["127.0.0.1"]}]', '[{"ips": ["::"]}]', '[{"ips": ["0.0.0.0"]}]', '[{"ips": ["ff02::1"]}]',
        '[{"ips": ["::ffff:10.0.0.1"]}]',
        "{}", '"eth0"', "7", "[", '[{"name": "a"}', "[] []", '[{"name": "a"}], "more": [', "[7]", '[["a"]]',
        '[{"name": 7}]',
        '[{"interface": 7}]', '[{"ips": "10.0.0.1"}]',
        '[{"ips": [7]}]', '[{"ips": ["10.0.0.300"]}]', '[{"ips": ["eth0"]}]', '[{"ips": [""]}]',
        '[{"interface": "a", "interface": "b"}]', '[{"interface": "a", "ips": ["10.0.0.1"]}, {"interface": "a", "ips": ["10.0.0.2"]}]',
    ],
)  # fmt: skip
def test_what_is_no_such_list_is_refused(text: str) -> None:
    """An address that was misread is pinged in place of the right one."""
    with pytest.raises(ParseError):
        parse(text)


def test_text_after_the_list_is_refused() -> None:
    """Two lists in one annotation are not known to mean anything."""
    with pytest.raises(ParseError):
        parse("[]}\n{")
    with pytest.raises(ParseError):
        parse("[]}\nx")


def test_a_whole_annotation_is_read() -> None:
    """Several addresses of one interface, of both families, belong to it."""
    found = parse(WHOLE)
    assert found == (
        Network("k8s-pod-network", "eth0", ("10.244.1.7",)), Network("gpu-ns/rdma-net1", "net1", ("192.168.10.11", "fd00:10::11")),
    )  # fmt: skip
    assert by_interface(found) == {"eth0": ("10.244.1.7",), "net1": ("192.168.10.11", "fd00:10::11")}


@pytest.mark.parametrize(
    ("text", "networks", "addresses"),
    [
        ("[]", (), {}),
        ("[{}]", (Network("", None, ()),), {}),
        ('[{"name": "a"}]', (Network("a", None, ()),), {}),
        ('[{"name": "a", "interface": ""}]', (Network("a", None, ()),), {}),
        ('[{"name": "a", "interface": "net1"}]', (Network("a", "net1", ()),), {}),
        ('[{"name": "a", "interface": null, "ips": null}]', (Network("a", None, ()),), {}),
        ('[{"name": "a", "ips": ["10.0.0.1"]}]', (Network("a", None, ("10.0.0.1",)),), {"": ("10.0.0.1",)}),
        (
            '[{"ips": ["10.0.0.1"]}, {"interface": "e", "ips": ["10.0.0.2"]}, {"ips": ["10.0.0.3", "10.0.0.1"]}]',
            (Network("", None, ("10.0.0.1",)), Network("", "e", ("10.0.0.2",)), Network("", None, ("10.0.0.3", "10.0.0.1"))),
            {"e": ("10.0.0.2",), "": ("10.0.0.1", "10.0.0.3")},
        ),
        ('[{"name": "a", "interface": "net1", "ips": ["10.0.0.1/24"]}]', (Network("a", "net1", ("10.0.0.1",)),), {"net1": ("10.0.0.1",)}),
        (
            '[{"interface": "e", "ips": ["10.0.0.1"]}, {"interface": "e", "ips": ["10.0.0.1"]}]',
            (Network("", "e", ("10.0.0.1",)), Network("", "e", ("10.0.0.1",))),
            {"e": ("10.0.0.1",)},
        ),
    ],
)
def test_what_may_be_missing_is_missing(text: str, networks: tuple[Network, ...], addresses: dict[str, tuple[str, ...]]) -> None:
    """An interface for RDMA has no address, some CNIs name no interface: nothing is made up in their place."""
    assert parse(text) == networks
    assert by_interface(networks) == addresses


ADDRESSES = st.lists(st.ip_addresses().map(str), max_size=3)
ENTRIES = st.lists(
    st.fixed_dictionaries({}, optional={"name": st.text(), "interface": st.text() | st.none(), "ips": ADDRESSES | st.none()}), max_size=3
)


@settings(deadline=None)
@given(ENTRIES)
def test_anything_is_read_or_refused(entries: list[dict[str, Any]]) -> None:
    """Nothing but ParseError comes of what anybody can write into an annotation."""
    try:
        found = parse(json.dumps(entries))
    except ParseError:
        return
    assert set(by_interface(found)) <= {"", *(str(entry.get("interface")) for entry in entries)}
    assert [network.addresses for network in found] == [tuple(entry.get("ips") or ()) for entry in entries]


def test_a_thousand_interfaces_are_no_matter() -> None:
    """An annotation may have a quarter of a million letters."""
    entries = [{"interface": f"net{number}", "ips": [f"10.{number >> 8}.{number & 255}.1"]} for number in range(5000)]
    assert len(by_interface(parse(json.dumps(entries)))) == 5000
