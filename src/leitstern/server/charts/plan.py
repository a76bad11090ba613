"""A goal's curve as data, and its drawing: where the plan leads, where we are, what is still needed.

In the notation of IBCS reports: the actual line is solid and dark, the plan an outlined line, the
previous year lighter. Levels are lines with their names, today is upright, the pace that is needed from
here is dashed. How far actual and plan lie apart has sign and shape, so that it reads without colour.
Every point can be reached by keyboard and says its numbers in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.spark import stretches
from leitstern.server.charts.svg import join, points, tag
from leitstern.server.charts.time import Tick

LevelName = Literal["minimum", "target", "stretch", "upper"]
Verdict = Literal["better", "worse", "same"]

#: Drawings for narrow, middle and wide screens: class, width, height.
DRAWINGS = (("narrow", 340, 300), ("middle", 660, 340), ("wide", 980, 360))

#: Width in pixels of one letter of a label, and the height of its line.
_LETTER = 6.2
_LINE = 14.0
_LEFT = 46.0
_TOP = 40.0
_AXIS = 38.0
_FLAG = 8.0


@dataclass(frozen=True, slots=True)
class Point:
    """What is known after ``at`` days of the goal's period: 1 is the end of its first day.

    A value that is not known, as the actual one of days to come, is None. A point with a ``text``, all of
    it in words, can be reached; others only bend the lines. ``href`` leads to its records.
    """

    at: float
    text: str = ""
    actual: float | None = None
    plan: float | None = None
    previous: float | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """What is to be reached, with its label, such as *Target 1.20*."""

    name: LevelName
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the axis of days with its label."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """How far ``actual`` lies from ``plan`` after ``at`` days; ``text`` carries the sign."""

    at: float
    actual: float
    plan: float
    text: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Fan:
    """What is expected after ``at`` days, and the values that hold in 8 and in 5 of 10 cases."""

    at: float
    expected: float
    wide: tuple[float, float]
    narrow: tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlanChart:
    """A goal over its period of ``days`` days.

    ``cumulative`` lines start at zero before the first day. ``needed`` is the value the dashed line leads
    to from the last actual one; None where nothing is needed any more. ``events`` are the places of the
    numbered flags, ``fan`` the forecast from the last known day on. ``id`` tells charts of one page apart.
    """

    title: str
    sentence: str
    days: int
    points: tuple[Point, ...]
    levels: tuple[Level, ...] = ()
    ticks: tuple[Tick, ...] = ()
    marks: tuple[Mark, ...] = ()
    today: Mark | None = None
    gap: Gap | None = None
    needed: float | None = None
    events: tuple[float, ...] = ()
    cumulative: bool = True
    fan: tuple[Fan, ...] = ()
    id: str = "plan"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where days and values lie."""

    width: float
    height: float
    right: float
    across: Scale
    up: Scale


def reach(chart: PlanChart) -> tuple[float, float]:
    """The lowest and highest value shown. Sums stand on zero; a level's line uses the room it has."""
    known = [v for p in chart.points for v in (p.actual, p.plan, p.previous) if v is not None]
    known += [level.value for level in chart.levels]
    known += [value for one in chart.fan for value in one.wide]
    low, high = min(known, default=0.0), max(known, default=1.0)
    if chart.cumulative:
        low, high = min(low, 0.0), max(high, 0.0)
    else:
        room = (high - low) * 0.15
        low, high = (max(0.0, low - room) if low >= 0 else low - room), high + room
    return (low, high) if high > low else (low, low + 1.0)


def frame(chart: PlanChart, width: float, height: float) -> Frame:
    """Lay out the chart; wide ones have their levels' names to the right of the lines."""
    aside = max((len(level.text) for level in chart.levels), default=0) * _LETTER + 12
    right = width - (10.0 if _is_narrow(width) else aside)
    low, high = reach(chart)
    return Frame(
        width, height, right, Scale(0, chart.days, _LEFT, right), Scale(low, high, height - _AXIS, _TOP)
    )


def draw(chart: PlanChart, width: int, height: int = 340, class_: str = "") -> SafeString:
    """The whole chart as one SVG of ``width`` by ``height`` units."""
    place = frame(chart, width, height)
    name = f"{chart.id}-{width}"
    body = [
        tag("desc", chart.sentence, id=name),
        *_ground(chart, place),
        *_fan(chart, place),
        *_levels(chart, place),
        *_lines(chart, place),
        *_gap(chart, place),
        *_events(chart, place),
        *_points(chart, place),
    ]
    return tag(
        "svg",
        join(body),
        class_=f"chart plan {class_}".strip(),
        viewBox=f"0 0 {width} {height}",
        role="group",
        aria_label=chart.title,
        aria_describedby=name,
    )


