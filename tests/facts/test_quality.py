"""The quality report counts what was counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.facts.conftest import bring_into

from leitstern.facts.quality import QualityFinding, report
from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store

Bring = Callable[..., Receipt]

MAPPING = """
name = "all"
[[table]]
file = "deals.csv"
fact = "deal"
key = "id"
[table.fields]
name = "name"
company = "company"
owner = "owner"
status = "status"
amount = {column = "amount", read = "plain"}
created_at = {column = "created", read = "YYYY-MM-DD HH:MM"}
closed_at = {column = "closed", read = "YYYY-MM-DD HH:MM"}
expected_close_at = {column = "expected", read = "YYYY-MM-DD"}
[[table]]
file = "companies.csv"
fact = "company"
key = "id"
[table.fields]
name = "name"
vat_id = "vat"
postcode = "postcode"
customer_since = {column = "since", read = "YYYY-MM-DD"}
customer_until = {column = "until", read = "YYYY-MM-DD"}
[[table]]
file = "activities.csv"
fact = "activity"
key = "id"
[table.fields]
outcome = "outcome"
at = {column = "at", read = "YYYY-MM-DD HH:MM"}
"""
FILES = {
    "deals.csv": """id,name,company,owner,status,amount,created,closed,expected
1,A,c1,ada,won,10,2025-01-10 10:30,2025-02-01,
2,B,c1,,won,,2025-03-01,2025-02-01,
3,C,c9,bo,lost,5,2025-01-01 10:00,2025-01-01 09:00,
4,D,,bo,open,5,2025-01-01,,2026-01-01
5,D,,bo,open,5,2025-01-01,,2026-01-01
6,E,c2,bo,open,5,2025-07-02,,
7,F,c2,bo,open,x,2025-07-02,,
8,G,c2,bo,won,1,2025-01-10 10:30,2025-01-10,
""",
    "companies.csv": """id,name,vat,postcode,since,until
c1,Muster GmbH,DE123456788,50667,2020-01-01,2019-01-01
c2,Muster AG,DE123456788,50667,2020-01-01,
c3,Muster KG,,50667,,
c4,Other,DE999999999,1,,
""",
    "activities.csv": """id,outcome,at
