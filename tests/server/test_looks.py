"""Looking at a KPI is noted once a day, without a name."""

from __future__ import annotations

from datetime import date

from django.test import Client

from leitstern.server import looks
from leitstern.server.models import KpiLook


def test_a_look_is_a_day_and_no_name(client: Client) -> None:
    assert looks.since() is None
    for _ in range(3):
        assert client.get("/kpi/won_value").status_code == 200
    assert list(KpiLook.objects.values()) == [
        {"id": KpiLook.objects.get().pk, "kpi": "won_value", "day": date(2026, 11, 22)}
    ]
    KpiLook.objects.create(kpi="won_value", day=date(2026, 10, 1))
    assert looks.last() == {"won_value": date(2026, 11, 22)}
    assert looks.since() == date(2026, 10, 1)


def test_what_does_not_exist_is_not_noted(client: Client) -> None:
    assert client.get("/kpi/nothing").status_code == 404
    assert not KpiLook.objects.exists()
