"""How a cell of a picture is painted: its colour by the share of the limit, hatches for what was not measured, marks for what failed."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import NamedTuple


class Heat(NamedTuple):
    """A colour, from which share of the limit on it holds, and what it says. Darker is worse, also where hues look alike."""

    share: float
    colour: str
    ink: str
    words: str


HEAT = (
    Heat(0.0, "#6b0f12", "#fff", "below 50 % of the limit"),
    Heat(0.5, "#a81e18", "#fff", "50 to 80 %"),
    Heat(0.8, "#c93f22", "#fff", "80 to 95 %"),
    Heat(0.95, "#e8793a", "#1c2430", "95 to 100 %"),
    Heat(1.0, "#f4b942", "#1c2430", "less than 2 % above the limit"),
    Heat(1.02, "#f7de8b", "#1c2430", "2 to 5 % above"),
    Heat(1.05, "#c4e6cf", "#1c2430", "5 to 15 % above"),
    Heat(1.15, "#8ccfae", "#1c2430", "15 % above or more"),
)
UNJUDGED, DIAGONAL = "#b5c9e3", "#d3dae3"
HATCHES = {
    "error": ("#f4f1fd", '<path d="M-1 1l2 -2M0 5l5 -5M4 6l2 -2" stroke="#5f3dc4" stroke-width="1.3"/>'),
    "skip": ("#fff", '<path d="M0 2.5h5" stroke="#5b6675" stroke-width="1"/>'),
    "absent": ("#fff", '<path d="M-1 4l2 2M0 0l5 5M4 -1l2 2" stroke="#98a3b1" stroke-width="1"/>'),
    "partly": ("none", '<path d="M-1 4l2 2M0 0l5 5M4 -1l2 2" stroke="#1c2430" stroke-width=".8" stroke-opacity=".45"/>'),
}
"""Background and lines of each way to hatch: one leans to the right, one lies, one leans to the left; "partly" lies over a colour."""
_CLAMPS = {"FAIL": (0, 3, 2), "WARN": (4, 5, 4), "PASS": (4, 7, None)}


def fill_of(verdict: str | None, share: float | None) -> str:
    """
    How a flow is drawn: "heat-N" with a place in HEAT, "error", "skip" or "unjudged".

    A failed one is always among the colours below the limit, a passed one never, whatever decided it. One that passed without a
    share was judged by something else than its rate: it has no colour of a rate.
    """
    if verdict not in _CLAMPS:
        return {"ERROR": "error", "SKIP": "skip"}.get(str(verdict), "unjudged")
    least, most, unknown = _CLAMPS[verdict]
    if share is None:
        return "unjudged" if unknown is None else f"heat-{unknown}"
    step = bisect.bisect_right([heat.share for heat in HEAT], share) - 1
    return f"heat-{min(max(step, least), most)}"


def pattern(name: str, kind: str) -> str:
    """The definition of a hatch under `name`."""
    ground, lines = HATCHES[kind]
    size = 'width="5" height="5"'
    return f'<pattern id="{name}" {size} patternUnits="userSpaceOnUse"><rect {size} fill="{ground}"/>{lines}</pattern>'


def paint(kind: str, patterns: str) -> str:
    """How a kind of cell is filled, as SVG says it; `patterns` begins the names of the hatches."""
    if kind in HATCHES:
        return f"url(#{patterns}-{kind})"
    return {"unjudged": UNJUDGED, "diagonal": DIAGONAL}.get(kind) or HEAT[int(kind.removeprefix("heat-"))].colour


def mark(verdict: str, left: float, top: float, size: float) -> str:
    """The way of a cross (FAIL) or a stroke (WARN)."""
    if verdict == "FAIL":
        return f"M{left:g} {top:g}l{size:g} {size:g}m0 -{size:g}l-{size:g} {size:g}"
    return f"M{left:g} {top + size:g}l{size:g} -{size:g}"


def lines(verdict: str, ways: Sequence[str]) -> str:
    """Marks of one kind: light on a dark edge, so that they are seen on every colour."""
    way = "".join(ways)
    if not way:
        return ""
    return (
        f'<g class="mark {verdict}" fill="none"><path stroke="#000" stroke-width="2.6" d="{way}"/>'
        f'<path stroke="#fff" stroke-width="1.2" d="{way}"/></g>'
    )
