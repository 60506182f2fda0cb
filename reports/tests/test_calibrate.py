"""What is refused as a population, and what a limit drafted from one is. All nodes here are made up, see known_good.py."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.bundle import Loaded
from reports.calibrate import MINIMUM_NODES, CalibrationError, Draft, draft
from reports.calibrate.text import table_header
from reports.tests import known_good as good
from reports.tests import sample
from reports.tests.known_good import COPY, DAXPY, LATENCY

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NODES = good.nodes()
DRAFT = draft(NODES)


def refusal(bundles: Sequence[Loaded], minimum: int = MINIMUM_NODES) -> str:
    """The one line with which these bundles are refused."""
    with pytest.raises(CalibrationError) as refused:
        draft(bundles, minimum)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith(f"{refused.value.name}: ")
    return str(refused.value)


def with_last(change: Callable[[Loaded], Loaded]) -> list[Loaded]:
    """The five nodes, the last of them changed."""
    return [*NODES[:-1], change(NODES[-1])]


def limits_of(made: Draft) -> dict[str, Any]:
    """The limits of a draft, parsed."""
    found: dict[str, Any] = tomllib.loads(made.text.decode())["limits"]
    return found


# --- refused ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_refused() -> None:
    """What has no manifest can be edited until its floors are low enough."""
    told = refusal(with_last(lambda loaded: replace(loaded, manifest=None)))
    assert told.startswith("no-bundle: n4.tar.gz is a folder")


@pytest.mark.parametrize(
    ("mode", "origin", "verdict"),
    [
        ("simulated", "simulated", "ACCEPTED (simulated)"), ("replayed", "live", "ACCEPTED (replayed)"),
        ("replayed", "simulated", "ACCEPTED (replayed simulation)"), ("live", "simulated", "ACCEPTED"),
        ("simulated", "simulated", "ACCEPTED"),
    ],
)  # fmt: skip
def test_what_was_not_measured_is_refused(mode: str, origin: str, verdict: str) -> None:
    """A simulator gives the limits that were put into it, whatever word is written over its verdict; the message names mode and origin."""
    told = refusal(with_last(lambda loaded: good.with_results(loaded, mode=mode, origin=origin, verdict=verdict)))
    assert told.startswith("not-live: n4.tar.gz")
    assert f"mode {mode}, origin {origin}, verdict {verdict}" in told


@pytest.mark.parametrize("verdict", ["REJECTED", "INCOMPLETE"])
def test_a_node_that_is_not_accepted_is_refused(verdict: str) -> None:
    """A population of unknown nodes has the faults of its members as limits; a first calibration is told how to get there."""
    told = refusal(with_last(lambda loaded: good.with_results(loaded, verdict=verdict)))
    assert told.startswith(f"not-accepted: n4.tar.gz is {verdict}")
    assert "[unjudged]" in told


def test_an_accepted_that_does_not_follow_is_refused() -> None:
    """The word alone is not believed: the items are judged again."""
    slow = good.with_readings(good.node(4), "pciebw.host_to_device", value=27.3)
    assert refusal([*NODES[:-1], slow]).startswith("not-accepted: n4.tar.gz says ACCEPTED, which does not follow from its items: ")


def test_a_miss_of_what_is_not_required_is_refused() -> None:
    """A node can be accepted although a board missed a limit that does not decide; such a value would lower the floor."""
    required = [name for name in NODES[0].results["required"] if not name.startswith("pciebw.")]
    slow = good.with_results(good.with_readings(good.node(4), "pciebw.host_to_device", value=27.3, verdict="FAIL"), required=required)
    lax = [good.with_results(loaded, required=required) for loaded in NODES[:-1]]
    told = refusal([*lax, slow])
    assert told.startswith("not-accepted: pciebw.host_to_device of gpu0 of n4.tar.gz is FAIL")
    assert draft([*lax, good.with_results(good.node(4), required=required)]).proposals


def test_a_changed_suite_is_refused() -> None:
    """Two checkouts with local changes have one commit and judge differently."""
    suite = {**NODES[0].results["suite"], "dirty": True}
    assert refusal(with_last(lambda loaded: good.with_results(loaded, suite=suite))).startswith("changed-suite: n4.tar.gz")


@pytest.mark.parametrize("serial", [None, ""])
def test_boards_without_serials_are_refused(serial: str | None) -> None:
    """Without serials nobody can tell five nodes from one that ran five times."""
    items = [{**item, "identity": item["identity"] and {**item["identity"], "serial": serial}} for item in NODES[4].results["items"]]
    told = refusal(with_last(lambda loaded: good.with_results(loaded, items=items)))
    assert told == "no-serial: n4.tar.gz: the board at gpu0 has no serial, by which nodes are told apart"


def test_a_node_without_boards_is_refused() -> None:
    """A run of other checks says nothing of boards."""
    only = [item for item in NODES[4].results["items"] if item["device"] == "node"]
    told = refusal(with_last(lambda loaded: good.with_results(loaded, items=only, required=[item["id"] for item in only])))
    assert told.startswith("no-serial: n4.tar.gz has no boards")


@pytest.mark.parametrize("moved", [False, True], ids=["again", "one board moved"])
def test_the_same_boards_twice_are_refused(moved: bool) -> None:
    """Another host name, another run and another manifest make no other node; nor does one board in another chassis make two boards."""
    again = replace(good.node(2, node="another"), path=Path("again.tar.gz"), manifest=b"again\n")
    if moved:
        other = good.node(7)
        board = next(item["identity"] for item in again.results["items"] if item["device"] == "gpu0")
        items = [{**item, "identity": board if item["device"] == "gpu1" else item["identity"]} for item in other.results["items"]]
        again = replace(good.with_results(other, items=items), path=again.path)
    told = refusal([*NODES, again])
    assert told.startswith("same-boards: ")
    assert "n2.tar.gz" in told
    assert "again.tar.gz" in told
    assert "serial 165000200" in told


def test_the_same_bundle_twice_is_refused() -> None:
    """Five paths to one file are one node."""
    assert refusal([NODES[0]] * 5).startswith("same-boards: n0.tar.gz and n0.tar.gz")


def test_too_few_nodes_are_refused() -> None:
    """Four nodes are no population, unless somebody says that they are; the default is told as such."""
    told = refusal(NODES[:4])
    assert told == "too-few-nodes: 4 of at least 5 different nodes (the default, --minimum-nodes sets it)"
    assert refusal(NODES, 6) == "too-few-nodes: 5 of at least 6 different nodes (as asked for; the default is 5, --minimum-nodes sets it)"
    assert refusal([]).startswith("too-few-nodes: 0 of")
    assert draft(NODES[:4], 4).proposals


H800 = sample.limit("inventory.product", "text", equals="NVIDIA H800")
MIXED: dict[str, tuple[Callable[[Loaded], Loaded], str, str]] = {
    "spec": (lambda _: good.node(4, spec=good.SPEC + "# changed\n"), "SHA-256", "SHA-256"),
    "suite": (
        lambda x: good.with_results(x, suite={"version": "0.2.0", "commit": None, "dirty": None}),
        "0.1.0 at",
        "0.2.0, commit not known",
    ),
    "driver": (lambda x: good.with_readings(x, "inventory.driver_version", value="570.1"), "580.105.08", "570.1"),
    "product": (lambda x: good.with_readings(x, "inventory.product", value="NVIDIA H800", limit=H800), "H100", "H800"),
    "DCGM level": (lambda x: good.with_results(x, options={"dcgm_level": 1}), "has 3", "has 1"),
    "tool of pciebw.host_to_device": (lambda x: good.with_tool(x, "nvbandwidth", sha256="b" * 64), "a" * 64, "b" * 64),
    "tool of gpumem.latency": (lambda x: good.with_tool(x, "gpucheck", version="2"), "of unknown version", "gpucheck 2"),
    "concurrency of pciebw.host_to_device": (lambda x: good.with_readings(x, "pciebw.host_to_device", concurrency=4), "has 1", "has 4"),
    "unit of gpumem.daxpy": (lambda x: good.with_readings(x, DAXPY, unit="TFLOPS"), "has GB/s", "has TFLOPS"),
}


@pytest.mark.parametrize("name", MIXED)
def test_mixed_conditions_are_refused(name: str) -> None:
    """What was measured otherwise is another population; both bundles and both values are named."""
    change, first, second = MIXED[name]
    told = refusal(with_last(change))
    assert told.startswith(f"mixed-conditions: {name}: ")
    assert "n4.tar.gz" in told
    assert first in told
    assert second in told
    assert len({part for part in (f"n{n}.tar.gz" for n in range(5)) if part in told}) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda x: good.with_readings(x, "inventory.driver_version", name="other"),
        lambda x: good.with_readings(x, "inventory.product", name="other"),
        lambda x: good.with_results(x, options={}),
    ],
    ids=["driver", "product", "level"],
)
def test_conditions_that_are_not_told_are_refused(change: Callable[[Loaded], Loaded]) -> None:
    """What is not known may differ."""
    assert refusal(with_last(change)).startswith("unknown-conditions: n4.tar.gz")


@pytest.mark.parametrize(
    "change",
    [
        lambda x: good.with_tool(x, "nvbandwidth", sha256=None), lambda x: good.with_tool(x, "nvbandwidth", host="peer"),
        lambda x: replace(x, tools=()), lambda x: replace(x, tools=[*x.tools, {**x.tools[1], "sha256": "d" * 64}]),
        lambda x: good.with_readings(x, "pciebw.host_to_device", evidence=None),
    ],
    ids=["no hash", "of another host", "no tools", "two of them", "no evidence"],
)  # fmt: skip
def test_a_tool_that_is_not_known_is_refused(change: Callable[[Loaded], Loaded]) -> None:
    """A floor holds for one program; by which one a value was measured has to be known by its hash."""
    told = refusal(with_last(change))
    assert told.startswith("unknown-tool: pciebw.host_to_device of gpu0 of n4.tar.gz: the bundle has ")


def test_nothing_to_calibrate_is_refused() -> None:
    """A draft without a change is a copy."""
    spec = good.SPEC.partition("[unjudged]")[0] + '[limits."a.b"]\nequals = "x"\nunit = "text"\nsource = "s"\n'
    assert refusal(good.nodes(spec=spec)).startswith("nothing-measured: ")


@pytest.mark.parametrize("spec", ["name = ", 'name = "x"\n', "name = 1\n[limits]\n"])
def test_a_spec_that_cannot_be_read_is_refused(spec: str) -> None:
    """The draft is made of the spec inside the bundles, which somebody may have made."""
    assert refusal(good.nodes(spec=spec)).startswith("bad-spec: ")


def test_what_others_wrote_stays_on_one_line() -> None:
    """A serial and a path with line breaks and control characters cannot add a line to a message or to the draft."""
    hostile = "x\n[limits.evil]\x1b[31m\u2028" + "y" * 500
    told = refusal(
        with_last(lambda loaded: good.with_readings(loaded, "inventory.driver_version", value=hostile, verdict=None, limit=None))
    )
    assert "\x1b" not in told
    assert len(told) < 400
    named = [good.with_results(loaded, node=hostile) for loaded in NODES]
    assert tomllib.loads(draft(named).text.decode()) == tomllib.loads(DRAFT.text.decode())


# --- the draft -------------------------------------------------------------------------------------------------------


def test_the_draft_is_the_spec_with_other_limits() -> None:
    """Parsed, only the name and what was measured differ."""
    before, after = tomllib.loads(good.SPEC), tomllib.loads(DRAFT.text.decode())
    assert after["name"] == "sample-calibrated"
    assert {key for key, table in after["limits"].items() if table != before["limits"][key]} == {COPY, LATENCY}
    before["limits"], before["name"] = after["limits"], after["name"]
    assert after == before


def test_everything_else_is_left_as_it_is_written() -> None:
    """Comments, strings that look like tables, and the order of tables are the author's."""
    draft_lines = DRAFT.text.decode().split("\n")
    for line in (
        "# ---- Copies ----",
        "# ---- The rest ----",
        '[limits."pciebw.host_to_device@nvbandwidth"]   # the header\'s comment stays',
    ):
        assert line in draft_lines
    assert good.SPEC.partition("[node]")[2].partition("min = 48.0")[0] in DRAFT.text.decode()
    assert "# beginning" not in draft_lines


