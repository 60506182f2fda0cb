"""The network in report.html: who took part, what was measured of how much, who is suspected, and the pictures and tables of it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reports.flows import FLOW, SAMPLE, Flow, Flows, absent_words, collect, flow_words
from reports.heat import DIAGONAL, HEAT, UNJUDGED, lines, mark, paint, pattern
from reports.margins import ORDER
from reports.markup import badge, facts, row_link, text
from reports.matrix import matrix
from reports.network_tables import flow_table, peer_table
from reports.words import check_of, function_of, quantity, suspect_name

Results = Mapping[str, Any]
Item = Mapping[str, Any]
_CHECKS = ("ping", "iperf")
_OWN = "ping.own_interfaces[node]"
_LINKS_SHOWN = 30
_WHYS_SHOWN = 3
_UNMEASURED = (
    ("error", "not measured, or no result that stands (ERROR)"), ("absent", "not in the schedule, or not run"),
    ("skip", "left out by the spec (SKIP)"),
)  # fmt: skip
_MARKED = ((3, "FAIL", "crossed: FAIL"), (4, "WARN", "struck: WARN"))


def network(results: Results) -> str:
    """The section; empty where no other host took part."""
    told = results["network"]
    if told is None:
        return ""
    flows = collect(results)
    parts = (_about(results), _schedule(told, flows), _suspects(results["items"]), _flows(results, flows), peer_table(results))
    return f'<h2 id="hw-network">Network</h2>{"".join(parts)}'


def _about(results: Results) -> str:
    told = results["network"]
    own = next((f" {row_link(item['id'], badge(item['verdict']))}" for item in results["items"] if item["id"] == _OWN), "")
    links = (f"{each['name']}: {each['kind']}, {quantity(each['rate_gbit_s'], 'Gbit/s')}{_mtu(each)}" for each in told["interfaces"])
    return facts({
        "this node": text(told["own"]) + own, "hosts": f"{len(told['hosts']):,} <small>{text(told['source'])}</small>",
        "interfaces": "<br>".join(map(text, links)) or "none",
    })  # fmt: skip


def _mtu(interface: Mapping[str, Any]) -> str:
    return "" if interface["mtu"] is None else f", MTU {interface['mtu']}"


def _schedule(told: Mapping[str, Any], flows: Mapping[str, Flows]) -> str:
    hosts = len(told["hosts"])
    possible = hosts * (hosts - 1)
    measured = "; ".join(f"{name}: {_measured(found):,} of {possible:,}" for name, found in flows.items())
    said = f"Ordered pairs of hosts that were measured, of all that are possible: {measured}." if measured else ""
    return f"<p>Schedule <strong>{text(told['pairs'])}</strong>: {text(schedule_words(told['pairs'], hosts))}. {text(said)}</p>"


def schedule_words(pairs: str, hosts: int) -> str:
    """What the schedule `pairs` means for what was measured."""
    if pairs == "ring":
        return "as Autopilot; every interface carries two flows in each step"
    if pairs == "full":
        return "every interface in one pair at a time, both directions one after the other"
    rounds, every = int(pairs.removeprefix(SAMPLE)), hosts - 1 + hosts % 2
    if rounds >= every:
        return f"{rounds} rounds of full, which has no more"
    return f"{rounds} rounds of full, so {'most' if 2 * rounds < every else 'some'} pairs were not measured"


def _measured(flows: Flows) -> int:
    return sum(flow.is_measured for flow in flows.values())


def _suspects(items: Sequence[Item]) -> str:
    """Who is suspected, for what reason and by which items; those that stand behind most items first."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        if item["suspect"] and check_of(item["id"]) in _CHECKS:
            groups.setdefault(suspect_name(item["suspect"]), []).append(item)
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    listed = "".join(f"<li>{_suspect(name, group)}</li>" for name, group in ordered)
    return f'<h3>Suspects</h3><ul class="hw-suspects">{listed}</ul>' if listed else f"<h3>Suspects</h3><p>{_nobody(items)}</p>"


