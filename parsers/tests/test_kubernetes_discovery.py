"""Discovery of peers: every pod and every node that should have one is there, with what keeps it from being used, or nothing is."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from parsers.errors import ParseError
from parsers.kubernetes.discovery import Discovery, NotReady, parse
from parsers.tests.damage import changed as changed_text
from parsers.tests.kubernetes_health import BAD, HEALTHY

RECORDINGS = Path(__file__).parent.parent / "recordings" / "kubernetes"
LABELLED = (RECORDINGS / "peers-labelled.jsonl").read_text()
UNION = (RECORDINGS / "peers-union.jsonl").read_text()


def changed(text: str, why: str, change: Callable[[dict[str, Any]], object]) -> Discovery:
    """A transcript in which the exchanges of one step were changed."""
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        if line.get("why") == why:
            change(line)
    return parse("".join(json.dumps(line) + "\n" for line in lines))


def refuse(status: int | None, message: str) -> Callable[[dict[str, Any]], object]:
    """A change that lets the server refuse, or say nothing."""

    def change(line: dict[str, Any]) -> None:
        line["status"], line["reply"] = status, {"kind": "Status", "message": message}
        if status is None:
            line |= {"reply": None, "date": None, "problem": message}

    return change


def of_pod(name: str, **part: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    """A change of parts of a pod."""

    def change(line: dict[str, Any]) -> None:
        [pod] = [item for item in line["reply"]["items"] if item["metadata"]["name"] == name]
        for key, values in part.items():
            pod[key] = {**pod[key], **values}

    return change


def test_a_forbidden_list_says_which_rule_is_missing() -> None:
    """A list that was not given is not an empty one."""
    found = parse((RECORDINGS / "peers-forbidden.jsonl").read_text())
    assert (found.pods, found.wanted, found.own) == ((), (), None)
    assert "the Role needs the verb list on pods in namespace burnin" in found.problem


@pytest.mark.parametrize(
    ("text", "why", "status", "said"),
    [
        (LABELLED, "nodes", 403, 'nodes is forbidden: User "x" cannot list resource'), (LABELLED, "pods", 500, "etcd"),
        (LABELLED, "pods", None, "refused"),
        (UNION, "workload", 403, "x cannot list"), (UNION, "node", 403, "x cannot get"), (UNION, "node", None, "timed out"),
    ],
)  # fmt: skip
def test_whatever_was_not_answered_leaves_nothing_known(text: str, why: str, status: int | None, said: str) -> None:
    """With one list less there would be hosts less."""
    found = changed(text, why, refuse(status, said))
    assert said in found.problem
    assert (found.pods, found.wanted) == ((), ())


def test_our_own_pod_has_to_be_known_where_we_are_one() -> None:
    """Its annotation says which interfaces we should have; a pod that is not there was named wrongly."""
    found = parse((RECORDINGS / "peers-no-own.jsonl").read_text())
    assert 'pods "peer-gone" not found' in found.problem
    own = parse((RECORDINGS / "peers-own.jsonl").read_text()).own
    assert own is not None
    assert (own.name, own.node) == ("peer-a", "node-a")


def test_a_stopped_program_knows_nothing() -> None:
    """What it had asked so far may be a part."""
    stopped = LABELLED.replace('{"end":"complete"}', '{"end":"stopped","why":"signal 15"}')
    assert "signal 15" in parse(stopped).problem
    assert not parse(stopped).complete


def test_nodes_by_label_are_wanted_with_or_without_a_pod() -> None:
    """node-c and node-d have a pod that cannot be used, node-e has none: all are wanted, and the reasons are there."""
    found = parse(LABELLED)
    assert found.wanted == ("node-a", "node-b", "node-c", "node-d", "node-e")
    assert {pod.name: (pod.node, pod.unusable) for pod in found.pods} == {
        "peer-a": ("node-a", ""), "peer-b": ("node-b", ""), "peer-c": ("node-c", "is Pending"), "peer-d": ("node-d", "is Succeeded"),
        "peer-x": (None, "is Pending (Unschedulable: 0/6 nodes are available: 6 node(s) didn't match Pod's node affinity.)"),
    }  # fmt: skip


def test_ways_to_name_nodes_are_joined() -> None:
    """As Autopilot's: nodes of a workload and nodes by name, each once; one that the cluster does not have is still wanted."""
    found = parse(UNION)
    assert found.wanted == ("node-b", "node-a", "node-z")
    assert found.lacking == ("node-z",)