def test_the_source_tells_how_the_limit_was_made() -> None:
    """Whoever disputes a limit finds population, rule, tool, driver, conditions and bundles in it."""
    latency = limits_of(DRAFT)[LATENCY]
    assert latency == {
        "max": 8.5, "warn": 7.5, "unit": "us", "conditions": "as gpucheck measures it; calibrated with one measurement at a time",
        "source": "calibrated on 2026-11-24 from 10 boards of 5 nodes: median 4.5, MAD 0.5, range 4 to 5 us; ceiling = max(highest, "
        "median + 4 x 1, the printed resolution), warning from 3 x the same; gpucheck of a version that it does not tell (sha256 cccccccc)"
        ", driver 580.105.08, one measurement at a time; bundles: 1121cfcc 4355a46b 53c234e5 7de1555d 9a271f2a; in the place of max 9 "
        "of sample (sha256 07f99da1), whose source has the rest",
    }  # fmt: skip
    copies = limits_of(DRAFT)[COPY]
    assert (copies["min"], copies["theoretical"], copies["impossible_above"]) == (54.9, 63.02, 63.02)
    assert copies["conditions"] == "best of 3; calibrated with one measurement at a time"
    assert "median 55.32, MAD 0.045, range 54.9 to 55.62 GB/s; floor = min(lowest, median - 4 x 1.4826 x MAD)" in copies["source"]
    assert "nvbandwidth 0.8 (sha256 aaaaaaaa)" in copies["source"]
    assert "1 of 10 values beyond 4 sigma, that of board 165000300 sets the limit: is it good?" in copies["source"]


