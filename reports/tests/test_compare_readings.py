"""A reading changed only if it changed by more than it does by itself, and how much that is, the two runs tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reports.compare import Comparison, Difference, differences
from reports.compare.counters import COUNTERS, counter_of
from reports.compare.noise import Printed, noise
from reports.compare.text import lines
from reports.tests.sample_compare import (
    AGAIN,
    COPIES,
    Record,
    Run,
    board,
    boards,
    copied,
    item,
    of_board,
    of_items,
    reading,
    replaced,
    run,
    vbios,
)

HWTESTS = Path(__file__).resolve().parents[2] / "hwtests"
DRIFT, COUNTS, CHANGED, APART = "Readings beyond their noise", "Counters", "Values that changed", "Not compared"


def told(comparison: Comparison, heading: str) -> list[Difference]:
    """The differences under a heading."""
    return [difference for difference in comparison.differences if difference.heading == heading]


def under(a: Run, b: Run, heading: str) -> list[str]:
    """The lines of the report under a heading."""
    found = lines(differences(a, b))
    if heading not in found:
        return []
    start = found.index(heading) + 1
    return [line.strip() for line in found[start : found.index("", start)]]


def copies(changes: dict[int, float], base: Sequence[float] = AGAIN) -> list[float | None]:
    """The copies of eight boards, some of them changed."""
    return [changes.get(n, value) for n, value in enumerate(base)]


def with_readings(*of_each: Sequence[Record], function: str = "gpumem.compute") -> Run:
    """A run in which an item of each board has these readings."""
    return of_items([item(f"{function}[gpu{n}]", board(n), *readings) for n, readings in enumerate(of_each)])


# --- drift ---------------------------------------------------------------------------------------------------------


def test_two_runs_of_one_node_do_not_differ() -> None:
    """Every copy is another number, by up to 1.1 %; none is beyond what the boards show of their own spread."""
    comparison = differences(run(), run(copies=AGAIN))
    assert comparison.differences == ()
    assert (len(comparison.within), comparison.compared, comparison.same) == (8, 40, 32)
    assert lines(comparison)[-1] == "no difference; 40 readings in both: 32 the same, 8 within their noise"


def test_a_board_that_drifted_is_told_alone() -> None:
    """With what it was, what it is, by how much, beyond which noise, of which board, and that it is worse."""
    a, b = run(), run(copies=copies({3: 52.1}))
    [drift] = told(differences(a, b), DRIFT)
    assert (drift.kind, drift.before, drift.after, drift.sense, drift.unit) == ("drift", 55.46, 52.1, "worse", "GB/s")
    assert drift.delta == pytest.approx(-3.36)
    assert under(a, b, DRIFT) == [
        "worse   pciebw.host_to_device of gpu3 (serial 1650923000003): 55.46 GB/s -> 52.1 GB/s, -3.36 or -6.1 % (noise 1.09)"
    ]
    assert under(b, a, DRIFT)[0].startswith("better  pciebw.host_to_device of gpu3")


def test_the_noise_is_that_of_both_runs() -> None:
    """3 x 1.4826 x the median absolute deviation of each, added: here 0.115 (around 55.245) and 0.095 (around 55.39)."""
    sides = [[Printed(value, f"copy: {value}") for value in values] for values in (COPIES, AGAIN)]
    assert noise(*sides) == pytest.approx(3 * 1.4826 * (0.115 + 0.095), abs=1e-9)


@pytest.mark.parametrize(("value", "line", "decimals"), [
    (55.2, "host_to_device_memcpy_ce: 55.2", 1), (55.2, "host_to_device_memcpy_ce: 55.200", 3), (700.0, "700.00 W", 2),
    (700, "limit: 700 W", 0), (0.9938, "mean of 61 samples: 695.8 W", 4), (12, "no number", 0), (1e-07, "", 7),
    (500.0, "driver 500.0.1", 0),
])  # fmt: skip
def test_how_exactly_a_value_was_printed(value: float, line: str, decimals: int) -> None:
    """By its line where it stands there, for JSON drops zeros at the end; else by itself; a part of a version is no value."""
    assert Printed(value, line).decimals == decimals


def test_a_step_of_the_last_decimal_is_no_drift() -> None:
    """All boards alike have no spread at all, and yet nobody can tell 55.2 from 55.3 where nothing in between is ever printed."""
    assert told(differences(run(copies=[55.2] * 8), run(copies=[55.3, *[55.2] * 7])), DRIFT) == []
    [drift] = told(differences(run(copies=[55.2] * 8), run(copies=[54.7, *[55.2] * 7])), DRIFT)
    assert drift.noise == pytest.approx(3 * 1.4826 * 0.1)


@pytest.mark.parametrize(("number", "is_known"), [(1, False), (3, False), (4, True)])
def test_with_few_boards_the_noise_is_not_known(number: int, is_known: bool) -> None:
    """Then every change is told, with the share and without a claim."""
    a = run(boards()[:number], COPIES)
    b = run(boards()[:number], [54.46, *COPIES[1:]])
    found = under(a, b, DRIFT)
    if is_known:
        assert found == []
    else:
        assert found == [
            "worse   pciebw.host_to_device of gpu0 (serial 1650923000000): 55.12 GB/s -> 54.46 GB/s, -0.66 or -1.2 % "
            "(noise not known: fewer than 4 devices)"
        ]


def test_a_shift_of_the_whole_node_is_one_line() -> None:
    """Another driver or BIOS slows all boards alike: that is one thing and not eight."""
    a, b = run(), run(copies=[value - 3 for value in AGAIN])
    [shift] = told(differences(a, b), DRIFT)
    assert (shift.kind, shift.sense, len(shift.places)) == ("shift", "worse", 8)
    assert under(a, b, DRIFT) == [
        "worse   pciebw.host_to_device of 8 GPUs (gpu0 to gpu7): median 55.245 GB/s -> 52.39 GB/s, median of the changes -2.985 or -5.4 % "
        "(noise 0.934)"
    ]


def test_boards_that_left_the_shift_are_told_beside_it() -> None:
    """One that fell further than the others, and one that did not fall with them."""
    values = copies({3: 40.0, 5: COPIES[5]}, [value - 3 for value in AGAIN])
    found = told(differences(run(), run(copies=values)), DRIFT)
    assert [(difference.kind, difference.places[0].a and difference.places[0].a.device) for difference in found] == [
        ("shift", "gpu0"), ("drift", "gpu3"), ("drift", "gpu5"),
    ]  # fmt: skip
    [_, _, still] = under(run(), run(copies=values), DRIFT)
    assert "55.14 GB/s -> 55.14 GB/s, no change (noise 1.31; the others shifted alike)" in still


def test_a_reading_without_a_limit_has_no_direction() -> None:
    """Nobody said whether more of it is good."""
    a, b = ([[reading("gpumem.h2d_pinned", value - fall, "GB/s")] for value in COPIES] for fall in (0, 9))
    assert [difference.sense for difference in told(differences(with_readings(*a), with_readings(*b)), DRIFT)] == [""]


def test_higher_is_worse_under_a_maximum() -> None:
    """Latencies and temperatures."""
    a, b = ([[reading("gpumem.latency", value, "us", max=99)] for value in values] for values in (COPIES, [*COPIES[:7], 70.0]))
    assert [difference.sense for difference in told(differences(with_readings(*a), with_readings(*b)), DRIFT)] == ["worse"]


def test_what_is_no_more_than_noise_is_listed_when_asked_for() -> None:
    """And says nothing of better or worse."""
    comparison = differences(run(), run(copies=AGAIN))
    assert {difference.sense for difference in comparison.within} == {""}
    assert "Within their noise" not in lines(comparison)
    listed = lines(comparison, everything=True)
    assert len(listed[listed.index("Within their noise") : -1]) == 10


# --- not compared --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "words"), [
    ({"tool": "bandwidthTest"}, "measured by nvbandwidth in A, bandwidthTest in B"),
    ({"concurrency": 8}, "measuring programs at once: 1 in A, 8 in B"),
])  # fmt: skip
def test_numbers_taken_under_other_circumstances_are_not_compared(more: dict[str, Any], words: str) -> None:
    """Beside seven neighbours a copy is another number, and another program measures another thing: that is told and no drift."""
    items = [it for n in range(8) for it in of_board(n, board(n), COPIES[n])]
    other = [
        item(it["id"], it["identity"], copied(30.0 + n % 2, **more)) if "host_to_device" in it["id"] else it for n, it in enumerate(items)
    ]
    a, b = of_items(items), of_items(other)
    assert under(a, b, APART) == [f"pciebw.host_to_device of 8 GPUs (gpu0 to gpu7): {words}"]
    assert told(differences(a, b), DRIFT) == []
    assert lines(differences(a, b))[-1].endswith("8 not comparable")


def test_what_is_the_same_beside_others_is_the_same() -> None:
    """The speed of a link that is only asked for does not depend on who else measures."""
    a, b = (with_readings(*[[reading("nvlink.link_speed", 26.562, "GB/s", concurrency=n)]] * 8, function="nvlink.links") for n in (1, 4))
    assert differences(a, b).differences == ()


def test_another_unit_is_told() -> None:
    """0.8 and 800 may be the same; nothing is converted."""
    a, b = (with_readings(*[[reading("gpumem.latency", 5.5, unit)]] * 8) for unit in ("us", "ms"))
    assert under(a, b, APART) == ["gpumem.latency of 8 GPUs (gpu0 to gpu7): measured in us in A, ms in B"]


# --- counters ------------------------------------------------------------------------------------------------------


def with_errors(count: int, name: str = "state.aggregate_uncorrectable", function: str = "state.errors") -> Run:
    """The node with a count on gpu2."""
    return replaced(run(), f"{function}[gpu2]", reading(name, count, "count", max=9))


def test_a_counter_of_the_boards_life_that_grew() -> None:
    """From the factory to the site; within the limit as well, and whatever the other boards say."""
    a, b = with_errors(1), with_errors(3)
    assert under(a, b, COUNTS) == [
        "worse   state.aggregate_uncorrectable of gpu2 (serial 1650923000002): 1 -> 3 over the board's life, grew by 2"
    ]


def test_a_counter_of_the_boards_life_that_fell_is_suspect() -> None:
    """No board forgets: that is no improvement."""
    [fell] = told(differences(with_errors(3), with_errors(1)), COUNTS)
    assert (fell.kind, fell.sense, fell.delta) == ("fell", "", -2)
    assert under(with_errors(3), with_errors(1), COUNTS)[0].endswith("fell by 2: it was reset, or it is another board's")


def test_a_counter_of_the_run_began_with_it() -> None:
    """Fewer is better, and no reset."""
    a, b = (with_errors(count, "closing.uncorrectable_ecc", "closing.counters") for count in (0, 2))
    assert under(a, b, COUNTS) == ["worse   closing.uncorrectable_ecc of gpu2 (serial 1650923000002): 0 -> 2 during the run"]
    assert under(b, a, COUNTS) == ["better  closing.uncorrectable_ecc of gpu2 (serial 1650923000002): 2 -> 0 during the run"]


def test_a_counter_follows_its_board() -> None:
    """The board with three errors went from gpu2 to gpu5: none of the two positions has a new error."""
    at = boards([0, 1, 5, 3, 4, 2, 6, 7])
    b = replaced(run(at), "state.errors[gpu5]", reading("state.aggregate_uncorrectable", 3, "count", max=9))
    assert told(differences(with_errors(3), b), COUNTS) == []


def test_replays_that_healthy_boards_have_too_are_a_rate() -> None:
    """0 to 2 of them come and go; 300 do not."""
    few = [[reading("closing.pcie_replays", n % 3, "count", max=80)] for n in range(8)]
    other = [[reading("closing.pcie_replays", (n + 1) % 3, "count", max=80)] for n in range(8)]
    many = [*few[:6], [reading("closing.pcie_replays", 300, "count", max=80)], few[7]]
    assert told(differences(with_readings(*few), with_readings(*other)), COUNTS) == []
    [line] = under(with_readings(*few), with_readings(*many), COUNTS)
    assert line.startswith("worse   closing.pcie_replays (in gpumem.compute) of gpu6 (serial 1650923000006): 0 -> 300, +300 (noise ")


def test_a_count_of_things_is_no_counter() -> None:
    """Seven boards instead of eight is a value that changed, and its limit says that it is worse."""
    a, b = (of_items([item("inventory.counts[node]", None, reading("inventory.lspci_gpus", n, "count", equals=8))]) for n in (8, 7))
    assert under(a, b, CHANGED) == ["worse   inventory.lspci_gpus of node: 8 -> 7"]


def names_in_hwtests() -> set[str]:
    """The readings that the checks name; those of the kernel's log are put together from a check and a kind of event."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(HWTESTS.glob("test_*.py")))
    plain = set(re.findall(r'"((?:closing|gpupower|remapped|state|ping|dcgm|inventory)\.[a-z0-9_]+)"', text))
    events = re.findall(r'^    "([a-z_]+)": _(?:xids|kinds|aer|sxids)\(', text, re.MULTILINE)
    echoes = re.findall(r'\("([a-z_]+)", echoes\.', text)
    return plain | {f"{check}.{name}" for name in events for check in ("closing", "kernel_log")} | {f"ping.{name}" for name in echoes}


