"""
What a transcript of `hwaccept-kubernetes peers` says: the pods to measure with, and the nodes that should run one.

A pod can be used once its status.phase is Running, it has an address, and nobody has deleted it. Names and fields: Kubernetes API
reference, core/v1 Pod and Node. The name that a pod's own `uname -n` says is spec.hostname or the pod's name, cut as the kubelet does
(truncatePodHostnameIfNeeded in kubelet_pods.go), or the node's with hostNetwork.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, member
from parsers.kubernetes.exchanges import TOOL, Exchange, Transcript, part, refusal, whole_list
from parsers.kubernetes.exchanges import parse as parse_transcript
from parsers.tool import Tool

NETWORK_STATUS = "k8s.v1.cni.cncf.io/network-status"
_LONGEST_HOSTNAME = 63
_ENDED = ("Succeeded", "Failed")
_ON_THE_WAY = ("ContainerCreating", "PodInitializing")
"""What a container waits for that begins as it should."""

_Objects = list[dict[str, object]]


@dataclass(frozen=True)
class Pod:
    """
    A pod by namespace and name. `node` is None while it has none; `addresses` are those of its default network.

    `hostname` is what it calls itself, `containers` are its containers by name. `network_status` is the annotation as it stands, None
    without one. `unusable` says why nothing can be run in it, "" where something can.
    """

    namespace: str
    name: str
    node: str | None
    hostname: str
    containers: tuple[str, ...]
    addresses: tuple[str, ...]
    network_status: str | None
    unusable: str


@dataclass(frozen=True)
class NotReady:
    """A node that is not Ready, and in which way, as in "is not Ready (NodeStatusUnknown: Kubelet stopped posting node status.)"."""

    node: str
    why: str


@dataclass(frozen=True)
class Discovery:
    """
    All pods that were looked for, and the nodes that should run one.

    `own` is the pod that asked, None where it is none. `lacking` has those of `wanted` that the cluster does not have, `not_ready` those
    that are not Ready; nodes that are wanted for a workload only are not asked for this. `problem` says why nothing is known; then the
    rest means nothing.
    """

    namespace: str
    own: Pod | None
    pods: tuple[Pod, ...]
    wanted: tuple[str, ...]
    lacking: tuple[str, ...]
    not_ready: tuple[NotReady, ...]
    problem: str
    complete: bool


def parse(text: str) -> Discovery:
    """Pods and nodes. Raises ParseError for a transcript that is cut or of another action, and for a pod without a name, or twice."""
    told = parse_transcript(text, "peers")
    lists = {why: whole_list(told, why) for why in ("pods", *(why for why in ("nodes", "workload") if told.of(why)))}
    unread = next((problem for _, problem in lists.values() if problem), "")
    problem = f"the program was stopped: {told.stopped}" if told.stopped else unread or _unasked(told)
    if problem:
        return Discovery(told.namespace, None, (), (), (), (), problem, told.complete)
    pods = _each_once(tuple(_pod(each) for each in lists["pods"][0]))
    named, listed = _named(told), lists.get("nodes", ([], ""))[0]
    lacking = tuple(name for name, asked in named.items() if asked.status == 404)
    found = [*listed, *(asked.reply for asked in named.values() if asked.answered)]
    not_ready = tuple(NotReady(_text(part(node, "metadata"), "name"), why) for node in found if (why := _not_ready(node)))
    own = told.last("own-pod")
    asking = None if own is None else _pod(own.reply)
    return Discovery(told.namespace, asking, pods, _wanted(listed, lists, named), lacking, not_ready, "", told.complete)


def _each_once(pods: tuple[Pod, ...]) -> tuple[Pod, ...]:
    seen: set[tuple[str, str]] = set()
    for pod in pods:
        if (pod.namespace, pod.name) in seen:
            raise ParseError(TOOL, "each pod once", pod.name)
        seen.add((pod.namespace, pod.name))
    return pods


def _named(told: Transcript) -> dict[str, Exchange]:
    """What was answered of each node that was asked for by its name; of each the last reply counts."""
    return {each.resource[1]: each for each in told.of("node")}


def _unasked(told: Transcript) -> str:
    """Why our own pod is not known, or whether a node that was named is one."""
    own = told.last("own-pod")
    if own is not None and not own.answered:
        return refusal(own)
    return next((refusal(each) for each in _named(told).values() if not each.answered and each.status != 404), "")


def _wanted(listed: _Objects, lists: dict[str, tuple[_Objects, str]], named: Iterable[str]) -> tuple[str, ...]:
    """The nodes that any of the ways names, each once and in that order."""
    labelled = [_text(part(node, "metadata"), "name") for node in listed]
    workload = [pod for pod in lists.get("workload", ([], ""))[0] if part(pod, "status").get("phase") not in _ENDED]
    running = [_optional(part(pod, "spec"), "nodeName") for pod in workload]
    return tuple(dict.fromkeys([*sorted(labelled), *sorted(filter(None, running)), *named]))


def _not_ready(node: dict[str, object]) -> str:
    """In which way a node is not Ready; "" where it is."""
    told = [each for each in _conditions(part(node, "status")) if each.get("type") == "Ready"]
    if told and told[0].get("status") == "True":
        return ""
    return f"is not Ready{_said(told[0]) if told else ' (it has never said that it is)'}"


def _pod(pod: dict[str, object]) -> Pod:
    metadata, spec, status = (part(pod, key) for key in ("metadata", "spec", "status"))
    name, node = _text(metadata, "name"), _optional(spec, "nodeName")
    listed = [_text(each, "ip") for each in _objects(status, "podIPs")]
    single = _optional(status, "podIP")
    addresses = tuple(listed or ([single] if single else []))
    own = (_optional(spec, "hostname") or name)[:_LONGEST_HOSTNAME].rstrip("-.")
    containers = tuple(_text(each, "name") for each in _objects(spec, "containers"))
    if not containers:
        raise ParseError(TOOL, f"the containers of pod {name}", "none")
    return Pod(
        _text(metadata, "namespace"), name, node, node if spec.get("hostNetwork") is True and node else own, containers, addresses,
        _optional(part(metadata, "annotations"), NETWORK_STATUS), _unusable(metadata, status, addresses),
    )  # fmt: skip


def _unusable(metadata: dict[str, object], status: dict[str, object], addresses: tuple[str, ...]) -> str:
    if metadata.get("deletionTimestamp") is not None:
        return "is being deleted"
    phase = _optional(status, "phase")
    if phase != "Running":
        return f"is {phase}{_why(status)}"
    return "" if addresses else "has no address yet"


def _why(status: dict[str, object]) -> str:
    """What the pod's containers or conditions say of it, as " (Unschedulable: 0/3 nodes are available)"."""
    states = [part(each, "state") for key in ("initContainerStatuses", "containerStatuses") for each in _objects(status, key)]
    waiting = [why for state in states if (why := part(state, "waiting")).get("reason") not in (None, *_ON_THE_WAY)]
    told = [each for each in _conditions(status) if each.get("status") == "False" and each.get("reason")]
    if waiting or told:
        return _said([*waiting, *told][0])
    said = _optional(status, "reason") or _optional(status, "message")
    return f" ({said})" if said else ""


def _said(told: dict[str, object]) -> str:
    """Reason and message of a condition, or of a container that waits, in brackets; "" without."""
    said = ": ".join(filter(None, (_optional(told, "reason"), _optional(told, "message"))))
    return f" ({said})" if said else ""


def _conditions(status: dict[str, object]) -> _Objects:
    return _objects(status, "conditions")


def _objects(mapping: dict[str, object], key: str) -> _Objects:
    """The objects of a list; none where there is no list."""
    return [as_object(TOOL, each, f"an object of {key}") for each in as_list(TOOL, mapping.get(key) or [], key)]


def _text(mapping: dict[str, object], key: str) -> str:
    return as_text(TOOL, member(TOOL, mapping, key), key)


def _optional(mapping: dict[str, object], key: str) -> str | None:
    value = mapping.get(key)
    return value if isinstance(value, str) and value else None


TOOLS = (Tool("kubernetes-peers", "format 1", "hwaccept-kubernetes peers: pods to measure with, and nodes that should run one", parse),)
