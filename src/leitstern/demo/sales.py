"""Deals: where they come from, how they move through the stages, and who works on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leitstern.demo import stories
from leitstern.demo.arrays import Bools, Floats, Ints, logit, share, sigmoid
from leitstern.demo.clock import Clock
from leitstern.demo.customers import NEVER, Customers
from leitstern.demo.market import SOURCE_NAMES, Leads
from leitstern.demo.people import TEAM_KEYS
from leitstern.demo.words import PRODUCTS, STAGES
from leitstern.demo.world import World

QUALIFY, NEEDS, QUOTE, TALKS, WON, LOST = range(6)
#: Median effort in each open stage, and the share of deals that are lost there (new business).
_EFFORT = (6.0, 11.0, 14.0, 9.0)
_LOSS = (0.24, 0.22, 0.27, 0.15)
_AGAIN = 0.08  # back from Verhandlung to Angebot
_REOPENED = 0.02  # a lost deal that comes back
_STUCK = 0.03  # a deal nobody moves or closes
_REPEAT_LOG_ODDS = 0.9
_REPEAT_PER_YEAR = 1.0
_CHURN_PER_YEAR = 0.08
_DIRECT_PER_DAY = 0.55


#: Stage changes as they are simulated: deal, day, old stage, new stage.
_Rows = list[tuple[Ints, Ints, Ints, Ints]]


@dataclass(slots=True)
class Deals:
    """Deals as arrays. ``lead`` is -1 where there was none, ``handover`` the day an owner took over, or -1.

    ``stage`` and ``closed`` (-1: open) are the state on the last day; ``amount`` is in cents of the currency.
    """

    created: Ints
    company: Ints
    lead: Ints
    source: Ints
    campaign: Ints
    team: Ints
    owner: Ints
    first_owner: Ints
    handover: Ints
    product: Ints
    amount: Ints
    repeat: Bools
    stage: Ints
    closed: Ints

    @property
    def won(self) -> Bools:
        """Won by the last day."""
        return np.asarray(self.stage == WON)


@dataclass(frozen=True, slots=True)
class Events:
    """Stage changes by deal and day; the days of a deal strictly increase. ``old`` is -1 at the start."""

    deal: Ints
    day: Ints
    old: Ints
    new: Ints


def direct_days(world: World) -> tuple[Ints, Bools]:
    """Days of deals that sales found itself, and whether the firm is a new one."""
    rng, clock = world.stream("direct deals"), world.clock
    number = rng.poisson(clock.inflow[: clock.end + 1] * _DIRECT_PER_DAY * world.scale)
    day = clock.next_workday(np.repeat(np.arange(clock.end + 1), number))
    day = day[day <= clock.end]
    return day, share(rng, len(day), 0.6)


def build(world: World, firms: Customers, leads: Leads, direct: tuple[Ints, Bools]) -> tuple[Deals, Events]:
    """New business first; then the firms that bought, with those that had before, buy again."""
    new, bias = _new_business(world, firms, leads, direct)
    new_events = run(world, "new funnel", new, bias)
    _become_customers(world, firms, new)
    again = _repeat_business(world, firms)
    bias = np.full(len(again.created), _REPEAT_LOG_ODDS)
    again_events = run(world, "repeat funnel", again, bias)
    deals, events = _join(new, new_events, again, again_events)
    _hand_over(world, deals)
    return deals, events


def _new_business(
    world: World, firms: Customers, leads: Leads, direct: tuple[Ints, Bools]
) -> tuple[Deals, Floats]:
    """Deals from leads and those that sales found itself, and what helps each to be won (log-odds)."""
    lead = np.flatnonzero(leads.converted >= 0)
    day = np.concatenate([leads.converted[lead], direct[0]])
    company = np.concatenate([leads.company[lead], _direct_firms(world, firms, leads, direct)])
    count = len(direct[0])
    own = (SOURCE_NAMES.index("Telefonakquise"), SOURCE_NAMES.index("Empfehlung"))
    own_source = world.stream("direct sources").choice(own, count, p=(0.7, 0.3))
    nothing = np.full(count, -1, dtype=np.int64)
    deals = _open(world, firms, company, day, repeat=False)
    deals.lead = np.concatenate([lead, nothing])
    deals.source = np.concatenate([leads.source[lead], own_source])
    deals.campaign = np.concatenate([leads.campaign[lead], nothing])
    return deals, np.concatenate([leads.log_odds[lead], np.zeros(count)])


def _repeat_business(world: World, firms: Customers) -> Deals:
    """Deals with firms that are customers."""
    company, day = _repeat_orders(world, firms)
    return _open(world, firms, company, day, repeat=True)


def _direct_firms(world: World, firms: Customers, leads: Leads, direct: tuple[Ints, Bools]) -> Ints:
    """The firm of each direct deal: a new one (the last in the list), or one known by then."""
    rng = world.stream("direct firms")
    day, fresh = direct
    old = len(firms.key) - int(leads.new_company.sum()) - int(fresh.sum())
    known = old + np.searchsorted(leads.created[leads.new_company], day)
    begin = old + int(leads.new_company.sum())
    return np.where(fresh, begin + np.cumsum(fresh) - 1, (rng.random(len(day)) * known).astype(np.int64))


def _open(world: World, firms: Customers, company: Ints, created: Ints, *, repeat: bool) -> Deals:
    """Deals as they are opened: team by region, owner, product, amount; no lead, source or campaign yet."""
    rng = world.stream("repeat deals" if repeat else "new deals")
    count = len(created)
    team, owner = world.seller(rng, firms.region[company], created)
    if repeat:
        keeps = share(rng, count, 0.6) & (world.staff.team_on(firms.owner[company], created) == team)
        owner = np.where(keeps, firms.owner[company], owner)
    service = np.array([p[2] == "Service" for p in PRODUCTS])
    often = np.array([p[4] for p in PRODUCTS]) * np.where(service, 1.5 if repeat else 0.3, 1.0)
    product = rng.choice(len(PRODUCTS), count, p=often / often.sum())
    years = (created - world.clock.begin) / 365.25
    size = rng.lognormal(-0.15 if repeat else 0.1, 0.5, count) * 1.03**years
    cents = np.array([p[3] for p in PRODUCTS])[product] * size
    cents = cents * np.where(firms.country[company] == "CH", 1.02, 1.0)
    none = np.full(count, -1, dtype=np.int64)
    return Deals(
        created=created,
        company=company,
        lead=none,
        source=none,
        campaign=none,
        team=team,
        owner=owner,
        first_owner=owner.copy(),
        handover=none.copy(),
        product=product,
        amount=np.maximum(np.round(cents / 500) * 500, 25_000).astype(np.int64),
        repeat=np.full(count, repeat),
        stage=np.zeros(count, dtype=np.int64),
        closed=none.copy(),
    )


def run(world: World, part: str, deals: Deals, bias: Floats) -> Events:
    """Moves deals through the stages up to the last day; sets their ``stage`` and ``closed``."""
    rng, clock = world.stream(part), world.clock
    rows: _Rows = []
    everyone = np.arange(len(deals.created))
    skill = np.append(np.array(world.staff.skill), 0.0)[deals.owner]  # -1 takes the appended 0
    _note(rows, everyone, deals.created, -1, QUALIFY)
    alive, day, stage = everyone, deals.created.copy(), QUALIFY
    path = [QUALIFY, NEEDS, QUOTE, TALKS, QUOTE, TALKS]
    for step, stage in enumerate(path):
        if step == 4:  # only those thrown back come here; the others have been won in step 3
            back = share(rng, len(alive), _AGAIN)
            _note(rows, alive[~back], day[alive[~back]], TALKS, WON)
            _note(rows, alive[back], day[alive[back]], TALKS, QUOTE)
            alive = alive[back]
        entered = day[alive]
        effort, loss = _stay(rng, clock, deals.team[alive], stage, entered)
        day[alive] = clock.advance(entered, effort)
        lost = share(rng, len(alive), sigmoid(loss - bias[alive] - skill[alive]))
        _note(rows, alive[lost], day[alive[lost]], stage, LOST)
        _reopen(rng, clock, rows, alive[lost], day[alive[lost]])
        alive = alive[~lost]
        if stage != TALKS:
            _note(rows, alive, day[alive], stage, stage + 1)
    _note(rows, alive, day[alive], TALKS, WON)
    return _settle(clock, deals, rows)


def _note(rows: _Rows, deal: Ints, day: Ints, old: int, new: int) -> None:
    rows.append((deal, day, np.full(len(deal), old), np.full(len(deal), new)))


def _stay(
    rng: np.random.Generator, clock: Clock, team: Ints, stage: int, entered: Ints
) -> tuple[Floats, Floats]:
    """Effort spent in a stage and the log-odds of being lost there, with the planted bottleneck."""
    effort = _EFFORT[stage] * rng.lognormal(0.0, 0.6, len(team))
    effort = np.where(share(rng, len(team), _STUCK), effort * 12, effort)
    loss = np.full(len(team), float(logit(_LOSS[stage])))
    if stage == QUOTE:
        story = stories.BOTTLENECK
        since = clock.index(story.since(clock.until) or clock.until)
        hit = (team == TEAM_KEYS.index(story.where["team"])) & (entered >= since)
        size = story.size(told=clock.stories)
        effort = np.where(hit, effort * size["stay_factor"], effort)
        loss = np.where(hit, loss + size["loss_log_odds"], loss)
    return effort, loss


def _reopen(rng: np.random.Generator, clock: Clock, rows: _Rows, deal: Ints, lost: Ints) -> None:
    """A few lost deals come back to Angebot and are decided there."""
    chosen = share(rng, len(deal), _REOPENED)
    deal, lost = deal[chosen], lost[chosen]
    back = clock.advance(lost, rng.uniform(10, 40, len(deal)))
    end = clock.advance(back, rng.uniform(5, 20, len(deal)))
    won = share(rng, len(deal), 0.55)
    _note(rows, deal, back, LOST, QUOTE)
    _note(rows, deal[won], end[won], QUOTE, WON)
    _note(rows, deal[~won], end[~won], QUOTE, LOST)


def _settle(clock: Clock, deals: Deals, rows: _Rows) -> Events:
    """Orders the events, drops those that have not come yet, and reads each deal's state off the last one."""
    deal, day, old, new = (np.concatenate([row[i] for row in rows]).astype(np.int64) for i in range(4))
    known = day <= clock.end
    deal, day, old, new = deal[known], day[known], old[known], new[known]
    order = np.lexsort((day, deal))
    events = Events(deal[order], day[order], old[order], new[order])
    last = np.searchsorted(events.deal, np.arange(len(deals.created)), side="right") - 1
    deals.stage = events.new[last]
    deals.closed = np.where(deals.stage >= WON, events.day[last], -1)
    return events


