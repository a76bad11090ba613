"""A goal's curve and its bar are drawn where arithmetic by hand puts them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from leitstern.server.charts import bullet, plan

SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawing):
    return ElementTree.fromstring(drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def found(drawing, name, class_):
    return [e for e in parsed(drawing).iter(SVG + name) if e.get("class") == class_]


def chart(**more):
    points = (
        plan.Point(10, "Tag 10", 10.0, 20.0, 15.0, "/r/1"),
        plan.Point(20, "Tag 20", 30.0, 40.0, 30.0, "/r/2"),
        plan.Point(50, "Tag 50", None, 100.0, 80.0),
    )
    given = {"title": "Umsatz", "sentence": "Hinter Plan.", "days": 50, "points": points}
    return plan.PlanChart(**{**given, **more})


# 342 wide without levels: the lines have 342 - 46 - 10 = 286 pixels for 50 days. 300 high: 300 - 38 = 262
# is zero, 40 is the highest value; 222 pixels for 100.


def xy(day, value):
    return f"{46 + day * 5.72:.1f}".removesuffix(".0"), f"{262 - value * 2.22:.1f}".removesuffix(".0")


def test_lines_begin_at_zero_and_end_where_their_values_do():
    drawing = plan.draw(chart(), 342, 300)
    (actual,) = found(drawing, "polyline", "line ac")
    assert actual.get("points") == " ".join(",".join(xy(*p)) for p in ((0, 0), (10, 10), (20, 30)))
    (planned,) = found(drawing, "polyline", "line pl")
    assert planned.get("points") == " ".join(
        ",".join(xy(*p)) for p in ((0, 0), (10, 20), (20, 40), (50, 100))
    )
    assert [e.get("points") for e in found(drawing, "polyline", "line pl outer")] == [planned.get("points")]


def test_what_is_needed_leads_from_the_last_actual_value_to_the_target_on_the_last_day():
    drawing = plan.draw(chart(needed=100.0), 342, 300)
    (needed,) = found(drawing, "polyline", "line needed")
    assert needed.get("points") == f"{','.join(xy(20, 30))} {','.join(xy(50, 100))}"
    assert found(plan.draw(chart(), 342, 300), "polyline", "line needed") == []


def test_before_the_first_value_what_is_needed_begins_at_zero():
    drawing = plan.draw(chart(points=(plan.Point(50, "Ende", None, 100.0),), needed=100.0), 342, 300)
    assert found(drawing, "polyline", "line needed")[0].get("points") == "46,262 332,40"


def test_a_level_does_not_begin_at_zero_and_uses_its_room():
    rates = (plan.Point(10, "a", 0.30), plan.Point(50, "b", 0.40))
    drawn = chart(points=rates, cumulative=False)
    assert plan.reach(drawn) == pytest.approx((0.285, 0.415))
    (actual,) = found(plan.draw(drawn, 342, 300), "polyline", "line ac")
    assert len(actual.get("points").split()) == 2


def test_levels_are_lines_with_names_that_do_not_cover_each_other():
    levels = (plan.Level("target", 100.0, "Ziel 100"), plan.Level("stretch", 102.0, "Spitze 102"))
    drawing = plan.draw(chart(levels=levels), 660, 300)
    names = [float(e.get("y")) for c in ("name target", "name stretch") for e in found(drawing, "text", c)]
    assert abs(names[0] - names[1]) >= 14
    (line,) = found(drawing, "line", "level stretch")
    assert line.get("y1") == line.get("y2") == "40"
    # Ten letters beside the lines: 660 - (10 * 6.2 + 12) = 586.
    assert line.get("x2") == "586"


def test_the_gap_points_to_the_actual_value_and_carries_its_sign():
    gap = plan.Gap(20, 30.0, 40.0, "−10", "worse")
    drawing = plan.draw(chart(gap=gap), 342, 300)
    (shape,) = found(drawing, "polygon", "gap worse")
    assert shape.get("points").split()[0] == ",".join(xy(20, 30))
    assert found(drawing, "text", "gap worse")[0].text == "−10"
    same = plan.draw(chart(gap=plan.Gap(20, 40.0, 40.0, "±0", "same")), 342, 300)
    assert found(same, "polygon", "gap same") == []


def test_flags_are_numbered_and_two_close_ones_stand_above_each_other():
    drawing = plan.draw(chart(events=(10.0, 11.0)), 342, 300)
    first, second = found(drawing, "circle", "flag")
    assert [e.text for e in found(drawing, "text", "flag")] == ["1", "2"]
    assert float(first.get("cy")) - float(second.get("cy")) >= 15
    # The line is at 10 on day 10; the flag stands 22 pixels above it.
    assert first.get("cy") == f"{262 - 10 * 2.22 - 22:.1f}"


def test_every_point_with_words_is_reached_by_keyboard():
    points = (
        plan.Point(1, "", 1.0),
        plan.Point(2, "Tag 2", 2.0, href="/r"),
        plan.Point(3, "Tag 3", None, 9.0),
    )
    drawing = plan.draw(chart(points=points), 342, 300)
    (link,) = found(drawing, "a", "point")
    (spot,) = found(drawing, "g", "point")
    assert (link.get("href"), link.get("aria-label")) == ("/r", "Tag 2")
    assert (spot.get("tabindex"), spot.get("aria-label")) == ("0", "Tag 3")
    # The part of the days before it belongs to it: from 0 to 2 of 50 days.
    assert link.find(f"{SVG}rect").get("width") == f"{2 * 5.72:.1f}"


def test_the_picture_says_its_sentence_and_ids_differ_between_the_widths():
    drawings = plan.drawings(chart())
    assert [parsed(d).get("class") for d in drawings] == [
        "chart plan narrow",
        "chart plan middle",
        "chart plan wide",
    ]
    ids = {parsed(d).get("aria-describedby") for d in drawings}
    assert ids == {"plan-340", "plan-660", "plan-980"}
    assert all(parsed(d).find(f"{SVG}desc").text == "Hinter Plan." for d in drawings)


def test_text_from_outside_stays_text():
    drawing = plan.draw(chart(title='"><script>', sentence="<b>"), 342, 300)
    assert "<script>" not in drawing
    assert "<b>" not in drawing


# --- the bar in a list: 200 wide, 2 free at both ends, 4 % room beyond the largest value ---


def test_the_bar_the_plan_and_the_ticks_share_one_scale():
    drawing = bullet.draw(bullet.Bullet(100.0, 70.0, 80.0, 90.0, 120.0, tone="bad"))
    assert found(drawing, "rect", "ac bad")[0].get("width") == f"{70 / 124.8 * 196:.1f}"
    assert found(drawing, "rect", "pl")[0].get("width") == f"{80 / 124.8 * 196:.1f}"
    (target,) = found(drawing, "line", "tick target")
    assert target.get("x1") == f"{2 + 100 / 124.8 * 196:.1f}"
    assert (target.get("y1"), target.get("y2")) == ("0", "22")
    assert found(drawing, "line", "tick minimum")[0].get("y1") == "5"


def test_a_bar_without_a_value_shows_the_target_alone():
    drawing = bullet.draw(bullet.Bullet(100.0))
    assert "ac " not in drawing
    assert len(found(drawing, "line", "tick target")) == 1


def test_a_band_has_two_ends():
    drawing = bullet.draw(bullet.Bullet(20.0, 25.0, upper=30.0, tone="good"))
    assert len(found(drawing, "line", "tick target")) == 2
    assert found(drawing, "rect", "band")[0].get("width") == f"{10 / 31.2 * 196:.1f}"


def test_a_value_below_zero_lies_to_the_left_of_zero():
    drawing = bullet.draw(bullet.Bullet(10.0, -5.0))
    (bar,) = found(drawing, "rect", "ac none")
    (axis,) = found(drawing, "line", "axis")
    assert float(bar.get("x")) + float(bar.get("width")) == pytest.approx(float(axis.get("x1")), abs=0.11)
