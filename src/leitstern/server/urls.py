"""Addresses. State is in the address: grain, subject and period are query parameters."""

from __future__ import annotations

from django.urls import path

from leitstern.server.views import catalogue, closing, data, errors, kpi, preferences, records, start

urlpatterns = [
    path("", start.start, name="start"),
    path("wall", start.wall, name="wall"),
    path("kpis", catalogue.catalogue, name="catalogue"),
    path("kpi/<slug:name>", kpi.kpi, name="kpi"),
    path("kpi/<slug:name>/records/<slug:period>", records.records, name="records"),
    path("data", data.data, name="data"),
    path("closing", closing.closing, name="closing"),
    path("preferences", preferences.preferences, name="preferences"),
]

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.failed
