"""What all pages of analyses need: the document, or the page that says how far its analysis is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from leitstern.periods.grains import Grain, period_of
from leitstern.server import insight
from leitstern.server.models import Job
from leitstern.server.sight import Sight
from leitstern.server.views import errors


def found(ask: Sight, name: str) -> insight.Document | None:
    """The document of this generation's analysis; None while there is none."""
    return insight.document(ask, name)


def waiting(request: HttpRequest, ask: Sight, name: str, title: str) -> HttpResponse:
    """The page in place of a document that is not there yet: how far it is, or that it failed."""
    info = ask.generation()
    if info is None:
        return errors.no_generation(request)
    job = Job.objects.filter(analysis=name, generation=info.number).first()
    again = {"link": request.get_full_path(), "link_text": _("Look again")}
    if job is not None and job.state == "failed":
        text = _("This analysis could not be made from today's data. The next import starts it again.")
        return errors.page(request, 200, title, text)
    if job is not None and job.state == "running" and job.of:
        done = _("%(at)s of %(of)s parts are done.") % {"at": job.at, "of": job.of}
        return errors.page(request, 200, title, f"{_('This is being analysed.')} {done}", **again)
    text = _("This is being analysed. It usually takes less than a minute after an import.")
    return errors.page(request, 200, title, text, **again)


def company_shown(ask: Sight, kpi: str) -> bool:
    """Whether the viewer may see values of the whole company, by the policy's answer for last year's value.

    In a company of very few people even its total tells of single ones.
    """
    year = period_of(ask.as_of(), Grain.YEAR).previous()
    return all(o.reason != "protected" for o in ask.compute([kpi], "company", "year", year.start, year.end))


def protected(request: HttpRequest, title: str) -> HttpResponse:
    """The page in place of one whose values would tell of single people."""
    text = _("The group is so small that these values would tell of single people.")
    return errors.page(request, 200, title, text)


def updating(ask: Sight, name: str) -> bool:
    """Whether the document shown is being made anew, because goals have changed since."""
    info = ask.generation()
    return (
        info is not None
        and Job.objects.filter(analysis=name, generation=info.number, state="running").exists()
    )
