"""Records that a newer full export lacks are said, and count on; a part of an export says nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.facts.conftest import all_rows

from leitstern.facts.model import FACTS
from leitstern.facts.quality import report
from leitstern.facts.receipts import Receipt
from leitstern.facts.store import Store, stored_facts

Bring = Callable[..., Receipt]

MAPPING = """
name = "crm"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "id"
[table.fields]
created_at = {column = "day", read = "YYYY-MM-DD"}
amount = {column = "amount", read = "plain"}
"""


def deals(*days: str, amount: int = 5) -> str:
    """A file with a deal for each day; the day is its key, too."""
    return "id;day;amount\n" + "".join(f"{day};2026-{day};{amount}\n" for day in days)


def gone(store: Store) -> list[str]:
    found = [f for f in report(store, today=date(2026, 6, 1), timezone="Europe/Berlin") if f.check == "gone"]
    assert len(found) <= 1
    return list(found[0].examples) if found else []


MISSING = [
    # the first file, the second, what is missing then
    (["01-05", "01-06"], ["01-06"], ["01-05"]),
    (["01-05", "01-06"], ["01-05"], ["01-06"]),
    (["01-05", "01-06", "02-01", "03-01"], ["01-05", "02-01", "03-01", "04-01"], ["01-06"]),
    (["01-05", "02-01", "03-01"], ["01-05", "02-01", "02-20"], ["03-01"]),
    (["01-05", "01-06"], ["01-05", "01-06", "01-07"], []),
    # what is new only, what changed only: parts
    (["01-05", "01-06"], ["01-07", "01-08"], []),
    ([f"01-{d:02}" for d in range(1, 25)], ["01-02", "01-20", "01-30"], []),
    # the last months only: what lies before them has not gone
    (["01-05", "02-01", "03-01"], ["02-01", "03-01", "04-01"], []),
    (["01-05", "02-01", "03-01", "03-05"], ["02-01", "03-05", "04-01"], ["03-01"]),
]


@pytest.mark.parametrize(("first", "second", "missing"), MISSING)
def test_what_a_newer_file_lacks(
    bring: Bring, store: Store, first: list[str], second: list[str], missing: list[str]
) -> None:
    assert bring({"deals.csv": deals(*first)}, MAPPING).notes == ()
    receipt = bring({"deals.csv": deals(*second, amount=7)}, MAPPING)
    assert gone(store) == missing
    assert len(receipt.notes) == bool(missing)
    assert all(key in receipt.notes[0] for key in missing)
    assert {key for (key,) in all_rows(store, "deal", "key")} == {*first, *second}


def test_a_record_that_comes_back_has_not_gone(bring: Bring, store: Store) -> None:
    bring({"deals.csv": deals("01-05", "01-06")}, MAPPING)
    bring({"deals.csv": deals("01-06")}, MAPPING)
    assert gone(store) == ["01-05"]
    bring({"deals.csv": deals("01-06", amount=8)}, MAPPING)
    assert gone(store) == ["01-05"]  # said as long as it is so
    bring({"deals.csv": deals("01-05", "01-06", amount=9)}, MAPPING)
    assert gone(store) == []


def test_rows_that_are_set_aside_or_in_another_file_of_the_import_are_there(
    bring: Bring, store: Store
) -> None:
    bring({"deals.csv": deals("01-05", "01-06", "01-07")}, MAPPING)
    broken = deals("01-06").replace(";5", ";x") + "01-05;2026-01-05;6\n"
    bring({"deals_a.csv": broken, "deals_b.csv": deals("01-07")}, MAPPING)
    assert gone(store) == []


def test_files_of_another_time_or_sort_are_not_compared(bring: Bring, store: Store) -> None:
    """One file a year, and each may be sent again with corrections."""
    old, new = [f"01-{d:02}" for d in range(1, 20)], [f"03-{d:02}" for d in range(1, 20)]
    bring({"deals_2024.csv": deals(*old)}, MAPPING)
    bring({"deals_2025.csv": deals(*new)}, MAPPING)
    assert bring({"deals_2024.csv": deals(*old, amount=6)}, MAPPING).notes == ()
    bring({"others.csv": deals("01-30")}, MAPPING.replace("deals*", "others"))
    assert gone(store) == []


REQUIRED = {
    "time": "2026-01-05",
    "day": "2026-01-05",
    "ref": "x",
    "text": "EUR",
    "money": "5",
    "number": "0.5",
}


@pytest.mark.parametrize("fact", [fact.name for fact in stored_facts()])
def test_every_fact_with_keys_says_so(bring: Bring, store: Store, fact: str) -> None:
    fields = [f for f in FACTS[fact].fields if f.required] or [FACTS[fact].fields[0]]
    lines = "\n".join(f'{f.name} = "{f.name}"' for f in fields)
    head = f'file = "t.csv"\nfact = "{fact}"\nkey = "key"'
    mapping = f'name = "t"\n[[table]]\n{head}\n[table.fields]\n{lines}\n'
    values = ";".join(REQUIRED.get(f.kind, "") for f in fields)
    columns = ";".join(["key", *(f.name for f in fields)])
    bring({"t.csv": f"{columns}\na;{values}\nb;{values}\n"}, mapping)
    receipt = bring({"t.csv": f"{columns}\nb;{values}\n"}, mapping)
    assert len(receipt.notes) == 1
    assert gone(store) == ["a"]
    assert store.count(fact) == 2
