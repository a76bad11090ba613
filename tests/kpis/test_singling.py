"""A KPI that can single out people is found by its filter, its count, and by what its formula names."""

from __future__ import annotations

import pytest

from leitstern.kpis.definition import Definition, Measure, Texts
from leitstern.kpis.documents import Entry
from leitstern.kpis.load import Catalogue
from leitstern.kpis.singling import singles_out


def kpi(name: str = "mine", formula: str = "aa", **measure: object) -> Entry:
    measures = {"aa": Measure.model_validate(measure)} if measure else {}
    text = Texts(de=name, en=name)
    return Entry(
        Definition(
            kpi=name, name=text, means=text, owner="sales", unit="count", good="up", level="strategic",
            timing="lagging", about="result", formula=formula, measures=measures,
        ),
        "mine.yaml", {}, False,
    )  # fmt: skip


def singled(*entries: Entry, name: str = "mine") -> bool:
    return singles_out(Catalogue(entries).resolved(name))


@pytest.mark.parametrize(
    "measure",
    [
        {"count": "deal", "where": "status = 'won' and owner.email = 'a@example.org'"},
        {"count": "deal", "where": "owner.name like 'Anne%'"},
        {"sum": "deal.amount", "where": "owner.region = 'Nord' or status = 'lost'"},
        {"count": "invoice", "where": "not (owner.site in ('Kiel', 'Bremen'))"},
        {"sum": "spend.amount", "where": "person.name = 'Anne'"},
        {"count": "lead", "where": "team.name = 'Nord'"},
        {"count": "deal", "where": "region = 'Nord'"},
        {"count": "deal_event", "where": "field = 'owner' and new = 'P7'"},
        {"count": "person", "where": "name = 'Anne'", "on": "joined_at"},
        {"distinct": "activity.owner"},
        {"distinct": "deal.team"},
        {"distinct": "person.email", "on": "joined_at"},
    ],
)
def test_people_are_singled_out(measure: dict[str, object]) -> None:
    assert singled(kpi(**measure))


@pytest.mark.parametrize(
    "measure",
    [
        {"count": "deal", "where": "status = 'won' and owner is not null"},
        {"count": "deal", "where": "company.region = 'Nord' and source = 'Messe'"},
        {"count": "lead", "where": "campaign.name = 'Messe' and contact is null"},
        {"distinct": "deal.company"},
        {"count": "person", "on": "joined_at"},
    ],
)
def test_things_and_everybody_are_not(measure: dict[str, object]) -> None:
    assert not singled(kpi(**measure))


def test_a_formula_passes_it_on() -> None:
    hidden = kpi("hidden", count="deal", where="owner.name = 'Anne'")
    assert singled(hidden, kpi(formula="hidden * 2"))


def test_no_shipped_kpi_singles_anybody_out() -> None:
    catalogue = Catalogue.load()
    assert [d.kpi for d in catalogue if singles_out(catalogue.resolved(d.kpi))] == []
