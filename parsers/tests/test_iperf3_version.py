"""iperf3 --version: the release is compared by its numbers, another program has none, and what was cut is incomplete."""

from __future__ import annotations

import re

import pytest

from parsers.errors import ParseError
from parsers.iperf3.version import parse as parse_version
from parsers.reading import Reading
from parsers.tests.damage import outside
from parsers.tests.iperf3_texts import text


@pytest.mark.parametrize("name", ["version-3.16", "version-3.1.3"])
def test_the_version_is_read_by_its_numbers(name: str) -> None:
    """3.16 is later than 3.9."""
    read_version = parse_version(text(name))
    assert read_version.version == Reading(name.removeprefix("version-"), "version", text(name).splitlines()[0])
    assert read_version.cjson == ("cJSON 1.7.15" if name == "version-3.16" else "")
    assert read_version.system.startswith("Linux node1 ")
    assert (read_version.features[0], len(read_version.features)) == ("CPU affinity setting", 6 if name == "version-3.16" else 5)
    assert read_version.complete


@pytest.mark.parametrize("line", ["iperf 3.13-mt1 (cJSON 1.7.15)", "iperf 3.0-BETA5", "iperf 3.17.1+"])
def test_what_is_not_a_number_of_the_version_stays_in_its_line(line: str) -> None:
    """A build of one's own."""
    found = parse_version(f"{line}\n").version
    assert (found.value, found.line) == (re.split("[-+ ]", line)[1], line)


@pytest.mark.parametrize(
    ("text_", "words"),
    [
        ("", "output"),
        ("iperf version 2.1.8 (12 August 2022) pthreads\n", "iperf 3 and its release, found 'iperf version 2.1.8"),
        ("bash: iperf3: command not found\n", "found 'bash: iperf3: command not found'"),
        ("iperf 3.1", "iperf 3 and its release, found 'iperf 3.1'"),
    ],
)
def test_what_is_no_version_is_refused(text_: str, words: str) -> None:
    """Another program, none, or a number cut short."""
    with pytest.raises(ParseError, match=re.escape(words)):
        parse_version(text_)


def test_a_cut_version_is_incomplete() -> None:
    """The last line says what was compiled in."""
    whole = text("version-3.16")
    for length in range(len(whole)):
        try:
            assert not parse_version(whole[:length]).complete
        except ParseError:
            continue
    assert parse_version(whole[:-1]).features == ()


@pytest.mark.parametrize(("name", "version"), [("iperf3/moler-version.txt", "3.12"), ("own/iperf3/v322-version.out", "3.22")])
def test_outside_versions_are_read(name: str, version: str) -> None:
    """With a prompt around them, and without."""
    read_version = parse_version(outside(name))
    assert (read_version.version.value, read_version.cjson, read_version.complete) == (version, "cJSON 1.7.15", True)
    assert "sendfile / zerocopy" in read_version.features
