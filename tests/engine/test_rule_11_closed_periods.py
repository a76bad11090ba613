"""Rule 11: a closed period never changes; what changed later is a list: who, what, effect."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given

from leitstern.engine.closing import Ledger
from leitstern.engine.generation import Generation
from leitstern.engine.observations import Observations
from leitstern.engine.restating import restatements
from leitstern.engine.run import Request, compute
from leitstern.errors import Problem
from leitstern.facts.model import SUBJECTS
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain, parse

from .cases import DURATIONS, MEDIAN_INVOICE, OPEN_DEALS, REVENUE, WIN_RATE, WON_DEALS, WON_VALUE, catalogue
from .comparing import agrees
from .conftest import Workshop, examples
from .worlds import World, local, worlds

CASES = (WON_DEALS, WON_VALUE, WIN_RATE, REVENUE, MEDIAN_INVOICE, OPEN_DEALS, *DURATIONS[:3])
Values = dict[tuple[str, str, str, str | None], object]


def values(
    generation: Generation,
    own: Catalogue,
    grain: Grain,
    ledger: Ledger | None = None,
    *,
    restated: bool = False,
) -> Values:
    year = date(2025, 1, 1), date(2025, 12, 31)
    request = Request(tuple(own.names), SUBJECTS, grain, *year, restated=restated)
    return by_place(compute(generation, own, request, ledger))


def by_place(found: Observations) -> Values:
    return {(o.kpi, o.period, o.subject.type, o.subject.id): o.value for o in found}


def shown(found: Values, *periods: str) -> Values:
    """The values of some periods that are not nothing."""
    return {place: v for place, v in found.items() if place[1] in periods and something(v) is not None}


def something(value: object) -> object:
    """None for a count or sum of 0, as of no records. A rate or a duration of 0 has records behind it."""
    return None if not isinstance(value, float) and not value else value


WON = {
    "key": "d1",
    "owner": "p1",
    "status": "won",
    "amount": Decimal("100.10"),
    "created_at": local("2025-01-05 10:00"),
    "closed_at": local("2025-05-10 10:00"),
}
LOST = WON | {"status": "lost"}


@examples(3)
@given(before=worlds(zone="Europe/Berlin"), after=worlds(zone="Europe/Berlin"))
@example(before=World({"deal": [LOST]}), after=World({}))  # a rate of 0 becomes none
def test_a_closed_quarter_stands_and_all_contradictions_are_listed(
    workshop: Workshop, before: World, after: World
) -> None:
    own = catalogue(CASES)
    closed = {Grain.QUARTER: ["2025-Q2"], Grain.MONTH: ["2025-04", "2025-05", "2025-06"]}
    with workshop.place() as place:
        ledger = place.ledger()
        with place.built(before, own) as generation:
            then = {grain: values(generation, own, grain) for grain in closed}
            ledger.close(generation, own, parse("2025-Q2"), "controller")
        with place.built(after, own) as generation:
            reopened = place.ledger()
            raw: Values = {}
            for grain, labels in closed.items():
                now = values(generation, own, grain, restated=True)
                kept = values(generation, own, grain, reopened)
                assert shown(kept, *labels) == shown(then[grain], *labels)
                others = {place[1] for place in now} - set(labels)
                assert shown(kept, *others) == shown(now, *others)
                raw |= now
            listed = {
                (r.kpi, r.period, r.subject.type, r.subject.id): (r.was, r.now)
                for r in restatements(generation, own, reopened)
            }
    stood = then[Grain.QUARTER] | then[Grain.MONTH]
    labels = {label for found in closed.values() for label in found}
    for where in (stood | raw).keys() | listed.keys():
        if where[1] in labels:
            was, now_ = stood.get(where), raw.get(where)
            same = something(was) == something(now_) or _close(was, now_)
            assert same == (where not in listed), (where, was, now_, listed.get(where))
            told = listed.get(where, (was, now_))
            assert [something(v) for v in told] == [something(was), something(now_)], where


def _close(was: object, now: object) -> bool:
    return isinstance(was, float) and isinstance(now, float) and agrees(was, now)  # type: ignore[arg-type]


BEFORE = World(
    {"deal": [WON], "invoice": [{"key": "i1", "amount": Decimal(1), "at": local("2025-05-01 10:00")}]}
)
AFTER = BEFORE.with_rows(deal=[WON | {"amount": Decimal("90.05")}])


def test_who_what_and_the_effect(workshop: Workshop) -> None:
    own = catalogue([WON_VALUE, WON_DEALS])
    with workshop.place() as place:
        ledger = place.ledger()
        with place.built(BEFORE, own) as generation:
            entry = ledger.close(generation, own, parse("2025-05"), "Ines")
            assert (entry.period, entry.by, entry.batch) == ("2025-05", "Ines", 0)
        with place.built(AFTER, own) as generation:
            listed = list(restatements(generation, own, place.ledger()))
            kept = values(generation, own, Grain.MONTH, ledger)
            quarter = values(generation, own, Grain.QUARTER, ledger)
    changes = {
        (r.kpi, r.period, r.subject.type, r.subject.id, r.was, r.now, round(r.effect or 0, 9)) for r in listed
    }
    was, now = Decimal("100.10"), Decimal("90.05")
    whose = {subject: "p1" if subject == "person" else None for subject in SUBJECTS}
    assert changes == {("won_amount", "2025-05", *place, was, now, -10.05) for place in whose.items()}
    assert kept["won_amount", "2025-05", "company", None] == was
    assert quarter["won_amount", "2025-Q2", "company", None] == was  # it is made of what stands


def test_the_effect_of_a_record_that_is_gone(workshop: Workshop) -> None:
    """A person's only deal was deleted, and another one appeared: both effects are told."""
    own = catalogue([WON_DEALS])
    with workshop.place() as place:
        ledger = place.ledger()
        with place.built(BEFORE, own) as generation:
            ledger.close(generation, own, parse("2025-05"), "Ines")
        with place.built(BEFORE.with_rows(deal=[WON | {"key": "d2", "owner": "p2"}]), own) as generation:
            listed = list(restatements(generation, own, place.ledger()))
    assert {(r.subject.id, r.was, r.now, r.effect) for r in listed} == {("p1", 1, 0, -1.0), ("p2", 0, 1, 1.0)}


