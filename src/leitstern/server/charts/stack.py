"""What is expected by period as stacked columns, in the notation of IBCS reports.

What has happened is solid, what is expected hatched: closely what comes from something known, widely what
does not exist yet. The plan is an outlined column behind, the range an upright line. Every column says its
numbers in words and can be reached by keyboard.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.svg import join, tag
from leitstern.server.charts.time import Tick

#: Drawings for narrow, middle and wide screens: class, width, height.
DRAWINGS = (("narrow", 340, 260), ("middle", 660, 300), ("wide", 980, 320))
_LEFT, _RIGHT, _TOP, _AXIS = 52.0, 10.0, 30.0, 36.0
_DIGIT = 6.4


@dataclass(frozen=True, slots=True)
class Stack:
    """One period. ``parts`` lie on each other: happened, expected from what is known, and from what is not
    yet; ``label`` and ``group`` are the axis' two lines, ``text`` is the column in words."""

    label: str
    group: str
    text: str
    parts: tuple[float, float, float]
    total_text: str
    low: float | None = None
    high: float | None = None
    plan: float | None = None

    @property
    def total(self) -> float:
        """The height of the column."""
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class StackChart:
    """Columns by period; ``ticks`` are round values of the axis."""

    title: str
    sentence: str
    stacks: tuple[Stack, ...]
    ticks: tuple[Tick, ...] = ()
    id: str = "stack"


def highest(stacks: tuple[Stack, ...]) -> float:
    """The highest value shown."""
    return max((max(s.total, s.high or 0.0, s.plan or 0.0) for s in stacks), default=1.0) or 1.0


def draw(chart: StackChart, width: int, height: int, class_: str = "") -> SafeString:
    """The whole chart as one SVG of ``width`` by ``height`` units."""
    up = Scale(0.0, highest(chart.stacks), height - _AXIS, _TOP)
    slot = (width - _LEFT - _RIGHT) / max(1, len(chart.stacks))
    name = f"{chart.id}-{width}"
    body = [tag("desc", chart.sentence, id=name), _patterns(name), *_ground(chart, width, up)]
    body += [_column(s, _LEFT + (at + 0.5) * slot, slot, up, name) for at, s in enumerate(chart.stacks)]
    body += _names(chart.stacks, slot, height)
    return tag(
        "svg",
        join(body),
        class_=f"chart stack {class_}".strip(),
        viewBox=f"0 0 {width} {height}",
        role="group",
        aria_label=chart.title,
        aria_describedby=name,
    )


def _names(stacks: tuple[Stack, ...], slot: float, height: int) -> Iterator[SafeString]:
    """The periods' names where they have room, and what they lie in where that changes."""
    every = max(1, math.ceil(max((len(s.label) for s in stacks), default=1) * _DIGIT / slot))
    group = ""
    for at in range(0, len(stacks), every):
        x, one = _LEFT + (at + 0.5) * slot, stacks[at]
        yield tag("text", one.label, class_="period", x=x, y=height - _AXIS + 15, text_anchor="middle")
        if one.group != group:
            yield tag("text", one.group, class_="group", x=x, y=height - _AXIS + 30, text_anchor="middle")
        group = one.group


def drawings(chart: StackChart) -> list[SafeString]:
    """The chart in the three widths; style sheets show one of them."""
    return [draw(chart, width, height, class_) for class_, width, height in DRAWINGS]


def _patterns(name: str) -> SafeString:
    """Close hatching for what comes from something known, wide hatching for what does not exist yet."""
    close = tag("path", d="M-1,1 l2,-2 M0,5 l5,-5 M4,6 l2,-2", class_="hatch")
    wide = tag("path", d="M-1,1 l2,-2 M0,10 l10,-10 M9,11 l2,-2", class_="hatch")
    return tag(
        "defs",
        tag("pattern", close, id=f"{name}-close", width=5.0, height=5.0, patternUnits="userSpaceOnUse"),
        tag("pattern", wide, id=f"{name}-wide", width=10.0, height=10.0, patternUnits="userSpaceOnUse"),
    )


def _ground(chart: StackChart, width: int, up: Scale) -> Iterator[SafeString]:
    for tick in chart.ticks:
        y = up(tick.value)
        class_ = "axis" if tick.value == 0 else "grid"
        yield tag("line", class_=class_, x1=_LEFT, x2=width - _RIGHT, y1=y, y2=y)
        yield tag("text", tick.text, class_="tick", x=_LEFT - 6, y=y + 4, text_anchor="end")


def _column(one: Stack, x: float, slot: float, up: Scale, name: str) -> SafeString:
    """The parts on each other, the plan behind, the range as a line, and the total above."""
    thick = min(slot * 0.55, 64.0)
    body = [tag("rect", class_="hit", x=x - slot / 2, y=_TOP - 8, width=slot, height=up.start - _TOP + 8)]
    if one.plan is not None:
        body.append(_bar(x, thick * 1.35, 0.0, one.plan, up, "pl"))
    base = 0.0
    for part, class_, fill in zip(
        one.parts,
        ("ac", "ac running", "ac running"),
        (None, f"url(#{name}-close)", f"url(#{name}-wide)"),
        strict=True,
    ):
        if part > 0:
            body.append(_bar(x, thick, base, base + part, up, class_))
            if fill is not None:
                body.append(_bar(x, thick, base, base + part, up, "", fill))
        base += part
    if one.low is not None and one.high is not None:
        body += _range(x, up(one.low), up(one.high))
    if len(one.total_text) * _DIGIT <= slot + 6:
        top = min(up(one.total), up(one.high or 0.0), up(one.plan or 0.0)) - 5
        body.append(tag("text", one.total_text, class_="value", x=x, y=top, text_anchor="middle"))
    body.append(tag("text", one.text, class_="tip", x=0.0, y=14.0))
    return tag("g", join(body), class_="point", role="img", tabindex="0", aria_label=one.text)


def _bar(
    x: float, thick: float, low: float, high: float, up: Scale, class_: str, fill: str | None = None
) -> SafeString:
    top = up(high)
    return tag(
        "rect", class_=class_, fill=fill, x=x - thick / 2, y=top, width=thick, height=max(up(low) - top, 0.5)
    )


def _range(x: float, low: float, high: float) -> Iterator[SafeString]:
    """An upright line with a foot and a head."""
    yield tag("line", class_="range", x1=x, x2=x, y1=low, y2=high)
    for y in (low, high):
        yield tag("line", class_="range", x1=x - 5, x2=x + 5, y1=y, y2=y)
