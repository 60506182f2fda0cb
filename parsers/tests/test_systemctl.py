"""systemctl is-active: one whole word, compared whole; "inactive" contains "active"."""

from __future__ import annotations

import pytest

from parsers.errors import ParseError
from parsers.systemctl import STATES, parse


@pytest.mark.parametrize(
    "text",
    [
        "", "activ\n", "active", "Active\n", "active\nactive\n", "inactive active\n", "not-active\n",
        "Failed to connect to bus: No such file or directory\n",
        "System has not been booted with systemd as init system (PID 1). Can't operate.\n",
    ],
)  # fmt: skip
def test_anything_but_one_whole_word_is_refused(text: str) -> None:
    """Half a word, two units, or a message in the place of a state."""
    with pytest.raises(ParseError):
        parse(text)


def test_a_message_is_quoted() -> None:
    """Who reads the report learns why."""
    with pytest.raises(ParseError, match="found 'Failed to connect to bus"):
        parse("Failed to connect to bus: Host is down\n")


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_read_as_it_is_printed(state: str) -> None:
    """Also those that are not good."""
    read = parse(f"{state}\n")
    assert (read.active_state.value, read.active_state.unit, read.complete) == (state, "text", True)
