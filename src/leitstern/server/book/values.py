"""Actual values of goals: one question to the engine for each KPI, subject type and period, then look-ups.

A page shows many goals of few KPIs and periods, so the values of all persons (teams, customers ...) are
asked for at once and kept for the generation. What the viewer may not see comes without a value and with the
reason ``protected``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from leitstern.errors import Problem
from leitstern.goals.offers import IN_FORCE
from leitstern.goals.pace import Actual, Reason, Ripe
from leitstern.goals.plan import additive, ripens
from leitstern.kpis.load import Resolved
from leitstern.server.models import GoalRow
from leitstern.server.sight import Sight, organisation
from leitstern.server.sources import is_late, newest

if TYPE_CHECKING:
    from leitstern.engine.observations import Number, Observation, Observations
    from leitstern.goals.goal import Goal, Whom
    from leitstern.server.reader import Reader
    from leitstern.workspace import Workspace

#: Groups of people, whose values may be protected.
GROUPS = ("team", "region")


@dataclass(frozen=True, slots=True)
class Question:
    """What the engine is asked: a version of a KPI for all subjects of a type, in one period.

    ``grain`` is None for a stretch between two free dates.
    """

    kpi: str
    version: int
    by: str
    start: date
    end: date
    grain: str | None = None

    @classmethod
    def of(cls, goal: Goal) -> Question:
        """The question behind a goal's value; a segment's customers are asked for one by one."""
        by = "customer" if goal.whom.type == "segment" else goal.whom.type
        return cls(goal.kpi, goal.version, by, goal.start, goal.end, goal.grain)

    def ask(self, workspace: Workspace) -> Observations:
        """The engine's answer."""
        name = f"{self.kpi}@{self.version}"
        if self.grain is None:
            return workspace.compute_stretches([name], by=self.by, stretches=[(self.start, self.end)])
        return workspace.compute([name], by=self.by, grain=self.grain, start=self.start, end=self.end)


def resolved(ask: Reader, kpi: str, version: int) -> Resolved:
    """A version of a KPI, ready to be computed."""
    found: Resolved = ask.catalogue.resolved(kpi, version)
    return found


def is_additive(ask: Reader, kpi: str, version: int) -> bool:
    """Whether a KPI accumulates over its period."""
    return additive(resolved(ask, kpi, version))


def observations(ask: Reader, question: Question) -> dict[str | None, Observation]:
    """All observations of a question by subject id, whoever looks."""
    found: dict[str | None, Observation] = ask.once(
        ("goal values", question), lambda ws: {o.subject.id: o for o in question.ask(ws)}
    )
    return found


def prepare(ask: Reader) -> None:
    """Ask what the goals that run today ask, so that the answers are at hand."""
    today = ask.today()
    running = GoalRow.objects.filter(start__lte=today, end__gte=today, state__in=IN_FORCE)
    for kpi, version, kind, start, end, grain in running.values_list(
        "kpi", "version", "subject_type", "start", "end", "grain"
    ).distinct():
        by = "customer" if kind == "segment" else kind
        observations(ask, Question(kpi, version, by, start, end, grain))


def actual(sight: Sight, goal: Goal) -> Actual:
    """The value of a goal's subject in its period, as the viewer may see it.

    Problem ``leitstern.goal_segment`` for a segment and a KPI that cannot be put together from customers.
    """
    whole = sight.whole
    question, whom = Question.of(goal), goal.whom
    reached = newest(whole, goal.kpi)
    if _hidden(sight, question, whom):
        return Actual(None, reason="protected", newest=reached)
    found = observations(whole, question)
    if whom.type == "segment":
        known = _segment(whole, question, whom, found)
    elif whom.id in found:
        known = _actual(found[whom.id])
    else:
        known = _nothing(whole, question)
    if not known.complete and known.reason is None and is_late(whole, goal.kpi):
        known = Actual(None, reason="source_late")
    days = ripens(resolved(whole, goal.kpi, goal.version))
    if days and not known.complete and known.value is not None:
        known = replace(known, ripe=_ripe(sight, goal, known, days))
    return replace(known, newest=reached)


def _ripe(sight: Sight, goal: Goal, now: Actual, days: int) -> Ripe | None:
    """How far a cohort has ripened whose records have ``days`` to come to their end."""
    on, info = goal.end + timedelta(days=days), sight.generation()
    if info is None or info.as_of > on:
        return None
    through = min(info.as_of - timedelta(days=days + 1), goal.end)
    if through < goal.start:
        above, below, value = Decimal(0), Decimal(0), None
    else:
        part = replace(goal, end=through, grain=None, period=None)
        found = observations(sight.whole, Question.of(part)).get(goal.whom.id)
        old = _actual(found) if found is not None else Actual(None)
        above, below, value = old.numerator or Decimal(0), old.denominator or Decimal(0), old.value
        if _hidden(sight, Question.of(part), goal.whom):
            value = None
    if not now.denominator or now.numerator is None:
        return Ripe(on, through, value, None)
    return Ripe(on, through, value, (now.denominator - below - (now.numerator - above)) / now.denominator)


def _actual(o: Observation) -> Actual:
    return Actual(
        exact(o.value),
        o.finished,
        cast("Reason | None", o.reason),
        None,
        exact(o.numerator),
        exact(o.denominator),
    )


