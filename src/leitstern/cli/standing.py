"""What is said of closed periods beside values and records: that they stand, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from leitstern.cli.state import State

if TYPE_CHECKING:
    from leitstern.engine.observations import Observation
    from leitstern.engine.restating import Restatement

#: More differences than this are left to `leitstern restatements`.
MOST = 10


def of_values(state: State, found: Sequence[Observation]) -> None:
    """Say which of some values are others by the records of today, as they include closed days."""
    if not found or not state.workspace.closed():
        return
    shown = {(o.kpi, o.version, o.period, o.subject) for o in found if o.reason != "protected"}
    kpis = list(dict.fromkeys(o.kpi for o in found))
    first, last = min(o.start for o in found), max(o.end for o in found)
    restated = state.workspace.restated(kpis, found[0].subject.type, found[0].grain, first, last)
    tell(state, (r for r in restated if (r.kpi, r.version, r.period, r.subject) in shown))


def of_records(state: State, kpi: str, period: str, by: str, subject: str | None) -> None:
    """Say that days of a period are closed, and what its value would be by the records of today."""
    from leitstern.periods.grains import parse

    days = parse(period, state.workspace.settings.fiscal_year_start)
    closed(state, days.start, days.end)
    restated = state.workspace.restated([kpi], by, str(days.grain), days.start, days.end)
    tell(state, (r for r in restated if by == "company" or r.subject.id == subject))


def closed(state: State, start: date, end: date) -> None:
    """Say which periods that share a day with a stretch are closed."""
    found = state.workspace.closed_within(start, end)
    if found:
        state.note("is_closed", periods=", ".join(c.period for c in found))


def tell(state: State, restated: Iterable[Restatement]) -> None:
    """Say what stands and what the records say, a line for each value."""
    found = list(restated)
    for r in found[:MOST]:
        unit = state.workspace.catalogue.get(r.kpi, r.version).unit
        whose = r.subject.name or state.say(f"subject_{r.subject.type}")
        values = {"was": state.cells.value(r.was, unit), "now": state.cells.value(r.now, unit)}
        state.note("restated", kpi=r.kpi, period=r.period, subject=whose, **values)
    if len(found) > MOST:
        state.note("restated_more", more=len(found) - MOST)
