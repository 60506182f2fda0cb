"""The network's part of report.html: how much was measured, who is suspected, and every number with the way to its row."""

from __future__ import annotations

import html
import re
import time
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from reports import html as report
from reports import junit, results
from reports.columns import details, row
from reports.network import network, schedule_words
from reports.schema import first_problem
from reports.tests import sample, sample_network
from reports.tests.test_html import HOSTILE, Tags

HOSTS = sample_network.hosts(8)
TOLD = sample_network.network(HOSTS, ["eth0", "eth1"])
Document = dict[str, Any]


def document(items: list[Document] | None = None, told: Document | None = TOLD) -> Document:
    """The results of the troubled fabric, or of one with these items; what is not among them did not run."""
    required = [item["id"] for item in sample_network.troubled(TOLD)]
    run = sample.run(network=told, required=required)
    return results.build(run, sample_network.troubled(TOLD) if items is None else items, sample.end())


def section(found: Document) -> str:
    """The text of the network's part, without its markup."""
    return " ".join(Tags(network(found)).said.split())


def table_rows(markup: str, kind: str) -> list[list[str]]:
    """The cells of the first table of that kind, as text."""
    body = markup.partition(f'<table class="hw-table {kind}">')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [[Tags(cell).said.strip() for cell in re.findall(r"<td>(.*?)</td>", line)] for line in re.findall(r"<tr>(.*?)</tr>", body)]


def test_the_document_of_the_sample_is_as_published() -> None:
    """Network, suspects and readings about flows are parts of what schema.json publishes."""
    assert first_problem(document()) == ""
    by_host = sample_network.network(HOSTS, by_host=True)
    items = list(sample_network.sent(by_host, lambda a, b: 20.0 if "n3" in (a, b) else 93.0))
    assert first_problem(results.build(sample.run(network=by_host, required=[items[0]["id"]]), items, sample.end())) == ""


def test_without_other_hosts_there_is_no_such_part() -> None:
    """A node that was tested alone has no network to show, and its page is what it was."""
    assert network(document(told=None)) == ""
    assert (
        "hw-network"
        not in report.page(results.build(sample.run(), sample.good_items(), sample.end())).decode().partition("</style><div")[2]
    )


@pytest.mark.parametrize(
    ("pairs", "hosts", "words"),
    [
        ("ring", 8, "as Autopilot; every interface carries two flows in each step"),
        ("full", 8, "every interface in one pair at a time, both directions one after the other"),
        ("sample:2", 8, "2 rounds of full, so most pairs were not measured"),
        ("sample:6", 8, "6 rounds of full, so some pairs were not measured"),
        ("sample:7", 8, "7 rounds of full, which has no more"), ("sample:8", 9, "8 rounds of full, so some pairs were not measured"),
    ],
)  # fmt: skip
def test_the_schedule_is_told_in_words(pairs: str, hosts: int, words: str) -> None:
    """A ring loads every interface twice over, and a sample leaves pairs out: a number means nothing without that."""
    assert schedule_words(pairs, hosts) == words
    told = sample_network.network(sample_network.hosts(hosts), pairs=pairs)
    assert f"Schedule {pairs}: {words}." in section(document([], told))


def test_it_says_how_many_of_the_possible_pairs_were_measured() -> None:
    """An ERROR is not measured, a FAIL is."""
    assert "Ordered pairs of hosts that were measured, of all that are possible: eth0: 50 of 56; eth1: 56 of 56." in section(document())
    assert "eth0: 0 of 56; eth1: 0 of 56." in section(document([]))


def test_suspects_are_listed_with_reason_and_links_to_their_items() -> None:
    """Fourteen failed flows are one cable: whoever goes to the rack reads this list."""
    listed = network(document()).partition("<h3>Suspects</h3>")[2].partition("</ul>")[0]
    entries = [" ".join(Tags(entry).said.split()) for entry in listed.split("</li>")[:-1]]
    assert [entry.partition(":")[0] for entry in entries] == ["interface n3.eth0", "undecided", "link n4--n5.eth0"]
    assert entries[0].startswith(
        "interface n3.eth0: all 14 of 14 flows with n3.eth0 fail, also with 3 partners that pass elsewhere14 items: "
    )
    assert listed.count('href="#iperf.flow%5Bn') == 15
    assert 'href="#ping.reach%5Bn5.eth0%5D"' in listed


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([], "None: nothing was measured."), (sample_network.flows(TOLD), "None: nothing that was measured failed."),
        ([sample_network.flow("n1", "n2", "eth0", ("FAIL", 20.0))], "None was named for what failed; see the rows."),
    ],
)  # fmt: skip
def test_where_nobody_is_suspected_it_is_said_why(items: list[Document], words: str) -> None:
    """An empty list could mean that nothing is wrong, or that nothing is known."""
    assert words in section(document(items))


def test_every_link_leads_to_a_row() -> None:
    """Items of the page and anchors of the page are the same ids."""
    found = document()
    targets = {f"#{item['id']}".replace("[", "%5B").replace("]", "%5D") for item in found["items"]}
    links = {value for name, value in Tags(network(found)).attributes if name == "href"}
    assert links <= targets
    assert len(links) == len(targets)


