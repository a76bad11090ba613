"""The period a page of goals is about: read from the address, with links to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from leitstern.errors import Problem
from leitstern.periods.grains import Grain, Period, parse, period_of
from leitstern.server import frame
from leitstern.server.links import Option, with_query
from leitstern.server.when import grain_name

if TYPE_CHECKING:
    from django.http import HttpRequest

    from leitstern.server.reader import Reader

_GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
_FISCAL = (Grain.MONTH, Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR)


@dataclass(frozen=True, slots=True)
class PeriodChoice:
    """A period, its name, and the switches around it."""

    period: Period
    shown: str
    earlier: str
    later: str
    grains: list[Option]

    @classmethod
    def of(cls, request: HttpRequest, ask: Reader) -> PeriodChoice:
        """The period the address names, else today's quarter; a grain alone takes today's period of it."""
        fiscal = ask.settings.fiscal_year_start
        grains = _GRAINS if fiscal == 1 else _FISCAL
        asked = request.GET.get("grain", "")
        grain = Grain(asked) if asked in grains else grains[1]
        period = read(request.GET.get("period", ""), fiscal) or period_of(ask.today(), grain, fiscal)
        if asked in grains and period.grain != grain:
            period = period_of(min(max(ask.today(), period.start), period.end), grain, fiscal)
        return cls(
            period,
            frame.calendar().period(period),
            with_query(request, period=period.previous().label, grain=None, page=None),
            with_query(request, period=period.next().label, grain=None, page=None),
            [
                Option(grain_name(g), with_query(request, grain=str(g), page=None), g == period.grain)
                for g in grains
            ],
        )

    @property
    def label(self) -> str:
        """What the switch of grains is called."""
        return _("Grain")


def read(text: str, fiscal: int) -> Period | None:
    """The period of a label; None for what is no label, so that a mistyped address shows today's."""
    try:
        return parse(text, fiscal) if text else None
    except Problem:
        return None
