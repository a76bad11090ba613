"""Another system's list of records beside those behind one of our values: which differ, and why."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from leitstern.engine import layout, reasons, scoped
from leitstern.engine.account import populations
from leitstern.engine.account.checks import split
from leitstern.engine.account.facts import word_of
from leitstern.engine.plan import counted
from leitstern.engine.records import records
from leitstern.engine.scoped import col
from leitstern.errors import Problem
from leitstern.facts.model import FACTS
from leitstern.facts.receipts import reason_text
from leitstern.messages import message

if TYPE_CHECKING:
    from leitstern.engine.account.populations import Population
    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Resolved
    from leitstern.periods.grains import Period

Why = Literal["unknown", "set_aside", "outside", "other_day", "only_here", "amount"]
_AMOUNT = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class RecordDifference:
    """A record that only one of both lists has, or has with another amount.

    ``unknown``: it was never imported; ``set_aside``: it is, for a reason (``detail``); ``outside``: it does
    not meet the KPI's filter (``detail``: its word, such as ``lost``); ``other_day``: it counts on ``day``;
    ``only_here``: their list lacks it; ``amount``: the amounts differ.
    """

    key: str
    why: Why
    fact: str
    theirs: Decimal | None = None
    ours: Decimal | None = None
    day: date | None = None
    detail: str | None = None

    def text(self, language: str) -> str:
        """Why it differs, as the end of a sentence about the record."""
        detail = self.detail or ""
        if self.why == "set_aside":
            detail = reason_text(detail, language)
        elif self.why == "outside":
            field = split(FACTS[self.fact])
            detail = word_of(self.fact, field, self.detail, language) if field else ""
        return message(f"engine.keyed_{self.why}", language, detail=detail)


def read_list(text: str, number: Callable[[str], Decimal]) -> dict[str, Decimal | None]:
    """The keys of a list and its amounts, in columns set apart by tab, semicolon or comma.

    A first line without a digit is its head. ``number`` reads an amount.
    """
    mark = next((mark for mark in "\t;," if mark in text.split("\n", 1)[0]), "\t")
    found: dict[str, Decimal | None] = {}
    for place, row in enumerate(csv.reader(text.splitlines(), delimiter=mark)):
        key, amount = (row[0].strip() if row else ""), (row[1].strip() if len(row) > 1 else "")
        if key and (place or any(map(str.isdigit, amount or key))):
            found[key] = number(amount) if amount else None
    return found


def compare_records(
    generation: Generation, resolved: Resolved, period: Period, theirs: Mapping[str, Decimal | None]
) -> list[RecordDifference]:
    """The records that differ, those that only they have first.

    ``theirs``: the keys of the records in their list, with the amounts where there are any. Raises
    ``Problem`` ``engine.not_simple`` for a KPI that is no plain number or sum of records.
    """
    population = populations.of(resolved, period)
    if population is None:
        raise Problem("engine.not_simple", kpi=resolved.definition.kpi)
    here = records(generation, resolved, period)
    ours = {r.key: Decimal(str(r.adds[0] or 0)) for r in here if r.adds[0] is not None}
    missing = [key for key in theirs if key not in ours]
    found = list(_only_there(generation, population, missing, theirs))
    fact, counts = population.fact, population.field is None
    found += [
        RecordDifference(key, "only_here", fact, ours=None if counts else value)
        for key, value in ours.items()
        if key not in theirs
    ]
    for key, told in theirs.items():
        if not counts and told is not None and key in ours and abs(ours[key] - told) > _AMOUNT:
            found.append(RecordDifference(key, "amount", fact, told, ours[key]))
    return found


def _only_there(
    generation: Generation,
    population: Population,
    keys: Sequence[str],
    theirs: Mapping[str, Decimal | None],
) -> list[RecordDifference]:
    if not keys:
        return []
    aside = {one.key: one.reason for one in generation.excluded if one.fact == population.fact}
    placed = _placed(generation, population, keys)
    found = []
    for key in keys:
        reason, day, word = placed.get(key, (aside.get(key), None, None))
        if reason == _OUTSIDE:
            why: Why = "outside"
        elif reason is not None:
            why, word = "set_aside", reason
        else:
            why = "other_day" if key in placed else "unknown"
        found.append(RecordDifference(key, why, population.fact, theirs[key], day=day, detail=word))
    return found


_OUTSIDE = "outside"


def _placed(
    generation: Generation, population: Population, keys: Sequence[str]
) -> dict[str, tuple[str | None, date | None, str | None]]:
    """Of records that are there: why they do not count (None: they do), the day, and the telling word."""
    ((_, measure),) = population.resolved.measures.items()
    scope = scoped.Scope(FACTS[population.fact], population.fact)
    codes, place = reasons.places([counted(measure)], scope, generation.built_on.toordinal(), aside=False)
    field = split(FACTS[population.fact])
    word = exp.Cast(this=col(field), to=exp.DataType.build("varchar")) if field else exp.Null()
    select = exp.Select().select(col("key"), place, col(layout.day(population.on)), word)
    among = exp.In(this=col("key"), expressions=[exp.Literal.string(key) for key in keys])
    select = select.from_(scoped.table(population.fact, scoped.ROW)).where(among)
    for join in scope.joins.values():
        select.append("joins", join)
    found: dict[str, tuple[str | None, date | None, str | None]] = {}
    for key, at, day, said in generation.backend.rows(select)[1]:
        reason = _OUTSIDE if at is None else None
        if isinstance(at, int) and at != reasons.COUNTS:
            reason = codes[at][0]
        known = date.fromordinal(day) if isinstance(day, int) else None
        found[str(key)] = (reason, known, None if said is None else str(said))
    return found
