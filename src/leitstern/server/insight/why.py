"""Why a KPI changed: asked with the viewer's rights, taken apart on the spot, as it is arithmetic.

For the list of analyses the change of the main results over products is made once for a generation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from django.utils.translation import gettext as _

from leitstern.analyses.why import Why, explained, segments, why
from leitstern.analyses.why_words import sentences
from leitstern.errors import Problem
from leitstern.periods.grains import Grain, Period, parse, period_of
from leitstern.server import frame, words
from leitstern.server.insight import Analysis, Document

if TYPE_CHECKING:
    from leitstern.engine.observations import Observation
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

Against = Literal["previous_period", "previous_year"]

#: What the list of analyses speaks of: the first that is defined.
_MAIN = ("won_value", "revenue", "won_deals")


def _run(ask: Reader, tell: Tell) -> Document:
    tell("why", 0, 1)
    kpi = next((name for name in _MAIN if ask.definition(name) is not None), None)
    if kpi is None:
        return {"kpi": None, "sentences": {}}
    found = why(ask.workspace, kpi, last_month(ask).label, "previous_year", "product")
    return {"kpi": kpi, "why": found.as_json()}


ANALYSIS = Analysis("why", _run)


def title() -> str:
    """What the page is called."""
    return _("Why did it change?")


def headline(ask: Sight, document: Document) -> str:
    """How the main result changed against the year before."""
    kpi = document["kpi"]
    if kpi is None or ask.definition(kpi) is None:
        return _("The change of a KPI taken apart over teams, campaigns, products and regions.")
    try:
        found = taken_apart(ask, kpi, last_month(ask), "previous_year", "product")
    except Problem as problem:
        return problem.text(frame.language())
    return next(iter(said(ask, found)))


def last_month(ask: Reader) -> Period:
    """The newest month that is over."""
    return period_of(ask.until(), Grain.MONTH).previous()


def taken_apart(ask: Sight, kpi: str, period: Period, against: Against, over: str) -> Why:
    """The change of the company's value as far as the viewer may see its segments."""
    over = segments(over)

    def asked(compared: Against | None) -> list[Observation]:
        found: list[Observation] = []
        for by in ("company", over):
            found += ask.compute([kpi], by, str(period.grain), period.start, period.end, compared)
        return found

    earlier = period.previous() if against == "previous_period" else period.same_last_year()
    version = ask.catalogue.at(kpi, period.start).version
    return explained(ask.catalogue.resolved(kpi, version), asked(None), asked(against), over, earlier.label)


def said(ask: Sight, found: Why) -> list[str]:
    """The change in sentences."""
    definition = ask.definition(found.kpi)
    assert definition is not None
    fiscal, calendar = ask.settings.fiscal_year_start, frame.calendar()
    names = [calendar.period(parse(label, fiscal)) for label in (found.period, found.then)]
    called: Any = words.text(definition.name, frame.language())
    return list(sentences(found, called, names[0], names[1], frame.language(), frame.figures()))
