"""The addresses of the API, by subject. Each module makes one ``router``."""

from __future__ import annotations

from ninja import Router

from leitstern.server.api.routes import (
    closing,
    data,
    goal_tools,
    goals,
    imports,
    kpis,
    logs,
    me,
    people,
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
    ("", closing.router, "Closing"),
    ("", logs.router, "Administration"),
    ("", tokens.router, "Tokens"),
)
