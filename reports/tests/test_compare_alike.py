"""A and B are treated alike, whatever is in them: properties that no single example shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.compare import HEADINGS, Difference, Place, differences
from reports.compare.text import lines
from reports.tests.sample_compare import EMPTY, Record, Run, board, item, of_items, reading

_OPPOSITE = {"worse": "better", "better": "worse", "looser": "tighter", "tighter": "looser", "": ""}
_KINDS = {"gone": "new", "new": "gone", "grew": "fell", "fell": "grew"}


def mirrored(difference: Difference) -> Any:
    """The same difference seen from B to A; places in no order. Of counters that fell, the sense depends on what they count."""
    places = frozenset(Place(place.b, place.a) for place in difference.places)
    delta = None if difference.delta is None else 0.0 - difference.delta
    kind = _KINDS.get(difference.kind, difference.kind)
    sense = "" if kind in ("grew", "fell") else _OPPOSITE[difference.sense]
    turned = replace(difference, kind=kind, before=difference.after, after=difference.before, sense=sense, delta=delta, places=())
    return repr(turned), places


def seen(difference: Difference) -> Any:
    """A difference as `mirrored` gives it."""
    sense = "" if difference.kind in ("grew", "fell") else difference.sense
    return repr(replace(difference, sense=sense, delta=None if difference.delta is None else difference.delta, places=())), frozenset(
        difference.places
    )


def as_list(found: Sequence[Any]) -> list[str]:
    """In an order that does not depend on which run was first."""
    return sorted(f"{text} {sorted(map(repr, places))}" for text, places in found)


_SERIALS = st.sampled_from(["s0", "s1", "s2", "s3", "s4", None])
_UUIDS = st.sampled_from(["u0", "u1", "u2", "u3", "u4", None])
_BUSES = st.sampled_from(["b0", "b1", "b2", "b3", "b4", None])
_IDENTITIES = st.one_of(
    st.none(),
    st.just(EMPTY),
    st.builds(lambda *told: dict(zip(("serial", "uuid", "pci_bus_id"), told, strict=True)), _SERIALS, _UUIDS, _BUSES),
)
_VALUES = st.one_of(
    st.none(), st.integers(-3, 60), st.floats(0, 60).map(lambda value: round(value, 2)), st.sampled_from(["Pass", "Fail", float("nan")]),
)  # fmt: skip
_NAMES = st.sampled_from(
    ["pciebw.host_to_device", "state.aggregate_uncorrectable", "closing.pcie_replays", "closing.other_xids", "inventory.vbios_version"]
)
_READINGS = st.builds(
    lambda name, value, unit, tool, beside, bound, about: reading(
        name, value, unit, tool, concurrency=beside, about=about, source_line=f"is {value}", **bound
    ),
    _NAMES, _VALUES, st.sampled_from(["GB/s", "count", "text"]), st.sampled_from(["a", "b"]), st.sampled_from([1, 1, 2]),
    st.sampled_from([{}, {"min": 20}, {"max": 20}, {"equals": 8}]), st.sampled_from([None, None, "n2.eth0"]),
)  # fmt: skip
_FUNCTIONS = st.sampled_from(["pciebw.copy", "state.errors", "closing.counters"])
_DEVICES = st.lists(st.tuples(_IDENTITIES, st.dictionaries(_FUNCTIONS, st.lists(_READINGS, max_size=4))), max_size=6)
_SPECS = st.builds(
    lambda unit, bounds: f'[limits."a.b"]\nunit = "{unit}"\n'.encode() + b"\n".join(b"%s = %d" % pair for pair in bounds.items()),
    st.sampled_from(["W", "C"]), st.dictionaries(st.sampled_from([b"min", b"max", b"warn", b"equals"]), st.integers(0, 4)),
)  # fmt: skip
_TOOLS = [
    {"host": host, "tool": tool, "path": None, "sha256": sha256, "version": "1"}
    for host in ("local", "n2") for tool in ("ip", "dcgmi") for sha256 in ("aa", "bb")
]  # fmt: skip


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Runs of one node that have nothing of a real one but the shape."""
    items: list[Record] = []
    for number, (identity, functions) in enumerate(draw(_DEVICES)):
        device = f"gpu{number}" if number < 5 else "node"
        items += [item(f"{function}[{device}]", identity if number < 5 else None, *of_it) for function, of_it in functions.items()]
    fields = draw(st.fixed_dictionaries({"max_warnings": st.integers(0, 3), "workers": st.integers(1, 2)}))
    return of_items(items, spec=draw(_SPECS), tools=draw(st.lists(st.sampled_from(_TOOLS))), **fields)


