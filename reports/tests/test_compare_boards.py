"""Boards are followed wherever they went, and what is told of a board is told of it and not of its position."""

from __future__ import annotations

import pytest

from reports.compare import Difference, differences
from reports.compare.text import lines
from reports.tests.sample_compare import AGAIN, COPIES, EMPTY, Record, Run, board, boards, copied, replaced, run


def told(a: Run, b: Run, heading: str = "Boards") -> list[Difference]:
    """The differences under a heading."""
    return [difference for difference in differences(a, b).differences if difference.heading == heading]


def kinds(a: Run, b: Run, heading: str = "Boards") -> list[str]:
    """Their kinds."""
    return [difference.kind for difference in told(a, b, heading)]


def journeys(difference: Difference) -> list[tuple[str | None, str | None]]:
    """From which position to which."""
    return [(place.a.device if place.a else None, place.b.device if place.b else None) for place in difference.places]


def line(a: Run, b: Run, word: str) -> str:
    """The line of the report that has the word."""
    [found] = [text for text in lines(differences(a, b)) if word in text]
    return found.strip()


def test_boards_that_stayed_are_not_told() -> None:
    """The usual case has nothing under this heading."""
    assert kinds(run(), run(copies=AGAIN)) == []


def test_an_exchange_is_one_difference_and_no_drift() -> None:
    """
    Gpu2 and gpu5 changed places, and each board copies as fast as before.

    Compared by position, both would have drifted by 5 GB/s: here one board of the node was slow all the time.
    """
    slow = [*COPIES[:5], 50.12, *COPIES[6:]]
    order = [0, 1, 5, 3, 4, 2, 6, 7]
    a, b = run(copies=slow), run(boards(order), [slow[n] for n in order])
    [exchange] = told(a, b)
    assert (exchange.kind, journeys(exchange)) == ("exchanged", [("gpu2", "gpu5"), ("gpu5", "gpu2")])
    assert kinds(a, b, "Readings beyond their noise") == []
    by_position = run(boards(), [slow[n] for n in order])
    assert kinds(a, by_position, "Readings beyond their noise") == ["drift", "drift"]
    assert line(a, b, "exchanged") == (
        "exchanged with each other: serial 1650923000002 from gpu2 at 0000:3d:00.0 to gpu5 at 0000:70:00.0; "
        "serial 1650923000005 from gpu5 at 0000:70:00.0 to gpu2 at 0000:3d:00.0"
    )


def test_three_boards_in_a_circle_are_one_difference() -> None:
    """Three places were mixed up when the boards were put back: nobody exchanged two of them."""
    [circle] = told(run(), run(boards([0, 2, 4, 3, 1, 5, 6, 7])))
    assert (circle.kind, journeys(circle)) == ("circled", [("gpu1", "gpu4"), ("gpu4", "gpu2"), ("gpu2", "gpu1")])
    assert line(run(), run(boards([0, 2, 4, 3, 1, 5, 6, 7])), "circle").startswith("moved in a circle of 3: serial 1650923000001 from gpu1")


def test_two_exchanges_are_two_differences() -> None:
    """Each is put right by itself."""
    assert kinds(run(), run(boards([1, 0, 3, 2, 4, 5, 6, 7]))) == ["exchanged", "exchanged"]


def test_a_board_that_took_the_place_of_a_missing_one_moved() -> None:
    """A chain that does not close is no circle: gpu1 went where gpu0 was, and gpu0 is gone."""
    a, b = run(), run([board(1, 0), board(9, 1), *boards()[2:]])
    found = told(a, b)
    assert [(difference.kind, journeys(difference)) for difference in found] == [
        ("gone", [("gpu0", None)]), ("moved", [("gpu1", "gpu0")]), ("new", [(None, "gpu1")]),
    ]  # fmt: skip
    assert "serial 1650923000000, gpu0 at 0000:1b:00.0 (its items: 4 PASS)" in line(a, b, "gone:")


