"""The privacy rules in force, as the application database holds them."""

from __future__ import annotations

from leitstern.access.modes import Privacy
from leitstern.server.models import PrivacySetting


def privacy() -> Privacy:
    """The rules in force: those that two people agreed on last, else the default of a new workspace."""
    kept = PrivacySetting.objects.order_by("pk").last()
    if kept is None:
        return Privacy()
    return Privacy(kept.mode, kept.floor, kept.dominance, kept.rankings)  # type: ignore[arg-type]
