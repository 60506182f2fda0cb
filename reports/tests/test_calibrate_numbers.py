"""The statistics of a population against values computed by hand, and what must be true of every bound."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.calibrate.numbers import ceiling, decimal, floor, population


def numbers(*nodes: Sequence[float]) -> list[list[Decimal]]:
    """The values of each node, as they are printed."""
    return [[decimal(value) for value in node] for node in nodes]


def test_median_mad_and_range_by_hand() -> None:
    """Of 1.0 1.2 1.3 1.7 9.9: median 1.3; distances 0.3 0.1 0 0.4 8.6, of which the median is 0.3."""
    found = population(numbers([1.0, 1.2, 9.9], [1.3, 1.7]))
    assert (found.n, found.nodes, found.median, found.mad) == (5, 2, Decimal("1.3"), Decimal("0.3"))
    assert (found.least, found.most, found.resolution) == (Decimal(1), Decimal("9.9"), Decimal("0.1"))
    assert found.sigma == Decimal("0.44478")


def test_a_floor_by_hand() -> None:
    """Median 50, MAD 0.1: 50 - 4 x 0.14826 = 49.40696, down to 49.40; the band begins at 50 - 3 x 0.14826 = 49.55522, down to 49.55."""
    assert floor(numbers([49.9, 49.9, 50.0, 50.1, 50.1])) == floor(numbers([50.1, 49.9, 49.9, 50.0, 50.1]))
    found = floor(numbers([49.9, 49.9, 50.0, 50.1, 50.1]))
    assert (found.value, found.warn, found.beyond) == (Decimal("49.40"), Decimal("49.55"), 0)


def test_a_ceiling_is_the_mirror_image() -> None:
    """50.59304 up to 50.60, and 50.44478 up to 50.45."""
    found = ceiling(numbers([49.9, 49.9, 50.0, 50.1, 50.1]))
    assert (found.value, found.warn, found.beyond) == (Decimal("50.60"), Decimal("50.45"), 0)


def test_the_lowest_value_sets_a_floor_below_4_sigma() -> None:
    """No node that was calibrated on is rejected by its own draft; that a far value decided is counted, and leaves no warning band."""
    found = floor(numbers([49.9, 49.9, 50.0, 50.1, 50.1], [40.0, 49.9, 50.0, 50.0, 50.1]))
    assert (found.value, found.warn, found.beyond) == (Decimal(40), None, 1)


def test_a_value_between_3_and_4_sigma_sets_the_warning() -> None:
    """A node that was calibrated on is not marginal by its own draft either."""
    found = floor(numbers([49.9, 49.9, 50.0, 50.1, 50.1, 49.5]))
    assert found.value < Decimal("49.5") == found.warn


def test_equal_values_spread_by_their_last_digit() -> None:
    """MAD 0 is what the program prints, not what the boards are: one step of 0.001 is taken for sigma."""
    found = floor(numbers([26.562] * 8, [26.562] * 8))
    assert (found.value, found.warn) == (Decimal("26.55"), None)
    assert floor(numbers([100] * 8)).value == 96


@pytest.mark.parametrize(("value", "expected"), [(2944.97, "2944"), (54.906, "54.90"), (0.012345, "0.01234"), (1905123.0, "1905000")])
def test_rounding_never_rejects(value: float, expected: str) -> None:
    """To 4 digits and away from the good side."""
    assert floor(numbers([value, value * 1000, value * 1001])).value <= Decimal(expected)
    assert floor(numbers([value] + [round(value * 1.5, 6)] * 9)).value == Decimal(expected)


def test_nodes_that_differ_more_than_boards_are_noticed() -> None:
    """Three slow chassis among six are not one population; boards that differ in every node are."""
    alike = [[50.0, 50.1, 50.2, 50.3]] * 3
    assert population(numbers(*alike, *[[45.0, 45.1, 45.2, 45.3]] * 3)).differs
    assert not population(numbers(*[[45.0, 50.0, 45.1, 50.1]] * 6)).differs
    assert not population(numbers([50.0], [45.0], [40.0], [35.0])).differs


VALUES = st.one_of(
    st.floats(min_value=1e-6, max_value=1e9), st.integers(0, 10**9), st.floats(0.1, 99.0).map(lambda value: round(value, 2))
)  # fmt: skip
MEASURED_NODES = st.lists(st.lists(VALUES, min_size=1, max_size=8), min_size=1, max_size=8)


@settings(deadline=None)
@given(MEASURED_NODES)
def test_no_bound_rejects_or_warns_of_what_it_is_from(nodes: list[list[float]]) -> None:
    """Whatever was measured: every value lies within the floor and the ceiling, outside their warning bands, also as floats."""
    values = [value for node in nodes for value in node]
    low, high = floor(numbers(*nodes)), ceiling(numbers(*nodes))
    for bound, sign in ((low, 1), (high, -1)):
        edge = bound.value if bound.warn is None else bound.warn
        assert all(sign * value >= sign * float(edge) for value in values)
        assert bound.warn is None or sign * float(bound.warn) > sign * float(bound.value)
        assert len(bound.value.normalize().as_tuple().digits) <= 4


@settings(deadline=None)
@given(MEASURED_NODES, st.randoms(use_true_random=False))
def test_the_order_of_values_does_not_matter(nodes: list[list[float]], order: random.Random) -> None:
    """The same population in another order has the same statistics and bounds."""
    mixed = [order.sample(node, len(node)) for node in order.sample(nodes, len(nodes))]
    assert population(numbers(*nodes)) == population(numbers(*mixed))
    assert floor(numbers(*nodes)) == floor(numbers(*mixed))
