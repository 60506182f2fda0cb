"""The verdict on the node, rule by rule: which item decides what, and that nothing unknown is ever accepted."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import results
from reports.schema import first_problem
from reports.tests import sample, sample_network

REQUIRED = [f"{name}[gpu{n}]" for name in ("inventory.board", "pciebw.link", "pciebw.copy") for n in range(4)]
Item = dict[str, Any]


def judged(items: Sequence[Item], **more: Any) -> tuple[str, list[str]]:
    """The node's verdict for REQUIRED, two warnings per check, nothing absent."""
    table: dict[str, Any] = {"required": REQUIRED, "max_warnings": 2, "absent": {}, **more}
    return results.node_verdict(items=items, **table)


def with_changes(*changed: Item) -> list[Item]:
    """All required items PASS, but for these."""
    by_id = {item["id"]: item for item in changed}
    return [by_id.pop(name) if name in by_id else sample.item(name) for name in REQUIRED] + list(by_id.values())


def test_all_good_is_accepted() -> None:
    """Every required item measured and within its limit: the only way."""
    assert judged(with_changes()) == ("ACCEPTED", ["ACCEPTED: 12 of 12 required items passed: all of inventory, all of pciebw"])


def test_a_required_item_that_failed_rejects_and_names_value_limit_and_board() -> None:
    """The reason is what the vendor reads: which board, what it did, what it should."""
    verdict, why = judged(with_changes(sample.item("pciebw.copy[gpu3]", "FAIL")))
    assert verdict == "REJECTED"
    assert why == [
        "REJECTED because pciebw.copy[gpu3] is FAIL: 27.3 GB/s, limit min 48 GB/s (board serial 1650923000003, bus 0000:4e:00.0)"
    ]


def test_a_fail_of_several_readings_names_each() -> None:
    """The first bad reading does not hide the next."""
    bound = sample.limit("k", "count", max=0)
    readings = [sample.reading("pciebw.replays", 3, bound, "FAIL"), sample.reading("pciebw.other", 4, bound, "FAIL")]
    _, why = judged(with_changes(sample.item("pciebw.copy[gpu3]", "FAIL", readings, **{"class": "configuration"})))
    assert "is FAIL: pciebw.replays 3, limit max 0; pciebw.other 4, limit max 0, a matter of configuration (board serial" in why[0]


@pytest.mark.parametrize("subject", ["peer", "fabric", "cluster", "undecided"])
def test_a_fail_that_is_not_the_nodes_leaves_it_incomplete(subject: str) -> None:
    """A peer without its interface is not this node's fault, but the node was not shown to be good either."""
    verdict, why = judged(with_changes(sample.item("pciebw.copy[gpu3]", "FAIL", subject=subject)))
    assert verdict == "INCOMPLETE"
    assert f"(subject: {subject})" in why[0]


def test_an_error_leaves_the_node_incomplete() -> None:
    """Not measured is not good."""
    verdict, why = judged(with_changes(sample.item("pciebw.copy[gpu3]", "ERROR", reason="it timed out")))
    assert verdict == "INCOMPLETE"
    assert why[0] == "INCOMPLETE because pciebw.copy[gpu3] is ERROR: it timed out (board serial 1650923000003, bus 0000:4e:00.0)"


def test_an_item_that_did_not_run_leaves_the_node_incomplete_and_says_which_part_passed() -> None:
    """-k, -x, a crash or a plugin switched off must show as what is missing."""
    verdict, why = judged([item for item in with_changes() if item["check"] == "pciebw"])
    assert verdict == "INCOMPLETE"
    assert why == [
        "INCOMPLETE because 4 of 12 required items did not run to their end: all of inventory",
        "8 of 12 required items passed: all of pciebw",
    ]


def test_a_run_of_one_gpu_says_so() -> None:
    """-k gpu3: what passed is that GPU, in as many words."""
    _, why = judged([item for item in with_changes() if item["device"] == "gpu3"])
    assert why[-1] == "3 of 12 required items passed: all of gpu3"


def test_an_item_that_began_and_never_ended_is_named() -> None:
    """A lost node still tells what it was doing."""
    _, why = judged(with_changes()[:-1], started=[REQUIRED[-1]])
    assert why[0] == "INCOMPLETE because pciebw.copy[gpu3] was started and did not end"


