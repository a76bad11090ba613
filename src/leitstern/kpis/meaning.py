"""What a KPI computes, said in one way: two KPIs that compute the same have the same text.

Names, the order of sums, products, conditions and listed values, and the date that counts by default make no
difference. Nothing is multiplied out: ``(a + b) / c`` and ``a / c + b / c`` stay two things.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS
from leitstern.kpis.expressions import Binary, Formula, Name, Negative, Number, parse_filter

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

    from leitstern.kpis.definition import Measure
    from leitstern.kpis.load import Resolved


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on records. ``values`` are what a column may be; empty for any other condition."""

    text: str
    values: frozenset[str] = frozenset()

    def implies(self, other: Condition) -> bool:
        """Whether all records that meet this one meet the other."""
        listed = bool(self.values) and bool(other.values) and self.values <= other.values
        return self.text == other.text and (listed or self.values == other.values)

    def __str__(self) -> str:
        return f"{self.text} in ({', '.join(sorted(self.values))})" if self.values else self.text


def meaning(resolved: Resolved) -> str:
    """A text that is equal for KPIs that compute the same."""
    said = {name: measure_meaning(measure) for name, measure in resolved.measures.items()}
    return f"{_formula(resolved.formula, said)} {resolved.definition.shape}"


def measure_meaning(measure: Measure) -> str:
    """A text that is equal for measures that compute the same."""
    dumped = measure.model_dump(exclude_none=True, exclude={"where", "on"})
    if measure.kind not in ("stock", "manual"):
        dumped["on"] = counted_on(measure)
    if measure.at == "end":  # what is meant without a word
        del dumped["at"]
    dumped["where"] = sorted(str(one) for one in conditions(measure))
    return repr(sorted(dumped.items()))


def counted_on(measure: Measure) -> str:
    """The date that puts the records into a period; "-" where there is none."""
    return measure.on or FACTS[measure.fact].main_date or "-"


def conditions(measure: Measure) -> frozenset[Condition]:
    """The conditions on a measure's records, all of which hold."""
    if not measure.where:
        return frozenset()
    return frozenset(_conditions(parse_filter(measure.where, measure.fact)))


def _conditions(tree: Expression) -> Iterator[Condition]:
    from sqlglot import exp

    if isinstance(tree, exp.Paren):
        yield from _conditions(tree.this)
    elif isinstance(tree, exp.And):
        yield from _conditions(tree.this)
        yield from _conditions(tree.expression)
    elif isinstance(tree, exp.In) and all(isinstance(one, exp.Literal) for one in tree.expressions):
        yield Condition(tree.this.sql(), frozenset(one.sql() for one in tree.expressions))
    elif isinstance(tree, exp.EQ) and isinstance(tree.expression, exp.Literal):
        yield Condition(tree.this.sql(), frozenset((tree.expression.sql(),)))
    elif isinstance(tree, exp.Or):
        yield Condition(" or ".join(sorted(_either(tree))))
    else:
        yield Condition(tree.sql())


def _either(tree: Expression) -> Iterator[str]:
    """The sides of an `or`, each as the text of its conditions."""
    from sqlglot import exp

    if isinstance(tree, exp.Or):
        yield from _either(tree.this)
        yield from _either(tree.expression)
    else:
        yield " and ".join(sorted(str(one) for one in _conditions(tree)))


def _formula(tree: Formula, said: dict[str, str]) -> str:
    match tree:
        case Name(name):
            return said[name]
        case Number():
            return str(tree)
        case Negative(operand):
            return f"-({_formula(operand, said)})"
        case Binary("+" | "-"):
            return f"({' + '.join(sorted(_terms(tree, said, minus=False)))})"
        case Binary("*"):
            return f"({' * '.join(sorted(_factors(tree, said)))})"
        case Binary(_, left, right):
            return f"({_formula(left, said)} / {_formula(right, said)})"
    raise TypeError(tree)


def _terms(tree: Formula, said: dict[str, str], *, minus: bool) -> Iterator[str]:
    if isinstance(tree, Binary) and tree.op in ("+", "-"):
        yield from _terms(tree.left, said, minus=minus)
        yield from _terms(tree.right, said, minus=minus != (tree.op == "-"))
    elif isinstance(tree, Negative):
        yield from _terms(tree.operand, said, minus=not minus)
    else:
        text = _formula(tree, said)
        yield f"-({text})" if minus else text


def _factors(tree: Formula, said: dict[str, str]) -> Iterator[str]:
    if isinstance(tree, Binary) and tree.op == "*":
        yield from _factors(tree.left, said)
        yield from _factors(tree.right, said)
    else:
        yield _formula(tree, said)
