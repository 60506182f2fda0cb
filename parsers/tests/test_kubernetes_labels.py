"""What became of a node's labels must be told as it was, before and after, or with the sentence why it was not done; never as done."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.kubernetes.labels import HEALTH, TAINT, Change, NodeLabelling, parse
from parsers.tests.damage import RECORDINGS, changed, prefixes
from parsers.tests.kubernetes_label_health import HEALTHY

FOLDER = RECORDINGS / "kubernetes"
SET = "true:NoSchedule"
LEVEL, OUTPUT = "autopilot.ibm.com/dcgm.level.3", "autopilot.ibm.com/dcgm.level.3.output"
Document = dict[str, Any]
is_good = HEALTHY["kubernetes-label"]


def recording(name: str) -> str:
    """A transcript of a real API server."""
    return (FOLDER / f"label-{name}.jsonl").read_text(encoding="utf-8")


NAMES = tuple(sorted(path.stem.removeprefix("label-") for path in FOLDER.glob("label-*.jsonl")))
DONE = ("again", "dry-run", "evict", "evict-again", "first", "pass")
RESPECTED = ("conflict", "evicted", "testing")
FAILED = {
    "conflicts": "the node was changed by others whenever it was looked at (Operation cannot be fulfilled on nodes",
    "forbidden": "the ClusterRole needs the verb patch on nodes",
    "forbidden-get": "the ClusterRole needs the verb get on nodes",
    "invalid": 'patch nodes node-l: the label was refused (Node "node-l" is invalid: metadata.labels: Invalid value: "not a label"',
    "no-node": 'there is none (nodes "node-m" not found): create it, or correct its name; set NODE_NAME',
    "stopped": "the program was stopped: signal 15",
    "taint-conflicts": "patch nodes node-l: the taint was refused (the server rejected our request due to an error in our request)",
    "unauthorized": "renew the token or certificate of the kubeconfig",
    "unreachable": "get nodes node-l: the API server did not answer (NewConnectionError",
}


def edited(name: str, edit: Callable[[list[Document]], None]) -> str:
    """A recording in which something was changed by hand."""
    documents = [json.loads(line) for line in recording(name).splitlines()]
    edit(documents)
    return "".join(f"{json.dumps(document)}\n" for document in documents)


def of_key(changes: tuple[Change, ...], key: str) -> Change:
    """The change of one key."""
    [found] = [change for change in changes if change.key == key]
    return found


def test_every_recording_is_judged_here() -> None:
    """A new one has to be put into one of the tables."""
    assert set(NAMES) == {*DONE, *RESPECTED, *FAILED}


@pytest.mark.parametrize(("name", "said"), FAILED.items(), ids=FAILED)
def test_what_was_not_done_is_told_with_its_reason(name: str, said: str) -> None:
    """A label that nobody wrote must not be believed, and whoever reads the line must know what to do."""
    record = parse(recording(name))
    assert said in record.problem
    assert record.problem.isprintable()
    assert not is_good(record)
    assert record.complete == (name != "stopped")
    assert (record.labels != ()) == (name == "taint-conflicts")


@pytest.mark.parametrize("name", RESPECTED)
def test_what_the_node_says_of_itself_stays_and_the_rest_is_written(name: str) -> None:
    """TESTING and EVICT are others' word; the verdict of the run has to be found on the node all the same."""
    record = parse(recording(name))
    assert record.health is not None
    assert record.health.after == ("EVICT" if name == "evicted" else "TESTING")
    assert record.respected.startswith(f"{HEALTH} stays {record.health.after}: ")
    assert [change.key for change in record.labels] == ["hwaccept.io/verdict", LEVEL]
    assert is_good(record)


@pytest.mark.parametrize("name", DONE)
def test_what_was_done_is_told_before_and_after(name: str) -> None:
    """The reply of the server is what counts, and it has what was asked for."""
    record = parse(recording(name))
    assert is_good(record)
    assert record.health == of_key(record.labels, HEALTH)
    assert record.respected == ""
    assert record.node == "node-l"
    assert record.is_dry_run == (name == "dry-run")


HEALTHS = {
    "again": ("PASS", "PASS"), "dry-run": ("PASS", "EVICT"), "evict": ("PASS", "EVICT"), "evict-again": ("EVICT", "EVICT"),
    "first": (None, "PASS"), "pass": ("WARN", "PASS"),
}  # fmt: skip
TAINTS = {"again": (None, None), "dry-run": (None, SET), "evict": (None, SET), "pass": (SET, None)}