def _suspect(name: str, group: Sequence[Item]) -> str:
    reasons = list(dict.fromkeys(item["suspect"]["why"] for item in group if item["suspect"]["why"]))
    more = f"; and {len(reasons) - _WHYS_SHOWN} reasons more" if len(reasons) > _WHYS_SHOWN else ""
    links = "; ".join(f"{text(function)} {' '.join(linked)}" for function, linked in _links(group[:_LINKS_SHOWN]).items())
    rest = f" and {len(group) - _LINKS_SHOWN:,} more" if len(group) > _LINKS_SHOWN else ""
    number = f"{len(group):,} item{'s' if len(group) > 1 else ''}"
    return f"<strong>{text(name)}</strong>: {text('; '.join(reasons[:_WHYS_SHOWN]) + more)}<small>{number}: {links}{rest}</small>"


def _links(group: Sequence[Item]) -> dict[str, list[str]]:
    """Links to the rows of items by the device, for each function."""
    found: dict[str, list[str]] = {}
    for item in group:
        found.setdefault(function_of(item["id"]), []).append(row_link(item["id"], text(item["device"])))
    return found


def _nobody(items: Sequence[Item]) -> str:
    verdicts = Counter(item["verdict"] for item in items if check_of(item["id"]) in _CHECKS)
    if verdicts["FAIL"]:
        return "None was named for what failed; see the rows."
    return "None: nothing that was measured failed." if verdicts["PASS"] + verdicts["WARN"] else "None: nothing was measured."


def _flows(results: Results, flows: Mapping[str, Flows]) -> str:
    if not any(function_of(item["id"]) == FLOW for item in results["items"]):
        return f"<h3>Flows</h3><p>No flow was measured: there is no item of {FLOW} in these results.</p>"
    figures = "".join(_figure(number, name, found, results["network"]) for number, (name, found) in enumerate(flows.items()))
    return f'<h3>Flows, by sender (row) and receiver (column)</h3>{_legend()}<div class="hw-matrices">{figures}</div>'


def _figure(number: int, interface: str, flows: Flows, told: Mapping[str, Any]) -> str:
    picture = matrix(number, interface, told["hosts"], told["own"], flows, absent_words(told))
    counts = Counter(flow.verdict for flow in flows.values())
    badges = " ".join(f"{badge(word)} {counts[word]:,}" for word in ORDER if counts[word])
    measured = [flow for flow in flows.values() if flow.is_measured and flow.share is not None]
    slowest = f"<small>lowest: {text(flow_words(min(measured, key=_share)))}</small>" if measured else ""
    caption = f"<figcaption><strong>{text(interface)}</strong> {badges}{slowest}</figcaption>"
    return f'<figure>{caption}<div class="hw-picture">{picture}</div>{flow_table(list(flows.values()))}</figure>'


def _share(flow: Flow) -> float:
    return flow.share or 0.0


def _legend() -> str:
    """What the colours, hatches and marks mean."""
    swatches = [_swatch(heat.colour, heat.words) for heat in HEAT]
    swatches.append(_swatch(UNJUDGED, "measured, not judged"))
    swatches += [_swatch(paint(kind, "hw-key"), said, pattern(f"hw-key-{kind}", kind)) for kind, said in _UNMEASURED]
    striped = f'<path fill="{HEAT[-1].colour}" d="M0 0h14v14h-14z"/>{pattern("hw-key-partly", "partly")}'
    swatches.append(_swatch(paint("partly", "hw-key"), "a part of the flows of this cell was measured", striped))
    swatches += [_swatch(HEAT[step].colour, said, "", lines(word, [mark(word, 2, 2, 10)])) for step, word, said in _MARKED]
    swatches.append(_swatch(DIAGONAL, "the host itself"))
    return f'<ul class="hw-legend">{"".join(swatches)}</ul>'


def _swatch(fill: str, said: str, below: str = "", above: str = "") -> str:
    square = f'{below}<path fill="{fill}" stroke="#98a3b1" stroke-width=".6" d="M0 0h14v14h-14z"/>{above}'
    return f'<li><svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">{square}</svg>{text(said)}</li>'
