"""Currencies as people write them: ``€``, ``Euro``, ``US$``, ``sFr.``, ``eur``, ``EUR - Euro``."""

from __future__ import annotations

import re
from functools import cache

from leitstern.sources.spelling import folded

#: Beside the codes, names and signs of Unicode's lists (in German and English).
_ALSO = {
    "CHF": ("fr", "fr.", "sfr", "sfr.", "franken", "schweizerfranken", "schw. franken", "francs suisses"),
    "USD": ("us$", "us-$", "usd$", "dollar", "dollars", "us-dollars"),
    "GBP": ("pfund", "pfund sterling", "britische pfund", "englische pfund", "pound", "pounds", "sterling"),
    "CZK": ("kč",),
    "DKK": ("dänische kronen", "dänische krone"),
    "HUF": ("ft",),
    "NOK": ("norwegische kronen", "norwegische krone"),
    "PLN": ("zł", "zloty", "złoty"),
    "SEK": ("schwedische kronen", "schwedische krone"),
    "TRY": ("tl", "₺"),
}
#: How SugarCRM and its kin write the currency that is set for the whole installation.
_OWN = "-99"
_CODE = re.compile(r"\b[A-Z]{3}\b")
_BETWEEN = re.compile(r"(?:[\s()\[\],;:/|]|(?<=\s)[-–](?=\s))+")
_LETTERS = re.compile(r"[A-Za-z]{3}")


def iso_code(text: str) -> str:
    """The code of ISO 4217 that a text means; a text that means none is given back as it stands, and one
    that means the company's own currency is empty."""
    word = folded(text)
    if word == _OWN:
        return ""
    if word in _codes():
        return word.upper()
    found = _named().get(word)
    if found is not None:
        return found
    if _LETTERS.fullmatch(word):
        return word.upper()
    # What stands beside a code, or beside a name, only says it again: "EUR (€)", "Euro, €".
    codes = {code for code in _CODE.findall(text) if code.lower() in _codes()}
    names = {_named().get(part) for part in _BETWEEN.split(word) if part}
    said = next((found.pop() for found in (codes, names) if len(found) == 1), None)
    return text.strip() if said is None else said


@cache
def _codes() -> frozenset[str]:
    """All codes in small letters."""
    from babel import Locale

    return frozenset(str(code).lower() for code in Locale("en").currencies)


@cache
def _named() -> dict[str, str]:
    """Folded names, plurals and signs, and what they mean; a sign of several currencies is none of them."""
    from babel import Locale
    from babel.numbers import get_currency_name

    current = ("EUR", "CHF", "USD", "GBP")
    meanings: dict[str, set[str]] = {}
    for locale in (Locale("de"), Locale("en")):
        for code in map(str, locale.currencies):
            sign = str(locale.currency_symbols.get(code, code))
            for name in (sign, *(str(get_currency_name(code, count, locale)) for count in (None, 1, 2))):
                meanings.setdefault(folded(name), set()).add(code)
    for code, words in _ALSO.items():
        for word in words:
            meanings[folded(word)] = {code}
    return {
        name: next((code for code in current if code in codes), min(codes))
        for name, codes in meanings.items()
        if len(codes) == 1 or codes & set(current)
    }
