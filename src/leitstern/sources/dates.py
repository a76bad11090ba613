"""Days and moments as people write them, vectorised.

Every date reading also takes ISO (``2025-03-04``), because a year of four digits in front cannot be
misread. Two-digit years: 00 to 68 are 2000 to 2068, 69 to 99 are 1969 to 1999 (the POSIX rule).
A moment without an offset is local time; of an hour that exists twice the first is meant, and an
hour that does not exist is moved forward by the length of the gap (PEP 495 with ``fold=0``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from leitstern.sources import words
from leitstern.sources.arrow import mask, pc

if TYPE_CHECKING:
    from leitstern.sources.arrow import Bools, Ints, Texts, Values
    from leitstern.sources.readings import Reading

_TIME = (
    r"(?:(?:[T ]|, ?| um )[ ]*(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<F>\d{1,9}))?)?"
    r"(?: ?(?P<P>[AaPp]\.?[Mm]\.?)| Uhr)?(?: ?(?P<Z>Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2}))?)?"
)
_SPACE = "[\\s\u00a0\u202f]*"
#: A day of the week before a date says nothing more.
WEEKDAY = rf"(?:(?i:{words.WEEKDAY})\.?,? +)?"
_NAMED = rf"(?P<b>(?i:{words.MONTH}))\.?"
_YEAR = r"(?P<a>\d{4}|\d{2})"
#: With the month as a word: ``31. Dezember 2025``, ``November 3, 2025``; ``Jan 26`` is the month's first day.
_IN_WORDS = (
    rf"^{_SPACE}{WEEKDAY}(?P<c>\d{{1,2}})(?i:\.|st|nd|rd|th)?[ -]*{_NAMED}[ ,-]*{_YEAR}{_TIME}{_SPACE}$",
    rf"^{_SPACE}{WEEKDAY}{_NAMED} *(?P<c>\d{{1,2}})(?i:st|nd|rd|th)?,? +(?P<a>\d{{4}}){_TIME}{_SPACE}$",
    rf"^{_SPACE}{_NAMED}[ '/-]*{_YEAR}(?P<c>){_TIME}{_SPACE}$",
)
_ISO = "YYYY-MM-DD"
_ISO_DATE = r"(?P<a>\d{4})-(?P<b>\d{1,2})-(?P<c>\d{1,2})"
_MICROSECONDS_A_DAY = 86_400_000_000
_EXCEL_EPOCH = -25_569  # 1899-12-30 as days from 1970-01-01


#: How systems write "no date" where a date has to stand, with zeros, or with the first or the last day
#: that their calendars know; it is no day and no mistake.
_NO_DATE = (
    r"^(?:00[./-]00[./-]0000|0000-00-00|00000000|0?1[./-]0?1[./-]0001|0001-01-01|00010101"
    r"|31[./-]12[./-]9999|12/31/9999|9999-12-31|99991231)"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]00:?00)?)?$"
)
#: Days of business. What lies outside is a mistake (year 26, 20226), and would make calendars without end.
_FIRST, _LAST = (np.datetime64(day, "D").astype(np.int64) for day in ("1900-01-01", "2199-12-31"))


class Dates(NamedTuple):
    """Parsed values: microseconds since 1970 (local unless ``zoned``), which are valid, which have a time."""

    micros: Ints
    valid: Bools
    impossible: Bools
    timed: Bools
    zoned: Bools


def _pattern(reading: Reading) -> str:
    if reading.separator == "":
        date = r"(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})"
    else:
        sep = rf"\{reading.separator}" if reading.separator == "." else reading.separator
        year, part = r"\d{4}|\d{2}", r"\d{1,2}"
        first, last = (year, part) if reading.date_order == "YMD" else (part, year)
        gap = " ?" if reading.separator == "." else ""
        date = rf"(?P<a>{first}){sep}{gap}(?P<b>{part}){sep}{gap}(?P<c>{last})"
    return f"^{_SPACE}{WEEKDAY}{date}{_TIME}{_SPACE}$"


def no_date(texts: Texts) -> Bools:
    """Which texts stand for an empty date, the way SAP, MySQL and .NET write it."""
    return mask(pc.match_substring_regex(texts, _NO_DATE))


def in_range(found: Dates) -> Bools:
    """Which dates are of the years 1900 to 2199."""
    days = found.micros // _MICROSECONDS_A_DAY
    within: Bools = (days >= _FIRST) & (days <= _LAST)
    return within


def parse(texts: Texts, reading: Reading) -> Dates:
    """Reads texts under a date reading; where it fails, under ISO."""
    if reading.code == "excel":
        return _serial(texts)
    if reading.code.startswith("words"):
        found = _in_words(texts)
    else:
        found = _parse(texts, _pattern(reading), reading.date_order or "YMD")
    if reading.code.startswith(_ISO) or not (~found.valid).any():
        return found
    return _or(_parse(texts, f"^{_SPACE}{_ISO_DATE}{_TIME}{_SPACE}$", "YMD"), found)


def _or(first: Dates, second: Dates) -> Dates:
    """Values as the first has them, where it has none as the second."""
    return Dates(
        np.where(first.valid, first.micros, second.micros),
        first.valid | second.valid,
        first.impossible | second.impossible,
        np.where(first.valid, first.timed, second.timed),
        np.where(first.valid, first.zoned, second.zoned),
    )


def _in_words(texts: Texts) -> Dates:
    day_first, month_first, month_only = (_parse(texts, pattern, "YMD") for pattern in _IN_WORDS)
    return _or(day_first, _or(month_first, month_only))


def _parse(texts: Texts, pattern: str, order: str) -> Dates:
    parts = pc.extract_regex(texts, pattern)
    matched = parts.is_valid().to_numpy(zero_copy_only=False)
    place = dict(zip(order, "abc", strict=True))
    year = _integers(parts, place["Y"])
    short = pc.fill_null(pc.equal(pc.binary_length(_part(parts, place["Y"])), 2), False)
    year = np.where(short.to_numpy(zero_copy_only=False), year + np.where(year < 69, 2000, 1900), year)
    month, day = _months(parts, place["M"]), _integers(parts, place["D"])
    if pattern == _IN_WORDS[-1]:
        day = np.ones_like(day)
    days, possible = _days(year, month, day)
    clock, right, timed = _clock(parts)
    offset, zoned = _offset(parts)
    possible &= right
    return Dates(
        days * _MICROSECONDS_A_DAY + clock - offset,
        matched & possible,
        matched & ~possible,
        matched & timed,
        matched & zoned,
    )


def _days(year: Ints, month: Ints, day: Ints) -> tuple[Ints, Bools]:
    """Days since 1970 and whether such a day exists (28, 29, 30 or 31 days, Gregorian)."""
    possible = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    months = np.where(possible, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - first
    return first + day - 1, possible & (day <= length)


def _clock(parts: Values) -> tuple[Ints, Bools, Bools]:
    """Microseconds since midnight, whether the time exists, whether there is one."""
    hour, minute, second = (_integers(parts, p) for p in "HMS")
    timed = _present(parts, "H")
    right = (hour < 24) & (minute < 60) & (second < 60)
    half = _part(parts, "P")
    if pc.any(pc.not_equal(half, "")).as_py():
        noon = mask(pc.starts_with(pc.utf8_lower(half), "p"))
        named = _present(parts, "P")
        right &= ~named | ((hour >= 1) & (hour <= 12))
        hour = np.where(named, hour % 12 + np.where(noon, 12, 0), hour)
    fraction = pc.utf8_slice_codeunits(pc.utf8_rpad(_part(parts, "F"), 6, "0"), 0, 6)
    micros = pc.fill_null(fraction.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros, right, timed


def _offset(parts: Values) -> tuple[Ints, Bools]:
    """Microseconds east of UTC, and whether an offset is written."""
    zone = _part(parts, "Z")
    zoned = _present(parts, "Z")
    if not zoned.any():
        return np.zeros(len(parts), np.int64), zoned
    digits = pc.utf8_rpad(pc.replace_substring_regex(zone, r"[^0-9]", ""), 4, "0")
    number = pc.fill_null(digits.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    minutes = number // 100 * 60 + number % 100
    west = mask(pc.starts_with(zone, "-"))
    return np.where(west, -minutes, minutes) * 60_000_000, zoned


def _part(parts: Values, name: str) -> Texts:
    """A named part; text also where the whole did not match."""
    found: Texts = pc.fill_null(pc.struct_field(parts, name), "")
    return found


def _present(parts: Values, name: str) -> Bools:
    return mask(pc.not_equal(_part(parts, name), ""))


def _months(parts: Values, name: str) -> Ints:
    """Months written as numbers or as words."""
    text = pc.utf8_lower(_part(parts, name))
    place = pc.index_in(text, pa.array(list(words.MONTHS), text.type))
    if place.null_count == len(place):
        return _integers(parts, name)
    numbers = np.array([*words.MONTHS.values(), 0])
    found: Ints = numbers[pc.fill_null(place, len(words.MONTHS)).to_numpy(zero_copy_only=False)]
    return found


def _integers(parts: Values, name: str) -> Ints:
    text = pc.struct_field(parts, name)
    text = pc.if_else(pc.equal(text, ""), None, text)
    found: Ints = pc.fill_null(text.cast(pa.int64()), 0).to_numpy(zero_copy_only=False)
    return found


def _serial(texts: Texts) -> Dates:
    """Excel's serial numbers, 1 to 2958465 (9999-12-31), comma or point before the time of day."""
    text = pc.replace_substring(pc.utf8_trim_whitespace(texts), ",", ".")
    number = pc.match_substring_regex(text, r"^\d{1,7}(?:\.\d+)?$")
    value = pc.if_else(number, text, None).cast(pa.float64())
    serial = pc.fill_null(value, 0.0).to_numpy(zero_copy_only=False)
    matched = mask(number)
    possible = (serial >= 1) & (serial < 2_958_466)
    seconds = np.rint((serial + _EXCEL_EPOCH) * 86_400).astype(np.int64)
    timed = matched & (serial % 1 != 0)
    return Dates(
        seconds * 1_000_000, matched & possible, matched & ~possible, timed, np.zeros(len(texts), np.bool_)
    )


