"""Claims of KPI files against weekly values: a planted lead, and what cannot be tested."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import leitstern
from leitstern.analyses.leads import Leads, leads, tradeoffs, weekly_values
from leitstern.cli import cli
from leitstern.cli.state import State
from leitstern.errors import Problem
from leitstern.workspace import Workspace

FIRST, WEEKS, LAG = date(2024, 1, 1), 120, 3


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """120 weeks in which deals are won three weeks after leads come in, and fewer calls are made then."""
    rng = np.random.default_rng(1)
    push = rng.standard_normal(WEEKS)
    new = rng.poisson(np.exp(3 + 0.4 * push))
    won = rng.poisson(np.exp(3 + 0.4 * np.roll(push, LAG)))
    calls = rng.poisson(np.exp(3 - 0.5 * push))
    folder = tmp_path_factory.mktemp("data")
    _write(folder / "leads.csv", "id;created_at", "L", new)
    _write(folder / "deals.csv", "id;closed_at;created_at;status", "D", won, ";2023-12-01;won")
    _write(folder / "calls.csv", "id;at;kind", "C", calls, ";call")
    made = leitstern.init(
        tmp_path_factory.mktemp("workspace") / "w",
        language="en", currency="EUR", timezone="Europe/Berlin", country="DE",
    )  # fmt: skip
    for name, fact in (("leads", "lead"), ("deals", "deal"), ("calls", "activity")):
        receipt = made.import_files([folder / f"{name}.csv"], fact=fact)
        assert not receipt.questions
    made.refresh()
    return made


def _write(file: Path, head: str, prefix: str, counts: np.ndarray, rest: str = "") -> None:
    lines = [head]
    for week, count in enumerate(counts):
        for number in range(count):
            day = FIRST + timedelta(days=7 * week + number % 5)
            lines.append(f"{prefix}{week}-{number};{day}{rest}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> Leads:
    return leads(workspace)


def test_weeks_end_with_the_last_finished_one(workspace: Workspace) -> None:
    weekly = weekly_values(workspace, ["new_leads", "won_deals"], 50)
    assert len(weekly.weeks) == 50
    assert weekly.weeks[0].weekday() == 0
    observed = {o.start: o.value for o in workspace.compute(["new_leads"], grain="week") if o.complete}
    assert [observed[monday] for monday in weekly.weeks] == weekly.values["new_leads"].tolist()


def test_the_calendar_of_a_week(workspace: Workspace) -> None:
    weekly = weekly_values(workspace, ["new_leads"], 260)
    known = dict(zip(weekly.weeks, weekly.beside.tolist(), strict=True))
    # 23 to 29 December 2024: two and a half days off, six since Christmas Eve, five of the last seven.
    assert known[date(2024, 12, 23)] == [2.5, 6.0, 0.0, 5.0]
    # 30 September to 6 October 2024: Unity Day; six days of October's first seven, one of September's last.
    assert known[date(2024, 9, 30)] == [4.0, 0.0, 6.0, 1.0]


def test_a_planted_lead_is_the_main_finding(found: Leads) -> None:
    main = found.main("new_leads")
    assert main is not None
    assert (main.claim.outcome, main.verdict, main.peak) == ("won_deals", "leads", LAG)
    assert main in found.claimed


def test_what_cannot_be_tested_says_why(found: Leads) -> None:
    reasons = {one.claim.kpi: one.reason for one in found.claimed}
    assert reasons["lead_to_customer_rate"] == "known_late"
    assert reasons["revenue_ytd"] == "overlaps"
    assert reasons["campaign_reach"] == "few_weeks"


def test_each_kpi_once_with_its_claims_in_the_json(found: Leads, workspace: Workspace) -> None:
    document = json.loads(json.dumps(found.as_json(), allow_nan=False))
    names = [one["kpi"] for one in document["kpis"]]
    assert names == sorted(set(names))
    [one] = found.as_json("new_leads")["kpis"]
    assert one["timing"] == "leading"
    assert [f["outcome"] for f in one["claimed"]] == list(workspace.catalogue.get("new_leads").drives)
    assert one["main"]["outcome"] == "won_deals"


def test_a_planted_trade_off_is_a_hint(workspace: Workspace) -> None:
    found = tradeoffs(workspace, ["new_leads", "calls", "won_deals"])
    assert found.tried == 3
    assert ("new_leads", "calls", 0) in [(one.first, one.second, one.lag) for one in found.found]
    with pytest.raises(Problem):
        tradeoffs(workspace, ["no_such_kpi"])


def test_the_command_prints_claims_and_findings(workspace: Workspace) -> None:
    def run(*arguments: str) -> str:
        whole = ["-w", str(workspace.folder), "--language", "en", "leads", *arguments]
        result = CliRunner().invoke(cli, whole, obj=State())
        assert result.exit_code == 0, result.output
        return result.output

    lines = run("new_leads").splitlines()
    assert "won_deals" in lines[3] or "won_deals" in lines[2]
    assert any("won_deals" in line and " leads " in line and "weeks" in line for line in lines)
    document = json.loads(run("new_leads", "--json"))
    assert [one["kpi"] for one in document["kpis"]] == ["new_leads"]
    assert run("--format", "csv").startswith("kpi,outcome,sign,verdict,n,first,last,peak,effect,")
