"""What is set aside is said by every command that it concerns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call

DEALS = """Deal ID,Deal,Owner,Amount,Currency,Status,Created,Closed
D1,First,Kim,1000,EUR,won,2026-01-05,2026-01-20
D2,Second,Kim,500,CHF,won,2026-01-06,2026-01-21
D3,Third,Lou,70,EUR,won,2026-01-07,
"""
MAPPING = """
name = "deals"

[[table]]
file = "deals*.csv"
fact = "deal"
key = "Deal ID"

[table.fields]
name = "Deal"
owner = "Owner"
amount = {column = "Amount", read = "plain"}
currency = "Currency"
status = {column = "Status", values = {won = "won"}}
created_at = {column = "Created", read = "YYYY-MM-DD"}
closed_at = {column = "Closed", read = "YYYY-MM-DD"}
"""


@pytest.fixture
def folder(tmp_path: Path, call: Call) -> Path:
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    (tmp_path / "deals.toml").write_text(MAPPING, encoding="utf-8")
    made = tmp_path / "firm"
    assert call("init", made).code == 0
    done = call("-w", made, "import", tmp_path / "deals.csv", "--mapping", tmp_path / "deals.toml")
    assert done.code == 0, done.err
    return made


def test_the_build_says_what_does_not_count(folder: Path, call: Call) -> None:
    english = call("-w", folder, "refresh").err
    assert "deal (1). The record has a currency without an exchange rate (CHF)." in english
    assert "deal (1). The record has ended by its status but has no date of that" in english
    german = call("-w", folder, "--language", "de", "refresh").err
    assert "deal (1). Der Datensatz hat eine Währung, zu der ein Wechselkurs fehlt (CHF)." in german


def test_quality_and_data_name_the_records(folder: Path, call: Call) -> None:
    call("-w", folder, "refresh")
    found = json.loads(call("-w", folder, "quality", "--json").out)
    told = {f["detail"]: f for f in found if f["check"] == "counts_nowhere"}
    assert told["rate_missing"]["examples"] == ["D2"]
    assert "won_value" in told["rate_missing"]["kpis"]
    rows = json.loads(call("-w", folder, "data", "--set-aside", "--json").out)
    assert [(r["key"], r["line"], r["column"], r["value"], r["reason"]) for r in rows] == [
        ("D2", 3, "currency", "CHF", "rate_missing"),
        ("D3", 4, "closed_at", "won", "closed_without_date"),
    ]


def test_the_value_its_records_and_the_sheet_tell_of_them(folder: Path, call: Call) -> None:
    call("-w", folder, "refresh")
    asked = ("-w", folder, "show", "won_value", "--from", "2026-01-01", "--to", "2026-01-31")
    (january,) = json.loads(call(*asked, "--json").out)
    assert (january["value"], january["rows"], january["set_aside"], january["complete"]) == (
        1000,
        1,
        1,
        False,
    )
    shown = call(*asked)
    assert "!" in shown.out
    assert "data --set-aside" in shown.err
    records = ("-w", folder, "records", "won_value", "--period", "2026-01")
    aside = json.loads(call(*records, "--set-aside", "--json").out)
    assert [(r["key"], r["day"], r["reason"]) for r in aside] == [
        ("D2", "2026-01-21", "rate_missing"),
        ("D3", None, "closed_without_date"),
    ]
    assert [r["key"] for r in json.loads(call(*records, "--json").out)] == ["D1"]
    assert "has a currency without an exchange rate" in call(*records).out
    february = ("-w", folder, "records", "won_value", "--period", "2026-02", "--set-aside", "--json")
    assert [r["key"] for r in json.loads(call(*february).out)] == ["D3"]  # without a date, in no month
    sheet = json.loads(call("-w", folder, "kpis", "won_value", "--json").out)
    (account,) = sheet["records"]
    assert (account["delivered"], account["counted"], account["outside"]) == (3, 1, 0)
    assert {why["reason"]: why["count"] for why in account["reasons"]} == {
        "rate_missing": 1,
        "closed_without_date": 1,
    }
    assert "set aside: has a currency without an exchange rate" in call("-w", folder, "kpis", "won_value").out


def test_won_and_lost_deals_without_a_date_leave_the_pipeline(folder: Path, call: Call) -> None:
    call("-w", folder, "refresh")
    asked = ("show", "open_deals", "pipeline_value", "--from", "2026-01-01", "--to", "2026-02-28", "--json")
    found = json.loads(call("-w", folder, *asked).out)
    assert [row["value"] for row in found] == [0, 0, 0, 0]
