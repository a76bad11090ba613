"""The two small languages inside a KPI file: formulas over measures, and filters over records.

Both are read by one strict lexer that knows names, numbers, quoted texts and a handful of signs, so
that a comment, a second statement or a placeholder is refused before any parser sees it. A formula
becomes the small tree below; a filter is parsed by SQLGlot and then rebuilt node by node from an
allow-list (``leitstern.kpis.filters``). No text of a KPI file is ever pasted into SQL.

    formula  = term { (+|-) term }        term = factor { (*|/) factor }
    factor   = number | name | - factor | ( formula )
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from leitstern.errors import Problem

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

MAX_LENGTH = 2_000
MAX_DEPTH = 25  # of parentheses, and of `not` or `-` in a row

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<text>'(?:[^']|'')*')
      | (?P<sign><>|!=|<=|>=|[-+*/=<>(),.])""",
    re.VERBOSE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class Token(NamedTuple):
    """One word of an expression; ``kind`` is name, number, text or sign, ``at`` its place from 1."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """Split an expression into its words, or refuse it with the place of the first foreign sign."""
    if len(text) > MAX_LENGTH:
        raise Problem("kpis.expression_long", length=len(text), limit=MAX_LENGTH)
    if hidden := _CONTROL.search(text):
        raise Problem("kpis.expression_sign", sign=repr(hidden[0]), at=hidden.start() + 1, text=text)
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or text.startswith(("--", "/*"), at):
            raise Problem("kpis.expression_sign", sign=text[at : at + 2].strip(), at=at + 1, text=text)
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup or "", match[0], at + 1))
        at = match.end()
    if not found:
        raise Problem("kpis.expression_empty")
    _check_depth(found, text)
    return found


def _check_depth(found: list[Token], text: str) -> None:
    """Refuse nesting that would exhaust a recursive parser."""
    depth = run = 0
    for token in found:
        depth += (token.text == "(") - (token.text == ")")
        run = run + 1 if token.text.lower() in ("not", "-", "(") else 0
        if depth > MAX_DEPTH or run > MAX_DEPTH:
            raise Problem("kpis.expression_deep", at=token.at, limit=MAX_DEPTH, text=text)


# --- formulas ---------------------------------------------------------------------------------------


class Formula:
    """A formula over measures: a tree of ``Name``, ``Number``, ``Binary`` and ``Negative``."""

    __slots__ = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The measures (or KPIs) it uses, each once, in the order of the text."""
        return tuple(dict.fromkeys(self._names()))

    def top_division(self) -> tuple[Formula, Formula] | None:
        """Numerator and denominator, where the outermost operation is a division."""
        return None

    def replaced(self, parts: Mapping[str, Formula]) -> Formula:
        """The same formula with names exchanged for other formulas; unknown names stay."""
        raise NotImplementedError

    def _names(self) -> Iterator[str]:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Name(Formula):
    """A measure; in a file also another KPI."""

    name: str

    def replaced(self, parts: Mapping[str, Formula]) -> Formula:
        return parts.get(self.name, self)

    def _names(self) -> Iterator[str]:
        yield self.name

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Number(Formula):
    """A constant, never negative (see ``Negative``)."""

    value: Decimal

    def replaced(self, parts: Mapping[str, Formula]) -> Formula:  # noqa: ARG002 - a number has no names
        return self

    def _names(self) -> Iterator[str]:
        return iter(())

    def __str__(self) -> str:
        return format(self.value, "f")


@dataclass(frozen=True, slots=True)
class Negative(Formula):
    """``- operand``."""

    operand: Formula

    def replaced(self, parts: Mapping[str, Formula]) -> Formula:
        return Negative(self.operand.replaced(parts))

    def _names(self) -> Iterator[str]:
        return self.operand._names()

    def __str__(self) -> str:
        inner = f"({self.operand})" if isinstance(self.operand, (Binary, Negative)) else str(self.operand)
        return f"-{inner}"


