"""The horizontal bars of a table: a value, and its difference to the previous year, one scale per column."""

from __future__ import annotations

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.svg import join, tag


def value_bar(value: float | None, previous: float | None, low: float, high: float) -> SafeString:
    """Actual dark before the lighter previous year; ``low`` and ``high`` are shared by the rows."""
    across = Scale(min(low, 0.0), max(high, 0.0), 1, 159)
    body = []
    if previous is not None:
        body.append(_bar(across, previous, 2, 11, "py"))
    if value is not None:
        body.append(_bar(across, value, 6, 11, "ac"))
    body.append(tag("line", class_="axis", x1=across(0), x2=across(0), y1=0.0, y2=20.0))
    return tag("svg", join(body), class_="bar", viewBox="0 0 160 20", aria_hidden="true")


def difference_bar(value: float | None, low: float, high: float, verdict: str) -> SafeString:
    """A difference to the left or right of a zero line."""
    across = Scale(min(low, 0.0), max(high, 0.0), 1, 99)
    body = [] if value is None else [_bar(across, value, 5, 10, f"delta {verdict}")]
    body.append(tag("line", class_="axis", x1=across(0), x2=across(0), y1=0.0, y2=20.0))
    return tag("svg", join(body), class_="bar", viewBox="0 0 100 20", aria_hidden="true")


def _bar(across: Scale, value: float, y: float, height: float, class_: str) -> SafeString:
    left, right = sorted((across(value), across(0)))
    width = max(right - left, 1.0 if value else 0.0)
    return tag("rect", class_=class_, x=left, y=y, width=width, height=height)
