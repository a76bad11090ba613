"""How often forecasts of a workspace came true: made again for months that are over, by family of KPIs.

from leitstern.analyses import track_record
track_record.track_record(ws, ["won_value", "new_leads"])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from leitstern.analyses.forecast import replays
from leitstern.analyses.forecast_data import kind_of
from leitstern.insight.forecast.result import PUBLISHED
from leitstern.insight.record.scores import Past, Score, score

if TYPE_CHECKING:
    from leitstern.insight.forecast import Replay
    from leitstern.workspace import Workspace

#: For whom and for how many whole months forecasts are made again.
BY = ("company", "team", "person")
MONTHS = 12
#: The quantiles that bound the middle 80 %.
_LOW, _HIGH = PUBLISHED.index(0.1), PUBLISHED.index(0.9)


@dataclass(frozen=True, slots=True)
class Family:
    """KPIs that are forecast in the same way, and how good their forecasts were."""

    name: str
    kpis: tuple[str, ...]
    score: Score

    def as_json(self) -> dict[str, Any]:
        """Plain values; None where there is too little to tell."""
        return {"family": self.name, "kpis": list(self.kpis), **asdict(self.score)}


def family_of(ws: Workspace, kpi: str) -> str | None:
    """``amount``, ``count``, ``ratio`` or ``stock``; ``periods`` for KPIs forecast from whole periods."""
    name, _, version = kpi.partition("@")
    resolved = ws.catalogue.resolved(name, int(version) if version else None)
    return kind_of(resolved) or "periods"


def track_record(
    ws: Workspace,
    kpis: Sequence[str],
    by: Sequence[str] = BY,
    months: int = MONTHS,
    tell: Callable[[int, int], None] = lambda _at, _of: None,
) -> list[Family]:
    """Forecasts of the last whole months, made again with what was known then, and scored by family.

    Each subject's month counts as one goal, however often it is forecast. ``tell`` is told how many KPIs are
    done. KPIs without daily values cannot be replayed and are left out.
    """
    found: dict[str, list[tuple[str, list[Past]]]] = {}
    for at, kpi in enumerate(kpis):
        tell(at, len(kpis))
        pasts = [past for level in by for past in _pasts(replays(ws, kpi, level, "month", months))]
        if pasts:
            found.setdefault(str(family_of(ws, kpi)), []).append((kpi, pasts))
    return [
        Family(
            name, tuple(kpi for kpi, _ in parts), score(joined(past for _, pasts in parts for past in pasts))
        )
        for name, parts in sorted(found.items())
    ]


def joined(pasts: Iterable[Past]) -> Past:
    """Forecasts of several KPIs together; no goal of one is a goal of another."""
    parts = list(pasts)
    begin, goals = 0, []
    for past in parts:
        goals.append(past.goal + begin)
        begin += int(past.goal.max(initial=-1)) + 1
    columns = [np.concatenate([getattr(p, name) for p in parts]) for name in Past.__slots__[1:]]
    return Past(np.concatenate(goals), *columns)


def _pasts(found: list[Replay]) -> list[Past]:
    """The replays as arrays: a row for each target. Where nothing was usual there is no target to reach."""
    rows: list[tuple[float, ...]] = []
    goals: dict[tuple[int, object], int] = {}
    for one in found:
        goal = goals.setdefault((one.at, one.forecast.start), len(goals))
        low, high = one.forecast.quantiles[_LOW], one.forecast.quantiles[_HIGH]
        rows += [
            (goal, chance, plain, float(hit), low, high, one.outcome)
            for target, chance, plain, hit in zip(one.targets, one.chances, one.plain, one.hits, strict=True)
            if target > 0 and plain is not None
        ]
    if not rows:
        return []
    columns = np.array(rows, float).T
    return [Past(columns[0].astype(np.int64), *columns[1:])]
