"""Real funnels: a marketplace that recruits sellers, and a hardware seller. Printed, not scored."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np

from leitstern.insight.funnel.bottleneck import Board, Stretch, bottlenecks
from leitstern.insight.funnel.steps import Cases, Cohort, cohort, horizon
from leitstern.insight.funnel.waits import Days

NEVER = np.datetime64("NaT", "D")


def sellers(data: Path) -> Iterator[str]:
    """Qualified leads to sellers won, by quarter of the first contact and by origin."""
    folder = data / "seller_funnel"
    won = {r["mql_id"]: _day(r["won_date"]) for r in _rows(folder / "olist_closed_deals_dataset.csv")}
    leads = _rows(folder / "olist_marketing_qualified_leads_dataset.csv")
    entered = _days([_day(r["first_contact_date"]) for r in leads])
    passed = _days([won.get(r["mql_id"], NEVER) for r in leads])
    as_of = np.datetime64("2018-06-01")
    cases = Cases(entered, passed, np.full(len(entered), NEVER), as_of)
    within = horizon(cases)
    yield f"seller_funnel: {len(leads)} qualified leads, seen on {as_of}, won within {within} days"
    for start in np.arange("2017-07", "2018-07", 3, dtype="datetime64[M]"):
        last = (start + 3).astype("datetime64[D]") - 1
        found = cohort(cases, start.astype("datetime64[D]"), min(last, as_of), within)
        yield f"  {start}: {_told(found)} {found.verdict}"
    origin = np.array([r["origin"] or "none" for r in leads])
    for name, _count in Counter(origin.tolist()).most_common(8):
        found = cohort(cases.where(origin == name), entered.min(), as_of, within)
        yield f"  {name}: {_told(found)}"


def hardware(data: Path) -> Iterator[str]:
    """Engaged to won, by manager's team: is one of them a bottleneck?"""
    folder = data / "crm_hardware"
    team_of = {r["sales_agent"]: r["manager"] for r in _rows(folder / "sales_teams.csv")}
    deals = [r for r in _rows(folder / "sales_pipeline.csv") if r["engage_date"]]
    entered, closed = (_days([_day(r[name]) for r in deals]) for name in ("engage_date", "close_date"))
    won = np.array([r["deal_stage"] == "Won" for r in deals])
    teams = sorted(set(team_of.values()))
    group = np.array([teams.index(team_of[r["sales_agent"]]) for r in deals])
    amount = np.array([float(r["close_value"]) if r["deal_stage"] == "Won" else np.nan for r in deals])
    as_of = max(entered.max(), np.nanmax(closed))
    none = np.zeros(len(deals), dtype=np.int64)
    cases = Cases(entered, np.where(won, closed, NEVER), np.where(won, NEVER, closed), as_of)
    board = Board(none, group, none, amount, cases, closed, won)
    found = bottlenecks(board, Stretch(entered.min(), as_of), None)
    yield f"crm_hardware: {len(deals)} deals, {len(teams)} teams, {found.tests} tests: {found.verdict}"
    for cell in found.cells:
        against = cell.against[0]
        yield (
            f"  {teams[cell.group]}: {cell.n} decided, {cell.share:.3f} won, others {against.share:.3f}, "
            f"p {against.loss:.2f}, half after {cell.wait.median.days} days "
            f"(others {against.wait.median.days})"
        )


def _told(found: Cohort) -> str:
    share = (
        f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})" if found.value is not None else "no value"
    )
    return f"{found.entered} came, {found.passed} won so far, {share}"


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _day(text: str) -> np.datetime64:
    if not text:
        return NEVER
    day = text.split(" ", maxsplit=1)[0]
    number, month, year = (int(part) for part in day.split("-"))
    return np.datetime64(date(year if year > 99 else 2000 + year, month, number))


def _days(found: list[np.datetime64]) -> Days:
    return np.array(found, dtype="datetime64[D]")
