"""pgrep: process ids and nothing else."""

from __future__ import annotations

import pytest

from parsers.errors import ParseError
from parsers.pgrep import parse


@pytest.mark.parametrize("text", ["", "0\n", "12", "12\n12\n", "13\n12\n", "-1\n", "nv-fabricmanager\n", "pgrep: no matching criteria\n"])
def test_what_is_no_list_of_processes_is_refused(text: str) -> None:
    """A message, a name, half a number, or one process twice."""
    with pytest.raises(ParseError):
        parse(text)


def test_processes_are_counted() -> None:
    """In the order in which they were printed."""
    found = parse("2114\n31870\n")
    assert (found.pids, found.count.value, found.count.line, found.complete) == ((2114, 31870), 2, "pgrep: 2114 31870", False)
