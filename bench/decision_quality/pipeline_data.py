"""Deals of the pipeline measurement as arrays: a hardware seller's, a marketplace's, and simulated ones."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import numpy as np

from leitstern.analyses.pipeline_data import codes, stays_of
from leitstern.demo import simulate
from leitstern.insight.pipeline.deals import LOST, NEVER, WON, Deals, day_numbers, one_stay_each

_STAGES = ("Qualifizierung", "Bedarfsanalyse", "Angebot", "Verhandlung")


def hardware(data: Path) -> Deals:
    """Deals with an engage date. Open deals have no value: the product's list price is what was known of
    them."""
    folder = data / "crm_hardware"
    price = {r["product"]: float(r["sales_price"]) for r in _rows(folder / "products.csv")}
    rows = [r for r in _rows(folder / "sales_pipeline.csv") if r["engage_date"]]
    product = [r["product"].replace("GTXPro", "GTX Pro") for r in rows]
    created, closed = (_days([r[name] for r in rows], "%d-%m-%y") for name in ("engage_date", "close_date"))
    won = np.array([r["deal_stage"] == "Won" for r in rows])
    value = np.array([float(r["close_value"] or 0) for r in rows])
    traits = {"product": codes(product, np.arange(len(rows)))}
    amount = np.array([price[p] for p in product])
    return Deals(created, closed, won, amount, value, one_stay_each(created, closed, won), 1, traits)


def sellers(data: Path) -> Deals:
    """Qualified leads as deals of one unit each; who is never won stays open, losses were not written
    down."""
    folder = data / "seller_funnel"
    won_on = {r["mql_id"]: r["won_date"][:10] for r in _rows(folder / "olist_closed_deals_dataset.csv")}
    leads = _rows(folder / "olist_marketing_qualified_leads_dataset.csv")
    created = _days([r["first_contact_date"] for r in leads], "%d-%m-%Y")
    closed = _days([won_on.get(r["mql_id"], "") for r in leads], "%d-%m-%Y")
    won = closed < NEVER
    created = np.minimum(created, closed)
    traits = {"origin": codes([r["origin"] or None for r in leads], np.arange(len(leads)))}
    one = np.ones(len(leads))
    return Deals(created, closed, won, one, one, one_stay_each(created, closed, won), 1, traits)


def company(seed: int) -> tuple[Deals, int]:
    """The demo company's deals with their stages, and its last day."""
    made = simulate(seed=seed)
    deal, event = made.tables["deal"], made.tables["deal_event"]
    keys = [str(key) for key in deal["key"]]
    status = deal["status"]
    created, closed = (day_numbers(np.asarray(deal[n], "datetime64[D]")) for n in ("created_at", "closed_at"))
    fine = (created < NEVER) & (closed >= created)
    visits: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    code = {name: number for number, name in enumerate(_STAGES)} | {"Gewonnen": WON, "Verloren": LOST}
    at = np.asarray(event["at"], "datetime64[D]").astype(np.int64)
    for row in np.flatnonzero(event["field"] == "stage"):
        visits[event["deal"][row]].append((code[event["new"][row]], int(at[row]), NEVER))
    rows = np.flatnonzero(fine)
    kept = [keys[row] for row in rows]
    won = np.asarray(status[rows] == "won")
    amount = np.array([a / 100 if a is not None else np.nan for a in deal["amount"]], dtype=float)[rows]
    stays = stays_of(kept, created[rows], closed[rows], won, visits, len(_STAGES))
    traits = {name: codes(list(deal[name]), rows) for name in ("product", "kind", "source", "region")}
    deals = Deals(created[rows], closed[rows], won, amount, amount, stays, len(_STAGES) + 1, traits)
    return deals, (made.until - datetime(1970, 1, 1).date()).days  # noqa: DTZ001 - a day


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _days(texts: list[str], form: str) -> np.ndarray:
    days = [datetime.strptime(t, form).date() if t else "NaT" for t in texts]  # noqa: DTZ007 - days
    return day_numbers(np.array(days, dtype="datetime64[D]"))
