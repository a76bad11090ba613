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


def test_a_meaning_changed_in_place_is_said_and_stops_a_refresh(refreshed: Path, call: Call) -> None:
    file = refreshed / "kpis" / "big_deals.yaml"
    file.write_text(KPI, encoding="utf-8")
    assert call("-w", refreshed, "refresh").code == 0
    before = call("-w", refreshed, "show", "big_deals", "--json")
    file.write_text(KPI.replace("amount >= 1000", "amount >= 1"), encoding="utf-8")
    check = call("-w", refreshed, "check", "--json")
    assert check.code == 1
    [finding] = [f for f in json.loads(check.out) if f["severity"] == "mistake"]
    assert (finding["file"], finding["line"]) == (str(file), 10)
    assert "valid_from:" in finding["finding"]
    refresh = call("-w", refreshed, "refresh")
    assert refresh.code == 1
    assert f"{file}, line 10" in refresh.err
    after = call("-w", refreshed, "show", "big_deals", "--json")
    assert after.out == before.out  # what was shown stays, and it is said why
    assert f"{file}, line 10" in after.err
    newer = KPI.replace("amount >= 1000", "amount >= 1").replace(
        "kpi: big_deals", "kpi: big_deals\nversion: 2\nvalid_from: 2026-02-01"
    )
    file.write_text(f"{KPI}---\n{newer}", encoding="utf-8")
    assert call("-w", refreshed, "refresh").code == 0


def test_a_text_may_change_in_place(refreshed: Path, call: Call) -> None:
    file = refreshed / "kpis" / "big_deals.yaml"
    file.write_text(KPI, encoding="utf-8")
    assert call("-w", refreshed, "refresh").code == 0
    file.write_text(KPI.replace("Große Deals", "Die Großen"), encoding="utf-8")
    assert call("-w", refreshed, "check", "--json").code == 0
    assert call("-w", refreshed, "refresh").code == 0
