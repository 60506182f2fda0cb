"""A log of the kernel that was cut is never whole, a damaged one is read or refused, and no line takes long."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.dmesg import KernelLog, parse_document, parse_journal, parse_text
from parsers.dmesg.rules import address
from parsers.errors import ParseError
from parsers.tests.damage import RECORDINGS, changed, outside, prefixes
from parsers.tests.dmesg_health import HEALTHY
from parsers.tests.dmesg_texts import FOLDER, TEXTS, text_of

OUTSIDE = (
    "dmesg/azurenhc-syslog-ib-flap.txt",
    "dmesg/gpud-dmesg-xid119.txt",
    "dmesg/gpud-kmsg-raw.txt",
    "dmesg/imbue-xid-94-64-sxid.txt",
    "dmesg/stas-xid63.txt",
)


@pytest.mark.parametrize(
    "piece", ["NVRM: GPU ", "[    0.100000] ", "[Hardware Error]: Corrected ", "message repeated 3 times: [ ", "kernel: ", "a "]
)
def test_a_long_line_takes_no_longer_than_it_is_long(piece: str) -> None:
    """Lines of 200 000 characters, of which patterns could make squares."""
    started = time.process_time()
    for start in ("[    0.100000] ", "[    0.100000] mlx5_core 0000:2a:00.0: ", "Nov 23 10:00:00 host kernel: "):
        parse_text(start + piece * (200_000 // len(piece)) + "\n")
    assert time.process_time() - started < 2


def cuts(text: str, seed: str) -> list[str]:
    """The text cut after up to 300 of its lines and in 200 other places."""
    draw = random.Random(seed)
    lines = list(prefixes(text))
    return draw.sample(lines, min(300, len(lines))) + [text[: draw.randrange(len(text))] for _ in range(200)]


def incomplete(log: KernelLog) -> bool:
    """Whether a log says that it may not be whole."""
    return not log.complete


@pytest.mark.parametrize("name", [*TEXTS, *OUTSIDE])
def test_text_is_never_whole(name: str) -> None:
    """It has no end mark: cut or not."""
    text = outside(name) if "/" in name else text_of(name)
    assert incomplete(parse_text(text))
    for cut in cuts(text, name):
        try:
            assert incomplete(parse_text(cut))
        except ParseError:
            continue


@pytest.mark.parametrize(
    "name", ["dmesg/healthy.json", "dmesg/xids.json", "dmesg/xids-decode.json", "journalctl/healthy.json", "journalctl/xids.json"]
)
def test_a_cut_document_is_never_whole(name: str) -> None:
    """Not even without the last line end."""
    text, parse = (RECORDINGS / name).read_text(), parse_document if name.startswith("dmesg") else parse_journal
    for cut in [*cuts(text, name), text[:-1]]:
        try:
            assert incomplete(parse(cut))
        except ParseError:
            continue


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("dmesg", "healthy-plain.txt"),
        ("dmesg", "healthy-iso-decode.txt"),
        ("dmesg-json", "healthy.json"),
        ("journalctl-json", "../journalctl/healthy.json"),
    ],
)
def test_a_check_is_content_with_a_quiet_log(tool: str, name: str) -> None:
    """From the start of the kernel, with a process that quotes an Xid."""
    parse = {"dmesg": parse_text, "dmesg-json": parse_document, "journalctl-json": parse_journal}[tool]
    assert HEALTHY[tool](parse((FOLDER / name).read_text()))


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_log_never_breaks_the_parsers(data: st.DataObject) -> None:
    """There is a record or a ParseError; the address of every event has the one form."""
    names = [f"dmesg/{name}" for name in TEXTS] + ["dmesg/xids.json", "journalctl/xids.json"]
    name = data.draw(st.sampled_from(names))
    text = data.draw(changed((RECORDINGS / name).read_text()))
    parse = parse_text if name.endswith(".txt") else parse_document if name.startswith("dmesg") else parse_journal
    try:
        log = parse(text)
    except ParseError:
        return
    assert all(event.pci_bus_id is None or address(event.pci_bus_id) == event.pci_bus_id for event in log.events)
    assert all(event.count >= 0 and (event.number is not None or event.kind not in ("xid", "sxid")) for event in log.events)
