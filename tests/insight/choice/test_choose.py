"""A selection of KPIs for a business goal."""

from __future__ import annotations

import pytest

from leitstern.insight.choice.choose import AIMS, Aim, aim_of, choose
from leitstern.kpis.load import Catalogue, Resolved
from tests.insight.by_hand import DECIDED, LEADS, VALUE, WON, catalogue, kpi


@pytest.fixture(scope="module")
def shipped() -> dict[str, Resolved]:
    """The KPIs that are shipped."""
    known = Catalogue.load()
    return {one.kpi: known.resolved(one.kpi) for one in known}


def test_by_hand() -> None:
    made = catalogue(
        kpi("won_value", "value", measures={"value": VALUE}, unit="currency", paired_with=["win_rate"]),
        kpi("won_deals", "won", measures={"won": WON}, drives=["won_value"]),
        kpi("new_leads", "leads", measures={"leads": LEADS}, timing="leading", drives=["won_deals"]),
        kpi("leads_again", "leads", measures={"leads": LEADS}, timing="leading", drives=["won_deals"]),
        kpi("seen", "seen", measures={"seen": {"count": "touchpoint"}}, timing="leading", about="reach",
            drives=["won_value"]),
        kpi("win_rate", "won / tried", measures={"won": WON, "tried": DECIDED}, unit="percent"),
    )  # fmt: skip
    found = choose("won_value", made)
    assert [(one.kpi, one.role, one.of, one.steps) for one in found.chosen] == [
        ("won_value", "outcome", None, 0),
        ("leads_again", "leading", "won_value", 2),  # by name, as both are as near and as good
        ("win_rate", "counter", "won_value", 0),
    ]
    assert (found.verdict, found.n) == ("ok", 3)


def test_what_works_against_the_outcome_does_not_lead_to_it(shipped: dict[str, Resolved]) -> None:
    """Coverage divides by the won value: whoever wins lowers it."""
    assert "won_value" in shipped["pipeline_coverage"].definition.drives
    assert "pipeline_coverage" not in {one.kpi for one in choose("won_value", shipped).chosen}


def test_a_catalogue_of_one_is_too_little() -> None:
    made = catalogue(kpi("won_deals", "won", measures={"won": WON}))
    assert choose("won_deals", made).verdict == "too_little"
    with pytest.raises(KeyError):
        choose("nothing", made)


@pytest.mark.parametrize("aim", AIMS, ids=[aim.code for aim in AIMS])
def test_each_aim_gives_three_to_five_with_a_leading_one_and_a_quality(
    aim: Aim, shipped: dict[str, Resolved]
) -> None:
    for outcome in aim.outcomes:
        found = choose(outcome, shipped)
        definitions = [shipped[one.kpi].definition for one in found.chosen]
        assert found.verdict == "ok"
        assert 3 <= len(found.chosen) <= 5
        assert found.chosen[0].role == "outcome"
        assert len({one.kpi for one in found.chosen}) == len(found.chosen)
        assert any(one.role == "counter" for one in found.chosen)
        assert any(
            one.unit in ("percent", "score", "ratio") or one.about == "efficiency" for one in definitions
        )
        assert not any(one.about == "reach" for one in definitions)


def test_growing_sales_is_carried_by_sales_and_marketing(shipped: dict[str, Resolved]) -> None:
    found = choose("won_value", shipped)
    owners = {shipped[one.kpi].definition.owner for one in found.chosen if one.role == "leading"}
    assert owners == {"sales", "marketing"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wir wollen mehr Umsatz", "grow_sales"),
        ("Kunden halten, weniger Kündigungen", "keep_customers"),
        ("win customers in the south", "win_customers"),
        ("Die Kunden sollen zufriedener werden", "happy_customers"),
        ("BESSERE LEADS", "better_leads"),
        ("faster deals", "sell_faster"),
        ("blau", None),
        ("", None),
    ],
)
def test_a_goal_in_words(text: str, code: str | None) -> None:
    found = aim_of(text)
    assert (found.code if found else None) == code
