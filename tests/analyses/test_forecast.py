"""Forecasts from a workspace: against the engine's own values, and on the command line."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import leitstern
from leitstern import clock
from leitstern.analyses.forecast import Question, answers, forecast, replays, same_season
from leitstern.analyses.forecast_data import Days, calendar_of, kind_of, through_of
from leitstern.analyses.shape import moved
from leitstern.cli import cli
from leitstern.cli.state import State
from leitstern.demo import mapping_path, write
from leitstern.engine.observations import Subject
from leitstern.insight.forecast import History
from leitstern.workspace import Workspace

UNTIL = date(2026, 6, 17)


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a small invented company, whose data end in the middle of a month."""
    exports = tmp_path_factory.mktemp("exports")
    write(exports, seed=4, scale=0.3, until=UNTIL)
    made = leitstern.init(
        tmp_path_factory.mktemp("workspace") / "demo",
        name="Demo", language="de", currency="EUR", timezone="Europe/Berlin", country="DE", region="NI",
    )  # fmt: skip
    made.import_files([exports], mapping=mapping_path())
    made.refresh()
    return made


def test_what_is_done_is_what_the_engine_computes(ws: Workspace) -> None:
    found = forecast(ws, "won_value", "team", "2026-Q2", 100_000)
    through = found.ones[0].forecast.through
    assert through == through_of(ws, ws.catalogue.resolved("won_value"))
    assert through <= UNTIL
    exact = ws.compute_stretches(["won_value"], by="team", stretches=[(date(2026, 4, 1), through)])
    assert {one.subject.id: one.forecast.done for one in found.ones} == pytest.approx(
        {o.subject.id: float(o.value or 0) for o in exact}
    )
    for one in found.ones:
        told = one.forecast
        assert list(told.quantiles) == sorted(told.quantiles)
        assert told.quantiles[0] >= told.done or told.done < 0


def test_days_that_are_told_as_known_hide_later_ones(ws: Workspace) -> None:
    question = Question("won_value", "company", date(2026, 4, 1), date(2026, 6, 30), "quarter")
    early = answers(ws, [question], known=date(2026, 5, 10))[question].of(None)
    assert early is not None
    assert early.through == date(2026, 5, 10)
    [exact] = ws.compute_stretches(["won_value"], stretches=[(date(2026, 4, 1), date(2026, 5, 10))])
    assert early.done == pytest.approx(float(exact.value or 0))


def test_each_kpi_is_forecast_by_its_kind(ws: Workspace) -> None:
    kinds = {
        "won_value": "amount", "won_deals": "count", "win_rate": "ratio", "pipeline_value": "stock",
        "sales_cycle": None, "new_companies": None, "revenue_growth": None, "nps": None,
    }  # fmt: skip
    assert {kpi: kind_of(ws.catalogue.resolved(kpi)) for kpi in kinds} == kinds
    methods = {kpi: forecast(ws, kpi, period="2026-06").ones[0].forecast.method for kpi in kinds}
    assert methods["win_rate"] == "ratio"
    assert methods["pipeline_value"] == "stock"
    assert methods["sales_cycle"] == "developed"


def test_of_a_kpi_that_should_fall_the_chance_is_to_end_below(ws: Workspace) -> None:
    low, high = (
        forecast(ws, "sales_cycle", target=level).as_json()["forecasts"][0] for level in (1.0, 1000.0)
    )
    assert (low["chances"]["target"], high["chances"]["target"]) == (0.01, 0.99)


def test_a_count_of_different_companies_never_ends_below_what_is_counted(ws: Workspace) -> None:
    for kpi in ("contacted_companies", "new_companies"):
        for by in ("company", "team"):
            ones = forecast(ws, kpi, by, "2026-Q2").ones
            told = [one.forecast for one in ones if one.forecast.verdict == "ok"]
            assert told
            assert all(min(f.point, *f.quantiles) >= f.done for f in told)


def test_a_young_cohort_is_expected_to_ripen(ws: Workspace) -> None:
    found = forecast(ws, "deal_to_win_rate", period="2026-Q2").ones[0].forecast
    past = ws.compute(["deal_to_win_rate"], grain="quarter", start=date(2024, 1, 1), end=date(2025, 9, 30))
    ripe = [float(o.value) for o in past if o.value is not None]
    assert found.done < 0.7 * min(ripe)
    assert min(ripe) * 0.7 < found.point < max(ripe) * 1.3
    assert 0 <= found.quantiles[0] <= found.quantiles[-1] <= 1


def test_what_came_in_today_is_counted_already(tmp_path: Path) -> None:
    today = clock.today("Europe/Berlin")
    lines, day = ["Nr,Status,Angelegt,Abgeschlossen,Betrag"], today - timedelta(days=420)
    while day <= today:
        many = 90 if day == today else int(day.weekday() < 5)
        lines += [f"{day}-{n},won,{day},{day},100" for n in range(many)]
        day += timedelta(days=1)
    (tmp_path / "deals.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    fields = {"status": "Status", "created_at": "Angelegt", "closed_at": "Abgeschlossen", "amount": "Betrag"}
    mapping = ['name = "Deals"', "[[table]]", 'fact = "deal"', 'file = "deals.csv"', 'key = "Nr"']
    mapping += ["[table.fields]", *(f'{field} = "{column}"' for field, column in fields.items())]
    (tmp_path / "deals.toml").write_text("\n".join(mapping) + "\n", encoding="utf-8")
    made = leitstern.init(tmp_path / "ws", name="Deals", language="de", currency="EUR", country="DE")
    assert not made.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "deals.toml").questions
    made.refresh()
    month = f"{today:%Y-%m}"
    for kpi, each in (("won_deals", 1), ("won_value", 100)):
        [now] = made.compute([kpi], start=today, end=today)
        found = forecast(made, kpi, period=month, target=float(now.value)).ones[0].forecast
        assert found.done == float(now.value) - 90 * each
        assert min(found.point, *found.quantiles) >= float(now.value)
        assert found.chance(float(now.value)) == 0.99


