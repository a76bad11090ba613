"""Shares of a whole, from 0 to 1: with a percent sign, as they are, or from 0 to 100 without a sign."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leitstern.sources.columns import Usual, decide, reading
from leitstern.sources.typed import to_kind

DECIDED = [
    # texts, code, what they are
    ("0.6 0.25 1 0", "plain", "0.6 0.25 1 0"),
    ("0,6 0,25 1", "de", "0.6 0.25 1"),
    ("1 1 0", "plain", "1 1 0"),
    ("60 20 100 0", "plain %", "0.6 0.2 1 0"),
    ("60 1 0", "plain %", "0.6 0.01 0"),
    ("12,5 60", "de %", "0.125 0.6"),
    ("33.333 66.667", "plain %", "0.33333 0.66667"),  # no share is 33 thousand
    ("60% 20% 0", "plain", "0.6 0.2 0"),
    ("60% 20 5", "plain %", "0.6 0.2 0.05"),
    ("0,5% 7%", "de", "0.005 0.07"),
    ("0.9 " * 30 + "250", "plain", "0.9 " * 30 + "250"),  # one mistake among many shares
    ("-20 60", "plain %", "-0.2 0.6"),
]


@pytest.mark.parametrize(("texts", "code", "values"), DECIDED)
def test_the_whole_column_decides(texts: str, code: str, values: str) -> None:
    found = decide(texts.split(), kind="share")
    assert not found.is_question
    assert found.code == code
    typed = to_kind(texts.split(), "share", found)
    assert len(typed.bad) == 0
    assert typed.values.to_pylist() == [Decimal(value) for value in values.split()]


@pytest.mark.parametrize(
    "texts",
    [
        "0.5 60 20",  # half a percent, or a half?
        "0.6 60%",  # a share beside a percentage
        "2 1 1",  # weights, or two in a hundred?
        "1.5",
    ],
)
def test_where_nobody_can_know_it_is_asked(texts: str) -> None:
    found = decide(texts.split(), name="Chance", kind="share")
    assert [choice.code for choice in found.choices] == ["plain %", "plain"]
    first, second = found.choices
    assert first.examples[0].shown != second.examples[0].shown
    assert found.answered("plain %").hundredths
    assert not found.answered("plain").hundredths


def test_a_column_that_was_in_percent_stays_so_in_doubt() -> None:
    before = Usual(before="plain %")
    assert decide(["3", "2"], kind="share", usual=before).code == "plain %"
    assert [c.code for c in decide(["1", "0"], kind="share", usual=before).choices] == ["plain %", "plain"]
    assert decide(["0"], kind="share", usual=before).code == "plain"
    assert decide(["60", "20"], kind="share", usual=Usual(before="plain")).code == "plain %"


@pytest.mark.parametrize("name", ["Probability (%)", "Wahrscheinlichkeit in Prozent", "Percent"])
def test_a_name_that_says_percent_settles_what_goes_beyond_one(name: str) -> None:
    assert decide(["0.5", "60"], name=name, kind="share").code == "plain %"
    assert decide(["2", "1"], name=name, kind="share").code == "plain %"
    assert decide(["0.5", "0.6"], name=name, kind="share").code == "plain"  # a workbook's cells in percent


def test_a_reading_in_percent_can_be_named() -> None:
    for code in ("plain %", "de %", "en%"):
        found = reading(code)
        assert found.hundredths
        assert found.code == f"{code.removesuffix('%').strip()} %"
    assert to_kind(["1.250,5", "30 %", None], "share", reading("de %")).values.to_pylist() == [
        Decimal("12.505"), Decimal("0.3"), None,
    ]  # fmt: skip


def test_decimals_beyond_what_is_kept_are_cut() -> None:
    long = ["0.12345678901234%", "12.3456789012345 %"]
    assert to_kind(long, "number", reading("plain")).values.to_pylist() == [
        Decimal("0.001235"), Decimal("0.123457"),
    ]  # fmt: skip


def test_other_numbers_know_no_percent_without_a_sign() -> None:
    assert decide(["60", "20"], kind="number").code == "plain"
    assert to_kind(["60"], "number", reading("plain")).values.to_pylist() == [60]
