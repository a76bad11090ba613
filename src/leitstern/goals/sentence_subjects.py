"""Which KPI and whom, in a typed sentence: names and synonyms, longest first, and words like ``sales``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.goals.goal import Whom
from leitstern.goals.kpi_names import kpi_phrases
from leitstern.goals.names import kind_of, words
from leitstern.periods.labels import MONTHS

if TYPE_CHECKING:
    from leitstern.goals.names import Names
    from leitstern.kpis.load import Catalogue

#: What people call departments; the team that is meant has one of these words in its name.
DEPARTMENTS: tuple[tuple[str, ...], ...] = (
    ("vertrieb", "verkauf", "sales", "aussendienst", "vertriebsteam", "salesteam", "vertriebsabteilung"),
    ("marketing", "marketingteam", "marketingabteilung"),
    ("service", "support", "kundendienst", "kundenservice", "serviceteam", "supportteam"),
)
_DEPARTMENT = {words(word)[0]: known for known in DEPARTMENTS for word in known}
_COMPANY = re.compile(r"wir|uns|unser(?:e[mnrs]?)?|firma|unternehmen|we|us|our|company|firm")
_SELF = re.compile(r"ich|mein(?:e[mnrs]?)?|i|my")
_MONTHS = {words(name)[0] for names in MONTHS.values() for name in names}
#: After "sales", these tell that the department is meant and not the KPI.
_ACTS = re.compile(r"will|team|department|shall|should|must|is|has|needs|wants|to")
#: Adjectives, as stems, that make another KPI of one.
_ADJECTIVES = re.compile(
    "neu|new|alt|old|verlor|lost|gewonn|won|off|open|aktiv|activ|gewichtet|weighted|durchschnittlich|averag"
)
_TIME = re.compile(r"tag|day|woch|week|wochen?|monat|month|quartal|quarter|jahr|year")
_ENDINGS = ("ern", "en", "er", "em", "es", "e", "n", "s")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the sentence: as it was written, as `names.words` makes it, and where it stands."""

    written: str
    word: str
    at: int
    to: int
    capital: bool


@dataclass(frozen=True, slots=True)
class About:
    """What a sentence is about: KPIs and subjects that were named (none, one, or several that compete), and
    the stretches of text that are taken by them. ``department`` is a department's word that no single team
    bears; ``myself``: it says I or my; ``qualified``: what was said around the KPI's name that may make it
    another one ("neue Kunden" beside a KPI "Kunden")."""

    kpis: tuple[str, ...]
    subjects: tuple[Whom, ...]
    taken: tuple[tuple[int, int], ...]
    department: str | None = None
    myself: bool = False
    qualified: str | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    first: int
    last: int  # after the last token
    kpis: tuple[str, ...] = ()
    subjects: tuple[Whom, ...] = ()

    @property
    def length(self) -> int:
        return self.last - self.first

    def meets(self, other: _Span) -> bool:
        return self.first < other.last and other.first < self.last


def tokens(text: str) -> list[Token]:
    """The words of a text."""
    return [
        Token(match[0], word, match.start(), match.end(), match[0][0].isupper())
        for match in re.finditer(r"[^\W_]+", text)
        for word in words(match[0])[:1]
    ]


def stem(word: str) -> str:
    """A word without its ending of case and number: ``Umsatzes``, ``neuen``, ``Leads``."""
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    ending = next((e for e in _ENDINGS if word.endswith(e) and len(word) - len(e) >= 3), "")
    return word if not ending or (ending == "s" and word.endswith("ss")) else word[: -len(ending)]


def about(text: str, catalogue: Catalogue, names: Names, is_verb: Callable[[str], bool]) -> About:
    """What KPIs and subjects a text names. ``is_verb`` tells the words that say a direction, which are no KPI
    even where a synonym looks like one (``ausbauen``, ``Ausbau``)."""
    said = tokens(text)
    kpis = _matches(said, {tuple(map(stem, phrase)): k for phrase, k in kpi_phrases(catalogue).items()}, stem)
    kpis = [span for span in kpis if span.length > 1 or not is_verb(said[span.first].written.lower())]
    subjects = _named(said, names)
    spans = _longest([*subjects, *kpis])
    kpi_spans = [span for span in spans if span.kpis]
    departments = [place for place, token in enumerate(said) if token.word in _DEPARTMENT]
    kpi_spans, departments = _sales(said, kpi_spans, departments)
    departments = [
        d
        for d in departments
        if not any(s.first <= d < s.last for s in (*kpi_spans, *spans) if s in kpi_spans or s.subjects)
    ]
    found = list(dict.fromkeys(s for span in spans for s in span.subjects))
    department = None
    if not found and departments:
        found, department = _department(said[departments[0]], names)
    free = [t.word for p, t in enumerate(said) if not any(s.first <= p < s.last for s in spans)]
    myself = not found and department is None and any(_SELF.fullmatch(word) for word in free)
    if not found and department is None and not myself and any(_COMPANY.fullmatch(word) for word in free):
        found = [Whom("company")]
    taken = [(s.first, s.last) for s in (*kpi_spans, *(s for s in spans if s.subjects))]
    return About(
        kpis=tuple(dict.fromkeys(kpi for span in kpi_spans for kpi in span.kpis)),
        subjects=tuple(found),
        taken=tuple((said[first].at, said[last - 1].to) for first, last in taken),
        department=department,
        myself=myself,
        qualified=next((q for q in (_qualified(said, span) for span in kpi_spans) if q is not None), None),
    )


