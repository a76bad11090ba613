"""The one Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LeitsternConfig(AppConfig):
    """Names the app ``leitstern`` in migrations and foreign keys."""

    name = "leitstern.server"
    label = "leitstern"
    default_auto_field = "django.db.models.BigAutoField"
