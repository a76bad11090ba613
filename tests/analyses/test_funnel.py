"""The funnel of the demo company against pandas over its exported files, and what is planted in it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import leitstern
from leitstern.analyses import funnel as analysis
from leitstern.analyses.funnel import Funnel, Row, bottleneck, funnel
from leitstern.analyses.funnel_data import Data
from leitstern.analyses.handovers import handovers
from leitstern.cli import cli
from leitstern.cli.state import State
from leitstern.demo import mapping_path, stories, write
from leitstern.errors import Problem
from leitstern.workspace import Workspace

UNTIL = date(2026, 6, 30)
START, END = date(2025, 7, 1), date(2026, 6, 30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of half a company."""
    found = tmp_path_factory.mktemp("exports")
    write(found, seed=4, scale=0.5, until=UNTIL)
    return found


@pytest.fixture(scope="module")
def workspace(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with these exports."""
    made = leitstern.init(
        tmp_path_factory.mktemp("workspace") / "demo",
        name="Demo", language="de", currency="EUR", timezone="Europe/Berlin", country="DE", region="NI",
    )  # fmt: skip
    made.import_files([folder], mapping=mapping_path())
    made.refresh()
    return made


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> Funnel:
    return funnel(workspace, "campaign", START, END)


def read(folder: Path, name: str, *days: str) -> pd.DataFrame:
    """An exported file as pandas reads it; days without their time."""
    table = pd.read_csv(folder / f"{name}.csv", sep=";", encoding="cp1252", dtype=str)
    table = table.apply(lambda column: column.str.strip())
    for day in days:
        table[day] = pd.to_datetime(table[day], format="mixed", dayfirst=True, errors="coerce").dt.normalize()
    return table


@pytest.fixture(scope="module")
def deals(folder: Path, workspace: Workspace) -> pd.DataFrame:
    """The deals without the rows that the import set aside."""
    aside = [row.line - 2 for row in workspace.set_aside() if row.file == "Verkaufschancen.csv"]
    return read(folder, "Verkaufschancen", "Abgeschlossen am").drop(index=aside)


@pytest.fixture(scope="module")
def leads(folder: Path) -> pd.DataFrame:
    days = ("Eingegangen am", "MQL am", "SQL am", "Umgewandelt am", "Aussortiert am")
    table = read(folder, "Leads", *days)
    return table.drop_duplicates("Lead-Nr.", keep="last")


def row(rows: tuple[Row, ...], step: str, group: str | None = "all") -> Row:
    """The row of a step for all, or for the group with this key."""
    return next(
        r for r in rows
        if r.step == step and (r.group is None if group == "all" else r.group and r.group.id == group)
    )  # fmt: skip


@pytest.mark.parametrize("campaign", ["all", stories.MASS_CAMPAIGN])
def test_leads_pass_as_pandas_counts_them(found: Funnel, leads: pd.DataFrame, campaign: str) -> None:
    table = leads if campaign == "all" else leads[leads["Kampagnennr."] == campaign]
    mql = table[["MQL am", "SQL am", "Umgewandelt am"]].min(axis=1)
    sql = table[["SQL am", "Umgewandelt am"]].min(axis=1)
    for step, entered, passed in (("lead", table["Eingegangen am"], mql), ("mql", mql, sql)):
        mine = entered.between(pd.Timestamp(START), pd.Timestamp(END))
        gone = table["Aussortiert am"].notna() & passed.isna()
        told = row(found.steps, step, campaign).cohort
        assert (told.entered, told.passed, told.left) == (
            mine.sum(), (mine & passed.notna()).sum(), (mine & gone).sum(),
        )  # fmt: skip
        days = (passed - entered).dt.days
        old = mine & (pd.Timestamp(UNTIL) - entered >= pd.Timedelta(days=told.horizon))
        assert (told.within.n, told.within.hits) == (old.sum(), (old & (days <= told.horizon)).sum())
        flow = row(found.steps, step, campaign).flow
        assert flow.passed == passed.between(pd.Timestamp(START), pd.Timestamp(END)).sum()


def test_the_mass_campaign_brings_leads_that_do_not_qualify(found: Funnel) -> None:
    mass, everyone = (
        row(found.steps, "mql", stories.MASS_CAMPAIGN).cohort,
        row(found.steps, "mql", None).cohort,
    )
    assert mass.value is not None
    assert everyone.value is not None
    assert mass.high < everyone.low
    assert mass.value < 0.5 * everyone.value


def stage_history(folder: Path) -> pd.DataFrame:
    """Stage changes and, from the deals, how each ended."""
    events = read(folder, "Phasenverlauf", "Zeitpunkt")
    events = events[events["Feld"] == "Phase"].dropna(subset=["Zeitpunkt"])
    order = {
        "Qualifizierung": 1,
        "Bedarfsanalyse": 2,
        "Angebot": 3,
        "Verhandlung": 4,
        "Gewonnen": 9,
        "Verloren": 0,
    }
    return events.assign(height=events["Neu"].map(order))


def test_stages_pass_as_pandas_counts_them(found: Funnel, folder: Path, deals: pd.DataFrame) -> None:
    events = stage_history(folder)
    lost = set(deals.loc[deals["Status"] == "verloren", "Chance-Nr."])
    known = set(deals["Chance-Nr."])
    for stage, height in (("Angebot", 3), ("Verhandlung", 4)):
        entered = passed = left = 0
        for deal, history in events.groupby("Chance-Nr.", sort=False):
            heights, days = history["height"].tolist(), history["Zeitpunkt"].tolist()
            if deal not in known or height not in heights:
                continue
            first = heights.index(height)
            if not pd.Timestamp(START) <= days[first] <= pd.Timestamp(END):
                continue
            entered += 1
            went_on = any(h > height for h in heights[first:])
            passed += went_on
            left += not went_on and deal in lost
        told = row(found.stages, stage).cohort
        assert (told.entered, told.passed, told.left) == (entered, passed, left)


def test_waits_are_the_ones_counted_by_hand(found: Funnel, leads: pd.DataFrame) -> None:
    """The median with the open ones: the first day by which half of the curve is gone, product by product."""
    mql = leads[["MQL am", "SQL am", "Umgewandelt am"]].min(axis=1)
    mine = leads["Eingegangen am"].between(pd.Timestamp(START), pd.Timestamp(END))
    end = mql.where(mql.notna(), leads["Aussortiert am"])[mine]
    begin = leads.loc[mine, "Eingegangen am"]
    days = (end.fillna(pd.Timestamp(UNTIL)).clip(upper=pd.Timestamp(UNTIL)) - begin).dt.days.clip(lower=0)
    left, half = 1.0, None
    for day in range(int(days.max()) + 1):
        waiting = int((days >= day).sum())
        left *= 1 - int(((days == day) & end.notna()).sum()) / waiting if waiting else 1
        if half is None and left <= 0.5:
            half = day
    told = row(found.steps, "lead").wait
    assert (told.n, told.median.days) == (mine.sum(), half)


def test_the_leaks_are_the_deals_lost_in_the_period(found: Funnel, deals: pd.DataFrame) -> None:
    lost = deals[
        (deals["Status"] == "verloren")
        & deals["Abgeschlossen am"].between(pd.Timestamp(START), pd.Timestamp(END))
    ]  # fmt: skip
    assert sum(leak.count for leak in found.leaks) == len(lost)
    by_reason: dict[str | None, int] = {}
    for leak in found.leaks:
        by_reason[leak.reason] = by_reason.get(leak.reason, 0) + leak.count
    counted = lost["Verlustgrund"].value_counts()
    assert {reason: n for reason, n in by_reason.items() if reason} == counted.to_dict()


def test_the_planted_bottleneck_is_the_first(workspace: Workspace) -> None:
    found = bottleneck(workspace, "team", START, END).as_json()
    assert found["verdict"] == "hint"
    first = found["hints"][0]
    assert (first["stage"], first["group"]["id"]) == (stories.STAGE_QUOTE, stories.TEAM_WEST)
    assert first["wait"]["median"]["days"] > 2 * first["against"][1]["wait"]["median"]["days"]
    assert first["cost"]["value"] > 0
    assert found["currency"] == "EUR"


def test_silent_customers_are_those_pandas_finds(workspace: Workspace, folder: Path) -> None:
    found = handovers(workspace, START, END, 60)
    activities, tickets = read(folder, "Aktivitaeten", "Zeitpunkt"), read(folder, "Tickets", "Erstellt am")
    held = ~activities["Ergebnis"].isin(["geplant", "abgesagt", "nicht erschienen"])
    contacts = pd.concat([
        activities.loc[held, ["Kundennummer", "Zeitpunkt"]].set_axis(["key", "at"], axis=1),
        tickets[["Kundennummer", "Erstellt am"]].set_axis(["key", "at"], axis=1),
    ])  # fmt: skip
    last = contacts.groupby("key")["at"].max()
    for customer in found.silent[:25]:
        since = max(pd.Timestamp(customer.won), last.get(customer.id, pd.Timestamp(customer.won)))
        assert (found.times.as_of - since.date()).days == customer.days
    assert all(customer.days >= 60 for customer in found.silent)
    assert [c.value for c in found.silent] == sorted((c.value for c in found.silent), reverse=True)
    shorter = {c.id for c in handovers(workspace, START, END, 30).silent}
    assert {c.id for c in found.silent} < shorter


def test_a_won_deal_waits_for_its_next_contact(workspace: Workspace, deals: pd.DataFrame) -> None:
    won = (deals["Status"] == "gewonnen") & deals["Abgeschlossen am"].between(
        pd.Timestamp(START), pd.Timestamp(END)
    )  # fmt: skip
    found = handovers(workspace, START, END)
    assert found.handovers["won_to_contact"].wait.n == won.sum()
    fast, slow = (found.handovers[name].wait for name in ("won_to_contact", "won_to_service"))
    assert fast.ended >= slow.ended


def test_a_period_after_the_data_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Problem) as refused:
        funnel(workspace, None, date(2026, 12, 1), date(2026, 12, 31))
    assert "01.12.2026" in refused.value.text("de") or "2026-12-01" in refused.value.text("de")


def run(workspace: Workspace, *arguments: str) -> str:
    done = CliRunner().invoke(
        cli, ["-w", str(workspace.folder), "--language", "en", "funnel", *arguments], obj=State()
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_prints_what_the_library_says(workspace: Workspace) -> None:
    days = ("--from", START.isoformat(), "--to", END.isoformat())
    printed = json.loads(run(workspace, *days, "--by", "team", "--format", "json"))
    assert printed["funnel"] == json.loads(json.dumps(funnel(workspace, "team", START, END).as_json()))
    assert printed["bottleneck"]["hints"][0]["group"]["name"] == "Vertrieb West"
    assert printed["handovers"]["quiet_days"] == 90


def test_the_command_names_the_bottleneck_in_a_sentence(workspace: Workspace) -> None:
    days = ("--from", START.isoformat(), "--to", END.isoformat())
    text = run(workspace, *days)
    assert "Hint of a bottleneck: Vertrieb West, stage Angebot. It costs about €" in text
    assert "Lead → MQL" in text
    flow = run(workspace, *days, "--how", "period", "--by", "source")
    assert "Messe" in flow
    assert "within days" not in flow


def test_plain_values_are_plain(found: Funnel) -> None:
    whole = found.as_json()
    assert json.loads(json.dumps(whole, allow_nan=False)) == whole
    assert set(whole) >= {"from", "to", "as_of", "steps", "whole", "stages", "leaks"}
    values: list[Any] = [r["cohort"]["value"] for r in whole["steps"]]
    assert all(v is None or 0 <= v <= 1 for v in values)
    assert not any(isinstance(v, np.generic) for v in values)


def test_without_quotes_the_way_from_deal_to_won_stands_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_sent(data: Data) -> np.ndarray:
        return np.full(len(data.deals), np.datetime64("NaT", "D"))

    monkeypatch.setattr(analysis, "_quoted", none_sent)
    found = funnel(workspace)
    ways = [(row.step, row.to) for row in (*found.steps, *found.whole) if row.group is None]
    assert ways.count(("deal", "won")) == 1
    assert ("lead", "won") in ways


@pytest.fixture
def deals_only(tmp_path: Path) -> Workspace:
    """A workspace that knows deals and how they ended, and nothing else."""
    lines = ["Nr,Phase,Status,Angelegt,Abgeschlossen,Betrag"]
    for number in range(40):
        status = "won" if number % 4 == 0 else "lost"
        lines.append(f"D{number},Ende,{status},2026-01-{1 + number % 28:02d},2026-03-15,1000")
    (tmp_path / "deals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    fields = {
        "stage": "Phase", "status": "Status", "created_at": "Angelegt", "closed_at": "Abgeschlossen",
        "amount": "Betrag",
    }  # fmt: skip
    mapping = [
        'name = "Deals"', "[[table]]", 'fact = "deal"', 'file = "deals.csv"', 'key = "Nr"', "[table.fields]",
        *(f'{field} = "{column}"' for field, column in fields.items()),
    ]  # fmt: skip
    (tmp_path / "deals.toml").write_text("\n".join(mapping) + "\n", encoding="utf-8")
    made = leitstern.init(tmp_path / "deals", name="Deals", language="de", currency="EUR", country="DE")
    assert not made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "deals.toml").questions
    made.refresh()
    return made


def test_what_is_not_recorded_is_no_step(deals_only: Workspace) -> None:
    found = funnel(deals_only, "team", date(2026, 1, 1), date(2026, 3, 31))
    assert [(r.step, r.to, r.group) for r in found.steps][:1] == [("deal", "won", None)]
    assert (found.steps[0].cohort.entered, found.steps[0].cohort.passed, found.steps[0].cohort.left) == (
        40,
        10,
        30,
    )
    assert (found.whole, found.stages) == ((), ())
    assert [(leak.step, leak.reason, leak.count, leak.value) for leak in found.leaks] == [
        (0, None, 30, 30_000.0)
    ]
    handed = handovers(deals_only, date(2026, 1, 1), date(2026, 3, 31))
    assert (handed.handovers, handed.silent, handed.recorded) == ({}, (), False)
    assert bottleneck(deals_only).found.verdict == "too_little"
    assert "Contacts with customers are not recorded." in run(deals_only)
