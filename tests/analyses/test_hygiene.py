"""Conflicts, hygiene and a selection of KPIs over the demo company, counted again from its truth."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import pytest
from click.testing import CliRunner

import leitstern
from leitstern.analyses.choice import choice
from leitstern.analyses.conflicts import ARRIVED_DAYS, LENGTH_DAYS, conflicts
from leitstern.analyses.hygiene import Looks, hygiene
from leitstern.cli import cli
from leitstern.cli.state import State
from leitstern.demo import mapping_path, stories, write
from leitstern.demo.company import Company
from leitstern.errors import Problem
from leitstern.insight.hygiene.notes import GoalNote
from leitstern.workspace import Workspace

pytestmark = pytest.mark.calendar

#: A generation is built on today's day, so the company ends the day before.
SEED, SCALE = 12, 0.7


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Company]:
    """A workspace of the company and its truth."""
    folder = tmp_path_factory.mktemp("company")
    written = write(folder / "exports", seed=SEED, scale=SCALE)
    ws = leitstern.init(folder / "ws", name="Demo", language="de", country="DE", region="NI")
    ws.import_files([folder / "exports"], mapping=mapping_path())
    ws.refresh()
    return ws, written.company


@pytest.fixture(scope="module")
def ws(made: tuple[Workspace, Company]) -> Workspace:
    return made[0]


def _today(ws: Workspace) -> date:
    info = ws.generation()
    assert info is not None
    return info.as_of


def _goal(ws: Workspace, kpi: str, owner: str, target: float = 1.0, whom: str = "company") -> GoalNote:
    today = _today(ws)
    next_year = date(today.year + 1, 1, 1), date(today.year + 1, 12, 31)
    return GoalNote(f"{kpi}/{whom}", kpi, owner, whom, *next_year, "at_least", target, review_on=today)


def test_the_planted_conflict_is_found_and_its_numbers_are_right(made: tuple[Workspace, Company]) -> None:
    ws, company = made
    goals = [_goal(ws, "new_leads", "marketing"), _goal(ws, "lead_to_customer_rate", "sales")]
    found = conflicts(ws, goals)
    first = found.found[0]
    assert (first.pair.first, first.pair.second) == ("new_leads", "lead_to_customer_rate")
    assert first.pair.standing == "goals_of_two"
    assert found.tried == 1
    happened = first.evidence
    assert happened is not None
    assert happened.verdict == "collided"
    assert happened.segment is not None
    assert happened.segment.key == stories.MASS_CAMPAIGN
    assert [one.kpi for one in first.proposals] == ["cost_per_won_deal"]
    counted = [_counted(company, _today(ws), year) for year in range(3)]
    assert happened.after is not None
    assert (happened.after.hits, happened.after.n) == counted[0]
    assert happened.before is not None
    assert happened.before.n == counted[1][1] + counted[2][1]
    assert happened.before.hits == counted[1][0] + counted[2][0]


def _counted(company: Company, today: date, years: int) -> tuple[int, int]:
    """Leads of the stretch, and those whose first won deal was closed within the days, from the truth."""
    lead, deal = company.tables["lead"], company.tables["deal"]
    end = np.datetime64(today - timedelta(days=ARRIVED_DAYS + 365 * years))
    created = lead["created_at"].astype("datetime64[D]")
    mine = (created > end - LENGTH_DAYS) & (created <= end)
    won: dict[str, np.datetime64] = {}
    for key, status, closed in zip(deal["lead"], deal["status"], deal["closed_at"], strict=True):
        if key and status == "won":
            day = closed.astype("datetime64[D]")
            won[key] = min(won.get(key, day), day)
    hits = sum(
        key in won and 0 <= (won[key] - day).astype(int) <= ARRIVED_DAYS  # a lead cannot follow its win
        for key, day in zip(lead["key"][mine], created[mine], strict=True)
    )
    return hits, int(mine.sum())


def test_without_goals_nothing_is_looked_at_but_the_pairs_are_named(ws: Workspace) -> None:
    found = conflicts(ws)
    assert found.tried == 0
    assert {one.pair.standing for one in found.found} == {"no_goal"}
    assert all(one.evidence is None for one in found.found)
    assert json.loads(json.dumps(found.as_json()))["n"] == len(ws.catalogue)


def test_the_stale_source_and_the_unrealistic_goal_are_found(ws: Workspace) -> None:
    team = stories.UNREALISTIC_GOAL.where["team"]
    year = _today(ws).year
    sold: dict[str | None, float] = {}
    for one in ws.compute(["won_value"], "team", "year", start=date(year - 1, 1, 1), end=date(year, 12, 31)):
        sold[one.subject.id] = max(float(one.value or 0), sold.get(one.subject.id, 0.0))
    told = stories.UNREALISTIC_GOAL.effect["times_best_year"]
    ours = [_goal(ws, "won_value", "a", told * 2 * sold[team], f"team:{team}"), _goal(ws, "nps", "b", 30)]
    found = {one.code: one for one in hygiene(ws, ours).found}
    assert found["out_of_reach"].goal == f"won_value/team:{team}"
    assert found["late_source"].values["fact"] == "survey_response"
    assert found["late_source"].kpis == ("nps",)
    within = [_goal(ws, "won_value", "a", 0.9 * sold[team], f"team:{team}")]
    assert "out_of_reach" not in {one.code for one in hygiene(ws, within).found}


def test_looks_are_taken_into_account(ws: Workspace) -> None:
    today = _today(ws)
    looks = Looks({"nps": today - timedelta(days=61)}, today - timedelta(days=200))
    found = hygiene(ws, [_goal(ws, "nps", "a")], looks).found
    assert [one.kpis for one in found if one.code == "unseen"] == [("nps",)]
    assert not [one for one in hygiene(ws, [_goal(ws, "nps", "a")]).found if one.code == "unseen"]


def test_a_selection(ws: Workspace) -> None:
    assert choice(ws, "grow_sales").as_json() == choice(ws, "Mehr Umsatz").as_json()
    with pytest.raises(Problem, match="No business goal can be read from “blau”"):
        choice(ws, "blau")


def _run(ws: Workspace, *arguments: str) -> str:
    done = CliRunner().invoke(cli, ["-w", str(ws.folder), *arguments], obj=State(), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_proposes_kpis(ws: Workspace) -> None:
    told = _run(ws, "--language", "de", "hygiene", "--for", "Kunden halten")
    assert "Kundenbindungsquote" in told
    found = json.loads(_run(ws, "hygiene", "--for", "keep_customers", "--format", "json"))
    assert found["outcome"] == "retention_rate"
    assert 3 <= found["n"] <= 5
