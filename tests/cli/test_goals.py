"""`leitstern goals`: goals with their standings, as the machine's owner and as an account."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from leitstern import clock
from leitstern.server.prepare import prepare
from tests.cli.separate import in_database, leitstern
from tests.server import company

SCRIPT = """
from datetime import date
from decimal import Decimal
from leitstern.server.models import Account, GoalRow

lead = Account.objects.create_user("lead@example.org", None, name="Frauke", person="P8")
Account.objects.create_user("nobody@example.org", None, name="Wencke", person="P4")
for subject, target, state in (("P1", 100, "accepted"), ("P4", 50, "offered")):
    GoalRow.objects.create(
        kpi="won_deals", version=1, subject_type="person", subject_id=subject,
        start=date.fromisoformat("{start}"), end=date.fromisoformat("{end}"), target=Decimal(target),
        state=state, owner=lead, created_by=lead,
    )
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with one goal in force and one that is offered, both for the last 60 days and the next 60."""
    found = tmp_path_factory.mktemp("goals") / "company"
    company.build(found)
    prepare(found)
    today = clock.today("Europe/Berlin")
    start, end = today - timedelta(days=60), today + timedelta(days=60)
    in_database(found, SCRIPT.format(start=start, end=end))
    return found


def won(folder: Path, owner: str) -> int:
    """Deals somebody won in the last 60 days, counted in the file."""
    since = clock.today("Europe/Berlin") - timedelta(days=60)
    with (folder / "files" / "deals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return sum(
        row["owner"] == owner and row["status"] == "won" and date.fromisoformat(row["closed"]) >= since
        for row in rows
    )


@pytest.mark.calendar
def test_goals_that_run_today(folder: Path) -> None:
    [found] = json.loads(leitstern(folder, "goals", "--json").stdout)
    assert found["subject"] == {"type": "person", "id": "P1", "name": "Jasper Oldehus"}
    assert (found["kpi"], found["target"], found["state"]) == ("won_deals", 100, "accepted")
    assert found["value"] == won(folder, "P1") > 0
    assert found["attainment"] == pytest.approx(found["value"] / 100)
    assert found["verdict"] == "behind"
    table = leitstern(folder, "goals").stdout
    assert "Jasper Oldehus" in table
    assert "behind" in table
    heads, line = csv.reader(leitstern(folder, "goals", "--format", "csv").stdout.splitlines())
    assert dict(zip(heads, line, strict=True))["subject_id"] == "P1"


@pytest.mark.calendar
def test_an_account_sees_its_own_goals(folder: Path) -> None:
    for email, count in (("lead@example.org", 1), ("nobody@example.org", 0)):
        done = leitstern(folder, "--account", email, "goals", "--json")
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)) == count


def test_without_goals(tmp_path: Path) -> None:
    company.build(tmp_path / "company")
    done = leitstern(tmp_path / "company", "goals")
    assert done.returncode == 0
    assert "There are no goals here." in done.stderr
    assert not (tmp_path / "company" / "app.sqlite3").exists()
    wrong = leitstern(tmp_path / "company", "goals", "--period", "irgendwann")
    assert wrong.returncode == 1
