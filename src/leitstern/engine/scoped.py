"""The tables a statement reads, and filters over them, as SQLGlot trees.

Names come from the model, constants from checked filters; nothing is pasted as text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from leitstern.engine import layout
from leitstern.facts.model import FACTS, Fact
from leitstern.kpis.expressions import parse_filter
from leitstern.kpis.filters import field_of

ROW = "f"
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Between)


@dataclass(slots=True)
class Scope:
    """The tables a statement reads: the fact as ``f`` and the ones its filters look up."""

    fact: Fact
    table: str
    joins: dict[str, exp.Join] = field(default_factory=dict)

    def look_up(self, ref: str) -> str:
        """Alias of the record that ``ref`` points at, joined once."""
        alias = f"r_{ref}"
        if alias not in self.joins:
            to = FACTS[self.fact.name].by_name[ref].to
            assert to is not None
            on = exp.EQ(this=col("id", alias), expression=col(ref))
            self.joins[alias] = exp.Join(this=table(to, alias), side="LEFT", on=on)
        return alias

    def region(self, alias: str) -> exp.Expr:
        """Name of the region of the record at ``alias``."""
        name = f"region_of_{alias}"
        if name not in self.joins:
            on = exp.EQ(this=col("id", name), expression=col("region", alias))
            self.joins[name] = exp.Join(this=table("region", name), side="LEFT", on=on)
        return col("name", name)

    def by_person(self, subject: str, member_on: str) -> exp.Expr:
        """Whom the member a record belonged to on a date counts for, of a subject type in ``BY_PERSON``.

        For ``team`` the record is there once for each team above its member, the member's own included.
        """
        if subject == "team":
            on = exp.EQ(this=col("member", "above"), expression=col(layout.member(member_on)))
            self.joins["above"] = exp.Join(this=table("member_team", "above"), side="LEFT", on=on)
            return col("team", "above")
        on = exp.EQ(this=col("id", "m"), expression=col(layout.member(member_on)))
        self.joins["m"] = exp.Join(this=table("member", "m"), side="LEFT", on=on)
        return col("person" if subject == "person" else "team", "m")


def col(name: str, alias: str = ROW) -> exp.Column:
    return exp.column(name, table=alias, quoted=True)


def table(name: str, alias: str) -> exp.Table:
    return exp.Table(
        this=exp.to_identifier(name, quoted=True), alias=exp.TableAlias(this=exp.to_identifier(alias))
    )


def rows_of(name: str, *columns: str) -> exp.Select:
    """Columns of a whole table; built without a parser, which costs a start more than the query."""
    found = exp.Select().select(*(exp.column(column, quoted=True) for column in columns))
    return found.from_(exp.Table(this=exp.to_identifier(name, quoted=True)))


def number(value: int | float) -> exp.Expr:
    return exp.Literal.number(value)


def condition(text: str, scope: Scope) -> exp.Expr:
    """A filter text as a condition on encoded columns."""
    tree = parse_filter(text, scope.fact.name).copy()
    for node in list(tree.find_all(*_COMPARISONS)):
        _compare_days(node, scope.fact)
    return _rewrite(tree, scope)


def _compare_days(node: exp.Expr, fact: Fact) -> None:
    """Dates are compared as days in the workspace's zone: moment columns become day numbers."""
    columns = [c for c in node.find_all(exp.Column) if field_of(fact, c).kind in ("day", "time")]
    if not columns:
        return
    for literal in list(node.find_all(exp.Literal)):
        if literal.is_string:
            literal.replace(number(date.fromisoformat(literal.name).toordinal()))
    for column in columns:
        column.set("this", exp.to_identifier(layout.day(column.name), quoted=True))
        column.set("day_number", True)


def _rewrite(tree: exp.Expr, scope: Scope) -> exp.Expr:
    def visit(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Is) and isinstance(node.this, exp.Column):
            looked_up = field_of(scope.fact, node.this)
            if looked_up.kind == "ref":  # an absent reference is encoded as 0
                return exp.EQ(
                    this=exp.Coalesce(this=_place(node.this, scope), expressions=[number(0)]),
                    expression=number(0),
                )
        if isinstance(node, exp.Column) and not node.args.get("day_number"):
            return _place(node, scope)
        if isinstance(node, exp.Column):
            return col(node.name, scope.look_up(node.table) if node.table else ROW)
        return node

    return tree.transform(visit)


def _place(column: exp.Column, scope: Scope) -> exp.Expr:
    alias = scope.look_up(column.table) if column.table else ROW
    if column.name == "region":
        return scope.region(alias)
    return col(column.name, alias)