def test_a_fail_outranks_what_is_missing() -> None:
    """A board that is proven bad stays bad although the run was cut short."""
    verdict, why = judged([sample.item("pciebw.copy[gpu3]", "FAIL")], problems=["the run was interrupted"])
    assert verdict == "REJECTED"
    assert why[1] == "also: the run was interrupted"


def test_a_problem_of_the_run_keeps_it_from_being_accepted() -> None:
    """An interrupted run is not accepted even though every item was recorded."""
    assert judged(with_changes(), problems=["the run was interrupted"])[0] == "INCOMPLETE"


@pytest.mark.parametrize(("warnings", "verdict"), [(2, "ACCEPTED"), (3, "REJECTED")])
def test_warnings_are_counted_per_check(warnings: int, verdict: str) -> None:
    """Marginal throughout is not as sold; up to the limit it is accepted, and shown."""
    changed = [sample.item(name, "WARN") for name in REQUIRED[4 : 4 + warnings]] + [sample.item("inventory.board[gpu0]", "WARN")]
    found, why = judged(with_changes(*changed))
    assert found == verdict
    assert f"{warnings} items of pciebw are WARN, 2 are allowed" in why[0] or "WARN, near their limit (2 per check are allowed)" in why[1]


def test_no_warnings_allowed_means_none() -> None:
    """A spec may say max_warnings = 0."""
    assert judged(with_changes(sample.item("pciebw.copy[gpu3]", "WARN")), max_warnings=0)[0] == "REJECTED"


def test_nothing_required_is_nothing_shown() -> None:
    """An empty list of requirements must not accept every node."""
    assert judged([], required=[]) == (
        "INCOMPLETE", ["INCOMPLETE because the spec requires nothing, so nothing was shown", "0 of 0 required items passed"],
    )  # fmt: skip


def test_items_that_are_not_required_never_decide() -> None:
    """They are in the report, and that is all."""
    assert (
        judged(with_changes(*(sample.item(f"ping.lost[gpu{n}]", word) for n, word in enumerate(("FAIL", "ERROR", "WARN")))))[0]
        == "ACCEPTED"
    )


def test_an_item_recorded_twice_is_not_accepted() -> None:
    """Which of the two holds is not known."""
    verdict, why = judged([*with_changes(), sample.item(REQUIRED[0])])
    assert verdict == "INCOMPLETE"
    assert REQUIRED[0] in why[0]


def test_a_second_record_cannot_hide_a_fail() -> None:
    """A later PASS of the same item does not undo the FAIL."""
    assert judged([*with_changes(sample.item(REQUIRED[0], "FAIL")), sample.item(REQUIRED[0])])[0] == "REJECTED"


def test_an_id_required_twice_is_not_accepted() -> None:
    """A list of requirements that contradicts itself comes from a broken spec or an edited journal."""
    assert judged(with_changes(), required=[*REQUIRED, REQUIRED[0]])[0] == "INCOMPLETE"


def test_a_skip_the_spec_orders_is_shown_and_accepted() -> None:
    """The reason stands on page one."""
    skipped = [sample.item(f"pciebw.link[gpu{n}]", "SKIP", reason="the node has no such thing: soldered") for n in range(4)]
    verdict, why = judged(with_changes(*skipped), absent={"pciebw.link": "soldered"})
    assert verdict == "ACCEPTED"
    assert why[1] == "pciebw.link is SKIP on all 4 GPUs (gpu0 to gpu3): the node has no such thing: soldered"


def test_a_skip_the_spec_does_not_order_is_not_accepted() -> None:
    """A plain pytest skip is how suites turn green."""
    assert judged(with_changes(sample.item("pciebw.link[gpu0]", "SKIP")))[0] == "INCOMPLETE"


def test_a_spec_that_skips_everything_is_not_accepted() -> None:
    """Nothing was measured."""
    skipped = [sample.item(name, "SKIP") for name in REQUIRED]
    verdict, why = judged(skipped, absent={"inventory": "none", "pciebw": "none"})
    assert (verdict, why[0]) == ("INCOMPLETE", "INCOMPLETE because no required item was measured: all of them are skipped")