def _become_customers(world: World, firms: Customers, deals: Deals) -> None:
    """Firms are customers from their first deal won; some leave again."""
    rng, clock = world.stream("churn"), world.clock
    won = np.flatnonzero(deals.won)
    won = won[np.argsort(deals.closed[won], kind="stable")[::-1]]  # the earliest is written last
    fresh = firms.since[deals.company[won]] == NEVER
    firms.since[deals.company[won][fresh]] = deals.closed[won][fresh]
    customer = firms.since > NEVER
    leaves = np.maximum(firms.since, 0) + rng.exponential(365.25 / _CHURN_PER_YEAR, len(firms.since)) + 180
    left = customer & (leaves <= clock.end)
    firms.until[left] = leaves[left].astype(np.int64)


def _repeat_orders(world: World, firms: Customers) -> tuple[Ints, Ints]:
    """Firm and day of deals with customers, in order of days."""
    rng, clock = world.stream("repeat orders"), world.clock
    customer = np.flatnonzero(firms.since > NEVER)
    begin = clock.effort[np.maximum(firms.since[customer], 0)]
    until = firms.until[customer]
    stop = clock.effort[np.where(until > NEVER, until, clock.end)]
    per_year = clock.effort[clock.begin + 365] - clock.effort[clock.begin]
    rate = rng.gamma(1.2, _REPEAT_PER_YEAR / 1.2, len(customer)) / per_year
    number = rng.poisson(rate * (stop - begin))
    firm = np.repeat(customer, number)
    reach = np.repeat(begin, number) + rng.random(len(firm)) * np.repeat(stop - begin, number)
    day = np.searchsorted(clock.effort, reach, side="left")
    keep = day <= clock.end
    order = np.argsort(day[keep], kind="stable")
    return firm[keep][order], day[keep][order]