@pytest.mark.parametrize("name", DONE)
def test_health_and_taints_are_read_from_before_and_after(name: str) -> None:
    """A node that had no label, or a taint of somebody else, must not be said to have had ours."""
    record = parse(recording(name))
    assert record.health == Change(HEALTH, *HEALTHS[name])
    assert record.taint == (Change(TAINT, *TAINTS[name]) if name in TAINTS else None)


def test_an_annotation_that_is_removed_is_none_afterwards() -> None:
    """Which tests failed once must not stand on a node on which none fails."""
    assert of_key(parse(recording("pass")).annotations, OUTPUT) == Change(OUTPUT, "pcie.3;memory.0.5", None)
    assert of_key(parse(recording("evict")).annotations, OUTPUT) == Change(OUTPUT, None, "pcie.3;memory.0.5")


def patch_of(documents: list[Document], why: str = "label") -> Document:
    """The last patch of a step."""
    found: Document = [each for each in documents if each.get("why") == why][-1]
    return found


def _other_label(documents: list[Document]) -> None:
    patch_of(documents)["reply"]["metadata"]["labels"][HEALTH] = "WARN"


def _no_label(documents: list[Document]) -> None:
    del patch_of(documents)["reply"]["metadata"]["labels"]


def _annotation_stays(documents: list[Document]) -> None:
    patch_of(documents)["reply"]["metadata"]["annotations"][OUTPUT] = "pcie.3"


def _no_taints(documents: list[Document]) -> None:
    del patch_of(documents, "taint")["reply"]["spec"]["taints"]


def _other_effect(documents: list[Document]) -> None:
    patch_of(documents, "taint")["reply"]["spec"]["taints"][-1]["effect"] = "PreferNoSchedule"


def _foreign_lost(documents: list[Document]) -> None:
    del patch_of(documents, "taint")["reply"]["spec"]["taints"][0]


@pytest.mark.parametrize(
    ("name", "edit", "said"),
    [
        ("evict", _other_label, "autopilot.ibm.com/gpuhealth is 'WARN', asked was 'EVICT'"),
        ("evict", _no_label, "autopilot.ibm.com/gpuhealth is None, asked was 'EVICT'; hwaccept.io/verdict is None"),
        ("pass", _annotation_stays, f"{OUTPUT} is 'pcie.3', asked was None"),
        ("evict", _no_taints, "the taints"),
        ("evict", _other_effect, "the taints"),
        ("evict", _foreign_lost, "the taints"),
    ],
)
def test_a_reply_that_differs_from_what_was_asked_is_a_problem(name: str, edit: Callable[[list[Document]], None], said: str) -> None:
    """An admission webhook may change or drop what it is sent, and answers 200."""
    problem = parse(edited(name, edit)).problem
    assert problem.startswith(f"the API server wrote otherwise than it was asked: {said}")
    assert problem.endswith("see which admission webhook changes nodes")


def _without(why: str) -> Callable[[list[Document]], None]:
    def edit(documents: list[Document]) -> None:
        documents[:] = [each for each in documents if each.get("why") != why or "end" in each]

    return edit


@pytest.mark.parametrize(("name", "why"), [("evict", "taint"), ("first", "label")])
def test_a_look_without_the_patch_that_it_was_for_is_a_problem(name: str, why: str) -> None:
    """Nothing shows that anything was written."""
    said = f"the transcript does not say whether the node was labelled after {why}-node"
    assert parse(edited(name, _without(why))).problem == said


def test_a_transcript_without_a_request_is_a_problem() -> None:
    """The program that asked nothing has labelled nothing."""
    lines = recording("first").splitlines(keepends=True)
    record = parse(lines[0] + '{"refused":"no"}\n' + lines[-1])
    assert (record.health, record.labels, record.node) == (None, (), "")
    assert record.problem == "the transcript does not say whether the node was labelled"


