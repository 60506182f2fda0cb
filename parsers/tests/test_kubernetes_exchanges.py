"""Transcripts of hwaccept-kubernetes: whole or refused, and a refusal of the server says what to do."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.kubernetes.exchanges import Exchange, Transcript, items_of, parse, refusal, whole_list
from parsers.tests.damage import changed, prefixes
from parsers.tests.kubernetes_transcripts import FOLDER, Line, exchange, lines_of, recorded, text_of, transcript

ACTIONS = ("claim", "gpu-pods")
FILES = [(path.stem, action) for action in ACTIONS for path in sorted(FOLDER.glob(f"{action}-*.jsonl"))]
PODS, POD = "/api/v1/namespaces/burnin/pods", "/api/v1/namespaces/burnin/pods/job-1"
BEGIN: Line = {"hwaccept_kubernetes": 1, "action": "claim", "namespace": "burnin"}
END: Line = {"end": "complete"}
ASKED = exchange("pods", "GET", PODS)


def parsed(*exchanges: Line) -> Transcript:
    """A whole transcript of these exchanges, parsed."""
    return parse(transcript("claim", *exchanges), "claim")


def one(method: str, path: str, status: int | None, message: str = "") -> Exchange:
    """One exchange, parsed."""
    return parsed(exchange("pods", method, path, status, {"message": message} if message else {})).exchanges[0]


def but(**changes: Any) -> Line:
    """The exchange with some keys changed."""
    return {**ASKED, **changes}


@pytest.mark.parametrize(("name", "action"), FILES)
def test_a_transcript_cut_anywhere_is_refused(name: str, action: str) -> None:
    """Its last line says that it is whole, so nothing that was cut has one."""
    text, draw = recorded(name), random.Random(name)
    for cut in (*prefixes(text), *(text[: draw.randrange(len(text))] for _ in range(200)), text[:-1]):
        with pytest.raises(ParseError):
            parse(cut, action)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "a transcript with a first and a last line, found nothing"),
        ([BEGIN], "a transcript with a first and a last line"),
        ([BEGIN, ASKED], "only end, why in the last line, found \"the key 'at_s'\""),
        ([ASKED, END], "only action, boot_id, hwaccept_kubernetes, namespace in the first line"),
        ([{**BEGIN, "hwaccept_kubernetes": 2}, END], "a transcript of claim in format 1"),
        ([{**BEGIN, "hwaccept_kubernetes": "1"}, END], "a transcript of claim in format 1"),
        ([{**BEGIN, "action": "gpu-pods"}, END], "a transcript of claim in format 1"),
        ([{**BEGIN, "version": "2"}, END], "found \"the key 'version'\""),
        ([{"hwaccept_kubernetes": 1, "action": "claim"}, END], "the key 'namespace'"),
        ([{**BEGIN, "namespace": None}, END], "a string as namespace, found 'null'"),
        ([BEGIN, {"end": "complete", "why": "signal 15"}], "end complete, or end stopped and why"),
        ([BEGIN, {"end": "stopped", "why": ""}], "end complete, or end stopped and why"),
        ([BEGIN, {"end": "killed", "why": "x"}], "end complete, or end stopped and why"),
        ([BEGIN, {"end": "stopped"}], "the key 'why'"),
        ([BEGIN, {}], "the key 'end'"),
        ([BEGIN, BEGIN, END], "in an exchange, found \"the key 'action'\""),
        ([BEGIN, END, END], "in an exchange, found \"the key 'end'\""),
        ([BEGIN, {"refused": "a"}, {"refused": "b"}, END], "one refusal at most, found 'b'"),
        ([BEGIN, {"refused": 1}, END], "a string as refused, found '1'"),
        ([BEGIN, but(host="a"), END], "found \"the key 'host'\""),
        ([BEGIN, but(at_s="0.1"), END], "at_s in seconds, found '0.1' in line 2"),
        ([BEGIN, but(at_s=True), END], "at_s in seconds, found 'True' in line 2"),
        ([BEGIN, but(at_s=-0.1), END], "times that do not go back, found '-0.1 s after 0 s'"),
        ([BEGIN, but(at_s=2), but(at_s=1.5), END], "times that do not go back, found '1.5 s after 2 s'"),
        ([BEGIN, but(status=None), END], "a status, or a problem"),
        ([BEGIN, but(problem="refused"), END], "a status, or a problem"),
        ([BEGIN, but(status="200"), END], "a whole number as an HTTP status"),
        ([BEGIN, but(status=99), END], "an HTTP status, found '99' in line 2"),
        ([BEGIN, but(status=600), END], "an HTTP status, found '600' in line 2"),
        ([BEGIN, but(status=True), END], "a whole number as an HTTP status"),
        ([BEGIN, but(reply=None), END], "an object as a reply"),
        ([BEGIN, but(reply=[]), END], "an object as a reply"),
        ([BEGIN, but(date=5), END], "a string as a date"),
        ([BEGIN, but(why=None), END], "a string as why"),
        ([BEGIN, but(method=1), END], "a string as method"),
        ([BEGIN, but(query={}), END], "an array as a query"),
        ([BEGIN, but(query=[["limit"]]), END], "pairs in a query"),
        ([BEGIN, but(query=["ab"]), END], "an array as a pair"),
        ([BEGIN, but(query=[["limit", 500]]), END], "a string as a value"),
        *(([BEGIN, but(path=path), END], f"a path of the API, found '{path}' in line 2") for path in (
            "/healthz", "/api/v1", "/api/v1/", "/api/v2/pods", "/apis/", "/apis/apps", "/apis/apps/v1", "/apis//v1/pods", f"{PODS}/", "pods"
        )),
        ([BEGIN, {key: value for key, value in ASKED.items() if key != "sent"}, END], "the key 'sent'"),
    ],
)  # fmt: skip
def test_what_the_program_does_not_write_is_refused_in_one_line(lines: list[Line], said: str) -> None:
    """Another format, another action, unknown keys, half an exchange, a clock that goes back: what it means is not known."""
    with pytest.raises(ParseError) as caught:
        parse(text_of(lines), "claim")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "\n\n\n", "\x00\x01\n\n", "hwaccept-kubernetes: no cluster\n", "null\nnull\nnull\n", "[]\n[]\n[]\n", '{"a":1\n}\n{}\n'],
    ids=repr,
)
def test_what_is_no_transcript_at_all_is_refused(text: str) -> None:
    """Nothing, binary, the program's own complaint, JSON of something else."""
    with pytest.raises(ParseError):
        parse(text, "claim")


