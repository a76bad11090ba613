"""How much, in a typed sentence: ``um 14 Prozent``, ``auf mindestens 30 %``, ``to 1.2 million``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from leitstern.goals.amounts import amount
from leitstern.goals.sentence_times import NUMBER_WORDS

Role = Literal["change", "target", "between", "bare"]
Unit = Literal["percent", "factor", "points", "currency", "days", "hours"]
Limit = Literal["at_least", "at_most", "up_to"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """An amount as it was said; ``readings`` are its two values where a mark can mean thousands or decimals.

    A percentage is a fraction, and so is a ``factor`` ("double" is 1 more). ``role``: a ``change`` (by), a
    ``target`` (to), ``between`` this and ``upper``, or ``bare`` without a word that tells. ``sign``: 1 for
    "more", -1 for "fewer", 0 where only the verb can tell.
    """

    role: Role
    value: Decimal
    unit: Unit | None = None
    limit: Limit | None = None
    sign: int = 0
    upper: Decimal | None = None
    readings: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """An amount by its place in the text."""

    at: int
    to: int
    spoken: Spoken


_DIGITS = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d[\d.,'’]*\d|\d"
_WORDS = "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_CURRENCY = r"€|euros?\b|eur\b|chf\b|franken\b|us-dollar\b|dollars?\b|usd\b|\$|£|gbp\b|pounds?\b"
_SCALE = (
    r"mio\b\.?|mrd\b\.?|tsd\b\.?|millionen\b|millions?\b|milliarden?\b|billions?\b|tausend\b|thousand\b"
    r"|t(?=\s?(?:€|eur\b))|k\b|m\b|bn\b"
)
_UNITS: tuple[tuple[Unit, str], ...] = (
    ("points", r"prozentpunkten?\b|percentage\s+points?\b|%-punkten?\b|pp\b"),
    ("percent", r"%|prozent\b|percent\b|per\s+cent\b"),
    ("currency", _CURRENCY),
    ("days", r"tage?n?\b|days?\b"),
    ("hours", r"stunden?\b|hours?\b|std\b\.?"),
)
_UNIT = "|".join(pattern for _, pattern in _UNITS)
_AT_LEAST = (
    r"mindestens|wenigstens|nicht\s+(?:unter|weniger\s+als)|mehr\s+als|über"
    r"|at\s+least|not?\s+(?:less|fewer)\s+than|not\s+(?:(?:fall|drop)\s+)?(?:below|under)|more\s+than|over|above"
)
_AT_MOST = (
    r"höchstens|maximal|nicht\s+(?:über|mehr\s+als)|weniger\s+als|unter"
    r"|at\s+most|not?\s+more\s+than|not\s+(?:above|over|exceed)|less\s+than|fewer\s+than|under|below"
)
_LIMITS: tuple[tuple[Limit, str], ...] = (
    ("at_least", _AT_LEAST),
    ("at_most", _AT_MOST),
    ("up_to", r"bis\s+zu|up\s+to"),
)
_LIMIT = "|".join(pattern for _, pattern in _LIMITS)


def _said(number: int, *, words: bool = True) -> str:
    """The expression of one amount; its groups carry ``number``."""
    n = number
    spelled = rf"|(?P<word{n}>\b(?:{_WORDS})\b)" if words else ""
    return (
        rf"(?P<pre{n}>{_CURRENCY})?\s*(?P<sign{n}>[+\-−–]\s?|plus\s|minus\s)?(?:(?P<num{n}>(?<![\w.,])(?:{_DIGITS}))"
        rf"{spelled})[ \u00a0-]*(?P<scale{n}>{_SCALE})?\s*(?P<unit{n}>{_UNIT})?"
    )


_APPROX = r"(?:(?:etwa|rund|circa|ca\.?|about|around)\s+)?"
_MORE = r"mehr|more|höher\w*|higher|zusätzlich\w*|additional|extra|weitere?n?"
_LESS = r"weniger|less|fewer|geringer\w*|niedriger\w*|lower"
_TIMES = {
    Decimal(1): r"verdoppel\w*|doubl(?:e|es|ed|ing)",
    Decimal(2): r"verdreifach\w*|tripl(?:e|es|ed|ing)",
    Decimal("-0.5"): r"halbier\w*|halv(?:e|es|ed|ing)",
}
#: In the order in which they are tried: a later one never takes what an earlier one has taken.
_PATTERNS: tuple[tuple[Role, str], ...] = (
    ("between", rf"\b(?:zwischen|between)\s+{_said(1)}\s+(?:und|and)\s+{_said(2)}"),
    ("target", rf"\b(?:von|from)\s+{_said(2)}\s+(?:auf|to)\s+(?:(?P<limit>{_LIMIT})\s+)?{_said(1)}"),
    ("change", rf"\b(?:um|by)\s+(?:(?P<limit>{_LIMIT})\s+)?{_APPROX}{_said(1)}"),
    ("change", rf"{_said(1)}\s+(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b(?!\s+(?:als|than)\s+\d)"),
    ("change", rf"(?P<sign>[+\-−–]|\bplus\b|\bminus\b)\s?{_said(1, words=False)}"),
    ("target", rf"\b(?:auf|to|bei|at|von|of)\s+(?:(?P<limit>{_LIMIT})\s+)?{_APPROX}{_said(1)}"),
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
    for role, form in _FORMS:
        for match in form.finditer(text):
            free = all(match.end() <= other.at or match.start() >= other.to for other in found)
            spoken = _spoken(role, match, language) if free and _counts(match, bare=role == "bare") else None
            if spoken is not None:
                found.append(FoundAmount(*match.span(), spoken))
    return sorted(found, key=lambda each: each.at)


def _counts(match: re.Match[str], *, bare: bool) -> bool:
    """Whether a number word is meant as a number: "ein", "a" and "one" need a unit; a bare word needs one,
    too, or to stand right before the KPI, of which a dot is left ("twelve new customers")."""
    word = match["word1"] if "word1" in match.re.groupindex else None
    if word is None or match["unit1"] or match["scale1"]:
        return True
    return NUMBER_WORDS[word] > 1 and (not bare or match.string[match.end() : match.end() + 1] == "·")


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
        if unit == _unit(parts, 2) == "percent" and _unit(parts, 1) is None:
            value = value / 100  # "between 30 and 40 percent": the sign stands once
    return Spoken(role, value, unit, _limit(parts.get("limit")), _sign(parts), upper, readings)


def _value(parts: dict[str, str | None], n: int, language: str) -> tuple[Decimal, tuple[Decimal, ...]] | None:
    """The amount, and both its readings where ``500.000`` in an English sentence may be either."""
    word, digits, scale = parts.get(f"word{n}"), parts.get(f"num{n}"), parts.get(f"scale{n}") or ""
    factor = Decimal("0.01") if _unit(parts, n) in ("percent", "points") else Decimal(1)
    scale = f"{scale}€" if scale == "t" else scale
    if word is not None:
        digits = str(NUMBER_WORDS[word])
    usual, other = (",", ".") if language == "de" else (".", ",")
    read = amount(f"{digits} {scale}".strip(), usual) or amount(f"{digits} {scale}".strip(), other)
    if read is None:
        return None
    readings: tuple[Decimal, ...] = ()
    if not scale and re.fullmatch(rf"[1-9]\d{{0,2}}{re.escape(usual)}\d{{3}}", digits or ""):
        second = amount(digits or "", other)
        readings = (read.value * factor, second.value * factor) if second else ()
    return read.value * factor, readings


def _unit(parts: dict[str, str | None], n: int) -> Unit | None:
    text = parts.get(f"unit{n}")
    if text is None:
        return "currency" if parts.get(f"pre{n}") else None
    return next(unit for unit, pattern in _UNITS if re.fullmatch(pattern, text))


def _limit(text: str | None) -> Limit | None:
    if text is None:
        return None
    return next(limit for limit, pattern in _LIMITS if re.fullmatch(pattern, text))


def _sign(parts: dict[str, str | None]) -> int:
    if parts.get("more"):
        return 1
    if parts.get("less"):
        return -1
    sign = (parts.get("sign") or parts.get("sign1") or "").strip()
    return 0 if not sign else 1 if sign in ("+", "plus") else -1
