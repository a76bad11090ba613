"""A filter in words: each condition becomes a phrase that can follow the name of a fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlglot import exp

from leitstern.facts.model import FACTS
from leitstern.kpis.filters import field_of
from leitstern.kpis.labels import choice_label, field_label
from leitstern.kpis.words import number, text

_COMPARED: dict[type[exp.Expr], str] = {
    exp.EQ: "eq",
    exp.NEQ: "neq",
    exp.GT: "gt",
    exp.GTE: "gte",
    exp.LT: "lt",
    exp.LTE: "lte",
}
_TURNED = {"gt": "lt", "lt": "gt", "gte": "lte", "lte": "gte"}
_SIGNS: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}


def say(tree: exp.Expr, fact: str, language: str) -> str:
    """The whole condition; ``tree`` comes from ``parse_filter``."""
    return _Sayer(fact, language).condition(tree)


class _Sayer:
    def __init__(self, fact: str, language: str) -> None:
        self.fact = fact
        self.language = language

    def _text(self, code: str, **values: object) -> str:
        return text(code, self.language, **values)

    def condition(self, node: exp.Expr) -> str:
        phrases: dict[type[exp.Expr], Callable[[exp.Expr], str]] = {
            exp.And: self._joined,
            exp.Or: self._joined,
            exp.Paren: lambda group: f"({self.condition(group.this)})",
            exp.Not: lambda negation: self._negated(negation.this),
            exp.Is: lambda test: self._text("without", field=self._operand(test.this)),
            exp.In: lambda test: self._members(test, "eq", "or"),
            exp.Between: self._between,
            exp.Like: self._like,
            exp.Column: lambda flag: self._text("flag", field=self._operand(flag)),
        }
        return phrases.get(type(node), self._comparison)(node)

    def _joined(self, node: exp.Expr) -> str:
        word = self._text("and" if isinstance(node, exp.And) else "or")
        return self.condition(node.this) + word + self.condition(node.expression)

    def _between(self, node: exp.Expr) -> str:
        low, high = (self._operand(node.args[part], node.this) for part in ("low", "high"))
        return self._text("between", left=self._operand(node.this), low=low, high=high)

    def _like(self, node: exp.Expr) -> str:
        right = self._operand(node.expression, node.this)
        return self._text("like", left=self._operand(node.this), right=right)

    def _negated(self, node: exp.Expr) -> str:
        inner = node.unnest()
        if isinstance(inner, exp.Is):
            return self._text("with", field=self._operand(inner.this))
        if isinstance(inner, exp.In):
            return self._members(inner, "neq", "and")
        if isinstance(inner, exp.Column):
            return self._text("no_flag", field=self._operand(inner))
        return self._text("not", inner=self.condition(inner))

    def _members(self, node: exp.Expr, code: str, word: str) -> str:
        spoken = [self._operand(member, node.this) for member in node.expressions]
        listed = ", ".join(spoken[:-1]) + self._text(word) + spoken[-1] if len(spoken) > 1 else spoken[0]
        return self._text(code, left=self._operand(node.this), right=listed)

    def _comparison(self, node: exp.Expr) -> str:
        code, left, right = _COMPARED[type(node)], node.this, node.expression
        if not left.find(exp.Column):
            left, right, code = right, left, _TURNED.get(code, code)
        if isinstance(right, exp.Boolean):
            return self._text(
                "flag" if right.this == (code == "eq") else "no_flag", field=self._operand(left)
            )
        return self._text(code, left=self._operand(left), right=self._operand(right, left))

    def _operand(self, node: exp.Expr, beside: exp.Expr | None = None) -> str:
        match node:
            case exp.Column():
                return self._column(node)
            case exp.Literal():
                return self._literal(node, beside)
            case exp.Neg():
                return f"-{self._operand(node.this)}"
            case exp.Paren():
                return f"({self._operand(node.this)})"
            case _:
                sign = self._text(_SIGNS[type(node)])
                return f"{self._operand(node.this)} {sign} {self._operand(node.expression)}"

    def _column(self, column: exp.Column) -> str:
        fact = str(FACTS[self.fact].by_name[column.table].to) if column.table else self.fact
        label = field_label(fact, column.name, self.language)
        if not column.table:
            return label
        ref = field_label(self.fact, column.table, self.language)
        return self._text("behind", field=label, ref=ref)

    def _literal(self, literal: exp.Literal, beside: exp.Expr | None) -> str:
        if not literal.is_string:
            return number(literal.name, self.language)
        if not isinstance(beside, exp.Column):
            return f"„{literal.name}“" if self.language == "de" else f"“{literal.name}”"
        field = field_of(FACTS[self.fact], beside)
        fact = str(FACTS[self.fact].by_name[beside.table].to) if beside.table else self.fact
        if field.kind == "choice":
            return choice_label(fact, field.name, literal.name, self.language)
        if field.kind in ("day", "time"):
            day = date.fromisoformat(literal.name)
            return f"{day:%d.%m.%Y}" if self.language == "de" else day.isoformat()
        return f"„{literal.name}“" if self.language == "de" else f"“{literal.name}”"