def test_the_counters_are_readings_that_checks_make() -> None:
    """A name that no check uses any more counts nothing."""
    assert set(COUNTERS) <= names_in_hwtests()


def test_every_count_of_closing_is_a_counter() -> None:
    """It judges what rose; also what it will judge next year."""
    counted = {name for name in names_in_hwtests() if name.startswith("closing.")}
    assert len(counted) > 10
    assert {name for name in counted if counter_of(name, "us" if name.endswith("_us") else "count") is None} == set()
    assert counter_of("closing.anything", "count") is not None
    assert counter_of("closing.anything", "text") is None
    assert counter_of("inventory.lspci_gpus", "count") is None


# --- values --------------------------------------------------------------------------------------------------------


def test_a_text_that_changed_on_all_boards_is_one_line() -> None:
    """And eight differences in the data."""
    other = [it for n in range(8) for it in of_board(n, board(n), COPIES[n])]
    changed = [
        item(it["id"], it["identity"], *it["readings"][:-1], vbios("96.00.99.00.01")) if "inventory" in it["id"] else it for it in other
    ]
    a, b = run(), of_items(changed)
    assert under(a, b, CHANGED) == ["inventory.vbios_version of 8 GPUs (gpu0 to gpu7): 96.00.89.00.01 -> 96.00.99.00.01"]
    assert len(told(differences(a, b), CHANGED)) == 8


