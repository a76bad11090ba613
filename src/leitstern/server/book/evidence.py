"""What is known when a goal is offered: history, plan, SMART, chance. Frozen with the offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from leitstern import clock
from leitstern.goals.offers import IN_FORCE
from leitstern.goals.plan import Plan, ripens
from leitstern.goals.realism import Chance, Past, Realism, realism, realism_of_change
from leitstern.goals.smart import Smart, SmartInput, smart
from leitstern.periods.grains import Grain, parse, periods_between
from leitstern.server.book.curve import year_before
from leitstern.server.book.names import label_of, name_of
from leitstern.server.book.rights import seeing
from leitstern.server.book.standings import plan_of, season_for
from leitstern.server.book.values import GROUPS, Value, actual, over, resolved
from leitstern.server.insight.forecast import Told, made_now, told
from leitstern.server.models import GoalRow
from leitstern.server.sight import organisation
from leitstern.server.sources import began, newest

if TYPE_CHECKING:
    from leitstern.access.viewer import Viewer
    from leitstern.goals.goal import Goal
    from leitstern.goals.offers import State
    from leitstern.goals.season import Season
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: How many of a grain's periods make a year, and how many are looked back at.
PER_YEAR = {
    "day": 260, "week": 52, "month": 12, "quarter": 4, "half_year": 2, "year": 1,
    "fiscal_quarter": 4, "fiscal_half_year": 2, "fiscal_year": 1,
}  # fmt: skip
_YEARS_BACK = 5
_MOST = 60


@dataclass(frozen=True, slots=True)
class Earlier:
    """One earlier period: its name (or two dates), and the value; None where there is none."""

    label: str
    start: date
    end: date
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a goal today. ``protected``: the viewer may not see its values."""

    plan: Plan
    season: Season | None
    past: tuple[Earlier, ...]
    smart: Smart
    forecast: Told | None
    realism: Realism
    protected: bool

    @property
    def chance(self) -> Chance:
        """The chance to reach the target, from the forecast."""
        return Chance(None, 0, "waiting") if self.forecast is None else self.forecast.chance


def evidence(viewer: Viewer, row: GoalRow) -> Evidence:
    """What is known of a goal now, as the viewer may see it."""
    return of(seeing(viewer, "goal"), row)


def of(sight: Sight, row: GoalRow, state: State | None = None) -> Evidence:
    """The same for a known sight; with ``state`` as if the offer stood there, which makes the forecast at
    once, from what is known today."""
    ask, goal = sight.whole, row.goal
    the_plan = plan_of(ask, goal)
    protected = actual(sight, goal).reason == "protected"
    past = () if protected else _past(sight, goal)
    asked = Past([one.value for one in past], PER_YEAR[goal.grain] if goal.grain else 1)
    forecast = None
    if not protected and _may_read_forecast(sight, goal):
        forecast = told(ask, row) if state is None else made_now(ask, goal, sight.today())
        if forecast is not None and not _sees_months_before(sight, goal):
            forecast = replace(forecast, kept={**forecast.kept, "season": None})
    happened = realism(asked, goal.levels, goal.direction)
    if goal.improvement is not None:
        happened = realism_of_change(asked, goal.improvement)
    facts = _facts(sight, row, past, forecast.chance if forecast else None, happened)
    if state is not None:
        facts = replace(facts, state=state)

    letters = smart(facts)
    season = season_for(ask, goal) if goal.spread == "season" else None
    return Evidence(the_plan, season, past, letters, forecast, happened, protected)


def _may_read_forecast(sight: Sight, goal: Goal) -> bool:
    """Whether the viewer may see what a forecast was made of: of a person, all days back to the first."""
    if goal.whom.type != "person":
        return True
    person = organisation(sight.whole).people.get(goal.whom.id or "")
    first = began(sight.whole, goal.kpi) or goal.start
    if person is not None and person.joined is not None:
        first = max(first, person.joined)
    return sight.sees(goal.kpi, goal.whom, min(first, goal.start), goal.end)


def _sees_months_before(sight: Sight, goal: Goal) -> bool:
    """Whether all whole months before a goal are shown: how the target stands to them would tell them."""
    first = began(sight.whole, goal.kpi)
    if first is None or goal.whom.type not in GROUPS:
        return True  # of a person, the forecast as a whole is shown to whoever sees all days only
    months = periods_between(first, min(goal.start, sight.as_of()) - timedelta(days=1), Grain.MONTH)
    known = over(sight, goal, [(m.start, m.end) for m in months], "month") if months else []
    return not any(one.protected for one in known)


def _past(sight: Sight, goal: Goal) -> tuple[Earlier, ...]:
    """The periods before the goal's, oldest first, as far as the data go back (and the person was there).

    They begin after the last one that the viewer may not see, although the goal's own may be shown.
    """
    ask = sight.whole
    first = began(ask, goal.kpi)
    if first is None:
        return ()
    person = organisation(ask).people.get(goal.whom.id or "") if goal.whom.type == "person" else None
    if person is not None and person.joined is not None:
        first = max(first, person.joined)
    stretches, labels = _before(ask, goal)
    known = [place for place, (start, _) in enumerate(stretches) if start >= first.replace(day=1)]
    if not known:
        return ()
    asked = tuple(stretches[place] for place in known)
    values: list[Value] = sight.once(
        ("goal past", sight.eyes, goal.kpi, goal.version, goal.whom, goal.grain, asked[0], asked[-1]),
        lambda _ws: over(sight, goal, asked, goal.grain),
    )
    hidden = max((place for place, one in zip(known, values, strict=True) if one.protected), default=-1)
    found = [
        Earlier(labels[place], *stretches[place], one.value if one.complete else None)
        for place, one in zip(known, values, strict=True)
        if place > hidden
    ]
    ripe = min(ask.as_of(), ask.today()) - timedelta(days=ripens(resolved(ask, goal.kpi, goal.version)))
    while found and found[-1].end >= ripe:
        found.pop()  # what still runs, or ripens, is no history
    return tuple(found)


