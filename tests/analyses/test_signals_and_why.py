"""Signals and explanations of the demo company: what is planted is found, and effects add up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import leitstern
from leitstern.analyses.signals import Row, Signals, signals
from leitstern.analyses.why import why
from leitstern.cli import cli
from leitstern.cli.state import State
from leitstern.cli.why_ import _table
from leitstern.demo import mapping_path, stories, write
from leitstern.errors import Problem
from leitstern.server.figures import Figures
from leitstern.workspace import Workspace

UNTIL = date(2026, 6, 30)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The demo company at half its size."""
    exports = tmp_path_factory.mktemp("exports")
    write(exports, seed=4, scale=0.5, until=UNTIL)
    made = leitstern.init(
        tmp_path_factory.mktemp("workspace") / "demo",
        name="Demo", language="de", currency="EUR", timezone="Europe/Berlin", country="DE", region="NI",
    )  # fmt: skip
    made.import_files([exports], mapping=mapping_path())
    made.refresh()
    return made


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> Signals:
    return signals(workspace)


def row(found: Signals, kpi: str) -> Row:
    return next(r for r in found.rows if r.kpi == kpi)


def test_the_planted_shift_is_found_after_it_began(found: Signals) -> None:
    began = stories.LEVEL_SHIFT.since(UNTIL)
    assert began is not None
    shifts = [s for s in row(found, "response_time").signals if s.kind == "shift" and s.said >= began]
    assert shifts
    assert shifts[0].direction == "down"
    assert shifts[0].seen < shifts[0].expected
    assert began - timedelta(days=28) <= shifts[0].since <= began + timedelta(days=60)


def test_a_silent_source_is_stale_and_no_drop(found: Signals) -> None:
    stopped = stories.STALE_SOURCE.since(UNTIL)
    assert stopped is not None
    for kpi in stories.STALE_SOURCE.kpis:
        stale = row(found, kpi)
        assert stale.verdict == "stale"
        assert stale.until is not None
        assert stale.until < stopped
        assert stale.news == ()
        assert all(s.said <= stopped for s in stale.signals)


def test_all_share_one_budget(found: Signals, workspace: Workspace) -> None:
    assert found.watched > 24
    assert found.alarms == pytest.approx(12 / found.watched)
    alone = signals(workspace, ["response_time"])
    assert [r.kpi for r in alone.rows] == ["response_time"]
    assert (alone.watched, alone.alarms) == (found.watched, found.alarms)


def test_stocks_growths_and_typed_values_are_not_watched(found: Signals) -> None:
    for kpi in ("open_deals", "revenue_growth", "revenue_ytd"):
        assert row(found, kpi).verdict == "not_watched"


def test_signals_of_the_same_records_go_together(found: Signals) -> None:
    leaders = {(r.kpi, s.said) for r in found.rows for s in r.signals if s.beside is None}
    for one in found.rows:
        for signal in one.signals:
            if signal.beside is not None:
                near = [d for kpi, d in leaders if kpi == signal.beside and abs((d - signal.said).days) <= 14]
                assert near


def test_an_unknown_kpi_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Problem):
        signals(workspace, ["no_such_kpi"])


@pytest.mark.parametrize("over", ["region", "product", "campaign", "customer"])
def test_won_value_is_the_sum_of_its_pieces(workspace: Workspace, over: str) -> None:
    taken = why(workspace, "won_value", "2026-05", "previous_year", over)
    by_period = {
        period: {o.subject.id: float(o.value or 0) for o in workspace.compute(
            ["won_value"], by=over, start=day, end=day) if o.value}
        for period, day in (("now", date(2026, 5, 1)), ("then", date(2025, 5, 1)))
    }  # fmt: skip
    assert taken.verdict == "exact"
    assert taken.after == pytest.approx(sum(by_period["now"].values()))
    assert taken.before == pytest.approx(sum(by_period["then"].values()))
    for piece in taken.pieces:
        change = by_period["now"].get(piece.id, 0) - by_period["then"].get(piece.id, 0)
        assert piece.total == pytest.approx(change, abs=1e-6)
    assert taken.volume + taken.mix + taken.rate == pytest.approx(taken.difference)
    sizes = [abs(piece.total or 0) for piece in taken.pieces]
    assert sizes == sorted(sizes, reverse=True)


