"""A moment belongs to the day that the clock on the wall showed, also when the clocks change."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.errors import Problem
from leitstern.periods.zones import bounds, day_of, offset_changes, to_utc, zone

ZONES = st.sampled_from(
    ["Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC",
     "America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Pacific/Kiritimati", "Africa/Casablanca"]
)  # fmt: skip
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1))  # noqa: DTZ001 - hypothesis wants naive bounds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-01-15T22:59:59", "2026-01-15"),
        ("2026-01-15T23:00:00", "2026-01-16"),
        ("2026-07-15T21:59:59", "2026-07-15"),
        ("2026-07-15T22:00:00", "2026-07-16"),
        # Sunday 29 March 2026: at 02:00 the clocks go to 03:00. In UTC it runs from 23:00 to 22:00.
        ("2026-03-28T22:59:59", "2026-03-28"),
        ("2026-03-28T23:00:00", "2026-03-29"),
        ("2026-03-29T21:59:59", "2026-03-29"),
        ("2026-03-29T22:00:00", "2026-03-30"),
        # Sunday 25 October 2026: at 03:00 the clocks go back to 02:00.
        ("2026-10-24T21:59:59", "2026-10-24"),
        ("2026-10-24T22:00:00", "2026-10-25"),
        ("2026-10-25T22:59:59", "2026-10-25"),
        ("2026-10-25T23:00:00", "2026-10-26"),
    ],
)
def test_the_day_in_berlin_of_a_moment_in_utc(moment: str, day: str) -> None:
    naive = datetime.fromisoformat(moment)
    assert day_of(naive, "Europe/Berlin") == date.fromisoformat(day)
    assert day_of(naive.replace(tzinfo=UTC), "Europe/Berlin") == date.fromisoformat(day)
    elsewhere = naive.replace(tzinfo=UTC).astimezone(timezone(timedelta(hours=-9)))
    assert day_of(elsewhere, "Europe/Berlin") == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-03-29T01:59:59", "2026-03-29T00:59:59"),
        ("2026-03-29T02:00:00", "2026-03-29T01:00:00"),  # does not exist: read as 03:00
        ("2026-03-29T02:30:00", "2026-03-29T01:30:00"),  # does not exist: read as 03:30
        ("2026-03-29T03:00:00", "2026-03-29T01:00:00"),
        ("2026-03-29T03:30:00", "2026-03-29T01:30:00"),
        ("2026-10-25T01:59:59", "2026-10-24T23:59:59"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00"),  # exists twice: the first, in summer time
        ("2026-10-25T03:00:00", "2026-10-25T02:00:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00"),  # its own offset says the second
        ("2026-06-01T12:00:00Z", "2026-06-01T12:00:00"),
    ],
)
def test_a_clock_time_in_berlin_becomes_a_moment(local: str, utc: str) -> None:
    moment = to_utc(datetime.fromisoformat(local), "Europe/Berlin")
    assert moment == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)


def test_the_second_of_a_doubled_hour_is_never_meant() -> None:
    second = datetime(2026, 10, 25, 2, 30, fold=1)  # noqa: DTZ001 - a clock time without zone is the case
    assert to_utc(second, "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-28", 24), ("2026-03-29", 23), ("2026-10-25", 25), ("2026-10-26", 24)]
)
def test_days_have_23_24_or_25_hours(day: str, hours: int) -> None:
    first, after = bounds(date.fromisoformat(day), date.fromisoformat(day), "Europe/Berlin")
    assert after - first == timedelta(hours=hours)


@given(MOMENTS, ZONES)
def test_the_bounds_of_a_day_hold_exactly_its_moments(naive: datetime, name: str) -> None:
    moment = naive.replace(tzinfo=UTC)
    day = day_of(moment, name)
    first, after = bounds(day, day, name)
    assert first <= moment < after
    assert day_of(first, name) == day
    assert day_of(first - timedelta(seconds=1), name) < day
    assert day == moment.astimezone(ZoneInfo(name)).date()


@given(MOMENTS, ZONES)
def test_the_table_of_offsets_says_the_same_as_the_single_moment(naive: datetime, name: str) -> None:
    changes = offset_changes(name, naive.date() - timedelta(days=300), naive.date() + timedelta(days=300))
    assert changes == sorted(changes)
    seconds = (naive.replace(tzinfo=UTC) - EPOCH) // timedelta(seconds=1)

    by_utc = changes[max(bisect_right([change.utc for change in changes], seconds) - 1, 0)]
    local = EPOCH + timedelta(seconds=seconds + by_utc.offset)
    assert local.date() == day_of(naive, name)

    by_local = changes[max(bisect_right([change.local for change in changes], seconds) - 1, 0)]
    utc = EPOCH + timedelta(seconds=seconds - by_local.offset)
    assert utc == to_utc(naive.replace(microsecond=0), name)


def test_the_offsets_of_berlin_in_2026() -> None:
    changes = offset_changes("Europe/Berlin", date(2026, 1, 1), date(2026, 12, 31))
    assert [change.offset for change in changes] == [3600, 7200, 3600]
    begin = [EPOCH + timedelta(seconds=change.utc) for change in changes[1:]]
    assert begin == [datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)]
    wall = [EPOCH + timedelta(seconds=change.local) for change in changes[1:]]
    # From 03:00 on the new offset holds, in spring as in autumn: 02:00 to 03:00 keeps the old one.
    assert [moment.strftime("%d %H:%M") for moment in wall] == ["29 03:00", "25 03:00"]


@pytest.mark.parametrize("name", ["Europe/Munich", "", "Berlin", "../etc/passwd", "Europe/", "MEZ+1"])
def test_unknown_zones_are_refused_with_a_remedy(name: str) -> None:
    with pytest.raises(Problem, match="Europe/Vienna") as caught:
        zone(name)
    assert caught.value.code == "periods.unknown_zone"


def test_moments_outside_the_calendar_are_named() -> None:
    for reach in (
        lambda: day_of(datetime.max.replace(tzinfo=UTC), "Asia/Kolkata"),
        lambda: to_utc(datetime(1, 1, 1), "Asia/Kolkata"),  # noqa: DTZ001 - a clock time without zone is the case
        lambda: bounds(date.max, date.max, "Europe/Berlin"),
    ):
        with pytest.raises(Problem) as caught:
            reach()
        assert caught.value.code == "periods.moment_out_of_range"
