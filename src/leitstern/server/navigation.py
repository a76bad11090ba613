"""The way through the pages: the sections, which of them is shown, and what waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leitstern.access.viewer import Role
from leitstern.goals.offers import WAITS_FOR
from leitstern.server.models import GoalRow
from leitstern.server.sight import viewer_of

#: Pages that belong to a section without being its first page; others begin with the section's name.
_BELONGS = {
    "kpi": "catalogue",
    "records": "catalogue",
    "overview": "company",
    "wall": "company",
    "closing": "data",
    "match": "data",
    "first_steps": "today",
    "goal": "goals",
    "agreement": "offers",
}
#: Who comes to the pages of administration.
_ADMINISTRATION: tuple[Role, ...] = ("administrator", "council", "management")


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the navigation. ``waiting`` is how many things there wait for the reader."""

    name: str
    href: str
    here: bool
    waiting: int = 0


def sections(request: HttpRequest) -> list[Section]:
    """The sections the reader may enter; none before the log-in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    names = [
        ("today", _("Today")),
        ("team", _("Team")),
        ("company", _("Company")),
        ("goals", _("Goals")),
        ("offers", _("Offers")),
        ("catalogue", _("KPIs")),
        ("insight", _("Analysis")),
        ("data", _("Data")),
    ]
    if viewer_of(request).has(*_ADMINISTRATION):
        names.append(("administration", _("Administration")))
    shown = _shown(request)
    return [
        Section(name, reverse(view), view == shown, waiting(user.pk) if view == "offers" else 0)
        for view, name in names
    ]


def waiting(account: int) -> int:
    """How many offers wait for somebody's answer: those to them, and their own that were countered."""
    to_answer = Q()
    for state, actor in WAITS_FOR.items():
        who = {"owner": account} if actor == "owner" else {"offered_by": account}
        to_answer |= Q(state=state, **who)
    return GoalRow.objects.filter(to_answer).count()


def _shown(request: HttpRequest) -> str:
    view = request.resolver_match.view_name if request.resolver_match else ""
    if view in _BELONGS:
        return _BELONGS[view]
    if view.startswith(("goal_", "goals_")):
        return "goals"
    return view.partition("_")[0]