@dataclass(frozen=True, slots=True)
class Binary(Formula):
    """``left op right``."""

    op: Literal["+", "-", "*", "/"]
    left: Formula
    right: Formula

    def top_division(self) -> tuple[Formula, Formula] | None:
        return (self.left, self.right) if self.op == "/" else None

    def replaced(self, parts: Mapping[str, Formula]) -> Formula:
        return Binary(self.op, self.left.replaced(parts), self.right.replaced(parts))

    def _names(self) -> Iterator[str]:
        yield from self.left._names()
        yield from self.right._names()

    def __str__(self) -> str:
        left, right = str(self.left), str(self.right)
        if isinstance(self.left, Binary) and self.op in "*/" and self.left.op in "+-":
            left = f"({left})"
        if isinstance(self.right, Binary) and (self.op in "*/" or self.right.op in "+-") and self.op != "+":
            right = f"({right})"
        return f"{left} {self.op} {right}"


def parse_formula(text: str, known_names: Collection[str] | None = None) -> Formula:
    """Read a formula such as ``won_deals / decided_deals``.

    ``known_names`` are the measures and KPIs it may use (None: any). Raises ``Problem`` for an unknown
    name (with the nearest known one) or a place that cannot be read.
    """
    return _FormulaReader(text, known_names).read()


class _FormulaReader:
    """Recursive descent over the words of one formula."""

    def __init__(self, text: str, known: Collection[str] | None) -> None:
        self.text = text
        self.known = known
        self.words = tokens(text)
        self.next = 0

    def read(self) -> Formula:
        tree = self._sum()
        if self.next < len(self.words):
            raise self._unexpected()
        return tree

    def _take(self, *signs: str) -> str | None:
        if self.next < len(self.words) and self.words[self.next].text in signs:
            self.next += 1
            return self.words[self.next - 1].text
        return None

    def _unexpected(self) -> Problem:
        if self.next >= len(self.words):
            return Problem("kpis.formula_ends", text=self.text)
        word = self.words[self.next]
        return Problem("kpis.formula_word", word=word.text, at=word.at, text=self.text)

    def _sum(self) -> Formula:
        left = self._product()
        while op := self._take("+", "-"):
            left = Binary("+" if op == "+" else "-", left, self._product())
        return left

    def _product(self) -> Formula:
        left = self._factor()
        while op := self._take("*", "/"):
            left = Binary("*" if op == "*" else "/", left, self._factor())
        return left

    def _factor(self) -> Formula:
        if self._take("-"):
            return Negative(self._factor())
        if self._take("("):
            inner = self._sum()
            if not self._take(")"):
                raise self._unexpected()
            return inner
        if self.next >= len(self.words):
            raise self._unexpected()
        word = self.words[self.next]
        if word.kind == "number":
            self.next += 1
            return Number(Decimal(word.text))
        if word.kind != "name":
            raise self._unexpected()
        self.next += 1
        if self.known is not None and word.text not in self.known:
            raise Problem(
                "kpis.formula_name", name=word.text, near=nearest(word.text, self.known), text=self.text
            )
        return Name(word.text)


# --- filters ----------------------------------------------------------------------------------------


def parse_filter(text: str, fact_name: str) -> Expression:
    """Read a filter such as ``status = 'won' and campaign.channel = 'email'`` on a fact.

    The result is a SQLGlot tree built from an allow-list: ``and or not``, comparisons, ``in``,
    ``between``, ``is null``, ``like``, and plus, minus, times on numbers. Columns are
    ``exp.Column(this=field, table=ref)``, quoted, with an empty table for the fact's own fields. Dates
    are compared with ISO texts (``'2026-03-01'``, a calendar day). Raises ``Problem`` with the place,
    the words involved and the remedy for anything else.
    """
    from leitstern.kpis import filters

    return filters.parse(text, fact_name)


def nearest(word: str, known: Collection[str]) -> str:
    """The known word most like ``word``, else the first few known ones: the blank of a remedy."""
    import difflib

    close = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else ", ".join(sorted(known)[:12]) or "-"
