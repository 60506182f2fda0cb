"""
What a transcript of `hwaccept-kubernetes label` says: what a node's labels, annotations and taints were, and what they are now.

The steps are label-node (a look at the node) and label (the patch of labels and annotations for the version that was seen), then, where
a taint was asked for, taint-node and taint. Both are begun again after a conflict. Only keys that begin with autopilot.ibm.com/ or
hwaccept.io/ are told of. A server that changes what it is sent (an admission webhook) is found by comparing its reply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object, as_text, member, one_line
from parsers.kubernetes.exchanges import TOOL, Exchange, Transcript, elsewhere, is_elsewhere, refusal
from parsers.kubernetes.exchanges import parse as parse_transcript
from parsers.tool import Tool

HEALTH = "autopilot.ibm.com/gpuhealth"
OURS = ("autopilot.ibm.com/", "hwaccept.io/")
"""What the keys begin with that are ours to write."""
TAINT = "hwaccept.io/rejected"
"""The key of the taint of a rejected node."""

_PATCHES = ("label", "taint")
_DRY_RUN = ("dryRun", "All")
_NOTHING_SAID = "the transcript does not say whether the node was labelled"


@dataclass(frozen=True)
class Change:
    """
    A label, an annotation, or our taint (as true:NoSchedule), before and now; None where there is none.

    In a dry run `after` is what would be.
    """

    key: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class NodeLabelling:
    """
    What became of the labels of `node`. `problem` is the sentence why not all was done, "" where it was.

    `health` is the label gpuhealth, also where it was not to be written; None where the node was not seen. `labels` and
    `annotations` are those that were written, none where they were not. `taint` is None where none was asked for, or none was
    written. `respected` says what stayed because the node's word counts more than ours. `complete`: the program came to its end by
    itself.
    """

    node: str
    is_dry_run: bool
    health: Change | None
    labels: tuple[Change, ...]
    annotations: tuple[Change, ...]
    taint: Change | None
    respected: str
    problem: str
    complete: bool


def parse(text: str) -> NodeLabelling:
    """What became of the node's labels. Raises ParseError for a transcript that is cut, of another action, or out of order."""
    told = parse_transcript(text, "label")
    node = _check_order(told)
    labelled, tainted = _done(told, "label"), _done(told, "taint")
    labels, annotations = _written(told, labelled, "labels"), _written(told, labelled, "annotations")
    return NodeLabelling(
        node, _is_dry_run(told), _health(told, labelled), labels, annotations, _taint_of(told, tainted), told.refused,
        _problem(told) or _differs(labelled, tainted), told.complete,
    )  # fmt: skip


def _check_order(told: Transcript) -> str:
    """The node's name, the same in all steps, each patch being for the version that was looked at just before."""
    look: Exchange | None = None
    for exchange in told.exchanges:
        if exchange.why in _PATCHES:
            if look is None or look.why != f"{exchange.why}-node" or _seen_version(look) != _sent_version(exchange):
                raise ParseError(TOOL, f"the patch {exchange.why} for the version that was looked at before", exchange.path)
        elif exchange.why in (f"{patch}-node" for patch in _PATCHES):
            look = exchange
        else:
            raise ParseError(TOOL, "a step of the action label", exchange.why)
    names = sorted({exchange.resource[1] for exchange in told.exchanges})
    if len(names) > 1:
        raise ParseError(TOOL, "one node", ", ".join(names))
    return names[0] if names else ""


def _is_dry_run(told: Transcript) -> bool:
    found = {_DRY_RUN in exchange.query for exchange in told.of(*_PATCHES)}
    if len(found) > 1:
        raise ParseError(TOOL, "all patches of a dry run, or none", "both")
    return found == {True}


def _seen_version(look: Exchange) -> object:
    return _metadata(look.reply).get("resourceVersion")


def _sent_version(patch: Exchange) -> object:
    if patch.why == "label":
        return member(TOOL, _sent_metadata(patch), "resourceVersion")
    return member(TOOL, _operation(patch, 0), "value")


def _done(told: Transcript, step: str) -> Exchange | None:
    """The patch of this step that was carried out, None where none was."""
    return next((exchange for exchange in told.of(step) if exchange.answered), None)


def _problem(told: Transcript) -> str:
    """Why not all was done, as far as the transcript says so itself."""
    if told.stopped:
        return f"the program was stopped: {told.stopped}"
    if not told.exchanges:
        return _NOTHING_SAID
    last = told.exchanges[-1]
    if last.answered and last.why not in _PATCHES and is_elsewhere(told.boot_id, last.reply):
        return elsewhere(last)
    if not last.answered:
        return _refused(last)
    return "" if last.why in _PATCHES else f"{_NOTHING_SAID} after {last.why}"


