"""Formulas in words, and names for everything in the model, in German and English."""

from __future__ import annotations

import pytest

from leitstern.facts.model import FACTS
from leitstern.kpis.labels import choice_label, fact_label, field_label
from leitstern.kpis.load import Catalogue
from leitstern.kpis.words import filter_in_words, in_words, number

SENTENCES = {
    "win_rate": (
        (
            "Anzahl Deals mit Status gewonnen, nach Abschlussdatum, geteilt durch "
            "Anzahl Deals mit Status gewonnen oder verloren, nach Abschlussdatum"
        ),
        (
            "Number of deals with status won, by closing date, divided by "
            "number of deals with status won or lost, by closing date"
        ),
    ),
    "new_companies": (
        "Anzahl verschiedener Firmen der Leads, nach Anlagedatum",
        "Number of different companies of the leads, by creation date",
    ),
    "pipeline_value": (
        "Summe von „Betrag“ der Deals am Ende des Zeitraums (ab Anlagedatum, bis Abschlussdatum)",
        "Sum of the amount of the deals at the end of the period (from creation date until closing date)",
    ),
    "sales_cycle": (
        (
            "Tage von „Erstkontakt“ bis „Abschlussdatum“ der Deals mit Status gewonnen (Median), "
            "nach Abschlussdatum"
        ),
        "Days from “first contact” to “closing date” of the deals with status won (median), by closing date",
    ),
    "lead_to_customer_rate": (
        (
            "Anteil der Leads mit Anlagedatum im Zeitraum, die danach innerhalb von 365 Tagen das Ziel "
            "„gewonnener Abschluss“ erreichten"
        ),
        (
            "Share of the leads with creation date in the period that reached “won deal” "
            "within 365 days afterwards"
        ),
    ),
    "pipeline_coverage": (
        "„Offene Pipeline“ geteilt durch „Gewonnener Auftragswert“",
        "“Pipeline value” divided by “Won value”",
    ),
    "revenue_growth": (
        "Veränderung gegenüber dem vorigen Zeitraum von: „Umsatz“",
        "Change against the previous period of: “Revenue”",
    ),
    "employee_satisfaction": (
        "Von Hand eingetragener Wert employee_satisfaction (Durchschnitt)",
        "Value employee_satisfaction entered by hand (average)",
    ),
}

FILTERS = [
    ("status = 'won'", "mit Status gewonnen", "with status won"),
    ("'won' <> status", "mit Status außer gewonnen", "with status other than won"),
    ("kind = 'new'", "mit Art Neukunde", "with kind new customer"),
    (
        "status not in ('won', 'lost')",
        "mit Status außer gewonnen und verloren",
        "with status other than won and lost",
    ),
    ("campaign is null", "ohne Kampagne", "without campaign"),
    ("lead.sql_at is not null", "mit SQL-Datum (Lead)", "with SQL date (lead)"),
    ("amount > 1234567.5", "mit Betrag über 1.234.567,5", "with amount above 1,234,567.5"),
    ("5 >= amount", "mit Betrag bis 5", "with amount up to 5"),
    ("amount between 1 and 2", "mit Betrag von 1 bis 2", "with amount from 1 to 2"),
    (
        "amount - cost > -0.2 * amount",
        "mit Betrag minus Kosten über -0,2 mal Betrag",
        "with amount minus cost above -0.2 times amount",
    ),
    ("closed_at >= '2026-03-01'", "mit Abschlussdatum ab 01.03.2026", "with closing date from 2026-03-01"),
    ("source like 'Messe%'", "mit Quelle nach dem Muster „Messe%“", "with source like “Messe%”"),
    (
        "is_first",
        "mit dem Merkmal „erster gewonnener Deal der Firma“",
        "marked “first won deal of the company”",
    ),
    (
        "is_first = false",
        "ohne das Merkmal „erster gewonnener Deal der Firma“",
        "not marked “first won deal of the company”",
    ),
    (
        "not (status = 'won' or is_first)",
        "nicht (mit Status gewonnen oder mit dem Merkmal „erster gewonnener Deal der Firma“)",
        "not (with status won or marked “first won deal of the company”)",
    ),
    (
        "status = 'won' and (cost is null or region = 'Nord')",
        "mit Status gewonnen und (ohne Kosten oder mit Region „Nord“)",
        "with status won and (without cost or with region “Nord”)",
    ),
]


@pytest.mark.parametrize("name", SENTENCES)
def test_a_formula_is_said_in_words(name: str) -> None:
    shipped = Catalogue.load()
    said = tuple(in_words(shipped.get(name), shipped, language) for language in ("de", "en"))
    assert said == SENTENCES[name]


@pytest.mark.parametrize(("text", "german", "english"), FILTERS)
def test_a_filter_is_said_in_words(text: str, german: str, english: str) -> None:
    assert filter_in_words(text, "deal", "de") == german
    assert filter_in_words(text, "deal", "en") == english


def test_everything_in_the_model_has_a_name_in_both_languages() -> None:
    for fact in FACTS.values():
        for language in ("de", "en"):
            assert fact_label(fact.name, language)
            assert fact_label(fact.name, language, plural=True)
            for field in fact.fields:
                assert field_label(fact.name, field.name, language)
                for choice in field.choices:
                    assert choice_label(fact.name, field.name, choice, language)


@pytest.mark.parametrize(
    ("text", "german", "english"), [("1000", "1.000", "1,000"), ("0.5", "0,5", "0.5"), ("12", "12", "12")]
)
def test_numbers_bear_the_marks_of_the_language(text: str, german: str, english: str) -> None:
    assert (number(text, "de"), number(text, "en")) == (german, english)
