"""Why a KPI is empty."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leitstern.engine.account.lacks import Lack, lacks
from leitstern.kpis.load import Catalogue

from .conftest import Workshop
from .worlds import World, local

SHIPPED = Catalogue.load()
ASKED = ("won_value", "win_rate", "mqls", "contact_to_customer_rate", "revenue", "gross_margin", "lost_deals")
ASKED = (*ASKED, "employee_satisfaction", "won_value_existing", "time_in_stage", "retention_rate")


@pytest.fixture(scope="module")
def found(workshop: Workshop) -> dict[str, list[Lack]]:
    """Two won deals without an amount (one of a currency without a rate), one that is lost but nobody knows
    since when, leads that never became MQL, invoices without costs."""
    day = local("2026-01-05 09:00")
    won = {"status": "won", "created_at": day, "closed_at": day}
    world = World(
        {
            "deal": [
                {"key": "d1", **won, "currency": "EUR"},
                {"key": "d2", **won, "amount": Decimal(7), "currency": "CHF"},
                {"key": "d3", "status": "lost", "created_at": day, "closed_at": None},
            ],
            "lead": [{"key": f"l{n}", "created_at": day} for n in range(3)],
            "invoice": [{"key": "i1", "amount": Decimal(9), "at": day, "currency": "EUR"}],
        }
    )
    with workshop.duckdb(world, SHIPPED) as generation:
        told = lacks(generation, [SHIPPED.resolved(name) for name in ASKED])
    return {name: [one for one in told if one.kpi == name] for name in ASKED}


def said(found: dict[str, list[Lack]], kpi: str, language: str = "en") -> list[str]:
    return [one.text(language) for one in found[kpi]]


def test_what_no_file_brought_is_named(found: dict[str, list[Lack]]) -> None:
    assert said(found, "contact_to_customer_rate")[0] == "No activities have been imported yet."
    assert said(found, "time_in_stage", "de") == [
        "Es wurden noch keine Datensätze der Art „Dealereignisse“ importiert."
    ]
    assert said(found, "retention_rate") == ["No companies have been imported yet."]


def test_a_field_that_is_never_filled_is_named(found: dict[str, list[Lack]]) -> None:
    assert said(found, "mqls") == ["“MQL date” is empty in every record in question (3 leads)."]
    assert said(found, "won_value") == [
        "“amount” is empty in every record in question (1 deal with status won)."
    ]
    assert [(one.code, one.field) for one in found["gross_margin"]] == [
        ("never_met", None),
        ("never_filled", "cost"),
    ]


def test_a_filter_that_lets_nothing_in_is_said_in_words(found: dict[str, list[Lack]]) -> None:
    (german,) = said(found, "won_value_existing", "de")
    assert german.startswith("Von 3 Deals kommt keiner in Frage: gezählt werden Deals mit Status gewonnen")
    assert german.endswith("mit Art Bestandskunde.")


def test_what_is_there_but_does_not_count_is_told_apart(found: dict[str, list[Lack]]) -> None:
    assert [(one.code, one.count, one.field) for one in found["lost_deals"]] == [
        ("never_filled", 1, "closed_at")
    ]


def test_values_that_nobody_typed_in_are_named(found: dict[str, list[Lack]]) -> None:
    assert said(found, "employee_satisfaction") == [
        "No value of “employee_satisfaction” has been typed in yet."
    ]


def test_what_has_records_lacks_nothing(found: dict[str, list[Lack]]) -> None:
    assert found["revenue"] == found["win_rate"] == []
