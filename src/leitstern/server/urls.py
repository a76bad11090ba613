"""Addresses. State is in the address: grain, subject and period are query parameters."""

from __future__ import annotations

from django.urls import include, path

from leitstern.server.api.main import api
from leitstern.server.views import (
    catalogue,
    closing,
    company,
    data,
    data_records,
    entries,
    errors,
    first_steps,
    goal,
    goal_new,
    goal_split,
    grid,
    grid_paste,
    imports,
    kpi,
    mappings,
    match,
    offers,
    preferences,
    records,
    sources,
    start,
    team,
    team_defaults,
    today,
)
from leitstern.server.views.accounts import me, welcome

urlpatterns = [
    path("", today.today, name="today"),
    path("first-steps", first_steps.first_steps, name="first_steps"),
    path("company", company.company, name="company"),
    path("team", team.teams, name="team"),
    path("team/<str:id>", team.team, name="team_of"),
    path("team/<str:id>/defaults", team_defaults.defaults, name="team_defaults"),
    path("overview", start.start, name="overview"),
    path("wall", start.wall, name="wall"),
    path("kpis", catalogue.catalogue, name="catalogue"),
    path("kpi/<slug:name>", kpi.kpi, name="kpi"),
    path("kpi/<slug:name>/records/<slug:period>", records.records, name="records"),
    path("insight", include("leitstern.server.views.insight.urls")),
    path("data", data.data, name="data"),
    path("data/mappings", mappings.index, name="data_mappings"),
    path("data/mappings/<str:name>", mappings.one, name="data_mapping"),
    path("data/import", imports.index, name="data_import"),
    path("data/import/begin", imports.begin, name="data_import_begin"),
    path("data/import/<int:id>", imports.one, name="data_import_of"),
    path("data/import/<int:id>/set-aside.xlsx", imports.set_aside, name="data_import_aside"),
    path("data/import/<int:id>/state", imports.state, name="data_import_state"),
    path("data/import/<int:id>/files/<int:file>", imports.piece, name="data_import_piece"),
    path("data/values", entries.values, name="data_values"),
    path("data/spend", entries.spend, name="data_spend"),
    path("data/records/<slug:fact>/<slug:code>", data_records.records, name="data_records"),
    path("match", match.match, name="match"),
    path("data/sources", sources.index, name="data_sources"),
    path("deliver/<str:key>/<str:name>", sources.deliver, name="deliver"),
    path("closing", closing.closing, name="closing"),
    path("offers", offers.offers, name="offers"),
    path("goals", grid.goals, name="goals"),
    path("goals/undo", grid.undo, name="goals_undo"),
    path("goals/offer", grid.offer, name="goals_offer"),
    path("goals/paste", grid_paste.paste, name="goals_paste"),
    path("goals/paste/take", grid_paste.take, name="goals_take"),
    path("goals/new", goal_new.new, name="goal_new"),
    path("goal/<int:id>", goal.goal, name="goal"),
    path("goal/<int:id>/edit", goal_new.edit, name="goal_edit"),
    path("goal/<int:id>/split", goal_split.split, name="goal_split"),
    path("goal/<int:id>/say", goal.say, name="goal_say"),
    path("goal/<int:id>/review", goal.review, name="goal_review"),
    path("goal/<int:id>/delete", goal.delete, name="goal_delete"),
    path("goal/<int:id>/agreement.pdf", offers.agreement, name="agreement"),
    path("goal/<int:id>/<slug:action>", goal.act, name="goal_act"),
    path("preferences", preferences.preferences, name="preferences"),
    path("api/v1/", api.urls),
    path("account/", include("leitstern.server.views.accounts.urls")),
    path("welcome/<str:token>", welcome.welcome, name="welcome"),
    path("me", me.me, name="me"),
    path("administration", include("leitstern.server.views.administration.urls")),
]

handler400 = errors.bad_request
handler403 = errors.refused
handler404 = errors.not_found
handler500 = errors.failed
handler429 = "leitstern.server.views.errors.too_many"