def test_an_edited_pass_does_not_accept() -> None:
    """The value says FAIL, the words say PASS: neither is believed."""
    edited = sample.item("pciebw.link[gpu0]", "FAIL")
    edited["verdict"] = edited["readings"][0]["verdict"] = "PASS"
    assert judged(with_changes(edited))[0] == "INCOMPLETE"


def test_the_same_error_on_all_gpus_is_one_sentence() -> None:
    """A missing program is one finding, not eight; the device's own name, bus id and serial do not make sentences differ."""
    broken = [sample.item(f"pciebw.copy[gpu{n}]", "ERROR", reason=f"gpu{n} cannot be addressed") for n in range(4)]
    assert (
        judged(with_changes(*broken))[1][0]
        == "INCOMPLETE because pciebw.copy is ERROR on all 4 GPUs (gpu0 to gpu3): the device cannot be addressed"
    )
    assert "on 2 of 4 GPUs (gpu0 gpu2): " in judged(with_changes(broken[0], broken[2]))[1][0]


def test_the_same_fail_on_all_gpus_is_one_sentence_that_keeps_every_value_and_board() -> None:
    """Nobody may send back the wrong board because the report was short."""
    _, why = judged(with_changes(*(sample.item(f"pciebw.copy[gpu{n}]", "FAIL") for n in range(4))))
    assert len(why) == 1
    assert why[0].startswith(
        "REJECTED because pciebw.copy is FAIL on all 4 GPUs (gpu0 to gpu3), limit min 48 GB/s: gpu0 27.3 GB/s (board serial"
    )
    assert all(f"165092300000{n}" in why[0] for n in range(4))


def test_a_board_that_is_not_known_is_called_so() -> None:
    """No identity is better than a wrong one."""
    assert judged(with_changes(sample.item("pciebw.copy[gpu3]", "FAIL", identity=None)))[1][0].endswith("(board not known)")


NETWORK = sample_network.network(sample_network.hosts(8))
PAIRS = [item["id"] for item in sample_network.flows(NETWORK)]


def with_slow(*names: str, **more: object) -> list[Item]:
    """The flows of eight hosts, slow with each of these, at a rate of its own, and with the first of them as the suspect."""
    rates = {
        (a, b, "eth0"): ("FAIL", 20.0 + n) for n, (a, b) in enumerate(itertools.permutations(NETWORK["hosts"], 2)) if {a, b} & set(names)
    }
    return [{**item, **more} if item["verdict"] == "FAIL" else item for item in sample_network.flows(NETWORK, rates)]


def test_flows_with_the_same_suspect_are_one_sentence_with_the_count_and_the_worst() -> None:
    """Fourteen numbers that all differ are one bad cable; the link leads to the worst of them."""
    verdict, why = judged(with_slow("n3"), required=PAIRS)
    assert verdict == "INCOMPLETE"
    assert why == [
        "INCOMPLETE because iperf.flow is FAIL (subject: peer) on 14 of 56 pairs (n1--n3.eth0 n2--n3.eth0 n3--n1.eth0 n3--n2.eth0 "
        "n3--n4.eth0 n3--n5.eth0 and 8 more): the worst is iperf.flow[n1--n3.eth0] with iperf.received_gbit_s 21 Gbit/s, limit min 80 "
        "Gbit/s; suspected: interface n3.eth0 (all 14 of 14 flows with n3.eth0 fail, also with 3 partners that pass elsewhere)",
        "42 of 56 required items passed: iperf.flow on 42 of 56 pairs (n1--n2.eth0 n1--n4.eth0 n1--n5.eth0 n1--n6.eth0 n1--n7.eth0 "
        "n1--n8.eth0 and 36 more)",
    ]


def test_a_suspect_that_is_this_node_rejects_it_with_one_sentence() -> None:
    """The node's own interface is bad: that is the node's fault, and it is said once."""
    own = {"kind": "interface", "name": "n1.eth0", "why": "all 14 of 14 flows fail"}
    verdict, why = judged(with_slow("n1", subject="node", suspect=own), required=PAIRS)
    assert (verdict, len(why)) == ("REJECTED", 1)
    assert why[0].startswith("REJECTED because iperf.flow is FAIL on 14 of 56 pairs (n1--n2.eth0 ")
    assert why[0].endswith("; suspected: interface n1.eth0 (all 14 of 14 flows fail)")


