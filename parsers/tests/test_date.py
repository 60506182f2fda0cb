"""date +%s.%N: a clock to the nanosecond, or none: one to the second says nothing of an offset below it."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest

from parsers.date import parse
from parsers.errors import ParseError
from parsers.reading import Reading
from parsers.tests.damage import RECORDINGS
from parsers.tests.network_health import HEALTHY

FOLDER = RECORDINGS / "date"


@pytest.mark.parametrize("text", [(FOLDER / "busybox.txt").read_text(), (FOLDER / "busybox-literal.txt").read_text(), "1795439036.N\n"])
def test_a_clock_without_nanoseconds_is_refused_with_the_remedy(text: str) -> None:
    """BusyBox, and older ones of the BSDs."""
    with pytest.raises(
        ParseError, match=r"nine decimals of a second \(this date has no %N: install that of coreutils\), found '1795439036\."
    ):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "1795439036.123456789", "1795439036.12345678\n", "1795439036.1234567890\n", "1795439036\n", "-1.123456789\n",
        "1795439036.123456789\n1795439036.223456789\n", "1795439036,123456789\n", "1795439036.12345678\u0669\n", "nan\n", "inf\n",
        "1795439036.123456789 \x00\n", "1e9.123456789\n", f"{'1' * 12}.123456789\n", "date: invalid date '+%s.%N'\n",
    ],
)  # fmt: skip
def test_anything_but_one_whole_time_is_refused(text: str) -> None:
    """Half a number, two times, a message, a number of another shape."""
    with pytest.raises(ParseError):
        parse(text)


def test_the_time_is_read_in_seconds() -> None:
    """With the line that it was read from; line ends of another system mean nothing."""
    read = parse("1795439036.123456789\n")
    assert read.seconds == Reading(1795439036.123456789, "s", "date +%s.%N: 1795439036.123456789")
    assert parse("1795439036.123456789\r\n") == read
    assert read.complete


def test_recordings_are_read() -> None:
    """The one of the same moment is healthy."""
    read = {name: parse((FOLDER / f"{name}.txt").read_text()) for name in ("clock", "an-hour-behind")}
    assert {name: HEALTHY["date"](record) for name, record in read.items()} == {"clock": True, "an-hour-behind": False}


@pytest.mark.skipif(shutil.which("date") is None, reason="date is not installed")
def test_the_clock_of_this_host_is_read() -> None:
    """Between the moment before the program ran and the one after."""
    before = time.time()
    printed = subprocess.run(["date", "+%s.%N"], capture_output=True, text=True, check=True).stdout
    if "N" in printed or printed.endswith(".\n"):
        pytest.skip("this date has no nanoseconds")
    seconds = parse(printed).seconds
    assert isinstance(seconds, Reading)
    assert before - 0.001 <= float(seconds.value) <= time.time() + 0.001