def test_nodes_of_a_workload_that_has_ended_are_not_wanted() -> None:
    """A job that is over runs nowhere."""
    found = changed(UNION, "workload", of_pod("job-1", status={"phase": "Succeeded"}))
    assert found.wanted == ("node-a", "node-z")


def test_no_node_and_no_pod_are_none() -> None:
    """Who asked for labels that nobody has gets nothing, and no problem: the caller has to see to it."""
    found = parse((RECORDINGS / "peers-none.jsonl").read_text())
    assert (found.pods, found.wanted, found.problem) == ((), (), "")


@pytest.mark.parametrize(
    ("part", "unusable"),
    [
        ({"metadata": {"deletionTimestamp": "2026-11-25T08:00:00Z"}}, "is being deleted"),
        ({"status": {"podIP": None, "podIPs": None}}, "has no address yet"),
        ({"status": {"phase": "Failed", "reason": "Evicted", "conditions": []}}, "is Failed (Evicted)"),
        ({"status": {"phase": "Unknown", "conditions": None}}, "is Unknown"),
        ({"status": {"phase": "Pending", "conditions": [{"status": "False", "reason": "Unschedulable"}]}}, "is Pending (Unschedulable)"),
        (
            {"status": {"phase": "Pending", "conditions": [{"status": "False", "reason": "ContainersNotReady"}], "containerStatuses": [
                {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image \"peer\""}}},
            ]}},
            'is Pending (ImagePullBackOff: Back-off pulling image "peer")',
        ),
        (
            {"status": {"phase": "Pending", "conditions": [], "containerStatuses": [{"state": {"waiting": {"reason": "PodInitializing"}}}],
                        "initContainerStatuses": [{"state": {"waiting": {"reason": "CreateContainerError"}}}, {"state": {}}]}},
            "is Pending (CreateContainerError)",
        ),
        ({"status": {"phase": None}}, "is None"),
    ],
)  # fmt: skip
def test_a_pod_that_cannot_be_used_says_why(part: dict[str, Any], unusable: str) -> None:
    """Running alone is not enough: it has to be reached, and to stay."""
    found = changed(LABELLED, "pods", of_pod("peer-a", **part))
    assert {pod.name: pod.unusable for pod in found.pods}["peer-a"] == unusable


@pytest.mark.parametrize(
    ("part", "hostname"),
    [
        ({}, "peer-a"), ({"spec": {"hostname": "worker-0"}}, "worker-0"), ({"spec": {"hostNetwork": True}}, "node-a"),
        ({"spec": {"hostname": "x" * 70}}, "x" * 63), ({"metadata": {"name": f"{'x' * 61}-.y"}}, "x" * 61),
    ],
)  # fmt: skip
def test_the_name_that_a_pod_says_of_itself_is_known(part: dict[str, Any], hostname: str) -> None:
    """uname -n is compared with it: a container that is not the pod's says another."""
    found = changed(LABELLED, "pods", of_pod("peer-a", **part))
    assert found.pods[0].hostname == hostname


def test_a_single_address_is_enough() -> None:
    """Servers before 1.16 have no podIPs."""
    found = changed(LABELLED, "pods", of_pod("peer-a", status={"podIPs": None, "podIP": "10.0.0.9"}))
    assert found.pods[0].addresses == ("10.0.0.9",)


@pytest.mark.parametrize(
    "part", [{"metadata": {"name": None}}, {"metadata": {"namespace": None}}, {"spec": {"containers": None}}, {"spec": {"containers": [7]}}]
)
def test_a_pod_without_a_name_or_a_container_is_refused(part: dict[str, Any]) -> None:
    """Nobody could be sent to it."""
    with pytest.raises(ParseError):
        changed(LABELLED, "pods", of_pod("peer-a", **part))


