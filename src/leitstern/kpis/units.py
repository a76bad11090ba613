"""What comes out of a formula: money or not, days or hours. Units multiply and divide as in physics."""

from __future__ import annotations

from collections.abc import Mapping

from leitstern.facts.model import FACTS
from leitstern.kpis.definition import Measure
from leitstern.kpis.expressions import Binary, Formula, Name, Negative

#: Kinds whose value has the kind of their field.
_KEEPS_FIELD = frozenset({"sum", "average", "median", "percentile", "min", "max", "stock"})


def money_power(formula: Formula, measures: Mapping[str, Measure]) -> int:
    """1 if the formula gives money, 0 if a plain number; -1, 2, ... are things like deals per euro."""
    match formula:
        case Name(name):
            return int(_is_money(measures[name]))
        case Negative(operand):
            return money_power(operand, measures)
        case Binary(op, left, right):
            first, second = money_power(left, measures), money_power(right, measures)
            if op == "*":
                return first + second
            return first - second if op == "/" else max(first, second)
    return 0


def time_unit(formula: Formula, measures: Mapping[str, Measure]) -> str | None:
    """``days`` or ``hours`` where the formula is a duration or a sum of such, else None."""
    match formula:
        case Name(name):
            return measures[name].unit
        case Negative(operand):
            return time_unit(operand, measures)
        case Binary("+" | "-", left, right):
            return time_unit(left, measures) or time_unit(right, measures)
    return None


def _is_money(measure: Measure) -> bool:
    if measure.kind not in _KEEPS_FIELD or measure.field is None:
        return False
    return FACTS[measure.fact].by_name[measure.field].kind == "money"
