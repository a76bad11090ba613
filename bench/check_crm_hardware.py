"""Does Leitstern compute what plain Python computes, on a CRM export of 8,800 deals?

    python bench/check_crm_hardware.py FOLDER

FOLDER holds accounts.csv, products.csv, sales_pipeline.csv and sales_teams.csv ("CRM Sales
Opportunities"). Won deals, won value, win rate and average deal value are computed here with the csv
module alone, by close month for the whole firm, each agent, team (manager), region, product and
account, and compared with the results of the public API. Exit status 1 on any difference.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import leitstern

if TYPE_CHECKING:
    from leitstern.workspace import Workspace

MAPPING = Path(__file__).parents[1] / "examples" / "crm_hardware.toml"
KPIS = ("won_deals", "won_value", "win_rate", "avg_deal_value")
SUBJECTS = ("company", "person", "team", "region", "product", "customer")
DEALS, WON, VALUE = 8_800, 4_238, Decimal(10_005_534)

#: What is counted for one subject in one month: won deals, decided deals, value of the won ones.
Counts = tuple[int, int, Decimal]
Expected = dict[str, dict[tuple[str | None, str], Counts]]


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def expected(folder: Path) -> Expected:
    """By subject type: (subject, month) -> counts, of the deals closed in that month."""
    team = {row["sales_agent"]: row for row in rows(folder, "sales_teams.csv")}
    found: Expected = {subject: defaultdict(lambda: (0, 0, Decimal(0))) for subject in SUBJECTS}
    for deal in rows(folder, "sales_pipeline.csv"):
        if deal["deal_stage"] not in ("Won", "Lost"):
            continue
        month = datetime.strptime(deal["close_date"], "%d-%m-%y").strftime("%Y-%m")  # noqa: DTZ007 - a day
        won = deal["deal_stage"] == "Won"
        value = Decimal(deal["close_value"]) if won else Decimal(0)
        agent = deal["sales_agent"]
        place = {
            "company": None,
            "person": agent,
            "team": team[agent]["manager"],
            "region": team[agent]["regional_office"],
            "product": "GTX Pro" if deal["product"] == "GTXPro" else deal["product"],
            "customer": deal["account"] or None,
        }
        for subject, member in place.items():
            before = found[subject][member, month]
            found[subject][member, month] = (before[0] + won, before[1] + 1, before[2] + value)
    return found


def value_of(kpi: str, counts: Counts) -> Fraction | None:
    won, decided, value = counts
    if kpi == "won_deals":
        return Fraction(won)
    if kpi == "won_value":
        return Fraction(value)
    if kpi == "win_rate":
        return Fraction(won, decided) if decided else None
    return Fraction(value) / won if won else None


def same(kpi: str, ours: object, theirs: Fraction | None) -> bool:
    """Counts and sums agree exactly, shares to twelve digits, averages of money to the fourth decimal."""
    if ours is None or theirs is None:
        return ours is None and theirs is None
    tolerance = {"win_rate": Fraction(1, 10**12), "avg_deal_value": Fraction(1, 2 * 10**4)}
    return abs(Fraction(str(ours)) - theirs) <= tolerance.get(kpi, 0)


def compare(workspace: Workspace, reference: Expected) -> Iterator[tuple[str, bool]]:
    """Every value of Leitstern against the reference, and every value of the reference that is missing."""
    for subject in SUBJECTS:
        seen = set()
        for found in workspace.compute(KPIS, by=subject, grain="month"):
            member = None if subject == "company" else found.subject.name
            counts = reference[subject].get((member, found.period), (0, 0, Decimal(0)))
            theirs = value_of(found.kpi, counts)
            seen.add((found.kpi, member, found.period))
            yield (
                f"{found.kpi} {subject} {member} {found.period}: {found.value}, plain Python says {theirs}",
                same(found.kpi, found.value, theirs),
            )
        for (member, month), counts in reference[subject].items():
            for kpi in KPIS:
                # A share or average that has no base may be left out.
                if (kpi, member, month) not in seen and value_of(kpi, counts) not in (None, 0):
                    yield f"{kpi} {subject} {member} {month}: missing", False


def imported(folder: Path, workspace: Workspace) -> list[str]:
    """Import the folder; what is wrong with the account of its deals."""
    receipt = workspace.import_files([folder], mapping=MAPPING)
    deals = [table for table in receipt.tables if table.fact == "deal"]
    workspace.refresh()
    read, loaded = sum(table.rows_read for table in deals), sum(table.loaded for table in deals)
    print(
        f"deals read {read:,}, loaded {loaded:,}, set aside {sum(table.rows_set_aside for table in deals):,}"
    )
    return [] if read == loaded == DEALS else [f"deals: {read} read, {loaded} loaded, {DEALS} expected"]


def main(folder: Path) -> int:
    reference = expected(folder)
    totals = [sum(counts[place] for counts in reference["company"].values()) for place in (0, 2)]
    print(f"plain Python: won deals {totals[0]:,}, won value {totals[1]:,}")
    wrong = [] if totals == [WON, VALUE] else [f"the files hold {totals}, expected {[WON, VALUE]}"]
    with tempfile.TemporaryDirectory() as place:
        workspace = leitstern.init(Path(place) / "check", name="CRM hardware", currency="USD", language="en")
        wrong += imported(folder, workspace)
        compared = 0
        for text, equal in compare(workspace, reference):
            compared += 1
            if not equal:
                wrong.append(text)
        year = workspace.compute(KPIS[:2], grain="year", start=date(2016, 1, 1), end=date(2017, 12, 31))
        for kpi, total in zip(KPIS, (WON, VALUE), strict=False):
            found = sum(Fraction(str(o.value)) for o in year if o.kpi == kpi and o.value is not None)
            compared += 1
            if found != total:
                wrong.append(f"{kpi} over the years: {found}, expected {total}")
    for line in wrong[:50]:
        print(line)
    print(f"{compared:,} values compared, {len(wrong):,} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