def test_a_win_rate_splits_into_mix_and_rate_as_by_hand(workspace: Workspace) -> None:
    taken = why(workspace, "win_rate", "2026-Q2", "previous_period", "product")
    values = {
        quarter: {
            o.subject.id: (float(o.numerator or 0), float(o.denominator or 0))
            for o in workspace.compute(["win_rate"], "product", "quarter", day, day)
        }
        for quarter, day in ((0, date(2026, 2, 1)), (1, date(2026, 5, 1)))
    }  # fmt: skip
    all0, all1 = (sum(d for _, d in values[q].values()) for q in (0, 1))
    mix = rate = 0.0
    mean = ((taken.before or 0) + (taken.after or 0)) / 2
    for product in {*values[0], *values[1]}:
        (n0, d0), (n1, d1) = values[0].get(product, (0, 0)), values[1].get(product, (0, 0))
        r0 = n0 / d0 if d0 else n1 / d1 if d1 else 0.0
        r1 = n1 / d1 if d1 else r0
        mix += (d1 / all1 - d0 / all0) * ((r0 + r1) / 2 - mean)
        rate += (d1 / all1 + d0 / all0) / 2 * (r1 - r0)
    assert (taken.way, taken.volume) == ("mix_rate", 0)
    assert taken.mix == pytest.approx(mix)
    assert taken.rate == pytest.approx(rate)
    assert sum(p.total or 0 for p in taken.pieces) == pytest.approx(taken.difference)


def test_costs_per_lead_tell_numerator_from_denominator(workspace: Workspace) -> None:
    taken = why(workspace, "cost_per_lead", "2026-05", "previous_year", "campaign")
    assert (taken.verdict, taken.way) == ("exact", "above_below")
    assert taken.rate + taken.volume == pytest.approx(taken.difference)


def test_a_median_cannot_be_taken_apart_and_says_so(workspace: Workspace) -> None:
    taken = why(workspace, "response_time", "2026-05", "previous_year", "campaign")
    assert (taken.verdict, taken.way) == ("not_exact", "none")
    assert taken.pieces
    assert {p.total for p in taken.pieces} == {None}
    assert why(workspace, "contacted_companies", "2026-05").verdict == "not_exact"
    assert why(workspace, "revenue_growth", "2026-05").verdict == "not_exact"


def test_the_company_is_not_a_part_of_itself(workspace: Workspace) -> None:
    with pytest.raises(Problem, match="cannot be taken apart by itself"):
        why(workspace, "won_value", "2026-05", over="company")


def run(workspace: Workspace, *arguments: str) -> str:
    state = State()
    state.folder = Path(workspace.folder)
    where = ["-w", str(workspace.folder)]
    result = CliRunner().invoke(cli, [*where, *arguments], obj=state, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_command_why_prints_what_the_call_returns(workspace: Workspace) -> None:
    asked = ("why", "won_value", "--period", "2026-05", "--over", "region")
    answer = json.loads(run(workspace, *asked, "--format", "json"))
    assert answer == json.loads(json.dumps(why(workspace, "won_value", "2026-05", over="region").as_json()))
    text = run(workspace, *asked)
    assert "Gewonnener Auftragswert ist von" in text
    assert "Am meisten trug bei:" in text
    assert "Beitrag" in text
    english = run(workspace, "--language", "en", "why", "response_time", "--period", "2026-05")
    assert "cannot be taken apart exactly" in english


def test_an_effect_that_cancels_out_in_the_whole_is_shown(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = replace(why(workspace, "win_rate", "2026-Q2", over="product"), mix=0.0)
    assert any(piece.mix for piece in taken.pieces)
    state = State()
    state.folder = Path(workspace.folder)
    _table(state, taken, Figures("de", "DE", "EUR"), ["Q2 2026", "Q1 2026"])
    assert "Verteilung" in capsys.readouterr().out


def test_the_command_signals_prints_what_the_call_returns(workspace: Workspace, found: Signals) -> None:
    answer = json.loads(run(workspace, "signals", "--format", "json"))
    assert answer == json.loads(json.dumps(found.as_json()))
    text = run(workspace, "signals", "--all")
    assert "liegt seit etwa" in text
    assert "Das ist kein Rückgang" in text
    assert f"{found.watched} Kennzahlen" in text
