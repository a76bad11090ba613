"""`leitstern verify`: whatever is damaged is named, with what to do, and never ends in an error."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from leitstern.cli import run
from leitstern.upkeep import databases, files
from leitstern.upkeep.found import Part
from leitstern.upkeep.verify import verify

from .conftest import Call

#: One file of each kind, by the part that `verify` counts it to.
FILES = {
    "settings": "leitstern.toml",
    "kpis": "kpis/big.yaml",
    "meanings": "meanings.json",
    "mappings": "mappings/crm.toml",
    "account": "raw/*.json",
    "raw": "raw/*.parquet",
    "store": "store.duckdb",
    "closed": "closed/2026-01.parquet",
    "sum": "closed/2026-01.parquet.sha256",
    "generations": "generations/000002.duckdb",
    "current": "generations/current",
    "database": "app.sqlite3",
}
PART = {"meanings": "kpis", "account": "raw", "sum": "closed", "current": "generations"}


def cut(content: bytes) -> bytes:
    """What a full disk or a broken copy leaves."""
    return content[: min(20, len(content) // 2)]


def garbled(content: bytes) -> bytes:
    """Other bytes in ten places."""
    noise, changed = random.Random(7), bytearray(content)
    step = max(1, len(content) // 10)
    for place in range(0, len(content), step):
        changed[place : place + 64] = noise.randbytes(len(changed[place : place + 64]))
    return bytes(changed)


def emptied(_content: bytes) -> bytes:
    """What a power cut leaves of a file that was not written through."""
    return b""


def damaged(folder: Path) -> dict[str, list[str]]:
    """The places that are damaged, by part."""
    return {part.name: [d.place for d in part.damages] for part in verify(folder) if part.damages}


def test_a_whole_workspace_is_in_order(whole: Path, call: Call) -> None:
    done = call("-w", whole, "verify")
    assert done.code == 0, done.out
    assert len(done.out.splitlines()) == 8
    assert done.out.count("in order") == 8
    parts = json.loads(call("-w", whole, "verify", "--json").out)
    assert {one["part"]: one["checked"] for one in parts} == {
        "settings": 1, "kpis": 2, "mappings": 1, "raw": 1, "store": 1, "closed": 1, "generations": 2,
        "database": 1,
    }  # fmt: skip


def test_nothing_is_changed_by_looking(whole: Path) -> None:
    def state() -> dict[str, str]:
        files = (file for file in whole.rglob("*") if file.is_file())
        return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}

    (whole / ".secret-key").unlink()
    before = state()
    assert run(["-w", str(whole), "verify"]) == 0
    assert state() == before


def test_an_empty_workspace_is_in_order(workspace: Path, call: Call) -> None:
    done = call("-w", workspace, "verify", "--format", "csv")
    assert done.code == 0
    assert "store,none,0" in done.out


@pytest.mark.parametrize("damage", [cut, garbled, emptied])
@pytest.mark.parametrize("kind", FILES)
def test_damage_is_named(whole: Path, kind: str, damage: Callable[[bytes], bytes]) -> None:
    if kind == "kpis" and damage is emptied:
        damage = cut  # a KPI file without a KPI is none
    file = next(whole.glob(FILES[kind]))
    file.write_bytes(damage(file.read_bytes()))
    name = PART.get(kind, kind)
    part: Part = getattr(databases if hasattr(databases, name) else files, name)(whole)
    assert part.state == "damaged"
    assert file.relative_to(whole).as_posix() in [d.place for d in part.damages]


def test_it_is_said_where_what_and_what_to_do(whole: Path, call: Call) -> None:
    (whole / "app.sqlite3").write_bytes(b"")
    (whole / "generations" / "000002.duckdb").write_bytes(b"")
    assert damaged(whole) == {"generations": ["generations/000002.duckdb"], "database": ["app.sqlite3"]}
    for language, word, what in (
        ("de", "BESCHÄDIGT", "lässt sich nicht lesen"),
        ("en", "DAMAGED", "cannot be read"),
    ):
        done = call("--language", language, "-w", whole, "verify")
        assert done.code == 1
        assert done.err == ""
        assert f"  generations/000002.duckdb: {what} (" in done.out
        assert "  app.sqlite3: " in done.out
        assert done.out.count(word) == done.out.count("  → ") == 2
        assert "leitstern refresh" in done.out


@pytest.mark.parametrize("kind", ["raw", "store", "closed", "generations"])
def test_what_is_gone_is_missed(whole: Path, kind: str) -> None:
    file = next(whole.glob(FILES[kind]))
    file.unlink()
    assert list(damaged(whole)) == [kind]


def test_a_raw_table_that_was_written_anew_is_not_the_one_that_was_landed(whole: Path) -> None:
    file = next((whole / "raw").glob("*.parquet"))
    table = pq.read_table(file)
    pq.write_table(table, file)  # the same rows in other bytes
    assert list(damaged(whole)) == ["raw"]
    account = file.with_suffix(".json")
    told = json.loads(account.read_text(encoding="utf-8"))
    del told["tables"][0]["sha256"]  # as older versions wrote it: rows are counted
    account.write_text(json.dumps(told), encoding="utf-8")
    assert damaged(whole) == {}
    pq.write_table(table.slice(1), file)
    assert list(damaged(whole)) == ["raw"]


def test_a_generation_whose_rows_were_changed_does_not_match_its_fingerprints(whole: Path) -> None:
    with duckdb.connect(str(whole / "generations" / "000002.duckdb")) as con:
        con.execute("UPDATE deal SET amount = amount + 1 WHERE key = 'D1'")
    [found] = databases.generations(whole).damages
    assert (found.place, found.code) == ("generations/000002.duckdb", "fingerprints")
    assert found.found >= 2  # the months of both dates, and the whole


def test_an_application_database_that_nobody_used_is_none(workspace: Path) -> None:
    with closing(sqlite3.connect(workspace / "app.sqlite3")) as con:
        con.execute("PRAGMA journal_mode=WAL")
    assert (workspace / "app.sqlite3").stat().st_size > 0
    assert databases.database(workspace).state == "none"
    (workspace / "app.sqlite3").write_bytes(b"")
    assert databases.database(workspace).state == "damaged"


def test_an_application_database_of_a_newer_program_is_told(whole: Path, call: Call) -> None:
    with closing(sqlite3.connect(whole / "app.sqlite3")) as con:
        con.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('leitstern', '9999_x', 'now')"
        )
        con.commit()
    done = call("-w", whole, "verify")
    assert done.code == 1
    assert "app.sqlite3: was made by a newer version of the program (leitstern.9999_x)" in done.out


def test_an_application_database_without_a_column_is_told(whole: Path, call: Call) -> None:
    with closing(sqlite3.connect(whole / "app.sqlite3")) as con:
        con.execute("ALTER TABLE leitstern_auditentry DROP COLUMN before")
        con.commit()
    done = call("-w", whole, "verify")
    assert done.code == 1
    assert "leitstern_auditentry.before" in done.out


def test_an_application_database_from_before_is_brought_up_to_date_later(whole: Path, call: Call) -> None:
    with closing(sqlite3.connect(whole / "app.sqlite3")) as con:
        con.execute("DELETE FROM django_migrations WHERE app = 'leitstern' AND name LIKE '0006%'")
        con.commit()
    done = call("-w", whole, "verify")
    assert done.code == 0
    assert "the next start" in done.out


HOLDER = """
import sys
from pathlib import Path
from leitstern.facts.store import Store
with Store(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_while_an_import_is_running_the_store_is_not_called_damaged(whole: Path, call: Call) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(whole / "store.duckdb")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        done = call("-w", whole, "verify")
        assert done.code == 0
        assert "not checked: it is being written" in done.out
    finally:
        holder.communicate()


def test_where_there_is_no_workspace(tmp_path: Path, call: Call) -> None:
    done = call("-w", tmp_path, "verify")
    assert done.code == 1
    assert str(tmp_path) in done.err
