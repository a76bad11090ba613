"""The reader as one viewer may see it: every question passes the access policy.

Views, API and exports ask `sight(request)`. What may not be seen is left out, or comes without a value
and with the reason ``protected``; whose values were seen is written to the access log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from django.http import HttpRequest

from leitstern.access.meanings import Meanings
from leitstern.access.policy import GROUPS, Policy, protected
from leitstern.access.viewer import Viewer
from leitstern.engine.organisation import Organisation
from leitstern.periods.grains import parse
from leitstern.server import audit, retention
from leitstern.server.privacy import privacy
from leitstern.server.reader import Reader, reader

if TYPE_CHECKING:
    from leitstern.access.modes import Privacy
    from leitstern.engine.observations import Observation
    from leitstern.engine.reasons import Account
    from leitstern.engine.records import Records
    from leitstern.goals.goal import Whom
    from leitstern.periods.grains import Period
    from leitstern.workspace import Workspace


class Sight(Reader):
    """What one viewer sees of a workspace. ``surface`` names the page or way for the access log."""

    def __init__(self, whole: Reader, viewer: Viewer, rules: Privacy, surface: str) -> None:
        self.whole = whole
        self.viewer = viewer
        self.privacy = rules
        self.surface = surface
        self.folder = whole.folder

    @property
    def eyes(self) -> object:
        """What an answer about people depends on besides the question."""
        return self.viewer, self.privacy, tuple(self._first_days.items())

    @cached_property
    def _first_days(self) -> dict[str, date]:
        return {} if self.viewer.operator else retention.first_days(self.today())

    def expired(self, kpi: str, last: date) -> bool:
        """Whether values of persons from a stretch of days that ended on ``last`` are no longer shown.

        A value is as old as the last day of its period. ``kpi`` may name a version.
        """
        first = self._first_days.get(kpi.partition("@")[0])
        return first is not None and last < first

    @property
    def policy(self) -> Policy:
        """The rules over the people of the newest generation."""
        found: Policy = self.once(
            ("policy", self.privacy),
            lambda ws: Policy(
                self.privacy,
                organisation(self.whole),
                self.whole.as_of(),
                Meanings(ws.catalogue, self.settings.fiscal_year_start),
            ),
        )
        return found

    def look(self) -> str | None:
        """The name of the newest generation."""
        return self.whole.look()

    @property
    def workspace(self) -> Workspace:
        """The workspace itself, for what is not about people: settings, definitions, imports."""
        return self.whole.workspace

    def today(self) -> date:
        """The day it is in the workspace's time zone."""
        return self.whole.today()

    def once(
        self,
        question: object,
        ask: Callable[[Workspace], Any],
        of: Literal["engine", "store"] = "engine",
    ) -> Any:
        """The answer to a question; one about people must name ``eyes``."""
        return self.whole.once(question, ask, of)

    def compute(
        self,
        names: Sequence[str],
        by: str,
        grain: str,
        start: date,
        end: date,
        against: str | None = None,
    ) -> tuple[Observation, ...]:
        """The engine's observations as far as the viewer may see them."""
        found = self.whole.compute(names, by, grain, start, end, against)

        def people(kpi: str, grain: str, start: date, end: date) -> Iterable[Observation]:
            if grain == "stretch":
                return self._people(kpi, grain, start, end)
            return self.whole.compute([kpi], "person", grain, start, end, against)

        allowed = tuple(
            o
            for o in self.policy.observations(self.viewer, found, people)
            if by != "person" or o.subject.id is None or not self.expired(o.kpi, o.end)
        )
        if against is not None and by != "company":
            allowed = tuple(self._also_then(names, by, against, allowed))
        if by == "person":
            self.saw(allowed)
        return allowed

    def stretches(
        self,
        name: str,
        by: str,
        stretches: tuple[tuple[date, date], ...],
        wanted: frozenset[str | None] | None = None,
        grain: str | None = None,
    ) -> tuple[Observation, ...]:
        """The same as far as the viewer may see it: each stretch by its own days.

        A person's value that may not be seen is left out, a group's comes as ``protected``.
        """
        found = self.whole.stretches(name, by, stretches, wanted, grain)
        return tuple(
            o
            for o in self.allowed(found)
            if by != "person" or o.subject.id is None or not self.expired(o.kpi, o.end)
        )

    def as_known(
        self,
        name: str,
        by: str,
        when: tuple[date, date],
        grain: str | None,
        day: date,
        wanted: frozenset[str | None],
    ) -> tuple[Observation, ...]:
        """The same as far as the viewer may see it; a person's value that may not be seen is left out."""
        return tuple(self.allowed(self.whole.as_known(name, by, when, grain, day, wanted)))

    def allowed(self, found: Iterable[Observation]) -> list[Observation]:
        """What the policy leaves of observations."""
        return self.policy.observations(self.viewer, found, self._people)

    def sees(self, kpi: str, whom: Whom, start: date, end: date) -> bool:
        """Whether a person's values of a KPI from ``start`` to ``end`` are shown to the viewer."""
        return not self.expired(kpi, end) and whom.id in self.policy.people(self.viewer, start, end)

    def _people(self, kpi: str, grain: str, start: date, end: date) -> Iterable[Observation]:
        """Everybody's values, by which the policy judges those of groups."""
        if grain == "stretch":
            return self.whole.stretches(kpi, "person", ((start, end),))
        return self.whole.compute([kpi], "person", grain, start, end)

    def accounts(self, kpi: str) -> list[Account]:
        """What becomes of all records that a KPI could count; nothing where it would tell about people."""
        if self.singles(kpi) and not self.policy.sees_all(self.viewer, "company", None, date.min, date.max):
            return []
        return self.whole.accounts(kpi)

    def _also_then(
        self, names: Sequence[str], by: str, against: str, compared: Sequence[Observation]
    ) -> Iterator[Observation]:
        """What a period is compared with shows no more than the page of that earlier period would."""
        for label in dict.fromkeys(o.period for o in compared):
            period = parse(label, self.settings.fiscal_year_start)
            then = period.previous() if against == "previous_period" else period.same_last_year()
            earlier = self.policy.observations(
                self.viewer,
                self.whole.compute(names, by, str(then.grain), then.start, then.end),
                self._people,
            )
            shown = {
                (e.kpi, e.subject.id)
                for e in earlier
                if e.reason != "protected" and not (by == "person" and self.expired(e.kpi, e.end))
            }
            for o in compared:
                if o.period == label:
                    yield o if (o.kpi, o.subject.id) in shown or not _tells(o, by) else protected(o)

    def saw(self, observations: Iterable[Observation]) -> None:
        """Write whose values were seen to the access log; one's own are nobody else's business."""
        by_kpi: dict[str, set[str]] = {}
        for o in observations:
            if o.subject.type == "person" and o.subject.id not in (None, self.viewer.person) and o.rows:
                by_kpi.setdefault(o.kpi, set()).add(str(o.subject.id))
        for kpi, persons in by_kpi.items():
            audit.seen(self.viewer, persons, kpi, self.surface)

    def subjects(self, kind: str) -> list[tuple[str, str]]:
        """All members of a subject type that may be seen today, as (id, name)."""
        found = self.whole.subjects(kind)
        if kind != "person":
            return found
        visible = self.policy.acquainted(self.viewer, date.min, date.max)
        return [(id_, name) for id_, name in found if id_ in visible]

    def records(self, kpi: str, period: Period, by: str, subject: str | None) -> Records | None:
        """The records behind a number; None where the viewer may not see the number or its records."""
        found = self.whole.records(kpi, period, by, subject)
        if found is None or (by == "person" and self.expired(kpi, period.end)):
            return None
        first = self.policy.listed_from(kpi, period)
        allowed = self.policy.records(
            self.viewer, found, by, subject, first, period.end, singled=self.singles(kpi)
        )
        if allowed is not None:
            rows = (replace(r, person=None) if self.expired(kpi, r.day) else r for r in allowed.rows)
            aside = (
                replace(r, person=None) if self.expired(kpi, r.day or period.end) else r
                for r in allowed.aside
            )
            allowed = replace(allowed, rows=tuple(rows), aside=tuple(aside))
        if allowed is not None and by == "person" and subject not in (None, self.viewer.person):
            audit.seen(self.viewer, {str(subject)}, kpi, self.surface)
        return allowed


def _tells(o: Observation, by: str) -> bool:
    """Whether an observation is about people; what is not assigned or a thing is nobody's secret."""
    return by in (*GROUPS, "person") and o.subject.id is not None


def organisation(ask: Reader) -> Organisation:
    """The people and teams of the newest generation; before the first one nobody is known."""
    if ask.generation() is None:
        return Organisation({}, {}, (), {})
    found: Organisation = ask.once("organisation", lambda ws: ws.organisation())
    return found


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is asking; nobody in particular where nobody has logged in."""
    user = request.user
    return user.viewer if user.is_authenticated else Viewer()


def sight(request: HttpRequest) -> Sight:
    """The workspace as the person who asks may see it."""
    match = request.resolver_match
    surface = match.view_name if match is not None else request.path
    return Sight(reader(), viewer_of(request), privacy(), surface)
