"""Slow faults: from which degree on each is caught, as a table with a small curve each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.certificate.parts import clipped, code, named, section, table
from reports.drill.words import FIELD, brief, number
from reports.markup import text

Degree = Mapping[str, Any]
Step = Mapping[str, Any]
_WIDTH, _HEIGHT = 236, 104
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 10, 8, 22
_LOGARITHMIC = 30
_UNIT = 24


def degrees(document: Mapping[str, Any]) -> str:
    """A row for each slow fault."""
    listed = document["degrees"]
    if not listed:
        return section("degrees", "Slow faults", '<p class="empty">None was tried.</p>')
    header = ("Fault", "Weakest degree caught", "Share of cases that were caught, by degree", "Assumed spread")
    what = "Faults that are a matter of degree, each tried in several, and the weakest that is caught with a certain probability."
    said = f"<p>{what} <strong>{FIELD}</strong></p>"
    return section("degrees", "Slow faults", said, table("Slow faults by degree", header, map(_row, listed), "degrees"))


def _row(degree: Degree) -> list[str]:
    name = f"{code(degree['name'])}<small>{text(degree['check'])}</small><small>{named(degree['reading'])}</small>"
    note = f"<small>{text(degree['note'])}</small>" if degree["note"] else ""
    return [name, smallest(degree), curve(degree) + _steps(degree["steps"]), text(degree["spread"]) + note]


def smallest(degree: Degree) -> str:
    """12 % below normal, as HTML."""
    chance = f"caught with probability {brief(degree['probability'])}"
    if degree["smallest"] is None:
        return f'<b class="none">✕ none that was tried</b><small>is {chance}</small>'
    return f"<b>{brief(degree['smallest'])} {text(degree['unit'])}</b><small>{chance}</small>"


def _steps(steps: Sequence[Step]) -> str:
    """The numbers that the curve is made of, for whoever cannot see it."""
    told = [f"{brief(step['degree'])}: {number(step['caught'])} of {number(step['of'])}" for step in steps]
    said = " ".join(f"<span>{one}{',' if place < len(told) else ''}</span>" for place, one in enumerate(told, start=1))
    return f"<small>{said or 'no degree was tried'}</small>"


def curve(degree: Degree) -> str:
    """An SVG of the share that was caught over the degree, with the probability that is wanted as a dashed line; empty without a case."""
    steps = sorted((step for step in degree["steps"] if step["of"]), key=lambda step: float(step["degree"]))
    if not steps:
        return ""
    scale = _Scale(steps[0]["degree"], steps[-1]["degree"])
    spots = [(scale.x(step["degree"]), _y(step["caught"] / step["of"])) for step in steps]
    title = f"{degree['name']}: share of cases caught, from {brief(steps[0]['degree'])} to {brief(steps[-1]['degree'])} {degree['unit']}"
    way = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6"/>' for x, y in spots)
    return (
        f'<svg class="curve" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"><title>{text(title)}</title>'
        f'{_axes(degree, steps)}{_wanted(degree, scale)}<path class="way" d="{way}"/><g class="spots">{dots}</g></svg>'
    )


@dataclass(frozen=True)
class _Scale:
    """From degrees between `least` and `most` to places: by their logarithms where they span much, else by themselves."""

    least: float
    most: float

    @property
    def is_logarithmic(self) -> bool:
        """Whether equal steps are equal factors."""
        return self.least > 0 and self.most / self.least > _LOGARITHMIC

    def _of(self, value: float) -> float:
        return math.log(value) if self.is_logarithmic else float(value)

    def x(self, value: float) -> float:
        """The place of a degree; one alone stands in the middle, one outside of those tried at the edge."""
        room = _WIDTH - _LEFT - _RIGHT
        if self.least == self.most:
            return _LEFT + room / 2
        inside = min(max(value, self.least), self.most)
        return _LEFT + room * (self._of(inside) - self._of(self.least)) / (self._of(self.most) - self._of(self.least))


def _y(share: float) -> float:
    return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - share)


def _axes(degree: Degree, steps: Sequence[Step]) -> str:
    left, right, low, high = _LEFT, _WIDTH - _RIGHT, _y(0), _y(1)
    words: list[tuple[float, float, str, str]] = [(left - 5, high + 3.5, "end", "100 %"), (left - 5, low + 3.5, "end", "0 %")]
    words += [(left, _HEIGHT - 7, "start", brief(steps[0]["degree"]))]
    words += [(right, _HEIGHT - 7, "end", brief(steps[-1]["degree"]))] if len(steps) > 1 else []
    words += [((left + right) / 2, _HEIGHT - 7, "middle", degree["unit"])]
    said = "".join(f'<text x="{x}" y="{y:.1f}" text-anchor="{anchor}">{clipped(word, _UNIT)}</text>' for x, y, anchor, word in words)
    return f'<path class="axis" d="M{left} {high:.1f}V{low:.1f}H{right}"/><g class="words" aria-hidden="true">{said}</g>'


def _wanted(degree: Degree, scale: _Scale) -> str:
    """The probability across, the weakest degree upright."""
    lines = f"M{_LEFT} {_y(degree['probability']):.1f}H{_WIDTH - _RIGHT}"
    if degree["smallest"] is not None:
        lines += f"M{scale.x(degree['smallest']):.1f} {_y(1):.1f}V{_y(0):.1f}"
    return f'<path class="wanted" d="{lines}"/>'
