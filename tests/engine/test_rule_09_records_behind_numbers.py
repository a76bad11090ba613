"""Rule 9: the list behind any number, added up, is the number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.generation import Generation
from leitstern.engine.observations import Observation
from leitstern.engine.records import Records, records
from leitstern.engine.run import compute
from leitstern.errors import Problem
from leitstern.facts.model import SUBJECTS
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, parse

from .cases import OPEN_DEALS, PLAIN, REVENUE, WIN_RATE, WON_VALUE, Case, catalogue
from .comparing import agrees, request_for
from .conftest import Workshop, examples
from .measuring import Value, quantile, ratio
from .worlds import TODAY, World, worlds

CASES: Sequence[Case] = (
    *(c for c in PLAIN if c.asked[0].kind != "manual_last"),
    WON_VALUE.shaped(rolling=3, unit="month"),
    WIN_RATE.shaped(to_date="year"),
    REVENUE.shaped(cumulative=True),
    OPEN_DEALS.shaped(rolling=3, unit="month"),
)
FACTORS = {"nps": 100, "hours": Fraction(1, 3600)}


def total(case: Case, found: Records) -> Value:
    """What a reader of the list would work out."""
    values = [_measure(case, n, name, found) for n, name in enumerate(case.measures)]
    return case.formula(*values) if case.formula else values[0]


def _measure(case: Case, number: int, name: str, found: Records) -> Value:
    asked = case.asked[number]
    kind = found.kinds[found.parts.index(name)]
    factor = FACTORS.get(asked.kind, FACTORS["hours"] if asked.unit == "hours" else 1)
    if kind == "values":
        at = found.parts.index(name)
        values = list({r.key: Fraction(r.adds[at]) for r in found if r.adds[at] is not None}.values())
        if not values:
            return None
        how = {"min": min, "max": max}.get(asked.kind)
        return how(values) if how else quantile(values, asked.p) * factor
    if f"{name} / n" in found.parts:
        return ratio(Fraction(found.total(name)) * factor, found.total(f"{name} / n"))
    return found.total(name)  # type: ignore[no-any-return] # a sum of numbers


def wrong(generation: Generation, own: Catalogue, o: Observation, as_of: date) -> str | None:
    """What is the matter between a number and its list, if anything."""
    case = next(c for c in CASES if c.name == o.kpi)
    period = parse(o.period, generation.context.fiscal_start)
    found = records(generation, own.resolved(o.kpi), period, o.subject.type, o.subject.id, as_of)
    if o.reason in ("no_source", "not_begun"):
        return None
    value = total(case, found)
    if not agrees(o.value, value):
        return f"{o} is {value} by its records"
    behind = len({(r.fact, r.key) for r in found})
    return None if behind == o.rows else f"{o} has {behind} records"


@examples(4)
@given(
    world=worlds(),
    grain=st.sampled_from(list(Grain)),
    end=st.sampled_from([TODAY, date(2025, 10, 28), date(2026, 4, 2)]),
    by=st.sampled_from(SUBJECTS),
    elsewhere=st.booleans(),
)
def test_the_list_adds_up_to_the_number(
    workshop: Workshop, world: World, grain: Grain, end: date, by: str, elsewhere: bool
) -> None:
    own = catalogue(CASES)
    request = request_for(CASES, (by,), grain, end, 2)
    with workshop.duckdb(world, own) as first:
        faults = [w for o in compute(first, own, request) if (w := wrong(first, own, o, TODAY))]
        assert not faults, faults[:5]
        if elsewhere:
            with workshop.copied(first) as second:
                faults = [w for o in compute(second, own, request) if (w := wrong(second, own, o, TODAY))]
                assert not faults, faults[:5]


def test_a_list_for_nobody(workshop: Workshop) -> None:
    own = catalogue([WON_VALUE])
    with workshop.duckdb(World({"person": [{"key": "p1"}]}), own) as generation:
        assert len(records(generation, own.resolved("won_amount"), parse("2025"), "person", "p1")) == 0
        with pytest.raises(Problem) as missing:
            records(generation, own.resolved("won_amount"), parse("2025"), "person", "p2")
        assert missing.value.code == "engine.subject_missing"
        with pytest.raises(Problem) as unknown:
            records(generation, own.resolved("won_amount"), parse("2025"), "planet")
        assert unknown.value.code == "engine.subject_unknown"
