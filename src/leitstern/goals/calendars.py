"""Whose working time a goal is planned over: a person's, a team's, the whole company's, or the workplace's.

Working time is counted in days of one full-time person (`leitstern.periods.workdays`). A group's is the sum
over its members on each day, so somebody who joins, leaves or changes team counts for the days spent there,
and the working time of all teams adds up to that of their people.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.periods.regions import EXTRAS, REGIONS
from leitstern.periods.workdays import WorkCalendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leitstern.engine.organisation import Organisation, Person
    from leitstern.goals.goal import Whom

_NOTHING, _ONE = Decimal(0), Decimal(1)
_FOUR = Decimal("0.0001")
_DAY = timedelta(days=1)
_EXTRAS = "|".join(sorted({extra for extras in EXTRAS.values() for extra in extras}))
_WITH_COUNTRY = re.compile(rf"(?P<country>[A-Za-z]{{2}})-(?P<region>.+?)(?:-(?P<extra>{_EXTRAS}))?")


@dataclass(frozen=True, slots=True)
class Workdays:
    """A subject's working time by day from ``start`` to ``end``, both included.

    ``first`` and ``last`` are the days between which the subject works at all (a person may join or leave),
    ``calendar`` is the one behind a person, or the workplace's for a group. ``sums`` holds running sums of
    working time, entry n that of the first n days; ``days`` the same in the subject's own working days: for
    a group a day counts by the part of its staff that works on it, so five people have one day, not five.
    """

    start: date
    end: date
    first: date
    last: date
    calendar: WorkCalendar
    sums: tuple[Decimal, ...]
    days: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """Working time of the whole stretch."""
        return self.sums[-1]

    def place(self, day: date) -> int:
        """How many days of the stretch lie up to and including ``day``: an index into ``sums``."""
        return min(max(day.toordinal() - self.start.toordinal() + 1, 0), len(self.sums) - 1)

    def weight(self, day: date) -> Decimal:
        """Working time of one day; 0 outside the stretch."""
        return self.between(day, day)

    def between(self, start: date, end: date) -> Decimal:
        """Working time from ``start`` to ``end``, both included, as far as it lies in the stretch."""
        if end < start:
            return _NOTHING
        return self.sums[self.place(end)] - self.sums[self.place(start - _DAY)]

    def elapsed(self, through: date) -> Decimal:
        """Working time up to and including ``through``."""
        return self.sums[self.place(through)]

    def remaining(self, through: date) -> Decimal:
        """Working time after ``through``."""
        return self.total - self.elapsed(through)

    def days_elapsed(self, through: date) -> Decimal:
        """The subject's own working days up to and including ``through``."""
        return self.days[self.place(through)]

    def days_remaining(self, through: date) -> Decimal:
        """The subject's own working days after ``through``."""
        return self.days[-1] - self.days_elapsed(through)

    def day_reaching(self, amount: Decimal) -> date | None:
        """The first day by whose end ``amount`` of working time is done; None if it is never reached.

        For an amount of 0 the day before ``start``.
        """
        if amount > self.total:
            return None
        return self.start + timedelta(days=bisect_left(self.sums, amount) - 1)


def calendar_of(person: Person | None, workplace: WorkCalendar) -> WorkCalendar:
    """A person's calendar with their working share; the workplace's where the person has none of their own.

    ``person.calendar`` is a country and region (``DE-BY``, ``AT-9``, ``CH-GE``, ``AT``), or a region of the
    workplace's country (``Bayern``); a third part names local holidays (``DE-BY-catholic``). Without it, the
    local holidays of the workplace count where it lies in the same region. Working week, half days and
    closing days are always those of the workplace. A code nobody knows means the workplace's calendar.
    """
    if person is None:
        return workplace
    return _with_share(_full_time(person.calendar, workplace), _share(person))


