"""What a column is read as: one line per case, and what is left unread."""

from __future__ import annotations

import pyarrow as pa
import pytest

from leitstern.errors import Problem
from leitstern.sources.columns import Reading, Usual, decide, reading
from leitstern.sources.typed import to_kind

READ_AS = [
    # numbers
    ("de", "1.234,56 | 0,5 | -3,00"),
    ("de", "1234,56"),
    ("de", "1.234.567"),
    ("de", "1 234,5 | 12"),
    ("de", "1\u202f234\u202f567,00"),
    ("de", "1,5 | 12,25"),
    ("de", "1.234 | 0,5"),
    ("de", "100,- | 1.000,–"),
    ("de", "1'234,50"),
    ("de", "5 000"),
    ("en", "1,234.56"),
    ("en", "1,234,567"),
    ("en", "1,234 | 0.5"),
    ("ch", "1'234.56 | 12"),
    ("ch", "1’234 | 5’000"),
    ("plain", "Fr. 12.– | CHF 5.50"),
    ("plain", "1234.56 | 0.5"),
    ("plain", "0.123 | 0.456"),
    ("plain", "1.234 | 1.23"),
    ("plain", "1 | 22 | 333"),
    ("plain", "-1 | +2 | 3- | (4) | −5"),
    ("plain", "1.5E+05 | 2.25E-03"),
    # dates
    ("DD.MM.YYYY", "03.04.2025 | 1.2.2024 | 13.4.2024"),
    ("DD.MM.YY", "03.04.25 | 31.12.99"),
    ("DD.MM.YYYY", "23. 04. 2025"),
    ("DD.MM.YYYY HH:MM", "03.04.2025 17:30 | 23.04.2025 17:30:15"),
    ("DD.MM.YYYY HH:MM", "23.04.2025, 17:30 Uhr"),
    ("MM.DD.YYYY", "04.25.2025 | 01.02.2025"),
    ("DD-MM-YY", "20-10-16 | 01-03-17"),
    ("DD-MM-YYYY HH:MM", "26-02-2018 19:58"),
    ("DD/MM/YYYY", "03/04/2025 | 13/04/2025"),
    ("MM/DD/YYYY", "03/04/2025 | 04/13/2025"),
    ("MM/DD/YYYY HH:MM", "3/14/2025 5:06 PM"),
    ("DD/MM/YYYY", "01/01/2025 | 02/02/2025"),
    ("YYYY-MM-DD", "2025-04-03 | 2025-4-3"),
    ("YYYY-MM-DD HH:MM", "2025-04-03T10:00:00Z | 2025-04-03 10:00:00.123+02:00"),
    ("YYYY/MM/DD", "2025/04/03"),
    ("YYYY.MM.DD", "2025.04.03"),
    ("YY-MM-DD", "25-13-01 | 99-12-31 | 98-01-31"),
    ("DD.MM.YYYY", "23.04.2025 | 2025-04-03"),
    # the rest
    ("yesno", "ja | Nein | JA"),
    ("yesno", "true | FALSE"),
    ("text", "00042 | 00007"),
    ("text", "0 | 007"),
    ("text", "85123A | 22041 | 22042"),
    ("text", "C489449 | 489434 | 489435"),
    ("text", "1234567890123456"),
    ("text", "Müller | 5 | Meier"),
    ("text", "a | b"),
    ("text", "1.2.3"),
    ("text", "12:30"),
    ("text", "192.168.0.1"),
]


def _column(line: str) -> list[str]:
    return line.split(" | ")


@pytest.mark.parametrize(("code", "line"), READ_AS)
def test_a_column_is_read_as(code: str, line: str) -> None:
    if code == "YY-MM-DD":
        line = "99-12-31 | 98-01-31 | 97-11-30"  # only the year can stand in front
    found = decide(_column(line), name="x")
    assert not found.is_question
    assert found.code == code
    assert found.unread == 0


IN_DOUBT = [
    ("de plain", "1.234 | 5.678"),
    ("de plain", "1.234 | 999"),
    ("de plain", "1.234 € | 1234 €"),
    ("de en", "1,234"),
    ("DD/MM/YYYY MM/DD/YYYY", "03/04/2025"),
    ("DD.MM.YYYY MM.DD.YYYY", "03.04.2025 | 1.2.2024"),
    ("DD-MM-YY MM-DD-YY", "01-03-17 | 02-02-02"),
]


