"""A KPI over time as data, and its drawing in the notation of IBCS reports.

Actual values are solid dark columns (a line where there are many), the previous year lies lighter
behind them, a running period is a hatched outline. Above stand the differences to the previous year
on the same scale: a pixel means the same amount in both panels. Every point is a link to the records
behind it and says its numbers in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.spark import stretches
from leitstern.server.charts.svg import join, number, points, tag

#: Width in pixels of one digit of a label.
_DIGIT = 6.2
_LEFT = 46.0
_RIGHT = 10.0
_TOP = 30.0
_AXIS = 40.0
#: Room for the labels at the ends of columns.
_LABEL = 16.0


@dataclass(frozen=True, slots=True)
class Point:
    """One period. ``group`` is the axis' second line (the year); ``text`` the whole point in words."""

    label: str
    group: str
    text: str
    value: float | None
    value_text: str
    previous: float | None = None
    difference: float | None = None
    difference_text: str = ""
    verdict: str = "none"
    running: bool = False
    chosen: bool = False
    new_version: bool = False
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """A round value of the axis and its text."""

    value: float
    text: str


@dataclass(frozen=True, slots=True)
class TimeChart:
    """A KPI over time. ``difference_name`` heads the upper panel (ΔPY); ``ticks`` is used for lines."""

    title: str
    points: tuple[Point, ...]
    difference_name: str
    as_line: bool = False
    ticks: tuple[Tick, ...] = ()

    def last(self, count: int) -> TimeChart:
        """The same chart cut to its newest ``count`` points."""
        return TimeChart(self.title, self.points[-count:], self.difference_name, self.as_line, self.ticks)


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things lie: the slots of the periods and the scales of the two panels."""

    width: float
    height: float
    slot: float
    values: Scale
    differences: Scale | None

    def middle(self, index: int) -> float:
        """The middle of a period's slot."""
        return _LEFT + (index + 0.5) * self.slot


def frame(chart: TimeChart, width: float, height: float) -> Frame:
    """Lay out the chart; both panels get the same pixels per unit."""
    known = [v for p in chart.points for v in (p.value, p.previous) if v is not None]
    deltas = [p.difference for p in chart.points if p.difference is not None]
    low, high = min(0.0, *known, 0.0), max(0.0, *known, 0.0)
    if low == high:
        high = 1.0
    slot = (width - _LEFT - _RIGHT) / max(1, len(chart.points))
    bottom = height - _AXIS - (_LABEL if low < 0 else 0)
    if not deltas or chart.as_line:
        return Frame(width, height, slot, Scale(low, high, bottom, _TOP + _LABEL), None)
    d_low, d_high = min(0.0, *deltas, 0.0), max(0.0, *deltas, 0.0)
    room = bottom - _TOP - 4 * _LABEL
    per_unit = room / ((high - low) + (d_high - d_low))
    d_top = _TOP + _LABEL
    d_bottom = d_top + (d_high - d_low) * per_unit
    values = Scale(low, high, bottom, bottom - (high - low) * per_unit)
    return Frame(width, height, slot, values, Scale(d_low, d_high, d_bottom, d_top))


def draw(chart: TimeChart, width: int, height: int = 340, class_: str = "") -> SafeString:
    """The whole chart as one SVG of ``width`` by ``height`` units."""
    place = frame(chart, width, height)
    body = [_defs(width), *_ground(chart, place)]
    if chart.as_line:
        body += _lines(chart, place)
    body += [_point(chart, point, index, place) for index, point in enumerate(chart.points)]
    return tag(
        "svg",
        join(body),
        class_=f"chart {class_}".strip(),
        viewBox=f"0 0 {width} {height}",
        role="group",
        aria_label=chart.title,
    )


def hatch_id(width: int) -> str:
    """The pattern's id; one page draws the same chart in several widths."""
    return f"hatch-{width}"


def _defs(width: int) -> SafeString:
    stripe = tag("path", d="M-1,1 l2,-2 M0,5 l5,-5 M4,6 l2,-2", class_="hatch")
    pattern = tag("pattern", stripe, id=hatch_id(width), width=5.0, height=5.0, patternUnits="userSpaceOnUse")
    return tag("defs", pattern)


def _ground(chart: TimeChart, place: Frame) -> Iterator[SafeString]:
    """Axis lines, panel names, period labels: all that is not a point."""
    right = place.width - _RIGHT
    if chart.as_line or not _labels_fit(chart, place):
        for tick in chart.ticks:
            y = place.values(tick.value)
            yield tag("line", class_="grid", x1=_LEFT, x2=right, y1=y, y2=y)
            yield tag("text", tick.text, class_="tick", x=_LEFT - 6, y=y + 4, text_anchor="end")
    zero = place.values(0)
    yield tag("line", class_="axis", x1=_LEFT, x2=right, y1=zero, y2=zero)
    if place.differences is not None:
        zero = place.differences(0)
        yield tag("line", class_="axis", x1=_LEFT, x2=right, y1=zero, y2=zero)
        yield tag("text", chart.difference_name, class_="panel", x=0.0, y=zero + 4)
    yield from _periods(chart, place)


