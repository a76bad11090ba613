"""Every KPI by everything it is called, in sentences of both languages; and sentences composed of parts.

Right is: the KPI that is meant, or a question. The parts and what they mean are written down here by hand.
"""

from __future__ import annotations

from itertools import permutations
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstern.goals.kpi_names import called
from leitstern.kpis.definition import Definition

from .test_sentence import CATALOGUE
from .test_sentence_table import read_here, told

#: An amount in each unit, German and English, and what it is.
TARGETS = {
    "count": ("auf 50", "to 50", "50"),
    "currency": ("auf 5.000 Euro", "to 5,000 euros", "5000"),
    "percent": ("auf 30 %", "to 30 %", "0.3"),
    "days": ("auf 20 Tage", "to 20 days", "20"),
    "hours": ("auf 20 Stunden", "to 20 hours", "20"),
    "score": ("auf 40", "to 40", "40"),
    "ratio": ("auf 2,5", "to 2.5", "2.5"),
}
FRAMES = {
    "de": (
        "Wir bringen 2027 {kpi} {amount}",
        "Bis Ende März 2027 soll Vertrieb Nord {kpi} {amount} bringen",
        "{kpi}: 2027 {amount} für die Firma",
    ),
    "en": (
        "We bring {kpi} {amount} in 2027",
        "Vertrieb Nord should bring {kpi} {amount} by the end of March 2027",
        "In 2027, our company: {kpi} {amount}",
    ),
}


def _names(definition: Definition, language: str) -> tuple[str, ...]:
    return (getattr(definition.name, language), *getattr(definition.also_called, language))


@pytest.mark.parametrize("definition", CATALOGUE, ids=lambda one: one.kpi)
def test_each_name_of_a_kpi_chooses_it(definition: Definition) -> None:
    german, english, value = TARGETS[definition.unit]
    for language, amount in (("de", german), ("en", english)):
        for name in _names(definition, language):
            for frame in FRAMES[language]:
                said = frame.format(kpi=name.replace(" …", ""), amount=amount)
                found = read_here(said)
                asked = {each.asks for each in found.missing}
                assert found.kpi == definition.kpi or (found.kpi is None and "kpi" in asked), said
                assert told(found)[4] == value, said
                if "…" not in name:  # a saying needs its own grammar, which these frames do not have
                    assert found.kpi == definition.kpi, said


def test_two_names_of_the_same_spelling_are_asked_about() -> None:
    shared: dict[str, set[str]] = {}
    for definition in CATALOGUE:
        for name in called(definition):
            shared.setdefault(name.casefold(), set()).add(definition.kpi)
    for name, kpis in shared.items():
        found = read_here(f"Wir bringen 2027 {name} auf 50")
        assert found.kpi in kpis or found.kpi is None, name
        assert found.kpi is None or len(kpis) == 1, name


class Part(NamedTuple):
    """Words of a sentence and what they mean."""

    said: str
    means: str


