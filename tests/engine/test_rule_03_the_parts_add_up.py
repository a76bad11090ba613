"""Rule 3: over all teams, persons, customers, with "not assigned", additive KPIs add up to the total."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.run import Request, compute
from leitstern.facts.model import SUBJECTS
from leitstern.periods.grains import Grain

from .cases import COUNTS, OPEN_DEALS, REVENUE, STOCKS, SUMS, WON_VALUE, catalogue
from .conftest import Workshop, examples
from .worlds import World, worlds

ADDITIVE = (
    *COUNTS,
    *SUMS,
    *STOCKS,
    WON_VALUE.shaped(rolling=3, unit="month"),
    OPEN_DEALS.shaped(rolling=3, unit="month"),
    REVENUE.shaped(cumulative=True),
    REVENUE.shaped(to_date="year"),
)


def roots(world: World) -> set[str]:
    """Teams whose trees together hold every team once: who has none above, and one of each circle."""
    parents = {t["key"]: t.get("parent") for t in world.rows("team")}
    found = set()
    for team in [*parents, "t9"]:
        way = [team]
        while (parent := parents.get(way[-1])) and parent not in way:
            way.append(parent)
        circle = way[way.index(parent) :] if parent else way[-1:]
        found.add(min(circle))
    return found


@examples(4)
@given(world=worlds(), grain=st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.FISCAL_YEAR]))
def test_all_subjects_add_up_to_the_company(workshop: Workshop, world: World, grain: Grain) -> None:
    own = catalogue(ADDITIVE)
    names = tuple(c.name for c in ADDITIVE)
    whole = {None, *roots(world)}
    request = Request(names, SUBJECTS, grain, date(2025, 10, 1), date(2026, 5, 31))
    sums: dict[tuple[str, str, date], Fraction] = defaultdict(Fraction)
    with workshop.duckdb(world, own) as generation:
        for o in compute(generation, own, request):
            if o.value is not None and (o.subject.type != "team" or o.subject.id in whole):
                sums[o.subject.type, o.kpi, o.start] += Fraction(o.value)
    for (subject, kpi, start), value in sums.items():
        assert value == sums["company", kpi, start], (subject, kpi, start)


@examples(4)
@given(world=worlds())
def test_all_months_add_up_to_the_year(workshop: Workshop, world: World) -> None:
    cases = (*COUNTS, *SUMS)
    own = catalogue(cases)
    names = tuple(c.name for c in cases)
    with workshop.duckdb(world, own) as generation:
        found = []
        for grain in (Grain.DAY, Grain.MONTH, Grain.YEAR):
            request = Request(
                names, ("company", "team", "own_team", "person"), grain, date(2025, 1, 1), date(2025, 12, 31)
            )
            sums: dict[tuple[str, str, str | None], Fraction] = defaultdict(Fraction)
            for o in compute(generation, own, request):
                if o.value:
                    sums[o.kpi, o.subject.type, o.subject.id] += Fraction(o.value)
            found.append(sums)
    assert found[0] == found[1] == found[2]
