"""What a table of goals shows, as its address says: columns, rows, and the stretch of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from leitstern.goals.goal import SUBJECTS, Whom
from leitstern.periods.grains import Grain, Period, period_of, periods_between
from leitstern.server import frame, words
from leitstern.server.models import GoalRow
from leitstern.server.period_choice import read
from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from django.http import HttpRequest

    from leitstern.engine.organisation import Person
    from leitstern.kpis.definition import Definition
    from leitstern.server.sight import Sight

Layout = Literal["periods", "kpis"]

_YEARS = (Grain.YEAR, Grain.FISCAL_YEAR)
#: What goals are usually about, for a table nobody has chosen a KPI for.
_USUAL = "won_value"


@dataclass(frozen=True, slots=True)
class Column:
    """A KPI in one period; ``key`` names it in the form, ``head`` is its title as short as it can be."""

    definition: Definition
    period: Period
    title: str
    head: str
    unit: str

    @property
    def key(self) -> str:
        """Such as ``won_value~2026-Q4``."""
        return f"{self.definition.kpi}~{self.period.label}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for; unknown values fall back to what is usual for the viewer.

    ``layout`` periods: one KPI, a column for each period of ``grain`` in the year ``span``. kpis: one
    period, ``span``, and a column for each KPI. ``team``: whose people the rows are.
    """

    layout: Layout
    kpis: tuple[str, ...]
    by: str
    team: str | None
    grain: Grain
    span: Period
    find: str

    @classmethod
    def of(cls, request: HttpRequest, ask: Sight) -> Choice:
        """Read the address."""
        given, fiscal = request.GET, ask.settings.fiscal_year_start
        layout: Layout = "kpis" if given.get("layout") == "kpis" else "periods"
        grains = grains_of(fiscal)
        grain = Grain(given.get("grain", "")) if given.get("grain") in grains else grains[1]
        wanted = grain if layout == "kpis" else grains[2]
        asked = read(given.get("period", ""), fiscal)
        day = ask.today() if asked is None else min(max(ask.today(), asked.start), asked.end)
        by = given.get("by", "") if given.get("by") in SUBJECTS else ""
        team = given.get("team") or None
        if not by:
            by, team = _usual(ask)
        known = [kpi for kpi in given.getlist("kpi") if ask.definition(kpi) is not None]
        span = period_of(day, wanted, fiscal)
        return cls(
            layout,
            tuple(dict.fromkeys(known)) or _kpis(layout, by, span),
            by,
            team if by == "person" and team in organisation(ask.whole).teams else None,
            grain,
            span,
            given.get("find", "").strip() if by not in ("company", "team") else "",
        )

    def columns(self, ask: Sight) -> list[Column]:
        """The columns in order."""
        calendar, language, figures = frame.calendar(), frame.language(), frame.figures()
        if self.layout == "kpis":
            found = [ask.catalogue.at(kpi, self.span.start) for kpi in self.kpis]
            found.sort(key=lambda d: words.text(d.name, language).casefold())
            names = [words.text(d.name, language) for d in found]
            units = [figures.unit_name(d.unit) for d in found]
            return [
                Column(d, self.span, name, name, unit)
                for d, name, unit in zip(found, names, units, strict=True)
            ]
        return [
            Column(
                d := ask.catalogue.at(self.kpis[0], p.start),
                p,
                calendar.period(p),
                calendar.axis(p)[0],
                figures.unit_name(d.unit),
            )
            for p in self.periods()
        ]

    def periods(self) -> list[Period]:
        """The periods of the columns: those of the year, or three years."""
        if self.layout == "kpis":
            return [self.span]
        if self.grain in _YEARS:
            return [self.span.previous(), self.span, self.span.next()]
        fiscal = self.span.fiscal_start
        return periods_between(self.span.start, self.span.end, self.grain, fiscal)

    def subjects(self, ask: Sight) -> list[tuple[Whom, str]]:
        """The rows: subjects the viewer may see, by name."""
        periods = self.periods()
        start, end = periods[0].start, periods[-1].end
        if self.by not in ("team", "person"):
            found = self._things(ask, start, end)
        else:
            found = _sorted(
                (Whom(self.by, id_), name)
                for id_, name in self._people(ask)
                if ask.policy.may_see(ask.viewer, Whom(self.by, id_), start, end)
            )
        find = self.find.casefold()
        return [pair for pair in found if find in pair[1].casefold()] if find else found

    def _things(self, ask: Sight, start: date, end: date) -> list[tuple[Whom, str]]:
        """The company, or all things of a type, of which a viewer sees all or none; there may be many."""
        found: list[tuple[Whom, str]] = ask.once(("grid rows", self.by), lambda _ws: _sorted(self._all(ask)))
        return found if found and ask.policy.may_see(ask.viewer, found[0][0], start, end) else []

    def _all(self, ask: Sight) -> list[tuple[Whom, str]]:
        if self.by == "company":
            return [(Whom("company"), str(ask.settings.name))]
        if self.by == "segment":
            return [(Whom("segment", one), one) for one in set(organisation(ask.whole).segments.values())]
        return [(Whom(self.by, id_), name) for id_, name in ask.whole.subjects(self.by)]

    def _people(self, ask: Sight) -> list[tuple[str, str]]:
        people = organisation(ask.whole)
        if self.by == "team":
            return [(team.id, team.name) for team in people.teams.values()]
        periods = self.periods()
        start, end = periods[0].start, periods[-1].end
        if self.team is not None:
            return [(id_, people.people[id_].name) for id_ in people.members(self.team, start, end)]
        seen = ask.policy.acquainted(ask.viewer, start, end)
        return [(p.id, p.name) for p in people.people.values() if p.id in seen and _there(p, start, end)]

    def parent(self) -> Whom | None:
        """Whose goal the rows' goals add up to; None for the company's own."""
        if self.by == "company":
            return None
        return Whom("company") if self.team is None else Whom("team", self.team)


