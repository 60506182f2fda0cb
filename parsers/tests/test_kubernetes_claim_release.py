"""The pod that uses a volume, and what is left of all of it: what did not run was not proven, what is there is not gone."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.kubernetes.claim import parse
from parsers.reading import Absent, ErrorWord, NotApplicable, Reading
from parsers.tests.corpus import structural
from parsers.tests.damage import changed
from parsers.tests.kubernetes_transcripts import Edit, Line, edited, exchange, of, recorded, refused, replies, unanswered, without
from parsers.tests.test_kubernetes_claim import CLAIMS, FILES, HEALTHY_FILES, T, claim, event, events, healthy, line, said, status

BAD_FILES = [name for name in FILES if name not in HEALTHY_FILES]


def ended(which: str, name: str, **how: Any) -> dict[str, Any]:
    """The status of a container that has ended."""
    return {which: [{"name": name, "state": {"terminated": how}}]}


def waits(reason: str | None, message: str | None = None) -> dict[str, Any]:
    """The status of an init container that waits."""
    return {"initContainerStatuses": [{"name": "write", "state": {"waiting": {"reason": reason, "message": message}}}]}


@pytest.mark.parametrize(
    ("name", "edits", "told", "sentence"),
    [
        ("differs", [], "Failed", "its container read ended with exit code 1: /bin/busybox /volume/hwaccept differ: char 4097, line 12"),
        ("differs", [replies("use", status(containerStatuses=None, **ended("initContainerStatuses", "write", exitCode=1, reason="Error")))],
         "Failed", "its container write ended with exit code 1: Error"),
        ("differs", [replies("use", status(containerStatuses=None, reason="Evicted", message="The node was low on memory"))],
         "!Failed", "the pod was ended before it had written and read: Evicted: The node was low on memory"),
        ("differs", [replies("use", status(**ended("containerStatuses", "read", exitCode=0), reason="NodeLost"))],
         "!Failed", "the pod was ended before it had written and read: NodeLost"),
        ("differs", [replies("use", status(**ended("containerStatuses", "read", reason="Unknown")))],
         "!Failed", "the pod failed before it could write and read: newest warning: FailedScheduling"),
        *(("differs", [replies("use", status(**ended("containerStatuses", "read", exitCode=code, reason=reason, message="no\n file")))],
           "!not run", f"the pod's container could not run: {reason}: no file")
          for code, reason in ((128, "StartError"), (127, "ContainerCannotRun"), (137, "OOMKilled"))),
        ("written", [replies("use", status(containerStatuses=None))], "!no result", "nothing says that its container read did: None"),
        ("written", [replies("use", status(**ended("containerStatuses", "write", exitCode=0)))], "!no result", "container read did: None"),
        ("written", [replies("use", status(**ended("containerStatuses", "read", exitCode=1)))], "!no result", "read did: {'exitC"),
        ("written", [replies("use", status(**ended("containerStatuses", "read", exitCode=None)))], "!no result", "container read did"),
        ("written", [replies("use", lambda reply: reply["spec"].update(nodeName="node-z"))], "!node", "ran on node-z, not on node-b"),
        ("written", [replies("use", lambda reply: reply["spec"].pop("nodeName", 0))], "!node", "the pod ran on None, not on node-b"),
        ("written", [unanswered("use")], "!no reply", "get pods hwaccept-"),
        ("written", [refused("use", 403, 'User "u" cannot get resource "pods"')], "!403", "the Role needs the verb get on pods"),
        ("written", [refused("use", 404, "not found")], "!404", "somebody else deleted the pod hwaccept-"),
        ("no-image", [], "!not run", "is still Pending at the time limit: write: ErrImagePull (manifest unknown)"),
        ("unschedulable", [], "!not run", "is still Pending at the time limit: newest warning: FailedScheduling: 0/2 nodes are available"),
        ("unschedulable", [replies("use", status(phase="Running"))], "!not run", "is still Running at the time limit"),
        ("unschedulable", [refused("pod-events", 403, "no")], "!not run", "its events cannot be read: list events in namespace burnin"),
    ],
)  # fmt: skip
def test_a_pod_proves_what_it_did_and_nothing_else(name: str, edits: list[Edit], told: str, sentence: str) -> None:
    """Failed is the volume's fault only where a container ran and said so; Succeeded counts on the node, with an exit code."""
    record = claim(name, *edits)
    assert said(record.pod_phase) == told
    assert sentence in line(record.pod_phase)
    assert not healthy(record)


@pytest.mark.parametrize("reason", ["FailedMount", "FailedAttachVolume", "FailedMapVolume"])
@pytest.mark.parametrize("waiting", [{}, waits("PodInitializing"), waits("ContainerCreating"), waits(None)], ids=repr)
def test_a_volume_that_cannot_be_mounted_is_a_fault_of_the_class(reason: str, waiting: dict[str, Any]) -> None:
    """The pod has its node, so what is still missing is the volume."""
    unmounted = events("pod-events", event(reason, "Warning", f"{T}2Z"), event("Scheduled", "Normal", f"{T}1Z"))
    record = claim("unschedulable", unmounted, replies("use", status(**waiting)))
    told = f"the pod could not mount the volume: newest warning: {reason}: {reason} happened"
    assert record.pod_phase == Reading("Pending", "text", told)


