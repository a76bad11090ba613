"""Sentences about goals: what a goal's title says, what its steps are called, how likely it is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leitstern.goals.offers import IN_FORCE
from leitstern.goals.realism import Realism
from leitstern.server import verdicts
from leitstern.server.figures import Figures

if TYPE_CHECKING:
    from leitstern.goals.pace import Standing
    from leitstern.server.goal_line import Lines
    from leitstern.server.models import GoalRow


def title(lines: Lines, row: GoalRow, standing: Standing, name: str) -> str:
    """What a goal's page says first: Umsatz Q3 2026: 4 % hinter dem Plan."""
    what = _("%(goal)s, %(period)s") % {"goal": name, "period": lines.period(row)}
    if row.state not in IN_FORCE:
        said = verdicts.state_mark(row.state).text  # type: ignore[arg-type] # only states are stored
    else:
        said = against_plan(row, standing, lines.figures, lines.definition(row).unit)
    return _("%(what)s: %(message)s") % {"what": what, "message": said}


def against_plan(row: GoalRow, standing: Standing, figures: Figures, unit: str) -> str:
    """How a goal in force stands, in a few words."""
    verdict = standing.verdict
    if verdict in ("not_begun", "unknown"):
        return verdicts.text(verdict)
    if verdict in ("reached", "missed", "exceeded_limit"):
        attained = "" if standing.attainment is None else figures.short(standing.attainment, "percent")
        said = verdicts.text(verdict)
        return f"{said} ({attained})" if attained else said
    if standing.pace is not None and unit not in ("percent", "score"):
        return _distance(row, abs(standing.pace - 1), ahead=standing.pace > 1, figures=figures)
    gap = standing.gap or Decimal(0)
    amount = figures.difference(abs(gap), unit).lstrip("+±")
    if not gap or row.direction == "between" or standing.ripe is not None:
        return verdicts.text(verdict)
    if gap > 0:
        return _("%(amount)s above the target") % {"amount": amount}
    return _("%(amount)s below the target") % {"amount": amount}


def _distance(row: GoalRow, share: Decimal, *, ahead: bool, figures: Figures) -> str:
    amount = figures.short(share, "percent")
    if not any(digit in amount for digit in "123456789"):
        return _("right on plan")
    if row.direction == "at_least":
        text = _("%(amount)s ahead of plan") if ahead else _("%(amount)s behind plan")
    else:
        text = _("%(amount)s above plan") if ahead else _("%(amount)s below plan")
    return text % {"amount": amount}


def apart(standing: Standing, figures: Figures, unit: str) -> str:
    """Why the verdict is another than the pace lets expect; empty where the two agree."""
    outlook = standing.outlook
    if standing.split is None or outlook.chance is None:
        return ""
    text = {
        "ahead": _(
            "Ahead of plan so far, but the rest brings less: %(expected)s expected, chance %(chance)s."
        ),
        "behind": _(
            "Behind plan so far, but the rest brings more: %(expected)s expected, chance %(chance)s."
        ),
    }[standing.split]
    chance = figures.chance(outlook.chance)
    return text % {"expected": figures.short(outlook.expected, unit), "chance": chance}


def against_word(against: str) -> str:
    """What a change is counted from."""
    return {
        "previous_year": _("previous year"),
        "year_forecast": _("forecast of the previous year's period"),
        "year_complete": _("last complete one of earlier years"),
        "previous_period": _("previous period"),
        "period_forecast": _("forecast of the previous period"),
        "period_complete": _("last complete period"),
        "trailing": _("the same length up to now"),
    }[against]


def realism_text(realism: Realism) -> str:
    """How often it happened."""
    if not realism.n:
        return _("There are no earlier periods to compare with.")
    text = ngettext(
        "In %(times)s of %(n)s earlier period this was reached.",
        "In %(times)s of %(n)s earlier periods this was reached.",
        realism.n,
    )
    return text % {"times": realism.times, "n": realism.n}


def action_word(action: str) -> str:
    """What a button says."""
    return {
        "offer": _("Offer"),
        "accept": _("Accept"),
        "counter": _("Counter"),
        "decline": _("Decline"),
        "agree": _("Agree to the counter-offer"),
        "offer_again": _("Offer again"),
        "withdraw": _("Withdraw"),
    }[action]


def done_word(action: str) -> str:
    """What somebody did, as a list of steps says it."""
    return {
        "offer": _("offered the goal"),
        "accept": _("accepted the goal"),
        "counter": _("made a counter-offer"),
        "decline": _("declined the goal"),
        "agree": _("agreed to the counter-offer"),
        "offer_again": _("offered the goal again"),
        "withdraw": _("withdrew the offer"),
        "replace": _("brought a newer goal into force"),
        "direct": _("put the directive in force"),
    }[action]


def told(action: str, state: str) -> str:
    """The message after an action."""
    if state == "directed":
        return _("The directive is in force.")
    return {
        "offer": _("The goal is offered."),
        "accept": _("The goal is accepted and in force."),
        "counter": _("Your counter-offer is made."),
        "decline": _("The goal is declined."),
        "agree": _("You agreed; the goal is in force with the countered values."),
        "offer_again": _("The goal is offered again."),
        "withdraw": _("The offer is withdrawn."),
    }.get(action, "")


def spread_word(spread: str) -> str:
    """How a goal is spread over its period."""
    return {
        "working_days": _("evenly by working days"),
        "season": _("by last year's season"),
        "by_hand": _("by hand"),
    }[spread]


def direction_word(direction: str) -> str:
    """Which way a goal points."""
    return {"at_least": _("at least"), "at_most": _("at most"), "between": _("between")}[direction]


def kind_word(kind: str) -> str:
    """Agreed goal or directive."""
    return {"agreed": _("agreed goal"), "directive": _("directive")}[kind]


def subject_word(kind: str) -> str:
    """The word for whom a goal is for."""
    from leitstern.server import words

    return _("Segment") if kind == "segment" else words.subject_name(kind)
