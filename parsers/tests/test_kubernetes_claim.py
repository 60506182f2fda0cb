"""A claim of a volume from its creation to its end: what failed is told apart from what nobody knows, and neither is ever good."""

from __future__ import annotations

from typing import Any

import pytest

from parsers.errors import ParseError
from parsers.kubernetes.claim import VolumeClaim, parse
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.kubernetes_health import HEALTHY
from parsers.tests.kubernetes_transcripts import (
    FOLDER,
    Edit,
    Line,
    edited,
    exchange,
    lines_of,
    of,
    recorded,
    refused,
    repeated,
    replies,
    transcript,
    unanswered,
    without,
)

CLAIMS = "persistentvolumeclaims"
MADE = f"create-{CLAIMS}"
HEALTHY_FILES = {"claim-bound", "claim-bound-rwx", "claim-late", "claim-retained", "claim-written"}
FILES = sorted(path.stem for path in FOLDER.glob("claim-*.jsonl"))
healthy = HEALTHY["kubernetes-claim"]


def claim(name: str, *edits: Edit) -> VolumeClaim:
    """A recording with some of its lines changed, parsed."""
    return parse(edited(f"claim-{name}", *edits))


def said(field: Field) -> object:
    """A reading's value; the word of an error after a "!"; the type of anything else."""
    return field.value if isinstance(field, Reading) else f"!{field.word}" if isinstance(field, ErrorWord) else type(field)


def words(record: VolumeClaim) -> list[object]:
    """What the record says of claim, pod, claim's end, volume's end."""
    return [said(field) for field in (record.phase, record.pod_phase, record.claim_after, record.volume_after)]


def line(field: Field) -> str:
    """What a field says in words."""
    return field.name if isinstance(field, Absent) else field.line


def status(**changes: Any) -> Any:
    """Changes the status of a reply."""
    return lambda reply: reply["status"].update(changes)


NEVER = [Absent, Absent, NotApplicable]
"""No pod was asked for, no claim deleted, and there was no volume."""


@pytest.mark.parametrize(
    ("name", "expected", "of_phase"),
    [
        ("bound", ["Bound", Absent, "gone", "gone"], "Bound to pvc-0bcd48ad-40ee-49fd-8f61-ef7f997c2261"),
        ("bound-rwx", ["Bound", Absent, "gone", "gone"], "Bound to pvc-f767ec21"),
        ("differs", ["Bound", "Failed", "gone", "gone"], "Bound to pvc-"),
        ("forbidden", ["!403", *NEVER], "the Role needs the verb list on pods in namespace burnin"),
        ("invalid", ["!422", *NEVER], 'refused as invalid (PersistentVolumeClaim "hwaccept-8gn4f" is invalid: spec.accessModes'),
        ("late", ["Bound", Absent, "gone", "gone"], "Bound to late-volume-1"),
        ("late-no-image", ["!refused", *NEVER], "class late binds a volume at its first use, which needs a pod: give [storage] image"),
        ("late-unschedulable", ["Pending", Absent, "gone", "gone"],
         "still Pending after 5.0 s; no warning, the newest event: WaitForPodScheduled: waiting for pod hwaccept-kxrqb to be scheduled; "
         "of its pod, newest warning: FailedScheduling: 0/2 nodes are available"),
        ("lost", ["Lost", Absent, "gone", "gone"], "Lost: its volume has vanished; newest warning: ClaimLost: Bound claim has lost"),
        ("no-class", ["!404", *NEVER], "get storageclasses.storage.k8s.io nope: there is none ("),
        ("no-image", ["Bound", "!not run", "there", "Bound"], "Bound to pvc-"),
        ("no-namespace", ["!404", *NEVER], 'there is none (namespaces "burnin-gone" not found)'),
        ("pending-no-provisioner", ["Pending", Absent, "gone", "gone"],
         "still Pending after 5.0 s; no warning, the newest event: ExternalProvisioning: waiting for a volume to be created"),
        ("pending-refused", ["Pending", Absent, "gone", "gone"],
         "still Pending after 5.0 s; newest warning: ProvisioningFailed: Mount options are not supported by the provisioner"),
        ("quota", ["!403", *NEVER], "create persistentvolumeclaims in namespace burnin-quota: the quota does not allow it ("),
        ("retained", ["Bound", Absent, "gone", NotApplicable], "Bound to pvc-"),
        ("stopped", ["!stopped", *NEVER], "the program was stopped: signal 15"),
        ("stuck", ["Pending", Absent, "there", "gone"], "ExternalProvisioning"),
        ("unauthorized", ["!401", *NEVER], "the API server does not know us (Unauthorized)"),
        ("unschedulable", ["Bound", "!not run", "gone", "gone"], "Bound to pvc-"),
        ("volume-stays", ["Bound", Absent, "gone", "Released"], "Bound to late-volume-2"),
        ("written", ["Bound", "Succeeded", "gone", "gone"], "Bound to pvc-"),
    ],
)  # fmt: skip
def test_every_recording_is_read_as_what_it_shows(name: str, expected: list[object], of_phase: str) -> None:
    """A fault that was made with kubectl comes out as that fault, a refusal as nobody's fault."""
    record = claim(name)
    assert words(record) == expected
    assert of_phase in line(record.phase)
    assert record.complete == (name != "stopped")
    assert healthy(record) == (f"claim-{name}" in HEALTHY_FILES)


