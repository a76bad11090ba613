"""Which KPIs move their outcome later: the job, and what is said of its findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.analyses.leads import leads
from leitstern.insight.leads import words as said
from leitstern.server import frame, insight, words
from leitstern.server.insight import Analysis, Document

if TYPE_CHECKING:
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight


def _run(ask: Reader, tell: Tell) -> Document:
    tell("leads", 0, 1)
    return leads(ask.workspace).as_json()


ANALYSIS = Analysis("leads", _run)


def title() -> str:
    """What the page is called."""
    return _("Leading, lagging or vanity")


def headline(_ask: Sight, document: Document) -> str:
    """What was found for the KPIs that are said to lead."""
    counts = Counter(one["main"]["verdict"] for one in document["kpis"] if one["main"] and said_to_lead(one))
    if not counts:
        return _("No KPI is said to lead.")
    return _(
        "Of %(all)s KPIs that are said to lead, %(leads)s do within 12 weeks; for %(no_lead)s no useful lead "
        "is shown; for %(too_little)s there is too little data or no test."
    ) % {"all": counts.total(), **{name: counts[name] for name in ("leads", "no_lead", "too_little")}}


def said_to_lead(one: Mapping[str, Any]) -> bool:
    """Whether a KPI's file claims that it leads."""
    return bool(one["timing"] == "leading")


def sentence(ask: Reader, finding: Mapping[str, Any]) -> str:
    """One finding in a sentence."""
    figures, language = frame.figures(), frame.language()

    def share(fraction: float) -> str:
        # Percent without decimals: more would claim to be surer than the interval.
        return figures.plain(round(100 * fraction)) + ("\N{NO-BREAK SPACE}%" if language == "de" else "%")

    names = (name(ask, finding["kpi"]), name(ask, finding["outcome"]))
    return said.sentence(finding, *names, language, share)


def verdict(finding: Mapping[str, Any]) -> str:
    """The verdict in few words."""
    return said.verdict(finding, frame.language())


def name(ask: Reader, kpi: str) -> str:
    """A KPI's name in the viewer's language."""
    definition = ask.definition(kpi)
    return kpi if definition is None else words.text(definition.name, frame.language())


def gate(document: Document) -> str | None:
    """The KPI whose company value must be open to the viewer; None where nothing was tested."""
    return next((one["main"]["outcome"] for one in document["kpis"] if one["main"]), None)


def of_kpi(ask: Reader, kpi: str) -> dict[str, Any] | None:
    """Claim against finding for a KPI's own page; None where there is no document or no claim."""
    finding = _main(ask, kpi)
    if finding is None:
        return None
    return {
        "sentence": sentence(ask, finding),
        "verdict": finding["verdict"],
        "href": f"{reverse('insight_leads')}#{kpi}",
    }


def in_catalogue(ask: Reader) -> dict[str, str]:
    """Outcome and verdict of each KPI that is said to lead, or does; empty without a document."""
    document = insight.document(ask, ANALYSIS.name)
    if document is None:
        return {}
    return {
        one["kpi"]: f"{name(ask, one['main']['outcome'])}: {verdict(one['main'])}"
        for one in document["kpis"]
        if one["main"] and (said_to_lead(one) or one["main"]["verdict"] == "leads")
    }


def _main(ask: Reader, kpi: str) -> Mapping[str, Any] | None:
    document = insight.document(ask, ANALYSIS.name)
    found = [] if document is None else [one for one in document["kpis"] if one["kpi"] == kpi]
    main: Mapping[str, Any] | None = found[0]["main"] if found else None
    return main
