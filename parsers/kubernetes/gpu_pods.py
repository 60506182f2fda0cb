"""
What a transcript of `hwaccept-kubernetes gpu-pods` says: which pods hold GPUs of a node.

A pod holds what its containers request (or are limited to, which is the same for a device) of resources that begin with
"nvidia.com/", from the moment it has a node until it has Succeeded or Failed; init containers may hold more than the others. What a
resource claim (dynamic resource allocation) stands for is not known here, so a pod that has one counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object
from parsers.kubernetes.exchanges import TOOL, Exchange, Transcript, elsewhere, is_elsewhere, part, refusal, whole_list, word
from parsers.kubernetes.exchanges import parse as parse_transcript
from parsers.kubernetes.quantity import amount_of
from parsers.tool import Tool

_ENDED = ("Succeeded", "Failed")
_DEVICES = "nvidia.com/"
_CONTAINERS = ("initContainers", "containers")


@dataclass(frozen=True)
class GpuPods:
    """
    `holders` has a text for each pod that holds GPUs, as "train/job-x (8 nvidia.com/gpu)", without the pod that asked.

    `node` is the one that was asked about. `problem` says why nobody knows; then `holders` is empty and means nothing.
    """

    node: str
    holders: tuple[str, ...]
    problem: str
    complete: bool


def parse(text: str) -> GpuPods:
    """The pods that hold GPUs. Raises ParseError for a transcript that is cut or of another action."""
    told = parse_transcript(text, "gpu-pods")
    problem = _problem(told)
    pods, unread = ([], problem) if problem else whole_list(told, "pods")
    node = told.last("node")
    holders = () if unread else _holders(pods, told.last("own-pod"))
    return GpuPods(node.resource[1] if node is not None else "", holders, unread, told.complete)


def _problem(told: Transcript) -> str:
    node, own = told.last("node"), told.last("own-pod")
    if told.stopped:
        return f"the program was stopped: {told.stopped}"
    if node is None:
        return "the transcript does not say whether the cluster has the node"
    if node.status == 404:
        return f"{refusal(node)}; set NODE_NAME to what the cluster calls this machine, or unset KUBECONFIG where it is of no cluster"
    refused = next((refusal(asked) for asked in (node, own) if asked is not None and not asked.answered), "")
    return refused or _another_node(told, node, own)


def _another_node(told: Transcript, node: Exchange, own: Exchange | None) -> str:
    """Why this is no answer about the machine that asked; "" where it is."""
    runs_on = None if own is None else word(part(own.reply, "spec"), "nodeName")
    if own is not None and runs_on != node.resource[1]:
        return f"our pod {own.resource[1]} runs on {runs_on}, not on {node.resource[1]}: set NODE_NAME from its field spec.nodeName"
    if is_elsewhere(told.boot_id, node.reply):
        return elsewhere(node)
    asked = {value for each in told.of("pods") for name, value in each.query if name == "fieldSelector"}
    return "" if asked <= {f"spec.nodeName={node.resource[1]}"} else f"the pods that were listed are of {', '.join(sorted(asked))}"


def _holders(pods: list[dict[str, object]], own: Exchange | None) -> tuple[str, ...]:
    own_uid = None if own is None else part(own.reply, "metadata").get("uid")
    others = [pod for pod in pods if own_uid is None or part(pod, "metadata").get("uid") != own_uid]
    held = [(part(pod, "metadata"), _held(pod)) for pod in others if part(pod, "status").get("phase") not in _ENDED]
    return tuple(f"{metadata.get('namespace')}/{metadata.get('name')} ({what})" for metadata, what in held if what)


def _held(pod: dict[str, object]) -> str:
    spec = part(pod, "spec")
    claims = len(as_list(TOOL, spec.get("resourceClaims") or [], "resourceClaims"))
    amounts: dict[str, int] = {}
    for kind in _CONTAINERS:
        of_kind: dict[str, int] = {}
        for container in as_list(TOOL, spec.get(kind) or [], kind):
            for name, amount in _devices(as_object(TOOL, container, "a container")).items():
                of_kind[name] = max(of_kind.get(name, 0), amount) if kind == "initContainers" else of_kind.get(name, 0) + amount
        amounts = {name: max(amounts.get(name, 0), of_kind.get(name, 0)) for name in (*amounts, *of_kind)}
    devices = [f"{amount} {name}" for name, amount in sorted(amounts.items()) if amount]
    return ", ".join([*devices, *([f"{claims} resource claims"] if claims else [])])


def _devices(container: dict[str, object]) -> dict[str, int]:
    resources = part(container, "resources")
    found: dict[str, int] = {}
    for kind in ("requests", "limits"):
        for name, amount in part(resources, kind).items():
            if name.startswith(_DEVICES):
                found[name] = max(found.get(name, 0), _whole(amount))
    return found


def _whole(amount: object) -> int:
    found = amount_of(amount)
    if found is None or found != int(found):
        raise ParseError(TOOL, "a whole number of devices", str(amount))
    return int(found)


TOOLS = (Tool("kubernetes-gpu-pods", "format 1", "hwaccept-kubernetes gpu-pods: which pods hold GPUs of a node", parse),)
