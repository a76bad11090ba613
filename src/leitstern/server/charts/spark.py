"""The small trend line of a card or a table row: actual dark, previous year light, dotted where chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from leitstern.server.charts.scale import Scale
from leitstern.server.charts.svg import join, points, tag


@dataclass(frozen=True, slots=True)
class Spark:
    """What a trend line shows; gaps are None. ``chosen`` and ``running`` are positions in ``values``;
    from ``running`` on, values are not final.

    ``low`` and ``high`` fix the scale, so that the rows of a table can share one.
    """

    values: Sequence[float | None]
    previous: Sequence[float | None] = ()
    chosen: int | None = None
    running: int | None = None
    low: float | None = None
    high: float | None = None


def stretches(values: Sequence[float | None], upto: int | None = None) -> list[list[tuple[int, float]]]:
    """The runs of neighbouring values, as (position, value): a gap is a gap, not a bridge."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values[:upto]):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def draw(spark: Spark, text: str, width: int = 220, height: int = 44) -> SafeString:
    """The trend line; ``text`` says in words what it shows."""
    known = [v for v in (*spark.values, *spark.previous) if v is not None]
    if not known:
        return tag("svg", class_="spark", viewBox=f"0 0 {width} {height}", aria_hidden="true")
    low = min(known) if spark.low is None else spark.low
    high = max(known) if spark.high is None else spark.high
    across = Scale(0, max(1, len(spark.values) - 1), 5, width - 5)
    up = Scale(low, high, height - 6, 6) if high > low else Scale(low - 1, low + 1, height - 6, 6)

    def lines(values: Sequence[float | None], class_: str) -> list[SafeString]:
        runs = ([(across(i), up(v)) for i, v in run] for run in stretches(values))
        return [tag("polyline", class_=class_, points=points(run)) for run in runs if len(run) > 1]

    marks = []
    if low < 0 < high:
        marks.append(tag("line", class_="zero", x1=0.0, x2=float(width), y1=up(0), y2=up(0)))
    marks += lines(spark.previous, "py")
    solid = [v if spark.running is None or i < spark.running else None for i, v in enumerate(spark.values)]
    marks += lines(solid, "ac")
    if spark.running is not None:
        tail = [v if i >= spark.running - 1 else None for i, v in enumerate(spark.values)]
        marks += lines(tail, "ac running")
    last = None if spark.running is None else len(spark.values) - 1
    for index in dict.fromkeys((last, spark.chosen)):
        value = spark.values[index] if index is not None and index < len(spark.values) else None
        if index is not None and value is not None:
            class_ = "dot running" if spark.running is not None and index >= spark.running else "dot"
            marks.append(tag("circle", class_=class_, cx=across(index), cy=up(value), r=3.2))
    return tag(
        "svg", join(marks), class_="spark", viewBox=f"0 0 {width} {height}", role="img", aria_label=text
    )
