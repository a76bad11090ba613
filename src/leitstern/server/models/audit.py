"""Who did what, and who saw whose values. Both are only ever added to."""

from __future__ import annotations

from django.db import models

from leitstern import clock
from leitstern.server.models.people import Account


class AuditEntry(models.Model):
    """One change: ``object`` such as ``goal:17``, and what it was before and after."""

    at = models.DateTimeField(default=clock.now, db_index=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=50)
    object = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)


class AuditLink(models.Model):
    """An entry's place in the chain of all (see `server.chain`). It names the entry and does not refer to it,
    so that it stays where an entry is removed."""

    number = models.PositiveBigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)


class AccessEntry(models.Model):
    """Somebody saw a person's values of a KPI: on which page, by which way. At most one a day of each."""

    at = models.DateTimeField(default=clock.now, db_index=True)
    day = models.DateField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    person = models.CharField(max_length=200, db_index=True)
    kpi = models.CharField(max_length=100)
    surface = models.CharField(max_length=50)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["day", "account", "person", "kpi", "surface"], name="one_access_a_day"
            ),
        )