def _refused(last: Exchange) -> str:
    said = last.message or "it said nothing"
    if last.status == 404:
        return f"{refusal(last)}; set NODE_NAME to what the cluster calls this machine"
    if last.status == 409:
        return f"the node was changed by others whenever it was looked at ({said}): label it again"
    if last.status in (400, 422):
        why = "no such value may stand there, or others changed it meanwhile"
        return f"patch nodes {last.resource[1]}: the {last.why} was refused ({said}): {why}"
    return refusal(last)


def _written(told: Transcript, patch: Exchange | None, kind: str) -> tuple[Change, ...]:
    """The labels, or the annotations, that were sent and answered."""
    if patch is None:
        return ()
    before, after = _ours(_first_look(told).reply, kind), _ours(patch.reply, kind)
    return tuple(Change(key, before.get(key), after.get(key)) for key in _sent(patch, kind))


def _first_look(told: Transcript) -> Exchange:
    """Before anything was patched: a patch whose reply was lost, or that met a conflict, has another look after it."""
    return next(exchange for exchange in told.of("label-node") if exchange.answered)


def _health(told: Transcript, patch: Exchange | None) -> Change | None:
    looks = [exchange for exchange in told.of("label-node") if exchange.answered]
    if not looks:
        return None
    last = patch or looks[-1]
    return Change(HEALTH, _ours(looks[0].reply, "labels").get(HEALTH), _ours(last.reply, "labels").get(HEALTH))


def _taint_of(told: Transcript, patch: Exchange | None) -> Change | None:
    if patch is None:
        return None
    first = next(exchange for exchange in told.of("taint-node") if exchange.answered)
    return Change(TAINT, _shown(first), _shown(patch))


def _shown(seen: Exchange) -> str | None:
    return ", ".join(f"{value}:{effect}" for key, value, effect in _taint_list(seen.reply) if key == TAINT) or None


def _differs(labelled: Exchange | None, tainted: Exchange | None) -> str:
    """What the server answered otherwise than it was asked, "" where it did as it was asked."""
    found = [difference for kind in ("labels", "annotations") if labelled for difference in _differences(labelled, kind)]
    if tainted is not None:
        asked = [_taint(each) for each in as_list(TOOL, member(TOOL, _operation(tainted, 1), "value"), "taints")]
        found += [] if sorted(asked) == sorted(_taint_list(tainted.reply)) else ["the taints"]
    what_to_do = "see which admission webhook changes nodes"
    return f"the API server wrote otherwise than it was asked: {'; '.join(found)}: {what_to_do}" if found else ""


def _differences(patch: Exchange, kind: str) -> Iterator[str]:
    there = _ours(patch.reply, kind)
    for key, value in _sent(patch, kind).items():
        if there.get(key) != value:
            yield f"{key} is {there.get(key)!r}, asked was {value!r}"


def _sent(patch: Exchange, kind: str) -> dict[str, str | None]:
    sent = as_object(TOOL, member(TOOL, _sent_metadata(patch), kind), kind)
    return {key: None if value is None else as_text(TOOL, value, key) for key, value in sent.items()}


def _sent_metadata(patch: Exchange) -> dict[str, object]:
    return as_object(TOOL, member(TOOL, as_object(TOOL, patch.sent, "a merge patch"), "metadata"), "metadata")


def _operation(patch: Exchange, number: int) -> dict[str, object]:
    operations = as_list(TOOL, patch.sent, "a JSON patch")
    if len(operations) != 2:
        raise ParseError(TOOL, "a JSON patch with a test and an addition", one_line(operations))
    return as_object(TOOL, operations[number], "an operation")


def _metadata(node: Mapping[str, object]) -> dict[str, object]:
    return as_object(TOOL, node.get("metadata", {}), "metadata")


def _ours(node: Mapping[str, object], kind: str) -> dict[str, str]:
    """The labels, or annotations, of a node that are ours to write."""
    there = as_object(TOOL, _metadata(node).get(kind) or {}, kind)
    return {key: as_text(TOOL, value, key) for key, value in there.items() if key.startswith(OURS)}


def _taint_list(node: Mapping[str, object]) -> list[tuple[str, str, str]]:
    spec = as_object(TOOL, node.get("spec") or {}, "spec")
    return [_taint(each) for each in as_list(TOOL, spec.get("taints") or [], "taints")]


def _taint(entry: object) -> tuple[str, str, str]:
    """Its key, value and effect; the value may be missing, which is the same as none."""
    taint = as_object(TOOL, entry, "a taint")
    texts = (member(TOOL, taint, "key"), taint.get("value", ""), member(TOOL, taint, "effect"))
    key, value, effect = (as_text(TOOL, text, "a taint") for text in texts)
    return key, value, effect


TOOLS = (Tool("kubernetes-label", "format 1", "hwaccept-kubernetes label: what became of a node's labels, annotations and taints", parse),)
