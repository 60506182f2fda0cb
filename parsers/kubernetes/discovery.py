"""
What a transcript of `hwaccept-kubernetes peers` says: the pods to measure with, and the nodes that should run one.

A pod can be used once its status.phase is Running, it has an address, and nobody has deleted it. Names and fields: Kubernetes API
reference, core/v1 Pod. The name that a pod's own `uname -n` says is spec.hostname or the pod's name, or the node's with hostNetwork.
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.json_text import as_list, as_object, as_text, member
from parsers.kubernetes.exchanges import TOOL, Transcript, part, refusal, whole_list
from parsers.kubernetes.exchanges import parse as parse_transcript
from parsers.tool import Tool

NETWORK_STATUS = "k8s.v1.cni.cncf.io/network-status"
_LONGEST_HOSTNAME = 63
_ENDED = ("Succeeded", "Failed")


@dataclass(frozen=True)
class Pod:
    """
    A pod by namespace and name. `node` is None while it has none; `addresses` are those of its default network.

    `hostname` is what it calls itself. `network_status` is the annotation as it stands, None without one. `unusable` says why nothing
    can be run in it, "" where something can.
    """

    namespace: str
    name: str
    node: str | None
    hostname: str
    addresses: tuple[str, ...]
    network_status: str | None
    unusable: str


@dataclass(frozen=True)
class Discovery:
    """
    All pods that were looked for, and the nodes that should run one.

    `own` is the pod that asked, None where it is none. `lacking` has those of `wanted` that the cluster does not have. `problem` says
    why nothing is known; then the rest means nothing.
    """

    namespace: str
    own: Pod | None
    pods: tuple[Pod, ...]
    wanted: tuple[str, ...]
    lacking: tuple[str, ...]
    problem: str
    complete: bool


def parse(text: str) -> Discovery:
    """Pods and nodes. Raises ParseError for a transcript that is cut or of another action, and for a pod without a name."""
    told = parse_transcript(text, "peers")
    lists = {why: whole_list(told, why) for why in ("pods", *(why for why in ("nodes", "workload") if told.of(why)))}
    unread = next((problem for _, problem in lists.values() if problem), "")
    problem = f"the program was stopped: {told.stopped}" if told.stopped else unread or _unasked(told)
    if problem:
        return Discovery(told.namespace, None, (), (), (), problem, told.complete)
    pods = tuple(_pod(each) for each in lists["pods"][0])
    lacking = tuple(each.resource[1] for each in told.of("node") if each.status == 404)
    own = told.last("own-pod")
    return Discovery(told.namespace, None if own is None else _pod(own.reply), pods, _wanted(told, lists), lacking, "", told.complete)


def _unasked(told: Transcript) -> str:
    """Why our own pod is not known, or whether a node that was named is one; of each the last reply counts."""
    own = told.last("own-pod")
    if own is not None and not own.answered:
        return refusal(own)
    last = {each.resource[1]: each for each in told.of("node")}
    return next((refusal(each) for each in last.values() if not each.answered and each.status != 404), "")


def _wanted(told: Transcript, lists: dict[str, tuple[list[dict[str, object]], str]]) -> tuple[str, ...]:
    """The nodes that any of the ways names, each once and in that order."""
    named = [_text(part(node, "metadata"), "name") for node in lists.get("nodes", ([], ""))[0]]
    workload = [pod for pod in lists.get("workload", ([], ""))[0] if part(pod, "status").get("phase") not in _ENDED]
    running = [_optional(part(pod, "spec"), "nodeName") for pod in workload]
    asked = [each.resource[1] for each in told.of("node")]
    return tuple(dict.fromkeys([*sorted(named), *sorted(filter(None, running)), *asked]))


def _pod(pod: dict[str, object]) -> Pod:
    metadata, spec, status = (part(pod, key) for key in ("metadata", "spec", "status"))
    name, node = _text(metadata, "name"), _optional(spec, "nodeName")
    listed = [_text(as_object(TOOL, each, "a pod's address"), "ip") for each in as_list(TOOL, status.get("podIPs") or [], "podIPs")]
    single = _optional(status, "podIP")
    addresses = tuple(listed or ([single] if single else []))
    own = (_optional(spec, "hostname") or name)[:_LONGEST_HOSTNAME]
    return Pod(
        _text(metadata, "namespace"), name, node, node if spec.get("hostNetwork") is True and node else own, addresses,
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
    """What the pod's conditions or containers say of it, as " (Unschedulable: 0/3 nodes are available)"."""
    conditions = [as_object(TOOL, each, "a condition") for each in as_list(TOOL, status.get("conditions") or [], "conditions")]
    told = [each for each in conditions if each.get("status") == "False" and each.get("reason")]
    if not told:
        said = _optional(status, "reason") or _optional(status, "message")
        return f" ({said})" if said else ""
    reason, message = told[0].get("reason"), _optional(told[0], "message")
    return f" ({reason}{f': {message}' if message else ''})"



def _text(mapping: dict[str, object], key: str) -> str:
    return as_text(TOOL, member(TOOL, mapping, key), key)


def _optional(mapping: dict[str, object], key: str) -> str | None:
    value = mapping.get(key)
    return value if isinstance(value, str) and value else None


TOOLS = (Tool("kubernetes-peers", "format 1", "hwaccept-kubernetes peers: pods to measure with, and nodes that should run one", parse),)
