"""The bar of a goal in a list: actual against plan to date, with the levels as ticks.

The solid bar is what was reached, the outlined one behind it what the plan asks for by now. The tall tick
is the target, the short ones are minimum and stretch. What it says stands in words beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.svg import join, tag

WIDTH, HEIGHT = 200, 22
_EDGE = 2.0


@dataclass(frozen=True, slots=True)
class Bullet:
    """What the bar shows, all in the KPI's unit. ``tone`` colours the tip of the bar: good, warn, bad, none.

    ``upper`` is the end of the band of a goal that lies between two values.
    """

    target: float
    value: float | None = None
    planned: float | None = None
    minimum: float | None = None
    stretch: float | None = None
    upper: float | None = None
    tone: str = "none"


def across(bullet: Bullet) -> Scale:
    """The scale: from zero, or a negative value, to a little beyond the largest."""
    known = [
        v
        for v in (bullet.target, bullet.value, bullet.planned, bullet.minimum, bullet.stretch, bullet.upper)
        if v is not None
    ]
    low, high = min(0.0, *known), max(0.0, *known)
    return Scale(low, (high if high > low else low + 1.0) * 1.04 or 1.0, _EDGE, WIDTH - _EDGE)


def draw(bullet: Bullet) -> SafeString:
    """The bar as SVG."""
    scale = across(bullet)
    body = [tag("line", class_="track", x1=_EDGE, x2=WIDTH - _EDGE, y1=11.0, y2=11.0)]
    if bullet.upper is not None:
        left, right = scale(bullet.target), scale(bullet.upper)
        body.append(tag("rect", class_="band", x=left, y=2.0, width=max(right - left, 1.0), height=18.0))
    if bullet.planned is not None:
        body.append(_bar(scale, bullet.planned, 4.0, 14.0, "pl"))
    if bullet.value is not None:
        body.append(_bar(scale, bullet.value, 7.0, 8.0, f"ac {bullet.tone}"))
    ticks = (
        ("minimum", bullet.minimum, 5.0),
        ("stretch", bullet.stretch, 5.0),
        ("target", bullet.target, 0.0),
        ("target", bullet.upper, 0.0),
    )
    for name, value, top in ticks:
        if value is not None:
            x = scale(value)
            body.append(tag("line", class_=f"tick {name}", x1=x, x2=x, y1=top, y2=HEIGHT - top))
    zero = scale(0.0)
    body.append(tag("line", class_="axis", x1=zero, x2=zero, y1=2.0, y2=20.0))
    return tag(
        "svg", join(body), class_="bullet", viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="none", aria_hidden="true",
    )  # fmt: skip


def _bar(scale: Scale, value: float, y: float, height: float, class_: str) -> SafeString:
    left, right = sorted((scale(value), scale(0.0)))
    width = max(right - left, 1.0 if value else 0.0)
    return tag("rect", class_=class_, x=left, y=y, width=width, height=height)
