"""In which ways a record that counts does so less than it should: for no team, in no month, with nothing.

Each check is a condition on the encoded records of a fact, so that the number of records it tells of and
their list are the same question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from leitstern.engine import layout, scoped
from leitstern.engine.scoped import col, number
from leitstern.facts.model import Fact

if TYPE_CHECKING:
    from leitstern.engine.generation import Generation

#: The field by whose words the records of a fact are told apart.
SPLIT_BY = {
    "activity": "kind",
    "spend": "area",
    "invoice": "kind",
    "touchpoint": "kind",
    "survey_response": "kind",
}
#: References whose records are told of where no list describes them.
LISTED = ("company", "campaign", "product")


#: Facts whose records are rarely anybody's: that one is nobody's says nothing.
NOBODYS = ("spend", "manual_value", "survey_response")


@dataclass(frozen=True, slots=True)
class Check:
    """``holds`` is true of the records that ``code`` tells of. ``field`` is what it is about, ``choice``
    the word of `split` that all of them have; ``value`` what is at fault, to be named beside them."""

    code: str
    field: str
    holds: exp.Expr
    choice: str | None = None
    value: exp.Expr | None = None


def split(fact: Fact) -> str | None:
    """The field whose words say most of a record, such as the status of a deal."""
    return SPLIT_BY.get(fact.name, "status" if "status" in fact.by_name else None)


def checks(generation: Generation, scope: scoped.Scope) -> Iterator[Check]:
    """All checks of a fact with a date; what they look up is joined to ``scope``."""
    yield from _without_end(scope)
    yield from _without_amount(scope.fact)
    yield from _whose(generation, scope)
    yield from _not_in_lists(generation, scope)


def _without_end(scope: scoped.Scope) -> Iterator[Check]:
    for end, words in scope.fact.over:
        missing = exp.Is(this=col(layout.day(end)), expression=exp.Null())
        for word in words:
            is_over = exp.EQ(this=col("status"), expression=exp.Literal.string(word))
            yield Check("closed_without_date", end, exp.and_(is_over, missing.copy()), word)


def _without_amount(fact: Fact) -> Iterator[Check]:
    field = fact.by_name.get("amount")
    if field is not None and not field.required:
        yield Check("without_amount", "amount", exp.Is(this=col("amount"), expression=exp.Null()))


def _whose(generation: Generation, scope: scoped.Scope) -> Iterator[Check]:
    """Whose a record is: nobody's, somebody's whom no list knows, or somebody's who was in no team."""
    fact = scope.fact
    if fact.person is None or fact.main_date is None:
        return
    person, team = col(fact.person), scope.by_person("own_team", fact.main_date)
    nobody, no_team = exp.EQ(this=person, expression=number(0)), exp.EQ(this=team, expression=number(0))
    if fact.name not in NOBODYS:
        yield Check("without_owner", fact.person, exp.and_(nobody, no_team))
    if "team" in fact.by_name and fact.name not in NOBODYS:
        yield Check("without_person", fact.person, exp.and_(nobody.copy(), exp.not_(no_team.copy())))
    known = scope.look_up(fact.person)
    stub = exp.and_(exp.not_(nobody.copy()), col(layout.STUB, known))
    if _described(generation, "person"):
        yield Check("owner_unknown", fact.person, stub, value=col("name", known))
        described = exp.not_(exp.or_(nobody.copy(), col(layout.STUB, known)))
        outside = exp.and_(described, no_team.copy())
        yield Check("in_no_team", fact.person, outside, value=col("name", known))
    else:
        yield Check("no_staff_list", fact.person, stub, value=col("name", known))


def _not_in_lists(generation: Generation, scope: scoped.Scope) -> Iterator[Check]:
    for field in scope.fact.fields:
        if field.kind == "ref" and field.to in LISTED and _described(generation, field.to):
            alias = scope.look_up(field.name)
            unknown = exp.and_(exp.NEQ(this=col(field.name), expression=number(0)), col(layout.STUB, alias))
            yield Check("not_in_list", field.name, unknown, value=col("name", alias))


def _described(generation: Generation, fact: str) -> bool:
    """Whether any file described records of an entity, and did not only name them."""
    return described(generation, fact) > 0


def described(generation: Generation, fact: str) -> int:
    """How many records of a fact files described, without those that others only name."""
    count = exp.Select().select(exp.Count(this=exp.Star())).from_(scoped.table(fact, scoped.ROW))
    if fact in layout.STUBBED:
        count = count.where(exp.not_(col(layout.STUB)))
    ((found,),) = generation.backend.rows(count)[1]
    assert isinstance(found, int)
    return found
