"""Which KPI and whom a typed sentence names: the names of subjects, words like ``sales``, and I or we."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from leitstern.goals.goal import Whom
from leitstern.goals.names import kind_of, words
from leitstern.goals.sentence_kpis import Span, Token, its_verbs, longest, named_kpis, stem, tokens
from leitstern.periods.labels import MONTHS

if TYPE_CHECKING:
    from datetime import date

    from leitstern.engine.organisation import Team
    from leitstern.goals.names import Names
    from leitstern.kpis.load import Catalogue

#: What people call departments; the team that is meant has one of these words in its name.
DEPARTMENTS: tuple[tuple[str, ...], ...] = (
    (
        "vertrieb", "verkauf", "sales", "aussendienst", "vertriebsteam", "salesteam", "vertriebsabteilung",
        "verkaufsteam", "vertriebler", "verkaufsabteilung",
    ),
    ("marketing", "marketingteam", "marketingabteilung"),
    ("service", "support", "kundendienst", "kundenservice", "serviceteam", "supportteam"),
)  # fmt: skip
_DEPARTMENT = {words(word)[0]: known for known in DEPARTMENTS for word in known}
_COMPANY = re.compile(
    r"wir|uns|unser(?:e[mnrs]?)?|firma|unternehmens?|betrieb|gesamtunternehmen|firmenweit|unternehmensweit|we|us|our|company|firm"
)
_SELF = re.compile(r"ich|mein(?:e[mnrs]?)?|mir|i|my")
_MONTHS = {words(name)[0] for names in MONTHS.values() for name in names}
#: After "sales", these tell that the department is meant and not the KPI.
_ACTS = re.compile(r"will|team|department|shall|should|must|is|has|needs|wants|to")
_TEAM = re.compile(r"team|mannschaft|abteilung|department|group|gruppe")


#: Where a team is, by the German word as `words` makes it.
_PLACES = {
    "north": "nord", "south": "sud", "east": "ost", "west": "west", "central": "mitte", "centre": "mitte",
    "germany": "deutschland", "austria": "osterreich", "switzerland": "schweiz", "northwest": "nordwest",
    "northeast": "nordost", "southwest": "sudwest", "southeast": "sudost",
}  # fmt: skip
_WHERE = frozenset((*_PLACES, *_PLACES.values()))
_EACH = ("je", "pro", "per", "each")


@dataclass(frozen=True, slots=True)
class About:
    """What a sentence is about: KPIs and subjects that were named (none, one, or several that compete).

    ``department`` is a department's word that no single team bears, ``teams`` those that may be meant;
    ``myself``: it says I or my; ``unknown``: a team, customer or other subject it names that is not there
    ("Team Nordwest"). ``instead_of``: KPIs that a part of the KPI's words names: of "Kunden halten" the one
    called Kunden. ``named`` are the places of the KPIs' words, ``taken`` those of all others.
    """

    kpis: tuple[str, ...]
    subjects: tuple[Whom, ...]
    named: tuple[tuple[int, int], ...]
    taken: tuple[tuple[int, int], ...]
    department: str | None = None
    teams: tuple[str, ...] = ()
    myself: bool = False
    unknown: str | None = None
    instead_of: tuple[str, ...] = ()


def about(
    text: str,
    catalogue: Catalogue,
    names: Names,
    is_verb: Callable[[str], bool],
    *,
    me: str | None,
    today: date,
) -> About:
    """What KPIs and subjects a text names. ``is_verb`` tells the words that say a direction; ``me`` is the
    person who types, whose team "my team" is."""
    said = tokens(text)
    spans = longest([*_named(said, names), *named_kpis(said, catalogue, is_verb)])
    kpi_spans = [span for span in spans if span.kpis]
    subject_spans = [span for span in spans if span.subjects]
    departments = [
        place
        for place, token in enumerate(said)
        if token.word in _DEPARTMENT and not (place and said[place - 1].word in _EACH)
    ]
    kpi_spans, departments = _sales(said, kpi_spans, departments)
    covered = {place for span in (*kpi_spans, *subject_spans) for place in span.places}
    of_kpis = {place for span in kpi_spans for place in span.places}
    departments = [place for place in departments if place not in covered]
    found = list(dict.fromkeys(s for span in subject_spans for s in span.subjects))
    department, taken = None, set(covered)
    teams: tuple[str, ...] = ()
    unknown: str | None = None
    elsewhere = _elsewhere(said, covered)
    if elsewhere:
        found, unknown = [], _written([said[place] for place in elsewhere])
        taken |= set(elsewhere)
    elif not found and departments:
        found, department, places = _department(said, departments[0], names)
        taken |= places
        if department is not None:
            teams = tuple(f"team:{team.id}" for team in _of_department(said[departments[0]].word, names))
    free = [place for place in range(len(said)) if place not in taken]
    myself = False
    if not found and department is None and unknown is None:
        team = _own_team(said, free, names, me, today)
        found = [] if team is None else [team]
        unknown_places = [] if found else _unknown(said, free)
        unknown = _written([said[place] for place in unknown_places]) or None
        taken |= set(unknown_places)
        myself = not found and unknown is None and any(_SELF.fullmatch(said[p].word) for p in free)
        if (
            not found
            and unknown is None
            and not myself
            and any(_COMPANY.fullmatch(said[p].word) for p in free)
        ):
            found = [Whom("company")]
        taken |= {p for p in free if team is not None and _TEAM.fullmatch(said[p].word)}
    kpis = tuple(dict.fromkeys(kpi for span in kpi_spans for kpi in span.kpis))
    if len(kpis) == 1:
        taken |= its_verbs(said, catalogue.get(kpis[0]))
    taken |= {p for p in free if _COMPANY.fullmatch(said[p].word) or _SELF.fullmatch(said[p].word)}
    return About(
        kpis=kpis,
        subjects=tuple(found),
        named=tuple((said[place].at, said[place].to) for place in sorted(of_kpis)),
        taken=tuple((said[place].at, said[place].to) for place in sorted(taken - of_kpis)),
        department=department,
        teams=teams,
        myself=myself,
        unknown=unknown,
        instead_of=tuple(kpi for span in kpi_spans for kpi in span.instead_of),
    )


def _elsewhere(said: list[Token], covered: set[int]) -> list[int]:
    """A department with a place that no team of it has: "Vertrieb Ost", "Sales East"."""
    for place, (token, behind) in enumerate(pairwise(said)):
        if token.word in _DEPARTMENT and behind.word in _WHERE and place + 1 not in covered:
            return [place, place + 1]
    return []


def _unknown(said: list[Token], free: list[int]) -> list[int]:
    """A kind of subject with the name after it, which nobody has: "Team Nordwest"; also "unser Team"."""
    for place in free:
        kind = kind_of(said[place].word) or kind_of(stem(said[place].word))
        if kind is None or kind == "company" or (place and said[place - 1].word in _EACH):
            continue
        named = place + 1 in free and said[place + 1].capital
        if named or kind in ("team", "region", "campaign"):
            return [place, place + 1] if named else [place]
    return []


def _own_team(said: list[Token], free: list[int], names: Names, me: str | None, today: date) -> Whom | None:
    """The team of whoever types, where the sentence says "mein Team": the one they lead, else are in."""
    says = any(
        _TEAM.fullmatch(said[place].word) and place and _SELF.fullmatch(said[place - 1].word)
        for place in free
    )
    organisation = names.organisation
    if not says or me is None or organisation is None:
        return None
    led = [team.id for team in organisation.teams.values() if team.lead == me]
    inside = organisation.team_on(me, today)
    teams = led or ([inside] if inside else [])
    return Whom("team", teams[0]) if len(teams) == 1 else None


def _written(part: list[Token]) -> str:
    return " ".join(token.written for token in part)


def _named(said: list[Token], names: Names) -> list[Span]:
    """Every place where a subject is named; a kind before it ("Team", "customer") belongs to it."""
    plain = tuple(token.word for token in said)
    found: list[Span] = []
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
            begin = first - 1 if fitting else first
            found.append(
                Span(frozenset(range(begin, last)), subjects=fitting or subjects, weight=2 * (last - begin))
            )
    return [*found, *_short(plain, names)]


def _short(plain: tuple[str, ...], names: Names) -> list[Span]:
    """Teams by what their name has beside the department's word: "Team Nord", "Sales Nord", "Nord-Team" are
    the team Vertrieb Nord."""
    found: list[Span] = []
    plain = tuple(_PLACES.get(word, word) for word in plain)
    for team in names.organisation.teams.values() if names.organisation else ():
        known = [_DEPARTMENT.get(word) for word in words(team.name)]
        short = tuple(word for word, group in zip(words(team.name), known, strict=True) if group is None)
        group = next((each for each in known if each is not None), None)
        if not short or group is None:
            continue
        for first in range(len(plain) - len(short) + 1):
            last = first + len(short)
            if plain[first:last] not in (short, (*short[:-1], f"{short[-1]}s")):
                if plain[first] != f"{''.join(short)}team":
                    continue
                last = first + 1
            begin, end = first, last
            while begin and (_TEAM.fullmatch(plain[begin - 1]) or _DEPARTMENT.get(plain[begin - 1]) == group):
                begin -= 1
            if end < len(plain) and _TEAM.fullmatch(plain[end]):
                end += 1
            if end - begin > len(short) or plain[first].endswith("team"):
                whom = (Whom("team", team.id),)
                found.append(Span(frozenset(range(begin, end)), subjects=whom, weight=2 * (end - begin)))
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


def _sales(said: list[Token], kpis: list[Span], departments: list[int]) -> tuple[list[Span], list[int]]:
    """ "Sales" is a department and a synonym of revenue: beside another KPI, or where sales acts, the
    department; of two, the first; else the KPI."""
    both = [span for span in kpis if len(span.places) == 1 and span.first in departments]
    if not both:
        return kpis, departments
    acting = [
        s
        for s in both
        if s.last < len(said)
        and _ACTS.fullmatch(said[s.last].word)
        and not (s.last + 1 < len(said) and said[s.last + 1].word.isdigit())  # "raise sales to 500"
    ]
    department = acting[:1] or (both[:1] if len(kpis) > 1 else [])
    kept = [span for span in kpis if span not in department]
    return kept, [place for place in departments if not any(s.first == place for s in kept)]


def _department(said: list[Token], place: int, names: Names) -> tuple[list[Whom], str | None, set[int]]:
    """The team a department's word means: the one with just this name, the only one with such a word in its
    name, or the one all others of that kind lie beneath. Without one, nobody and the word. And the words."""
    behind = place + 1 < len(said) and bool(_TEAM.fullmatch(said[place + 1].word))
    places = {place, place + 1} if behind else {place}
    organisation = names.organisation
    if organisation is None:
        return [], said[place].word, places
    teams = _of_department(said[place].word, names)
    exact = [team for team in teams if len(words(team.name)) == 1]
    for candidates in (teams, exact):
        if len(candidates) == 1:
            return [Whom("team", candidates[0].id)], None, places
    ids = {team.id for team in teams}
    tops = [team for team in teams if ids <= set(organisation.below(team.id))]
    if len(tops) == 1:
        return [Whom("team", tops[0].id)], None, places
    return [], said[place].word, places


def _of_department(word: str, names: Names) -> list[Team]:
    """The teams with one of a department's words in their name."""
    known = _DEPARTMENT[word]
    teams = names.organisation.teams.values() if names.organisation else ()
    return [team for team in teams if any(one in part for part in words(team.name) for one in known)]
