"""One's own account: language, password, one-time codes, keys to the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from leitstern import clock
from leitstern.server import audit_words, tokens
from leitstern.server.forms import choose
from leitstern.server.models import Account, AuditEntry, Token
from leitstern.server.views.administration import actor, moment, role_names

_DAYS = (30, 90, 365)
#: Changes of the account that others made, as many as are shown.
_SHOWN = 20


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(label=gettext_lazy("What the key is for"), max_length=100)
    scopes = forms.ChoiceField(label=gettext_lazy("It may"))
    days = forms.ChoiceField(label=gettext_lazy("Good for"))

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        choose(self, "scopes", [("read", _("read")), ("read write", _("read and write"))])
        choose(self, "days", [(str(n), _("%(count)s days") % {"count": n}) for n in _DAYS])


def me(request: HttpRequest) -> HttpResponse:
    """The page, and its forms by ``action``: language, key, revoke."""
    account = actor(request)
    form = KeyForm()
    if request.method == "POST":
        action = request.POST.get("action")
        if action == "language":
            return _language(request, account)
        if action == "revoke":
            token = get_object_or_404(account.tokens, pk=_number(request.POST.get("token", "")))
            tokens.revoke(account, token)
            messages.success(request, _("The key is no longer good."))
            return redirect("me")
        if action != "key":
            raise Http404
        form = KeyForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            expires = clock.now() + timedelta(days=int(given["days"]))
            _token, key = tokens.create(account, given["name"], given["scopes"].split(), expires)
            # Not a redirect: the key is shown in this answer and kept nowhere.
            return _page(request, account, KeyForm(), key)
    return _page(request, account, form)


def _page(request: HttpRequest, account: Account, form: KeyForm, key: str | None = None) -> HttpResponse:
    names = role_names()
    context = {
        "title": str(account),
        "account": account,
        "roles": ", ".join(names.get(role, role) for role in account.roles),
        "form": form,
        "key": key,
        "tokens": [_row(token) for token in account.tokens.order_by("-pk")],
        "own_languages": [(code, get_language_info(code)["name_local"]) for code in ("de", "en")],
        "has_password": account.has_usable_password(),
        "changes": [_change(entry) for entry in _about(account)],
    }
    return render(request, "leitstern/me.html", context)


def _about(account: Account) -> list[AuditEntry]:
    """What others did with the account, newest first, so that nothing is done behind somebody's back."""
    rows = AuditEntry.objects.filter(object=f"account:{account.pk}").exclude(account=account)
    return list(rows.exclude(action__startswith="login.").select_related("account").order_by("-pk")[:_SHOWN])


def _change(entry: AuditEntry) -> dict[str, str]:
    return {
        "at": moment(entry.at),
        "who": str(entry.account) if entry.account else _("somebody at the console"),
        "what": audit_words.action(entry.action),
    }


def _row(token: Token) -> dict[str, Any]:
    ends = tokens.ends_at(token)
    over = ends <= clock.now()
    state = _("revoked") if token.revoked_at else _("expired") if over else _("good")
    return {
        "id": token.pk,
        "name": token.name,
        "start": f"{token.start}…",
        "scopes": _("read and write") if "write" in token.scopes else _("read"),
        "expires": moment(ends),
        "used": moment(token.used_at),
        "state": state,
        "good": not token.revoked_at and not over,
    }


def _language(request: HttpRequest, account: Account) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen not in ("de", "en"):
        raise Http404
    account.language = chosen
    account.save(update_fields=["language"])
    response = redirect("me")
    response.delete_cookie("language")  # the account's language holds from here on
    return response


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Http404
    return int(text)
