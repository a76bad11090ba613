"""Charts are drawn where arithmetic by hand puts them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from leitstern.server.charts import spark, time
from leitstern.server.charts.bars import difference_bar
from leitstern.server.charts.scale import Scale, nice_step
from leitstern.server.charts.svg import number, tag

SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawing):
    return ElementTree.fromstring(drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def found(drawing, name, class_):
    return [e for e in parsed(drawing).iter(SVG + name) if e.get("class") == class_]


def point(value, previous=None, **more):
    difference = None if value is None or previous is None else value - previous
    return time.Point("Jan", "2026", "words", value, str(value), previous, difference, **more)


def chart(*points, as_line=False):
    return time.TimeChart("title", points, "ΔPY", as_line)


@pytest.mark.parametrize(
    ("span", "most", "step"),
    [(100, 4, 25), (101, 4, 50), (7, 4, 2), (0.9, 4, 0.25), (1, 4, 0.25), (0, 4, 1), (60, 4, 20)],
)
def test_steps_of_an_axis_are_round(span, most, step):
    assert nice_step(span, most) == pytest.approx(step)


def test_ticks_lie_on_the_scale():
    assert Scale(0, 103, 300, 0).ticks() == [0, 50, 100]
    assert Scale(-30, 60, 300, 0).ticks() == [-25, 0, 25, 50]


def test_a_scale_maps_ends_to_ends_and_the_middle_to_the_middle():
    scale = Scale(0, 200, 300, 100)
    assert [scale(0), scale(100), scale(200)] == [300, 200, 100]
    assert Scale(5, 5, 10, 90)(5) == 10


def test_columns_stand_on_the_axis_and_are_as_high_as_their_values():
    drawing = time.draw(chart(point(50.0), point(100.0)), 256, 340)
    place = time.frame(chart(point(50.0), point(100.0)), 256, 340)
    # No previous year: one panel from the axis (340 - 40) up to 30 + 16.
    assert (place.values(0), place.values(100)) == (300, 46)
    first, second = found(drawing, "rect", "ac")
    assert float(second.get("height")) == pytest.approx(254)
    assert float(first.get("height")) == pytest.approx(127)
    assert float(first.get("y")) + float(first.get("height")) == pytest.approx(300)
    # Two slots of 100 between 46 and 246; columns are 34 wide at most, 7.48 right of the middle.
    assert float(first.get("x")) == pytest.approx(96 - 17 + 7.5, abs=0.1)
    assert float(second.get("x")) - float(first.get("x")) == pytest.approx(100)


def test_both_panels_have_the_same_scale():
    place = time.frame(chart(point(80.0, 100.0), point(120.0, 60.0)), 400, 340)
    per_unit = place.values(0) - place.values(1)
    assert place.differences is not None
    assert place.differences(0) - place.differences(1) == pytest.approx(per_unit)
    # 340 - 40 - 30 - 64 pixels for values up to 120 and differences from -20 to 60.
    assert per_unit == pytest.approx(206 / 200)


def test_the_previous_year_lies_behind_and_to_the_left():
    drawing = time.draw(chart(point(80.0, 100.0)), 400, 340)
    (actual,), (previous,) = found(drawing, "rect", "ac"), found(drawing, "rect", "py")
    assert float(previous.get("x")) < float(actual.get("x"))
    assert drawing.index('class="py"') < drawing.index('class="ac"')


def test_negative_values_hang_below_the_axis():
    drawing = time.draw(chart(point(-30.0), point(60.0)), 400, 340)
    place = time.frame(chart(point(-30.0), point(60.0)), 400, 340)
    below, _above = found(drawing, "rect", "ac")
    assert float(below.get("y")) == pytest.approx(place.values(0), abs=0.1)


def test_a_running_period_is_a_hatched_outline():
    drawing = time.draw(chart(point(10.0), point(5.0, running=True)), 400, 340)
    assert len(found(drawing, "rect", "ac running")) == 1
    assert f'fill="url(#{time.hatch_id(400)})"' in drawing


def test_nothing_is_drawn_for_no_value_but_the_point_is_there():
    drawing = time.draw(chart(point(None), point(5.0)), 400, 340)
    assert len(found(drawing, "rect", "ac")) == 1
    assert len(found(drawing, "rect", "hit")) == 2


def test_a_chart_without_any_value_can_be_drawn():
    assert found(time.draw(chart(point(None)), 400, 340), "rect", "ac") == []


def test_every_point_is_a_link_that_says_its_numbers():
    drawing = time.draw(chart(point(5.0, href="/kpi/x/records/2026-01")), 400, 340)
    (link,) = parsed(drawing).iter(SVG + "a")
    assert link.get("href") == "/kpi/x/records/2026-01"
    assert link.get("aria-label") == "words"


def test_many_points_are_a_line_that_breaks_at_a_gap():
    points = [point(1.0), point(2.0), point(None), point(3.0), point(4.0)]
    drawing = time.draw(chart(*points, as_line=True), 400, 340)
    assert len(found(drawing, "polyline", "line ac")) == 2


def test_labels_are_left_out_where_they_do_not_fit():
    wide = [point(1234.5) for _ in range(4)]
    narrow = [point(1234.5) for _ in range(40)]
    assert len(found(time.draw(chart(*wide), 400), "text", "value")) == 4
    assert found(time.draw(chart(*narrow), 400), "text", "value") == []


def test_a_new_version_is_a_line_between_two_periods():
    drawing = time.draw(chart(point(1.0), point(2.0, new_version=True)), 256, 340)
    (line,) = found(drawing, "line", "version")
    assert float(line.get("x1")) == pytest.approx(146)


def test_a_trend_line_spans_its_box_and_marks_the_period():
    drawing = spark.draw(spark.Spark([10.0, 20.0, 15.0], chosen=1), "words", 110, 52)
    (line,) = found(drawing, "polyline", "ac")
    assert line.get("points") == "5,46 55,6 105,26"
    (dot,) = found(drawing, "circle", "dot")
    assert (dot.get("cx"), dot.get("cy")) == ("55", "6")


def test_what_is_not_final_is_a_dashed_tail():
    drawing = spark.draw(spark.Spark([10.0, 20.0, 15.0, 5.0], chosen=1, running=2), "words", 110, 52)
    (solid,) = found(drawing, "polyline", "ac")
    (tail,) = found(drawing, "polyline", "ac running")
    assert len(solid.get("points").split()) == 2
    assert len(tail.get("points").split()) == 3
    assert len(found(drawing, "circle", "dot running")) == 1


def test_a_trend_line_without_values_is_empty_and_equal_values_lie_in_the_middle():
    assert "polyline" not in spark.draw(spark.Spark([None, None]), "words")
    assert 'points="5,26 105,26"' in spark.draw(spark.Spark([7.0, 7.0]), "words", 110, 52)


def test_a_difference_goes_to_its_side_of_the_zero_line():
    worse = difference_bar(-50.0, -50.0, 50.0, "worse")
    (bar,) = found(worse, "rect", "delta worse")
    assert (float(bar.get("x")), float(bar.get("width"))) == (1, 49)


def test_text_and_attributes_are_escaped():
    drawn = tag("text", "<b>&", class_='"x"')
    assert drawn == '<text class="&quot;x&quot;">&lt;b&gt;&amp;</text>'


def test_coordinates_are_short():
    assert [number(v) for v in (1.0, 1.25, -0.01, 1234.56)] == ["1", "1.2", "0", "1234.6"]


def test_a_chart_carries_no_inline_style_or_script():
    drawing = time.draw(chart(point(80.0, 100.0, href="/x"), point(1.0, running=True)), 400)
    assert not re.search(r"style=|<script|on\w+=", drawing)
