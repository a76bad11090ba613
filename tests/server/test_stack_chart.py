"""Stacked columns of what is expected: where they stand, and what they say."""

from __future__ import annotations

import re

from leitstern.server.charts.stack import Stack, StackChart, drawings, highest


def rects(drawing: str, class_: str) -> list[tuple[float, float]]:
    """Top and height of all rectangles of a class."""
    found = re.findall(rf'<rect class="{class_}"[^>]* y="([\d.]+)"[^>]* height="([\d.]+)"', drawing)
    return [(float(y), float(height)) for y, height in found]


CHART = StackChart(
    "Won value",
    "What is won",
    (
        Stack("Nov", "2026", "November: 100", (50.0, 30.0, 20.0), "100", 80.0, 125.0, 120.0),
        Stack("Dec", "2026", "December <40>", (0.0, 40.0, 0.0), "40"),
    ),
)


def test_parts_lie_on_each_other() -> None:
    _, _, wide = drawings(CHART)
    [(top, height)] = rects(wide, "ac")
    running = rects(wide, "ac running")
    unit = height / 50
    # 320 high, 36 for the axis: the base lies at 284.
    assert abs(top + height - 284) < 0.2
    assert abs(running[0][0] + running[0][1] - top) < 0.2
    assert abs(running[0][1] - 30 * unit) < 0.2
    assert abs(running[1][1] - 20 * unit) < 0.2
    assert len(running) == 3


def test_the_highest_value_counts_range_and_plan() -> None:
    assert highest(CHART.stacks) == 125
    assert highest(()) == 1


def test_plan_and_range_only_where_there_are() -> None:
    for drawing in drawings(CHART):
        assert drawing.count('class="pl"') == 1
        assert drawing.count('class="range"') == 3


def test_every_column_says_itself_and_can_be_reached() -> None:
    for drawing in drawings(CHART):
        assert drawing.count('tabindex="0"') == 2
        assert 'aria-label="December &lt;40&gt;"' in drawing


def test_what_they_lie_in_is_named_once() -> None:
    for drawing in drawings(CHART):
        assert drawing.count(">2026</text>") == 1
