"""The works-council settings, and how they were changed."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from leitstern import clock
from leitstern.server.models.people import Account


class PrivacySetting(models.Model):
    """The privacy mode in force: one row. Changed only through a `PrivacyChange` that two people agree on."""

    mode = models.CharField(max_length=20, default="own_team")
    floor = models.PositiveSmallIntegerField(default=7)
    dominance = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.85"))
    rankings = models.BooleanField(default=False)
    changed_at = models.DateTimeField(default=clock.now)


class PrivacyChange(models.Model):
    """A change of the privacy settings that one person proposed; it holds once another one approves."""

    mode = models.CharField(max_length=20)
    floor = models.PositiveSmallIntegerField()
    dominance = models.DecimalField(max_digits=4, decimal_places=3)
    rankings = models.BooleanField()
    reason = models.TextField()
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)


class Purpose(models.Model):
    """What a KPI's values about persons are used for, and for how many months back they are shown."""

    kpi = models.CharField(max_length=100, unique=True)
    text = models.TextField()
    months = models.PositiveSmallIntegerField(default=36)
    changed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)
