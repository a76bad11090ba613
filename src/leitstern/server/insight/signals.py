"""Signals of the company's KPIs: made once for a generation, shown to whom the company's values are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from leitstern.analyses import signals_words
from leitstern.analyses.signals import signals
from leitstern.server import frame, words
from leitstern.server.insight import Analysis, Document

if TYPE_CHECKING:
    from leitstern.server.insight import Tell
    from leitstern.server.reader import Reader
    from leitstern.server.sight import Sight


def _run(ask: Reader, tell: Tell) -> Document:
    tell("signals", 0, 1)
    return signals(ask.workspace).as_json()


ANALYSIS = Analysis("signals", _run)


def title() -> str:
    """What the page is called."""
    return _("Signals")


def headline(ask: Sight, document: Document) -> str:  # noqa: ARG001 - the same for all viewers
    """How many KPIs changed lately."""
    return signals_words.summary(document, frame.language())


def name(ask: Sight, row: Mapping[str, Any]) -> str | None:
    """What a row's KPI is called; None where it is no longer defined."""
    definition = ask.definition(row["kpi"])
    return None if definition is None else words.text(definition.name, frame.language())


def said(row: Mapping[str, Any], signal: Mapping[str, Any], called: str) -> str:
    """A signal in a sentence."""
    figures, day = frame.figures(), frame.calendar().day
    return signals_words.sentence(signal, row, called, frame.language(), figures, day)