def test_a_year_is_forecast_from_stretches_of_twelve_months(ws: Workspace) -> None:
    for kpi in ("contacted_companies", "sales_cycle", "lead_to_mql_rate"):
        found = forecast(ws, kpi, period="2026").ones[0].forecast
        assert (found.verdict, found.method) == ("ok", "developed")
        assert found.n > 4
        assert found.quantiles[0] < found.point < found.quantiles[-1]
    # What begins anew each year is not like the same months of another one.
    assert forecast(ws, "revenue_ytd", period="2026").ones[0].forecast.verdict == "too_little"


def test_stretches_are_moved_by_months_and_end_before_the_known_day() -> None:
    found = moved((date(2026, 1, 1), date(2026, 12, 31)), date(2026, 6, 17))
    assert found[-1] == (date(2025, 6, 1), date(2026, 5, 31))
    assert found[-2] == (date(2025, 5, 1), date(2026, 4, 30))
    assert moved((date(2026, 1, 1), date(2026, 12, 31)), date(2026, 6, 30))[-1][1] == date(2026, 6, 30)
    assert moved((date(2026, 1, 5), date(2026, 2, 4)), date(2026, 6, 17)) == []


def test_a_cohort_of_the_past_is_as_young_as_it_was_then(ws: Workspace) -> None:
    quarter = [(date(2025, 1, 1), date(2025, 3, 31))]
    known = [
        next(iter(ws.compute_as_known("deal_to_win_rate", "company", quarter, "quarter", day))).value
        for day in (date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30))
    ]
    [now] = ws.compute(["deal_to_win_rate"], grain="quarter", start=quarter[0][0], end=quarter[0][1])
    assert known[0] < known[1] <= known[2] == now.value


def test_replays_are_judged_by_what_the_engine_computes(ws: Workspace) -> None:
    found = replays(ws, "won_value", count=2)
    assert found
    for one in found:
        start, end = one.forecast.start, one.forecast.end
        [exact] = ws.compute_stretches(["won_value"], stretches=[(start, end)])
        assert one.outcome == pytest.approx(float(exact.value or 0))
        assert one.forecast.through < end


def test_growth_in_the_same_months() -> None:
    first, through = date(2021, 1, 1), date(2026, 3, 31)
    # A day of the second quarter brings 3, any other 2.
    each = [first + timedelta(days=at) for at in range((through - first).days + 1)]
    values = np.array([[3.0 if 4 <= day.month <= 6 else 2.0 for day in each]])
    known = Days((Subject("company", None, "Demo"),), History(first, values, "amount"), through)
    question = Question("won_value", "company", date(2026, 4, 1), date(2026, 6, 30), "quarter")
    found = same_season(known, question, None)
    assert found is not None
    assert found.base == 2 * 90
    assert found.growth.years == 5
    assert found.growth.reached == pytest.approx([91 * 3 / (d * 2) - 1 for d in (90, 90, 90, 91, 90)])
    assert (found.growth.times(0.5), found.growth.times(0.51)) == (5, 4)
    odd = Question("won_value", "company", date(2026, 4, 2), date(2026, 6, 30))
    assert same_season(known, odd, None) is None
    assert same_season(known, question, "T-1") is None


def test_holidays_are_special_by_name_and_have_no_working_time(ws: Workspace) -> None:
    first = date(2025, 1, 1)
    found = calendar_of(ws.settings.calendar(), first, date(2026, 12, 31))

    def at(day: date) -> int:
        return (day - first).days

    assert found.special[at(date(2025, 1, 1))] == found.special[at(date(2026, 1, 1))] != 0
    assert found.special[at(date(2025, 1, 1))] != found.special[at(date(2025, 5, 1))]
    assert found.working[at(date(2025, 5, 1))] == 0
    assert found.special[at(date(2025, 5, 5))] == 0  # a Monday
    assert found.working[at(date(2025, 12, 24))] == 0.5
    assert len(found.special) == 730


def test_the_command_prints_the_same(ws: Workspace) -> None:
    arguments = ["-w", str(ws.folder), "forecast", "won_value", "--by", "team", "--period", "2026-Q2"]
    whole = forecast(ws, "won_value", "team", "2026-Q2", 100_000)
    printed = CliRunner().invoke(cli, [*arguments, "--target", "100000", "--format", "json"], obj=State())
    assert printed.exit_code == 0, printed.output
    assert json.loads(printed.stdout) == json.loads(json.dumps(whole.as_json()))
    table = CliRunner().invoke(cli, [*arguments, "--target", "100000"], obj=State())
    assert table.exit_code == 0, table.output
    assert "Erwartet" in table.stdout
    none = CliRunner().invoke(
        cli, ["-w", str(ws.folder), "forecast", "revenue_ytd", "--period", "2026"], obj=State()
    )
    assert "Vorgeschichte zu kurz" in none.stdout
    # Teams without any value are told why they have none.
    assert len(table.stdout.splitlines()) == 3 + len(whole.ones) + 1


def test_without_a_period_it_is_the_running_month(ws: Workspace) -> None:
    found = forecast(ws, "won_deals")
    info = ws.generation()
    assert info is not None
    assert found.question.start == (info.as_of - timedelta(days=1)).replace(day=1)
    assert Path(ws.folder).exists()