def test_words_around_an_object_are_refused() -> None:
    """A line that something else printed into the transcript may have replaced one."""
    lines = transcript("claim", ASKED).splitlines()
    with pytest.raises(ParseError, match=r"nothing but an object, found 'warning' in line 2"):
        parse("\n".join([lines[0], f"{lines[1]} warning", lines[2], ""]), "claim")


@pytest.mark.parametrize(("name", "action"), FILES)
def test_line_ends_of_another_system_mean_nothing(name: str, action: str) -> None:
    """The same transcript, copied through another system."""
    assert parse(recorded(name).replace("\n", "\r\n"), action) == parse(recorded(name), action)


def test_what_was_stopped_is_not_complete() -> None:
    """Though it is whole: it says so itself."""
    told = parse(text_of([BEGIN, ASKED, {"end": "stopped", "why": "signal 15"}]), "claim")
    assert (told.complete, told.stopped, len(told.exchanges)) == (False, "signal 15", 1)


def test_a_transcript_of_nothing_but_its_ends_is_whole() -> None:
    """A program that was refused at once has asked nothing."""
    told = parse(text_of([BEGIN, {"refused": "no image"}, END]), "claim")
    assert (told.complete, told.refused, told.exchanges, told.last("pods"), told.namespace) == (True, "no image", (), None, "burnin")


def test_every_field_of_an_exchange_is_kept() -> None:
    """With and without a reply, in their order."""
    date, body = "Wed, 25 Nov 2026 07:13:40 GMT", dict[str, object](kind="Pod")
    asked = but(at_s=1, query=[["limit", "5"]], sent=body, status=201, date=date, reply=body)
    told = parsed(asked, exchange("node", "GET", "/api/v1/nodes/a", None, at_s=1), exchange("pods", "GET", PODS, at_s=2.5))
    assert told.exchanges[0] == Exchange(1.0, "pods", "GET", PODS, (("limit", "5"),), body, 201, date, body, "")
    assert told.exchanges[1] == Exchange(1.0, "node", "GET", "/api/v1/nodes/a", (), None, None, None, {}, "connection refused")
    assert told.of("pods", "node") == told.exchanges
    assert told.last("pods") == told.exchanges[2]
    assert [each.answered for each in told.exchanges] == [True, False, True]