def test_boards_behind_a_missing_one_keep_their_slots() -> None:
    """
    Positions are counted in the order of the bus, so a missing board makes all that follow move up: none of them moved.

    The last position is empty, and what could not be measured there is told of the board that is gone.
    """
    left = [*boards()[:3], *boards()[4:], EMPTY]
    values = [*COPIES[:3], *COPIES[4:], None]
    a, b = run(), run(left, values)
    assert kinds(a, b) == ["gone", *["renumbered"] * 4]
    assert line(a, b, "gone:").endswith("serial 1650923000003, gpu3 at 0000:4e:00.0; gpu7 has no board in B")
    assert "gpu4 -> gpu3, gpu5 -> gpu4, gpu6 -> gpu5, gpu7 -> gpu6" in line(a, b, "another position")
    assert kinds(a, b, "Readings beyond their noise") == []
    assert line(a, b, "checks of gpu3").startswith("worse   3 checks of gpu3 -> gpu7 (serial 1650923000003 -> no board): PASS -> ERROR")


def test_a_replaced_board_is_another_board() -> None:
    """Its verdict is compared with that of the one before, which is why it was replaced; its readings are not."""
    a = replaced(run(), "pciebw.host_to_device[gpu3]", copied(27.3))
    b = run([*boards()[:3], board(9, 3), *boards()[4:]], AGAIN)
    assert line(a, b, "replaced") == "replaced: serial 1650923000003 -> serial 1650923000009, gpu3 at 0000:4e:00.0"
    assert kinds(a, b, "Readings beyond their noise") == []
    repaired = line(a, b, "pciebw.host_to_device of gpu3")
    assert repaired.startswith(
        "better  pciebw.host_to_device of gpu3 (serial 1650923000003 -> serial 1650923000009): FAIL -> PASS: pciebw.host_to_device[gpu3]"
    )


def test_a_board_without_a_serial_is_followed_by_uuid() -> None:
    """GeForce boards and some virtual machines tell none."""
    a = run([{**identity, "serial": None} for identity in boards()])
    b = run([{**identity, "serial": None} for identity in boards([1, 0, 2, 3, 4, 5, 6, 7])])
    assert kinds(a, b) == ["exchanged"]
    assert "UUID GPU-5c1f8a2b-0000-4000-8000-000000000001" in line(a, b, "exchanged")


def test_a_serial_that_one_run_alone_tells_does_not_make_two_boards() -> None:
    """An older driver told none; the UUID is the same."""
    assert kinds(run([{**identity, "serial": None} for identity in boards()]), run()) == []


@pytest.mark.parametrize(("key", "name"), [("uuid", "UUID"), ("serial", "serial")])
def test_a_board_with_another_uuid_or_serial_is_told(key: str, name: str) -> None:
    """One of them stayed: the InfoROM was rewritten, or it is not what it says."""
    b = run([{**board(0), key: "GPU-other"}, *boards()[1:]])
    [renamed] = told(run(), b)
    assert (renamed.kind, renamed.name, renamed.after) == ("renamed", name, "GPU-other")
    shown = {"UUID": "serial", "serial": "UUID"}[name]
    assert line(run(), b, f"another {name}").startswith(f"same {shown}, another {name}: gpu0")


def test_a_copied_serial_shows_nothing() -> None:
    """Two boards with one serial are told apart by UUID, and that they have it is said first."""
    copies = [board(0), board(1, serial="1650923000000"), *boards()[2:]]
    comparison = differences(run(), run(copies))
    assert [difference.kind for difference in comparison.differences if difference.heading == "Boards"] == ["renamed"]
    assert "2 boards tell the serial 1650923000000 in B: they are followed by UUID, or else by place" in comparison.notes


