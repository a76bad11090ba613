"""Addresses. State is in the address: grain, subject and period are query parameters."""

from __future__ import annotations

from django.urls import include, path

from leitstern.server.views import (
    catalogue,
    closing,
    company,
    data,
    errors,
    kpi,
    preferences,
    records,
    start,
    team,
    today,
)

urlpatterns = [
    path("", today.today, name="today"),
    path("company", company.company, name="company"),
    path("team", team.teams, name="team"),
    path("team/<str:id>", team.team, name="team_of"),
    path("overview", start.start, name="overview"),
    path("wall", start.wall, name="wall"),
    path("kpis", catalogue.catalogue, name="catalogue"),
    path("kpi/<slug:name>", kpi.kpi, name="kpi"),
    path("kpi/<slug:name>/records/<slug:period>", records.records, name="records"),
    path("data", data.data, name="data"),
    path("closing", closing.closing, name="closing"),
    path("preferences", preferences.preferences, name="preferences"),
    path("account/", include("leitstern.server.views.accounts.urls")),
]

handler400 = errors.bad_request
handler403 = errors.refused
handler404 = errors.not_found
handler500 = errors.failed
handler429 = "leitstern.server.views.errors.too_many"
