"""The statements behind KPIs, as text for people to read and run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leitstern.engine import compile as said
from leitstern.engine import layout, reading
from leitstern.engine.passes import passes
from leitstern.engine.plan import Part, term
from leitstern.periods.grains import Grain, arithmetic, period_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leitstern.engine.compile import Subject
    from leitstern.engine.generation import Generation
    from leitstern.kpis.load import Resolved


def sql(
    generation: Generation, kpis: Sequence[Resolved], by: str = "company", grain: Grain = Grain.MONTH
) -> str:
    """The SQL that reads the parts of KPIs over all days, each part named by the measures it serves.

    Sums of money come in ten-thousandths; the formula, and shapes over time, are worked out after it.
    """
    backend = generation.backend
    shared = backend.has(layout.SHARED)
    names: dict[str, list[str]] = {}
    parts: dict[Part, None] = {}
    for resolved in kpis:
        for name, measure in resolved.measures.items():
            for part in term(measure).parts:
                parts[part] = None
                names.setdefault(part.id, []).append(f"{resolved.definition.kpi}: {name}")
    key = arithmetic(grain, generation.context.fiscal_start)
    bounds = said.Bounds(None, generation.built_on.toordinal())
    subject: Subject = by  # type: ignore[assignment] # the caller checks subjects
    texts = []
    asked = [p for p in parts if p.agg != "last"]
    stands = generation.stands
    for source in passes(asked, by_person=by in layout.BY_PERSON, shared=shared, stands=stands):
        if source.way == "kept":  # of the last period that is over
            last = period_of(generation.built_on, grain, generation.context.fiscal_start).previous()
            window = said.Windows(((last.index, last.start.toordinal(), last.end.toordinal()),))
            statements = reading.by_window(source, subject, window, backend.speech)
        else:
            statements = reading.by_period(source, subject, key, bounds, None, backend.speech)
        notes = [f"-- p{n} = {', '.join(dict.fromkeys(names[p.id]))}" for n, p in enumerate(source.parts)]
        said_by = (one.sql(dialect=backend.dialect, pretty=True) + ";" for one in statements)
        texts.append("\n".join([*notes, *said_by]))
    return "\n\n".join(texts)
