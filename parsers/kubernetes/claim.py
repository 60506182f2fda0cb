"""
What a transcript of `hwaccept-kubernetes claim` says: was the volume bound, could it be used, and is all of it gone again?

Facts of the API: a claim's status.phase is Pending, Bound or Lost, and stays Bound while it is being deleted; a volume's is Available,
Bound, Released or Failed (Kubernetes API reference, core/v1). What events mean is from the volume controllers' reasons
(pkg/controller/volume/events/event.go) and the provisioners' gRPC codes. Times are seconds between two replies on the program's own
clock; each is an upper bound: too large by one pause between two questions, 1 s at most, and by what the server was away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.errors import ParseError
from parsers.json_text import as_list, as_object
from parsers.kubernetes.exchanges import TOOL, Exchange, Transcript, items_of, part, refusal, word
from parsers.kubernetes.exchanges import parse as parse_transcript
from parsers.kubernetes.quantity import amount_of
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tool import Tool

GONE = "gone"
_CLAIMS, _CLAIM_PHASES = "persistentvolumeclaims", ("Pending", "Bound", "Lost")
_WRONG_PARAMETERS = re.compile(r"code = InvalidArgument\b|invalid AccessModes|access modes? .{0,80}not supported", re.IGNORECASE)
_NOT_MOUNTED = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_NOT_YET = ("ContainerCreating", "PodInitializing")
_NOT_RUN = ("StartError", "ContainerCannotRun", "OOMKilled")
_KILLED = (137, 143)
_OF_ONE = ("bind", "claim-gone", "use", "pod", "pod-gone")
"""Steps that are about what was made; what is deleted may also be what was found by its label."""
_TIMES = ("lastTimestamp", "eventTime", "firstTimestamp")


@dataclass(frozen=True)
class VolumeClaim:
    """
    One claim from its creation to its end.

    `phase` is "Bound", or "Pending" at its time limit, or "Lost"; an ErrorWord where nobody knows. `bound_s` counts from its creation.
    `pod_phase` is "Succeeded" once a pod has written and read on its node; Absent where none was asked to. `claim_after` is "gone", or
    "there" at the time limit; `claim_gone_s` counts from its deletion and includes the pod. `volume_after` is "gone" or the
    volume's phase, NotApplicable where there never was one or its policy keeps it, which `retained` then says; `volume_gone_s` counts
    from the claim's end and is Absent where the claim is still there. `swept` counts what an earlier run had left and was removed.
    Lines say in words what was seen, with the newest event of what failed.
    """

    storage_class: str
    size: str | None
    access_mode: str | None
    node: str | None
    name: str | None
    volume: str | None
    binding_mode: str | None
    reclaim_policy: str | None
    phase: Field
    bound_s: Field
    pod_phase: Field
    claim_after: Field
    claim_gone_s: Field
    volume_after: Field
    volume_gone_s: Field
    retained: Field
    swept: Field
    complete: bool


def parse(text: str) -> VolumeClaim:
    """What the transcript says. Raises ParseError for one that is cut, of another action, or of no API server."""
    told = parse_transcript(text, "claim")
    _check_names(told)
    claim, storage_class = _claim(told), told.last("class")
    body = storage_class.reply if storage_class is not None and storage_class.answered else {}
    phase = _phase(told, claim)
    after, gone_s = _claim_after(told)
    volume_after, volume_gone_s, retained = _volume_after(told)
    size, access_mode = _asked_for(told)
    return VolumeClaim(
        storage_class.resource[1] if storage_class is not None else "", size, access_mode,
        _pinned_to(told) if told.of("create-pods") else None, _name(claim), _volume(told), word(body, "volumeBindingMode"),
        word(body, "reclaimPolicy"), phase, _bound_s(told, phase), _pod_phase(told), after, gone_s, volume_after, volume_gone_s, retained,
        _swept(told), told.complete,
    )  # fmt: skip


def _asked_for(told: Transcript) -> tuple[str | None, str | None]:
    """The size and the access mode that were sent."""
    spec = _sent_spec(told)
    modes = _listed_values(spec, "accessModes")
    size = word(part(part(spec, "resources"), "requests"), "storage")
    return size, modes[0] if len(modes) == 1 and isinstance(modes[0], str) else None


def _sent_spec(told: Transcript) -> dict[str, object]:
    """The specification of the claim as it was sent; an empty one where none was."""
    made = told.of(f"create-{_CLAIMS}")
    return part(as_object(TOOL, made[0].sent, "a claim that was sent"), "spec") if made else {}


def _check_names(told: Transcript) -> None:
    """Raises ParseError where steps of one claim are about another object, or where what deletes does not."""
    claim, pod = _name(_claim(told)), _name(_made(told, "pods"))
    for why, name in (
        ("bind", claim), ("claim-gone", claim), (f"delete-{_CLAIMS}", claim), ("use", pod), ("pod", pod), ("pod-gone", pod),
        ("delete-pods", pod),
    ):  # fmt: skip
        for each in told.of(why):
            if each.resource[2] != told.namespace or (name is not None and each.resource[1] != name and why in _OF_ONE):
                raise ParseError(TOOL, f"{why} of {name} in namespace {told.namespace}", each.path)
            if why.startswith("delete-") and (each.method != "DELETE" or each.query):
                raise ParseError(TOOL, "a deletion", f"{each.method} {each.path} {each.query}")


def _claim(told: Transcript) -> dict[str, object] | None:
    """The claim as it was created, or found after a creation of which nobody knew."""
    return _made(told, _CLAIMS)


def _made(told: Transcript, kind: str) -> dict[str, object] | None:
    made = told.last(f"create-{kind}")
    if made is None or made.answered:
        return None if made is None else made.reply
    found = items_of(told.of(f"find-{kind}")[-1:])
    return found[0] if found else None


def _phase(told: Transcript, claim: dict[str, object] | None) -> Field:
    problem = _problem(told, claim)
    if problem is not None:
        return problem
    last = told.last("bind")
    if last is None:
        return ErrorWord("not asked", "the transcript does not say whether the claim was bound")
    if last.status == 404:
        return ErrorWord("404", f"somebody else deleted the claim {_name(claim)} while it was waited for")
    if not last.answered:
        return _refused(last)
    if _uid(last.reply) != _uid(claim or {}):
        return ErrorWord("another", f"another claim has taken the name {_name(claim)} meanwhile")
    changed = _changed(told, last)
    if changed:
        return ErrorWord("changed", changed)
    phase = word(part(last.reply, "status"), "phase")
    if phase == "Pending" and word(part(last.reply, "metadata"), "deletionTimestamp"):
        return ErrorWord("deleted", f"somebody else deleted the claim {_name(claim)} while it was waited for, and it has not gone yet")
    if phase not in _CLAIM_PHASES:
        return ErrorWord("phase", f"the claim's phase is {phase!r}, which is none of {', '.join(_CLAIM_PHASES)}")
    return _seen_phase(told, phase)


def _changed(told: Transcript, claim: Exchange) -> str:
    """What the claim is beside what was asked for: something on the way into the cluster may change it, and another class is measured."""
    sent, has = _sent_spec(told), part(claim.reply, "spec")
    pairs: list[tuple[str, object, object]] = [(key, has.get(key), sent.get(key)) for key in ("storageClassName", "accessModes")]
    sizes = [part(part(spec, "resources"), "requests").get("storage") for spec in (has, sent)]
    if amount_of(sizes[0]) != amount_of(sizes[1]):
        pairs.append(("a size of", sizes[0], sizes[1]))
    for key, became, asked in pairs:
        if became != asked:
            said = f"the claim has {key} {became!r}, not {asked!r} that was asked for"
            return f"{said}: see what changes claims on their way into this cluster"
    capacity = part(part(claim.reply, "status"), "capacity").get("storage")
    if word(part(claim.reply, "status"), "phase") == "Bound" and (amount_of(capacity) or 0) < (amount_of(sizes[1]) or 0):
        return f"its volume has {capacity!r}, less than the {sizes[1]} that were asked for"
    return ""


def _seen_phase(told: Transcript, phase: str) -> Field:
    waited = told.of("bind")[-1].at_s - _created(told).at_s
    if phase == "Bound":
        return Reading("Bound", "text", f"Bound to {_volume(told)}") if _volume(told) else ErrorWord("Bound", "Bound, to no volume")
    of_pod = f"; of its pod, {_newest(told, 'pod-events')}" if told.of("pod-events") else ""
    newest = f"{_newest(told, 'claim-events')}{of_pod}"
    if phase == "Pending" and _WRONG_PARAMETERS.search(newest):
        return ErrorWord("InvalidArgument", f"the class cannot provide what [storage.classes] asks for: correct the spec ({newest})")
    said = "Lost: its volume has vanished" if phase == "Lost" else f"still Pending after {waited:.1f} s"
    return Reading(phase, "text", f"{said}; {newest}")


def _problem(told: Transcript, claim: dict[str, object] | None) -> ErrorWord | None:
    """Why nothing can be said of the claim; None where something can."""
    if told.refused:
        return ErrorWord("refused", told.refused)
    if told.stopped:
        return ErrorWord("stopped", f"the program was stopped: {told.stopped}")
    for why in ("sweep-pods", f"sweep-{_CLAIMS}", "class"):
        asked = told.last(why)
        if asked is None or not asked.answered:
            return _not_done(asked, why)
    made, pod = told.last(f"create-{_CLAIMS}"), told.last("create-pods")
    if claim is None:
        return _not_done(None if made is None else told.last(f"create-{_CLAIMS}", f"find-{_CLAIMS}"), "create the claim")
    if pod is not None and not pod.answered and not items_of(told.of("find-pods")[-1:]):
        return _not_done(told.last("create-pods", "find-pods"), "create the pod")
    return None


def _not_done(asked: Exchange | None, what: str) -> ErrorWord:
    if asked is None:
        return ErrorWord("not asked", f"the transcript does not say what came of: {what}")
    return ErrorWord(str(asked.status), f"the API server does not have it: {what}") if asked.answered else _refused(asked)


def _refused(asked: Exchange) -> ErrorWord:
    return ErrorWord("no reply" if asked.status is None else str(asked.status), refusal(asked))


def _bound_s(told: Transcript, phase: Field) -> Field:
    if not isinstance(phase, Reading) or phase.value != "Bound":
        return Absent("a claim that was bound")
    bound = next(each for each in told.of("bind") if each.answered and word(part(each.reply, "status"), "phase") == "Bound")
    return _seconds(_created(told), bound, "from the claim's creation until it was Bound")


def _created(told: Transcript) -> Exchange:
    """The reply that tells of the claim first; before that nobody knew whether there was one."""
    return next((each for each in told.of(f"create-{_CLAIMS}") if each.answered), None) or told.of(f"find-{_CLAIMS}")[-1]


def _pod_phase(told: Transcript) -> Field:
    last = told.last("use")
    if last is None:
        return Absent("a pod that was to write and read")
    if last.status == 404:
        return ErrorWord("404", f"somebody else deleted the pod {last.resource[1]} while it was waited for")
    if not last.answered:
        return _refused(last)
    phase = word(part(last.reply, "status"), "phase")
    newest = _newest(told, "pod-events")
    if phase == "Succeeded":
        return _succeeded(told, last)
    if phase == "Failed":
        return _failed(last, newest)
    waiting = _waiting(last)
    if not waiting and any(word(event, "reason") in _NOT_MOUNTED for event in items_of(told.of("pod-events"))):
        return Reading(str(phase), "text", f"the pod could not mount the volume: {newest}")
    return ErrorWord("not run", f"the pod that was to write and read is still {phase} at the time limit: {waiting or newest}")


def _succeeded(told: Transcript, last: Exchange) -> Field:
    """Succeeded counts only where the comparison ran on the node that it was pinned to, and ended with 0."""
    node, wanted = word(part(last.reply, "spec"), "nodeName"), _pinned_to(told)
    ended = _terminated(last).get("read")
    if node != wanted:
        return ErrorWord("node", f"the pod ran on {node}, not on {wanted}")
    if ended is None or ended.get("exitCode") != 0:
        return ErrorWord("no result", f"the pod has Succeeded, but nothing says that its container read did: {ended}")
    return Reading("Succeeded", "text", f"written, synced and read back on {node}")


def _failed(last: Exchange, newest: str) -> Field:
    evicted = word(part(last.reply, "status"), "reason")
    if evicted:
        said = ": ".join(filter(None, (evicted, word(part(last.reply, "status"), "message"))))
        return ErrorWord("Failed", f"the pod was ended before it had written and read: {said}")
    failed = [(name, state) for name, state in _terminated(last).items() if state.get("exitCode") not in (0, None)]
    not_run = next((state for _, state in failed if state.get("reason") in _NOT_RUN), None)
    if not_run is not None:
        return ErrorWord("not run", f"the pod's container could not run: {not_run['reason']}: {_one_line(not_run.get('message'))}")
    if not failed:
        said = word(part(last.reply, "status"), "message") or newest
        return ErrorWord("Failed", f"the pod failed before it could write and read: {said}")
    name, state = failed[0]
    if state["exitCode"] in _KILLED:
        return ErrorWord("killed", f"its container {name} was killed (exit code {state['exitCode']}), so that nothing is known")
    said = _one_line(state.get("message")) or _one_line(state.get("reason"))
    return Reading("Failed", "text", f"its container {name} ended with exit code {state['exitCode']}: {said}")


def _terminated(pod: Exchange) -> dict[str, dict[str, object]]:
    """The containers that have ended, by name, with how."""
    status = part(pod.reply, "status")
    listed = [*_listed(status, "initContainerStatuses"), *_listed(status, "containerStatuses")]
    ended = {str(word(each, "name")): part(part(each, "state"), "terminated") for each in listed}
    return {name: state for name, state in ended.items() if state}


def _waiting(pod: Exchange) -> str:
    """What the containers wait for once the volume is mounted, as "write: ErrImagePull (not found)"; "" while it is not."""
    status = part(pod.reply, "status")
    listed = [*_listed(status, "initContainerStatuses"), *_listed(status, "containerStatuses")]
    waits = [(each, part(part(each, "state"), "waiting")) for each in listed]
    known = [(each, wait) for each, wait in waits if word(wait, "reason") not in (None, *_NOT_YET)]
    return "; ".join(f"{word(each, 'name')}: {word(wait, 'reason')} ({_one_line(wait.get('message'))})" for each, wait in known)


def _pinned_to(told: Transcript) -> str | None:
    made = told.last("create-pods")
    sent = None if made is None else made.sent
    try:
        terms = sent["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]  # type: ignore[index]
        return str(terms[0]["matchFields"][0]["values"][0])
    except (KeyError, IndexError, TypeError) as error:
        raise ParseError(TOOL, "a pod that is pinned to a node", str(sent)) from error


def _claim_after(told: Transcript) -> tuple[Field, Field]:
    deleted, last, pod = told.of(f"delete-{_CLAIMS}"), told.last("claim-gone"), told.last("pod-gone")
    if not deleted or last is None:
        nothing = Absent("a claim that was deleted")
        return nothing, nothing
    if pod is None and told.of("create-pods"):
        return ErrorWord("not asked", "the transcript does not say whether the pod is gone"), Absent("a pod that is gone")
    for each, kind, what in ((pod, "pods", "pod"), (last, _CLAIMS, "claim")):
        if each is not None and each.status != 404:
            return _not_gone(each, told.of(f"delete-{kind}"), what), Absent("a claim that is gone")
    gone = Reading(GONE, "text", "claim and pod are gone" if pod is not None else "the claim is gone")
    return gone, _seconds(deleted[0], last, "from the claim's deletion until it was gone")


def _not_gone(last: Exchange, deletions: Sequence[Exchange], what: str) -> Field:
    """What is still there, or why nobody knows; what nobody was allowed to delete is no fault of the class."""
    refused = next((each for each in (last, *deletions[-1:]) if not each.answered and each.status != 404), None)
    if refused is not None:
        return _refused(refused)
    metadata = part(last.reply, "metadata")
    finalizers = ", ".join(str(each) for each in _listed_values(metadata, "finalizers")) or "none"
    return Reading("there", "text", f"the {what} {_name(last.reply)} is still there at the time limit, its finalizers: {finalizers}")


def _volume_after(told: Transcript) -> tuple[Field, Field, Field]:
    """What became of the volume, how long that took, and whether it is to stay."""
    last, claim = told.last("volume-gone"), told.last("claim-gone")
    none = Absent("a volume that is kept")
    if last is None:
        forgotten = ErrorWord("not asked", f"the transcript does not say what became of the volume {_volume(told)}")
        return forgotten if _volume(told) else NotApplicable("there was no volume"), Absent("a volume"), none
    if last.resource[1] != (_volume(told) or last.resource[1]):
        another = ErrorWord("another", f"asked for the volume {last.resource[1]}, not for the claim's {_volume(told)}")
        return another, Absent("a volume"), none
    if last.status == 404:
        gone = Reading(GONE, "text", "the volume is gone")
        if claim is None or claim.status != 404:
            return gone, Absent("a claim that is gone"), none
        return gone, _seconds(claim, last, "from the claim's end until its volume was gone"), none
    if not last.answered:
        return _refused(last), Absent("a volume that is gone"), none
    policy = word(part(last.reply, "spec"), "persistentVolumeReclaimPolicy")
    phase = str(word(part(last.reply, "status"), "phase"))
    name = _name(last.reply)
    if policy == "Retain" and phase in ("Released", "Failed"):
        said = f"the volume {name} is left {phase}, as the policy Retain says: remove it, and the storage behind it, by hand"
        return NotApplicable(said), Absent("a volume that is gone"), Reading(phase, "text", said)
    said = word(part(last.reply, "status"), "message") or "it does not say why"
    line = f"the volume {name} with policy {policy} is still {phase} at the time limit: {said}"
    return Reading(phase, "text", line), Absent("a volume that is gone"), none


def _swept(told: Transcript) -> Field:
    removed = [each for each in told.of("sweep-delete-pods", f"sweep-delete-{_CLAIMS}") if each.answered or each.status == 404]
    kept = [each for each in told.of("swept-volume") if each.answered]
    names = ", ".join(f"{each.resource[0]} {each.resource[1]}" for each in removed) or "nothing"
    left = "".join(f"; its volume {each.resource[1]} is still {word(part(each.reply, 'status'), 'phase')}" for each in kept)
    return Reading(len(removed), "count", f"left behind by an earlier run and removed: {names}{left}")


def _newest(told: Transcript, why: str) -> str:
    """The newest warning among the events, else the newest event, in words."""
    last, events = told.last(why), items_of(told.of(why))
    if last is not None and not last.answered:
        return f"its events cannot be read: {refusal(last)}"
    warnings = [event for event in events if word(event, "type") == "Warning"]
    if not events:
        return "no event says why"
    newest = max(warnings or events, key=_time_of)
    kind = "newest warning" if warnings else "no warning, the newest event"
    return f"{kind}: {word(newest, 'reason')}: {_one_line(newest.get('message'))}"


def _time_of(event: dict[str, object]) -> str:
    """When an event was seen last. Stamps are UTC in ISO 8601, so that they sort as text; microseconds only where seconds agree."""
    series = word(part(event, "series"), "lastObservedTime")
    return max(filter(None, [series, *(word(event, name) for name in _TIMES)]), default="")


def _seconds(first: Exchange, last: Exchange, line: str) -> Reading:
    return Reading(round(last.at_s - first.at_s, 3), "s", line)


def _volume(told: Transcript) -> str | None:
    """The claim's volume, by the last reply that names it."""
    named = [word(part(each.reply, "spec"), "volumeName") for each in told.of("bind", "claim-gone") if each.answered]
    return next((name for name in reversed(named) if name), None)


def _name(body: dict[str, object] | None) -> str | None:
    return None if body is None else word(part(body, "metadata"), "name")


def _uid(body: dict[str, object]) -> str | None:
    return word(part(body, "metadata"), "uid")



def _listed(mapping: dict[str, object], key: str) -> list[dict[str, object]]:
    return [as_object(TOOL, each, key) for each in _listed_values(mapping, key)]


def _listed_values(mapping: dict[str, object], key: str) -> Sequence[object]:
    value = mapping.get(key)
    return [] if value is None else as_list(TOOL, value, key)


def _one_line(text: object) -> str:
    return " ".join(text.split()) if isinstance(text, str) else ""



TOOLS = (Tool("kubernetes-claim", "format 1", "hwaccept-kubernetes claim: a volume from claim to release", parse),)