def test_the_draft_names_every_bundle() -> None:
    """The sources name bundles by the first letters of their hashes, and of many only some; the head has all of them whole."""
    made = draft(good.nodes([(55.1, 55.2)] * 9))
    assert all(f"#     {loaded.manifest_sha256}  2026-11-2" in made.text.decode() for loaded in NODES)
    assert made.text.decode().count("  n8\n") == 1
    assert " and 3 more, listed at the top of the spec" in limits_of(made)[COPY]["source"]


def test_the_same_bundles_give_the_same_bytes() -> None:
    """In any order, at any hour, wherever they lie."""
    for order in itertools.islice(itertools.permutations(NODES), 0, None, 17):
        assert draft(order).text == DRAFT.text
    assert draft([replace(loaded, path=Path("/elsewhere") / loaded.path) for loaded in NODES]).text == DRAFT.text


def test_what_is_left_is_told_why() -> None:
    """A limit that is a rule, or that nobody measured, is not touched, and no number is made up for it."""
    more = '\n[limits."x.{}"]\nunit = "{}"\nsource = "s"\n{}\n'
    rules = [("text", "text", 'equals = "x"'), ("count", "count", "max = 5"), ("load", "GB/s", 'min = 1\nbreach = "ERROR"'),
             ("both", "W", "min = 1\nmax = 2"), ("none", "us", "max = 0"), ("never", "GB/s", "min = 1")]  # fmt: skip
    made = draft(good.nodes(spec=good.SPEC + "".join(more.format(*rule) for rule in rules)))
    assert {key: why for key, why in made.left.items() if key.startswith("x.")} == {
        "x.text": "it says what must be, not how much", "x.count": "it is counted or promised, not measured",
        "x.load": "beyond it nothing was measured", "x.both": "it has two sides", "x.none": "it says that there be none",
        "x.never": "nobody measured it",
    }  # fmt: skip
    assert limits_of(made)["x.both"] == {"unit": "W", "source": "s", "min": 1, "max": 2}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"value": None, "verdict": "ERROR"}, "it was not measured on every board"),
        ({"limit": None, "verdict": None}, "it was measured on 8 of 10 boards"),
        ({"about": "n1--n2.eth0"}, "it is of no board: other hosts, or the node as a whole, have a part in it"),
    ],
)
def test_a_limit_needs_every_board(change: dict[str, Any], why: str) -> None:
    """Boards that were not measured may be the slow ones; a flow is of two hosts, and one of them was not asked."""
    required = [name for name in NODES[0].results["required"] if not name.startswith("gpumem.")]
    lax = [good.with_results(loaded, required=required) for loaded in NODES]
    made = draft([*lax[:-1], good.with_readings(lax[-1], LATENCY, **change)])
    assert made.left[LATENCY] == why
    assert limits_of(made)[LATENCY] == tomllib.loads(good.SPEC)["limits"][LATENCY]


