"""`leitstern audit`: the log of changes is checked, and its head is kept elsewhere."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .separate import in_database, leitstern

NOTES = """
from leitstern.server import audit
for number in range(4):
    audit.note(None, "goal.offered", f"goal:{number}", {"target": 1.5}, None)
"""


@pytest.fixture
def logged(whole: Path) -> Path:
    """A workspace with four entries in its log."""
    in_database(whole, NOTES)
    return whole


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "app.sqlite3")) as con, con:
        con.execute(statement)


def test_the_log_as_it_was_written(logged: Path) -> None:
    head = leitstern(logged, "audit", "head").stdout.strip()
    assert head.startswith("4:")
    done = leitstern(logged, "audit", "verify", "--head", head)
    assert done.returncode == 0
    assert done.stdout == f"The log of changes is as it was written: 4 entries, head {head}\n"


def test_an_entry_that_was_changed_in_the_database(logged: Path) -> None:
    head = leitstern(logged, "audit", "head").stdout.strip()
    change(logged, "UPDATE leitstern_auditentry SET before = '{\"target\": 2}' WHERE object = 'goal:1'")
    done = leitstern(logged, "audit", "verify")
    assert done.returncode == 1
    assert "ALTERED: entry 2 " in done.stdout
    change(logged, "DELETE FROM leitstern_auditlink")
    change(logged, "DELETE FROM leitstern_auditentry WHERE object = 'goal:3'")
    anew = leitstern(logged, "audit", "verify", "--head", head)
    assert anew.returncode == 1
    assert "had 4 entries already and has fewer now" in anew.stdout


def test_what_is_no_head(logged: Path) -> None:
    done = leitstern(logged, "audit", "verify", "--head", "4:zzz")
    assert done.returncode == 1
    assert "audit head" in done.stderr


def test_without_a_log(workspace: Path) -> None:
    done = leitstern(workspace, "audit", "verify")
    assert done.returncode == 1
    assert "There is no log of changes here yet" in done.stderr
    assert not (workspace / "app.sqlite3").exists()
