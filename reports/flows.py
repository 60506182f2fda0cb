"""
What is known of each flow between the hosts of a run.

It comes from the items of iperf.flow, one for each ordered pair of hosts, or, where an item stands for all that a host
sends, from the readings in it that are about the flow.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reports.margins import deciding
from reports.readings import worst_verdict
from reports.words import function_of, is_number, limit_words, quantity, suspect_name, value_words

FLOW, RECEIVED, RETRANSMITS = "iperf.flow", "iperf.received_gbit_s", "iperf.retransmit_share"
SAMPLE = "sample:"
Results = Mapping[str, Any]
Reading = Mapping[str, Any]
_PLACES = {"FAIL": 0, "ERROR": 1, "WARN": 2, "SKIP": 3, None: 4, "PASS": 5}
_REASON_SHOWN = 160


class Flow(NamedTuple):
    """
    What `sender` sends to `receiver`, and the item that says so.

    `verdict` is None where it was measured and nothing was judged. `share` is what was received by the least that the limit asks for.
    """

    sender: str
    receiver: str
    interface: str
    verdict: str | None
    share: float | None
    readings: Sequence[Reading]
    item: Mapping[str, Any]

    @property
    def is_measured(self) -> bool:
        """Whether a number was found that stands: neither ERROR nor SKIP."""
        return self.verdict not in ("ERROR", "SKIP")

    @property
    def place(self) -> tuple[int, float]:
        """A sort key: the worst first, and among equals the one that is least of its limit."""
        return _PLACES[self.verdict], math.inf if self.share is None else self.share

    def reading(self, name: str) -> Reading | None:
        """The reading of that name; of several the one that decides."""
        return _reading(self.readings, name)


Flows = Mapping[tuple[str, str], Flow]


def collect(results: Results) -> dict[str, dict[tuple[str, str], Flow]]:
    """The flows over each interface by sender and receiver; one of which nothing is recorded is not among them."""
    network = results["network"]
    items = {item["device"]: item for item in results["items"] if function_of(item["id"]) == FLOW}
    found = {}
    for interface in network["interfaces"]:
        flows = (_sent if network["by_host"] else _paired)(network, interface["name"], items)
        found[interface["name"]] = {(flow.sender, flow.receiver): flow for flow in flows}
    return found


def _paired(network: Mapping[str, Any], interface: str, items: Mapping[str, Any]) -> Iterator[Flow]:
    for sender, receiver in itertools.permutations(network["hosts"], 2):
        item = items.get(f"{sender}--{receiver}.{interface}")
        if item is not None:
            yield Flow(sender, receiver, interface, item["verdict"], _share(item["readings"]), item["readings"], item)


def _sent(network: Mapping[str, Any], interface: str, items: Mapping[str, Any]) -> Iterator[Flow]:
    for sender in network["hosts"]:
        item = items.get(f"{sender}.{interface}")
        if item is not None:
            yield from _sent_by(sender, interface, item, network)


def _sent_by(sender: str, interface: str, item: Mapping[str, Any], network: Mapping[str, Any]) -> Iterator[Flow]:
    by_flow: dict[str, list[Any]] = {}
    for reading in item["readings"]:
        by_flow.setdefault(reading["about"], []).append(reading)
    unmeasured = "SKIP" if item["verdict"] == "SKIP" else "ERROR"
    for receiver in network["hosts"]:
        readings = by_flow.get(f"{sender}--{receiver}.{interface}")
        if readings is not None:
            yield Flow(sender, receiver, interface, _verdict(readings), _share(readings), readings, item)
        elif receiver != sender and not network["pairs"].startswith(SAMPLE):
            yield Flow(sender, receiver, interface, unmeasured, None, (), item)


def _verdict(readings: list[Any]) -> str | None:
    """The worst of the judged; without one, a number that was only recorded is no error."""
    received = _reading(readings, RECEIVED)
    recorded = received is not None and is_number(received["value"])
    return worst_verdict(readings) or (None if recorded else "ERROR")


def _reading(readings: Sequence[Reading], name: str) -> Reading | None:
    found = [reading for reading in readings if reading["name"] == name]
    return found[0] if len(found) == 1 else deciding(found)


def _share(readings: Sequence[Reading]) -> float | None:
    received = _reading(readings, RECEIVED)
    least = (received["limit"] or {}).get("min") if received else None
    if received is None or not is_number(received["value"]) or not is_number(least) or least <= 0:
        return None
    return float(received["value"] / least)


def absent_words(network: Mapping[str, Any]) -> str:
    """Why nothing may be recorded of a flow."""
    if network["pairs"].startswith(SAMPLE):
        return f"not in the schedule {network['pairs']}" + (", or not measured" if network["by_host"] else "")
    return "not measured: nothing is recorded of it"


def flow_words(flow: Flow) -> str:
    """N3 to n5 over eth0: 93.4 Gbit/s, limit at least 80 Gbit/s, PASS."""
    return f"{flow.sender} to {flow.receiver} over {flow.interface}: {_result_words(flow)}"


def _result_words(flow: Flow) -> str:
    received = flow.reading(RECEIVED)
    value = received_words(received)
    if flow.verdict == "SKIP":
        return f"not measured, SKIP: {_why(flow)}"
    if flow.verdict == "ERROR":
        return f"{value}, ERROR: {_why(flow)}"
    told = (f"{value}, {bound_words(received)}, " if received else "") + (flow.verdict or "not judged")
    suspect = flow.item["suspect"] if flow.verdict == "FAIL" else None
    return told + _also_failed(flow) + (f", suspect {suspect_name(suspect)}" if suspect else "")


def received_words(reading: Reading | None) -> str:
    """The rate with four digits, or with as many as it takes to tell it from its limit."""
    if reading is None or not is_number(reading["value"]):
        return "not measured"
    value, least = reading["value"], (reading["limit"] or {}).get("min")
    short = float(f"{value:.4g}")
    told = value if is_number(least) and (short < least) != (value < least) else short
    return quantity(told, reading["unit"])


def bound_words(reading: Reading | None) -> str:
    """Limit at least 80 Gbit/s."""
    limit = reading["limit"] if reading else None
    if limit is None:
        return "no limit"
    plain = limit["min"] is not None and limit["max"] is None and limit["equals"] is None
    return f"limit at least {quantity(limit['min'], limit['unit'])}" if plain else f"limit {limit_words(limit)}"


def _also_failed(flow: Flow) -> str:
    failed = [reading for reading in flow.readings if reading["verdict"] == "FAIL" and reading["name"] != RECEIVED]
    told = "; ".join(f"{reading['name']} {value_words(reading)}, limit {limit_words(reading['limit'])}" for reading in failed)
    return f" ({told})" if told else ""


def _why(flow: Flow) -> str:
    reasons = [reading["reason"] for reading in flow.readings if reading["verdict"] == "ERROR" and reading["reason"]]
    return str("; ".join(reasons) or flow.item["reason"] or "no reason is given")[:_REASON_SHOWN]