def _set(why: str, *path: str | int, value: object) -> Callable[[list[Document]], None]:
    def edit(documents: list[Document]) -> None:
        place: Any = patch_of(documents, why)
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (_without("label-node"), "the patch label for the version that was looked at before"),
        (_without("taint-node"), "the patch taint for the version that was looked at before"),
        (_set("label", "sent", "metadata", "resourceVersion", value="1"), "the patch label for the version"),
        (_set("taint", "sent", 0, "value", value="1"), "the patch taint for the version"),
        (_set("taint", "sent", value=[{}]), "a JSON patch with a test and an addition"),
        (_set("label", "why", value="create"), "a step of the action label"),
        (_set("taint", "path", value="/api/v1/nodes/node-x"), "one node"),
        (_set("taint", "query", value=[["dryRun", "All"]]), "all patches of a dry run, or none"),
        (_set("label", "reply", "metadata", "labels", HEALTH, value=1), "a string as autopilot.ibm.com/gpuhealth"),
        (_set("label", "sent", "metadata", "labels", value=[]), "an object as labels"),
        (_set("label", "sent", value=None), "an object as a merge patch"),
        (_set("taint", "reply", "spec", "taints", value=[{"key": "a"}]), "the key 'effect'"),
    ],
)
def test_what_hangs_not_together_is_refused(edit: Callable[[list[Document]], None], expected: str) -> None:
    """A patch for a version that nobody had looked at, another node, half a dry run: no program of ours writes that."""
    with pytest.raises(ParseError, match=expected.replace("[", r"\[")):
        parse(edited("evict", edit))


def test_a_patch_that_was_asked_again_is_one_patch() -> None:
    """A server that was busy is asked again for the same version."""

    def edit(documents: list[Document]) -> None:
        busy = {**documents[2], "status": 503, "reply": {"kind": "Status", "message": "busy"}}
        documents.insert(2, busy)

    assert is_good(parse(edited("first", edit)))


def test_before_is_what_stood_there_before_the_first_patch() -> None:
    """The reply to a patch that was carried out may be lost: then the next look shows our own label."""

    def edit(documents: list[Document]) -> None:
        look, patch = documents[1:3]
        lost = {**patch, "status": 409, "reply": {"kind": "Status", "message": "modified"}}
        again = json.loads(json.dumps(look))
        again["reply"]["metadata"]["labels"][HEALTH] = "PASS"
        documents[1:3] = [look, lost, again, {**patch, "at_s": patch["at_s"]}]
        for document in documents[2:5]:
            document["at_s"] = patch["at_s"]

    record = parse(edited("first", edit))
    assert record.health == Change(HEALTH, None, "PASS")
    assert is_good(record)


@pytest.mark.parametrize("name", NAMES)
def test_a_transcript_that_is_cut_is_refused(name: str) -> None:
    """Half a conversation does not say how it ended."""
    text, chance = recording(name), random.Random(name)
    for cut in (*prefixes(text), *(text[: chance.randrange(len(text))] for _ in range(200))):
        with pytest.raises(ParseError):
            parse(cut)


@pytest.mark.parametrize("name", sorted(FAILED))
def test_no_line_that_is_lost_doubled_or_misplaced_makes_it_done(name: str) -> None:
    """What failed stays failed, or is refused."""
    lines = recording(name).splitlines(keepends=True)
    for number, line in enumerate(lines):
        rest = lines[:number] + lines[number + 1 :]
        moved = ([*rest[:at], line, *rest[at:]] for at in range(len(lines)))
        for other in (rest, [*lines[:number], line, *lines[number:]], *moved):
            if other != lines:
                _stays_bad("".join(other))


def _stays_bad(text: str) -> None:
    try:
        record = parse(text)
    except ParseError:
        return
    assert not is_good(record)


@given(st.sampled_from(NAMES), st.data())
@settings(deadline=None, max_examples=150)
def test_whatever_is_changed_it_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """No other exception, whatever a disk or a person did to the file."""
    try:
        record = parse(data.draw(changed(recording(name))))
    except ParseError:
        return
    assert isinstance(record, NodeLabelling)


def test_line_ends_of_another_system_mean_nothing() -> None:
    """A transcript may have passed through one."""
    assert parse(recording("evict").replace("\n", "\r\n")) == parse(recording("evict"))


def test_a_node_that_is_another_machine_was_not_labelled() -> None:
    """A wrong NODE_NAME would have the wrong node evicted; the program looks, and leaves it at that."""

    def looked_only(documents: list[Document]) -> None:
        del documents[2:-1]
        documents[0]["boot_id"] = "5ddba009-a180-4f22-920e-6fefdcfd977c"
        documents[1]["reply"]["status"] = {"nodeInfo": {"bootID": "5ddba009-a180-4f22-920e-6fefdcfd977d"}}

    told = parse(edited("pass", looked_only))
    assert (told.labels, is_good(told)) == ((), False)
    assert told.problem.endswith("is another machine than this one (its bootID says so): set NODE_NAME to what the cluster calls this one")
