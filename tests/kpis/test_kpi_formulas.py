"""Formulas: precedence, names, the outermost division, and mistakes named with their place."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstern.errors import Problem
from leitstern.kpis.expressions import Binary, Formula, Name, Negative, Number, parse_formula

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a", A),
        ("12.50", Number(Decimal("12.50"))),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("(a + b) * c", Binary("*", Binary("+", A, B), C)),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a - (b - c)", Binary("-", A, Binary("-", B, C))),
        ("a / b / c", Binary("/", Binary("/", A, B), C)),
        ("-a / b", Binary("/", Negative(A), B)),
        ("a * -b", Binary("*", A, Negative(B))),
        ("a\n  /\tb", Binary("/", A, B)),
    ],
)
def test_a_formula_becomes_the_tree_it_means(text: str, tree: Formula) -> None:
    assert parse_formula(text, ["a", "b", "c"]) == tree


def test_names_come_once_each_in_the_order_of_the_text() -> None:
    assert parse_formula("(b - a) / (b + c)").names == ("b", "a", "c")


def test_the_outermost_division_gives_numerator_and_denominator() -> None:
    assert parse_formula("(a - b) / a").top_division() == (Binary("-", A, B), A)
    assert parse_formula("a * b / c").top_division() == (Binary("*", A, B), C)
    assert parse_formula("a / b * c").top_division() is None
    assert parse_formula("-(a / b)").top_division() is None
    assert parse_formula("a").top_division() is None


def test_replacing_names_keeps_the_rest() -> None:
    formula = parse_formula("-a * 2 / b").replaced({"a": Binary("+", B, C)})
    assert formula == parse_formula("-(b + c) * 2 / b")


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("", "kpis.expression_empty", ""),
        ("a +", "kpis.formula_ends", "a +"),
        ("(a + b", "kpis.formula_ends", "(a + b"),
        ("a b", "kpis.formula_word", "b at position 3"),
        ("a + * b", "kpis.formula_word", "* at position 5"),
        ("a)", "kpis.formula_word", ") at position 2"),
        ("a / 'x'", "kpis.formula_word", "'x'"),
        ("+a", "kpis.formula_word", "+ at position 1"),
        ("a, b", "kpis.formula_word", ","),
        ("a = b", "kpis.formula_word", "="),
        ("a.b", "kpis.formula_word", "."),
        ("sum(a)", "kpis.formula_name", "sum"),
        ("won_deal / b", "kpis.formula_name", "Did you mean won_deals?"),
        ("a -- b", "kpis.expression_sign", "--"),
        ("a /* x */", "kpis.expression_sign", "/*"),
        ("a; b", "kpis.expression_sign", ";"),
        ("a % b", "kpis.expression_sign", "%"),
        ("a ** b", "kpis.formula_word", "*"),
        ("1e5", "kpis.formula_word", "e5"),
        ("a / 1,5", "kpis.formula_word", ","),
        ("(" * 60 + "a" + ")" * 60, "kpis.expression_deep", "25"),
        ("- " * 60 + "a", "kpis.expression_deep", "25"),
        ("a + " * 900 + "a", "kpis.expression_long", "2000"),
    ],
)
def test_a_mistake_in_a_formula_is_named(text: str, code: str, named: str) -> None:
    with pytest.raises(Problem) as found:
        parse_formula(text, ["a", "b", "won_deals"])
    assert found.value.code == code
    assert named in found.value.text("en")
    assert found.value.text("de") != found.value.text("en")


_TREES = st.recursive(
    st.sampled_from([A, B, C, Number(Decimal("2")), Number(Decimal("0.5"))]),
    lambda inner: (
        inner.map(Negative) | st.builds(Binary, st.sampled_from(["+", "-", "*", "/"]), inner, inner)
    ),
    max_leaves=8,
)
_VALUES = {"a": Fraction(7), "b": Fraction(3), "c": Fraction(-2)}


def _value(formula: Formula) -> Fraction | None:
    match formula:
        case Name(name):
            return _VALUES[name]
        case Number(value):
            return Fraction(value)
        case Negative(operand):
            inner = _value(operand)
            return None if inner is None else -inner
        case Binary(op, left, right):
            first, second = _value(left), _value(right)
            if first is None or second is None or (op == "/" and second == 0):
                return None
            results = {"+": first + second, "-": first - second, "*": first * second}
            return results[op] if op in results else first / second
    raise AssertionError(formula)


@given(_TREES)
def test_a_formula_written_out_and_read_again_has_the_same_value(tree: Formula) -> None:
    assert _value(parse_formula(str(tree))) == _value(tree)


@given(_TREES)
def test_the_tree_agrees_with_pythons_own_reading(tree: Formula) -> None:
    text = str(tree)
    text = text.replace("0.5", "half").replace("2", "two")
    names = {**_VALUES, "half": Fraction(1, 2), "two": Fraction(2)}
    try:
        expected: Fraction | None = eval(text, {}, names)
    except ZeroDivisionError:
        expected = None
    assert _value(parse_formula(str(tree))) == expected
