"""Which KPIs can single out people: by a filter on who did something, or a count of different people.

``won_deals where owner.email = '...'`` is one person's value under the company's name. So is a filter on a
team or on a record's region, whose groups may be small, and a count of different people. To the access policy
such a KPI is about persons, whatever subject it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from leitstern.facts.model import FACTS
from leitstern.kpis.expressions import parse_filter

if TYPE_CHECKING:
    from leitstern.facts.model import Fact
    from leitstern.kpis.definition import Measure
    from leitstern.kpis.load import Resolved

#: Facts that are the company's own people, and the groups they are in.
PEOPLE = frozenset({"person", "team", "membership", "deal_share"})
#: Texts of other facts that hold who it was.
_WHO = frozenset({("deal_event", "old"), ("deal_event", "new")})


def singles_out(resolved: Resolved) -> bool:
    """Whether a filter or a distinct count of the KPI, or of one in its formula, is about people."""
    return any(_of_people(measure) for measure in resolved.measures.values())


def _of_people(measure: Measure) -> bool:
    fact = FACTS[measure.fact]
    if measure.distinct is not None and measure.field is not None and _tells(fact, measure.field):
        return True
    if measure.where is None:
        return False
    return any(
        _chooses(fact, column) for column in parse_filter(measure.where, measure.fact).find_all(exp.Column)
    )


def _chooses(fact: Fact, column: exp.Column) -> bool:
    """Whether a column of a filter tells people apart; that there is nobody, or somebody, does not."""
    if column.table:
        return fact.by_name[column.table].to in PEOPLE
    return not isinstance(column.parent, exp.Is) and _tells(fact, column.name)


def _tells(fact: Fact, name: str) -> bool:
    field = fact.by_name[name]
    if fact.name in PEOPLE or (fact.name, name) in _WHO:
        return field.kind not in ("choice", "yesno")
    # A record's own region is the region of the value: its people's, where they are few.
    return field.to in PEOPLE or (name == "region" and fact.person is not None)