def drawings(chart: PlanChart) -> list[SafeString]:
    """The chart in the three widths; style sheets show one of them."""
    return [draw(chart, width, height, class_) for class_, width, height in DRAWINGS]


def _is_narrow(width: float) -> bool:
    return width < 500


def _ground(chart: PlanChart, place: Frame) -> Iterator[SafeString]:
    bottom = place.up.start
    for tick in chart.ticks:
        y = place.up(tick.value)
        yield tag("line", class_="grid", x1=_LEFT, x2=place.right, y1=y, y2=y)
        yield tag("text", tick.text, class_="tick", x=_LEFT - 6, y=y + 4, text_anchor="end")
    base = place.up(max(place.up.low, 0.0))
    yield tag("line", class_="axis", x1=_LEFT, x2=place.right, y1=base, y2=base)
    free_from = 0.0
    for mark in chart.marks:
        x = place.across(mark.at)
        yield tag("line", class_="year", x1=x, x2=x, y1=bottom, y2=bottom + 5)
        wide = len(mark.text) * _LETTER
        if x >= free_from and x + wide <= place.width:
            yield tag("text", mark.text, class_="period", x=x + 3, y=bottom + 17)
            free_from = x + wide + 10
    if chart.today is not None:
        x = place.across(chart.today.at)
        yield tag("line", class_="today", x1=x, x2=x, y1=_TOP - 6, y2=bottom + 22)
        anchor = _anchor(x, len(chart.today.text) * _LETTER / 2, place)
        yield tag("text", chart.today.text, class_="now", x=x, y=bottom + 34, text_anchor=anchor)


def _anchor(x: float, half: float, place: Frame) -> str:
    if x - half < 0:
        return "start"
    return "end" if x + half > place.width else "middle"


def _levels(chart: PlanChart, place: Frame) -> Iterator[SafeString]:
    """Lines with their names: to the right of them, on narrow screens on their left end."""
    heights = [place.up(level.value) for level in chart.levels]
    band = {level.name: y for level, y in zip(chart.levels, heights, strict=True)}
    if "upper" in band:
        high, wide = band["upper"], place.right - _LEFT
        yield tag("rect", class_="band", x=_LEFT, y=high, width=wide, height=max(band["target"] - high, 1.0))
    for level, y in zip(chart.levels, heights, strict=True):
        yield tag("line", class_=f"level {level.name}", x1=_LEFT, x2=place.right, y1=y, y2=y)
    names = _on_lines(chart, heights)
    if not _is_narrow(place.width):
        names = [(place.right + 8, y + 4) for y in _apart(heights)]
    for level, (x, y) in zip(chart.levels, names, strict=True):
        yield tag("text", level.text, class_=f"name {level.name}", x=x, y=y)


def _on_lines(chart: PlanChart, heights: list[float]) -> list[tuple[float, float]]:
    """The places of names on their lines; one that would cover another begins behind it."""
    found: list[tuple[float, float]] = []
    for y in heights:
        near = [i for i, (_, other) in enumerate(found) if abs(other + 4 - y) < _LINE]
        ends = [found[i][0] + len(chart.levels[i].text) * _LETTER + 10 for i in near]
        found.append((max(ends, default=_LEFT + 3), y - 4))
    return found


def _apart(wanted: list[float]) -> list[float]:
    """The places of labels, moved down so that no two lines of text overlap."""
    found = list(wanted)
    free_from = float("-inf")
    for index in sorted(range(len(wanted)), key=lambda i: wanted[i]):
        found[index] = max(wanted[index], free_from)
        free_from = found[index] + _LINE
    return found


def _lines(chart: PlanChart, place: Frame) -> Iterator[SafeString]:
    for name, class_ in (("previous", "py"), ("plan", "pl"), ("actual", "ac")):
        for run in _line(chart, place, name):
            if name == "plan":  # an outlined line is a thin one on a thick one
                yield tag("polyline", class_="line pl outer", points=run)
            yield tag("polyline", class_=f"line {class_}", points=run)
    known = [(p.at, p.actual) for p in chart.points if p.actual is not None]
    if chart.cumulative and not known:
        known = [(0.0, 0.0)]
    if chart.needed is not None and known:
        at, value = known[-1]
        aim = (place.across(chart.days), place.up(chart.needed))
        yield tag("polyline", class_="line needed", points=points(((place.across(at), place.up(value)), aim)))
        yield tag("circle", class_="aim", cx=aim[0], cy=aim[1], r=4.0)


