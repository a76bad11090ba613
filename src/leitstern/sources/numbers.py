"""German, Swiss and English numbers: which texts are numbers under which reading, and their value.

Everything works on Arrow arrays with RE2 expressions, so a million values take well under a second.
A value may have one kind of thousands mark only, groups have three digits and do not begin with 0;
so ``0.123`` can only have a decimal point and ``1.23`` no thousands mark.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from leitstern.sources.arrow import pc

if TYPE_CHECKING:
    from leitstern.sources.arrow import Texts, Values
    from leitstern.sources.readings import Reading

SPACES = " \u00a0\u202f\u2009"
APOSTROPHES = "'’"
_WS = rf"[\s{SPACES}]*"
_MINUS = "[-−–]"
_SIGN = "[-−–+]"
#: What is written beside amounts -> ISO code. The longer spelling stands first.
CURRENCIES = {
    "EUR": r"€|(?i:EURO?)",
    "CHF": r"(?i:CHF|S?Fr\.)",
    "USD": r"US-?\$|\$|(?i:USD)",
    "GBP": r"£|(?i:GBP)",
}
_CURRENCY = "(?:" + "|".join(CURRENCIES.values()) + ")"

#: Integer digits that fit beside the decimals of DECIMAL(18, 4), DECIMAL(18, 6) and BIGINT.
INTEGER_DIGITS = {"money": 14, "number": 12, "share": 12, "count": 12, "whole": 18}
SCALE = {"money": 4, "number": 6, "share": 6, "count": 6}


#: Thousands mark of a reading -> what is taken for it.
_GROUP = {".": r"\.", ",": ",", " ": f"[{SPACES}]", "'": f"[{APOSTROPHES}]"}


@cache
def _pattern(decimal: str, marks: str) -> str:
    """RE2 expression for a whole value; ``marks`` are the thousands marks allowed, one kind a value."""
    whole = "|".join([*(rf"[1-9]\d{{0,2}}(?:{_GROUP[m]}\d{{3}})+" for m in marks), r"\d+"])
    point = _GROUP[decimal]
    # ``100,-`` and ``100.--`` are prices without cents; ``1,5E+05`` is how Excel writes big numbers.
    power = rf"\d+(?:{point}\d+)?[eE][-+]\d{{2,3}}"
    core = rf"(?:(?:{whole})(?:{point}\d+|{point}[-–—]{{1,2}})?|{point}\d+|{power})"
    unit = rf"(?:{_CURRENCY}|%)"
    before = rf"(?:{_SIGN}{_WS}(?:{_CURRENCY}{_WS})?|{_CURRENCY}{_WS}(?:{_SIGN}{_WS})?)?"
    plain = rf"{before}{core}(?:{_WS}{unit})?"
    trailing = rf"(?:{_CURRENCY}{_WS})?{core}{_WS}(?:{_MINUS}(?:{_WS}{unit})?|{unit}{_WS}{_MINUS})"
    brackets = rf"\({_WS}(?:{_CURRENCY}{_WS})?{core}(?:{_WS}{unit})?{_WS}\)(?:{_WS}{unit})?"
    return rf"^{_WS}(?:{plain}|{trailing}|{brackets}){_WS}$"


def _marks(reading: Reading) -> str:
    """All thousands marks a number reading takes: spaces and apostrophes never mislead."""
    return {"de": ". '", "en": ", '", "ch": " '", "plain": ""}[reading.code.removesuffix(" %")]


def is_number(texts: Texts, reading: Reading) -> Values:
    """Which texts are numbers under the reading, looking at the digits and marks only."""
    assert reading.decimal is not None
    found: Values = pc.match_substring_regex(texts, _pattern(reading.decimal, _marks(reading)))
    return found


def has_currency(texts: Texts, code: str) -> Values:
    """Which texts carry the sign or the letters of a currency of ``CURRENCIES``."""
    found: Values = pc.match_substring_regex(texts, CURRENCIES[code])
    return found


def canonical(texts: Texts, decimal: str) -> Texts:
    """Numbers as ``-1234.56``, ready for a cast to decimal; percent is divided by 100.

    ``texts`` must match a number reading with this decimal mark, or be null.
    """
    dashes = pc.replace_substring_regex(texts, r"[.,][-–—]{1,2}", "")
    strange = _any(pc.match_substring_regex(dashes, r"\d[eE][-+]\d"))
    if strange:  # powers of ten are rare: one by one
        return pa.array([None if t is None else _one(t, decimal) for t in texts.to_pylist()], pa.string())
    bare = dashes
    if _any(pc.match_substring(bare, "r.", ignore_case=True)):
        bare = pc.replace_substring_regex(bare, r"(?i)S?Fr\.", "")
    digits = pc.replace_substring_regex(bare, rf"[^0-9{decimal}]+", "")
    if decimal != ".":
        digits = pc.replace_substring(digits, decimal, ".")
    negative = pc.match_substring_regex(dashes, rf"{_MINUS}|\(")
    signed = _joined(pc.if_else(negative, *_words(digits, "-0", "0")), digits)
    # No more decimals than matter for rounding to six places; the cast refuses more than ten.
    signed = pc.replace_substring_regex(signed, r"(\.\d{10})\d+", r"\1")
    percent = pc.match_substring(texts, "%")
    if _any(percent):
        fewer = pc.replace_substring_regex(signed, r"(\.\d{8})\d+", r"\1")
        signed = pc.if_else(percent, fewer, signed)
        signed = _joined(signed, pc.if_else(percent, *_words(signed, "E-2", "")))
    return signed


def with_sign(texts: Texts) -> Texts:
    """Numbers with a percent sign where they have none; null stays null."""
    signed: Texts = pc.if_else(pc.match_substring(texts, "%"), texts, _joined(texts, *_words(texts, " %")))
    return signed


def _words(texts: Texts, *words: str) -> list[Any]:
    """Words in the type of the column, which may be Arrow's string or large string."""
    return [pa.scalar(word, texts.type) for word in words]


def _joined(first: Texts, second: Texts) -> Texts:
    joined: Texts = pc.binary_join_element_wise(first, second, *_words(first, ""))
    return joined


def _one(text: str, decimal: str) -> str:
    """``canonical`` for one value, with powers of ten."""
    import re

    bare = re.sub(r"[.,][-–—]{1,2}", "", text)
    power = re.search(r"[eE]([-+]\d+)", bare)
    mantissa = re.sub(r"(?i)S?Fr\.", "", bare if power is None else bare[: power.start()])
    digits = re.sub(rf"[^0-9{decimal}]", "", mantissa).replace(decimal, ".")
    rest = mantissa + ("" if power is None else bare[power.end() :])
    with localcontext(prec=60):  # twenty digits, and ten behind the mark, are more than the usual 28
        value = Decimal("0" + digits).scaleb((int(power[1]) if power else 0) - (2 if "%" in text else 0))
        if re.search(rf"{_MINUS}|\(", rest):
            value = -value
        if abs(value) >= Decimal(10) ** 20:
            return "9" * 20
        return format(value.quantize(Decimal("1e-10")), "f")


def _any(mask: Values) -> bool:
    return bool(pc.any(mask).as_py())
