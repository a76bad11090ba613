"""Files reach a workspace in any order, with a build after each; the values are those of one import."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

import leitstern
from leitstern.demo import Written, mapping_path, write
from leitstern.demo.company import TIMEZONE
from leitstern.engine import ready
from leitstern.errors import Problem
from leitstern.facts.model import SUBJECTS
from leitstern.facts.store import Store
from leitstern.kpis.load import Catalogue
from leitstern.workspace import Workspace

from .conftest import UNTIL

FROM, TO = date(2026, 8, 1), date(2026, 11, 30)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A small company; as shipped, it has a file for every fact that is imported."""
    return write(tmp_path_factory.mktemp("exports"), seed=6, scale=0.02, until=UNTIL)


def made(folder: Path) -> Workspace:
    """An empty workspace of the company's country."""
    return leitstern.init(folder, name="Order", timezone=TIMEZONE, country="DE", region="NI")


def values(workspace: Workspace) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Every value of every KPI by every subject type, by what it is the value of."""
    rows: dict[tuple[str, ...], tuple[Any, ...]] = {}
    names = Catalogue.load().names
    for row in workspace.compute(names, by=SUBJECTS, start=FROM, end=TO).to_json_rows():
        at = (row["kpi"], row["period"], row["subject"]["type"], str(row["subject"]["id"]))
        assert at not in rows
        rows[at] = tuple(row[name] for name in ("value", "numerator", "denominator", "rows", "reason"))
    return rows


@pytest.fixture(scope="module")
def at_once(written: Written, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], Any]:
    """The values after one import of all files."""
    workspace = made(tmp_path_factory.mktemp("at-once") / "w")
    workspace.import_files([written.folder], mapping=mapping_path())
    workspace.refresh()
    found = values(workspace)
    assert sum(value[0] is not None for value in found.values()) > 2_500
    return found


#: Files that name what others are about; alone they give no KPI a value.
NAMES = {"Mitarbeiter.csv", "Teams.csv", "Teamzugehoerigkeit.csv", "Stufen.csv", "Produkte.csv"}


@pytest.mark.parametrize(("seed", "names_first"), [(1, False), (2, True)])
def test_any_order_with_a_build_after_each_file(
    seed: int,
    names_first: bool,
    written: Written,
    at_once: dict[tuple[str, ...], Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = list(written.files)
    random.Random(seed).shuffle(files)
    if names_first:
        monkeypatch.setattr(
            ready, "MOST_CELLS", 0
        )  # as with many people and dates of a century: piece by piece
        files.sort(key=lambda file: file.name not in NAMES)
    workspace = made(tmp_path / "w")
    for number, file in enumerate(files, start=1):
        workspace.import_files([file], mapping=mapping_path())
        assert workspace.refresh().number == number, f"after {[f.name for f in files[:number]]}"
    assert values(workspace) == at_once


def test_nobody_reads_half_a_result() -> None:
    """An unread rest of a result blocks the connection for the next Arrow table: see facts.queries."""
    source = Path(leitstern.__file__).parent
    rows = [p for part in ("facts", "engine", "analyses") for p in (source / part).rglob("*.py")]
    assert len(rows) > 30
    assert [p.name for p in (*rows, source / "workspace.py") if ".fetchone(" in p.read_text("utf-8")] == []


def test_a_store_without_tables_is_empty(tmp_path: Path) -> None:
    """What an import leaves that is killed as it begins."""
    workspace = made(tmp_path / "w")
    duckdb.connect(str(workspace.folder / "store.duckdb")).close()
    with Store(workspace.folder / "store.duckdb", read_only=True) as store:
        assert store.last_batch() == 0
    assert workspace.receipts() == workspace.quality() == workspace.set_aside() == []
    with pytest.raises(Problem) as problem:
        workspace.refresh()
    assert problem.value.code == "leitstern.nothing_imported"


def test_a_first_import_that_fails_is_as_none(tmp_path: Path) -> None:
    workspace = made(tmp_path / "w")
    (tmp_path / "deals.csv").write_bytes(b"\x00\x01\x02\x03" * 50)
    with pytest.raises(Problem):
        workspace.import_files([tmp_path / "deals.csv"])
    with pytest.raises(Problem) as problem:
        workspace.refresh()
    assert problem.value.code == "leitstern.nothing_imported"
    (tmp_path / "deals.csv").write_text(
        "Deal ID;Deal name;Stage;Amount;Create date;Close date\n"
        "7;Crane;Closed won;1300.50;2026-03-02;2026-04-07\n",
        encoding="utf-8",
    )
    receipt = workspace.import_files([tmp_path / "deals.csv"])
    assert receipt.total("loaded") == 1
    workspace.refresh()
    (found,) = workspace.compute(["won_value"], start=date(2026, 4, 1), end=date(2026, 4, 30)).to_json_rows()
    assert found["value"] == 1300.5