def test_two_suspects_are_two_sentences() -> None:
    """Two bad cables are two errands."""
    items = with_slow("n3", "n5")
    other = {"kind": "link", "name": "n5--n6.eth0", "why": "only this one"}
    changed = [{**item, "suspect": other} if "n5--" in item["device"] else item for item in items]
    _, why = judged(changed, required=PAIRS)
    assert ["n3.eth0 (" in sentence for sentence in why[:2]] == [True, False]
    assert "on 7 of 56 pairs" in why[1]


def test_where_the_fault_lies_with_nobody_yet_it_is_said() -> None:
    """One flow that fails alone leaves two ends and what is between them."""
    nobody = {"kind": "undecided", "name": "", "why": "no partner passed elsewhere"}
    items = [
        sample_network.flow("n1", "n2", "eth0", ("FAIL", 20.0), suspect=nobody, subject="undecided"),
        *sample_network.flows(NETWORK)[1:],
    ]
    _, why = judged(items, required=PAIRS)
    assert why[0] == (
        "INCOMPLETE because iperf.flow[n1--n2.eth0] is FAIL (subject: undecided): iperf.received_gbit_s 20 Gbit/s, limit min 80 Gbit/s; "
        "whose fault it is, is undecided (no partner passed elsewhere)"
    )


def test_of_losses_that_have_no_share_of_their_limit_the_largest_is_the_worst() -> None:
    """No reply may be lost: nothing can be divided by that, and 60 per cent is worse than 4."""
    told = {"suspect": sample_network.SUSPECT, "subject": "peer"}
    items = [sample_network.reach(f"n{n}", "eth0", lost, **told) for n, lost in ((2, 4.0), (3, 60.0), (4, 8.0))]
    _, why = judged(items, required=[item["id"] for item in items])
    assert "on all 3 interfaces of peers (n2.eth0 n3.eth0 n4.eth0): the worst is ping.reach[n3.eth0] with ping.loss_percent 60 %" in why[0]


def test_an_item_of_many_flows_names_the_worst_of_them() -> None:
    """By host, an item has a reading for each flow: three are named, the others counted."""
    told = sample_network.network(sample_network.hosts(8), by_host=True)
    items = list(sample_network.sent(told, lambda a, b: 20.0 + len(a) + int(b[1:]) if a == "n3" else 93.0))
    _, why = judged(items, required=[item["id"] for item in items])
    assert "iperf.flow[n3.eth0] is FAIL (subject: peer): iperf.received_gbit_s of n3--n1.eth0 23 Gbit/s, limit min 80 Gbit/s; " in why[0]
    assert "n3--n2.eth0 24 Gbit/s" in why[0]
    assert "n3--n4.eth0 26 Gbit/s, limit min 80 Gbit/s; and 4 more; suspected: " in why[0]
    assert why[1].startswith("7 of 8 required items passed: iperf.flow on 7 of 8 sending interfaces (")


def test_a_host_that_is_not_reached_is_one_sentence_for_each_reason() -> None:
    """Flows that end for the same reason share a sentence, and the names stand in the order of their numbers."""
    gone = [sample_network.flow("n7", f"n{n}", "eth0", ("ERROR", None), reason="n7 let nobody in") for n in (10, 9, 2)]
    _, why = judged(gone, required=[item["id"] for item in gone])
    assert why[0] == "INCOMPLETE because iperf.flow is ERROR on all 3 pairs (n7--n2.eth0 n7--n9.eth0 n7--n10.eth0): n7 let nobody in"


