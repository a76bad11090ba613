"""A workspace's files are its owner's alone, also where the machine makes files that everybody can read."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import leitstern
from leitstern import private

from . import separate


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Files can be read by everybody, if nobody says otherwise; as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """What others may do anything with."""
    paths = [folder, *folder.rglob("*")]
    return [str(path) for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077]


def _prepare(folder: Path) -> None:
    """What `serve` does before it answers, as it does it."""
    script = "import sys; from leitstern import private; from leitstern.server.prepare import prepare; "
    script += "from pathlib import Path; private.from_now_on(); prepare(Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)


def test_a_new_workspace_is_its_owners_alone(tmp_path: Path, files: Path) -> None:
    folder = tmp_path / "acme"
    steps = (
        ("init", str(folder)),
        ("import", str(files / "deals.csv"), "--mapping", str(files / "crm.toml")),
        ("refresh",),
        ("close", "2026-01", "--by", "Anna"),
        ("backup", str(tmp_path / "copy")),
        ("restore", str(tmp_path / "copy"), str(tmp_path / "back")),
    )
    for step in steps:
        if step[0] == "backup":
            _prepare(folder)
        done = separate.leitstern(folder, *step)
        assert done.returncode == 0, done.stderr
    made = {path.relative_to(folder).parts[0] for path in folder.rglob("*")}
    assert made >= {"store.duckdb", "raw", "generations", "closed", "mappings", "app.sqlite3", ".secret-key"}
    assert open_to_others(folder) == []
    assert open_to_others(tmp_path / "copy") == []
    assert open_to_others(tmp_path / "back") == []


def test_a_workspace_made_in_python_is_closed_at_its_door(tmp_path: Path) -> None:
    made = leitstern.init(tmp_path / "acme")
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700


def opened(folder: Path) -> Path:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def test_an_older_workspace_is_repaired(whole: Path) -> None:
    before = len(open_to_others(opened(whole)))
    assert before > 20
    assert len(private.repair(whole)) == before
    assert open_to_others(whole) == []
    assert private.repair(whole) == []
    assert separate.leitstern(whole, "verify").returncode == 0


def test_a_link_leads_to_what_is_not_ours(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o755)
    (tmp_path / "theirs" / "kpi.yaml").touch(mode=0o644)
    shutil.rmtree(whole / "kpis")
    (whole / "kpis").symlink_to(tmp_path / "theirs")
    private.repair(whole)
    assert stat.S_IMODE((tmp_path / "theirs" / "kpi.yaml").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "theirs").stat().st_mode) == 0o755


def test_whoever_was_let_in_to_deliver_still_delivers_and_sees_nothing(whole: Path) -> None:
    (whole / "inbox" / "crm").mkdir(parents=True)
    (whole / "inbox" / "crm").chmod(0o773)
    private.repair(opened_but_inbox(whole))
    assert stat.S_IMODE(whole.stat().st_mode) == 0o711
    assert stat.S_IMODE((whole / "inbox" / "crm").stat().st_mode) == 0o773
    others = [path for path in open_to_others(whole) if "inbox" not in path]
    assert others == [str(whole)]
    (whole / "inbox" / "crm").chmod(0o700)
    private.repair(whole)
    assert stat.S_IMODE(whole.stat().st_mode) == 0o700


def opened_but_inbox(folder: Path) -> Path:
    for path in (folder, *folder.rglob("*")):
        if "inbox" not in path.parts:
            path.chmod(0o755 if path.is_dir() else 0o644)
    return folder
