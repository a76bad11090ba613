"""What happens to a company between two builds: each changes its records and says so in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from .company import FIRST, LAST, OUTCOMES, TEAMS, Company
from .worlds import CAMPAIGNS, COMPANIES, PERSONS, PRODUCTS, REGIONS, Row

Happening = Callable[[Company], str]

#: Said by what cannot happen to the company as it is.
NOTHING = "nothing"
DATED = {"lead": "created_at", "deal": "created_at", "activity": "at", "invoice": "at", "spend": "at",
         "survey_response": "at", "manual_value": "at", "touchpoint": "at"}  # fmt: skip
AMOUNTS = {"deal": "amount", "invoice": "amount", "spend": "amount", "manual_value": "value",
           "survey_response": "score", "activity": "minutes", "touchpoint": "quantity"}  # fmt: skip


def _pick(company: Company, fact: str, **like: Any) -> Row | None:
    """A record of a fact whose fields are as asked, if there is one."""
    rows = [r for r in company.facts[fact].values() if all(r.get(k) == v for k, v in like.items())]
    return company.rng.choice(rows) if rows else None


def _change(company: Company, fact: str, row: Row, /, **new: Any) -> None:
    """The record as it is from now on; worlds of earlier steps keep what they saw."""
    company.facts[fact][row["key"]] = row | new


def new_record(company: Company) -> str:
    """A record comes in late: its day may lie in a closed period."""
    fact = company.one_of(*DATED, "deal", "deal", "invoice")
    key = company.add(fact)
    return f"new {fact} {key}"


def corrected_amount(company: Company) -> str:
    fact = company.one_of(*AMOUNTS, "deal", "deal", "invoice", "invoice")
    row = _pick(company, fact)
    if row is None:
        return NOTHING
    new = Decimal(company.rng.randint(0, 20)) / 2 if fact == "survey_response" else company.money()
    # A deal whose amount has a history gets it changed by an event only.
    if fact == "deal" and _told(company, row["key"], "amount"):
        return change_by_event(company)
    _change(company, fact, row, **{AMOUNTS[fact]: new})
    return f"{fact} {row['key']} is {new}"


def moved_date(company: Company) -> str:
    """A record belongs to another day, with all that followed it."""
    fact = company.one_of("deal", "deal", "invoice", "activity", "spend", "manual_value", "survey_response")
    row = _pick(company, fact)
    if row is None:
        return NOTHING
    if fact == "deal":
        if row["closed_at"] is None:
            return NOTHING
        new: Any = company.moment(row["created_at"] or FIRST)
        _change(company, fact, row, closed_at=new)
        return f"deal {row['key']} closed {new}"
    new = company.day() if fact in ("spend", "manual_value") else company.moment()
    _change(company, fact, row, **{DATED[fact]: new})
    return f"{fact} {row['key']} is of {new}"


def deleted(company: Company) -> str:
    fact = company.one_of("deal", "invoice", "lead", "activity", "spend", "manual_value", "membership")
    row = _pick(company, fact)
    if row is None or len(company.facts[fact]) < 2:
        return NOTHING
    del company.facts[fact][row["key"]]
    return f"{fact} {row['key']} is gone"


def moved_person(company: Company) -> str:
    """Somebody changes the team in the middle of a period, from a day that may be long past."""
    who, team, day = company.one_of(*PERSONS), company.one_of(*TEAMS), company.day()
    for row in list(company.facts["membership"].values()):
        if row["person"] == who and (row["valid_to"] is None or row["valid_to"] >= day):
            if row["valid_from"] and row["valid_from"] >= day:
                del company.facts["membership"][row["key"]]
            else:
                _change(company, "membership", row, valid_to=day - timedelta(days=1))
    company.join(who, team, day)
    return f"{who} is in {team} from {day}"


def overlapping_stay(company: Company) -> str:
    who, team, day = company.one_of(*PERSONS), company.one_of(*TEAMS), company.day()
    company.join(who, team, day)
    return f"{who} is in {team} as well from {day}"


def other_parent(company: Company) -> str:
    """A team comes under another one; now and then this makes a circle."""
    row = _pick(company, "team")
    assert row is not None
    parent = company.maybe(*(t for t in TEAMS if t != row["key"]), never=0.3)
    _change(company, "team", row, parent=parent)
    return f"{row['key']} is under {parent}"


def changed_shares(company: Company) -> str:
    deals = sorted(company.facts["deal"])
    shared = sorted({r["deal"] for r in company.facts["deal_share"].values()} & set(deals))
    if shared and company.rng.random() < 0.25:
        deal = company.one_of(*shared)
        for key in [k for k, r in company.facts["deal_share"].items() if r["deal"] == deal]:
            del company.facts["deal_share"][key]
        return f"{deal} is not shared any more"
    return company.share(company.one_of(*deals))


def rate_arrives(company: Company) -> str:
    """A rate that was missing, or another one for days that had one."""
    currency = company.one_of("USD", "USD", "CHF")
    day = company.one_of(date(2025, 1, 1), date(2025, 9, 1), date(2026, 1, 15))
    rate = Decimal(company.rng.randint(5000, 15000)) / 10_000
    key = f"{currency}{day}"
    company.facts["exchange_rate"][key] = {"key": key, "currency": currency, "day": day, "rate": rate}
    return f"{currency} is {rate} from {day}"


def _told(company: Company, deal: str, field: str) -> list[Row]:
    """The events of a deal's field, earliest first."""
    found = [e for e in company.facts["deal_event"].values() if (e["deal"], e["field"]) == (deal, field)]
    return sorted(found, key=lambda e: (e["at"], e["key"]))