@pytest.mark.parametrize(("codes", "line"), IN_DOUBT)
def test_a_column_in_doubt_is_a_question_until_it_is_answered(codes: str, line: str) -> None:
    found = decide(_column(line), name="x")
    assert [choice.code for choice in found.choices] == codes.split()
    for code in codes.split():
        answer = found.answered(code)
        assert answer.code == code
        assert not answer.is_question
        assert answer.read == len(_column(line))
    assert found.answered("text").kind == "text"


DOTS = [
    ("03.04.2025 | 1.2.2024", ["DD.MM.YYYY"]),
    ("03.04.25", ["DD.MM.YY"]),
    ("03.04.2025 | 12.31.2024", ["MM.DD.YYYY"]),  # a value says otherwise
    ("03.04.2025 | 31.12.2024 | 12.31.2024", ["DD.MM.YYYY", "MM.DD.YYYY"]),
    ("2025.04.03 | 2025.04.13", ["YYYY.MM.DD"]),
    ("03/04/2025", ["DD/MM/YYYY", "MM/DD/YYYY"]),
    ("01-03-2017", ["DD-MM-YYYY", "MM-DD-YYYY"]),
]


@pytest.mark.parametrize(("line", "codes"), DOTS)
def test_where_dots_mean_day_first_only_a_value_that_says_otherwise_is_asked(
    line: str, codes: list[str]
) -> None:
    found = decide(_column(line), name="x", kind="day", usual=Usual(dots_day_first=True))
    assert [choice.code for choice in found.choices or (found,)] == codes


KNOWN_KIND = [
    ("text", "ref", "1.234"),
    ("text", "text", "03/04/2025"),
    ("plain", "whole", "007"),
    ("YYYYMMDD", "day", "20250403 | 20241231"),
    ("de", "whole", "1.234 | 22.500"),
    ("en", "whole", "1,234 | 22,500"),
    ("plain", "money", "Müller | 5 | Meier"),
    ("yesno", "yesno", "1 | 0"),
    ("yesno", "yesno", "x | "),
    ("text", "day", "Müller"),
]


@pytest.mark.parametrize(("code", "kind", "line"), KNOWN_KIND)
def test_knowing_what_a_column_is_for_settles_it(code: str, kind: str, line: str) -> None:
    found = decide(_column(line), name="x", kind=kind)
    assert not found.is_question
    assert found.code == code


def test_whole_numbers_with_only_zeros_after_the_mark_stay_a_question() -> None:
    found = decide(["1.000", "12.000"], name="Mitarbeiter", kind="whole")
    assert [choice.code for choice in found.choices] == ["de", "plain"]


def test_numbers_where_days_are_expected_are_asked_about_never_assumed() -> None:
    found = decide(["45000", "45001.5"], name="Datum", kind="day")
    assert [choice.code for choice in found.choices] == ["excel", "text"]
    assert found.choices[0].examples[0].shown == "2023-03-15"


def test_what_a_mixed_column_leaves_unread_is_counted_and_shown() -> None:
    found = decide(["1,5", "2,5", "siehe Vertrag", "siehe Vertrag", "3,5", None, " "], name="x")
    assert (found.code, found.read, found.unread, found.empty) == ("de", 3, 2, 2)
    assert found.unread_examples == ("siehe Vertrag",)


def test_words_for_no_value_are_empty_in_numbers_and_dates_but_stay_in_texts() -> None:
    assert decide(["1,5", "-", "k. A.", "NULL", "#N/A"]).empty == 4
    assert decide(["Müller", "-"]).empty == 0
    assert decide(["00000000", "00000001"]).read == 2
    zeros = decide(["03.04.2025", "00.00.0000"])
    assert (zeros.code, zeros.unread) == ("DD.MM.YYYY", 0)


def test_currency_and_percent_are_seen_and_strangers_are_not_read() -> None:
    euros = decide(["1,00 €", "EUR 2,00", "3,00", "4,00 $"])
    assert (euros.currency, euros.read, euros.unread_examples) == ("EUR", 3, ("4,00 $",))
    shares = decide(["12,5 %", "0", "50 %", "7,5"])
    assert (shares.percent, shares.unread_examples) == (True, ("7,5",))
    assert decide(["12,5", "1,5", "50 %"]).unread_examples == ("50 %",)


