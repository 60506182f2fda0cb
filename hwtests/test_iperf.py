"""Does TCP between every two hosts reach the rate of the link, in both directions, with hardly anything sent twice?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fixtures.flow import Flow
    from fixtures.judging import Judge
    from fixtures.links import Sent

pytestmark = pytest.mark.iperf


def test_flow(pair: Sent, judge: Judge, blame_flows: Callable[[Iterable[Flow]], None]) -> None:
    """A port that trained at half its speed, or a cable that loses packets, answers every ping and slows every job down."""
    for flow in pair.flows:
        about = flow.id if pair.by_host else None
        judge("iperf.received_gbit_s", flow.received_gbit_s, tool=flow.interface, output=flow.output, about=about)
        judge("iperf.retransmit_share", flow.retransmit_share, tool=flow.interface, output=flow.output, about=about)
        judge.record("iperf.sender_cpu_percent", flow.sender_cpu_percent, output=flow.output, about=about)
        judge.record("iperf.receiver_cpu_percent", flow.receiver_cpu_percent, output=flow.output, about=about)
    if judge.verdict != "PASS":
        blame_flows(pair.flows)
