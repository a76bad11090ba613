"""A workspace's deals as arrays, and the forecast made of them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import leitstern
from leitstern import clock
from leitstern.analyses.pipeline import Pipeline, pipeline
from leitstern.analyses.pipeline_data import Read, read
from leitstern.cli import cli
from leitstern.cli.state import State
from leitstern.errors import Problem
from leitstern.insight.pipeline.deals import NEVER, STILL, WON, snapshot
from leitstern.workspace import Workspace

pytestmark = pytest.mark.calendar

MAPPING = """
name = "Deals"
[[table]]
file = "deals.csv"
fact = "deal"
key = "id"
[table.fields]
name = "id"
status = "status"
created_at = { column = "created", read = "YYYY-MM-DD" }
closed_at = { column = "closed", read = "YYYY-MM-DD" }
amount = { column = "amount", read = "plain" }
product = "product"
[[table]]
file = "stages.csv"
fact = "stage"
key = "id"
[table.fields]
name = "id"
position = { column = "position", read = "plain" }
outcome = "outcome"
[[table]]
file = "history.csv"
fact = "deal_event"
key = "id"
[table.fields]
deal = "deal"
at = { column = "at", read = "YYYY-MM-DD" }
field = "field"
old = "old"
new = "new"
"""

STAGES = "id,position,outcome\nTalk,1,open\nOffer,2,open\nWon,3,won\nLost,4,lost\n"
HISTORY = """id,deal,at,field,old,new
1,A,2026-03-02,stage,,Talk
2,A,2026-03-10,stage,Talk,Offer
3,A,2026-03-12,amount,500,800
4,A,2026-03-20,stage,Offer,Won
5,B,2026-03-05,stage,,Talk
6,B,2026-03-09,stage,Talk,Lost
7,B,2026-03-16,stage,Lost,Offer
8,B,2026-03-25,stage,Offer,Won
9,C,2026-03-18,stage,Talk,Offer
"""
DEALS = """id,status,created,closed,amount,product
A,won,2026-03-02,2026-03-20,800,P
B,won,2026-03-05,2026-03-25,100,P
C,open,2026-03-11,,300,Q
D,lost,2026-03-03,2026-03-17,50,
E,open,,,70,P
"""


def made(folder: Path, deals: str, history: str = HISTORY) -> Workspace:
    """A workspace with these files."""
    folder.mkdir()
    (folder / "map.toml").write_text(MAPPING)
    for name, text in (("deals", deals), ("stages", STAGES), ("history", history)):
        (folder / f"{name}.csv").write_text(text)
    ws = leitstern.init(
        folder / "ws", name="X", language="en", currency="EUR", timezone="Europe/Berlin", country="DE"
    )
    ws.import_files(
        [folder / f"{n}.csv" for n in ("deals", "stages", "history")], mapping=folder / "map.toml"
    )
    ws.refresh()
    return ws


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Read:
    return read(made(tmp_path_factory.mktemp("few") / "data", DEALS))


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def stays_of(known: Read, key: str) -> list[tuple[str | None, int, int, int]]:
    stays = known.deals.stays
    rows = np.flatnonzero(stays.deal == known.keys.index(key))
    return [
        (known.stages[stays.stage[r]], int(stays.entered[r]), int(stays.left[r]), int(stays.leads_to[r]))
        for r in rows
    ]


def test_stages_in_the_order_of_the_pipeline_and_the_unknown_one(known: Read) -> None:
    assert known.stages == ["Talk", "Offer", None]


def test_stays_follow_the_history(known: Read) -> None:
    assert stays_of(known, "A") == [
        ("Talk", day("2026-03-02"), day("2026-03-10"), 1),
        ("Offer", day("2026-03-10"), day("2026-03-20"), WON),
    ]


def test_a_deal_that_came_back_was_lost_in_between(known: Read) -> None:
    row = known.keys.index("B")
    for when, stage in (("2026-03-08", "Talk"), ("2026-03-10", None), ("2026-03-16", "Offer")):
        found = snapshot(known.deals, day(when))
        stages = [known.stages[s] for s, d in zip(found.stage, found.deal, strict=True) if d == row]
        assert stages == ([stage] if stage else [])


def test_the_time_before_the_first_stage_is_unknown(known: Read) -> None:
    assert stays_of(known, "C") == [
        (None, day("2026-03-11"), day("2026-03-18"), 1),
        ("Offer", day("2026-03-18"), NEVER, STILL),
    ]


def test_the_present_stage_of_a_deal_without_history_is_not_its_past(known: Read) -> None:
    assert [stay[0] for stay in stays_of(known, "D")] == [None]


def test_amounts_have_their_past(known: Read) -> None:
    row = known.keys.index("A")
    for when, amount in (("2026-03-11", 500), ("2026-03-12", 800)):
        found = snapshot(known.deals, day(when))
        assert found.amount[list(found.deal).index(row)] == amount


def test_open_deals_without_a_beginning_are_counted_apart(known: Read) -> None:
    assert known.left_out == 1
    assert "E" not in known.keys


def test_amounts_written_at_the_closing_are_not_known_before(tmp_path: Path) -> None:
    rows = (
        "id,status,created,closed,amount,product\nA,won,2026-03-02,2026-03-20,800,P\nB,open,2026-03-02,,,P\n"
    )
    found = read(made(tmp_path / "data", rows, "id,deal,at,field,old,new\n"))
    assert found.amount_at_close
    assert np.isnan(found.deals.amount).all()
    assert found.deals.value[found.keys.index("A")] == 800


def steady() -> str:
    """A deal begun on each working day, every second won after 20 days and the others lost after 30."""
    today = clock.today("Europe/Berlin")
    lines = ["id,status,created,closed,amount,product"]
    for back in range(1, 360):
        begun = today - timedelta(days=back)
        end = begun + timedelta(days=20 if back % 2 else 30)
        state = "open" if end > today else ("won" if back % 2 else "lost")
        lines.append(f"D{back},{state},{begun},{'' if state == 'open' else end},100,P")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return made(tmp_path_factory.mktemp("many") / "data", steady(), "id,deal,at,field,old,new\n")


@pytest.fixture(scope="module")
def found(whole: Workspace) -> Pipeline:
    return pipeline(whole, weeks=4)


def test_half_a_deal_a_day_is_won(found: Pipeline) -> None:
    weeks = found.forecast.weeks[1:]
    assert sum(week.deals for week in weeks) == pytest.approx(3.5 * len(weeks), rel=0.25)
    assert sum(week.total for week in weeks) == pytest.approx(350 * len(weeks), rel=0.25)


def test_json_is_plain(found: Pipeline) -> None:
    answer = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert answer["verdict"] == "ok"
    assert len(answer["weeks"]) == 4
    first = answer["weeks"][0]
    assert first["total"] == pytest.approx(first["open"] + first["new"] + first["so_far"], rel=1e-12)
    assert {deal["deal"] for deal in answer["deals"]} == {key for key, _ in found.deals}


def test_teams_add_up_to_the_open_deals(found: Pipeline) -> None:
    assert sum(row.deals for row in found.teams) == len(found.deals)
    assert sum(row.expected[-1] for row in found.teams) == pytest.approx(
        sum(deal.expected for _, deal in found.deals)
    )


def test_weeks_have_bounds(whole: Workspace) -> None:
    with pytest.raises(Problem, match="27"):
        pipeline(whole, weeks=27)


def test_the_command_says_the_same(whole: Workspace, found: Pipeline) -> None:
    arguments = ["-w", str(whole.folder), "--language", "en", "pipeline", "--weeks", "4"]
    ran = CliRunner().invoke(cli, [*arguments, "--format", "json"], obj=State())
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["weeks"] == json.loads(json.dumps(found.as_json()))["weeks"]


def test_too_few_deals_are_said_to_be_too_few(tmp_path: Path) -> None:
    ws = made(tmp_path / "data", DEALS)
    ran = CliRunner().invoke(
        cli, ["-w", str(ws.folder), "--language", "de", "pipeline", "--by", "team"], obj=State()
    )
    assert ran.exit_code == 0
    assert "Zu wenig Daten: 2 gewonnene Deals" in ran.stderr
