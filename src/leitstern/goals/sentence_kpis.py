"""Which KPIs a typed sentence names: by the names and synonyms of the catalogue, however they are inflected.

A synonym may be a saying whose words stand apart and in any order, written with an ellipsis: ``Kunden …
gewinnen`` is found in "Wir gewinnen 20 Kunden". Words of a closed list (win, close, keep, ...) are compared
by what they mean, so that "won", "gewinnt" and "gewonnen" are one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from leitstern.goals.kpi_names import called
from leitstern.goals.names import words

if TYPE_CHECKING:
    from leitstern.goals.goal import Whom
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Catalogue

_ENDINGS = ("ern", "en", "er", "em", "es", "e", "n", "s")
#: Words that a name may have or lack: "Antwortzeit auf Leads", "response time for leads".
_OPTIONAL = frozenset(
    (
        "der", "die", "das", "den", "dem", "des", "the", "auf", "bei", "beim", "fur", "von", "vom", "zu",
        "zum", "zur", "im", "am", "an", "of", "for", "to", "on", "in", "our", "its", "their", "his",
        "her", "unser", "unsere", "unseren", "unserer", "unserem", "unseres", "seine", "seinen", "seiner",
        "ihre", "ihren", "ihrer", "all", "alle", "aller", "anzahl", "zahl", "number",
    )
)  # fmt: skip
#: Words that say the same, by the word that stands for them.
_MEANS: dict[str, tuple[str, ...]] = {
    "je": ("je|pro|per",),
    "1": ("1|one|ein|eine[mnrs]?|an?|eins",),
    "within": ("binnen|innerhalb|innert|within|inside",),
    "win": (
        r"win|wins|won|winning|acquir\w*|sign|signs|signed",
        r"gewinn(?:en|t|e|st)|gewann(?:en)?|gewonnen(?:e[mnrs]?)?|hol(?:en|t|e)|geholt|akquirier\w*",
    ),
    "close": (
        r"clos(?:e|es|ed|ing)",
        r"(?:ab)?schliess(?:en|t|e)|abzuschliessen|(?:ab)?geschlossen(?:e[mnrs]?)?",
    ),
    "lose": (r"los(?:e|es|t|ing)|verlier\w*|verlor\w*",),
    "keep": (
        r"ke(?:ep|eps|pt|eping)|retain\w*",
        r"halt(?:en|e)?|gehalten|behalt\w*|bind(?:en|et|e)|gebunden",
    ),
    "hold": (
        r"h(?:old|olds|eld|olding)|make|makes|made|making|do|run|runs",
        r"durch(?:ge)?fuhr\w*|(?:ge)?fuhr(?:en|t|te|ten|ter|tes)?|abhalten|mach(?:en|t|e)|gemacht",
    ),
    "book": (
        r"book(?:s|ed|ing)?|schedul\w*|set|sets|arrang\w*",
        r"buch(?:en|t|e)|gebucht\w*|vereinbar\w*",
    ),
    "send": (
        r"send(?:s|ing)?|sent|submit\w*",
        r"verschick\w*|versend\w*|versandt\w*|schick(?:en|t|e)|geschickt\w*",
    ),
    "answer": (
        r"answer(?:s|ed|ing)?|repl(?:y|ies|ied)|respond\w*",
        r"beantwort\w*|antwort(?:en|et)|reagier\w*",
    ),
    "solve": (r"(?:re)?solv(?:e|es|ed|ing)|losen|gelost\w*|erledig\w*|bearbeit(?:en|et)",),
    "become": (r"becom(?:e|es|ing)|turn(?:s|ed|ing)?", r"werden|wird|geworden"),
    "convert": (r"convert(?:s|ed|ing)?",),
    "average": (r"average[ds]?|mean|durchschnittlich\w*|durchschnitt\w*|schnitt|mittel",),
}
_MEANING = [(re.compile("|".join(patterns)), meaning) for meaning, patterns in _MEANS.items()]
#: The most words that are compared with a name written as one ("Lead-Kosten", "Leadkosten").
_JOINED = 4


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the sentence: as it was written, as `names.words` makes it, and where it stands."""

    written: str
    word: str
    at: int
    to: int
    capital: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Words of the sentence, by their places, that name KPIs or subjects. ``weight`` is twice the number of
    words, less one for a saying, whose words stand apart. ``instead_of``: KPIs that some of the words name by
    themselves."""

    places: frozenset[int]
    kpis: tuple[str, ...] = ()
    subjects: tuple[Whom, ...] = ()
    weight: int = field(default=0)
    instead_of: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        return min(self.places)

    @property
    def last(self) -> int:
        """The place after its last word."""
        return max(self.places) + 1

    def meets(self, other: Span) -> bool:
        return bool(self.places & other.places)


def tokens(text: str) -> list[Token]:
    """The words of a text."""
    return [
        Token(match[0], word, match.start(), match.end(), match[0][0].isupper())
        for match in re.finditer(r"[^\W_]+(?:['’]s\b)?", text)
        for word in words(match[0])[:1]
    ]


def stem(word: str) -> str:
    """A word without its ending of case and number: ``Umsatzes``, ``neuen``, ``Leads``."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= 3), "")
    return word if not ending or (ending == "s" and word.endswith("ss")) else word[: -len(ending)]


def _form(word: str) -> str:
    """What a word is compared by."""
    return next((meaning for pattern, meaning in _MEANING if pattern.fullmatch(word)), stem(word))


