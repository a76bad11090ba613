"""The cells of a table as people write them, by language and country."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leitstern.engine.observations import Number
    from leitstern.settings import Settings

NONE = "–"


class Cells:
    """Writes values for tables: 1.234,5 in Germany, 1,234.5 in English; a dash where there is none."""

    def __init__(self, language: str, settings: Settings) -> None:
        from leitstern.server.figures import Figures

        self._figures = Figures(language, settings.country, settings.currency)

    def value(self, value: Number | None, unit: str) -> str:
        """A KPI's value in its unit, with all digits."""
        return self._figures.exact(value, unit)

    def whole(self, number: int) -> str:
        """A whole number."""
        return self._figures.plain(number)

    def share(self, share: float) -> str:
        """A share between 0 and 1, in percent."""
        return self._figures.exact(share, "percent")

    def cell(self, value: object) -> str:
        """Any value of a record."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int | float | Decimal):
            return self._number(value)
        if isinstance(value, datetime):
            return f"{self._day(value)} {value:%H:%M}"
        if isinstance(value, date):
            return self._day(value)
        return NONE if value is None else str(value)

    def _number(self, value: Number) -> str:
        """All digits of a decimal, two of a float, without needless zeros."""
        exact = value if isinstance(value, Decimal) else Decimal(str(round(value, 2)))
        return self._figures.plain(exact, max(0, -int(exact.normalize().as_tuple().exponent)))

    def _day(self, day: date) -> str:
        from babel.dates import format_date

        return format_date(day, "medium", locale=self._figures.locale)
