"""The one policy: who may see which value, goal and record, and who may do what.

Persons: a value of a person is seen by whom `people.whom_sees` names, and is left out for everybody else.
Groups (teams, regions): a value is shown to whoever may see all its people, and to others only where
`groups` finds that nothing about few people follows from it; otherwise it comes without a value and with
the reason ``protected``. The company's values are always shown, and so are those of things (customers,
campaigns, products). Of a KPI that can single out people (``kpis.singling``) a value is shown only to whoever
may see all people it may be about: of a group all its people, otherwise everybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal, TypeVar

from leitstern.access.groups import Groups
from leitstern.access.meanings import Meanings
from leitstern.access.modes import Privacy
from leitstern.access.people import led, logged_in, own_teams, sees_everybody, teams_led, whom_sees
from leitstern.access.shares import People
from leitstern.access.verdicts import Kept, Verdicts, last_day
from leitstern.access.viewer import Role, Viewer
from leitstern.engine.observations import Observation
from leitstern.engine.organisation import Organisation
from leitstern.engine.records import AsideRecord, Record, Records
from leitstern.goals.goal import Whom
from leitstern.periods.grains import Period

Action = Literal[
    "administer", "define", "import", "import_people", "close", "read_audit", "read_access_log",
    "change_privacy", "approve_privacy", "approve_account",
]  # fmt: skip

#: Who may do what. Changing the privacy, or whom an account sees, takes two: one proposes, another one
#: approves. Lists of people, teams and who was where when decide who sees what, so they are for the
#: administration alone.
ALLOWED: dict[Action, tuple[Role, ...]] = {
    "administer": ("administrator",),
    "define": ("analyst", "administrator"),
    "import": ("analyst", "administrator"),
    "import_people": ("administrator",),
    "close": ("management", "analyst"),
    "read_audit": ("administrator", "council"),
    "read_access_log": ("council",),
    "change_privacy": ("administrator",),
    "approve_privacy": ("council", "management"),
    "approve_account": ("council", "management"),
}

#: The facts that decide whom a value is about.
OF_PEOPLE = frozenset({"person", "team", "membership"})
GROUPS = ("team", "own_team", "region")
AnyRecord = TypeVar("AnyRecord", Record, AsideRecord)


def protected(observation: Observation) -> Observation:
    """The observation without anything that tells of its people."""
    return replace(
        observation, value=None, numerator=None, denominator=None, rows=0, set_aside=0, reason="protected"
    )


class Policy:
    """The rules ``privacy`` over the people of one generation.

    It keeps what it found out, so one policy should serve all requests until the rules or the generation
    change. ``newest`` is the last day the generation knows about: a group's value for a part of a month
    is shown only where it ends in the month before that day (see `groups`); None: each observation's
    own ``as_of``. ``meanings``: what the KPIs are about; without it, each is about its period's days and
    singles out nobody.
    """

    def __init__(
        self,
        privacy: Privacy,
        organisation: Organisation,
        newest: date | None = None,
        meanings: Meanings | None = None,
    ) -> None:
        self.privacy = privacy
        self.organisation = organisation
        self.newest = newest
        self.meanings = meanings
        self.groups = Groups(privacy, organisation)
        self._kept = Kept(self.groups.roster.people)
        self._seen = lru_cache(maxsize=4096)(self._people)
        self._met = lru_cache(maxsize=4096)(self._acquainted)
        self._led = lru_cache(maxsize=4096)(lambda viewer, start, end: led(viewer, organisation, start, end))

    def people(self, viewer: Viewer, start: date, end: date) -> frozenset[str]:
        """Whose values from ``start`` to ``end`` the viewer may see, as ids of persons."""
        return self._seen(viewer, start, end)

    def _people(self, viewer: Viewer, start: date, end: date) -> frozenset[str]:
        return whom_sees(viewer, self.privacy, self.organisation, start, end)

    def acquainted(self, viewer: Viewer, start: date, end: date) -> frozenset[str]:
        """Whom the viewer sees on some day from ``start`` to ``end``, or may agree on goals with."""
        return self._met(viewer, start, end)

    def _acquainted(self, viewer: Viewer, start: date, end: date) -> frozenset[str]:
        if self.privacy.mode == "team_only" and not viewer.operator:
            return frozenset()
        found = self.people(viewer, start, end)
        return found | self._led(viewer, start, end)

    def observations(
        self, viewer: Viewer, observations: Iterable[Observation], people: People | None = None
    ) -> list[Observation]:
        """What the viewer may see of the observations, in their order.

        ``people(kpi, grain, start, end)`` gives the observations by person for the same KPI (named
        ``name@version``), or None where persons' values do not add up. ``grain`` is ``stretch`` for a
        single stretch of free dates, else the periods of that grain from ``start`` to ``end``. It is
        asked only where a group's value depends on it; without it such a value is protected.
        """
        if not logged_in(viewer):
            return []
        if sees_everybody(viewer, self.privacy):
            return list(observations)
        found = [(o, (o, *self._parts(o))) for o in observations]
        groups = [part for o, parts in found if o.subject.type in GROUPS for part in parts]
        judge = Verdicts(self.groups, viewer, groups, people, self.newest, self._kept)
        allowed = []
        for o, parts in found:
            if o.subject.type == "person":
                if self._shows_person(viewer, o.subject.id, parts):
                    allowed.append(o)
            elif (
                self.singles(o.kpi, o.version)
                and not all(
                    self.sees_all(viewer, o.subject.type, o.subject.id, part.start, last_day(part))
                    for part in parts
                )
            ) or (o.subject.type in GROUPS and not all(judge.shows(part) for part in parts)):
                allowed.append(protected(o))
            else:
                allowed.append(o)
        return allowed

    def singles(self, kpi: str, version: int) -> bool:
        """Whether a KPI in a version can single out people."""
        return self.meanings is not None and self.meanings.singles(kpi, version)

    def listed_from(self, kpi: str, period: Period) -> date:
        """The first day of which the list behind a KPI's value of a period may hold records."""
        if self.meanings is None:
            return period.start
        return self.meanings.listed_from(kpi, period, self.newest or period.end)

    def _parts(self, o: Observation) -> tuple[Observation, ...]:
        """What a value is made of besides its period's days. A group's days before anybody was in it tell
        nothing of its size, so that of what counts since the first record the period is judged."""
        parts = () if self.meanings is None else self.meanings.parts(o)
        if o.subject.type in GROUPS:
            return tuple(part for part in parts if part.start != date.min)
        return parts

    def _shows_person(self, viewer: Viewer, person: str | None, parts: Iterable[Observation]) -> bool:
        """A person's value is shown to whoever sees the person on all days that it is made of."""
        if person is None:
            return self.privacy.mode != "team_only"
        return all(person in self.people(viewer, part.start, last_day(part)) for part in parts)

    def sees_all(self, viewer: Viewer, by: str, subject: str | None, start: date, end: date) -> bool:
        """Whether the viewer may see everybody a subject's value can be about: a group's people, else all."""
        if sees_everybody(viewer, self.privacy):
            return True
        if by == "person":
            return subject in self.people(viewer, start, end)
        if by in GROUPS:
            return self.groups.sees_whole(viewer, by, subject, start, end)
        return bool(self.organisation.people) and (
            self.organisation.people.keys() <= self.people(viewer, start, end)
        )

    def may_see(self, viewer: Viewer, whom: Whom, start: date, end: date) -> bool:
        """Whether a goal or page about a subject exists for the viewer.

        It tells nothing about results: those pass `observations`. A person's goal is there for the
        person, for whom leads the person on a day of it, and for whoever may edit it.
        """
        if not logged_in(viewer):
            return False
        if sees_everybody(viewer, self.privacy):
            return True
        if whom.type == "person":
            return whom.id in self.acquainted(viewer, start, end) or self.may_edit_goals(
                viewer, whom, start, end
            )
        if whom.type == "team":
            return (
                viewer.has("management", "analyst")
                or whom.id in teams_led(viewer, self.organisation)
                or (whom.id is not None and self._is_member(viewer, whom.id, start, end))
            )
        return True

    def _is_member(self, viewer: Viewer, team: str, start: date, end: date) -> bool:
        stays = self.organisation.stays_of.get(viewer.person or "", ())
        return any(s.team == team and s.meets(start, end) for s in stays)

    def may_edit_goals(self, viewer: Viewer, whom: Whom, start: date, end: date) -> bool:
        """Whether the viewer may write drafts of goals about a subject.

        Nobody writes goals for oneself: one's own are accepted or countered. Without values by person
        (``team_only``) there are no goals for persons either.
        """
        if viewer.operator:
            return True
        if whom.type == "person":
            return self._may_edit_person(viewer, whom.id, start, end)
        if viewer.has("management", "analyst"):
            return True
        if whom.type == "team":
            return whom.id in teams_led(viewer, self.organisation)
        return whom.type == "customer" and self._leads_somebody(viewer)

    def may_offer_goals(self, viewer: Viewer, whom: Whom, start: date, end: date) -> bool:
        """Whether the viewer may put a goal about a subject before its owner.

        It takes somebody above whom it binds: a team's lead writes drafts for the team, but whoever leads a
        team above it, or management, offers them. Analysts write drafts only.
        """
        if viewer.operator:
            return True
        if whom.type == "person":
            return self._may_edit_person(viewer, whom.id, start, end)
        if viewer.has("management"):
            return True
        if whom.type == "team":
            below = teams_led(viewer, self.organisation) - own_teams(viewer, self.organisation)
            return whom.id in below
        return whom.type == "customer" and self._leads_somebody(viewer)

    def may_direct_goals(self, viewer: Viewer, whom: Whom, start: date, end: date) -> bool:
        """Whether the viewer may put a goal in force that its subject is not asked about.

        Whoever may offer goals about people and groups may direct them; about everything else, management.
        """
        if viewer.operator or viewer.has("management") or whom.type in ("person", "team"):
            return self.may_offer_goals(viewer, whom, start, end)
        return False

    def _may_edit_person(self, viewer: Viewer, person: str | None, start: date, end: date) -> bool:
        if self.privacy.mode == "team_only" or person == viewer.person:
            return False
        by_role = viewer.has("management") and person in self._leads
        return by_role or person in self._led(viewer, start, end)

    @cached_property
    def _leads(self) -> frozenset[str]:
        teams = {t.lead for t in self.organisation.teams.values() if t.lead is not None}
        return frozenset(teams | {p.manager for p in self.organisation.people.values() if p.manager})

    def _leads_somebody(self, viewer: Viewer) -> bool:
        return bool(teams_led(viewer, self.organisation)) or viewer.person in self._leads

    def may(self, viewer: Viewer, action: Action) -> bool:
        """Whether the viewer's roles allow an action; KeyError for an unknown one."""
        return viewer.has(*ALLOWED[action]) or viewer.operator

    def records(
        self,
        viewer: Viewer,
        records: Records,
        by: str,
        subject: str | None,
        start: date,
        end: date,
        *,
        singled: bool = False,
    ) -> Records | None:
        """The list behind a number; None where the viewer may see no list.

        ``singled``: the KPI can single out people, so only whoever sees all of them gets a list.

        A person's list is there for whom sees the person, a group's for whom sees all its people: single
        records by the day would undo the protection of a group. In all other lists the names of people
        one may not see are blanked, and the names of teams one does not see whole.
        """
        if not logged_in(viewer):
            return None
        if sees_everybody(viewer, self.privacy):
            return records
        if by == "person" and subject not in self.people(viewer, start, end):
            return None
        if by in GROUPS and not self.groups.sees_whole(viewer, by, subject, start, end):
            return None
        if singled and not self.sees_all(viewer, by, subject, start, end):
            return None
        return replace(
            records,
            rows=tuple(self._blanked(viewer, r, r.day) for r in records.rows),
            aside=tuple(self._blanked(viewer, r, r.day or end) for r in records.aside),
        )

    def _blanked(self, viewer: Viewer, record: AnyRecord, day: date) -> AnyRecord:
        """Records bear names: of people called the same, all must be visible on the record's day."""
        seen = self.people(viewer, day, day)
        person = record.person
        if person is not None and not self._ids_of(person) <= seen:
            person = None
        team = record.team
        if team is not None and not self._team_shown(viewer, team, day):
            team = None
        return replace(record, person=person, team=team)

    def _team_shown(self, viewer: Viewer, name: str, day: date) -> bool:
        named = [t.id for t in self.organisation.teams.values() if name in (t.name, t.id)]
        return bool(named) and all(self.groups.sees_whole(viewer, "team", t, day, day) for t in named)

    def _ids_of(self, name: str) -> frozenset[str]:
        found = frozenset(p.id for p in self.organisation.people.values() if name in (p.name, p.id))
        return found or frozenset({name})
