"""What a table of numbers to type shows, as its address says: rows, and the stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from leitstern.goals.goal import Whom
from leitstern.periods.grains import Grain, Period, period_of, periods_between
from leitstern.server.entries import quantities
from leitstern.server.grid.choice import grains_of
from leitstern.server.period_choice import read
from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.http import HttpRequest

    from leitstern.server.entries.quantities import Quantity
    from leitstern.server.sight import Sight

#: Kinds of imports that tables of numbers make.
VALUES, SPEND = "values", "spend"
_CAMPAIGN = ("name", "channel", "started_at", "ended_at")
_YEARS = (Grain.YEAR, Grain.FISCAL_YEAR)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table: what is typed, about whom."""

    quantity: Quantity
    by: str
    subject: str | None
    name: str

    @property
    def key(self) -> str:
        """What the row is called in the form."""
        return f"{self.quantity.id}~{self.subject or ''}"

    @property
    def place(self) -> tuple[str | None, ...]:
        """What its numbers are about, as the store has it."""
        return self.quantity.place(self.by, self.subject)


@dataclass(frozen=True, slots=True)
class Choice:
    """``kind`` says which table it is. The columns are the periods of ``grain`` in ``span``; ``asked`` is the
    quantity that was chosen, None for all of them."""

    kind: str
    all: tuple[Quantity, ...]
    asked: Quantity | None
    by: str
    grain: Grain
    span: Period
    find: str

    @classmethod
    def of_values(cls, request: HttpRequest, ask: Sight) -> Choice:
        """The table of KPIs that are entered by hand."""
        given = request.GET
        known = tuple(quantities.values(ask))
        asked = next((one for one in known if one.id == given.get("what")), None)
        by = given.get("by", "")
        by = by if by in (quantities.SUBJECTS if asked is None else asked.by) else "company"
        return cls(VALUES, known, asked, by, *_time(request, ask), given.get("find", "").strip())

    @classmethod
    def of_spend(cls, request: HttpRequest, ask: Sight) -> Choice:
        """The table of spending of one area on one kind of thing, by campaign."""
        given = request.GET
        area, kind = given.get("area", ""), given.get("what", "")
        area = area if area in quantities.AREAS else quantities.AREAS[0]
        kind = kind if kind in quantities.KINDS else quantities.KINDS[0]
        one = quantities.spending(area, kind)
        return cls(SPEND, (one,), one, "campaign", *_time(request, ask), given.get("find", "").strip())

    def columns(self) -> list[Period]:
        """The periods of the columns: those of the span, or three years."""
        if self.grain in _YEARS:
            return [self.span.previous(), self.span, self.span.next()]
        return periods_between(self.span.start, self.span.end, self.grain, self.span.fiscal_start)

    def lines(self, ask: Sight) -> list[Line]:
        """The rows: every quantity about everybody the viewer may see."""
        shown = (self.asked,) if self.asked is not None else self.all
        whom = self._whom(ask)
        return [
            Line(quantity, "company" if id_ is None else self.by, id_, name)
            for quantity in shown
            if self.by in quantity.by
            for id_, name in whom
        ]

    def _whom(self, ask: Sight) -> list[tuple[str | None, str]]:
        if self.by == "company":
            return [(None, str(ask.settings.name))]
        find = self.find.casefold()
        columns = self.columns()
        start, end = columns[0].start, columns[-1].end
        if self.by == "campaign":
            return [(None, ""), *_sorted(_campaigns(ask, find, start, end))]
        return [
            (id_, name)
            for id_, name in _sorted(self._all(ask, start, end))
            if find in name.casefold() and ask.policy.may_see(ask.viewer, Whom(self.by, id_), start, end)
        ]

    def _all(self, ask: Sight, start: date, end: date) -> Iterable[tuple[str, str]]:
        people = organisation(ask.whole)
        if self.by == "team":
            return [(team.id, team.name) for team in people.teams.values()]
        if self.by == "person":
            seen = ask.policy.people(ask.viewer, start, end)
            return [(one.id, one.name) for one in people.people.values() if one.id in seen]
        return ask.whole.subjects("region") if ask.generation() else []


def _campaigns(ask: Sight, find: str, start: date, end: date) -> Iterator[tuple[str, str]]:
    """Campaigns that run in a stretch of days; where a name is looked for, all that bear it."""
    if ask.generation() is None:
        return
    rows = ask.once("campaign days", lambda ws: ws.facts("campaign", *_CAMPAIGN).to_pylist())
    for row in rows:
        name, channel = row["name"] or row["key"], row["channel"]
        said = f"{name} ({channel})" if channel else name
        first, last = row["started_at"] or date.min, row["ended_at"] or date.max
        if (find in said.casefold()) if find else (first <= end and last >= start):
            yield row["key"], said


def _sorted(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(found, key=lambda pair: (pair[1].casefold(), pair[0]))


def grains(fiscal: int) -> tuple[Grain, ...]:
    """The grains numbers are typed in."""
    return (Grain.WEEK, *grains_of(fiscal))


def _time(request: HttpRequest, ask: Sight) -> tuple[Grain, Period]:
    """The grain, and the year (of weeks the quarter) whose periods are the columns."""
    fiscal = ask.settings.fiscal_year_start
    known = grains(fiscal)
    asked = request.GET.get("grain", "")
    grain = Grain(asked) if asked in known else Grain.MONTH
    given = read(request.GET.get("period", ""), fiscal)
    today = ask.today()
    day = today if given is None else min(max(today, given.start), given.end)
    return grain, period_of(day, known[2] if grain is Grain.WEEK else known[3], fiscal)
