"""The words of a typed sentence that were not used, by what they may be about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.goals.names import words
from leitstern.goals.number_words import PARTS, spelled
from leitstern.goals.sentence_fillers import FILLERS, HINGES
from leitstern.goals.sentence_kpis import stem
from leitstern.goals.sentence_when import MONTH_NAMES

if TYPE_CHECKING:
    from leitstern.kpis.load import Catalogue

_TIME = re.compile(
    r"(?:wochen?)?tage?n?s?|wochen?|monate?[ns]?|quartale?[ns]?|(?:halb|geschäfts|kalender)?jahre?[ns]?|anfangs?|mitte|ende|beginn"
    r"|letzte[nmrs]?|vergangene[nmrs]?|vorige[nmrs]?|nächste[nmrs]?|kommende[nmrs]?|spät\w*|früh\w*|vor\w*(?:jahr|quartal|monat|woche)\w*"
    r"|days?|weeks?|months?|quarters?|(?:half-?)?years?|begin\w*|mid|last|previous|next|coming|late\w*|early|since|until|till|frist\w*"
    r"|jahresfrist|seit|bald\w*|soon\w*|q\d*|h[12]|kw|fy"
)
_AMOUNT = re.compile(
    r"[%€$£]|\d[\d.,]*\w{0,3}|pro[zc]ent\w*|punkte?n?|points?|percent\w*|hälfte|doppelte?n?|\w+fach\w*|halb\w*|half|times|\w*mal"
    r"|twice|mio|million\w*|milliard\w*|billion\w*|tausend\w*|thousands?|euros?|eur|stunden?|hours?|minuten?|minutes?"
)
#: The most KPIs that are offered for a word that is none.
_FEW = 6


@dataclass(frozen=True, slots=True)
class Unused:
    """Words as they were written: about a time, about an amount, all others, those of ``names`` apart."""

    time: tuple[str, ...]
    amount: tuple[str, ...]
    other: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.time, *self.amount, *self.names, *self.other)


def unused(text: str, rest: str) -> Unused:
    """What of a text was not used: ``rest`` is the same in small letters, with dots for what was."""
    found: dict[str, list[str]] = {"time": [], "amount": [], "other": []}
    hinges: list[tuple[str, str]] = []
    for match in re.finditer(r"[^\W_]+(?:[.,][^\W_]+)*|[%€$£]", rest):
        word, written = match[0], text[match.start() : match.end()]
        held = [kind for kind, words_ in HINGES.items() if word in words_]
        if held:
            hinges += [(kind, written) for kind in held]
        elif word not in FILLERS and not (len(word) == 1 and word.isalpha()):
            found[_kind(word)].append(written)
    if found["other"]:
        for kind, written in hinges:
            found[kind].append(written)
    return Unused(*(tuple(dict.fromkeys(found[kind])) for kind in ("time", "amount", "other")))


def _kind(word: str) -> str:
    """What a word may be about."""
    if _TIME.fullmatch(word) or word in MONTH_NAMES:
        return "time"
    return "amount" if _AMOUNT.fullmatch(word) or word in PARTS or spelled(word) is not None else "other"


def candidates(said: tuple[str, ...], catalogue: Catalogue, language: str) -> tuple[str, ...]:
    """KPIs that one of the words may mean: those that have it in their name or synonyms, best first."""
    found: list[str] = []
    for word in said:
        root = stem(words(word)[0]) if words(word) else ""
        if len(root) >= 3:
            found += [one.kpi for one in catalogue.search(root, language)]
    return tuple(dict.fromkeys(found))[:_FEW]
