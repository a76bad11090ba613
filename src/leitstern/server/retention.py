"""How far back values of single persons are shown: as the purpose of their KPI says."""

from __future__ import annotations

from datetime import date, timedelta

from leitstern.periods.grains import month_number
from leitstern.server.models import Purpose


def first_days(today: date) -> dict[str, date]:
    """The day, by KPI, that values of persons are shown from; a KPI without a purpose has no limit."""
    return {
        kpi: months_before(today, months)
        for kpi, months in Purpose.objects.order_by("kpi").values_list("kpi", "months")
    }


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of a month that is shorter."""
    number = month_number(day) - months
    year, month = divmod(number, 12)
    after = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (after - timedelta(days=1)).day))
