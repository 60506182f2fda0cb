"""Whether a board is there for nvidia-smi: one that is not listed or is lost is not, and one of which nothing is known is neither."""

from __future__ import annotations

import pytest

from parsers.nvidia_smi import GpuState, parse_query_xml
from parsers.nvidia_smi.presence import LOST, answering
from parsers.reading import Absent, ErrorWord, Field, NotApplicable, Reading
from parsers.tests.nvidia_smi_documents import LOST as LOST_BOARD
from parsers.tests.nvidia_smi_documents import board


def telling(size: str) -> GpuState:
    """A board of which this is printed as the size of its memory."""
    return board(f"<fb_memory_usage><total>{size}</total></fb_memory_usage>")


def test_a_board_that_is_not_listed_is_not_there() -> None:
    """The list that is shorter says nothing itself; whoever asks says where the board was looked for."""
    assert answering(None, "no GPU at 0000:53:00.0") == Reading(0, "count", "no GPU at 0000:53:00.0")


@pytest.mark.parametrize("brackets", ["{}", "[{}]"])
@pytest.mark.parametrize("word", LOST)
def test_a_board_that_is_listed_and_lost_is_not_there(word: str, brackets: str) -> None:
    """Its name and address are still known to the driver, its memory is not; the word is told."""
    said = f"nvidia-smi lists 0000:53:00.0 and says: {word}"
    assert answering(telling(brackets.format(word)), "elsewhere") == Reading(0, "count", said)


@pytest.mark.parametrize(
    ("state", "field"),
    [
        (telling("Unknown Error"), ErrorWord("Unknown Error", "fb_memory_usage/total: Unknown Error")),
        (telling("[Insufficient Permissions]"), ErrorWord("Insufficient Permissions", "fb_memory_usage/total: [Insufficient Permissions]")),
        (telling("No GPU is lost"), ErrorWord("No GPU is lost", "fb_memory_usage/total: No GPU is lost")),
        (telling("N/A"), NotApplicable("fb_memory_usage/total: N/A")),
        (board(""), Absent("fb_memory_usage/total")),
    ],
)
def test_a_board_of_which_nothing_is_known_is_neither_there_nor_gone(state: GpuState, field: Field) -> None:
    """One query that failed proves no loss, and no board either; a word that holds a known one is another word."""
    assert answering(state, "elsewhere") == field


def test_a_board_that_tells_its_memory_is_there() -> None:
    """With the line that says so, and not with what would be said of a missing one."""
    found = Reading(1, "count", "nvidia-smi lists 0000:53:00.0, fb_memory_usage/total: 81559 MiB")
    assert answering(telling("81559 MiB"), "elsewhere") == found


def test_of_two_boards_the_lost_one_is_gone() -> None:
    """A whole document in which one of two boards is lost."""
    states = parse_query_xml(LOST_BOARD).gpus
    assert [(state.pci_bus_id, answering(state, "")) for state in states] == [
        ("0000:53:00.0", Reading(1, "count", "nvidia-smi lists 0000:53:00.0, fb_memory_usage/total: 81559 MiB")),
        ("0000:64:00.0", Reading(0, "count", "nvidia-smi lists 0000:64:00.0 and says: GPU is lost")),
    ]
