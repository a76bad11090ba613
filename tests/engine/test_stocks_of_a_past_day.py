"""What existed on a past day counts as it was that day: by events, and for whose it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.records import records
from leitstern.engine.run import Request, compute
from leitstern.facts.model import SUBJECTS
from leitstern.periods.grains import Grain, parse

from .cases import OPEN_DEALS, STOCKS, Case, catalogue
from .comparing import Expected, check
from .conftest import Workshop, examples
from .oracle import Oracle
from .worlds import Row, World, local, worlds

VALUE = next(c for c in STOCKS if c.name == "open_value_")
WEIGHTED = next(c for c in STOCKS if c.name == "open_value_weighted")


def _event(at: str, field: str, old: str | None, new: str | None, deal: str = "d1") -> Row:
    key = f"{deal} {at} {field}"
    return {"key": key, "deal": deal, "at": local(f"{at} 12:00"), "field": field, "old": old, "new": new}


def _deal(**more: Any) -> Row:
    return {"key": "d1", "owner": "p2", "status": "open", "amount": Decimal(500)} | {
        "created_at": local("2025-01-02 09:00"),
        **more,
    }


def _months(
    workshop: Workshop, world: World, case: Case, by: str = "company", months: str = "2025-01 2025-06"
) -> dict[str | None, list[Any]]:
    """Values at the ends of months, of subjects that have one; both backends must agree."""
    first, last = (parse(label) for label in months.split())
    own, found = catalogue([case]), []
    with workshop.both(world, own) as generations:
        for generation in generations:
            values: dict[str | None, list[Any]] = {}
            for o in compute(
                generation, own, Request((case.name,), (by,), Grain.MONTH, first.start, last.end)
            ):
                values.setdefault(o.subject.id, []).append(o.value)
                assert bool(o.rows) == bool(o.value)
            found.append({who: row for who, row in values.items() if any(row)})
    assert found[0] == found[1]
    return found[0]


def test_amount_and_owner_of_the_day(workshop: Workshop) -> None:
    events = [
        _event("2025-02-15", "owner", "p1", "p2"),
        _event("2025-03-10", "amount", "100", "300"),
        _event("2025-05-20", "amount", "300", "500"),
    ]
    world = World({"deal": [_deal()], "deal_event": events})
    assert _months(workshop, world, VALUE, "person") == {
        "p1": [100, 0, 0, 0, 0, 0],
        "p2": [0, 100, 300, 300, 500, 500],
    }
    assert _months(workshop, world, VALUE) == {None: [100, 100, 300, 300, 500, 500]}


def test_today_a_deal_is_what_the_source_says_today(workshop: Workshop) -> None:
    """The last change says 400, the deal itself 500: from its day on the deal is right."""
    world = World({"deal": [_deal()], "deal_event": [_event("2025-03-10", "amount", "100", "400")]})
    assert _months(workshop, world, VALUE) == {None: [100, 100, 500, 500, 500, 500]}


def test_the_last_change_of_a_day_counts(workshop: Workshop) -> None:
    events = [
        _event("2025-02-10", "amount", "100", "200") | {"at": local("2025-02-10 09:00")},
        _event("2025-02-10", "amount", "200", "300") | {"at": local("2025-02-10 17:00"), "key": "later"},
        _event("2025-04-10", "amount", "300", "500"),
    ]
    world = World({"deal": [_deal()], "deal_event": events})
    assert _months(workshop, world, VALUE) == {None: [100, 300, 300, 500, 500, 500]}


def test_what_was_set_for_the_first_time_was_empty_before(workshop: Workshop) -> None:
    world = World({"deal": [_deal()], "deal_event": [_event("2025-03-10", "amount", None, "500")]})
    assert _months(workshop, world, OPEN_DEALS) == {None: [1] * 6}
    own = catalogue([VALUE])
    with workshop.duckdb(world, own) as generation:
        request = Request((VALUE.name,), start=date(2025, 2, 1), end=date(2025, 3, 31))
        assert [o.value for o in compute(generation, own, request)] == [0, 500]


STAGES = [
    {"key": "s1", "name": "Quote", "outcome": "open", "probability": Decimal("0.2")},
    {"key": "s2", "name": "Contract", "outcome": "open", "probability": Decimal("0.8")},
    {"key": "s3", "name": "Lost", "outcome": "lost"},
]


def test_the_chance_of_the_stage_of_the_day(workshop: Workshop) -> None:
    """Stages may be named by key or by name."""
    events = [_event("2025-02-10", "stage", "Quote", "s2"), _event("2025-04-10", "amount", "1000", "500")]
    world = World({"deal": [_deal(stage="s2")], "deal_event": events, "stage": STAGES})
    assert _months(workshop, world, WEIGHTED) == {None: [200, 800, 800, 400, 400, 400]}


@pytest.mark.parametrize(
    ("status", "closed", "events", "open_"),
    [
        # Won in April: open until then, whatever it is today.
        ("won", "2025-04-10", [], [1, 1, 1, 0, 0, 0]),
        # Lost in February, taken up again in April.
        ("open", None, [("2025-02-10", "s1", "s3"), ("2025-04-10", "s3", "s1")], [1, 0, 0, 1, 1, 1]),
        # In the stage of lost deals from March on, closed in May.
        ("lost", "2025-05-10", [("2025-03-10", "s1", "s3")], [1, 1, 0, 0, 0, 0]),
        # Decided, and no date of it: nobody knows since when, so it is in no pipeline.
        ("lost", None, [], []),
        ("won", None, [("2025-03-10", "s1", "s3")], []),
        # Closed before it began, or on its first day.
        ("won", "2025-01-01", [], []),
        ("won", "2025-01-02", [], []),
    ],
)
def test_open_until_it_was_decided(
    workshop: Workshop, status: str, closed: str | None, events: list[tuple[str, str, str]], open_: list[int]
) -> None:
    deal = _deal(status=status, stage="s3", closed_at=closed and local(f"{closed} 10:00"))
    if status == "open":
        deal["stage"] = "s1"
    changes = [_event(at, "stage", old, new) for at, old, new in events]
    world = World({"deal": [deal], "deal_event": changes, "stage": STAGES})
    assert _months(workshop, world, OPEN_DEALS) == ({None: open_} if open_ else {})


def test_what_cannot_be_counted_has_a_reason(workshop: Workshop) -> None:
    events = [
        _event("2025-03-10", "amount", "a lot", "500"),
        _event("2025-04-10", "currency", "USD", "EUR"),
        _event("2025-04-11", "status", "Parked", "open"),
    ]
    undated = {"key": "d2", "status": "won", "created_at": local("2025-01-02 09:00"), "amount": Decimal(7)}
    world = World({"deal": [_deal(), undated], "deal_event": events})
    own = catalogue([VALUE])
    with workshop.duckdb(world, own) as generation:
        assert [(e.fact, e.key, e.reason, e.field, e.detail) for e in generation.excluded] == [
            ("deal", "d1", "rate_missing", "currency", "USD"),
            ("deal", "d2", "closed_without_date", "closed_at", "won"),
            ("deal_event", "d1 2025-03-10 amount", "event_unreadable", "amount", "a lot"),
            ("deal_event", "d1 2025-04-11 status", "event_unreadable", "status", "Parked"),
        ]
        # In dollars it counts nowhere, as there is no rate; of the amounts only today's is known.
        request = Request((VALUE.name,), start=date(2025, 3, 1), end=date(2025, 4, 30))
        found = list(compute(generation, own, request))
        assert [(o.value, o.rows, o.set_aside, o.complete) for o in found] == [
            (0, 0, 1, False),
            (500, 1, 0, True),
        ]


@pytest.mark.parametrize(
    ("old", "new", "january"),
    [("1.200,50 €", "2.000 €", "1200.50"), ("1,200.50", "2,000.00", "1200.50"), ("1.234", "2.000", "1234")],
)
def test_amounts_are_read_as_they_are_written(workshop: Workshop, old: str, new: str, january: str) -> None:
    """1.234 is read in the way in which 2.000 is the amount that the deal has today."""
    deal = _deal(amount=Decimal(2000))
    world = World({"deal": [deal], "deal_event": [_event("2025-02-10", "amount", old, new)]})
    assert _months(workshop, world, VALUE, months="2025-01 2025-02") == {None: [Decimal(january), 2000]}


def test_an_owner_may_be_named_instead_of_keyed(workshop: Workshop) -> None:
    """Whoever nobody described is a person of that name."""
    people = [{"key": "p1", "name": "Ana Ahl"}, {"key": "p2", "name": "Ben Berg", "email": "ben@x.example"}]
    events = [
        _event("2025-02-10", "owner", "Carla Cors", "ana ahl"),
        _event("2025-03-10", "owner", "Ana Ahl", "ben@x.example"),
    ]
    world = World({"person": people, "deal": [_deal()], "deal_event": events})
    found = _months(workshop, world, OPEN_DEALS, "person", "2025-01 2025-03")
    assert found == {"Carla Cors": [1, 0, 0], "p1": [0, 1, 0], "p2": [0, 0, 1]}


MOVED = [
    {"key": "m1", "person": "p2", "team": "t1", "valid_to": date(2025, 2, 28)},
    {"key": "m2", "person": "p2", "team": "t2", "valid_from": date(2025, 3, 1)},
]


@pytest.mark.parametrize(
    ("case", "facts"),
    [
        (OPEN_DEALS, {"deal": [_deal()]}),
        (
            next(c for c in STOCKS if c.name == "customers_"),
            {"company": [{"key": "c1", "owner": "p2", "customer_since": date(2024, 5, 1)}]},
        ),
        (
            Case(
                "tickets",
                {"there": {"stock": "ticket", "between": ("created_at", "resolved_at")}},
                (),
                unit="count",
            ),
            {"ticket": [{"key": "k1", "owner": "p2", "created_at": local("2024-05-01 09:00")}]},
        ),
        (
            next(c for c in STOCKS if c.name == "employed"),
            {"person": [{"key": "p2", "joined_at": date(2024, 5, 1)}]},
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_whoever_moves_takes_what_is_there_along(
    workshop: Workshop, case: Case, facts: dict[str, list[Row]]
) -> None:
    world = World({**facts, "membership": MOVED})
    months = "2025-01 2025-04"
    assert _months(workshop, world, case, "team", months) == {"t1": [1, 1, 0, 0], "t2": [0, 0, 1, 1]}
    assert _months(workshop, world, case, "company", months) == {None: [1, 1, 1, 1]}


def test_the_list_of_a_stock_has_each_deal_once(workshop: Workshop) -> None:
    """As it was, too: the amount of that day, whoever it belonged to."""
    events = [_event("2025-02-15", "owner", "p1", "p2"), _event("2025-03-10", "amount", "100", "500")]
    shares = [{"key": "s1", "deal": "d1", "person": "p3", "share": Decimal("0.25")}]
    world = World({"deal": [_deal()], "deal_event": events, "deal_share": shares, "membership": MOVED})
    own = catalogue([VALUE])
    resolved = own.resolved(VALUE.name, 1)
    with workshop.duckdb(world, own) as generation:
        for label, by, subject, expected in [
            ("2025-01", "company", None, [100]),
            ("2025-01", "person", "p1", [75]),
            ("2025-02", "person", "p2", [75]),
            ("2025-04", "person", "p2", [375]),
            ("2025-04", "person", "p3", [125]),
            ("2025-04", "team", "t2", [375]),
            ("2025-04", "person", "p1", []),
        ]:
            found = records(generation, resolved, parse(label), by, subject)
            assert [r.adds[0] for r in found] == expected, (label, by, subject)
            assert {(r.fact, r.key, r.day) for r in found} <= {("deal", "d1", date(2025, 1, 2))}


@examples(6)
@given(
    world=worlds(),
    grain=st.sampled_from([Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.FISCAL_QUARTER]),
    end=st.dates(date(2025, 2, 1), date(2026, 3, 18)),
)
def test_stocks_as_the_oracle_counts_them(workshop: Workshop, world: World, grain: Grain, end: date) -> None:
    own, expected = catalogue(STOCKS), Expected(Oracle(world))
    start = date(end.year - (end.month < 3), (end.month - 3) % 12 + 1, 1)
    request = Request(tuple(c.name for c in STOCKS), SUBJECTS, grain, start, end)
    with workshop.both(world, own) as generations:
        for generation in generations:
            check(generation, own, expected, STOCKS, request)