def _sorted(found: Iterable[tuple[Whom, str]]) -> list[tuple[Whom, str]]:
    return sorted(found, key=lambda pair: (pair[1].casefold(), pair[0].id or ""))


def _there(person: Person, start: date, end: date) -> bool:
    return (person.joined is None or person.joined <= end) and (person.left is None or person.left >= start)


def _usual(ask: Sight) -> tuple[str, str | None]:
    """Rows for a viewer who has not chosen: teams for management and leads of leads, else a lead's people."""
    people, viewer = organisation(ask.whole), ask.viewer
    if viewer.has("management"):
        return "team", None
    led = [t.id for t in people.teams.values() if viewer.person is not None and t.lead == viewer.person]
    led += [team for team in sorted(viewer.leads) if team in people.teams]
    own = [team for team in led if people.own_members(team, ask.as_of(), ask.as_of())]
    if led:
        return ("person", own[0]) if own else ("team", None)
    return ("person", None) if viewer.person is not None else ("company", None)


def _kpis(layout: Layout, by: str, span: Period) -> tuple[str, ...]:
    """KPIs that such goals are about already; a usual one where there are none."""
    rows = GoalRow.objects.filter(subject_type=by, start__lte=span.end, end__gte=span.start)
    found = list(rows.order_by("kpi").values_list("kpi", flat=True).distinct())
    if layout == "kpis":
        return tuple(found) or (_USUAL,)
    return (_USUAL,) if _USUAL in found or not found else (found[0],)


def grains_of(fiscal: int) -> tuple[Grain, Grain, Grain]:
    """The grains goals are written in: month, quarter and year, the workspace's own ones."""
    if fiscal == 1:
        return Grain.MONTH, Grain.QUARTER, Grain.YEAR
    return Grain.MONTH, Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR
