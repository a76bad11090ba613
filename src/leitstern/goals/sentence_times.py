"""When, in a typed sentence: ``innerhalb von drei Monaten``, ``bis Ende Q2``, ``by the end of March``."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from leitstern.periods.grains import Grain, Period, period_of
from leitstern.periods.labels import MONTHS

_DAY = timedelta(days=1)

#: Number words up to twelve, German (with endings of "ein") and English.
NUMBER_WORDS = {
    word: number
    for number, known in enumerate(
        (
            ("ein", "eine", "einem", "einen", "einer", "eines", "eins", "one", "a", "an"),
            ("zwei", "zwo", "two"), ("drei", "dreien", "three"), ("vier", "four"), ("fünf", "fuenf", "five"),
            ("sechs", "six"), ("sieben", "seven"), ("acht", "eight"), ("neun", "nine"), ("zehn", "ten"),
            ("elf", "eleven"), ("zwölf", "zwoelf", "twelve"),
        ),
        start=1,
    )
    for word in known
}  # fmt: skip
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
    (r"jahr(?:e[ns]?|s)?|years?", Grain.YEAR),
)
_MONTHS_IN = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF_YEAR: 6, Grain.YEAR: 12}
_MONTH = {
    short: number + 1
    for names in MONTHS.values()
    for number, name in enumerate(names)
    for short in (name.lower(), name.lower()[:3])
} | {"maerz": 3, "mrz": 3, "jänner": 1, "feber": 2, "sept": 9}  # fmt: skip

#: Groups of `_WHEN` that name a part of the year, and its year.
_PARTS = (
    (Grain.QUARTER, ("q", "q2", "q3"), "y4"),
    (Grain.HALF_YEAR, ("h", "h2", "h3"), "y5"),
    (Grain.WEEK, ("w",), "y6"),
    (Grain.MONTH, ("m4",), "y7"),
)

_UNIT = "|".join(pattern for pattern, _ in _UNITS)
_NUMBER = r"\d{1,3}|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_NAME = "|".join(sorted(_MONTH, key=len, reverse=True))
_ORD = "|".join(_ORDINALS)
_NEXT = r"(?:nächst|naechst|kommend|folgend)e?[mnrs]?|next|coming|following"
_THIS = r"diese?[mnrs]?|(?:laufend|aktuell)e?[mnrs]?|this|current"
_OF = r"(?:\s+(?:of|von|des\s+jahres|im\s+jahr|in|the\s+year))*"
_YEAR = r"20\d\d|(?:nächsten|kommenden|dieses)\s+jahres|(?:next|this)\s+year"
#: A named day or period. Each alternative has groups of its own.
_WHEN = rf"""(?:
    (?P<iso>\d{{4}}-\d\d-\d\d)
  | (?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?(?P<y>\d{{4}})?
  | (?P<d2>\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?(?P<m2>{_NAME})\b(?:,?\s+(?P<y2>{_YEAR}))?
  | (?P<m3>{_NAME})\s+(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(?P<y3>{_YEAR})
  | (?:q(?P<q>[1-4])|(?P<q2>[1-4])\.\s?quartals?|(?P<q3>{_ORD})(?:e[mnrs]?)?\s+(?:quartals?|quarter))
        \b(?:{_OF}[\s/]*(?P<y4>{_YEAR}))?
  | (?:h(?P<h>[12])|(?P<h2>[12])\.\s?halbjahr(?:e?s)?|(?P<h3>{_ORD})(?:e[mnrs]?)?\s+(?:halbjahr(?:e?s)?|half))
        \b(?:{_OF}[\s/]*(?P<y5>{_YEAR}))?
  | (?:kw|kalenderwoche|calendar\s+week|week)\s?(?P<w>\d{{1,2}})\b(?:[\s/,]*(?P<y6>{_YEAR}))?
  | (?:geschäftsjahr(?:e?s)?|gj|fy|fiscal\s+year|financial\s+year)\s?(?P<fy>20\d\d)
  | (?P<m4>{_NAME})\b\.?(?:\s+(?:of\s+)?(?P<y7>{_YEAR}))?
  | (?:(?:jahr(?:e?s)?|year)\s+)?(?P<y8>20\d\d)\b(?![.,]?\d)
  | (?:(?P<this>{_THIS})|(?P<next>{_NEXT}))\s+(?P<unit>{_UNIT})\b
  | (?P<heuer>heuer)\b
  | (?P<ending>jahres|quartals|monats|year|quarter|month)[- ]?end(?:e|s)?\b
  | (?:des\s+|the\s+)?(?P<whole>jahres|quartals|monats|year|quarter|month)\b
)"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time a sentence speaks of. ``assumed`` tells what it did not say: ``start`` (today was taken),
    ``year`` (the next such period), ``end`` (the end of a period was taken for its deadline)."""

    start: date
    end: date
    period: Period | None = None
    assumed: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Found:
    """A part of the sentence, by its place in the text."""

    at: int
    to: int
    stretch: Stretch | None  # None for a day that does not exist


def times(text: str, today: date, fiscal_start: int = 1) -> list[Found]:
    """The times a text in small letters speaks of, none overlapping; ranges and deadlines before periods."""
    found: list[Found] = []
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            if all(match.end() <= other.at or match.start() >= other.to for other in found):
                found.append(Found(match.start(), match.end(), _tried(read, match, today, fiscal_start)))
    return sorted(found, key=lambda each: each.at)


def _tried(
    read: Callable[[re.Match[str], date, int], Stretch], match: re.Match[str], today: date, fiscal_start: int
) -> Stretch | None:
    try:
        return read(match, today, fiscal_start)
    except ValueError:  # 31 June
        return None


def _range(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    later, first = match["later"], match["first"]
    last = _named(_part(later), today, fiscal_start)
    begin = _named(_part(first), today, fiscal_start)
    if "year" in begin.assumed:  # "from January to March 2027": the year stands once
        begin = _named(_part(f"{first.strip()} {last.end.year}"), today, fiscal_start)
    return Stretch(begin.start, last.end, None, last.assumed)


def _part(text: str) -> re.Match[str]:
    found = _WHOLE.match(text.strip())
    if found is None:
        raise ValueError(text)
    return found


def _deadline(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    found = _named(match, today, fiscal_start)
    exact = match["ende"] or match["ending"] or (found.period and found.period.grain is Grain.DAY)
    assumed = ("start", *found.assumed, *(() if exact else ("end",)))
    return Stretch(min(today, found.end), found.end, None, assumed)


def _duration(match: re.Match[str], today: date, _fiscal_start: int) -> Stretch:
    number = NUMBER_WORDS.get(match["n"]) or int(match["n"] or 1)
    grain = Grain.HALF_YEAR if match["half"] else _grain(match["unit"])
    return Stretch(today, _after(today, number, grain) - _DAY, None, ("start",))


def _inside(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    return _named(match, today, fiscal_start)


def _after(day: date, number: int, grain: Grain) -> date:
    """The day ``number`` periods later; at the end of a shorter month, its last day."""
    if grain not in _MONTHS_IN:
        return day + timedelta(days=number * (7 if grain is Grain.WEEK else 1))
    month = day.year * 12 + day.month - 1 + number * _MONTHS_IN[grain]
    year, place = divmod(month, 12)
    return date(year, place + 1, min(day.day, monthrange(year, place + 1)[1]))


def _named(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    """The stretch a day or period by name stands for."""
    part = {name: value for name, value in match.groupdict().items() if value is not None}
    found = _named_day(part, today) or _named_part(part, today)
    if found is None and "fy" in part:
        at = period_of(date(int(part["fy"]), 1, 1), Grain.FISCAL_YEAR, fiscal_start)
        found = _whole(at if at.label == f"FY{part['fy']}" else at.next())
    elif found is None and "y8" in part:
        found = _whole(period_of(date(int(part["y8"]), 1, 1), Grain.YEAR))
    return found or _whole(_relative(part, today))


def _named_day(part: dict[str, str], today: date) -> Stretch | None:
    if "iso" in part:
        return _whole(period_of(date.fromisoformat(part["iso"]), Grain.DAY))
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
            number = _ORDINALS.get(said) or _MONTH.get(said) or int(said)
            months = _MONTHS_IN.get(grain, 0)
            at = (number, 0) if grain is Grain.WEEK else ((number - 1) * months + 1, 1)
            return _next(part.get(year), today, grain, at)
    return None


def _relative(part: dict[str, str], today: date) -> Period:
    if "heuer" in part:
        return period_of(today, Grain.YEAR)
    word = part.get("unit") or part.get("ending") or part["whole"]
    now = period_of(today, _grain(word))
    return now.next() if "next" in part else now


def _next(year: str | None, today: date, grain: Grain, at: tuple[int, int]) -> Stretch:
    """The period of a year, or without one the first that is not over; ``at`` is its first month and day, or
    the number of its week."""

    def of(number: int) -> Period:
        week = grain is Grain.WEEK
        return period_of(date.fromisocalendar(number, at[0], 1) if week else date(number, *at), grain)

    if year is not None:
        said = int(year) if year.isdigit() else today.year + (not year.startswith(("dies", "this")))
        return _whole(of(said))
    this = of(today.year)
    return Stretch(*_ends(this if this.end >= today else of(today.year + 1)), ("year",))


def _whole(period: Period) -> Stretch:
    return Stretch(*_ends(period))


def _ends(period: Period) -> tuple[date, date, Period]:
    return period.start, period.end, period


def _grain(word: str) -> Grain:
    return next(grain for pattern, grain in _UNITS if re.fullmatch(pattern, word))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE)


_WHOLE = _pattern(_WHEN)
_BEFORE_AMOUNTS = (
    "auf", "um", "von", "und", "zu", "bei", "über", "unter", "als", "mindestens", "höchstens", "maximal",
    "to", "by", "from", "and", "at", "over", "under", "above", "below", "than", "least", "most",
)  # fmt: skip
#: What a range begins and ends with.
_EDGE = rf"(?:{_NAME}|q[1-4]|\d{{1,2}}\.\s?\d{{1,2}}\.|\d{{4}}-\d\d-\d\d)(?:\s*20\d\d)?"
_FORMS: list[tuple[re.Pattern[str], Callable[[re.Match[str], date, int], Stretch]]] = [
    (
        _pattern(
            rf"\b(?:vo[nm]|from)\s+(?P<first>{_EDGE})\s+(?:bis|to|until)\s+(?:zum\s+|ende\s+)?(?P<later>{_EDGE})"
        ),
        _range,
    ),
    (
        _pattern(
            r"\b(?:bis|by|until|before)\s+(?:spätestens\s+|zum\s+|the\s+)*"
            rf"(?P<ende>(?:ende|end\s+of)\s+(?:(?:the|des|von|im|der)\s+)*)?{_WHEN}"
        ),
        _deadline,
    ),
    (
        _pattern(
            r"\b(?:innerhalb|binnen|während|im\s+laufe|in|über|within|during|over)\s+"
            r"(?:(?:von|der|den|die|des|dem|the)\s+)*"
            rf"(?:(?:{_NEXT})\s+)?(?:(?P<n>{_NUMBER})\s+)(?P<half>halben?s?\s+)?(?P<unit>{_UNIT})\b"
        ),
        _duration,
    ),
    (_pattern(r"\b(?P<n>)(?:within|in|over)\s+(?P<half>half)\s+an?\s+(?P<unit>year)\b"), _duration),
    (
        _pattern(
            r"\b(?:im|in|für|for|during|während|innerhalb|within|of|im\s+laufe)\s+"
            rf"(?:(?:der|den|dem|das|des|the|von|kalenderjahr)\s+)*{_WHEN}"
        ),
        _inside,
    ),
    (
        _pattern(
            rf"\b(?:(?:(?P<this>{_THIS})|(?P<next>{_NEXT}))\s+(?P<unit>{_UNIT})\b|(?P<heuer>heuer)\b"
            rf"|q(?P<q>[1-4])\b(?:[\s/]*(?P<y4>{_YEAR}))?|(?P<m4>{_NAME})\s+(?P<y7>{_YEAR})"
            rf"|(?:kw|week)\s?(?P<w>\d{{1,2}})\b(?:[\s/,]*(?P<y6>{_YEAR}))?)"
        ),
        _inside,
    ),
    # A year that stands alone, unless it may be an amount: "auf 2030", "2030 Kunden" (dots stand for a KPI).
    (
        _pattern(
            r"(?<![\d.,'’€$£+-])"
            + "".join(rf"(?<!\b{word}\s)" for word in _BEFORE_AMOUNTS)
            + r"\b(?P<y8>20[2-4]\d)\b(?![.,'’]?\d)"
            + r"(?!\s*(?:·|[%€$£]|eur|chf|pro[cz]ent|per|tage|day|stund|hour))"
        ),
        _inside,
    ),
]