def test_a_bound_stays_below_what_is_possible() -> None:
    """A floor at or above the theoretical value, or one of nothing, is not proposed: the old limit stays, and why is told."""
    low = good.SPEC.replace("theoretical = 63.02\n", "theoretical = 50\n")
    assert draft(good.nodes(spec=low)).left[COPY] == "a limit of 54.9 would not lie below theoretical, 50"
    low = good.SPEC.replace("max = 9", "min = 1")
    wide = [good.with_readings(loaded, LATENCY, value=1 + 8 * (n % 2)) for n, loaded in enumerate(good.nodes(spec=low))]
    assert draft(wide).left[LATENCY] == "its values are too near to nothing, or spread too far, for a limit"


def test_a_looser_limit_is_flagged() -> None:
    """Known-good nodes may show that the spec asks for too much; a person has to see that the draft asks for less."""
    strict = good.SPEC.replace("min = 48.0", "min = 54.95").replace("warn = 50.4\n", "")
    made = draft(good.nodes(spec=strict))
    [proposal] = [proposal for proposal in made.proposals if proposal.key == COPY]
    assert "looser than the spec's 54.95" in proposal.flags
    assert "looser than the spec's 54.95" in limits_of(made)[COPY]["source"]
    assert not any("looser" in flag for flag in DRAFT.proposals[0].flags)


