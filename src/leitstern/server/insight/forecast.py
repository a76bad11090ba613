"""Forecasts of all goals that are not over: made once for a generation, read by goals' pages.

For each goal the document holds what `Forecast.as_json` tells with the goal's levels, the days of arrival,
the path to the end, and how the same months of earlier years grew. An offer's evidence is made at once, from
what was known on the day.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from leitstern.analyses.forecast import Question, answers, read, same_season
from leitstern.goals.plan import ripens
from leitstern.goals.realism import Chance
from leitstern.server.insight import Analysis, Document, document
from leitstern.server.models import GoalRow

if TYPE_CHECKING:
    from leitstern.analyses.forecast_data import Days
    from leitstern.goals.goal import Goal
    from leitstern.insight.forecast import Forecast
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader
    from leitstern.workspace import Workspace

#: Goals of these states are forecast.
STATES = ("draft", "offered", "countered", "accepted", "directed")
#: Longer paths are kept by week.
_DAILY = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What a goal's page reads of its forecast. Its method is ``withdrawn`` where only the pace counts."""

    kept: Mapping[str, Any]

    @property
    def chance(self) -> Chance:
        """The chance to reach the target."""
        return Chance(self.kept["chances"].get("target"), self.kept["n"], self.kept["method"])

    @property
    def expected(self) -> float | None:
        """The value expected at the end; where only the pace counts, where that leads."""
        if self.kept["verdict"] == "too_little":
            return None
        found: float | None = self.kept["pace_point" if self.kept["method"] == "withdrawn" else "point"]
        return found


def question_of(goal: Goal) -> Question:
    """The question a goal's forecast answers."""
    return Question(f"{goal.kpi}@{goal.version}", goal.whom.type, goal.start, goal.end, goal.grain)


def told(ask: Reader, row: GoalRow) -> Told | None:
    """The forecast of a goal as it was made for this generation; None while it is not there.

    Where forecasts of its KPI are withdrawn, the chances are those of the plain pace, and there is no more.
    """
    # The track record reads goals' values, whose evidence reads this.
    from leitstern.server.insight.track_record import withdrawn

    found = document(ask, ANALYSIS.name)
    kept = None if found is None else found["goals"].get(str(row.pk))
    if kept is None or kept["goal"] != _key(row.goal):
        return None
    if kept["verdict"] == "ok" and withdrawn(ask, row.kpi):
        none = dict.fromkeys(kept["arrivals"])
        kept = kept | {"chances": kept["pace_chances"], "path": [], "arrivals": none, "method": "withdrawn"}
    return Told(kept)


def made_now(ask: Reader, goal: Goal, today: date) -> Told:
    """The forecast of a goal from the days before ``today``, for the evidence of its offer."""
    return Told(ask.once(("goal forecast", _key(goal), today), lambda ws: _made(ws, [goal], today - _DAY)[0]))


def _run(ask: Reader, tell: Tell) -> Document:
    rows = list(_asked(ask))
    found: dict[str, Any] = {}
    kpis = sorted({(row.kpi, row.version, row.subject_type) for row in rows})
    for at, key in enumerate(kpis):
        tell("forecasts", at, len(kpis))
        of = [row for row in rows if (row.kpi, row.version, row.subject_type) == key]
        made = _made(ask.workspace, [row.goal for row in of], None)
        found |= {str(row.pk): one for row, one in zip(of, made, strict=True)}
    return {"goals": found}


def _asked(ask: Reader) -> Iterator[GoalRow]:
    """The goals that are forecast; one day beyond their end (a cohort's: beyond the day it is ripe), so that
    the last forecast is the outcome."""
    today = ask.as_of()
    for row in GoalRow.objects.filter(state__in=STATES).order_by("pk"):
        days = ripens(ask.catalogue.resolved(row.kpi, row.version))
        if row.end + timedelta(days=days) >= today - _DAY:
            yield row


def _inputs() -> str:
    """Goals by what of them a forecast depends on."""
    rows = GoalRow.objects.filter(state__in=STATES).order_by("pk").values_list("pk", "changed_at")
    return sha256(repr([(pk, str(at)) for pk, at in rows]).encode()).hexdigest()[:32]


ANALYSIS = Analysis("forecasts", _run, _inputs)


def _made(ws: Workspace, goals: list[Goal], known: date | None) -> list[dict[str, Any]]:
    questions = list(dict.fromkeys(question_of(goal) for goal in goals))
    by_day = read(ws, questions, known)
    found = answers(ws, questions, known, by_day)
    made = []
    for goal in goals:
        question = question_of(goal)
        one = _one(goal, found[question].of(goal.whom.id))
        season = _season(by_day[question.kpi, question.by], question, goal)
        made.append({"goal": _key(goal), **one, "season": season})
    return made


def _one(goal: Goal, forecast: Forecast | None) -> dict[str, Any]:
    levels = levels_of(goal)
    if forecast is None:
        none = dict.fromkeys(levels)
        kept = {"n": 0, "subjects": 0, "method": "too_little", "verdict": "too_little", "chances": none}
        return {**kept, "pace_chances": none, "arrivals": none, "path": [], "elapsed": 0.0}
    return {
        **forecast.as_json(levels, at_most=goal.direction == "at_most"),
        "arrivals": {name: _iso(forecast.arrival(level)) for name, (level, _) in levels.items()},
        "path": _path(forecast),
        "elapsed": _elapsed(forecast),
    }


def _elapsed(forecast: Forecast) -> float:
    """The share of the period's days that is over."""
    days_of = (forecast.end - forecast.start).days + 1
    return min(max(((forecast.through - forecast.start).days + 1) / days_of, 0.0), 1.0)


def levels_of(goal: Goal) -> dict[str, tuple[float, float | None]]:
    """The levels chances are told for; between two values there is one."""
    levels = goal.levels
    if levels.upper is not None:
        return {"target": (float(levels.target), float(levels.upper))}
    named = {"minimum": levels.minimum, "target": levels.target, "stretch": levels.stretch}
    return {name: (float(value), None) for name, value in named.items() if value is not None}


def _path(forecast: Forecast) -> list[list[Any]]:
    """Day, expected value and quantiles at 10, 25, 75 and 90 % for each day, or each Sunday and the last."""
    path = forecast.path()
    if len(path) > _DAILY:
        path = [one for one in path if one[0].weekday() == 6 or one is path[-1]]
    return [[day.isoformat(), value, band[1], band[2], band[4], band[5]] for day, value, band in path]


def _season(found: Days | None, question: Question, goal: Goal) -> dict[str, Any] | None:
    """How often the same months of earlier years grew as the target asks."""
    if goal.direction != "at_least":
        return None
    season = same_season(found, question, goal.whom.id)
    if season is None or season.base <= 0:
        return None
    wanted = float(goal.levels.target) / season.base - 1
    seen = season.growth
    return {"change": wanted, "times": seen.times(wanted), "years": seen.years, "chance": seen.chance(wanted)}


def _key(goal: Goal) -> str:
    """What of a goal its forecast depends on."""
    named = goal.levels
    levels = [_text(value) for value in (named.target, named.minimum, named.stretch, named.upper)]
    whom = [goal.whom.type, goal.whom.id]
    return json.dumps([goal.kpi, goal.version, *whom, str(goal.start), str(goal.end), goal.direction, levels])


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
