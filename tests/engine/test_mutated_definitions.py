"""A definition that is wrong in its filter, its date or its aggregation is found out.

The records below are few enough to count by hand; the table says what the shipped KPIs make of them in
the four quarters of 2025. Then every definition is changed in every way that is still valid, and no
change may leave the four values as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from leitstern.engine.generation import Generation
from leitstern.engine.run import Request, compute
from leitstern.facts.model import FACTS
from leitstern.kpis.check import check_measure
from leitstern.kpis.definition import Definition, Measure
from leitstern.kpis.documents import Entry
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Grain

from .conftest import Workshop
from .worlds import Row, World, local


def _moment(text: str) -> datetime:
    return local(text if ":" in text else f"{text} 12:00")


READ: dict[str, Callable[[str], Any]] = {
    "time": _moment,
    "day": date.fromisoformat,
    "money": Decimal,
    "number": Decimal,
}


def _rows(prefix: str, names: str, *rows: tuple[Any, ...]) -> list[Row]:
    """Rows of a table, all values written as text; moments are local, at noon if no time is given."""
    fact = FACTS[prefix]
    found = []
    for number, values in enumerate(rows, 1):
        row: Row = {"key": f"{prefix}{number}"}
        for name, value in zip(names.split(), values, strict=True):
            kind = "text" if name == "key" else fact.by_name[name].kind
            row[name] = None if value is None else READ.get(kind, str)(value)
        found.append(row)
    return found


WORLD = World(
    {
        "deal": _rows(
            "deal",
            "owner company status amount created_at closed_at",
            ("anna", "c1", "won", "1000.50", "2025-01-10", "2025-02-14"),
            ("anna", "c2", "lost", "500", "2025-02-01", "2025-04-02"),
            ("ben", "c1", "won", "2000.25", "2025-03-03", "2025-05-20"),
            ("ben", "c3", "won", "300", "2025-04-15", "2025-07-03"),
            ("cleo", "c2", "open", "700", "2025-05-05", None),
            ("cleo", "c3", "lost", "900", "2025-06-30", "2025-08-08"),
            ("ben", "c2", "won", "4000", "2025-07-07", "2025-10-01"),
            ("cleo", "c4", "won", None, "2025-08-20", "2025-11-11"),
            ("anna", "c4", "won", "150", "2025-10-10", "2025-12-31 23:30"),
            ("anna", "c2", "lost", "60", "2025-04-03", "2025-06-01"),
            ("anna", "c2", None, "5", "2025-02-15", "2025-09-01"),  # closed, nobody knows how
        ),
        "lead": _rows(
            "lead",
            "company deal created_at first_response_at mql_at sql_at",
            ("c1", "deal3", "2025-03-01", "2025-03-01 15:00", None, None),
            ("c2", None, "2025-04-10", "2025-04-11 12:00", "2025-04-20", "2025-05-01"),
            ("c2", None, "2025-05-10", "2025-05-10 13:30", "2025-07-02", None),
            ("c5", None, "2025-09-30", "2025-10-02 18:00", None, "2025-11-05"),
            (None, None, "2025-10-05", None, None, None),
            (None, "deal11", "2024-12-20", None, None, None),
        ),
        "invoice": _rows(
            "invoice",
            "company kind amount at",
            ("c1", "invoice", "1000.50", "2025-02-20"),
            ("c1", "credit_note", "-200", "2025-03-05"),
            ("c1", "invoice", "2000.25", "2025-06-01"),
            ("c3", "invoice", "300", "2025-07-10"),
            ("c2", "invoice", "4000", "2025-10-15"),
            ("c2", None, "50", "2025-11-15"),
        ),
        "activity": _rows(
            "activity",
            "kind outcome at booked_at",
            ("call", "held", "2025-01-15", None),
            ("call", "no_show", "2025-01-20", "2025-01-02"),
            ("meeting", "held", "2025-04-04", "2025-03-20"),
            ("meeting", "planned", "2025-07-01", "2025-06-15"),
            ("call", None, "2025-04-05", None),
            ("email", "held", "2025-10-10", None),
        ),
        "survey_response": _rows(
            "survey_response",
            "kind score at",
            ("nps", "10", "2025-02-01"),
            ("nps", "3", "2025-02-10"),
            ("nps", "9", "2025-05-01"),
            ("csat", "5", "2025-05-02"),
            ("nps", "7", "2025-08-01"),
            ("csat", "3", "2025-11-01"),
        ),
        "spend": _rows(
            "spend",
            "area amount at",
            ("marketing", "99.90", "2025-01-01"),
            ("marketing", "0.10", "2025-03-31"),
            ("sales", "500", "2025-02-01"),
            ("marketing", "40", "2025-07-01"),
            ("sales", "7", "2025-12-31"),
        ),
        "quote": _rows(
            "quote",
            "status amount created_at sent_at decided_at",
            ("accepted", "10", "2025-01-02", "2025-01-05", "2025-04-02"),
            ("sent", "20", "2025-03-30", "2025-04-01", None),
            ("sent", "25", "2025-04-20", "2025-04-21", None),
            ("draft", "30", "2025-04-01", "2025-04-01", None),
            ("rejected", "40", "2025-06-29", "2025-07-01", "2025-07-09"),
        ),
    }
)  # fmt: skip

D = Decimal
#: Counted by hand from the rows above: the four quarters of 2025.
BY_HAND: dict[str, list[object]] = {
    "won_deals": [1, 1, 1, 3],
    "lost_deals": [0, 2, 1, 0],
    "won_value": [D("1000.50"), D("2000.25"), D("300"), D("4150")],
    "win_rate": [1, round(1 / 3, 9), 0.5, 1],
    "new_deals": [4, 4, 2, 1],
    "avg_deal_value": [1000.5, 2000.25, 300, 2075],  # the one without an amount is left out
    "open_deals": [3, 4, 3, 1],
    "pipeline_value": [D("2505.25"), D("1905"), D("4700"), D("700")],
    # 35; 80 from the first contact by the lead two days before; 79; the median of 86, 83 and 82.
    "sales_cycle": [35, 80, 79, 83],
    "new_leads": [1, 2, 1, 1],
    "mqls": [0, 1, 1, 0],
    "sqls": [0, 1, 0, 1],
    "new_companies": [1, 1, 1, 0],
    "response_time": [3, 12.75, None, 54],  # by the day of the answer, hours: 3; 24 and 1.5; -; 54
    "lead_to_customer_rate": [1, 0, 0, 0],
    "revenue": [D("800.50"), D("2000.25"), D("300"), D("4050")],
    "avg_invoice_value": [1000.5, 2000.25, 300, 2025],
    "calls": [1, 1, 0, 0],
    "booked_meetings": [1, 1, 0, 0],
    "meetings_held": [0, 1, 0, 0],
    "nps": [0, 100, 0, None],
    "csat": [None, 1, None, 0],
    "marketing_spend": [D("100"), D("0"), D("40"), D("0")],
    "quotes_sent": [1, 2, 1, 0],
}

#: Other ways to aggregate the same thing.
INSTEAD = {
    "count": ("distinct",),
    "distinct": ("count",),
    "sum": ("average", "max", "min", "count"),
    "stock": ("count",),
    "duration": ("min",),
    "nps": ("average", "csat"),
    "csat": ("average", "nps"),
    "conversion": ("count",),
}


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    return Catalogue.load()


@pytest.fixture(scope="module")
def year(workshop: Workshop, shipped: Catalogue) -> Iterator[Generation]:
    with workshop.duckdb(WORLD, shipped) as generation:
        yield generation


def quarters(generation: Generation, known: Catalogue, kpi: str) -> list[object]:
    request = Request((kpi,), grain=Grain.QUARTER, start=date(2025, 1, 1), end=date(2025, 12, 31))
    return [None if o.value is None else round(o.value, 9) for o in compute(generation, known, request)]


@pytest.mark.parametrize("kpi", BY_HAND)
def test_shipped_kpis_as_counted_by_hand(year: Generation, shipped: Catalogue, kpi: str) -> None:
    assert quarters(year, shipped, kpi) == BY_HAND[kpi]


def test_and_on_postgresql(workshop: Workshop, year: Generation, shipped: Catalogue) -> None:
    with workshop.copied(year) as copy:
        assert {kpi: quarters(copy, shipped, kpi) for kpi in BY_HAND} == BY_HAND


def mutants(definition: Definition) -> Iterator[tuple[str, Definition]]:
    """Every definition that differs in the filter, date or aggregation of one measure, with what differs."""
    for name, measure in definition.measures.items():
        said = measure.model_dump(exclude_none=True, by_alias=True)
        for what, changed in (*_filters(said), *_dates(measure, said), *_aggregates(measure, said)):
            mutant = Measure.model_validate(changed)
            if not list(check_measure(mutant)):
                measures = definition.measures | {name: mutant}
                yield f"{name}: {what}", definition.model_copy(update={"measures": measures})


def _filters(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "where" in said:
        yield "no filter", {k: v for k, v in said.items() if k != "where"}
        yield "the opposite filter", said | {"where": f"not ({said['where']})"}


def _dates(measure: Measure, said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    dates = [f.name for f in FACTS[measure.fact].dates if f.name != measure.on]
    if measure.kind == "stock":
        begin, end = said["between"]
        yield "the other way round", said | {"between": (end, begin)}
    elif measure.kind != "manual":
        for day in dates:
            yield f"on {day}", said | {"on": day}


def _aggregates(measure: Measure, said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    rest = {k: v for k, v in said.items() if k in ("where", "on")}
    for kind in INSTEAD.get(measure.kind, ()):
        field = measure.field or {"distinct": "status", "min": "amount"}.get(kind)
        if kind == "count":
            dated = {"on": said["between"][0]} if measure.kind == "stock" else {}
            yield kind, rest | dated | {"count": measure.fact}
        elif field in FACTS[measure.fact].by_name:
            yield kind, rest | {kind: f"{measure.fact}.{field}"}


#: Changes that mean the same on any records: ``won_at`` is the closing date of a won deal.
EQUAL = {
    ("won_deals", "won_deals: on won_at"),
    ("won_value", "won_value: on won_at"),
    ("win_rate", "won_deals: on won_at"),
    ("sales_cycle", "days_to_win: on won_at"),
    ("avg_deal_value", "won_value: on won_at"),
    ("avg_deal_value", "won_deals: on won_at"),
}


@pytest.mark.parametrize("kpi", BY_HAND)
def test_a_mutated_definition_gives_other_values(year: Generation, shipped: Catalogue, kpi: str) -> None:
    survivors, tried = [], 0
    for what, mutant in mutants(shipped.get(kpi)):
        changed = Catalogue([Entry(mutant, "mutant.yaml", {}, shipped=False)])
        tried += 1
        if quarters(year, changed, kpi) == BY_HAND[kpi] and (kpi, what) not in EQUAL:
            survivors.append(what)
    assert tried
    assert not survivors