def _join(first: Deals, first_events: Events, then: Deals, then_events: Events) -> tuple[Deals, Events]:
    """Both kinds of deals in one list, numbered in the order they were opened."""
    names = Deals.__slots__
    merged = {n: np.concatenate([getattr(first, n), getattr(then, n)]) for n in names}
    order = np.argsort(merged["created"], kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    deals = Deals(**{n: column[order] for n, column in merged.items()})
    deal = place[np.concatenate([first_events.deal, then_events.deal + len(first.created)])]
    columns = [
        np.concatenate([getattr(first_events, n), getattr(then_events, n)]) for n in ("day", "old", "new")
    ]
    sort = np.lexsort((columns[0], deal))
    return deals, Events(deal[sort], *(column[sort] for column in columns))


def _hand_over(world: World, deals: Deals) -> None:
    """Deals of people who left go to somebody of the team in charge."""
    rng, clock, staff = world.stream("handover"), world.clock, world.staff
    left = np.append(np.array(staff.left), -1)[deals.owner]
    stop = np.where(deals.closed >= 0, deals.closed, clock.end)
    orphan = np.flatnonzero((left >= 0) & (left < stop))
    day = clock.next_workday(left[orphan] + 1)
    orphan, day = orphan[day <= stop[orphan]], day[day <= stop[orphan]]
    for index in np.unique(deals.team[orphan]):
        mine = deals.team[orphan] == index
        deals.owner[orphan[mine]] = staff.assign(rng, int(index), day[mine])
    deals.handover[orphan] = day


def shares(world: World, deals: Deals) -> tuple[Ints, Ints, Floats]:
    """Deal, person and share of deals that two (seldom three) people own."""
    rng, staff = world.stream("shares"), world.staff
    day = np.where(deals.closed >= 0, deals.closed, deals.created)
    inside = staff.assign(rng, TEAM_KEYS.index(stories.TEAM_INSIDE), day)
    south = staff.assign(rng, TEAM_KEYS.index(stories.TEAM_SOUTH), day)
    partner = np.where(share(rng, len(day), 0.6), inside, south)
    fine = (deals.owner >= 0) & (partner >= 0) & (partner != deals.owner)
    two = np.flatnonzero(fine & share(rng, len(day), 0.12))
    third = (inside[two] != partner[two]) & (inside[two] != deals.owner[two]) & (inside[two] >= 0)
    third &= share(rng, len(two), 0.15)
    deal = np.concatenate([two, two, two[third]])
    person = np.concatenate([deals.owner[two], partner[two], inside[two[third]]])
    part = np.concatenate([np.where(third, 0.5, 0.6), np.where(third, 0.3, 0.4), np.full(third.sum(), 0.2)])
    order = np.lexsort((-part, deal))
    return deal[order], person[order], part[order]


STAGE_NAMES = tuple(stage[0] for stage in STAGES)