def workdays_of(
    whom: Whom, start: date, end: date, organisation: Organisation | None, workplace: WorkCalendar
) -> Workdays:
    """Working time of a goal's subject from ``start`` to ``end``, both included.

    A person: the own calendar and share, from joining to leaving. A team: its members and those of all teams
    beneath it on each day, as in a team's values. The company: everybody who works there. All others,
    subjects nobody knows, and those without any working time in the stretch: the workplace's calendar.
    Problem ``periods.reversed`` if ``end`` is before ``start``.
    """
    if end < start:
        raise Problem("periods.reversed", start=start, end=end)
    if organisation is not None and organisation.people and whom.type in ("person", "team", "company"):
        found = _of_people(_Same(organisation), whom, start, end, workplace)
        if found is not None and found.total:
            return found
    return _alone(workplace, start, end, start, end)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """An organisation as a key: it cannot change, so the same object means the same people."""

    organisation: Organisation

    def __hash__(self) -> int:
        return id(self.organisation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.organisation is self.organisation


@lru_cache(maxsize=1024)
def _of_people(same: _Same, whom: Whom, start: date, end: date, workplace: WorkCalendar) -> Workdays | None:
    organisation = same.organisation
    if whom.type != "person":
        return _together(list(_presences(organisation, whom)), start, end, workplace)
    person = organisation.people.get(whom.id or "")
    if person is None:
        return None
    first, last = person.joined or date.min, person.left or date.max
    return _alone(calendar_of(person, workplace), start, end, max(first, start), min(last, end))


def _presences(organisation: Organisation, whom: Whom) -> Iterator[tuple[Person, date, date]]:
    """Who belongs to a group, with first and last day."""
    if whom.type == "company":
        for person in organisation.people.values():
            yield person, person.joined or date.min, person.left or date.max
        return
    tree = organisation.below(whom.id or "")
    for stay in (stay for team in tree for stay in organisation.stays_in.get(team, ())):
        person = organisation.people[stay.person]
        yield person, max(stay.first, person.joined or date.min), min(stay.last, person.left or date.max)


def _alone(calendar: WorkCalendar, start: date, end: date, first: date, last: date) -> Workdays:
    """Working time by one calendar, from ``first`` to ``last`` within the stretch."""
    full = _running(_with_share(calendar, _ONE), start, end)
    before = max((first - start).days, 0)
    upto = max((last - start).days + 1, before)
    if (before, upto, calendar.share) == (0, len(full) - 1, _ONE):
        return Workdays(start, end, first, last, calendar, full, full)
    low, high = full[min(before, len(full) - 1)], full[min(upto, len(full) - 1)]
    sums = tuple((min(max(done, low), high) - low) * calendar.share for done in full)
    return Workdays(start, end, first, last, calendar, sums, sums)


def _together(
    presences: list[tuple[Person, date, date]], start: date, end: date, workplace: WorkCalendar
) -> Workdays:
    """Working time of a group: on each day, by calendar, the shares of those who are there."""
    count = (end - start).days + 1
    changes: dict[WorkCalendar, list[Decimal]] = {}
    for person, first, last in presences:
        if first > end or last < start or last < first:
            continue
        change = changes.setdefault(_full_time(person.calendar, workplace), [_NOTHING] * (count + 1))
        change[max((first - start).days, 0)] += _share(person)
        change[min((last - start).days + 1, count)] -= _share(person)
    weights, staff = [_NOTHING] * count, [_NOTHING] * count
    for calendar, change in changes.items():
        full = _running(_with_share(calendar, _ONE), start, end)
        for at, there in enumerate(accumulate(change[:-1])):
            if there:
                staff[at] += there
                weights[at] += there * (full[at + 1] - full[at])
    parts = ((w / s).quantize(_FOUR) if s else _NOTHING for w, s in zip(weights, staff, strict=True))
    sums = tuple(accumulate(weights, initial=_NOTHING))
    return Workdays(start, end, start, end, workplace, sums, tuple(accumulate(parts, initial=_NOTHING)))


@lru_cache(maxsize=512)
def _running(calendar: WorkCalendar, start: date, end: date) -> tuple[Decimal, ...]:
    """Running sums of working time, entry n that of the first n days from ``start``."""
    days = (calendar.weight(start + timedelta(days=at)) for at in range((end - start).days + 1))
    return tuple(accumulate(days, initial=_NOTHING))


@lru_cache(maxsize=1024)
def _full_time(code: str | None, workplace: WorkCalendar) -> WorkCalendar:
    """The calendar a code names, with the share of the workplace."""
    code = (code or "").strip()
    for country, region, extras in _meanings(code, workplace):
        try:
            found = replace(workplace, country=country, region=region, extras=extras or frozenset())
        except Problem:
            continue
        same_place = (found.country, found.region) == (workplace.country, workplace.region)
        return workplace if same_place and extras is None else found
    return workplace


def _meanings(code: str, workplace: WorkCalendar) -> Iterator[tuple[str, str | None, frozenset[str] | None]]:
    """What a code may mean, likeliest first: country, region, local holidays (None: none are named)."""
    if not code:
        return
    if found := _WITH_COUNTRY.fullmatch(code):
        country, region, extra = found["country"].upper(), found["region"], found["extra"]
        if extra:
            yield country, region, frozenset({extra})
        yield country, region, None
    yield workplace.country, code, None
    if code.upper() in REGIONS:
        yield code.upper(), None, None


@lru_cache(maxsize=1024)
def _with_share(calendar: WorkCalendar, share: Decimal) -> WorkCalendar:
    return calendar if calendar.share == share else calendar.with_share(share)


def _share(person: Person) -> Decimal:
    """A person's share of full time, within 0 to 1 and to four decimals, as calendars count."""
    if person.working_share is None:
        return _ONE
    return min(max(round(person.working_share, 4), _NOTHING), _ONE)
