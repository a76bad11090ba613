"""KPIs that compute the same are said the same way."""

from __future__ import annotations

import pytest
from tests.insight.by_hand import DECIDED, LEADS, WON, catalogue, kpi

from leitstern.kpis.meaning import conditions, meaning


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
    assert _same(("aa", {"aa": _deals(one)}), ("bb", {"bb": _deals(other)}))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("status = 'won'", "status = 'lost'"),
        ("status = 'won' and amount > 5", "status = 'won' or amount > 5"),
        ("amount > 5", "amount >= 5"),
    ],
)
def test_other_records(one: str, other: str) -> None:
    assert not _same(("aa", {"aa": _deals(one)}), ("bb", {"bb": _deals(other)}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("aa + bb", "bb + aa", True),
        ("aa - bb", "-bb + aa", True),
        ("aa - bb", "bb - aa", False),
        ("aa * bb / cc", "bb * aa / cc", True),
        ("aa / bb", "bb / aa", False),
        ("aa / bb / cc", "aa / (bb * cc)", False),  # nothing is multiplied out
    ],
)
def test_formulas(one: str, other: str, same: bool) -> None:
    known = {"aa": WON, "bb": DECIDED, "cc": LEADS}
    assert _same((one, _used(one, known)), (other, _used(other, known))) is same


def test_the_usual_date_may_be_left_out() -> None:
    assert _same(("aa", {"aa": LEADS}), ("aa", {"aa": {"count": "lead"}}))


def test_an_inlined_kpi_means_its_own_formula() -> None:
    made = catalogue(
        kpi("won", "won_deals", measures={"won_deals": WON}),
        kpi("rate", "won / decided", measures={"decided": DECIDED}, unit="percent"),
        kpi("quota", "won_deals / decided", measures={"won_deals": WON, "decided": DECIDED}, unit="percent"),
    )
    assert meaning(made["rate"]) == meaning(made["quota"])


def test_what_implies_what() -> None:
    made = catalogue(kpi("won", "won_deals / decided", measures={"won_deals": WON, "decided": DECIDED}))[
        "won"
    ]
    [won], [decided] = (conditions(made.measures[name]) for name in ("won_deals", "decided"))
    assert won.implies(decided)
    assert not decided.implies(won)


def _used(formula: str, known: dict[str, dict[str, str]]) -> dict[str, object]:
    """A definition has no measure that its formula does not use."""
    return {name: measure for name, measure in known.items() if name in formula}