def exact(value: Number | None) -> Decimal | None:
    """A number of the engine as a decimal, without the binary tail of a float."""
    return value if value is None or isinstance(value, Decimal) else Decimal(str(value))


def _nothing(ask: Reader, question: Question) -> Actual:
    """The value of a subject without a record: nothing happened, which is 0 where records are counted."""
    whole = observations(ask, replace(question, by="company")).get(None)
    if whole is None:
        return Actual(None, reason="no_data")
    if whole.reason in ("source_late", "no_source", "not_begun"):
        return replace(_actual(whole), value=None, numerator=None, denominator=None)
    if is_additive(ask, question.kpi, question.version):
        return Actual(Decimal(0), whole.finished)
    return Actual(None, whole.finished, "no_data")


def members(ask: Reader, whom: Whom) -> frozenset[str | None]:
    """The subjects whose values together are those of ``whom``: itself, or the customers of a segment."""
    if whom.type != "segment":
        return frozenset({whom.id})
    return frozenset(key for key, of in organisation(ask).segments.items() if of == whom.id)


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a goal's subject in some stretch of days; None where there is none that can be trusted.

    ``protected``: there may be one, but the viewer may not see it.
    """

    value: Decimal | None
    complete: bool
    protected: bool = False


def over(
    sight: Sight, goal: Goal, stretches: Sequence[tuple[date, date]], grain: str | None = None
) -> list[Value]:
    """The values of a goal's subject in many stretches, each as far as the viewer may see it.

    With ``grain`` they are periods of it, one after the other, and closed ones have the value that stands.
    """
    question, wanted = Question.of(goal), members(sight, goal.whom)
    name = f"{question.kpi}@{question.version}"
    found = sight.stretches(name, question.by, tuple(stretches), wanted, grain)
    return _by_end(sight, goal, found, stretches)


def as_known(sight: Sight, goal: Goal, day: date) -> Decimal | None:
    """The value of a goal's subject in its period as known on a day, as far as the viewer may see it."""
    question, wanted = Question.of(goal), members(sight, goal.whom)
    name, when = f"{question.kpi}@{question.version}", (goal.start, goal.end)
    found = sight.as_known(name, question.by, when, question.grain, day, wanted)
    return _by_end(sight, goal, found, [when])[0].value


def _by_end(
    sight: Sight, goal: Goal, found: Iterable[Observation], stretches: Sequence[tuple[date, date]]
) -> list[Value]:
    parts: dict[date, list[Observation]] = {}
    for o in found:
        parts.setdefault(o.end, []).append(o)
    summed = is_additive(sight, goal.kpi, goal.version)
    return [
        _together(parts.get(end, []), summed=summed)
        if goal.whom.type != "person" or sight.sees(goal.kpi, goal.whom, start, end)
        else Value(None, False, protected=True)
        for start, end in stretches
    ]


def _together(parts: list[Observation], *, summed: bool) -> Value:
    """The value of one subject, or of all customers of a segment."""
    if any(o.reason == "protected" for o in parts):
        return Value(None, False, protected=True)
    known = [o for o in parts if not o.reason]
    complete = all(o.finished for o in parts)
    if summed:
        return Value(None if len(known) < len(parts) else _sum(exact(o.value) for o in known), complete)
    if len(known) == 1:
        return Value(exact(known[0].value), complete)
    below = _sum(exact(o.denominator) for o in known)
    return Value(_sum(exact(o.numerator) for o in known) / below if below else None, complete)


def _segment(ask: Reader, question: Question, whom: Whom, found: Mapping[str | None, Observation]) -> Actual:
    """All customers of a segment together."""
    base = _nothing(ask, question)
    if base.reason not in (None, "no_data"):
        return base
    those = [_actual(found[key]) for key in members(ask, whom) if key in found]
    of = resolved(ask, question.kpi, question.version)
    if additive(of):
        return Actual(_sum(one.value for one in those), base.complete)
    if not ratio_of_sums(of):
        raise Problem("leitstern.goal_segment", kpi=question.kpi)
    above, below = _sum(one.numerator for one in those), _sum(one.denominator for one in those)
    if not below:
        return Actual(None, base.complete, "no_base", None, above, below)
    return Actual(above / below, base.complete, None, None, above, below)


def ratio_of_sums(of: Resolved) -> bool:
    """Whether a KPI is a ratio whose two sides can be added up over subjects."""
    sides = of.formula.top_division() if of.definition.shape is None else None
    return sides is not None and all(additive(replace(of, formula=side)) for side in sides)


def _sum(values: Iterable[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def _hidden(sight: Sight, question: Question, whom: Whom) -> bool:
    """Whether the policy keeps a subject's value from the viewer."""
    if question.by == "person":
        return not sight.sees(question.kpi, whom, question.start, question.end)
    if question.by not in GROUPS and not sight.singles(question.kpi):
        return False
    hidden: frozenset[str | None] = sight.once(
        ("goal values hidden", sight.eyes, question), lambda _ws: _protected(sight, question)
    )
    return whom.id in hidden if whom.type != "segment" else bool(hidden)


def _protected(sight: Sight, question: Question) -> frozenset[str | None]:
    """The groups whose value the viewer may not see."""
    found = observations(sight.whole, question).values()
    return frozenset(o.subject.id for o in sight.allowed(found) if o.reason == "protected")
