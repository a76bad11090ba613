"""The shipped KPIs: complete, in both languages, possible, free of advice, and fixed in what they compute."""

from __future__ import annotations

import re

import pytest

from leitstern.facts.model import FACTS
from leitstern.kpis.definition import Definition, Measure
from leitstern.kpis.expressions import parse_filter, parse_formula
from leitstern.kpis.lint import lint
from leitstern.kpis.load import Catalogue
from leitstern.kpis.words import in_words, measure_in_words

SHIPPED = Catalogue.load()
each = pytest.mark.parametrize("kpi", SHIPPED, ids=lambda kpi: kpi.kpi)

#: What the design asks for, by name.
REQUIRED = [
    "new_leads",
    "new_companies",
    "mqls",
    "sqls",
    "booked_meetings",
    "quotes_sent",
    "won_deals",
    "lost_deals",
    "won_value",
    "win_rate",
    "lead_to_customer_rate",
    "lead_to_customer_rate_period",
    "contact_to_customer_rate",
    "sales_cycle",
    "time_in_stage",
    "avg_deal_value",
    "pipeline_value",
    "weighted_pipeline",
    "pipeline_coverage",
    "cost_per_lead",
    "customer_acquisition_cost",
    "cost_per_won_deal",
    "customer_lifetime_value",
    "products_per_customer",
    "customer_tenure",
    "retention_rate",
    "churn_rate",
    "repeat_purchase_rate",
    "revenue",
    "revenue_growth",
    "revenue_growth_ytd",
    "gross_margin",
    "response_time",
    "nps",
    "csat",
    "handover_time_marketing_sales",
    "handover_time_sales_service",
    "contacts_after_win",
    "campaign_reach",
    "campaign_clicks",
    "campaign_replies",
    "followers",
    "employee_retention",
    "employee_satisfaction",
]

#: What the most used KPIs compute, written down a second time by hand: kind, target, filter, date.
MEANING = {
    "won_deals": [("count", "deal", "status = 'won'", "closed_at")],
    "lost_deals": [("count", "deal", "status = 'lost'", "closed_at")],
    "won_value": [("sum", "deal.amount", "status = 'won'", "closed_at")],
    "win_rate": [
        ("count", "deal", "status = 'won'", "closed_at"),
        ("count", "deal", "status in ('won', 'lost')", "closed_at"),
    ],
    "avg_deal_value": [
        ("sum", "deal.amount", "status = 'won' and amount is not null", "closed_at"),
        ("count", "deal", "status = 'won' and amount is not null", "closed_at"),
    ],
    "new_leads": [("count", "lead", None, "created_at")],
    "new_companies": [("distinct", "lead.company", None, "created_at")],
    "mqls": [("count", "lead", None, "mql_at")],
    "sqls": [("count", "lead", None, "sql_at")],
    "revenue": [("sum", "invoice.amount", None, "at")],
}


def test_there_are_at_least_fifty_and_all_that_the_design_names() -> None:
    assert len(SHIPPED) >= 50
    assert set(REQUIRED) <= set(SHIPPED.names)


def test_one_file_holds_one_kpi_and_bears_its_name() -> None:
    for entry in SHIPPED.entries():
        assert entry.file == f"leitstern:{entry.definition.kpi}.yaml"
        assert entry.shipped


def test_every_filter_of_every_shipped_kpi_parses() -> None:
    assert SHIPPED.check() == []


def test_there_is_no_advice_on_the_shipped_kpis() -> None:
    assert [f"{found.kpi}: {found.text('en')}" for found in lint(SHIPPED)] == []


@each
def test_a_formula_uses_exactly_its_measures(kpi: Definition) -> None:
    resolved = SHIPPED.resolved(kpi.kpi)
    assert set(resolved.formula.names) == set(resolved.measures)
    for measure in resolved.measures.values():
        assert measure.fact in FACTS
        assert measure.where is None or parse_filter(measure.where, measure.fact)


@each
def test_the_texts_are_sentences_in_both_languages(kpi: Definition) -> None:
    for text in (kpi.means.de, kpi.means.en):
        assert re.fullmatch(r"[A-ZÄÖÜ0-9].*\.", text, flags=re.DOTALL)
        assert 25 <= len(text) <= 220
    assert kpi.name.de[0].isupper()
    assert kpi.name.en[0].isupper()
    assert kpi.also_called.de
    assert kpi.also_called.en
    assert not re.search(r"\b(the|of|and)\b", kpi.means.de)
    assert not re.search(r"\b(der|die|das|und)\b", kpi.means.en)


@each
def test_a_kpi_says_what_it_moves_and_what_keeps_it_honest(kpi: Definition) -> None:
    assert kpi.paired_with
    assert kpi.drives or kpi.kpi == "gross_margin", "all lines of cause end in the margin"
    assert {*kpi.drives, *kpi.paired_with} <= set(SHIPPED.names) - {kpi.kpi}


def test_reach_is_marked_as_reach() -> None:
    reach = {kpi.kpi for kpi in SHIPPED if kpi.about == "reach"}
    assert reach == {"campaign_reach", "campaign_clicks", "campaign_replies", "click_rate", "followers"}


@pytest.mark.parametrize("name", MEANING)
def test_the_most_used_kpis_mean_what_they_must(name: str) -> None:
    measures = SHIPPED.get(name).measures
    written = [(m.kind, m.target, m.where, m.on) for m in measures.values()]
    assert written == MEANING[name]
    top = parse_formula(SHIPPED.get(name).formula)
    expected = " / ".join(measures)
    assert str(top) == expected


def mutants(measure: Measure) -> list[Measure]:
    """The measure with another filter, another date, or another aggregation."""
    fact = FACTS[measure.fact]
    found = []
    if measure.manual is None:
        flipped = f"not ({measure.where})" if measure.where else f"{fact.fields[0].name} is null"
        found.append(measure.model_copy(update={"where": flipped}))
    if measure.on is not None:
        others = [date.name for date in fact.dates if date.name != measure.on]
        found += [measure.model_copy(update={"on": other}) for other in others]
    if measure.kind in ("sum", "average", "median"):
        found.append(measure.model_copy(update={measure.kind: None, "max": measure.target}))
    if measure.kind == "distinct":
        found.append(measure.model_copy(update={"distinct": None, "count": measure.fact}))
    if measure.kind == "duration":
        found.append(measure.model_copy(update={"how": "average" if measure.how == "median" else "median"}))
    return found


@each
def test_a_changed_filter_date_or_aggregation_shows_in_the_words_of_the_catalogue_page(
    kpi: Definition,
) -> None:
    """So the page's test turns red for any such change of a shipped KPI."""
    for language in ("de", "en"):
        said = in_words(kpi, SHIPPED, language).casefold()
        for measure in kpi.measures.values():
            assert measure_in_words(measure, language).casefold() in said
            for mutant in mutants(measure):
                assert measure_in_words(mutant, language) != measure_in_words(measure, language)
