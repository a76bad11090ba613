"""Handovers from marketing to sales to service, and customers that nobody has talked to since they bought.

A department is told by its teams' departments (or names): marketing, and service or support; all other teams
sell. Contacts are activities that took place, and tickets; planned, cancelled and missed ones are none. A
lead that qualified (SQL, or MQL where there are no SQLs) is touched by sales when sales has an activity with
it, its deal or its company, or opens its deal; a new customer by service when service has one, or a ticket is
opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from leitstern.analyses.funnel_data import Data, Texts, Times, read
from leitstern.analyses.funnel_json import share_json, times_json, wait_json
from leitstern.insight.funnel.handover import Handover, first_after, handover, quiet
from leitstern.insight.funnel.waits import Bools, Days, Floats, Ints

if TYPE_CHECKING:
    from leitstern.workspace import Workspace

Name = Literal["qualified_to_sales", "won_to_contact", "won_to_service"]
#: After how many days without a touch a lead, or a customer, counts as not touched.
GRACE: dict[Name, int] = {"qualified_to_sales": 14, "won_to_contact": 30, "won_to_service": 90}
QUIET_DAYS = 90
_MARKETING = ("marketing",)
_SERVICE = ("service", "support", "kundendienst", "customer success")
_NOT_HELD = ("planned", "cancelled", "no_show")


@dataclass(frozen=True, slots=True)
class Silent:
    """A customer without a contact: when it bought last, its last contact since, the value it bought for."""

    id: str
    name: str
    won: date
    last_contact: date | None
    days: int
    value: float


@dataclass(frozen=True, slots=True)
class Handovers:
    """The handovers of a period, and the ``silent`` customers today, most valuable first.

    ``customers`` counts those that ever bought and still are customers; ``silent`` are those of them without
    a contact for ``quiet_days``.
    """

    times: Times
    handovers: dict[Name, Handover]
    quiet_days: int
    customers: int
    recorded: bool
    silent: tuple[Silent, ...]
    currency: str

    def as_json(self) -> dict[str, Any]:
        """Plain values: dates as texts, waits in days, values in ``currency``."""
        found = [
            {"name": name, "wait": wait_json(one.wait), "grace": one.grace, "never": share_json(one.never)}
            for name, one in self.handovers.items()
        ]
        silent = [
            {
                "id": s.id, "name": s.name, "won": s.won.isoformat(), "days": s.days, "value": s.value,
                "last_contact": s.last_contact.isoformat() if s.last_contact else None,
            }
            for s in self.silent
        ]  # fmt: skip
        return {
            **times_json(self.times), "handovers": found, "quiet_days": self.quiet_days,
            "customers": self.customers, "recorded": self.recorded, "silent": silent,
            "currency": self.currency,
        }  # fmt: skip


def handovers(
    ws: Workspace, start: date | None = None, end: date | None = None, quiet_days: int = QUIET_DAYS
) -> Handovers:
    """Handovers of what came from ``start`` to ``end`` (default: the last 365 days), the silent customers.

    Where no contacts are recorded, there are no handovers with them, and nobody is called silent.

    Raises ``Problem`` where nothing was imported.
    """
    data = Data(ws, start, end)
    contacts = _Contacts(data)
    qualified = data.leads.days("sql_at")
    if np.isnat(qualified).all():
        qualified = data.leads.days("mql_at")
    bought = data.deals.days("closed_at")
    service, anyone = contacts.after_win(contacts.service), contacts.after_win(contacts.held)
    found: dict[Name, tuple[Days, Days]] = {
        "qualified_to_sales": (_inside(data, qualified), contacts.sales_touch(qualified)),
        "won_to_contact": (_inside(data, np.where(data.won, bought, np.datetime64("NaT"))), anyone),
        "won_to_service": (_inside(data, np.where(data.won, bought, np.datetime64("NaT"))), service),
    }
    recorded: dict[Name, bool] = {
        "qualified_to_sales": bool(contacts.sales.any()),
        "won_to_contact": contacts.any(contacts.held),
        "won_to_service": contacts.any(contacts.service),
    }
    shown = {
        name: handover(*days, data.times.today, GRACE[name]) for name, days in found.items() if recorded[name]
    }
    customers, silent = _silent(data, contacts, quiet_days)
    there = recorded["won_to_contact"]
    return Handovers(data.times, shown, quiet_days, customers, there, silent, ws.settings.currency)


def _inside(data: Data, begin: Days) -> Days:
    """The days that lie in the period, NaT for the others."""
    inside = (begin >= data.times.period.start) & (begin <= data.times.period.end)
    return np.where(inside, begin, np.datetime64("NaT"))


class _Contacts:
    """Activities and tickets with leads, deals and companies."""

    def __init__(self, data: Data) -> None:
        self.data = data
        self._activities = read(data.ws, "activity", "lead", "deal", "company", "outcome", "at", "team@at")
        self._tickets = read(data.ws, "ticket", "company", "created_at")
        self._companies: dict[str, int] = {}
        departments = _departments(data)
        teams = self._activities.texts("team@at")
        outcomes = self._activities.texts("outcome")
        self.held: Bools = np.array([outcome not in _NOT_HELD for outcome in outcomes], dtype=bool)
        of = [departments.get(team or "", "sales") for team in teams]
        self.sales: Bools = self.held & np.array([d == "sales" for d in of], dtype=bool)
        self.service: Bools = self.held & np.array([d == "service" for d in of], dtype=bool)

    def any(self, chosen: Bools) -> bool:
        """Whether there are any of the chosen activities, or tickets."""
        return bool(chosen.any()) or len(self._tickets) > 0

    def companies(self, keys: Texts) -> Ints:
        """A number for each company; -1 for none."""
        return np.array(
            [-1 if key is None else self._companies.setdefault(key, len(self._companies)) for key in keys],
            dtype=np.int64,
        )

    def sales_touch(self, begin: Days) -> Days:
        """The first touch of each lead by sales on or after a day: by lead, deal or company, or its deal."""
        data, done = self.data, self._activities
        at = done.days("at")[self.sales]
        deal_lead = data.deal_leads
        deal_of = np.full(len(data.leads), -1, dtype=np.int64)
        deal_of[deal_lead[deal_lead >= 0]] = np.flatnonzero(deal_lead >= 0)
        opened = np.full(len(data.leads), np.datetime64("NaT", "D"))
        opened[deal_of >= 0] = data.deals.days("created_at")[deal_of[deal_of >= 0]]
        opened = np.where(opened >= begin, opened, np.datetime64("NaT"))
        sides = (
            (np.arange(len(data.leads)), data.leads.rows(done.texts("lead"))),
            (deal_of, data.deals.rows(done.texts("deal"))),
            (self.companies(data.leads.texts("company")), self.companies(done.texts("company"))),
        )
        for own, touched in sides:
            opened = np.fmin(opened, first_after(own, begin, touched[self.sales], at))
        return opened

    def after_win(self, chosen: Bools) -> Days:
        """The first contact with each deal's company after it was closed, by activity or ticket."""
        company = self.companies(self.data.deals.texts("company"))
        touched, at = self.all(chosen)
        return first_after(company, self.data.closed, touched, at, strictly=True)

    def all(self, chosen: Bools) -> tuple[Ints, Days]:
        """Company and day of the chosen activities and of all tickets."""
        own = self.companies(self._activities.texts("company"))[chosen]
        asked = self.companies(self._tickets.texts("company"))
        days = self._activities.days("at")[chosen], self._tickets.days("created_at")
        return np.concatenate([own, asked]), np.concatenate(days)