@st.composite
def repaired(draw: st.DrawFn) -> tuple[Run, Run]:
    """One node before and after somebody worked on it: boards changed places, came and went, and were measured again."""
    shelf = [board(n, **draw(_HIDDEN)) for n in range(draw(st.integers(1, 9)))]
    functions = draw(st.dictionaries(_FUNCTIONS, st.lists(_KINDS_OF_READING, min_size=1, max_size=3), min_size=1))
    return _measured(draw, shelf, functions), _measured(draw, shelf, functions)


def _measured(draw: st.DrawFn, shelf: Sequence[Record], functions: Mapping[str, Sequence[Mapping[str, Any]]]) -> Run:
    order = draw(st.permutations(range(len(shelf))))[: len(shelf) - draw(st.integers(0, 1))]
    shift, spread = draw(st.sampled_from([0.0, 0.0, 9.0])), draw(st.sampled_from([0.0, 1.0, 20.0]))
    items = []
    for slot, n in enumerate(order):
        placed = {**shelf[n], "pci_bus_id": board(0, slot)["pci_bus_id"]}
        values = st.floats(40 + shift, 40 + shift + spread).map(lambda value: round(value, 2))
        items += [
            item(f"{function}[gpu{slot}]", placed, *(reading(value=draw(values), source_line="", **of_it) for of_it in readings))
            for function, readings in functions.items()
        ]
    return of_items(items)


_HIDDEN = st.sampled_from([{}, {}, {}, {"serial": None}, {"serial": None, "uuid": None}])
_KINDS_OF_READING = st.fixed_dictionaries(
    {"name": _NAMES, "unit": st.sampled_from(["GB/s", "GB/s", "count"])}, optional={"min": st.just(45), "concurrency": st.just(2)}
)


def two_runs() -> st.SearchStrategy[tuple[Run, Run]]:
    """Two that may have anything in common, or nothing; and two of one node."""
    return st.one_of(st.tuples(runs(), runs()), repaired())


@given(runs())
@settings(deadline=None)
def test_a_run_does_not_differ_from_itself(one: Run) -> None:
    """Whatever is in it: boards without names, names without boards, values that are none."""
    comparison = differences(one, one)
    assert comparison.differences == ()
    assert comparison.within == ()
    assert comparison.same == comparison.compared


@given(two_runs())
@settings(deadline=None)
def test_a_comparison_is_its_own_mirror_image(both: tuple[Run, Run]) -> None:
    """Nothing that differs from A to B is the same from B to A: worse is better, gone is new, and the noise is one."""
    there, back = differences(*both), differences(both[1], both[0])
    assert as_list([mirrored(one) for one in there.differences]) == as_list([seen(one) for one in back.differences])
    assert as_list([mirrored(one) for one in there.within]) == as_list([seen(one) for one in back.within])
    assert (there.compared, there.same) == (back.compared, back.same)


@given(two_runs())
@settings(deadline=None)
def test_every_difference_is_told_under_its_heading(both: tuple[Run, Run]) -> None:
    """In the order of the headings, and each on a line with the others of its kind: none is lost, none breaks the report."""
    comparison = differences(*both)
    order = [HEADINGS.index(difference.heading) for difference in comparison.differences]
    assert order == sorted(order)
    found = lines(comparison, everything=True)
    assert {HEADINGS[number] for number in order} == {line for line in found if line in HEADINGS}
    assert found[-1].startswith(f"{len(order)} difference" if order else "no difference")
