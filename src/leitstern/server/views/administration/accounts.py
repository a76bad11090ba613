"""Accounts: who may log in, as whom, and with which roles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leitstern.engine.organisation import Organisation
from leitstern.errors import Problem
from leitstern.server import account_changes, accounts, frame, invitations
from leitstern.server.forms import choose
from leitstern.server.models import Account
from leitstern.server.pages import Pages
from leitstern.server.reader import Reader, reader
from leitstern.server.sight import organisation
from leitstern.server.views.administration import actor, moment, needs, page, role_names

_PER_PAGE = 100


class AccountForm(forms.Form):
    """What an administrator sets for an account. The e-mail address stays once it is made."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    person = forms.ChoiceField(label=gettext_lazy("Person in the data"), required=False)
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"), required=False, widget=forms.CheckboxSelectMultiple
    )
    leads = forms.MultipleChoiceField(
        label=gettext_lazy("Leads these teams, although the data do not say so"), required=False
    )

    def __init__(self, account: Account | None, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        people = known(reader())
        kept = account.person if account is not None else None
        choose(self, "person", [("", _("Nobody")), *_named(people.people, kept)])
        choose(self, "leads", [(t.id, t.name) for t in people.teams.values()])
        choose(self, "roles", role_names().items())
        if account is not None:
            self.fields["email"].disabled = True


@needs("administer")
def index(request: HttpRequest) -> HttpResponse:
    """All accounts, and the form for a new one."""
    form = AccountForm(None, request.POST) if request.method == "POST" else AccountForm(None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            account, token = accounts.create(
                actor(request),
                given["email"],
                given["name"],
                roles=given["roles"],
                person=given["person"] or None,
                leads=given["leads"],
            )
        except Problem as problem:
            form.add_error(None, problem.text(frame.language()))
        else:
            return links(request, [(account, token)])
    everybody = Account.objects.order_by("name", "email")
    pages = Pages(request, everybody.count(), _PER_PAGE)
    shown = everybody[(pages.page - 1) * _PER_PAGE : pages.page * _PER_PAGE]
    title = ngettext("%(count)s account", "%(count)s accounts", pages.count) % {"count": pages.count}
    context = page(request, title, form=form, pages=pages, rows=_rows(list(shown)))
    return render(request, "leitstern/administration/accounts.html", context)


@needs("administer")
def account(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - the address calls it so
    """One account: change it, invite anew, deactivate, switch off one-time codes."""
    found = get_object_or_404(Account, pk=id)
    initial = {
        "email": found.email,
        "name": found.name,
        "person": found.person or "",
        "roles": found.roles,
        "leads": found.leads,
    }
    form = AccountForm(found, initial=initial)
    if request.method == "POST":
        action = request.POST.get("action", "save")
        if action == "save":
            form = AccountForm(found, request.POST, initial=initial)
            if form.is_valid() and _save(request, found, form):
                return redirect("administration_account", found.pk)
        else:
            return _act(request, found, action)
    context = page(
        request,
        str(found),
        form=form,
        account=found,
        own=found.pk == actor(request).pk,
        waiting=not found.has_usable_password() and found.is_active,
        last=moment(found.last_login),
    )
    return render(request, "leitstern/administration/account.html", context)


def _save(request: HttpRequest, found: Account, form: AccountForm) -> bool:
    given = form.cleaned_data
    try:
        accounts.change(
            actor(request),
            found,
            name=given["name"],
            roles=given["roles"],
            person=given["person"] or None,
            leads=given["leads"],
        )
    except Problem as problem:
        form.add_error(None, problem.text(frame.language()))
        return False
    if account_changes.waiting(found).filter(kind="rights").exists():
        messages.warning(request, _("Other rights wait for the works council or management to approve them."))
    else:
        messages.success(request, _("The account was changed."))
    return True


def _act(request: HttpRequest, found: Account, action: str) -> HttpResponse:
    by = actor(request)
    try:
        if action == "invite" and found.is_active:
            return links(request, [(found, accounts.invite(by, found))])
        if action in ("deactivate", "activate"):
            accounts.activate(by, found, action == "activate")
        elif action == "codes_off":
            accounts.forget_second_factor(by, found)
        else:
            raise Http404
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
    else:
        messages.success(request, _("The account was changed."))
    return redirect("administration_account", found.pk)


def links(request: HttpRequest, invited: list[tuple[Account, str]]) -> HttpResponse:
    """Invitations, shown this once: nothing of them is kept that could be shown again."""
    rows = [
        (account, request.build_absolute_uri(reverse("welcome", args=[token]))) for account, token in invited
    ]
    title = ngettext("%(count)s invitation", "%(count)s invitations", len(rows)) % {"count": len(rows)}
    context = page(request, title, rows=rows, days=invitations.GOOD_FOR.days)
    return render(request, "leitstern/administration/links.html", context)


def known(ask: Reader) -> Organisation:
    """The people and teams of the newest generation; nobody before the first."""
    return organisation(ask) if ask.generation() is not None else Organisation({}, {}, (), {})


def _named(people: dict[str, Any], kept: str | None) -> list[tuple[str, str]]:
    """People by name; one who is in the data no longer stays in the choice."""
    found = sorted(((p.id, f"{p.name} ({p.id})") for p in people.values()), key=lambda pair: pair[1])
    return found if not kept or kept in people else [*found, (kept, kept)]


def _rows(shown: list[Account]) -> list[dict[str, Any]]:
    people, names = known(reader()), role_names()
    return [
        {
            "account": one,
            "person": people.people[one.person].name if one.person in people.people else one.person or "–",
            "roles": ", ".join(names.get(role, role) for role in one.roles) or "–",
            "leads": ", ".join(people.teams[t].name if t in people.teams else t for t in one.leads) or "–",
            "state": _state(one),
            "last": moment(one.last_login),
        }
        for one in shown
    ]


def _state(one: Account) -> str:
    if not one.is_active:
        return _("deactivated")
    return _("active") if one.has_usable_password() or one.last_login else _("invited")
