"""Days and periods as people say them: Oktober 2026, KW 47 2026, Q3 2026, gestern."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from leitstern.periods.grains import Period

#: The grains a page offers, fine to coarse. Fiscal ones stand in for the calendar's where a
#: workspace has a fiscal year of its own.
GRAINS = ("day", "week", "month", "quarter", "half_year", "year")
FISCAL_GRAINS = ("fiscal_quarter", "fiscal_half_year", "fiscal_year")


def grain_name(grain: str) -> str:
    """The word for a grain."""
    return {
        "day": _("Day"),
        "week": _("Week"),
        "month": _("Month"),
        "quarter": _("Quarter"),
        "half_year": _("Half-year"),
        "year": _("Year"),
        "fiscal_quarter": _("Fiscal quarter"),
        "fiscal_half_year": _("Fiscal half-year"),
        "fiscal_year": _("Fiscal year"),
    }[grain]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Names of days and periods in one locale."""

    locale: str

    def day(self, day: date) -> str:
        """22. Nov. 2026, 22 Nov 2026."""
        return format_date(day, "d. MMM y" if self._german else "d MMM y", locale=self.locale)

    def short_day(self, day: date) -> str:
        """22.11., 22 Nov."""
        return format_date(day, "d.M." if self._german else "d MMM", locale=self.locale)

    def period(self, period: Period) -> str:
        """A period's full name, fit to begin a line: Oktober 2026, KW 47 2026, Week 47, 2026."""
        if period.grain == "day":
            return self.day(period.start)
        text = period.text("de" if self._german else "en")
        return text[0].upper() + text[1:]

    def axis(self, period: Period) -> tuple[str, str]:
        """A period's two lines on an axis: the period and what it lies in, such as Okt and 2026."""
        match period.grain:
            case "day":
                return str(period.start.day), format_date(period.start, "LLL y", locale=self.locale)
            case "week":
                year, week, _day = period.start.isocalendar()
                return str(week), str(year)
            case "month":
                name = format_date(period.start, "LLL", locale=self.locale).rstrip(".")
                return name[:3], str(period.start.year)
            case "year" | "fiscal_year":
                return self.period(period), ""
        part, _blank, of_year = self.period(period).partition(" ")
        return part, of_year

    def age(self, day: date, today: date) -> str:
        """How long ago a day was: today, yesterday, 5 days ago, 3 months ago, 8 years ago."""
        days = (today - day).days
        if days <= 0:
            return _("today")
        if days == 1:
            return _("yesterday")
        if days >= 730:
            years = days // 365
            return ngettext("%(years)s year ago", "%(years)s years ago", years) % {"years": years}
        if days > 60:
            months = days // 30
            return ngettext("%(months)s month ago", "%(months)s months ago", months) % {"months": months}
        return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}

    @property
    def _german(self) -> bool:
        return self.locale.startswith("de")
