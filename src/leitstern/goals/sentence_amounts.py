"""How much, in a typed sentence: ``um 14 Prozent``, ``auf mindestens 30 %``, ``by a third``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from leitstern.goals.amounts import amount
from leitstern.goals.number_words import NUMBER_WORD, PARTS, spelled

Role = Literal["change", "target", "between", "bare"]
Unit = Literal["percent", "factor", "points", "currency", "minutes", "hours", "days", "weeks"]
Limit = Literal["at_least", "at_most", "up_to"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """An amount as it was said; ``readings`` are its two values where a mark can mean thousands or decimals.

    A percentage is a fraction, and so is a ``factor`` ("a third"; "double" is a change of 1 more). ``points``
    are as they were said: 3. ``role``: a ``change`` (by), a ``target`` (to), ``between`` this and ``upper``,
    or ``bare`` without a word that tells. ``sign``: 1 for "more", -1 for "fewer", 0 where only the verb can
    tell. ``percentage``: points that are percentage points by name. ``currency``: the code of the one named.
    """

    role: Role
    value: Decimal
    unit: Unit | None = None
    limit: Limit | None = None
    sign: int = 0
    upper: Decimal | None = None
    readings: tuple[Decimal, ...] = ()
    percentage: bool = False
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """An amount by its place in the text."""

    at: int
    to: int
    spoken: Spoken


_DIGITS = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d[\d.,'’]*\d|\d"
_CURRENCY = (
    r"€|euros?\b|eur\b|chf\b|sfr\b\.?|fr\.|franken\b|us-dollar\b|dollars?\b|usd\b|\$|£|gbp\b|pounds?\b"
)
_CODES = (
    ("EUR", r"€|euros?|eur"),
    ("CHF", r"chf|sfr\.?|fr\.|franken"),
    ("USD", r"us-dollar|dollars?|usd|\$"),
    ("GBP", r"£|gbp|pounds?"),
)
_SCALE = (
    r"mio\b\.?|mrd\b\.?|tsd\b\.?|mln\b\.?|millionen\b|millions?\b|milliarden?\b|billions?\b|tausend\b|thousand\b"
    r"|t(?=\s?(?:€|eur\b|chf\b))|k\b|k(?=€|eur\b)|m\b|mn\b|bn\b|million\b"
)
_PART = rf"(?:of\s+a\s+)?(?:{'|'.join(sorted(PARTS, key=len, reverse=True))})\b"
_UNITS: tuple[tuple[Unit, str], ...] = (
    (
        "points",
        r"(?:prozent|%-|percentage[\s-]+|percent\s+|nps-|nps\s+)?(?:punkten?|points?)\b|ppt?\b|pts?\b",
    ),
    ("percent", r"%|pro[zc]ent\b|v\.?\s?h\.|percent\b|per\s+cent\b"),
    ("currency", _CURRENCY),
    ("days", r"(?:kalender)?tage?n?\b|days?\b"),
    ("weeks", r"wochen?\b|weeks?\b"),
    ("hours", r"stunden?\b|hours?\b|std\b\.?|hrs?\b|h\b"),
    ("minutes", r"minuten?\b|minutes?\b|mins?\b"),
    ("factor", _PART),
)
_PERCENTAGE = re.compile(r"(?:prozent|%-|percentage[\s-]+|percent\s+)(?:punkten?|points?)|ppt?")
_UNIT = "|".join(pattern for _, pattern in _UNITS)
_AT_LEAST = (
    r"mindestens|wenigstens|zumindest|mind\.|minimal|nicht\s+(?:unter|weniger\s+als)|mehr\s+als|höher\s+als"
    r"|größer\s+als|über|oberhalb\s+von"
    r"|at\s+least|(?:a\s+)?minimum(?:\s+of)?|not?\s+(?:less|fewer|lower)\s+than"
    r"|not\s+(?:(?:fall|drop)\s+)?(?:below|under)|(?:more|higher|greater)\s+than|over|above|exceed|exceeds"
)
_AT_MOST = (
    r"höchstens|maximal|max\.|allerhöchstens|nicht\s+(?:über|(?:mehr|länger|höher)\s+als)"
    r"|(?:weniger|kürzer|niedriger|geringer|schneller)\s+als|unter|unterhalb\s+von"
    r"|at\s+most|(?:a\s+)?maximum(?:\s+of)?|not?\s+(?:more|longer|higher|later)\s+than"
    r"|not\s+(?:(?:go|be|rise)\s+)?(?:above|over|exceed)"
    r"|(?:less|fewer|lower|shorter|faster|quicker)\s+than|under|below"
)
_LIMITS: tuple[tuple[Limit, str], ...] = (
    ("at_least", _AT_LEAST),
    ("at_most", _AT_MOST),
    ("up_to", r"bis\s+zu|up\s+to"),
)
_LIMIT = "|".join(pattern for _, pattern in _LIMITS)
#: Limits that stand behind the amount.
_AFTER: tuple[tuple[Limit, str], ...] = (
    (
        "at_least",
        r"oder\s+mehr|und\s+mehr|or\s+(?:more|higher|better)|nicht\s+unterschreiten|übersteigen|überschreiten",
    ),
    ("at_most", r"oder\s+weniger|or\s+(?:less|fewer|lower)|nicht\s+(?:übersteigen|überschreiten)"),
)


def _said(number: int, *, words: bool = True) -> str:
    """The expression of one amount; its groups carry ``number``."""
    n = number
    spelled_out = rf"|(?P<word{n}>{NUMBER_WORD})" if words else ""
    return (
        rf"(?P<pre{n}>(?:(?P<early{n}>t|k|mio\.?)\s?)?(?:{_CURRENCY}))?\s*(?P<sign{n}>[+\-−–]\s?|plus\s|minus\s)?"
        rf"(?:(?P<num{n}>(?<![\w.,])(?:{_DIGITS})){spelled_out})(?:[.,][-–]{{1,2}})?[ \u00a0-]*"
        rf"(?P<scale{n}>{_SCALE})?\s*(?P<unit{n}>{_UNIT})?"
    )


_APPROX = (
    r"(?:(?:etwa|rund|circa|ca\.?|ungefähr|derzeit|heute|aktuell|bisher"
    r"|about|around|roughly|currently|today)\s+)?"
)
_MORE = (
    r"mehr|more|höher\w*|higher|zusätzlich\w*|additional|extra|weitere?n?|über(?=\s+(?:dem|vor))"
    r"|above(?=\s+last)"
)
_LESS = r"weniger|less|fewer|geringer\w*|niedriger\w*|lower|unter(?=\s+(?:dem|vor))|below(?=\s+last)"
_TIMES = {
    Decimal(1): (
        r"verdoppel\w*|doubl(?:e|es|ed|ing)|(?:doppelt|zweimal)\s+so\s+viele?|twice\s+as\s+(?:many|much)"
        r"|auf\s+das\s+(?:doppelte|zweifache)"
    ),
    Decimal(2): (
        r"verdreifach\w*|tripl(?:e|es|ed|ing)|dreimal\s+so\s+viele?|three\s+times\s+as\s+(?:many|much)"
        r"|auf\s+das\s+dreifache"
    ),
    Decimal(3): (
        r"vervierfach\w*|quadrupl(?:e|es|ed|ing)|viermal\s+so\s+viele?|four\s+times\s+as\s+(?:many|much)"
        r"|auf\s+das\s+vierfache"
    ),
    Decimal("-0.5"): (
        r"halbier\w*|halv(?:e|es|ed|ing)|auf\s+die\s+hälfte|in\s+half(?!\s+(?:of|an?)\b)|(?:nur\s+)?halb\s+so\s+viele?"
        r"|half\s+as\s+(?:many|much)|cut\s+in\s+half"
    ),
}  # fmt: skip
#: A half more or less, which the verb tells.
_BY_HALF = r"\b(?:um\s+die\s+hälfte|by\s+(?:one\s+)?half(?!\s+(?:an?|million|billion|thousand)\b))\b"
#: A half of all, which is a target: of a KPI in percent.
_HALF = r"\b(?:(?:die\s+)?hälfte(?=\s+(?:aller|der|unsere|von))|(?:one\s+)?half(?=\s+(?:of|our|the|all)))\b"
#: In the order in which they are tried: a later one never takes what an earlier one has taken.
_PATTERNS: tuple[tuple[Role, str], ...] = (
    ("between", rf"\b(?:zwischen|between)\s+{_said(1)}\s+(?:und|and)\s+{_said(2)}"),
    (
        "target",
        rf"\b(?:von|from)\s+{_APPROX}{_said(2)}\s+(?:auf|to)\s+(?:(?P<limit>{_LIMIT})\s+)?{_APPROX}{_said(1)}",
    ),
    ("change", rf"\b(?:um|by)\s+(?:(?P<limit>{_LIMIT})\s+)?{_APPROX}{_said(1)}"),
    ("change", rf"{_said(1)}[\s·]+(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b(?!\s+(?:als|than)\s+\d+\s*·)"),
    ("change", rf"(?P<sign>[+\-−–]|\bplus\b|\bminus\b)\s?{_said(1, words=False)}"),
    ("target", rf"\b(?:auf|to|bei|at|von|of)\s+(?:(?P<limit>{_LIMIT})\s+)?{_APPROX}{_said(1)}"),
    ("target", rf"{_said(1)}\s+(?P<after>{'|'.join(pattern for _, pattern in _AFTER)})\b"),
    ("target", rf"\b(?P<limit>{_LIMIT})\s+{_APPROX}{_said(1)}"),
    ("bare", _said(1)),
)
_FORMS = [(role, re.compile(pattern)) for role, pattern in _PATTERNS]


def amounts_in(text: str, language: str) -> list[FoundAmount]:
    """The amounts a text in small letters speaks of, no two overlapping, in the order of the text."""
    found: list[FoundAmount] = []
    for change, pattern in _TIMES.items():
        for match in re.finditer(rf"\b(?:{pattern})\b", text):
            sign = 1 if change > 0 else -1
            found.append(FoundAmount(*match.span(), Spoken("change", abs(change), "factor", sign=sign)))
    halves: tuple[tuple[Role, str], ...] = (("change", _BY_HALF), ("bare", _HALF))
    for role, pattern in halves:
        for match in re.finditer(pattern, text):
            if _free(match, found):
                found.append(FoundAmount(*match.span(), Spoken(role, Decimal("0.5"), "factor")))
    for role, form in _FORMS:
        for match in form.finditer(text):
            spoken = _spoken(role, match, language) if _free(match, found) and _counts(match) else None
            if spoken is not None:
                found.append(FoundAmount(*_trimmed(match), spoken))
    return sorted(found, key=lambda each: each.at)


def _free(match: re.Match[str], found: list[FoundAmount]) -> bool:
    return all(match.end() <= other.at or match.start() >= other.to for other in found)


def _trimmed(match: re.Match[str]) -> tuple[int, int]:
    """The place of a match without the space around it."""
    text = match[0]
    return match.start() + len(text) - len(text.lstrip()), match.start() + len(text.rstrip())


def _counts(match: re.Match[str]) -> bool:
    """Whether a number word is meant as a number: "ein", "a" and "one" need a unit, and "und" is none."""
    word = match["word1"] if "word1" in match.re.groupindex else None
    if word is None:
        return True
    number = spelled(word)
    return number is not None and (number != 1 or bool(match["unit1"] or match["scale1"]))


def _spoken(role: Role, match: re.Match[str], language: str) -> Spoken | None:
    parts = match.groupdict()
    first = _value(parts, 1, language)
    if first is None:
        return None
    value, readings = first
    upper, unit = None, _unit(parts, 1)
    if role == "between":
        second = _value(parts, 2, language)
        if second is None:
            return None
        upper, unit = second[0], unit or _unit(parts, 2)
        readings = readings or second[1]
        if _unit(parts, 1) is None:  # "between 30 and 40 percent", "1 und 2 Millionen": said once
            value = value / 100 if unit == "percent" else value
            value = value.scaleb(_zeros(parts, 2)) if not parts["scale1"] and parts["scale2"] else value
    percentage = bool(_PERCENTAGE.fullmatch(parts.get("unit1") or ""))
    money = next((text for n in (1, 2) if (text := _money(parts, n))), None)
    code = next((code for code, pattern in _CODES if money and re.fullmatch(pattern, money)), None)
    return Spoken(role, value, unit, _limit(parts), _sign(parts), upper, readings, percentage, code)


def _value(parts: dict[str, str | None], n: int, language: str) -> tuple[Decimal, tuple[Decimal, ...]] | None:
    """The amount, and both its readings where ``500.000`` in an English sentence may be either."""
    word, digits = parts.get(f"word{n}"), parts.get(f"num{n}")
    factor = Decimal("0.01") if _unit(parts, n) == "percent" else Decimal(1)
    if _unit(parts, n) == "factor":
        factor = Decimal(1) / (PARTS[(parts[f"unit{n}"] or "").split()[-1]])
    zeros = _zeros(parts, n)
    if word is not None:
        number = spelled(word)
        return None if number is None else (_fine(number.scaleb(zeros) * factor), ())
    usual, other = (",", ".") if language == "de" else (".", ",")
    read = amount(digits or "", usual) or amount(digits or "", other)
    if read is None:
        return None
    readings: tuple[Decimal, ...] = ()
    if not zeros and re.fullmatch(rf"[1-9]\d{{0,2}}{re.escape(usual)}\d{{3}}", digits or ""):
        second = amount(digits or "", other)
        readings = (read.value * factor, second.value * factor) if second else ()
    return _fine(_plain(read.value.scaleb(zeros)) * factor), readings


def _zeros(parts: dict[str, str | None], n: int) -> int:
    """How many zeros the word for thousands or millions beside an amount stands for."""
    scale = (parts.get(f"scale{n}") or parts.get(f"early{n}") or "").rstrip(".")
    if not scale:
        return 0
    return next(zeros for pattern, zeros in _ZEROS if re.fullmatch(pattern, scale))


_ZEROS = (
    (r"mrd|milliarden?|billions?|bn", 9),
    (r"mio|millionen|million|millions|mln|m|mn", 6),
    (r"tsd|tausend|thousand|t|k", 3),
)


def _fine(value: Decimal) -> Decimal:
    """Without the endless digits of a third."""
    return round(value, 10).normalize() if value.adjusted() < 12 and value != round(value, 10) else value


def _plain(value: Decimal) -> Decimal:
    return Decimal(format(value.normalize(), "f"))


def _unit(parts: dict[str, str | None], n: int) -> Unit | None:
    text = parts.get(f"unit{n}")
    if text is None:
        return "currency" if parts.get(f"pre{n}") else None
    return next(unit for unit, pattern in _UNITS if re.fullmatch(pattern, text))


def _money(parts: dict[str, str | None], n: int) -> str | None:
    """What was said beside an amount as its currency."""
    before = parts.get(f"pre{n}")
    if before is not None:
        return before.removeprefix(parts.get(f"early{n}") or "").strip()
    return parts.get(f"unit{n}") if _unit(parts, n) == "currency" else None


def _limit(parts: dict[str, str | None]) -> Limit | None:
    for group, known in (("limit", _LIMITS), ("after", _AFTER)):
        if text := parts.get(group):
            return next(limit for limit, pattern in known if re.fullmatch(pattern, text))
    return None


def _sign(parts: dict[str, str | None]) -> int:
    if parts.get("more"):
        return 1
    if parts.get("less"):
        return -1
    sign = (parts.get("sign") or parts.get("sign1") or "").strip()
    return 0 if not sign else 1 if sign in ("+", "plus") else -1
