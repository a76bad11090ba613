"""Days and periods by their names, in a typed sentence: ``31. März``, ``Q1/27``, ``first half of 2027``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from leitstern.periods.grains import Grain, Period, period_of
from leitstern.periods.labels import MONTHS

_ORDINALS = {
    word: number
    for number, known in enumerate(
        (("erst", "first"), ("zweit", "second"), ("dritt", "third"), ("viert", "fourth")), 1
    )
    for word in known
}
_UNITS = (
    (r"tag(?:e[ns]?|s)?|days?", Grain.DAY),
    (r"wochen?|weeks?", Grain.WEEK),
    (r"monat(?:e[ns]?|s)?|months?", Grain.MONTH),
    (r"quartal(?:e[ns]?|s)?|quarters?", Grain.QUARTER),
    (r"halbjahr(?:e[ns]?|s)?|half[- ]?years?", Grain.HALF_YEAR),
    (r"geschäftsjahr(?:e?s)?|(?:fiscal|financial)\s+year", Grain.FISCAL_YEAR),
    (r"(?:kalender)?jahr(?:e[ns]?|s)?|(?:calendar\s+)?years?", Grain.YEAR),
)
MONTHS_IN = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF_YEAR: 6, Grain.YEAR: 12}
_MONTH = {
    short: number + 1
    for names in MONTHS.values()
    for number, name in enumerate(names)
    for short in (name.lower(), name.lower()[:3])
} | {"maerz": 3, "mrz": 3, "jänner": 1, "feber": 2, "sept": 9}  # fmt: skip

#: What months are called, in small letters.
MONTH_NAMES = frozenset(_MONTH)
#: Groups of `WHEN` for other ways of writing what another group says.
SAME_AS = {
    "y0": "y",
    "y4s": "y4",
    "y5s": "y5",
    "y7s": "y7",
    "y4d": "y4",
    "y4b": "y4",
    "qb": "q",
    "whole2": "whole",
}
_ENDS = {"eoy": "year", "eoq": "quarter", "eom": "month"}
#: Groups of `WHEN` that name a part of the year, and its year.
_PARTS = (
    (Grain.QUARTER, ("q", "q2", "q3", "q4"), "y4"),
    (Grain.HALF_YEAR, ("h", "h2", "h3"), "y5"),
    (Grain.WEEK, ("w",), "y6"),
    (Grain.MONTH, ("m4",), "y7"),
)

UNIT = "|".join(pattern for pattern, _ in _UNITS)
NAME = "|".join(sorted(_MONTH, key=len, reverse=True))
_ORD = "|".join(_ORDINALS)
NEXT = r"(?:nächst|naechst|kommend|folgend)e?[mnrs]?|next|coming|following"
_THIS = r"diese?[mnrs]?|(?:laufend|aktuell)e?[mnrs]?|this|current"
_OF = r"(?:\s+(?:of|von|des\s+jahres|im\s+jahr|des|im|in|the\s+year))*"
_YEAR = r"20\d\d|(?:nächsten|kommenden|dieses|laufenden)\s+jahres|(?:next|this)\s+year"
#: A year in two digits, only behind a mark that tells it from an amount: Q1/27, March '27.
_SHORT = r"(?:20)?\d\d\b"
#: The expression (verbose) of a day or period by its name; `named` reads it. Each alternative has its groups.
WHEN = rf"""(?:
    (?P<iso>\d{{4}}-\d\d-\d\d)
  | (?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.(?:\s?(?P<y>\d{{4}})|(?P<y0>\d\d)\b(?![.,]?\d))?
  | (?P<d4>\d{{1,2}})/(?P<m5>\d{{1,2}})/(?P<y9>20\d\d)
  | (?P<d2>\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{NAME})\b(?:,?\s+(?P<y2>{_YEAR}))?
  | (?P<m3>{NAME})\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y3>{_YEAR})
  | (?:q(?P<q>[1-4])|(?P<q2>[1-4])\.\s?quartals?|(?P<q3>{_ORD})(?:e[mnrs]?)?\s+(?:quartals?|quarter))
        \b(?:{_OF}[\s/-]*(?P<y4>{_YEAR})|\s?[/'’](?P<y4s>{_SHORT}))?
  | (?:h(?P<h>[12])|(?P<h2>[12])\.\s?(?:halbjahr(?:e?s)?|hj\.?)
        |(?P<h3>{_ORD})(?:e[mnrs]?)?\s+(?:halbjahr(?:e?s)?|half))
        \b(?:{_OF}[\s/-]*(?P<y5>{_YEAR})|\s?[/'’](?P<y5s>{_SHORT}))?
  | (?:kw|kalenderwoche|calendar\s+week|week)\s?(?P<w>\d{{1,2}})\b(?:[\s/,]*(?P<y6>{_YEAR}))?
  | (?:geschäftsjahr(?:e?s)?|gj|fy|fiscal\s+year|financial\s+year)\s?(?:20\d\d/)?(?P<fy>(?:20)?\d\d)\b
  | (?P<m4>{NAME})\b\.?(?:\s+(?:of\s+|des\s+)?(?P<y7>{_YEAR})|\s?['’](?P<y7s>{_SHORT}))?
  | (?P<q4>letzte[nms]?\s+quartal|last\s+quarter){_OF}\s+(?P<y4d>20\d\d)\b
  | (?P<y4b>20\d\d)[\s-]?q(?P<qb>[1-4])\b
  | (?:(?:(?:kalender)?jahr(?:e?s)?|year)\s+)?(?P<y8>20\d\d)\b(?![.,]?\d)
  | (?:(?P<this>{_THIS})|(?P<next>{NEXT}))\s+(?P<unit>{UNIT})\b
  | (?P<heuer>heuer)\b
  | (?P<ending>jahres|quartals|monats|wochen|year|quarter|month|week)[- ]?end(?:e|s)?\b
        (?:\s+(?P<y10>20\d\d)\b)?
  | (?P<eoy>eo[yqm])\b
  | (?:des\s+|the\s+)?(?P<whole>jahres|quartals|monats|year|quarter|month)\b
)"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time a sentence speaks of. ``assumed`` tells what it did not say: ``start`` (today was taken),
    ``year`` (the next such period), ``end`` (the end of a period was taken for its deadline), ``middle`` (the
    last day of the first half of a year, the 15th of a month). ``closes``: the period at whose end a deadline
    lies."""

    start: date
    end: date
    period: Period | None = None
    assumed: tuple[str, ...] = field(default=())
    closes: Period | None = None


class VagueTimeError(Exception):
    """A time that has no certain end: early 2027, from March on."""


def known(match: re.Match[str], today: date, fiscal_start: int) -> Stretch | None:
    """The stretch a match of `WHEN` stands for; None for a day that does not exist, and a vague one."""
    try:
        return named(match, today, fiscal_start)
    except (ValueError, VagueTimeError):
        return None


def named(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    """The stretch a match of `WHEN` stands for. Raises ``ValueError`` for a day that does not exist, and
    `VagueTimeError`."""
    part = {SAME_AS.get(name, name): value for name, value in match.groupdict().items() if value is not None}
    found = _named_day(part, today) or _named_part(part, today)
    if found is None and "fy" in part:
        label = f"FY20{part['fy'][-2:]}"
        at = period_of(date(int(label[2:]), 1, 1), Grain.FISCAL_YEAR, fiscal_start)
        found = _whole(at if at.label == label else at.next())
    elif found is None and "y8" in part:
        found = _whole(period_of(date(int(part["y8"]), 1, 1), Grain.YEAR))
    return found or _whole(_relative(part, today, fiscal_start))


def _named_day(part: dict[str, str], today: date) -> Stretch | None:
    if "iso" in part:
        return _whole(period_of(date.fromisoformat(part["iso"]), Grain.DAY))
    if "d4" in part:  # 31/03/2027 and 03/31/2027, but not 03/04/2027
        first, second = int(part["d4"]), int(part["m5"])
        if first <= 12 and second <= 12 and first != second:
            raise VagueTimeError
        return _next(part["y9"], today, Grain.DAY, (min(first, second), max(first, second)))
    for day, month, year in (("d", "m", "y"), ("d2", "m2", "y2"), ("d3", "m3", "y3")):
        if day in part:
            at = _MONTH.get(part[month]) or int(part[month]), int(part[day])
            return _next(part.get(year), today, Grain.DAY, at)
    return None


def _named_part(part: dict[str, str], today: date) -> Stretch | None:
    """A quarter, half-year, month or week by its number or name."""
    for grain, keys, year in _PARTS:
        said = next((part[key] for key in keys if key in part), None)
        if said is not None:
            last = said.startswith(("letzt", "last"))
            number = 4 if last else _ORDINALS.get(said) or _MONTH.get(said) or int(said)
            months = MONTHS_IN.get(grain, 0)
            at = (number, 0) if grain is Grain.WEEK else ((number - 1) * months + 1, 1)
            return _next(part.get(year), today, grain, at)
    return None


def _relative(part: dict[str, str], today: date, fiscal_start: int) -> Period:
    if "heuer" in part:
        return period_of(today, Grain.YEAR)
    word = part.get("unit") or part.get("ending") or part.get("whole") or _ENDS[part["eoy"]]
    grain = grain_of(word)
    if "y10" in part:
        if grain is not Grain.YEAR:
            raise VagueTimeError
        return period_of(date(int(part["y10"]), 1, 1), grain)
    now = period_of(today, grain, fiscal_start)
    return now.next() if "next" in part else now


def _next(year: str | None, today: date, grain: Grain, at: tuple[int, int]) -> Stretch:
    """The period of a year, or without one the first that is not over; ``at`` is its first month and day, or
    the number of its week."""

    def of(number: int) -> Period:
        week = grain is Grain.WEEK
        return period_of(date.fromisocalendar(number, at[0], 1) if week else date(number, *at), grain)

    if year is not None:
        this_year = year.startswith(("dies", "lauf", "this"))
        said = 2000 + int(year[-2:]) if year.isdigit() else today.year + (not this_year)
        return _whole(of(said))
    this = of(today.year)
    return Stretch(*_ends(this if this.end >= today else of(today.year + 1)), ("year",))


def _whole(period: Period) -> Stretch:
    return Stretch(*_ends(period))


def _ends(period: Period) -> tuple[date, date, Period]:
    return period.start, period.end, period


def grain_of(word: str) -> Grain:
    return next(grain for pattern, grain in _UNITS if re.fullmatch(pattern, word))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE)
