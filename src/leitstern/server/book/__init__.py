"""The goal book: goals, their offers and standings, as pages, API and commands use them.

Everything that is shown has passed the access policy; everything that is changed is one transaction with
its step and its entry in the audit log.
"""

from leitstern.server.book.acts import act
from leitstern.server.book.curve import Curve, Event, comments, curve
from leitstern.server.book.evidence import Evidence, evidence
from leitstern.server.book.standings import standings
from leitstern.server.book.store import About, create, delete, get, update, visible

__all__ = [
    "About",
    "Curve",
    "Event",
    "Evidence",
    "act",
    "comments",
    "create",
    "curve",
    "delete",
    "evidence",
    "get",
    "standings",
    "update",
    "visible",
]
