"""Rule 12: late, corrected, deleted records change exactly their periods; a rebuild equals an update."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from leitstern.engine.generation import Generation
from leitstern.engine.run import Request, compute
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain

from .cases import PLAIN, WON_VALUE, catalogue
from .comparing import Expected, check
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import Row, World, local, worlds

LEVELS = ("company", "team", "own_team", "person", "customer")
RECORDS = (
    "lead",
    "deal",
    "deal_event",
    "activity",
    "invoice",
    "survey_response",
    "manual_value",
    "membership",
    "team",
    "deal_share",
    "spend",
)


@st.composite
def later(draw: st.DrawFn, world: World) -> World:
    """What a world has become: most records as they were, some corrected, some gone, some new."""
    other = draw(worlds(zone=world.timezone))
    facts: dict[str, list[Row]] = {}
    for fact in draw(st.lists(st.sampled_from(RECORDS), unique=True, max_size=4)):
        new = {row["key"]: row for row in other.rows(fact)}
        kept = []
        for row in world.rows(fact):
            fate = draw(st.sampled_from(["same", "same", "same", "corrected", "deleted"]))
            if fate != "deleted":
                kept.append(new.get(row["key"], row) if fate == "corrected" else row)
        known = {row["key"] for row in world.rows(fact)}
        facts[fact] = kept + [row for key, row in new.items() if key not in known]
    return world.with_rows(**facts)


@st.composite
def stories(draw: st.DrawFn) -> list[World]:
    first = draw(worlds())
    second = draw(later(first))
    return [first, second, draw(later(second))]


def ready(generation: Generation) -> dict[str, list[tuple[object, ...]]]:
    """All ready values, by the names of subjects and the meanings of parts."""
    _, parts = generation.backend.rows(exp.select("number", "id").from_("ready_part"))
    named = dict(parts)
    found = {}
    for level in LEVELS[:4]:
        keys = [s.id for s in generation.subjects(level)]
        columns = exp.select("part", "period", "subject", "whole", "number").from_(f"ready_{level}")
        _, rows = generation.backend.rows(columns)
        found[level] = sorted(
            ((named[p], period, keys[s], whole, number) for p, period, s, whole, number in rows), key=repr
        )
    return found


@examples(3)
@given(worlds_=stories())
def test_an_updated_generation_equals_a_rebuilt_one(workshop: Workshop, worlds_: list[World]) -> None:
    own, last = catalogue(PLAIN), worlds_[-1]
    names = tuple(own.names)
    with workshop.place() as place:
        for world in worlds_[:-1]:
            with place.built(world, own):
                pass
        with place.built(last, own) as updated, workshop.duckdb(last, own) as rebuilt:
            assert updated.number == len(worlds_)
            assert ready(updated) == ready(rebuilt)
            for grain in (Grain.MONTH, Grain.FISCAL_YEAR):
                request = Request(names, LEVELS, grain, date(2025, 2, 1), date(2026, 3, 18))
                check(updated, own, Expected(Oracle(last)), PLAIN, request)


def _deal(key: str, day: str, amount: str = "10", owner: str = "p1") -> Row:
    moment = local(f"{day} 10:00")
    return {
        "key": key,
        "owner": owner,
        "status": "won",
        "amount": Decimal(amount),
        "created_at": moment,
        "closed_at": moment,
    }


DEALS = [_deal(f"d{m}", f"2025-{m:02d}-15") for m in range(1, 13)]
MEMBERS = [{"key": "m1", "person": "p1", "team": "t1", "valid_from": None, "valid_to": None}]


def months(generation: Generation, own: Catalogue) -> dict[tuple[str, str | None, int], object]:
    request = Request(("won_amount",), LEVELS[:4], Grain.MONTH, date(2025, 1, 1), date(2025, 12, 31))
    return {
        (o.subject.type, o.subject.id, o.start.month): o.value
        for o in compute(generation, own, request)
        if o.value
    }


@pytest.mark.parametrize(
    ("facts", "touched"),
    [
        ({"deal": [*DEALS, _deal("d13", "2025-02-03")]}, {2}),  # late
        ({"deal": [_deal("d1", "2025-01-15", "11"), *DEALS[1:]]}, {1}),  # corrected
        ({"deal": [*DEALS[:4], *DEALS[5:]]}, {5}),  # deleted
        ({"deal": [*DEALS[:4], _deal("d5", "2025-06-01"), *DEALS[5:]]}, {5, 6}),  # moved
        ({"deal": [*DEALS[:4], _deal("d5", "2025-05-15", "10", "p2"), *DEALS[5:]]}, {5}),  # another owner
        (
            {
                "membership": [
                    MEMBERS[0] | {"valid_to": date(2025, 9, 30)},
                    MEMBERS[0] | {"key": "m2", "team": "t2", "valid_from": date(2025, 10, 1)},
                ]
            },
            {10, 11, 12},
        ),
        ({"team": [{"key": "t1", "parent": "t0"}]}, set(range(1, 13))),  # a team above
        ({"company": [{"key": "c7"}], "person": [{"key": "p0"}, {"key": "p5"}]}, set()),
    ],
)
def test_only_the_periods_touched_change(
    workshop: Workshop, facts: dict[str, list[Row]], touched: set[int]
) -> None:
    own, world = catalogue([WON_VALUE]), World({"deal": DEALS, "membership": MEMBERS})
    with workshop.place() as place:
        with place.built(world, own) as generation:
            before = months(generation, own)
        with place.built(world.with_rows(**facts), own) as generation:
            after = months(generation, own)
    changed = {where[-1] for where in before.keys() | after.keys() if before.get(where) != after.get(where)}
    assert changed == touched


def test_ready_values_equal_the_facts(workshop: Workshop) -> None:
    """The reading that answers from values kept in the generation and the one that asks the facts."""
    own = catalogue(PLAIN)

    @examples(3)
    @given(world=worlds())
    def run(world: World) -> None:
        request = Request(tuple(own.names), LEVELS[:4], Grain.MONTH, date(2025, 1, 1), date(2026, 3, 18))
        with workshop.duckdb(world, own) as generation:
            kept = compute(generation, own, request).to_json_rows()
            assert generation.ready_parts
            generation.ready_parts = {}
            asked = compute(generation, own, request).to_json_rows()
        assert _told(kept) == _told(asked)

    run()


def _told(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows that say something: who has neither records nor a value may be left out."""
    return [r for r in rows if r["value"] or r["rows"]]
