"""Does every interface of every peer answer, soon and with what was sent, and is every host the one that it should be?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from parsers.reading import ErrorWord

if TYPE_CHECKING:
    from fixtures.devices import Port
    from fixtures.judging import Judge
    from fixtures.links import HostFacts, Peer
    from fixtures.probing import Reached

pytestmark = pytest.mark.ping


def test_own_interfaces(own_ports: list[Peer], judge: Judge) -> None:
    """A node without one of its promised interfaces, or with it down, has the others answer by another way, and nobody sees it."""
    for own in own_ports:
        judge_port(judge, own, about=own.port.id)
    if judge.verdict == "FAIL" and all(own.is_up for own in own_ports):
        judge.fault_class = "configuration"  # an address or an MTU that somebody has set


def test_host(peer_host: HostFacts, judge: Judge) -> None:
    """Numbers of a host that is not the one in the list, or that lives at another time, are nobody's numbers."""
    judge.subject = "peer"
    if peer_host.problem:
        judge_missing(judge, peer_host)
        return
    if peer_host.has_name:
        judge("ping.right_name", peer_host.right_name, told=True)
    else:  # given by its address: nobody said what it is called
        judge.record("ping.right_name", peer_host.right_name)
    is_itself = not peer_host.has_name or judge.verdict == "PASS"
    judge("ping.clock_offset_s", peer_host.clock_offset_s)
    if is_itself and judge.verdict in ("FAIL", "WARN"):
        peer_host.blame_clock(judge)
    if is_itself and judge.verdict == "FAIL":
        judge.fault_class = "configuration"  # a clock is set and is not exchanged


def test_reach(peer: Peer, judge: Judge, reached: Callable[[Port], list[Reached]], blame_ping: Callable[[Port], None]) -> None:
    """One reply in a hundred that is lost, late, cut or altered ruins a job of a thousand GPUs, and ping's exit code is 0."""
    judge_port(judge, peer)
    judge.subject = {"PASS": "node", "FAIL": "peer"}.get(judge.verdict, "undecided")
    for found in reached(peer.port):
        judge_echoes(judge, found, peer.port.interface)
    if judge.verdict in ("FAIL", "WARN") and judge.subject != "peer":
        blame_ping(peer.port)


def judge_missing(judge: Judge, host: HostFacts) -> None:
    """A node that does not run its pod is a host that is missing; one whose addresses nobody knows cannot be measured."""
    if host.has_pod is not None:
        judge("ping.has_pod", host.has_pod, told=True)
    else:
        judge("ping.has_pod", ErrorWord("not known", host.problem))


def judge_port(judge: Judge, peer: Peer, about: str | None = None) -> None:
    """Whether the port is there, up and as large as promised."""
    judge("ping.has_interface", peer.has_interface, output=peer.interface_output, about=about, told=True)
    if peer.mtu_bytes is not None:
        judge("ping.mtu_bytes", peer.mtu_bytes, tool=peer.port.interface, output=peer.interface_output, about=about)


def judge_echoes(judge: Judge, found: Reached, interface: str) -> None:
    """What the replies from one address have to be."""
    echoes, output, about = found.echoes, found.outputs[-1], found.target.address
    if isinstance(echoes.loss_percent, ErrorWord):  # then nothing is known of the rest either, for the same reason
        judge("ping.loss_percent", echoes.loss_percent, tool=interface, output=output, about=about)
        return
    for name, field in (
        ("loss_percent", echoes.loss_percent), ("rtt_avg_ms", echoes.rtt_avg_ms), ("rtt_max_ms", echoes.rtt_max_ms),
        ("duplicates", echoes.duplicates), ("damaged", echoes.damaged), ("other_address", echoes.other_address),
        ("icmp_errors", echoes.icmp_errors),
    ):  # fmt: skip
        judge(f"ping.{name}", field, tool=interface, output=output, about=about)
    if found.full_mtu_loss_percent is not None:
        judge("ping.full_mtu_loss_percent", found.full_mtu_loss_percent, tool=interface, output=found.full_mtu_output, about=about)
    judge.record("ping.rtt_min_ms", echoes.rtt_min_ms, output=output, about=about)
    judge.record("ping.rtt_mdev_ms", echoes.rtt_mdev_ms, output=output, about=about)