def test_a_container_that_waits_for_its_image_has_its_volume() -> None:
    """It was mounted late, and that is not what fails now."""
    late = events("pod-events", event("FailedMount", "Warning", f"{T}2Z"))
    record = claim("unschedulable", late, replies("use", status(**waits("ImagePullBackOff", "Back-off\n pulling"))))
    assert said(record.pod_phase) == "!not run"
    assert "write: ImagePullBackOff (Back-off pulling)" in line(record.pod_phase)


def test_a_pod_that_nobody_pinned_to_a_node_is_refused() -> None:
    """Where it was to run is part of what it proves."""

    def unpinned(lines: list[Line]) -> None:
        of(lines, "create-pods")[0]["sent"] = {"spec": {}}

    for edit in (unpinned, without("create-pods"), lambda lines: of(lines, "create-pods")[0].update(sent=None)):
        with pytest.raises(ParseError, match="a pod that is pinned to a node"):
            claim("written", edit)


def pod_stays(lines: list[Line]) -> None:
    """The pod is still there, though its claim is gone."""
    gone = of(lines, "pod-gone")[-1]
    gone |= {"status": 200, "reply": {"metadata": {"name": "p", "finalizers": ["a/b", "c"]}}}


@pytest.mark.parametrize(
    ("name", "edits", "told", "sentence"),
    [
        ("stuck", [], "there", "the claim hwaccept-4pdfl is still there at the time limit, its finalizers: example.com/hold"),
        ("no-image", [], "there", "the pod hwaccept-xml6g is still there at the time limit, its finalizers: none"),
        ("written", [pod_stays], "there", "the pod p is still there at the time limit, its finalizers: a/b, c"),
        ("written", [without("pod-gone")], "!not asked", "does not say whether the pod is gone"),
        ("written", [unanswered("pod-gone")], "!no reply", "get pods hwaccept-"),
        ("bound", [unanswered("claim-gone")], "!no reply", "get persistentvolumeclaims hwaccept-86sqz"),
        ("bound", [refused("claim-gone", 403, 'User "u" cannot get')], "!403", "the Role needs the verb get"),
        ("stuck", [refused(f"delete-{CLAIMS}", 403, 'User "u" cannot delete')], "!403", "the Role needs the verb delete"),
        ("stuck", [unanswered(f"delete-{CLAIMS}")], "!no reply", "delete persistentvolumeclaims hwaccept-4pdfl"),
        ("no-image", [refused("delete-pods", 403, 'User "u" cannot delete')], "!403", "the Role needs the verb delete on pods"),
        ("stuck", [refused(f"delete-{CLAIMS}", 404, "not found")], "there", "example.com/hold"),
        ("bound", [without("claim-gone")], Absent, "a claim that was deleted"),
        ("bound", [without(f"delete-{CLAIMS}")], Absent, "a claim that was deleted"),
    ],
)  # fmt: skip
def test_what_is_not_known_to_be_gone_is_not_gone(name: str, edits: list[Edit], told: object, sentence: str) -> None:
    """Nor is it the class's fault where nobody was allowed to delete it, or to look."""
    record = claim(name, *edits)
    assert said(record.claim_after) == told
    assert sentence in line(record.claim_after)
    assert isinstance(record.claim_gone_s, Absent)
    assert not healthy(record)


@pytest.mark.parametrize(
    ("name", "edits", "told", "sentence"),
    [
        ("volume-stays", [], "Released", "late-volume-2 with policy Delete is still Released at the time limit: it does not say why"),
        ("volume-stays", [replies("volume-gone", status(phase="Failed", message="error deleting: in use"))], "Failed",
         "is still Failed at the time limit: error deleting: in use"),
        ("volume-stays", [replies("volume-gone", lambda reply: reply.pop("status"))], "None", "is still None at the time limit"),
        ("retained", [replies("volume-gone", status(phase="Bound"))], "Bound", "with policy Retain is still Bound at the time limit"),
        ("retained", [replies("volume-gone", status(phase="Available"))], "Available", "with policy Retain is still Available"),
        ("bound", [refused("volume-gone", 403, 'persistentvolumes "p" is forbidden: User "u" cannot get')], "!403",
         "the ClusterRole needs the verb get on persistentvolumes"),
        ("bound", [unanswered("volume-gone")], "!no reply", "get persistentvolumes pvc-0bcd48ad-40ee-49fd-8f61-ef7f997c2261: the API"),
        ("bound", [without("volume-gone")], "!not asked", "say what became of the volume pvc-0bcd48ad-40ee-49fd-8f61-ef7f997c2261"),
        ("bound", [lambda lines: of(lines, "volume-gone")[0].update(path="/api/v1/persistentvolumes/pvc-1")], "!another",
         "asked for the volume pvc-1, not for the claim's pvc-0bcd48ad-40ee-49fd-8f61-ef7f997c2261"),
    ],
)  # fmt: skip
def test_a_volume_that_is_not_known_to_be_gone_is_not_gone(name: str, edits: list[Edit], told: str, sentence: str) -> None:
    """What is left fills up the storage; a policy keeps only what it has been given back."""
    record = claim(name, *edits)
    assert said(record.volume_after) == told
    assert sentence in line(record.volume_after)
    assert isinstance(record.volume_gone_s, Absent)
    assert isinstance(record.retained, Absent)
    assert not healthy(record)


