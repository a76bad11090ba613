"""Comparisons of teams, campaigns, products and persons: made for all at once, shown to whom may see them.

A comparison of persons is there for whom may see every person in it, and so is one of teams: a part of it
would tell of the rest, since all are drawn towards the mean of all. Campaigns and products are things.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from leitstern.analyses.compare import BY, By, compare_all, how
from leitstern.analyses.compare_words import sentence
from leitstern.kpis.singling import singles_out
from leitstern.server import audit, frame, words
from leitstern.server.insight import Analysis, Document

if TYPE_CHECKING:
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: Which comparison heads the list of analyses, the first that is there.
_FIRST = (("win_rate", "campaign"), ("lead_to_customer_rate", "campaign"), ("win_rate", "product"))
_ANSWERED = ("difference", "no_evidence")


def _run(ask: Reader, tell: Tell) -> Document:
    workspace = ask.workspace
    catalogue = workspace.catalogue
    resolved = {one.kpi: catalogue.resolved(one.kpi) for one in catalogue}
    names = [kpi for kpi, of in resolved.items() if how(of) is not None and not singles_out(of)]
    found: dict[str, dict[str, Any]] = {}
    for at, by in enumerate(BY):
        tell("compare", at, len(BY))
        found[by] = {
            one.kpi: one.as_json() for one in compare_all(workspace, names, by) if one.verdict in _ANSWERED
        }
    return {"by": found}


ANALYSIS = Analysis("compare", _run)


def title() -> str:
    """What the page is called."""
    return _("Comparisons")


def headline(ask: Sight, document: Document) -> str:
    """The answer of the first comparison of things."""
    for kpi, by in _FIRST:
        found = document["by"].get(by, {}).get(kpi)
        definition = ask.definition(kpi)
        if found is not None and definition is not None:
            name = words.text(definition.name, frame.language())
            return f"{name}, {by_name(by)}: {said(found)}"
    return _("Campaigns, products and teams side by side, with chance taken into account.")


def said(found: Mapping[str, Any]) -> str:
    """The answer of a comparison in a sentence."""
    figures = frame.figures()
    return sentence(found, frame.language(), lambda value: figures.short(value, found["unit"]))


def by_name(by: str) -> str:
    """How a comparison's subjects are called."""
    return {
        "team": _("by team"),
        "campaign": _("by campaign"),
        "product": _("by product"),
        "person": _("by person"),
    }[by]


def offered(document: Document, by: By) -> list[str]:
    """The KPIs that can be compared this way, by name."""
    return sorted(document["by"].get(by, {}))


def shown(ask: Sight, document: Document, kpi: str, by: By) -> Mapping[str, Any] | None:
    """The comparison, if the viewer may see all of it; None where not, or where there is none.

    Whose values were seen is written to the access log.
    """
    found: Mapping[str, Any] | None = document["by"].get(by, {}).get(kpi)
    if found is None or not _allowed(ask, found, by):
        return None
    if by == "person":
        persons = {one["id"] for one in found["subjects"]} - {ask.viewer.person}
        audit.seen(ask.viewer, persons, kpi, ask.surface)
    return found


def _allowed(ask: Sight, found: Mapping[str, Any], by: By) -> bool:
    start, end = date.fromisoformat(found["from"]), date.fromisoformat(found["to"])
    subjects = {one["id"] for one in found["subjects"]}
    if by == "person":
        seen = ask.policy.people(ask.viewer, start, end)
        return subjects <= seen and not ask.expired(found["kpi"], start)
    if by == "team":
        named = f"{found['kpi']}@{found['version']}"
        values = ask.compute([named], "own_team", "month", start, end)
        return all(o.reason != "protected" for o in values if o.subject.id in subjects)
    return True
