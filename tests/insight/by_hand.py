"""KPIs written by hand, as a catalogue of nothing else."""

from __future__ import annotations

import json
from typing import Any

import yaml

from leitstern.kpis.documents import read
from leitstern.kpis.load import Catalogue, Resolved

USUAL = {
    "means": {"de": "Was gezählt wird.", "en": "What is counted."},
    "owner": "sales",
    "unit": "count",
    "good": "up",
    "level": "operational",
    "timing": "lagging",
    "about": "result",
}


def kpi(name: str, formula: str, **more: Any) -> dict[str, Any]:
    """A document of a KPI with the usual texts."""
    texts = {"de": name.replace("_", " ").title(), "en": name.replace("_", " ").title()}
    return {"kpi": name, "name": texts, **USUAL, "formula": formula, **more}


def catalogue(*kpis: dict[str, Any]) -> dict[str, Resolved]:
    """The KPIs, ready to be computed, by name."""
    entries = []
    for document in kpis:
        plain = json.loads(json.dumps(document))  # a part that is used twice is written twice
        found, wrong = read(yaml.safe_dump(plain, allow_unicode=True), f"{document['kpi']}.yaml")
        assert not wrong, wrong
        entries += found
    made = Catalogue(entries)
    assert not made.problems, made.problems
    return {definition.kpi: made.resolved(definition.kpi) for definition in made}


LEADS = {"count": "lead", "on": "created_at"}
WON = {"count": "deal", "where": "status = 'won'", "on": "closed_at"}
DECIDED = {"count": "deal", "where": "status in ('won', 'lost')", "on": "closed_at"}
VALUE = {"sum": "deal.amount", "where": "status = 'won'", "on": "closed_at"}
COST = {"sum": "spend.amount", "where": "area = 'marketing'", "on": "at"}
CONVERTED = {"conversion": "lead", "on": "created_at", "to": "won_at", "within": 365}
