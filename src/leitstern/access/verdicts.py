"""Which values of groups are shown to a viewer: by their size, and by how they spread over people.

Size is decided by the day (`floors`), dominance by the month, as on most single days nearly everything is one
person's. A value that consists of amounts (a count, a sum of money, both parts of a ratio, as whoever knows
one of them reckons the other) is shown of a group one does not see whole

- for stretches of whole months only, of which the last may be running,
- if no person dominates in the stretch, nor in what is left of the company without the shown groups,
- and if the same was found for each complete month in it.

So every shown value of complete months is a sum over months and groups that may all be shown, and if no part
is dominated then no sum of parts is. What is left: whoever writes down the value of the running month each
day knows its days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from leitstern.access.groups import Groups, Hidden
from leitstern.access.shares import Of, People, amounts, dominated
from leitstern.access.viewer import Viewer
from leitstern.engine.observations import Observation
from leitstern.periods.grains import Grain, periods_between

if TYPE_CHECKING:
    from leitstern.access.shares import Amounts

#: A source may be late: a stretch that ends within so many days before the newest is still running.
RUNNING = timedelta(days=31)

_ANSWERS_KEPT = 32

Stretch = tuple[date, date]


def last_day(o: Observation) -> date:
    """The last day whose records an observation holds."""
    return o.as_of if o.start <= o.as_of < o.end else o.end


def named(o: Observation) -> str:
    """The KPI in the version the observation was computed with."""
    return f"{o.kpi}@{o.version}"


class Kept:
    """Amounts read from answers that may be given again: one answer serves many viewers."""

    def __init__(self, people: dict[str, int]) -> None:
        self._people = people
        self._found: dict[tuple[int, Of], tuple[Iterable[Observation], dict[Stretch, Amounts]]] = {}

    def amounts(self, answer: Iterable[Observation], of: Of) -> dict[Stretch, Amounts]:
        """The amounts by person of an answer, by stretch."""
        # The answer is kept with what was read from it: while it lives, its identity is not another's.
        key = (id(answer), of)
        if key not in self._found:
            while len(self._found) >= _ANSWERS_KEPT:
                self._found.pop(next(iter(self._found)), None)
            self._found[key] = (answer, amounts(answer, self._people, of))
        return self._found[key][1]


class Verdicts:
    """One viewer's question about groups: its observations, judged one by one."""

    def __init__(
        self,
        groups: Groups,
        viewer: Viewer,
        observations: Sequence[Observation],
        people: People | None,
        newest: date | None,
        kept: Kept,
    ) -> None:
        self.groups = groups
        self.viewer = viewer
        self.people = people
        self.newest = newest
        self.kept = kept
        self.limit = float(groups.privacy.dominance)
        self.ratios = {
            f"{kpi}@{version}"
            for kpi, version in {(o.kpi, o.version) for o in observations if o.denominator is not None}
        }
        self.spans: dict[tuple[str, str], Stretch] = {}
        for o in {(o.kpi, o.version, o.grain, o.start, o.end): o for o in observations}.values():
            for grain in (_grain(o), "month"):
                first, last = self.spans.get((named(o), grain), (o.start, o.end))
                self.spans[named(o), grain] = (min(first, o.start), max(last, o.end))
        self.answers: dict[tuple[str, str, Stretch], list[dict[Stretch, Amounts]] | None] = {}
        self.months: dict[tuple[str, date], Hidden] = {}
        self.found: dict[tuple[str, int, str, date, date, date], Hidden] = {}

    def shows(self, o: Observation) -> bool:
        """Whether an observation of a team or region is shown."""
        number = self.groups.place(o.subject.type, o.subject.id)
        if number is None:
            return o.subject.type == "region"
        key = (o.kpi, o.version, o.grain, o.start, o.end, o.as_of)
        hidden = self.found.get(key)
        if hidden is None:
            hidden = self.found[key] = self._hidden(o)
        if o.subject.type == "region":
            return not hidden.regions[number]
        return not hidden.teams[number] and (not hidden.teams_empty[number] or o.rows == 0)

    def _hidden(self, o: Observation) -> Hidden:
        start, end = o.start, last_day(o)
        found = self.groups.hidden(self.viewer, start, end)
        of_amounts = o.unit in ("count", "currency") or named(o) in self.ratios
        if not of_amounts or not (found.teams_unseen.any() or found.regions_unseen.any()):
            return found
        if not self._of_whole_months(o):
            return found.all_unseen
        for month in periods_between(start, end, Grain.MONTH):
            if month.end <= end and (month.start, month.end) != (start, end):
                by_month = self._month(o, month.start, month.end)
                found = found.with_hidden(found.teams | by_month.teams, found.regions | by_month.regions)
        grain = _grain(o)
        span = (o.start, o.end) if grain == "stretch" else self.spans[named(o), grain]
        return self._judged(o, grain, span, (o.start, o.end), end, found)

    def _of_whole_months(self, o: Observation) -> bool:
        end = last_day(o)
        ends_month = (end + timedelta(days=1)).day == 1
        return o.start.day == 1 and (ends_month or end >= (self.newest or o.as_of) - RUNNING)

    def _month(self, o: Observation, first: date, last: date) -> Hidden:
        key = (named(o), first)
        if key not in self.months:
            begin, end = self.spans[named(o), "month"]
            small = self.groups.hidden(self.viewer, first, last)
            self.months[key] = self._judged(o, "month", (begin, end), (first, last), last, small)
        return self.months[key]

    def _judged(
        self, o: Observation, grain: str, span: Stretch, stretch: Stretch, end: date, found: Hidden
    ) -> Hidden:
        """What is hidden in a stretch once dominance is checked; everything where it cannot be."""
        if self.people is None:
            return found.all_unseen
        key = (named(o), grain, span)
        if key not in self.answers:
            answer = self.people(named(o), grain, *span)
            parts: tuple[Of, ...] = ("numerator", "denominator") if named(o) in self.ratios else ("value",)
            self.answers[key] = None if answer is None else [self.kept.amounts(answer, of) for of in parts]
        answers = self.answers[key]
        if answers is None:
            return found
        crowd = self.groups.crowd(self.viewer, stretch[0], end)
        for by_stretch in answers:
            if stretch not in by_stretch:
                return found.all_unseen
            gone = (found.teams, found.regions)
            found = found.with_hidden(
                *dominated(crowd, by_stretch[stretch], self.limit, gone, self.groups.roster.division)
            )
        return found


def _grain(o: Observation) -> str:
    """The grain, or ``stretch`` for free dates, which are computed as one long day."""
    return "stretch" if o.grain == Grain.DAY and o.start != o.end else o.grain
