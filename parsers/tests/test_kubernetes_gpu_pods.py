"""Pods that hold GPUs of a node: one that is overlooked is run over, or spoils a measurement."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.kubernetes.gpu_pods import GpuPods, parse
from parsers.tests.corpus import structural
from parsers.tests.damage import changed
from parsers.tests.kubernetes_health import HEALTHY
from parsers.tests.kubernetes_transcripts import (
    Line,
    edited,
    exchange,
    recorded,
    refused,
    replies,
    text_of,
    transcript,
    unanswered,
    without,
)

FREE, HELD, OWN = recorded("gpu-pods-free"), recorded("gpu-pods-held"), recorded("gpu-pods-own")
healthy = HEALTHY["kubernetes-gpu-pods"]
PODS_OF_NOBODY = exchange("pods", "GET", "/api/v1/pods", reply={"items": []})
NODE = exchange("node", "GET", "/api/v1/nodes/node-b", reply={"kind": "Node"})


def container(**amounts: object) -> Line:
    """A container that is limited to these devices."""
    return {"name": "a", "resources": {"limits": {f"nvidia.com/{name.replace('__', '-')}": amount for name, amount in amounts.items()}}}


def pod(*containers: Line, phase: str | None = "Running", uid: str = "u-1", **spec: Any) -> Line:
    """A pod as a list has it."""
    metadata = {"name": "job-1", "namespace": "train", "uid": uid}
    return {"metadata": metadata, "spec": {"containers": list(containers), **spec}, "status": {} if phase is None else {"phase": phase}}


def listed(*pods: Line, own: Line | None = None) -> GpuPods:
    """The record of a node with these pods."""
    asked = [] if own is None else [exchange("own-pod", "GET", "/api/v1/namespaces/train/pods/job-1", reply=own)]
    return parse(transcript("gpu-pods", NODE, *asked, exchange("pods", "GET", "/api/v1/pods", reply={"items": list(pods)})))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (recorded("gpu-pods-forbidden"), "get nodes node-b: forbidden ("),
        (recorded("gpu-pods-no-node"), 'get nodes gone: there is none (nodes "gone" not found): create it, or correct its name; set NODE'),
        (edited("gpu-pods-free", unanswered("node")), "get nodes node-b: the API server did not answer (connection refused)"),
        (edited("gpu-pods-free", without("node")), "the transcript does not say whether the cluster has the node"),
        (edited("gpu-pods-free", without("pods")), "the transcript does not have the list of pods"),
        (edited("gpu-pods-free", refused("pods", 403, 'User "u" cannot list resource "pods"')), "list pods: forbidden ("),
        (edited("gpu-pods-free", unanswered("pods")), "list pods: the API server did not answer"),
        (edited("gpu-pods-free", refused("pods", 410, "too old")), "list pods: refused with status 410 (too old)"),
        (edited("gpu-pods-free", replies("pods", lambda reply: reply["metadata"].update({"continue": "m"}))), "the list of pods was not"),
        (edited("gpu-pods-own", refused("own-pod", 404, "not found")), "get pods job-x-7 in namespace train: there is none"),
        (edited("gpu-pods-own", unanswered("own-pod")), "get pods job-x-7 in namespace train: the API server did not answer"),
        (edited("gpu-pods-held", lambda lines: lines[-1].update(end="stopped", why="signal 15")), "the program was stopped: signal 15"),
    ],
)  # fmt: skip
def test_where_nobody_knows_the_problem_is_told_and_no_holder(text: str, said: str) -> None:
    """No list is not an empty list."""
    record = parse(text)
    assert record.problem.startswith(said)
    assert record.holders == ()
    assert not healthy(record)


@pytest.mark.parametrize("amount", ["1m", "1K", "1.5", "-1", "", "0x1", "\u0661", "9" * 5000, True, None, [], "8\n"], ids=repr)
def test_an_amount_that_is_no_whole_number_is_refused(amount: object) -> None:
    """Devices come whole; what else this may mean is not known."""
    with pytest.raises(ParseError):
        listed(pod(container(gpu=amount)))


@pytest.mark.parametrize(
    "broken",
    [
        {"metadata": []}, {"metadata": {}, "spec": "x"}, {"spec": {"containers": {"a": 1}}}, {"spec": {"containers": [1]}},
        {"spec": {"containers": [{"resources": 1}]}}, {"spec": {"containers": [{"resources": {"limits": []}}]}},
        {"spec": {"resourceClaims": 1}}, {"status": "Running"}, {"spec": {"initContainers": "a"}},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_pod_is_refused(broken: Line) -> None:
    """Not read as one that holds nothing."""
    with pytest.raises(ParseError):
        listed(broken)


@pytest.mark.parametrize("text", ["", recorded("claim-bound"), FREE[:-1], FREE.replace('kubernetes":1', 'kubernetes":2')])
def test_no_whole_transcript_of_this_action_is_refused(text: str) -> None:
    """Nothing, another action, cut, another format."""
    with pytest.raises(ParseError):
        parse(text)


@pytest.mark.parametrize(
    ("pods", "holders"),
    [
        ([pod(container(gpu="8"))], ["8 nvidia.com/gpu"]),
        ([pod(container(gpu=8))], ["8 nvidia.com/gpu"]),
        ([pod(container(gpu="2"), container(gpu="1"))], ["3 nvidia.com/gpu"]),
        ([pod(container(gpu="2"), container(gpu="1"), initContainers=[container(gpu="8"), container(gpu="4")])], ["8 nvidia.com/gpu"]),
        ([pod(container(gpu="2"), container(gpu="3"), initContainers=[container(gpu="4")])], ["5 nvidia.com/gpu"]),
        ([pod(container(), initContainers=[container(gpu="1")])], ["1 nvidia.com/gpu"]),
        ([pod(container(mig__1g="2", gpu="1"))], ["1 nvidia.com/gpu, 2 nvidia.com/mig-1g"]),
        ([pod({"name": "a", "resources": {"requests": {"nvidia.com/gpu": "4"}, "limits": {"nvidia.com/gpu": "4"}}})], ["4 nvidia.com/gpu"]),
        ([pod({"name": "a", "resources": {"requests": {"nvidia.com/gpu": "4", "cpu": "500m"}}})], ["4 nvidia.com/gpu"]),
        ([pod(resourceClaims=[{"name": "gpu"}, {"name": "nic"}])], ["2 resource claims"]),
        ([pod(container(gpu="1"), resourceClaims=[{"name": "gpu"}])], ["1 nvidia.com/gpu, 1 resource claims"]),
        ([pod(container(gpu="1"), phase="Pending")], ["1 nvidia.com/gpu"]),
        ([pod(container(gpu="1"), phase="Unknown")], ["1 nvidia.com/gpu"]),
        ([pod(container(gpu="1"), phase=None)], ["1 nvidia.com/gpu"]),
        ([pod(container(gpu="1")), pod(container(gpu="2"))], ["1 nvidia.com/gpu", "2 nvidia.com/gpu"]),
    ],
)  # fmt: skip
def test_what_a_pod_holds_is_told(pods: list[Line], holders: list[str]) -> None:
    """Containers run together, init containers one after the other; a pod counts from when it has a node until it has ended."""
    record = listed(*pods)
    assert record == GpuPods(record.node, tuple(f"train/job-1 ({what})" for what in holders), "", complete=True)
    assert not healthy(record)


@pytest.mark.parametrize(
    "free",
    [
        pod(container(gpu="8"), phase="Succeeded"), pod(container(gpu="8"), phase="Failed"), pod(container(gpu="0")), pod(),
        pod({"name": "a"}), pod({"name": "a", "resources": {"limits": {"amd.com/gpu": "8", "cpu": "2", "xnvidia.com/gpu": "1"}}}),
        pod({"name": "a", "resources": {"limits": None}}), pod(resourceClaims=[]), pod(resourceClaims=None, initContainers=None),
        {"metadata": {"name": "a"}}, {},
    ],
)  # fmt: skip
def test_a_pod_that_holds_no_gpu_is_none_of_them(free: Line) -> None:
    """Ended, without devices, with devices of others."""
    record = listed(free)
    assert record == GpuPods(record.node, (), "", complete=True)


def test_the_pod_that_asks_is_known_by_its_uid_only() -> None:
    """A pod of the same name may be another one; a pod without a uid is nobody."""
    mine, other = pod(container(gpu="1"), uid="u-1", nodeName="node-b"), pod(container(gpu="2"), uid="u-2")
    assert listed(mine, own=mine).holders == ()
    assert listed(mine, other, own=mine).holders == ("train/job-1 (2 nvidia.com/gpu)",)
    assert len(listed(mine, other).holders) == 2
    assert len(listed({**mine, "metadata": {}}, own={"kind": "Pod", "metadata": {}, "spec": {"nodeName": "node-b"}}).holders) == 1


def test_the_recordings_are_read() -> None:
    """A free node, one that somebody else holds, and one that only we hold; without our own pod we are somebody else."""
    assert [parse(text).holders for text in (FREE, HELD, OWN)] == [(), ("train/job-x-7 (8 nvidia.com/gpu)",), ()]
    assert [healthy(parse(text)) for text in (FREE, HELD, OWN)] == [True, False, True]
    assert parse(edited("gpu-pods-own", without("own-pod"))).holders == parse(HELD).holders


def paged(*pages: tuple[list[Line], str, str, int]) -> str:
    """Pages of pods: the pods, the mark that follows, the mark asked for, the status."""
    asked = []
    for pods, mark, at, status in pages:
        reply = {"metadata": {"continue": mark}, "items": pods} if status == 200 else {"message": "too old"}
        query = [["limit", "500"], *([["continue", at]] if at else [])]
        asked.append(exchange("pods", "GET", "/api/v1/pods", status, reply, query=query))
    return transcript("gpu-pods", NODE, *asked)


def test_pods_of_every_page_count() -> None:
    """And after a mark that was too old (410) those of the list that was begun anew."""
    one, two = pod(container(gpu="1")), pod(container(gpu="2"))
    assert len(parse(paged(([one], "m1", "", 200), ([two], "", "m1", 200))).holders) == 2
    again = parse(paged(([one], "m1", "", 200), ([], "", "m1", 410), ([two], "", "", 200)))
    assert again.holders == ("train/job-1 (2 nvidia.com/gpu)",)
    assert parse(paged(([one], "m1", "", 200), ([], "", "m1", 410))).problem.endswith("refused with status 410 (too old)")


BAD = {
    "held": HELD, "forbidden": recorded("gpu-pods-forbidden"), "no node": recorded("gpu-pods-no-node"),
    "two pages": paged(([pod(container(gpu="1"))], "m1", "", 200), ([], "", "m1", 200)),
    "three pages": paged(([], "m1", "", 200), ([pod(container(gpu="1"))], "m2", "m1", 200), ([], "", "m2", 200)),
}  # fmt: skip


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_no_line_dropped_repeated_or_moved_makes_a_held_node_free(text: str) -> None:
    """Every single line left out, and 300 other changes."""
    lines, draw = text.splitlines(keepends=True), random.Random(text).randrange
    texts = ["".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines))] + [structural(text, draw) for _ in range(300)]
    for damaged in texts:
        try:
            assert not healthy(parse(damaged)), damaged
        except ParseError:
            continue


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_damaged_transcript_is_refused_or_read(data: st.DataObject) -> None:
    """No other exception, whatever is done to it."""
    try:
        record = parse(data.draw(changed(data.draw(st.sampled_from([HELD, OWN, BAD["three pages"]])))))
    except ParseError:
        return
    assert record.complete


def test_an_empty_transcript_has_no_list() -> None:
    """A program that has asked nothing knows nothing."""
    empty: list[Line] = [{"hwaccept_kubernetes": 1, "action": "gpu-pods", "namespace": "train"}, {"end": "complete"}]
    assert parse(text_of(empty)).problem == "the transcript does not say whether the cluster has the node"


def test_an_answer_about_another_machine_is_none() -> None:
    """A wrong NODE_NAME, or a second cluster that has a node of this name too: free are the GPUs of somebody else."""
    elsewhere = exchange("own-pod", "GET", "/api/v1/namespaces/burnin/pods/me", reply=pod(container(gpu="1"), nodeName="node-a"))
    assert "our pod me runs on node-a, not on node-b" in parse(transcript("gpu-pods", NODE, elsewhere, PODS_OF_NOBODY)).problem
    boots = [f"5ddba009-a180-4f22-920e-6fefdcfd977{end}" for end in "cd"]
    node = {**NODE, "reply": {"kind": "Node", "status": {"nodeInfo": {"bootID": boots[0]}}}}
    asked = [transcript("gpu-pods", node, PODS_OF_NOBODY).replace('"burnin"', f'"burnin","boot_id":"{boot}"', 1) for boot in boots]
    told = "node-b is another machine than this one (its bootID says so): set NODE_NAME to what the cluster calls this one"
    assert [parse(text).problem for text in asked] == ["", told]
    assert parse(asked[1].replace(boots[0], "fake")).problem == ""


def test_pods_of_another_node_are_no_answer() -> None:
    """The question is part of the evidence."""
    others = {**PODS_OF_NOBODY, "query": [["fieldSelector", "spec.nodeName=node-c"]]}
    assert parse(transcript("gpu-pods", NODE, others)).problem == "the pods that were listed are of spec.nodeName=node-c"


@pytest.mark.parametrize(("amount", "held"), [("1k", 1000), ("2M", 2_000_000), ("1G", 10**9)])
def test_large_numbers_may_be_short(amount: str, held: int) -> None:
    """As the API writes 1000 shares of a GPU."""
    assert listed(pod(container(gpu=amount))).holders == (f"train/job-1 ({held} nvidia.com/gpu)",)
