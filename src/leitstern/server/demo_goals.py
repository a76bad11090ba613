"""The demo's goals: three quarters of offers at the invented company, some accepted, some not.

They go through the goal book like those of its users, at the moments they would have been made: the server's
clock is put back for each step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from leitstern import clock
from leitstern.goals.cascade import by_last_year, rounded, split
from leitstern.goals.goal import Goal, Kind, Levels, Spread, Whom
from leitstern.periods.grains import Grain, Period, period_of
from leitstern.server import book
from leitstern.server.book.base import earlier
from leitstern.server.book.owners import lead_of
from leitstern.server.book.standings import workdays
from leitstern.server.book.values import Question, actual, observations
from leitstern.server.models import Account, Default, GoalRow
from leitstern.server.reader import reader
from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from leitstern.goals.offers import Action

SALES = ("T-NORD", "T-SUED", "T-WEST", "T-OST", "T-AT", "T-CH")
SOUTH, SALES_TEAM, MARKETING, SWITZERLAND = "T-SUED", "T-VERTRIEB", "T-MKT", "T-CH"
#: What Switzerland is asked for, with the stories and without; the demo's story of the unrealistic goal.
TIMES_BEST_YEAR = {True: Decimal("2.5"), False: Decimal("1.05")}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demo."""

    management: Account
    analyst: Account
    head: Account
    marketing: Account
    by_person: Mapping[str, Account]


def make(*, stories: bool = True) -> None:
    """Make the goals of the quarter before, this one and the next; everybody in sales gets an account.

    With ``stories`` two of the next goals ask for far too much; without, all are within reach.
    """
    reader().look()
    this = period_of(reader().as_of(), Grain.QUARTER)
    cast = _cast(this)
    for period in (this.previous(), this):
        _quarter(cast, period, running=period == this)
    _beside(cast, this, stories=stories)
    _next(cast, this.next())
    _much(cast, this.next(), stories=stories)
    Default.objects.create(
        team=SOUTH, kpi="won_deals", per_year=Decimal(40), created_by=cast.by_person[_lead(this)]
    )


def _cast(this: Period) -> Cast:
    people = organisation(reader())
    teams = {team: _lead(this, team) for team in SALES}
    for team, lead in teams.items():
        for person in people.members(team, this.previous().start, this.end):
            about = people.people[person]
            if about.email and not Account.objects.filter(person=person).exists():
                led = [team] if person == lead else []
                Account.objects.create_user(about.email, None, name=about.name, person=person, leads=led)
    accounts = {one.person: one for one in Account.objects.exclude(person=None) if one.person}

    def of(role: str) -> Account:
        return next(one for one in Account.objects.order_by("pk") if role in one.roles)

    def leads(team: str) -> Account:
        return next(one for one in Account.objects.order_by("pk") if team in one.leads)

    return Cast(of("management"), of("analyst"), leads(SALES_TEAM), leads(MARKETING), accounts)


def _lead(period: Period, team: str = SOUTH) -> str:
    goal = _goal("won_value", Whom("team", team), period, Decimal(1))
    found = lead_of(organisation(reader()), goal)
    assert found is not None  # the demo's teams have somebody to report to
    return found


def _quarter(cast: Cast, period: Period, *, running: bool) -> None:
    """The company's won value, split to teams, and one team's to its people: offered and answered."""
    offered = period.start - timedelta(days=21)
    whole = _goal("won_value", Whom("company"), period, Decimal(1), spread="season")
    base = _last_year(whole)
    whole = whole.with_levels(_levels(base * Decimal("1.08")))
    company = _write(cast.management, whole, offered, owner=cast.head)
    _act(cast.management, company, "offer", offered)
    _act(cast.head, company, "accept", offered + timedelta(days=2))
    teams = {team: Whom("team", team) for team in SALES}
    shares = by_last_year({team: _last_year(replace(whole, whom=whom)) for team, whom in teams.items()})
    # In a small demo a team may have sold nothing; it gets a small part all the same.
    least = max(sum(shares.values(), Decimal(0)) / 50, Decimal(1))
    shares = {team: max(share, least) for team, share in shares.items()}
    parts = split(whole.levels.target, shares, _step(whole.levels.target) / 10)
    for team, target in parts.items():
        goal = replace(whole.with_levels(_levels(target)), whom=teams[team])
        kind: Kind = "directive" if team == "T-OST" else "agreed"
        row = _write(cast.head, replace(goal, kind=kind), offered + timedelta(days=4), parent=company)
        _act(cast.head, row, "offer", offered + timedelta(days=4))
        if kind == "directive":
            continue
        lead = cast.by_person[_lead(period, team)]
        if team == "T-WEST" and running:
            lower = _about(target * Decimal("0.9"))
            why = "Zwei große Aufträge rutschen ins nächste Quartal."
            _act(lead, row, "counter", offered + timedelta(days=6), lower, why)
            _act(cast.head, row, "agree", offered + timedelta(days=7))
        else:
            _act(lead, row, "accept", offered + timedelta(days=6))
        if team == SOUTH:
            _people(cast, row, offered + timedelta(days=8))


