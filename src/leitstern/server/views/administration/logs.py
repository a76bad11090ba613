"""Who changed what, and who saw whose values."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.server import audit_words, frame, words
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
    if about in audit_words.subjects():
        entries = entries.filter(action__startswith=f"{about}.")
    pages, shown = _page(request, entries)
    names = audit_words.account_names()
    title = ngettext("%(count)s change", "%(count)s changes", pages.count)
    context = page(
        request,
        title % {"count": frame.figures().plain(pages.count)},
        pages=pages,
        who=who,
        about=about,
        accounts=_accounts(),
        subjects=audit_words.subjects(),
        rows=[_change(e, names) for e in shown],
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


def _page(request: HttpRequest, entries: QuerySet[Any]) -> tuple[Pages, list[Any]]:
    pages = Pages(request, entries.count(), _PER_PAGE)
    return pages, list(entries[(pages.page - 1) * _PER_PAGE : pages.page * _PER_PAGE])


def _accounts() -> list[tuple[str, str]]:
    return [(str(a.pk), str(a)) for a in Account.objects.order_by("name", "email")]


def _change(entry: AuditEntry, names: dict[int, str]) -> dict[str, Any]:
    before, after = audit_words.sides(entry.before, entry.after, names)
    kind, _colon, key = entry.object.partition(":")
    account = names.get(int(key)) if kind == "account" and key.isdecimal() else None
    return {
        "at": moment(entry.at),
        "who": str(entry.account) if entry.account else _("the console"),
        "action": audit_words.action(entry.action),
        "object": account or audit_words.about(entry.object),
        "before": before,
        "after": after,
    }
