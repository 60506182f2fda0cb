"""The numbers of the network in report.html: a table of flows below each picture, and one of the peers and how they answer."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

from reports.flows import RECEIVED, RETRANSMITS, Flow, bound_words, received_words
from reports.margins import ORDER, deciding
from reports.markup import badge, row_link, table, text
from reports.words import function_of, suspect_name, value_words

Item = Mapping[str, Any]
_BAD_SHOWN, _OTHERS_SHOWN = 1000, 200
_FLOW_HEAD = ("Verdict", "Sender", "Receiver", "Received", "Limit", "Share of it", "Retransmitted", "Suspect")
_NAME, _CLOCK = "ping.right_name", "ping.clock_offset_s"
_LOSS, _MEAN, _LONGEST = "ping.loss_percent", "ping.rtt_avg_ms", "ping.rtt_max_ms"


def flow_table(flows: Sequence[Flow]) -> str:
    """A row for each flow of an interface, worst first, behind a line that opens it. Of many only those that matter most."""
    if not flows:
        return "<p>Nothing is recorded of any flow over this interface.</p>"
    bad = [flow for flow in flows if flow.verdict in ("FAIL", "ERROR", "SKIP")]
    others = [flow for flow in flows if flow.verdict not in ("FAIL", "ERROR", "SKIP")]
    shown = [*heapq.nsmallest(_BAD_SHOWN, bad, key=_urgency), *heapq.nsmallest(_OTHERS_SHOWN, others, key=_urgency)]
    summary = f"<summary>{_shown_words(len(bad), len(others))}</summary>"
    rows = table(_FLOW_HEAD, map(_flow_cells, shown), "flows")
    return f'<details class="hw-flows">{summary}<div class="hw-scroll">{rows}</div></details>'


def _urgency(flow: Flow) -> tuple[int, float]:
    return flow.place


def _shown_words(bad: int, others: int) -> str:
    if bad <= _BAD_SHOWN and others <= _OTHERS_SHOWN:
        return f"The numbers of all {bad + others:,} flows"
    of_bad = f"{min(bad, _BAD_SHOWN):,} of {bad:,} that failed or were not measured"
    of_others = f"{min(others, _OTHERS_SHOWN)} of {others:,} others, the lowest"
    return f"The numbers of {bad + others:,} flows: {of_bad}, and {of_others}; all are in results.json"


def _flow_cells(flow: Flow) -> list[str]:
    received, resent = flow.reading(RECEIVED), flow.reading(RETRANSMITS)
    share = "" if flow.share is None else f"{flow.share * 100:.1f} %"
    suspect = flow.item["suspect"] if flow.verdict == "FAIL" else None
    numbers = (received_words(received), bound_words(received).removeprefix("limit "), share, value_words(resent) if resent else "")
    word = badge(flow.verdict) if flow.verdict else "recorded"
    named = (flow.sender, flow.receiver, *numbers, suspect_name(suspect) if suspect else "")
    return [row_link(flow.item["id"], word), *map(text, named)]


def peer_table(results: Mapping[str, Any]) -> str:
    """A row for each peer: who it says it is, its clock, and over each interface what was lost and how long replies took."""
    told = results["network"]
    items = {item["id"]: item for item in results["items"] if function_of(item["id"]) in ("ping.host", "ping.reach")}
    if not items:
        return "<h3>Peers</h3><p>No peer was asked: there is no item of ping in these results.</p>"
    names = [interface["name"] for interface in told["interfaces"]]
    asked = [(peer, _items_of(peer, names, items)) for peer in told["hosts"] if peer != told["own"]]
    bad = [(peer, found) for peer, found in asked if _worst(found) != len(ORDER) - 1]
    good = [(peer, found) for peer, found in asked if _worst(found) == len(ORDER) - 1]
    shown = asked if len(asked) <= _OTHERS_SHOWN else [*sorted(bad, key=_worst_of)[:_BAD_SHOWN], *good[:_OTHERS_SHOWN]]
    head = ("Peer", "Name and clock", *(f"{text(name)}: lost; round trip, mean and longest" for name in names))
    rows = table(head, [_peer_cells(peer, found) for peer, found in shown], "peers")
    cut = "" if len(shown) == len(asked) else f", {len(shown)} of {len(asked)}, the worst first; all are in results.json"
    return f'<h3>Peers, as this node reaches them{cut}</h3><div class="hw-scroll hw-peers">{rows}</div>'


def _items_of(peer: str, interfaces: Sequence[str], items: Mapping[str, Item]) -> list[Item | None]:
    return [items.get(f"ping.host[{peer}]"), *(items.get(f"ping.reach[{peer}.{name}]") for name in interfaces)]


def _worst(found: Sequence[Item | None]) -> int:
    """The place of the worst verdict in ORDER; an item that is not there counts as an ERROR."""
    return min(ORDER.index(item["verdict"] if item else "ERROR") for item in found)


def _worst_of(entry: tuple[str, Sequence[Item | None]]) -> int:
    return _worst(entry[1])


def _peer_cells(peer: str, found: Sequence[Item | None]) -> list[str]:
    host, *interfaces = found
    return [text(peer), _cell(host, _host_words), *(_cell(item, _reach_words) for item in interfaces)]


def _cell(item: Item | None, words: Any) -> str:
    if item is None:
        return '<span class="hw-unasked">not asked</span>'
    why = f'<small class="why">{text(item["reason"])}</small>' if item["verdict"] != "PASS" and item["reason"] else ""
    return f"{row_link(item['id'], badge(item['verdict']))} {text(words(item))}{why}"


def _host_words(item: Item) -> str:
    name, clock = _reading(item, _NAME), _reading(item, _CLOCK)
    named = [] if name is None else ["named as it should be" if name["verdict"] == "PASS" else str(name["source_line"])]
    return "; ".join([*named, *([_clock_words(clock)] if clock else [])])


def _clock_words(clock: Mapping[str, Any]) -> str:
    return "clock not measured" if clock["value"] is None else f"clock off by {value_words(clock)}"


def _reach_words(item: Item) -> str:
    lost, mean, longest = (_reading(item, name) for name in (_LOSS, _MEAN, _LONGEST))
    trip = " / ".join(value_words(reading) for reading in (mean, longest) if reading)
    return "; ".join(part for part in (f"{value_words(lost)} lost" if lost else "", trip) if part)


def _reading(item: Item, name: str) -> Mapping[str, Any] | None:
    """The reading of that name; of several, such as one for each family of addresses, the worst."""
    return deciding([reading for reading in item["readings"] if reading["name"] == name])
