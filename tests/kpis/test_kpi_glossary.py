"""The glossary: the words of the design and the field, found by any of their names."""

from __future__ import annotations

import pytest

from leitstern.kpis.glossary import glossary, search
from leitstern.kpis.load import Catalogue

#: The words of the design, and those of the field that a newcomer asks for.
WORDS = {
    "de": """
        Quelle, Fakt, Messgröße, Kennzahl (KPI), Zeitraster, Bezug, Wert, Ziel, Ist, Plan, Prognose, Vorjahr,
        Soll bis heute, Zielerreichung, Angebot eines Ziels, Annahme, Überprüfung, Stand, Arbeitsbereich, MQL,
        SQL, CAC, CLV, NPS, CSAT, Median, Kohorte, Engpass, Trichter, Pipeline
    """,
    "en": """
        source, fact, measure, KPI, grain, subject, observation, goal, actual, plan, forecast, previous year,
        pace, attainment, acceptance, review, generation, workspace, MQL, SQL, CAC, CLV, NPS, CSAT, median,
        cohort, funnel
    """,
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_words_of_the_design_and_the_field_are_explained(language: str) -> None:
    names = {getattr(term.name, language) for term in glossary().values()}
    assert {word.strip() for word in WORDS[language].split(",")} <= names


def test_every_term_is_explained_by_sentences_in_both_languages() -> None:
    for term in glossary().values():
        assert term.means.de.endswith(".")
        assert term.means.en.endswith(".")
        assert term.means.de != term.means.en


def test_what_a_term_refers_to_exists() -> None:
    known = {*glossary(), *Catalogue.load().names}
    for term in glossary().values():
        assert set(term.see) <= known - {term.key}


def test_no_two_terms_share_a_name() -> None:
    for language in ("de", "en"):
        names = [getattr(term.name, language).casefold() for term in glossary().values()]
        assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("LTV", "en", "clv"),
        ("Kundenwert", "de", "clv"),
        ("flaschenhals", "de", "bottleneck"),
        ("Uebergabe", "de", None),
        ("überprüfung", "de", "review"),
        ("UEBERPRUEFUNG", "en", "review"),
        ("opportunity", "en", "deal"),
        ("vanity", "en", "reach_metric"),
        ("Pace", "de", "pace"),
    ],
)
def test_search_finds_by_any_name(text: str, language: str, first: str | None) -> None:
    found = search(text, language)
    assert (found[0].key if found else None) == first


def test_the_very_word_comes_before_words_that_contain_it() -> None:
    assert search("Ziel", "de")[0].key == "goal"
    assert search("  ", "de") == []
