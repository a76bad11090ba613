"""The canonical model: which facts there are, and which fields they have.

This module is data. Mapping, checking, storing and the KPI language all read it, so that a fact or
field is declared in exactly one place. A *fact* is a typed record such as a deal; *entities*
(person, team, company, ...) are facts that others refer to and that KPIs can be shown by.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from leitstern.facts.fields import Fact, Field

__all__ = ["FACTS", "SUBJECTS", "SUBJECT_FACTS", "TECHNICAL", "Fact", "Field"]


def _text(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "text") for name in names)


def _choice(name: str, *choices: str) -> Field:
    return Field(name, "choice", choices=choices)


def _ref(name: str, to: str | None = None, *, required: bool = False) -> Field:
    return Field(name, "ref", to=to or name, required=required)


def _day(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "day") for name in names)


def _time(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "time") for name in names)


def _money(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "money") for name in names)


def _share(name: str, most: int | None = 1, *, required: bool = False) -> Field:
    bound = None if most is None else Decimal(most)
    return Field(name, "number", required=required, means="share", least=Decimal(0), most=bound)


_CURRENCY = Field("currency", "text", means="currency")

#: Columns every stored fact has. ``key`` is the record's identity within its fact: the source's own
#: id, or a digest of the row where the source has none. ``source_file`` and ``source_row`` say where
#: it was read last, ``batch`` is the import that last changed it.
TECHNICAL = ("key", "source_file", "source_row", "batch")

_ENTITIES = (
    Fact(
        "company",
        (
            *_text("name", "vat_id", "wid_no", "register_court", "register_no", "uid_no", "lei", "duns"),
            *_text("postcode", "city", "country", "region", "industry", "segment"),
            Field("employees", "whole"),
            Field("parent", "ref", to="company"),
            Field("owner", "ref", to="person"),
            *_day("customer_since", "customer_until"),
            *_time("created_at"),
        ),
        person="owner",
        before=(("customer_since", "customer_until"),),
    ),
    Fact(
        "contact",
        (
            *_text("name", "email", "phone", "position", "source"),
            _ref("company"),
            _ref("owner", "person"),
            *_time("created_at"),
        ),
        person="owner",
    ),
    Fact(
        "person",
        (
            *_text("name", "email", "site", "region", "calendar"),
            _share("working_share"),
            Field("manager", "ref", to="person"),
            *_day("joined_at", "left_at"),
        ),
        before=(("joined_at", "left_at"),),
    ),
    Fact(
        "team",
        (
            *_text("name", "region", "department"),
            Field("lead", "ref", to="person"),
            Field("parent", "ref", to="team"),
        ),
    ),
    Fact(
        "membership",
        (_ref("person", required=True), _ref("team", required=True), *_day("valid_from", "valid_to")),
        before=(("valid_from", "valid_to"),),
    ),
    Fact(
        "stage",
        (
            *_text("name", "pipeline"),
            Field("position", "whole"),
            _choice("outcome", "open", "won", "lost"),
            _share("probability"),
        ),
    ),
    Fact(
        "campaign",
        (
            *_text("name", "channel", "goal"),
            *_day("started_at", "ended_at"),
            *_money("budget"),
            _CURRENCY,
        ),
        before=(("started_at", "ended_at"),),
    ),
    Fact("product", (*_text("name", "line"), *_money("price"), _CURRENCY)),
)

_RECORDS = (
    Fact(
        "lead",
        (
            *_text("name", "source", "landing_page", "region", "disqualified_reason"),
            _ref("company"),
            _ref("contact"),
            _ref("owner", "person"),
            _ref("team"),
            _ref("campaign"),
            _ref("deal"),
            _choice("status", "new", "working", "qualified", "converted", "disqualified"),
            Field("created_at", "time", required=True),
            *_time(
                "first_response_at", "mql_at", "sql_at", "handed_over_at", "converted_at", "disqualified_at"
            ),
            # When the first deal from this lead (by ``lead.deal`` or ``deal.lead``) was won.
            Field("won_at", "time", derived=True),
        ),
        main_date="created_at",
        person="owner",
        before=(("created_at", "first_response_at"), ("created_at", "converted_at"), ("mql_at", "sql_at")),
        over=(("converted_at", ("converted",)), ("disqualified_at", ("disqualified",))),
    ),
    Fact(
        "deal",
        (
            *_text("name", "source", "region", "lost_reason"),
            _CURRENCY,
            _ref("company"),
            _ref("contact"),
            _ref("owner", "person"),
            _ref("team"),
            _ref("campaign"),
            _ref("lead"),
            _ref("product"),
            _ref("stage"),
            _choice("status", "open", "won", "lost"),
            _choice("kind", "new", "existing"),
            _share("probability"),
            *_money("amount", "cost"),
            # The amount times the probability of the stage, or of the deal where the stage has none.
            Field("weighted_amount", "money", derived=True),
            *_time("first_contact_at", "created_at", "closed_at"),
            *_day("expected_close_at"),
            # ``closed_at`` of a won deal, nothing otherwise: what a cohort of deals can reach.
            Field("won_at", "time", derived=True),
            # The company's first won deal, by closing date.
            Field("is_first", "yesno", derived=True),
            # The first activity with the company after this deal was won.
            Field("first_contact_after_win_at", "time", derived=True),
        ),
        main_date="created_at",
        person="owner",
        before=(("created_at", "closed_at"), ("first_contact_at", "closed_at")),
        over=(("closed_at", ("won", "lost")),),
        planned=(("closed_at", "expected_close_at"),),
    ),
    Fact(
        "deal_share",
        (
            _ref("deal", required=True),
            _ref("person", required=True),
            # Parts of a deal may be any numbers: they are scaled to their sum where it is more than 1.
            _share("share", most=None, required=True),
        ),
    ),
    Fact(
        "deal_event",
        (
            _ref("deal", required=True),
            Field("at", "time", required=True),
            _choice(
                "field",
                *("stage", "amount", "owner", "expected_close_at", "probability", "status", "currency"),
            ),
            *_text("old", "new"),
            _ref("actor", "person"),
            _choice("origin", "source", "snapshot", "inferred"),
        ),
        main_date="at",
        person="actor",
    ),
    Fact(
        "activity",
        (
            _choice("kind", "call", "email", "meeting", "visit", "demo", "task", "letter", "other"),
            _choice("direction", "in", "out"),
            _choice("outcome", "planned", "held", "cancelled", "no_show"),
            *_text("subject"),
            _ref("company"),
            _ref("contact"),
            _ref("owner", "person"),
            _ref("team"),
            _ref("deal"),
            _ref("lead"),
            _ref("campaign"),
            Field("minutes", "number", least=Decimal(0)),
            Field("at", "time", required=True),
            *_time("booked_at"),
            # The company had bought before this activity.
            Field("after_win", "yesno", derived=True),
        ),
        main_date="at",
        person="owner",
    ),
    Fact(
        "quote",
        (
            *_text("number"),
            _CURRENCY,
            *_text("region"),
            _ref("company"),
            _ref("owner", "person"),
            _ref("team"),
            _ref("deal"),
            _ref("product"),
            _choice("status", "draft", "sent", "accepted", "rejected", "expired"),
            *_money("amount"),
            *_time("created_at", "sent_at", "decided_at"),
        ),
        main_date="sent_at",
        person="owner",
        before=(("sent_at", "decided_at"),),
        over=(("decided_at", ("accepted", "rejected")),),
    ),
    Fact(
        "invoice",
        (
            *_text("number"),
            _CURRENCY,
            *_text("region"),
            _choice("kind", "invoice", "credit_note"),
            _ref("company"),
            _ref("owner", "person"),
            _ref("team"),
            _ref("deal"),
            _ref("campaign"),
            _ref("product"),
            Field("quantity", "number"),
            Field("amount", "money", required=True),
            *_money("cost"),
            Field("at", "time", required=True),
            # The company had an earlier invoice (by moment, then key).
            Field("is_repeat", "yesno", derived=True),
            # The first invoice (by moment, then key) of this product to this company; credit notes never are.
            Field("is_new_product", "yesno", derived=True),
        ),
        main_date="at",
        person="owner",
    ),
    Fact(
        "spend",
        (
            _choice("kind", "media", "people", "tools", "events", "other"),
            _choice("area", "marketing", "sales"),
            _CURRENCY,
            _ref("campaign"),
            _ref("team"),
            _ref("person"),
            Field("amount", "money", required=True),
            Field("at", "day", required=True),
        ),
        main_date="at",
        person="person",
    ),
    Fact(
        "touchpoint",
        (
            _choice("kind", "impression", "click", "reply", "visit", "download", "event", "follower"),
            *_text("channel"),
            _ref("campaign"),
            _ref("contact"),
            _ref("company"),
            _ref("lead"),
            Field("quantity", "number", means="count"),
            Field("at", "time", required=True),
        ),
        main_date="at",
    ),
    Fact(
        "survey_response",
        (
            _choice("kind", "nps", "csat", "employee"),
            Field("score", "number", required=True),
            Field("scale_max", "number"),
            *_text("comment", "reason"),
            _ref("company"),
            _ref("contact"),
            _ref("owner", "person"),
            _ref("team"),
            Field("at", "time", required=True),
        ),
        main_date="at",
        person="owner",
    ),
    Fact(
        "ticket",
        (
            *_text("subject", "category"),
            _choice("priority", "low", "normal", "high", "urgent"),
            _choice("status", "open", "waiting", "resolved"),
            _ref("company"),
            _ref("contact"),
            _ref("owner", "person"),
            _ref("team"),
            Field("created_at", "time", required=True),
            *_time("first_response_at", "resolved_at"),
        ),
        main_date="created_at",
        person="owner",
        before=(("created_at", "first_response_at"), ("created_at", "resolved_at")),
        over=(("resolved_at", ("resolved",)),),
    ),
    Fact(
        "stage_visit",
        (
            _ref("deal"),
            _ref("stage"),
            _ref("company"),
            _ref("owner", "person"),
            _ref("campaign"),
            _ref("product"),
            *_text("region"),
            _CURRENCY,
            _choice("outcome", "open", "won", "lost"),
            # The deal's status.
            _choice("status", "open", "won", "lost"),
            # The deal's amount, and the amount times the stage's probability.
            *_money("amount", "weighted_amount"),
            *_time("entered_at", "left_at"),
        ),
        main_date="entered_at",
        person="owner",
        over=(("left_at", ("won", "lost")),),
        derived=True,
    ),
    Fact(
        "exchange_rate",
        (
            Field("day", "day", required=True),
            Field("currency", "text", required=True, means="currency"),
            # Units of the workspace's currency for one unit of ``currency``.
            Field("rate", "number", required=True, least=Decimal("0.000001"), most=Decimal(10**9)),
        ),
    ),
    Fact(
        "manual_value",
        (
            Field("measure", "text", required=True),
            _ref("person"),
            _ref("team"),
            *_text("region"),
            Field("value", "number", required=True),
            Field("at", "day", required=True),
        ),
        main_date="at",
        person="person",
    ),
)

FACTS: MappingProxyType[str, Fact] = MappingProxyType({f.name: f for f in (*_ENTITIES, *_RECORDS)})

#: What a KPI can be shown by. ``company`` is the whole firm; a firm that buys is a ``customer``. A ``team``
#: is its tree: its own members and all teams beneath; ``own_team`` is its own members only.
SUBJECTS = ("company", "team", "own_team", "person", "customer", "campaign", "product", "region")

#: Which fact holds the members of a subject type. The company needs none, regions are plain names.
SUBJECT_FACTS: MappingProxyType[str, str] = MappingProxyType(
    {
        "team": "team",
        "own_team": "team",
        "person": "person",
        "customer": "company",
        "campaign": "campaign",
        "product": "product",
    }
)
