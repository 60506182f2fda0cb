"""DCGM's numbers have names, and no hardware fault is called a matter of configuration."""

from __future__ import annotations

import pytest

from parsers.dcgmi.names import (
    CATEGORIES,
    EXIT_MEANINGS,
    SEVERITIES,
    category_name,
    exit_meaning,
    is_configuration,
    is_internal,
    plugin_name,
    severity_name,
)
from parsers.dcgmi.records import DiagError


def error(error_id: int | None, category: int | None, severity: int | None, text: str = "text") -> DiagError:
    """An error with these numbers."""
    return DiagError(text, error_id, category, severity)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (226, "at least one test failed"),
        (205, "must be isolated"),
        (217, "another diagnostic is running"),
        (203, "killed by a signal"),
        (235, "no host engine"),
        (0, "passed"),
        (77, "not one that DCGM is known to use"),
    ],
)
def test_exit_codes_have_a_meaning(code: int, words: str) -> None:
    """226 and 205 are failed tests, not failures to run; an unknown code says so."""
    assert words in exit_meaning(code)


def test_exit_codes_are_the_low_byte_of_a_negative_number() -> None:
    """Every code but 0 is 256 less one of DCGM's error numbers, of which there are fewer than 60."""
    assert all(code == 0 or 196 < code < 256 for code in EXIT_MEANINGS)


def test_unknown_numbers_keep_their_number() -> None:
    """A severity or category of a newer release is shown as its number, not dropped and not taken for another."""
    assert [severity_name(2), severity_name(6), severity_name(9)] == ["ISOLATE", "RESET", "severity 9"]
    assert [category_name(13), category_name(16), category_name(99)] == ["HARDWARE_PCIE", "INTERNAL_OTHER", "category 99"]


@pytest.mark.parametrize("category", [number for number, name in CATEGORIES.items() if not name.startswith("SOFTWARE_") and number])
@pytest.mark.parametrize("severity", [*SEVERITIES, None])
def test_no_category_but_software_is_ever_configuration(category: int, severity: int | None) -> None:
    """Severity CONFIG does not excuse a link that is too narrow: category HARDWARE_PCIE decides."""
    assert not is_configuration(error(46, category, severity))


@pytest.mark.parametrize("category", [3, 4, 6, 7, 8])
@pytest.mark.parametrize("severity", [0, 1, 3, 4, 5, 6])
def test_software_is_configuration(category: int, severity: int) -> None:
    """Persistence mode off, a library missing, no permission: put right on the node."""
    assert is_configuration(error(29, category, severity))


@pytest.mark.parametrize("category", [*CATEGORIES, None])
def test_a_gpu_that_must_be_isolated_is_never_configuration(category: int | None) -> None:
    """Uncontained memory errors (81) are filed under SOFTWARE_XID, a failed field diagnostic (95) under SOFTWARE_EUD."""
    assert not is_configuration(error(81, category, 2))


def test_an_xid_is_what_the_board_told_its_driver() -> None:
    """DCGM files Xids under software; the board is suspected all the same."""
    assert not is_configuration(error(101, 5, 4))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (error(29, None, 5), True),
        (error(29, 0, 5), True),
        (error(46, None, 5), False),
        (error(72, 0, 5), False),
        (error(46, None, 4), False),
        (error(None, None, None), False),
        (error(29, 99, 5), False),
    ],
)
def test_without_a_category_only_a_clear_severity_counts(found: DiagError, expected: bool) -> None:
    """An error that says neither is not excused, nor one of a category that is not known."""
    assert is_configuration(found) is expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (error(44, 16, 4), True),
        (error(44, None, None), True),
        (error(None, None, None, "There was an internal error during the test: 'x'"), True),
        (error(52, 10, 2, "internal error"), False),
        (error(None, None, None, "GPU 0 had memory errors"), False),
    ],
)
def test_an_internal_error_is_told_from_a_finding(found: DiagError, expected: bool) -> None:
    """Where DCGM broke, nothing was measured; where it gives a category, its words are not searched."""
    assert is_internal(found) is expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("GPU Memory", "memory"),
        ("CPU EUD Test", "cpu_eud"),
        ("NCCL Tests/All", "nccl_tests_all"),
        ("nvbandwidth", "nvbandwidth"),
        ("???", "???"),
    ],
)
def test_tests_have_the_names_of_dcgm_4(shown: str, expected: str) -> None:
    """A test that is not known keeps a name of its own."""
    assert plugin_name(shown) == expected