def _people(cast: Cast, team: GoalRow, offered: datetime | date) -> None:
    """The team's goal among its people, by working time."""
    lead, goal, people = cast.by_person[_lead_of(team)], team.goal, organisation(reader())
    members = [
        one
        for one in people.members(SOUTH, goal.start, goal.end)
        if one != lead.person and one in cast.by_person
    ]
    times = {one: workdays(reader(), replace(goal, whom=Whom("person", one))).total for one in members}
    parts = split(goal.levels.target, times, _step(goal.levels.target) / 10)
    for person, target in parts.items():
        whom = Whom("person", person)
        row = _write(lead, replace(goal, whom=whom, levels=_levels(target)), offered, parent=team)
        _act(lead, row, "offer", offered)
        _act(cast.by_person[person], row, "accept", offered + timedelta(days=3))


def _lead_of(row: GoalRow) -> str:
    found = lead_of(organisation(reader()), row.goal)
    assert found is not None
    return found


def _beside(cast: Cast, this: Period, *, stories: bool) -> None:
    """Other goals of the running quarter: revenue, a rate, a limit, things, an old source, a change."""
    offered = this.start - timedelta(days=18)
    revenue = _goal("revenue", Whom("company"), this, Decimal(1), spread="season")
    revenue = revenue.with_levels(_levels(_last_year(revenue) * Decimal("1.05")))
    row = _write(cast.analyst, revenue, offered, owner=cast.head)
    _act(cast.management, row, "offer", offered)
    _act(cast.head, row, "accept", offered + timedelta(days=1))
    book.say(
        cast.management.viewer,
        row,
        "Messe in Hannover: viele Gespräche, Aufträge erwartet.",
        this.start + timedelta(days=19),
    )

    lead, south = cast.by_person[_lead(this)], Whom("team", SOUTH)
    rate = _goal("win_rate", south, this, Decimal("0.42"), minimum=Decimal("0.36"))
    old = _write(cast.head, rate, offered, owner=lead)
    _act(cast.head, old, "offer", offered)
    _act(lead, old, "accept", offered + timedelta(days=2))
    higher = replace(rate, levels=Levels(Decimal("0.44"), Decimal("0.38")))
    changed = this.start + timedelta(days=12)
    new = _write(cast.head, higher, changed, owner=lead, replaces=old)
    _act(cast.head, new, "offer", changed)
    _act(lead, new, "accept", changed + timedelta(days=1))

    # Without the planted change of last spring, an answer takes as long as ever.
    hours = Decimal(24 if stories else 40)
    answer = replace(_goal("response_time", Whom("company"), this, hours), direction="at_most")
    things = [
        (cast.management, replace(answer, kind="directive"), cast.head),
        (cast.management, _goal("nps", Whom("company"), this, Decimal(35)), cast.marketing),
        (cast.management, _leads(this), cast.marketing),
        (cast.management, replace(_rate(this), kind="directive"), cast.head),
        (cast.management, _best("customer", "revenue", this), cast.head),
        (cast.management, _best("campaign", "new_leads", this), cast.marketing),
        (cast.management, _of_segment(this), cast.head),
    ]
    for by, goal, owner in things:
        row = _write(by, goal, offered, owner=owner)
        _act(by, row, "offer", offered)
        if goal.kind == "agreed":
            _act(owner, row, "accept", offered + timedelta(days=3))


def _best(kind: str, kpi: str, period: Period) -> Goal:
    """A goal for the customer (campaign) with the largest value last year, a tenth above it."""
    wanted = _goal(kpi, Whom(kind), period, Decimal(1))
    found = observations(reader(), Question.of(earlier(wanted, 1, by_year=True)))
    if kind == "campaign":  # last year's are over: the largest of those that run
        found = observations(reader(), Question.of(wanted))
    known = {key: Decimal(str(o.value)) for key, o in found.items() if key is not None and o.value}
    known = known or {key: Decimal(10) for key, _name in reader().subjects(kind)[:1]}
    best = max(sorted(known), key=lambda key: known[key])
    return replace(wanted, whom=Whom(kind, best)).with_levels(_about(known[best] * Decimal("1.1")))


def _leads(period: Period) -> Goal:
    goal = _goal("new_leads", Whom("company"), period, Decimal(1))
    return goal.with_levels(Levels(rounded(_last_year(goal) * Decimal("1.05"), Decimal(10))))


def _rate(period: Period) -> Goal:
    """A share of a cohort, which ripens for a year."""
    return _goal("lead_to_customer_rate", Whom("company"), period, Decimal("0.08"))


def _of_segment(period: Period) -> Goal:
    goal = _goal("revenue", Whom("segment", "A"), period, Decimal(1))
    return goal.with_levels(_about(_last_year(goal) * Decimal("1.1")))


