"""Is a definition possible? Its measures against the model, its formula against its measures.

This is quick and done for every file when the catalogue loads. Filters are parsed where they are used
and by ``Catalogue.check``, because the parser takes a quarter of a second to import.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from leitstern.errors import Problem
from leitstern.facts.model import FACTS, Fact
from leitstern.kpis.definition import Definition, Measure
from leitstern.kpis.expressions import nearest, parse_formula

NUMERIC = ("money", "number", "whole")
COUNTABLE = ("text", "choice", "ref", "whole", "day")

#: Keys that a kind needs, and keys it may have, beside its own and ``where``.
KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "count": (frozenset(), frozenset({"on"})),
    "distinct": (frozenset(), frozenset({"on"})),
    "sum": (frozenset(), frozenset({"on"})),
    "average": (frozenset(), frozenset({"on"})),
    "median": (frozenset(), frozenset({"on"})),
    "percentile": (frozenset({"p"}), frozenset({"on"})),
    "min": (frozenset(), frozenset({"on"})),
    "max": (frozenset(), frozenset({"on"})),
    "duration": (frozenset({"between", "as", "in"}), frozenset({"on"})),
    "stock": (frozenset({"between"}), frozenset({"at"})),
    "conversion": (frozenset({"to"}), frozenset({"within", "on"})),
    "nps": (frozenset(), frozenset({"on"})),
    "csat": (frozenset(), frozenset({"on"})),
    "manual": (frozenset({"roll"}), frozenset()),
}
#: Kinds that read a field, kinds that read whole records, and the one that may do either.
WITH_FIELD = frozenset({"distinct", "sum", "average", "median", "percentile", "min", "max", "nps", "csat"})
WITHOUT_FIELD = frozenset({"count", "duration", "conversion"})

Part = tuple[str | int, ...]


def check(definition: Definition, kpis: Collection[str]) -> Iterator[tuple[Part, Problem]]:
    """What is impossible, each with the part of the file it concerns. ``kpis`` are all known names."""
    for name, measure in definition.measures.items():
        for key, problem in check_measure(measure):
            yield ("measures", name, key), problem
    try:
        formula = parse_formula(definition.formula, {*definition.measures, *kpis} - _itself(definition))
    except Problem as problem:
        yield ("formula",), problem
        return
    for name in definition.measures:
        if name not in formula.names:
            yield ("measures", name), Problem("kpis.measure_unused", name=name)
    if definition.version > 1 and definition.valid_from is None:
        yield ("version",), Problem("kpis.version_no_date", version=definition.version)


def _itself(definition: Definition) -> set[str]:
    """A KPI's own name in its formula means its measure of that name, never itself."""
    return set() if definition.kpi in definition.measures else {definition.kpi}


def check_measure(measure: Measure) -> Iterator[tuple[str, Problem]]:
    """What is impossible in one measure, each with the key it concerns."""
    kind = measure.kind
    if measure.fact not in FACTS:
        yield kind, Problem("kpis.fact_unknown", name=measure.fact, near=nearest(measure.fact, FACTS))
        return
    yield from _keys(measure)
    if measure.manual is None:
        yield from _field(measure, FACTS[measure.fact])
        yield from _dates(measure, FACTS[measure.fact])


def _keys(measure: Measure) -> Iterator[tuple[str, Problem]]:
    kind = measure.kind
    needed, possible = KEYS[kind]
    given = set(measure.model_dump(exclude_none=True, by_alias=True)) - {kind, "where"}
    for key in sorted(needed - given):
        yield kind, Problem("kpis.measure_needs", kind=kind, key=key)
    for key in sorted(given - needed - possible):
        yield key, Problem("kpis.measure_not", kind=kind, key=key)
    if kind == "manual" and measure.where is not None:
        yield "where", Problem("kpis.measure_not", kind=kind, key="where")


def _field(measure: Measure, fact: Fact) -> Iterator[tuple[str, Problem]]:
    kind, name = measure.kind, measure.field
    if name is None:
        if kind in WITH_FIELD:
            yield kind, Problem("kpis.measure_field_missing", kind=kind, fact=fact.name)
        return
    if kind in WITHOUT_FIELD:
        yield kind, Problem("kpis.measure_field_extra", kind=kind, fact=fact.name, field=name)
        return
    field = fact.by_name.get(name)
    if field is None:
        yield kind, Problem("kpis.field_unknown", name=name, fact=fact.name, near=nearest(name, fact.by_name))
        return
    fitting = COUNTABLE if kind == "distinct" else NUMERIC
    if field.kind not in fitting:
        near = ", ".join(f.name for f in fact.fields if f.kind in fitting) or "-"
        yield (
            kind,
            Problem(
                "kpis.field_kind", kind=kind, name=name, fact=fact.name, is_kind=field.kind, fitting=near
            ),
        )


def _dates(measure: Measure, fact: Fact) -> Iterator[tuple[str, Problem]]:
    dates = [field.name for field in fact.dates]
    named = {"on": measure.on, "to": measure.to}
    used = [(key, name) for key, name in named.items() if name is not None]
    used += [("between", name) for name in measure.between or ()]
    for key, name in used:
        if name not in dates:
            near = ", ".join(dates) or "-"
            yield key, Problem("kpis.date_unknown", key=key, name=name, fact=fact.name, dates=near)
    if measure.on is None and measure.kind != "stock" and fact.main_date is None:
        yield measure.kind, Problem("kpis.date_missing", fact=fact.name, dates=", ".join(dates) or "-")
