"""A row of a comparison as a picture: where the value may lie, where it is estimated, and the mean of all."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.svg import join, tag

WIDTH, HEIGHT = 160, 20


def across(values: Iterable[float]) -> Scale:
    """One scale for all rows, from the least to the greatest value."""
    known = list(values)
    low, high = min(known, default=0.0), max(known, default=1.0)
    return Scale(low, high if high > low else low + 1.0, 3.0, WIDTH - 3.0)


def draw(scale: Scale, low: float, high: float, estimate: float, typical: float) -> SafeString:
    """The range light, the estimate dark in it, the mean of all as a line."""
    left, right, at, mean = scale(low), scale(high), scale(estimate), scale(typical)
    body = [
        tag("rect", class_="py", x=left, y=7.0, width=max(right - left, 1.0), height=6.0),
        tag("line", class_="axis", x1=mean, x2=mean, y1=0.0, y2=20.0),
        tag("rect", class_="ac", x=at - 2.0, y=4.0, width=4.0, height=12.0),
    ]
    return tag("svg", join(body), class_="bar", viewBox=f"0 0 {WIDTH} {HEIGHT}", aria_hidden="true")