def _qualified(said: list[Token], span: _Span) -> str | None:
    """The KPI's name with an adjective before it, or with "je" or "per" something after it, that it lacks."""
    if span.first and _ADJECTIVES.fullmatch(stem(said[span.first - 1].word)):
        return _written(said[span.first - 1 : span.last])
    after = [token.word for token in said[span.last : span.last + 2]]
    if len(after) == 2 and after[0] in ("je", "pro", "per") and not _TIME.fullmatch(after[1]):
        return _written(said[span.first : span.last + 2])
    return None


def _written(part: list[Token]) -> str:
    return " ".join(token.written for token in part)


def _matches(
    said: list[Token], phrases: dict[tuple[str, ...], tuple[str, ...]], form: Callable[[str], str]
) -> list[_Span]:
    """Every place where a KPI's phrase stands."""
    forms = tuple(form(token.word) for token in said)
    longest = max(map(len, phrases), default=0)
    return [
        _Span(first, last, kpis=phrases[forms[first:last]])
        for first in range(len(forms))
        for last in range(first + 1, min(first + longest, len(forms)) + 1)
        if forms[first:last] in phrases
    ]


def _named(said: list[Token], names: Names) -> list[_Span]:
    """Every place where a subject is named; a kind before it ("Team", "customer") belongs to it."""
    plain = tuple(token.word for token in said)
    found: list[_Span] = []
    for phrase, subjects in (*names.phrases(), *_first_and_last(names)):
        for first in range(len(plain) - len(phrase) + 1):
            last = first + len(phrase)
            here = plain[first:last]
            if here != phrase and here != (*phrase[:-1], f"{phrase[-1]}s"):
                continue
            if len(phrase) == 1 and not said[first].capital:
                continue  # "neu" is a word, "Neu" may be a name
            kind = kind_of(plain[first - 1]) or kind_of(stem(plain[first - 1])) if first else None
            fitting = tuple(whom for whom in subjects if whom.type == kind)
            found.append(_Span(first - 1 if fitting else first, last, subjects=fitting or subjects))
    return found


def _first_and_last(names: Names) -> Iterable[tuple[tuple[str, ...], tuple[Whom, ...]]]:
    """People by their first or last name alone; several bear one name."""
    found: dict[tuple[str, ...], list[Whom]] = {}
    people = names.organisation.people.values() if names.organisation else ()
    for person in people:
        parts = words(person.name)
        for part in {parts[0], parts[-1]} - _MONTHS if len(parts) > 1 else ():
            found.setdefault((part,), []).append(Whom("person", person.id))
    return ((phrase, tuple(whom)) for phrase, whom in found.items())


def _longest(spans: list[_Span]) -> list[_Span]:
    """What stands when the longest wins and none overlaps; at the same length the first in the list."""
    kept: list[_Span] = []
    for span in sorted(spans, key=lambda each: -each.length):
        same = next((k for k in kept if (k.first, k.last) == (span.first, span.last)), None)
        if same is not None and same.subjects and span.subjects:
            merged = tuple(dict.fromkeys((*same.subjects, *span.subjects)))
            kept[kept.index(same)] = _Span(span.first, span.last, subjects=merged)
        elif not any(span.meets(other) for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda each: each.first)


def _sales(said: list[Token], kpis: list[_Span], departments: list[int]) -> tuple[list[_Span], list[int]]:
    """ "Sales" is a department and a synonym of revenue: beside another KPI, or where sales acts, the
    department; of two, the first; else the KPI."""
    both = [span for span in kpis if span.length == 1 and span.first in departments]
    if not both:
        return kpis, departments
    acting = [s for s in both if s.last < len(said) and _ACTS.fullmatch(said[s.last].word)]
    department = acting[:1] or (both[:1] if len(kpis) > 1 else [])
    kept = [span for span in kpis if span not in department]
    return kept, [place for place in departments if not any(s.first == place for s in kept)]


def _department(token: Token, names: Names) -> tuple[list[Whom], str | None]:
    """The team a department's word means: the only one with such a word in its name, or the one all others
    of that kind lie beneath. Without one, nobody and the word."""
    known = _DEPARTMENT[token.word]
    organisation = names.organisation
    if organisation is None:
        return [], token.word
    teams = [
        t for t in organisation.teams.values() if any(w in part for part in words(t.name) for w in known)
    ]
    exact = [team for team in teams if len(words(team.name)) == 1]
    for candidates in (teams, exact):
        if len(candidates) == 1:
            return [Whom("team", candidates[0].id)], None
    ids = {team.id for team in teams}
    tops = [team for team in teams if ids <= set(organisation.below(team.id))]
    return ([Whom("team", tops[0].id)], None) if len(tops) == 1 else ([], token.word)