def test_equal_values_and_unlike_nodes_are_flagged() -> None:
    """A figure that is the same everywhere was perhaps not measured; nodes that differ are perhaps two kinds."""
    assert "every value is the same" in draft(good.nodes([(55.3, 55.3)] * 5)).proposals[0].flags
    unlike = [[base + step / 100 for step in (0, 1, 2)] for base in (51.0, 51.01, 55.0, 55.02, 60.0)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(good, "DAXPYS", (2944.97, 2931.5, 2940.1))
        made = draft(good.nodes(unlike))
    assert "nodes differ more than boards do" in made.proposals[0].flags
    assert "nodes differ more than boards do" in limits_of(made)[COPY]["source"]


def test_an_unjudged_rate_is_only_suggested() -> None:
    """Why a reading is not judged stands in the spec, and only a person can weigh it: the limit is a comment, ready to be used."""
    assert [(proposal.key, proposal.side) for proposal in DRAFT.suggested] == [(DAXPY, "min")]
    tail = DRAFT.text.decode().partition(f"# {table_header(DAXPY)}\n")[2]
    table = tomllib.loads("\n".join(line.removeprefix("# ") for line in tail.split("\n")))
    assert table["min"] == 2898
    assert table["unit"] == "GB/s"
    assert DAXPY not in limits_of(DRAFT)


def test_first_limits_come_from_a_spec_without_any() -> None:
    """The way that the refusal of unaccepted nodes names leads somewhere: nothing but suggestions is a draft too."""
    bare = good.SPEC.partition("# ---- Copies")[0] + '[limits."a.b"]\nequals = "x"\nunit = "text"\nsource = "s"\n'
    made = draft(good.nodes(spec=bare))
    assert (len(made.proposals), [proposal.key for proposal in made.suggested]) == (0, [DAXPY])


def test_a_draft_can_be_calibrated_again() -> None:
    """Name and conditions do not grow with every round."""
    again = draft(good.nodes(spec=DRAFT.text.decode()))
    assert again.name == "sample-calibrated"
    assert limits_of(again)[COPY]["conditions"] == limits_of(DRAFT)[COPY]["conditions"]
    assert limits_of(again)[COPY]["min"] == limits_of(DRAFT)[COPY]["min"]
