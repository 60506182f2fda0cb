"""What the tests of the kernel's log share: our recordings, the lines they are made of, and what is read of a message."""

from __future__ import annotations

from parsers.dmesg import Event, parse_text
from parsers.tests.damage import RECORDINGS

FOLDER = RECORDINGS / "dmesg"
TEXTS = sorted(path.name for path in FOLDER.glob("*.txt"))
XID_79 = "NVRM: Xid (PCI:0000:53:00): 79, pid=1234, name=python, GPU has fallen off the bus."
BANNER = "[    0.000000] Linux version 6.8.0\n"


def text_of(name: str) -> str:
    """One of our own recordings of dmesg."""
    return (FOLDER / name).read_text()


def events(text: str) -> tuple[Event, ...]:
    """What happened in a log in text."""
    return parse_text(text).events


def said(message: str) -> Event:
    """The one event that a message of the kernel reports."""
    (event,) = events(f"[  100.000001] {message}\n")
    return event