def test_a_setting_that_changed_by_one_is_told() -> None:
    """Seventeen NVLinks instead of eighteen is no noise, whatever the others have."""
    a, b = ([[reading("nvlink.active_links", links, "count", equals=18)] for links in of_each] for of_each in ([18] * 8, [18] * 7 + [17]))
    found = under(with_readings(*a, function="nvlink.links"), with_readings(*b, function="nvlink.links"), CHANGED)
    assert found == ["worse   nvlink.active_links of gpu7 (serial 1650923000007): 18 -> 17"]


def test_what_one_run_did_not_measure_is_told() -> None:
    """With the value that is missing; what neither measured is no difference."""
    a, b = ([[reading("fabric.health", value, "text"), reading("fabric.other", None, "text")]] for value in ("Healthy", None))
    assert under(with_readings(*a), with_readings(*b), CHANGED) == [
        "fabric.health (in gpumem.compute) of gpu0 (serial 1650923000000): Healthy -> not measured"
    ]


def test_what_was_not_measured_on_any_board_is_one_line() -> None:
    """Whatever each board had in the other run: another driver does not tell it."""
    a, b = ([[reading("fabric.note", value, "us")] for value in of_each] for of_each in ((1, 2, 3, 4), (None,) * 4))
    [line] = under(with_readings(*a), with_readings(*b), CHANGED)
    assert line == "fabric.note (in gpumem.compute) of 4 GPUs (gpu0 to gpu3): not measured in B"


