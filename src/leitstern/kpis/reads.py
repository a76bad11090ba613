"""Which facts and fields a KPI reads, so that a fault in the data can name the KPIs it touches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leitstern.facts.model import FACTS, SUBJECT_FACTS
from leitstern.kpis.expressions import parse_filter

if TYPE_CHECKING:
    from leitstern.kpis.definition import Measure
    from leitstern.kpis.load import Catalogue, Resolved

#: A fact and one of its fields; None stands for the record as such.
Read = tuple[str, str | None]


def reads(resolved: Resolved) -> frozenset[Read]:
    """Everything a KPI reads, the KPIs in its formula included."""
    return frozenset(read for measure in resolved.measures.values() for read in _reads(measure))


def touched(catalogue: Catalogue, fact: str, fields: tuple[str, ...] = ()) -> tuple[str, ...]:
    """KPIs that a fault in these fields of a fact touches; without fields, a fault in its records as such.

    A field that says whom a record belongs to touches every KPI of the fact: shown by person, team or
    customer it changes.
    """
    model = FACTS[fact]
    subjects = {f.name for f in model.fields if f.to in SUBJECT_FACTS.values()} | {"region"}
    wanted: set[Read] = {(fact, field) for field in fields}
    if not fields or subjects.intersection(fields):
        wanted.add((fact, None))
    return tuple(name for name in catalogue.names if wanted & reads(catalogue.resolved(name)))


def _reads(measure: Measure) -> Iterator[Read]:
    from sqlglot import exp

    fact = FACTS[measure.fact]
    yield fact.name, None
    for name in (measure.field, measure.on or fact.main_date, measure.to, *(measure.between or ())):
        if name is None:
            continue
        yield fact.name, name
        to = fact.by_name[name].to
        if to is not None:  # different companies are counted: their identity matters
            yield to, None
    if measure.where is not None:
        for column in parse_filter(measure.where, fact.name).find_all(exp.Column):
            if column.table:
                yield fact.name, column.table
                to = fact.by_name[column.table].to
                assert to is not None, "a checked filter"
                yield to, None
                yield to, column.name
            else:
                yield fact.name, column.name
