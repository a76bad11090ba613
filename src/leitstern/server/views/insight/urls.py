"""Addresses of the analyses; the names begin with ``insight``."""

from django.urls import path

from leitstern.server.views.insight import (
    choice,
    compare,
    customers,
    funnel,
    hygiene,
    index,
    leads,
    pipeline,
    reverse,
    signals,
    track_record,
    why,
)

urlpatterns = [
    path("", index.index, name="insight"),
    path("/funnel", funnel.funnel, name="insight_funnel"),
    path("/pipeline", pipeline.pipeline, name="insight_pipeline"),
    path("/reverse", reverse.reverse, name="insight_reverse"),
    path("/track-record", track_record.track_record, name="insight_track_record"),
    path("/hygiene", hygiene.hygiene, name="insight_hygiene"),
    path("/choice", choice.choice, name="insight_choice"),
    path("/customers", customers.customers, name="insight_customers"),
    path("/compare", compare.compare, name="insight_compare"),
    path("/signals", signals.signals, name="insight_signals"),
    path("/why", why.why, name="insight_why"),
    path("/leads", leads.leads, name="insight_leads"),
]