def named_kpis(said: list[Token], catalogue: Catalogue, is_verb: Callable[[str], bool]) -> list[Span]:
    """Every place where a KPI is named.

    ``is_verb`` tells the words that say a direction, which are no KPI even where a synonym looks like one
    (``ausbauen``, ``Ausbau``).
    """
    places = [place for place, token in enumerate(said) if token.word not in _OPTIONAL]
    forms = [_form(said[place].word) for place in places]
    index = _index(tuple((one.kpi, tuple(dict.fromkeys(called(one)))) for one in catalogue))
    found: list[Span] = []
    for first in range(len(places)):
        for last in range(first + 1, min(first + index.longest, len(places)) + 1):
            here = places[first:last]
            kpis = index.together.get(tuple(forms[first:last])) or index.joined.get(_join(said, here))
            if kpis and (len(here) > 1 or not is_verb(said[here[0]].written.lower())):
                found.append(Span(frozenset(range(here[0], here[-1] + 1)), kpis, weight=2 * len(here)))
    for parts, kpi in index.apart:
        taken = _apart(parts, places, forms)
        if taken:
            found.append(Span(taken, (kpi,), weight=2 * sum(map(len, parts)) - 1))
    return found


class _Index:
    """Names by the forms of their words, together or written as one; and sayings whose parts stand apart."""

    def __init__(self, names: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        together: dict[tuple[str, ...], list[str]] = {}
        joined: dict[str, list[str]] = {}
        self.apart: list[tuple[list[tuple[str, ...]], str]] = []
        for kpi, texts in names:
            for text in texts:
                parts = [part for each in re.split(r"…|\.\.\.", text) if (part := _essence(words(each)))]
                if len(parts) > 1:
                    self.apart.append(([tuple(map(_form, part)) for part in parts], kpi))
                elif parts:
                    together.setdefault(tuple(map(_form, parts[0])), []).append(kpi)
                    joined.setdefault("".join(parts[0][:-1]) + stem(parts[0][-1]), []).append(kpi)
        self.together = {key: tuple(dict.fromkeys(kpis)) for key, kpis in together.items()}
        self.joined = {key: tuple(dict.fromkeys(kpis)) for key, kpis in joined.items()}
        self.longest = max([_JOINED, *map(len, together)])


@lru_cache(maxsize=8)
def _index(names: tuple[tuple[str, tuple[str, ...]], ...]) -> _Index:
    """The index of a catalogue, made once for the same names."""
    return _Index(names)


def _essence(phrase: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in phrase if word not in _OPTIONAL) or phrase


def _join(said: list[Token], here: list[int]) -> str:
    """Words as if they were written as one; none for words that do not stand side by side."""
    if len(here) > _JOINED:
        return ""
    return "".join(said[place].word for place in here[:-1]) + stem(said[here[-1]].word)


def _apart(parts: list[tuple[str, ...]], places: list[int], forms: list[str]) -> frozenset[int]:
    """The places of a saying's parts, in any order; none where one of them is not there."""
    taken: set[int] = set()
    for part in parts:
        starts = range(len(forms) - len(part) + 1)
        at = next(
            (
                first
                for first in starts
                if tuple(forms[first : first + len(part)]) == part
                and not taken & set(places[first : first + len(part)])
            ),
            None,
        )
        if at is None:
            return frozenset()
        taken |= set(places[at : at + len(part)])
    return frozenset(taken)


def in_money(definition: Definition, catalogue: Catalogue) -> str | None:
    """The KPI that adds up what this one counts: of won deals, their value; None where there is none."""
    counted = list(definition.measures.values())
    if len(counted) != 1 or counted[0].kind != "count":
        return None
    one = counted[0]
    same = {"kind": "sum", "fact": one.fact, "field": "amount", "where": one.where, "on": one.on}
    for other in catalogue:
        sums = list(other.measures.values())
        alike = len(sums) == 1 and all(getattr(sums[0], name) == value for name, value in same.items())
        if alike and other.unit == "currency" and other.shape is None:
            return other.kpi
    return None


def its_verbs(said: list[Token], definition: Definition) -> set[int]:
    """The places of verbs that a KPI's own names have: "versenden" beside Versendete Angebote."""
    own = {_form(word) for text in called(definition) for word in words(text)} & set(_MEANS)
    return {place for place, token in enumerate(said) if _form(token.word) in own}


def longest(spans: Iterable[Span]) -> list[Span]:
    """What stands when the longest wins and none overlaps. Of two that are as long, subjects come before
    KPIs; KPIs that compete for the same words are all kept, to be asked about."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda each: (-each.weight, not each.subjects)):
        rivals = [place for place, other in enumerate(kept) if span.meets(other)]
        same = [place for place in rivals if kept[place].weight == span.weight]
        if not rivals:
            kept.append(span)
        elif len(rivals) == 1 and same and bool(kept[same[0]].kpis) == bool(span.kpis):
            other = kept[same[0]]
            kept[same[0]] = Span(
                other.places if span.kpis and other.kpis == span.kpis else other.places | span.places,
                tuple(dict.fromkeys((*other.kpis, *span.kpis))),
                tuple(dict.fromkeys((*other.subjects, *span.subjects))),
                span.weight,
                other.instead_of,
            )
        elif kept[rivals[0]].weight % 2 and span.kpis != kept[rivals[0]].kpis:
            other = kept[rivals[0]]
            kept[rivals[0]] = replace(other, instead_of=(*other.instead_of, *span.kpis))
    return sorted(kept, key=lambda each: each.first)
