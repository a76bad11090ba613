"""What is asked before a number is taken: it may be right, but looks like a slip of the hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern.goals.amounts import amount
from leitstern.server import frame

if TYPE_CHECKING:
    from datetime import date

    from leitstern.periods.grains import Period

#: Earlier numbers that are looked at, and how many of them are enough to know their usual spread.
LOOKED_AT = 12
_ENOUGH = 3
#: Far off: so many times the usual distance from the middle, or of few numbers so many times as large.
_FAR, _TIMES = Decimal(6), Decimal(4)
#: The usual distance is at least this part of the middle, so that quiet numbers may move a little.
_QUIET = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Sent:
    """A number that was typed as ``text``, in its KPI's unit, and what is known of it: the earlier numbers of
    the same row, and whether others that count into the same whole are there for the period."""

    text: str
    value: Decimal
    unit: str
    period: Period
    earlier: Sequence[Decimal]
    parts: bool = False


def doubts(sent: Sent, today: date) -> str:
    """What to ask about a number; empty where nothing is odd."""
    found = [
        _future(sent, today),
        _share(sent),
        _kind(sent),
        _far(sent),
        _("There are numbers of teams or people for this period. They and this one are counted together.")
        if sent.parts
        else "",
    ]
    return " ".join(text for text in found if text)


def _future(sent: Sent, today: date) -> str:
    return _("This period has not begun.") if sent.period.start > today else ""


def _share(sent: Sent) -> str:
    if sent.unit != "percent" or "%" in sent.text:
        return ""
    figures = frame.figures()
    if 0 < abs(sent.value) <= Decimal("0.01"):
        meant = figures.exact(sent.value * 100, "percent")
        return _("This is %(said)s. Did you mean %(meant)s?") % {
            "said": figures.exact(sent.value, "percent"),
            "meant": meant,
        }
    return ""


def _kind(sent: Sent) -> str:
    """A sign of another unit, less than nothing, or a part of what is counted whole."""
    read = amount(sent.text.strip(), ",") or amount(sent.text.strip(), ".")
    if read is not None and read.currency and sent.unit != "currency":
        return _("This is no amount of money.")
    if sent.value < 0 and not any(number < 0 for number in sent.earlier):
        return _("This is less than zero.")
    if sent.unit == "count" and sent.value != sent.value.to_integral_value():
        return _("This is not a whole number.")
    return ""


def _far(sent: Sent) -> str:
    earlier = list(sent.earlier)[-LOOKED_AT:]
    if not earlier or not _is_far(sent.value, earlier):
        return ""
    figures = frame.figures()
    low, high = (figures.exact(end(earlier), sent.unit) for end in (min, max))
    if low == high:
        return _("Earlier it was %(low)s.") % {"low": low}
    return _("Earlier it was between %(low)s and %(high)s.") % {"low": low, "high": high}


def _is_far(value: Decimal, earlier: Sequence[Decimal]) -> bool:
    middle = median(earlier)
    if len(earlier) < _ENOUGH:
        last = earlier[-1]
        if not last or not value:
            return False
        return value / last > _TIMES or value / last < 1 / _TIMES
    usual = median(abs(number - middle) for number in earlier)
    return abs(value - middle) > _FAR * max(usual, abs(middle) * _QUIET)