def test_every_recording_stands_in_the_table_above() -> None:
    """One that nobody reads proves nothing."""
    marks = test_every_recording_is_read_as_what_it_shows.pytestmark  # type: ignore[attr-defined]
    assert sorted(f"claim-{row[0]}" for row in marks[0].args[1]) == FILES


def test_who_claims_what_is_told() -> None:
    """Class, names, and the class's two policies; nothing of a class that nobody could read."""
    record, unknown = claim("late"), claim("no-class")
    told = (record.storage_class, record.name, record.volume, record.binding_mode, record.reclaim_policy)
    assert told == ("late", "hwaccept-5mmwt", "late-volume-1", "WaitForFirstConsumer", "Delete")
    assert (unknown.storage_class, unknown.name, unknown.binding_mode, unknown.reclaim_policy) == ("nope", None, None, None)
    assert claim("bound", without("class")).storage_class == ""


def test_times_are_between_two_replies() -> None:
    """From the creation until Bound, from the deletion until the claim was gone, and from then on until its volume was."""
    record = claim("late")
    assert record.bound_s == Reading(0.113, "s", "from the claim's creation until it was Bound")
    assert record.claim_gone_s == Reading(0.005, "s", "from the claim's deletion until it was gone")
    assert record.volume_gone_s == Reading(0.108, "s", "from the claim's end until its volume was gone")


def test_a_volume_is_not_late_because_its_claim_was() -> None:
    """The claim's time is judged by itself: a provisioner can begin only when the claim is gone."""

    def later(lines: list[Line]) -> None:
        for each in lines[lines.index(of(lines, "claim-gone")[-1]) : -1]:
            each["at_s"] += 100

    record = claim("late", later)
    assert (said(record.claim_gone_s), said(record.volume_gone_s)) == (100.005, 0.108)


def test_without_an_end_of_the_claim_the_volume_has_no_time() -> None:
    """Nothing to count from: the claim is still there, or nobody asked."""
    for record in (claim("stuck"), claim("bound", without("claim-gone")), claim("bound", unanswered("claim-gone"))):
        assert (said(record.volume_after), record.volume_gone_s) == ("gone", Absent("a claim that is gone"))
        assert not healthy(record)


