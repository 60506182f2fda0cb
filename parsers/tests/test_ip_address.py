"""ip -j addr show: an address that another host may have, or that reaches no other host, is never one that may be measured with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.ip_address import OPERSTATES, Address, Interfaces, parse
from parsers.plain import plain
from parsers.reading import Absent, Reading
from parsers.tests.damage import RECORDINGS, changed
from parsers.tests.iperf3_documents import GONE, altered
from parsers.tests.network_health import BAD, HEALTHY

FOLDER = RECORDINGS / "ip_addr"
READ = sorted(path.stem for path in FOLDER.glob("*.json"))
NEEDS_IP = pytest.mark.skipif(shutil.which("ip") is None, reason="ip is not installed (Debian: iproute2)")
IN_A_NAMESPACE = """
ip link set lo up
ip link add a0 type veth peer name b0 &&
ip link set a0 mtu 4000 && ip link set b0 mtu 4000 && ip link set a0 up && ip link set b0 up &&
ip addr add 10.9.0.1/24 dev a0 && ip addr add 10.9.0.2/24 dev a0 && ip addr add 10.9.1.1 peer 10.9.1.2 dev a0 &&
ip addr add 169.254.3.3/16 dev b0 scope link && ip -6 addr add fd00:9::1/64 dev a0 nodad && ip -6 addr add fd00:9::2/64 dev b0
ip tuntap add tun0 mode tun
ip link add link a0 name a0.7 type vlan id 7
ip -j addr show up && echo && ip -j addr show
"""


def text(name: str) -> str:
    """One of our own recordings."""
    return (FOLDER / f"{name}.json").read_text()


def recorded(name: str) -> Interfaces:
    """The same, parsed."""
    return parse(text(name))


def edited(path: str, new: object) -> Interfaces:
    """The recording of a node, parsed with something new at a path like "1.addr_info.0.local" of its document; eth0 is at 1."""
    return parse(json.dumps(altered(json.loads(text("node")), path.split("."), new)))


def all_of(record: Interfaces, name: str) -> list[Address]:
    """The addresses of an interface, usable or not."""
    found = record.find(name)
    return list(found.addresses) if found is not None else []


@pytest.mark.parametrize(
    ("name", "ipv4", "ipv6"),
    [
        ("dad-failed", ("10.1.0.2", "10.1.0.200"), ()),
        ("tentative", ("10.1.0.2", "10.1.0.200"), ()),
        ("link-local", (), ()),
        ("no-interface", (), ()),
        ("down", ("10.1.0.2", "10.1.0.200"), ("fd00:1::2",)),
    ],
)
def test_only_usable_addresses_are_given(name: str, ipv4: tuple[str, ...], ipv6: tuple[str, ...]) -> None:
    """Not one of the link alone, not one that is taken or not yet known to be free."""
    record = recorded(name)
    assert (record.usable("eth0", "ipv4"), record.usable("eth0", "ipv6")) == (ipv4, ipv6)


@pytest.mark.parametrize(
    ("scope", "flags", "usable"),
    [
        ("global", (), True),
        ("site", ("secondary", "dynamic"), True),
        ("200", ("temporary", "deprecated"), True),
        ("link", (), False),
        ("host", (), False),
        ("nowhere", (), False),
        ("global", ("tentative",), False),
        ("global", ("nodad", "dadfailed"), False),
    ],
)
def test_scope_and_flags_say_what_is_usable(scope: str, flags: tuple[str, ...], usable: bool) -> None:
    """Words compared whole; a deprecated address still answers."""
    assert Address("inet", "10.0.0.1", 24, scope, flags).is_usable is usable


def test_two_interfaces_of_one_name_are_refused() -> None:
    """Nor may an index or an address be there twice: two texts in one, or a damaged one."""
    with pytest.raises(ParseError, match="every interface once, found 'eth0 twice'"):
        edited("2.ifname", "eth0")
    with pytest.raises(ParseError, match="every ifindex once, found '2 twice'"):
        edited("2.ifindex", 2)
    with pytest.raises(ParseError, match=r"every address of eth0 once, found '10\.1\.0\.2/16 \"\" twice'"):
        edited("1.addr_info", lambda addresses: [*addresses, addresses[0]])


@pytest.mark.parametrize(
    ("path", "new", "said"),
    [
        ("1.ifname", GONE, "the key 'ifname'"),
        ("1.ifindex", GONE, "the key 'ifindex'"),
        ("1.link_type", GONE, "the key 'link_type'"),
        ("1.flags", GONE, "the key 'flags'"),
        ("1.addr_info", GONE, "the key 'addr_info'"),
        ("1.flags", "UP", "an array as flags of eth0"),
        ("1.flags", ["UP", True], "a whole number as a flag of eth0"),
        ("1.operstate", "up", "as operstate of eth0, found 'up'"),
        ("1.operstate", None, "a string as operstate of eth0"),
        ("1.mtu", None, "a whole number as mtu"),
        ("1.mtu", "9000", "a whole number as mtu"),
        ("1.mtu", -1, "mtu from 0 on"),
        ("1.addr_info", {}, "an array as addr_info of eth0"),
        ("3", [], "an object as an interface"),
        ("1.addr_info.0", "10.0.0.1", "an object as an address"),
        ("1.addr_info.0.family", GONE, "the key 'family'"),
        ("1.addr_info.0.family", ["inet"], "a string as family"),
        ("1.addr_info.0.local", GONE, "the key 'local'"),
        ("1.addr_info.0.scope", GONE, "the key 'scope'"),
        ("1.addr_info.0.prefixlen", GONE, "the key 'prefixlen'"),
        ("1.addr_info.0.prefixlen", 33, "a prefixlen of family inet"),
        ("1.addr_info.2.prefixlen", 129, "a prefixlen of family inet6"),
        ("1.addr_info.0.local", "10.1.0", "an address of family inet, found '10.1.0'"),
        ("1.addr_info.0.local", "fd00::1", "an address of family inet, found 'fd00::1'"),
        ("1.addr_info.2.local", "10.1.0.2", "an address of family inet6, found '10.1.0.2'"),
    ],
)
def test_what_no_release_prints_is_refused(path: str, new: object, said: str) -> None:
    """What is missing, of another type, or out of range."""
    with pytest.raises(ParseError) as caught:
        edited(path, new)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text_", "said"),
    [
        ("", "a JSON array, found nothing"),
        ((FOLDER / "message-no-device.txt").read_text(), "a JSON array, found 'Device \"eth9\" does not exist.'"),
        ((FOLDER / "message-no-json.txt").read_text(), 'a JSON array, found \'Option "-j" is unknown, try "ip -help".\''),
        ("1: lo: <LOOPBACK,UP> mtu 65536\n    inet 127.0.0.1/8\n", "a JSON array, found '1: lo: <LOOPBACK,UP> mtu 65536'"),
        ("{}", "a JSON array, found '{}'"),
        ("[]", "at least one interface, found '[]'"),
        ("[{},{}]", "at least one interface, found '[{},{}]'"),
        ("[{}] Dump terminated", "found '{\"interfaces\": [{}] Dump terminated'"),
        ("[{}]}", "the end of the array, found '}'"),
        ('[{}],"more":1', "only interfaces in the document, found \"the key 'more'\""),
        ('[{}],"interfaces":[]', "the key 'interfaces' twice"),
        ("[{}][{}]", "a whole JSON document"),
    ],
)
def test_what_is_not_one_array_is_refused(text_: str, said: str) -> None:
    """A message is quoted."""
    with pytest.raises(ParseError) as caught:
        parse(text_)
    assert said in str(caught.value)


def test_a_node_is_read() -> None:
    """Name, kind, state, MTU and addresses of every interface."""
    record = recorded("node")
    assert [each.name for each in record.interfaces] == ["lo", "eth0", "ib0", "eth1", "eth0.100", "veth12ab", "tun0", "docker0"]
    assert [each.link_type for each in record.interfaces] == ["loopback", "ether", "infiniband", *["ether"] * 3, "none", "ether"]
    eth0, eth1 = record.find("eth0"), record.find("eth1")
    assert eth0 is not None
    assert eth1 is not None
    assert (eth0.operstate, eth0.mtu_bytes) == (Reading("UP", "text", "eth0.operstate: UP"), Reading(9000, "bytes", "eth0.mtu: 9000"))
    assert eth0.flags == ("BROADCAST", "MULTICAST", "UP", "LOWER_UP")
    assert (eth1.operstate, eth1.flags[0], eth1.addresses) == (Reading("DOWN", "text", "eth1.operstate: DOWN"), "NO-CARRIER", ())
    assert all_of(record, "eth0")[:2] == [
        Address("inet", "10.1.0.2", 16, "global", ()),
        Address("inet", "10.1.0.200", 16, "global", ("secondary",)),
    ]
    assert [each.flags for each in all_of(record, "eth0.100")] == [("dynamic",), ("deprecated",), ("temporary", "dynamic")]
    assert record.usable("eth0.100", "ipv6") == ("fd00:3::2", "2001:db8:3::9")
    assert (record.usable("ib0", "ipv4"), record.usable("ib0", "ipv6"), record.usable("lo", "ipv4")) == (("10.2.0.2",), (), ())
    assert [each.address for each in all_of(record, "tun0")] == ["10.8.0.1", "10.8.0.1"]
    assert (record.find("eth9"), record.find("eth"), record.usable("eth9", "ipv4"), record.complete) == (None, None, (), True)


def test_only_two_families_can_be_asked_for() -> None:
    """A word that means nothing is a fault of the caller, not an interface without addresses."""
    with pytest.raises(KeyError):
        recorded("node").usable("eth0", "inet")


def test_what_a_filter_left_out_is_passed_over() -> None:
    """Empty objects in the place of interfaces, in 4.15 in that of addresses too."""
    assert [each.name for each in recorded("filtered").interfaces] == ["lo", "eth0", "ib0", "eth0.100"]
    old = recorded("4.15")
    assert [each.name for each in old.interfaces] == ["lo", "eth0", "eth1", "tunl0"]
    assert (old.usable("eth0", "ipv4"), old.usable("eth0", "ipv6")) == (("10.1.0.2",), ("fd00:1::2",))


def test_what_iproute2_has_no_word_for_is_not_taken_for_anything() -> None:
    """A state by its number is Absent; a flag stays a number; other families have no addresses here."""
    eth0 = recorded("new-state").find("eth0")
    assert eth0 is not None
    assert (eth0.operstate, eth0.flags[-2:]) == (Absent("eth0.operstate"), ("80000", "M-DOWN"))
    assert {each.family for each in eth0.addresses} == {"inet", "inet6"}
    assert edited("1.mtu", GONE).interfaces[1].mtu_bytes == Absent("eth0.mtu")


@pytest.mark.parametrize("word", OPERSTATES)
def test_every_state_is_read_as_it_is_printed(word: str) -> None:
    """Also those that are not good."""
    assert edited("1.operstate", word).interfaces[1].operstate == Reading(word, "text", f"eth0.operstate: {word}")


@pytest.mark.parametrize("name", READ)
def test_layout_and_line_ends_mean_nothing(name: str) -> None:
    """On one line, on many, with the line ends of another system."""
    assert parse(json.dumps(json.loads(text(name)), indent=4).replace("\n", "\r\n")) == recorded(name)


@pytest.mark.parametrize("name", READ)
def test_exactly_the_good_recordings_are_healthy(name: str) -> None:
    """And all are whole."""
    assert recorded(name).complete
    assert HEALTHY["ip-addr"](recorded(name)) == (f"ip_addr/{name}.json" not in BAD["ip-addr"])


@pytest.mark.parametrize("name", READ)
def test_a_text_cut_anywhere_is_refused(name: str) -> None:
    """The array closes at the very end."""
    whole = text(name).rstrip("\n")
    for end in range(len(whole)):
        with pytest.raises(ParseError):
            parse(whole[:end])


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_damage_never_breaks_the_parser(data: st.DataObject) -> None:
    """There is a record or a ParseError."""
    damaged = data.draw(changed(text(data.draw(st.sampled_from(READ)))))
    try:
        record = parse(damaged)
    except ParseError:
        return
    assert json.dumps(plain(record))
    assert len({each.name for each in record.interfaces}) == len(record.interfaces) > 0


@NEEDS_IP
def test_the_addresses_of_this_host_are_read() -> None:
    """As the program prints them here; loopback is everywhere, and no way to another host."""
    printed = subprocess.run(["ip", "-j", "addr", "show"], capture_output=True, text=True, check=False)
    if printed.returncode != 0:
        pytest.skip(f"ip -j addr show does not run here: {printed.stderr.strip()}")
    record = parse(printed.stdout)
    lo = record.find("lo")
    assert lo is not None
    assert (lo.link_type, record.usable("lo", "ipv4"), record.usable("lo", "ipv6")) == ("loopback", (), ())
    assert [each.name for each in record.interfaces] == [entry["ifname"] for entry in json.loads(printed.stdout)]


@NEEDS_IP
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("unshare") is None, reason="needs root and unshare to make a network namespace")
def test_interfaces_that_were_made_for_this_are_read_as_they_were_made() -> None:
    """A pair of veths, a tunnel and, where the kernel has them, a VLAN, in a network namespace of their own."""
    made = subprocess.run(["unshare", "--net", "sh", "-c", IN_A_NAMESPACE], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no interfaces can be made here: {made.stderr.strip()}")
    up, whole = (parse(printed) for printed in made.stdout.split("\n\n"))
    a0 = whole.find("a0")
    assert a0 is not None
    assert (a0.link_type, a0.mtu_bytes) == ("ether", Reading(4000, "bytes", "a0.mtu: 4000"))
    assert set(whole.usable("a0", "ipv4")) == {"10.9.0.1", "10.9.0.2", "10.9.1.1"}
    assert (whole.usable("a0", "ipv6"), whole.usable("b0", "ipv4"), whole.usable("b0", "ipv6")) == (("fd00:9::1",), (), ())
    assert "tentative" in next(each.flags for each in all_of(whole, "b0") if each.address == "fd00:9::2")
    assert {"lo", "a0", "b0"} <= {each.name for each in up.interfaces} <= {each.name for each in whole.interfaces}