@pytest.mark.parametrize(
    ("method", "path", "verb", "resource"),
    [
        ("GET", "/api/v1/nodes", "list", ("nodes", "", "")),
        ("GET", "/api/v1/nodes/a", "get", ("nodes", "a", "")),
        ("GET", "/api/v1/namespaces", "list", ("namespaces", "", "")),
        ("GET", "/api/v1/namespaces/burnin", "get", ("namespaces", "burnin", "")),
        ("GET", PODS, "list", ("pods", "", "burnin")),
        ("GET", POD, "get", ("pods", "job-1", "burnin")),
        ("POST", PODS, "create", ("pods", "", "burnin")),
        ("PATCH", "/api/v1/nodes/a", "patch", ("nodes", "a", "")),
        ("PUT", POD, "update", ("pods", "job-1", "burnin")),
        ("DELETE", POD, "delete", ("pods", "job-1", "burnin")),
        ("GET", "/apis/storage.k8s.io/v1/storageclasses/fast", "get", ("storageclasses.storage.k8s.io", "fast", "")),
        ("GET", "/apis/storage.k8s.io/v1/storageclasses", "list", ("storageclasses.storage.k8s.io", "", "")),
        ("GET", "/apis/apps/v1/namespaces/burnin/daemonsets/d", "get", ("daemonsets.apps", "d", "burnin")),
        ("GET", "/apis/apps/v1/namespaces/burnin/daemonsets", "list", ("daemonsets.apps", "", "burnin")),
        ("GET", "/apis/apps/v1/daemonsets", "list", ("daemonsets.apps", "", "")),
    ],
)
def test_a_request_is_named_as_rbac_names_it(method: str, path: str, verb: str, resource: tuple[str, str, str]) -> None:
    """Who has to allow it copies these words into a Role."""
    asked = one(method, path, 200)
    assert (asked.verb, asked.resource) == (verb, resource)


