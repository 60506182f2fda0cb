"""dcgmi, all kinds of output: no part of a text is taken for all of it, and nothing that happens to a bad one makes it good."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from parsers.dcgmi import diag, diag_text, discovery, health, nvlink, parse_discovery
from parsers.dcgmi.discovery import BuildInfo, parse_versions
from parsers.errors import ParseError
from parsers.plain import plain
from parsers.tests.damage import OUTSIDE, RECORDINGS, outside, prefixes
from parsers.tests.dcgmi_health import BAD, HEALTHY
from parsers.tool import Parsed, Tool

FOLDER = RECORDINGS / "dcgmi"
TOOLS: dict[str, Tool] = {tool.name: tool for module in (diag, diag_text, discovery, health, nvlink) for tool in module.TOOLS}
OWN = sorted(path for path in FOLDER.iterdir() if path.suffix != ".md")
NOT_OURS = sorted(OUTSIDE.glob("dcgmi-*/*"))
BAD_ONES = [pytest.param(tool, name, id=f"{tool}:{name}") for tool, names in BAD.items() for name in names]
SMALL = 80
HOSTILE = ("1" * 10_000_000, "|" * 10_000_000, "| a " * 50_000 + "\n", '{"a":' * 50_000, "\n" * 100_000)


def read(tool: str, text: str) -> Parsed | None:
    """The record, or None where the text is refused."""
    try:
        return TOOLS[tool].parse(text)
    except ParseError:
        return None


def cuts(text: str, name: str) -> Iterator[str]:
    """Every prefix of whole lines, and 200 that end anywhere."""
    yield from prefixes(text)
    draw = random.Random(name)
    yield from (text[: draw.randrange(len(text))] for _ in range(200))


def recorded(path: Path) -> str:
    """A recording, decoded as evidence is."""
    return path.read_bytes().decode("utf-8", "backslashreplace")


@pytest.mark.parametrize("path", [*OWN, *NOT_OURS], ids=lambda path: path.name)
def test_a_text_cut_anywhere_is_never_a_whole_one(path: Path) -> None:
    """It is refused, incomplete, or says all that the whole one says; and line ends of another system mean nothing."""
    text = recorded(path)
    for tool in TOOLS:
        whole = read(tool, text)
        if whole is not None:
            for part in cuts(text, path.name):
                record = read(tool, part)
                assert record is None or not record.complete or plain(record) == plain(whole), (tool, part[-100:])
            assert plain(read(tool, text.replace("\n", "\r\n"))) == plain(whole)


HEALTHY_ONES = {
    "dcgmi-diag-text": ("diag-text-3.3.9-r2-pass.txt", "diag-text-4.6.0-r2-pass.txt"),
    "dcgmi-discovery": ("discovery-4.6.0-two.txt",),
    "dcgmi-health": ("health-3.3.9-healthy.txt", "health-4.6.0-healthy.json"),
    "dcgmi-nvlink": ("nvlink-errors-3.3.9-none.txt", "nvlink-errors-4.6.0-blackwell.txt", "nvlink-status-3.3.9-up.txt"),
}


@pytest.mark.parametrize(("tool", "name"), [(tool, name) for tool, names in HEALTHY_ONES.items() for name in names])
def test_a_good_text_is_good(tool: str, name: str) -> None:
    """Or nothing would follow from a bad one not being good."""
    record = read(tool, recorded(FOLDER / name))
    assert record is not None
    assert HEALTHY[tool](record)


@pytest.mark.parametrize(("tool", "name"), BAD_ONES)
def test_no_line_dropped_repeated_or_moved_makes_a_bad_text_good(tool: str, name: str) -> None:
    """Up to three lines dropped, any one repeated, any two swapped."""
    healthy: Callable[[Parsed], bool] = HEALTHY[tool]
    text = recorded(RECORDINGS / name)
    whole = read(tool, text)
    assert whole is not None
    assert not healthy(whole)
    for damaged in damages(text.splitlines(keepends=True)):
        record = read(tool, "".join(damaged))
        assert record is None or not healthy(record), "".join(damaged)


def damages(lines: list[str]) -> Iterator[list[str]]:
    """Every way to damage these lines; of many lines, some of the swaps."""
    for at, count in itertools.product(range(len(lines)), (1, 2, 3)):
        yield lines[:at] + lines[at + count :]
    for at in range(len(lines)):
        yield [*lines[: at + 1], *lines[at:]]
    pairs = list(itertools.combinations(range(len(lines)), 2))
    for one, other in pairs if len(lines) <= SMALL else random.Random(len(lines)).sample(pairs, 1000):
        swapped = list(lines)
        swapped[one], swapped[other] = lines[other], lines[one]
        yield swapped


def test_a_closed_document_and_a_table_with_its_end_prove_themselves() -> None:
    """Whatever they say: an error of the whole run is whole too."""
    for name in ("diag-3.3.9-r3.json", "diag-4.4.1-already-running.json"):
        record = read("dcgmi-diag", recorded(FOLDER / name))
        assert record is not None
        assert record.complete
    text = recorded(FOLDER / "diag-text-4.6.0-r2-pass.txt")
    assert [diag_text.parse_diag_text(part).complete for part in (text, text.rstrip("\n"))] == [True, False]


def test_a_list_of_devices_ends_with_the_processors() -> None:
    """Before 3.2 there is no such table: whether one is missing cannot be told, so the list is never complete."""
    newer = recorded(FOLDER / "discovery-4.7.0-one.txt")
    assert parse_discovery(newer).complete
    assert not parse_discovery(newer.rstrip("\n")).complete
    assert not parse_discovery(newer[: newer.index("1 CPU found")]).complete
    assert not parse_discovery(recorded(FOLDER / "discovery-3.1.8-two.txt")).complete
    assert not parse_discovery(outside("dcgmi-discovery/llmaction-8xH800.txt")).complete


def test_both_forms_of_the_version_give_one_record() -> None:
    """What a form does not tell is None; without the host engine's block it may be that none runs, or that it was cut."""
    short = parse_versions("\ndcgmi  version: 3.3.9\n\n")
    assert (short, short.complete) == (BuildInfo("3.3.9", None, None, None), True)
    alone = parse_versions(recorded(FOLDER / "build-3.3.9-no-engine.txt"))
    assert (alone, alone.complete) == (BuildInfo("3.3.9", "2024-10-01", None, None), False)
    both = parse_versions(recorded(FOLDER / "build-4.6.0.txt"))
    assert (both, both.complete) == (BuildInfo("4.6.0", "2026-06-01", "4.5.2", "2026-02-01"), True)
    outer = parse_versions(outside("dcgmi-version/llmaction-3.1.8.txt"))
    assert (outer, outer.complete) == (BuildInfo("3.1.8", "2023-04-27", "3.1.8", "2023-04-27"), True)


@pytest.mark.parametrize("text", ["", "\ndcgmi  version: 3.3.9", "dcgmi  version: 3.3.9\nmore\n", "dcgmi  version: three\n"], ids=repr)
def test_half_a_version_is_none(text: str) -> None:
    """3.3 may be the beginning of 3.30."""
    with pytest.raises(ParseError):
        parse_versions(text)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:4])
def test_a_text_of_an_enemy_is_refused_at_once(tool: str, text: str) -> None:
    """Long lines, deep nesting, nothing."""
    assert read(tool, text) is None
