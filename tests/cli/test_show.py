"""`leitstern show`, `records` and `sql`: numbers, their rows, their statements."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import DEALS, Call

KEYS = [
    "kpi", "version", "unit", "grain", "period", "from", "to", "subject",
    "value", "numerator", "denominator", "rows", "complete", "reason", "set_aside", "as_of",
]  # fmt: skip


def rows(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)
    assert isinstance(found, list)
    return found


def test_json_has_the_agreed_keys(refreshed: Path, call: Call) -> None:
    done = call("-w", refreshed, "show", "win_rate", "--format", "json")
    assert done.code == 0
    assert done.err == ""
    january, february = rows(done.out)
    assert list(january) == KEYS
    assert january["subject"] == {"type": "company", "id": None, "name": "acme"}
    assert (february["period"], february["from"], february["to"]) == ("2026-02", "2026-02-01", "2026-02-28")
    # February: D4 won, D2 lost; D5 was set aside.
    assert (february["value"], february["numerator"], february["denominator"]) == (0.5, 1, 2)


def test_money_is_a_json_number(refreshed: Path, call: Call) -> None:
    found = rows(call("-w", refreshed, "show", "won_value", "--json").out)
    assert [row["value"] for row in found] == [1200.5, 300]


def test_by_person_with_those_not_assigned(refreshed: Path, call: Call) -> None:
    found = rows(
        call("-w", refreshed, "show", "won_deals", "--by", "person", "--grain", "year", "--json").out
    )
    assert {row["subject"]["id"]: row["value"] for row in found} == {None: 1, "anna": 1}


def test_csv_for_programs(refreshed: Path, call: Call) -> None:
    done = call("-w", refreshed, "show", "won_value", "--format", "csv")
    found = list(csv.DictReader(io.StringIO(done.out)))
    assert [(row["period"], row["value"], row["complete"]) for row in found] == [
        ("2026-01", "1200.5", "true"),
        ("2026-02", "300", "true"),
    ]


def test_a_table_for_people(refreshed: Path, call: Call) -> None:
    done = call("-w", refreshed, "--language", "de", "show", "won_value", "win_rate")
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0] == ["Zeitraum", "Gewonnener", "Auftragswert", "Abschlussquote"]
    assert lines[2] == ["Januar", "2026", "1.200,50", "€", "100,00", "%"]


def test_one_kpi_by_subject_has_periods_across(refreshed: Path, call: Call) -> None:
    done = call(
        "-w", refreshed, "show", "won_deals", "--by", "person",
        "--from", "2026-01-01", "--to", "2026-02-28", "--as-of", "2026-02-10",
    )  # fmt: skip
    title, head, _, *body = done.out.splitlines()
    assert title == "Won deals"
    assert head.split() == ["Person", "January", "2026", "February", "2026*"]
    assert "anna 1 0" in [" ".join(line.split()) for line in body]
    assert done.err.startswith("* The period has not ended")


def test_a_range_of_days(refreshed: Path, call: Call) -> None:
    done = call(
        "-w",
        refreshed,
        "show",
        "won_deals",
        "--grain",
        "week",
        "--from",
        "12.01.2026",
        "--to",
        "2026-01-19",
        "--json",
    )
    assert [(row["period"], row["value"]) for row in rows(done.out)] == [("2026-W03", 1), ("2026-W04", 0)]


@pytest.mark.parametrize("grain", ["half-year", "half_year"])
def test_grains_in_both_spellings(grain: str, refreshed: Path, call: Call) -> None:
    found = rows(call("-w", refreshed, "show", "won_deals", "--grain", grain, "--json").out)
    assert [(row["grain"], row["period"]) for row in found] == [("half_year", "2026-H1")]


def test_the_first_generation_is_built_when_it_is_needed(imported: Path, call: Call) -> None:
    done = call("-w", imported, "show", "won_deals", "--json")
    assert done.code == 0
    assert "building the first one" in done.err
    assert len(rows(done.out)) == 2


def test_newer_data_is_pointed_out(refreshed: Path, files: Path, call: Call) -> None:
    (files / "deals.csv").write_text(DEALS.replace("1.200,50", "2.200,50"), encoding="cp1252")
    call("-w", refreshed, "import", files / "deals.csv", "--mapping", files / "crm.toml")
    before = call("-w", refreshed, "show", "won_value", "--json")
    assert "imports since generation 1" in before.err
    assert [row["value"] for row in rows(before.out)] == [1200.5, 300]
    call("-w", refreshed, "refresh")
    after = call("-w", refreshed, "show", "won_value", "--json")
    assert after.err == ""
    assert [row["value"] for row in rows(after.out)] == [2200.5, 300]


def test_an_unknown_kpi_names_one_that_is_near(refreshed: Path, call: Call) -> None:
    done = call("-w", refreshed, "show", "won_dels")
    assert (done.code, done.out) == (1, "")
    assert "won_deals" in done.err


@pytest.mark.parametrize(
    "options",
    [["--by", "planet"], ["--grain", "decade"], ["--from", "31.02.2026"], ["--format", "xml"], ["--x"]],
)
def test_wrong_usage(options: list[str], refreshed: Path, call: Call) -> None:
    done = call("-w", refreshed, "show", "won_deals", *options)
    assert (done.code, done.out) == (2, "")
    assert options[-1] in done.err


def test_without_data_there_is_a_remedy(workspace: Path, call: Call) -> None:
    done = call("-w", workspace, "show", "won_deals")
    assert done.code == 1
    assert "import FILE" in done.err


def test_without_a_workspace_there_is_a_remedy(tmp_path: Path, call: Call) -> None:
    done = call("-w", tmp_path / "nothing", "--language", "de", "show", "won_deals")
    assert done.code == 1
    assert "leitstern init" in done.err
    assert "kein Arbeitsbereich" in done.err


def test_the_records_add_up_to_the_number(refreshed: Path, call: Call) -> None:
    found = rows(call("-w", refreshed, "records", "win_rate", "--period", "2026-02", "--json").out)
    assert [(row["key"], row["won_deals"], row["decided_deals"]) for row in found] == [
        ("D2", None, 1),
        ("D4", 1, 1),
    ]
    table = call("-w", refreshed, "records", "win_rate", "--period", "2026-02")
    assert table.out.splitlines()[-1].split() == ["Total", "1", "2"]


@pytest.mark.parametrize(
    ("options", "keys"),
    [(["--subject", "anna"], ["D1"]), (["--subject", "ben"], []), (["--not-assigned"], ["D4"])],
)
def test_records_of_a_person(options: list[str], keys: list[str], refreshed: Path, call: Call) -> None:
    done = call(
        "-w", refreshed, "records", "won_deals", "--period", "2026-Q1", "--by", "person", *options, "--json"
    )
    assert [row["key"] for row in rows(done.out)] == keys


@pytest.mark.parametrize(
    "options",
    [["--by", "person"], ["--subject", "anna"], ["--by", "team", "--subject", "T", "--not-assigned"]],
)
def test_whose_records_must_be_clear(options: list[str], refreshed: Path, call: Call) -> None:
    assert call("-w", refreshed, "records", "won_deals", "--period", "2026-Q1", *options).code == 2


def test_a_subject_that_is_not_there(refreshed: Path, call: Call) -> None:
    done = call(
        "-w", refreshed, "records", "won_deals", "--period", "2026-Q1", "--by", "person", "--subject", "zoe"
    )
    assert done.code == 1
    assert "zoe" in done.err


def test_the_sql_runs_and_gives_the_parts(refreshed: Path, call: Call) -> None:
    import duckdb

    text = call("-w", refreshed, "sql", "win_rate", "--grain", "month").out
    with duckdb.connect(str(refreshed / "generations" / "000001.duckdb"), read_only=True) as connection:
        found = connection.execute(text).fetchall()
    # Month number 2026 * 12 is January 2026; won and decided deals.
    assert sorted((row[0], *row[-2:]) for row in found if row[0] is not None) == [
        (2026 * 12, 1, 1),
        (2026 * 12 + 1, 1, 2),
    ]


def test_the_facts_at_hand(refreshed: Path, call: Call) -> None:
    data = json.loads(call("-w", refreshed, "data", "--json").out)
    assert data["generation"] == 1
    assert {"fact": "deal", "rows": 4, "newest": "2026-02-28"} in data["facts"]