@pytest.mark.parametrize(
    ("name", "edits", "word", "sentence"),
    [
        ("bound", [without("sweep-pods")], "not asked", "the transcript does not say what came of: sweep-pods"),
        ("bound", [without(f"sweep-{CLAIMS}")], "not asked", f"what came of: sweep-{CLAIMS}"),
        ("bound", [without("class")], "not asked", "what came of: class"),
        ("bound", [without(MADE)], "not asked", "what came of: create the claim"),
        ("bound", [without("bind")], "not asked", "does not say whether the claim was bound"),
        ("bound", [unanswered("bind")], "no reply", "the API server did not answer (connection refused)"),
        ("pending-refused", [unanswered("bind")], "no reply", "the API server did not answer (connection refused)"),
        ("pending-refused", [refused("bind", 500, "etcd")], "500", "refused with status 500 (etcd)"),
        ("pending-refused", [refused("bind", 404, "not found")], "404", "somebody else deleted the claim hwaccept-gc9wd"),
        ("pending-refused", [replies("bind", lambda reply: reply["metadata"].update(deletionTimestamp="2026-11-25T07:13:44Z"))],
         "deleted", "somebody else deleted the claim hwaccept-gc9wd while it was waited for, and it has not gone yet"),
        ("bound", [replies("bind", lambda reply: reply["metadata"].update(uid="another"))], "another", "another claim has taken the name"),
        ("bound", [replies("bind", status(phase="Released"))], "phase", "phase is 'Released', which is none of Pending, Bound, Lost"),
        ("bound", [replies("bind", status(phase=None))], "phase", "the claim's phase is None"),
        ("bound", [replies("bind", lambda reply: reply.pop("status"))], "phase", "the claim's phase is None"),
        ("bound", [replies("bind", lambda reply: reply["spec"].pop("volumeName", 0)),
                   replies("claim-gone", lambda reply: reply["spec"].pop("volumeName"))], "Bound", "Bound, to no volume"),
        ("late", [refused("create-pods", 403, "exceeded quota: few")], "403", "create pods in namespace burnin: the quota does not"),
        ("late", [unanswered("create-pods")], "no reply", "create pods in namespace burnin: the API server did not answer"),
        ("bound", [unanswered(MADE)], "no reply", "create persistentvolumeclaims in namespace burnin: the API server did not answer"),
        ("bound", [unanswered("class")], "no reply", "get storageclasses.storage.k8s.io fast: the API server did not answer"),
    ],
)  # fmt: skip
def test_what_nobody_knows_is_an_error_and_never_a_phase(name: str, edits: list[Edit], word: str, sentence: str) -> None:
    """A server that is away, or others who meddle, are no fault of the class; nor is it Bound."""
    record = claim(name, *edits)
    assert isinstance(record.phase, ErrorWord)
    assert record.phase.word == word
    assert sentence in record.phase.line
    assert record.bound_s == Absent("a claim that was bound")
    assert not healthy(record)


def found(kind: str, name: str, code: int | None = 200) -> Edit:
    """Has the server not answer the creation of an object, which is then looked for by its label: found as it was created, or not."""

    def edit(lines: list[Line]) -> None:
        made = of(lines, f"create-{kind}")[0]
        asked = exchange(f"find-{kind}", "GET", made["path"], code, {"items": [made["reply"]] if name else []}, at_s=made["at_s"])
        lines.insert(lines.index(made) + 1, asked)
        unanswered(f"create-{kind}")(lines)

    return edit


def test_a_claim_of_whose_creation_nobody_knew_is_found_by_its_label() -> None:
    """A request that was lost on its way back has been carried out: its time counts from there."""
    record = claim("late", found(CLAIMS, "hwaccept-5mmwt"), found("pods", "hwaccept-qw7g7"))
    assert record == claim("late")
    assert healthy(record)


@pytest.mark.parametrize(
    ("edit", "word", "sentence"),
    [
        (found(CLAIMS, ""), "200", "the API server does not have it: create the claim"),
        (found(CLAIMS, "", None), "no reply", "list persistentvolumeclaims in namespace burnin: the API server did not answer"),
        (found("pods", ""), "200", "the API server does not have it: create the pod"),
        (found("pods", "", 500), "500", "list pods in namespace burnin: refused with status 500 (it said nothing)"),
    ],
)
def test_what_is_not_found_either_was_not_created(edit: Edit, word: str, sentence: str) -> None:
    """Or nobody knows."""
    phase = claim("late", edit).phase
    assert isinstance(phase, ErrorWord)
    assert (phase.word, sentence in phase.line) == (word, True)


def test_a_name_that_is_taken_is_drawn_again_and_the_time_counts_from_the_claim() -> None:
    """409, then 201: what counts is the claim that was created, from when the server told of it."""
    again = repeated(MADE, refused(MADE, 409, "already exists"), lambda lines: lines[0].update(at_s=0.011))
    record = claim("bound", again)
    assert (record.name, said(record.phase), said(record.bound_s)) == ("hwaccept-86sqz", "Bound", 0.108)
    assert healthy(record)


def event(reason: str, kind: str, last: str | None, **more: Any) -> Line:
    """An event in the old form, by lastTimestamp."""
    return {"metadata": {}, "reason": reason, "message": f"{reason}\n  happened", "type": kind, "lastTimestamp": last, **more}