1,planned,2025-08-01 10:00
2,held,2025-08-01 10:00
3,held,2025-06-30 23:30
""",
}


TODAY = date(2025, 7, 1)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[QualityFinding]:
    folder = tmp_path_factory.mktemp("quality")
    with Store(folder / "store.duckdb") as store:
        bring_into(store, folder, FILES, MAPPING)
        return report(store, today=TODAY, timezone="Europe/Berlin")


def of(findings: list[QualityFinding], check: str) -> dict[tuple[str, tuple[str, ...]], tuple[object, ...]]:
    return {(f.fact, f.fields): (f.count, f.total, f.examples) for f in findings if f.check == check}


def test_empty_fields_are_counted_where_they_are_expected(findings: list[QualityFinding]) -> None:
    found = of(findings, "incomplete")
    assert found == {
        ("deal", ("company",)): (2, 7, ("4", "5")),
        ("deal", ("owner",)): (1, 7, ("2",)),
        ("deal", ("amount",)): (1, 7, ("2",)),
        ("deal", ("expected_close_at",)): (1, 3, ("6",)),
        ("company", ("vat_id",)): (1, 4, ("c3",)),
    }


def test_dates_in_the_wrong_order_and_days_without_a_time(findings: list[QualityFinding]) -> None:
    # Deal 8 was closed on the day it was created; its closing has no time, so nothing is wrong.
    assert of(findings, "date_order") == {
        ("deal", ("created_at", "closed_at")): (2, 4, ("2", "3")),
        ("company", ("customer_since", "customer_until")): (1, 1, ("c1",)),
    }


def test_dates_ahead_are_found_unless_they_may_be(findings: list[QualityFinding]) -> None:
    assert of(findings, "future_date") == {
        ("deal", ("created_at",)): (1, 7, ("6",)),
        ("activity", ("at",)): (1, 2, ("2",)),
    }


def test_references_to_nothing_are_broken_unless_the_fact_was_never_imported(
    findings: list[QualityFinding],
) -> None:
    assert of(findings, "broken_reference") == {("deal", ("company",)): (1, 5, ("3",))}


def test_duplicates_and_possible_duplicates(findings: list[QualityFinding]) -> None:
    assert of(findings, "equal_records") == {("deal", ()): (1, 7, ("4",))}
    assert of(findings, "duplicate") == {("company", ()): (1, 4, ("c2",))}
    assert of(findings, "possible_duplicate") == {("company", ()): (1, 4, ("c1 = c3",))}
    assert of(findings, "invalid_number") == {("company", ("vat_id",)): (1, 4, ("c4",))}


def test_the_age_is_that_of_the_newest_record_that_is_not_ahead(findings: list[QualityFinding]) -> None:
    ages = {f.fact: (f.count, f.detail) for f in findings if f.check == "age"}
    # Half past eleven in Berlin is still 30 June; the deal of 2 July lies ahead.
    assert ages == {"deal": (122, "2025-03-01"), "activity": (1, "2025-06-30")}


def test_rows_set_aside_are_those_of_the_last_import_of_a_file(bring: Bring, store: Store) -> None:
    bring(FILES, MAPPING)
    (found,) = [f for f in report(store, today=TODAY, timezone="Europe/Berlin") if f.check == "set_aside"]
    assert (found.fact, found.count, found.total, found.detail) == ("deal", 1, 8, "not_a_number")
    assert found.examples == ("deals.csv:8",)
    bring({**FILES, "deals.csv": FILES["deals.csv"].replace(",x,", ",7,")}, MAPPING)
    later = report(store, today=TODAY, timezone="Europe/Berlin")
    assert not [f for f in later if f.check == "set_aside"]


def test_findings_speak_both_languages_and_give_shares(findings: list[QualityFinding]) -> None:
    assert {f.check for f in findings} == {
        "incomplete", "duplicate", "equal_records", "possible_duplicate", "invalid_number",
        "broken_reference", "date_order", "future_date", "age", "set_aside",
    }  # fmt: skip
    for finding in findings:
        assert finding.text("de") != finding.text("en")
        assert str(finding.count) in finding.text("de")
    company = next(f for f in findings if f.check == "incomplete" and f.fields == ("company",))
    assert company.share == 2 / 7


def test_an_empty_store_has_nothing_to_report(store: Store) -> None:
    assert report(store, today=TODAY, timezone="Europe/Berlin") == []


SHARING = """
name = "sharing"
[[table]]
file = "shares.csv"
fact = "deal_share"
[table.fields]
deal = "deal"
person = "person"
share = {column = "share", read = "plain"}
[[table]]
file = "members.csv"
fact = "membership"
[table.fields]
person = "person"
team = "team"
valid_from = {column = "from", read = "YYYY-MM-DD"}
valid_to = {column = "to", read = "YYYY-MM-DD"}
"""
SHARES = """deal,person,share
whole,ada,0.6
whole,bo,0.4
percent,ada,60
percent,bo,40
thirds,ada,0.333
thirds,bo,0.333
thirds,cy,0.333
half,ada,0.5
double,ada,1
double,bo,1
alone,ada,50
negative,ada,1
negative,bo,-1
"""
MEMBERS = """person,team,from,to
ada,t1,,2025-06-30
ada,t2,2025-07-01,
bo,t1,,2025-07-01
bo,t2,2025-07-01,
cy,t1,2025-01-01,2025-12-31
cy,t1,2025-03-01,
di,t1,,
di,t2,2025-03-01,2025-03-31
"""


def test_odd_shares_and_people_in_two_teams(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Shares may be written of 1 or of 100; two memberships of one team are one."""
    folder = tmp_path_factory.mktemp("sharing")
    with Store(folder / "store.duckdb") as store:
        bring_into(store, folder, {"shares.csv": SHARES, "members.csv": MEMBERS}, SHARING)
        found = report(store, today=TODAY, timezone="Europe/Berlin")
    assert of(found, "odd_shares") == {("deal", ()): (3, 7, ("alone", "double", "half"))}
    assert of(found, "two_teams") == {("membership", ()): (2, 4, ("bo", "di"))}
    texts = [
        f.text(language) for f in found if f.check in ("odd_shares", "two_teams") for language in ("de", "en")
    ]
    assert "3 von 7 geteilten Deals" in texts[0]
    assert "2 of 4 people" in texts[3]


HIERARCHY = """
name = "teams"
[[table]]
file = "teams.csv"
fact = "team"
key = "team"
[table.fields]
name = "team"
parent = "parent"
[[table]]
file = "people.csv"
fact = "person"
key = "person"
[table.fields]
name = "person"
manager = "manager"
"""
TEAMS = "team,parent\nsales,\nnorth,sales\na,b\nb,c\nc,a\nbelow,a\nalone,alone\n"
PEOPLE = "person,manager\nada,bo\nbo,\n"


def test_what_stands_above_itself(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whoever only lies beneath a circle is in none."""
    folder = tmp_path_factory.mktemp("circles")
    with Store(folder / "store.duckdb") as store:
        bring_into(store, folder, {"teams.csv": TEAMS, "people.csv": PEOPLE}, HIERARCHY)
        found = report(store, today=TODAY, timezone="Europe/Berlin")
    assert of(found, "circle") == {("team", ("parent",)): (4, 6, ("a", "alone", "b", "c"))}
    (text,) = [f.text("en") for f in found if f.check == "circle"]
    assert "4 of 6 records are above themselves by parent" in text
