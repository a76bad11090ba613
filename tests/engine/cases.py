"""KPIs for the tests, each said twice: as a definition for the engine and in Python for the oracle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from leitstern.kpis.definition import Definition
from leitstern.kpis.documents import Entry
from leitstern.kpis.load import Catalogue

from .measuring import Asked, Value, ratio
from .oracle import Record

Formula = Callable[..., Value]


@dataclass(frozen=True)
class Case:
    """A KPI. ``formula`` takes the measures in the order of ``measures``; ``said`` is its text."""

    name: str
    measures: dict[str, dict[str, Any]]
    asked: tuple[Asked, ...]
    said: str = ""
    formula: Formula | None = None
    shape: dict[str, Any] | None = None
    unit: str = "ratio"
    version: int = 1
    since: date | None = None

    @property
    def definition(self) -> Definition:
        return Definition.model_validate(
            {
                "kpi": self.name,
                "version": self.version,
                "valid_from": self.since,
                "name": {"de": self.name, "en": self.name},
                "means": {"de": self.name, "en": self.name},
                "owner": "sales",
                "unit": self.unit,
                "good": "up",
                "level": "operational",
                "timing": "lagging",
                "about": "result",
                "formula": self.said or next(iter(self.measures)),
                "measures": self.measures,
                "shape": self.shape,
            }
        )

    def shaped(self, **shape: Any) -> Case:
        """The same KPI with a shape over time."""
        words = "_".join(str(v).lower() for v in shape.values())
        return replace(self, name=f"{self.name}_{words}", shape=shape)


def catalogue(cases: Sequence[Case]) -> Catalogue:
    """A catalogue of just these KPIs."""
    found = Catalogue(Entry(case.definition, f"{case.name}.yaml", {}, shipped=False) for case in cases)
    assert not found.problems, found.problems[0]
    assert not found.check()
    return found


def _one(name: str, measure: dict[str, Any], asked: Asked, unit: str = "ratio") -> Case:
    return Case(name, {name: measure}, (asked,), unit=unit)


def _won(r: Record) -> bool:
    return bool(r["status"] == "won")


def _ref(r: Record, ref: str, name: str) -> Any:
    record = r.ref(ref)
    return record[name] if record is not None else None


def _held(r: Record) -> bool:
    return r["kind"] is not None and r["kind"] not in ("task", "other") and r["outcome"] in (None, "held")


def _day(r: Record, name: str) -> str:
    day = r.day(name)
    return day.isoformat() if day else ""


WON_DEALS = _one(
    "won",
    {"count": "deal", "where": "status = 'won'", "on": "closed_at"},
    Asked("count", "deal", on="closed_at", test=_won),
    "count",
)
WON_VALUE = _one(
    "won_amount",
    {"sum": "deal.amount", "where": "status = 'won'", "on": "closed_at"},
    Asked("sum", "deal", "amount", "closed_at", _won),
    "currency",
)
WIN_RATE = Case(
    "rate",
    {
        "won": {"count": "deal", "where": "status = 'won'", "on": "closed_at"},
        "decided": {"count": "deal", "where": "status in ('won', 'lost')", "on": "closed_at"},
    },
    (
        Asked("count", "deal", on="closed_at", test=_won),
        Asked("count", "deal", on="closed_at", test=lambda r: r["status"] in ("won", "lost")),
    ),
    "won / decided",
    ratio,
)
BUYERS = _one(
    "buyers",
    {"distinct": "invoice.company", "where": "kind is null or kind = 'invoice'", "on": "at"},
    Asked("distinct", "invoice", "company", "at", lambda r: r["kind"] in (None, "invoice")),
    "count",
)
MEDIAN_INVOICE = _one(
    "median_invoice", {"median": "invoice.amount", "on": "at"}, Asked("median", "invoice", "amount", "at")
)
OPEN_DEALS = _one(
    "open",
    {"stock": "deal", "between": ["created_at", "closed_at"]},
    Asked("stock", "deal", between=("created_at", "closed_at")),
    "count",
)
REVENUE = _one(
    "billed", {"sum": "invoice.amount", "on": "at"}, Asked("sum", "invoice", "amount", "at"), "currency"
)
MOOD = _one(
    "mood_last",
    {"manual": "mood", "roll": "last"},
    Asked("manual_last", "manual_value", "value", "at", lambda r: r["measure"] == "mood", mean=True),
)
HOURS_LEFT = _one(
    "hours_left",
    {"manual": "visits", "roll": "last"},
    Asked("manual_last", "manual_value", "value", "at", lambda r: r["measure"] == "visits"),
    "hours",
)

COUNTS = (
    WON_DEALS,
    _one("new_deals_", {"count": "deal"}, Asked("count", "deal", on="created_at"), "count"),
    _one(
        "big_deals",
        {"count": "deal", "where": "amount >= 1000 and status <> 'lost'", "on": "created_at"},
        Asked(
            "count",
            "deal",
            on="created_at",
            test=lambda r: r["amount"] is not None and r["amount"] >= 1000 and r["status"] in ("won", "open"),
        ),
        "count",
    ),
    _one(
        "related_deals",
        {
            "count": "deal",
            "where": "company.region = 'North' or campaign.channel = 'email' or lead.status = 'new'",
            "on": "created_at",
        },
        Asked(
            "count",
            "deal",
            on="created_at",
            test=lambda r: (
                _ref(r, "company", "region") == "North"
                or _ref(r, "campaign", "channel") == "email"
                or _ref(r, "lead", "status") == "new"
            ),
        ),
        "count",
    ),
    _one(
        "northern_owners",
        {"count": "deal", "where": "owner.region = 'North' or owner is null", "on": "created_at"},
        Asked(
            "count",
            "deal",
            on="created_at",
            test=lambda r: r["owner"] is None or _ref(r, "owner", "region") == "North",
        ),
        "count",
    ),
    _one(
        "dated_deals",
        {
            "count": "deal",
            "where": "closed_at >= '2025-04-01' and created_at <= closed_at and region is not null",
            "on": "closed_at",
        },
        Asked(
            "count",
            "deal",
            on="closed_at",
            test=lambda r: (
                _day(r, "closed_at") >= "2025-04-01"
                and "" < _day(r, "created_at") <= _day(r, "closed_at")
                and r["region"] is not None
            ),
        ),
        "count",
    ),
    _one(
        "first_deals",
        {"count": "deal", "where": "is_first", "on": "won_at"},
        Asked("count", "deal", on="won_at", test=lambda r: r["is_first"]),
        "count",
    ),
    _one(
        "web_leads",
        {"count": "lead", "where": "source like 'web%' and not company is null"},
        Asked(
            "count",
            "lead",
            on="created_at",
            test=lambda r: (r["source"] or "").startswith("web") and r["company"] is not None,
        ),
        "count",
    ),
    _one(
        "held",
        {
            "count": "activity",
            "where": "kind not in ('task', 'other') and (outcome is null or outcome = 'held')",
            "on": "at",
        },
        Asked("count", "activity", on="at", test=_held),
        "count",
    ),
    _one(
        "after_win_",
        {"count": "activity", "where": "after_win or deal is not null", "on": "at"},
        Asked("count", "activity", on="at", test=lambda r: r["after_win"] or r["deal"] is not None),
        "count",
    ),
    _one(
        "joined",
        {"count": "person", "on": "joined_at"},
        Asked("count", "person", on="joined_at"),
        "count",
    ),
    _one(
        "gained",
        {"count": "company", "on": "customer_since"},
        Asked("count", "company", on="customer_since"),
        "count",
    ),
    _one(
        "new_products",
        {"count": "invoice", "where": "is_new_product and amount > 0", "on": "at"},
        Asked("count", "invoice", on="at", test=lambda r: r["is_new_product"] and r["amount"] > 0),
        "count",
    ),
)
DISTINCT = (
    BUYERS,
    _one(
        "deal_companies",
        {"distinct": "deal.company"},
        Asked("distinct", "deal", "company", "created_at"),
        "count",
    ),
    _one(
        "deal_owners",
        {"distinct": "deal.owner", "where": "region is not null"},
        Asked("distinct", "deal", "owner", "created_at", lambda r: r["region"] is not None),
        "count",
    ),
    _one(
        "lead_sources",
        {"distinct": "lead.source"},
        Asked("distinct", "lead", "source", "created_at"),
        "count",
    ),
    _one("kinds", {"distinct": "activity.kind"}, Asked("distinct", "activity", "kind", "at"), "count"),
    _one(
        "close_days",
        {"distinct": "deal.expected_close_at"},
        Asked("distinct", "deal", "expected_close_at", "created_at"),
        "count",
    ),
    _one(
        "repeat_buyers",
        {"distinct": "invoice.company", "where": "is_repeat", "on": "at"},
        Asked("distinct", "invoice", "company", "at", lambda r: r["is_repeat"]),
        "count",
    ),
)
SUMS = (
    WON_VALUE,
    REVENUE,
    _one("spent", {"sum": "spend.amount"}, Asked("sum", "spend", "amount", "at"), "currency"),
    _one("clicks_", {"sum": "touchpoint.quantity"}, Asked("sum", "touchpoint", "quantity", "at"), "count"),
    _one(
        "employees_",
        {"sum": "company.employees", "on": "customer_since"},
        Asked("sum", "company", "employees", "customer_since"),
        "count",
    ),
    _one(
        "chances",
        {"sum": "deal.probability", "on": "created_at"},
        Asked("sum", "deal", "probability", "created_at"),
    ),
    _one(
        "visits",
        {"manual": "visits", "roll": "sum"},
        Asked("manual_sum", "manual_value", "value", "at", lambda r: r["measure"] == "visits"),
        "count",
    ),
)
VALUES = (
    MEDIAN_INVOICE,
    MOOD,
    HOURS_LEFT,
    _one(
        "average_deal",
        {"average": "deal.amount", "where": "status = 'won'", "on": "closed_at"},
        Asked("average", "deal", "amount", "closed_at", _won),
    ),
    _one("average_minutes", {"average": "activity.minutes"}, Asked("average", "activity", "minutes", "at")),
    _one("median_deal", {"median": "deal.amount"}, Asked("median", "deal", "amount", "created_at")),
    _one(
        "p90",
        {"percentile": "invoice.amount", "p": 0.9},
        Asked("percentile", "invoice", "amount", "at", p=Fraction(9, 10)),
    ),
    _one("least", {"min": "invoice.amount"}, Asked("min", "invoice", "amount", "at")),
    _one("largest", {"max": "deal.amount", "on": "closed_at"}, Asked("max", "deal", "amount", "closed_at")),
    _one(
        "mood_average",
        {"manual": "mood", "roll": "average"},
        Asked("manual_average", "manual_value", "value", "at", lambda r: r["measure"] == "mood"),
    ),
    _one("nps_", {"nps": "survey_response.score"}, Asked("nps", "survey_response", "score", "at"), "score"),
    _one(
        "csat_",
        {"csat": "survey_response.score", "where": "kind = 'csat'"},
        Asked("csat", "survey_response", "score", "at", lambda r: r["kind"] == "csat"),
    ),
)
_CLOSING = ("created_at", "closed_at")
DURATIONS = (
    _one(
        "days_to_close",
        {"duration": "deal", "between": _CLOSING, "as": "average", "in": "days"},
        Asked("duration", "deal", on="created_at", between=_CLOSING),  # the main date, if none is named
        "days",
    ),
    _one(
        "cycle",
        {
            "duration": "deal",
            "between": ("first_contact_at", "closed_at"),
            "as": "median",
            "in": "days",
            "where": "status = 'won'",
            "on": "closed_at",
        },
        Asked(
            "median_duration", "deal", on="closed_at", between=("first_contact_at", "closed_at"), test=_won
        ),
        "days",
    ),
    _one(
        "hours_to_answer",
        {"duration": "lead", "between": ("created_at", "first_response_at"), "as": "average", "in": "hours"},
        Asked(
            "duration",
            "lead",
            on="created_at",
            between=("created_at", "first_response_at"),
            unit="hours",
        ),
        "hours",
    ),
    _one(
        "median_hours",
        {
            "duration": "lead",
            "between": ("created_at", "mql_at"),
            "as": "median",
            "in": "hours",
            "on": "created_at",
        },
        Asked("median_duration", "lead", on="created_at", between=("created_at", "mql_at"), unit="hours"),
        "hours",
    ),
    _one(
        "days_in_stage_",
        {
            "duration": "stage_visit",
            "between": ("entered_at", "left_at"),
            "as": "median",
            "in": "days",
            "where": "outcome = 'open'",
        },
        Asked(
            "median_duration",
            "stage_visit",
            on="entered_at",
            between=("entered_at", "left_at"),
            test=lambda r: r["outcome"] == "open",
        ),
        "days",
    ),
)
STOCKS = (
    OPEN_DEALS,
    _one(
        "open_value_",
        {"stock": "deal.amount", "between": _CLOSING},
        Asked("stock", "deal", "amount", between=_CLOSING),
        "currency",
    ),
    _one(
        "weighted",
        {
            "stock": "stage_visit.weighted_amount",
            "between": ("entered_at", "left_at"),
            "where": "outcome = 'open'",
        },
        Asked(
            "stock",
            "stage_visit",
            "weighted_amount",
            between=("entered_at", "left_at"),
            test=lambda r: r["outcome"] == "open",
        ),
        "currency",
    ),
    _one(
        "open_value_weighted",
        {"stock": "deal.weighted_amount", "between": _CLOSING},
        Asked("stock", "deal", "weighted_amount", between=_CLOSING),
        "currency",
    ),
    _one(
        "open_of_the_north",
        {
            "stock": "deal",
            "between": _CLOSING,
            "where": "owner.region = 'North' or region = 'South' and stage is not null",
        },
        Asked(
            "stock",
            "deal",
            between=_CLOSING,
            test=lambda r: (
                _ref(r, "owner", "region") == "North" or (r["region"] == "South" and r["stage"] is not None)
            ),
        ),
        "count",
    ),
    _one(
        "likely",
        {
            "stock": "deal",
            "between": _CLOSING,
            "where": "probability >= 0.3 or expected_close_at > '2025-12-31' or status = 'open'",
        },
        Asked(
            "stock",
            "deal",
            between=_CLOSING,
            test=lambda r: (
                (r["probability"] or 0) >= Fraction(3, 10)
                or _day(r, "expected_close_at") > "2025-12-31"
                or r["status"] == "open"
            ),
        ),
        "count",
    ),
    _one(
        "employed",
        {"stock": "person", "between": ("joined_at", "left_at")},
        Asked("stock", "person", between=("joined_at", "left_at")),
        "count",
    ),
    _one(
        "customers_",
        {"stock": "company", "between": ("customer_since", "customer_until")},
        Asked("stock", "company", between=("customer_since", "customer_until")),
        "count",
    ),
)
_CUSTOMER = ("customer_since", "customer_until")
RATIOS = (
    WIN_RATE,
    Case(
        "kept_customers",
        {
            "there": {"stock": "company", "between": _CUSTOMER, "at": "start"},
            "still": {"stock": "company", "between": _CUSTOMER, "at": "both"},
        },
        (
            Asked("stock", "company", between=_CUSTOMER, at="start"),
            Asked("stock", "company", between=_CUSTOMER, at="both"),
        ),
        "still / there",
        lambda there, still: ratio(still, there),
    ),
    Case(
        "value_still_open",
        {
            "there": {
                "stock": "deal.amount",
                "between": _CLOSING,
                "at": "start",
                "where": "owner is not null",
            },
            "still": {
                "stock": "deal.amount",
                "between": _CLOSING,
                "at": "both",
                "where": "owner is not null",
            },
        },
        tuple(
            Asked("stock", "deal", "amount", between=_CLOSING, at=at, test=lambda r: r["owner"] is not None)
            for at in ("start", "both")
        ),
        "there - still",
        lambda there, still: there - still,
    ),
    _one(
        "leads_still_open",  # not between a fact's own dates: as the records are today
        {"stock": "lead", "between": ("mql_at", "sql_at"), "at": "both"},
        Asked("stock", "lead", between=("mql_at", "sql_at"), at="both"),
        "count",
    ),
    _one(
        "lead_to_win",
        {"conversion": "lead", "to": "won_at", "within": 90},
        Asked("conversion", "lead", on="created_at", to="won_at", within=90),
        "percent",
    ),
    _one(
        "mql_to_sql",
        {"conversion": "lead", "on": "mql_at", "to": "sql_at", "where": "source is not null"},
        Asked("conversion", "lead", on="mql_at", to="sql_at", test=lambda r: r["source"] is not None),
        "percent",
    ),
    _one(
        "deal_to_win",
        {"conversion": "deal", "to": "won_at", "within": 30},
        Asked("conversion", "deal", on="created_at", to="won_at", within=30),
        "percent",
    ),
    Case(
        "cost_of_deal",
        {"spent": {"sum": "spend.amount"}, "deals": {"count": "deal", "on": "created_at"}},
        (Asked("sum", "spend", "amount", "at"), Asked("count", "deal", on="created_at")),
        "(spent + 0) / deals",
        ratio,
    ),
    Case(
        "velocity",
        {
            "won": {"count": "deal", "where": "status = 'won'", "on": "closed_at"},
            "size": {"average": "deal.amount", "where": "status = 'won'", "on": "closed_at"},
        },
        (
            Asked("count", "deal", on="closed_at", test=_won),
            Asked("average", "deal", "amount", "closed_at", _won),
        ),
        "won * size - 1",
        lambda won, size: None if size is None else Fraction(won) * size - 1,
    ),
)
#: What a KPI may mean from its second version on.
REDEFINED = (
    _one(
        "deals_from_777",
        {"count": "deal", "where": "amount >= 777", "on": "closed_at"},
        Asked(
            "count",
            "deal",
            on="closed_at",
            test=lambda r: r["amount"] is not None and r["amount"] >= 777,
        ),
        "count",
    ),
    _one(
        "billed_to_somebody",
        {"sum": "invoice.amount", "where": "company is not null and amount > 50"},
        Asked("sum", "invoice", "amount", "at", lambda r: r["company"] is not None and r["amount"] > 50),
        "currency",
    ),
    _one(
        "fair_campaigns",
        {"distinct": "lead.campaign", "where": "source = 'fair'", "on": "created_at"},
        Asked("distinct", "lead", "campaign", "created_at", lambda r: r["source"] == "fair"),
        "count",
    ),
)
PLAIN = (*COUNTS, *DISTINCT, *SUMS, *VALUES, *DURATIONS, *STOCKS, *RATIOS)
SHAPES: tuple[dict[str, Any], ...] = (
    {"rolling": 3, "unit": "month"},
    {"rolling": 12, "unit": "month"},
    {"rolling": 10, "unit": "day"},
    {"rolling": 4, "unit": "week"},
    {"cumulative": True},
    {"to_date": "month"},
    {"to_date": "quarter"},
    {"to_date": "year"},
    {"growth": "previous_period"},
    {"growth": "previous_year"},
    {"growth": "year_to_date"},
)
SHAPED = tuple(
    case.shaped(**shape)
    for case in (WON_DEALS, WON_VALUE, WIN_RATE, BUYERS, MEDIAN_INVOICE, OPEN_DEALS, MOOD, HOURS_LEFT)
    for shape in SHAPES
)
ALL = (*PLAIN, *SHAPED)
