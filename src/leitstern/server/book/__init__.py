"""The goal book: goals, their offers and standings, as pages, API and commands use them.

Everything that is shown has passed the access policy; everything that is changed is one transaction with
its step and its entry in the audit log.
"""

from leitstern.server.book.acts import act
from leitstern.server.book.copies import awaited, copy, newcomers
from leitstern.server.book.curve import Curve, Event, comments, curve
from leitstern.server.book.defaults import remove_default, set_default
from leitstern.server.book.evidence import Evidence, evidence, history_seen
from leitstern.server.book.rights import actions
from leitstern.server.book.splits import Split, open_part, proposed, split
from leitstern.server.book.standings import standings
from leitstern.server.book.store import About, create, delete, get, update, visible
from leitstern.server.book.talk import say, set_review

__all__ = [
    "About",
    "Curve",
    "Event",
    "Evidence",
    "Split",
    "act",
    "actions",
    "awaited",
    "comments",
    "copy",
    "create",
    "curve",
    "delete",
    "evidence",
    "get",
    "history_seen",
    "newcomers",
    "open_part",
    "proposed",
    "remove_default",
    "say",
    "set_default",
    "set_review",
    "split",
    "standings",
    "update",
    "visible",
]
