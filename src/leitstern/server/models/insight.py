"""What analyses leave behind: how far they are, published forecasts, scenarios; which KPIs are looked at."""

from __future__ import annotations

from django.db import models

from leitstern import clock
from leitstern.server.models.goals import GoalRow
from leitstern.server.models.people import Account


class Job(models.Model):
    """One analysis of one generation: ``waiting``, ``running``, ``done`` or ``failed``.

    ``step``, ``at`` and ``of`` say how far it is. ``inputs`` stands for what it depends on besides the
    generation; where that has changed since, the job runs again.
    """

    analysis = models.CharField(max_length=40)
    generation = models.PositiveIntegerField()
    inputs = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default="waiting")
    attempts = models.PositiveIntegerField(default=0)
    step = models.CharField(max_length=100, blank=True)
    at = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["analysis", "generation"], name="one_job"),)


class PublishedForecast(models.Model):
    """A forecast as a goal's page showed it on a day; ``outcome`` is filled in when the period is over.

    ``quantiles`` by percent ("5" to "95") and the chances by level ("minimum", "target", "stretch") are
    numbers; ``pace_*`` is what the working-day pace alone would have said. Never changed but for the outcome.
    """

    goal = models.ForeignKey(GoalRow, on_delete=models.CASCADE, related_name="forecasts")
    made_on = models.DateField()
    generation = models.PositiveIntegerField()
    elapsed = models.FloatField()
    quantiles = models.JSONField()
    chances = models.JSONField()
    pace_point = models.FloatField(null=True, blank=True)
    pace_chances = models.JSONField(default=dict)
    levels = models.JSONField()
    method = models.CharField(max_length=40)
    n = models.PositiveIntegerField()
    outcome = models.FloatField(null=True, blank=True)
    scored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["goal", "made_on"], name="one_forecast_a_day"),)


class Scenario(models.Model):
    """A reverse plan with its assumptions, kept to be compared. ``plan`` is what came out of them."""

    name = models.CharField(max_length=100)
    assumptions = models.JSONField()
    plan = models.JSONField()
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)


class KpiLook(models.Model):
    """That somebody looked at a KPI on a day; who it was is not kept."""

    kpi = models.CharField(max_length=100)
    day = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kpi", "day"], name="one_look_a_day"),)
