"""Numbers are written as readers of each language and country write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leitstern.server.figures import Figures, reading_locale, scaled

GERMAN = Figures("de", "DE", "EUR")
ENGLISH = Figures("en", "DE", "EUR")
SWISS = Figures("de", "CH", "CHF")
NB, MINUS = "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("figures", "value", "unit", "shown"),
    [
        (GERMAN, 1234567, "currency", f"1,23{NB}Mio.{NB}€"),
        (ENGLISH, 1234567, "currency", "€1.23m"),
        (SWISS, Decimal("12345.5"), "currency", f"CHF{NB}12.3{NB}Tsd."),
        (GERMAN, 0.63, "percent", f"63,0{NB}%"),
        (ENGLISH, 0.63, "percent", "63.0%"),
        (GERMAN, 41, "count", "41"),
        (GERMAN, 999_960, "count", f"1,00{NB}Mio."),
        (GERMAN, 999_499, "count", f"999{NB}Tsd."),
        (GERMAN, 2_400_000_000, "currency", f"2,40{NB}Mrd.{NB}€"),
        (GERMAN, Decimal("85.5"), "currency", f"85,5{NB}€"),
        (GERMAN, 46.26, "days", f"46,3{NB}Tage"),
        (ENGLISH, 146.26, "days", f"146{NB}days"),
        (GERMAN, -15.6, "score", f"{MINUS}15,6"),
        (GERMAN, 3.518, "ratio", "3,52"),
        (GERMAN, None, "currency", "–"),
        (GERMAN, 0, "count", "0"),
    ],
)
def test_a_card_shows_three_digits_and_the_unit(figures, value, unit, shown):
    assert figures.short(value, unit) == shown


@pytest.mark.parametrize(
    ("figures", "value", "unit", "shown"),
    [
        (GERMAN, Decimal("1234567.5"), "currency", f"1.234.567,50{NB}€"),
        (ENGLISH, Decimal("1234567.5"), "currency", "€1,234,567.50"),
        (SWISS, Decimal("1234567.5"), "currency", f"CHF{NB}1’234’567.50"),
        (GERMAN, Decimal("-12.345"), "currency", f"{MINUS}12,35{NB}€"),
        (SWISS, Decimal("-12.3"), "currency", f"{MINUS}CHF{NB}12.30"),
        (GERMAN, 0.12345, "percent", f"12,35{NB}%"),
        (GERMAN, 12480, "count", "12.480"),
        (GERMAN, Decimal("0.5"), "count", "0,50"),
        (GERMAN, None, "percent", "–"),
    ],
)
def test_a_table_shows_all_digits(figures, value, unit, shown):
    assert figures.exact(value, unit) == shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (Decimal("0.021"), "percent", f"+2,1{NB}PP"),
        (Decimal("-0.021"), "percent", f"{MINUS}2,1{NB}PP"),
        (5, "count", "+5"),
        (-1200, "currency", f"{MINUS}1,20{NB}Tsd.{NB}€"),
        (0, "count", "±0"),
        (Decimal("0.0001"), "percent", f"±0,0{NB}PP"),
        (None, "count", "–"),
    ],
)
def test_a_difference_bears_its_sign(value, unit, shown):
    assert GERMAN.difference(value, unit) == shown


def test_a_change_is_relative_and_signed():
    assert GERMAN.change(Decimal("0.124")) == f"+12,4{NB}%"
    assert ENGLISH.change(Decimal("-0.124")) == f"{MINUS}12.4%"
    assert GERMAN.change(Decimal("4.33")) == f"+433{NB}%"


def test_the_country_decides_how_german_numbers_look_and_switzerland_english_ones_too():
    assert reading_locale("de", "AT") == "de_AT"
    assert reading_locale("en", "DE") == "en_GB"
    assert reading_locale("en", "CH") == "en_CH"
    assert reading_locale("de", "XQ") == "de_DE"


@pytest.mark.parametrize(
    ("unit", "largest", "name", "value", "label"),
    [
        ("currency", 1_490_000, f"Mio.{NB}€", 1_276_029, "1,28"),
        ("currency", 569_000, f"Tsd.{NB}€", 265_667, "266"),
        ("currency", 9_500, "€", 8_123, "8.123"),
        ("count", 88, "", 41, "41"),
        ("count", 48_112, "Tsd.", 1_234, "1,2"),
        ("percent", 0.5, "%", 0.3456, "34,6"),
    ],
)
def test_all_labels_of_a_chart_share_one_scale(unit, largest, name, value, label):
    scale = scaled(GERMAN, unit, largest)
    assert scale.name == name
    assert scale.text(value) == label
    assert scale.text(None) == ""
