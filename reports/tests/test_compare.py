"""Which runs are compared at all, what is said first, and how a report reads."""

from __future__ import annotations

from typing import Any

import pytest

from reports.compare import CompareError, differences
from reports.compare.text import lines
from reports.tests.sample_compare import COPIES, board, boards, copied, item, of_board, of_items, reading, replaced, run

LATER = "2026-12-24T08:00:00Z"
SIMULATED: dict[str, Any] = {"mode": "simulated", "origin": "simulated"}


# --- which runs ----------------------------------------------------------------------------------------------------


def test_two_nodes_are_refused() -> None:
    """Neither the name nor a board in common: what differs says nothing of either."""
    others = run([board(n + 20, n) for n in range(8)], node="rack9-node1")
    with pytest.raises(CompareError, match=r"\Anothing-in-common: A is of node rack7-node3, B of rack9-node1, and no board is in both"):
        differences(run(), others)


def test_a_node_is_known_by_its_boards() -> None:
    """A host has one name at the factory and another one at the site."""
    comparison = differences(run(), run(node="site-gpu-17"))
    assert comparison.notes[-1] == "the node is called rack7-node3 in A and site-gpu-17 in B: it is the same by 8 boards that are in both"
    assert comparison.differences == ()


def test_a_node_of_which_no_board_stayed() -> None:
    """The same name may be another machine's by now: that is said, and the boards are told as what they are."""
    comparison = differences(run(), run([board(n + 20, n) for n in range(8)]))
    assert [difference.kind for difference in comparison.differences] == ["replaced"] * 8
    assert "no board is known to be in both: only the node's name says that these are runs of one node" in comparison.notes


@pytest.mark.parametrize("mode", ["simulated", "replayed"])
def test_a_simulated_run_is_not_compared_with_a_measured_one(mode: str) -> None:
    """In either order, and also where the simulated one was judged again later."""
    pretended = run(mode=mode, origin="simulated")
    for pair in ((run(), pretended), (pretended, run())):
        with pytest.raises(CompareError, match=r"\Alive-and-simulated: A has evidence of a \w+ run, B of a \w+ one"):
            differences(*pair)


def test_a_replayed_run_is_compared_and_told() -> None:
    """It was measured, and judged again: by other limits, mostly."""
    [note, *_] = differences(run(), run(mode="replayed", started=LATER)).notes
    assert note == "A is live, B is replayed: the evidence of both is live, so they are compared"


def test_simulated_runs_say_so_first() -> None:
    """Before anything that could be taken for a measurement; every verdict carries the word too."""
    comparison = differences(run(**SIMULATED), run(**SIMULATED, started=LATER))
    assert comparison.notes == ("SIMULATED: nothing of this was measured on a node",)
    assert lines(comparison)[1].strip().startswith("ACCEPTED (simulated): node rack7-node3, begun ")


@pytest.mark.parametrize(("manifest", "words"), [(None, "A and B are the same run, begun at "), (b"x", "A and B are the same bundle")])
def test_the_same_run_twice_is_told(manifest: bytes | None, words: str) -> None:
    """Nobody looks for the repair in a comparison of a run with itself."""
    [note] = differences(run(manifest=manifest), run(manifest=manifest)).notes
    assert note.startswith(words)


def test_runs_in_the_wrong_order_are_told() -> None:
    """Else the repair would read as the damage."""
    [note] = differences(run(started=LATER), run()).notes
    assert note.startswith("A was begun after B (2026-12-24T08:00:00Z, 2026-11-23T14:00:00.123456Z)")
    assert differences(run(), run(started=LATER)).notes == ()


# --- verdicts ------------------------------------------------------------------------------------------------------


def test_the_verdict_of_the_node_comes_first() -> None:
    """Then what failed, then what was not measured, with the reason of the worse run."""
    worse = replaced(run(), "pciebw.host_to_device[gpu3]", copied(27.3))
    worse = replaced(worse, "state.errors[gpu1]")
    found = [text.strip() for text in lines(differences(run(), worse))]
    start = found.index("Verdicts") + 1
    assert found[start : start + 3] == [
        "worse   node: ACCEPTED -> REJECTED",
        "worse   pciebw.host_to_device of gpu3 (serial 1650923000003): PASS -> FAIL: pciebw.host_to_device[gpu3] is FAIL",
        "worse   state.errors of gpu1 (serial 1650923000001): PASS -> ERROR: state.errors[gpu1] is ERROR",
    ]


def test_one_cause_on_all_boards_is_one_line() -> None:
    """A program that is missing on the node is no eight faults."""
    items = [item(f"gpumem.compute[gpu{n}]", board(n), reading("gpumem.dgemm", 57.0, "TFLOPS", min=50)) for n in range(8)]
    lost = [item(it["id"], it["identity"]) for it in items]
    found = [text.strip() for text in lines(differences(of_items(items), of_items(lost)))]
    assert found[found.index("Verdicts") + 2] == (
        "worse   gpumem.compute of 8 GPUs (gpu0 to gpu7): PASS -> ERROR, as of gpu0 (serial 1650923000000): gpumem.compute[gpu0] is ERROR"
    )


def test_items_that_one_run_alone_has_are_told() -> None:
    """A run without a check has not passed it."""
    items = [it for n in range(8) for it in of_board(n, board(n), COPIES[n])]
    found = [text.strip() for text in lines(differences(of_items(items), of_items([it for it in items if it["check"] != "pciebw"])))]
    assert "pciebw.host_to_device of 8 GPUs (gpu0 to gpu7): in A only: PASS" in found


def test_the_last_line_is_the_sum() -> None:
    """How many, of what, how many of them for the worse, and how much was compared."""
    b = replaced(run(), "pciebw.host_to_device[gpu3]", copied(27.3))
    assert lines(differences(run(), b))[-1] == (
        "3 differences, 3 for the worse: 2 of verdicts, 1 beyond noise; 40 readings in both: 39 the same, 0 within their noise"
    )


def test_a_long_list_is_cut_off_and_says_so() -> None:
    """A page that nobody reads hides its first line; --all shows the rest."""
    a, b = (run(options={f"n{n}": value for n in range(60)}) for value in (1, 2))
    assert "  ... and 20 more lines: --all shows them" in lines(differences(a, b))
    assert len(lines(differences(a, b), everything=True)) == len(lines(differences(a, b))) + 19


def test_what_was_said_cannot_steer_a_terminal() -> None:
    """Names, serials, values and reasons are on their one line, whatever is in them."""
    evil = "\x1b[2J\n\u202ex\r\ud800\u2028"
    at = [board(0, serial=evil), *boards()[1:]]
    b = run(
        at, [27.3, *COPIES[1:]], node=evil, path=evil, spec=b'name = "x"', options={evil: evil}, not_required={evil: evil}, started=LATER
    )
    for comparison in (differences(run(), b), differences(b, run())):
        for text in lines(comparison, everything=True):
            assert text.isprintable()
