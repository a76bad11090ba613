"""The Python way: open, import, refresh, compute."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import leitstern
from leitstern.errors import Problem
from leitstern.workspace import Workspace

DEALS = """\
id,owner,amount,status,created_at,closed_at
D1,anna,1200.50,won,2026-01-01,2026-01-15
D2,ben,800.00,lost,2026-01-03,2026-02-20
D3,anna,5000.00,open,2026-02-04,
D4,,300.00,won,2026-02-25,2026-02-28
"""

MAPPING = """\
name = "CRM"
[[table]]
file = "deals*.csv"
fact = "deal"
key = "id"
[table.fields]
owner = "owner"
amount = {column = "amount", read = "plain"}
status = {column = "status", values = {won = "won", lost = "lost", open = "open"}}
created_at = "created_at"
closed_at = "closed_at"
"""

#: An import that is killed at its last step, when everything is read and the transaction is open.
KILLED = """
import os, signal, sys
import leitstern

def progress(step, done, total):
    if "deal" in step and "→" in step:
        os.kill(os.getpid(), signal.SIGKILL)

leitstern.open(sys.argv[1]).import_files([sys.argv[2]], progress=progress)
"""

#: A refresh that is killed while the new generation is being written.
KILLED_REFRESH = """
import os, signal, sys
import leitstern

leitstern.open(sys.argv[1]).refresh(progress=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "deals.csv"
    path.write_text(DEALS, encoding="utf-8")
    return path


@pytest.fixture
def workspace(tmp_path: Path, export: Path) -> Workspace:
    """A workspace with a mapping of its own, four deals and a generation."""
    made = leitstern.init(tmp_path / "acme", language="en")
    (tmp_path / "acme" / "mappings" / "crm.toml").write_text(MAPPING, encoding="utf-8")
    made.import_files([export])
    made.refresh()
    return made


def won(workspace: Workspace) -> list[tuple[str, object]]:
    return [(o.period, o.value) for o in workspace.compute(["won_value"])]


def test_values_by_month(workspace: Workspace) -> None:
    assert won(workspace) == [("2026-01", Decimal("1200.50")), ("2026-02", Decimal("300.00"))]


def test_a_range_and_a_subject(workspace: Workspace) -> None:
    found = workspace.compute(
        ["won_deals", "win_rate"], by="person", grain="year", start=date(2026, 1, 1), end=date(2026, 12, 31)
    )
    values = {(o.kpi, o.subject.name): o.value for o in found}
    assert values["won_deals", "anna"] == 1
    assert values["won_deals", None] == 1
    assert values["win_rate", "ben"] == 0


def test_as_arrow_and_pandas(workspace: Workspace) -> None:
    found = workspace.compute(["won_value"])
    assert found.to_arrow()["value"].to_pylist() == [1200.5, 300.0]
    assert found.to_pandas()["period"].tolist() == ["2026-01", "2026-02"]


def test_what_is_known_of_the_generation(workspace: Workspace) -> None:
    info = workspace.generation()
    assert info is not None
    assert info.number == 1
    assert (info.facts["deal"].rows, info.facts["deal"].newest) == (4, date(2026, 2, 28))
    assert workspace.subjects("person") == [("anna", "anna"), ("ben", "ben")]


def test_answers_come_from_the_newest_generation(workspace: Workspace, export: Path) -> None:
    other = leitstern.open(workspace.folder)
    assert won(other)[0][1] == Decimal("1200.50")
    export.write_text(DEALS.replace("1200.50", "2200.50"), encoding="utf-8")
    workspace.import_files([export])
    assert workspace.newer_data()
    assert won(other)[0][1] == Decimal("1200.50")
    workspace.refresh()
    assert not workspace.newer_data()
    assert won(other)[0][1] == Decimal("2200.50")


def test_before_the_first_generation(tmp_path: Path) -> None:
    empty = leitstern.init(tmp_path / "acme")
    assert empty.generation() is None
    assert empty.receipts() == []
    assert empty.quality() == []
    with pytest.raises(Problem, match="import FILE"):
        empty.refresh()
    with pytest.raises(Problem, match="refresh"):
        empty.compute(["won_deals"])


def test_a_mistake_in_a_kpi_file_stops_the_refresh_and_leaves_the_old_generation(
    workspace: Workspace,
) -> None:
    (workspace.folder / "kpis" / "mine.yaml").write_text("kpi: Mine\n", encoding="utf-8")
    opened = leitstern.open(workspace.folder)
    with pytest.raises(Problem, match=r"mine\.yaml"):
        opened.refresh()
    info = workspace.generation()
    assert info is not None
    assert info.number == 1


def test_quality_names_the_kpis_it_touches(workspace: Workspace) -> None:
    (missing,) = [f for f in workspace.quality() if f.fields == ("owner",)]
    assert (missing.check, missing.count, missing.examples) == ("incomplete", 1, ("D4",))
    assert "won_deals" in missing.kpis


def test_two_imports_do_not_run_at_once(workspace: Workspace, export: Path) -> None:
    export.write_text(DEALS.replace("1200.50", "7.00"), encoding="utf-8")
    met: list[str] = []

    def second(_step: str, _done: int, _total: int) -> None:
        with pytest.raises(Problem) as problem:
            leitstern.open(workspace.folder).import_files([export])
        met.append(problem.value.code)

    workspace.import_files([export], progress=second)
    assert set(met) == {"leitstern.busy"}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_import_leaves_everything_as_it_was(workspace: Workspace, export: Path) -> None:
    export.write_text(DEALS.replace("1200.50", "9999.00"), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", KILLED, str(workspace.folder), str(export)], check=False)
    assert done.returncode == -signal.SIGKILL
    workspace.refresh()
    assert won(workspace)[0][1] == Decimal("1200.50")
    left = workspace.folder / "raw" / ".landing-left"
    left.mkdir()
    receipt = workspace.import_files([export])
    assert not left.exists()
    assert receipt.total("updated") == 1
    workspace.refresh()
    assert won(workspace)[0][1] == Decimal("9999.00")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_refresh_leaves_the_old_generation(workspace: Workspace, export: Path) -> None:
    export.write_text(DEALS.replace("1200.50", "9999.00"), encoding="utf-8")
    workspace.import_files([export])
    done = subprocess.run([sys.executable, "-c", KILLED_REFRESH, str(workspace.folder)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert won(workspace)[0][1] == Decimal("1200.50")
    assert won(leitstern.open(workspace.folder))[0][1] == Decimal("1200.50")
    workspace.refresh()
    assert won(workspace)[0][1] == Decimal("9999.00")
    left = [path.name for path in (workspace.folder / "generations").iterdir() if "building" in path.name]
    assert left == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for one process")
def test_ctrl_c_ends_an_import_with_a_message(workspace: Workspace, export: Path) -> None:
    export.write_text(DEALS.replace("1200.50", "9999.00"), encoding="utf-8")
    program = (
        "import os, signal, sys, time\n"
        "from leitstern.cli import run\n"
        "from leitstern.sources import files\n"
        "def land(*_):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(1)\n"
        "    return []\n"
        "files.land = land\n"
        # A run in the background inherits that interrupts are ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.exit(run(['-w', sys.argv[1], 'import', sys.argv[2]]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(workspace.folder), str(export)],
        capture_output=True, text=True, check=False, env={**os.environ, "LEITSTERN_LANGUAGE": "en"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == "Cancelled. The last complete generation still holds."
    workspace.refresh()
    assert won(workspace)[0][1] == Decimal("1200.50")