def test_a_pod_that_is_listed_twice_is_refused() -> None:
    """Its node would have two, or one more than it has."""
    with pytest.raises(ParseError, match="each pod once"):
        changed(LABELLED, "pods", lambda line: line["reply"]["items"].append(line["reply"]["items"][0]))


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        ([{"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "Kubelet stopped posting node status."}],
         "is not Ready (NodeStatusUnknown: Kubelet stopped posting node status.)"),
        ([{"type": "MemoryPressure", "status": "True"}, {"type": "Ready", "status": "False"}], "is not Ready"),
        ([{"type": "MemoryPressure", "status": "True"}], "is not Ready (it has never said that it is)"),
        ([], "is not Ready (it has never said that it is)"), (None, "is not Ready (it has never said that it is)"),
    ],
)  # fmt: skip
def test_a_node_that_is_not_ready_says_why(conditions: list[dict[str, str]] | None, why: str) -> None:
    """By label or by name: what its pods were is a memory."""
    by_label = changed(LABELLED, "nodes", of_pod("node-c", status={"conditions": conditions}))
    assert by_label.not_ready == (NotReady("node-c", why),)

    def change(line: dict[str, Any]) -> None:
        if line["status"] == 200:
            line["reply"]["status"]["conditions"] = conditions

    by_name = changed(UNION, "node", change)
    assert (by_name.not_ready, by_name.lacking) == ((NotReady("node-a", why),), ("node-z",))


def test_nodes_and_pods_that_are_not_well_are_told_apart() -> None:
    """A pod that waits for its image, one that is being deleted, and one that still stands there as Running on a node that is not Ready."""
    found = parse((RECORDINGS / "peers-not-ready.jsonl").read_text())
    assert found.wanted == ("node-a", "node-b", "node-c", "node-d")
    assert found.not_ready == (NotReady("node-d", "is not Ready (Fake: a fake node)"),)
    assert {pod.name: pod.unusable for pod in found.pods} == {
        "peer-a": "", "peer-b": "is Pending (ImagePullBackOff)", "peer-c": "is being deleted", "peer-d": "",
    }  # fmt: skip
    assert {pod.containers for pod in found.pods} == {("peer", "tools")}


def test_nodes_that_are_ready_have_nothing_against_them() -> None:
    """All of the recorded ones are."""
    assert parse(LABELLED).not_ready == ()
    assert [pod.containers for pod in parse(LABELLED).pods] == [("main",)] * 5


@pytest.mark.parametrize("name", sorted(path.name for path in RECORDINGS.glob("peers-*.jsonl")))
def test_a_transcript_that_is_cut_is_refused(name: str) -> None:
    """A host fewer is what a cut would make of it."""
    text = (RECORDINGS / name).read_text()
    assert parse(text).complete
    for end in [*(number for number, letter in enumerate(text) if letter == "\n"), *range(1, len(text) - 1, 97)]:
        with pytest.raises(ParseError):
            parse(text[:end])


def spoilt(text: str) -> Iterator[str]:
    """A transcript with each of its lines left out, told twice, or in the place of the next one."""
    lines = text.splitlines(keepends=True)
    for number in range(len(lines)):
        yield "".join([*lines[:number], *lines[number + 1 :]])
        yield "".join([*lines[: number + 1], *lines[number:]])
        yield "".join([*lines[:number], *lines[number + 1 : number + 2], lines[number], *lines[number + 2 :]])


@pytest.mark.parametrize("name", BAD["kubernetes-peers"])
def test_no_damage_makes_a_sick_cluster_well(name: str) -> None:
    """A line less, twice or elsewhere: refused, or still not all that is wanted is there."""
    healthy = HEALTHY["kubernetes-peers"]
    text = (RECORDINGS.parent / name).read_text()
    assert not healthy(parse(text))
    for each in spoilt(text):
        with contextlib.suppress(ParseError):
            assert not healthy(parse(each))


@settings(deadline=None, max_examples=150)
@given(changed_text(LABELLED))
def test_a_transcript_that_was_changed_is_read_or_refused(text: str) -> None:
    """Nothing but ParseError comes of it."""
    with contextlib.suppress(ParseError):
        parse(text)
