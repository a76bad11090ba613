"""Three to five KPIs for a business goal, chosen from what definitions say of themselves.

The outcome comes first. Then what leads to it: leading KPIs from which it is reached along ``drives``, near
ones first, and of different owners where there are such, so that not one department carries it alone; none
that works against it.
Then what keeps them honest: the counter-KPI of the outcome (``paired_with``), or of what leads to it, and a
quality beside the quantities. Reach and what merely restates a chosen KPI are never proposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from leitstern.insight.conflicts.pairs import pairs
from leitstern.kpis.meaning import meaning

if TYPE_CHECKING:
    from leitstern.kpis.definition import Definition
    from leitstern.kpis.load import Resolved

FEWEST, MOST = 3, 5
_LEADING = 2

Role = Literal["outcome", "leading", "counter", "quality"]


@dataclass(frozen=True, slots=True)
class Aim:
    """A business goal: its code, the KPIs that can be its outcome (the first that exists is taken), and words
    by which it is recognised in both languages, in small letters."""

    code: str
    outcomes: tuple[str, ...]
    words: tuple[str, ...]


AIMS = (
    Aim("grow_sales", ("won_value", "revenue"), (
        "umsatz", "wachs", "auftrag", "verkauf", "sales", "grow", "revenue", "sell", "order")),
    Aim("win_customers", ("new_customers", "won_deals"), (
        "neukunde", "neue kunden", "kunden gewinnen", "new customer", "new logo", "win customer", "acquire")),
    Aim("keep_customers", ("retention_rate", "churn_rate"), (
        "halten", "bindung", "treue", "kündig", "abwander", "bleiben", "bestandskund", "keep", "retain",
        "retention", "churn", "loyal")),
    Aim("earn_more", ("gross_margin", "customer_lifetime_value"), (
        "marge", "gewinn steigern", "rendite", "deckungsbeitrag", "profit", "margin", "rentab")),
    Aim("better_leads", ("lead_to_customer_rate",), (
        "lead", "anfragen", "interessent", "qualität der", "inquir", "quality of")),
    Aim("cheaper_acquisition", ("customer_acquisition_cost", "cost_per_won_deal"), (
        "kosten", "günstiger", "akquise", "budget", "cost", "cheaper", "spend", "efficien", "effizien")),
    Aim("sell_faster", ("sales_cycle", "sales_velocity"), (
        "schneller", "dauer", "zyklus", "tempo", "faster", "cycle", "velocity", "speed")),
    Aim("full_pipeline", ("pipeline_value", "pipeline_coverage"), (
        "pipeline", "vorrat", "trichter", "funnel")),
    Aim("happy_customers", ("nps", "csat"), (
        "zufrieden", "empfehl", "service", "reklamation", "satisf", "happy", "recommend", "nps", "complain")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """A KPI of the selection. ``of`` is the KPI it leads to or keeps honest; ``steps`` how far away it is."""

    kpi: str
    role: Role
    of: str | None = None
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """The selection for an outcome; ``verdict`` is ``too_little`` if the catalogue has fewer than three."""

    outcome: str
    chosen: tuple[Chosen, ...]
    verdict: Literal["ok", "too_little"]

    @property
    def n(self) -> int:
        """How many KPIs were chosen."""
        return len(self.chosen)


def aim_of(text: str, aims: Sequence[Aim] = AIMS) -> Aim | None:
    """The business goal that most words of a text speak of; the first of equals; None if no word does."""
    said = " ".join(text.casefold().split())
    hits = [(sum(len(word) for word in aim.words if word in said), aim) for aim in aims]
    best = max(hits, key=lambda hit: hit[0], default=(0, None))
    return best[1] if best[0] else None


def choose(outcome: str, kpis: Mapping[str, Resolved]) -> Choice:
    """The selection for an outcome. Raises KeyError for an unknown KPI."""
    selection = _Selection(kpis, outcome)
    for kpi, steps in _leading(outcome, kpis):
        if sum(one.role == "leading" for one in selection.chosen) < _LEADING:
            selection.add(Chosen(kpi, "leading", outcome, steps))
    for guarded in [one.kpi for one in selection.chosen]:
        counter = next((name for name in kpis[guarded].definition.paired_with if selection.fits(name)), None)
        if counter is not None:
            selection.add(Chosen(counter, "counter", guarded))
            break
    if not any(_is_quality(kpis[one.kpi].definition) for one in selection.chosen):
        for name, of in _qualities(selection, kpis):
            if selection.add(Chosen(name, "quality", of)):
                break
    for guarded in [one.kpi for one in selection.chosen]:  # fewer than three: more counter-KPIs
        for name in kpis[guarded].definition.paired_with:
            if len(selection.chosen) < FEWEST:
                selection.add(Chosen(name, "counter", guarded))
    found = tuple(selection.chosen[:MOST])
    return Choice(outcome, found, "ok" if len(found) >= FEWEST else "too_little")


class _Selection:
    """What is chosen so far; nothing twice, neither by name nor by meaning."""

    def __init__(self, kpis: Mapping[str, Resolved], outcome: str) -> None:
        self.kpis = kpis
        self.chosen = [Chosen(outcome, "outcome")]

    def fits(self, name: str) -> bool:
        """Whether a KPI may be added."""
        if name not in self.kpis or self.kpis[name].definition.about == "reach":
            return False
        taken = {meaning(self.kpis[one.kpi]) for one in self.chosen}
        return len(self.chosen) < MOST and meaning(self.kpis[name]) not in taken

    def add(self, one: Chosen) -> bool:
        """Add a KPI if it fits."""
        fits = self.fits(one.kpi)
        if fits:
            self.chosen.append(one)
        return fits


def _leading(outcome: str, kpis: Mapping[str, Resolved]) -> list[tuple[str, int]]:
    """Leading KPIs that drive the outcome at any distance: the nearest of each owner first, then the rest."""
    steps = {outcome: 0}
    waiting = [outcome]
    for target in waiting:
        for name, one in kpis.items():
            if target in one.definition.drives and name not in steps:
                steps[name] = steps[target] + 1
                waiting.append(name)
    leading = [n for n in waiting[1:] if kpis[n].definition.timing == "leading"]
    leading = [n for n in leading if not pairs([kpis[outcome], kpis[n]])]
    leading.sort(key=lambda n: (steps[n], kpis[n].definition.level != "strategic", n))
    owners: set[str] = set()
    first: list[tuple[str, int]] = []
    rest: list[tuple[str, int]] = []
    for name in leading:
        owner = kpis[name].definition.owner
        (rest if owner in owners else first).append((name, steps[name]))
        owners.add(owner)
    return first + rest


def _qualities(selection: _Selection, kpis: Mapping[str, Resolved]) -> list[tuple[str, str]]:
    """Qualities that stand beside what is chosen, with the KPI they stand beside."""
    chosen = [one.kpi for one in selection.chosen]
    beside = [(name, of) for of in chosen for name in kpis[of].definition.paired_with]
    beside += [(name, of) for of in chosen for name in sorted(kpis) if of in kpis[name].definition.drives]
    return [(name, of) for name, of in beside if name in kpis and _is_quality(kpis[name].definition)]


def _is_quality(kpi: Definition) -> bool:
    """How good, not how much."""
    return kpi.unit in ("percent", "score", "ratio") or kpi.about == "efficiency"