def _next(cast: Cast, period: Period) -> None:
    """Offers for the next quarter: some wait, one is countered, one declined."""
    day = reader().today() - timedelta(days=3)
    lead = cast.by_person[_lead(period)]
    before = list(GoalRow.objects.filter(period=period.previous().label, kpi="won_value"))
    with _at(day):
        company = next(row for row in before if row.subject_type == "company")
        [offer] = book.copy(cast.management.viewer, [company], _change(company, period), period)
        mine = [row for row in before if row.parent_id and row.goal.whom == Whom("team", SOUTH)]
        [team] = book.copy(cast.head.viewer, mine, _change(mine[0], period), period)
        rows = [row for row in before if row.subject_type == "person"]
        people = [
            one for row in rows for one in book.copy(lead.viewer, [row], _change(mine[0], period), period)
        ]
        people.sort(key=lambda row: str(row.subject_id))
    _act(cast.management, offer, "offer", day)
    _act(cast.head, team, "offer", day)
    for row in people[:3]:
        _act(lead, row, "offer", day)
    answers: tuple[tuple[Action, str, Decimal | None], ...] = (
        ("offer", "", None),
        ("counter", "Ich bin im Februar zwei Wochen im Urlaub.", Decimal("0.9")),
        ("decline", "Der Zuschnitt meines Gebiets steht noch nicht fest.", None),
    )
    # The first offer waits. A small demo has fewer people than there are answers.
    for row, (action, reason, share) in list(zip(people, answers, strict=False))[1:]:
        levels = _about(row.target * share) if share else None
        _act(cast.by_person[str(row.subject_id)], row, action, day + timedelta(days=1), levels, reason)


def _change(row: GoalRow, period: Period) -> Decimal:
    """The change that asks for 5 % more in a period than the same period of last year brought."""
    then = replace(row.goal, start=period.start, end=period.end, period=period.label, parts=())
    return (_last_year(then) * Decimal("1.05") / row.target or Decimal("1.05")) - 1


def _much(cast: Cast, period: Period, *, stories: bool) -> None:
    """Offers that ask for a lot: leads of the next quarter, and what one team shall win in the next year."""
    day = reader().today() - timedelta(days=3)
    leads = _goal("new_leads", Whom("company"), period, Decimal(1))
    target = rounded(_last_year(leads) * Decimal("2.2" if stories else "1.05"), Decimal(10))
    row = _write(cast.management, leads.with_levels(Levels(target)), day, owner=cast.marketing)
    _act(cast.management, row, "offer", day)
    year = period_of(reader().as_of(), Grain.YEAR)
    won = _goal("won_value", Whom("team", SWITZERLAND), year.next(), Decimal(1), spread="season")
    running = replace(won, start=year.start, end=year.end, period=year.label)
    best = max(_last_year(won), _last_year(running), Decimal(1))
    row = _write(cast.head, won.with_levels(_about(best * TIMES_BEST_YEAR[stories])), day)
    _act(cast.head, row, "offer", day)


def _goal(
    kpi: str,
    whom: Whom,
    period: Period,
    target: Decimal,
    *,
    minimum: Decimal | None = None,
    spread: Spread = "working_days",
) -> Goal:
    version = reader().catalogue.at(kpi, period.start).version
    return Goal(
        kpi,
        version,
        whom,
        period.start,
        period.end,
        "at_least",
        Levels(target, minimum),
        str(period.grain),
        period.label,
        spread=spread,
    )


def _levels(target: Decimal) -> Levels:
    """A target with a minimum a tenth below and a stretch a tenth above, in round numbers."""
    step = _step(target)
    shares = (Decimal(1), Decimal("0.9"), Decimal("1.1"))
    return Levels(*(rounded(target * share, step) for share in shares))


def _about(target: Decimal) -> Levels:
    """A target in a round number."""
    return Levels(rounded(target, _step(target)))


def _step(amount: Decimal) -> Decimal:
    """What is left of an amount with three digits: 10,000 of 4,450,000."""
    return Decimal(10) ** max(0, amount.adjusted() - 2)


def _last_year(goal: Goal) -> Decimal:
    from leitstern.access.viewer import OPERATOR
    from leitstern.server.book.rights import seeing

    found = actual(seeing(OPERATOR), earlier(goal, 1, by_year=True)).value
    return found or Decimal(0)


def _write(
    by: Account,
    goal: Goal,
    day: date,
    *,
    owner: Account | None = None,
    parent: GoalRow | None = None,
    replaces: GoalRow | None = None,
) -> GoalRow:
    about = book.About(
        owner=owner.pk if owner else None,
        due_on=min(goal.start - timedelta(days=3), day + timedelta(days=10)) if day < goal.start else None,
        review_on=goal.start + (goal.end - goal.start) / 2,
        parent=parent.pk if parent else None,
        replaces=replaces.pk if replaces else None,
    )
    with _at(day):
        return book.create(by.viewer, goal, about)


def _act(
    by: Account, row: GoalRow, action: Action, day: date, levels: Levels | None = None, reason: str = ""
) -> None:
    with _at(day):
        book.act(by.viewer, row, action, levels, reason)


@contextmanager
def _at(day: date) -> Iterator[None]:
    """The server's clock at ten in the morning of a day."""
    kept = clock.read
    moment = datetime.combine(day, time(9), UTC)
    clock.read = lambda: moment
    try:
        yield
    finally:
        clock.read = kept
