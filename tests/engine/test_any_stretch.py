"""A KPI over any two days is what their records say, on every backend; and so is a named version."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.run import Request, compute
from leitstern.kpis.definition import Definition
from leitstern.kpis.documents import Entry
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain

from .cases import PLAIN, WON_DEALS, WON_VALUE, catalogue
from .comparing import NOTHING, Expected, agrees
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import TODAY, World, local, worlds

BY = ("company", "team", "own_team", "person", "customer")


@examples(3)
@given(world=worlds(), first=st.dates(date(2024, 11, 3), date(2026, 1, 20)), days=st.integers(0, 200))
def test_the_stretch_is_what_its_days_say(workshop: Workshop, world: World, first: date, days: int) -> None:
    last = first + timedelta(days=days)
    own = catalogue(PLAIN)
    stretches = ((first, last), (first + timedelta(days=3), last + timedelta(days=40)))
    request = Request(tuple(c.name for c in PLAIN), BY, stretches=stretches)
    expected, named = Expected(Oracle(world)), {c.name: c for c in PLAIN}
    wrong = []
    with workshop.both(world, own) as generations:
        for generation in generations:
            for o in compute(generation, own, request):
                if o.reason in NOTHING and o.value is None and o.start > TODAY:
                    continue
                days_ = (o.start, min(dict(stretches)[o.start], TODAY))
                case = named[o.kpi]
                empty = any(not expected.oracle.records[a.fact] for a in case.asked)
                value = None if empty else expected.value(case, o.subject.type, o.subject.id, days_)
                if not agrees(o.value, value):
                    wrong.append((generation.backend.dialect, o.kpi, o.subject, o.period, o.value, value))
    assert not wrong, f"{len(wrong)} wrong, such as {wrong[:5]}"


def test_a_named_version_answers_for_periods_of_another(workshop: Workshop) -> None:
    # Version 2 counts what is more than 100; it holds from July on.
    first = WON_DEALS.definition
    second = first.model_dump(by_alias=True) | {
        "version": 2,
        "valid_from": date(2025, 7, 1),
        "measures": {
            "won_deals": {"count": "deal", "where": "status = 'won' and amount > 100", "on": "closed_at"}
        },
        "formula": "won_deals",
    }
    own = Catalogue(
        Entry(d, f"{d.kpi}{d.version}.yaml", {}, shipped=False)
        for d in (first, Definition.model_validate(second))
    )
    assert not own.problems
    deals = [
        {"key": f"d{month}{amount}", "status": "won", "amount": amount,
         "created_at": local("2025-01-01 09:00"), "closed_at": local(f"2025-{month:02d}-10 12:00")}
        for month in (3, 9) for amount in (50, 100, 200)
    ]  # fmt: skip
    name = first.kpi
    year = {"start": date(2025, 1, 1), "end": date(2025, 12, 31), "grain": Grain.HALF_YEAR}
    with workshop.duckdb(World({"deal": deals}), own) as generation:

        def values(kpi: str) -> list[tuple[int, object]]:
            return [(o.version, o.value) for o in compute(generation, own, Request((kpi,), **year))]

        assert values(name) == [(1, 3), (2, 1)]
        assert values(f"{name}@1") == [(1, 3), (1, 3)]
        assert values(f"{name}@2") == [(2, 1), (2, 1)]
    assert WON_VALUE.name != name
