"""When, in a typed sentence: ``innerhalb von drei Monaten``, ``bis Ende Q2``, ``by the end of March``."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from leitstern.goals.number_words import NUMBER_WORD, spelled
from leitstern.goals.sentence_when import (
    MONTHS_IN,
    NAME,
    NEXT,
    SAME_AS,
    UNIT,
    WHEN,
    Stretch,
    VagueTimeError,
    grain_of,
    named,
)
from leitstern.periods.grains import Grain

_DAY = timedelta(days=1)
_NUMBER = rf"\d{{1,3}}|{NUMBER_WORD}"
_NEXT_FEW = r"(?:nächsten|naechsten|kommenden|folgenden|next|coming|following)"


@dataclass(frozen=True, slots=True)
class Found:
    """A part of the sentence, by its place in the text."""

    at: int
    to: int
    stretch: Stretch | None  # None where ``question`` says what has to be asked
    question: str | None = None


class _NoTimeError(Exception):
    """Words that are no time by themselves: "may", a year that may be an amount."""


def times(text: str, today: date, fiscal_start: int = 1) -> list[Found]:
    """The times a text in small letters speaks of, none overlapping; ranges and deadlines before periods."""
    found: list[Found] = []
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            free = all(match.end() <= other.at or match.start() >= other.to for other in found)
            one = _tried(read, match, today, fiscal_start) if free else None
            found += [] if one is None else [one]
    return sorted(found, key=lambda each: each.at)


def _tried(
    read: Callable[[re.Match[str], date, int], Stretch], match: re.Match[str], today: date, fiscal_start: int
) -> Found | None:
    try:
        return Found(*match.span(), read(match, today, fiscal_start))
    except ValueError:  # 31 June
        return Found(*match.span(), None, "no_such_day")
    except VagueTimeError:
        return Found(*match.span(), None, "time")
    except _NoTimeError:
        return None


def _range(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    later, first = match["later"], match["first"]
    last = named(_part(later), today, fiscal_start)
    begin = named(_part(first), today, fiscal_start)
    if "year" in begin.assumed:  # "from January to March 2027": the year stands once
        begin = named(_part(f"{first.strip()} {last.end.year}"), today, fiscal_start)
    return Stretch(begin.start, last.end, None, last.assumed)


def _part(text: str) -> re.Match[str]:
    found = _WHOLE.match(text.strip())
    if found is None:
        raise ValueError(text)
    return found


def _deadline(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    found = named(match, today, fiscal_start)
    said = match.groupdict()
    exact = said.get("ende") or said.get("ending") or said.get("eoy")
    exact = exact or (found.period and found.period.grain is Grain.DAY)
    assumed = ("start", *found.assumed, *(() if exact else ("end",)))
    return Stretch(min(today, found.end), found.end, None, assumed, found.period)


def _middle(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    """Until the middle of a year (30 June) or month (the 15th)."""
    found = named(match, today, fiscal_start)
    grain = found.period.grain if found.period else None
    if grain not in (Grain.YEAR, Grain.MONTH):
        raise VagueTimeError
    end = date(found.end.year, 6, 30) if grain is Grain.YEAR else found.start.replace(day=15)
    return Stretch(min(today, end), end, None, ("start", *found.assumed, "middle"))


def _vague(match: re.Match[str], _today: date, _fiscal_start: int) -> Stretch:
    raise VagueTimeError(match[0])


def _duration(match: re.Match[str], today: date, _fiscal_start: int) -> Stretch:
    said = match["n"] or "1"
    number = Decimal(said) if said.isdigit() else spelled(said) or Decimal(1)
    grain = Grain.HALF_YEAR if match["half"] else grain_of(match["unit"])
    if number % 1:  # one and a half years, zweieinhalb Monate
        if grain is not Grain.YEAR:
            raise VagueTimeError(match[0])
        number, grain = 2 * number, Grain.HALF_YEAR
    return Stretch(today, _after(today, int(number), grain) - _DAY, None, ("start",))


def _inside(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    found = named(match, today, fiscal_start)
    is_day = found.period is not None and found.period.grain is Grain.DAY
    return _deadline(match, today, fiscal_start) if is_day else found


def _standing(match: re.Match[str], today: date, fiscal_start: int) -> Stretch:
    """A period without a word like "in" before it, where its form alone tells that it is one."""
    part = {SAME_AS.get(name, name) for name, value in match.groupdict().items() if value is not None}
    if part in ({"m4"}, {"whole"}, {"y8"}, {"ending"}):
        raise _NoTimeError
    return _inside(match, today, fiscal_start)


def _after(day: date, number: int, grain: Grain) -> date:
    """The day ``number`` periods later; at the end of a shorter month, its last day."""
    if grain not in MONTHS_IN:
        return day + timedelta(days=number * (7 if grain is Grain.WEEK else 1))
    month = day.year * 12 + day.month - 1 + number * MONTHS_IN[grain]
    year, place = divmod(month, 12)
    return date(year, place + 1, min(day.day, monthrange(year, place + 1)[1]))


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.VERBOSE)


_WHOLE = _pattern(WHEN)
_BEFORE_AMOUNTS = (
    "auf", "um", "von", "und", "zu", "bei", "über", "unter", "als", "mindestens", "höchstens", "maximal",
    "to", "by", "from", "and", "at", "over", "under", "above", "below", "than", "least", "most",
)  # fmt: skip
#: What a range begins and ends with.
_EDGE = (
    rf"(?:{NAME}|q[1-4]|\d{{1,2}}\.\s?\d{{1,2}}\.|\d{{1,2}}\.?\s(?:{NAME})|\d{{4}}-\d\d-\d\d)(?:\s*20\d\d)?"
)
_END_OF = (
    r"(?:ende|end\s+of|the\s+end\s+of|(?:the\s+)?close\s+of)\s+(?:(?:the|des|von|vom|im|der|dieses|of)\s+)*"
)
_SEASON = (
    r"(?:früh(?:jahr|ling)|sommer|herbst|winter|spring|summer|autumn|ostern|easter|pfingsten|weihnachten"
    r"|christmas|folgejahr|übernächste[mnrs]?\s+\w+)\w*"
)
_FORMS: list[tuple[re.Pattern[str], Callable[[re.Match[str], date, int], Stretch]]] = [
    (
        _pattern(
            rf"\b(?:vo[nm]|from|ab|zwischen|between)\s+(?:anfang\s+|dem\s+)?(?P<first>{_EDGE})"
            r"\s+(?:bis|to|until|till|through|und|and)\s+"
            r"(?:(?:zum|einschließlich|ende|the\s+end\s+of|end\s+of)\s+)*"
            rf"(?P<later>{_EDGE})"
        ),
        _range,
    ),
    (
        _pattern(
            r"\b(?:(?:bis|by|until|till?|before|in|im|zur|per|gegen)\s+(?:spätestens\s+|zur\s+|the\s+)*)?"
            r"(?:mid[\s-]|mitte\s+|middle\s+of\s+)(?:(?:des|of|the|im|dieses)\s+)*(?:(?P<whole2>jahr|year)\b|"
            rf"{WHEN})"
        ),
        _middle,
    ),
    (
        _pattern(
            r"\b(?:bis|by|until|till?|before|in|im|seit|since|zu)?\s*"
            r"(?:anfang|beginn|early|late|(?:the\s+)?(?:beginning|start)\s+of)"
            rf"\s+(?:(?:des|the|of|im)\s+)*{WHEN}"
            r"|\b(?:bis|by|until|im|in|ab|zu|before|this|diesen)\s+"
            rf"(?:(?:zu[mr]|the|nächste[nmrs]?|next|ende?)\s+)*{_SEASON}(?:\s+20\d\d)?\b"
        ),
        _vague,
    ),
    (
        _pattern(
            r"\b(?:(?:bis|per|auf|zum|by|until|till?|before|at)\s+)?(?P<ende>ende|end\s+of)\s+"
            r"(?P<whole2>jahr|quartal|monat|year|quarter|month)\b(?!\s*20\d\d)"
        ),
        _deadline,
    ),
    (
        _pattern(
            r"\b(?:bis|by|until|till?|before|per|spätestens)\s+(?:spätestens\s+|zum\s+|am\s+|at\s+|the\s+)*"
            rf"(?P<ende>{_END_OF})?{WHEN}"
        ),
        _deadline,
    ),
    (
        _pattern(rf"\b(?:(?:zum|am|at|the|to|gegen)\s+)*(?P<ende>{_END_OF}){WHEN}"),
        _deadline,
    ),
    (
        _pattern(
            r"\b(?:zum|am|at|with|by|to)\s+(?:the\s+)?"
            r"(?:(?P<ending>jahres|quartals|monats|year|quarter|month)[- ]?ende?s?\b|(?P<eoy>eo[yqm])\b)"
        ),
        _deadline,
    ),
    (_pattern(rf"\b(?:ab|since|seit|starting|beginning)\s+(?:(?:in|from|dem)\s+)*{WHEN}"), _vague),
    (
        _pattern(
            r"\b(?:(?:innerhalb|innert|binnen|während|im\s+laufe|in|über|für|for|within|during|over)\s+"
            r"(?:(?:von|der|den|die|des|dem|the)\s+)*"
            rf"(?:(?:{NEXT}|{_NEXT_FEW})\s+)?|(?:{_NEXT_FEW})\s+)"
            rf"(?:(?P<n>{_NUMBER})\s+)(?P<half>halben?s?\s+)?(?P<unit>{UNIT})\b"
        ),
        _duration,
    ),
    (_pattern(r"\b(?P<n>)(?:within|in|over)\s+(?P<half>half)\s+an?\s+(?P<unit>year)\b"), _duration),
    (
        _pattern(
            r"\b(?:im|in|für|fürs|for|during|während|innerhalb|innert|within|of|im\s+laufe|over|über)\s+"
            rf"(?:(?:der|den|dem|das|des|the|von|kalenderjahr)\s+)*{WHEN}"
        ),
        _inside,
    ),
    (_pattern(rf"\b(?:(?:zum|am|on|per)\s+)?(?:(?:the|dem)\s+)?{WHEN}"), _standing),
    # A year that stands alone, unless it may be an amount: "auf 2030", "2030 Kunden" (dots stand for a KPI).
    (
        _pattern(
            r"(?<![\d.,'’€$£+-])"
            + "".join(rf"(?<!\b{word}\s)" for word in _BEFORE_AMOUNTS)
            + r"\b(?P<y8>20[2-4]\d)\b(?![.,'’]?\d)"
            + r"(?!\s*(?:·|(?:[%€$£]|eur|chf)(?!\s?\d)|pro[cz]ent|per|tage|day|stund|hour))"
        ),
        _inside,
    ),
]