def _fan(chart: PlanChart, place: Frame) -> Iterator[SafeString]:
    """The forecast: two bands, one inside the other, and the line of what is expected."""
    if not chart.fan:
        return
    across = [place.across(one.at) for one in chart.fan]
    for class_ in ("wide", "narrow"):
        sides = [getattr(one, class_) for one in chart.fan]
        lower = [(x, place.up(low)) for x, (low, _) in zip(across, sides, strict=True)]
        upper = [(x, place.up(high)) for x, (_, high) in zip(across, sides, strict=True)]
        yield tag("polygon", class_=f"fan {class_}", points=points((*lower, *reversed(upper))))
    middle = points((x, place.up(one.expected)) for x, one in zip(across, chart.fan, strict=True))
    yield tag("polyline", class_="line fc", points=middle)


def _line(chart: PlanChart, place: Frame, name: str) -> Iterator[str]:
    """The coordinates of a line's runs; sums begin at zero before the first day."""
    ats = [point.at for point in chart.points]
    values = [getattr(point, name) for point in chart.points]
    if chart.cumulative and values and values[0] is not None:
        ats, values = [0.0, *ats], [0.0, *values]
    for run in stretches(values):
        if len(run) > 1:
            yield points((place.across(ats[i]), place.up(v)) for i, v in run)


def _gap(chart: PlanChart, place: Frame) -> Iterator[SafeString]:
    """The distance between plan and actual, with a triangle that points to the actual value."""
    gap = chart.gap
    if gap is None:
        return
    x, actual, plan = place.across(gap.at), place.up(gap.actual), place.up(gap.plan)
    yield tag("line", class_=f"gap {gap.verdict}", x1=x, x2=x, y1=plan, y2=actual)
    if abs(actual - plan) >= 9:
        back = 7 if plan > actual else -7
        corner = points(((x, actual), (x - 4.5, actual + back), (x + 4.5, actual + back)))
        yield tag("polygon", class_=f"gap {gap.verdict}", points=corner)
    wide = len(gap.text) * _LETTER + 10
    left = x + wide > place.right
    y = max((actual + plan) / 2 + 4, _TOP + 10)
    yield tag(
        "text", gap.text, class_=f"gap {gap.verdict}", x=x - 8 if left else x + 8, y=y,
        text_anchor="end" if left else "start",
    )  # fmt: skip


def _events(chart: PlanChart, place: Frame) -> Iterator[SafeString]:
    """Numbered flags above the line; one that would cover its neighbour stands higher."""
    taken: list[tuple[float, float]] = []
    for number, at in enumerate(chart.events, start=1):
        x, foot = place.across(at), place.up(_value_at(chart, at))
        y = max(foot - 22, _TOP - 12)
        while any(abs(x - left) < 2 * _FLAG and abs(y - top) < 2 * _FLAG for left, top in taken):
            y -= 2 * _FLAG
        taken.append((x, y))
        yield tag("line", class_="stem", x1=x, x2=x, y1=y + _FLAG, y2=foot)
        yield tag("circle", class_="flag", cx=x, cy=y, r=_FLAG)
        yield tag("text", str(number), class_="flag", x=x, y=y + 4, text_anchor="middle")


def _value_at(chart: PlanChart, at: float) -> float:
    """The height of the line at a day: the actual one's, else the plan's."""
    for name in ("actual", "plan"):
        known = [(p.at, getattr(p, name)) for p in chart.points if getattr(p, name) is not None]
        known = [(0.0, 0.0), *known] if chart.cumulative else known
        for (left, low), (right, high) in pairwise(known):
            if left <= at <= right:
                return float(low + (high - low) * (at - left) / (right - left))
    return 0.0


def _points(chart: PlanChart, place: Frame) -> Iterator[SafeString]:
    before = 0.0
    for point in (p for p in chart.points if p.text):
        left, x = place.across(before), place.across(point.at)
        before = point.at
        hit = tag("rect", class_="hit", x=left, y=_TOP - 8, width=x - left, height=place.up.start - _TOP + 8)
        body = [hit]
        if point.actual is not None and x - left > 9:
            body.append(tag("circle", class_="dot", cx=x, cy=place.up(point.actual), r=3.0))
        body.append(tag("text", point.text, class_="tip", x=0.0, y=14.0))
        if point.href is None:
            yield tag("g", join(body), class_="point", role="img", tabindex="0", aria_label=point.text)
        else:
            yield tag("a", join(body), class_="point", href=point.href, aria_label=point.text)
