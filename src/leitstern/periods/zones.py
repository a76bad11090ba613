"""From moments to days: which day it was where the business is, daylight saving time included.

Two hours a year need a rule when a local clock time without zone is read:

- the hour that exists twice (clocks go back): the first of the two is meant, still in summer time;
- the hour that does not exist (clocks go forward): it is moved forward by the length of the gap. In Berlin
  02:30 on 29 March 2026 is read as 03:30. This is what RFC 5545 (section 3.3.5) says for calendars.

`offset_changes` gives the same rules as a small table, for columns of millions of moments.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leitstern.errors import Problem

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone called ``name`` (``Europe/Berlin``); Problem ``periods.unknown_zone`` for others."""
    try:
        return ZoneInfo(name)
    # A name with a slash at its end is a folder to zoneinfo, one with a NUL or ".." is no name at all.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Problem("periods.unknown_zone", value=name) from None


def day_of(moment: datetime, name: str) -> date:
    """The day of ``moment`` in the zone ``name``. A moment without zone is in UTC, as the store keeps it."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(zone(name)).date()
    except OverflowError:
        raise Problem("periods.moment_out_of_range", value=moment, zone=name) from None


def to_utc(local: datetime, name: str) -> datetime:
    """The moment, in UTC, at which clocks in the zone ``name`` show ``local``, by the rules above.

    A time that carries its own offset keeps it: ``name`` plays no part then.
    """
    aware = local if local.tzinfo else local.replace(tzinfo=zone(name), fold=0)
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        raise Problem("periods.moment_out_of_range", value=local, zone=name) from None


def bounds(start: date, end: date, name: str) -> tuple[datetime, datetime]:
    """First moment of ``start`` and first moment after ``end``, in UTC: ``first <= moment < after``."""
    if end == date.max:
        raise Problem("periods.moment_out_of_range", value=end, zone=name)
    return (
        to_utc(datetime.combine(start, time.min), name),
        to_utc(datetime.combine(end + timedelta(days=1), time.min), name),
    )


class OffsetChange(NamedTuple):
    """From here on the clock is ``offset`` seconds ahead of UTC.

    ``utc`` and ``local`` are seconds since 1970-01-01 00:00, of UTC and of the local clock. To convert a
    column, take the last change at or before each value (``searchsorted(..., side="right") - 1``):
    local = utc + offset of the last change by ``utc``; utc = local - offset of the last change by ``local``.
    The first entry of a table stands for all that lies before.
    """

    utc: int
    local: int
    offset: int


def offset_changes(name: str, start: date, end: date) -> list[OffsetChange]:
    """The offsets in force from ``start`` to ``end`` and when each begins, in order, at least one."""
    place = zone(name)
    # Two days more on both sides: a local day begins up to 14 hours before or 12 after the day in UTC.
    moment, last = _seconds(start) - 2 * 86400, _seconds(end) + 2 * 86400
    offset = _offset(place, moment)
    changes = [OffsetChange(moment, moment + offset, offset)]
    while moment < last:
        following = moment + 86400
        if _offset(place, following) != offset:
            begin = _first_with_other_offset(place, moment, following)
            before, offset = offset, _offset(place, begin)
            # Of a doubled hour the first is meant, of a missing hour the old offset holds: both say that the
            # new offset begins where the later of the two clocks has arrived.
            changes.append(OffsetChange(begin, begin + max(before, offset), offset))
            moment = begin
        else:
            moment = following
    return changes


def _first_with_other_offset(place: ZoneInfo, low: int, high: int) -> int:
    before = _offset(place, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(place, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(place: ZoneInfo, seconds: int) -> int:
    ahead = (_EPOCH + timedelta(seconds=seconds)).astimezone(place).utcoffset()
    if ahead is None:  # a ZoneInfo always knows its offset; said for the type checker
        raise AssertionError(place)
    return int(ahead.total_seconds())


def _seconds(day: date) -> int:
    return (day.toordinal() - _EPOCH.toordinal()) * 86400
