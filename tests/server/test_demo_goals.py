"""What the demo's goals ask for is what its stories tell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leitstern.demo import stories
from leitstern.server import demo_goals

pytestmark = pytest.mark.calendar


def test_the_unrealistic_goal_asks_for_what_its_story_tells() -> None:
    story = stories.UNREALISTIC_GOAL
    assert story.where["team"] == demo_goals.SWITZERLAND
    for told in (True, False):
        assert demo_goals.TIMES_BEST_YEAR[told] == Decimal(str(story.size(told=told)["times_best_year"]))
