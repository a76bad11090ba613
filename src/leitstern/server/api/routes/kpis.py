"""The catalogue of KPIs: what each means and how it is computed."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from leitstern.engine.reasons import Account
from leitstern.kpis.definition import Definition
from leitstern.server.api.documents import Texts
from leitstern.server.api.fields import In, Out
from leitstern.server.api.paging import Page, Paging, paged
from leitstern.server.api.refusals import Hidden
from leitstern.server.frame import language
from leitstern.server.sight import Sight, sight
from leitstern.server.sources import newest, sources

router = Router()


class Kpi(Out):
    """A KPI in few words."""

    kpi: str = Field(examples=["win_rate"])
    version: int
    name: Texts
    means: Texts
    unit: str = Field(description="count, currency, percent (a fraction), days, hours, score or ratio.")
    good: str = Field(description="Which way is good: up, down or between.")
    level: str = Field(description="strategic or operational.")
    owner: str


class KpiVersion(Out):
    """One version of a KPI; goals are bound to one."""

    version: int
    valid_from: str | None = Field(description="The day it holds from; null: since ever.")
    formula: str


class KpiMeasure(Out):
    """What a formula counts or sums."""

    name: str
    fact: str
    kind: str
    where: str | None
    on: str | None


class KpiSource(Out):
    """The records a KPI rests on."""

    fact: str
    rows: int
    newest: str | None


class KpiAside(Out):
    """Records that do not count for the KPI, for one reason."""

    reason: str
    detail: str = Field(description="The reason, in the caller's language.")
    count: int


class KpiAccount(Out):
    """What becomes of all records of a kind: counted + outside + set aside."""

    fact: str
    counted: int = Field(description="Records that count in some period.")
    outside: int = Field(description="Records that do not meet the KPI's filter.")
    set_aside: list[KpiAside]


class KpiSheet(Kpi):
    """All there is to know of a KPI."""

    also_called: dict[str, list[str]]
    timing: str = Field(description="leading or lagging.")
    about: str = Field(description="activity, result, efficiency or reach.")
    drives: list[str]
    paired_with: list[str]
    formula: str
    in_words: str = Field(description="The computation as a sentence, in the caller's language.")
    measures: list[KpiMeasure]
    versions: list[KpiVersion]
    sources: list[KpiSource]
    records: list[KpiAccount] = Field(description="None before the first generation.")
    newest: str | None = Field(description="The newest day of its oldest source.")


class Search(In):
    """Which KPIs are asked for."""

    q: str = Field(
        "", max_length=200, description="Words in name, synonyms or meaning, in German or English."
    )


@router.get("/kpis", response=Page[Kpi], operation_id="list_kpis", url_name="kpis", summary="KPIs")
def kpis(
    request: HttpRequest,
    response: HttpResponse,
    window: Paging,
    asked: Annotated[Search, Query()],
) -> dict[str, Any]:
    """All KPIs in alphabetical order; with `q`, those that hold all its words, best match first."""
    catalogue = sight(request).catalogue
    found = catalogue.search(asked.q, language()) if asked.q.strip() else list(catalogue)
    return paged(request, response, found, window, _short)


@router.get(
    "/kpis/{name}", response=KpiSheet, operation_id="get_kpi", url_name="kpi", summary="A KPI's sheet"
)
def kpi(request: HttpRequest, name: str) -> dict[str, Any]:
    """What a KPI means, how it is computed, its versions, and the records it rests on."""
    ask = sight(request)
    definition = ask.definition(name)
    if definition is None:
        raise Hidden
    return _sheet(ask, definition)


def _short(definition: Definition) -> dict[str, Any]:
    return {
        "kpi": definition.kpi,
        "version": definition.version,
        "name": definition.name.model_dump(),
        "means": definition.means.model_dump(),
        "unit": definition.unit,
        "good": definition.good,
        "level": definition.level,
        "owner": definition.owner,
    }


def _sheet(ask: Sight, definition: Definition) -> dict[str, Any]:
    from leitstern.kpis.words import in_words

    day = newest(ask, definition.kpi)
    return {
        **_short(definition),
        "also_called": {"de": list(definition.also_called.de), "en": list(definition.also_called.en)},
        "timing": definition.timing,
        "about": definition.about,
        "drives": list(definition.drives),
        "paired_with": list(definition.paired_with),
        "formula": definition.formula,
        "in_words": str(in_words(definition, ask.catalogue, language())),
        "measures": [
            {"name": name, "fact": m.fact, "kind": m.kind, "where": m.where, "on": m.on}
            for name, m in definition.measures.items()
        ],
        "versions": [
            {
                "version": d.version,
                "valid_from": d.valid_from.isoformat() if d.valid_from else None,
                "formula": d.formula,
            }
            for d in ask.catalogue.versions(definition.kpi)
        ],
        "sources": [
            {"fact": s.fact, "rows": s.rows, "newest": s.newest.isoformat() if s.newest else None}
            for s in sources(ask, definition.kpi)
        ],
        "records": _accounts(ask, definition.kpi),
        "newest": day.isoformat() if day else None,
    }


def _accounts(ask: Sight, kpi: str) -> list[dict[str, Any]]:
    speech = language()
    found: list[Account] = ask.accounts(kpi) if ask.generation() else []
    return [
        {
            "fact": one.fact,
            "counted": one.counted,
            "outside": one.outside,
            "set_aside": [
                {"reason": why.reason, "detail": why.text(one.fact, speech), "count": why.count}
                for why in one.reasons
            ],
        }
        for one in found
    ]
