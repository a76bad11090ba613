"""`leitstern check` finds mistakes in KPI files and gives advice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call

KPI = """\
kpi: big_deals
name: {de: Große Deals, en: Big deals}
means: {de: Gewonnene Deals ab 1.000., en: Won deals from 1000 up.}
owner: sales
unit: count
good: up
level: operational
timing: lagging
about: result
formula: deals
measures:
  deals: {count: deal, where: "status = 'won' and amount >= 1000", on: closed_at}
"""


def test_no_own_files_is_in_order(refreshed: Path, call: Call) -> None:
    done = call("-w", refreshed, "check")
    assert (done.code, done.out) == (0, "")
    assert "in order" in done.err


def test_a_mistake_is_said_with_its_place(refreshed: Path, call: Call) -> None:
    wrong = KPI.replace("amount >= 1000", "amuont >= 1000")
    (refreshed / "kpis" / "big_deals.yaml").write_text(wrong, encoding="utf-8")
    done = call("-w", refreshed, "check", "--json")
    assert done.code == 1
    [finding] = [f for f in json.loads(done.out) if f["severity"] == "mistake"]
    assert finding["line"] == 12
    assert "amount" in finding["finding"]


def test_advice_is_no_failure(refreshed: Path, call: Call) -> None:
    (refreshed / "kpis" / "big_deals.yaml").write_text(KPI, encoding="utf-8")
    done = call("-w", refreshed, "check", "--json")
    assert done.code == 0
    found = json.loads(done.out)
    assert found
    assert all(f["remedy"] for f in found)
    assert all(f["file"].endswith("big_deals.yaml") for f in found)
