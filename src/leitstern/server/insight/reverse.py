"""Reverse plans: what was measured is kept, the plan itself is arithmetic that a page does at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern.analyses.reverse import Experience, ReversePlan, experience, planned
from leitstern.errors import Problem
from leitstern.goals.goal import Goal, Levels, Part, Whom
from leitstern.insight.reverse.plan import Assumptions, whole
from leitstern.periods.grains import Grain, Period, period_of
from leitstern.server import audit, book, frame, typed
from leitstern.server.insight import Analysis, Document
from leitstern.server.models import GoalRow, Scenario
from leitstern.server.views.insight.common import company_shown

if TYPE_CHECKING:
    from leitstern.insight.reverse.plan import Floats, Needed
    from leitstern.server.insight import Tell
    from leitstern.server.models import Account
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: The KPI that a stage's arrivals are a goal of.
KPIS = {"lead": "new_leads", "mql": "mqls", "sql": "sqls", "deal": "new_deals"}
COMPANY = Whom("company", None)
#: The most that may be won, and what a new seller may cost a month.
MOST = 10**12


@dataclass(frozen=True, slots=True)
class Field:
    """An assumption as it is typed: its unit, the bounds, and whether it is said as a change of 1."""

    unit: str
    least: float
    most: float
    change: bool = False


FIELDS = {
    **dict.fromkeys(
        ("price", "conversion", "cost_per_lead", "meetings_per_deal"), Field("percent", -0.9, 9, change=True)
    ),
    "commission": Field("percent", 0, 1),
    "hires": Field("count", 0, 1000),
    "cost_per_hire": Field("currency", 0, MOST),
}


def _run(ask: Reader, tell: Tell) -> Document:
    tell("reverse", 0, 1)
    return experience(ask.workspace).as_json()


ANALYSIS = Analysis("reverse", _run)


def title() -> str:
    """What the page is called."""
    return _("Reverse plan")


def headline(ask: Sight, document: Document) -> str | None:
    """What is needed for the company's goal on won value, or what the page is for."""
    if not company_shown(ask, "won_value"):
        return None
    period = next(iter(periods(ask)))
    goal = wanted(ask, period)
    if goal is None:
        return _("From a goal for won value back to the deals, leads, meetings and money it takes, by month.")
    try:
        return sentence(made(ask, document, Choice(goal.target, period, Assumptions())))
    except Problem as problem:
        return problem.text(frame.language())


@dataclass(frozen=True, slots=True)
class Choice:
    """What is planned for: a won value in a period, and what is assumed."""

    target: Decimal
    period: Period
    assumed: Assumptions


def periods(ask: Sight) -> Iterator[Period]:
    """The periods offered: this and the next quarter, this and the next year."""
    fiscal = ask.settings.fiscal_year_start
    for grain in (Grain.QUARTER, Grain.YEAR):
        now = period_of(ask.as_of(), grain, fiscal)
        yield now
        yield now.shifted(1)


def wanted(ask: Sight, period: Period) -> GoalRow | None:
    """The company's goal on won value in a period."""
    return book.visible(ask.viewer, whom=COMPANY, period=period.label).filter(kpi="won_value").first()


def choice(ask: Sight, label: str, target: Decimal | None, assumed: Assumptions) -> Choice:
    """What is asked for: the period's goal where no target is, this quarter where no period is.

    Raises ``Problem`` ``reverse.not_offered`` for another period than those of `periods`.
    """
    offered = {period.label: period for period in periods(ask)}
    if label and label not in offered:
        raise Problem("reverse.not_offered", period=label, periods=", ".join(offered))
    period = offered[label] if label else next(iter(offered.values()))
    if target is None:
        goal = wanted(ask, period)
        target = goal.target if goal is not None else Decimal(0)
    return Choice(target, period, assumed)


def read(ask: Sight, asked: Mapping[str, str]) -> Choice:
    """What a form asks for; raises ``Problem`` for a number that cannot be read or does not fit."""
    values: dict[str, float] = {}
    for name, field in FIELDS.items():
        amount = _amount(asked.get(name, ""), field)
        if amount is not None:
            values[name] = float(1 + amount if field.change else amount)
    target = _amount(asked.get("target", ""), Field("currency", 0, MOST))
    return choice(ask, asked.get("period", ""), target, Assumptions(**values))  # type: ignore[arg-type] # floats only


def _amount(text: str, field: Field) -> Decimal | None:
    found = typed.number_or_none(text, field.unit, frame.language())
    if found is not None and not field.least <= found <= field.most:
        figures = frame.figures()
        least, most = (figures.amount(bound, field.unit) for bound in (field.least, field.most))
        raise Problem("reverse.out_of_range", text=text, least=least, most=most)
    return found


def made(ask: Sight, document: Document, choice: Choice) -> ReversePlan:
    """The plan for a choice; raises ``Problem`` where there is nothing to be won, or too little is known."""
    if not choice.target:
        raise Problem("reverse.no_target")
    known, period = Experience.from_json(dict(document)), choice.period
    so_far = ask.compute(["won_value"], "company", str(period.grain), period.start, period.end)
    won = sum(float(o.value or 0) for o in so_far)
    return planned(known, float(choice.target), won, period.start, period.end, choice.assumed)