def events(why: str, *listed: Line) -> Edit:
    """Has the server list these events."""
    return replies(why, lambda reply: reply.update(items=list(listed)))


T = "2026-11-25T07:00:0"


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ([], "no event says why"),
        ([event("A", "Normal", f"{T}1Z"), event("B", "Normal", f"{T}2Z")], "no warning, the newest event: B: B happened"),
        ([event("A", "Warning", f"{T}1Z"), event("B", "Normal", f"{T}2Z")], "newest warning: A: A happened"),
        ([event("A", "Warning", f"{T}3Z"), event("B", "Warning", f"{T}2Z")], "newest warning: A: A happened"),
        ([event("A", "Warning", f"{T}3Z"), event("B", "Warning", None, eventTime=f"{T}4.000001Z")], "newest warning: B: B happened"),
        ([event("A", "Warning", f"{T}3Z"), event("B", "Warning", f"{T}1Z", series={"lastObservedTime": f"{T}5.5Z"})], "newest warning: B:"),
        ([event("A", "Warning", None), event("B", "Warning", None, firstTimestamp=f"{T}1Z")], "newest warning: B: B happened"),
        ([event("A", "Warning", None, series=None, message=None)], "newest warning: A: "),
    ],
)
def test_the_newest_warning_says_why(listed: list[Line], told: str) -> None:
    """In whichever form events carry their time; a later event that is none of a fault does not hide it."""
    record = claim("pending-refused", events("claim-events", *listed))
    assert line(record.phase) == f"still Pending after 5.0 s; {told}" if told.endswith("happened") else told in line(record.phase)
    assert said(record.phase) == "Pending"


@pytest.mark.parametrize(
    "message",
    [
        'failed to provision volume with StorageClass "x": rpc error: code = InvalidArgument desc = unsupported size',
        "invalid AccessModes [ReadWriteMany]: only AccessModes [ReadWriteOnce] are supported",
        "rpc error: access mode MULTI_NODE_MULTI_WRITER is not supported",
    ],
)
def test_what_the_class_cannot_provide_is_the_specs_fault(message: str) -> None:
    """Asking for something that was never promised rejects nothing."""
    wrong = event("ProvisioningFailed", "Warning", f"{T}9Z", message=message)
    record = claim("pending-refused", events("claim-events", wrong, event("Other", "Warning", f"{T}1Z")))
    assert said(record.phase) == "!InvalidArgument"
    assert "correct the spec" in line(record.phase)
    assert said(claim("lost", events("claim-events", wrong)).phase) == "Lost"


@pytest.mark.parametrize("message", ["code = InvalidArguments", "code = Internal desc = quota", "code = DeadlineExceeded"])
def test_other_faults_of_a_provisioner_leave_the_claim_pending(message: str) -> None:
    """Words are compared whole."""
    assert said(claim("pending-refused", events("claim-events", event("F", "Warning", f"{T}9Z", message=message))).phase) == "Pending"


def test_events_that_cannot_be_read_are_told_and_the_claim_is_still_pending() -> None:
    """Its phase was read; only why is not known. Events that were read the second time are read."""
    record = claim("pending-refused", refused("claim-events", 403, 'User "u" cannot list resource "events"'))
    assert said(record.phase) == "Pending"
    assert "its events cannot be read: list events in namespace burnin: forbidden (" in line(record.phase)
    assert claim("pending-refused", repeated("claim-events", unanswered("claim-events"))) == claim("pending-refused")


def test_another_action_or_half_a_transcript_is_refused() -> None:
    """What these mean is not known here."""
    for text in (recorded("gpu-pods-free"), recorded("claim-bound")[:-2], transcript("claim", *lines_of("claim-bound")[1:-1])[:-1], ""):
        with pytest.raises(ParseError):
            parse(text)


