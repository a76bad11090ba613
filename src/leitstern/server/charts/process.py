"""The process-behaviour chart: the values as a line, centre and natural limits, what is unusual by shape.

A point outside the limits is a triangle, a point of a run a hollow square, others
are dots: the shapes read without colour, and each point says in words what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.spark import stretches
from leitstern.server.charts.svg import join, number, points, tag

_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 86.0, 16.0, 26.0
_DIGIT = 6.2


@dataclass(frozen=True, slots=True)
class Spot:
    """One value: its label on the axis, its words, and ``mark`` usual, outside, run or none."""

    label: str
    text: str
    value: float | None
    mark: str


@dataclass(frozen=True, slots=True)
class ProcessChart:
    """The values in order of time, and the three lines with their texts: (value, text)."""

    title: str
    spots: tuple[Spot, ...]
    lines: tuple[tuple[str, float, str], ...]

    def last(self, count: int) -> ProcessChart:
        """The same chart cut to its newest values."""
        return ProcessChart(self.title, self.spots[-count:], self.lines)


def draw(chart: ProcessChart, width: int, height: int, class_: str) -> SafeString:
    """The chart as one SVG."""
    known = [s.value for s in chart.spots if s.value is not None] + [value for _, value, _ in chart.lines]
    low, high = min(known), max(known)
    up = (
        Scale(low, high, height - _BOTTOM - 8, _TOP)
        if high > low
        else Scale(low - 1, low + 1, height - _BOTTOM, _TOP)
    )
    slot = (width - _LEFT - _RIGHT) / max(1, len(chart.spots))

    def x(index: int) -> float:
        return _LEFT + (index + 0.5) * slot

    body: list[SafeString] = []
    for kind, value, text in chart.lines:
        y = up(value)
        body.append(tag("line", class_=f"limit {kind}", x1=_LEFT, x2=width - _RIGHT, y1=y, y2=y))
        body.append(tag("text", text, class_="tick", x=width - _RIGHT + 6, y=y + 4))
    runs = stretches([s.value for s in chart.spots])
    body += [tag("polyline", class_="line ac", points=points((x(i), up(v)) for i, v in run)) for run in runs]
    body += _labels(chart, slot, height)
    body += [_spot(s, x(i), up(s.value)) for i, s in enumerate(chart.spots) if s.value is not None]
    box = f"0 0 {width} {height}"
    return tag("svg", join(body), class_=f"chart {class_}", viewBox=box, role="group", aria_label=chart.title)


def _labels(chart: ProcessChart, slot: float, height: float) -> Iterator[SafeString]:
    widest = max(len(s.label) for s in chart.spots) * _DIGIT + 6
    every = max(1, -(-int(widest) // max(1, int(slot))))
    newest = len(chart.spots) - 1
    for index, spot in enumerate(chart.spots):
        if (newest - index) % every == 0:
            x = _LEFT + (index + 0.5) * slot
            yield tag("text", spot.label, class_="period", x=x, y=height - 6, text_anchor="middle")


def _spot(spot: Spot, x: float, y: float) -> SafeString:
    title = tag("title", spot.text)
    if spot.mark == "outside":
        right, left, base = number(x + 6), number(x - 6), number(y + 5)
        path = f"M{number(x)},{number(y - 7)} L{right},{base} L{left},{base} Z"
        return tag("path", title, class_="outside", d=path, role="img", aria_label=spot.text)
    if spot.mark == "run":
        return tag(
            "rect", title, class_="in-run", x=x - 3.5, y=y - 3.5, width=7.0, height=7.0, role="img",
            aria_label=spot.text,
        )  # fmt: skip
    return tag("circle", title, class_="dot", cx=x, cy=y, r=2.2, role="img", aria_label=spot.text)
