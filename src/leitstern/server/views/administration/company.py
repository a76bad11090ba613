"""The company: its name, where its holidays are, and when its fiscal year begins."""

from __future__ import annotations

from typing import Any

from babel import Locale
from babel.dates import get_month_names
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leitstern.errors import Problem
from leitstern.periods.regions import REGIONS
from leitstern.server import audit, frame
from leitstern.server.forms import choose
from leitstern.server.models import GoalRow
from leitstern.server.reader import reader
from leitstern.server.views.administration import actor, needs, page
from leitstern.settings import FILE, Settings

_SHOWN = {"name", "country", "region", "fiscal_year_start"}


class CompanyForm(forms.Form):
    """What decides about working days and fiscal periods. ``place`` is a country with its state or canton."""

    name = forms.CharField(label=gettext_lazy("Company"), max_length=200)
    place = forms.ChoiceField(label=gettext_lazy("Public holidays of"))
    fiscal_year_start = forms.TypedChoiceField(label=gettext_lazy("The fiscal year begins in"), coerce=int)

    def __init__(self, *args: Any, fixed: str | None, **more: Any) -> None:
        super().__init__(*args, **more)
        choose(self, "place", _places())
        months = get_month_names(locale=frame.language())
        choose(self, "fiscal_year_start", [(str(number), months[number]) for number in range(1, 13)])
        if fixed is not None:
            self.fields["fiscal_year_start"].disabled = True
            self.fields["fiscal_year_start"].help_text = fixed

    def changed_of(self, now: Settings) -> Settings:
        """The settings with what was entered; raises ``Problem``."""
        given = self.cleaned_data
        country, _dash, region = given["place"].partition("-")
        values = now.model_dump() | {
            "name": given["name"],
            "country": country,
            "region": region or None,
            "fiscal_year_start": given["fiscal_year_start"],
        }
        return Settings.check(FILE, values)


@needs("administer")
def index(request: HttpRequest) -> HttpResponse:
    """Show the settings and change them; what numbers follow from them is built anew."""
    ask = reader()
    now: Settings = ask.settings
    filled = {
        "name": now.name,
        "place": "-".join(filter(None, (now.country, now.region))),
        "fiscal_year_start": str(now.fiscal_year_start),
    }
    form = CompanyForm(request.POST or None, initial=filled, fixed=_fixed())
    if request.method == "POST" and form.is_valid():
        try:
            changed = form.changed_of(now)
        except Problem as problem:
            form.add_error(None, problem.text(frame.language()))
        else:
            return _save(request, now, changed)
    context = page(request, _("Company and calendar"), form=form)
    return render(request, "leitstern/administration/company.html", context)


def _save(request: HttpRequest, now: Settings, changed: Settings) -> HttpResponse:
    if changed == now:
        messages.info(request, _("Nothing was changed."))
        return redirect("administration_company")
    ask = reader()
    changed.write(ask.folder)
    before, after = (settings.model_dump(include=_SHOWN) for settings in (now, changed))
    audit.note(actor(request), "settings.changed", "workspace", before, after)
    ask.look()
    messages.success(request, _("Saved."))
    if ask.generation() is not None:
        ask.workspace.refresh()
        messages.success(request, _("All values were made anew."))
    return redirect("administration_company")


def _fixed() -> str | None:
    """Why the fiscal year can no longer be changed: something was agreed or closed in its periods."""
    if reader().workspace.closed():
        return _("Periods are closed, so the fiscal year stays as it is.")
    if GoalRow.objects.filter(grain__startswith="fiscal").exists():
        return _("There are goals for fiscal periods, so the fiscal year stays as it is.")
    return None


def _places() -> list[tuple[str, str]]:
    """Countries and their states or cantons, as code and name."""
    territories = Locale.parse(frame.language()).territories
    name = 0 if frame.language() == "de" else 1
    found = []
    for country, regions in REGIONS.items():
        of = territories[country]
        found.append((country, of))
        found += [(f"{country}-{code}", f"{of}, {names[name]}") for code, names in regions.items()]
    return found