def test_what_cannot_be_closed(workshop: Workshop, tmp_path: Path) -> None:
    own = catalogue([WON_VALUE])
    with workshop.duckdb(BEFORE, own) as generation:
        ledger = Ledger(tmp_path / "closed")
        with pytest.raises(Problem) as running:
            ledger.close(generation, own, parse("2026-03"), "Ines")
        ledger.close(generation, own, parse("2025-05"), "Ines")
        with pytest.raises(Problem) as again:
            ledger.close(generation, own, parse("2025-05"), "Ben")
    assert running.value.code == "engine.not_over"
    assert again.value.code == "engine.closed_already"


def test_a_month_closed_first_keeps_its_value_when_its_quarter_is_closed(workshop: Workshop) -> None:
    own = catalogue([WON_VALUE])
    with workshop.place() as place:
        ledger = place.ledger()
        with place.built(BEFORE, own) as generation:
            ledger.close(generation, own, parse("2025-05"), "Ines")
        with place.built(AFTER, own) as generation:
            ledger.close(generation, own, parse("2025-Q2"), "Ines")
            month = values(generation, own, Grain.MONTH, place.ledger())
    assert month["won_amount", "2025-05", "company", None] == Decimal("100.10")


def test_cents_stand_where_no_record_is_left(workshop: Workshop) -> None:
    own = catalogue([WON_VALUE])
    with workshop.place() as place:
        with place.built(BEFORE, own) as generation:
            place.ledger().close(generation, own, parse("2025-05"), "Ines")
        with place.built(World({}), own) as generation:
            kept = values(generation, own, Grain.MONTH, place.ledger())
    name = own.names[0]
    assert kept[name, "2025-05", "company", None] == Decimal("100.10")
    assert kept[name, "2025-05", "person", "p1"] == Decimal("100.10")
