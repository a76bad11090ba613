"""What is planted can be measured in the data."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pytest

from leitstern.demo import simulate, stories
from leitstern.demo.arrays import Bools, Table
from leitstern.demo.company import Company

from .conftest import UNTIL

DAY = np.timedelta64(1, "D")


@pytest.fixture(scope="module", params=[1, 2, 11])
def any_company(request: pytest.FixtureRequest) -> Company:
    """The stories hold for every seed."""
    return simulate(seed=request.param, until=UNTIL)


def _since(story: stories.Story) -> np.datetime64:
    return np.datetime64(story.since(UNTIL), "D")


def _team_of_deal(company: Company) -> dict[str, str]:
    """Each deal's team: where its owner is or was last."""
    membership, deal = company.tables["membership"], company.tables["deal"]
    team = dict(zip(membership["person"], membership["team"], strict=True))
    return {key: team.get(owner, "") for key, owner in zip(deal["key"], deal["owner"], strict=True)}


def _stays(event: Table, stage: str) -> list[tuple[str, np.datetime64, float, str]]:
    """Finished stays in a stage: deal, day of entry, days, next stage."""
    path = defaultdict(list)
    for row in np.flatnonzero(event["field"] == "stage"):
        path[event["deal"][row]].append((event["at"][row], event["new"][row]))
    out = []
    for deal, steps in path.items():
        steps.sort(key=lambda step: step[0])
        for (at, new), (until, to) in itertools.pairwise(steps):
            if new == stage:
                out.append((deal, at, float((until - at) / np.timedelta64(1, "D")), to))
    return out


def test_bottleneck(any_company: Company) -> None:
    story = stories.BOTTLENECK
    team = _team_of_deal(any_company)
    here, elsewhere, lost, lost_elsewhere = [], [], [], []
    for deal, at, days, to in _stays(any_company.tables["deal_event"], story.where["stage"]):
        if at >= _since(story):
            mine = team[deal] == story.where["team"]
            (here if mine else elsewhere).append(days)
            (lost if mine else lost_elsewhere).append(to == "Verloren")
    assert len(here) > 60
    assert np.median(here) > 2 * np.median(elsewhere)
    assert np.mean(lost) > np.mean(lost_elsewhere) + 0.08


def test_vanity_metric(any_company: Company) -> None:
    story = stories.VANITY
    touch, lead = any_company.tables["touchpoint"], any_company.tables["lead"]
    for kind in story.where["kinds"].split():
        mine = (touch["channel"] == story.where["channel"]) & (touch["kind"] == kind)
        before, now = _half_years(touch["at"], _since(story), touch["quantity"] * mine)
        assert now > 4 * before, kind
    clicks = (touch["channel"] == story.where["channel"]) & (touch["kind"] == "click") & _none(touch["lead"])
    before, now = _half_years(touch["at"], _since(story), touch["quantity"] * clicks)
    assert now < 1.5 * before
    before, now = _half_years(lead["created_at"], _since(story), lead["source"] == "LinkedIn")
    assert now < 2.2 * before


def _half_years(at: npt.NDArray[np.datetime64], since: np.datetime64, amount: Bools) -> tuple[int, int]:
    """The sum in the half-year before the story began, and in the last one."""
    end = np.datetime64(UNTIL, "D") + DAY
    before = (at >= since - 180 * DAY) & (at < since)
    return int(amount[before].sum()), int(amount[at >= end - 180 * DAY].sum())


def test_conflicting_teams(any_company: Company) -> None:
    lead, deal = any_company.tables["lead"], any_company.tables["deal"]
    since = _since(stories.CONFLICT)
    won = set(deal["key"][deal["status"] == "won"])
    leads, qualified, converted = {}, {}, {}
    for name, begin in (("before", since - 365 * DAY), ("after", since)):
        mine = (lead["created_at"] >= begin) & (lead["created_at"] < begin + 270 * DAY)
        leads[name] = int(mine.sum())
        qualified[name] = float((~np.isnat(lead["sql_at"][mine])).mean())
        converted[name] = float(np.mean([key in won for key in lead["deal"][mine]]))
    assert leads["after"] > 1.5 * leads["before"]
    assert qualified["after"] < 0.8 * qualified["before"]
    assert converted["after"] < 0.7 * converted["before"]
    mass = lead["campaign"] == stories.MASS_CAMPAIGN
    assert lead["created_at"][mass].min() >= since
    assert mass.sum() > 500


