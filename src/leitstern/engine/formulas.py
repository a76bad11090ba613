"""From parts to values: measures, then the formula, and the division last of all.

Whole numbers stay whole (money in ten-thousandths, see ``digits``) until something divides or
multiplies; nothing here knows of periods or subjects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leitstern.engine.plan import Part, Term
from leitstern.kpis.expressions import Binary, Formula, Name, Negative, Number

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Quantity:
    """Numbers of one shape. ``digits``: whole numbers of 10 ** -digits; None: floats, NaN for none."""

    numbers: Array
    digits: int | None

    def floats(self) -> NDArray[np.float64]:
        if self.digits is None:
            return self.numbers.astype(np.float64, copy=False)
        return self.numbers / 10.0**self.digits


@dataclass(frozen=True, slots=True)
class Outcome:
    """A KPI's value with the parts of its division, where its formula ends in one."""

    value: Quantity
    numerator: Quantity | None = None
    denominator: Quantity | None = None


def outcome(
    formula: Formula, terms: Mapping[str, Term], values: Mapping[Part, Array], digits: Mapping[Part, int]
) -> Outcome:
    """Evaluate a resolved formula."""

    def side(part: Part) -> Quantity:
        exact = part.agg in ("add", "distinct")
        return Quantity(values[part], digits[part] if exact else None)

    def upper(term: Term) -> Quantity:
        found = side(term.plus)
        if term.minus is not None:
            found = _add(found, side(term.minus), -1)
        return found if term.factor == 1.0 else Quantity(found.floats() * term.factor, None)

    def measure(name: str) -> Quantity:
        term = terms[name]
        return upper(term) if term.base is None else _divide(upper(term), side(term.base))

    def walk(node: Formula) -> Quantity:
        if isinstance(node, Name):
            return measure(node.name)
        if isinstance(node, Number):
            whole = node.value == node.value.to_integral_value()
            number = np.array(int(node.value)) if whole else np.array(float(node.value))
            return Quantity(number, 0 if whole else None)
        if isinstance(node, Negative):
            inner = walk(node.operand)
            return Quantity(-inner.numbers, inner.digits)
        assert isinstance(node, Binary)
        left, right = walk(node.left), walk(node.right)
        if node.op in "+-":
            return _add(left, right, 1 if node.op == "+" else -1)
        return _multiply(left, right) if node.op == "*" else _divide(left, right)

    division = formula.top_division()
    if division is not None:
        above, below = walk(division[0]), walk(division[1])
        return Outcome(_divide(above, below), above, below)
    if isinstance(formula, Name) and (base := terms[formula.name].base) is not None:
        above, below = upper(terms[formula.name]), side(base)
        return Outcome(_divide(above, below), above, below)
    return Outcome(walk(formula))


def change(now: Quantity, then: Quantity) -> Outcome:
    """Growth: the difference over what was before, as a fraction.

    None where that is 0 or negative: a larger loss would come out as growth, a profit as a decline.
    """
    difference = _add(now, then, -1)
    return Outcome(_divide(difference, then, above_zero=True), difference, then)


def _add(left: Quantity, right: Quantity, sign: int) -> Quantity:
    if left.digits is None or right.digits is None:
        return Quantity(left.floats() + sign * right.floats(), None)
    digits = max(left.digits, right.digits)
    a = left.numbers * 10 ** (digits - left.digits)
    b = right.numbers * 10 ** (digits - right.digits)
    return Quantity(a + sign * b, digits)


def _multiply(left: Quantity, right: Quantity) -> Quantity:
    if left.digits is None or right.digits is None or left.digits + right.digits > 6:
        return Quantity(left.floats() * right.floats(), None)
    return Quantity(left.numbers * right.numbers, left.digits + right.digits)


def _divide(above: Quantity, below: Quantity, *, above_zero: bool = False) -> Quantity:
    a, b = np.broadcast_arrays(above.floats(), below.floats())
    divisible = b > 0 if above_zero else b != 0
    return Quantity(np.divide(a, b, out=np.full(a.shape, np.nan), where=divisible), None)
