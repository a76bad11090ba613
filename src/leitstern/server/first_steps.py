"""The way from an empty workspace to a goal that is looked at: six steps, and how far each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.dates import get_month_names
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.access.effect import Effect, effects
from leitstern.access.policy import ALLOWED
from leitstern.goals.offers import IN_FORCE
from leitstern.server import frame
from leitstern.server.models import Account, GoalRow
from leitstern.server.sight import organisation

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.server.sight import Sight

#: KPIs with a goal that a start needs.
ENOUGH_KPIS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """A step: how far it is (``done``, in words ``state``), why it is taken, how long it takes, and where
    (``href`` is empty for who may not go there).

    ``notes`` say what is to be decided on the way, with what it means for this company. ``picture`` names a
    drawing of the template.
    """

    title: str
    why: str
    minutes: int
    done: bool
    state: str
    href: str
    link: str
    picture: str
    notes: tuple[str, ...] = ()


def for_whom(viewer: Viewer) -> bool:
    """Who takes these steps: those who look after the data and accounts, and management."""
    return viewer.has("management", *ALLOWED["import"], *ALLOWED["administer"])


def steps(ask: Sight) -> list[Step]:
    """The six steps in their order."""
    return [_data(ask), _people(ask), _kpis(), _goal(), _invite(ask), _rhythm()]


def open_steps(ask: Sight) -> int:
    """How many steps are not done."""
    return sum(not step.done for step in steps(ask))


def _data(ask: Sight) -> Step:
    generation = ask.generation()
    count = sum(fact.rows for fact in generation.facts.values()) if generation else 0
    state = ngettext("%(count)s record", "%(count)s records", count) % {"count": frame.figures().plain(count)}
    return Step(
        title=_("Bring in your data"),
        why=_("An export of your deals is enough to begin with: Excel or CSV, as it comes."),
        minutes=10,
        done=bool(count),
        state=state if count else _("nothing imported yet"),
        href=reverse("data_import" if ask.viewer.has(*ALLOWED["import"]) else "data"),
        link=_("Import files") if ask.viewer.has(*ALLOWED["import"]) else _("To the data"),
        picture="data",
        notes=(_fiscal(ask),),
    )


def _fiscal(ask: Sight) -> str:
    start = ask.workspace.settings.fiscal_year_start
    if start == 1:
        return _(
            "Your fiscal year is the calendar year. If it is not, change it before the first goal, under "
            "Administration, Company and calendar."
        )
    month = get_month_names(locale=frame.language())[start]
    return _("Your fiscal year begins in %(month)s.") % {"month": month}


def _people(ask: Sight) -> Step:
    people, today = organisation(ask.whole), ask.today()
    teams = [team for team in people.teams if people.members(team, today, today)]
    here = {one for team in teams for one in people.members(team, today, today)}
    href, link = _administered(ask, "administration_people", _("To people and teams"))
    state = _("%(people)s people in %(teams)s teams") % {"people": len(here), "teams": len(teams)}
    return Step(
        title=_("Name people and teams"),
        why=_("A list of your staff with a team column gives every person and every team a value."),
        minutes=5,
        done=bool(here),
        state=state if here else _("nobody known yet"),
        href=href,
        link=link,
        picture="people",
        notes=tuple(_protection(ask)) if here else (),
    )


def _protection(ask: Sight) -> list[str]:
    """What the smallest group hides of this company, and what another one would."""
    rules, today, floor = ask.privacy, ask.today(), ask.privacy.floor
    found: list[Effect] = ask.whole.once(
        ("effects of the smallest group", rules, today),
        lambda _ws: effects(rules, organisation(ask.whole), today),
    )
    now = next(effect for effect in found if effect.floor == floor)
    if not now.hidden:
        return [
            _("With the smallest group of %(floor)s, management sees the value of every team.")
            % {"floor": floor}
        ]
    said = ngettext(
        "The smallest group is %(floor)s: management sees no value of the team %(teams)s.",
        "The smallest group is %(floor)s: management sees no values of the teams %(teams)s.",
        len(now.hidden),
    ) % {"floor": floor, "teams": ", ".join(team.name for team in now.hidden)}
    better = next((e for e in reversed(found) if e.floor < floor and len(e.hidden) < len(now.hidden)), None)
    if better is None:
        return [
            said,
            _("A smaller group would change nothing; whoever leads a team sees its value in any case."),
        ]
    shown = len(now.hidden) - len(better.hidden)
    more = ngettext(
        "With %(floor)s it would be %(count)s team more.",
        "With %(floor)s it would be %(count)s teams more.",
        shown,
    ) % {"floor": better.floor, "count": shown}
    return [said, more + " " + _("Two people change it together, under Privacy.")]


def _administered(ask: Sight, view: str, link: str) -> tuple[str, str]:
    """Where a step of the administration is taken, and the words for it: nowhere for who may not enter."""
    if ask.viewer.has(*ALLOWED["administer"]):
        return reverse(view), link
    return "", _("The administration does this.")


def _kpis() -> Step:
    found = GoalRow.objects.values("kpi").distinct().count()
    return Step(
        title=_("Choose three KPIs"),
        why=_(
            "Say what the business wants to reach; you get three to five KPIs that lead there, with reasons."
        ),
        minutes=5,
        done=found >= ENOUGH_KPIS,
        state=_("goals for %(count)s of %(enough)s KPIs")
        % {"count": min(found, ENOUGH_KPIS), "enough": ENOUGH_KPIS},
        href=reverse("insight_choice"),
        link=_("To the choice of KPIs"),
        picture="kpis",
    )


def _goal() -> Step:
    count = GoalRow.objects.filter(state__in=IN_FORCE).count()
    drafts = GoalRow.objects.count() - count
    state = ngettext("%(count)s goal is in force", "%(count)s goals are in force", count) % {"count": count}
    draft = ngettext("%(count)s draft or offer", "%(count)s drafts and offers", drafts) % {"count": drafts}
    return Step(
        title=_("Agree on the first goal"),
        why=_("Write it as a sentence, offer it, and have it accepted: from then on it counts."),
        minutes=5,
        done=bool(count),
        state=state if count else draft if drafts else _("no goal yet"),
        href=reverse("goal_new"),
        link=_("Write a goal"),
        picture="goal",
    )


def _invite(ask: Sight) -> Step:
    came = Account.objects.filter(is_active=True, last_login__isnull=False).count()
    href, link = _administered(ask, "administration_accounts", _("To the accounts"))
    invited = Account.objects.filter(is_active=True).count()
    return Step(
        title=_("Invite the others"),
        why=_("Everybody sees the own goals and answers offers; nobody sees more than the rules say."),
        minutes=5,
        done=came > 1,
        state=_("%(came)s of %(invited)s accounts have logged in") % {"came": came, "invited": invited},
        href=href,
        link=link,
        picture="invite",
    )


def _rhythm() -> Step:
    count = GoalRow.objects.filter(state__in=IN_FORCE, review_on__isnull=False).count()
    state = ngettext("%(count)s goal has a date", "%(count)s goals have a date", count) % {"count": count}
    return Step(
        title=_("Set the rhythm"),
        why=_("Give each goal a date on which you look at it together. Today shows when it is due."),
        minutes=2,
        done=bool(count),
        state=state if count else _("no date set yet"),
        href=reverse("goals"),
        link=_("To the goals"),
        picture="rhythm",
    )
