"""An import is taken back: what it brought goes, what it changed or deleted is again as it was."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import leitstern
from leitstern.errors import Problem
from leitstern.workspace import Workspace

MAPPING = """
name = "Deals"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "id"
deleted = {column = "state", in = "deleted"}
[table.fields]
name = "name"
amount = {column = "amount", read = "plain"}
"""
JANUARY = "id,name,amount,state\nD1,Pump,100,ok\nD2,Valve,50,ok\nD3,Pipe,10,ok\n"
FEBRUARY = (
    "id,name,amount,state\nD1,Pump,120,ok\nD2,Valve,50,ok\nD3,Pipe,10,deleted\nD4,Seal,7,ok\nD5,Ring,x,ok\n"
)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = leitstern.init(tmp_path / "w", language="en")
    (found.folder / "mappings" / "deals.toml").write_text(MAPPING, encoding="utf-8")
    return found


def take(workspace: Workspace, content: str, name: str = "deals.csv") -> int:
    file = workspace.folder.parent / name
    file.write_text(content, encoding="utf-8")
    batch = workspace.import_files([file]).batch
    assert batch is not None
    return batch


def stored(workspace: Workspace) -> list[tuple[object, ...]]:
    with duckdb.connect(str(workspace.folder / "store.duckdb"), read_only=True) as con:
        return con.execute('SELECT key, name, amount, batch, source_row FROM "deal" ORDER BY key').fetchall()


def test_all_is_as_it_was_before(workspace: Workspace) -> None:
    take(workspace, JANUARY)
    before = stored(workspace)
    second = take(workspace, FEBRUARY)
    assert [row[0] for row in stored(workspace)] == ["D1", "D2", "D4"]
    workspace.undo_import(second)
    assert stored(workspace) == before
    assert [r.batch for r in workspace.receipts()] == [1]
    assert workspace.set_aside() == []


def test_it_can_be_imported_again(workspace: Workspace) -> None:
    take(workspace, JANUARY)
    workspace.undo_import(take(workspace, FEBRUARY))
    take(workspace, FEBRUARY)
    assert [row[0] for row in stored(workspace)] == ["D1", "D2", "D4"]
    assert len(workspace.receipts()) == 2


def test_one_import_with_two_files_for_the_same_record(workspace: Workspace) -> None:
    take(workspace, JANUARY)
    before = stored(workspace)
    folder = workspace.folder.parent / "both"
    folder.mkdir()
    (folder / "deals_a.csv").write_text("id,name,amount,state\nD1,Pump,120,ok\nD9,New,1,ok\n")
    (folder / "deals_b.csv").write_text("id,name,amount,state\nD1,Pump,130,deleted\nD9,New,2,ok\n")
    batch = workspace.import_files([folder]).batch
    assert batch is not None
    workspace.undo_import(batch)
    assert stored(workspace) == before


def test_a_later_import_of_the_same_records_goes_first(workspace: Workspace) -> None:
    first, second = take(workspace, JANUARY), take(workspace, FEBRUARY)
    third = take(workspace, "id,name,amount,state\nD8,Bolt,1,ok\n", "deals_bolts.csv")
    with pytest.raises(Problem, match=r"deals\.csv.*2 records"):
        workspace.undo_import(first)
    workspace.undo_import(second)
    workspace.undo_import(first)
    assert [(row[0], row[3]) for row in stored(workspace)] == [("D8", third)]


def test_what_is_no_import_is_refused(workspace: Workspace) -> None:
    first = take(workspace, JANUARY)
    with pytest.raises(Problem, match="no import with the number 7"):
        workspace.undo_import(7)
    workspace.undo_import(first)
    with pytest.raises(Problem, match="taken back already"):
        workspace.undo_import(first)


def test_imports_from_before_rows_were_kept_stay(workspace: Workspace) -> None:
    first = take(workspace, JANUARY)
    with duckdb.connect(str(workspace.folder / "store.duckdb")) as con:
        con.execute("DROP TABLE kept")
        con.execute("DROP TABLE before_deal")
    second = take(workspace, FEBRUARY)
    with pytest.raises(Problem, match="cannot be taken back"):
        workspace.undo_import(first)
    workspace.undo_import(second)
    assert [row[0] for row in stored(workspace)] == ["D1", "D2", "D3"]


def test_values_follow_with_the_next_generation(workspace: Workspace) -> None:
    take(workspace, JANUARY)
    second = take(workspace, FEBRUARY)
    workspace.refresh()
    assert not workspace.newer_data()
    workspace.undo_import(second)
    assert workspace.newer_data()
    workspace.refresh()
    assert workspace.facts("deal", "amount").num_rows == 3
