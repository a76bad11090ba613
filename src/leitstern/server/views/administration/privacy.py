"""Privacy: the rules in force, proposals to change them, and what KPIs about persons are used for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leitstern.access.modes import LEAST_FLOOR, MODES, Privacy
from leitstern.access.report import Report, report
from leitstern.errors import Problem
from leitstern.server import account_changes, audit_words, frame, privacy_changes, words
from leitstern.server.forms import choose
from leitstern.server.models import Account, AccountChange, PrivacyChange, Purpose
from leitstern.server.privacy import privacy
from leitstern.server.reader import reader
from leitstern.server.views.administration import actor, may, moment, needs, page

MOST_MONTHS = 120


class RulesForm(forms.Form):
    """Proposed rules, with the reason. The dominance is entered as a percentage."""

    mode = forms.ChoiceField(label=gettext_lazy("Who sees values of persons"), widget=forms.RadioSelect)
    floor = forms.IntegerField(label=gettext_lazy("Smallest group"), min_value=LEAST_FLOOR, max_value=100)
    dominance = forms.DecimalField(
        label=gettext_lazy("Largest share of one person, in percent"),
        min_value=50,
        max_value=100,
        max_digits=4,
        decimal_places=1,
        localize=True,
    )
    rankings = forms.BooleanField(
        label=gettext_lazy("Persons may be put in order of their values"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choose(self, "mode", mode_names().items())
        self.fields["floor"].help_text = _(
            "A group's value is shown to others only if at least so many people are in it."
        )

    def rules(self) -> Privacy:
        """The rules as the policy knows them."""
        given = self.cleaned_data
        share = given["dominance"] / Decimal(100)
        return Privacy(given["mode"], given["floor"], share, given["rankings"])


class PurposeForm(forms.Form):
    """What values of one KPI about persons are used for."""

    kpi = forms.ChoiceField(label=gettext_lazy("KPI"))
    text = forms.CharField(
        label=gettext_lazy("What values about persons are used for"),
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )
    months = forms.IntegerField(
        label=gettext_lazy("Shown for so many months back"), min_value=1, max_value=MOST_MONTHS, initial=36
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        language = frame.language()
        named = [(d.kpi, words.text(d.name, language)) for d in reader().catalogue]
        choose(self, "kpi", sorted(named, key=lambda pair: pair[1]))


@needs("change_privacy", "approve_privacy")
def index(request: HttpRequest) -> HttpResponse:
    """The rules, the open proposal, its history, and the purposes."""
    in_force = privacy()
    rules = RulesForm(initial=_initial(in_force), prefix="rules")
    purpose = PurposeForm(prefix="purpose")
    if request.method == "POST":
        if not may(request, "change_privacy"):
            raise Http404
        if request.POST.get("action") == "purpose":
            purpose = PurposeForm(request.POST, prefix="purpose")
            if purpose.is_valid():
                privacy_changes.state_purpose(actor(request), **purpose.cleaned_data)
                messages.success(request, _("The purpose was written down."))
                return redirect("administration_privacy")
        else:
            rules = RulesForm(request.POST, prefix="rules")
            if rules.is_valid() and _propose(request, rules):
                return redirect("administration_privacy")
    changes = PrivacyChange.objects.select_related("proposed_by", "decided_by").order_by("-pk")
    open_ = next((c for c in changes if c.approved is None), None)
    context = page(
        request,
        mode_names()[in_force.mode],
        rules=_said(in_force),
        open=open_ and _change(open_),
        may_approve=open_ and may(request, "approve_privacy") and open_.proposed_by != actor(request),
        may_take_back=open_ and open_.proposed_by == actor(request),
        accounts=[_of_account(c, actor(request)) for c in account_changes.waiting()],
        history=[_change(c) for c in changes if c.approved is not None],
        form=rules if may(request, "change_privacy") and (open_ is None or rules.is_bound) else None,
        purpose=purpose if may(request, "change_privacy") else None,
        purposes=_purposes(),
    )
    return render(request, "leitstern/administration/privacy.html", context)


@needs("change_privacy", "approve_privacy")
def rules(request: HttpRequest) -> HttpResponse:
    """Who may see and do what under the rules in force, and for what: to print, for a works agreement."""
    said = report(privacy(), frame.language())
    questions = [
        (
            section.title,
            [(row.text, [_answer(said, row.answers[role]) for role in said.roles]) for row in section.rows],
        )
        for section in said.sections
    ]
    context = page(
        request,
        said.title,
        report=said,
        questions=questions,
        purposes=_purposes(),
        workspace=reader().settings.name,
        day=frame.calendar().day(reader().today()),
    )
    return render(request, "leitstern/administration/rule_table.html", context)


@needs("change_privacy", "approve_privacy")
def decide(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - the address calls it so
    """Approve, reject or take back a proposal."""
    change = get_object_or_404(PrivacyChange, pk=id)
    answer = request.POST.get("answer")
    own = change.proposed_by == actor(request)
    if request.method != "POST" or answer not in ("approve", "reject"):
        raise Http404
    may_reject = answer == "reject" and may(request, "change_privacy")
    if not own and not may_reject and not may(request, "approve_privacy"):
        raise Http404
    try:
        privacy_changes.decide(actor(request), change, answer == "approve")
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
    else:
        done = _("The new rules are in force.") if answer == "approve" else _("The rules stay as they are.")
        messages.success(request, done)
    return redirect("administration_privacy")


@needs("administer", "approve_account")
def decide_account(request: HttpRequest, id: int) -> HttpResponse:  # noqa: A002 - the address calls it so
    """Approve, reject or take back a proposed change of an account."""
    change = get_object_or_404(AccountChange, pk=id)
    answer = request.POST.get("answer")
    if request.method != "POST" or answer not in ("approve", "reject"):
        raise Http404
    try:
        account_changes.decide(actor(request), change, answer == "approve")
    except Problem as problem:
        messages.error(request, problem.text(frame.language()))
    else:
        done = _("Approved.") if answer == "approve" else _("The account stays as it is.")
        messages.success(request, done)
    return redirect("administration_privacy")


def _of_account(change: AccountChange, by: Account) -> dict[str, Any]:
    """A proposed change of an account: what it would be, who proposed it, and what the reader may do."""
    kinds = {
        "rights": _("other rights"),
        "reset": _("a new invitation, with which a password is set"),
        "codes_off": _("one-time codes switched off"),
        "disable": _("disabled"),
    }
    before, after = audit_words.sides(change.before, change.after, {})
    return {
        "id": change.pk,
        "account": str(change.account),
        "kind": kinds[change.kind],
        "before": before if change.after else [],
        "after": after,
        "proposed_by": str(change.proposed_by),
        "proposed_at": moment(change.proposed_at),
        "may_approve": account_changes.may_decide(by, change),
        "may_take_back": change.proposed_by_id == by.pk,
    }


def mode_names() -> dict[str, str]:
    """The modes in words, from the strictest on."""
    names = {
        "team_only": _("Nobody sees values of single persons"),
        "own": _("Everybody sees their own values, nobody those of others"),
        "own_team": _("Everybody sees their own values, and leads those of their team"),
        "full": _("Everybody sees everybody's values"),
    }
    return {mode: names[mode] for mode in MODES}


def _propose(request: HttpRequest, form: RulesForm) -> bool:
    try:
        privacy_changes.propose(actor(request), form.rules(), form.cleaned_data["reason"])
    except Problem as problem:
        form.add_error(None, problem.text(frame.language()))
        return False
    messages.success(request, _("Proposed. It holds once a second person has approved it."))
    return True


def _answer(said: Report, answer: bool | None) -> str:
    if answer is None:
        return said.none
    return said.yes if answer else said.no


def _initial(rules: Privacy) -> dict[str, Any]:
    return {
        "mode": rules.mode,
        "floor": rules.floor,
        "dominance": (rules.dominance * 100).normalize(),
        "rankings": rules.rankings,
    }


def _said(rules: Privacy) -> dict[str, str]:
    figures = frame.figures()
    return {
        "mode": mode_names()[rules.mode],
        "floor": figures.plain(rules.floor),
        "dominance": f"{figures.plain(int(rules.dominance * 100))} %",
        "rankings": _("allowed") if rules.rankings else _("not allowed"),
    }


def _change(change: PrivacyChange) -> dict[str, Any]:
    return {
        "id": change.pk,
        "rules": _said(privacy_changes.rules_of(change)),
        "reason": change.reason,
        "proposed_by": str(change.proposed_by),
        "proposed_at": moment(change.proposed_at),
        "decided_by": str(change.decided_by or "–"),
        "decided_at": moment(change.decided_at),
        "approved": change.approved,
    }


def _purposes() -> list[dict[str, Any]]:
    names = {d.kpi: words.text(d.name, frame.language()) for d in reader().catalogue}
    return [
        {"kpi": names.get(p.kpi, p.kpi), "text": p.text, "months": p.months, "at": moment(p.changed_at)}
        for p in Purpose.objects.order_by("kpi")
    ]
