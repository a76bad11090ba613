"""Filters: parsed by SQLGlot, checked against the model, rebuilt from an allow-list.

Names are put in quotes before SQLGlot reads them, so that no field can be mistaken for a keyword or
function. The tree that SQLGlot returns is not passed on: a new one is built, node by node, from the
kinds of node that stand here. What is not named here is refused.

Types are checked as well: money compares with numbers, a choice with one of its words, a date with an
ISO text. Texts have no order (it depends on the database), a ref can only be null or not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from leitstern.errors import Problem
from leitstern.facts.model import FACTS, Fact, Field
from leitstern.kpis.expressions import Token, nearest, tokens

KEYWORDS = frozenset({"and", "or", "not", "in", "between", "is", "null", "like", "true", "false"})
_ORDER = (exp.LT, exp.LTE, exp.GT, exp.GTE)
_COMPARE = (exp.EQ, exp.NEQ, *_ORDER)
_NUMERIC = frozenset({"money", "number", "whole"})
_DATES = frozenset({"day", "time"})
_TEXTS = frozenset({"text", "choice"})


class Operand(NamedTuple):
    """A side of a comparison: its tree, its kind (a field's kind, or ``word`` for a quoted text, or
    ``constant`` for a written number), and the field it is, if any."""

    tree: exp.Expression
    kind: str
    field: Field | None = None


def parse(text: str, fact_name: str) -> exp.Expression:
    """See ``expressions.parse_filter``."""
    if fact_name not in FACTS:
        raise Problem("kpis.fact_unknown", name=fact_name, near=nearest(fact_name, FACTS))
    return _Reader(text, FACTS[fact_name]).read()


def field_of(fact: Fact, column: exp.Column) -> Field:
    """The model's field that a column of a parsed filter stands for."""
    if not column.table:
        return fact.by_name[column.name]
    return FACTS[str(fact.by_name[column.table].to)].by_name[column.name]


