"""How many warnings are too many, and whose they have to be to reject the node."""

from __future__ import annotations

import pytest

from reports.tests import sample, sample_network
from reports.tests.test_results import REQUIRED, Item, judged, with_changes


@pytest.mark.parametrize(("mine", "verdict"), [(0, "INCOMPLETE"), (2, "INCOMPLETE"), (3, "REJECTED")])
def test_warnings_of_others_do_not_reject_the_node(mine: int, verdict: str) -> None:
    """Six marginal flows of which too few are the node's: it is not to blame, and it was not shown to be good."""
    subjects = ["node"] * mine + ["peer", "fabric", "undecided", "peer", "fabric", "undecided"][: 6 - mine]
    changed = [sample.item(name, "WARN", subject=subject) for name, subject in zip(REQUIRED[4:], subjects, strict=False)]
    found, why = judged(with_changes(*changed))
    told = "3 items of pciebw are WARN, 2 are allowed:"
    if mine < 3:
        told = f"6 items of pciebw are WARN, 2 are allowed, {mine} with subject node:"
    assert (found, len(why)) == (verdict, 1 if mine == 3 else 2)
    assert why[0].startswith(f"{verdict} because {told} pciebw.link[gpu0] ")


def test_warnings_of_others_within_the_number_allowed_are_accepted() -> None:
    """Whoever they are of: two are allowed."""
    assert judged(with_changes(*(sample.item(name, "WARN", subject="peer") for name in REQUIRED[4:6])))[0] == "ACCEPTED"


@pytest.mark.parametrize(("near", "verdict"), [(0, "ACCEPTED"), (2, "ACCEPTED"), (3, "REJECTED"), (7, "REJECTED")])
def test_an_item_of_many_flows_is_as_many_warnings(near: int, verdict: str) -> None:
    """A node that is marginal in all that it sends is one item above 64 hosts, and as marginal as below."""
    items = [by_host(sender, near if sender == "n1" else 0) for sender in sample_network.hosts(8)]
    found, why = judged(items, required=[item["id"] for item in items])
    assert found == verdict
    told = f"REJECTED because {near} flows in 1 items of iperf are WARN, 2 are allowed: iperf.flow[n1.eth0] 81 Gbit/s"
    assert why[0].startswith(told if verdict == "REJECTED" else "ACCEPTED: 8 of 8 required items passed")


def test_a_marginal_flow_of_two_readings_is_one_warning() -> None:
    """Slow, and with many segments sent twice: it is one cable."""
    item = by_host("n1", 2)
    near = sample.limit("iperf.retransmit_share", "share", max=0.01, warn=0.0001)
    again = [sample.reading("iperf.retransmit_share", 0.005, near, "WARN", about=reading["about"]) for reading in item["readings"][:4:2]]
    assert judged([{**item, "readings": [*item["readings"], *again]}], required=[item["id"]])[0] == "ACCEPTED"


def by_host(sender: str, near: int) -> Item:
    """All that a host sends to seven others, so many of which are near their limit."""
    receivers = [name for name in sample_network.hosts(8) if name != sender]
    outcomes = [("WARN", 81.0)] * near + [("PASS", 93.0)] * (7 - near)
    told = [sample_network.flow_readings(*outcome, f"{sender}--{name}.eth0") for name, outcome in zip(receivers, outcomes, strict=True)]
    return sample.item(f"iperf.flow[{sender}.eth0]", "WARN" if near else "PASS", [each for listed in told for each in listed], evidence=[])