def change_by_event(company: Company) -> str:
    """A deal gets another owner, amount or stage, and its event says when."""
    deal, field = _pick(company, "deal"), company.one_of("owner", "amount", "stage")
    if deal is None or deal[field] is None or deal["created_at"] is None:
        return NOTHING
    known = _told(company, deal["key"], field)
    first = max([deal["created_at"], *(e["at"] + timedelta(minutes=1) for e in known)])
    last = deal["closed_at"] or LAST
    if first > last or (field == "stage" and deal["status"] != "open"):
        return NOTHING
    values = {"owner": PERSONS, "stage": ("s1", "s2"), "amount": (company.money(),)}
    new, at = company.one_of(*values[field]), company.moment(first, last)
    company.event(deal["key"], field, str(deal[field]), str(new), at)
    _change(company, "deal", deal, **{field: new})
    return f"{deal['key']}: {field} from {deal[field]} to {new} at {at}"


def other_owner(company: Company) -> str:
    """A record belongs to somebody else, and nothing says since when."""
    fact = company.one_of("deal", "invoice", "lead", "activity")
    row = _pick(company, fact)
    if row is None or (fact == "deal" and _told(company, row["key"], "owner")):
        return NOTHING
    new = company.person()
    _change(company, fact, row, owner=new)
    return f"{fact} {row['key']} belongs to {new}"


def decided(company: Company) -> str:
    """An open deal is won or lost, mostly with a date."""
    row = _pick(company, "deal", status="open")
    if row is None:
        return NOTHING
    status = company.one_of("won", "won", "lost")
    stage = next(s for s, outcome in OUTCOMES.items() if outcome == status)
    known = _told(company, row["key"], "stage")
    first = max([row["created_at"] or FIRST, *(e["at"] for e in company.facts["deal_event"].values()
                                               if e["deal"] == row["key"])])  # fmt: skip
    at: datetime | None = company.moment(min(first, LAST)) if company.rng.random() < 0.85 else None
    if known and at is not None:
        company.event(row["key"], "stage", known[-1]["new"], stage, at)
    _change(company, "deal", row, status=status, stage=stage, closed_at=at)
    return f"{row['key']} is {status} {at}"


def reopened(company: Company) -> str:
    row = _pick(company, "deal", status="lost")
    if row is None or _told(company, row["key"], "stage"):
        return NOTHING
    _change(company, "deal", row, status="open", stage="s2", closed_at=None)
    return f"{row['key']} is open again"


def other_place(company: Company) -> str:
    """A person or customer is in another region, a record is of another customer, campaign or product."""
    fact, field, choices = company.one_of(
        ("person", "region", REGIONS),
        ("company", "region", REGIONS),
        ("deal", "company", COMPANIES),
        ("deal", "product", PRODUCTS),
        ("invoice", "company", COMPANIES),
        ("lead", "campaign", CAMPAIGNS),
    )
    row = _pick(company, fact)
    if row is None:
        return NOTHING
    new = company.maybe(*choices)
    _change(company, fact, row, **{field: new})
    return f"{fact} {row['key']}: {field} is {new}"


def other_currency(company: Company) -> str:
    fact = company.one_of("deal", "invoice", "spend")
    row = _pick(company, fact)
    if row is None:
        return NOTHING
    new = company.currency()
    _change(company, fact, row, currency=new)
    return f"{fact} {row['key']} is in {new}"


#: The more often named, the more often it happens.
HAPPENINGS: tuple[Happening, ...] = (
    new_record, new_record, corrected_amount, corrected_amount, moved_date, moved_date, deleted, deleted,
    moved_person, moved_person, overlapping_stay, other_parent, other_parent, changed_shares, changed_shares,
    rate_arrives, rate_arrives, change_by_event, change_by_event, other_owner, decided, reopened,
    other_place, other_currency,
)  # fmt: skip
