"""What is won in the next weeks and months, from a workspace's deals.

from leitstern.analyses import pipeline
pipeline.pipeline(ws, weeks=13)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from leitstern.analyses.pipeline_data import Read, read
from leitstern.errors import Problem
from leitstern.insight.pipeline import Line, OpenDeal, PipelineForecast, Told, forecast

if TYPE_CHECKING:
    from leitstern.insight.pipeline.deals import Ints
    from leitstern.workspace import Workspace

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class TeamRow:
    """Of one team's open deals (id None: of no team): number, and value expected by the end of each month."""

    team: str | None
    name: str | None
    deals: int
    expected: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The forecast with names. ``deals`` pairs keys with open deals; ``left_out`` open deals have no
    beginning; ``amount_at_close``: amounts are written at the closing, so that open deals count the mean of
    their product."""

    forecast: PipelineForecast
    deals: tuple[tuple[str, OpenDeal], ...]
    stages: tuple[str | None, ...]
    teams: tuple[TeamRow, ...]
    left_out: int
    amount_at_close: bool

    def as_json(self) -> dict[str, Any]:
        """Plain values, as the command line and the API give them."""
        found = self.forecast
        return {
            "verdict": found.verdict,
            "n": found.n,
            "day": found.day.isoformat(),
            "open_deals": found.open_deals,
            "left_out": self.left_out,
            "amount_at_close": self.amount_at_close,
            "boosted": found.boosted,
            "tools": found.tools,
            "bias": found.bias,
            "wape": found.wape,
            "coverage": found.coverage,
            "weeks": [_line(line) for line in found.weeks],
            "months": [_line(line) for line in found.months],
            "told": [_told(one) for one in found.told],
            "deals": [self._deal(key, deal) for key, deal in self.deals],
            "teams": [asdict(row) | {"expected": list(row.expected)} for row in self.teams],
        }

    def _deal(self, key: str, deal: OpenDeal) -> dict[str, Any]:
        return {
            "deal": key,
            "stage": self.stages[deal.stage],
            "days_in_stage": deal.days_in_stage,
            "worth": deal.worth,
            "chances": list(deal.chances),
            "expected": deal.expected,
        }


def pipeline(
    ws: Workspace, weeks: int = 13, tell: Callable[[int, int], None] = lambda _done, _of: None
) -> Pipeline:
    """The won value and number expected for so many weeks (1 to 26) and for the months up to their end.

    Raises ``Problem`` for another number of weeks.
    """
    if not 1 <= weeks <= 26:
        raise Problem("analyses.weeks_out_of_range", weeks=weeks)
    known = read(ws)
    found = forecast(known.deals, known.day, weeks=weeks, days_off=_days_off(ws, known), tell=tell)
    deals = tuple((known.keys[deal.row], deal) for deal in found.deals)
    return Pipeline(
        found, deals, tuple(known.stages), _teams(ws, known, found), known.left_out, known.amount_at_close
    )


def _days_off(ws: Workspace, known: Read) -> Ints:
    """Days without work that are not Saturdays or Sundays, over the data and a year ahead."""
    work = ws.settings.calendar()
    first = int(known.deals.created.min()) if len(known.deals) else known.day
    days = [_EPOCH + timedelta(days=number) for number in range(max(first, 0), known.day + 366)]
    off = [(day - _EPOCH).days for day in days if day.weekday() < 5 and not work.working_days(day, day)]
    return np.array(off, dtype=np.int64)


def _teams(ws: Workspace, known: Read, found: PipelineForecast) -> tuple[TeamRow, ...]:
    """Open deals by the team they belonged to when they began, largest expectation first."""
    names = dict(ws.subjects("team"))
    own: dict[str | None, list[OpenDeal]] = defaultdict(list)
    for deal in found.deals:
        own[known.teams[deal.row]].append(deal)
    rows = [
        TeamRow(team, names.get(team or ""), len(deals), tuple(_by_month(deals)))
        for team, deals in own.items()
    ]
    return tuple(sorted(rows, key=lambda row: -row.expected[-1]))


def _by_month(deals: list[OpenDeal]) -> list[float]:
    """The value expected by the end of each month, later ones including earlier ones."""
    return [sum(d.chances[at] * d.worth for d in deals) for at in range(len(deals[0].chances))]


def _line(line: Line) -> dict[str, Any]:
    found = asdict(line) | {"total": line.total, "deals": line.deals}
    return found | {"start": line.start.isoformat(), "end": line.end.isoformat()}


def _told(one: Told) -> dict[str, Any]:
    return asdict(one) | {"day": one.day.isoformat()}
