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


def test_the_build_says_what_counts_and_what_does_not(folder: Path, call: Call) -> None:
    english = call("-w", folder, "refresh").err
    assert "3 deals: 3 won\n" in english
    assert "1 in a currency without an exchange rate (CHF): in no KPI (such as D2)\n" in english
    assert "1 won without closing date: in no month, and not open either (such as D3)\n" in english
    german = call("-w", folder, "--language", "de", "refresh").err
    assert "1 in einer Währung ohne Wechselkurs (CHF): in keiner Kennzahl (etwa D2)\n" in german


def test_the_account_leads_from_rows_to_empty_kpis(folder: Path, call: Call) -> None:
    before = call("-w", folder, "account")
    assert "deals.csv" in before.out
    assert "after the next build" in before.err
    call("-w", folder, "refresh")
    found = json.loads(call("-w", folder, "account", "--json").out)
    (deals,) = found["facts"]
    assert (deals["delivered"], deals["counted"], found["built"]) == (3, 2, True)
    assert [(r["code"], r["count"], r["values"]) for r in deals["nowhere"]] == [("rate_missing", 1, ["CHF"])]
    assert {"kpi": "revenue", "reason": "no_source", "text": "No invoices have been imported yet."} in found[
        "empty"
    ]
    shown = call("-w", folder, "account").out
    (line,) = [line for line in shown.splitlines() if "No invoices have been imported yet." in line]
    assert "revenue" in line
    rows = call("-w", folder, "account", "--import", "1", "--format", "csv").out.splitlines()
    assert rows[1].startswith("deal,nowhere,rate_missing,currency,,1,")


def test_what_the_crm_says_is_compared_and_explained(folder: Path, call: Call, tmp_path: Path) -> None:
    call("-w", folder, "refresh")
    asked = ("-w", folder, "--language", "de", "match", "--period", "2026")
    same = call(*asked, "won_deals=1", "won_value=1.000,00 €")
    assert same.code == 0, same.err
    assert same.out.count("stimmt überein") == 2
    more = call(*asked, "won_deals=2", "won_value=1.500")
    assert more.code == 1
    assert "Das erklärt den Unterschied: 1 Deal hier nicht gezählt: hat eine Währung" in more.out
    assert "(D2)" in more.out
    assert "Nichts davon erklärt" in call(*asked, "won_deals=40").out
    (tmp_path / "crm.csv").write_text("Deal;Betrag\nD1;1.000\nD2;500\n", encoding="utf-8")
    listed = call(*asked, "--kpi", "won_value", "--list", tmp_path / "crm.csv", "--json")
    assert [(r["key"], r["why"]) for r in json.loads(listed.out)] == [("D2", "set_aside")]
    assert call(*asked, "won_deals").code == 2


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
