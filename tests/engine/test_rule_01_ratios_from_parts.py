"""Rule 1: a ratio's total is computed from its parts, never averaged from its rows."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given

from leitstern.engine.run import Request, compute
from leitstern.periods.grains import Grain

from .cases import DURATIONS, RATIOS, VALUES, WIN_RATE, catalogue
from .comparing import agrees
from .conftest import Workshop, examples
from .measuring import ratio
from .worlds import World, local, worlds

KINDS = ("count", "sum", "average", "conversion", "nps", "csat", "duration")
QUOTIENTS = [
    c for c in (*RATIOS, *VALUES, *DURATIONS) if c.asked[0].kind in KINDS and c.name != "velocity"
]  # of two parts, each of which adds up


@examples(4)
@given(world=worlds())
def test_totals_are_quotients_of_added_parts(workshop: Workshop, world: World) -> None:
    own = catalogue(QUOTIENTS)
    names = tuple(c.name for c in QUOTIENTS)
    start, end = date(2025, 1, 1), date(2025, 12, 31)
    with workshop.duckdb(world, own) as generation:
        total = {
            o.kpi: o for o in compute(generation, own, Request(names, ("company",), Grain.YEAR, start, end))
        }
        for by in ("own_team", "person", "customer", "region"):
            above, below = dict.fromkeys(names, Fraction(0)), dict.fromkeys(names, Fraction(0))
            for o in compute(generation, own, Request(names, (by,), Grain.MONTH, start, end)):
                if o.numerator is not None and o.denominator is not None:
                    above[o.kpi] += Fraction(o.numerator)
                    below[o.kpi] += Fraction(o.denominator)
            for name in names:
                assert agrees(total[name].value, ratio(above[name], below[name])), (by, name)


def test_a_rate_of_a_team_is_not_the_mean_of_its_members(workshop: Workshop) -> None:
    """Nine of ten won by one, none of one by the other: 9 of 11, not 45 %."""
    outcomes = [("p1", "won")] * 9 + [("p1", "lost"), ("p2", "lost")]
    deals = [
        {
            "key": f"d{n}",
            "owner": owner,
            "status": status,
            "closed_at": local(f"2025-{n % 3 + 1:02d}-10 12:00"),
        }
        for n, (owner, status) in enumerate(outcomes)
    ]
    own = catalogue([WIN_RATE])
    with workshop.duckdb(World({"deal": deals}), own) as generation:
        request = Request(
            ("rate",), ("company", "person"), Grain.QUARTER, date(2025, 1, 1), date(2025, 3, 31)
        )
        found = {o.subject.id: o.value for o in compute(generation, own, request)}
    assert found == {None: 9 / 11, "p1": 0.9, "p2": 0.0}
