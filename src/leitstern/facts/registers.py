"""Company registers and company names, brought into one spelling.

A German register number is unique only together with its court and the register's type
(``HRB`` and so on). Courts are written in many ways; ``register_entry`` brings "AG Köln",
"Amtsgericht Koeln" and "Cologne" together.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Other spellings of courts, after ``_plain``. Left is what people write, right is what it means.
COURT_ALIASES = {
    "munich": "munchen",
    "cologne": "koln",
    "nuremberg": "nurnberg",
    "hanover": "hannover",
    "brunswick": "braunschweig",
    "achen": "aachen",
    "aix la chapelle": "aachen",
    "berlin charlottenburg": "berlin",
    "charlottenburg": "berlin",
    "charlottenburg berlin": "berlin",
    "frankfurt": "frankfurt am main",
    "frankfurt main": "frankfurt am main",
    "frankfurt a m": "frankfurt am main",
    "frankfurt a main": "frankfurt am main",
    "frankfurt o": "frankfurt oder",
    "frankfurt an der oder": "frankfurt oder",
    "offenbach": "offenbach am main",
    "offenbach a m": "offenbach am main",
    "freiburg": "freiburg im breisgau",
    "freiburg i br": "freiburg im breisgau",
    "freiburg br": "freiburg im breisgau",
    "ludwigshafen": "ludwigshafen am rhein",
    "ludwigshafen rhein": "ludwigshafen am rhein",
    "ludwigshafen a rh": "ludwigshafen am rhein",
    "limburg": "limburg an der lahn",
    "limburg a d lahn": "limburg an der lahn",
    "bad homburg": "bad homburg v d hohe",
    "bad homburg v d h": "bad homburg v d hohe",
    "bad homburg vor der hohe": "bad homburg v d hohe",
    "neustadt": "neustadt an der weinstrasse",
    "neustadt a d w": "neustadt an der weinstrasse",
    "weiden": "weiden in der oberpfalz",
    "weiden i d opf": "weiden in der oberpfalz",
    "kempten": "kempten allgau",
    "konigstein": "konigstein im taunus",
}

#: Register types: companies (HRA, HRB), cooperatives, partnerships, associations, partnerships by law.
REGISTER_TYPES = {"HRA": "HRA", "HRB": "HRB", "GNR": "GnR", "PR": "PR", "VR": "VR", "GSR": "GsR"}

_NUMBER = re.compile(
    r"\b(HR\s?A|HR\s?B|GN\s?R|PR|VR|GS\s?R)\s*(?:NR\.?|NO\.?|NUMMER)?[\s:.]*"
    r"(\d[\d .]*\d|\d)\s*(?!AG\b)([A-Z]{1,2}\b)?",
    re.I,
)
_OTHER = re.compile(r"[\W_]+")
_UMLAUT = re.compile("([aou])e")
_FIRMENBUCH = re.compile(r"\b(?:FN\s*)?(\d{1,6})\s*([a-z])\b", re.I)
_COURT_WORDS = re.compile(
    r"\b(amtsgericht|registergericht|handelsregister|ag|hr|beim|eingetragen"
    r"|local court|district court|court|of)\b"
)

#: Words that only say the legal form, as ``_plain`` leaves them.
_FORMS = """
    gesellschaft mit beschrankter haftung; aktiengesellschaft; kommanditgesellschaft auf aktien;
    kommanditgesellschaft; offene handelsgesellschaft; eingetragene genossenschaft; eingetragener kaufmann;
    eingetragene kauffrau; eingetragener verein; gesellschaft burgerlichen rechts; unternehmergesellschaft;
    haftungsbeschrankt; partnerschaftsgesellschaft mbb; partg mbb; partgmbb; partg; ggmbh; gmbh; mbh; gesmbh;
    ges m b h; g m b h; gesellschaft; ag; a g; kgaa; kg; k g; ohg; og; gbr; egbr; se; ug; eg; e g; ev; e v;
    ek; e k; e kfm; e kfr; ekfm; ekfr; e u; sarl; sagl; sa; srl; spa; bv; b v; nv; n v; ltd; limited; llc;
    llp; plc; inc; incorporated; corp; corporation; co; cie; und co; i gr; i l; i ins
"""
LEGAL_FORMS = tuple(form.strip() for form in _FORMS.split(";"))
_LONGEST_FIRST = sorted(LEGAL_FORMS, key=len, reverse=True)
_FORM = re.compile(r"(?:^|\s)(?:" + "|".join(map(re.escape, _LONGEST_FIRST)) + r")(?=\s|$)")


def register_entry(court: str, number: str) -> str | None:
    """``koln HRB 12345`` from a court and a number in any usual spelling; None if a part is missing.

    The court may stand within the number's text (``Amtsgericht Köln, HRB 12345``). A letter after the
    number belongs to it: in some registers ``HRB 12345`` and ``HRB 12345 B`` are two companies.
    """
    match = _NUMBER.search(number) or _NUMBER.search(f"{court} {number}")
    if match is None:
        return None
    kind = REGISTER_TYPES["".join(match[1].upper().split())]
    digits = re.sub(r"[ .]", "", match[2]).lstrip("0")
    suffix = f" {match[3].upper()}" if match[3] else ""
    rest = number[: match.start()] + " " + number[match.end() :] if match.string == number else ""
    place = court_name(court) or court_name(rest)
    return f"{place} {kind} {digits}{suffix}" if place and digits else None


@lru_cache(maxsize=10_000)
def court_name(text: str) -> str:
    """A court's place in one spelling: lower case, without accents and the words for "court"."""
    plain = _COURT_WORDS.sub(" ", _plain(_NUMBER.sub(" ", text)))
    plain = " ".join(plain.split())
    return COURT_ALIASES.get(plain, plain)


#: The check letter of a Firmenbuch number: its digits, filled to six, times these, modulo 17.
_FN_WEIGHTS = (6, 4, 14, 15, 10, 1)
_FN_LETTERS = "abdfghikmpstvwxyz"


def firmenbuch_number(text: str, *, sure: bool) -> str | None:
    """An Austrian Firmenbuch number, ``FN 122119m``. Without ``FN`` it counts only if ``sure``.

    None if the check letter is wrong (python-stdnum looks at the form only).
    """
    match = _FIRMENBUCH.search(text)
    if match is None or not (sure or re.search(r"\bFN\b", text, re.I)):
        return None
    digits, letter = match[1].zfill(6), match[2].lower()
    check = sum(weight * int(digit) for weight, digit in zip(_FN_WEIGHTS, digits, strict=True)) % 17
    return f"FN {digits.lstrip('0')}{letter}" if _FN_LETTERS[check] == letter else None


def normal_name(name: str) -> str:
    """A company's name to compare by: lower case, plain letters, no punctuation, no legal form."""
    plain = re.sub(r"\b(und|and|u|et)\b", " ", _plain(name.replace("&", " ").replace("+", " ")))
    before, short = "", plain
    while short != before:
        before, short = short, " ".join(_FORM.sub(" ", short).split())
    return short or plain


def _plain(text: str) -> str:
    """Lower case without accents and punctuation; ``ß`` is ``ss``, and ``ü``, ``ue`` and ``u`` are one."""
    small = text.casefold()
    if not small.isascii():
        small = "".join(c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c))
    return _UMLAUT.sub(r"\1", _OTHER.sub(" ", small)).strip()
