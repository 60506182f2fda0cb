"""A comparison in lines for people: what to read first, a line for each difference under its heading, and a sum at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reports.compare.shape import (
    APART,
    BOARDS,
    CHANGED,
    CIRCUMSTANCES,
    COUNTERS,
    DRIFT,
    HEADINGS,
    LIMITS,
    VERDICTS,
    WORSE,
    Comparison,
    Difference,
    Side,
)
from reports.compare.wording import many_names, words
from reports.plain import one_line

_LINES, _SENSE, _MANY = 40, 8, 3
_ALONE = ("exchanged", "circled", "moved", "replaced", "gone", "new", "drift", "shift")
_BY_PLACE = ("verdict", "not measured", "only")
_SHORT = {
    BOARDS: "of boards", VERDICTS: "of verdicts", COUNTERS: "of counters", DRIFT: "beyond noise", CHANGED: "of values",
    APART: "not compared", LIMITS: "of limits", CIRCUMSTANCES: "of circumstances",
}  # fmt: skip
_Group = list[Difference]


def lines(comparison: Comparison, everything: bool = False) -> list[str]:
    """
    The report. Whatever a tool, a spec or a host said is on its one line and steers no terminal.

    With `everything` no heading is cut off, and differences within their noise are listed too.
    """
    found = [*_head("A", comparison.a), *_head("B", comparison.b), *comparison.notes]
    for heading in HEADINGS:
        found += _under(heading, [difference for difference in comparison.differences if difference.heading == heading], everything)
    if everything:
        found += _under("Within their noise", comparison.within, everything)
    return [one_line(line) for line in [*found, "", _sum(comparison)]]


def _head(letter: str, side: Side) -> list[str]:
    return [f"{letter}  {side.path}", f"   {side.verdict}: node {side.node}, begun {side.started}, spec {side.spec}, suite {side.suite}"]


def _under(heading: str, found: Sequence[Difference], everything: bool) -> list[str]:
    told = [_line(group) for group in _by_place(_by_name(found))]
    if not told:
        return []
    shown = told if everything else told[:_LINES]
    rest = [f"  ... and {len(told) - len(shown)} more lines: --all shows them"] if len(shown) < len(told) else []
    return ["", heading, *shown, *rest]


def _sum(comparison: Comparison) -> str:
    found = comparison.differences
    apart = sum(difference.heading == APART for difference in found)
    read = (
        f"{comparison.compared} readings in both: {comparison.same} the same, {len(comparison.within)} within their noise"
        f"{f', {apart} not comparable' if apart else ''}"
    )  # fmt: skip
    if not found:
        return f"no difference; {read}"
    numbers = {heading: sum(difference.heading == heading for difference in found) for heading in HEADINGS}
    each = ", ".join(f"{number} {_SHORT[heading]}" for heading, number in numbers.items() if number)
    worse = sum(difference.sense == WORSE for difference in found)
    plural = "" if len(found) == 1 else "s"
    return f"{len(found)} difference{plural}, {worse or 'none'} for the worse: {each}; {read}"


def _by_name(found: Sequence[Difference]) -> list[_Group]:
    """What became of many devices in the same way, together: one line says it of all."""
    groups: dict[object, _Group] = {}
    for number, difference in enumerate(found):
        key = number if difference.kind in _ALONE else (difference.name, _turn(difference))
        groups.setdefault(key, []).append(difference)
    return list(groups.values())


def _by_place(groups: Sequence[_Group]) -> list[_Group]:
    """Many checks or readings of one device that ended in the same way, together: mostly they have one cause."""
    found: dict[object, list[_Group]] = {}
    for number, group in enumerate(groups):
        mergeable = len(group) == 1 and group[0].kind in _BY_PLACE and group[0].places
        found.setdefault((group[0].places, _end(group[0])) if mergeable else number, []).append(group)
    return [
        merged
        for alike in found.values()
        for merged in ([[difference for group in alike for difference in group]] if len(alike) >= _MANY else alike)
    ]


def _turn(difference: Difference) -> object:
    """What happened, as far as it has to be the same for one line; where a value was lost, not which."""
    if difference.kind == "not measured":
        return _end(difference)
    return difference.kind, difference.sense, repr((difference.before, difference.after))


def _end(difference: Difference) -> object:
    lost = difference.before is None, difference.after is None
    return difference.kind, difference.sense, *((difference.before, difference.after) if difference.kind == "verdict" else lost)


def _line(group: _Group) -> str:
    first = group[0]
    if len({difference.name for difference in group}) > 1:
        return f"  {first.sense:<{_SENSE}}{many_names(group)}"
    same = len({repr((difference.before, difference.after)) for difference in group}) == 1
    places = tuple(place for difference in group for place in difference.places)
    return f"  {first.sense:<{_SENSE}}{words(replace(first, places=places), same)}"
