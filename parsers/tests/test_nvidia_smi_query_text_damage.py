"""The text of `nvidia-smi -q` cut off or damaged: never whole, never another exception, never a bad node that looks good."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.nvidia_smi import Snapshot, parse_query_text
from parsers.reading import Reading
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.nvidia_smi_documents import fields
from parsers.tests.nvidia_smi_health import BAD, HEALTHY

FOLDER = RECORDINGS / "nvidia_smi" / "query"
OWN = sorted(path.name for path in FOLDER.glob("q-*.txt"))
GPUD = ("4090x8-535.154.05-0", "a10-550.127.05-hwslowdown-edited", "a10-550.127.05", "h100-535.183.01-invalid-truncated")
OUTSIDE = (
    *(f"nvidia-smi-q/gpud-{name}.txt" for name in (*GPUD, "h100x8-535.161.08-hwslowdown")),
    *(f"nvidia-smi-q/azurenhc-{name}.txt" for name in ("a100-page-retirement-good", "page-retirement-bad-edited")),
    *(
        f"own/nvidia-smi/mock-{mock}-{part}.out"
        for mock in ("535-h100", "550-a100", "550-h100")
        for part in ("q", "qd-ecc", "qd-rows", "qi0")
    ),
)


def assert_cut(text: str, whole: Snapshot, cut: int) -> None:
    """A text cut off is refused or not complete, and what it still says is what the whole text says there."""
    try:
        snapshot = parse_query_text(text[:cut])
    except ParseError:
        return
    assert not snapshot.complete
    for mine, theirs in zip(snapshot.gpus, whole.gpus, strict=False):
        full = dict(fields(theirs))
        assert all(field == full.get(name, field) or not isinstance(field, Reading) for name, field in fields(mine)), cut


@pytest.mark.parametrize("name", OWN)
def test_every_own_text_cut_anywhere_is_not_whole(name: str) -> None:
    """Behind any line and within lines: up to 200 places of each, and always behind the last lines."""
    text = (FOLDER / name).read_text()
    whole = parse_query_text(text)
    ends = [len(prefix) for prefix in prefixes(text)]
    number = min(200, 250_000 // len(text))
    for cut in [*random.Random(name).sample(ends, min(len(ends), number)), *ends[-12:], *random.Random(7).sample(range(len(text)), number)]:
        assert_cut(text, whole, cut)


@pytest.mark.parametrize("name", OUTSIDE)
def test_every_recording_cut_anywhere_is_not_whole(name: str) -> None:
    """Long ones at some places only."""
    text = outside(name)
    whole = parse_query_text(text)
    ends = [len(prefix) for prefix in prefixes(text)]
    number = min(40, 400_000 // len(text))
    for cut in [*random.Random(name).sample(ends, number), *ends[-4:], *random.Random(7).sample(range(len(text)), number)]:
        assert_cut(text, whole, cut)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_damage_never_raises_anything_else(data: st.DataObject) -> None:
    """Whatever is done to a text, it is read into the four outcomes or refused."""
    text = data.draw(changed((FOLDER / data.draw(st.sampled_from(("q-a100-470.txt", "q-v100-418.txt", "q-mig-580.txt")))).read_text()))
    try:
        snapshot = parse_query_text(text)
    except ParseError:
        return
    assert isinstance(snapshot, Snapshot)
    assert len({gpu.pci_bus_id for gpu in snapshot.gpus}) == len(snapshot.gpus)


@pytest.mark.parametrize("name", BAD["nvidia-smi-q"])
def test_no_damage_makes_a_bad_node_good(name: str) -> None:
    """A line dropped, doubled or swapped with another one: none hides what is wrong."""
    lines = (RECORDINGS / name).read_text().splitlines(keepends=True)
    draw = random.Random(name)
    assert not _content("".join(lines))
    for number in draw.sample(range(1, len(lines)), 12):
        other = draw.randrange(len(lines))
        swapped = list(lines)
        swapped[number], swapped[other] = lines[other], lines[number]
        for damaged in (lines[:number] + lines[number + 1 :], lines[:number] + lines[number - 1 :], swapped):
            assert not _content("".join(damaged)), (number, other)


def test_a_good_node_is_good() -> None:
    """So that the test above tests something."""
    assert _content((FOLDER / "q-good-580.txt").read_text())


def _content(text: str) -> bool:
    try:
        return HEALTHY["nvidia-smi-q"](parse_query_text(text))
    except ParseError:
        return False
