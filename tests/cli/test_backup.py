"""`leitstern backup` and `restore`: a copy that is whole, made while people work, and put back as it was."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from leitstern.cli import run
from leitstern.errors import Problem
from leitstern.lock import writing
from leitstern.upkeep import backup as upkeep
from leitstern.upkeep.copies import LIST

from .conftest import Call
from .separate import HIDDEN, leitstern

#: Writes goals, each with an entry in the log in one transaction, and says the number of each one that is
#: accepted; ends when its input ends.
WRITER = """
import select, sys
import django
django.setup()
from datetime import date
from decimal import Decimal
from django.db import transaction
from leitstern.server import audit
from leitstern.server.models import Account, GoalRow

owner = Account.objects.create_user("writer@example.org", None, name="Anna", person="anna")
while not select.select([sys.stdin], [], [], 0)[0]:
    with transaction.atomic():
        goal = GoalRow.objects.create(
            kpi="won_deals", version=1, subject_type="person", subject_id="anna", start=date(2026, 1, 1),
            end=date(2026, 12, 31), target=Decimal(5), state="accepted", owner=owner, created_by=owner,
        )
        audit.note(owner, "goal.accepted", f"goal:{goal.pk}")
    print(goal.pk, flush=True)
"""


def goals(folder: Path) -> list[tuple[object, ...]]:
    """The goals of a workspace, each as it is stored, and whether the log knows of it."""
    with closing(sqlite3.connect(folder / "app.sqlite3")) as con:
        return con.execute(
            "SELECT g.*, a.id FROM leitstern_goalrow g LEFT JOIN leitstern_auditentry a "
            "ON a.object = 'goal:' || g.id ORDER BY g.id"
        ).fetchall()


def values(folder: Path, call: Call) -> str:
    """Values of an open and a closed month, for everybody."""
    shown = [
        call("-w", folder, "show", "won_value", "big_deals", "--by", by, "--json").out
        for by in ("company", "person")
    ]
    assert json.loads(shown[0])
    return "\n".join(shown)


@pytest.fixture
def made(whole: Path, tmp_path: Path) -> Path:
    """A backup."""
    assert run(["-w", str(whole), "backup", str(tmp_path / "copy")]) == 0
    return tmp_path / "copy"


def test_a_backup_is_made_while_goals_are_written_and_put_back(
    whole: Path, tmp_path: Path, call: Call
) -> None:
    about = {"LEITSTERN_WORKSPACE": str(whole), "DJANGO_SETTINGS_MODULE": "leitstern.server.settings"}
    environment = {name: value for name, value in os.environ.items() if name not in HIDDEN} | about
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    before = [int(writer.stdout.readline()) for _ in range(20)]
    done = call("-w", whole, "backup", tmp_path / "copy")
    after = int(writer.stdout.readline())
    writer.communicate("enough")
    assert done.code == 0, done.err

    restored = call("restore", tmp_path / "copy", tmp_path / "back")
    assert restored.code == 0, restored.out + restored.err
    assert restored.out.count("in order") == 8
    copied, written = goals(tmp_path / "back"), goals(whole)
    assert copied == written[: len(copied)], "what is in the copy is as it was written, without a gap"
    assert {row[0] for row in copied} >= set(before), "whatever was accepted before is in it"
    assert all(row[-1] is not None for row in copied), "each goal came with its entry in the log"
    assert after in {row[0] for row in written}, "writing went on"
    assert values(tmp_path / "back", call) == values(whole, call)
    assert (
        call("-w", tmp_path / "back", "data", "--imports").out == call("-w", whole, "data", "--imports").out
    )


def test_what_is_in_a_backup_and_what_is_not(whole: Path, made: Path) -> None:
    files = json.loads((made / LIST).read_text(encoding="utf-8"))["files"]
    there = {path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file()}
    assert there == {*files, LIST}
    assert {".secret-key", "leitstern.toml", "store.duckdb", "app.sqlite3", "meanings.json"} <= there
    assert {"closed/2026-01.parquet", "closed/2026-01.parquet.sha256", "kpis/big.yaml"} <= there
    assert {name for name in there if name.startswith("generations/")} == {
        "generations/current", "generations/000002.duckdb",
    }  # fmt: skip
    assert "log-ins.txt" not in there
    assert "workspace.lock" not in there


def test_the_key_can_be_left_out(whole: Path, tmp_path: Path, call: Call) -> None:
    done = call("-w", whole, "backup", tmp_path / "copy", "--without-key")
    assert done.code == 0
    assert "keep it apart" in done.err
    assert not (tmp_path / "copy" / ".secret-key").exists()
    assert ".secret-key" in call("restore", tmp_path / "copy", tmp_path / "back").err
    assert not (tmp_path / "back" / ".secret-key").exists()


def test_nothing_is_overwritten(whole: Path, made: Path, tmp_path: Path, call: Call) -> None:
    before = (made / LIST).read_bytes()
    done = call("-w", whole, "backup", made)
    assert done.code == 1
    assert "no backup is overwritten" in done.err
    assert (made / LIST).read_bytes() == before
    assert call("restore", made, whole).code == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine", encoding="utf-8")
    assert "is not empty" in call("restore", made, tmp_path / "other").err
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_an_empty_folder_is_taken(made: Path, tmp_path: Path, call: Call) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    assert call("restore", made, tmp_path / "empty").code == 0
    assert (tmp_path / "empty").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["store.duckdb", "app.sqlite3", "kpis/big.yaml", "leitstern.toml"])
@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_damaged_backup_is_refused(made: Path, tmp_path: Path, name: str, damage: str) -> None:
    file = made / name
    if damage == "gone":
        file.unlink()
    else:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    with pytest.raises(Problem) as problem:
        upkeep.restore(made, tmp_path / "back")
    assert problem.value.code == "upkeep.backup_damaged"
    assert f"1 ({name})" in problem.value.text("en")
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": 1, "files": {"../x": {}}}'])
def test_what_is_no_backup_is_refused(made: Path, tmp_path: Path, text: str) -> None:
    (made / LIST).write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match="no backup"):
        upkeep.restore(made, tmp_path / "back")


def test_a_list_leads_to_no_file_outside(made: Path, tmp_path: Path) -> None:
    told = json.loads((made / LIST).read_text(encoding="utf-8"))
    told["files"]["../outside"] = told["files"]["leitstern.toml"]
    (made / LIST).write_text(json.dumps(told), encoding="utf-8")
    shutil.copy(made / "leitstern.toml", made.parent / "outside")
    with pytest.raises(Problem, match="no backup"):
        upkeep.restore(made, tmp_path / "back")


def test_a_newer_backup_is_refused(made: Path, tmp_path: Path) -> None:
    told = json.loads((made / LIST).read_text(encoding="utf-8"))
    (made / LIST).write_text(json.dumps({**told, "format": 2}), encoding="utf-8")
    with pytest.raises(Problem, match="newer version"):
        upkeep.restore(made, tmp_path / "back")


def test_while_data_are_written_no_backup_is_made(whole: Path, tmp_path: Path, call: Call) -> None:
    with writing(whole, "import"):
        done = call("-w", whole, "backup", tmp_path / "copy")
    assert done.code == 1
    assert "is being written (import" in done.err
    assert list(tmp_path.glob("*copy*")) == []


def test_a_backup_that_breaks_off_leaves_nothing(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(upkeep, "copied_database", full)
    with pytest.raises(Problem) as problem:
        upkeep.backup(whole, tmp_path / "copy")
    assert problem.value.code == "leitstern.disk_full"
    assert list(tmp_path.glob("*copy*")) == []


def test_a_restore_that_breaks_off_leaves_nothing(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(upkeep, "end_sessions", full)
    with pytest.raises(Problem):
        upkeep.restore(made, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_a_damaged_application_database_is_told(whole: Path, tmp_path: Path) -> None:
    (whole / "app.sqlite3").write_bytes(b"SQLite format 3\0" + bytes(5000))
    with pytest.raises(Problem, match="leitstern verify"):
        upkeep.backup(whole, tmp_path / "copy")


def test_log_ins_of_the_time_of_the_backup_end(whole: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(whole / "app.sqlite3")) as con:
        con.execute("INSERT INTO django_session VALUES ('key', 'data', '2099-01-01')")
        con.commit()
    upkeep.backup(whole, tmp_path / "copy")
    upkeep.restore(tmp_path / "copy", tmp_path / "back")
    with closing(sqlite3.connect(tmp_path / "back" / "app.sqlite3")) as con:
        assert con.execute("SELECT count(*) FROM django_session").fetchone() == (0,)


def test_a_database_elsewhere_is_not_forgotten_silently(
    whole: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEITSTERN_DATABASE", "postgresql://leitstern@localhost/leitstern")
    refused = call("-w", whole, "backup", tmp_path / "copy")
    assert refused.code == 1
    assert "pg_dump" in refused.err
    done = call("-w", whole, "backup", tmp_path / "copy", "--without-database")
    assert done.code == 0
    assert "WITHOUT accounts" in done.err
    assert not (tmp_path / "copy" / "app.sqlite3").exists()
    monkeypatch.delenv("LEITSTERN_DATABASE")
    assert "pg_restore" in call("restore", tmp_path / "copy", tmp_path / "back").err


def test_a_damaged_workspace_is_told_after_the_restore(whole: Path, tmp_path: Path) -> None:
    (whole / "mappings" / "crm.toml").write_text("not = [", encoding="utf-8")
    upkeep.backup(whole, tmp_path / "copy")
    done = leitstern(tmp_path, "restore", str(tmp_path / "copy"), str(tmp_path / "back"))
    assert done.returncode == 1
    assert "mappings/crm.toml" in done.stdout