def _before(ask: Reader, goal: Goal) -> tuple[list[tuple[date, date]], list[str]]:
    """The stretches before a goal's, oldest first, with their labels."""
    if goal.grain is None or goal.period is None:
        found, start, end = [], goal.start, goal.end
        for _ in range(_YEARS_BACK):
            start, end = year_before(start), year_before(end)
            found.append((start, end))
        found.reverse()
        return found, [f"{start}..{end}" for start, end in found]
    period = parse(goal.period, ask.settings.fiscal_year_start)
    count = min(PER_YEAR[goal.grain] * _YEARS_BACK, _MOST)
    periods = [period.shifted(-back) for back in range(count, 0, -1)]
    return [(p.start, p.end) for p in periods], [p.label for p in periods]


def _facts(
    sight: Sight, row: GoalRow, past: Sequence[Earlier], found: Chance | None, happened: Realism
) -> SmartInput:
    ask = sight.whole
    reached = newest(ask, row.kpi)
    return SmartInput(
        today=sight.today(),
        start=row.start,
        end=row.end,
        kind=row.goal.kind,
        state=row.state,  # type: ignore[arg-type] # only states are stored
        owner=str(row.owner) if row.owner is not None else None,
        subject_found=name_of(ask, row.whom) is not None,
        rivals=tuple(label_of(ask, one.goal) for one in rivals(row)),
        newest=None if reached is None else min(reached, sight.today()),
        complete_periods=sum(one.value is not None for one in past),
        past_periods=len(past),
        realism=happened,
        chance=found,
        review_on=row.review_on,
        due_on=row.due_on,
    )


def rivals(row: GoalRow) -> list[GoalRow]:
    """Other goals in force with the same KPI, subject and period, the one to be replaced left out.

    A year and its quarters do not contradict each other, so only the same days count.
    """
    left_out = {one for one in (row.pk, row.replaces_id) if one is not None}
    return list(
        GoalRow.objects.filter(
            kpi=row.kpi,
            subject_type=row.subject_type,
            subject_id=row.subject_id,
            state__in=IN_FORCE,
            start=row.start,
            end=row.end,
        ).exclude(pk__in=left_out)
    )


def history_seen(sight: Sight, row: GoalRow) -> list[dict[str, str | None]]:
    """What is kept of earlier periods with an offer, as far as the viewer may see it.

    Whoever offered the goal may have seen more: each period is judged anew for whoever reads. They begin
    after the last one that is protected.
    """
    kept: list[dict[str, str | None]] = (row.evidence or {}).get("history", [])
    if not kept:
        return []
    fiscal = sight.settings.fiscal_year_start
    stretches = [_stretch(str(one["period"]), fiscal) for one in kept]
    values = over(sight, row.goal, stretches, row.grain)
    hidden = max((place for place, one in enumerate(values) if one.protected), default=-1)
    return kept[hidden + 1 :]


def _stretch(label: str, fiscal: int) -> tuple[date, date]:
    first, _, last = label.partition("..")
    if last:
        return date.fromisoformat(first), date.fromisoformat(last)
    period = parse(label, fiscal)
    return period.start, period.end


def frozen(sight: Sight, row: GoalRow) -> dict[str, Any]:
    """What is kept with an offer, as plain JSON: numbers as texts, texts in both languages."""
    ask = sight.whole
    found = of(sight, row, "directed" if row.kind == "directive" else "offered")
    definition, info = ask.catalogue.get(row.kpi, row.version), ask.generation()
    months = periods_between(row.start, row.end, Grain.MONTH)
    return {
        "at": clock.now().isoformat(),
        "kpi": {
            "name": definition.name.model_dump(),
            "means": definition.means.model_dump(),
            "formula": definition.formula,
            "unit": definition.unit,
            "owner": definition.owner,
            "version": definition.version,
        },
        "generation": None
        if info is None or info.built_at > clock.now()
        else {"number": info.number, "built_at": info.built_at.isoformat()},
        "history": [
            {"period": one.label, "value": None if one.value is None else str(one.value)}
            for one in found.past
        ],
        "plan": [
            {
                "start": max(month.start, row.start).isoformat(),
                "end": min(month.end, row.end).isoformat(),
                "amount": str(found.plan.amount(max(month.start, row.start), min(month.end, row.end))),
            }
            for month in months
        ],
        "season": found.season.basis if found.season else None,
        "smart": [letter.frozen() for letter in found.smart.letters],
        "chance": asdict(found.chance),
        "forecast": None if found.forecast is None else dict(found.forecast.kept),
        "realism": asdict(found.realism),
    }