def sentence(found: ReversePlan) -> str:
    """The plan in a few sentences."""
    figures, wins = frame.figures(), -(-found.plan.wins // 1)
    values = {
        "target": figures.short(found.target, "currency"),
        "won": figures.short(found.won, "currency"),
        "wins": figures.plain(wins),
        "value": figures.short(found.plan.value, "currency"),
    }
    if not wins:
        return _("%(won)s has been won already; the target is %(target)s.") % values
    if found.won:
        text = _("%(won)s of %(target)s has been won; the rest takes %(wins)s more wins of %(value)s each.")
    else:
        text = _("%(target)s takes %(wins)s wins of %(value)s each.")
    said = [text % values]
    deal = next((one for one in found.plan.stages if one.stage == "deal"), None)
    if deal is not None:
        said.append(_about_deals(deal))
    if found.plan.hires:
        hires = {"hires": figures.plain(found.plan.hires, 1)}
        said.append(_("In the busiest month %(hires)s full-time sellers are missing.") % hires)
    return " ".join(said)


def _about_deals(deal: Needed) -> str:
    figures = frame.figures()
    way = figures.plain(deal.on_the_way)
    if deal.verdict == "too_little":
        return _("There have been too few wins to say how many deals that takes.")
    if deal.verdict == "too_late":
        return _("Deals opened from now on are won too late; %(way)s wins are on their way.") % {"way": way}
    if deal.verdict == "already":
        return _("The open deals bring %(way)s of them, which is enough.") % {"way": way}
    return _("The open deals bring %(way)s of them; %(deals)s new deals are needed in time.") % {
        "way": way,
        "deals": figures.plain(-(-float(deal.arrive.sum()) // 1)),
    }


def goals(ask: Sight, found: ReversePlan) -> list[Goal]:
    """The plan as goals of the company: each stage, meetings and money, spread by hand over its months."""
    amounts = {KPIS[one.stage]: one.arrive for one in found.plan.stages if one.verdict == "plan"}
    if found.plan.meetings is not None:
        amounts["booked_meetings"] = found.plan.meetings
    if found.plan.spend is not None:
        amounts["marketing_spend"] = found.plan.spend
    made = (_goal(ask, kpi, found.plan.months, by_month) for kpi, by_month in amounts.items())
    return [goal for goal in made if goal is not None]


def _goal(ask: Sight, kpi: str, months: tuple[int, ...], by_month: Floats) -> Goal | None:
    """None where nothing is needed, or the workspace has no such KPI."""
    definition = ask.definition(kpi)
    parts = [_part(month, amount) for month, amount in zip(months, whole(by_month), strict=True)]
    needed = [at for at, part in enumerate(parts) if part.amount]
    if definition is None or not needed:
        return None
    parts = parts[needed[0] : needed[-1] + 1]
    return Goal(
        kpi,
        definition.version,
        COMPANY,
        parts[0].start,
        parts[-1].end,
        "at_most" if kpi == "marketing_spend" else "at_least",
        Levels(sum((part.amount for part in parts), Decimal(0))),
        spread="by_hand",
        parts=tuple(parts),
    )


def _part(month: int, amount: int) -> Part:
    first, after = (date(m // 12, m % 12 + 1, 1) for m in (month, month + 1))
    return Part(first, after - timedelta(days=1), Decimal(amount))


def save_goals(ask: Sight, found: ReversePlan) -> list[GoalRow]:
    """Write the plan's goals as drafts, all or none; raises ``Problem`` where none follow from it."""
    from django.db import transaction

    drafts = goals(ask, found)
    if not drafts:
        raise Problem("reverse.nothing_to_plan")
    with transaction.atomic():
        return [book.create(ask.viewer, goal) for goal in drafts]


def may_plan(ask: Sight) -> bool:
    """Whether the viewer keeps scenarios and makes goals of them."""
    return ask.policy.may_edit_goals(ask.viewer, COMPANY, ask.as_of(), ask.as_of())


def keep(account: Account, name: str, found: ReversePlan) -> Scenario:
    """Keep a plan under a name."""
    plan = found.as_json()
    scenario = Scenario.objects.create(
        name=name, assumptions=plan["assumptions"], plan=plan, created_by=account
    )
    audit.note(account, "scenario.kept", f"scenario:{scenario.pk}", after=_noted(scenario))
    return scenario


def forget(account: Account, scenario: Scenario) -> None:
    """Remove a scenario."""
    audit.note(account, "scenario.removed", f"scenario:{scenario.pk}", before=_noted(scenario))
    scenario.delete()


def _noted(scenario: Scenario) -> dict[str, object]:
    plan = scenario.plan
    return {"name": scenario.name, **{key: plan[key] for key in ("start", "end", "target")}}
