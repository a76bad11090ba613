"""Customers: the analysis beside the pages, and its sentences for a reader."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern.analyses.customers import customers
from leitstern.analyses.customers_words import Words
from leitstern.server import frame
from leitstern.server.insight import Analysis, Document

if TYPE_CHECKING:
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight

#: What the page tells of the whole company; where these are protected, it is not shown.
SHOWS = "customer_acquisition_cost"


def _run(ask: Reader, tell: Tell) -> Document:
    tell("customers", 0, 1)
    return customers(ask.workspace).as_json()


ANALYSIS = Analysis("customers", _run)


def title() -> str:
    """What the page is called."""
    return _("Customers")


def words() -> Words:
    """The sentences in the reader's language and style of numbers."""
    calendar = frame.calendar()
    return Words(frame.language(), frame.figures(), lambda day: calendar.day(date.fromisoformat(day)))


def headline(ask: Sight, document: Document) -> str | None:
    """What a new customer costs; nothing where the company's values are protected."""
    from leitstern.server.views.insight.common import company_shown

    return words().cost(document) if company_shown(ask, SHOWS) else None
