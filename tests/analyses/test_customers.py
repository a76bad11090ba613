"""Customers of a small company that is written down here, counted by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest

from leitstern.analyses import customers as asking
from leitstern.analyses.customers_words import Words
from leitstern.info import FactInfo, GenerationInfo
from leitstern.server.figures import Figures
from leitstern.workspace import Workspace

TODAY = date(2026, 5, 10)

COLUMNS = {
    "invoice": ("kind", "company", "amount", "cost", "at"),
    "spend": ("kind", "area", "amount", "at"),
    "deal": ("status", "is_first", "closed_at", "company", "amount", "cost"),
    "company": ("customer_since",),
    "survey_response": ("kind", "score", "scale_max", "comment", "reason", "company", "at"),
}
TYPES = {
    "amount": pa.decimal128(18, 4), "cost": pa.decimal128(18, 4), "at": pa.date32(), "closed_at": pa.date32(),
    "customer_since": pa.date32(), "score": pa.float64(), "scale_max": pa.float64(), "is_first": pa.bool_(),
}  # fmt: skip


@dataclass
class Written:
    """A workspace whose records are given as rows, in the order of ``COLUMNS``, behind a key."""

    rows: dict[str, list[tuple[Any, ...]]]
    settings: Any = field(default_factory=lambda: SimpleNamespace(fiscal_year_start=1, currency="EUR"))

    def facts(self, fact: str, *fields: str) -> pa.Table:
        rows = self.rows.get(fact, [])
        names = ("key", *COLUMNS[fact])
        arrays = [
            pa.array([row[names.index(f)] for row in rows], TYPES.get(f, pa.string()))
            for f in ("key", *fields)
        ]
        return pa.table(arrays, names=["key", *fields])

    def generation(self) -> GenerationInfo:
        newest = max((row[4] for row in self.rows.get("spend", [])), default=None)
        facts = {"spend": FactInfo(len(self.rows.get("spend", [])), newest), "activity": FactInfo(1, TODAY)}
        return GenerationInfo(1, datetime(2026, 7, 1, 12, 0), date(2026, 7, 1), facts)  # noqa: DTZ001 - never compared

    def subjects(self, _kind: str) -> list[tuple[str, str]]:
        return [("A", "Alpha AG"), ("B", "Beta GmbH")]


def invoice(
    key: str, company: str | None, amount: int, day: date, kind: str = "invoice", cost: bool = True
) -> tuple[Any, ...]:
    return (key, kind, company, Decimal(amount), Decimal(amount) * Decimal("0.6") if cost else None, day)


def answer(key: str, kind: str, score: float, top: float, day: date, *words: str | None) -> tuple[Any, ...]:
    comment, reason, company = words
    return (key, kind, score, top, comment, reason, company, day)


ROWS: dict[str, list[tuple[Any, ...]]] = {
    "invoice": [
        invoice("R0", "O", 500, date(2025, 1, 1)),
        invoice("R1", "A", 100, date(2025, 2, 10)),
        invoice("R2", "A", 50, date(2025, 5, 10)),
        invoice("R3", "B", 200, date(2025, 6, 20), cost=False),
        invoice("R4", "A", -20, date(2025, 8, 5), kind="credit_note"),
        invoice("R5", "B", 80, date(2026, 4, 2)),
        invoice("R6", "C", 10, date(2026, 4, 20)),
        invoice("R7", None, 5, date(2026, 4, 21)),
    ],
    "company": [("O", date(2020, 1, 1)), ("A", date(2025, 2, 10)), ("B", None), ("C", None)],
    "spend": [
        ("S1", "media", "marketing", Decimal(300), date(2026, 2, 15)),
        ("S2", "people", "sales", Decimal(700), date(2026, 2, 28)),
        ("S3", "people", "sales", Decimal(500), date(2026, 3, 31)),
        ("S4", "people", "service", Decimal(9999), date(2026, 3, 31)),
        ("S5", None, "sales", Decimal(100), date(2026, 4, 30)),
        ("S0", "media", "marketing", Decimal(1), date(2026, 1, 1)),
    ],
    "deal": [
        *((f"D{n}", "won", True, date(2026, 2, 10 + n), "K", Decimal(10), None) for n in range(5)),
        ("D5", "won", True, date(2026, 3, 1), "K", Decimal(10), None),
        ("D6", "won", False, date(2026, 3, 2), "K", Decimal(10), None),
        ("D7", "lost", None, date(2026, 3, 2), "K", Decimal(10), None),
        ("D8", "won", True, date(2026, 5, 2), "K", Decimal(10), None),
        ("D9", "won", True, date(2025, 12, 30), "K", Decimal(10), None),
    ],
    "survey_response": [
        answer("U1", "nps", 10, 10, date(2026, 2, 1), "Sehr gut", "Beratung", "A"),
        answer("U2", "nps", 9, 10, date(2026, 2, 2), None, "Beratung", "B"),
        answer("U3", "nps", 3, 10, date(2026, 3, 1), "Zu teuer", "Preis", "X"),
        answer("U4", "nps", 8, 10, date(2026, 4, 1), None, None, None),
        answer("U5", "nps", 10, 10, date(2026, 4, 2), None, None, None),
        answer("U6", "nps", 0, 10, date(2024, 4, 2), None, "Preis", None),
        answer("U7", "csat", 4, 5, date(2026, 4, 2), None, "Preis", "A"),
        answer("U8", "csat", 3, 5, date(2026, 4, 2), "Wartezeit", None, "A"),
        answer("U9", "employee", 2, 10, date(2026, 4, 2), "Geheim", "Geheim", None),
    ],
}  # fmt: skip


@pytest.fixture
def written() -> Workspace:
    return cast(Workspace, Written(ROWS))


def test_cost_of_new_customers_counts_people_and_only_complete_months(written: Workspace) -> None:
    found = asking.acquisition(written, "month")
    by_label = dict(zip([p.label for p in found.periods], range(9), strict=False))
    # The first new customer and the first spending are of January 2026: December is not in.
    assert list(by_label) == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]
    february = by_label["2026-02"]
    assert found.found.cost[february] == 200
    assert found.found.parts[:, february].tolist() == [60, 140, 0, 0, 0]
    assert found.found.won.tolist() == [0, 5, 1, 0, 1]
    # Spending without a kind is other spending; that of service is not for winning customers.
    assert found.found.spent.tolist() == [1, 1000, 500, 100, 0]
    assert found.complete == (True, True, True, True, False)
    assert found.people
    assert found.year.cost.tolist() == [1601 / 6]
    assert (found.year_from.label, found.year_to.label) == ("2026-01", "2026-04")


def test_a_month_whose_spending_was_not_delivered_is_not_complete() -> None:
    rows = ROWS | {"spend": [row for row in ROWS["spend"] if row[4] < date(2026, 4, 1)]}
    found = asking.acquisition(cast(Workspace, Written(rows)), "month")
    assert found.complete == (True, True, True, False, False)
    assert found.year_to.label == "2026-03"
    assert found.year.cost.tolist() == [1501 / 6]


def test_quarters_add_up_their_months(written: Workspace) -> None:
    found = asking.acquisition(written, "quarter")
    assert [p.label for p in found.periods] == ["2026-Q1", "2026-Q2"]
    assert found.found.cost.tolist() == [1501 / 6, 100]
    assert found.complete == (True, False)


def test_cohorts_begin_with_the_first_purchase_and_leave_out_older_customers(written: Workspace) -> None:
    found = asking.cohorts(written, "quarter")
    assert (found.older, found.unknown, found.source) == (1, 1, "invoice")
    assert [p.label for p in found.periods] == ["2025-Q1", "2025-Q2"]  # C's quarter is not over
    document = found.as_json()
    first, second = document["rows"]
    assert (first["size"], first["active"]) == (1, [1, 1, 0, 0, 0])
    assert first["revenue"] == [100, 50, -20, 0, 0]
    assert (second["size"], second["revenue"]) == (1, [200, 0, 0, 0])
    assert document["verdict"] == "too_little"


def test_shares_take_the_last_year(written: Workspace) -> None:
    found = asking.shares(written).as_json()
    # From 2025-05-11: B 280, C 10, A -20.
    assert [(one["name"], one["value"]) for one in found["customers"]] == [("Beta GmbH", 280), ("C", 10)]
    assert (found["total"], found["n"], found["verdict"]) == (290, 2, "too_little")
    assert found["largest"] == pytest.approx(280 / 290)


def test_surveys_are_of_customers_and_list_reasons_and_words(written: Workspace) -> None:
    found = asking.surveys(written, "quarter").as_json()
    year = found["nps"]["year"]
    assert (year["value"], year["n"], year["groups"], year["verdict"]) == (40, 5, [3, 1, 1], "score")
    assert found["csat"]["year"]["groups"] == [1, 1]
    assert found["csat"]["verdict"] == "too_little"
    assert found["nps"]["periods"][-1]["period"] == "2026-Q2"
    assert found["nps"]["periods"][-1]["n"] == 2
    assert {one["reason"]: one["n"] for one in found["reasons"]} == {"Beratung": 2, "Preis": 2}
    preis = next(one for one in found["reasons"] if one["reason"] == "Preis")
    assert (preis["detractor"], preis["satisfied"]) == (1, 1)
    assert [(one["comment"], one["group"], one["customer"]) for one in found["words"]] == [
        ("Wartezeit", "not_satisfied", "Alpha AG"),
        ("Zu teuer", "detractor", "X"),
        ("Sehr gut", "promoter", "Alpha AG"),
    ]


def test_payback_needs_customers_and_value_needs_fifty(written: Workspace) -> None:
    assert asking.payback(written).verdict == "too_little"
    assert asking.value(written).verdict == "too_little"


def test_payback_counts_the_margin_of_new_customers(written: Workspace) -> None:
    many = [
        invoice(f"N{n}-{month}", f"N{n}", 400, date(2025, 6, 15) + timedelta(days=30 * month))
        for n in range(6)
        for month in range(4)
    ]
    rows = ROWS | {"invoice": [*ROWS["invoice"], *many]}
    found = asking.payback(cast(Workspace, Written(rows)))
    # Six customers with a margin of 160 in each of four months, A with 40, B with 80, C with 4.
    assert found.cost == pytest.approx(1601 / 6)
    assert (found.months, found.verdict) == (3, "paid_back")
    assert found.margin[:3].tolist() == pytest.approx([1084 / 9, 1084 / 9 + 120, 1084 / 9 + 240])


def test_everything_is_plain_and_said_in_both_languages(written: Workspace) -> None:
    document = asking.customers(written).as_json()
    assert document["as_of"] == "2026-05-10"
    german, english = (Words(language, Figures(language)) for language in ("de", "en"))
    assert german.cost(document).startswith("Ein Neukunde kostete in den zwölf Monaten bis 2026-04-30 267")
    assert "People make 75.0% of it." in english.cost(document)
    for words in (german, english):
        assert words.value(document)
        assert words.cohorts(document)
        assert words.shares(document)
        assert words.payback(document)
        assert words.survey(document, "nps")
    assert "(2)" in german.survey(document, "csat")


def test_without_records_the_answer_is_too_little() -> None:
    document = asking.customers(cast(Workspace, Written({}))).as_json()
    verdicts = [document[part]["verdict"] for part in ("payback", "cohorts", "value", "shares")]
    assert verdicts == ["too_little"] * 4
    words = Words("en", Figures("en"))
    assert words.cost(document).startswith("Too little data")


def test_won_deals_stand_in_where_there_are_no_invoices() -> None:
    found = asking.cohorts(cast(Workspace, Written({"deal": ROWS["deal"]})), "month")
    assert (found.source, found.found.n) == ("deal", 0)  # its first deal is of before the first full month
