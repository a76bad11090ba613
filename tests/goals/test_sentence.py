"""Typed sentences become draft goals; what they do not say is asked for, never guessed."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstern.engine.organisation import Organisation, Person, Team
from leitstern.errors import Problem
from leitstern.goals.goal import Whom
from leitstern.goals.names import Names
from leitstern.goals.sentence import Asking, Reading, read
from leitstern.goals.sentence_subjects import stem
from leitstern.goals.sentence_times import times
from leitstern.kpis.load import Catalogue

TODAY = date(2026, 11, 22)  # a Sunday in the fourth quarter
CATALOGUE = Catalogue.load()
ORGANISATION = Organisation(
    {
        "p1": Person("p1", "Jana Müller"),
        "p2": Person("p2", "Kai Weber"),
        "p3": Person("p3", "Eva Müller"),
    },
    {
        "v": Team("v", "Vertrieb"),
        "n": Team("n", "Vertrieb Nord", parent="v"),
        "s": Team("s", "Vertrieb Süd", parent="v"),
        "m": Team("m", "Marketing"),
        "k1": Team("k1", "Service A"),
        "k2": Team("k2", "Service B"),
    },
    (),
    {},
)
NAMES = Names(ORGANISATION, {"customer": {"k9": "Adler AG"}, "campaign": {"c1": "Herbstmesse"}})


class Case(NamedTuple):
    """A sentence and what is read from it; what is not given must be None or empty.

    ``time`` is a period's label or first and last day; ``target`` with two numbers is between them;
    ``change`` has its sign and is ``of`` the base (a fraction) or ``on`` it (in the unit).
    """

    text: str
    kpi: str | None = None
    whom: str | None = None
    time: str | None = None
    direction: str | None = None
    target: str | None = None
    change: str | None = None
    missing: str = ""
    assumed: str = ""


def _whom(whom: Whom | None) -> str | None:
    return None if whom is None else " ".join(filter(None, (whom.type, whom.id)))


def _case(text: str, found: Reading) -> Case:
    change = found.change
    time = found.period or (f"{found.start}..{found.end}" if found.start else None)
    target = None if found.target is None else f"{found.target.normalize():f}"
    return Case(
        text,
        kpi=found.kpi,
        whom=_whom(found.whom),
        time=time,
        direction=found.direction,
        target=target if found.upper is None else f"{target}..{found.upper.normalize():f}",
        change=None
        if change is None
        else f"{change.amount.normalize():+f} {'of' if change.relative else 'on'} {change.against}",
        missing=" ".join(f"{each.letter}:{each.question}" for each in found.missing),
        assumed=" ".join(each.what for each in found.assumed),
    )


def _read(text: str) -> Reading:
    return read(text, TODAY, CATALOGUE, NAMES)


GERMAN = [
    Case(
        "Innerhalb von drei Monaten wird der Vertrieb seinen Umsatz um 14 Prozent steigern",
        kpi="revenue",
        whom="team v",
        time="2026-11-22..2027-02-21",
        direction="at_least",
        change="+0.14 of previous_year",
        assumed="start_today last_year",
    ),
    Case(
        "Das Team Vertrieb Nord steigert den Umsatz bis Ende Q2 2027 auf 500.000 Euro.",
        kpi="revenue",
        whom="team n",
        time="2026-11-22..2027-06-30",
        direction="at_least",
        target="500000",
        assumed="start_today",
    ),
    Case(
        "Jana Müller gewinnt im März 2027 mindestens zwölf Neukunden.",
        kpi="new_customers",
        whom="person p1",
        time="2027-03",
        direction="at_least",
        target="12",
    ),
    Case(
        "Müller gewinnt im März 2027 mindestens zwölf Neukunden.",
        kpi="new_customers",
        time="2027-03",
        direction="at_least",
        target="12",
        missing="S:one_subject",
    ),
    Case(
        "Wir senken die Reaktionszeit auf Leads im Jahr 2027 auf höchstens 4 Stunden.",
        kpi="response_time",
        whom="company",
        time="2027",
        direction="at_most",
        target="4",
    ),
    Case(
        "Wir erhöhen unsere Abschlussquote im nächsten Quartal auf mindestens 30 %.",
        kpi="win_rate",
        whom="company",
        time="2027-Q1",
        direction="at_least",
        target="0.3",
    ),
    Case(
        "Die Abschlussquote soll um 5 Prozent steigen.",
        kpi="win_rate",
        direction="at_least",
        missing="S:whom T:time M:points_or_percent",
    ),
    Case(
        "Wir erhöhen die Abschlussquote 2027 um 3 Prozentpunkte.",
        kpi="win_rate",
        whom="company",
        time="2027",
        direction="at_least",
        change="+0.03 on previous_year",
        assumed="last_year",
    ),
    Case(
        "Der Service verkürzt die Lösungszeit im Service in diesem Quartal um 20 % gegenüber dem Vorquartal.",
        kpi="ticket_resolution_time",
        time="2026-Q4",
        direction="at_most",
        change="-0.2 of previous_period",
        missing="S:which_team",
    ),
    Case("Der Umsatz darf 2027 nicht sinken.", kpi="revenue", time="2027", missing="S:whom M:negated"),
    Case(
        "Das Marketing verdoppelt die neuen Leads im ersten Halbjahr 2027.",
        kpi="new_leads",
        whom="team m",
        time="2027-H1",
        direction="at_least",
        change="+1 of previous_year",
        assumed="last_year",
    ),
    Case(
        "Wir wollen mehr Umsatz und neue Leads.",
        whom="company",
        direction="at_least",
        missing="S:one_kpi T:time M:amount",
    ),
    Case(
        "Bis Jahresende 20 % mehr Neukunden gewinnen",
        kpi="new_customers",
        time="2026-11-22..2026-12-31",
        direction="at_least",
        change="+0.2 of previous_year",
        missing="S:whom",
        assumed="start_today last_year",
    ),
    Case(
        "Der Vertrieb hält die Abschlussquote in Q1 2027 zwischen 25 und 30 Prozent.",
        kpi="win_rate",
        whom="team v",
        time="2027-Q1",
        direction="between",
        target="0.25..0.3",
    ),
    Case(
        "Umsatz", kpi="revenue", direction="at_least", missing="S:whom T:time M:amount", assumed="direction"
    ),
    Case(
        "Ich erreiche im Dezember 40 geführte Anrufe.",
        kpi="calls",
        time="2026-12",
        direction="at_least",
        target="40",
        missing="S:who_are_you",
        assumed="next_year direction",
    ),
    Case(
        "Der Kunde Adler AG bringt im Jahr 2027 1,2 Mio. € Umsatz.",
        kpi="revenue",
        whom="customer k9",
        time="2027",
        direction="at_least",
        target="1200000",
        assumed="direction",
    ),
    Case(
        "Die Firma reduziert die Kosten je Lead bis zum 31.03.2027 auf 45 Euro.",
        kpi="cost_per_lead",
        whom="company",
        time="2026-11-22..2027-03-31",
        direction="at_most",
        target="45",
        assumed="start_today",
    ),
    Case(
        "Der Umsatz steigt bis Ende März auf 30 %.",
        kpi="revenue",
        time="2026-11-22..2027-03-31",
        direction="at_least",
        missing="S:whom M:unit",
        assumed="start_today next_year",
    ),
    Case(
        "Webers Umsatz soll 2027 um 50.000 Euro wachsen",
        kpi="revenue",
        whom="person p2",
        time="2027",
        direction="at_least",
        change="+50000 on previous_year",
        assumed="last_year",
    ),
    Case(
        "Wir bauen die offene Pipeline bis Ende des nächsten Quartals auf 2 Mio. € aus.",
        kpi="pipeline_value",
        whom="company",
        time="2026-11-22..2027-03-31",
        direction="at_least",
        target="2000000",
        assumed="start_today",
    ),
    Case(
        "Kampagne Herbstmesse erzielt im Oktober 2027 500 Klicks auf Kampagnen",
        kpi="campaign_clicks",
        whom="campaign c1",
        time="2027-10",
        direction="at_least",
        target="500",
        assumed="direction",
    ),
    Case(
        "Umsatz im Jahr 2025 um 10 % steigern",
        kpi="revenue",
        direction="at_least",
        change="+0.1 of previous_year",
        missing="S:whom T:past",
        assumed="last_year",
    ),
    Case(
        "Bis 31. Juni 2027 steigern wir den Umsatz um 5 %",
        kpi="revenue",
        whom="company",
        direction="at_least",
        change="+0.05 of previous_year",
        missing="T:no_such_day",
        assumed="last_year",
    ),
    Case(
        "Wir gewinnen im nächsten Jahr 5 neue Kunden",
        kpi="new_customers",
        whom="company",
        time="2027",
        direction="at_least",
        target="5",
        assumed="direction",
    ),
    Case(
        "Der Umsatz je Mitarbeiter steigt 2027 um 5 %",
        time="2027",
        direction="at_least",
        change="+0.05 of previous_year",
        missing="S:whom S:unused_word",
        assumed="last_year",
    ),
    Case(
        "Wir wollen im Januar 2027 eine Million Euro Umsatz",
        kpi="revenue",
        whom="company",
        time="2027-01",
        direction="at_least",
        target="1000000",
        assumed="direction",
    ),
    Case(
        "Vertrieb Nord erhöht die Abschlüsse von 20 auf 25 bis Ende Juni 2027",
        kpi="won_deals",
        whom="team n",
        time="2026-11-22..2027-06-30",
        direction="at_least",
        target="25",
        assumed="start_today",
    ),
    Case(
        "Die Firma steigert den Umsatz 2027 auf 1'200'000 CHF",
        kpi="revenue",
        whom="company",
        time="2027",
        direction="at_least",
        target="1200000",
    ),
    Case(
        "Der Vertrieb verkürzt die Dauer bis zum Abschluss bis Ende Q2 auf unter 60 Tage",
        kpi="sales_cycle",
        whom="team v",
        time="2026-11-22..2027-06-30",
        direction="at_most",
        target="60",
        assumed="start_today next_year",
    ),
    Case(
        "Vertrieb Nord und Vertrieb Süd steigern 2027 den Umsatz um 10 %",
        kpi="revenue",
        time="2027",
        direction="at_least",
        change="+0.1 of previous_year",
        missing="S:one_subject",
        assumed="last_year",
    ),
    Case(
        "Das Marketing liefert 2027 pro Monat 50 MQL",
        kpi="mqls",
        whom="team m",
        time="2027",
        direction="at_least",
        missing="M:per_period",
        assumed="direction",
    ),
    Case(
        "Nächstes Jahr soll die Kundenbindungsquote nicht unter 90 % fallen",
        kpi="retention_rate",
        time="2027",
        direction="at_least",
        target="0.9",
        missing="S:whom",
    ),
    Case("Erhöhen", direction="at_least", missing="S:kpi S:whom T:time M:amount"),
    Case(
        "Der Vertrieb soll bis Jahresende nicht mehr als 45 Tage bis zum Abschluss brauchen",
        kpi="sales_cycle",
        whom="team v",
        time="2026-11-22..2026-12-31",
        direction="at_most",
        target="45",
        assumed="start_today",
    ),
]

ENGLISH = [
    Case(
        "Within three months sales will increase its revenue by 14 percent",
        kpi="revenue",
        whom="team v",
        time="2026-11-22..2027-02-21",
        direction="at_least",
        change="+0.14 of previous_year",
        assumed="start_today last_year",
    ),
    Case(
        "The sales team will raise the win rate to at least 30 percent in Q1 2027.",
        kpi="win_rate",
        whom="team v",
        time="2027-Q1",
        direction="at_least",
        target="0.3",
    ),
    Case(
        "Increase sales by 10 percent this quarter",
        kpi="revenue",
        time="2026-Q4",
        direction="at_least",
        change="+0.1 of previous_year",
        missing="S:whom",
        assumed="last_year",
    ),
    Case(
        "Sales will win twelve new customers by the end of March",
        kpi="new_customers",
        whom="team v",
        time="2026-11-22..2027-03-31",
        direction="at_least",
        target="12",
        assumed="start_today next_year direction",
    ),
    Case("We will not lose revenue in 2027", whom="company", time="2027", missing="S:unused_word M:negated"),
    Case(
        "Reduce the response time to leads to no more than 4 hours by year-end",
        kpi="response_time",
        time="2026-11-22..2026-12-31",
        direction="at_most",
        target="4",
        missing="S:whom",
        assumed="start_today",
    ),
    Case(
        "Jana Müller reaches 40 calls made in January 2027",
        kpi="calls",
        whom="person p1",
        time="2027-01",
        direction="at_least",
        target="40",
        assumed="direction",
    ),
    Case(
        "We keep the churn rate below 5% in 2027",
        kpi="churn_rate",
        whom="company",
        time="2027",
        direction="at_most",
        target="0.05",
    ),
    Case(
        "Marketing will double new leads within half a year compared with last year",
        kpi="new_leads",
        whom="team m",
        time="2026-11-22..2027-05-21",
        direction="at_least",
        change="+1 of previous_year",
        assumed="start_today",
    ),
    Case(
        "Improve the win rate by 3 percentage points in 2027",
        kpi="win_rate",
        time="2027",
        direction="at_least",
        change="+0.03 on previous_year",
        missing="S:whom",
        assumed="direction last_year",
    ),
    Case(
        "Improve the sales cycle by 10 percent in 2027",
        kpi="sales_cycle",
        time="2027",
        direction="at_most",
        change="-0.1 of previous_year",
        missing="S:whom",
        assumed="direction last_year",
    ),
    Case(
        "Raise revenue to 500.000 euros in 2027",
        kpi="revenue",
        time="2027",
        direction="at_least",
        missing="S:whom M:number",
    ),
    Case(
        "Raise revenue to 1.2 million euros in 2027",
        kpi="revenue",
        time="2027",
        direction="at_least",
        target="1200000",
        missing="S:whom",
    ),
    Case(
        "Kai Weber makes 20 more calls than last month in December",
        kpi="calls",
        whom="person p2",
        time="2026-12",
        direction="at_least",
        change="+20 on previous_period",
        assumed="next_year base",
    ),
    Case(
        "Grow revenue and new customers by 10% in 2027",
        time="2027",
        direction="at_least",
        change="+0.1 of previous_year",
        missing="S:one_kpi S:whom",
        assumed="last_year",
    ),
    Case(
        "Our company must keep the gross margin between 30 and 35 percent next year",
        kpi="gross_margin",
        whom="company",
        time="2027",
        direction="between",
        target="0.3..0.35",
    ),
    Case(
        "We want to increase our revenue by up to 5 % in 2027",
        kpi="revenue",
        whom="company",
        time="2027",
        direction="at_least",
        missing="M:up_to",
    ),
    Case(
        "In March 2027 Vertrieb Süd wins at least 12 deals",
        kpi="won_deals",
        whom="team s",
        time="2027-03",
        direction="at_least",
        target="12",
    ),
    Case(
        "I will hold eight demos in the next two weeks",
        kpi="demos_held",
        time="2026-11-22..2026-12-05",
        direction="at_least",
        target="8",
        missing="S:who_are_you",
        assumed="start_today direction",
    ),
    Case(
        "Raise customer satisfaction to 90 next quarter",
        kpi="csat",
        time="2027-Q1",
        direction="at_least",
        missing="S:whom M:percent_sign",
    ),
    Case(
        "Cost per lead must not exceed 40 euros in 2027",
        kpi="cost_per_lead",
        time="2027",
        direction="at_most",
        target="40",
        missing="S:whom",
    ),
    Case(
        "Service should cut the resolution time in service by 15 percent within six weeks",
        kpi="ticket_resolution_time",
        time="2026-11-22..2027-01-02",
        direction="at_most",
        change="-0.15 of previous_year",
        missing="S:which_team",
        assumed="start_today last_year",
    ),
    Case(
        "A 10 percent increase in revenue for the company in 2027",
        kpi="revenue",
        whom="company",
        time="2027",
        direction="at_least",
        change="+0.1 of previous_year",
        assumed="last_year",
    ),
    Case(
        "We want to halve the churn rate within twelve months",
        kpi="churn_rate",
        whom="company",
        time="2026-11-22..2027-11-21",
        direction="at_most",
        change="-0.5 of previous_year",
        assumed="start_today last_year",
    ),
    Case(
        "The company raises revenue from 100 to 120 thousand euros in H1 2027",
        kpi="revenue",
        whom="company",
        time="2027-H1",
        direction="at_least",
        target="120000",
    ),
    Case("Grow our revenue", kpi="revenue", whom="company", direction="at_least", missing="T:time M:amount"),
    Case(
        "By 31 March 2027, Vertrieb Nord will grow won value to $1.2m",
        kpi="won_value",
        whom="team n",
        time="2026-11-22..2027-03-31",
        direction="at_least",
        target="1200000",
        assumed="start_today",
    ),
    Case(
        "Eva Müller must make at least 200 calls by the end of next quarter",
        kpi="calls",
        whom="person p3",
        time="2026-11-22..2027-03-31",
        direction="at_least",
        target="200",
        assumed="start_today",
    ),
    Case(
        "Lift the average deal value of Vertrieb Süd by 2,500 euros by June 30, 2027",
        kpi="avg_deal_value",
        whom="team s",
        time="2026-11-22..2027-06-30",
        direction="at_least",
        change="+2500 on previous_year",
        assumed="start_today last_year",
    ),
    Case(
        "Marketing cuts cost per lead by a third in 2027",
        kpi="cost_per_lead",
        whom="team m",
        time="2027",
        direction="at_most",
        change="-0.3333333333 of previous_year",
        assumed="last_year",
    ),
    Case(
        "At least a third of the enquiries contacted in Q1 2027",
        time="2027-Q1",
        direction="at_least",
        target="0.3333333333",
        missing="S:whom S:unused_word",
    ),
    Case(
        "The company keeps employee satisfaction at 4.2 this year",
        kpi="employee_satisfaction",
        whom="company",
        time="2026",
        direction="at_least",
        target="4.2",
        assumed="direction",
    ),
    Case(
        "We will not let the churn rate exceed 5% in 2027",
        kpi="churn_rate",
        whom="company",
        time="2027",
        missing="M:negated",
    ),
    Case(
        "Increase revenue and reduce costs in 2027",
        time="2027",
        missing="S:whom S:unused_word M:one_direction",
    ),
    Case(
        "Raise the win rate by 5 percent next year",
        kpi="win_rate",
        time="2027",
        direction="at_least",
        missing="S:whom M:points_or_percent",
    ),
    Case(
        "We need 50 MQLs per month in 2027",
        kpi="mqls",
        whom="company",
        time="2027",
        direction="at_least",
        missing="M:per_period",
        assumed="direction",
    ),
    Case(
        "Revenue of 500k in Q3 2027 for the company",
        kpi="revenue",
        whom="company",
        time="2027-Q3",
        direction="at_least",
        target="500000",
        assumed="direction",
    ),
    Case(
        "From January to March 2027 we win no fewer than eleven new customers",
        kpi="new_customers",
        whom="company",
        time="2027-01-01..2027-03-31",
        direction="at_least",
        target="11",
    ),
    Case(
        "Increase new leads by 10 percent within 90 days over last year by year-end",
        kpi="new_leads",
        direction="at_least",
        change="+0.1 of previous_year",
        missing="S:whom T:one_time",
    ),
    Case(
        "By February 30, 2027 we raise revenue by 5%",
        kpi="revenue",
        whom="company",
        direction="at_least",
        change="+0.05 of previous_year",
        missing="T:no_such_day",
        assumed="last_year",
    ),
]


@pytest.mark.parametrize("case", GERMAN, ids=lambda case: case.text)
def test_german_sentences(case: Case) -> None:
    found = _read(case.text)
    assert _case(case.text, found) == case
    assert found.language == "de"


@pytest.mark.parametrize("case", ENGLISH, ids=lambda case: case.text)
def test_english_sentences(case: Case) -> None:
    found = _read(case.text)
    assert _case(case.text, found) == case
    assert found.language == "en"


@pytest.mark.parametrize("case", [*GERMAN, *ENGLISH], ids=lambda case: case.text)
def test_questions_and_suppositions_have_texts_in_both_languages(case: Case) -> None:
    found = _read(case.text)
    texts = [(each.text("de"), each.text("en")) for each in found.missing]
    texts += [(each.text("de"), each.text("en")) for each in found.assumed]
    for german, english in texts:
        assert german != english
        assert "{" not in german + english


def test_i_am_the_one_who_types() -> None:
    found = read("Ich gewinne 2027 zehn Neukunden", TODAY, CATALOGUE, NAMES, Asking(person="p2"))
    assert found.whom == Whom("person", "p2")
    assert found.missing == ()


def test_the_language_given_counts_where_the_words_do_not_tell() -> None:
    german = read("Team Marketing MQL 2027: 1.234", TODAY, CATALOGUE, NAMES, Asking(language="de"))
    english = read("Team Marketing MQL 2027: 1.234", TODAY, CATALOGUE, NAMES, Asking(language="en"))
    assert str(german.target) == "1234"
    assert english.target is None
    assert [each.question for each in english.missing] == ["number"]
    assert english.missing[0].text("en") == "Which number is meant: 1.234 / 1234?"


def test_a_fiscal_year_is_the_workspaces() -> None:
    found = read(
        "Die Firma steigert den Umsatz im GJ 2027 um 5 %", TODAY, CATALOGUE, NAMES, Asking(fiscal_start=7)
    )
    assert (found.start, found.end) == (date(2026, 7, 1), date(2027, 6, 30))
    assert found.period == "FY2027"


def test_without_people_in_the_data_a_department_is_asked_about() -> None:
    found = read("Der Vertrieb steigert 2027 den Umsatz um 5 %", TODAY, CATALOGUE, Names(None))
    assert found.whom is None
    assert [(each.question, each.choices) for each in found.missing] == [("which_team", ("company:",))]


def test_two_people_of_one_name_are_both_named_in_the_question() -> None:
    found = _read("Müller gewinnt 2027 zehn Neukunden")
    assert found.missing[0].values == {"choices": "Jana Müller, Eva Müller"}
    assert found.missing[0].choices == ("person:p1", "person:p3")


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("umsatzes", "umsatz"), ("neuen", "neu"), ("leads", "lead"), ("abschluss", "abschluss"),
     ("companies", "company"), ("mql", "mql")],
)  # fmt: skip
def test_stems(word: str, wanted: str) -> None:
    assert stem(word) == wanted


#: What is said, on 22 November 2026, and the days it means.
TIMES = [
    ("innerhalb von drei monaten", "2026-11-22..2027-02-21"),
    ("binnen 6 wochen", "2026-11-22..2027-01-02"),
    ("in den nächsten drei monaten", "2026-11-22..2027-02-21"),
    ("innerhalb eines jahres", "2026-11-22..2027-11-21"),
    ("innerhalb eines halben jahres", "2026-11-22..2027-05-21"),
    ("in 30 tagen", "2026-11-22..2026-12-21"),
    ("bis ende q2", "2026-11-22..2027-06-30"),
    ("bis ende dezember", "2026-11-22..2026-12-31"),
    ("bis ende märz", "2026-11-22..2027-03-31"),
    ("bis zum 31.03.2027", "2026-11-22..2027-03-31"),
    ("bis zum 31.3.", "2026-11-22..2027-03-31"),
    ("bis 31. märz 2027", "2026-11-22..2027-03-31"),
    ("bis jahresende", "2026-11-22..2026-12-31"),
    ("bis ende des nächsten quartals", "2026-11-22..2027-03-31"),
    ("bis märz nächsten jahres", "2026-11-22..2027-03-31"),
    ("bis ende 2027", "2026-11-22..2027-12-31"),
    ("im jahr 2027", "2027"),
    ("im laufe des jahres 2027", "2027"),
    ("im ersten quartal 2027", "2027-Q1"),
    ("im ersten quartal", "2027-Q1"),
    ("im vierten quartal", "2026-Q4"),
    ("im 1. halbjahr 2027", "2027-H1"),
    ("in diesem quartal", "2026-Q4"),
    ("nächsten monat", "2026-12"),
    ("im märz 2027", "2027-03"),
    ("in kw 48", "2026-W48"),
    ("heuer", "2026"),
    ("von januar bis märz 2027", "2027-01-01..2027-03-31"),
    ("vom 1.1.2027 bis zum 31.3.2027", "2027-01-01..2027-03-31"),
    ("within three months", "2026-11-22..2027-02-21"),
    ("within half a year", "2026-11-22..2027-05-21"),
    ("in the next two weeks", "2026-11-22..2026-12-05"),
    ("by the end of march", "2026-11-22..2027-03-31"),
    ("by 31 march 2027", "2026-11-22..2027-03-31"),
    ("by march 31, 2027", "2026-11-22..2027-03-31"),
    ("by year-end", "2026-11-22..2026-12-31"),
    ("by the end of next quarter", "2026-11-22..2027-03-31"),
    ("in the second half of 2027", "2027-H2"),
    ("this quarter", "2026-Q4"),
    ("in may 2027", "2027-05"),
    ("in fy2027", "FY2027"),
    ("from january to march 2027", "2027-01-01..2027-03-31"),
    ("bis 31. juni 2027", "no such day"),
    ("by 14 percent", ""),
    ("um 14 prozent", ""),
    ("auf 2027 kunden", ""),
    ("we may grow", ""),
]


@pytest.mark.parametrize(("text", "wanted"), TIMES)
def test_times(text: str, wanted: str) -> None:
    found = [
        "no such day"
        if each.stretch is None
        else each.stretch.period.label
        if each.stretch.period
        else f"{each.stretch.start}..{each.stretch.end}"
        for each in times(text, TODAY)
    ]
    assert " ".join(found) == wanted


def test_three_months_from_the_end_of_november_end_in_february() -> None:
    found = times("innerhalb von drei monaten", date(2026, 11, 30))[0].stretch
    assert found is not None
    # three months on is the 28th, for want of a 30 February; the day before is the last one within them
    assert found.end == date(2027, 2, 27)


#: What sentences are made of, so that the reader meets every order of them.
PIECES = (
    "Umsatz", "Abschlussquote", "Neukunden", "sales", "Der Vertrieb", "Jana Müller", "wir", "I",
    "um", "auf", "by", "to", "14", "14 %", "1.234", "500.000 €", "eine Million", "zwölf", "twelve",
    "mindestens", "not", "nicht", "bis zu", "steigern", "senken", "reduce", "increase", "halten",
    "verdoppeln", "bis Ende", "by the end of", "März", "Q2", "2027", "this quarter", "innerhalb von",
    "drei Monaten", "0 Tagen", "99 Jahren", "von", "bis", "31.2.", "KW 54", "zwischen", "und", "and",
    "from", "%", "€", "-", "+", ".", "mehr", "als im Vorjahr", "per month", "in", "h2",
)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)))
def test_no_sentence_breaks_the_reader(text: str) -> None:
    found = _read(text)
    asked = {each.asks for each in found.missing}
    # what is not there is asked for, or follows from what is
    assert found.kpi is not None or "kpi" in asked
    assert found.whom is not None or "whom" in asked
    assert found.start is not None or "time" in asked
    assert found.target is not None or found.change is not None or asked & {"amount", "direction"}
    assert found.direction is not None or "direction" in asked
    assert found.start is None or (found.end is not None and found.start <= found.end)


def test_a_text_is_no_sentence() -> None:
    with pytest.raises(Problem, match="501 characters"):
        _read("9" * 501)
    for text in ("9" * 500, "in " * 166, "· " * 250, "1." * 250, "bis zum the " * 41, "zwischen 1 " * 45):
        assert _read(text).missing


def test_every_sentence_is_another_one() -> None:
    texts = [re.sub(r"\W+", " ", case.text).casefold() for case in (*GERMAN, *ENGLISH)]
    assert len(GERMAN) >= 25
    assert len(ENGLISH) >= 25
    assert len(set(texts)) == len(texts)