class _Reader:
    def __init__(self, text: str, fact: Fact) -> None:
        self.text = text
        self.fact = fact

    def read(self) -> exp.Expression:
        try:
            statements = sqlglot.parse(self._quoted(), dialect="duckdb")
        except SqlglotError as error:
            raise Problem("kpis.filter_unreadable", text=self.text) from error
        if len(statements) != 1 or not isinstance(statements[0], exp.Expression):
            raise Problem("kpis.filter_unreadable", text=self.text)
        return self._condition(statements[0])

    def _quoted(self) -> str:
        """The text with every name in double quotes; a name before a bracket would be a function."""
        words, parts = tokens(self.text), []
        for place, word in enumerate(words):
            after = words[place + 1] if place + 1 < len(words) else None
            if word.text == ".":
                self._check_point(words, place)
                parts.append(word.text)
            elif word.kind != "name":
                parts.append(word.text)
            elif word.text.lower() in KEYWORDS:
                parts.append(word.text.lower())
            elif after is not None and after.text == "(":
                raise Problem("kpis.filter_function", word=word.text, at=word.at, text=self.text)
            else:
                parts.append(f'"{word.text}"')
        return " ".join(parts)

    def _check_point(self, words: list[Token], place: int) -> None:
        """A point stands between two names, and there is one such pair: ``ref.field``."""
        around = (*words[max(place - 1, 0) : place], *words[place + 1 : place + 2])
        names = [word for word in around if word.kind == "name" and word.text.lower() not in KEYWORDS]
        if len(names) != 2:
            raise Problem("kpis.expression_sign", sign=".", at=words[place].at, text=self.text)
        if place + 2 < len(words) and words[place + 2].text == ".":
            raise Problem("kpis.filter_hops", at=words[place + 2].at, text=self.text)

    def _refuse(self, node: exp.Expression) -> Problem:
        return Problem("kpis.filter_refused", part=type(node).__name__, text=self.text)

    def _only(self, node: exp.Expression, *allowed: str) -> None:
        """Refuse a node that carries more than we would rebuild (escape, symmetric, subquery, ...)."""
        if any(value for name, value in node.args.items() if name not in allowed):
            raise self._refuse(node)

    # --- conditions: true or false ---

    def _condition(self, node: exp.Expression) -> exp.Expression:
        build = self._builders.get(type(node))
        if build is not None:
            return build(self, node)
        if isinstance(node, _COMPARE):
            return self._comparison(node)
        raise self._refuse(node)

    def _both(self, node: exp.Expression) -> exp.Expression:
        self._only(node, "this", "expression")
        return type(node)(this=self._condition(node.this), expression=self._condition(node.expression))

    def _one(self, node: exp.Expression) -> exp.Expression:
        self._only(node, "this")
        return type(node)(this=self._condition(node.this))

    def _flag(self, node: exp.Expression) -> exp.Expression:
        """A yes-no field on its own."""
        operand = self._operand(node)
        if operand.kind != "yesno":
            raise Problem("kpis.filter_not_condition", name=_written(node), kind=operand.kind, text=self.text)
        return operand.tree

    def _null(self, node: exp.Expression) -> exp.Expression:
        self._only(node, "this", "expression")
        if not isinstance(node.this, exp.Column) or not isinstance(node.expression, exp.Null):
            raise self._refuse(node)
        return exp.Is(this=self._operand(node.this).tree, expression=exp.Null())

    def _in(self, node: exp.Expression) -> exp.Expression:
        self._only(node, "this", "expressions")
        left = self._operand(node.this)
        if left.field is None or not node.expressions:
            raise self._refuse(node)
        members = [self._operand(member) for member in node.expressions]
        for member in members:
            if member.field is not None:
                raise self._refuse(node)
            self._match(left, member, ordered=False)
        return exp.In(this=left.tree, expressions=[member.tree for member in members])

    def _between(self, node: exp.Expression) -> exp.Expression:
        self._only(node, "this", "low", "high")
        left, low, high = (self._operand(node.args[part]) for part in ("this", "low", "high"))
        self._match(left, low, ordered=True)
        self._match(left, high, ordered=True)
        return exp.Between(this=left.tree, low=low.tree, high=high.tree)

    def _like(self, node: exp.Expression) -> exp.Expression:
        self._only(node, "this", "expression", "negate")
        left, right = self._operand(node.this), self._operand(node.expression)
        if left.kind != "text" or right.kind != "word":
            raise Problem("kpis.filter_like", name=_written(node.this), kind=left.kind, text=self.text)
        if "\\" in right.tree.name:  # an escape sign in one database, a plain character in another
            raise Problem("kpis.filter_backslash", text=self.text)
        like = exp.Like(this=left.tree, expression=right.tree)
        return exp.Not(this=like) if node.args.get("negate") else like

    def _comparison(self, node: exp.Expression) -> exp.Expression:
        self._only(node, "this", "expression")
        left, right = self._operand(node.this), self._operand(node.expression)
        self._match(left, right, ordered=isinstance(node, _ORDER))
        return type(node)(this=left.tree, expression=right.tree)

    _builders: dict[type[exp.Expression], Callable[[_Reader, exp.Expression], exp.Expression]] = {  # noqa: RUF012 - a constant table of this class's own methods
        exp.And: _both,
        exp.Or: _both,
        exp.Not: _one,
        exp.Paren: _one,
        exp.Column: _flag,
        exp.Is: _null,
        exp.In: _in,
        exp.Between: _between,
        exp.Like: _like,
    }

    # --- operands: columns, constants, arithmetic ---

    def _operand(self, node: exp.Expression) -> Operand:
        if isinstance(node, exp.Column):
            return self._column(node)
        if isinstance(node, exp.Literal):
            kind = "word" if node.is_string else "constant"
            return Operand(exp.Literal(this=node.this, is_string=node.is_string), kind)
        if isinstance(node, exp.Boolean):
            return Operand(exp.Boolean(this=bool(node.this)), "yesno")
        if isinstance(node, exp.Paren):
            self._only(node, "this")
            inner = self._operand(node.this)
            return Operand(exp.Paren(this=inner.tree), inner.kind)
        if isinstance(node, exp.Neg):
            self._only(node, "this")
            inner = self._operand(node.this)
            self._number(inner)
            return Operand(exp.Neg(this=inner.tree), inner.kind)
        if isinstance(node, (exp.Add, exp.Sub, exp.Mul)):
            return self._arithmetic(node)
        raise self._refuse(node)

    def _column(self, node: exp.Column) -> Operand:
        self._only(node, "this", "table")
        if not isinstance(node.this, exp.Identifier):
            raise self._refuse(node)
        ref, fact = node.table, self.fact
        if ref:
            to = fact.by_name[ref].to if ref in fact.by_name else None
            if to is None:
                refs = [f.name for f in fact.fields if f.to]
                raise Problem(
                    "kpis.filter_ref", name=ref, fact=fact.name, near=nearest(ref, refs), text=self.text
                )
            fact = FACTS[to]
        field = fact.by_name.get(node.name)
        if field is None:
            raise Problem(
                "kpis.filter_field",
                name=node.name,
                fact=fact.name,
                near=nearest(node.name, fact.by_name),
                text=self.text,
            )
        tree = exp.Column(
            this=exp.to_identifier(field.name, quoted=True),
            table=exp.to_identifier(ref, quoted=True) if ref else None,
        )
        return Operand(tree, field.kind, field)

    def _arithmetic(self, node: exp.Expression) -> Operand:
        self._only(node, "this", "expression")
        left, right = self._operand(node.this), self._operand(node.expression)
        kinds = {self._number(left), self._number(right)}
        if isinstance(node, exp.Mul):
            if left.kind == right.kind == "money":
                raise self._kinds(left, right)
        elif "money" in kinds and kinds != {"money"}:
            raise self._kinds(left, right)
        kind = "money" if "money" in kinds else "number" if kinds != {"constant"} else "constant"
        return Operand(type(node)(this=left.tree, expression=right.tree), kind)

    def _number(self, operand: Operand) -> str:
        if operand.kind not in _NUMERIC | {"constant"}:
            raise Problem(
                "kpis.filter_arithmetic", name=_written(operand.tree), kind=operand.kind, text=self.text
            )
        return operand.kind

    # --- do the two sides go together? ---

    def _kinds(self, left: Operand, right: Operand) -> Problem:
        return Problem(
            "kpis.filter_kinds",
            left=_written(left.tree),
            left_kind=left.kind,
            right=_written(right.tree),
            right_kind=right.kind,
            text=self.text,
        )

    def _match(self, left: Operand, right: Operand, *, ordered: bool) -> None:
        """Refuse a comparison of two kinds that do not go together, or of two constants."""
        if left.field is None and right.field is not None:
            left, right = right, left
        kind, other = left.kind, right.kind
        if kind == "ref" or other == "ref":
            raise Problem("kpis.filter_ref_compared", name=_written(left.tree), text=self.text)
        if kind in _NUMERIC:
            fits = other in (kind, "constant") or {kind, other} <= {"number", "whole"}
        elif kind in _DATES:
            fits = other in _DATES or (other == "word" and self._day(left, right))
        elif kind == "choice":
            fits = not ordered and other == "word" and self._choice(left, right)
        elif kind == "text":
            fits = not ordered and other in ("word", "text")
        else:
            fits = kind == "yesno" and other == "yesno" and not ordered and left.field is not None
        if fits:
            return
        if ordered and kind in _TEXTS:
            raise Problem("kpis.filter_order", name=_written(left.tree), text=self.text)
        raise self._kinds(left, right)

    def _day(self, column: Operand, word: Operand) -> bool:
        try:
            fits = len(word.tree.name) == 10 and bool(date.fromisoformat(word.tree.name))
        except ValueError:
            fits = False
        if not fits:
            raise Problem(
                "kpis.filter_date", name=_written(column.tree), value=word.tree.name, text=self.text
            )
        return True

    def _choice(self, column: Operand, word: Operand) -> bool:
        choices = column.field.choices if column.field else ()
        if word.tree.name not in choices:
            raise Problem(
                "kpis.filter_choice",
                name=_written(column.tree),
                value=word.tree.name,
                near=nearest(word.tree.name, choices),
                choices=", ".join(choices),
                text=self.text,
            )
        return True


def _written(node: exp.Expression) -> str:
    """A part as its author wrote it, for messages."""
    return node.sql(dialect="duckdb", identify=False).replace('"', "")