CANNOT = 'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "burnin"'
QUOTA = 'pods "job-1" is forbidden: exceeded quota: few, requested: pods=1, used: pods=9, limited: pods=9'


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("GET", PODS, 401, "Unauthorized"),
         "list pods in namespace burnin: the API server does not know us (Unauthorized): renew the token or certificate of the kubeconfig"),
        (("GET", PODS, 403, CANNOT),
         f"list pods in namespace burnin: forbidden ({CANNOT}): the Role needs the verb list on pods in namespace burnin"),
        (("GET", "/api/v1/nodes/a", 403, 'User "u" cannot get resource "nodes"'),
         'get nodes a: forbidden (User "u" cannot get resource "nodes"): the ClusterRole needs the verb get on nodes'),
        (("POST", PODS, 403, QUOTA),
         f"create pods in namespace burnin: the quota does not allow it ({QUOTA}): raise the quota, or remove what uses it up"),
        (("POST", PODS, 403, "violates PodSecurity"),
         "create pods in namespace burnin: refused with status 403 (violates PodSecurity)"),
        (("GET", POD, 404, 'pods "job-1" not found'),
         'get pods job-1 in namespace burnin: there is none (pods "job-1" not found): create it, or correct its name'),
        (("POST", PODS, 409, "already exists"), "create pods in namespace burnin: refused with status 409 (already exists)"),
        (("POST", PODS, 400, "bad"), "create pods in namespace burnin: refused as invalid (bad): correct what was asked for"),
        (
            ("POST", PODS, 422, "wrong\n  size"),
            "create pods in namespace burnin: refused as invalid (wrong size): correct what was asked for",
        ),
        (("GET", PODS, 429, "slow down"), "list pods in namespace burnin: refused with status 429 (slow down)"),
        (("GET", PODS, 500, ""), "list pods in namespace burnin: refused with status 500 (it said nothing)"),
        (("GET", PODS, None), "list pods in namespace burnin: the API server did not answer (connection refused): "
         "see whether it runs and can be reached from here"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_was_asked_what_came_and_what_to_do(asked: tuple[Any, ...], sentence: str) -> None:
    """In one line, that the person who has to allow it need not look anything up."""
    assert refusal(one(*asked)) == sentence


def page(items: list[str], mark: str = "", at: str = "", status: int = 200, **metadata: Any) -> Line:
    """A page of the list of pods, asked for from the mark `at`, that is followed by one from `mark`."""
    query = [["limit", "2"], *([["continue", at]] if at else [])]
    reply = {"metadata": {**({"continue": mark} if mark else {}), **metadata}, "items": [{"name": name} for name in items]}
    return exchange("pods", "GET", PODS, status, reply if status == 200 else {"message": "too old"}, query=query)


UNREAD = "the list of pods was not read from its start to its end"


@pytest.mark.parametrize(
    ("pages", "problem"),
    [
        ([], "the transcript does not have the list of pods"),
        ([page(["a"], "m1")], UNREAD),
        ([page(["b"], at="m1")], UNREAD),
        ([page(["a"], "m1"), page(["c"], at="m2")], UNREAD),
        ([page(["a"]), page(["b"], at="m1")], UNREAD),
        ([page(["a"], "m1"), page(["b"], "m2", "m1"), page(["b"], "m2", "m1"), page(["c"], at="m2")], UNREAD),
        ([page(["a"], "m1"), page([], at="m1", status=410)], "list pods in namespace burnin: refused with status 410 (too old)"),
        ([exchange("pods", "GET", PODS, None)], "list pods in namespace burnin: the API server did not answer"),
    ],
    ids=["not asked", "unfinished", "no start", "another mark", "after the end", "a page twice", "expired", "no reply"],
)
def test_a_list_of_which_a_page_is_missing_is_none(pages: list[Line], problem: str) -> None:
    """What nobody has read may hold all that matters."""
    items, why = whole_list(parsed(*pages), "pods")
    assert items == []
    assert why.startswith(problem)


@pytest.mark.parametrize(
    ("pages", "names"),
    [
        ([page([])], ""),
        ([page(["a", "b"])], "ab"),
        ([page(["a", "b"], "m1"), page(["c", "d"], "m2", "m1"), page(["e"], at="m2")], "abcde"),
        ([page(["a", "b"], "m1"), page([], at="m1", status=503), page(["c"], at="m1")], "abc"),
        ([page(["a", "b"], "m1"), page([], at="m1", status=410), page(["b", "c"], "m2"), page(["d"], at="m2")], "bcd"),
        ([page(["a"]), page(["b"])], "b"),
        ([{**page([]), "reply": {"items": [{"name": "a"}], "metadata": None}}], "a"),
        ([{**page([]), "reply": {"items": [{"name": "a"}]}}], "a"),
    ],
    ids=["empty", "one page", "three pages", "asked again", "begun anew", "asked twice", "null", "without metadata"],
)
def test_a_list_is_read_page_by_page(pages: list[Line], names: str) -> None:
    """After a mark that was too old only what came since counts."""
    assert whole_list(parsed(*pages), "pods") == ([{"name": name} for name in names], "")


@pytest.mark.parametrize(
    "reply",
    [
        {"kind": "PodList"}, {"items": None}, {"items": {}}, {"items": [1]}, {"items": [], "metadata": []},
        {"items": [], "metadata": {"continue": 1}},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_list_is_refused(reply: Line) -> None:
    """Not read as an empty one."""
    told = parsed(exchange("pods", "GET", PODS, 200, reply))
    with pytest.raises(ParseError):
        whole_list(told, "pods")


def test_entries_of_pages_that_were_not_given_are_none() -> None:
    """A refusal has no items."""
    assert items_of(parsed(page(["a"]), page([], status=500)).exchanges) == [{"name": "a"}]


@pytest.mark.parametrize("name", ["claim-quota", "gpu-pods-own"])
@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_a_damaged_transcript_is_refused_or_read(name: str, data: st.DataObject) -> None:
    """No other exception, whatever is done to it; and what is read can be asked for its names."""
    try:
        told = parse(data.draw(changed(recorded(name))), lines_of(name)[0]["action"])
    except ParseError:
        return
    assert all(refusal(each) and "\n" not in refusal(each) for each in told.exchanges)


def test_a_number_without_end_is_refused() -> None:
    """JSON allows it; no clock gives it."""
    text = transcript("claim", ASKED).replace('"at_s":0.0', f'"at_s":{"9" * 400}')
    with pytest.raises(ParseError, match="a number of 400 digits"):
        parse(text, "claim")