def test_the_table_has_every_flow_worst_first() -> None:
    """What the picture says by colour is there as a number."""
    rows = table_rows(network(document()), "flows")
    assert len(rows) == 56
    assert rows[0][1:] == ["n3", "n1", "25.4 Gbit/s", "at least 80 Gbit/s", "31.8 %", "0.0002", "interface n3.eth0"]
    assert [line[0].split()[-1] for line in rows] == ["FAIL"] * 15 + ["ERROR"] * 6 + ["WARN"] + ["PASS"] * 34
    assert [line[3:6] for line in rows[15:21]] == [["not measured", "at least 80 Gbit/s", ""]] * 6


def test_a_long_table_shows_what_matters_and_says_so() -> None:
    """4,032 flows: all that failed or was not measured, the lowest of the others, and where the rest is."""
    told = sample_network.network(sample_network.hosts(64))
    found = network({"network": told, "items": sample_network.troubled(told)})
    assert "The numbers of 4,032 flows: 189 of 189 that failed or were not measured, and 200 of 3,843 others, the lowest;" in found
    rows = table_rows(found, "flows")
    assert len(rows) == 389
    assert [float(line[3].split()[0]) for line in rows[190:]] == sorted(float(line[3].split()[0]) for line in rows[190:])


def test_peers_have_a_row_with_name_clock_and_every_interface() -> None:
    """What ping found, and beside it whether the host is the one that was promised."""
    rows = table_rows(network(document()), "peers")
    assert [line[0] for line in rows] == HOSTS[1:]
    assert rows[3] == [
        "n5", "✓ PASS named as it should be; clock off by 0.012 s", "✕ FAIL 100 % lostno reply", "✓ PASS 0 % lost; 0.112 ms / 0.304 ms"
    ]  # fmt: skip


def test_this_nodes_own_interfaces_stand_beside_its_name() -> None:
    """What is bad on this side makes every peer look bad."""
    item = sample.item("ping.own_interfaces[node]", "FAIL")
    assert Tags(network({"network": TOLD, "items": [item]})).said.startswith("Networkthis noden1 ✕ FAILhosts8 peers.toml")


def test_a_peer_that_was_not_asked_is_not_blank() -> None:
    """An empty cell would read as no loss."""
    items = [item for item in sample_network.pings(TOLD) if item["device"] not in ("n2.eth1", "n4")]
    items[0] = sample.item(items[0]["id"], "ERROR", reason="n2 let nobody in")
    rows = table_rows(network({"network": TOLD, "items": items}), "peers")
    assert rows[0] == ["n2", "? ERROR n2 let nobody in", "✓ PASS 0 % lost; 0.112 ms / 0.304 ms", "not asked"]
    assert rows[2][1] == "not asked"


def test_a_peer_that_is_another_host_says_who_it_is() -> None:
    """1 and 0 are no names: the line that was read is."""
    other = sample.reading("ping.right_name", 0, sample.limit("k", "count", equals=1), "FAIL", source_line="it calls itself n9")
    rows = table_rows(network({"network": TOLD, "items": [sample.item("ping.host[n2]", "FAIL", [other], reason="0 is not 1")]}), "peers")
    assert rows[0] == ["n2", "✕ FAIL it calls itself n90 is not 1", "not asked", "not asked"]


def test_of_two_families_of_addresses_the_worse_is_shown() -> None:
    """A host that answers by IPv4 and not by IPv6 does not answer."""
    item = sample_network.reach("n2", "eth0")
    item["readings"].append(sample.reading("ping.loss_percent", 40, sample_network.LOST, "FAIL"))
    rows = table_rows(network({"network": TOLD, "items": [{**item, "verdict": "FAIL", "reason": "40 % is above 0 %"}]}), "peers")
    assert rows[0][2] == "✕ FAIL 40 % lost; 0.112 ms / 0.304 ms40 % is above 0 %"


def test_of_many_peers_the_bad_come_first() -> None:
    """The first page of 300 peers must have the one that does not answer."""
    told = sample_network.network(sample_network.hosts(300))
    items = [item for item in sample_network.pings(told) if item["device"] != "n250.eth0"]
    found = network({"network": told, "items": [*items, sample_network.reach("n250", "eth0", 100.0)]})
    assert table_rows(found, "peers")[0][0] == "n250"
    assert "201 of 299, the worst first; all are in results.json" in found


def test_where_a_check_has_no_items_it_is_said() -> None:
    """A spec may want ping and no iperf; no picture is better than one that is hatched all over."""
    assert "there is no item of iperf.flow in these results" in section({"network": TOLD, "items": sample_network.pings(TOLD)})
    assert "there is no item of ping in these results" in section({"network": TOLD, "items": sample_network.flows(TOLD)})


