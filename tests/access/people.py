"""Small organisations, and observations about them, for the tests of access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from leitstern.engine.observations import Observation, Subject
from leitstern.engine.organisation import Organisation, Person, Stay, Team
from leitstern.periods.grains import Grain, Period, period_of

JANUARY = period_of(date(2026, 1, 1), Grain.MONTH)
FIRST_QUARTER = period_of(date(2026, 1, 1), Grain.QUARTER)


def organisation(
    teams: Mapping[str, int | Iterable[str]],
    parents: Mapping[str, str] | None = None,
    leads: Mapping[str, str] | None = None,
    managers: Mapping[str, str] | None = None,
    regions: Mapping[str, str] | None = None,
) -> Organisation:
    """Teams by size (members ``north1``, ``north2``, ...) or by members; nobody ever moves."""
    members = {
        team: [f"{team}{n}" for n in range(1, size + 1)] if isinstance(size, int) else list(size)
        for team, size in teams.items()
    }
    ids = list(dict.fromkeys(p for group in members.values() for p in group))
    ids += [p for p in (leads or {}).values() if p not in ids]
    people = {
        p: Person(p, p.title(), manager=(managers or {}).get(p), region=(regions or {}).get(p)) for p in ids
    }
    built = {t: Team(t, t.title(), (leads or {}).get(t), (parents or {}).get(t)) for t in teams}
    stays = tuple(Stay(p, t, date.min, date.max) for t, group in members.items() for p in group)
    return Organisation(people, built, stays, {})


def observation(
    kind: str,
    id_: str | None,
    value: object,
    period: Period = JANUARY,
    denominator: int | None = None,
    unit: str = "currency",
    as_of: date | None = None,
) -> Observation:
    """A value of the KPI ``won_value``, seen after the period's end."""
    return Observation(
        "won_value", 1, unit, str(period.grain), period.label, period.start, period.end,
        Subject(kind, id_, id_), value, None, denominator, 1, True, None,  # type: ignore[arg-type]
        as_of or date(2027, 1, 1),
    )  # fmt: skip


def each(values: Mapping[str, int | Decimal], period: Period = JANUARY) -> list[Observation]:
    """The same KPI by person."""
    return [observation("person", p, v, period) for p, v in values.items()]
