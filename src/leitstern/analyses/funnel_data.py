"""The records of the funnel as arrays: leads, deals, their stages and contacts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from leitstern.errors import Problem
from leitstern.insight.funnel.bottleneck import Board, Stretch
from leitstern.insight.funnel.passages import LOST, OPEN, WON, Passages, Stays, passages
from leitstern.insight.funnel.steps import Cases
from leitstern.insight.funnel.waits import Bools, Days, Floats, Ints

if TYPE_CHECKING:
    import pyarrow as pa

    from leitstern.workspace import Workspace

By = Literal["campaign", "source", "team", "segment"]
BY: tuple[By, ...] = get_args(By)
Texts = list[str | None]

_YEAR = timedelta(days=365)
_LEAD = ("created_at", "mql_at", "sql_at", "converted_at", "disqualified_at", "won_at", "deal", "company")
_DEAL = ("created_at", "closed_at", "status", "kind", "amount", "lost_reason", "stage", "lead", "company")
_DATED = ("lead", "deal", "stage_visit", "deal_event", "activity")
_GROUPS = ("campaign", "source", "team@created_at")


class Table:
    """A fact's records by column: days as datetime64[D], money as float (NaN: unknown), the rest as texts."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def days(self, name: str) -> Days:
        """A column of days; NaT where there is none."""
        column = self._table[name].to_numpy(zero_copy_only=False)
        return np.asarray(column, dtype="datetime64[D]")

    def texts(self, name: str) -> Texts:
        """A column of texts or keys."""
        found: Texts = self._table[name].to_pylist()
        return found

    def floats(self, name: str) -> Floats:
        """A column of amounts or numbers."""
        return np.array(
            [np.nan if v is None else float(v) for v in self._table[name].to_pylist()], dtype=float
        )

    @cached_property
    def place(self) -> dict[str, int]:
        """The row of each key."""
        return {str(key): row for row, key in enumerate(self._table["key"].to_pylist())}

    def rows(self, keys: Sequence[str | None]) -> Ints:
        """The rows of keys; -1 where there is none."""
        return np.array([self.place.get(key, -1) if key else -1 for key in keys], dtype=np.int64)


def read(ws: Workspace, fact: str, *fields: str) -> Table:
    """The records of a fact."""
    return Table(ws.facts(fact, *fields))


@dataclass(frozen=True)
class Times:
    """The period asked for, the same a year earlier (None: not recorded), today, the first recorded day."""

    start: date
    end: date
    earlier: tuple[date, date] | None
    as_of: date
    since: date

    @property
    def period(self) -> Stretch:
        """The period as days of numpy."""
        return Stretch(np.datetime64(self.start), np.datetime64(self.end))

    @property
    def past(self) -> Stretch | None:
        """The earlier year as days of numpy."""
        if self.earlier is None:
            return None
        return Stretch(np.datetime64(self.earlier[0]), np.datetime64(self.earlier[1]))

    @property
    def today(self) -> np.datetime64:
        """The last day that is known."""
        return np.datetime64(self.as_of)


@dataclass(frozen=True)
class Stages:
    """Passages of deals through the open stages, with the stages' keys by rank."""

    passages: Passages
    keys: list[str]
    teams: Texts


