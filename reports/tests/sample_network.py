"""Makes the journal of a fabric that never was: hosts n1, n2 ... with a bad interface, a bad link, a silent host, and a marginal flow."""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.tests import sample

Record = dict[str, Any]
RECEIVED = sample.limit(
    "iperf.received_gbit_s", "Gbit/s", min=80.0, warn=82.0, theoretical=100.0, impossible_above=100.0, conditions="8 streams, 10 s"
)
RESENT = sample.limit("iperf.retransmit_share", "share", max=0.01)
LOST, MEAN = sample.limit("ping.loss_percent", "%", max=0), sample.limit("ping.rtt_avg_ms", "ms", max=1.0)
Outcome = tuple[str, float | None]
"""A verdict, and what was received in Gbit/s."""
GOOD: Outcome = ("PASS", 93.4)
SUSPECT = {"kind": "interface", "name": "n3.eth0", "why": "all 14 of 14 flows with n3.eth0 fail, also with 3 partners that pass elsewhere"}


def hosts(count: int) -> list[str]:
    """The names n1 to n`count`."""
    return [f"n{number}" for number in range(1, count + 1)]


def network(names: Sequence[str], interfaces: Sequence[str] = ("eth0",), pairs: str = "full", by_host: bool = False) -> Record:
    """The network of a run record."""
    ports = [{"name": name, "kind": "ethernet", "rate_gbit_s": 100.0, "mtu": 9000} for name in interfaces]
    told = {"pairs": pairs, "source": "peers.toml", "by_host": by_host}
    return {"own": names[0], "hosts": list(names), "interfaces": ports, **told}


def flow_readings(verdict: str, rate: float | None, about: str | None = None) -> list[Record]:
    """What a check records of a flow; an ERROR has a reading without a value, a SKIP has none."""
    if verdict == "SKIP":
        return []
    reason = "iperf3 did not end within 60 s and was killed" if rate is None else ""
    received = sample.reading("iperf.received_gbit_s", rate, RECEIVED, verdict, about=about, reason=reason)
    return [received, sample.reading("iperf.retransmit_share", 0.0002, RESENT, "PASS", about=about)]


def flow(sender: str, receiver: str, interface: str, outcome: Outcome = GOOD, **more: object) -> Record:
    """The item of one flow."""
    verdict, rate = outcome
    reason = {"FAIL": f"{rate} Gbit/s is below 80 Gbit/s", "ERROR": "iperf3 did not end within 60 s", "WARN": "near its limit"}
    evidence = [f"{sender}/{sender}--{receiver}.{interface}.iperf3.flow.1"]
    known = {"reason": reason.get(verdict, ""), "evidence": evidence, "seconds": 12.1, **more}
    return sample.item(f"iperf.flow[{sender}--{receiver}.{interface}]", verdict, flow_readings(verdict, rate), **known)


def flows(told: Mapping[str, Any], outcomes: Mapping[tuple[str, str, str], Outcome] | None = None) -> list[Record]:
    """The items of all flows of a network, good but for the `outcomes` of (sender, receiver, interface); failed ones have a suspect."""
    changed = outcomes or {}
    found = []
    for interface, (a, b) in itertools.product(told["interfaces"], itertools.permutations(told["hosts"], 2)):
        outcome = changed.get((a, b, interface["name"]), GOOD)
        accused = {"suspect": SUSPECT, "subject": "peer"} if outcome[0] == "FAIL" else {}
        found.append(flow(a, b, interface["name"], outcome, **accused))
    return found


def sent(told: Mapping[str, Any], rate: Callable[[str, str], float | None], **more: object) -> Iterator[Record]:
    """The items of a network by host: one for each sender and interface, with readings about each flow for which there is a rate."""
    for interface, sender in itertools.product((each["name"] for each in told["interfaces"]), told["hosts"]):
        rates = {receiver: rate(sender, receiver) for receiver in told["hosts"] if receiver != sender}
        readings = [
            reading
            for receiver, value in rates.items() if value is not None
            for reading in flow_readings("FAIL" if value < 80 else "PASS", value, f"{sender}--{receiver}.{interface}")
        ]  # fmt: skip
        verdict = "FAIL" if any(reading["verdict"] == "FAIL" for reading in readings) else "PASS" if readings else "ERROR"
        accused = {"suspect": SUSPECT, "subject": "peer"} if verdict == "FAIL" else {}
        yield sample.item(f"iperf.flow[{sender}.{interface}]", verdict, readings, **{"evidence": [], **accused, **more})