KPIS = {
    "de": (
        Part("den Umsatz", "revenue"), Part("die Abschlussquote", "win_rate"),
        Part("die Kosten pro Lead", "cost_per_lead"),
        Part("die Anzahl der Neukunden", "new_customers"), Part("den NPS", "nps"),
        Part("den Umsatz je Kunde", "revenue_per_customer"),
        Part("die Antwortzeit auf Leads", "response_time"),
        Part("die Mitarbeiterbindung", "employee_retention"),
        Part("den durchschnittlichen Auftragswert", "avg_deal_value"),
        Part("die Dauer bis zum Abschluss", "sales_cycle"),
    ),
    "en": (
        Part("revenue", "revenue"), Part("the win rate", "win_rate"),
        Part("the cost per lead", "cost_per_lead"),
        Part("the number of new customers", "new_customers"), Part("NPS", "nps"),
        Part("revenue per customer", "revenue_per_customer"),
        Part("the response time to leads", "response_time"), Part("employee retention", "employee_retention"),
        Part("the average deal value", "avg_deal_value"), Part("the sales cycle", "sales_cycle"),
    ),
}  # fmt: skip
WHOM = {
    "de": (
        Part("Vertrieb Nord", "n"), Part("Team Nord", "n"), Part("der Vertrieb", "v"),
        Part("Jana Müller", "p1"),
        Part("die Firma", "company"),
    ),
    "en": (
        Part("Vertrieb Nord", "n"), Part("the sales team", "v"), Part("Jana Müller", "p1"),
        Part("our company", "company"),
    ),
}  # fmt: skip
TIMES = {
    "de": (
        Part("2027", "2027"), Part("im Jahr 2027", "2027"), Part("im Q1 2027", "2027-Q1"),
        Part("im ersten Quartal 2027", "2027-Q1"),
        Part("im März 2027", "2027-03"), Part("nächstes Jahr", "2027"),
        Part("bis Ende Juni 2027", "2026-11-22..2027-06-30"),
        Part("bis zum 30.06.2027", "2026-11-22..2027-06-30"),
        Part("innerhalb von achtzehn Monaten", "2026-11-22..2028-05-21"),
    ),
    "en": (
        Part("in 2027", "2027"), Part("in Q1 2027", "2027-Q1"),
        Part("in the first quarter of 2027", "2027-Q1"),
        Part("in March 2027", "2027-03"), Part("next year", "2027"),
        Part("by the end of June 2027", "2026-11-22..2027-06-30"),
        Part("by June 30, 2027", "2026-11-22..2027-06-30"),
        Part("within eighteen months", "2026-11-22..2028-05-21"),
    ),
}  # fmt: skip
#: How much, and what it is for a KPI of a unit ("" where it has to be asked for that unit).
CHANGES = {
    "de": (
        (Part("um 20 %", "0.2 of"), ("percent",)), (Part("um zwanzig Prozent", "0.2 of"), ("percent",)),
        (Part("um ein Viertel", "0.25 of"), ()), (Part("um die Hälfte", "0.5 of"), ()),
    ),
    "en": (
        (Part("by 20 %", "0.2 of"), ("percent",)), (Part("by twenty percent", "0.2 of"), ("percent",)),
        (Part("by a quarter", "0.25 of"), ()), (Part("by half", "0.5 of"), ()),
    ),
}  # fmt: skip
VERBS = {
    "de": (("soll", "steigern", "+"), ("soll", "senken", "-")),
    "en": (("should", "raise", "+"), ("should", "reduce", "-")),
}
#: Words that nobody can place: whatever else is said, they are asked about.
STRANGE = {"de": ("Großhändlern", "online", "verlorene"), "en": ("wholesalers", "online", "lost")}


@st.composite
def sentences(draw: st.DrawFn) -> tuple[str, list[str], set[str]]:
    """A sentence, what it means as the table writes it, and what has to be asked."""
    language = draw(st.sampled_from(("de", "en")))
    kpi, whom, time = (draw(st.sampled_from(of[language])) for of in (KPIS, WHOM, TIMES))
    amount, not_for = draw(st.sampled_from(CHANGES[language]))
    modal, verb, sign = draw(st.sampled_from(VERBS[language]))
    parts = {"kpi": kpi.said, "time": time.said, "amount": amount.said}
    order = draw(st.sampled_from(list(permutations(parts))))
    middle = " ".join(parts[name] for name in order)
    said = (
        f"{whom.said} {modal} {middle} {verb}" if language == "de" else f"{whom.said} {modal} {verb} {middle}"
    )
    unit = CATALOGUE.get(kpi.means).unit
    direction = ">=" if sign == "+" else "<="
    wanted = [kpi.means, whom.means, time.means, direction, f"{sign}{amount.means} y"]
    return said, wanted, {"amount"} if unit in not_for else set()


def _allowed(found: list[str], asked: set[str], wanted: list[str]) -> None:
    """Each part is right, or it is not there and asked about."""
    for name, is_, right in zip(("kpi", "whom", "time", "direction", "amount"), found, wanted, strict=True):
        assert is_ == right or (is_ == "-" and name in asked), f"{name}: {is_} instead of {right}"


@settings(deadline=None, max_examples=150)
@given(sentences())
def test_composed_sentences_are_read_right_or_asked_about(case: tuple[str, list[str], set[str]]) -> None:
    said, wanted, must_ask = case
    found = read_here(said)
    asked = {each.asks for each in found.missing}
    _allowed(told(found), asked, wanted)
    assert must_ask <= asked
    assert asked <= must_ask, (said, [each.text("en") for each in found.missing])


@settings(deadline=None, max_examples=100)
@given(sentences(), st.data())
def test_a_word_that_nobody_can_place_is_never_dropped(
    case: tuple[str, list[str], set[str]], data: st.DataObject
) -> None:
    said, wanted, _ = case
    words = said.split()
    place = data.draw(st.integers(1, len(words)))
    strange = data.draw(st.sampled_from(STRANGE["de"] + STRANGE["en"]))
    found = read_here(" ".join([*words[:place], strange, *words[place:]]))
    asked = {each.asks for each in found.missing}
    _allowed(told(found), asked, wanted)
    assert asked
    texts = " ".join(each.text("de") for each in found.missing)
    assert found.kpi is None or strange in texts
