"""What was asked of the node, and by what: a reading that passes under another limit has not become better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reports.compare import CompareError, Difference, differences
from reports.compare.text import lines
from reports.tests.sample_compare import Run, copied, of_items, reading, replaced, run

LIMITS, CIRCUMSTANCES = "Limits and what is required", "Suite, tools and options"
KEY = "pciebw.device_to_host"
TOOL = {"host": "local", "tool": "nvbandwidth", "path": "/usr/bin/nvbandwidth", "sha256": "aa", "version": "0.7"}


def spec(**bounds: object) -> bytes:
    """A spec with one limit that no reading was judged with."""
    fields = {"min": 48.0, "unit": "GB/s", "source": "a measurement", **bounds}
    told = "\n".join(f"{name} = {value!r}" for name, value in fields.items() if value is not None)
    return f'name = "sample"\n[limits."{KEY}"]\n{told}\n'.encode()


def told(a: Run, b: Run, heading: str = LIMITS) -> list[Difference]:
    """The differences under a heading."""
    return [difference for difference in differences(a, b).differences if difference.heading == heading]


def texts(a: Run, b: Run, heading: str = LIMITS) -> list[str]:
    """The lines under a heading."""
    found = lines(differences(a, b))
    if heading not in found:
        return []
    start = found.index(heading) + 1
    return [line.strip() for line in found[start : found.index("", start)]]


@pytest.mark.parametrize(("bounds", "sense", "words"), [
    ({"min": 46.0}, "looser", "min 48 GB/s -> 46 GB/s"),
    ({"min": 50}, "tighter", "min 48 GB/s -> 50 GB/s"),
    ({"max": 60.0}, "tighter", "max none -> 60 GB/s"),
    ({"min": None, "max": 60.0}, "", "min 48 GB/s -> none; max none -> 60 GB/s"),
    ({"warn": 50.0}, "tighter", "warn none -> 50 GB/s"),
    ({"min": 50.0, "max": 99.0}, "tighter", "min 48 GB/s -> 50 GB/s; max none -> 99 GB/s"),
    ({"unit": "Gbit/s"}, "", "unit GB/s -> Gbit/s"),
    ({"source": "a data sheet"}, "", "source a measurement -> a data sheet"),
    ({"conditions": "best of 3"}, "", "conditions none -> best of 3"),
    ({"impossible_above": 63.0}, "", "impossible_above none -> 63 GB/s"),
])  # fmt: skip
def test_a_limit_that_changed(bounds: dict[str, object], sense: str, words: str) -> None:
    """With both values, and whether it lets more pass; also one that nothing was measured for."""
    a, b = run(spec=spec()), run(spec=spec(**bounds))
    [difference] = told(a, b)
    assert (difference.kind, difference.name, difference.sense) == ("limit", KEY, sense)
    assert texts(a, b) == [f"{sense:<8}limit {KEY}: {words}".strip()]


@pytest.mark.parametrize(("before", "after", "sense"), [
    ("max = 3", "max = 5", "looser"), ("max = 5", "max = 3", "tighter"), ("max = 5\nwarn = 3", "max = 5\nwarn = 4", "looser"),
    ("min = 5\nwarn = 7", "min = 5\nwarn = 6", "looser"), ('equals = "a"', 'equals = ["a", "b"]', "looser"),
    ('equals = ["a", "b"]', 'equals = "b"', "tighter"), ('equals = "a"', 'equals = "b"', ""),
    ('min = "535.54.03"', 'min = "535.104.05"', "tighter"), ('max = "570"', 'max = "580.9"', "looser"), ("equals = 8", "max = 8", ""),
    ('min = "any"', 'min = "535"', ""), ("max = 5", 'max = "5"', ""),
])  # fmt: skip
def test_looser_or_tighter(before: str, after: str, sense: str) -> None:
    """Versions by their numbers; a set by what it holds; empty where bounds moved both ways."""
    a, b = (run(spec=f'[limits."x.y"]\nunit = "version"\n{bounds}'.encode()) for bounds in (before, after))
    assert [difference.sense for difference in told(a, b)] == [sense]
    assert [difference.sense for difference in told(b, a)] == [{"looser": "tighter", "tighter": "looser", "": ""}[sense]]


def test_a_number_is_the_same_however_it_is_written() -> None:
    """48 is 48.0, and one accepted value is a list of one."""
    one, other = (f'[limits."x.y"]\nunit = "count"\n{text}'.encode() for text in ("min = 48\nequals = 1", "min = 48.0\nequals = [1]"))
    assert told(run(spec=one), run(spec=other)) == []


def test_a_limit_that_one_spec_alone_has() -> None:
    """What is no longer limited passes whatever it is."""
    a, b = run(spec=spec()), run(spec=b'name = "sample"')
    assert texts(a, b) == [f"looser  {KEY}: in A only: min 48 GB/s"]
    assert texts(b, a) == [f"tighter {KEY}: in B only: min 48 GB/s"]


def test_limits_that_the_bill_implies_are_those_of_the_readings() -> None:
    """They stand in no table of limits; what they are made from is then not told a second time."""
    source = "bill of materials, [node] power_limit_w: who promised it"
    power = [{**reading("state.power_limit_w", value, "W", equals=value), "name": "state.power_limit_w"} for value in (700.0, 650.0)]
    judged = [{**one, "limit": {**one["limit"], "source": source}} for one in power]
    a, b = (
        of_items(replaced(run(), "state.errors[gpu0]", one).results["items"], bill={"gpus": 8, "power_limit_w": value})
        for one, value in zip(judged, (700.0, 650.0), strict=True)
    )
    assert texts(a, b) == ["limit state.power_limit_w: equals 700 W -> 650 W"]


def test_a_promise_that_no_limit_tells_of_is_told() -> None:
    """Serials, for one; where they are from is not what was promised."""
    a, b = (run(bill={"serials": serials, "source": serials[0]}) for serials in (["1", "2"], ["1", "3"]))
    assert texts(a, b) == ["promised serials: 1, 2 -> 1, 3"]


@pytest.mark.parametrize(("a", "b", "expected"), [
    ({"max_warnings": 2}, {"max_warnings": 8}, ["looser  max_warnings: 2 -> 8"]),
    ({"absent": {}}, {"absent": {"ping": "no peers"}}, ["looser  ping: absent in B only: no peers"]),
    ({"unjudged": {"a.b": "no limit"}}, {"unjudged": {}}, ["tighter a.b: not judged in A only: no limit"]),
    ({"not_required": {"ping": "x"}}, {"not_required": {"ping": "y"}}, ["ping: not required for another reason: x -> y"]),
    ({"required": ["pciebw.link[gpu0]"]}, {"required": []}, ["looser  check pciebw: required in A only"]),
    (
        {"spec": {"name": "s", "sha256": "ab" * 32, "file": "x"}}, {"spec": {"name": "t", "sha256": "ab" * 32, "file": "y"}},
        ["spec name: s -> t"],
    ),
])  # fmt: skip
def test_what_decides(a: dict[str, Any], b: dict[str, Any], expected: list[str]) -> None:
    """A check that is no longer required, that the node is said not to have, or that may warn more often, makes an acceptance easier."""
    ours, theirs = (Run({**run().results, **more}) for more in (a, b))
    assert texts(ours, theirs) == expected


def test_the_rest_of_the_spec() -> None:
    """How long the load lasts and what DCGM is told are conditions of a measurement."""
    a, b = (run(spec=f"[load]\nseconds = {seconds}\n[[dcgm.parameters]]\nvalue = 'x={seconds}'".encode()) for seconds in (60, 600))
    assert texts(a, b) == ["spec dcgm.parameters[0].value: x=60 -> x=600", "spec load.seconds: 60 -> 600"]


@pytest.mark.parametrize("text", [b"\xff", b"[limits", b"a = " + b"[" * 9999])
def test_a_spec_that_is_none_is_refused(text: bytes) -> None:
    """Nothing was judged by it; the bundle is not what it says."""
    with pytest.raises(CompareError, match=r"\Abad-spec: the spec of B cannot be read as TOML"):
        differences(run(), run(spec=text))


@pytest.mark.parametrize("text", [
    "limits = 3", "[limits]\nx = 3",
    "[limits.x]\nmin = nan\nequals = [[1]]\nsource = 3\nunit = 2026-11-23", "limits.x.max = inf", "dcgm = [[{}]]",
])  # fmt: skip
def test_a_strange_spec_is_the_same_as_itself(text: str) -> None:
    """Whatever TOML can hold."""
    assert told(run(spec=text.encode()), run(spec=text.encode())) == []
    assert isinstance(lines(differences(run(spec=text.encode()), run())), list)


# --- suite, tools, options -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "expected"), [
    ({"suite": {"version": "0.2.0", "commit": None, "dirty": False}}, ["suite commit: aaaa -> nothing", "suite version: 0.1.0 -> 0.2.0"]),
    ({"options": {"dcgm_level": 3}}, ["option dcgm_level: 2 -> 3"]),
    ({"options": {"dcgm_level": 2, "pytest": ["--out", "b"]}}, []),
    ({"workers": 8}, ["run workers: 1 -> 8"]),
    ({"host": {"kernel": "6.8.0"}}, ["host kernel: 6.1.0 -> 6.8.0"]),
])  # fmt: skip
def test_what_judged_and_how(more: Mapping[str, Any], expected: list[str]) -> None:
    """The suite, its options and the host; a command line holds folders, which are others each time."""
    base = {
        "suite": {"version": "0.1.0", "commit": "aaaa", "dirty": False},
        "options": {"dcgm_level": 2, "pytest": []},
        "host": {"kernel": "6.1.0"},
    }
    results = run().results
    assert texts(Run({**results, **base}), Run({**results, **base, **more}), CIRCUMSTANCES) == expected


def test_programs_that_changed() -> None:
    """Another build of a program measures another thing under the same name."""
    a, b = run(tools=[TOOL]), run(tools=[{**TOOL, "sha256": "bb", "version": None}, {**TOOL, "tool": "dcgmi", "version": "4.2.3"}])
    assert texts(a, b, CIRCUMSTANCES) == [
        "program dcgmi: in B only: 4.2.3", "program nvbandwidth sha256: aa -> bb", "program nvbandwidth version: 0.7 -> nothing",
    ]  # fmt: skip


def test_programs_of_other_hosts_are_told_with_them() -> None:
    """A peer with an older iperf3 is no difference of this node's."""
    a = run(tools=[{**TOOL, "host": host, "tool": "iperf3", "version": "3.9"} for host in ("n2", "n3")])
    b = run(tools=[{**TOOL, "host": host, "tool": "iperf3", "version": "3.16"} for host in ("n2", "n3")])
    assert texts(a, b, CIRCUMSTANCES) == ["program iperf3 version of n2, n3: 3.9 -> 3.16"]


def test_a_run_with_other_hosts_and_one_without() -> None:
    """The hosts are named; what else there is of the network has nothing to be compared with."""
    network = {"own": "n1", "hosts": ["n1", "n2"], "interfaces": [], "pairs": "ring", "source": "a list", "by_host": False}
    with_hosts = Run({**run().results, "network": network})
    assert texts(run(), with_hosts, CIRCUMSTANCES) == ["network hosts: nothing -> n1, n2"]
    other = Run({**run().results, "network": {**network, "pairs": "full"}})
    assert texts(with_hosts, other, CIRCUMSTANCES) == ["network pairs: ring -> full"]


def test_a_limit_that_one_run_judged_without() -> None:
    """The reading is there in both; in B it was recorded only."""
    judged = replaced(run(), "pciebw.host_to_device[gpu0]", copied(55.0))
    every = [{**it, "readings": [{**one, "limit": None, "verdict": None} for one in it["readings"]]} for it in judged.results["items"]]
    found = told(judged, Run({**judged.results, "items": every}))
    assert [(difference.kind, difference.name, difference.sense) for difference in found][-1] == (
        "only",
        "state.aggregate_uncorrectable",
        "looser",
    )
    assert len(found) == 4
