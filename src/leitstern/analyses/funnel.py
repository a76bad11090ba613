"""The funnel of a workspace: conversion by step, where it is lost, and the bottleneck.

Steps are lead, MQL, SQL, deal, quote and won, and the stages of the pipeline. Leads are counted by whose they
were when they came, deals by whose they were when they were opened, stages by whose the deal was when it got
there. Who reached a later step has passed the earlier ones, even where no date says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from leitstern.analyses.funnel_data import BY, By, Data, Table, Texts, Times, read
from leitstern.analyses.funnel_json import bottleneck_json, leak_json, row_json, times_json
from leitstern.insight.funnel.bottleneck import Bottlenecks, bottlenecks
from leitstern.insight.funnel.leaks import Leak, leaks
from leitstern.insight.funnel.steps import Cases, Cohort, Flow, cohort, flow, horizon
from leitstern.insight.funnel.waits import Days, Wait, wait

if TYPE_CHECKING:
    from leitstern.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Group:
    """A campaign, source, team or segment; ``id`` None: not assigned."""

    id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A step from ``step`` to ``to`` for a group (None: all)."""

    step: str
    to: str
    group: Group | None
    cohort: Cohort
    flow: Flow
    wait: Wait


@dataclass(frozen=True, slots=True)
class Funnel:
    """The funnel of a period: ``steps`` one by one, from end to end (``whole``), the ``stages``, ``leaks``.

    Of the leaks, ``step`` is the number of the stage in ``stage_names``; -1: lost outside of all stages.
    """

    times: Times
    by: By | None
    steps: tuple[Row, ...]
    whole: tuple[Row, ...]
    stages: tuple[Row, ...]
    leaks: tuple[Leak, ...]
    stage_keys: tuple[str, ...]
    stage_names: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Plain values: dates as texts, shares 0 to 1, None where there is no value."""
        return {
            **times_json(self.times),
            "by": self.by,
            "steps": [row_json(row) for row in self.steps],
            "whole": [row_json(row) for row in self.whole],
            "stages": [row_json(row, self.stage_names) for row in self.stages],
            "leaks": [leak_json(leak, self.stage_keys, self.stage_names) for leak in self.leaks],
        }


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Where most is lost: `leitstern.insight.funnel.bottleneck` over the stages and groups of a workspace."""

    times: Times
    by: By
    found: Bottlenecks
    stage_keys: tuple[str, ...]
    stage_names: dict[str, str]
    groups: tuple[Group, ...]
    currency: str

    def as_json(self) -> dict[str, Any]:
        """Plain values, as `Funnel.as_json`; costs are per quarter, in ``currency``."""
        return {**times_json(self.times), "by": self.by, "currency": self.currency, **bottleneck_json(self)}


def funnel(ws: Workspace, by: By | None = None, start: date | None = None, end: date | None = None) -> Funnel:
    """The funnel from ``start`` to ``end`` (default: the last 365 days), for all and by group.

    Raises ``Problem`` where nothing was imported.
    """
    data = Data(ws, start, end)
    chain, whole_way = _chain(data)
    names = data.names(by) if by else {}
    steps = [row for step in chain for row in _rows(data, step, by, names)]
    whole = [row for step in whole_way for row in _rows(data, step, by, names)]
    stages = [row for step in _stages(data, by) for row in _rows(data, step, by, names)]
    stage_names = _stage_names(data)
    return Funnel(
        data.times, by, tuple(steps), tuple(whole), tuple(stages), tuple(_leaks(data)),
        tuple(data.stages.keys), stage_names,
    )  # fmt: skip


def bottleneck(
    ws: Workspace, by: By = "team", start: date | None = None, end: date | None = None
) -> Bottleneck:
    """The stage and group where most value is lost against the year before and against all other groups."""
    data = Data(ws, start, end)
    board, stages, groups = data.board(by)
    names = data.names(by)
    return Bottleneck(
        data.times, by, bottlenecks(board, data.times.period, data.times.past), tuple(stages),
        _stage_names(data), tuple(Group(key, names.get(key, key)) for key in groups), ws.settings.currency,
    )  # fmt: skip


@dataclass(frozen=True)
class _Step:
    name: str
    to: str
    cases: Cases
    groups: dict[By, Texts]


def _chain(data: Data) -> tuple[list[_Step], list[_Step]]:
    """The steps from one to the next, and those from end to end; what was never recorded is no step."""
    leads, deals, never = data.leads, data.deals, np.datetime64("NaT", "D")
    of_lead = data.deal_leads
    has_deal = of_lead >= 0
    opened = np.full(len(leads), never)
    opened[of_lead[has_deal]] = deals.days("created_at")[has_deal]
    gone = leads.days("disqualified_at")
    won = np.where(data.won, data.closed, never)
    lost = np.where(data.lost, data.closed, never)
    # A lead whose deal was lost will not be won any more, unless its other deals were.
    lead_lost = np.full(len(leads), never)
    lead_lost[of_lead[has_deal & data.lost]] = lost[has_deal & data.lost]
    begun, created = leads.days("created_at"), deals.days("created_at")
    of_leads = [
        ("lead", begun), ("mql", leads.days("mql_at")), ("sql", leads.days("sql_at")),
        ("deal", _first(opened, leads.days("converted_at"))),
    ]  # fmt: skip
    of_deals = [("deal", created), ("quote", _quoted(data)), ("won", won)]
    steps = [*_pairs(data, leads, of_leads, gone), *_pairs(data, deals, of_deals, lost)]
    ends = [
        ("lead", leads, begun, leads.days("won_at"), _first(gone, lead_lost)),
        ("deal", deals, created, won, lost),
    ]
    whole = [
        _step(data, name, "won", table, Cases(entered, passed, left, data.times.today))
        for name, table, entered, passed, left in ends
        if not np.isnat(entered).all()
    ]
    # Without quotes the step from deal to won is the whole way of deals.
    known = {(step.name, step.to) for step in steps}
    return steps, [step for step in whole if (step.name, step.to) not in known] if len(steps) > 1 else []