def test_a_board_that_says_nothing_is_taken_for_what_stood_there() -> None:
    """A board that fell off the bus tells no serial; it is not said to be gone, nor to be a new one."""
    silent = {"serial": None, "uuid": None, "pci_bus_id": boards()[3]["pci_bus_id"]}
    a, b = run(), run([*boards()[:3], silent, *boards()[4:]])
    [untold] = told(a, b)
    assert (untold.kind, journeys(untold)) == ("untold", [("gpu3", "gpu3")])
    assert line(a, b, "tells").startswith("tells neither serial nor UUID in B: gpu3 (serial 1650923000003 -> board not known)")
    assert line(b, a, "tells").startswith("tells neither serial nor UUID in A")


def test_a_run_that_met_no_board_says_nothing_of_boards_that_went() -> None:
    """Where nvidia-smi did not answer, every identity is null: nobody knows of an exchange."""
    assert kinds(run(), run([None] * 8)) == ["untold"] * 8
    assert kinds(run([None] * 8), run([None] * 8)) == []


def test_positions_that_follow_serials_do_not_hide_an_exchange() -> None:
    """A spec that lists serials binds gpu3 to its board wherever it is: then the bus id has changed, and not the position."""
    b = run([board(0, 1), board(1, 0), *boards()[2:]])
    [exchange] = told(run(), b)
    assert (exchange.kind, journeys(exchange)) == ("exchanged", [("gpu0", "gpu0"), ("gpu1", "gpu1")])


def test_buses_that_are_numbered_otherwise_are_no_journey() -> None:
    """After a new mainboard or firmware every bus id is another one: then slots are told by position, and it is said."""
    elsewhere = [{**identity, "pci_bus_id": f"0001:{n:02x}:00.0"} for n, identity in enumerate(boards())]
    comparison = differences(run(), run(elsewhere))
    assert {difference.kind for difference in comparison.differences} == {"bus"}
    assert any("numbers its buses otherwise" in note for note in comparison.notes)
    assert "gpu0 0000:1b:00.0 -> 0001:00:00.0" in line(run(), run(elsewhere), "another bus id")


def test_a_fault_that_went_with_its_board_is_told() -> None:
    """The board was put elsewhere and fails there: it is the board."""
    at = boards([3, 1, 2, 0, 4, 5, 6, 7])
    a, b = replaced(run(), "pciebw.host_to_device[gpu3]", copied(27.3)), replaced(run(at), "pciebw.host_to_device[gpu0]", copied(27.3))
    assert kinds(a, b, "Verdicts") == ["followed"]
    assert line(a, b, "went with").startswith("pciebw.host_to_device of gpu3 -> gpu0 (serial 1650923000003): FAIL in both")


def test_a_fault_that_stayed_in_its_slot_is_told() -> None:
    """Another board fails in the same slot: it is the slot, whether the boards were exchanged or one was replaced."""
    a = replaced(run(), "pciebw.host_to_device[gpu3]", copied(27.3))
    exchanged = replaced(run(boards([3, 1, 2, 0, 4, 5, 6, 7])), "pciebw.host_to_device[gpu3]", copied(27.3))
    assert kinds(a, exchanged, "Verdicts") == ["verdict", "stayed", "verdict"]
    new = replaced(run([*boards()[:3], board(9, 3), *boards()[4:]]), "pciebw.host_to_device[gpu3]", copied(27.3))
    assert kinds(a, new, "Verdicts") == ["stayed"]
    assert line(a, new, "stayed").endswith(
        "(serial 1650923000003 -> serial 1650923000009): FAIL of both boards: the fault stayed in the slot"
    )


def test_more_positions_in_one_run() -> None:
    """A spec that promises four boards, and one that promises eight: the others are new, empty positions too."""
    few: list[Record | None] = list(boards()[:4])
    assert kinds(run(few), run()) == ["new"] * 4
    five = [*few, EMPTY]
    assert kinds(run(five), run(few)) == []
    assert kinds(run(five), run(few), "Verdicts") == ["node", "only", "only", "only"]