def _periods(chart: TimeChart, place: Frame) -> Iterator[SafeString]:
    widest = max((len(p.label) for p in chart.points), default=1) * _DIGIT + 4
    every = max(1, -(-int(widest) // max(1, int(place.slot))))
    base = place.height - _AXIS + 16
    newest = len(chart.points) - 1
    group = None
    free_from = -1.0
    for index, point in enumerate(chart.points):
        x = place.middle(index)
        if (newest - index) % every == 0:
            chosen = " chosen" if point.chosen else ""
            yield tag("text", point.label, class_=f"period{chosen}", x=x, y=base, text_anchor="middle")
        if point.group and point.group != group:
            left = x - place.slot / 2
            if index:
                yield tag("line", class_="year", x1=left, x2=left, y1=base - 12, y2=base + 18)
            room = sum(p.group == point.group for p in chart.points) * place.slot
            wide = len(point.group) * _DIGIT + 5
            if left >= free_from and wide <= room + (0 if index else _LEFT):
                # A first group that is narrower than its name has the margin to its left.
                text_x = left + 5 if wide <= room else left + room - wide
                yield tag("text", point.group, class_="group", x=text_x, y=base + 16)
                free_from = text_x + wide
            group = point.group
        if point.new_version:
            left = x - place.slot / 2
            yield tag("line", class_="version", x1=left, x2=left, y1=_TOP, y2=base - 12)


def _labels_fit(chart: TimeChart, place: Frame) -> bool:
    widest = max((len(p.value_text) for p in chart.points), default=0)
    return widest * _DIGIT <= place.slot + 2


def _lines(chart: TimeChart, place: Frame) -> Iterator[SafeString]:
    for name, values in (
        ("py", [p.previous for p in chart.points]),
        ("ac", [p.value for p in chart.points]),
    ):
        for run in stretches(values):
            pairs = [(place.middle(i), place.values(v)) for i, v in run]
            yield tag("polyline", class_=f"line {name}", points=points(pairs))


def _point(chart: TimeChart, point: Point, index: int, place: Frame) -> SafeString:
    """One period as a link: the ground to hit, its marks, and its words."""
    left = _LEFT + index * place.slot
    hit = tag("rect", class_="hit", x=left, y=_TOP, width=place.slot, height=place.height - _TOP - _AXIS + 22)
    marks = _dot(point, index, place) if chart.as_line else _column(point, index, place)
    tip = tag("text", point.text, class_="tip", x=0.0, y=14.0)
    body = join([hit, *marks, tip])
    if point.href is None:
        spot = tag("g", body, class_="point", role="img", aria_label=point.text)
    else:
        spot = tag("a", body, class_="point", href=point.href, aria_label=point.text)
    # Beside the link and not in it: its words say the amounts in full, and not as they are rounded here.
    return spot if chart.as_line else join([spot, *_labels(chart, point, index, place)])


def _dot(point: Point, index: int, place: Frame) -> Iterator[SafeString]:
    if point.value is not None:
        class_ = "dot running" if point.running else "dot chosen" if point.chosen else "dot"
        radius = 3.5 if point.running or point.chosen or place.slot > 14 else 1.6
        yield tag("circle", class_=class_, cx=place.middle(index), cy=place.values(point.value), r=radius)


def _column(point: Point, index: int, place: Frame) -> Iterator[SafeString]:
    thick = min(place.slot * 0.6, 34.0)
    shift = thick * 0.22
    x = place.middle(index) - thick / 2
    if point.previous is not None:
        yield _bar(place.values, point.previous, x - shift, thick, "py")
    if point.value is not None:
        if point.running:
            hatching = f"url(#{hatch_id(int(place.width))})"
            yield _bar(place.values, point.value, x + shift, thick, "ac running")
            yield _bar(place.values, point.value, x + shift, thick, "", hatching)
        else:
            yield _bar(place.values, point.value, x + shift, thick, "ac")
    if place.differences is not None and point.difference is not None:
        yield _bar(place.differences, point.difference, x + shift, thick * 0.8, f"delta {point.verdict}")


def _labels(chart: TimeChart, point: Point, index: int, place: Frame) -> Iterator[SafeString]:
    """The amounts at the ends of a period's columns, where there is room for them."""
    if point.value is not None and _labels_fit(chart, place):
        edge = max(point.value, point.previous or 0)
        yield _label(place.values, edge, point.value, point.value_text, index, place)
    if place.differences is not None and point.difference is not None:
        widest = max(len(p.difference_text) for p in chart.points)
        if widest * _DIGIT <= place.slot + 2:
            text = point.difference_text
            yield _label(place.differences, point.difference, point.difference, text, index, place)


def _bar(
    scale: Scale, value: float, x: float, thick: float, class_: str, fill: str | None = None
) -> SafeString:
    top, bottom = sorted((scale(value), scale(0)))
    height = max(bottom - top, 1.0 if value else 0.0)
    return tag("rect", class_=class_ or None, x=x, y=top, width=thick, height=height, fill=fill)


def _label(scale: Scale, edge: float, value: float, text: str, index: int, place: Frame) -> SafeString:
    y = scale(edge) - 5 if value >= 0 else scale(min(edge, value)) + 13
    x = number(place.middle(index))
    return tag("text", text, class_="value", x=x, y=y, text_anchor="middle", aria_hidden="true")
