"""The addresses of the API, by subject. Each module makes one ``router``."""

from __future__ import annotations

from ninja import Router

from leitstern.server.api.routes import (
    account,
    accounts,
    closing,
    data,
    goal_tools,
    goals,
    imports,
    insight_compare,
    insight_customers,
    insight_forecast,
    insight_funnel,
    insight_hygiene,
    insight_leads,
    insight_pipeline,
    insight_reverse,
    insight_signals,
    insight_track_record,
    insight_why,
    kpis,
    logs,
    me,
    people,
    privacy,
    steps,
    tokens,
    values,
)

#: Where each router stands, and the heading its operations have in the schema.
ROUTERS: tuple[tuple[str, Router, str], ...] = (
    ("", me.router, "Me"),
    ("", kpis.router, "KPIs"),
    ("", values.router, "Values"),
    ("", people.router, "People"),
    ("", goals.router, "Goals"),
    ("", steps.router, "Goals"),
    ("", goal_tools.router, "Goals"),
    ("", data.router, "Data"),
    ("", imports.router, "Data"),
    ("", account.router, "Data"),
    ("", insight_forecast.router, "Analysis"),
    ("", insight_funnel.router, "Analysis"),
    ("", insight_hygiene.router, "Analysis"),
    ("", insight_leads.router, "Analysis"),
    ("", insight_pipeline.router, "Analysis"),
    ("", insight_reverse.router, "Analysis"),
    ("", insight_customers.router, "Analysis"),
    ("", insight_compare.router, "Analysis"),
    ("", insight_signals.router, "Analysis"),
    ("", insight_track_record.router, "Analysis"),
    ("", insight_why.router, "Analysis"),
    ("", closing.router, "Closing"),
    ("", accounts.router, "Administration"),
    ("", privacy.router, "Administration"),
    ("", logs.router, "Administration"),
    ("", tokens.router, "Tokens"),
)
