"""Who changed what, and who saw whose values."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.server import frame, words
from leitstern.server.models import AccessEntry, Account, AuditEntry
from leitstern.server.pages import Pages
from leitstern.server.reader import reader
from leitstern.server.views.administration import moment, needs, page
from leitstern.server.views.administration.accounts import known

_PER_PAGE = 100


@needs("read_audit")
def audit(request: HttpRequest) -> HttpResponse:
    """The audit log, newest first; ``who`` (an account) and ``about`` (``goal``, ``account``) narrow it."""
    entries = AuditEntry.objects.select_related("account").order_by("-pk")
    who, about = request.GET.get("who", ""), request.GET.get("about", "")
    if who.isdecimal():
        entries = entries.filter(account_id=int(who))
    if about in subjects():
        entries = entries.filter(action__startswith=f"{about}.")
    pages, shown = _page(request, entries)
    title = ngettext("%(count)s change", "%(count)s changes", pages.count)
    context = page(
        request,
        title % {"count": frame.figures().plain(pages.count)},
        pages=pages,
        who=who,
        about=about,
        accounts=_accounts(),
        subjects=subjects(),
        rows=[
            {
                "at": moment(e.at),
                "who": str(e.account) if e.account else _("the console"),
                "action": e.action,
                "object": e.object,
                "before": _json(e.before),
                "after": _json(e.after),
            }
            for e in shown
        ],
    )
    return render(request, "leitstern/administration/audit.html", context)


@needs("read_access_log")
def access(request: HttpRequest) -> HttpResponse:
    """Who was shown values about other persons; ``who`` (an account) and ``person`` narrow it."""
    entries = AccessEntry.objects.select_related("account").order_by("-pk")
    who, person = request.GET.get("who", ""), request.GET.get("person", "")
    if who.isdecimal():
        entries = entries.filter(account_id=int(who))
    if person:
        entries = entries.filter(person=person)
    pages, shown = _page(request, entries)
    people = {p.id: p.name for p in known(reader()).people.values()}
    kpis = {d.kpi: words.text(d.name, frame.language()) for d in reader().catalogue}
    title = ngettext("%(count)s time values were seen", "%(count)s times values were seen", pages.count)
    context = page(
        request,
        title % {"count": frame.figures().plain(pages.count)},
        pages=pages,
        who=who,
        person=person,
        accounts=_accounts(),
        people=sorted(people.items(), key=lambda pair: pair[1]),
        rows=[
            {
                "at": moment(e.at),
                "who": str(e.account),
                "person": people.get(e.person, e.person),
                "kpi": kpis.get(e.kpi, e.kpi),
                "surface": e.surface,
            }
            for e in shown
        ],
    )
    return render(request, "leitstern/administration/access.html", context)


def subjects() -> dict[str, str]:
    """What entries are about, by the first part of their action."""
    return {
        "account": _("Accounts"),
        "goal": _("Goals"),
        "privacy": _("Privacy"),
        "purpose": _("Purposes"),
        "token": _("Keys"),
        "data": _("Data"),
        "period": _("Closed periods"),
    }


def _page(request: HttpRequest, entries: QuerySet[Any]) -> tuple[Pages, list[Any]]:
    pages = Pages(request, entries.count(), _PER_PAGE)
    return pages, list(entries[(pages.page - 1) * _PER_PAGE : pages.page * _PER_PAGE])


def _accounts() -> list[tuple[str, str]]:
    return [(str(a.pk), str(a)) for a in Account.objects.order_by("name", "email")]


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
