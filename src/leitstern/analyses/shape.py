"""A KPI's shape in time: what earlier periods were known to be at the same place, and what they came to.

Asked for KPIs whose days do not make up a period (different values, medians, scores, cohorts, to-date and
rolling values, growth, coverage). Each earlier period is asked with the engine's ``as_of``, so that a cohort
is as young as it was then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from leitstern.goals.plan import accumulates
from leitstern.insight.shape.develop import Within
from leitstern.kpis.expressions import Binary, Formula, Negative
from leitstern.periods.grains import Grain, Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from leitstern.engine.observations import Observations, Subject
    from leitstern.kpis.load import Resolved
    from leitstern.workspace import Workspace

    Array = NDArray[np.float64]
    Stretch = tuple[date, date]

#: So many earlier periods are looked at as they were known then.
MOST = 24
#: Stretches moved by months that are looked at: a cohort's have to be old enough to be ripe.
MOST_MOVED = 36
_DAY = timedelta(days=1)
_WORST_SCORE, _BEST_SCORE = -100.0, 100.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A KPI (``name`` or ``name@version``) by subject type; ``grain`` is None for stretches between two free
    dates."""

    kpi: str
    by: str
    grain: str | None

    def values(self, ws: Workspace, stretches: Sequence[Stretch], as_of: date | None) -> Observations:
        """Neighbouring periods of the grain, or stretches, as they were known on a day (None: today)."""
        if as_of is not None:
            return ws.compute_as_known(self.kpi, self.by, stretches, self.grain, as_of)
        if self.grain is None:
            return ws.compute_stretches([self.kpi], self.by, stretches)
        return ws.compute([self.kpi], self.by, self.grain, stretches[0][0], stretches[-1][1])


def same_place(ws: Workspace, when: Stretch, through: date, other: Stretch) -> date:
    """The day of another stretch at the same place as ``through`` of one: after as many working days, or as
    many days after its end."""
    if through > when[1]:
        return other[1] + (through - when[1])
    return ws.settings.calendar().same_stretch(_period(when), through, _period(other))


def may_move(resolved: Resolved) -> bool:
    """Whether any stretch of months is like another: not where a value begins anew with each year."""
    shape = resolved.definition.shape
    return shape is None or (shape.to_date is None and shape.growth is None)


def moved(when: Stretch, through: date) -> list[Stretch]:
    """Stretches of the same length before one, each a month before the next, oldest first."""
    if not _whole_months(when):
        return []
    length = _number(when[1]) - _number(when[0]) + 1
    last = min(_number(when[1]) - 1, _number(through + _DAY) - 1)
    ends = range(last - MOST_MOVED + 1, last + 1)
    return [(_first(end - length + 1), _first(end + 1) - _DAY) for end in ends]


def step_of(when: Stretch) -> float:
    """A month as a part of a stretch of whole months."""
    return 1 / (_number(when[1]) - _number(when[0]) + 1)


def _whole_months(stretch: Stretch) -> bool:
    return stretch[0].day == 1 and (stretch[1] + _DAY).day == 1


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _period(stretch: Stretch) -> Period:
    start, end = stretch
    return Period(Grain.DAY, start.toordinal(), start, end, f"{start}..{end}")


def then(
    ws: Workspace,
    asked: Asked,
    subjects: Sequence[Subject],
    stretches: Sequence[Stretch],
    days: Sequence[date],
) -> Array:
    """Earlier stretches as they were known on ``days``, subjects × stretches; NaN for the ones long ago."""
    found = np.full((len(subjects), len(stretches)), np.nan)
    rows = {subject: row for row, subject in enumerate(subjects)}
    for at in range(max(len(stretches) - MOST, 0), len(stretches)):
        if days[at] < stretches[at][0]:
            continue
        for o in asked.values(ws, [stretches[at]], days[at]):
            if o.end == stretches[at][1] and o.value is not None and o.subject in rows:
                found[rows[o.subject], at] = float(o.value)
    return found


def within(resolved: Resolved, known: Array) -> Within:
    """Where a KPI's values can lie: by its definition, and where that leaves it open, by ``known`` values.

    A share never seen above 1 is taken to end there, an amount never seen below 0 not to fall below.
    """
    kinds = {measure.kind for measure in resolved.measures.values()}
    shape = resolved.definition.shape
    if shape is not None and shape.growth is not None:
        return Within(low=-1.0)
    if kinds == {"nps"}:
        return Within(_WORST_SCORE, _BEST_SCORE)
    seen = known[np.isfinite(known)]
    low = 0.0 if not (seen < 0).any() else -np.inf
    shares = kinds <= {"conversion", "csat"} or resolved.formula.top_division() is not None
    share = resolved.definition.unit == "percent" and shares and not (seen > 1).any()
    return Within(low, 1.0 if share else np.inf, grows(resolved))


def grows(resolved: Resolved) -> bool:
    """Whether a value can only grow within its period: records or different values are counted."""
    shape = resolved.definition.shape
    if shape is not None and not (shape.to_date or shape.cumulative):
        return False
    counts = {measure.kind for measure in resolved.measures.values()} <= {"count", "distinct"}
    return counts and accumulates(resolved.formula, resolved.measures) and not _takes_away(resolved.formula)


def _takes_away(formula: Formula) -> bool:
    match formula:
        case Negative(_) | Binary("-", _, _):
            return True
        case Binary(_, left, right):
            return _takes_away(left) or _takes_away(right)
    return False