def _departments(data: Data) -> dict[str, str]:
    """``marketing`` and ``service`` for the teams that are; all others sell."""
    teams = read(data.ws, "team", "name", "department")
    found = {}
    for key, name, department in zip(
        teams.place, teams.texts("name"), teams.texts("department"), strict=True
    ):
        text = (department or name or "").casefold()
        if any(word in text for word in _MARKETING):
            found[key] = "marketing"
        elif any(word in text for word in _SERVICE):
            found[key] = "service"
    return found


def _silent(data: Data, contacts: _Contacts, days: int) -> tuple[int, tuple[Silent, ...]]:
    """How many customers there are, and those without a contact for ``days``, most valuable first."""
    companies = read(data.ws, "company", "name", "customer_until")
    number = contacts.companies(list(companies.place))
    count = int(number.max(initial=-1)) + 1
    last_won, value = _bought(data, contacts, count)
    touched, at = contacts.all(contacts.held)
    known = (touched >= 0) & (touched < count) & (at <= data.times.today)
    last = np.full(count, np.datetime64("NaT", "D"))
    np.fmax.at(last, touched[known], at[known])
    until = companies.days("customer_until")
    gone = ~np.isnat(until) & (until <= data.times.today)
    begin, last, value = np.where(gone, np.datetime64("NaT"), last_won[number]), last[number], value[number]
    rows = quiet(begin, last, data.times.today, days) if contacts.any(contacts.held) else np.zeros(0, int)
    rows = rows[np.argsort(-value[rows], kind="stable")]
    keys, names = list(companies.place), companies.texts("name")
    silent = []
    for row in rows.tolist():
        contact = last[row].item() if last[row] > begin[row] else None
        since = contact or begin[row].item()
        silent.append(
            Silent(
                keys[row], names[row] or keys[row], begin[row].item(), contact,
                (data.times.as_of - since).days, float(value[row]),
            )
        )  # fmt: skip
    return int((~np.isnat(begin)).sum()), tuple(silent)


def _bought(data: Data, contacts: _Contacts, count: int) -> tuple[Days, Floats]:
    """Of each company the day of its last deal won and the value of all."""
    company = contacts.companies(data.deals.texts("company"))
    won = data.won & ~np.isnat(data.closed) & (company >= 0) & (company < count)
    last = np.full(count, np.datetime64("NaT", "D"))
    np.fmax.at(last, company[won], data.closed[won])
    value = np.bincount(company[won], np.nan_to_num(data.deals.floats("amount")[won]), count)
    return last, value.astype(float)
