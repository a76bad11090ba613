"""Goals as they are stored, the steps of their offers, and what people say about them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import overload

from django.db import models

from leitstern import clock
from leitstern.goals.goal import Goal, Improvement, Levels, Part, Whom
from leitstern.server.models.people import Account


class GoalRow(models.Model):
    """A goal and where its offer stands. ``goal`` gives it as the rules know it.

    ``owner`` is the account that answers the offer, ``offered_by`` the one that made it; ``parent`` is
    the goal it was split from, ``replaces`` the one it takes the place of. ``evidence`` is what was
    known at the moment of the offer; it is never changed.
    """

    kpi = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=200, null=True, blank=True)
    start = models.DateField()
    end = models.DateField()
    grain = models.CharField(max_length=20, null=True, blank=True)
    period = models.CharField(max_length=20, null=True, blank=True)
    direction = models.CharField(max_length=10, default="at_least")
    target = models.DecimalField(max_digits=20, decimal_places=6)
    minimum = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    stretch = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    upper = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    change = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    against = models.CharField(max_length=20, null=True, blank=True)
    base = models.DecimalField(max_digits=20, decimal_places=6, null=True, blank=True)
    relative = models.BooleanField(default=True)
    spread = models.CharField(max_length=20, default="working_days")
    parts = models.JSONField(default=list, blank=True)
    weight = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal(1))
    corridor = models.DecimalField(max_digits=20, decimal_places=6, default=Decimal("0.05"))
    kind = models.CharField(max_length=10, default="agreed")

    state = models.CharField(max_length=10, default="draft")
    owner = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="goals")
    offered_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)
    countered = models.JSONField(null=True, blank=True)
    note = models.TextField(blank=True)
    evidence = models.JSONField(null=True, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = (
            models.Index(fields=["subject_type", "subject_id", "start"]),
            models.Index(fields=["owner", "state"]),
            models.Index(fields=["start", "end"]),
        )

    @property
    def whom(self) -> Whom:
        """Whom the goal is for."""
        return Whom(self.subject_type, self.subject_id)

    @property
    def goal(self) -> Goal:
        """The goal as the rules know it."""
        improvement = None
        change, base = _plain(self.change), _plain(self.base)
        if change is not None and base is not None and self.against is not None:
            improvement = Improvement(change, self.against, base, self.relative)  # type: ignore[arg-type]
        return Goal(
            self.kpi,
            self.version,
            self.whom,
            self.start,
            self.end,
            self.direction,  # type: ignore[arg-type]
            Levels(_plain(self.target), _plain(self.minimum), _plain(self.stretch), _plain(self.upper)),
            self.grain,
            self.period,
            improvement,
            self.spread,  # type: ignore[arg-type]
            tuple(_part(part) for part in self.parts),
            _plain(self.weight),
            _plain(self.corridor),
            self.kind,  # type: ignore[arg-type]
        )

    def put(self, goal: Goal) -> None:
        """Take over what a goal says; nothing is saved yet."""
        for name in ("kpi", "version", "start", "end", "grain", "period", "direction", "spread"):
            setattr(self, name, getattr(goal, name))
        for name in ("target", "minimum", "stretch", "upper"):
            setattr(self, name, getattr(goal.levels, name))
        for name in ("change", "against", "base"):
            setattr(self, name, getattr(goal.improvement, name) if goal.improvement else None)
        self.relative = goal.improvement is None or goal.improvement.relative
        self.subject_type, self.subject_id = goal.whom.type, goal.whom.id
        self.weight, self.corridor, self.kind = goal.weight, goal.corridor, goal.kind
        self.parts = [
            {"start": p.start.isoformat(), "end": p.end.isoformat(), "amount": str(p.amount)}
            for p in goal.parts
        ]


@overload
def _plain(value: Decimal) -> Decimal: ...
@overload
def _plain(value: Decimal | None) -> Decimal | None: ...
def _plain(value: Decimal | None) -> Decimal | None:
    """The number with the digits it needs: plans round by them, and databases differ in zeros."""
    if value is None:
        return None
    short = value.normalize()
    return short if short.as_tuple().exponent <= 0 else short.quantize(Decimal(1))  # type: ignore[operator]


def _part(kept: dict[str, str]) -> Part:
    return Part(date.fromisoformat(kept["start"]), date.fromisoformat(kept["end"]), Decimal(kept["amount"]))


class Step(models.Model):
    """One step of an offer: who did what, with which levels and which words. Never changed."""

    goal = models.ForeignKey(GoalRow, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=clock.now)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=20)
    state = models.CharField(max_length=10)
    levels = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)


class Comment(models.Model):
    """A word, or an event on the curve (``day`` is set), about a goal or about a KPI as a whole."""

    goal = models.ForeignKey(GoalRow, null=True, on_delete=models.CASCADE, related_name="comments")
    kpi = models.CharField(max_length=100)
    day = models.DateField(null=True, blank=True)
    text = models.TextField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)


class Default(models.Model):
    """A goal that everybody new in a team gets as a draft: so much per year of full working time."""

    team = models.CharField(max_length=200)
    kpi = models.CharField(max_length=100)
    per_year = models.DecimalField(max_digits=20, decimal_places=6)
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["team", "kpi"], name="one_default"),)
