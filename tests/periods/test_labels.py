"""Periods are named as files, commands and people name them, in both languages."""

from __future__ import annotations

import tomllib
from importlib import resources
from string import Formatter

import pytest

from leitstern.errors import Problem
from leitstern.periods.grains import parse


@pytest.mark.parametrize(
    ("label", "fiscal_start", "german", "english"),
    [
        ("2026-03-01", 1, "01.03.2026", "1 March 2026"),
        ("2026-W47", 1, "KW 47 2026", "week 47, 2026"),
        ("2026-W09", 1, "KW 9 2026", "week 9, 2026"),
        ("2026-03", 1, "März 2026", "March 2026"),
        ("2026-05", 1, "Mai 2026", "May 2026"),
        ("2026-Q3", 1, "Q3 2026", "Q3 2026"),
        ("2026-H1", 1, "H1 2026", "H1 2026"),
        ("2026", 1, "2026", "2026"),
        ("FY2026", 1, "GJ 2026", "FY 2026"),
        ("FY2026", 7, "GJ 2025/26", "FY 2025/26"),
        ("FY2000", 10, "GJ 1999/00", "FY 1999/00"),
        ("FY2026-Q1", 7, "Q1 GJ 2025/26", "Q1 FY 2025/26"),
        ("FY2026-H2", 1, "H2 GJ 2026", "H2 FY 2026"),
    ],
)
def test_periods_as_people_say_them(label: str, fiscal_start: int, german: str, english: str) -> None:
    period = parse(label, fiscal_start)
    assert period.label == str(period) == label
    assert (period.text("de"), period.text("en")) == (german, english)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("KW 47 2026", "2026-W47"),
        ("kw47 2026", "2026-W47"),
        ("KW 47/2026", "2026-W47"),
        ("KW 9, 2026", "2026-W09"),
        ("Week 9 2026", "2026-W09"),
        ("2026-w09", "2026-W09"),
        ("Q3 2026", "2026-Q3"),
        ("q3/2026", "2026-Q3"),
        ("H2 2026", "2026-H2"),
        ("  März   2026 ", "2026-03"),
        ("MÄRZ 2026", "2026-03"),
        ("Jänner 2026", "2026-01"),
        ("march 2026", "2026-03"),
        ("1.3.2026", "2026-03-01"),
        ("1. März 2026", "2026-03-01"),
        ("fy2026-q1", "FY2026-Q1"),
        ("GJ 2026", "FY2026"),
        ("GJ 2025/26", "FY2026"),
    ],
)
def test_what_people_type_is_read(written: str, label: str) -> None:
    assert parse(written).label == label


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2025-W53", "no_such_period"),  # 2025 has 52 weeks
        ("2026-W00", "no_such_period"),
        ("2026-13", "no_such_period"),
        ("2026-00", "no_such_period"),
        ("2026-02-29", "no_such_period"),
        ("31.04.2026", "no_such_period"),
        ("2026-Q5", "no_such_period"),
        ("2026-Q0", "no_such_period"),
        ("2026-H3", "no_such_period"),
        ("Q5 2026", "no_such_period"),
        ("FY2026-Q5", "no_such_period"),
        ("GJ 2025/27", "no_such_period"),
        ("0000", "no_such_period"),
        ("0000-W01", "no_such_period"),
        ("Foo 2026", "no_such_period"),
        ("", "unknown_label"),
        ("26-03", "unknown_label"),
        ("2026-3", "unknown_label"),
        ("03/04/2026", "unknown_label"),  # two readings: not guessed
        ("2026-03-01T00:00", "unknown_label"),
        ("last month", "unknown_label"),
    ],
)
def test_other_texts_are_refused_and_named(written: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        parse(written)
    assert caught.value.code == f"periods.{code}"
    assert written in caught.value.text("de")
    assert written in caught.value.text("en")


def test_every_message_says_the_same_in_both_languages() -> None:
    texts = tomllib.loads(resources.files("leitstern.periods").joinpath("messages.toml").read_text("utf-8"))
    assert len(texts) > 10
    for code, pair in texts.items():
        blanks = {
            language: {part[1] for part in Formatter().parse(pair[language])} for language in ("de", "en")
        }
        assert blanks["de"] == blanks["en"], code
        assert pair["de"] != pair["en"], code
