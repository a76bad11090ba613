"""A small workspace with made-up numbers, so that pages can be tested without files and engine.

It keeps the contract of `leitstern.workspace.Workspace` as far as pages use it. Numbers are drawn
from a digest of KPI, period and subject, so that every run shows the same.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pyarrow as pa

from leitstern.engine.account.data import DataAccount
from leitstern.engine.account.facts import FactAccount, Group, Remark
from leitstern.engine.account.lacks import Lack
from leitstern.engine.account.told import Compared, Explanation, Line
from leitstern.engine.formulas import Outcome, Quantity
from leitstern.engine.observations import Observation, Subject
from leitstern.engine.organisation import Organisation, Person, Stay, Team
from leitstern.engine.reasons import Account, Reason
from leitstern.engine.records import AsideRecord, Record, Records
from leitstern.errors import Problem
from leitstern.facts.quality import QualityFinding
from leitstern.facts.receipts import SetAsideRow, TableReceipt
from leitstern.info import FactInfo, GenerationInfo
from leitstern.kpis.load import Catalogue
from leitstern.periods.grains import Period, parse, periods_between
from leitstern.settings import Settings

AS_OF = date(2026, 11, 21)
BEGAN = date(2023, 12, 2)
#: The first day of every date that KPIs are counted on.
BEGUN = dict.fromkeys(("created_at", "closed_at", "mql_at", "sql_at", "at", "booked_at"), BEGAN)
CATALOGUE = Catalogue.load(strict=False)
FIRST, LAST = date(2023, 1, 1), date(2099, 12, 31)
#: T1 (led by P8) stands above T2; T3 is led by P9; P4 moved from T1 to T3 in July 2026. The head is P10.
ORGANISATION = Organisation(
    {
        id_: Person(id_, name, f"{id_.lower()}@example.org", "DE-BY", "Nord", Decimal(1), manager, FIRST)
        for id_, name, manager in (
            ("P1", "Jasper Oldehus", "P8"),
            ("P2", "Anneke Brüning", "P8"),
            ("P3", "Mehmet Yıldız", "P8"),
            ("P4", "Wencke Harms", "P9"),
            ("P5", "Tjark Ubben", "P8"),
            ("P6", "Ilse Renken", "P9"),
            ("P7", "Onno Cassens", "P10"),
            ("P8", "Frauke Dirks", "P10"),
            ("P9", "Gerrit Boom", "P10"),
            ("P10", "Heike Saathoff", None),
        )
    },
    {
        "T1": Team("T1", "Vertrieb Nord", "P8"),
        "T2": Team("T2", "Vertrieb Süd", None, "T1"),
        "T3": Team("T3", "Vertrieb West", "P9"),
        "T4": Team("T4", "Großkunden"),
    },
    (
        *(Stay(id_, "T1", FIRST, LAST) for id_ in ("P1", "P2", "P8")),
        *(Stay(id_, "T2", FIRST, LAST) for id_ in ("P3", "P5")),
        *(Stay(id_, "T3", FIRST, LAST) for id_ in ("P6", "P9")),
        Stay("P4", "T1", FIRST, date(2026, 6, 30)),
        Stay("P4", "T3", date(2026, 7, 1), LAST),
        Stay("P7", "T4", FIRST, LAST),
    ),
    {"C1": "A", "C2": "B"},
)
SUBJECTS = {
    "team": [("T1", "Vertrieb Nord"), ("T2", "Vertrieb Süd"), ("T3", "Vertrieb West"), ("T4", "Großkunden")],
    "person": [(p.id, p.name) for p in ORGANISATION.people.values()],
    "customer": [(f"C{i}", f"Kunde {i:03d} Maschinenbau GmbH & Co. KG") for i in range(1, 121)],
    "campaign": [("M1", "Messe <Hannover> & mehr")],
    "product": [("A", "Pumpe A")],
    "region": [("Nord", "Nord")],
}
#: A team without those beneath has its id and name.
SUBJECTS["own_team"] = SUBJECTS["team"]
_BASE = {"count": 60, "currency": 380_000, "percent": 0.34, "days": 46, "hours": 19, "score": 31, "ratio": 3}


@dataclass(frozen=True)
class Stretch:
    """Days that are looked at as one period."""

    label: str
    start: date
    end: date
    grain: str = "stretch"

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


class Found(list[Observation]):
    """Observations as the engine gives them."""

    def of(self, subjects):
        return Found(o for o in self if o.subject.id in subjects)

    @property
    def blocks(self):
        """The same as arrays, for questions of one KPI."""
        subjects = list(dict.fromkeys(o.subject for o in self))

        def numbers(name):
            shown = [getattr(o, name) for o in self]
            floats = [math.nan if value is None else float(value) for value in shown]
            return Quantity(np.array(floats).reshape(len(subjects), -1), None)

        outcome = Outcome(numbers("value"), numbers("numerator"), numbers("denominator"))
        return [SimpleNamespace(subjects=subjects, outcome=outcome)]


@dataclass
class FakeWorkspace:
    """``empty`` has no generation; ``stale`` moves the newest record into the past."""

    empty: bool = False
    newest: date = AS_OF
    late: frozenset[str] = frozenset({"nps"})
    late_after: int = 400
    settings: Settings = field(default_factory=lambda: Settings(name="Halvorsen Pumpen GmbH", language="de"))
    catalogue: Catalogue = CATALOGUE

    def generation(self) -> GenerationInfo | None:
        if self.empty:
            return None
        facts = {
            "deal": FactInfo(12_480, self.newest, BEGUN, self.late_after),
            "lead": FactInfo(48_112, self.newest, BEGUN),
            "activity": FactInfo(301_220, self.newest, BEGUN),
            "invoice": FactInfo(9_031, self.newest - timedelta(days=1), BEGUN),
            "survey_response": FactInfo(880, self.newest - timedelta(days=40), BEGUN),
        }
        return GenerationInfo(7, datetime(2026, 11, 22, 6, 15, tzinfo=UTC), AS_OF, facts)

    def organisation(self) -> Organisation:
        return ORGANISATION

    def subjects(self, kind: str) -> list[tuple[str, str]]:
        return SUBJECTS.get(kind, [])

    def facts(self, fact: str, *fields: str) -> pa.Table:
        """P1 owns the first ten customers and has a deal with C11, which is nobody's; P2 has one with C1."""
        deals = {"key": ["D1", "D2", "D3"], "company": ["C11", "C1", None], "owner": ["P1", "P2", "P1"]}
        keys = [key for key, _name in SUBJECTS["customer"]]
        owners = ["P1" if place < 10 else None for place in range(len(keys))]
        campaigns = SUBJECTS.get("campaign", [])
        campaign: dict[str, list[object]] = {
            "key": [key for key, _name in campaigns],
            "name": [name for _key, name in campaigns],
            **dict.fromkeys(("channel", "started_at", "ended_at"), [None] * len(campaigns)),
        }
        known = {"deal": deals, "company": {"key": keys, "owner": owners}, "campaign": campaign}[fact]
        return pa.table({name: known[name] for name in ("key", *fields)})

    def typed(self, _sheet: object, _start: date, _end: date) -> list[object]:
        return []

    def quality(self) -> list[QualityFinding]:
        kpis = ("won_deals", "win_rate", "won_value", "sales_cycle", "lost_deals")
        return [
            QualityFinding(
                "date_order", "deal", ("created_at", "closed_at"), 37, 12_480, ("D-1", "D-2"), None, kpis
            ),
            QualityFinding(
                "broken_reference", "lead", ("owner",), 6, 4_658, ("L-<1>",), None, ("new_leads",)
            ),
            QualityFinding("set_aside", "deal", (), 22, 12_502, ("deals.csv:7",), "key_empty", kpis),
            QualityFinding("incomplete", "company", ("vat_id",), 749, 2_470),
            QualityFinding("age", "deal", ("created_at",), 1, 12_480, (), "2026-11-21"),
        ]

    def set_aside(self, limit: int = 1000) -> list[SetAsideRow]:
        return [SetAsideRow(1, "deals.csv", None, "deal", 7, "Nummer", "key_empty", None)][:limit]

    def receipts(self) -> list[TableReceipt]:
        return [
            TableReceipt(
                1, "CRM", "deals.csv", None, "deal", 12_502, 12_480, 0, 0, set_aside={"key_empty": 22}
            ),
        ]

    def accounts(self, kpi: str) -> list[Account]:
        why = Reason("closed_without_date", "closed_at", 3, "D-7")
        return [Account("deal", 1203, 900, 300, (why,))]

    def account(self, batch=None) -> DataAccount:
        nobody = Remark(
            "deal", "owner_unknown", "owner", None, 37, False, ("Ida <Uken>", "Ubbo"), 2, "D-00001"
        )  # fmt: skip
        rate = Remark("deal", "rate_missing", "currency", None, 3, True, ("CHF",), 1, "D-7")
        groups = (Group("open", 2000), Group("won", 5480), Group("lost", 5000))
        deals = FactAccount("deal", 12_480, 12_477, "status", groups, (rate,), (nobody,))
        return DataAccount(tuple(self.receipts()), (deals,), built=True)

    def compare_told(self, told) -> Compared:
        lines = tuple(Line(one.kpi, "count", one.period, one.value, Decimal(3), 3) for one in told)
        why = Explanation(("aside",), "deal", ("rate_missing",), 1, ((0, Decimal(4)),), False, ("D-7",))
        return Compared(lines, (why,))

    def account_records(self, remark: Remark) -> list[AsideRecord]:
        about = ("Anlage <1>", None, "Vertrieb Nord", None)
        return [AsideRecord("deal", "D-7", None, *about, remark.code, remark.field or "")]

    def lacks(self, *names: str) -> list[Lack]:
        kpis = ("tickets_opened", "tickets_resolved", "open_tickets")
        return [Lack(kpi, "no_source", "ticket") for kpi in kpis if not names or kpi in names]

    def sql(self, names: list[str], by: str = "company", grain: str = "month") -> str:
        return f"SELECT count(*) AS {names[0]}\nFROM deal\nWHERE amount < 5 GROUP BY closed_at_month"

    def records(self, kpi, period, by="company", subject=None):
        when = parse(period)
        rows = self.compute([kpi], by, str(when.grain), when.start, when.end)
        count = next((o.rows for o in rows if o.subject.id == subject), 0)
        found = tuple(
            Record(
                "deal", f"D-{i:05d}", when.start, f"Anlage <{i}>", "Anneke Brüning", "Vertrieb Nord",
                "Kunde & Co.", (Decimal("1234.5000") + i,),
            )
            for i in range(count)
        )  # fmt: skip
        return Records(("amount",), ("sum",), found)

    def compute(self, names, by="company", grain="month", start=None, end=None, against=None):
        found = self._compute(names, by, grain, start, end)
        return Found(o if against is None else self._earlier(o) for o in found)

    def compute_stretches(self, names, by="company", stretches=()):
        return Found(
            self._observe(name, subject, Stretch(f"{start}..{end}", start, end), AS_OF)
            for name in names
            for subject in self._subjects(by)
            for start, end in stretches
        )

    def compute_as_known(self, name, by, stretches, grain, day):
        found = self.compute_stretches([name], by, stretches)
        return Found(replace(o, finished=o.finished and o.end <= day) for o in found)

    def closed(self):
        return []

    def has_data(self):
        return not self.empty

    def newer_data(self):
        return False

    def closed_within(self, start, end):
        return []

    def restatements(self):
        return []

    def _earlier(self, of: Observation) -> Observation:
        """The year before, up to as far as the period has come."""
        period = parse(of.period, self.settings.fiscal_year_start).same_last_year()
        until = min(period.end, period.start + (AS_OF - of.start))
        then = self._observe(of.kpi, of.subject, period, until)
        return replace(then, period=of.period, start=of.start, end=of.end)

    def _compute(self, names, by, grain, start, end):
        if by == "region" and "nps" in names:
            raise Problem("periods.unknown_grain", value=by, choices="company")
        fiscal = self.settings.fiscal_year_start
        for name in names:
            for subject in self._subjects(by):
                for period in periods_between(start, end, grain, fiscal):
                    yield self._observe(name, subject, period, AS_OF)

    def _subjects(self, by):
        if not isinstance(by, str):
            return [subject for one in by for subject in self._subjects(one)]
        if by == "company":
            return [Subject("company", None, self.settings.name)]
        return [Subject(by, None, None), *(Subject(by, i, n) for i, n in SUBJECTS.get(by, []))]

    def _observe(self, name, subject, period: Period, as_of: date) -> Observation:
        name, _, version = name.partition("@")
        unit = self.catalogue.get(name).unit
        draw = hashlib.sha256(f"{name} {period.label} {subject.id}".encode()).digest()
        season = 1 + 0.18 * math.sin(period.start.month / 12 * 2 * math.pi) + (draw[0] - 128) / 700
        growth = 1 + (period.start.year - 2024) * 0.06 + period.start.month / 200
        share = 1.0 if subject.type == "company" else 0.1 + draw[1] / 700
        size = period.days / 30 if unit in ("count", "currency") else 1
        value = (
            _BASE[unit]
            * season
            * growth
            * size
            * (share if unit in ("count", "currency") else 0.8 + share / 3)
        )
        done = min(1.0, max(0.0, ((as_of - period.start).days + 1) / period.days))
        complete, reason, rows = done >= 1, None, max(1, int(40 * size * share))
        result: Decimal | int | float | None
        if period.start > as_of or period.start.year < 2023:
            value, rows, reason = 0, 0, "no_data"
        if unit in ("count", "currency"):
            value *= done
        result = round(value) if unit == "count" else Decimal(f"{value:.2f}") if unit == "currency" else value
        numerator = denominator = None
        if unit == "percent":
            denominator = max(1, int(180 * size * share))
            numerator = round(denominator * value)
            result, rows = numerator / denominator, denominator
        if unit == "count":
            rows = int(result)
        if name in self.late and period.start >= date(2026, 10, 1):
            result, reason, complete = None, "source_late", False
        if reason == "no_data" and unit not in ("count", "currency"):
            result = None
        return Observation(
            name, int(version or 1), unit, str(period.grain), period.label, period.start, period.end, subject,
            result, numerator, denominator, rows, complete, reason, as_of,
        )  # fmt: skip