def to_utc(dates: Dates, timezone: str) -> Ints:
    """Microseconds since 1970 in UTC."""
    local = ~dates.zoned
    if not local.any() or timezone == "UTC":
        return dates.micros
    naive = pa.array(dates.micros, pa.timestamp("us"))
    known = pc.assume_timezone(naive, timezone, ambiguous="earliest", nonexistent="latest")
    utc = known.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False)
    back = pc.local_timestamp(known).cast(pa.int64()).to_numpy(zero_copy_only=False)
    gap = back - dates.micros
    if (gap != 0).any():  # Arrow moves an hour that does not exist to the end of the gap
        utc = np.where(gap != 0, _in_gap(dates.micros, gap, timezone, utc), utc)
    return np.where(local, utc, dates.micros)


def _in_gap(micros: Ints, gap: Ints, timezone: str, utc: Ints) -> Ints:
    """Moments inside a gap keep the offset that held before it."""
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    zone, epoch, tick = ZoneInfo(timezone), datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
    result = utc.copy()
    for index in np.flatnonzero(gap):
        moment = (epoch + int(micros[index]) * tick).replace(tzinfo=zone)
        result[index] = (moment.astimezone(UTC) - epoch) // tick
    return result


def local_days(dates: Dates, timezone: str) -> Ints:
    """Days since 1970 in the zone; a moment with an offset is the day it was in the zone."""
    micros = dates.micros
    if dates.zoned.any() and timezone != "UTC":
        known = pa.array(micros, pa.timestamp("us", "UTC")).cast(pa.timestamp("us", timezone))
        local = pc.local_timestamp(known).cast(pa.int64()).to_numpy(zero_copy_only=False)
        micros = np.where(dates.zoned, local, micros)
    return micros // _MICROSECONDS_A_DAY
