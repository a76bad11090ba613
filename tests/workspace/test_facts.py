"""Records of a fact as a table: references as keys, days in the workspace's zone, money in its currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import leitstern
from leitstern.errors import Problem
from leitstern.workspace import Workspace

DEALS = """id;name;owner;amount;currency;status;created_at;closed_at
D1;First;P1;1.000,50;EUR;won;2026-02-01 23:30;2026-03-10 09:00
D2;Second;P2;200;EUR;open;2026-02-05 08:00;
D3;Third;;300;EUR;lost;2026-02-06 08:00;2026-03-01 08:00
"""
PEOPLE = """id;name
P1;Ada
P2;Bo
"""
TEAMS = """id;name
T1;One
T2;Two
"""
MEMBERSHIPS = """person_id;team_id;valid_from;valid_to
P1;T1;2026-01-01;2026-02-28
P1;T2;2026-03-01;
P2;T1;2026-01-01;
"""


MAPPING = """
name = "people in teams"
[[table]]
file = "membership.csv"
fact = "membership"
key = ["person_id", "team_id"]
[table.fields]
person = "person_id"
team = "team_id"
valid_from = "valid_from"
valid_to = "valid_to"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = leitstern.init(tmp_path / "workspace", timezone="Europe/Berlin", currency="EUR")
    mapping = tmp_path / "membership.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    facts = {"person": PEOPLE, "team": TEAMS, "membership": MEMBERSHIPS, "deal": DEALS}
    for fact, text in facts.items():
        file = tmp_path / f"{fact}.csv"
        file.write_text(text, encoding="utf-8")
        if fact == "membership":
            receipt = made.import_files([file], mapping=mapping)
        else:
            receipt = made.import_files([file], fact=fact)
        assert receipt.total("loaded") == text.count("\n") - 1, fact
    made.refresh()
    return made


def test_records_come_as_written(workspace: Workspace) -> None:
    found = workspace.facts("deal", "owner", "amount", "status", "created_at", "closed_at", "is_first")
    assert found.to_pylist() == [
        {
            "key": "D1", "owner": "P1", "amount": Decimal("1000.5000"), "status": "won",
            "created_at": date(2026, 2, 1), "closed_at": date(2026, 3, 10), "is_first": False,
        },
        {
            "key": "D2", "owner": "P2", "amount": Decimal("200.0000"), "status": "open",
            "created_at": date(2026, 2, 5), "closed_at": None, "is_first": False,
        },
        {
            "key": "D3", "owner": None, "amount": Decimal("300.0000"), "status": "lost",
            "created_at": date(2026, 2, 6), "closed_at": date(2026, 3, 1), "is_first": False,
        },
    ]  # fmt: skip


def test_the_team_is_that_of_the_date(workspace: Workspace) -> None:
    found = workspace.facts("deal", "team@created_at", "team@closed_at", "person@created_at").to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("D1", "T1", "T2", "P1"), ("D2", "T1", None, "P2"), ("D3", None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "field"), [("deal", "salary"), ("deal", "team@name"), ("nothing", "name"), ("deal", "x@y")]
)
def test_what_there_is_not_is_said(workspace: Workspace, fact: str, field: str) -> None:
    with pytest.raises(Problem) as refused:
        workspace.facts(fact, field)
    assert refused.value.code == "engine.no_field"
