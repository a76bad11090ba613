"""Goals from tables as people have them: pasted, long or wide, German, Swiss or English."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leitstern.engine.organisation import Organisation, Person, Team
from leitstern.errors import Problem
from leitstern.goals.amounts import Amount, Cell, Unread, amounts
from leitstern.goals.goal import Goal, Levels, Whom
from leitstern.goals.headers import HEADINGS, headers, period_in
from leitstern.goals.names import Names
from leitstern.goals.table import GoalTable, Usual, read_table
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import parse

CATALOGUE = Catalogue.load()
ORGANISATION = Organisation(
    {
        "p1": Person("p1", "Jana Müller", email="jana@firma.example"),
        "p2": Person("p2", "Kai Weber"),
        "p3": Person("p3", "Kai Weber"),
    },
    {"n": Team("n", "Vertrieb Nord"), "s": Team("s", "Vertrieb Süd")},
    (),
    {},
)
NAMES = Names(ORGANISATION, {"customer": {"k9": "Adler AG", "k8": "Vertrieb Nord"}})


def D(text: str) -> Decimal:  # noqa: N802 - short, because these tests are full of numbers
    return Decimal(text)


def _table(table: str | list[list[Cell]], usual: Usual | None = None) -> GoalTable:
    return read_table(table, CATALOGUE, NAMES, usual or Usual())


def _one(table: str | list[list[Cell]], usual: Usual | None = None) -> Goal:
    found = _table(table, usual)
    assert [problem.text("en") for problem in found.problems] == []
    assert len(found.goals) == 1
    return found.goals[0]


def _wrong(table: str | list[list[Cell]], usual: Usual | None = None) -> tuple[str, int, str]:
    found = _table(table, usual)
    assert found.goals == ()
    assert len(found.problems) == 1
    problem = found.problems[0]
    assert f"{problem.row}" in problem.text("de")
    assert problem.column in problem.text("de")
    return problem.problem.code.removeprefix("goals."), problem.row, problem.column


# --- the long form ---


def test_a_german_table_pasted_from_excel() -> None:
    found = _table(
        "Kennzahl\tBezug\tName\tZeitraum\tZiel\tMinimum\tAnspruch\tRichtung\tGewicht\tBemerkung\r\n"
        "Umsatz\tTeam\tVertrieb Nord\tQ1 2027\t1,2 Mio.\t900 T€\t1.500.000 €\tmindestens\t2\tx\r\n"
        "Abschlussquote\tPerson\tMüller, Jana\tMärz 2027\t30 %\t\t32,5 %\t\t20 %\t\r\n"
        "\r\n"
        "Reaktionszeit auf Leads\tFirma\t\t2027\t4,5\t6\t\thöchstens\t\t\r\n"
    )
    assert found.problems == ()
    assert found.ignored == ("Bemerkung",)
    team, person, company = found.goals
    assert team.whom == Whom("team", "n")
    assert (team.kpi, team.period, team.grain) == ("revenue", "2027-Q1", "quarter")
    assert (team.start, team.end) == (date(2027, 1, 1), date(2027, 3, 31))
    assert team.levels == Levels(D("1200000"), minimum=D("900000"), stretch=D("1500000"))
    assert (team.direction, team.weight) == ("at_least", D("2"))
    assert person.whom == Whom("person", "p1")
    assert person.levels == Levels(D("0.3"), stretch=D("0.325"))
    assert person.weight == D("0.2")
    assert company.whom == Whom("company")
    assert company.direction == "at_most"
    assert company.levels == Levels(D("4.5"), minimum=D("6"))


def test_an_english_table() -> None:
    goal = _one(
        "KPI\tFor whom\tFrom\tTo\tTarget\tStretch\n"
        "Revenue\tJana Mueller\t2027-01-15\t2027-04-14\t$1.2m\t1,500,000\n"
    )
    assert goal.whom == Whom("person", "p1")
    assert (goal.start, goal.end, goal.period) == (date(2027, 1, 15), date(2027, 4, 14), None)
    assert goal.levels == Levels(D("1200000"), stretch=D("1500000"))


def test_a_swiss_table() -> None:
    goal = _one("Kennzahl;Für wen;Zeitraum;Ziel\nUmsatz;Vertrieb Süd;2027;1'234.50\n")
    assert goal.levels == Levels(D("1234.5"))


def test_rows_of_a_workbook_are_typed() -> None:
    goal = _one(
        [
            ["Ziele 2027", None, None, None],
            ["Kennzahl", "Name", "Monat", "Ziel"],
            ["Abschlussquote", "Jana Müller", "2027-03", 0.325],
            [None, None, None, None],
        ]
    )
    assert goal.levels == Levels(D("0.325"))
    assert goal.period == "2027-03"


def test_between_needs_an_upper_limit() -> None:
    goal = _one(
        "KPI\tWhom\tYear\tTarget\tUpper limit\tDirection\nGross margin\tCompany\t2027\t30%\t35%\tbetween\n"
    )
    assert goal.levels == Levels(D("0.3"), upper=D("0.35"))
    assert _wrong("KPI\tWhom\tYear\tTarget\tDirection\nGross margin\tCompany\t2027\t30%\tbetween\n") == (
        "levels_between", 2, "Target",
    )  # fmt: skip


def test_the_page_says_kpi_and_period_where_the_table_does_not() -> None:
    usual = Usual(kpi="won_deals", period=parse("2027-Q1"))
    goal = _one("Name\tZiel\nJana Müller\t12\n", usual)
    assert (goal.kpi, goal.period, goal.levels) == ("won_deals", "2027-Q1", Levels(D("12")))


# --- the wide form ---


def test_a_column_for_each_month() -> None:
    found = _table(
        "Für wen\tJan 2027\tFeb 27\tMrz. 2027\nJana Müller\t10\t\t12\nAdler AG\t5\t6\t7\n", Usual("revenue")
    )
    assert found.problems == ()
    assert [(goal.whom.id, goal.period, goal.levels.target) for goal in found.goals] == [
        ("p1", "2027-01", D("10")), ("p1", "2027-03", D("12")),
        ("k9", "2027-01", D("5")), ("k9", "2027-02", D("6")), ("k9", "2027-03", D("7")),
    ]  # fmt: skip


def test_wide_with_a_kpi_in_each_row_and_quarters() -> None:
    found = _table(
        "KPI\tTeam\tQ1 2027\t2027-Q2\n"
        "Umsatz\tVertrieb Nord\t38 T€\t40 T€\nAbschlussquote\tVertrieb Süd\t30 %\t\n"
    )
    assert found.problems == ()
    assert [(goal.kpi, goal.whom, goal.period, goal.levels.target) for goal in found.goals] == [
        ("revenue", Whom("team", "n"), "2027-Q1", D("38000")),
        ("revenue", Whom("team", "n"), "2027-Q2", D("40000")),
        ("win_rate", Whom("team", "s"), "2027-Q1", D("0.3")),
    ]


def test_one_wrong_cell_costs_one_goal() -> None:
    found = _table("Name\tJan 2027\tFeb 2027\nJana Müller\t10\tviel\n", Usual("revenue"))
    assert [goal.period for goal in found.goals] == ["2027-01"]
    assert [problem.text("de") for problem in found.problems] == [
        "Zeile 2, Spalte „Feb 2027“: „viel“ ist keine Zahl. Beispiele: 1.234,56, 1,2 Mio., 38 T€, 12,5 %."
    ]


def test_a_wrong_name_is_said_once_for_all_its_months() -> None:
    found = _table("Name\tJan 2027\tFeb 2027\nNiemand\t10\t20\n", Usual("revenue"))
    assert found.goals == ()
    assert [problem.problem.code for problem in found.problems] == ["goals.table_whom_unknown"]


# --- what is wrong ---

HEAD = "Kennzahl\tBezug\tName\tZeitraum\tZiel\tMinimum\tRichtung\tGewicht\n"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("\tFirma\t\t2027\t10", "table_kpi_missing", "Kennzahl"),
        ("Umsatzz\tFirma\t\t2027\t10", "table_kpi_unknown", "Kennzahl"),
        ("Umsatz\tPlanet\tErde\t2027\t10", "table_kind_unknown", "Bezug"),
        ("Umsatz\t\t\t2027\t10", "table_whom_missing", "Name"),
        ("Umsatz\tPerson\tNiemand\t2027\t10", "table_whom_unknown", "Name"),
        ("Umsatz\tPerson\tKai Weber\t2027\t10", "table_whom_ambiguous", "Name"),
        ("Umsatz\t\tVertrieb Nord\t2027\t10", "table_whom_ambiguous", "Name"),
        ("Umsatz\tFirma\t\t\t10", "table_period_missing", "Zeitraum"),
        ("Umsatz\tFirma\t\tbald\t10", "table_period_unknown", "Zeitraum"),
        ("Umsatz\tFirma\t\t2027\t", "table_target_missing", "Ziel"),
        ("Umsatz\tFirma\t\t2027\tviel", "table_number_unknown", "Ziel"),
        ("Umsatz\tFirma\t\t2027\t1.234", "table_number_doubtful", "Ziel"),
        ("Umsatz\tFirma\t\t2027\t10 %", "table_not_percent", "Ziel"),
        ("Neukunden\tFirma\t\t2027\t10 €", "table_not_currency", "Ziel"),
        ("Abschlussquote\tFirma\t\t2027\t30", "table_percent_sign", "Ziel"),
        ("Umsatz\tFirma\t\t2027\t10\t20", "levels_at_least", "Ziel"),
        ("Kosten je Lead\tFirma\t\t2027\t10\t5", "levels_at_most", "Ziel"),
        ("Umsatz\tFirma\t\t2027\t10\t\tseitwärts", "table_direction_unknown", "Richtung"),
        ("Umsatz\tFirma\t\t2027\t10\t\t\t0", "table_weight", "Gewicht"),
        ("Umsatz\tFirma\t\t2027\t10\t\t\tschwer", "table_weight", "Gewicht"),
    ],
)
def test_problems_name_row_and_column(row: str, code: str, column: str) -> None:
    assert _wrong(HEAD + row + "\n") == (code, 2, column)


def test_a_name_of_two_kpis_is_asked_about(tmp_path: Path) -> None:
    text = (resources.files("leitstern.kpis") / "standard" / "won_deals.yaml").read_text(encoding="utf-8")
    own = text.replace("kpi: won_deals", "kpi: closed_deals")
    (tmp_path / "closed_deals.yaml").write_text(own, encoding="utf-8")
    found = read_table(HEAD + "Gewonnene Deals\tFirma\t\t2027\t10\n", Catalogue.load(tmp_path), NAMES)
    assert [problem.problem.code for problem in found.problems] == ["goals.table_kpi_ambiguous"]
    assert "closed_deals, won_deals" in found.problems[0].text("en")


def test_a_problem_names_value_and_remedy_in_both_languages() -> None:
    problem = _table(HEAD + "Umsatzz\tFirma\t\t2027\t10\n").problems[0]
    assert problem.text("de") == (
        "Zeile 2, Spalte „Kennzahl“: Die Kennzahl „Umsatzz“ gibt es nicht. Ähnlich: revenue. "
        "Bitte einen Namen aus dem Verzeichnis der Kennzahlen verwenden."
    )
    assert problem.text("en").startswith("Row 2, column “Kennzahl”: There is no KPI “Umsatzz”.")


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    found = _table(HEAD + "Umsatzz\tPerson\tNiemand\tbald\t10\t\t\t0\n")
    assert [problem.column for problem in found.problems] == ["Zeitraum", "Kennzahl", "Name", "Gewicht"]


def test_days_that_are_none_or_the_wrong_way_round() -> None:
    head = "Kennzahl\tName\tVon\tBis\tZiel\n"
    assert _wrong(head + "Umsatz\tFirma\tbald\t31.03.2027\t10\n") == ("table_day_unknown", 2, "Von")
    assert _wrong(head + "Umsatz\tFirma\t2027-04-01\t31.03.2027\t10\n")[0] == "periods.reversed"


def test_without_headings_nothing_is_read() -> None:
    for text in ("", "1\t2\t3\n", "Umsatz\tFirma\t2027\t10\n", "Kennzahl\tName\nUmsatz\tFirma\n"):
        with pytest.raises(Problem, match="no headings that fit goals"):
            _table(text)


def test_a_quotation_mark_that_is_not_closed() -> None:
    with pytest.raises(Problem, match="quotation mark"):
        _table('Kennzahl\tName\tZeitraum\tZiel\n"Umsatz\tFirma\t2027\t10\n')


def test_quoted_cells_may_hold_line_breaks() -> None:
    goal = _one('Kennzahl\tName\tZeitraum\tZiel\tBemerkung\nUmsatz\tFirma\t2027\t10\t"zwei\nZeilen"\n')
    assert goal.levels == Levels(D("10"))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.none(),
                st.floats(),
                st.integers(),
                st.dates(),
                st.text(max_size=12),
                st.sampled_from(["Umsatz", "Firma", "2027", "30 %", "1.234", "1,5 Mio.", "Jana Müller"]),
            ),
            max_size=6,
        ),
        max_size=5,
    )
)
def test_no_table_breaks_the_reader(rows: list[list[Cell]]) -> None:
    heading: list[Cell] = ["Kennzahl", "Name", "Zeitraum", "Ziel", "Gewicht", "Minimum"]
    wide: list[Cell] = ["Name", "Jan 2027", "Feb 2027", "Q1 2027"]
    for first in (heading, wide):
        found = _table([first, *rows], Usual(kpi="revenue"))
        for problem in found.problems:
            assert problem.text("de")
        assert len(found.goals) + sum(draft.goal is None for draft in found.drafts) == len(found.drafts)


# --- numbers ---


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1,2 Mio.", Amount(D("1200000"))),
        ("2 Mio. €", Amount(D("2000000"), currency="EUR")),
        ("1,5 Mrd", Amount(D("1500000000"))),
        ("38 T€", Amount(D("38000"), currency="EUR")),
        ("TEUR 38", Amount(D("38000"), currency="EUR")),
        ("38 kEUR", Amount(D("38000"), currency="EUR")),
        ("38k", Amount(D("38000"))),
        ("500 Tsd.", Amount(D("500000"))),
        ("12,5 %", Amount(D("0.125"), percent=True)),
        ("12.5%", Amount(D("0.125"), percent=True)),
        ("1'234.50", Amount(D("1234.5"))),
        ("CHF 1’200", Amount(D("1200"), currency="CHF")),
        ("1.234,56", Amount(D("1234.56"))),
        ("1,234.56", Amount(D("1234.56"))),
        ("1 234,5", Amount(D("1234.5"))),
        ("$1.2m", Amount(D("1200000"), currency="USD")),
        ("1.2 million", Amount(D("1200000"))),
        ("-5,5", Amount(D("-5.5"))),
        ("1.234.567", Amount(D("1234567"))),
        ("", None),
        ("-", None),
        ("k. A.", None),
        ("viel", Unread("viel")),
        ("12 Kunden", Unread("12 Kunden")),
        ("1.234", Unread("1.234", doubtful=True, readings=(D("1234"), D("1.234")))),
        ("500,000 €", Unread("500,000 €", doubtful=True, readings=(D("500"), D("500000")))),
    ],
)
def test_amounts(text: str, wanted: Amount | Unread | None) -> None:
    assert amounts([text]) == [wanted]


@pytest.mark.parametrize(
    ("cells", "others", "wanted"),
    [
        (["1.234", "12,5"], [], ["1234", "12.5"]),
        (["1.234", "12.5"], [], ["1.234", "12.5"]),
        (["1.234"], ["0,5"], ["1234"]),
        (["1.234"], ["1,234.5"], ["1.234"]),
        (["1.234", "1000"], ["7"], [None, "1000"]),
        (["1.234", "1,5", "1.5"], [], [None, "1.5", "1.5"]),  # they contradict each other
        (["1.234", "1,5"], ["2.5"], ["1234", "1.5"]),  # the column's own cells come first
        ([1234.5, 7, True], [], ["1234.5", "7", None]),
    ],
)
def test_the_other_cells_tell_what_a_point_means(
    cells: list[Cell], others: list[Cell], wanted: list[str | None]
) -> None:
    found = [each.value if isinstance(each, Amount) else None for each in amounts(cells, others)]
    assert found == [None if text is None else D(text) for text in wanted]


# --- headings and periods ---


def test_every_heading_is_known_in_both_languages() -> None:
    for name, known in HEADINGS.items():
        for heading in known:
            row = ["Ziel", "Kennzahl"] if name not in ("target", "kpi") else ["Name", "Zeitraum"]
            row += ["Ziel"] if name == "kpi" else []
            found = headers([[f" {heading.upper()} (EUR) ", *row]])
            assert found is not None, heading
            assert found.fields.get(name) == 0, heading


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("Jan 2027", "2027-01"), ("Jan 27", "2027-01"), ("Mrz. 2027", "2027-03"), ("Mär 27", "2027-03"),
        ("März 2027", "2027-03"), ("Jänner 2027", "2027-01"), ("May 2027", "2027-05"), ("Oct-27", "2027-10"),
        ("03/2027", "2027-03"), ("03.2027", "2027-03"), ("2027-03", "2027-03"), ("Q1 27", "2027-Q1"),
        ("Q1/2027", "2027-Q1"), ("1. Quartal 2027", "2027-Q1"), ("1st quarter 2027", "2027-Q1"),
        ("2. Halbjahr 27", "2027-H2"), ("KW 5 2027", "2027-W05"), ("FY2027", "FY2027"), ("2027", "2027"),
        (2027, "2027"), (2027.0, "2027"), ("01.01.2027", "2027-01"), ("02.01.2027", "2027-01-02"),
        (date(2027, 1, 1), "2027-01"), (datetime(2027, 4, 1, tzinfo=UTC), "2027-04"),
        ("Ziel", None), ("13/2027", None), ("1. Kunde 2027", None), (12, None), (0.5, None), (None, None),
    ],
)  # fmt: skip
def test_periods_of_headings(cell: Cell, wanted: str | None) -> None:
    found = period_in(cell, heading=True)
    assert (found.label if found else None) == wanted


def test_the_first_of_a_month_in_a_row_is_that_day() -> None:
    found = period_in("01.01.2027")
    assert found is not None
    assert found.label == "2027-01-01"


def test_people_are_found_by_id_mail_and_both_orders() -> None:
    for text in ("p1", "jana@firma.example", "Jana Müller", "Müller, Jana", "JANA MUELLER"):
        assert NAMES.find(text) == (Whom("person", "p1"),), text
    assert NAMES.find("Vertrieb Nord", "customer") == (Whom("customer", "k8"),)
    assert NAMES.find("Firma") == (Whom("company"),)