def test_reasons_that_differ_only_in_what_was_measured_are_one_sentence() -> None:
    """Fourteen flows bound by the same host's cores are one finding; an address or a host's name is no such number."""
    words = "{0}.1 Gbit/s: a CPU core of the sender ({1}.07 %) was full"
    busy = [sample_network.flow("n7", f"n{n}", "eth0", ("ERROR", None), reason=words.format(30 + n, 790 + n)) for n in (1, 2, 3)]
    _, why = judged(busy, required=[item["id"] for item in busy])
    assert why[0] == (
        "INCOMPLETE because iperf.flow is ERROR on all 3 pairs (n7--n1.eth0 n7--n2.eth0 n7--n3.eth0), as in iperf.flow[n7--n1.eth0]: "
        "31.1 Gbit/s: a CPU core of the sender (791.07 %) was full"
    )
    gone = [sample_network.flow("n1", f"n{n}", "eth0", ("ERROR", None), reason=f"10.0.0.{n} refused") for n in (2, 3)]
    assert len(judged(gone, required=[item["id"] for item in gone])[1]) == 3


def test_many_reasons_do_not_fill_the_first_page() -> None:
    """A mesh in which every flow broke in its own way has 56 rows that say how; the banner has twenty and says so."""
    gone = [
        {**item, "verdict": "ERROR", "reason": f"attempt {n} ended with code 1"} for n, item in enumerate(sample_network.flows(NETWORK))
    ]
    _, why = judged(gone, required=PAIRS)
    assert len(why) == 22
    assert why[20].startswith("INCOMPLETE because iperf.flow is ERROR for other reasons on 36 of 56 pairs (")
    assert why[20].endswith(": each is told in its row")


def test_many_warnings_are_counted_and_not_all_named() -> None:
    """The sentence for a mesh that is marginal throughout is one that can be read."""
    near = sample_network.flows(NETWORK, {(a, b, "eth0"): ("WARN", 81.0) for a, b in itertools.permutations(NETWORK["hosts"], 2)})
    verdict, why = judged(near, required=PAIRS)
    assert verdict == "REJECTED"
    assert why[0].startswith("REJECTED because 56 items of iperf are WARN, 2 are allowed: iperf.flow[n1--n2.eth0] 81 Gbit/s; ")
    assert why[0].endswith("; and 36 more")


def test_the_network_is_copied_and_its_absence_is_no_default() -> None:
    """A record without the key is a record of something else."""
    document = results.build(sample.run(required=REQUIRED, network=NETWORK), with_changes(), sample.end())
    assert document["network"] == NETWORK
    record = sample.run()
    del record["network"]
    with pytest.raises(KeyError):
        results.build(record, [], None)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(REQUIRED), st.sampled_from(["missing", "ERROR"]), min_size=1))
def test_whatever_is_missing_or_an_error_it_is_never_accepted(holes: dict[str, str]) -> None:
    """The promise of the suite: any required item that was not measured keeps the node from being accepted."""
    items = [sample.item(name, "ERROR" if name in holes else "PASS") for name in REQUIRED if holes.get(name) != "missing"]
    verdict, why = judged(items)
    assert verdict == "INCOMPLETE"
    assert len(why) > 1


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.sampled_from(["PASS", "WARN", "FAIL", "ERROR", "SKIP", "missing"]), min_size=len(REQUIRED), max_size=len(REQUIRED)),
    st.booleans(),
)
def test_the_verdict_follows_the_table(words: list[str], whole: bool) -> None:
    """For every mixture of outcomes the verdict is what the three rules say, in their order."""
    items = [sample.item(name, word) for name, word in zip(REQUIRED, words, strict=True) if word != "missing"]
    too_many = words[4:].count("WARN") > 2 or words[:4].count("WARN") > 2
    known = whole and not {"ERROR", "SKIP", "missing"} & set(words)
    expected = "REJECTED" if "FAIL" in words or too_many else "ACCEPTED" if known else "INCOMPLETE"
    assert judged(items, problems=[] if whole else ["it was killed"])[0] == expected


@pytest.mark.parametrize(
    ("mode", "origin", "suffix"),
    [("live", "live", ""), ("simulated", "simulated", " (simulated)"), ("replayed", "live", " (replayed)"),
     ("replayed", "simulated", " (replayed simulation)"), ("live", "simulated", " (simulated)")],
)  # fmt: skip
def test_the_mode_is_part_of_the_verdict(mode: str, origin: str, suffix: str) -> None:
    """A simulated acceptance must not be shown to a buyer as a measured one, in no line of the document."""
    document = results.build(sample.run(mode=mode, origin=origin, required=REQUIRED), with_changes(), sample.end(exit_status=0))
    assert document["verdict"] == f"ACCEPTED{suffix}"
    assert document["reasons"][0].startswith(f"ACCEPTED{suffix}: ")