def test_the_pictures_of_the_page_are_xml_with_a_role_and_a_title() -> None:
    """One for each interface, in the page as it is written."""
    page = report.page(document()).decode()
    pictures = [ET.fromstring(svg) for svg in re.findall(r'<svg [^>]*class="hw-matrix".*?</svg>', page, re.DOTALL)]
    assert [picture.attrib["role"] for picture in pictures] == ["img", "img"]
    assert [(picture[0].text or "").partition(":")[0] for picture in pictures] == ["eth0", "eth1"]


@pytest.mark.parametrize("word", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_a_peer_says_becomes_markup(word: str) -> None:
    """Names, reasons and the file of the peers: the page shows them and nothing more."""
    before, after = (Tags(network(_everywhere(text))) for text in ("quiet", word))
    assert after.tags == before.tags
    assert [name for name, _ in after.attributes] == [name for name, _ in before.attributes]


def _everywhere(word: str) -> Document:
    """A document with `word` wherever another host or a file can put words."""
    told = sample_network.network(["n1", f"n2 {word} so that it is long", "n3"], ["eth0", word])
    told = {**told, "source": word, "interfaces": [{**port, "kind": word} for port in told["interfaces"]]}
    suspect = {"kind": "interface", "name": word, "why": word}
    items = [
        sample_network.flow("n1", "n3", "eth0", ("FAIL", 20.0), suspect=suspect, reason=word),
        sample_network.flow("n3", "n1", "eth0", ("ERROR", None), reason=word), sample_network.reach("n3", "eth0", 100.0, suspect=suspect),
        sample.item("ping.host[n3]", "FAIL", [sample.reading("ping.right_name", word, None, None, unit=word, source_line=word)]),
    ]  # fmt: skip
    items[1]["readings"] = [{**reading, "reason": word} for reading in items[1]["readings"]]
    return results.build(sample.run(network=told, required=[]), items, sample.end())


def test_the_details_of_an_item_name_the_suspect_and_the_flows() -> None:
    """Name and why in the facts, the flow beside each reading, and in the row the flow that decides."""
    told = sample_network.network(HOSTS, by_host=True)
    item = next(iter(sample_network.sent(told, lambda _, b: 20.0 if b == "n3" else 93.0)))
    said = Tags(details(item)).said
    assert "suspectedinterface n3.eth0all 14 of 14 flows with n3.eth0 fail" in said
    assert all(f"iperf.received_gbit_sn1--{peer}.eth0" in said for peer in HOSTS[1:])
    assert "20 Gbit/s iperf.received_gbit_s n1--n3.eth0 and 13 more" in Tags("".join(row(item, "Failed", required=True))).said


def test_an_item_of_thousands_of_readings_shows_the_most_urgent_and_says_so() -> None:
    """1,023 flows of each of 1,024 hosts are two million lines: no browser opens that, and no server reads that junit.xml."""
    told = sample_network.network(sample_network.hosts(300), by_host=True)
    item = next(iter(sample_network.sent(told, lambda _, b: 20.0 if b == "n77" else 93.0)))
    words = "the 40 most urgent of 598 readings; all of them are in results.json"
    assert words in details(item)
    assert details(item).count("<tr>") == 41
    assert details(item).index("n1--n77.eth0") < details(item).index("n1--n2.eth0")
    made = junit.document(results.build(sample.run(required=[item["id"]]), [item], sample.end())).decode()
    assert f'<property name="readings" value="{words}" />' in made
    assert '<property name="iperf.received_gbit_s of n1--n77.eth0" value="20 Gbit/s; min 80 Gbit/s; FAIL" />' in made


def test_the_evidence_of_thousands_of_programs_is_counted_and_not_all_linked() -> None:
    """1,023 links in a row are no row."""
    item = sample.item("iperf.flow[n1.eth0]", evidence=[f"n1/n1--n{n}.eth0.iperf3.flow.1" for n in range(2, 500)])
    cells = "".join(row(item, "Passed", required=True))
    assert (cells.count("<a "), Tags(cells).said.count("and 490 more")) == (8, 1)
    assert (details(item).count("<a "), "and 298 more, in results.json" in details(item)) == (201, True)


def test_junit_names_the_suspect() -> None:
    """A server that shows nothing else shows whom to look at."""
    made = html.unescape(junit.document(document()).decode())
    assert 'name="suspect" value="link n4--n5.eth0: only this flow fails, 6 of 6 others of both ends pass"' in made


def test_a_sample_of_1024_hosts_takes_no_time_and_no_space(record_property: Any) -> None:
    """Two interfaces, 4 rounds: measured 0.5 s and 4.5 MB, and 20 s is a machine that is busy."""
    told = sample_network.network(sample_network.hosts(1024), ["eth0", "eth1"], pairs="sample:4", by_host=True)
    place = {name: number for number, name in enumerate(told["hosts"])}
    items = list(sample_network.sent(told, lambda a, b: 93.0 if (place[b] - place[a]) % 1024 in (1, 5, 9, 13, 900) else None))
    before = time.perf_counter()
    made = network({"network": told, "items": items})
    seconds = time.perf_counter() - before
    record_property("seconds", f"{seconds:.2f}")
    assert "eth0: 5,120 of 1,047,552" in made
    assert (seconds < 20, len(made) < 10_000_000) == (True, True)
