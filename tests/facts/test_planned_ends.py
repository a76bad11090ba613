"""One date for when a deal closed and for when it shall close: of open deals it is the plan."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.facts.conftest import all_rows

from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store

Bring = Callable[..., Receipt]

DEALS = """
name = "deals"
[[table]]
file = "deals.csv"
fact = "deal"
key = "no"
[table.fields]
closed_at = {column = "close", read = "YYYY-MM-DD"}
status = {column = "state", values = {W = "won", L = "lost", O = "open"}, others = "keep"}
"""
FIELDS = ("key", "status", "closed_at", "expected_close_at")


def deals(store: Store) -> list[tuple[str, ...]]:
    """Key, status, moment of the end in UTC, planned day."""
    return [tuple(str(cell) for cell in row) for row in all_rows(store, "deal", *FIELDS)]


def test_an_open_deal_stays_open_whatever_day_its_close_date_is(bring: Bring, store: Store) -> None:
    text = (
        "no;close;state\n1;2026-02-03 10:00;W\n2;2026-02-04 23:30;L\n"
        "3;2026-02-05 23:30;O\n4;2027-03-06;O\n5;2026-02-07;\n"
    )
    receipt = bring({"deals.csv": text}, DEALS)
    assert deals(store) == [
        ("1", "won", "2026-02-03 09:00:00", "None"),
        ("2", "lost", "2026-02-04 22:30:00", "None"),
        ("3", "open", "None", "2026-02-05"),
        ("4", "open", "None", "2027-03-06"),
        ("5", "None", "2026-02-06 23:00:00", "None"),
    ]
    assert receipt.tables[0].planned == 2
    assert receipt.notes == (
        "deals.csv: “close” is taken for the planned closing of open deals (2); they stay open.",
    )


def test_a_plan_of_its_own_is_kept_and_a_deal_that_is_won_later_gets_its_end(
    bring: Bring, store: Store
) -> None:
    more = DEALS + 'expected_close_at = "plan"\n'
    bring({"deals.csv": "no;close;state;plan\n1;2026-02-03;O;2026-05-05\n2;2026-02-04;O;\n"}, more)
    assert [row[2:] for row in deals(store)] == [
        ("None", "2026-05-05"), ("None", "2026-02-04"),
    ]  # fmt: skip
    bring({"deals.csv": "no;close;state;plan\n1;2026-02-03;W;2026-05-05\n"}, more)
    assert deals(store)[0] == ("1", "won", "2026-02-02 23:00:00", "2026-05-05")


def test_the_end_can_stand_in_one_of_several_columns(bring: Bring, store: Store) -> None:
    several = DEALS.replace('{column = "close", read', '{first_of = ["won on", "lost on"], read')
    text = "no;won on;lost on;state\n1;2026-02-03;;W\n2;;2026-02-04;L\n3;;;O\n"
    bring({"deals.csv": text}, several)
    assert [row[2] for row in deals(store)] == [
        "2026-02-02 23:00:00", "2026-02-03 23:00:00", "None",
    ]  # fmt: skip


@pytest.mark.parametrize(("whole", "chance"), [("1", 1.0), ("100", 0.01)])
def test_a_mapping_can_say_what_a_whole_chance_is(
    bring: Bring, store: Store, whole: str, chance: float
) -> None:
    more = DEALS + f'probability = {{column = "chance", scale = {whole}}}\n'
    bring({"deals.csv": "no;close;state;chance\n1;2026-02-03;O;1\n"}, more)
    ((found,),) = all_rows(store, "deal", "probability")
    assert float(str(found)) == chance


def test_the_currency_of_the_whole_installation_is_the_company_s(bring: Bring, store: Store) -> None:
    more = DEALS + 'currency = "cur"\n'
    bring({"deals.csv": "no;close;state;cur\n1;2026-02-03;W;-99\n2;2026-02-03;W;chf\n"}, more)
    assert all_rows(store, "deal", "currency") == [(None,), ("CHF",)]


SPLIT = """
name = "report"
[[table]]
file = "report.csv"
fact = "touchpoint"
part = "{kind}"
[table.fields]
kind = {value = "{kind}"}
quantity = "{column}"
at = "day"
"""


def test_tables_made_of_the_same_rows_do_not_overwrite_each_other(bring: Bring, store: Store) -> None:
    text = "day;clicks;views\n2026-02-03;5;100\n"
    for kind, column in (("click", "clicks"), ("impression", "views")):
        said = SPLIT.replace("{kind}", kind).replace("{column}", column)
        bring({"report.csv": text}, said)
    assert sorted(all_rows(store, "touchpoint", "kind", "quantity")) == [("click", 5), ("impression", 100)]
