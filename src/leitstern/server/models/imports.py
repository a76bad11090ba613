"""Files that somebody brings by the pages, on their way into the data."""

from __future__ import annotations

from django.db import models

from leitstern import clock
from leitstern.server.models.people import Account


class Source(models.Model):
    """A place that files come from by themselves: a folder that is watched; an address puts files there, too.

    ``folder`` is its name beneath the workspace's ``inbox``. ``start`` and ``digest`` are of the address, as
    of a key; both are empty where there is none. Files are taken at once, or with ``at_hour`` once a day from
    that hour on. ``every_days``: after how many days without a file ``owner`` is told.
    """

    name = models.CharField(max_length=100)
    folder = models.CharField(max_length=100, unique=True)
    owner = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    start = models.CharField(max_length=12, blank=True)
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    at_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(default=clock.now)
    stopped_at = models.DateTimeField(null=True, blank=True)


class Import(models.Model):
    """One or more files that are taken together, or not at all.

    ``state`` is ``receiving`` (files come in), ``queued`` or ``running`` (the worker's, doing ``task``),
    ``ready`` (read, and shown to be answered and corrected), ``done``, ``undone`` or ``dropped``. ``task`` is
    ``read``, ``try``, ``take``, ``enter``, ``build`` or ``undo``. ``step``, ``at`` and ``of`` say how far it
    is; ``problem`` is the library's message, as its code and values. ``receipt`` is the account of the last
    trial or import, in ``language``. ``replaces`` is an import of the same files that this one corrects. What
    a ``source`` brought is taken by itself where nothing is asked. ``kind`` is empty for files, and otherwise
    says on which page the rows were typed: ``values``, ``spend`` or ``people``; their task is ``enter``.
    """

    kind = models.CharField(max_length=10, blank=True, db_index=True)

    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="imports"
    )
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=2, default="de")
    state = models.CharField(max_length=10, default="receiving", db_index=True)
    task = models.CharField(max_length=10, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    cancel = models.BooleanField(default=False)
    step = models.CharField(max_length=200, blank=True)
    at = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    problem = models.JSONField(null=True, blank=True)
    answers = models.JSONField(default=dict)
    corrections = models.JSONField(default=dict)
    receipt = models.JSONField(null=True, blank=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    batch = models.PositiveIntegerField(null=True, blank=True)
    generation = models.PositiveIntegerField(null=True, blank=True)


class ImportFile(models.Model):
    """One file of an import. ``changed`` is when it was last changed, as its owner's browser says: one that
    was changed since does not go on from where it was broken off. ``sha256`` is its digest once it was read
    into raw tables, ``problem`` why it could not be read; from then on the file is needed no more."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    changed = models.CharField(max_length=20, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)


class MappingVersion(models.Model):
    """A mapping as it was at some time; the newest of a name is the one in use. Without ``text`` it was
    removed, without ``created_by`` it was changed outside of the pages."""

    name = models.CharField(max_length=200, db_index=True)
    text = models.TextField(null=True, blank=True)
    created_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
