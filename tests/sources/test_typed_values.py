"""From text to typed values: the right value or a reason, for every row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import germanfiles as german
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstern.errors import Problem
from leitstern.sources.columns import decide, reading
from leitstern.sources.typed import REASONS, TYPES, to_kind

_at = datetime.fromisoformat

NUMBERS = [
    ("de", "1.234,56", "1234.56"),
    ("de", "-1.234,56 €", "-1234.56"),
    ("de", "€ -5,00", "-5"),
    ("de", "-€ 5,00", "-5"),
    ("de", "5,00- EUR", "-5"),
    ("de", "5,00 €-", "-5"),
    ("de", "(5,00)", "-5"),
    ("de", "(5,00 €)", "-5"),
    ("de", "− 5,5", "-5.5"),
    ("de", "+5", "5"),
    ("de", "1.000,-", "1000"),
    ("de", "1.000,-- €", "1000"),
    ("de", "1\u00a0234\u00a0567,5", "1234567.5"),
    ("de", ",5", "0.5"),
    ("de", "12,5 %", "0.125"),
    ("de", "-0,5%", "-0.005"),
    ("de", "1,5E+05", "150000"),
    ("de", "-1,5E-02", "-0.015"),
    ("de", "1.234", "1234"),
    ("plain", "1.234", "1.234"),
    ("en", "1,234.5 USD", "1234.5"),
    ("en", "US$ 1,234", "1234"),
    ("en", "-£1,234.50", "-1234.5"),
    ("ch", "SFr. 1'234.50", "1234.5"),
    ("ch", "CHF 12.–", "12"),
    ("ch", "Fr. -12.50", "-12.5"),
    ("plain", "00042", "42"),
    ("de", "99999999999,123456", "99999999999.123456"),
]


@pytest.mark.parametrize(("code", "text", "value"), NUMBERS)
def test_numbers(code: str, text: str, value: str) -> None:
    typed = to_kind([text], "number", reading(code))
    assert typed.values.to_pylist() == [Decimal(value)]
    assert len(typed.bad) == 0


REFUSED = [
    ("number", "de", "1.23", "not_a_number"),
    ("number", "de", "1,234.56", "not_a_number"),
    ("number", "de", "1.234 567", "not_a_number"),
    ("number", "de", "0.123", "not_a_number"),
    ("number", "de", "--5", "not_a_number"),
    ("number", "de", "-5-", "not_a_number"),
    ("number", "de", "5 €€", "not_a_number"),
    ("number", "de", "1,2,3", "not_a_number"),
    ("number", "plain", "1,5", "not_a_number"),
    ("number", "plain", "1'000", "not_a_number"),
    ("number", "ch", "1,000", "not_a_number"),
    ("number", "plain", "NaN0", "not_a_number"),
    ("number", "plain", "٣", "not_a_number"),
    ("number", "plain", "0x1F", "not_a_number"),
    ("money", "plain", "123456789012345", "number_too_big"),
    ("money", "plain", "99999999999999.99995", "number_too_big"),
    ("number", "plain", "1234567890123", "number_too_big"),
    ("number", "plain", "1E+300", "number_too_big"),
    ("whole", "de", "1,5", "not_whole"),
    ("whole", "plain", "9999999999999999999", "number_too_big"),
    ("day", "DD.MM.YYYY", "30.02.2025", "impossible_date"),
    ("day", "DD.MM.YYYY", "29.02.2023", "impossible_date"),
    ("day", "DD.MM.YYYY", "00.01.2025", "impossible_date"),
    ("day", "DD.MM.YYYY", "01.13.2025", "impossible_date"),
    ("day", "DD.MM.YYYY", "01.01.0000", "impossible_date"),
    ("day", "DD.MM.YYYY", "03/04/2025", "not_a_date"),
    ("day", "DD.MM.YYYY", "3.4.202", "not_a_date"),
    ("day", "DD.MM.YYYY", "morgen", "not_a_date"),
    ("time", "DD.MM.YYYY", "03.04.2025 24:00", "impossible_date"),
    ("time", "MM/DD/YYYY", "01/02/2025 13:00 PM", "impossible_date"),
    ("day", "excel", "0", "impossible_date"),
    ("day", "excel", "2958466", "impossible_date"),
    ("day", "de", "1,5", "not_a_date"),
    ("money", "DD.MM.YYYY", "03.04.2025", "not_a_number"),
    ("money", "text", "5", "not_a_number"),
    ("money", "de", "1,79769E+18", "number_too_big"),
    ("number", "en", "-1.5E+19", "number_too_big"),
    ("money", "plain", "1E+308", "number_too_big"),
    ("share", "plain %", "x", "not_a_number"),
    ("share", "de %", "60 €", "not_a_number"),
    ("day", "YYYY-MM-DD", "1899-12-31", "date_out_of_range"),
    ("day", "YYYY-MM-DD", "0001-02-03", "date_out_of_range"),
    ("time", "DD.MM.YYYY", "1.1.2200", "date_out_of_range"),
    ("time", "DD.MM.YYYY", "30.12.9999 23:59", "date_out_of_range"),
    ("yesno", "yesno", "vielleicht", "not_yes_or_no"),
]


@pytest.mark.parametrize(("kind", "code", "text", "reason"), REFUSED)
def test_what_cannot_be_read_has_a_reason_and_no_value(kind: str, code: str, text: str, reason: str) -> None:
    typed = to_kind([None, text, ""], kind, reading(code))
    assert list(typed.bad) == [(1, reason)]
    assert typed.values.to_pylist() == [None, None, None]
    assert typed.values.type == TYPES[kind]


DAYS = [
    ("DD.MM.YYYY", "3.4.2025", date(2025, 4, 3)),
    ("DD.MM.YYYY", "29.02.2024", date(2024, 2, 29)),
    ("DD.MM.YY", "1.1.68", date(2068, 1, 1)),
    ("DD.MM.YY", "1.1.69", date(1969, 1, 1)),
    ("DD.MM.YYYY", "31.12.2199", date(2199, 12, 31)),
    ("DD.MM.YYYY", "31.12.9999", None),  # how SAP says that there is no end
    ("YYYY-MM-DD", "9999-12-31T23:59:59.9999999", None),  # how .NET says it
    ("YYYY-MM-DD", "0001-01-01T00:00:00", None),
    ("DD.MM.YYYY", "2025-04-03", date(2025, 4, 3)),
    ("MM/DD/YYYY", "4/3/2025", date(2025, 4, 3)),
    ("YYYYMMDD", "20250403", date(2025, 4, 3)),
    ("excel", "45750", date(2025, 4, 3)),
    ("excel", "45750,75", date(2025, 4, 3)),
    ("YYYY-MM-DD", "2026-03-31T22:30:00Z", date(2026, 4, 1)),
    ("YYYY-MM-DD", "2026-03-31T22:30:00", date(2026, 3, 31)),
    ("YYYY-MM-DD", "2026-03-31T23:30:00-05:00", date(2026, 4, 1)),
    ("DD.MM.YYYY", "00.00.0000", None),
    ("DD.MM.YYYY", "k. A.", None),
]


@pytest.mark.parametrize(("code", "text", "day"), DAYS)
def test_days(code: str, text: str, day: date | None) -> None:
    typed = to_kind([text], "day", reading(code), "Europe/Berlin")
    assert typed.values.to_pylist() == [day]
    assert len(typed.bad) == 0


MOMENTS = [
    ("2025-07-01 12:00", _at("2025-07-01 10:00")),
    ("2025-01-01", _at("2024-12-31 23:00")),
    ("2025-07-01T12:00:00.5Z", _at("2025-07-01 12:00:00.500000")),
    ("2025-07-01T12:00:00.123456789Z", _at("2025-07-01 12:00:00.123456")),
    ("2025-07-01T12:00:00+0530", _at("2025-07-01 06:30")),
    ("2025-07-01T12:00:00-03", _at("2025-07-01 15:00")),
]


@pytest.mark.parametrize(("text", "moment"), MOMENTS)
def test_moments_are_utc(text: str, moment: datetime) -> None:
    assert to_kind([text], "time", reading("YYYY-MM-DD"), "Europe/Berlin").values.to_pylist() == [moment]


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_every_quarter_of_an_hour_around_the_clock_changes(name: str) -> None:
    """Against zoneinfo: of an hour that exists twice the first, a missing hour moves by the gap."""
    zone = ZoneInfo(name)
    starts = [
        _at(f"2026-{month}-{day}") for month in ("03", "04", "10", "11") for day in ("01", "07", "24", "28")
    ]
    locals_ = [start + timedelta(minutes=15 * step) for start in starts for step in range(4 * 24 * 3)]
    expected = [local.replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None) for local in locals_]
    texts = [f"{local:%d.%m.%Y %H:%M}" for local in locals_]
    assert to_kind(texts, "time", reading("DD.MM.YYYY"), name).values.to_pylist() == expected


def test_money_is_rounded_half_away_from_zero() -> None:
    texts = ["0,00005", "-0,00005", "0,00004999", "1,23455", "0,123456789012345"]
    rounded = [Decimal(t.replace(",", ".")).quantize(Decimal("0.0001"), ROUND_HALF_UP) for t in texts]
    assert to_kind(texts, "money", reading("de")).values.to_pylist() == rounded


def test_yes_and_no() -> None:
    typed = to_kind(["ja", "Nein", "TRUE", "0", "x", None], "yesno", reading("yesno"))
    assert typed.values.to_pylist() == [True, False, True, False, True, None]


def test_texts_keep_zeros_and_words_and_lose_outer_blanks() -> None:
    typed = to_kind(["00042", " Müller\u00a0", "-", "  ", None], "ref", reading("text"))
    assert typed.values.to_pylist() == ["00042", "Müller", "-", None, None]


def test_an_open_question_is_not_used() -> None:
    open_question = decide(["1.234"], name="Umsatz")
    with pytest.raises(Problem, match="Umsatz") as refused:
        to_kind(["1.234"], "money", open_question)
    assert refused.value.code == "sources.unanswered"
    assert to_kind(["1.234"], "text", open_question).values.to_pylist() == ["1.234"]


def test_a_currency_unlike_the_column_is_refused_unless_the_user_named_the_reading() -> None:
    column = ["1,00 €", "2,00 €", "3,00 $"]
    assert list(to_kind(column, "money", decide(column)).bad) == [(2, "other_currency")]
    assert len(to_kind(column, "money", reading("de")).bad) == 0
    shares = ["10 %", "20 %", "30"]
    assert list(to_kind(shares, "number", decide(shares)).bad) == [(2, "other_percent")]


TEXTS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.text("0123456789.,-' €%EeZT:/", max_size=14),
    st.dates().map(lambda d: f"{d:%d.%m.%Y}"),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
)
CODES = (
    "de",
    "en",
    "ch",
    "plain",
    "DD.MM.YYYY",
    "MM/DD/YY",
    "YYYY-MM-DD",
    "YYYYMMDD",
    "excel",
    "yesno",
    "text",
)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=20), st.sampled_from(sorted(TYPES)), st.sampled_from(CODES))
def test_every_row_is_empty_typed_or_bad(texts: list[str | None], kind: str, code: str) -> None:
    typed = to_kind(texts, kind, reading(code), "Europe/Berlin")
    bad = dict(typed.bad)
    assert len(typed.values) == len(texts)
    assert set(bad.values()) <= set(REASONS[1:])
    for row, (text, value) in enumerate(zip(texts, typed.values.to_pylist(), strict=True)):
        assert (value is None) or row not in bad
        if value is None and row not in bad:
            assert not (text or "").strip() or decide([text, "1"]).empty or "00" in (text or "")


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=20), st.sampled_from([None, *sorted(TYPES)]))
def test_deciding_accounts_for_every_value_and_types_what_it_says_it_reads(
    texts: list[str | None], kind: str | None
) -> None:
    found = decide(texts, name="x", kind=kind)
    assert found.read + found.unread + found.empty == len(texts)
    field = kind or {"number": "number", "date": "day", "time": "time", "yesno": "yesno"}.get(
        found.kind, "text"
    )
    for choice in found.choices or (found,):
        bad = [reason for _, reason in to_kind(texts, field, choice, "UTC").bad]
        limits = ("number_too_big", "not_whole", "date_out_of_range")
        sizes = [reason for reason in bad if reason not in limits]
        assert len(sizes) == (found.unread if not found.choices else choice.unread) or choice.kind == "text"


@settings(deadline=None)
@given(
    st.decimals(min_value=Decimal(-(10**11)), max_value=Decimal(10**11), places=2),
    st.sampled_from(sorted(german.NUMBERS)),
)
def test_any_amount_in_any_style_is_read_or_asked_about(amount: Decimal, style: str) -> None:
    text = german.NUMBERS[style](amount)
    found = decide([text])
    assert not found.is_question  # two decimals leave no doubt
    assert to_kind([text], "money", found).values.to_pylist() == [amount]


@settings(deadline=None)
@given(st.dates(date(1970, 1, 1), date(2068, 12, 31)), st.sampled_from(sorted(german.DATES)))
def test_any_day_in_any_style_is_read_right_or_asked_about(day: date, style: str) -> None:
    text = german.DATES[style](day)
    found = decide([text])
    readings = found.choices or (found,)
    days = [to_kind([text], "day", one).values.to_pylist()[0] for one in readings]
    assert day in days
    assert len(days) == 1 or (len(set(days)) == 2 and day.day <= 12)


def test_a_million_different_values_in_vectorised_time() -> None:
    """Not a benchmark: a loop over rows in Python would take ten times as long."""
    import time

    texts = pa.array([f"{i // 100},{i % 100:02} €" for i in range(300_000)])
    start = time.process_time()
    typed = to_kind(texts, "money", reading("de"))
    assert time.process_time() - start < 5
    assert typed.values[123_456].as_py() == Decimal("1234.56")


def test_a_number_of_any_length_is_shown_as_it_stands() -> None:
    found = decide(["1" * 40, "2,50"], kind="money")
    assert [example.shown for example in found.examples] == ["1" * 40, "2.5"]