def test_readings_that_one_run_alone_has_are_told() -> None:
    """A lower level of DCGM asks less; an item that measured nothing at all is told by its verdict."""
    a = with_readings([reading("dcgm.pcie", "Pass", "text", equals="Pass"), reading("dcgm.memory", "Pass", "text", equals="Pass")])
    b = with_readings([reading("dcgm.pcie", "Pass", "text", equals="Pass")])
    assert under(a, b, CHANGED) == ["dcgm.memory (in gpumem.compute) of gpu0 (serial 1650923000000): in A only: Pass"]
    assert under(a, with_readings([]), CHANGED) == []


def test_many_readings_of_a_board_that_were_lost_are_one_line() -> None:
    """They have one cause."""
    readings = [reading(f"gpupower.{name}", 1, "count", max=9) for name in ("a", "b", "c")]
    lost = [{**one, "value": None, "verdict": "ERROR"} for one in readings]
    assert under(with_readings(readings), with_readings(lost), CHANGED) == [
        "worse   3 readings of gpu0 (serial 1650923000000): not measured in B: gpupower.a (in gpumem.compute), "
        "gpupower.b (in gpumem.compute), gpupower.c (in gpumem.compute)"
    ]


def test_readings_about_something_else_are_kept_apart() -> None:
    """Replies of two addresses of one interface."""
    readings = [reading("ping.right_name", name, "text", about=about) for name, about in (("n2", "10.0.0.2"), ("n2", "10.0.1.2"))]
    other = [readings[0], {**readings[1], "value": "n7"}]
    found = under(with_readings(readings), with_readings(other), CHANGED)
    assert found == ["ping.right_name (in gpumem.compute) of gpu0 10.0.1.2 (serial 1650923000000): n2 -> n7"]


def test_repeats_on_one_board_are_no_siblings() -> None:
    """Twice two boards are not four: how boards spread is not known."""
    a, b = (with_readings(*[[reading("gpumem.note", value + n, "GB/s") for n in range(2)] for value in (50.0, 60.0)]) for _ in "ab")
    other = replaced(b, "gpumem.compute[gpu0]", reading("gpumem.note", 50.1, "GB/s"), reading("gpumem.note", 51.0, "GB/s"))
    [drift] = told(differences(a, other), DRIFT)
    assert drift.noise is None


def test_a_number_that_is_none_is_the_same_as_itself() -> None:
    """JSON readers take NaN for a number, and it is not even equal to itself."""
    broken = with_readings([reading("gpumem.note", float("nan"), "GB/s")])
    assert differences(broken, broken).differences == ()
