"""Comparisons in the invented company, against what the engine says, and on the command line."""

from __future__ import annotations

import json
from datetime import date
from typing import cast

import numpy as np
import pytest
from click.testing import CliRunner

import leitstern
from leitstern.analyses.compare import By, compare, compare_all
from leitstern.analyses.compare_words import sentence
from leitstern.cli import cli
from leitstern.cli.state import State
from leitstern.demo import mapping_path, write
from leitstern.errors import Problem
from leitstern.insight.compare.rates import rates
from leitstern.workspace import Workspace

START, END = date(2025, 7, 1), date(2026, 6, 30)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Half a company."""
    exports = tmp_path_factory.mktemp("exports")
    write(exports, seed=3, scale=0.5, until=END)
    made = leitstern.init(
        tmp_path_factory.mktemp("workspace") / "demo",
        name="Demo", language="de", currency="EUR", timezone="Europe/Berlin", country="DE", region="NI",
    )  # fmt: skip
    made.import_files([exports], mapping=mapping_path())
    made.refresh()
    return made


def test_rates_are_those_of_the_engine_in_the_order_of_names(workspace: Workspace) -> None:
    found = compare(workspace, "win_rate", "team", START, END)
    assert (found.how, found.unit, found.start, found.end) == ("rates", "percent", START, END)
    told = {
        o.subject.id: o
        for o in workspace.compute_stretches(["win_rate"], by="own_team", stretches=[(START, END)])
        if o.subject.id is not None and o.rows
    }
    assert {one.id for one in found.subjects} == set(told)
    names = [one.name.casefold() for one in found.subjects]
    assert names == sorted(names)
    for one in found.subjects:
        assert one.raw == pytest.approx(float(told[one.id].value or 0))
        assert one.n == pytest.approx(float(told[one.id].denominator or 0))
    hits = np.array([float(told[one.id].numerator or 0) for one in found.subjects])
    again = rates(hits, np.array([one.n for one in found.subjects]))
    assert [one.estimate for one in found.subjects] == pytest.approx(again.estimate.tolist(), nan_ok=True)


def test_counts_are_per_month_of_running(workspace: Workspace) -> None:
    found = compare(workspace, "new_leads", "campaign", START, END)
    assert found.how == "counts"
    table = workspace.facts("campaign", "started_at", "ended_at").to_pylist()
    known = {row["key"]: row for row in table}
    compared = [one for one in found.subjects if one.estimate is not None]
    assert len(compared) >= 3
    for one in compared:
        row = known[one.id]
        days = (min(row["ended_at"] or END, END) - max(row["started_at"] or START, START)).days + 1
        assert one.raw == pytest.approx(one.n / (days / (365.25 / 12)))


def test_sums_of_teams_are_per_person_and_month(workspace: Workspace) -> None:
    found = compare(workspace, "won_value", "team", START, END)
    assert found.how == "averages"
    people = workspace.organisation()
    one = next(one for one in found.subjects if one.estimate is not None)
    size = len(people.own_members(one.id, START, END))
    total = float(next(
        o.value or 0
        for o in workspace.compute_stretches(["won_value"], by="own_team", stretches=[(START, END)])
        if o.subject.id == one.id
    ))  # fmt: skip
    assert one.raw is not None
    assert total / 12 / size * 0.5 <= one.raw <= total / 12 / size * 2


def test_stocks_shapes_and_typed_values_are_not_compared(workspace: Workspace) -> None:
    names = ["open_deals", "revenue_rolling_12", "employee_satisfaction"]
    assert [one.verdict for one in compare_all(workspace, names, "team", START, END)] == [
        "not_comparable"
    ] * 3


def test_what_cannot_be_asked_is_refused_in_words(workspace: Workspace) -> None:
    with pytest.raises(Problem) as refused:
        compare(workspace, "win_rate", cast(By, "zodiac"), START, END)
    assert "zodiac" in refused.value.text("de")


def test_the_sentence_names_who_stands_out_by_name() -> None:
    subjects = [
        {"name": "Alpha", "side": 1, "estimate": 2.0},
        {"name": "Beta", "side": 0, "estimate": 1.0},
        {"name": "Gamma", "side": -1, "estimate": 0.5},
        {"name": "Delta", "side": 0, "estimate": None},
    ]
    found = {"verdict": "difference", "subjects": subjects}
    said = sentence(found, "en", str)
    assert said.startswith("Hint of a difference. Above the mean: Alpha. Below the mean: Gamma.")
    assert said.endswith("For the other 1 of 3 there is no hint.")
    none = {"verdict": "no_evidence", "subjects": subjects, "seen": 0.5, "by_chance": 0.4}
    assert sentence(none, "de", str).startswith(
        "Kein Hinweis auf einen Unterschied: Die 3 Werte streuen um 0.5; 0.4"
    )


@pytest.mark.parametrize(
    "command", [["compare", "win_rate", "--by", "team"], ["customers", "--grain", "year"]]
)
def test_commands_print_tables_and_json(workspace: Workspace, command: list[str]) -> None:
    start = ["-w", str(workspace.folder), "--language", "de"]
    printed = CliRunner().invoke(cli, [*start, *command], obj=State())
    assert printed.exit_code == 0, printed.output
    assert "----" in printed.stdout
    told = CliRunner().invoke(cli, [*start, *command, "--format", "json"], obj=State())
    document = json.loads(told.stdout)
    if command[0] == "compare":
        assert [one["name"] for one in document["subjects"]]
        assert document["how"] == "rates"
    else:
        assert document["acquisition"]["people"] is True
        assert document["cohorts"]["rows"]
        assert document["surveys"]["nps"]["year"]["n"] > 5