@pytest.mark.parametrize("phase", ["Released", "Failed"])
def test_a_volume_that_its_policy_keeps_is_told_and_no_fault(phase: str) -> None:
    """Who set Retain wants it; but somebody has to remove it."""
    record = claim("retained", replies("volume-gone", status(phase=phase)))
    left = f"is left {phase}, as the policy Retain says: remove it, and the storage behind it, by hand"
    assert isinstance(record.volume_after, NotApplicable)
    assert said(record.retained) == phase
    assert left in line(record.volume_after)
    assert left in line(record.retained)
    assert healthy(record)


def swept(kind: str, name: str, code: int | None) -> Line:
    """A leftover that was deleted."""
    return exchange(f"sweep-delete-{kind}", "DELETE", f"/api/v1/namespaces/burnin/{kind}/{name}", code, {"kind": "Status"}, at_s=0.009)


def test_what_an_earlier_run_had_left_is_counted_with_its_volumes() -> None:
    """Gone meanwhile is gone too; what could not be removed is not counted, and a volume that outlives its claim is named."""

    def edit(lines: list[Line]) -> None:
        lines[3:3] = [swept("pods", "old-1", 200), swept(CLAIMS, "old-2", 404), swept(CLAIMS, "old-3", 403), swept("pods", "old-4", None)]
        volume = {"status": {"phase": "Released"}}
        at_s = lines[-2]["at_s"]
        lines[-1:-1] = [
            exchange("swept-volume", "GET", "/api/v1/persistentvolumes/pvc-2", 200, volume, at_s=at_s),
            exchange("swept-volume", "GET", "/api/v1/persistentvolumes/pvc-3", 404, at_s=at_s),
        ]

    record = claim("bound", edit)
    said_of_it = f"left behind by an earlier run and removed: pods old-1, {CLAIMS} old-2; its volume pvc-2 is still Released"
    assert record.swept == Reading(2, "count", said_of_it)
    assert claim("bound").swept == Reading(0, "count", "left behind by an earlier run and removed: nothing")
    assert healthy(record)


def late_everywhere(lines: list[Line]) -> None:
    """Bound after more than a minute."""
    for each in lines[lines.index(of(lines, "bind")[-1]) : -1]:
        each["at_s"] += 100


BAD = {
    **{name: recorded(name) for name in BAD_FILES},
    "a pod that stays": edited("claim-written", pod_stays),
    "a volume that nobody may see": edited("claim-bound", refused("volume-gone", 403, "no")),
    "another node": edited("claim-written", replies("use", lambda reply: reply["spec"].update(nodeName="node-z"))),
    "a claim that is late": edited("claim-late", late_everywhere),
    "a policy that keeps too much": edited("claim-retained", replies("volume-gone", status(phase="Bound"))),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_no_line_dropped_repeated_or_moved_makes_a_bad_claim_good(text: str) -> None:
    """Every single line left out, every one doubled, all lines of a step left out, and 40 other changes."""
    lines, draw = text.splitlines(keepends=True), random.Random(text).randrange
    steps = {each.split('"why":"')[1].split('"')[0] for each in lines if '"at_s"' in each} - {"use"}
    texts = ["".join(lines[:at] + lines[at + 1 :]) for at in range(len(lines))]
    texts += ["".join([*lines[:at], lines[at], *lines[at:]]) for at in range(len(lines))]
    texts += ["".join(each for each in lines if f'"why":"{step}"' not in each) for step in sorted(steps)]
    for damaged in (*texts, *(structural(text, draw) for _ in range(40))):
        try:
            assert not healthy(parse(damaged)), damaged
        except ParseError:
            continue


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_damaged_transcript_is_refused_or_read(data: st.DataObject) -> None:
    """No other exception, whatever is done to it."""
    name = data.draw(st.sampled_from(["claim-written", "claim-differs", "claim-late-unschedulable", "claim-retained", "claim-quota"]))
    try:
        record = parse(data.draw(changed(recorded(name))))
    except ParseError:
        return
    assert isinstance(record.complete, bool)


@pytest.mark.parametrize("code", [137, 143])
def test_a_container_that_was_killed_has_measured_nothing(code: int) -> None:
    """By whoever: the volume is not to blame."""
    phase = claim("differs", replies("use", status(**ended("containerStatuses", "read", exitCode=code, reason="Error")))).pod_phase
    assert isinstance(phase, ErrorWord)
    assert f"its container read was killed (exit code {code})" in line(phase)
