"""Words of typed sentences that are neither names nor numbers: verbs, negations, comparisons, language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Language = Literal["de", "en"]

_UP = (
    r"(?:ge)?steiger\w*|(?:ge)?st(?:ei|ie)g(?:t|en)?|erhöh\w*|anheb\w*|angehoben|hebt|heben|gehoben|ausbau\w+|ausgebaut|baut|bauen"
    r"|wachs\w*|wächst|vergrößer\w*|mehr|höher\w*|hoch|rauf|zuleg\w*|legt|verdoppel\w*|verdreifach\w*"
    r"|aufstock\w*|ansteig\w*|angestiegen|ankurbel\w*|ris(?:e|es|ing)|climb\w*"
    r"|increas\w*|rais\w*|grow\w*|boost\w*|lift\w*|expand\w*|more|higher|up|doubl\w*|tripl\w*"
)
_DOWN = (
    r"(?:ge)?senk\w*|reduzier\w*|verringer\w*|verkürz\w*|verkleiner\w*|niedriger\w*|geringer\w*|runter|drück\w*|gedrückt|sinken|sinkt|weniger"
    r"|kürz\w*|gekürzt|minder\w*|gemindert|minimier\w*|abbau\w*|abgebaut|drossel\w*|slash\w*|trim\w*|shrink\w*|minimi[sz]\w*"
    r"|halbier\w*|reduc\w*|decreas\w*|down|cut|cuts|cutting|lower\w*|shorten\w*|drop\w*|fewer|less|halv\w*"
)
_KEEP = (
    r"halten|hält|gehalten|beibehalten|stabilisier\w*|bleib(?:t|en|e)?|keep\w*|hold|holds|maintain\w*|stay\w*"
)
_BETTER = r"verbesser\w*|optimier\w*|improv\w*|optimi[sz]\w*"
#: What a verb says about the value.
VERBS = {
    kind: re.compile(rf"\b(?:{pattern})\b")
    for kind, pattern in (("up", _UP), ("down", _DOWN), ("keep", _KEEP), ("better", _BETTER))
}
NEGATION = re.compile(
    r"\b(?:nicht|kein\w*|nie|niemals|ohne|weder|not|no|never|without|cannot|neither)\b|n['’]t\b"
)

#: An amount for each day, week or month of the goal's period: not the amount of the whole.
PER_PERIOD = re.compile(
    r"\b(?:(?:pro|je|per|jeden?|jedes|each|every|(?<!half\s)(?<!within\s)(?<!in\s)(?<!over\s)(?<!by\s)an?)\s+"
    r"(?!quarter\s+(?:more|less|fewer|higher|lower|of))"
    r"(?:tag|woche|monat|quartal|jahr|day|week|month|quarter|year)"
    r"|(?:täglich|wöchentlich|monatlich|jährlich)\w*|daily|weekly|monthly|quarterly|yearly|annually)\b"
)

_GERMAN = re.compile(
    r"\b(?:der|die|das|den|dem|des|eine?[mnrs]?|wird|werden|soll|sollen|wir|ich|um|auf|bis|im|von|vom|zum|zur"
    r"|und|mit|innerhalb|binnen|seinen|ihren|prozent|mindestens|höchstens|jahr|quartal|monat|nicht"
    r"|januar|februar|märz|mai|juni|juli|oktober|dezember)\b"
)
_ENGLISH = re.compile(
    r"\b(?:the|an?|will|shall|should|must|we|our|by|to|of|within|from|and|with|its|their|percent|at|most|year"
    r"|quarter|month|this|next|end|not|january|february|march|may|june|july|october|december)\b"
)


def language_of(small: str, language: Language | None) -> Language:
    """The language with more of its small words in the text; where none has, the one given, else German."""
    german, english = (len(pattern.findall(small)) for pattern in (_GERMAN, _ENGLISH))
    if german == english:
        return "de" if re.search("[äöüß]", small) else language or "de"
    return "de" if german > english else "en"


def blanked(text: str, taken: Iterable[tuple[int, int]], mark: str = "¦") -> str:
    """The text with what was understood replaced by marks, so that nothing is read across it: dots (``·``)
    for a KPI's name, beside which a number counts it, bars for all else."""
    for at, to in taken:
        text = text[:at] + mark * (to - at) + text[to:]
    return text


def used(rest: str) -> list[tuple[int, int]]:
    """The places of words that tell a direction or a negation."""
    patterns = (*VERBS.values(), NEGATION)
    return [match.span() for pattern in patterns for match in pattern.finditer(rest)]