@pytest.mark.parametrize(
    ("word", "code"),
    [("ACCEPTED", 0), ("ACCEPTED (simulated)", 0), ("REJECTED (replayed)", 10), ("INCOMPLETE", 11), ("", 11), ("ACCEPTEDX", 11)],
)
def test_exit_codes(word: str, code: int) -> None:
    """What is no verdict is no acceptance."""
    assert results.exit_code(word) == code


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (None, "the run did not end in order"), (sample.end(interrupted=True), "the run was interrupted"),
        (sample.end(exit_status=2), "it was interrupted"), (sample.end(exit_status=3), "pytest had an internal error"),
        (sample.end(exit_status=5), "nothing was collected"), (sample.end(exit_status=-9), "which no complete run does"),
    ],
)  # fmt: skip
def test_a_run_that_did_not_end_in_order_is_incomplete(end: dict[str, Any] | None, said: str) -> None:
    """All items are there and good, and yet something went wrong that nobody looked at."""
    document = results.build(sample.run(required=REQUIRED), with_changes(), end)
    assert document["verdict"] == "INCOMPLETE (simulated)"
    assert said in document["reasons"][0]


@pytest.mark.parametrize("status", [0, 1, 6])
def test_failed_items_that_do_not_decide_leave_the_run_in_order(status: int) -> None:
    """pytest ends with 1 where an item that is not required failed, with 6 where Python warned too often."""
    assert results.build(sample.run(required=REQUIRED), with_changes(), sample.end(exit_status=status))["verdict"] == "ACCEPTED (simulated)"


def test_every_required_item_is_in_the_document() -> None:
    """What did not run is an ERROR of its own, on the board that other items met there, and counted apart."""
    items = [item for item in with_changes() if item["id"] != "pciebw.link[gpu2]"]
    started = [{"id": "pciebw.link[gpu2]"}]
    document = results.build(sample.run(required=REQUIRED), [*items, sample.item("ping.lost[node]")], sample.end(), started=started)
    assert [item["id"] for item in document["items"]] == [*REQUIRED, "ping.lost[node]"]
    lost = document["items"][REQUIRED.index("pciebw.link[gpu2]")]
    assert (lost["verdict"], lost["reason"], lost["subject"]) == ("ERROR", "was started and did not end", "undecided")
    assert lost["identity"] == sample.identity("gpu2")
    assert document["counts"] == {"PASS": 12, "WARN": 0, "FAIL": 0, "ERROR": 0, "SKIP": 0, "not_run": 1}


def test_the_document_lists_all_evidence_once() -> None:
    """From items and from readings, in the order of first mention."""
    document = results.build(sample.run(required=REQUIRED[:1]), [sample.item(REQUIRED[0])], sample.end())
    assert document["evidence"] == ["local/gpu0.nvidia-smi.snapshot-start.1", "local/gpu0.nvbandwidth.copy.1"]


def test_the_document_of_the_sample_is_as_published(tmp_path: Path) -> None:
    """What is written is what schema.json says, and what is read is what was written."""
    document = results.build(sample.run(), sample.troubled_items(), sample.end())
    assert first_problem(document) == ""
    results.write(tmp_path / "results.json", document)
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8")) == document
    assert document["verdict"] == "REJECTED (simulated)"


def test_a_document_that_is_not_as_published_is_not_written(tmp_path: Path) -> None:
    """Better no results than results that nobody can rely on."""
    with pytest.raises(results.ResultsError, match="'surprise' was unexpected"):
        results.write(tmp_path / "results.json", {**results.build(sample.run(), [], None), "surprise": 1})
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a results.json must never be seen."""
    (tmp_path / "results.json").write_text("old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        results.write(tmp_path / "results.json", results.build(sample.run(), [], None))
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]
    assert (tmp_path / "results.json").read_text() == "old"
