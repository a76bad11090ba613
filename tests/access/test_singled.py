"""Of a KPI that can single out people, values are shown to whoever may see everybody they can be about."""

from __future__ import annotations

import pytest
from people import JANUARY, observation, organisation

from leitstern.access.meanings import Meanings
from leitstern.access.modes import Privacy
from leitstern.access.policy import Policy
from leitstern.access.viewer import OPERATOR, Viewer
from leitstern.engine.records import Records
from leitstern.kpis.documents import Entry
from leitstern.kpis.load import Catalogue

HOUSE = organisation({"north": 9, "south": 8}, leads={"north": "boss"}, managers={"north1": "boss"})
LEAD, BOARD = Viewer(1, "boss"), Viewer(2, roles=frozenset({"management"}))


def _won_value_of_anne() -> Meanings:
    shipped = Catalogue.load().resolved("won_value").definition
    where = "owner.name = 'Anne'"
    measures = {name: m.model_copy(update={"where": where}) for name, m in shipped.measures.items()}
    mine = shipped.model_copy(update={"measures": measures})
    return Meanings(Catalogue([Entry(mine, "mine.yaml", {}, False)]), 1)


MEANINGS = _won_value_of_anne()


def policy(mode: str = "own_team") -> Policy:
    return Policy(Privacy(mode), HOUSE, None, MEANINGS)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["company", "customer", "campaign", "product"])
def test_the_company_and_things_are_protected(kind: str) -> None:
    asked = [observation(kind, None, 5)]
    for viewer in (BOARD, LEAD, Viewer(3, "north1")):
        assert [(o.value, o.reason) for o in policy().observations(viewer, asked)] == [(None, "protected")]
    assert policy().observations(OPERATOR, asked) == asked
    assert policy("full").observations(BOARD, asked) == asked


def test_a_team_is_shown_to_its_lead_only_however_large_it_is() -> None:
    asked = [observation("team", "north", 5)]
    assert policy().observations(LEAD, asked) == asked
    assert policy().observations(BOARD, asked)[0].reason == "protected"


def test_ones_own_value_stays_ones_own() -> None:
    asked = [observation("person", "south1", 5)]
    assert policy().observations(Viewer(3, "south1"), asked) == asked


def test_there_is_no_list_behind_it() -> None:
    records = Records(("a",), ("sum",), ())
    days = (JANUARY.start, JANUARY.end)
    assert policy().records(BOARD, records, "company", None, *days) is not None
    assert policy().records(BOARD, records, "company", None, *days, singled=True) is None
    assert policy().records(LEAD, records, "team", "north", *days, singled=True) is not None
