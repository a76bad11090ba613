"""What can be typed: the KPIs that are entered by hand, counted contacts, and spending."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from leitstern.facts.model import FACTS
from leitstern.facts.typed import CONTACTS, SPEND, VALUES
from leitstern.kpis.labels import choice_label, manual_label
from leitstern.server import frame, words

if TYPE_CHECKING:
    from leitstern.facts.typed import Sheet
    from leitstern.kpis.definition import Definition, Measure
    from leitstern.server.sight import Sight

Roll = Literal["sum", "average", "last"]

#: Whom a typed value can be about; the fact has a field of each but the company.
SUBJECTS = ("company", "team", "person", "region")
AREAS = FACTS["spend"].by_name["area"].choices
KINDS = FACTS["spend"].by_name["kind"].choices
_FOLLOWERS = "kind = 'follower'"


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is typed by period. ``about`` are the first fields of a place in its ``sheet``, ``roll``
    how several numbers of a period make one. ``kpi`` is the KPI it fills, ``by`` whom it can be about."""

    id: str
    name: str
    unit: str
    sheet: Sheet
    about: tuple[str, ...]
    roll: Roll
    kpi: str
    by: tuple[str, ...]

    def place(self, by: str, subject: str | None) -> tuple[str | None, ...]:
        """The place of the number of a subject: the other fields are empty."""
        rest = self.sheet.place[len(self.about) :]
        return (*self.about, *(subject if field == by else None for field in rest))


def values(ask: Sight) -> list[Quantity]:
    """What the KPIs of the catalogue want typed, by name, each once."""
    found: dict[str, Quantity] = {}
    for definition in ask.catalogue:
        for quantity in _of(ask, definition):
            known = found.get(quantity.id)
            if known is None or len(quantity.name) < len(known.name):  # a KPI of its own names it best
                found[quantity.id] = quantity
    return sorted(found.values(), key=lambda quantity: quantity.name.casefold())


def _of(ask: Sight, definition: Definition) -> Iterator[Quantity]:
    measures = ask.catalogue.resolved(definition.kpi).measures
    name = words.text(definition.name, frame.language())
    for key, measure in measures.items():
        alone = definition.formula == key
        unit = definition.unit if alone else "count"
        if measure.manual is not None:
            part = manual_label(measure.manual, frame.language())
            said = name if alone else f"{name}: {part}"
            yield Quantity(
                measure.manual, said, unit, VALUES, (measure.manual,), measure.roll or "sum",
                definition.kpi, SUBJECTS,
            )  # fmt: skip
        elif alone and _is_followers(measure):
            yield Quantity(
                "followers", name, unit, CONTACTS, ("follower",), "sum", definition.kpi, ("company",)
            )


def _is_followers(measure: Measure) -> bool:
    return measure.sum == "touchpoint.quantity" and measure.where == _FOLLOWERS


def spending(area: str, kind: str) -> Quantity:
    """Money of one area spent on one kind of thing, by campaign or for none."""
    id_ = f"{area}.{kind}"
    kpi = "marketing_spend" if area == "marketing" else "sales_spend"
    return Quantity(
        id_, spending_name(id_), "currency", SPEND, (area, kind), "sum", kpi, ("company", "campaign")
    )


def spending_name(id_: str) -> str:
    """``marketing.media`` in words; what is no spending stays as it is."""
    area, _dot, kind = id_.partition(".")
    if area not in AREAS or kind not in KINDS:
        return id_
    pairs = (("area", area), ("kind", kind))
    return ", ".join(choice_label("spend", *pair, frame.language()) for pair in pairs)