@pytest.mark.parametrize("value", [[], "x", 1], ids=repr)
@pytest.mark.parametrize(("why", "key"), [("bind", "status"), ("bind", "metadata"), ("claim-gone", "spec"), (MADE, "metadata")])
def test_what_is_no_object_is_refused(why: str, key: str, value: object) -> None:
    """Not read as one that says nothing."""
    with pytest.raises(ParseError):
        claim("bound", replies(why, lambda reply: reply.update({key: value})))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("storageClassName", "slow", "the claim has storageClassName 'slow', not 'fast' that was asked for"),
        ("storageClassName", None, "the claim has storageClassName None, not 'fast'"),
        ("accessModes", ["ReadOnlyMany"], "the claim has accessModes ['ReadOnlyMany'], not ['ReadWriteOnce']"),
    ],
)
def test_a_claim_that_was_changed_on_its_way_is_no_measurement_of_the_class(key: str, value: object, said: str) -> None:
    """An admission webhook may give it another class, which then passes in the place of the promised one."""

    def change(lines: list[Line]) -> None:
        for line in of(lines, "bind"):
            line["reply"]["spec"][key] = value

    phase = parse(edited("claim-bound", change)).phase
    assert isinstance(phase, ErrorWord)
    assert said in phase.line


def sized(asked: str, has: str, capacity: object) -> Field:
    """The phase of a claim of which `asked` was sent, and which then has another size and capacity."""

    def change(lines: list[Line]) -> None:
        of(lines, MADE)[0]["sent"]["spec"]["resources"]["requests"]["storage"] = asked
        for line in of(lines, "bind"):
            line["reply"]["spec"]["resources"]["requests"]["storage"] = has
            line["reply"]["status"]["capacity"] = {"storage": capacity}

    return parse(edited("claim-bound", change)).phase


@pytest.mark.parametrize(
    ("asked", "has", "capacity", "said"),
    [
        ("100Gi", "1Mi", "1Mi", "the claim has a size of '1Mi', not '100Gi' that was asked for"),
        ("100Gi", "100Gi", "1Mi", "its volume has '1Mi', less than the 100Gi that were asked for"),
        ("1Gi", "1Gi", None, "its volume has None, less than the 1Gi"), ("1Gi", "1Gi", "much", "its volume has 'much', less"),
        ("1Gi", "1G", "2Gi", "the claim has a size of '1G', not '1Gi'"), ("1Gi", "many", "2Gi", "the claim has a size of 'many'"),
    ],
)  # fmt: skip
def test_a_volume_that_is_smaller_is_no_measurement_of_the_class(asked: str, has: str, capacity: object, said: str) -> None:
    """A webhook that shrinks every claim makes a full pool look as good as new."""
    phase = sized(asked, has, capacity)
    assert isinstance(phase, ErrorWord)
    assert said in phase.line


@pytest.mark.parametrize(
    ("asked", "has", "capacity"), [("1024Mi", "1Gi", "1Gi"), ("1Gi", "1Gi", "8Ei"), ("1000M", "1G", "1.5G"), ("1k", "1000", "1Ki")]
)
def test_a_size_may_be_written_in_another_way(asked: str, has: str, capacity: str) -> None:
    """The server shortens it, and a volume may be larger."""
    assert isinstance(sized(asked, has, capacity), Reading)


def test_a_record_says_what_was_claimed() -> None:
    """Of whom it is a record is compared with what was to be measured."""
    record = parse(edited("claim-written"))
    assert (record.storage_class, record.size, record.access_mode, record.node) == ("fast", "10Mi", "ReadWriteOnce", "node-b")
    nothing = parse(edited("claim-no-class"))
    assert (nothing.size, nothing.access_mode, nothing.node) == (None, None, None)


@pytest.mark.parametrize("why", ["bind", "claim-gone", "use", "pod-gone", "delete-pods", "delete-persistentvolumeclaims"])
def test_steps_about_another_object_are_refused(why: str) -> None:
    """What became of it is not what became of the claim."""

    def renamed(lines: list[Line]) -> None:
        for line in of(lines, why):
            line["path"] = line["path"].rpartition("/")[0] + "/another"

    def elsewhere(lines: list[Line]) -> None:
        for line in of(lines, why):
            line["path"] = line["path"].replace("burnin", "other")

    for edit in (elsewhere, *([renamed] if not why.startswith("delete") else [])):
        with pytest.raises(ParseError):
            parse(edited("claim-written", edit))


@pytest.mark.parametrize("change", [{"method": "GET"}, {"query": [["dryRun", "All"]]}])
def test_a_deletion_that_deletes_nothing_is_refused(change: Line) -> None:
    """Then what is gone went for another reason."""
    with pytest.raises(ParseError, match="a deletion"):
        parse(edited("claim-bound", lambda lines: of(lines, "delete-persistentvolumeclaims")[0].update(change)))
