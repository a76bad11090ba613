"""Which KPIs anybody looks at: a day each, and nobody's name."""

from __future__ import annotations

from datetime import date

from leitstern.server.models import KpiLook

#: What this process noted already.
_noted: set[tuple[str, date]] = set()


def note(kpi: str, day: date) -> None:
    """Keep that a KPI was looked at on a day."""
    if (kpi, day) not in _noted:
        KpiLook.objects.get_or_create(kpi=kpi, day=day)
        _noted.add((kpi, day))


def last() -> dict[str, date]:
    """The last day each KPI was looked at."""
    return dict(KpiLook.objects.order_by("day").values_list("kpi", "day"))


def since() -> date | None:
    """The first day looks were kept; None before the first."""
    return KpiLook.objects.order_by("day").values_list("day", flat=True).first()


def forget() -> None:
    """Let the next look be noted again (another database has taken the place of this one)."""
    _noted.clear()
