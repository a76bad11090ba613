"""The forecast as a whole, on a company whose truth is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from leitstern.insight.pipeline import boosting, forecast
from leitstern.insight.pipeline.forecast import PipelineForecast
from tests.insight.pipeline.made import by_hand, steady

DAY = 500  # Sunday, 16 May 1971


@pytest.fixture(scope="module")
def found() -> PipelineForecast:
    return forecast(steady(3, per_day=8.0), DAY)


def test_weeks_and_months_follow_the_calendar(found: PipelineForecast) -> None:
    today = date(1970, 1, 1) + timedelta(days=DAY)
    assert today == date(1971, 5, 16)
    assert [(w.start, w.end) for w in found.weeks[:2]] == [
        (date(1971, 5, 17), date(1971, 5, 23)),
        (date(1971, 5, 24), date(1971, 5, 30)),
    ]
    assert [m.end for m in found.months] == [date(1971, 5, 31), date(1971, 6, 30), date(1971, 7, 31)]


def test_a_steady_company_goes_on(found: PipelineForecast) -> None:
    """8 deals a day, half are won, 100 each: 2,800 a week; of the next week, most from deals open now."""
    for week in found.weeks:
        assert week.total == pytest.approx(2800, rel=0.2)
        assert week.deals == pytest.approx(28, rel=0.2)
    assert found.weeks[0].open > 5 * found.weeks[0].new
    assert found.weeks[-1].new > 2 * found.weeks[-1].open


def test_a_month_contains_what_was_won_in_it(found: PipelineForecast) -> None:
    deals = steady(3, per_day=8.0)
    first = DAY - 15  # 1 May
    won = deals.won & (deals.closed >= first) & (deals.closed <= DAY)
    month = found.months[0]
    assert month.deals_so_far == won.sum()
    assert month.so_far == pytest.approx(100 * won.sum())
    assert month.low is not None
    assert month.high is not None
    assert month.so_far < month.low < month.total < month.high
    assert found.months[1].so_far == 0


def test_past_forecasts_are_told_with_what_happened(found: PipelineForecast) -> None:
    assert len(found.told) > 30
    assert found.bias == pytest.approx(0, abs=0.1)
    assert found.wape is not None
    assert found.wape < 0.2
    assert found.coverage is not None
    assert found.coverage > 0.6


def test_open_deals_add_up_to_their_part(found: PipelineForecast) -> None:
    expected = sum(deal.expected for deal in found.deals)
    assert expected == pytest.approx(sum(m.open for m in found.months), rel=0.02)
    assert list(found.deals) == sorted(found.deals, key=lambda d: -d.expected)
    for deal in found.deals:
        assert list(deal.chances) == sorted(deal.chances)


def test_tools_count_every_open_deal_whenever_it_comes(found: PipelineForecast) -> None:
    assert found.tools == pytest.approx(0.5 * 100 * found.open_deals, rel=0.1)


def test_few_deals_won_are_too_little() -> None:
    answer = forecast(by_hand(), 20)
    assert answer.verdict == "too_little"
    assert (answer.n, answer.open_deals, answer.weeks) == (1, 1, ())


def test_without_scikit_learn_the_hazard_answers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosting, "find_spec", lambda _name: None)
    plain = forecast(steady(3, per_day=8.0), DAY, weeks=4)
    assert not plain.boosted
    assert plain.weeks[0].total == pytest.approx(2800, rel=0.2)


def test_boosting_takes_part_where_enough_was_won(found: PipelineForecast) -> None:
    pytest.importorskip("sklearn")
    assert found.boosted


def test_a_quarter_rhythm_is_learned() -> None:
    """Deals that are closed in the last month of a quarter only."""
    rng = np.random.default_rng(5)
    created = np.repeat(np.arange(900), rng.poisson(4.0, 900))
    day = created + rng.integers(5, 25, len(created))
    third = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 3
    months = day.astype("datetime64[D]").astype("datetime64[M]") + (2 - third).astype("timedelta64[M]")
    later = months.astype("datetime64[D]").astype(np.int64) + rng.integers(0, 28, len(created))
    closed = np.where(third == 2, day, later)
    from tests.insight.pipeline.made import known

    # Day 895 is 14 June 1972: June still runs, July and August bring next to nothing, September does.
    made = known(created, closed, rng.random(len(created)) < 0.5, np.full(len(created), 10.0), 895)
    june, july, august, *_ = forecast(made, 895, weeks=12).months
    assert june.open > 3 * (july.total + august.total)
