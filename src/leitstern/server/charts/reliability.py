"""The reliability diagram: what was said across, what came true upwards; on the diagonal both agree.

A dot is a bin of forecasts, its area how many there are; the line through it is the 95 % interval of the
share that came true. What it shows stands in the table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.svg import join, tag

_SIZE, _LEFT, _TOP, _BOTTOM = 300.0, 46.0, 12.0, 34.0
_LARGEST = 10.0


@dataclass(frozen=True, slots=True)
class Dot:
    """Of ``n`` forecasts a ``share`` came true (``low`` to ``high``), ``said`` was their mean chance."""

    n: int
    said: float
    share: float
    low: float
    high: float


def draw(dots: Sequence[Dot], label: str, percent: str) -> SafeString:
    """The diagram as SVG; ``label`` says what it shows, ``percent`` is the sign behind a number."""
    across = Scale(0, 1, _LEFT, _SIZE - 20)
    upwards = Scale(0, 1, _SIZE - _BOTTOM, _TOP)
    body = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        text = f"{tick * 100:.0f}{percent}"
        body.append(tag("line", class_="grid", x1=_LEFT, x2=_SIZE - 20, y1=upwards(tick), y2=upwards(tick)))
        body.append(tag("text", text, class_="tick", x=_LEFT - 6, y=upwards(tick) + 4, text_anchor="end"))
        body.append(
            tag("text", text, class_="tick", x=across(tick), y=_SIZE - _BOTTOM + 18, text_anchor="middle")
        )
    body.append(tag("line", class_="level minimum", x1=across(0), x2=across(1), y1=upwards(0), y2=upwards(1)))
    most = max((dot.n for dot in dots), default=1)
    for dot in dots:
        x = across(dot.said)
        body.append(tag("line", class_="gap", x1=x, x2=x, y1=upwards(dot.low), y2=upwards(dot.high)))
        radius = max(3.0, _LARGEST * sqrt(dot.n / most))
        body.append(tag("circle", class_="dot", cx=x, cy=upwards(dot.share), r=radius))
    size = f"0 0 {_SIZE:.0f} {_SIZE:.0f}"
    return tag("svg", join(body), class_="chart reliability", viewBox=size, role="img", aria_label=label)
