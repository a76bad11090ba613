"""The pipeline forecast: what the worker keeps, and what of it a viewer may see.

Weeks and months are of the whole company. Teams are cut by the access policy as the open pipeline is, single
deals come as the records behind the open pipeline do: with the names blanked that a viewer may not see, or
not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from leitstern.analyses.pipeline import pipeline
from leitstern.goals.goal import Whom
from leitstern.goals.offers import IN_FORCE
from leitstern.periods.grains import Grain, Period, period_of
from leitstern.server import book, frame
from leitstern.server.book.standings import plan_of
from leitstern.server.insight import Analysis, Document
from leitstern.server.views.insight.common import company_shown

if TYPE_CHECKING:
    from leitstern.engine.records import Record
    from leitstern.goals.plan import Plan
    from leitstern.server.insight import Tell
    from leitstern.server.models import GoalRow
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: Open deals kept, those of which most is expected.
MOST_DEALS = 500
SHOWS, OPEN = "won_value", "pipeline_value"
_DAY = timedelta(days=1)


def _run(ask: Reader, tell: Tell) -> Document:
    found = pipeline(ask.workspace, tell=lambda at, of: tell("pipeline", at, of)).as_json()
    return {**found, "deals": found["deals"][:MOST_DEALS]}


ANALYSIS = Analysis("pipeline", _run)


def title() -> str:
    """What the page is called."""
    return _("Pipeline forecast")


def headline(ask: Sight, document: Document) -> str | None:
    """The forecast in a sentence; None for whom the company's values are not shown."""
    return sentence(document) if company_shown(ask, SHOWS) else None


def sentence(document: Document) -> str:
    """What is expected of this month and the next, or that there is too little data."""
    if document["verdict"] == "too_little":
        text = _("Too little data: %(n)s deals were won, 30 are needed.")
        return text % {"n": frame.figures().plain(document["n"])}
    return " ".join(_month(line) for line in document["months"][:2])


def _month(line: Mapping[str, Any]) -> str:
    figures = frame.figures()
    period = period_of(date.fromisoformat(line["start"]), Grain.MONTH, 1)
    words = {"month": frame.calendar().period(period), "total": figures.short(line["total"], "currency")}
    if line["low"] is None:
        return _("%(month)s: %(total)s are expected to be won.") % words
    words |= {name: figures.short(line[name], "currency") for name in ("low", "high")}
    return _("%(month)s: %(total)s are expected to be won (%(low)s to %(high)s in 8 of 10 cases).") % words


def plans(ask: Sight, document: Document) -> dict[str, Decimal]:
    """What the company's goals on won value plan for each line, by its first day; missing where none does.

    Of goals that overlap, the shortest counts: that of the month before that of the year.
    """
    lines = [*document["months"], *document["weeks"]]
    known = [(row, plan_of(ask.whole, row.goal)) for row in _goals(ask)]
    found: dict[str, Decimal] = {}
    for line in lines:
        start, end = date.fromisoformat(line["start"]), date.fromisoformat(line["end"])
        plan = next((p for row, p in known if row.start <= start and end <= row.end and p.additive), None)
        if plan is not None:
            found[f"{line['start']}/{line['end']}"] = _between(plan, start, end)
    return found


def _between(plan: Plan, start: date, end: date) -> Decimal:
    before = plan.until(start - _DAY) if start > plan.goal.start else Decimal(0)
    return plan.until(end) - before


def _goals(ask: Sight) -> list[GoalRow]:
    rows = book.visible(ask.viewer, whom=Whom("company", None), state=IN_FORCE).filter(kpi=SHOWS)
    return sorted(rows, key=lambda row: row.end - row.start)


def teams(ask: Sight, document: Document) -> list[dict[str, Any]]:
    """The rows of teams whose open pipeline the viewer may see."""
    when = _period(document)
    found = ask.compute([OPEN], "own_team", "month", when.start, when.end)
    shown = {o.subject.id for o in found if o.reason != "protected"}
    return [row for row in document["teams"] if row["team"] in shown]


@dataclass(frozen=True, slots=True)
class Deal:
    """An open deal with its record, as far as the viewer may see it."""

    record: Record
    found: Mapping[str, Any]


def deals(ask: Sight, document: Document, most: int) -> list[Deal] | None:
    """The open deals of which most is expected; None where the viewer may see no single records."""
    records = ask.records(OPEN, _period(document), "company", None)
    if records is None:
        return None
    by_key = {record.key: record for record in records.rows}
    return list(_named(document, by_key))[:most]


def _named(document: Document, by_key: Mapping[str, Record]) -> Iterator[Deal]:
    for one in document["deals"]:
        if one["deal"] in by_key:
            yield Deal(by_key[one["deal"]], one)


def _period(document: Document) -> Period:
    return period_of(date.fromisoformat(document["day"]), Grain.MONTH, 1)
