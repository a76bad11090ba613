"""From the rows of a file to what counts where, through the workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

import leitstern
from leitstern.workspace import Workspace

DEALS = """Deal,Owner,Amount,Currency,Status,Created,Closed
D1,Kim,1000,EUR,won,2026-01-05,2026-01-20
D2,Kim,500,CHF,won,2026-01-06,2026-01-21
D3,Lou,70,EUR,won,2026-01-07,
D4,Kim,x,EUR,won,2026-01-07,2026-01-22
"""
MAPPING = """
name = "crm"

[[table]]
file = "deals*.csv"
fact = "deal"
key = "Deal"

[table.fields]
owner = "Owner"
amount = {column = "Amount", read = "plain"}
currency = "Currency"
status = {column = "Status", values = {won = "won", lost = "lost"}}
created_at = {column = "Created", read = "YYYY-MM-DD"}
closed_at = {column = "Closed", read = "YYYY-MM-DD"}

[[table]]
file = "staff.csv"
fact = "membership"
key = "Person"

[table.fields]
person = "Person"
team = "Team"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "crm.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    (tmp_path / "staff.csv").write_text("Person,Team\nKim,North\nKim,South\n", encoding="utf-8")
    made = leitstern.init(tmp_path / "firm", language="en")
    made.import_files([tmp_path / "deals.csv", tmp_path / "staff.csv"], mapping=tmp_path / "crm.toml")
    return made


def test_an_account_leads_from_the_rows_to_what_counts(workspace: Workspace) -> None:
    before = workspace.account()
    assert [(t.file, t.fact, t.rows_read, t.loaded, t.rows_set_aside) for t in before.tables] == [
        ("deals.csv", "deal", 4, 3, 1),
        ("staff.csv", "membership", 2, 1, 1),
    ]
    assert not before.built
    assert before.facts == ()
    workspace.refresh()
    account = workspace.account()
    assert account.built
    deals = account.of("deal")
    assert deals is not None
    assert deals.text("en") == "3 deals: 3 won"
    assert [one.text("de") for one in (*deals.nowhere, *deals.partly)] == [
        "1 in einer Währung ohne Wechselkurs (CHF): in keiner Kennzahl",
        "1 gewonnen ohne Abschlussdatum: in keinem Monat, und offen auch nicht",
        "Zuständiger: 2 nur dem Namen nach bekannt (Kim, Lou), denn eine Personalliste fehlt; Datensätze: 2",
    ]
    (record,) = workspace.account_records(deals.nowhere[0])
    assert (record.key, record.person, str(record.day)) == ("D2", "Kim", "2026-01-06")
    memberships = account.of("membership")
    assert memberships is not None
    assert (memberships.delivered, memberships.counted) == (1, 1)


def test_an_account_of_one_import_names_its_files_only(workspace: Workspace, tmp_path: Path) -> None:
    workspace.refresh()
    (tmp_path / "deals_2.csv").write_text(DEALS.replace("CHF", "EUR"), encoding="utf-8")
    batch = workspace.import_files([tmp_path / "deals_2.csv"]).batch
    (table,) = workspace.account(batch).tables
    assert (table.file, table.loaded, table.updated, table.unchanged) == ("deals_2.csv", 0, 1, 2)
    assert not workspace.account(batch).built
    assert workspace.account(1).built  # the generation at hand holds it
    workspace.refresh()
    after = workspace.account(batch)
    assert [one.fact for one in after.facts] == ["deal"]
    assert after.facts[0].nowhere == ()


def test_without_data_there_is_nothing_to_account_for(tmp_path: Path) -> None:
    account = leitstern.init(tmp_path / "firm").account()
    assert (account.tables, account.facts, account.built) == ((), (), False)
