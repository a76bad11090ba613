"""KPIs that compute the same are said the same way."""

from __future__ import annotations

import pytest

from leitstern.kpis.meaning import conditions, meaning
from tests.insight.by_hand import DECIDED, LEADS, WON, catalogue, kpi


def _same(one: tuple[str, dict[str, object]], other: tuple[str, dict[str, object]]) -> bool:
    made = catalogue(kpi("one", one[0], measures=one[1]), kpi("other", other[0], measures=other[1]))
    return meaning(made["one"]) == meaning(made["other"])


def _deals(where: str) -> dict[str, str]:
    return {"count": "deal", "where": where, "on": "closed_at"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("status = 'won'", "status in ('won')"),
        ("status in ('won', 'lost')", "status in ('lost', 'won')"),
        ("status = 'won' and amount > 5", "amount > 5 and (status = 'won')"),
        ("status = 'won' or amount > 5", "amount > 5 or status = 'won'"),
    ],
)
def test_the_same_records(one: str, other: str) -> None:
    assert _same(("a", {"a": _deals(one)}), ("b", {"b": _deals(other)}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("status = 'won'", "status = 'lost'"),
        ("status = 'won' and amount > 5", "status = 'won' or amount > 5"),
        ("amount > 5", "amount >= 5"),
    ],
)
def test_other_records(one: str, other: str) -> None:
    assert not _same(("a", {"a": _deals(one)}), ("b", {"b": _deals(other)}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a + b", "b + a", True),
        ("a - b", "-b + a", True),
        ("a - b", "b - a", False),
        ("a * b / c", "b * a / c", True),
        ("a / b", "b / a", False),
        ("a / b / c", "a / (b * c)", False),  # nothing is multiplied out
    ],
)
def test_formulas(one: str, other: str, same: bool) -> None:
    measures: dict[str, object] = {"a": WON, "b": DECIDED, "c": LEADS}
    assert _same((one, measures), (other, measures)) is same


def test_the_usual_date_may_be_left_out() -> None:
    assert _same(("a", {"a": LEADS}), ("a", {"a": {"count": "lead"}}))


def test_an_inlined_kpi_means_its_own_formula() -> None:
    made = catalogue(
        kpi("won", "w", measures={"w": WON}),
        kpi("rate", "won / d", measures={"d": DECIDED}, unit="percent"),
        kpi("quota", "w / d", measures={"w": WON, "d": DECIDED}, unit="percent"),
    )
    assert meaning(made["rate"]) == meaning(made["quota"])


def test_what_implies_what() -> None:
    made = catalogue(kpi("won", "w / d", measures={"w": WON, "d": DECIDED}))["won"]
    [won], [decided] = (conditions(made.measures[name]) for name in ("w", "d"))
    assert won.implies(decided)
    assert not decided.implies(won)
