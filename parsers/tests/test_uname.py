"""uname -n: one whole name. Half a name is the name of another host."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from parsers.errors import ParseError
from parsers.reading import Reading
from parsers.tests.damage import RECORDINGS
from parsers.tests.network_health import HEALTHY
from parsers.uname import parse

FOLDER = RECORDINGS / "uname"


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "n1", "n1\nn2\n", "n1 n2\n", "n1\x00\n", "-n1\n", ".\n", f"{'n' * 65}\n", "n\u0661\n", "n1\\xff\n",
        "uname: extra operand 'x'\n", (FOLDER / "message-none.txt").read_text(),
    ],
)  # fmt: skip
def test_anything_but_one_whole_name_is_refused(text: str) -> None:
    """Half a name, two names, a message, a host that was given none."""
    with pytest.raises(ParseError):
        parse(text)


def test_what_came_instead_is_quoted() -> None:
    """Who reads the report learns why."""
    with pytest.raises(ParseError, match=r"uname -n: expected one line with the name of a host, found '\(none\)' in line 1"):
        parse("(none)\n")


@pytest.mark.parametrize("name", ["n1", "gpu-node_07.cluster.example", "7", "N" * 64])
def test_a_name_is_read_as_it_is_printed(name: str) -> None:
    """With its domain and its capitals; line ends of another system mean nothing."""
    assert parse(f"{name}\n").nodename == Reading(name, "text", f"uname -n: {name}")
    assert parse(f"{name}\r\n") == parse(f"{name}\n")
    assert parse(f"{name}\n").complete


def test_recordings_are_read() -> None:
    """The one with the name that was asked for is healthy."""
    read = {name: parse((FOLDER / f"{name}.txt").read_text()) for name in ("n1", "another")}
    assert {name: HEALTHY["uname"](record) for name, record in read.items()} == {"n1": True, "another": False}


@pytest.mark.skipif(shutil.which("uname") is None, reason="uname is not installed")
def test_the_name_of_this_host_is_read() -> None:
    """As the program prints it here."""
    printed = subprocess.run(["uname", "-n"], capture_output=True, text=True, check=True).stdout
    assert parse(printed).nodename == Reading(printed.strip(), "text", f"uname -n: {printed.strip()}")
