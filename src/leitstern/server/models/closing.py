"""What people said of restatements."""

from __future__ import annotations

from django.db import models

from leitstern import clock
from leitstern.server.models.people import Account


class Acknowledgement(models.Model):
    """Somebody took note that a closed value would be another one today; ``now`` is what it was then."""

    kpi = models.CharField(max_length=100)
    version = models.PositiveIntegerField()
    period = models.CharField(max_length=20)
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=200, null=True, blank=True)
    now = models.CharField(max_length=60, null=True, blank=True)
    note = models.TextField(blank=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