def _pairs(data: Data, table: Table, dates: list[tuple[str, Days]], left: Days) -> Iterator[_Step]:
    """Each recorded step with the next; who reached a later one has reached it by then."""
    known = [(name, days) for name, days in dates if not np.isnat(days).all()]
    for (name, entered), (to, _) in pairwise(known):
        place = [other for other, _ in known].index(name)
        passed = _earliest([days for _, days in known[place + 1 :]])
        # A quote is what was sent; the other steps are what was reached.
        reached = entered if name == "quote" else _earliest([days for _, days in known[place:]])
        yield _step(data, name, to, table, Cases(reached, passed, left, data.times.today))


def _step(data: Data, name: str, to: str, table: Table, cases: Cases) -> _Step:
    return _Step(name, to, cases, {by: data.groups(table, by) for by in BY})


def _earliest(dates: list[Days]) -> Days:
    """The earliest of several days; NaT where there is none."""
    return np.asarray(np.fmin.reduce(dates))


def _first(one: Days, other: Days) -> Days:
    """The earlier of two days, or the one there is."""
    return np.fmin(one, other)


def _quoted(data: Data) -> Days:
    """The day each deal's first quote was sent."""
    quotes = read(data.ws, "quote", "deal", "sent_at")
    deal, sent = data.deals.rows(quotes.texts("deal")), quotes.days("sent_at")
    first = np.full(len(data.deals), np.datetime64("NaT", "D"))
    known = (deal >= 0) & ~np.isnat(sent)
    np.fmin.at(first, deal[known], sent[known])
    return first


def _stages(data: Data, by: By | None) -> Iterator[_Step]:
    """The stages of the pipeline as steps; a single one is the deal itself, which the chain tells."""
    if len(data.stages.keys) < 2:
        return
    found = data.stages.passages
    keys = [*data.stages.keys, "won"]
    groups: Texts = []
    if by == "team":
        groups = data.stages.teams
    elif by:
        own = data.groups(data.deals, by)
        groups = [own[deal] for deal in found.deal.tolist()]
    for rank, key in enumerate(data.stages.keys):
        mine = found.rank == rank
        cases = Cases(found.entered[mine], found.passed[mine], found.left[mine], data.times.today)
        here = {by: [groups[row] for row in np.flatnonzero(mine).tolist()]} if by else {}
        yield _Step(key, keys[rank + 1], cases, here)


def _rows(data: Data, step: _Step, by: By | None, names: dict[str, str]) -> Iterator[Row]:
    """The step for all, then for each group that had cases in the period, the largest first."""
    known = ~np.isnat(step.cases.entered)
    cases = step.cases.where(known)
    within = horizon(cases)
    yield _row(data, step, None, cases, within)
    if by is None:
        return
    of_case = [group for group, has in zip(step.groups[by], known.tolist(), strict=True) if has]
    rows = []
    for key in dict.fromkeys(of_case):
        mine = np.array([group == key for group in of_case], dtype=bool)
        group = Group(key, None if key is None else names.get(key, key))
        rows.append(_row(data, step, group, cases.where(mine), within))
    rows = [row for row in rows if row.cohort.entered or row.flow.passed or row.flow.left]
    yield from sorted(rows, key=lambda row: (-row.cohort.entered, row.group.id or "" if row.group else ""))


def _row(data: Data, step: _Step, group: Group | None, cases: Cases, within: int) -> Row:
    start, end = data.times.period.start, data.times.period.end
    mine = cases.where((cases.entered >= start) & (cases.entered <= end))
    ended = np.where(mine.has_passed, mine.passed, np.where(mine.has_left, mine.left, np.datetime64("NaT")))
    # An end dated before the beginning is an end on the first day.
    lasted = wait(mine.entered, np.maximum(mine.entered, ended), data.times.today)
    return Row(
        step.name, step.to, group, cohort(cases, start, end, within), flow(cases, start, end), lasted
    )  # fmt: skip


def _leaks(data: Data) -> list[Leak]:
    """Deals lost in the period, by the stage they were last in and their reason."""
    found = data.stages.passages
    stage = np.full(len(data.deals), -1, dtype=np.int64)
    stage[found.deal] = found.lost_in
    start, end = data.times.period.start, data.times.period.end
    rows = np.flatnonzero(data.lost & (data.closed >= start) & (data.closed <= end))
    reasons = data.deals.texts("lost_reason")
    return leaks(stage[rows], [reasons[row] for row in rows.tolist()], data.deals.floats("amount")[rows])


def _stage_names(data: Data) -> dict[str, str]:
    stage = read(data.ws, "stage", "name")
    return {key: name or key for key, name in zip(stage.place, stage.texts("name"), strict=True)}
