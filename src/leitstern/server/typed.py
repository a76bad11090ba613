"""What people type into fields: numbers as they write them, and dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from leitstern.errors import Problem
from leitstern.goals.amounts import amount

if TYPE_CHECKING:
    from leitstern.server.figures import Figures


def number(text: str, unit: str, language: str) -> Decimal:
    """A typed number in a KPI's unit: 1.234,56 in German, 1,234.56 in English, 1,2 Mio., 12 %.

    A KPI in percent is typed as people say it: 30 and 30 % are 0.3. Problem ``leitstern.number_unread``.
    """
    marks = (",", ".") if language == "de" else (".", ",")
    read = next((found for mark in marks if (found := amount(text.strip(), mark)) is not None), None)
    if read is None or (read.percent and unit != "percent"):
        raise Problem("leitstern.number_unread", text=text)
    return read.value / 100 if unit == "percent" and not read.percent else read.value


def number_or_none(text: str, unit: str, language: str) -> Decimal | None:
    """The same; None for an empty field."""
    return number(text, unit, language) if text.strip() else None


def shown(value: Decimal | None, unit: str, figures: Figures) -> str:
    """A number as it stands in a field, all its digits kept."""
    if value is None:
        return ""
    exact = (value * 100 if unit == "percent" else value).normalize()
    exponent = exact.as_tuple().exponent
    return figures.plain(exact, max(0, -exponent) if isinstance(exponent, int) else 0)


def day(text: str) -> date | None:
    """A date from a date field; None for an empty one. Problem ``leitstern.date_unread``."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Problem("leitstern.date_unread", text=text) from None