def test_the_whole_column_decides_not_its_beginning() -> None:
    values = ["1.234"] * 50_000 + ["5,5"]
    assert decide(values).code == "de"
    assert decide(values[:-1]).is_question
    days = ["03/04/2025"] * 50_000 + ["13/04/2025"]
    assert decide(days).code == "DD/MM/YYYY"


@pytest.mark.parametrize(
    "column",
    [
        pa.chunked_array([["1,5"], ["2,5", None]]),
        pa.array(["1,5", "2,5", None], pa.large_string()),
        pa.array(["1,5", "2,5", None]).dictionary_encode(),
        (text for text in ("1,5", "2,5", None)),
    ],
)
def test_columns_of_any_make(column: pa.Array) -> None:
    found = decide(column)
    assert (found.code, found.read, found.empty) == ("de", 2, 1)


def test_empty_columns() -> None:
    for column in ([], [None, ""], pa.nulls(3), pa.chunked_array([], pa.string())):
        assert decide(column, name="x").kind == "empty"


@pytest.mark.parametrize(
    ("given", "code", "kind"),
    [
        ("de", "de", "number"),
        ("DD.MM.YYYY", "DD.MM.YYYY", "date"),
        ("TT.MM.JJJJ", "DD.MM.YYYY", "date"),
        (" dd-mm-yy ", "DD-MM-YY", "date"),
        ("MM/DD/YYYY HH:MM", "MM/DD/YYYY HH:MM", "time"),
        ("YYYYMMDD", "YYYYMMDD", "date"),
        ("excel", "excel", "time"),
        ("text", "text", "text"),
        ("yesno", "yesno", "yesno"),
    ],
)
def test_codes_of_readings(given: str, code: str, kind: str) -> None:
    found = reading(given)
    assert (found.code, found.kind) == (code, kind)
    assert reading(found.code) == found


@pytest.mark.parametrize(
    "given", ["", "deutsch", "DD.MM-YYYY", "DD.DD.YYYY", "MM.YYYY.DD", "YY.MM.YYYY", "DD.MM"]
)
def test_an_unknown_code_is_refused_with_the_known_ones(given: str) -> None:
    with pytest.raises(Problem, match=r"DD\.MM\.YYYY") as refused:
        reading(given)
    assert refused.value.code == "sources.unknown_reading"
    assert isinstance(decide(["1"]), Reading)


@pytest.mark.parametrize(
    ("texts", "code", "days"),
    [
        (["31. Dezember 2025", "15. Januar 2026"], "words", ["2025-12-31", "2026-01-15"]),
        (["Montag, 5. Jänner 2026", "1. März 2026"], "words", ["2026-01-05", "2026-03-01"]),
        (["01 NOV 2025", "31-Dec-25"], "words", ["2025-11-01", "2025-12-31"]),
        (["November 3, 2025", "Feb 1, 2026"], "words", ["2025-11-03", "2026-02-01"]),
        (["Jan 26", "Februar 2026", "Mär 26", "Dez. 2025"], "words",
         ["2026-01-01", "2026-02-01", "2026-03-01", "2025-12-01"]),
        (["15. Jan. 2026", "2026-01-16"], "words", ["2026-01-15", "2026-01-16"]),
        (["Do, 15.01.2026", "Fr. 16.01.2026"], "DD.MM.YYYY", ["2026-01-15", "2026-01-16"]),
    ],
)  # fmt: skip
def test_dates_in_words(texts: list[str], code: str, days: list[str]) -> None:
    found = decide(texts, kind="day")
    assert (found.code, found.is_question) == (code, False)
    typed = to_kind(texts, "day", found, "Europe/Berlin")
    assert [str(day) for day in typed.values.to_pylist()] == days


def test_a_moment_in_words_has_its_time() -> None:
    texts = ["Jan 15, 2026 10:00 am", "15. Juli 2026 14:30"]
    found = decide(texts, kind="time")
    assert (found.kind, found.code) == ("time", "words HH:MM")
    assert [str(t) for t in to_kind(texts, "time", found, "Europe/Berlin").values.to_pylist()] == [
        "2026-01-15 09:00:00", "2026-07-15 12:30:00",
    ]  # fmt: skip


def test_days_that_do_not_exist_and_words_of_other_things_are_no_dates() -> None:
    found = decide(["31. Februar 2026", "1. März 2026"], kind="day")
    assert (found.read, found.unread) == (1, 1)
    assert decide(["Mai GmbH", "August Meier 26"]).kind == "text"