class Data:
    """Leads, deals and stages of a workspace. Raises ``Problem`` for an unknown way to group."""

    def __init__(self, ws: Workspace, start: date | None = None, end: date | None = None) -> None:
        self.ws = ws
        self.leads = read(ws, "lead", *_LEAD, *_GROUPS)
        self.deals = read(ws, "deal", *_DEAL, *_GROUPS)
        self.times = self._times(start, end)

    def _times(self, start: date | None, end: date | None) -> Times:
        """By default the last 365 days; nothing before records were complete.

        Deals that were closed before recording began are missing, so what was opened before then are only
        those that took long. The 1 %-quantile of the closing days keeps one mistyped date from setting the
        day.
        """
        generation = self.ws.generation()
        if generation is None:
            raise Problem("leitstern.nothing_imported", path=self.ws.folder)
        newest = [generation.facts[fact].newest for fact in _DATED if fact in generation.facts]
        # What a late source has not told yet has not stopped happening: nothing is open after its last day.
        as_of = min([generation.as_of, max([day for day in newest if day], default=generation.as_of)])
        closed = self.deals.days("closed_at")
        closed = np.sort(closed[~np.isnat(closed)])
        since = closed[int(0.01 * len(closed))].item() if len(closed) else as_of
        last = min(end or as_of, as_of)
        first = start or max(last - _YEAR + timedelta(days=1), min(since, last))
        if first > last:
            raise Problem("funnel.period_backwards", start=first, end=last, as_of=as_of)
        past = max(first - _YEAR, since), last - _YEAR
        long_enough = (past[1] - past[0]) * 2 >= last - first
        return Times(first, last, past if long_enough else None, as_of, since)

    def groups(self, table: Table, by: By) -> Texts:
        """The group of each lead or deal."""
        if by == "segment":
            return [self._segments.get(key or "") for key in table.texts("company")]
        return table.texts("team@created_at" if by == "team" else by)

    @cached_property
    def _segments(self) -> dict[str, str]:
        return self.ws.organisation().segments

    def names(self, by: By) -> dict[str, str]:
        """Names of the groups that have keys."""
        return dict(self.ws.subjects(by)) if by in ("campaign", "team") else {}

    @cached_property
    def lost(self) -> Bools:
        """Deals that were lost."""
        return np.array([status == "lost" for status in self.deals.texts("status")], dtype=bool)

    @cached_property
    def won(self) -> Bools:
        """Deals that were won."""
        return np.array([status == "won" for status in self.deals.texts("status")], dtype=bool)

    @cached_property
    def closed(self) -> Days:
        """The day each deal was won or lost; NaT while it is open."""
        return np.where(self.won | self.lost, self.deals.days("closed_at"), np.datetime64("NaT"))

    @cached_property
    def deal_leads(self) -> Ints:
        """The row of each deal's lead, whichever side names the other; -1: none."""
        found = self.leads.rows(self.deals.texts("lead"))
        named = self.deals.rows(self.leads.texts("deal"))
        free = named >= 0
        found[named[free]] = np.where(found[named[free]] >= 0, found[named[free]], np.flatnonzero(free))
        return found

    @cached_property
    def stages(self) -> Stages:
        """The passages through the pipeline of all deals whose stage changes are recorded.

        Without any record of them a deal has one stage, which is called ``deal``.
        """
        events = read(self.ws, "deal_event", "deal", "field")
        changed = zip(events.texts("deal"), events.texts("field"), strict=True)
        told = {deal for deal, field in changed if field == "stage"}
        return self._visits(told) if told else self._one_stage()

    def _one_stage(self) -> Stages:
        created, never = self.deals.days("created_at"), np.datetime64("NaT", "D")
        rows = np.flatnonzero(~np.isnat(created))
        won, lost = self.won[rows], self.lost[rows]
        end = np.maximum(self.closed, created)[rows]
        found = Passages(
            rows, np.zeros(len(rows), dtype=np.int64), np.arange(len(rows)), created[rows],
            np.where(won, end, never), np.where(lost, end, never), np.where(lost, 0, -1),
        )  # fmt: skip
        teams = self.deals.texts("team@created_at")
        return Stages(found, ["deal"], [teams[row] for row in rows.tolist()])

    def _visits(self, told: set[str | None]) -> Stages:
        visits = read(self.ws, "stage_visit", "deal", "stage", "outcome", "entered_at", "team@entered_at")
        keys = visits.texts("stage")
        deal = self.deals.rows(visits.texts("deal"))
        fine = np.array(
            [o == "open" and k is not None for o, k in zip(visits.texts("outcome"), keys, strict=True)]
        )
        fine = (
            fine
            & np.array([key in told for key in visits.texts("deal")], dtype=bool)
            & (deal >= 0)
            & ~np.isnat(visits.days("entered_at"))
        )
        ranked = self._ranked(keys, fine, visits, deal)
        rank = np.array([ranked.get(key or "", -1) for key in keys], dtype=np.int64)
        mine = np.flatnonzero(fine & (rank >= 0))
        entered = visits.days("entered_at")
        mine = mine[np.lexsort((rank[mine], entered[mine].astype(np.int64)))]
        ended = np.flatnonzero(~np.isnat(self.closed))
        # A closing day before the last stage is a mistyped one: the deal did not end before it got there.
        end = self.closed.copy()
        np.fmax.at(end, deal[mine], np.where(np.isnat(end[deal[mine]]), end[deal[mine]], entered[mine]))
        stays = Stays(
            np.concatenate([deal[mine], ended]),
            np.concatenate([rank[mine], np.zeros(len(ended), dtype=np.int64)]),
            np.concatenate([np.full(len(mine), OPEN), np.where(self.won[ended], WON, LOST)]),
            np.concatenate([entered[mine], end[ended]]),
        )
        found = passages(stays)
        teams = visits.texts("team@entered_at")
        return Stages(found, list(ranked), [teams[mine[stay]] for stay in found.stay.tolist()])

    def _ranked(self, keys: Texts, fine: Bools, visits: Table, deal: Ints) -> dict[str, int]:
        """The open stages in order of their pipeline; those without a position by when deals get there."""
        stage = read(self.ws, "stage", "pipeline", "position", "outcome")
        position = dict(zip(stage.place, stage.floats("position").tolist(), strict=True))
        pipeline = dict(zip(stage.place, stage.texts("pipeline"), strict=True))
        after = (visits.days("entered_at") - self.deals.days("created_at")[deal]) / np.timedelta64(1, "D")
        seen: dict[str, list[float]] = {}
        for row in np.flatnonzero(fine).tolist():
            seen.setdefault(str(keys[row]), []).append(float(after[row]))

        def order(key: str) -> tuple[str, float, float, str]:
            at = position.get(key, float("nan"))
            return (
                pipeline.get(key) or "",
                float("inf") if np.isnan(at) else at,
                float(np.mean(seen[key])),
                key,
            )

        return {key: rank for rank, key in enumerate(sorted(seen, key=order))}

    def board(self, by: By) -> tuple[Board, list[str], list[str]]:
        """The passages as the bottleneck is looked for in, with the keys of the stages and of the groups."""
        stages, found = self.stages, self.stages.passages
        named = stages.teams if by == "team" else self.groups(self.deals, by)
        if by != "team":
            named = [named[deal] for deal in found.deal.tolist()]
        groups = sorted({name for name in named if name is not None})
        number = {name: place for place, name in enumerate(groups)}
        kinds = {"new": 0, "existing": 1}
        kind = np.array([kinds.get(k or "", 2) for k in self.deals.texts("kind")], dtype=np.int64)
        board = Board(
            found.rank,
            np.array([number.get(name or "", -1) for name in named], dtype=np.int64),
            kind[found.deal],
            self.deals.floats("amount")[found.deal],
            Cases(found.entered, found.passed, found.left, self.times.today),
            self.closed[found.deal],
            self.won[found.deal],
        )
        return board, stages.keys, groups
