"""A company without the stories: the same kind of company, with nothing planted but the dirt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from leitstern.demo import simulate, stories, write
from leitstern.demo.arrays import Bools
from leitstern.demo.company import Company

from .conftest import UNTIL
from .test_stories import _since, _stays, _team_of_deal

DAY = np.timedelta64(1, "D")
END = np.datetime64(UNTIL, "D") + DAY


@pytest.fixture(scope="module", params=[1, 21])
def clean(request: pytest.FixtureRequest) -> Company:
    """A company without stories."""
    return simulate(seed=request.param, until=UNTIL, stories=False)


def test_only_demand_and_dirt_are_told(clean: Company) -> None:
    assert clean.stories == (stories.LEADING, stories.DIRT)
    assert {fault: len(keys) for fault, keys in clean.planted.items()} == {
        fault: stories.DIRT.effect[fault] for fault in clean.planted
    }


def test_deals_lie_in_quotes_as_long_in_each_team(clean: Company) -> None:
    story, team = stories.BOTTLENECK, _team_of_deal(clean)
    stays = [
        one for one in _stays(clean.tables["deal_event"], story.where["stage"]) if one[1] >= _since(story)
    ]
    here = [days for deal, _, days, _ in stays if team[deal] == story.where["team"]]
    elsewhere = [days for deal, _, days, _ in stays if team[deal] != story.where["team"]]
    assert 0.75 < np.median(here) / np.median(elsewhere) < 1.35


def test_reach_stays_as_it_was(clean: Company) -> None:
    touch = clean.tables["touchpoint"]
    mine = (touch["channel"] == "LinkedIn") & (touch["kind"] == "impression")
    year = mine & (touch["at"] >= END - 365 * DAY)
    before = mine & (touch["at"] < END - 365 * DAY) & (touch["at"] >= END - 730 * DAY)
    assert 0.8 < touch["quantity"][year].sum() / touch["quantity"][before].sum() < 1.3


def test_no_campaign_brings_a_mass_of_leads(clean: Company) -> None:
    campaign, lead, spend = (clean.tables[fact] for fact in ("campaign", "lead", "spend"))
    assert stories.MASS_CAMPAIGN not in set(campaign["key"])
    assert "Whitepaper" not in set(lead["source"])
    assert len(set(campaign["key"])) == len(campaign["key"])
    assert set(spend["campaign"]) - {None} <= set(campaign["key"])
    since = _since(stories.CONFLICT)
    assert 0.8 < _between(clean, since, since + 270 * DAY).sum() / _between(
        clean, since - 365 * DAY, since - 95 * DAY
    ).sum() < 1.45  # fmt: skip


def _between(company: Company, start: np.datetime64, stop: np.datetime64) -> Bools:
    at = company.tables["lead"]["created_at"]
    return (at >= start) & (at < stop)


def test_first_responses_take_as_long_as_before(clean: Company) -> None:
    lead = clean.tables["lead"]
    answered = ~np.isnat(lead["first_response_at"])
    hours = (lead["first_response_at"] - lead["created_at"])[answered] / np.timedelta64(1, "h")
    after = lead["created_at"][answered] >= _since(stories.LEVEL_SHIFT)
    assert 0.85 < np.median(hours[after]) / np.median(hours[~after]) < 1.15


def test_surveys_go_on_to_the_end(clean: Company) -> None:
    newest = clean.tables["survey_response"]["at"].max().astype("datetime64[D]")
    assert np.datetime64(UNTIL) - newest < np.timedelta64(6, "D")
    assert newest < END


def test_no_team_is_founded_within_the_three_years(clean: Company) -> None:
    membership = clean.tables["membership"]
    east = membership["team"] == stories.TEAM_EAST
    assert membership["valid_from"][east].min() < np.datetime64(clean.start, "D")
    assert (east & np.isnat(membership["valid_to"])).sum() >= 2


def test_the_same_seed_without_stories_writes_other_files(tmp_path: Path) -> None:
    told = write(tmp_path / "told", seed=3, scale=0.2, until=UNTIL)
    clean = write(tmp_path / "clean", seed=3, scale=0.2, until=UNTIL, stories=False)
    assert set(told.rows) == set(clean.rows)
    assert clean.rows["Leads.csv"] < 0.85 * told.rows["Leads.csv"]


def test_every_effect_has_a_neutral_size() -> None:
    for story in stories.STORIES:
        assert not story.neutral or set(story.neutral) <= set(story.effect)
        assert story.size(told=True) == story.effect
    assert stories.BOTTLENECK.size(told=False) == {"stay_factor": 1.0, "loss_log_odds": 0.0}
