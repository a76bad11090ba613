"""Numbers in words, German and English: ``fünfundzwanzig``, ``zweieinhalb``, ``two hundred and fifty``.

Words for millions and the like stand after them and are read where amounts are (`sentence_amounts`).
"""

from __future__ import annotations

import re
from decimal import Decimal

_GERMAN_ONES = {
    "zwei": 2, "zwo": 2, "drei": 3, "dreien": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "elf": 11, "zwolf": 12, "dreizehn": 13, "vierzehn": 14, "funfzehn": 15,
    "sechzehn": 16, "siebzehn": 17, "achtzehn": 18, "neunzehn": 19,
} | dict.fromkeys(("ein", "eine", "einem", "einen", "einer", "eines", "eins"), 1)  # fmt: skip
_GERMAN_TENS = {
    "zwanzig": 20, "dreissig": 30, "vierzig": 40, "funfzig": 50, "sechzig": 60, "siebzig": 70, "achtzig": 80,
    "neunzig": 90,
}  # fmt: skip
_GERMAN_BIG = (("tausend", 1000), ("hundert", 100))
_ENGLISH_UP = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_ENGLISH_ONES = {word: number for number, word in enumerate(_ENGLISH_UP, 1)} | {"a": 1, "an": 1}
_ENGLISH_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})

#: What the parts of a fraction are called -> how many of them make a whole.
PARTS = {
    "drittel": 3, "viertel": 4, "fünftel": 5, "fuenftel": 5, "sechstel": 6, "achtel": 8, "zehntel": 10,
    "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "sixth": 6, "eighth": 8,
    "tenth": 10, "tenths": 10,
}  # fmt: skip

_ONE_WORD = "|".join(
    sorted(
        {
            *_GERMAN_ONES,
            *_GERMAN_TENS,
            "hundert",
            "tausend",
            "und",
            "einhalb",
            "eineinhalb",
            "fünf",
            "fuenf",
            "zwölf",
            "zwoelf",
        }
        | {"fünfzehn", "fuenfzehn", "fünfzig", "fuenfzig", "dreißig"},
        key=len,
        reverse=True,
    )
)
_ENGLISH_WORD = "|".join(sorted({*_ENGLISH_ONES, *_ENGLISH_TENS} - {"a", "an"}, key=len, reverse=True))
#: The expression of a number in words, in small letters. It may match what is none: ask `spelled`.
NUMBER_WORD = (
    r"\b(?:half\s+an?|(?:an?\s+|one\s+)?half(?=\s+(?:million|billion|thousand))|eine[mnrs]?\s+halbe[mnrs]?"
    r"|anderthalb(?:e[mnrs]?)?|(?:ein|zwei|drei|\d+)?\s?dutzend|(?:an?\s+|one\s+|two\s+|three\s+)?dozen"
    rf"|(?:an?\s+)?(?:{_ENGLISH_WORD}|hundred)(?:(?:\s+and\s+|\s+|-)(?:{_ENGLISH_WORD}|hundred))*"
    r"(?:\s+and\s+a\s+half)?"
    rf"|an|a|(?:{_ONE_WORD})++)\b"
)


def spelled(text: str) -> Decimal | None:
    """The number a text in small letters says in words; None for anything else (``und``, ``zwei drei``)."""
    said = " ".join(text.replace("-", " ").split())
    plain = said.translate(_PLAIN).replace("fuenf", "funf").replace("zwoelf", "zwolf")
    if re.fullmatch(r"half an?|(an? |one )?half|eine[mnrs]? halbe[mnrs]?", plain):
        return Decimal("0.5")
    if dozens := re.fullmatch(r"(?P<n>.*?) ?(?:dutzend|dozen)", plain):
        number = Decimal(1) if not dozens["n"] else spelled(dozens["n"])
        return None if number is None else 12 * number
    if plain.endswith(" and a half"):
        number = spelled(plain.removesuffix(" and a half"))
        return None if number is None else number + Decimal("0.5")
    found = _german(plain) if " " not in plain else None
    whole = _english(plain.split()) if found is None else found
    return None if whole is None else Decimal(whole)


def _german(word: str) -> Decimal | int | None:
    """A number in one German word: its hundreds and thousands first, then ones before tens."""
    if word.startswith("anderthalb"):
        return Decimal("1.5")
    if word.endswith("einhalb"):
        whole = _german(word.removesuffix("einhalb"))
        return None if whole is None else whole + Decimal("0.5")
    for name, size in _GERMAN_BIG:
        before, is_there, after = word.partition(name)
        if is_there:
            many = _german(before) if before else 1
            rest = _german(after.removeprefix("und")) if after else 0
            return None if many is None or rest is None or rest >= size else many * size + rest
    ones, joined, tens = word.partition("und")
    if joined and ones in _GERMAN_ONES and tens in _GERMAN_TENS:
        return _GERMAN_ONES[ones] + _GERMAN_TENS[tens]
    return _GERMAN_ONES.get(word, _GERMAN_TENS.get(word))


def _english(said: list[str]) -> int | None:
    """Hundreds, tens and ones, in this order, each at most once."""
    total, below = 0, 10**6
    for place, word in enumerate(said):
        if word == "and":
            if below != 100 or place + 1 == len(said):
                return None
            continue
        if word == "hundred":
            if total >= 100 or below == 100:
                return None
            total, below = max(total, 1) * 100, 100
            continue
        number = _ENGLISH_TENS.get(word, _ENGLISH_ONES.get(word))
        if number is None or number >= below:
            return None
        total += number
        below = 10 if word in _ENGLISH_TENS else 1
    return total or None