def pings(told: Mapping[str, Any]) -> list[Record]:
    """The items of ping for all peers, all of them good."""
    peers = [name for name in told["hosts"] if name != told["own"]]
    clock = sample.limit("ping.clock_offset_s", "s", max=1.0)
    named = sample.limit("ping.right_name", "count", equals=1)
    asked = [
        [
            sample.reading("ping.right_name", 1, named, "PASS", source_line=f"it calls itself {name}, --peers calls it {name}"),
            sample.reading("ping.clock_offset_s", 0.012, clock, "PASS"),
        ]
        for name in peers
    ]
    found = [sample.item(f"ping.host[{name}]", "PASS", readings, evidence=[]) for name, readings in zip(peers, asked, strict=True)]
    return [*found, *(reach(name, each["name"]) for each in told["interfaces"] for name in peers)]


def reach(peer: str, interface: str, lost: float = 0.0, **more: object) -> Record:
    """The item of a peer's interface, of which `lost` per cent of the replies did not come."""
    verdict = "FAIL" if lost else "PASS"
    trips = [sample.reading(f"ping.rtt_{name}_ms", value, MEAN, "PASS") for name, value in (("avg", 0.112), ("max", 0.304))]
    readings = [sample.reading("ping.loss_percent", lost, LOST, verdict), *(trips if lost < 100 else [])]
    return sample.item(f"ping.reach[{peer}.{interface}]", verdict, readings, **{"evidence": [], **more})


def troubled(told: Mapping[str, Any]) -> list[Record]:
    """Items of eight hosts or more: n3.eth0 is slow, one link loses half, n7 let nobody in, one flow is marginal, n5.eth0 is silent."""
    chance = random.Random(7)
    names, first = told["hosts"], told["interfaces"][0]["name"]
    found: dict[tuple[str, str, str], Outcome] = {}
    for interface, (a, b) in itertools.product((each["name"] for each in told["interfaces"]), itertools.permutations(names, 2)):
        found[a, b, interface] = ("PASS", round(chance.uniform(88, 94.1), 4))
    for other in names:
        found[names[2], other, first], found[other, names[2], first] = ("FAIL", 23.4 + len(other)), ("FAIL", 61.5)
        found[names[6], other, first] = ("ERROR", None)
    found[names[3], names[4], first], found[names[0], names[1], first] = ("FAIL", 45.2), ("WARN", 81.1)
    items = flows(told, found)
    link = {"kind": "link", "name": f"{names[3]}--{names[4]}.{first}", "why": "only this flow fails, 6 of 6 others of both ends pass"}
    lost = {"suspect": {"kind": "undecided", "name": "", "why": "no other peer was asked"}, "subject": "undecided", "reason": "no reply"}
    changed = {f"iperf.flow[{names[3]}--{names[4]}.{first}]": {"suspect": link, "subject": "fabric"}}
    answers = [reach(names[4], first, 100.0, **lost) if it["id"] == f"ping.reach[{names[4]}.{first}]" else it for it in pings(told)]
    return [*answers, *({**item, **changed.get(item["id"], {})} for item in items)]


def records(told: Mapping[str, Any], items: Sequence[Record], **more: object) -> list[Record]:
    """All lines of the journal of a run that requires these items and the GPUs' of the other sample."""
    required = [*sample.REQUIRED, *(item["id"] for item in items)]
    middle = sample.records([*sample.troubled_items(), *items])[1:-1]
    return [sample.run(network=told, required=required, not_required={}, **more), *middle, sample.end()]


def main() -> None:
    """Write the troubled fabric's journal into a folder, for `python -m reports FOLDER`."""
    parser = argparse.ArgumentParser(description="Write the journal of a fabric that never was.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hosts", type=int, default=8)
    parser.add_argument("--interfaces", default="eth0,eth1")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    told = network(hosts(arguments.hosts), arguments.interfaces.split(","))
    (folder / "journal.jsonl").write_bytes(sample.lines_of(records(told, troubled(told))))


if __name__ == "__main__":
    main()