def test_level_shift(any_company: Company) -> None:
    lead = any_company.tables["lead"]
    answered = ~np.isnat(lead["first_response_at"])
    hours = (lead["first_response_at"] - lead["created_at"])[answered] / np.timedelta64(1, "h")
    after = lead["created_at"][answered] >= _since(stories.LEVEL_SHIFT)
    assert np.median(hours[after]) < 0.5 * np.median(hours[~after])


def test_stale_source(any_company: Company) -> None:
    newest = any_company.tables["survey_response"]["at"].max()
    assert newest < _since(stories.STALE_SOURCE)
    assert np.datetime64(UNTIL) - newest.astype("datetime64[D]") < np.timedelta64(40, "D")
    for fact, field in (
        ("ticket", "created_at"),
        ("activity", "at"),
        ("lead", "created_at"),
        ("invoice", "at"),
    ):
        newest = any_company.tables[fact][field].max().astype("datetime64[D]")
        assert np.datetime64(UNTIL) - newest < np.timedelta64(6, "D"), fact


def test_team_split(any_company: Company) -> None:
    story = stories.TEAM_SPLIT
    membership = any_company.tables["membership"]
    east = membership["team"] == story.where["to"]
    moved = set(membership["person"][east]) & set(
        membership["person"][membership["team"] == story.where["from"]]
    )
    assert len(moved) >= 2
    first = membership["valid_from"][east].min()
    assert first == _since(story).astype("datetime64[M]").astype("datetime64[D]")


def test_unrealistic_goal(any_company: Company) -> None:
    story = stories.UNREALISTIC_GOAL
    deal = any_company.tables["deal"]
    team = _team_of_deal(any_company)
    mine = np.array([team[key] == story.where["team"] for key in deal["key"]]) & (deal["status"] == "won")
    year = deal["closed_at"].astype("datetime64[Y]").astype(int) + 1970
    by_year = [int(deal["amount"][mine & (year == y)].sum()) for y in (2024, 2025, 2026)]
    asked = story.effect["times_best_year"] * max(by_year)
    growth = max(by_year[1] / by_year[0], by_year[2] / by_year[1])
    assert asked > by_year[2] * min(growth, 2.4)  # even the best growth so far would not reach it


def test_leads_run_ahead_of_deals_won(any_company: Company) -> None:
    """Weekly deals opened follow weekly demand: correlation with SQLs of the weeks before is positive."""
    lead, deal = any_company.tables["lead"], any_company.tables["deal"]
    week = np.datetime64(any_company.start, "D") + 7 * np.arange(150)
    sqls = np.histogram(_days(lead["sql_at"]), bins=_days(week))[0][:-3]
    opened = np.histogram(_days(deal["created_at"][~_none(deal["lead"])]), bins=_days(week))[0][1:-2]
    assert np.corrcoef(sqls, opened)[0, 1] > 0.3


def _none(column: npt.NDArray[np.object_]) -> Bools:
    """Where a column of texts is empty."""
    return np.array([value is None for value in column])


def _days(moment: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    return moment[~np.isnat(moment)].astype("datetime64[D]").astype(np.int64)


def test_every_story_is_told_in_both_languages() -> None:
    names = [story.name for story in stories.STORIES]
    assert len(set(names)) == len(names) == 9
    for story in stories.STORIES:
        assert story.de
        assert story.en
        assert story.de != story.en
        assert story.effect
        assert story.where["fact"]


def test_dirt_is_planted_in_the_number_told(company: Company) -> None:
    told = stories.DIRT.effect
    for fault, keys in company.planted.items():
        assert len(keys) == told[fault], fault
    reasons = defaultdict(int)
    for row in company.set_aside:
        reasons[row.reason] += 1
    assert reasons == {
        "not_a_number": told["unreadable_amount"],
        "value_unknown": told["unknown_value"],
        "required_empty": told["missing_date"],
        "impossible_date": told["impossible_date"],
    }
