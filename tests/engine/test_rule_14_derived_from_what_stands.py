"""Rule 14: what a closed period shows is what everything derived from it uses, for every subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from leitstern.engine.closing import Ledger
from leitstern.engine.generation import Generation
from leitstern.engine.observations import Observation
from leitstern.engine.records import records
from leitstern.engine.run import Request, compute
from leitstern.facts.model import SUBJECTS
from leitstern.periods.grains import Grain, parse

from .cases import BUYERS, MEDIAN_INVOICE, OPEN_DEALS, PLAIN, SHAPED, WIN_RATE, WON_DEALS, WON_VALUE, Case
from .cases import catalogue as catalogue_of
from .comparing import Expected, check, request_for
from .conftest import Place, Workshop, examples
from .standing import Days, Standing
from .worlds import TODAY, Row, World, local, worlds

PERIODS = ("2025-05", "2025-Q2", "2025-Q4", "2025-H1", "2025", "2026-01", "2025-W27")
ENDS = (date(2026, 3, 18), date(2025, 12, 31), date(2025, 7, 10))
EARLY = date(2025, 11, 12)


def days(label: str, fiscal_start: int) -> Days:
    period = parse(label, fiscal_start)
    return period.start, period.end


def close(place: Place, world: World, label: str, cases: Sequence[Case]) -> None:
    """Close a period while a world is as it is."""
    own = catalogue_of(cases)
    with place.built(world, own) as generation:
        place.ledger().close(generation, own, parse(label, world.fiscal_start), "Ines")


def alike(after: World, before: World) -> World:
    """The records of one world under the settings of another."""
    return replace(after, timezone=before.timezone, fiscal_start=before.fiscal_start)


@examples(3)
@given(
    before=worlds(),
    after=worlds(),
    period=st.sampled_from(PERIODS),
    grain=st.sampled_from(list(Grain)),
    end=st.sampled_from(ENDS),
    early=st.booleans(),
)
def test_every_kind_of_measure_by_every_subject(
    workshop: Workshop, before: World, after: World, period: str, grain: Grain, end: date, early: bool
) -> None:
    own, as_of, after = catalogue_of(PLAIN), EARLY if early else TODAY, alike(after, before)
    expected = Expected(Standing(after, (days(period, after.fiscal_start), before)), as_of)
    request = request_for(PLAIN, SUBJECTS, grain, end, 6, as_of=as_of)
    with workshop.place() as place:
        close(place, before, period, PLAIN)
        with place.built(after, own) as first, workshop.copied(first) as second:
            for generation in (first, second):
                check(generation, own, expected, PLAIN, request, place.ledger())


@examples(3)
@given(
    before=worlds(),
    after=worlds(),
    period=st.sampled_from(PERIODS),
    grain=st.sampled_from(list(Grain)),
    end=st.sampled_from(ENDS),
    against=st.sampled_from([None, "previous_period", "previous_year"]),
)
def test_every_shape_over_time_and_what_it_is_compared_with(
    workshop: Workshop, before: World, after: World, period: str, grain: Grain, end: date, against: str | None
) -> None:
    own, after = catalogue_of(SHAPED), alike(after, before)
    expected = Expected(Standing(after, (days(period, after.fiscal_start), before)))
    request = request_for(SHAPED, ("company", "team", "person", "customer"), grain, end, 4)
    with workshop.place() as place:
        close(place, before, period, SHAPED)
        with place.built(after, own) as first, workshop.copied(first) as second:
            for generation in (first, second):
                check(generation, own, expected, SHAPED, request, place.ledger())


SOME = (WON_DEALS, WON_VALUE, WIN_RATE, BUYERS, MEDIAN_INVOICE, OPEN_DEALS)


def _place(o: Observation) -> tuple[object, ...]:
    return o.kpi, o.version, o.subject.type, o.subject.id, o.period


@examples(2)
@given(first=worlds(), second=worlds(), after=worlds(), grain=st.sampled_from([Grain.MONTH, Grain.WEEK]))
def test_what_was_closed_first_stands_within_a_larger_period(
    workshop: Workshop, first: World, second: World, after: World, grain: Grain
) -> None:
    """A month is closed, later its quarter; what the month kept stands, and the incremental build says so
    like a full one."""
    own, second, after = catalogue_of(SOME), alike(second, first), alike(after, first)
    closed = [(days(label, 1), world) for label, world in (("2025-05", first), ("2025-Q2", second))]
    expected = Expected(Standing(after, *closed))
    request = request_for(SOME, SUBJECTS, grain, date(2025, 8, 1), 5)
    with workshop.place() as place:
        close(place, first, "2025-05", SOME)
        close(place, second, "2025-Q2", SOME)
        with place.built(after, own) as generation:
            check(generation, own, expected, SOME, request, place.ledger())
            upon = {_place(o): o for o in compute(generation, own, request, place.ledger())}
        for file in (place.folder / "generations").iterdir():
            file.unlink()
        with place.built(after, own) as generation:
            assert {_place(o): o for o in compute(generation, own, request, place.ledger())} == upon


@examples(2)
@given(before=worlds(), after=worlds(), label=st.sampled_from(["2025-05", "2025-Q2", "2025-06-15"]))
def test_the_records_behind_a_closed_value_add_up_to_it(
    workshop: Workshop, before: World, after: World, label: str
) -> None:
    cases = (WON_DEALS, WON_VALUE, BUYERS, OPEN_DEALS)
    own, after = catalogue_of(cases), alike(after, before)
    with workshop.place() as place:
        close(place, before, "2025-05", cases)
        with place.built(after, own) as generation:
            period = parse(label, 1)
            request = Request(tuple(own.names), SUBJECTS, period.grain, period.start, period.end)
            for o in compute(generation, own, request, place.ledger()):
                if o.reason is None:
                    behind = records(generation, own.resolved(o.kpi), period, o.subject.type, o.subject.id)
                    assert behind.total(behind.parts[0]) == o.value, (o, behind.rows)


@examples(2)
@given(world=worlds(), label=st.sampled_from(PERIODS))
def test_closing_changes_no_value(workshop: Workshop, world: World, label: str) -> None:
    own = catalogue_of(PLAIN)
    requests = [
        Request(tuple(own.names), SUBJECTS, grain, date(2025, 4, 1), date(2026, 3, 31))
        for grain in (Grain.MONTH, Grain.WEEK)
    ]
    with workshop.place() as place:
        with place.built(world, own) as generation:
            before = [compute(generation, own, request).to_json_rows() for request in requests]
            place.ledger().close(generation, own, parse(label, world.fiscal_start), "Ines")
            at_once = [compute(generation, own, request, place.ledger()) for request in requests]
        with place.built(world, own) as generation:
            after = [compute(generation, own, request, place.ledger()) for request in requests]
    for one, two, three in zip(before, at_once, after, strict=True):
        told = [row["value"] for row in one]
        assert [o["value"] for o in two.to_json_rows()] == told
        assert [o["value"] for o in three.to_json_rows()] == told


def _deal(key: str, created: str, closed: str | None = None, **other: object) -> Row:
    dates = {"created_at": local(created), "closed_at": local(closed) if closed else None}
    return {"key": key, "owner": "p1", "company": "c1", "amount": Decimal(100)} | dates | other


WON_IN_MAY = _deal("d2", "2025-05-05 10:00", "2025-05-20 10:00", status="won")
BEFORE = World(
    {
        "deal": [
            _deal("d1", "2025-03-10 10:00", status="open"),
            WON_IN_MAY,
            WON_IN_MAY | {"key": "d4", "company": "c2"},
        ],
        "person": [{"key": "p1"}],
        "team": [{"key": "t1", "parent": "t2"}, {"key": "t2"}],
        "membership": [{"key": "m1", "person": "p1", "team": "t1"}],
    }
)
#: The first deal is gone, one won deal is worth more, another is new; no team above; one company for two.
AFTER = replace(
    BEFORE.with_rows(
        deal=[WON_IN_MAY | {"amount": Decimal(900)}, _deal("d3", "2025-05-10 10:00", status="open")],
        team=[{"key": "t1"}, {"key": "t2"}],
    ),
    canonical={"c2": "c1"},
)


def test_by_hand(workshop: Workshop) -> None:
    cases = (OPEN_DEALS, WON_VALUE, WON_DEALS)
    own = catalogue_of(cases)
    with workshop.place() as place:
        close(place, BEFORE, "2025-05", cases)
        with place.built(AFTER, own) as first, workshop.copied(first) as second:
            for generation in (first, second):
                ledger = place.ledger()

                def of(
                    kpi: str, label: str, by: str = "company", id_: str | None = None,
                    generation: Generation = generation, ledger: Ledger = ledger,
                ) -> object:  # fmt: skip
                    p = parse(label, 1)
                    request = Request((kpi,), (by,), p.grain, p.start, p.end)
                    found = compute(generation, own, request, ledger)
                    return next((o.value for o in found if o.subject.id == id_), None)

                assert of("open", "2025-05") == 1  # the deal of March, which is gone today
                assert of("open", "2025-05-06") == 3
                assert of("open", "2025-04") == 0  # an open month: nothing is there by the records of today
                assert of("open", "2025-06") == 1  # the new deal
                assert of("won_amount", "2025-05", "team", "t2") == 200
                assert of("won_amount", "2025-Q2", "team", "t1") == 200
                assert of("won", "2025-05", "customer", "c2") == 1
                assert of("won", "2025-05", "customer", "c1") == 1
